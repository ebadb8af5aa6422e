"""Jobs in a worker process that is kept alive, in which what they share stays loaded."""

import itertools
import sys
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from discgrader.errors import DiscGraderError
from discgrader.jobs.job import Job, Runner
from discgrader.jobs.messages import Message, named, pack, unpack
from discgrader.jobs.worker_process import WorkerProcess, kill_all

STOP_SECONDS = 0.15
"""After so long whoever cancelled a job hears that it has stopped, even if it still runs."""

UNRESPONSIVE_SECONDS = 1.5
"""So long a cancelled job may take to stop by itself; then its process is ended and a fresh one started, which takes
longer."""


class ProcessRunner(Runner):
    """Runs jobs one after the other in a process of its own.

    The process is started when it is first needed. A job in which it dies fails, those that wait are asked for again of
    a fresh one. It ends with `close`, with this interpreter, and when this one dies.

    Parameters
    ----------
    prepare : str, optional
        Import path (``module:function``) of what makes, once in the process, what the jobs share.
    options : mapping, optional
        What that is called with; plain values, as JSON has them.
    python : str, optional
        The Python to run the process with; in Slicer, PythonSlicer.
    environment : mapping of str to str, optional
        Variables for the process.
    shared : sequence of str
        Import paths of types whose objects are sent once and stay in the process until a job needs them no more; an
        object that changes must be replaced by a new one.
    notice : callable(kind, text), optional
        Hears of ``ready``, of each ``log`` line, and, as ``trouble``, when the process ended by itself.
    """

    def __init__(
        self,
        prepare: str = "",
        options: Mapping[str, Any] | None = None,
        *,
        python: str | None = None,
        environment: Mapping[str, str] | None = None,
        shared: Sequence[str] = (),
        notice: Callable[[str, str], None] = lambda kind, text: None,
    ) -> None:
        super().__init__()
        self._notice = notice
        self._types = tuple(map(named, shared))
        chosen = {"prepare": prepare, "options": dict(options or {}), "shared": list(shared)}
        self._start_process = partial(WorkerProcess, python or sys.executable, chosen, environment, self._events)
        self._sent = _Sent(self._types)
        self._ready = False
        # A list, so that the process ends also with the interpreter, or when the runner is forgotten unclosed.
        self._processes: list[WorkerProcess] = []
        self._end_processes = weakref.finalize(self, kill_all, self._processes)

    @property
    def ready(self) -> bool:
        return self._ready

    @property
    def running(self) -> bool:
        """Whether there is a process, be it ready or not."""
        return bool(self._processes)

    @property
    def pid(self) -> int:
        """Number of the process that computes, which one that it was launched by is not; 0 while it has not said."""
        return self._processes[0].pid if self._processes else 0

    @property
    def launched_pid(self) -> int:
        """Number of the process that was started here; 0 where there is none yet."""
        return self._processes[0].launched_pid if self._processes else 0

    def start(self) -> None:
        if not self._processes:
            self._ready = False
            self._sent = _Sent(self._types)
            self._processes.append(self._start_process())

    def poll(self, wait_s: float = 0.0) -> bool:
        super().poll(wait_s)
        self._enforce_stops()
        return self.busy

    def forget(self) -> None:
        self.send(self._sent.forgotten())

    def close(self) -> None:
        self._jobs.clear()
        self._end_process()

    def _post(self, job: Job) -> None:
        self.start()
        self.send(self._sent.job(job))

    def _request_stop(self, job: Job) -> None:
        self.send(Message("cancel", job.number))

    def send(self, message: Message) -> None:
        """Write a message to the process, where there is one."""
        for process in self._processes:
            process.send(message)

    def _enforce_stops(self) -> None:
        """Tell who cancelled a job that it has stopped; end the process where the job does not."""
        late = [job for job in self._jobs.values() if not job.over and job.cancelled_for_s >= STOP_SECONDS]
        for job in late:
            job.over = True
        first = next(iter(self._jobs.values()), None)
        if self.ready and first is not None and first.over and first.cancelled_for_s >= UNRESPONSIVE_SECONDS:
            self._end_process()
            self._begin_again()
        for job in late:
            job.listener.stopped()

    def _hear(self, process: "WorkerProcess", message: Message) -> None:
        if process not in self._processes:
            return
        objects, job = self._sent.arrived(message), self._jobs.get(message.number)
        try:
            values = unpack(message.body, objects)
        except Exception as error:  # noqa: BLE001  such as a type that is known over there alone
            if job is not None:
                self._tell(job, "failed", DiscGraderError(f"The worker's answer cannot be read ({error})."))
            return
        if message.kind == "log":
            self._notice("log", values)
        elif message.kind == "ready":
            self._ready = True
            self._notice("ready", "")
        elif message.kind == "unusable":
            self._give_up(values)
        elif message.kind == "ended":
            self._on_worker_exit(values)
        elif job is not None:
            self._tell(job, message.kind, *values)

    def _on_worker_exit(self, reason: str) -> None:
        """The process ended by itself: its job fails, what waited is asked for again, and a fresh process starts."""
        if not self.ready:
            self._give_up(DiscGraderError(f"The worker process could not start ({reason})."))
            return
        self._end_process()
        first = next(iter(self._jobs.values()), None)
        if first is not None:
            del self._jobs[first.number]
        self._begin_again()
        error = DiscGraderError(
            f"The worker process ended unexpectedly ({reason}) and was started again; if memory ran out, close other "
            "programs or studies."
        )
        self._notice("trouble", str(error))
        if first is not None and not first.over:
            first.over = True
            first.listener.failed(error)

    def _give_up(self, error: DiscGraderError) -> None:
        """The process cannot be had; the next job tries again."""
        self._end_process()
        jobs = list(self._jobs.values())
        self._jobs.clear()
        self._notice("trouble", str(error))
        for job in jobs:
            if not job.over:
                job.listener.failed(error)

    def _begin_again(self) -> None:
        self.start()
        for job in list(self._jobs.values()):
            if job.over:
                del self._jobs[job.number]
            else:
                self._post(job)

    def _end_process(self) -> None:
        self._ready = False
        kill_all(self._processes)


class _Sent:
    """What one process has of the objects that are sent once.

    Parameters
    ----------
    types : tuple of type
    """

    def __init__(self, types: tuple[type, ...]) -> None:
        self._types = types
        self._count = itertools.count(1)
        self._numbers: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._objects: dict[int, Any] = {}

    def job(self, job: Job) -> Message:
        """What asks for a job: with the objects that the process has not, without those that only older jobs needed."""
        needed: dict[int, Any] = {}

        def number_of(value: Any) -> int | None:
            if not isinstance(value, self._types):
                return None
            number = self._numbers.get(value) or next(self._count)
            self._numbers[value], needed[number] = number, value
            return number

        body = pack(job.work, number_of)
        new = {number: value for number, value in needed.items() if number not in self._objects}
        dropped = tuple(self._objects.keys() - needed.keys())
        self._objects = needed
        return Message("job", job.number, body, new, dropped)

    def arrived(self, message: Message) -> Callable[[int], Any]:
        """Note what the process has sent and keeps; gives its objects by number."""
        for number, value in message.shared.items():
            self._numbers[value] = number
            self._objects[number] = value
        return message.shared.__getitem__

    def forgotten(self) -> Message:
        """What has the process let go of everything."""
        dropped = tuple(self._objects)
        self._objects = {}
        return Message("forget", dropped=dropped)
