"""The desk's log file, what becomes of errors that nobody caught, and how long the window did not answer."""

import logging
import sys
import threading
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path

from PySide6 import QtCore

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_BYTES = 2_000_000

logger = logging.getLogger("desk")


class Log:
    """Everything that Python, Qt and uncaught errors have to say, in one file.

    Parameters
    ----------
    path : Path
        Grown too large, it is set aside and begun anew.
    show : callable(str)
        Shows an uncaught error to the user, in one line.
    """

    def __init__(self, path: Path, show):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._show = show
        self._handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=1, encoding="utf-8", delay=True)
        self._handler.setFormatter(logging.Formatter(_FORMAT))
        self._before = None

    def start(self) -> None:
        root = logging.getLogger()
        self._before = (root.level, sys.excepthook, threading.excepthook)
        root.addHandler(self._handler)
        root.setLevel(min(root.level, logging.INFO))
        sys.excepthook = self._uncaught
        threading.excepthook = lambda told: self._uncaught(told.exc_type, told.exc_value, told.exc_traceback)
        QtCore.qInstallMessageHandler(_from_qt)
        logger.info("The desk opens")

    def stop(self) -> None:
        logger.info("The desk closes")
        QtCore.qInstallMessageHandler(None)
        root = logging.getLogger()
        root.removeHandler(self._handler)
        self._handler.close()
        level, sys.excepthook, threading.excepthook = self._before
        root.setLevel(level)

    def _uncaught(self, kind, error, trace):
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logger.error("Uncaught error", exc_info=(kind, error, trace))
        sys.__excepthook__(kind, error, trace)
        self._show(f"{kind.__name__}: {error}")


def _from_qt(kind, context, message):
    # Without a screen Qt says this of every window.
    if "propagateSizeHints" in message:
        return
    level = logging.WARNING if kind != QtCore.QtMsgType.QtInfoMsg else logging.INFO
    logging.getLogger("Qt").log(level, message)


_BEAT_MS = 20
_NOTED_S = 0.5


class Heartbeat:
    """Beats while the event loop runs, and notes when it was held up.

    What holds the loop for more than half a second is written to the log.

    Attributes
    ----------
    longest_s : float
        The longest time without an answer since the last `reset`.
    """

    def __init__(self):
        self.longest_s = 0.0
        self._last = time.monotonic()
        self._timer = QtCore.QTimer()
        self._timer.setTimerType(QtCore.Qt.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def reset(self) -> None:
        """Begin to measure anew."""
        self.longest_s = 0.0
        self._last = time.monotonic()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self):
        now = time.monotonic()
        held = now - self._last - _BEAT_MS / 1000
        self._last = now
        self.longest_s = max(self.longest_s, held)
        if held > _NOTED_S:
            logger.warning("The window did not answer for %.1f s", held)
