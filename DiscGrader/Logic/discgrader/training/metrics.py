"""How well grades, boxes and probabilities agree with the truth, and the intervals over patients.

Most are asked some hundred times for each interval, so they come from ranks and from one confusion table: scikit-learn,
which the tests hold every one of them to, takes eight times as long, nearly all of it for looking at its input.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.stats import rankdata

from discgrader.grading.calibration import HIGH_GRADE, predicted_grades
from discgrader.grading.herniation_box import overlap
from discgrader.reading.agreement import cohen_kappa, gwet_ac, quadratic_weights

DRAWS = 500
"""Bootstrap samples of an interval."""

DETECTED = 0.5
"""A herniation counts as found where its box overlaps the true one by at least so much."""

Metrics = Callable[[np.ndarray, np.ndarray], Mapping[str, float]]
Interval = dict[str, float]
"""``value``, ``low`` and ``high`` of 95 %."""


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
    return float(cohen_kappa(table, quadratic_weights(len(table))))


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


def grade_metrics(grades: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """Metrics of the five Pfirrmann grades, those given being `predicted_grades`.

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
    given = predicted_grades(probabilities)
    hits = np.eye(count, dtype=bool)[grades]
    table = confusion(grades, given, count)
    away = np.abs(given - grades)
    return {
        "auroc": _mean_over_grades(auroc, hits, probabilities),
        "auprc": _mean_over_grades(average_precision, hits, probabilities),
        "f1": macro_f1(table),
        "accuracy": float((away == 0).mean()),
        "mcc": matthews(table),
        "brier": float(((probabilities - hits) ** 2).mean()),
        "qwk": weighted_kappa(table),
        "within_one": float((away <= 1).mean()),
        "mean_error": float(away.mean()),
    }


def _mean_over_grades(metric: Callable, hits: np.ndarray, probabilities: np.ndarray) -> float:
    """One grade against the rest, mean over the grades that occur; NaN where only one does."""
    occurring = np.flatnonzero((hits.sum(0) > 0) & (hits.sum(0) < len(hits)))
    return float(np.mean([metric(hits[:, k], probabilities[:, k]) for k in occurring])) if len(occurring) else np.nan


def binary_metrics(grades: np.ndarray, probability: np.ndarray, threshold: float = 0.5) -> dict[str, float]:
    """Metrics of a yes (1) against a no (0).

    Parameters
    ----------
    grades : ndarray of int or bool, shape (n,)
    probability : ndarray, shape (n,)
        Of a yes.
    threshold : float
        From which on a yes is given.

    Returns
    -------
    ``auroc``, ``auprc``, ``brier`` and ``prevalence``; and at the threshold ``f1``, ``accuracy``, ``mcc``,
    ``sensitivity``, ``specificity``, ``ppv`` and ``npv``, 0 where one is not defined.
    """
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
        "prevalence": float(hits.mean()),
    }


def youden_threshold(hits: np.ndarray, probability: np.ndarray) -> float:
    """The threshold with most sensitivity + specificity (Youden, Cancer 1950)."""
    thresholds = np.unique(probability)
    excess = [
        (probability[hits] >= threshold).mean() - (probability[~hits] >= threshold).mean() for threshold in thresholds
    ]
    return float(thresholds[int(np.argmax(excess))])


def pfirrmann_metrics(grades: np.ndarray, probabilities: np.ndarray, patients: np.ndarray) -> dict[str, object]:
    """What a pack of the system pfirrmann states, with intervals: of the five grades, and of high against low."""
    five = with_intervals(grade_metrics, grades, probabilities, patients)
    high = with_intervals(
        binary_metrics, (grades >= HIGH_GRADE).astype(int), probabilities[:, HIGH_GRADE:].sum(1), patients
    )
    named = {"macro_auroc": five["auroc"], "macro_f1": five["f1"]}
    return {
        "discs": len(grades),
        "patients": len(np.unique(patients)),
        "pfirrmann": named | _some(five, "auprc accuracy qwk within_one mcc brier"),
        "high_grade": _some(high, "auroc auprc accuracy brier sensitivity specificity"),
    }


def _some(metrics: Mapping, names: str) -> dict:
    return {name: metrics[name] for name in names.split()}


def task_metrics(grades: np.ndarray, probabilities: np.ndarray, ordinal: bool) -> dict[str, object]:
    """Metrics of any task, as the papers on systems that grade from views have them.

    Parameters
    ----------
    grades : ndarray of int, shape (n,)
        Positions on the scale.
    probabilities : ndarray, shape (n, grades)
    ordinal : bool

    Returns
    -------
    Of every task ``discs``, ``accuracy``, ``precision``, ``sensitivity``, ``specificity`` and ``f1`` (means over
    grades, each against the rest), ``auroc`` (likewise), ``gwet_ac1`` and ``confusion`` (true by given). Of ordinal
    scales of more than two grades also ``within_one``, ``qwk``, and, of four, ``auroc_0_1_against_2_3``. Of two grades
    those of the second, at ``youden_threshold``. None where a metric is not defined.
    """
    count = probabilities.shape[1]
    given = probabilities.argmax(1)
    table = confusion(grades, given, count)
    metrics: dict[str, object] = {
        "discs": len(grades),
        "gwet_ac1": float(gwet_ac(table)),
        "confusion": table.tolist(),
        "accuracy": float((given == grades).mean()),
    }
    if count == 2:
        return _defined(metrics | _at_youden(grades == 1, probabilities[:, 1]))
    right = np.diag(table).astype(float)
    true, named, total = table.sum(1), table.sum(0), table.sum()
    rates = {
        "precision": (right, named),
        "sensitivity": (right, true),
        "specificity": (total - true - named + right, total - true),
    }
    metrics |= {name: float(np.mean(part[whole > 0] / whole[whole > 0])) for name, (part, whole) in rates.items()}
    metrics |= {
        "f1": macro_f1(table),
        "auroc": _mean_over_grades(auroc, np.eye(count, dtype=bool)[grades], probabilities),
    }
    if ordinal:
        metrics |= {"within_one": float((np.abs(given - grades) <= 1).mean()), "qwk": weighted_kappa(table)}
        if count == 4:
            metrics["auroc_0_1_against_2_3"] = auroc(grades >= 2, probabilities[:, 2:].sum(1))
    return _defined(metrics)


