"""How well a system that looks through windows grades discs that it has not seen, in the figures of the papers."""

from collections.abc import Mapping

import numpy as np

from discgrader.grading.herniation_box import overlap
from discgrader.reading.agreement import gwet_ac
from discgrader.training.tabular.metrics import auroc, average_precision, confusion, macro_f1, weighted_kappa
from discgrader.training.tabular.pictures import roc_curve

DETECTED = 0.5
"""A herniation counts as found where its box overlaps the true one by at least so much."""


def task_figures(grades: np.ndarray, probabilities: np.ndarray, ordinal: bool) -> dict[str, object]:
    """Figures of one task.

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
    those of the second, at ``youden_threshold`` (Youden, Cancer 1950): see `binary_figures`. None where a figure is not
    defined.
    """
    count = probabilities.shape[1]
    given = probabilities.argmax(1)
    table = confusion(grades, given, count)
    figures: dict[str, object] = {
        "discs": len(grades),
        "gwet_ac1": float(gwet_ac(table)),
        "confusion": table.tolist(),
        "accuracy": float((given == grades).mean()),
    }
    if count == 2:
        return _plain(figures | binary_figures(grades == 1, probabilities[:, 1]))
    right = np.diag(table).astype(float)
    true, named, total = table.sum(1), table.sum(0), table.sum()
    rates = {
        "precision": (right, named),
        "sensitivity": (right, true),
        "specificity": (total - true - named + right, total - true),
    }
    figures |= {name: float(np.mean(part[whole > 0] / whole[whole > 0])) for name, (part, whole) in rates.items()}
    figures |= {
        "f1": macro_f1(table),
        "auroc": float(np.nanmean([auroc(grades == k, probabilities[:, k]) for k in np.unique(grades)]))
        if len(np.unique(grades)) > 1
        else float("nan"),
    }
    if ordinal:
        figures |= {"within_one": float((np.abs(given - grades) <= 1).mean()), "qwk": weighted_kappa(table)}
        if count == 4:
            figures["auroc_0_1_against_2_3"] = auroc(grades >= 2, probabilities[:, 2:].sum(1))
    return _plain(figures)


def binary_figures(hits: np.ndarray, probability: np.ndarray) -> dict[str, object]:
    """``auroc``, ``auprc``, and at the threshold with most sensitivity + specificity ``youden_threshold``,
    ``sensitivity``, ``specificity``, ``ppv``, ``npv``, ``f1``, ``accuracy_at_threshold``,
    ``confusion_at_threshold``."""
    figures: dict[str, object] = {"auroc": auroc(hits, probability), "auprc": average_precision(hits, probability)}
    if hits.all() or not hits.any():
        return figures
    thresholds = np.unique(probability)
    excess = [(probability[hits] >= one).mean() - (probability[~hits] >= one).mean() for one in thresholds]
    threshold = float(thresholds[int(np.argmax(excess))])
    table = confusion(hits.astype(int), (probability >= threshold).astype(int), 2)
    (true_low, false_high), (false_low, true_high) = table.tolist()
    return figures | {
        "youden_threshold": threshold,
        "confusion_at_threshold": table.tolist(),
        "accuracy_at_threshold": (true_low + true_high) / len(hits),
        "sensitivity": true_high / (true_high + false_low),
        "specificity": true_low / (true_low + false_high),
        "ppv": true_high / max(true_high + false_high, 1),
        "npv": true_low / max(true_low + false_low, 1),
        "f1": 2 * true_high / (2 * true_high + false_high + false_low),
    }


def box_figures(true: np.ndarray, given: np.ndarray, found: np.ndarray) -> dict[str, object]:
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


def main_figure(figures: Mapping[str, Mapping[str, object]]) -> float:
    """The one number that networks are compared by: mean area under the ROC curve over the tasks that have one."""
    areas = [one["auroc"] for one in figures.values() if one.get("auroc") is not None]
    return float(np.mean(areas)) if areas else 0.0


def curves_picture(grades: Mapping[str, np.ndarray], probabilities: Mapping[str, np.ndarray], path) -> None:
    """ROC curves as a PNG file: each task's disease (any grade above the first) against none."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 5.2), layout="constrained")
    axes = figure.subplots()
    for task, chance in probabilities.items():
        hits = grades[task] > 0
        if hits.any() and not hits.all():
            scores = 1 - chance[:, 0]
            axes.plot(*roc_curve(hits, scores), lw=1.8, label=f"{task.replace('_', ' ')}: {auroc(hits, scores):.3f}")
    axes.plot([0, 1], [0, 1], color="#b8c2cc", lw=1)
    axes.set(xlabel="1 − specificity", ylabel="Sensitivity", title="Any grade above the first, against none")
    axes.set_aspect("equal")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=8, frameon=False, loc="lower right")
    figure.savefig(path, dpi=110)


def _plain(figures: Mapping[str, object]) -> dict[str, object]:
    """JSON has no number that is none."""
    return {name: None if isinstance(one, float) and not np.isfinite(one) else one for name, one in figures.items()}
