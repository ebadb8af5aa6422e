"""Made-up cases of a site, for tests of what is concluded from them."""

from pathlib import Path

import numpy as np
from discgrader.grading.results import Grade
from discgrader.training.validation.cases import Case, TaskCases
from discgrader.training.validation.truth import TrueGrade, groups_of

LEVELS = ("L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2")


def grade_of(key: tuple[str, str], values: tuple[str, ...], shares: np.ndarray) -> Grade:
    given = values[int(shares.argmax())]
    return Grade(*key, given, given, dict(zip(values, shares.tolist())), {}, "pack", "1.0.0", "0" * 64, "made up")


def made_cases(true: np.ndarray, shares: np.ndarray, per_patient: int = 4, **told: str) -> TaskCases:
    """Cases of the task bulging."""
    key = "spider", "bulging"
    cases = tuple(
        Case(
            TrueGrade(f"study {n // per_patient}", LEVELS[n % per_patient], *key, (str(value),), "here"),
            grade_of(key, ("0", "1"), np.array([1 - share, share])),
            LEVELS[n % per_patient],
            f"patient {n // per_patient}",
            told.get("scanner", "one"),
            "T2",
            False,
            Path("nowhere"),
        )
        for n, (value, share) in enumerate(zip(true, shares, strict=True))
    )
    return TaskCases(key, groups_of(key, []), cases)
