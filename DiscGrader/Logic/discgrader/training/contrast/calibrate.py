"""From logits on patients kept aside to probabilities, and how often these are right."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize_scalar

from discgrader.imaging.picture_contrast import concluded
from discgrader.imaging.study import Contrast
from discgrader.training.contrast.examine import Examined


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def calibrated(found: Sequence[Examined]) -> dict[str, float]:
    """The temperature that makes the right answers most probable.

    Real series, as they are and with fat suppressed, weigh as much as all others together; within both, each kind
    weighs the same.
    """
    logits, truth = np.stack([one.logits for one in found]), np.array([one.truth for one in found])
    kinds, number, count = np.unique([one.asked.kind for one in found], return_inverse=True, return_counts=True)
    real = np.char.startswith(kinds, "real")
    weights = (np.where(real, 0.5 / real.sum(), 0.5 / max((~real).sum(), 1)) / count)[number]

    def surprise(log_temperature: float) -> float:
        right = softmax(logits / np.exp(log_temperature))[np.arange(len(truth)), truth]
        return float(-(weights * np.log(np.maximum(right, 1e-9))).sum())

    best = minimize_scalar(surprise, bounds=(-2.0, 2.0), method="bounded")
    return {"temperature": float(np.exp(best.x)), "negative_log_likelihood": float(best.fun)}


def figures_of(found: Sequence[Examined], classes: tuple[str, ...], temperature: float) -> dict[str, object]:
    """How often the answers are right, for each kind of series.

    Returns
    -------
    dict
        For each kind: the number of series; the share whose most probable class is right by the picture alone; the
        share answered; how many of these got the right answer, how many another contrast, how many ``other``; and which
        got another contrast.
    """
    figures: dict[str, object] = {}
    for kind in sorted({one.asked.kind for one in found}):
        mine = [one for one in found if one.asked.kind == kind]
        answers = [concluded(one.logits / temperature, classes, one.asked.distance_mm).contrast for one in mine]
        truth = Contrast(classes[mine[0].truth])
        pairs = zip([one.asked.source for one in mine], answers, strict=True)
        told = [(source, answer) for source, answer in pairs if answer is not Contrast.UNKNOWN]
        wrong = [(source, answer) for source, answer in told if answer not in (truth, Contrast.OTHER)]
        figures[kind] = {
            "series": len(mine),
            "right_class": float(np.mean([one.logits.argmax() == one.truth for one in mine])),
            "answered": len(told) / len(mine),
            "right": sum(answer is truth for _, answer in told),
            "other": sum(answer is Contrast.OTHER is not truth for _, answer in told),
            "another_contrast": len(wrong),
            "wrong": [f"{source}: {answer}" for source, answer in wrong],
        }
    return figures


def between_t1_and_t2(found: Sequence[Examined], classes: tuple[str, ...], temperature: float) -> dict[str, object]:
    """Of the real T1 and T2 series: how many get T1 or T2 for an answer, and how often that is the right one."""
    mine = [one for one in found if one.asked.kind in ("real T1", "real T2")]
    answers = [concluded(one.logits / temperature, classes, one.asked.distance_mm).contrast for one in mine]
    known = [(answer, one) for answer, one in zip(answers, mine) if answer not in (Contrast.UNKNOWN, Contrast.OTHER)]
    wrong = [one.asked.source for answer, one in known if answer != classes[one.truth]]
    patients = {one.asked.patient for one in mine}
    return {
        "series": len(mine),
        "patients": len(patients),
        "answered": len(known) / len(mine),
        "right_of_answered": 1 - len(wrong) / max(len(known), 1),
        "wrong": wrong,
    }


def reliability(found: Sequence[Examined], classes: tuple[str, ...], temperature: float) -> list[dict[str, float]]:
    """How often the most probable class of real series (with fat suppressed ones computed from them) is right, by
    its probability."""
    mine = [one for one in found if one.asked.kind.startswith("real")]
    answers = [concluded(one.logits / temperature, classes, one.asked.distance_mm) for one in mine]
    shares = np.array([one.probability for one in answers])
    right = np.array(
        [
            max(answer.probabilities, key=answer.probabilities.get) == classes[one.truth]
            for one, answer in zip(mine, answers, strict=True)
        ]
    )
    rows = []
    for low, high in ((0.0, 0.7), (0.7, 0.9), (0.9, 0.97), (0.97, 0.99), (0.99, 1.01)):
        inside = (shares >= low) & (shares < high)
        if inside.any():
            rows.append(
                {
                    "low": low,
                    "high": min(high, 1.0),
                    "series": int(inside.sum()),
                    "right": float(right[inside].mean()),
                    "stated": float(shares[inside].mean()),
                }
            )
    return rows
