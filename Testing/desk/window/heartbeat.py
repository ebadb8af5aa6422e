"""How long the window has gone without answering."""

import time

from PySide6 import QtCore

from desk.window.log import logger

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
