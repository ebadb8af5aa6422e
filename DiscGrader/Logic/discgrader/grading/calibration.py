"""From logits to calibrated probabilities, and from those of an ordinal scale to the grade that is given."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities, shape (..., grades), of logits of the same shape."""
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


def calibrate(logits: np.ndarray, calibration: Mapping[str, Any] | None) -> np.ndarray:
    """Probabilities by temperature and bias.

    Parameters
    ----------
    logits : ndarray, shape (..., grades)
    calibration : mapping or None
        ``temperature`` (float, larger is less certain) and ``bias`` (list, one number a grade), fitted on patients
        that the network had not seen (Guo et al., ICML 2017: temperature and vector scaling). None leaves them as
        they are.
    """
    if not calibration:
        return softmax(logits)
    return softmax(logits / float(calibration["temperature"]) + np.asarray(calibration["bias"], float))


def recalibrated(probabilities: np.ndarray, temperature: float, bias: Sequence[float]) -> np.ndarray:
    """Probabilities, shape (..., grades), after a temperature and a bias upon their logarithms."""
    return softmax(np.log(np.maximum(probabilities, 1e-12)) / temperature + np.asarray(bias, float))


def isotonic(probabilities: np.ndarray, curves: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Probabilities by one isotonic curve a grade, one against the rest (Zadrozny and Elkan 2002).

    Parameters
    ----------
    probabilities : ndarray, shape (n, grades)
    curves : sequence of (ndarray, ndarray)
        Of each grade, rising probabilities and the share observed there.

    Returns
    -------
    ndarray, shape (n, grades)
        The grades share out 1; where no grade is left, as before.
    """
    return normalized_rows(
        np.stack([np.interp(probabilities[:, k], *curve) for k, curve in enumerate(curves)], 1), probabilities
    )


def normalized_rows(curved: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Rows brought to a sum of 1; one that is zero for every grade keeps the probabilities from before."""
    total = curved.sum(1, keepdims=True)
    return np.where(total > 1e-9, curved / np.maximum(total, 1e-9), before)


def fit_calibration(logits: np.ndarray, grades: np.ndarray) -> dict[str, object]:
    """Temperature and bias that make held-out logits likeliest.

    Parameters
    ----------
    logits : ndarray, shape (n, grades)
        Of discs that the network had not seen.
    grades : ndarray of int, shape (n,)
        Their true grades, as positions on the scale.
    """
    from scipy.optimize import minimize

    count = logits.shape[1]
    # Grades hardly ever seen would otherwise be pushed to minus infinity.
    present = np.bincount(grades, minlength=count)

    def cost(parameters: np.ndarray) -> float:
        bias = np.concatenate([[0.0], parameters[1:]])
        probabilities = softmax(logits * np.exp(-parameters[0]) + bias)
        likelihood = np.log(np.maximum(probabilities[np.arange(len(grades)), grades], 1e-9)).mean()
        return -likelihood + 1e-3 * float((bias**2 / np.sqrt(present + 1.0)).sum())

    best = minimize(cost, np.zeros(count), method="L-BFGS-B")
    return {"temperature": float(np.exp(best.x[0])), "bias": [0.0, *map(float, best.x[1:])]}


HIGH_GRADE = 3
"""Position of the lowest Pfirrmann grade that counts as high, IV."""


def high_probabilities(probabilities: np.ndarray, border: int = HIGH_GRADE) -> np.ndarray:
    """The probabilities below a border and from it on, shape (..., 2): of I–III and of IV–V for the Pfirrmann grade."""
    return np.stack([probabilities[..., :border].sum(-1), probabilities[..., border:].sum(-1)], -1)


def predicted_grades(probabilities: np.ndarray, border: int = HIGH_GRADE, threshold: float = 0.5) -> np.ndarray:
    """The likeliest grade on the likelier side of a border, that between III and IV for the Pfirrmann grade.

    The grade and `high_grade`, which is the sum of IV and V, so never contradict each other, as they would where one
    grade is likeliest and those across the border are likelier together.

    Parameters
    ----------
    probabilities : ndarray, shape (..., grades)
    border : int
        Position of the lowest grade that counts as high.
    threshold : float
        From which probability of a high grade on one is given.

    Returns
    -------
    ndarray of int, shape (...)
        Positions on the scale.
    """
    low, high = probabilities[..., :border], probabilities[..., border:]
    both = high_probabilities(probabilities, border)
    # As likely as not counts as low, as it does where the likeliest of two grades is taken.
    is_high = both.argmax(-1) == 1 if threshold == 0.5 else both[..., 1] >= threshold
    return np.where(is_high, border + high.argmax(-1), low.argmax(-1))
