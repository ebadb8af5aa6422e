"""The operating system's process in which a worker runs: started, heard, and ended with all that it started."""

import contextlib
import json
import os
import queue
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

import discgrader
from discgrader.jobs.job import how_it_ended
from discgrader.jobs.messages import Message, pack, receive, send, unpack

_MODULE = "discgrader.jobs.worker"

_LAST_LINES = 12


class WorkerProcess:
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


def kill_all(processes: list[WorkerProcess]) -> None:
    """End processes at once, as when the interpreter ends."""
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
