"""Figures of merit of graded discs, fast enough for a bootstrap, and their intervals over patients."""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.stats import rankdata

from discgrader.grading.decision import given_grades

DRAWS = 500

Figures = Callable[[np.ndarray, np.ndarray], Mapping[str, float]]


def auroc(hits: np.ndarray, scores: np.ndarray) -> float:
    """Area under the ROC curve by ranks (ties count half); NaN where only one class occurs."""
    positive = int(hits.sum())
    negative = len(hits) - positive
    if positive == 0 or negative == 0:
        return float("nan")
    return float((rankdata(scores)[hits].sum() - positive * (positive + 1) / 2) / (positive * negative))


def average_precision(hits: np.ndarray, scores: np.ndarray) -> float:
    """Area under the precision-recall curve as a sum of steps; NaN without a positive."""
    if not hits.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    sorted_scores, found = scores[order], np.cumsum(hits[order])
    last_of_tie = np.append(np.nonzero(np.diff(sorted_scores))[0], len(hits) - 1)
    precision = found[last_of_tie] / (last_of_tie + 1)
    return float((np.diff(found[last_of_tie], prepend=0) * precision).sum() / found[-1])


def confusion(grades: np.ndarray, given: np.ndarray, count: int) -> np.ndarray:
    """Number of discs, shape (true grade, given grade)."""
    return np.bincount(grades * count + given, minlength=count * count).reshape(count, count)


def weighted_kappa(table: np.ndarray) -> float:
    """Quadratic weighted kappa (Cohen 1968) of a confusion table; NaN where it is not defined."""
    count = len(table)
    weight = (np.arange(count)[:, None] - np.arange(count)[None]) ** 2.0
    chance = np.outer(table.sum(1), table.sum(0)) / max(table.sum(), 1)
    expected = (weight * chance).sum()
    return float(1 - (weight * table).sum() / expected) if expected > 0 else float("nan")


def matthews(table: np.ndarray) -> float:
    """Matthews correlation of a confusion table of any size (Gorodkin 2004); 0 where it is not defined."""
    total, right = table.sum(), np.trace(table)
    true, given = table.sum(1).astype(float), table.sum(0).astype(float)
    spread = (total**2 - (given**2).sum()) * (total**2 - (true**2).sum())
    return float((right * total - true @ given) / np.sqrt(spread)) if spread > 0 else 0.0


def macro_f1(table: np.ndarray) -> float:
    """Mean F1 over the grades that occur or are given."""
    both = table.sum(1) + table.sum(0)
    return float((2 * np.diag(table)[both > 0] / both[both > 0]).mean())


