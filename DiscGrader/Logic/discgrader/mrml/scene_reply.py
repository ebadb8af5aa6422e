"""What is said of work for a scene: to whoever asked for it, and by the service to the work itself."""

from collections.abc import Iterable, Sequence

from discgrader.errors import Cancelled, StudyError
from discgrader.grading.results import DiscResult
from discgrader.localize.disc import Localization
from discgrader.pipeline.service import WorkerListener


class SceneListener:
    """Hears how work for a scene goes; called only in the scene's thread. Override what you want to hear.

    Last comes exactly one of completed, stopped and failed.
    """

    def progressed(self, stage: str, fraction: float, detail: str) -> None:
        """So far is the work, 0 to 1."""

    def graded(self, result: DiscResult) -> None:
        """These are the grades of one disc."""

    def completed(self, value: object) -> None:
        """All is in the scene: a list of box nodes, or the table node of the grades."""

    def stopped(self) -> None:
        """It was stopped, or newer work took its place."""

    def failed(self, error: Exception) -> None:
        """It cannot be done, for this reason."""


class OnlyGrades(SceneListener):
    """Passes grades on and nothing else, for work that whoever asked for other work has not asked for.

    Parameters
    ----------
    listener : SceneListener
    """

    def __init__(self, listener: SceneListener) -> None:
        self._listener = listener

    def graded(self, result: DiscResult) -> None:
        self._listener.graded(result)


class Reply(WorkerListener):
    """What a service says of one piece of work, kept until the work for the scene goes on.

    Parameters
    ----------
    listener : SceneListener
        Hears of progress.
    nodes : iterable of vtkMRMLNode
        Must stay in the scene for the work to make sense.
    start, span : float
        The part of the whole that this work is.
    box : vtkMRMLMarkupsROINode, optional
        Without it nobody wants the work any more.

    Attributes
    ----------
    number : int
        Of the work, as the service gave it.
    discs : Localization or None
        As they were found for this work.
    over : bool
        Whether nothing more will come.
    """

    def __init__(
        self, listener: SceneListener, nodes: Iterable[object], start: float = 0.0, span: float = 1.0, box=None
    ) -> None:
        self._listener = listener
        self._box = box
        self._nodes = {node: node.GetName() for node in nodes}
        self._start, self._span = start, span
        self._fresh: list[DiscResult] = []
        self._value: object = None
        self._error: Exception | None = None
        self.number = 0
        self.discs: Localization | None = None
        self.over = False

    @property
    def ready(self) -> bool:
        """Whether there is something to go on with."""
        return self.over or bool(self._fresh)

    def take(self) -> Sequence[DiscResult]:
        """The grades that have come since the last call."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def value(self) -> object:
        """What the work came to.

        Raises
        ------
        Exception
            Why it came to nothing; `Cancelled` when it was stopped.
        """
        if self._error is not None:
            raise self._error
        return self._value

    def missing(self, scene) -> StudyError | Cancelled | None:
        """Why the work makes no sense any more; None where it does."""
        if self._box is not None and not scene.IsNodePresent(self._box):
            return Cancelled("The box was deleted.")
        for node, name in self._nodes.items():
            if not scene.IsNodePresent(node):
                return StudyError(f"{name} was removed from the scene while it was worked on, so the work was stopped.")
        return None

    def progressed(self, stage: str, fraction: float, detail: str) -> None:
        self._listener.progressed(stage, self._start + self._span * fraction, detail)

    def found(self, localization: Localization) -> None:
        self.discs = localization

    def graded(self, result: DiscResult) -> None:
        self._fresh.append(result)

    def finished(self, value: object) -> None:
        self._value, self.over = value, True

    def stopped(self) -> None:
        self._error, self.over = Cancelled("Stopped as asked."), True

    def failed(self, error: Exception) -> None:
        self._error, self.over = error, True
