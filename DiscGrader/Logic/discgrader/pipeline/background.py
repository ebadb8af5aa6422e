"""Work in a thread, heard of in the thread that asked for it."""

import queue
import threading
from collections.abc import Callable
from typing import Protocol

from discgrader.errors import Cancelled
from discgrader.progress import Progress


class Listener(Protocol):
    """Who hears how the work goes; called only from `BackgroundJob.deliver`, in that thread."""

    def progressed(self, stage: str, fraction: float, detail: str) -> None: ...

    def finished(self, value: object) -> None: ...

    def stopped(self) -> None: ...

    def failed(self, error: Exception) -> None: ...


class BackgroundJob:
    """One piece of work that runs in a thread of its own.

    A MRML scene and a window may be touched from their own thread alone, so the work only puts down what happens, and
    the owner of scene or window calls `deliver` from time to time, which tells the listener.

    Parameters
    ----------
    work : callable(Progress) -> object
        Must touch neither scene nor window.
    listener : Listener
    """

    def __init__(self, work: Callable[[Progress], object], listener: Listener) -> None:
        self._work = work
        self._listener = listener
        self._events: queue.SimpleQueue[tuple] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="DiscGrader", daemon=True)
        self.running = False

    def start(self) -> None:
        """Begin the work."""
        self.running = True
        self._thread.start()

    def cancel(self) -> None:
        """Ask the work to stop at its next step; the listener hears when it has."""
        self._stop.set()

    def deliver(self, wait_s: float = 0.0) -> bool:
        """Tell the listener what has happened since the last call; whether the work still runs.

        Parameters
        ----------
        wait_s : float
            How long to wait for something to happen. While it waits, the thread may use the interpreter, of which an
            application that is written in C++ lets it have little otherwise.
        """
        timeout = wait_s
        while self.running:
            try:
                name, *values = self._events.get(timeout=timeout) if timeout > 0 else self._events.get_nowait()
            except queue.Empty:
                break
            timeout = 0.0
            if name != "progressed":
                # The listener may start the next job at once, so this one has ended before it hears of it.
                self.running = False
                self._thread.join()
            getattr(self._listener, name)(*values)
        return self.running

    def _run(self) -> None:
        progress = Progress(lambda *heard: self._events.put(("progressed", *heard)), self._stop)
        try:
            value = self._work(progress)
        except Cancelled:
            self._events.put(("stopped",))
        except Exception as error:  # noqa: BLE001  whatever it is, the listener hears of it in its own thread
            self._events.put(("failed", error))
        else:
            self._events.put(("finished", value))
