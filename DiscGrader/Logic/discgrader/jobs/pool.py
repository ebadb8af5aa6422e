"""Many jobs of one kind, on processes of this computer by Python's `concurrent.futures`.

An executor of several processes gives up all that it was asked for when one of them dies, as happens when the system
runs out of memory or a decoder crashes on a damaged file. So each place has an executor of one process: the job that
was in it fails alone, and the place gets a fresh one.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

from discgrader.errors import DiscGraderError
from discgrader.jobs.job import Throttled, how_it_ended, in_words
from discgrader.progress import Progress

_GRACE_SECONDS = 5.0
_MOST_UNREADY = 2
_REPORT_SECONDS = 0.2
_WAIT_SECONDS = 0.25

_NO_MEMORY = "There was not enough memory for it; try fewer workers."
_WHERE = "run it alone with --debug to see where"

Prepare = Callable[[], Any]
"""Makes, once in every process, what all jobs there share."""

TaskWork = Callable[[Any, Any, Progress], None]
"""Does one task with what was prepared."""


@dataclass(frozen=True)
class Outcome:
    """How the job of one task ended.

    Parameters
    ----------
    number : int
        Which of the tasks.
    error : str or None
        Why it failed, in one sentence; None when it is done.
    """

    number: int
    error: str | None = None


@dataclass
class Pool(ABC):
    """Does one job for each of many tasks, several at a time.

    Parameters
    ----------
    prepare : callable() -> object
        Makes what the jobs of one process share, such as an engine with its networks.
    work : callable(prepared, task, progress) -> None
        Does one task. Both must be importable by name in the processes.
    items : str
        What the tasks are called in the progress.
    """

    prepare: Prepare
    work: TaskWork
    items: str = field(default="tasks", kw_only=True)

    @abstractmethod
    def run(self, tasks: Sequence[Any], progress: Progress = Progress()) -> Generator[Outcome, None, None]:
        """Do all tasks and give each one's outcome as it comes."""

    def _report(self, progress: Progress, done: int, share: float, count: int) -> None:
        progress.report("Batch", (done + share) / count, f"{done} of {count} {self.items}")


@dataclass
class ProcessPool(Pool):
    """A pool of spawned processes.

    Parameters
    ----------
    workers : int
        How many processes.
    threads : int
        How many threads the libraries of numbers may use in each.
    """

    workers: int = 1
    threads: int = 1
    _places: "list[_Place]" = field(default_factory=list, init=False, repr=False)
    _wanted: int = field(default=0, init=False, repr=False)
    _unready: int = field(default=0, init=False, repr=False)

    def run(self, tasks: Sequence[Any], progress: Progress = Progress()) -> Generator[Outcome, None, None]:
        """Do all tasks and give each one's outcome as it comes.

        Raises
        ------
        DiscGraderError
            When no process can be prepared. One that dies before it is ready, as when memory runs out, is not
            missed while others are at work.
        Cancelled
            When the progress says stop; the tasks at work are stopped, too, and clean up.
        """
        stop = multiprocessing.get_context("spawn").RawValue("b", 0)
        waiting = list(range(len(tasks)))[::-1]
        done = 0
        self._wanted, self._unready = self.workers, 0
        try:
            while done < len(tasks):
                while waiting and len(self._places) < min(self._wanted, len(tasks) - done):
                    self._places.append(_Place(stop, self.prepare, self.threads))
                for outcome in self._listen(tasks, waiting):
                    done += 1
                    yield outcome
                self._report(progress, done, sum(place.share for place in self._places), len(tasks))
        finally:
            stop.value = 1
            _end(self._places)

    def _listen(self, tasks: Sequence[Any], waiting: list[int]) -> Iterator[Outcome]:
        ended = wait([place.job for place in self._places if place.job], _WAIT_SECONDS, FIRST_COMPLETED).done
        for place in [place for place in self._places if place.job in ended]:
            number, error = place.task, place.job.exception() if place.job else None
            if error is not None:
                if place.task is None and isinstance(error, DiscGraderError):
                    raise error
                yield from self._on_worker_exit(place, error)
                continue
            reason = place.job.result() if place.job else None
            self._unready = 0
            place.rest()
            if waiting:
                self._give(place, waiting, tasks)
            if number is not None:
                yield Outcome(number, reason)

    def _give(self, place: "_Place", waiting: list[int], tasks: Sequence[Any]) -> None:
        try:
            place.do(self.work, waiting[-1], tasks[waiting[-1]])
        except BrokenExecutor:
            # It died just now, and has not begun.
            self._places.remove(place)
            place.kill()
        else:
            waiting.pop()

    def _on_worker_exit(self, place: "_Place", error: BaseException) -> Iterator[Outcome]:
        self._places.remove(place)
        how = place.kill() if isinstance(error, BrokenExecutor) else f"{type(error).__name__}: {error}"
        place.kill()
        if not place.ready:
            # Others that are at work may be what took the memory; with fewer of them there may be enough.
            self._unready += 1
            self._wanted = max(1, self._wanted - 1)
            if not self._places and self._unready > _MOST_UNREADY:
                raise DiscGraderError(f"Worker processes end before they are ready ({how}); try fewer workers.")
        if place.task is not None:
            yield Outcome(place.task, f"Its process ended unexpectedly ({how}); if memory ran out, try fewer workers.")


