"""Goes on with work a little at a time while the window has its turns in between."""

from collections.abc import Callable

import qt


class Poller:
    """Calls a function again and again for as long as it returns True.

    Parameters
    ----------
    go_on : callable() -> bool
        Does a little of the work; whether some is left.
    interval_ms : int
        Pause between two calls.
    """

    def __init__(self, go_on: Callable[[], bool], interval_ms: int):
        self._go_on, self._interval_ms = go_on, interval_ms
        self._timer = None

    def start(self) -> None:
        """Begin, if it is not running."""
        if self._timer is None:
            self._timer = qt.QTimer()
            self._timer.setInterval(self._interval_ms)
            self._timer.connect("timeout()", self._turn)
        self._timer.start()

    def close(self) -> None:
        """Stop for good; a timer that is kept keeps all that it is connected to."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _turn(self) -> None:
        if not self._go_on() and self._timer is not None:
            self._timer.stop()
