"""One life of the worker process: started, written to and listened to by threads, so that nobody waits for it."""

import contextlib
import json
import os
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import discgrader
from discgrader.pipeline.launched import end, own_group
from discgrader.pipeline.worker_protocol import Message, ProtocolError, read_message, write_message

_MODULE = "discgrader.pipeline.worker_process"
_LAST_LINES = 12


class WorkerLink:
    """A worker process, from its start to its end.

    Parameters
    ----------
    python : str
        The Python to run it with; in Slicer, PythonSlicer.
    engine : mapping
        What `discgrader.pipeline.worker_process.main` takes: maker and options.
    environment : mapping of str to str, optional
        Variables in addition to those of this process.
    events : queue
        Gets (link, message) for each message, for each line that was printed (kind ``log``), and last of all for the
        end (kind ``ended``, with ``status`` and ``reason``).
    """

    def __init__(
        self,
        python: str,
        engine: Mapping[str, object],
        environment: Mapping[str, str] | None,
        events: queue.SimpleQueue,
    ) -> None:
        self._command = [python, "-u", "-m", _MODULE, json.dumps(engine)]
        self._environment = {**os.environ, **(environment or {}), "PYTHONIOENCODING": "utf-8:replace"}
        self._events = events
        self._outbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._killed = False
        self._pid = 0
        self._last_lines: list[str] = []
        threading.Thread(target=self._live, name="DiscGrader worker", daemon=True).start()

    def send(self, messages: Sequence[Message]) -> None:
        """Have messages written, in this order, as soon as the process takes them."""
        for message in messages:
            self._outbox.put(message)

    def kill(self) -> None:
        """End the process now, whatever it does; returns at once."""
        with self._lock:
            self._killed = True
            process, pid = self._process, self._pid
        self._outbox.put(None)
        if process is not None:
            end(process, pid)

    def _live(self) -> None:
        try:
            process = self._start()
        except OSError as error:
            self._tell(Message("ended", {"status": None, "reason": f"{self._command[0]}: {error.strerror or error}"}))
            return
        with self._lock:
            self._process = process
            killed = self._killed
        if killed:
            self.kill()
        listening = [
            threading.Thread(target=listen, args=(process,), name="DiscGrader worker", daemon=True)
            for listen in (self._listen, self._listen_to_errors)
        ]
        for one in listening:
            one.start()
        threading.Thread(target=self._write, args=(process,), name="DiscGrader worker", daemon=True).start()
        listening[0].join()
        # A process that closed its output or garbled it is of no use any more.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1.0)
        self.kill()
        status = process.wait()
        listening[1].join(1.0)
        self._tell(Message("ended", {"status": status, "reason": self._last_lines[-1] if self._last_lines else ""}))

    def _start(self) -> subprocess.Popen:
        # In the folder of the package, so that the process finds it whatever its Python thinks of PYTHONPATH.
        folder = Path(discgrader.__file__).resolve().parents[1]
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=self._environment,
            **own_group(),
        )

    def _listen(self, process: subprocess.Popen) -> None:
        try:
            while (message := read_message(process.stdout, self._passed_over)) is not None:
                if message.kind == "hello":
                    self._pid = int(message.fields["pid"])
                self._tell(message)
        except (OSError, ValueError, ProtocolError) as error:
            self._log(str(error))

    def _listen_to_errors(self, process: subprocess.Popen) -> None:
        for line in process.stderr:
            self._log(line.decode("utf-8", "replace").rstrip())

    def _write(self, process: subprocess.Popen) -> None:
        try:
            while (message := self._outbox.get()) is not None:
                write_message(process.stdin, message)
        except (OSError, ValueError) as error:
            self._log(f"The worker process does not listen any more ({error}).")
        with contextlib.suppress(OSError, ValueError):
            process.stdin.close()

    def _passed_over(self, garbage: bytes) -> None:
        self._log(garbage.decode("utf-8", "replace").strip())

    def _log(self, line: str) -> None:
        if line:
            self._last_lines = [*self._last_lines, line][-_LAST_LINES:]
            self._tell(Message("log", {"line": line}))

    def _tell(self, message: Message) -> None:
        self._events.put((self, message))
