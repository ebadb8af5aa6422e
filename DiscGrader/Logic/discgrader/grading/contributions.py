"""Which measures pushed a disc's grade most, by the trees' own way to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from discgrader.grading.evidence import MEASURES
from discgrader.packs.trees import Trees

SOURCE = (
    "change of the trees' score at the splits that ask for the measure (Saabas 2014), as change of the expected "
    "grade; measures beside the networks, which have a say of their own"
)
KEY = "contributions"
"""Name of this piece of evidence."""

MOST = 4
LEAST_SHARE = 0.04
"""A measure with less of the sum of all pushes is not worth a word."""


@dataclass(frozen=True)
class Push:
    """How one measure moved the expected grade.

    Parameters
    ----------
    name, series : str
        Measure, as in `MEASURES`, or ``index_from_sacrum``; and the role that it was measured on, empty for none.
    title, unit : str
        As people call it.
    value : float
        As measured.
    steps : float
        By how many grades the expected grade moved, to the first order; above zero towards the higher grade.
    """

    name: str
    series: str
    title: str
    unit: str
    value: float
    steps: float


def pushes(trees: Trees, row: np.ndarray, names: Sequence[str], most: int = MOST) -> tuple[Push, ...]:
    """The measures that pushed the grade most, the strongest first; what is missing may push, too, but tells a reader
    nothing.

    Parameters
    ----------
    trees : Trees
        Of an ordinal task, one output a grade.
    row : ndarray, shape (features,)
        As `discgrader.grading.evidence_model.evidence_row`.
    names : sequence of str
        As `discgrader.grading.evidence_model.evidence_names`.
    """
    moved = trees.contributions(row)
    chance = np.asarray(trees.predict(row[None]))[0]
    if trees.outputs == 1:
        steps = moved[0] * chance * (1 - chance)
    else:
        # The derivative of the expected grade by each score, at this disc.
        expected = float(chance @ np.arange(len(chance)))
        steps = (chance * (np.arange(len(chance)) - expected)) @ moved
    steps = np.where(np.isfinite(row), steps, 0.0)
    total = np.abs(steps).sum()
    order = [n for n in np.argsort(-np.abs(steps), kind="stable")[:most] if np.abs(steps[n]) > LEAST_SHARE * total > 0]
    return tuple(_push(names[n], float(row[n]), float(steps[n])) for n in order)


def _push(name: str, value: float, steps: float) -> Push:
    for measure, described in MEASURES.items():
        if name.endswith(f"_{measure}"):
            return Push(measure, name.removesuffix(f"_{measure}"), described.title, described.unit, value, steps)
    return Push(
        name,
        "",
        "Disc, counted from the sacrum" if name == "index_from_sacrum" else name.replace("_", " "),
        "",
        value,
        steps,
    )


def pushes_evidence(found: Sequence[Push]) -> dict[str, object]:
    """Pushes as a piece of evidence: one sentence for people, and the same in numbers."""
    return {
        "title": "What pushed the grade most",
        "value": "; ".join(_text(one) for one in found),
        "unit": "",
        "source": SOURCE,
        "measures": [
            {
                "name": one.name,
                "series": one.series,
                "title": one.title,
                "unit": one.unit,
                "value": round(one.value, 3),
                "steps": round(one.steps, 3),
                "toward": "higher" if one.steps > 0 else "lower",
            }
            for one in found
        ],
    }


def _text(push: Push) -> str:
    title = push.title[:1].lower() + push.title[1:]
    where = f" on {push.series.replace('_', ' ')}" if push.series else ""
    measured = f"{push.value:.3g} {push.unit}".strip()
    return f"{title}{where} {measured} ({'higher' if push.steps > 0 else 'lower'})"
