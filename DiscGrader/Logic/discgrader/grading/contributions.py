"""Which measures moved a disc's grade most, by the trees' own way to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from discgrader.grading.evidence import MEASURES
from discgrader.grading.feature_words import in_words
from discgrader.grading.usual import usual_range
from discgrader.packs.trees import Trees

SOURCE = (
    "change of the trees' score at the splits on the measurement (Saabas 2014), as change of the expected "
    "grade; measurements only, the networks contribute separately"
)
KEY = "contributions"
"""Name of this piece of evidence."""

MOST = 4
"""A few say it; more would not be read. A round number."""

INDEX = "index_from_sacrum"


@dataclass(frozen=True)
class Contribution:
    """How one measure moved the expected grade.

    Parameters
    ----------
    name, series : str
        Measure or feature, or ``index_from_sacrum``; and the role that it was measured on, empty for none.
    title, unit : str
        As people call it.
    value : float
        As measured.
    steps : float
        By how many grades the expected grade moved, to the first order; above zero towards the higher grade.
    usual : tuple of two float, or None
        Between which values most discs are, as `discgrader.grading.usual` knows it.
    """

    name: str
    series: str
    title: str
    unit: str
    value: float
    steps: float
    usual: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class TreeQuery:
    """One row that trees were asked with.

    Parameters
    ----------
    trees : Trees
        Of an ordinal task.
    row : ndarray, shape (features,)
        NaN where a value is missing.
    names : sequence of str
        What the values are, as `described` knows them.
    weight : float
        The trees' share in the grade.
    """

    trees: Trees
    row: np.ndarray
    names: Sequence[str]
    weight: float = 1.0


def contributions(queries: Iterable[TreeQuery], least_share: float, most: int = MOST) -> tuple[Contribution, ...]:
    """The values that moved the grade most, the strongest first; what is missing may move it, too, but tells a reader
    nothing.

    Parameters
    ----------
    queries : iterable of TreeQuery
        All that the grade was read from, beside networks.
    least_share : float
        A value with less of the sum of all steps is not worth a word.
    """
    found = [
        described(name, float(value), float(steps))
        for query in queries
        for name, value, steps in zip(query.names, query.row, query.trees.moved(query.row) * query.weight, strict=True)
        if np.isfinite(value) and steps != 0
    ]
    total = sum(abs(contribution.steps) for contribution in found)
    strongest = sorted(found, key=lambda contribution: -abs(contribution.steps))[:most]
    return tuple(contribution for contribution in strongest if abs(contribution.steps) > least_share * total > 0)


def described(name: str, value: float, steps: float) -> Contribution:
    """A contribution by the name of a value: ``index_from_sacrum``, ``<role>_<measure>``, or
    ``<role>:<family>:<feature>``."""
    if name.rsplit(":", 1)[-1] == INDEX:
        return Contribution(INDEX, "", "Disc, counted from the sacrum", "", value, steps)
    column = _column(name)
    role, _, feature = column.split(":", 2)
    measure = MEASURES.get(feature.rsplit("@", 1)[-1])
    unit = "" if measure is None else measure.unit
    title = _capital(in_words(column).split(": ", 1)[-1])
    return Contribution(feature, role, title, unit, value, steps, usual_range(column))


def _column(name: str) -> str:
    """``<role>_<measure>`` as ``<role>:evidence:<measure>``; what is such a column already as it is."""
    if ":" in name:
        return name
    measure = next((measure for measure in MEASURES if name.endswith(f"_{measure}")), "")
    return f"{name.removesuffix(f'_{measure}')}:evidence:{measure}" if measure else f"disc:other:{name}"


def as_evidence(found: Sequence[Contribution]) -> dict[str, object]:
    """Contributions as a piece of evidence: one sentence for people, and the same in numbers."""
    return {
        "title": "What influenced the grade most",
        "value": "; ".join(map(_text, found)),
        "unit": "",
        "source": SOURCE,
        "measures": [
            {
                "name": contribution.name,
                "series": contribution.series,
                "title": contribution.title,
                "unit": contribution.unit,
                "value": round(contribution.value, 3),
                "steps": round(contribution.steps, 3),
                "toward": "higher" if contribution.steps > 0 else "lower",
                **({} if contribution.usual is None else {"usual": list(contribution.usual)}),
            }
            for contribution in found
        ],
    }


def _text(contribution: Contribution) -> str:
    title = contribution.title[:1].lower() + contribution.title[1:]
    where = f" on {contribution.series.replace('_', ' ')}" if contribution.series else ""
    measured = f"{contribution.value:.3g} {contribution.unit}".strip()
    return f"{title}{where} {measured} ({'higher' if contribution.steps > 0 else 'lower'})"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
