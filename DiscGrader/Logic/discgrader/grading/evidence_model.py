"""Grades from measured evidence alone, by gradient-boosted trees: the second opinion beside the image networks."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from discgrader.grading.evidence import MEASURES

EVIDENCE_PREFIX = "evidence"


class TreesLike(Protocol):
    """`discgrader.packs.trees.Trees`, or the LightGBM booster that they were grown with."""

    def predict(self, rows: np.ndarray, num_threads: int) -> np.ndarray: ...


def evidence_row(
    index_from_sacrum: int, measures: Mapping[str, Mapping[str, float]], roles: Sequence[str]
) -> np.ndarray:
    """What the trees see of a disc: its index, then all measures of each role in turn, NaN where there is none.

    Parameters
    ----------
    measures : mapping of role to mapping of measure to float
        As `discgrader.grading.grader.measures_on` gives them.

    Returns
    -------
    ndarray, shape (1 + roles * measures,)
    """
    row = [float(index_from_sacrum)]
    for role in roles:
        values = measures.get(role)
        row += [values[name] if values is not None else np.nan for name in MEASURES]
    return np.array(row)


def evidence_names(roles: Sequence[str]) -> list[str]:
    """Name of every number in `evidence_row`."""
    return ["index_from_sacrum", *(f"{role}_{name}" for role in roles for name in MEASURES)]


def log_probabilities(booster: TreesLike, rows: np.ndarray) -> np.ndarray:
    """Logarithm of each grade's probability, shape (rows, grades), by trees trained on one task."""
    predicted = np.asarray(booster.predict(rows, num_threads=1))
    if predicted.ndim == 1:
        predicted = np.stack([1 - predicted, predicted], 1)
    return np.log(np.clip(predicted, 1e-4, 1))


def combined(logits: np.ndarray, evidence: np.ndarray, weight: float) -> np.ndarray:
    """Logits of networks and trees together: the weighted geometric mean of their probabilities.

    Parameters
    ----------
    logits : ndarray, shape (..., grades)
        Of the networks.
    evidence : ndarray, shape (..., grades)
        From `log_probabilities`.
    weight : float
        Share of the trees, 0 to 1.
    """
    shifted = logits - logits.max(-1, keepdims=True)
    network = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return (1 - weight) * network + weight * evidence
