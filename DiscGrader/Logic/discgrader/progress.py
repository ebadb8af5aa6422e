"""How work tells a caller where it stands, learns that it should stop, and notes how long its stages take."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from discgrader.errors import Cancelled

EVENTS = PROGRESS, LEVEL, COMPLETED, CANCELLED, ERROR = "progress", "level", "completed", "cancelled", "error"
"""What `DiscGraderLogic` tells of work that is not waited for: how far it is, the grades of one disc, and its end."""


@dataclass(frozen=True)
class Progress:
    """A listener and a stop signal, handed down through every stage.

    Parameters
    ----------
    listener : callable(stage: str, fraction: float, detail: str) or None
        Receives the name of the stage, the share of the whole work done (0 to 1) and a short text.
    stop : threading.Event
        Set by the caller, from any thread, to end the work at the next step.
    start, span : float
        The part of the whole that this progress covers.
    """

    listener: Callable[[str, float, str], None] | None = None
    stop: Event = field(default_factory=Event)
    start: float = 0.0
    span: float = 1.0

    def report(self, stage: str, fraction: float, detail: str = "") -> None:
        """Tell the listener that ``fraction`` (0 to 1) of this part is done; raise `Cancelled` when asked to stop."""
        self.check()
        if self.listener is not None:
            self.listener(stage, self.start + self.span * min(max(fraction, 0.0), 1.0), detail)

    def check(self) -> None:
        """Raise `Cancelled` when asked to stop; may be called from any thread."""
        if self.stop.is_set():
            raise Cancelled("Stopped; nothing was written.")

    def part(self, start: float, end: float) -> "Progress":
        """A progress for the part of this one from ``start`` to ``end`` (both 0 to 1)."""
        return Progress(self.listener, self.stop, self.start + self.span * start, self.span * (end - start))


@dataclass
class Stopwatch:
    """Wall-clock seconds by stage, in the order in which the stages first began."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time that the block takes to the stage ``name``."""
        self.seconds.setdefault(name, 0.0)
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - began
