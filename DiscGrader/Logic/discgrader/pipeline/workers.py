"""Worker processes that outlive what one task does to them.

Python's own pool gives up on all tasks when one of its processes dies, as happens when the system runs out of memory
or a decoder crashes on a damaged file. Here such a task fails alone and the next gets a fresh process.
"""

import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event

from discgrader.errors import DiscGraderError
from discgrader.plain_names import printable
from discgrader.progress import Progress

_GRACE_SECONDS = 5.0
_MOST_UNREADY = 2
_REPORT_SECONDS = 0.2
_WAIT_SECONDS = 0.25

Prepare = Callable[[], object]
"""Makes, once in every process, what all tasks there share."""

Work = Callable[[object, object, Progress], None]
"""Does one task with what was prepared."""


@dataclass(frozen=True)
class Outcome:
    """How one task ended.

    Parameters
    ----------
    number : int
        Which of the tasks.
    error : str or None
        Why it failed, in one sentence; None when it is done.
    """

    number: int
    error: str | None = None


@dataclass(eq=False)
class _Worker:
    process: SpawnProcess
    connection: Connection
    task: int | None = None
    share: float = 0.0
    ready: bool = False


@dataclass
class WorkerPool:
    """A pool of spawned processes.

    Parameters
    ----------
    prepare : callable() -> object
        Makes what the tasks of one process share, such as an engine with its networks.
    work : callable(prepared, task, progress) -> None
        Does one task. Both must be importable by name in the processes.
    workers : int
        How many processes.
    threads : int
        How many threads the libraries of numbers may use in each.
    """

    prepare: Prepare
    work: Work
    workers: int
    threads: int = 1
    _running: list[_Worker] = field(default_factory=list, init=False, repr=False)
    _wanted: int = field(default=0, init=False, repr=False)
    _unready: int = field(default=0, init=False, repr=False)

    def run(self, tasks: Sequence[object], progress: Progress = Progress()) -> Generator[Outcome, None, None]:
        """Do all tasks and give each one's outcome as it comes.

        Raises
        ------
        DiscGraderError
            When no process can be prepared. One that dies before it is ready, as when memory runs out, is not
            missed while others are at work.
        Cancelled
            When the progress says stop; the tasks at work are stopped, too, and clean up.
        """
        context = multiprocessing.get_context("spawn")
        stop = context.Event()
        waiting = list(range(len(tasks)))[::-1]
        done = 0
        self._wanted, self._unready = self.workers, 0
        try:
            while done < len(tasks):
                while waiting and len(self._running) < min(self._wanted, len(tasks) - done):
                    self._running.append(self._start(context, stop))
                for outcome in self._listen(tasks, waiting):
                    done += 1
                    yield outcome
                busy = sum(worker.share for worker in self._running)
                progress.report("Batch", (done + busy) / len(tasks), f"{done} of {len(tasks)} studies")
        finally:
            self._end(stop)

    def _start(self, context: multiprocessing.context.SpawnContext, stop: Event) -> _Worker:
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(there, stop, self.prepare, self.work, self.threads), daemon=True)
        process.start()
        there.close()
        return _Worker(process, here)

    def _listen(self, tasks: Sequence[object], waiting: list[int]) -> Iterator[Outcome]:
        heard = set(wait([worker.connection for worker in self._running], timeout=_WAIT_SECONDS))
        for worker in [worker for worker in self._running if worker.connection in heard]:
            try:
                kind, value = worker.connection.recv()
            except Exception:  # noqa: BLE001  a process that dies while it sends leaves whatever it had sent by then
                yield from self._bury(worker)
                continue
            if kind == "share":
                worker.share = value
                continue
            if kind == "unusable":
                raise value
            number, worker.task, worker.share, worker.ready = worker.task, None, 0.0, True
            self._unready = 0
            if waiting:
                self._give(worker, waiting.pop(), tasks)
            if kind == "ended":
                yield Outcome(number, value)

    @staticmethod
    def _give(worker: _Worker, number: int, tasks: Sequence[object]) -> None:
        worker.task = number
        try:
            worker.connection.send(tasks[number])
        except OSError:
            # It died just now; the next look at its connection says so, and the task's outcome tells.
            return

    def _bury(self, worker: _Worker) -> Iterator[Outcome]:
        worker.process.join(_GRACE_SECONDS)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join(_GRACE_SECONDS)
        self._running.remove(worker)
        worker.connection.close()
        code = worker.process.exitcode
        how = f"signal {-code}" if code is not None and code < 0 else f"status {code}"
        if not worker.ready:
            # Others that are at work may be what took the memory; with fewer of them there may be enough.
            self._unready += 1
            self._wanted = max(1, self._wanted - 1)
            if not self._running and self._unready > _MOST_UNREADY:
                raise DiscGraderError(f"Worker processes end before they are ready ({how}); try fewer workers.")
        if worker.task is not None:
            yield Outcome(
                worker.task,
                f"The process that graded it ended unexpectedly ({how}); if memory ran out, try fewer workers.",
            )

    def _end(self, stop: Event) -> None:
        """Ask all processes to stop, then tell them, then make them."""
        stop.set()
        for worker in self._running:
            if not worker.ready:
                worker.process.kill()
            elif worker.task is None:
                worker.connection.close()
        for action in (None, SpawnProcess.terminate, SpawnProcess.kill):
            deadline = time.monotonic() + _GRACE_SECONDS
            for worker in self._running:
                if action is not None and worker.process.is_alive():
                    action(worker.process)
            for worker in self._running:
                worker.process.join(max(0.0, deadline - time.monotonic()))
        for worker in self._running:
            worker.connection.close()
        self._running.clear()


class _Reporter:
    """Sends the share of the task that is done, but not more often than anyone can see."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last = 0.0

    def __call__(self, stage: str, share: float, detail: str) -> None:
        if time.monotonic() - self._last > _REPORT_SECONDS:
            self._last = time.monotonic()
            self._connection.send(("share", share))


def _serve(connection: Connection, stop: Event, prepare: Prepare, work: Work, threads: int) -> None:
    # The terminal sends Ctrl-C to all processes; only the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _terminated)
    try:
        prepared = _prepared(connection, prepare)
        limit_threads(threads)
        progress = Progress(_Reporter(connection), stop)
        connection.send(("ready", None))
        while not stop.is_set():
            task = connection.recv()
            connection.send(("ended", error_of(work, prepared, task, progress)))
    except (EOFError, OSError, KeyboardInterrupt):
        # The parent is gone, wants no more, or has said so with a signal.
        return


def _prepared(connection: Connection, prepare: Prepare) -> object:
    try:
        return prepare()
    except DiscGraderError as error:
        connection.send(("unusable", error))
        raise KeyboardInterrupt from error


def error_of(work: Work, prepared: object, task: object, progress: Progress) -> str | None:
    """Do one task; why it failed, in one sentence, or None."""
    try:
        work(prepared, task, progress)
    except DiscGraderError as error:
        return str(error)
    except (MemoryError, RecursionError):
        return "There was not enough memory for it; try fewer workers."
    except Exception as error:  # noqa: BLE001  a fault of one task, whatever it is, must not stop the others
        reason = printable(f"{type(error).__name__}: {error}")
        return f"It failed unexpectedly ({reason}); grade it alone with --debug to see where."
    return None


def _terminated(signal_number: int, frame: object) -> None:
    raise KeyboardInterrupt


def limit_threads(threads: int) -> None:
    """Let the libraries of numbers that are loaded use so many threads in this process and no more."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)
    if "SimpleITK" in sys.modules:
        sys.modules["SimpleITK"].ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)
