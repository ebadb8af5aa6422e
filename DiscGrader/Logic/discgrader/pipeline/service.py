"""What a scene asks of whatever computes for it, be it a process or a thread, and who hears of it."""

from collections.abc import Sequence
from typing import Protocol

from discgrader.grading.results import DiscResult
from discgrader.imaging.study import Study
from discgrader.localize.disc import Localization
from discgrader.pipeline.engine import Maps


class WorkerListener:
    """Hears of one piece of work; called only from `Service.poll`. Override what you want to hear.

    Last comes exactly one of finished, stopped and failed.
    """

    def progressed(self, stage: str, fraction: float, detail: str) -> None:
        """So far is the work, 0 to 1."""

    def found(self, localization: Localization) -> None:
        """These are the discs."""

    def graded(self, result: DiscResult) -> None:
        """These are the grades of one disc."""

    def explained(self, level: str, maps: Maps) -> None:
        """These are the saliency maps of one disc."""

    def finished(self, value: object) -> None:
        """All is done: a `Localization`, a `StudyResult`, or of explaining the maps and their series' names."""

    def stopped(self) -> None:
        """It was stopped, or newer work took its place."""

    def failed(self, error: Exception) -> None:
        """It cannot be done, for this reason."""


class Service(Protocol):
    """What computes for a scene while the window stays free: a worker process, or a thread of this one.

    Every method but `close` returns at once; `poll`, called some times a second, tells the listeners.
    """

    @property
    def ready(self) -> bool:
        """Whether the networks are loaded."""

    @property
    def busy(self) -> bool:
        """Whether some work has not ended yet."""

    def start(self) -> None:
        """Have the networks loaded before there is work."""

    def find(self, study: Study, listener: WorkerListener, *, margin_mm: float, lowest_disc: str | None) -> int:
        """Find the discs; the work's number."""

    def grade(
        self,
        study: Study,
        listener: WorkerListener,
        *,
        localization: Localization | None,
        systems: Sequence[str] | None,
        saliency: bool,
        margin_mm: float,
    ) -> int:
        """Grade all discs; where they are not known, they are found first, in boxes of this margin. The work's
        number."""

    def regrade(
        self,
        study: Study,
        localization: Localization,
        level: str,
        listener: WorkerListener,
        *,
        systems: Sequence[str] | None,
        saliency: bool,
    ) -> int:
        """Grade one disc of a localization alone, in place of what was asked for this level before; the work's
        number."""

    def cancel(self, number: int | None = None) -> None:
        """Stop this work, or all."""

    def poll(self, wait_s: float = 0.0) -> bool:
        """Tell the listeners what has happened; whether some work has not ended yet."""

    def forget(self) -> None:
        """Let go of the volumes that are held for work to come."""

    def close(self) -> None:
        """End; work that has not ended is forgotten."""
