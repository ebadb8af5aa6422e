"""Plots of what was measured as PNG, in the report's colors."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from discgrader.grading.systems import scale_of
from discgrader.training.metrics import auroc, confusion, reliability

INK, SOFT, LINE, ACCENT = "#18222d", "#566474", "#dde3e9", "#0d5c75"
CYCLE = (ACCENT, "#c8553d", "#7a4b00", "#5b2a86", "#2f7d4f", "#566474")
LABELS = ("I", "II", "III", "IV", "V")
RESOLUTION = 130
"""Dots per inch; sharp on a page, small in the file."""


def _figure(width: float, height: float):
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=RESOLUTION, facecolor="white", layout="constrained")


def _axes(axes, title: str = "", x: str = "", y: str = "") -> None:
    axes.set_title(title, fontsize=10, color=INK, loc="left", fontweight="bold")
    axes.set_xlabel(x, fontsize=9, color=SOFT)
    axes.set_ylabel(y, fontsize=9, color=SOFT)
    axes.tick_params(labelsize=8, colors=SOFT, length=3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(LINE)


def _png(figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def grade_colors() -> tuple[str, ...]:
    """The scale's own colors, darkened for lines on white."""

    def darker(color: str) -> str:
        return "#" + "".join(f"{int(int(color[at : at + 2], 16) * 0.72):02x}" for at in (1, 3, 5))

    return tuple(darker(grade.color) for grade in scale_of("pfirrmann", "pfirrmann").grades)