def grade_figures(grades: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """Figures of the five Pfirrmann grades, those given being `given_grades`.

    Parameters
    ----------
    grades : ndarray of int, shape (n,)
        Positions on the scale.
    probabilities : ndarray, shape (n, 5)

    Returns
    -------
    ``auroc`` and ``auprc`` (one against the rest, mean over the grades that occur), ``f1`` (macro), ``accuracy``,
    ``mcc``, ``brier`` (mean over grades), ``qwk``, ``within_one``, ``mean_error`` (mean absolute error of the grade).
    """
    count = probabilities.shape[1]
    given = given_grades(probabilities)
    hits = np.eye(count, dtype=bool)[grades]
    occurring = [k for k in range(count) if 0 < hits[:, k].sum() < len(hits)]
    table = confusion(grades, given, count)
    away = np.abs(given - grades)
    return {
        "auroc": float(np.mean([auroc(hits[:, k], probabilities[:, k]) for k in occurring]))
        if occurring
        else float("nan"),
        "auprc": float(np.mean([average_precision(hits[:, k], probabilities[:, k]) for k in occurring]))
        if occurring
        else float("nan"),
        "f1": macro_f1(table),
        "accuracy": float((away == 0).mean()),
        "mcc": matthews(table),
        "brier": float(((probabilities - hits) ** 2).mean()),
        "qwk": weighted_kappa(table),
        "within_one": float((away <= 1).mean()),
        "mean_error": float(away.mean()),
    }


def binary_figures(grades: np.ndarray, probability: np.ndarray, threshold: float = 0.5) -> dict[str, float]:
    """Figures of low (0) against high (1): AUROC, AUPRC, F1, accuracy, MCC, Brier, sensitivity, specificity."""
    hits, given = grades.astype(bool), probability >= threshold
    table = confusion(hits.astype(int), given.astype(int), 2)
    (true_low, false_high), (false_low, true_high) = table.tolist()
    return {
        "auroc": auroc(hits, probability),
        "auprc": average_precision(hits, probability),
        "f1": 2 * true_high / max(2 * true_high + false_high + false_low, 1),
        "accuracy": (true_low + true_high) / max(len(hits), 1),
        "mcc": matthews(table),
        "brier": float(((probability - hits) ** 2).mean()),
        "sensitivity": true_high / max(true_high + false_low, 1),
        "specificity": true_low / max(true_low + false_high, 1),
        "ppv": true_high / max(true_high + false_high, 1),
        "npv": true_low / max(true_low + false_low, 1),
    }


def patient_draws(patients: np.ndarray, draws: int = DRAWS, seed: int = 0) -> list[np.ndarray]:
    """Rows of ``draws`` samples of patients with replacement, all discs of a patient together."""
    rows_of = [np.nonzero(patients == patient)[0] for patient in np.unique(patients)]
    generator = np.random.default_rng(seed)
    return [
        np.concatenate([rows_of[n] for n in generator.integers(len(rows_of), size=len(rows_of))]) for _ in range(draws)
    ]


def with_intervals(
    figures: Figures,
    grades: np.ndarray,
    probabilities: np.ndarray,
    patients: np.ndarray,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Each figure as ``{"value", "low", "high"}`` with its 95 % interval by bootstrap over patients."""
    value = figures(grades, probabilities)
    drawn = [figures(grades[rows], probabilities[rows]) for rows in patient_draws(patients, draws, seed)]
    result = {}
    for name in value:
        some = np.array([one[name] for one in drawn])
        some = some[np.isfinite(some)]
        low, high = np.quantile(some, [0.025, 0.975]) if len(some) else (float("nan"),) * 2
        result[name] = {"value": value[name], "low": float(low), "high": float(high)}
    return result


def difference(
    figure: str,
    grades: np.ndarray,
    one: np.ndarray,
    other: np.ndarray,
    patients: np.ndarray,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, float]:
    """How much better ``one`` is than ``other`` in a figure of `grade_figures`, on the same discs, with its
    interval."""

    def gap(rows: np.ndarray) -> float:
        return grade_figures(grades[rows], one[rows])[figure] - grade_figures(grades[rows], other[rows])[figure]

    drawn = np.array([gap(rows) for rows in patient_draws(patients, draws, seed)])
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return {"value": gap(np.arange(len(grades))), "low": float(low), "high": float(high)}


def reliability(hits: np.ndarray, probability: np.ndarray, bins: int = 10) -> dict[str, np.ndarray]:
    """Mean probability, observed share and number of discs in equally wide bins, those without discs left out."""
    place = np.clip((probability * bins).astype(int), 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    full = count > 0
    return {
        "probability": (np.bincount(place, probability, bins) / np.maximum(count, 1))[full],
        "observed": (np.bincount(place, hits.astype(float), bins) / np.maximum(count, 1))[full],
        "count": count[full],
    }


def calibration_error(hits: np.ndarray, probability: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: mean distance of probability and observed share, weighted by the discs in each
    bin."""
    binned = reliability(hits, probability, bins)
    return float((np.abs(binned["probability"] - binned["observed"]) * binned["count"]).sum() / max(len(hits), 1))


def net_benefit(hits: np.ndarray, probability: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Net benefit of acting at each threshold (Vickers and Elkin 2006): TP / n - FP / n · t / (1 - t)."""
    hits = hits.astype(bool)
    acted = probability[None] >= thresholds[:, None]
    true = (acted & hits[None]).mean(1)
    false = (acted & ~hits[None]).mean(1)
    return true - false * thresholds / (1 - thresholds)
