"""How the views show grades, kept in the scene."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace

from discgrader.errors import UsageError
from discgrader.grading.systems import find_task, leading_task
from discgrader.mrml.nodes import attribute, set_attributes
from discgrader.mrml.saliency import LOWER_THRESHOLD
from discgrader.mrml.views import SALIENCY_OPACITY


@dataclass(frozen=True)
class ViewSettings:
    """How the views show grades.

    Parameters
    ----------
    saliency : bool
        Whether the saliency of the shown grade lies over the picture.
    opacity, threshold : float
        Of saliency, 0–1; what is below the threshold is not shown.
    labels : bool
        Whether level and grade stand beside each disc.
    label_system, label_task : str
        Whose grade that is; both empty for the level alone.

    Raises
    ------
    UsageError
        When a number is outside 0–1, or there is no such task.
    """

    saliency: bool = True
    opacity: float = SALIENCY_OPACITY
    threshold: float = LOWER_THRESHOLD
    labels: bool = True
    label_system: str = field(default_factory=lambda: leading_task()[0])
    label_task: str = field(default_factory=lambda: leading_task()[1])

    def __post_init__(self) -> None:
        for name, value in (("opacity", self.opacity), ("threshold", self.threshold)):
            if not 0.0 <= value <= 1.0:
                raise UsageError(f"The {name} of saliency is between 0 and 1, not {value:g}.")
        if self.label_system or self.label_task:
            find_task(self.label_system, self.label_task)


class KeptSettings:
    """The view settings of a scene, on a node that is saved with it.

    Parameters
    ----------
    node : callable() -> vtkMRMLNode
        The module's node in the scene.
    """

    def __init__(self, node: Callable[[], object]) -> None:
        self._node = node

    @property
    def now(self) -> ViewSettings:
        """As they are; what a scene says that makes no sense is left aside."""
        try:
            kept = json.loads(attribute(self._node(), "Views") or "{}")
            known = {one.name for one in fields(ViewSettings)}
            return ViewSettings(**{name: value for name, value in kept.items() if name in known})
        except (ValueError, TypeError, AttributeError, UsageError):
            return ViewSettings()

    def change(self, **values: object) -> ViewSettings:
        """Change some; what is None stays."""
        new = replace(self.now, **{name: value for name, value in values.items() if value is not None})
        set_attributes(self._node(), Views=json.dumps(asdict(new)))
        return new
