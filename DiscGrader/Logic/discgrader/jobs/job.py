"""A job: work that runs elsewhere, in a thread or a process, and is heard of in the thread that asked for it."""

import itertools
import queue
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from discgrader.errors import Cancelled, DiscGraderError
from discgrader.plain_names import printable
from discgrader.progress import Progress

ENDS = frozenset({"finished", "stopped", "failed"})
"""Of these events each job has exactly one, and it is the last."""


@dataclass(frozen=True)
class PartialResult:
    """What a job has come to before its end, such as the grades of one disc.

    Parameters
    ----------
    kind : str
        What it is.
    value : object
    """

    kind: str
    value: Any


@dataclass(frozen=True)
class Context:
    """What a job is given where it runs.

    Parameters
    ----------
    prepared : object
        What the jobs of one thread or process share, such as an engine with its networks.
    progress : Progress
        To be told how far the job is; raises `Cancelled` where it shall stop.
    tell : callable(PartialResult)
        Hears of partial results; may be called from any thread.
    """

    prepared: Any
    progress: Progress
    tell: Callable[[PartialResult], None]


Work = Callable[[Context], Any]
"""What a job does. For a process it must be importable by name, and what it is given and gives must be picklable."""


class Listener:
    """Hears of one job; called only from `Runner.poll`. Override what you want to hear.

    Last comes exactly one of finished, stopped and failed.
    """

    def progressed(self, stage: str, fraction: float, detail: str) -> None:
        """So far is the job, 0 to 1."""

    def partial(self, result: PartialResult) -> None:
        """So much is known already."""

    def finished(self, value: Any) -> None:
        """The job is done, and this is its result."""

    def stopped(self) -> None:
        """It was cancelled, or a newer job took its place."""

    def failed(self, error: Exception) -> None:
        """It cannot be done, or what it ran in died, for this reason."""


@dataclass(eq=False)
class Job:
    """A job that was asked for.

    Parameters
    ----------
    number : int
        By which its runner knows it.
    work : callable(Context)
    listener : Listener
    key : object
        What it is about; a newer job of the same key takes its place. None takes no place.
    cancelled_at : float or None
        When, by the monotonic clock, it was cancelled.
    superseded : bool
        Whether a newer job has taken its place.
    over : bool
        Whether the listener has heard of its end, though it may still be at work.
    stop : threading.Event
        Set to have it stop at its next step, where it runs in this process.
    """

    number: int
    work: Work
    listener: Listener
    key: object = None
    cancelled_at: float | None = None
    superseded: bool = False
    over: bool = False
    stop: Event = field(default_factory=Event)

    @property
    def cancelled_for_s(self) -> float:
        """How long ago it was cancelled, in seconds; 0 where it was not."""
        return 0.0 if self.cancelled_at is None else time.monotonic() - self.cancelled_at


