"""Processes that are started through a launcher such as PythonSlicer, and ended with all that they started."""

import contextlib
import os
import signal
import subprocess


def own_group() -> dict[str, object]:
    """Options of `subprocess.Popen` that put a process into a group of its own, and open no console for it."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True} if os.name == "posix" else {}


def end(process: subprocess.Popen, pid: int = 0) -> None:
    """End a process of its own group now, whatever it does; returns at once.

    Parameters
    ----------
    process : subprocess.Popen
        What was started, with `own_group`.
    pid : int
        Number of the process that computes, which a launcher is not; that process must have said it itself. 0 where it
        has not yet.
    """
    if process.poll() is not None:
        return
    if pid and pid != process.pid:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    if os.name == "posix":
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
