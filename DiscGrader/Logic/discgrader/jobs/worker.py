"""The process that runs jobs for another one: ``python -m discgrader.jobs.worker``.

One line on its standard input says, as JSON, where to connect to and what to prepare. It then answers messages until
whoever started it is gone. What libraries print goes to a log, and disturbs nothing.
"""

import itertools
import json
import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Client, Connection
from typing import Any

from discgrader.errors import DiscGraderError
from discgrader.jobs.job import Context, Throttled, Work, in_words, perform
from discgrader.jobs.messages import Message, named, pack, receive, send, unpack
from discgrader.progress import Progress

_PARENT_SECONDS = 1.0
_PROGRESS_SECONDS = 0.05

_NO_MEMORY = "There is not enough memory; close other programs or studies."


class Worker:
    """Answers the messages of one connection.

    Parameters
    ----------
    connection : Connection
    types : tuple of type
        Objects of these types are sent once.
    """

    def __init__(self, connection: Connection, types: tuple[type, ...]) -> None:
        self._connection, self._types = connection, types
        self._objects: dict[int, Any] = {}
        self._numbers = itertools.count(-1, -1)
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[tuple[int, Work | Exception]] = queue.SimpleQueue()
        self._stops: dict[int, threading.Event] = {}

    def serve(self, prepare: Callable[[], Any]) -> int:
        """Prepare what the jobs share and do jobs until there is nobody who asks; the exit status."""
        self._tell("hello", values=os.getpid())
        threading.Thread(target=self._listen, name="DiscGrader inbox", daemon=True).start()
        try:
            prepared = prepare()
        except (DiscGraderError, ImportError, MemoryError) as error:
            if not isinstance(error, DiscGraderError):
                traceback.print_exc()
                error = DiscGraderError(f"The worker process could not load its engine ({error}).")
            self._tell("unusable", values=error)
            return 1
        self._tell("ready")
        while True:
            number, work = self._waiting.get()
            try:
                self._tell(*self._do(number, work, prepared))
            except (pickle.PicklingError, TypeError, AttributeError) as error:
                self._tell("failed", number, (DiscGraderError(f"Its result cannot be sent ({error})."),))
            del self._stops[number], work

    def _do(self, number: int, work: Work | Exception, prepared: Any) -> tuple[str, int, Any]:
        heard = Throttled(lambda *values: self._tell("progressed", number, values), _PROGRESS_SECONDS)
        progress = Progress(heard, self._stops[number])
        if progress.stop.is_set():
            return "stopped", number, ()
        context = Context(prepared, progress, lambda result: self._tell("partial", number, (result,)))
        kind, value = ("failed", work) if isinstance(work, Exception) else perform(work, context)
        if kind != "failed":
            return kind, number, (value,) if kind == "finished" else ()
        if not isinstance(value, DiscGraderError):
            traceback.print_exception(value)
        return kind, number, (in_words(value, _NO_MEMORY, "the log tells where"),)

    def _tell(self, kind: str, number: int = 0, values: Any = ()) -> None:
        shared: dict[int, Any] = {}

        def number_of(value: Any) -> int | None:
            if not isinstance(value, self._types):
                return None
            # Always a new number: the other side may just have dropped what it had under an old one.
            new = next(self._numbers)
            shared[new] = self._objects[new] = value
            return new

        message = Message(kind, number, pack(values, number_of), shared)
        try:
            with self._lock:
                send(self._connection, message)
        except OSError:
            os._exit(0)

    def _listen(self) -> None:
        """Take what comes while a job runs, so that a stop is heard at once."""
        try:
            while True:
                self._take(receive(self._connection))
        except (OSError, EOFError):
            # Whoever started this process is gone; a job that is at work must not outlive them.
            os._exit(0)

    def _take(self, message: Message) -> None:
        for number in message.dropped:
            self._objects.pop(number, None)
        self._objects.update(message.shared)
        if message.kind == "cancel":
            stop = self._stops.get(message.number)
            if stop is not None:
                stop.set()
        elif message.kind == "job":
            self._stops[message.number] = threading.Event()
            self._waiting.put((message.number, self._work_of(message)))

    def _work_of(self, message: Message) -> Work | Exception:
        try:
            return unpack(message.body, self._objects.__getitem__)
        except Exception as error:  # noqa: BLE001  the job fails, and others go on
            return error


def main() -> int:
    """Connect, prepare and answer; the exit status."""
    chosen = json.loads(sys.stdin.buffer.readline())
    # The terminal sends Ctrl-C to all processes; only the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        threading.Thread(target=_watch_parent, args=(os.getppid(),), name="DiscGrader parent", daemon=True).start()
    connection = Client(chosen["address"], authkey=bytes.fromhex(chosen["key"]))
    worker = Worker(connection, tuple(map(named, chosen["shared"])))
    return worker.serve(lambda: named(chosen["prepare"])(chosen["options"]) if chosen["prepare"] else None)


def _watch_parent(parent: int) -> None:
    """End with the parent even if another process has inherited its end of the connection."""
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