def _roc(hits: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """False and true positive rates."""
    from sklearn.metrics import roc_curve

    return roc_curve(hits, scores)[:2]


def roc_plot(
    grades: np.ndarray, probabilities: np.ndarray, binary: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> bytes:
    """ROC curves: each grade against the rest, and low against high for several models.

    Parameters
    ----------
    grades, probabilities :
        Of one model, five grades.
    binary : mapping of str to (ndarray of bool, ndarray)
        Model to whether each disc is of high grade and the probability given.
    """
    figure = _figure(9.2, 4.3)
    left, right = figure.subplots(1, 2)
    for k, (label, color) in enumerate(zip(LABELS, grade_colors())):
        hits = grades == k
        if hits.any() and not hits.all():
            left.plot(
                *_roc(hits, probabilities[:, k]),
                color=color,
                lw=1.8,
                label=f"{label}: {auroc(hits, probabilities[:, k]):.3f}",
            )
    for (name, (hits, probability)), color in zip(binary.items(), CYCLE):
        right.plot(*_roc(hits, probability), color=color, lw=1.8, label=f"{name}: {auroc(hits, probability):.3f}")
    for axes, title in ((left, "Each grade against the rest"), (right, "Low (I–III) against high (IV–V)")):
        axes.plot([0, 1], [0, 1], color=LINE, lw=1)
        axes.set_aspect("equal")
        axes.legend(fontsize=8, frameon=False, loc="lower right", title="Area", title_fontsize=8)
        _axes(axes, title, "1 − specificity", "Sensitivity")
    return _png(figure)


def confusion_plot(grades: np.ndarray | Mapping[str, np.ndarray], given: Mapping[str, np.ndarray]) -> bytes:
    """Confusion tables, share of each true grade as shade and numbers of discs in the cells.

    Parameters
    ----------
    grades : ndarray of int, or mapping of str to such
        True grades, of each model's own discs where they differ.
    given : mapping of str to ndarray of int
        Model to the grades that it gave.
    """
    figure = _figure(3.3 * len(given) + 0.4, 3.5)
    panels = np.atleast_1d(figure.subplots(1, len(given)))
    for panel, (name, own) in zip(panels, given.items()):
        table = confusion(grades[name] if isinstance(grades, Mapping) else grades, own, len(LABELS))
        share = table / np.maximum(table.sum(1, keepdims=True), 1)
        panel.imshow(share, cmap="Blues", vmin=0, vmax=1)
        for row in range(len(LABELS)):
            for column in range(len(LABELS)):
                panel.text(
                    column,
                    row,
                    str(table[row, column]),
                    ha="center",
                    va="center",
                    fontsize=9,
                    color="white" if share[row, column] > 0.55 else INK,
                )
        panel.set_xticks(range(len(LABELS)), LABELS)
        panel.set_yticks(range(len(LABELS)), LABELS)
        _axes(panel, name, "Given", "True" if panel is panels[0] else "")
        panel.tick_params(length=0)
        for side in panel.spines.values():
            side.set_visible(False)
    return _png(figure)


def reliability_plot(grades: np.ndarray, before: np.ndarray, after: np.ndarray, high: int) -> bytes:
    """Observed share against probability, before and after calibration: each grade, and high grades."""
    figure = _figure(9.2, 6.0)
    panels = figure.subplots(2, 3).ravel()
    for panel, k in zip(panels, range(len(LABELS) + 1)):
        for probabilities, color, name in ((before, SOFT, "before"), (after, ACCENT, "after")):
            probability = probabilities[:, k] if k < len(LABELS) else probabilities[:, high:].sum(1)
            hits = grades == k if k < len(LABELS) else grades >= high
            binned = reliability(hits, probability, 8)
            panel.plot(binned["probability"], binned["observed"], color=color, lw=1.4, label=name)
            panel.scatter(
                binned["probability"], binned["observed"], s=6 + 1.2 * binned["count"], color=color, alpha=0.75, lw=0
            )
        panel.plot([0, 1], [0, 1], color=LINE, lw=1, zorder=0)
        panel.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
        _axes(
            panel,
            f"Grade {LABELS[k]}" if k < len(LABELS) else "High (IV–V)",
            "Probability" if k >= 3 else "",
            "Observed share" if k % 3 == 0 else "",
        )
    panels[0].legend(fontsize=8, frameon=False, loc="lower right")
    return _png(figure)


def reliability_of_groups(groups: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> bytes:
    """Observed share against probability, a panel for each grade.

    Parameters
    ----------
    groups : mapping of str to (ndarray of bool, ndarray)
        What a grade is called to whether each disc has it and the probability given.
    """
    figure = _figure(2.3 * len(groups) + 0.6, 2.7)
    for panel, (name, (hits, probability)) in zip(np.atleast_1d(figure.subplots(1, len(groups))), groups.items()):
        binned = reliability(hits, probability, 8)
        panel.plot([0, 1], [0, 1], color=LINE, lw=1, zorder=0)
        panel.plot(binned["probability"], binned["observed"], color=ACCENT, lw=1.4)
        panel.scatter(
            binned["probability"], binned["observed"], s=6 + 1.2 * np.minimum(binned["count"], 100), color=ACCENT, lw=0
        )
        panel.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
        _axes(panel, name, "Probability", "Observed share" if name == next(iter(groups)) else "")
    return _png(figure)


def decision_plot(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> bytes:
    """Net benefit against threshold; ``rows`` as in the table ``decision_curve``."""
    figure = _figure(6.4, 3.9)
    axes = figure.subplots()
    threshold = [row["threshold"] for row in rows]
    axes.plot(threshold, [row["act_on_all"] for row in rows], color=SOFT, lw=1.2, ls="--", label="Act on all")
    axes.axhline(0, color=INK, lw=1, label="Act on none")
    for name, color in zip(names, CYCLE):
        axes.plot(threshold, [row[name] for row in rows], color=color, lw=1.8, label=name)
    top = max(max(row[name] for row in rows) for name in names)
    axes.set(ylim=(-0.06, top * 1.15 + 0.02), xlim=(0.05, 0.95))
    axes.legend(fontsize=8, frameon=False)
    _axes(axes, "", "Threshold of the probability of a high grade", "Net benefit")
    return _png(figure)


def importance_plot(names: Sequence[str], importances: Sequence[float]) -> bytes:
    """The most important columns, the largest at the top."""
    figure = _figure(9.2, 0.27 * len(names) + 0.7)
    axes = figure.subplots()
    place = np.arange(len(names))[::-1]
    axes.barh(place, importances, color=ACCENT, height=0.68)
    axes.set_yticks(place, names)
    axes.set_ylim(-0.7, len(names) - 0.3)
    _axes(axes, "", "Share of the trees' gain")
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    return _png(figure)


def comparison_plot(rows: Sequence[Mapping[str, Any]], reference: tuple[float, float]) -> bytes:
    """AUROC with its interval for every set of features; the published range as a band."""
    figure = _figure(9.2, 0.36 * len(rows) + 0.9)
    axes = figure.subplots()
    place = np.arange(len(rows))[::-1]
    axes.axvspan(*reference, color="#e8ecf0", zorder=0, label=f"Published, {reference[0]:.3f}–{reference[1]:.3f}")
    for at, row in zip(place, rows):
        found = row["auroc"]
        axes.plot([found["low"], found["high"]], [at, at], color=ACCENT, lw=2)
        axes.scatter([found["value"]], [at], color=ACCENT, s=30, zorder=3)
        axes.text(found["high"] + 0.004, at, f"{found['value']:.3f}", va="center", fontsize=8, color=INK)
    axes.set_yticks(place, [str(row["features"]) for row in rows])
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlim(right=max(row["auroc"]["high"] for row in rows) + 0.03)
    axes.legend(fontsize=8, frameon=False, loc="lower left", bbox_to_anchor=(0, 1.0))
    _axes(axes, "", "Macro AUROC, 95 % interval over patients")
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    return _png(figure)


def task_roc_plot(grades: Mapping[str, np.ndarray], probabilities: Mapping[str, np.ndarray]) -> bytes:
    """ROC curves of each task's disease, which is any grade above the first, against none."""
    figure = _figure(5.6, 5.2)
    axes = figure.subplots()
    for task, given in probabilities.items():
        hits, scores = grades[task] > 0, 1 - given[:, 0]
        if hits.any() and not hits.all():
            axes.plot(*_roc(hits, scores), lw=1.8, label=f"{task.replace('_', ' ')}: {auroc(hits, scores):.3f}")
    axes.plot([0, 1], [0, 1], color=LINE, lw=1)
    axes.set_aspect("equal")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=8, frameon=False, loc="lower right")
    _axes(axes, "Any grade above the first, against none", "1 − specificity", "Sensitivity")
    return _png(figure)
