"""The process that computes for the screen: ``python -m discgrader.pipeline.worker_process``.

It loads the engine at once, answers the messages that come on its standard input one after the other, and tells of all
that it finds on its standard output. It ends when its standard input does, which is when whoever started it is gone.
"""

import importlib
import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from discgrader.errors import Cancelled, DiscGraderError, UsageError
from discgrader.grading.results import DiscResult
from discgrader.imaging.study import Study
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Localization
from discgrader.pipeline.engine import Engine, Maps
from discgrader.pipeline.regrade import alone
from discgrader.pipeline.settings import Settings
from discgrader.pipeline.worker_protocol import Message, ProtocolError, read_message, write_message
from discgrader.pipeline.worker_values import (
    affine_from_plain,
    disc_result_from_plain,
    disc_result_to_plain,
    error_to_plain,
    localization_from_plain,
    localization_to_plain,
    maps_to_plain,
    study_from_plain,
)
from discgrader.progress import Progress

_PARENT_SECONDS = 1.0
_PROGRESS_SECONDS = 0.05

JOBS = frozenset({"find", "grade", "regrade", "explain"})
"""Messages that ask for work, have a number in the field ``id``, and end with done, stopped or failed."""


class Worker:
    """Answers messages with an engine.

    Parameters
    ----------
    engine : Engine
        Already loaded.
    tell : callable(Message)
        Where the answers go; may be called from any thread.
    """

    def __init__(self, engine: Engine, tell: Callable[[Message], None]) -> None:
        self._engine = engine
        self._tell = tell
        self._volumes: dict[int, Volume] = {}
        self._study: Study | None = None
        self._localization: Localization | None = None
        self._doing: dict[str, Callable[[Mapping, Progress], None]] = {
            "find": self._find,
            "grade": self._grade,
            "regrade": self._regrade,
            "explain": self._explain,
        }

    def take(self, message: Message) -> None:
        """Keep a volume, a study or a localization for the work to come, or forget volumes."""
        fields = message.fields
        if message.kind == "drop":
            for number in fields["numbers"]:
                self._volumes.pop(number, None)
        elif message.kind == "forget":
            self._volumes.clear()
            self._study = self._localization = None
        elif message.kind == "volume":
            [array] = message.arrays
            self._volumes[fields["number"]] = Volume(array, affine_from_plain(fields["affine"]))
        elif message.kind == "study":
            self._study = study_from_plain(fields["study"], self._volumes)
            self._localization = None
        elif message.kind == "localization":
            plain = fields["localization"]
            self._localization = localization_from_plain(plain, self._volumes[plain["segmentation"]])
        else:
            raise ProtocolError(f"The worker knows no message {message.kind!r}.")

    def work(self, message: Message, stop: threading.Event) -> None:
        """Do a job and tell how it ended."""
        number = message.fields["id"]
        said = _Seldom(lambda *heard: self._say("progress", number, heard=list(heard)))
        try:
            self._doing[message.kind](message.fields, Progress(said, stop))
        except Cancelled:
            self._say("stopped", number)
        except DiscGraderError as error:
            self._say("failed", number, **error_to_plain(error))
        except MemoryError:
            self._say("failed", number, error="There is not enough memory; close other programs or studies.", type="")
        except Exception as error:  # noqa: BLE001  a fault of one job must not end the others
            traceback.print_exc()
            text = f"It failed unexpectedly ({type(error).__name__}: {error}); the log tells where."
            self._say("failed", number, error=text, type="")

    def _find(self, fields: Mapping, progress: Progress) -> None:
        self._localize(fields, progress)
        self._say("done", fields["id"])

    def _grade(self, fields: Mapping, progress: Progress) -> None:
        if not fields["found"]:
            self._localize(fields, progress.part(0.0, 0.4))
            progress = progress.part(0.4, 1.0)
        self._grade_discs(self._found(), fields, progress)

    def _regrade(self, fields: Mapping, progress: Progress) -> None:
        known = self._found()
        disc = next((one for one in known.discs if one.level == fields["level"]), None)
        if disc is None:
            levels = ", ".join(one.level for one in known.discs)
            raise UsageError(f"{self._the_study().name} has no disc {fields['level']}; its discs are {levels}.")
        self._grade_discs(alone(known, disc), fields, progress)

    def _explain(self, fields: Mapping, progress: Progress) -> None:
        # By the discs of the localization itself, for these the engine has crops of already.
        known = self._found()
        own = {disc.level: disc for disc in known.discs}
        graded = [disc_result_from_plain(one) for one in fields["discs"]]
        discs = [replace(one, disc=own.get(one.disc.level, one.disc)) for one in graded]
        self._engine.explain(
            self._the_study(), known, discs, progress, lambda level, maps: self._show(fields["id"], level, maps)
        )
        self._say("done", fields["id"])

    def _grade_discs(self, localization: Localization, fields: Mapping, progress: Progress) -> None:
        number, systems = fields["id"], fields["systems"]

        def graded(result: DiscResult) -> None:
            self._say("graded", number, result=disc_result_to_plain(result))

        result = self._engine.grade(
            self._the_study(),
            localization=localization,
            systems=None if systems is None else tuple(systems),
            saliency=fields["saliency"],
            progress=progress,
            graded=graded,
            explained=lambda level, maps: self._show(number, level, maps),
        )
        self._say("done", number, warnings=list(result.warnings), software=dict(result.software))

    def _localize(self, fields: Mapping, progress: Progress) -> None:
        found = self._engine.localize(
            self._the_study(), margin_mm=fields["margin_mm"], lowest_disc=fields["lowest_disc"], progress=progress
        )
        kept = fields["segmentation"]
        self._localization, self._volumes[kept] = found, found.segmentation
        plain = localization_to_plain(found, kept)
        affine = found.segmentation.affine_lps.tolist()
        told = {"id": fields["id"], "localization": plain, "affine": affine}
        self._tell(Message("found", told, (found.segmentation.array,)))

    def _show(self, number: int, level: str, maps: Maps) -> None:
        plain, arrays = maps_to_plain(maps)
        self._tell(Message("explained", {"id": number, "level": level, "maps": plain}, arrays))

    def _the_study(self) -> Study:
        if self._study is None:
            raise UsageError("The worker has no study yet; give it one first.")
        return self._study

    def _found(self) -> Localization:
        if self._localization is None:
            raise UsageError("The worker knows no discs yet; find them first.")
        return self._localization

    def _say(self, kind: str, number: int, **fields: object) -> None:
        self._tell(Message(kind, {"id": number, **fields}))


