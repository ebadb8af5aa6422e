"""Work of a worker process in the shape of a `BackgroundJob`, one step after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from discgrader.errors import DiscGraderError
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.imaging.study import Study
from discgrader.localize.disc import DEFAULT_MARGIN_MM, Disc, Localization, RoiBox
from discgrader.pipeline.background import Listener
from discgrader.pipeline.given_boxes import with_boxes
from discgrader.pipeline.regrade import systems_of
from discgrader.pipeline.worker_client import WorkerClient, WorkerListener

Step = Callable[[WorkerClient, object, WorkerListener], int]
"""Asks for work, with what the step before came to, and gives the work's number."""


class GradingListener(Listener, Protocol):
    """Who hears of each disc's grades, too, as soon as they are known."""

    def graded(self, result: DiscResult) -> None: ...


class WorkerJob(WorkerListener):
    """Some steps of work in a worker process.

    Parameters
    ----------
    client : WorkerClient
        Started when the job is, if it was not before.
    steps : sequence of Step
    listener : GradingListener
        Called only from `deliver`.
    """

    def __init__(self, client: WorkerClient, steps: Sequence[Step], listener: GradingListener) -> None:
        self._client = client
        self._steps = list(steps)
        self._count = len(steps)
        self._listener = listener
        self._number = 0
        self.running = False

    def start(self) -> None:
        """Ask for the first step."""
        self._ask(None)
        self.running = True

    def cancel(self) -> None:
        """Stop; the listener hears of it within a fifth of a second."""
        if self.running:
            self._client.cancel(self._number)

    def deliver(self, wait_s: float = 0.0) -> bool:
        """Tell the listener what has happened since the last call; whether the work still runs."""
        if self.running:
            self._client.poll(wait_s)
        return self.running

    def progressed(self, stage: str, fraction: float, detail: str) -> None:
        done = self._count - len(self._steps) - 1
        self._listener.progressed(stage, (done + fraction) / self._count, detail)

    def graded(self, result: DiscResult) -> None:
        self._listener.graded(result)

    def finished(self, value: object) -> None:
        if self._steps:
            try:
                self._ask(value)
            except DiscGraderError as error:
                self.failed(error)
            return
        self.running = False
        self._listener.finished(value)

    def stopped(self) -> None:
        self.running = False
        self._listener.stopped()

    def failed(self, error: Exception) -> None:
        self.running = False
        self._listener.failed(error)

    def _ask(self, value: object) -> None:
        self._number = self._steps.pop(0)(self._client, value, self)


def grading_steps(
    study: Study,
    boxes: Mapping[str, RoiBox],
    known: Localization | None,
    systems: Sequence[str] | None,
    saliency: bool,
) -> list[Step]:
    """Grade the discs of these boxes; all discs where there is no box; finding them first where none is known."""

    def grade(client: WorkerClient, found: Localization | None, listener: WorkerListener) -> int:
        found = known if found is None else found
        if boxes:
            found = with_boxes(found, boxes, DEFAULT_MARGIN_MM)
        return client.grade(study, listener, localization=found, systems=systems, saliency=saliency)

    def find(client: WorkerClient, _value: object, listener: WorkerListener) -> int:
        return client.find(study, listener)

    return [find, grade] if boxes and known is None else [grade]


def regrading_steps(result: StudyResult, disc: Disc) -> list[Step]:
    """Grade one disc of a result anew, in its corrected box, by the systems that had graded it.

    Raises
    ------
    UsageError
        When the result has no disc of this level.
    """
    systems = systems_of(result, disc)
    discs = tuple(disc if one.level == disc.level else one for one in result.localization.discs)
    corrected = replace(result.localization, discs=discs)

    def regrade(client: WorkerClient, _value: object, listener: WorkerListener) -> int:
        return client.regrade(
            result.study, corrected, disc.level, listener, systems=systems, saliency=bool(result.saliency)
        )

    return [regrade]