class Runner(ABC):
    """Runs jobs elsewhere, one after the other.

    Every method but `close` returns at once; `poll`, called some times a second, tells the listeners, in the thread
    that calls it.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._events: queue.SimpleQueue = queue.SimpleQueue()

    @property
    @abstractmethod
    def ready(self) -> bool:
        """Whether what the jobs share is prepared."""

    @property
    def busy(self) -> bool:
        """Whether some job has not ended yet."""
        return any(not job.over for job in self._jobs.values())

    @abstractmethod
    def start(self) -> None:
        """Have what the jobs share prepared before there is one."""

    def run(self, work: Work, listener: Listener, key: object = None) -> Job:
        """Ask for a job.

        Parameters
        ----------
        work : callable(Context)
        listener : Listener
        key : object, optional
            An older job of the same key that waits is dropped, and one that runs is asked to stop; of that, partial
            results may still come.
        """
        for older in list(self._jobs.values()):
            if key is not None and older.key == key and not older.superseded:
                older.superseded = True
                self._request_stop(older)
        job = Job(next(self._numbers), work, listener, key)
        self._jobs[job.number] = job
        try:
            self._post(job)
        except BaseException:
            del self._jobs[job.number]
            raise
        return job

    def cancel(self, number: int | None = None) -> None:
        """Stop the job of this number, or all jobs."""
        for job in list(self._jobs.values()):
            if number in (None, job.number) and job.cancelled_at is None:
                job.cancelled_at = time.monotonic()
                self._request_stop(job)

    def poll(self, wait_s: float = 0.0) -> bool:
        """Tell the listeners what has happened; whether some job has not ended yet.

        Parameters
        ----------
        wait_s : float
            How long to wait for something to happen. While it waits, other threads may use the interpreter, of which
            an application that is written in C++ lets them have little otherwise.
        """
        for event in self._happened(wait_s):
            self._hear(*event)
        return self.busy

    @abstractmethod
    def forget(self) -> None:
        """Let go of what is kept for jobs to come."""

    @abstractmethod
    def close(self) -> None:
        """End; jobs that have not ended are forgotten."""

    @abstractmethod
    def _post(self, job: Job) -> None:
        """Give a job to whatever runs it."""

    @abstractmethod
    def _request_stop(self, job: Job) -> None:
        """Ask a job to stop at its next step."""

    @abstractmethod
    def _hear(self, *event: Any) -> None:
        """Tell whom it concerns of something that was put into the queue of events."""

    def _happened(self, wait_s: float) -> Iterator[tuple]:
        # What comes while listeners are told is left for the next time, so that this ends.
        for number in range(max(1, self._events.qsize())):
            try:
                yield self._events.get(timeout=wait_s) if wait_s > 0 and not number else self._events.get_nowait()
            except queue.Empty:
                return

    def _tell(self, job: Job, kind: str, *values: Any) -> None:
        """Tell a job's listener of an event, unless nobody waits for it any more."""
        ended = kind in ENDS
        if ended:
            # The listener may ask for more at once, so this has ended before it hears of it.
            self._jobs.pop(job.number, None)
        if job.over:
            return
        job.over = ended
        unwanted = job.superseded or job.cancelled_at is not None
        if ended and unwanted:
            job.listener.stopped()
        elif not unwanted or (kind == "partial" and job.cancelled_at is None):
            getattr(job.listener, kind)(*values)


def perform(work: Work, context: Context) -> tuple[str, Any]:
    """Do a job here; how it ended: ``finished`` and its result, ``stopped`` and None, or ``failed`` and the error."""
    try:
        return "finished", work(context)
    except Cancelled:
        return "stopped", None
    except Exception as error:  # noqa: BLE001  whatever it is, whoever asked hears of it, and other jobs go on
        return "failed", error


def in_words(error: Exception, memory: str, where: str) -> DiscGraderError:
    """An error as one that a user can read.

    Parameters
    ----------
    error : Exception
    memory : str
        What is said where memory ran out.
    where : str
        How to find what is behind an error that nobody expects.
    """
    if isinstance(error, DiscGraderError):
        return error
    if isinstance(error, MemoryError | RecursionError):
        return DiscGraderError(memory)
    reason = printable(f"{type(error).__name__}: {error}")
    return DiscGraderError(f"It failed unexpectedly ({reason}); {where}.")


def how_it_ended(status: int | None) -> str:
    """The status of a process that has ended, in words: negative numbers are signals."""
    return f"signal {-status}" if status is not None and status < 0 else f"status {status}"


@dataclass
class Throttled:
    """Passes progress on, but of what stays within one stage and detail not more often than anyone can see.

    Parameters
    ----------
    tell : callable(stage, fraction, detail)
    seconds : float
        How far apart at least.
    """

    tell: Callable[[str, float, str], None]
    seconds: float
    _last: tuple[float, str, str] = field(default=(0.0, "", ""), init=False)

    def __call__(self, stage: str, fraction: float, detail: str) -> None:
        when, *said = self._last
        if said != [stage, detail] or time.monotonic() - when > self.seconds:
            self._last = (time.monotonic(), stage, detail)
            self.tell(stage, fraction, detail)
