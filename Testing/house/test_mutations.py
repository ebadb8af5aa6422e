"""Every format that is read, with faults put into it: each is read, or refused in one plain sentence, in bounded time.

``PYTHONPATH=Testing:Testing/support python Testing/house/test_mutations.py COUNT SEED`` does the same for more faults
than the tests try, and tells of each that ends in anything else.
"""

import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from breakable_files import KINDS, SPIDER, Kind
from discgrader.errors import DiscGraderError
from mutations import Mutate, mutated

SECONDS = 20.0
"""More than any of these small files may take, on a computer that is busy with other things."""

COUNT, SEED = 12, 13
"""Faults of each kind of file, and what they are drawn from."""


class TookTooLong(Exception):
    """Reading did not end in time."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise `TookTooLong` when the block takes longer."""

    def ring(number: int, frame: object) -> None:
        raise TookTooLong

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


SPIDER += "1,1,0,1,0,0,1,0,1,3\n1,2,0,0,0,0,0,1,1,2\n2,1,2,1,1,1,0,0,0,5\n"


def outcome(kind: Kind, mutate: Mutate, folder: Path, random: np.random.Generator) -> str | None:
    """What is wrong with how a mutated file is taken; None where it is read, or refused in one plain sentence."""
    path = kind.make(folder)
    mutated(path, mutate, random)
    began = time.monotonic()
    try:
        with bounded(SECONDS), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind.read(path)
    except DiscGraderError as error:
        text = str(error)
        text.encode("utf-8")
        return None if text and "\n" not in text and len(text) < 2000 else f"no plain sentence: {text[:300]!r}"
    except TookTooLong:
        return f"took more than {time.monotonic() - began:.0f} s"
    except Exception as error:  # noqa: BLE001  that is what is looked for
        return f"{type(error).__name__}: {str(error)[:200]}"
    return None


@pytest.mark.parametrize("name", KINDS)
def test_whatever_is_wrong_with_a_file_is_told_in_one_plain_sentence(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    pytest.importorskip(kind.needs)
    random = np.random.default_rng([SEED, *name.encode()])
    for number in range(COUNT):
        mutate = kind.mutate[number % len(kind.mutate)]
        folder = tmp_path / str(number)
        folder.mkdir()
        assert outcome(kind, mutate, folder, random) is None, f"{mutate.__name__}, number {number}; look at {folder}"


@pytest.mark.parametrize("name", KINDS)
def test_files_without_faults_are_read(name: str, tmp_path: Path) -> None:
    pytest.importorskip(KINDS[name].needs)
    KINDS[name].read(KINDS[name].make(tmp_path))


def main(count: int, seed: int, names: list[str]) -> int:
    """Try many faults of each kind and print those that end in anything but a plain sentence; how many there are."""
    wrong = tried = 0
    for name, kind in KINDS.items():
        if names and name not in names:
            continue
        random, began, slowest = np.random.default_rng([seed, *name.encode()]), time.monotonic(), 0.0
        for number in range(count):
            mutate = kind.mutate[number % len(kind.mutate)]
            with tempfile.TemporaryDirectory() as folder:
                start = time.monotonic()
                told = outcome(kind, mutate, Path(folder), random)
                slowest = max(slowest, time.monotonic() - start)
            tried += 1
            if told is not None:
                wrong += 1
                print(f"{name}, {mutate.__name__}, number {number}: {told}", flush=True)
        print(f"{name}: {count} tried in {time.monotonic() - began:.0f} s, the slowest {slowest:.1f} s", flush=True)
    print(f"{wrong} of {tried} end in something other than a plain sentence.")
    return wrong


if __name__ == "__main__":
    sys.exit(min(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]), 1))
