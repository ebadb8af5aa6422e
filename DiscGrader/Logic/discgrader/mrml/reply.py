"""What a service says of one piece of work for a scene, until the work goes on, and who hears of it."""

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

from discgrader.errors import Cancelled, StudyError
from discgrader.grading.results import DiscResult
from discgrader.mrml.nodes import Node
from discgrader.pipeline.service import Answer
from discgrader.progress import LEVEL, PROGRESS

EventCallback = Callable[[str, dict[str, Any]], None]
"""Called in the scene's thread as ``on_event(event, data)`` with what happens to a piece of work, as `DiscGraderLogic`
has it: `PROGRESS` and `LEVEL`, and last exactly one of `COMPLETED`, `CANCELLED` and `ERROR`."""


class Reply(Answer):
    """What a service says of one piece of work, until the work for the scene goes on.

    Parameters
    ----------
    on_event : callable(event, data)
        Hears of progress.
    nodes : iterable of vtkMRMLNode
        Must stay in the scene for the work to make sense.
    start, span : float
        The part of the whole that this work is.
    box : vtkMRMLMarkupsROINode, optional
        Without it nobody wants the work any more.
    """

    def __init__(
        self, on_event: EventCallback, nodes: Iterable[Node], start: float = 0.0, span: float = 1.0, box=None
    ) -> None:
        super().__init__()
        self._on_event, self._box = on_event, box
        self._nodes = {node: node.GetName() for node in nodes}
        self._start, self._span = start, span
        self._fresh: list[DiscResult] = []

    @property
    def ready(self) -> bool:
        """Whether there is something to go on with."""
        return self.over or bool(self._fresh)

    def take(self) -> Sequence[DiscResult]:
        """The grades that have come since the last call."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def missing(self, scene) -> StudyError | Cancelled | None:
        """Why the work makes no sense any more; None where it does."""
        if self._box is not None and not scene.IsNodePresent(self._box):
            return Cancelled("The box was deleted.")
        for node, name in self._nodes.items():
            if not scene.IsNodePresent(node):
                return StudyError(
                    f"{name} was removed from the scene while it was in use, so the computation was stopped."
                )
        return None

    def progressed(self, stage: str, fraction: float, detail: str) -> None:
        tell_progress(self._on_event, stage, self._start + self._span * fraction, detail)

    def graded(self, result: DiscResult) -> None:
        super().graded(result)
        self._fresh.append(result)


def tell_progress(on_event: EventCallback, stage: str, fraction: float, detail: str) -> None:
    """So far is the work, 0 to 1."""
    on_event(PROGRESS, {"stage": stage, "fraction": fraction, "detail": detail})


def tell_grades(on_event: EventCallback, result: DiscResult) -> None:
    """These are the grades of one disc."""
    on_event(LEVEL, {"level": result.disc.level, "grades": result.grades})


def answered(reply: Reply, graded: Callable[[DiscResult], None] = lambda result: None) -> Generator[Reply, None, Any]:
    """Wait for what a service was asked for, and what it comes to; ``graded`` hears of each disc's grades."""
    while not reply.over:
        yield reply
        for result in reply.take():
            graded(result)
    return reply.value()
