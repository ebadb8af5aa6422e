"""Operating points: from which probability on a finding is called, chosen on discs that the networks had not seen."""

from collections.abc import Mapping

import numpy as np

from discgrader.grading.operating_point import LIKELIEST, YOUDEN
from discgrader.grading.systems import Task, find_system
from discgrader.packs.operating_points import OperatingPoints, Point
from discgrader.training.losses import UNKNOWN
from discgrader.training.metrics import Interval, patient_draws, value_with_draws, youden_threshold

LEAST_OF_EACH = 10
"""Discs with and without a finding that a threshold is chosen on at least: with fewer, one disc moves sensitivity by
more than a tenth. A round number."""

CURVE = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99)
"""Sensitivities whose thresholds a pack states."""

FOLDS = 5
_DIGITS = 6


def chosen_points(
    hits: np.ndarray, probability: np.ndarray, patients: np.ndarray, chosen_on: str, default: str = YOUDEN
) -> OperatingPoints | None:
    """The operating points of one finding; None where there are too few discs with or without it.

    Parameters
    ----------
    hits : ndarray of bool, shape (n,)
        Whether the finding is there.
    probability : ndarray, shape (n,)
        Of the finding, by networks that had not seen the disc.
    patients : ndarray, shape (n,)
    chosen_on : str
        Which discs these are, in words that follow "on".
    default : str
        As `OperatingPoints.default`.
    """
    if min(hits.sum(), (~hits).sum()) < LEAST_OF_EACH:
        return None
    return OperatingPoints(
        default,
        _point(hits, probability, youden_threshold(hits, probability)),
        chosen_on,
        [_point(hits, probability, threshold_of(hits, probability, wanted)) for wanted in CURVE],
        len(hits),
        int(hits.sum()),
        len(np.unique(patients)),
        cross_validated(hits, probability, patients),
    )


def threshold_of(hits: np.ndarray, probability: np.ndarray, sensitivity: float) -> float:
    """The highest threshold at which at least this share of the findings is called."""
    found = np.sort(probability[hits])[::-1]
    return float(found[int(np.ceil(sensitivity * len(found) - 1e-9)) - 1])


def _point(hits: np.ndarray, probability: np.ndarray, threshold: float) -> Point:
    # Rounded down, so that the disc that the threshold is of stays above it.
    stated = float(np.floor(threshold * 10**_DIGITS) / 10**_DIGITS)
    sensitivity, specificity = _rates(hits, probability >= stated)
    return Point(stated, round(sensitivity, _DIGITS), round(specificity, _DIGITS))


def _rates(hits: np.ndarray, called: np.ndarray) -> tuple[float, float]:
    return float(called[hits].mean()) if hits.any() else np.nan, float((~called[~hits]).mean()) if (
        ~hits
    ).any() else np.nan


def patient_folds_of(patients: np.ndarray, folds: int = FOLDS, seed: int = 0) -> np.ndarray:
    """The fold of each disc, all discs of a patient in one."""
    names = np.random.default_rng(seed).permutation(np.unique(patients))
    place = {name: number % folds for number, name in enumerate(names)}
    return np.array([place[patient] for patient in patients])


def cross_validated(
    hits: np.ndarray, probability: np.ndarray, patients: np.ndarray, folds: int = FOLDS
) -> dict[str, Interval] | None:
    """Sensitivity and specificity of Youden's rule, the threshold for each fifth of the patients chosen on the others;
    None where the others of one fifth have one kind of disc only."""
    fold, called = patient_folds_of(patients, folds), np.zeros(len(hits), bool)
    for number in np.unique(fold):
        own, others = fold == number, fold != number
        if hits[others].all() or not hits[others].any():
            return None
        called[own] = probability[own] >= youden_threshold(hits[others], probability[others])
    draws = [_rates(hits[rows], called[rows]) for rows in patient_draws(patients)]
    return {
        name: value_with_draws(value, [drawn[place] for drawn in draws])
        for place, (name, value) in enumerate(zip(("sensitivity", "specificity"), _rates(hits, called)))
    }


def has_point(system: str, task: Task) -> bool:
    """Whether a task can have operating points: of two grades, or of kinds without order of which the first is none."""
    scale = find_system(system).scale(task.name)
    return len(scale.values) == 2 or not (scale.ordinal or task.follows)


def task_points(
    system: str,
    grades: Mapping[str, np.ndarray],
    probabilities: Mapping[str, np.ndarray],
    patients: np.ndarray,
    chosen_on: str,
    synthetic: bool = False,
) -> dict[str, OperatingPoints]:
    """The operating points of a system's tasks.

    Tasks of two grades are called by Youden's index unless their pack was trained on digital spines alone, of which
    nobody knows whether the threshold holds on patients; nor are tasks of more grades, nor those that sum another one.

    Parameters
    ----------
    grades : mapping of str to ndarray of int, shape (n,)
        By task, as positions on its scale, `UNKNOWN` where one is not known.
    probabilities : mapping of str to ndarray, shape (n, grades)
    """
    found = {}
    grades = _with_sums(system, grades)
    for task in find_system(system).tasks:
        if task.name not in grades or task.name not in probabilities or not has_point(system, task):
            continue
        known = grades[task.name] != UNKNOWN
        two = probabilities[task.name].shape[1] == len(("no", "yes"))
        points = chosen_points(
            grades[task.name][known] > 0,
            1 - probabilities[task.name][known, 0],
            patients[known],
            chosen_on,
            YOUDEN if two and task.sums is None and not synthetic else LIKELIEST,
        )
        if points is not None:
            found[task.name] = points
    return found


def _with_sums(system: str, grades: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The grades with those of the tasks that sum others."""
    found, known = find_system(system), dict(grades)
    for task in found.tasks:
        if task.sums is not None and task.name not in known and task.sums.task in known:
            own = known[task.sums.task]
            border = len(found.scale(task.sums.task).values) - len(task.sums.grades)
            known[task.name] = np.where(own == UNKNOWN, UNKNOWN, (own >= border).astype(int))
    return known
