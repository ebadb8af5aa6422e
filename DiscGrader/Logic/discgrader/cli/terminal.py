"""What the terminal shows while work is going on."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from discgrader.folders import remove_unfinished
from discgrader.progress import Progress

_FORCED_EXIT_SECONDS = 5.0
"""Longer than a step of the work usually takes, short enough for someone who pressed Ctrl-C twice; a round number."""

_STOPPING = frozenset({int(signal.SIGINT), int(signal.SIGTERM)})


class ProgressBar:
    """A bar with the stage and the share done; shows nothing where no terminal is."""

    def __init__(self) -> None:
        self._bar = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=100, bar_format="{desc:<32.32} {percentage:3.0f} % |{bar}| {elapsed}", leave=False)

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, stage: str, share: float, detail: str) -> None:
        if self._bar is not None:
            self._bar.set_description_str(f"{stage} {detail}".strip(), refresh=False)
            # Parts of the work may overlap; a bar that runs backwards unsettles.
            self._bar.update(max(0.0, 100 * share - self._bar.n))
            self._bar.refresh()


@contextmanager
def stoppable_progress() -> Iterator[Progress]:
    """A progress shown as a bar; Ctrl-C or a request to end stops it at the next step, a second one at once.

    Where the process is in the middle of something that cannot be interrupted, such as a library's long loop, a second
    request ends it after `_FORCED_EXIT_SECONDS`, with nothing half-written left.
    """
    stop = threading.Event()

    def request_stop(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    signals = [signal.SIGINT, signal.SIGTERM] if threading.current_thread() is threading.main_thread() else []
    before = {number: signal.signal(number, request_stop) for number in signals}
    try:
        with _forced_exit(bool(signals)), ProgressBar() as bar:
            yield Progress(bar, stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _forced_exit(wanted: bool) -> Iterator[None]:
    """Ends the process some seconds after the second signal, whatever Python's own thread is busy with."""
    if not wanted or os.name == "nt":
        yield
        return
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    over = threading.Event()
    before = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(read_end, over), name="DiscGrader last resort", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(before)
        os.close(write_end)


def _watch(read_end: int, over: threading.Event) -> None:
    """Count signals, one byte each, until nobody can tell of any more."""
    requests = 0
    while byte := os.read(read_end, 1):
        requests += byte[0] in _STOPPING
        if requests >= 2 and not over.wait(_FORCED_EXIT_SECONDS):
            remove_unfinished()
            os.write(2, b"discgrader: Stopped at once; nothing was written.\n")
            os._exit(1)
    os.close(read_end)
