"""What ``operating_points`` of a ``pack.json`` may say of a task: from which probability on its finding is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from discgrader.checked import Count, Within

Share = Annotated[float, Within(0, 1)]
Number = Annotated[int, Within(0, 1e9)]


@dataclass(frozen=True)
class Point:
    """A threshold of the probability of all grades but the first, and how well a task does at it."""

    threshold: Share
    sensitivity: Share
    specificity: Share


@dataclass(frozen=True)
class OperatingPoints:
    """The operating points of a task.

    Parameters
    ----------
    default : str
        The rule that is used where the user chooses none: ``youden``, ``likeliest`` or ``sensitivity:0.9``.
    youden : Point
        Of most sensitivity + specificity.
    chosen_on : str
        On which discs the points were chosen, in words that follow "on".
    curve : list of Point
        By rising sensitivity; empty where only the one point is known.
    discs, positives, patients : int
        How many of each they were chosen on; 0 where it is not known.
    cross_validated : mapping
        ``sensitivity`` and ``specificity`` of Youden's rule with 95 % intervals, the threshold chosen on other patients
        than those that it is tried on; empty where this was not done.
    """

    default: Annotated[str, Count(1, 40)]
    youden: Point
    chosen_on: Annotated[str, Count(1, 400)]
    curve: Annotated[list[Point], Count(0, 200)]
    discs: Number = 0
    positives: Number = 0
    patients: Number = 0
    cross_validated: Mapping[str, Any] | None = None
