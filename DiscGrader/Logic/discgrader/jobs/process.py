"""Jobs in a worker process that is kept alive, in which what they share stays loaded."""

import contextlib
import itertools
import json
import os
import queue
import secrets
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

import discgrader
from discgrader.errors import DiscGraderError
from discgrader.jobs.job import Job, Runner, how_it_ended
from discgrader.jobs.messages import Message, named, pack, receive, send, unpack

STOP_SECONDS = 0.15
"""After so long whoever cancelled a job hears that it has stopped, even if it still runs."""

UNRESPONSIVE_SECONDS = 1.5
"""So long a cancelled job may take to stop by itself; then its process is ended and a fresh one started, which takes
longer."""

_MODULE = "discgrader.jobs.worker"
_LAST_LINES = 12


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
        self._start_process = partial(_Process, python or sys.executable, chosen, environment, self._events)
        self._sent = _Sent(self._types)
        self._ready = False
        # A list, so that the process ends also with the interpreter, or when the runner is forgotten unclosed.
        self._processes: list[_Process] = []
        self._end_processes = weakref.finalize(self, _kill_all, self._processes)

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

    def _hear(self, process: "_Process", message: Message) -> None:
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
        _kill_all(self._processes)


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


class _Process:
    """One life of the worker process: started, written to and listened to by threads, so that nobody waits for it.

    Parameters
    ----------
    python : str
    chosen : mapping
        What the process is to know: what to prepare, and how.
    environment : mapping of str to str, optional
        Variables in addition to those of this process.
    events : queue
        Gets (process, message) for each message, for each line that was printed (kind ``log``), and last of all for the
        end (kind ``ended``, with the reason).
    """

    def __init__(
        self, python: str, chosen: Mapping[str, Any], environment: Mapping[str, str] | None, events: queue.SimpleQueue
    ) -> None:
        self._command = [python, "-u", "-m", _MODULE]
        self._chosen = chosen
        self._environment = {**os.environ, **(environment or {}), "PYTHONIOENCODING": "utf-8:replace"}
        self._events = events
        self._outbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._killed = False
        self._ended = threading.Event()
        self._last_lines: list[str] = []
        self.pid = 0
        _thread(self._live)

    @property
    def launched_pid(self) -> int:
        """Number of the process that was started here; 0 before."""
        return self._process.pid if self._process is not None else 0

    def send(self, message: Message) -> None:
        """Have a message written as soon as the process takes it."""
        self._outbox.put(message)

    def kill(self) -> None:
        """End the process now, whatever it does; returns at once."""
        with self._lock:
            self._killed = True
            process, pid = self._process, self.pid
        self._outbox.put(None)
        if process is not None:
            _end(process, pid)

    def _live(self) -> None:
        try:
            reason = self._run()
        except OSError as error:
            reason = f"{self._command[0]}: {error.strerror or error}"
        self._tell("ended", reason)

    def _run(self) -> str:
        """Start the process and listen to it until its end; why it ended."""
        key = secrets.token_bytes(32)
        with Listener(authkey=key) as listener:
            process = self._start()
            with self._lock:
                self._process = process
                killed = self._killed
            if killed:
                self.kill()
            assert process.stdin is not None and process.stdout is not None
            logging = _thread(self._listen_to_lines, process.stdout, listener.address)
            with contextlib.suppress(OSError), process.stdin:
                process.stdin.write(
                    json.dumps({**self._chosen, "address": listener.address, "key": key.hex()}).encode()
                )
            connection = self._accept(listener)
        if connection is not None:
            writing = _thread(self._write, connection)
            self._listen(connection)
        # A process that closed its connection is of no use any more.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1.0)
        self.kill()
        status = process.wait()
        if connection is not None:
            # Not while it is written to.
            writing.join()
            connection.close()
        logging.join(1.0)
        last = self._last_lines[-1] if self._last_lines and status >= 0 else ""
        return how_it_ended(status) + (f": {last}" if last else "")

    def _start(self) -> subprocess.Popen:
        # In the folder of the package, so that the process finds it whatever its Python thinks of PYTHONPATH.
        folder = Path(discgrader.__file__).resolve().parents[1]
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=self._environment,
            **_own_group(),
        )

    def _accept(self, listener: Listener) -> Connection | None:
        """The process's connection; None where it ended before it had one."""
        while not self._ended.is_set():
            with contextlib.suppress(AuthenticationError, EOFError, OSError):
                return listener.accept()
        return None

    def _listen(self, connection: Connection) -> None:
        try:
            while True:
                message = receive(connection)
                if message.kind == "hello":
                    self.pid = unpack(message.body)
                self._events.put((self, message))
        except (OSError, EOFError):
            return
        except Exception as error:  # noqa: BLE001  whatever comes, it is no message, and the process is ended
            self._log(f"The worker process cannot be understood ({error}).")

    def _listen_to_lines(self, lines: Iterable[bytes], address: Any) -> None:
        for line in lines:
            self._log(line.decode("utf-8", "replace").strip())
        self._ended.set()
        # So that nobody goes on waiting for it to connect.
        with contextlib.suppress(OSError):
            Client(address).close()

    def _write(self, connection: Connection) -> None:
        try:
            while (message := self._outbox.get()) is not None:
                send(connection, message)
        except (OSError, ValueError) as error:
            self._log(f"The worker process does not listen any more ({error}).")

    def _log(self, line: str) -> None:
        if line:
            self._last_lines = [*self._last_lines, line][-_LAST_LINES:]
            self._tell("log", line)

    def _tell(self, kind: str, value: str) -> None:
        self._events.put((self, Message(kind, body=pack(value))))


def _thread(work: Callable[..., None], *arguments: Any) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, name="DiscGrader worker", daemon=True)
    thread.start()
    return thread


def _kill_all(processes: list[_Process]) -> None:
    while processes:
        processes.pop().kill()


def _own_group() -> dict[str, Any]:
    """Options of `subprocess.Popen` that put a process into a group of its own, and open no console for it."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _end(process: subprocess.Popen, pid: int) -> None:
    """End a process of its own group now, whatever it does, and with it the one that computes, which a launcher is not;
    ``pid`` is that one's number, 0 where it has not said it yet."""
    if process.poll() is not None:
        return
    if pid and pid != process.pid:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