def _at_youden(hits: np.ndarray, probability: np.ndarray) -> dict[str, object]:
    if hits.all() or not hits.any():
        return {"auroc": auroc(hits, probability), "auprc": average_precision(hits, probability)}
    threshold = youden_threshold(hits, probability)
    metrics = binary_metrics(hits, probability, threshold)
    return {
        **_some(metrics, "auroc auprc sensitivity specificity ppv npv f1"),
        "youden_threshold": threshold,
        "confusion_at_threshold": confusion(hits.astype(int), (probability >= threshold).astype(int), 2).tolist(),
        "accuracy_at_threshold": metrics["accuracy"],
    }


def _defined(metrics: Mapping[str, object]) -> dict[str, object]:
    """JSON cannot hold a number that is not finite."""
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in metrics.items()
    }


def box_metrics(true: np.ndarray, given: np.ndarray, found: np.ndarray) -> dict[str, object]:
    """Of discs with a herniation: mean overlap of the boxes, and the share that was found at all.

    Parameters
    ----------
    true, given : ndarray, shape (n, 4)
        Boxes; NaN in ``true`` where the disc has none.
    found : ndarray of bool, shape (n,)
        Whether the disc was graded as herniated.
    """
    known = np.isfinite(true).all(1)
    if not known.any():
        return {"herniations": 0}
    shared = overlap(true[known], given[known])
    return {
        "herniations": int(known.sum()),
        "mean_iou": float(shared.mean()),
        "recall": float(found[known].mean()),
        f"found_with_iou_{DETECTED:g}": float((found[known] & (shared >= DETECTED)).mean()),
    }


def mean_auroc(metrics: Mapping[str, Mapping[str, object]]) -> float:
    """The one number that networks are compared by: mean area under the ROC curve over the tasks that have one."""
    areas = [area for task in metrics.values() if isinstance(area := task.get("auroc"), float)]
    return float(np.mean(areas)) if areas else 0.0


def dice_of(labels: np.ndarray, truth: np.ndarray, classes: Sequence[str]) -> dict[str, float]:
    """Dice of each class above 0 by its name, between two arrays of classes of one shape."""
    return {
        name: float(
            2 * ((labels == value) & (truth == value)).sum() / max(1, (labels == value).sum() + (truth == value).sum())
        )
        for value, name in enumerate(classes)
        if value
    }


def patient_draws(patients: np.ndarray, draws: int = DRAWS, seed: int = 0) -> list[np.ndarray]:
    """Rows of ``draws`` samples of patients with replacement, all discs of a patient together."""
    rows_of = [np.nonzero(patients == patient)[0] for patient in np.unique(patients)]
    generator = np.random.default_rng(seed)
    return [
        np.concatenate([rows_of[n] for n in generator.integers(len(rows_of), size=len(rows_of))]) for _ in range(draws)
    ]


def with_intervals(
    metrics: Metrics,
    grades: np.ndarray,
    probabilities: np.ndarray,
    patients: np.ndarray,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Interval]:
    """Each metric with its 95 % interval by bootstrap over patients.

    A sample of patients whose discs all have one grade says nothing and is left out, NaN where all are.
    """
    value = metrics(grades, probabilities)
    drawn = [
        metrics(grades[rows], probabilities[rows])
        for rows in patient_draws(patients, draws, seed)
        if np.ptp(grades[rows]) > 0
    ]
    return {name: value_with_draws(estimate, [sample[name] for sample in drawn]) for name, estimate in value.items()}


def value_with_draws(value: float, drawn: Sequence[float]) -> Interval:
    """A value with the 95 % interval of what was drawn; draws in which it is not defined are left out."""
    known = np.array(drawn, float)
    known = known[np.isfinite(known)]
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (np.nan, np.nan)
    return {"value": value, "low": float(low), "high": float(high)}


def difference(
    name: str,
    grades: np.ndarray,
    one: np.ndarray,
    other: np.ndarray,
    patients: np.ndarray,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """How much larger a metric of `grade_metrics` is of the probabilities ``one`` than of ``other``, on the same
    discs."""

    def gap(rows: np.ndarray) -> float:
        return grade_metrics(grades[rows], one[rows])[name] - grade_metrics(grades[rows], other[rows])[name]

    return value_with_draws(gap(np.arange(len(grades))), [gap(rows) for rows in patient_draws(patients, draws, seed)])


def means_with_intervals(rows: Sequence[Mapping[str, float]], seed: int = 0) -> dict[str, Interval]:
    """Means of what was measured of each patient, with their intervals and the number of ``patients``."""
    generator = np.random.default_rng(seed)
    result = {}
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        drawn = generator.choice(values, (DRAWS, len(values))).mean(1)
        result[name] = value_with_draws(float(values.mean()), drawn) | {"patients": len(values)}
    return result


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
