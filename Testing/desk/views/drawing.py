"""When views are drawn."""

import time
from functools import cache

from PySide6 import QtCore

_TURN_S = 0.01


class DrawingTurns:
    """Draws the views that were asked for in a turn of the event loop, and leaves some to the next turn where that
    takes long, so that the window answers in between.

    The view at hand comes first, then those that were asked for first; what is asked for again before its turn is drawn
    once.

    Attributes
    ----------
    at_hand : VtkWidget or None
        Where the mouse was last.
    """

    def __init__(self):
        self.at_hand = None
        self._waiting = {}
        self._timer = QtCore.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._draw)

    @property
    def waiting(self) -> tuple:
        """The views that are still to be drawn."""
        return tuple(self._waiting)

    def ask(self, view, draw) -> None:
        """Have ``draw`` called in a turn to come.

        Parameters
        ----------
        view : VtkWidget
            What is drawn.
        draw : callable()
        """
        self._waiting.setdefault(view, draw)
        self._timer.start()

    def forget(self, view) -> None:
        """Do not draw a view that was asked for."""
        self._waiting.pop(view, None)
        if self.at_hand is view:
            self.at_hand = None

    def _draw(self):
        until = time.monotonic() + _TURN_S
        while self._waiting and time.monotonic() < until:
            view = self.at_hand if self.at_hand in self._waiting else next(iter(self._waiting))
            self._waiting.pop(view)()
        if self._waiting:
            self._timer.start()


@cache
def drawing_turns() -> DrawingTurns:
    """The turns of all views."""
    return DrawingTurns()