class _Seldom:
    """Passes progress on, but of what stays within one stage and detail not more than anyone can see."""

    def __init__(self, tell: Callable[[str, float, str], None]) -> None:
        self._tell = tell
        self._last = (0.0, "", "")

    def __call__(self, stage: str, fraction: float, detail: str) -> None:
        when, *said = self._last
        if said != [stage, detail] or time.monotonic() - when > _PROGRESS_SECONDS:
            self._last = (time.monotonic(), stage, detail)
            self._tell(stage, fraction, detail)


class _Inbox:
    """Reads what comes while the engine computes, so that a stop is heard at once."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._stops: dict[int, threading.Event] = {}
        threading.Thread(target=self._read, name="DiscGrader inbox", daemon=True).start()

    def next(self) -> tuple[Message, threading.Event]:
        """The next message, and what stops its job."""
        message = self._messages.get()
        return message, self._stops.get(message.fields.get("id"), threading.Event())

    def over(self, message: Message) -> None:
        """A job has ended."""
        self._stops.pop(message.fields["id"], None)

    def _read(self) -> None:
        try:
            while (message := read_message(self._stream)) is not None:
                if message.kind == "cancel":
                    stop = self._stops.get(message.fields["id"])
                    if stop is not None:
                        stop.set()
                    continue
                if message.kind in JOBS:
                    self._stops[message.fields["id"]] = threading.Event()
                self._messages.put(message)
        except (OSError, ProtocolError):
            traceback.print_exc()
        # Whoever started this process is gone; a computation that is at work must not outlive them.
        os._exit(0)


def serve(incoming: BinaryIO, outgoing: BinaryIO, make_engine: Callable[[], Engine]) -> int:
    """Load the engine and answer messages until there is nobody to answer; the exit status."""
    lock = threading.Lock()

    def tell(message: Message) -> None:
        try:
            with lock:
                write_message(outgoing, message)
        except OSError:
            os._exit(0)

    inbox = _Inbox(incoming)
    tell(Message("hello", {"pid": os.getpid()}))
    try:
        engine = make_engine()
    except (DiscGraderError, ImportError, MemoryError) as error:
        if not isinstance(error, DiscGraderError):
            traceback.print_exc()
            error = DiscGraderError(f"The worker process could not load its engine ({error}).")
        tell(Message("unusable", error_to_plain(error)))
        return 1
    tell(Message("ready", {"systems": [pack.system for pack in engine.packs]}))
    worker = Worker(engine, tell)
    while True:
        message, stop = inbox.next()
        if message.kind not in JOBS:
            worker.take(message)
        elif stop.is_set():
            tell(Message("stopped", {"id": message.fields["id"]}))
        else:
            worker.work(message, stop)
        if message.kind in JOBS:
            inbox.over(message)


def default_engine(options: Mapping[str, object]) -> Engine:
    """The engine of the shipped packs and of those in the option ``packs``, on the option ``device``."""
    settings = Settings(packs=tuple(map(Path, options.get("packs", ()))), device=str(options.get("device", "cpu")))
    return Engine.default(settings.packs, settings.device)


def main(arguments: list[str]) -> int:
    """Serve standard input and output; one argument, JSON: maker (``module:name``) and options of the engine."""
    chosen = json.loads(arguments[0]) if arguments else {}
    incoming, outgoing = _own_streams()
    # The terminal sends Ctrl-C to all processes; only the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        threading.Thread(target=_watch_parent, args=(os.getppid(),), name="DiscGrader parent", daemon=True).start()
    module, _, name = chosen.get("maker", f"{__name__}:default_engine").partition(":")

    def make_engine() -> Engine:
        maker = default_engine if module == __name__ else getattr(importlib.import_module(module), name)
        return maker(chosen.get("options", {}))

    return serve(incoming, outgoing, make_engine)


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for messages alone: what libraries print goes to standard error, and they read nothing.

    The numbers of the streams are changed, not only Python's objects, since C++ libraries print, too.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    if os.name == "nt":
        import msvcrt

        for one in (incoming, outgoing):
            msvcrt.setmode(one, os.O_BINARY)
    return os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")


def _watch_parent(parent: int) -> None:
    """End with the parent even if another process has inherited its end of the pipe."""
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
