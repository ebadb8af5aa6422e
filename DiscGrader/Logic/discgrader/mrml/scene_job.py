"""One piece of work for a scene: what is waiting, and who hears of it."""

from collections.abc import Callable
from dataclasses import dataclass

from discgrader.errors import Cancelled
from discgrader.jobs.job import Listener
from discgrader.localize.box import RoiBox
from discgrader.mrml.reply import EventCallback, Reply, tell_progress
from discgrader.mrml.steps import Steps
from discgrader.progress import CANCELLED, COMPLETED, ERROR


def ignore(event: str, data: dict) -> None:
    """Where nobody wants to hear."""


@dataclass(eq=False)
class SceneJob:
    """Work that has not ended.

    ``on_event`` hears of it, and what it comes to is called ``name`` there; ``box`` is the node of the box that it
    grades anew, ``live`` whether a hand still moves it, ``place`` where it was when the work began; ``answered`` says
    whether the service has ever answered; ``after`` is called when it has ended well.
    """

    steps: Steps
    on_event: EventCallback
    name: str = "table"
    box: object = None
    live: bool = False
    place: RoiBox | None = None
    after: Callable[[], None] | None = None
    waits_for: Reply | None = None
    answered: bool = False
    value: object = None
    error: Exception | None = None
    over: bool = False

    @property
    def waiting(self) -> bool:
        """Whether it can do nothing before the service has said something."""
        return self.waits_for is not None and not self.waits_for.ready


class SceneExport(Listener):
    """A report that is being written; attributes as those of `SceneJob`."""

    def __init__(self, on_event: EventCallback) -> None:
        self._on_event = on_event
        self.value: object = None
        self.error: Exception | None = None
        self.over = False

    def progressed(self, stage: str, fraction: float, detail: str) -> None:
        tell_progress(self._on_event, stage, fraction, detail)

    def finished(self, value: object) -> None:
        self.value, self.over = value, True
        self._on_event(COMPLETED, {"folder": value})

    def stopped(self) -> None:
        self.error, self.over = Cancelled("Stopped as requested."), True
        self._on_event(CANCELLED, {})

    def failed(self, error: Exception) -> None:
        self.error, self.over = error, True
        self._on_event(ERROR, {"error": error})
