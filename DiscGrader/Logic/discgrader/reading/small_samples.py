"""Whether a comparison rests on enough discs and studies for its figures, and what there is too little of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST_DISCS = 30
"""Discs below which no coefficient is worth much, whatever the scale. A convention."""

LEAST_STUDIES = 20
"""Studies below which intervals come out too narrow that are drawn from whole studies: with few clusters a bootstrap
covers less than it says (Cameron, Gelbach and Miller, Review of Economics and Statistics 2008;90:414)."""

LEAST_OF_GRADE = 5
"""Discs of a grade below which single discs decide the coefficient. A convention, as for expected counts in tables."""

WIDEST = 0.4
"""An interval of kappa that is wider reaches over more than one of the usual steps (poor, fair, moderate, …; Landis and
Koch, Biometrics 1977;33:159), which are 0.2 wide, on either side of its middle."""


def discs_needed(grades: int) -> int:
    """Discs that a kappa over so many grades takes: twice their square (Cicchetti, Educational and Psychological
    Measurement 1981;41:101), and `LEAST_DISCS` at least."""
    return max(LEAST_DISCS, 2 * grades * grades)


@dataclass(frozen=True)
class SmallSample:
    """What there is too little of for the figures of a task; empty where there is enough of all.

    Parameters
    ----------
    discs, discs_needed, studies : int
    rare : tuple of (str, int)
        Grades, as labels, that neither gave to `LEAST_OF_GRADE` discs, and how many the one who gave it to more gave.
    width : float
        Of the 95 % interval of kappa; NaN where there is none.
    """

    discs: int
    discs_needed: int
    studies: int
    rare: tuple[tuple[str, int], ...] = ()
    width: float = math.nan

    @property
    def sentences(self) -> tuple[str, ...]:
        """Each thing that there is too little of, and why that matters."""
        found = []
        if self.discs < self.discs_needed:
            found.append(f"{_count(self.discs, 'disc')}, and a kappa over these grades needs {self.discs_needed}")
        if self.studies < 2:
            found.append("1 study, so no interval can be given: discs of one patient are alike")
        elif self.studies < LEAST_STUDIES:
            found.append(f"{self.studies} studies, and below {LEAST_STUDIES} the intervals are too narrow")
        if self.rare:
            listed = ", ".join(f"{label} ({count})" for label, count in self.rare)
            found.append(f"fewer than {LEAST_OF_GRADE} discs of grade {listed}, so single discs decide")
        if self.width > WIDEST:
            found.append(f"the 95 % interval of kappa is {self.width:.2f} wide")
        return tuple(found)

    def to_json(self) -> dict[str, object] | None:
        """For ``agreement.json``; None where there is enough of all."""
        if not self.sentences:
            return None
        return {
            "in_words": list(self.sentences),
            "discs": self.discs,
            "discs_needed": self.discs_needed,
            "studies": self.studies,
            "studies_needed": LEAST_STUDIES,
            "rare_grades": dict(self.rare),
            "kappa_interval_width": None if math.isnan(self.width) else self.width,
        }


def small_sample(table: np.ndarray, labels: Sequence[str], studies: int, low: float, high: float) -> SmallSample:
    """What there is too little of in a table of grades.

    Parameters
    ----------
    table : ndarray, shape (grades, grades)
        Number of discs by (grade of A, grade of B).
    labels : sequence of str
        Of the grades.
    studies : int
        That the discs are of.
    low, high : float
        Of the interval of kappa; NaN where there is none.
    """
    counts = np.maximum(table.sum(0), table.sum(1)).astype(int)
    rare = tuple((label, int(count)) for label, count in zip(labels, counts, strict=True) if count < LEAST_OF_GRADE)
    return SmallSample(int(table.sum()), discs_needed(len(labels)), studies, rare, high - low)


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"