class _Spawn(SpawnContext):
    """Spawns processes and remembers the last, which an executor keeps to itself."""

    process: SpawnProcess

    def Process(self, *arguments: Any, **options: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        self.process = SpawnProcess(*arguments, **options)
        return self.process


class _Place:
    """Where one job runs at a time: an executor of one process, which is prepared at once.

    What the process is told of a stop, and tells of its share, is one number each in shared memory, with no lock that a
    process could die with.

    Parameters
    ----------
    stop : ctypes number
        Not 0 where all jobs shall stop.
    prepare : callable() -> object
    threads : int
    """

    def __init__(self, stop: Any, prepare: Prepare, threads: int) -> None:
        context = _Spawn()
        self._share = context.RawValue("d", 0.0)
        self._executor = ProcessPoolExecutor(1, context, _begin, (stop, self._share))
        self.job: Future | None = self._executor.submit(_prepare, prepare, threads)
        self.process = context.process
        self.task: int | None = None
        self.ready = False

    @property
    def share(self) -> float:
        """How much of its task is done, 0 to 1."""
        return self._share.value if self.task is not None else 0.0

    def do(self, work: TaskWork, number: int, task: Any) -> None:
        """Begin a task."""
        self._share.value = 0.0
        self.job, self.task = self._executor.submit(_do, work, task), number

    def rest(self) -> None:
        """Its task, or its preparing, has ended well."""
        self.job, self.task, self.ready = None, None, True

    def close(self) -> None:
        """Have the process end as soon as its task has."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def kill(self) -> str:
        """End the process if it has not; how it ended."""
        self.close()
        self.process.join(_GRACE_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join(_GRACE_SECONDS)
        return how_it_ended(self.process.exitcode)


def _end(places: list[_Place]) -> None:
    """Wait for all processes, which were asked to stop; then tell them, then make them."""
    for place in places:
        if not place.ready:
            place.process.kill()
        place.close()
    for action in (None, SpawnProcess.terminate, SpawnProcess.kill):
        deadline = time.monotonic() + _GRACE_SECONDS
        for place in places:
            if action is not None and place.process.is_alive():
                action(place.process)
        for place in places:
            place.process.join(max(0.0, deadline - time.monotonic()))
    places.clear()


class _Stop(threading.Event):
    """Set where a number in shared memory is not 0."""

    def __init__(self, number: Any) -> None:
        super().__init__()
        self._number = number

    def is_set(self) -> bool:
        return bool(self._number.value)


class _Here:
    """What a process of the pool knows: how to tell of its task, and what its tasks share."""

    stop: Any
    share: Any
    prepared: Any
    busy = False


def _begin(stop: Any, share: Any) -> None:
    # The terminal sends Ctrl-C to all processes; only the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _terminated)
    _Here.stop, _Here.share = stop, share
    threading.Thread(target=_end_with_parent, name="DiscGrader parent", daemon=True).start()


def _prepare(prepare: Prepare, threads: int) -> None:
    _Here.prepared = prepare()
    limit_threads(threads)


def _do(work: TaskWork, task: Any) -> str | None:
    def told(_stage: str, share: float, _detail: str) -> None:
        _Here.share.value = share

    _Here.busy = True
    try:
        return error_of(work, _Here.prepared, task, Progress(Throttled(told, _REPORT_SECONDS), _Stop(_Here.stop)))
    finally:
        _Here.busy = False


def _terminated(_signal_number: int, _frame: object) -> None:
    if not _Here.busy:
        os._exit(1)
    raise KeyboardInterrupt


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # The task at work cleans up.
        _Here.stop.value = 1
        time.sleep(_GRACE_SECONDS)
        os._exit(1)


def error_of(work: TaskWork, prepared: Any, task: Any, progress: Progress) -> str | None:
    """Do one task; why it failed, in one sentence, or None."""
    try:
        work(prepared, task, progress)
    except Exception as error:  # noqa: BLE001  a fault of one task, whatever it is, must not stop the others
        return str(in_words(error, _NO_MEMORY, _WHERE))
    return None


def limit_threads(threads: int) -> None:
    """Let the libraries of numbers that are loaded use so many threads in this process and no more."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)
    if "SimpleITK" in sys.modules:
        sys.modules["SimpleITK"].ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)
