"""Which values of a measure or feature are usual, so that a reader sees whether a disc's own stands out.

The ranges are those of a data set's discs on the same sequence, healthy and degenerated ones alike, measured as the
product measures: ``discgrader evaluate usual`` writes them. What has no range there is shown without one.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated

from discgrader.checked import Count, Within, checked, read_json
from discgrader.errors import DiscGraderError
from discgrader.resources import resources_dir

FOLDER = "UsualValues"
"""Of ``Resources``; one file for each data set, with the data set and its license."""

USUAL, BELOW, ABOVE = "usual {range}", "below the usual {range}", "above the usual {range}"
"""What is said beside a value, by whether it lies inside."""

_Value = Annotated[float, Within(-1e12, 1e12)]
Range = Annotated[tuple[_Value, _Value], Count(2, 2)]


@dataclass(frozen=True)
class UsualValues:
    """The ranges of one data set.

    Parameters
    ----------
    data_set, license : str
        Whose discs, and under which license they may be used.
    statement : str
        What the ranges are, in one sentence that a reader sees.
    ranges : mapping of str to (low, high)
        By column, such as ``T2:evidence:height_mm`` or ``T2:slice:original_firstorder_Entropy``, as
        `discgrader.training.tabular` names them.
    """

    data_set: str
    license: str
    statement: str
    ranges: dict[str, Range]


@cache
def usual_values() -> tuple[UsualValues, ...]:
    """All that come with the product.

    Raises
    ------
    DiscGraderError
        A file is damaged.
    """
    return tuple(
        checked(read_json(path, DiscGraderError), UsualValues, path.name, DiscGraderError)
        for path in sorted((resources_dir() / FOLDER).glob("*.json"))
    )


def usual_range(column: str) -> tuple[float, float] | None:
    """From which to which value most discs are; None where nobody has measured it.

    Parameters
    ----------
    column : str
        As in `UsualValues.ranges`.
    """
    return next((found.ranges[column] for found in usual_values() if column in found.ranges), None)


def usual_words(value: float, low: float, high: float) -> str:
    """Which of `USUAL`, `BELOW` and `ABOVE` is said of a value."""
    return BELOW if value < low else ABOVE if value > high else USUAL
