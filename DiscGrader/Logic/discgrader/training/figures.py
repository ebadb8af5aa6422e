"""Figures of merit with their 95 % intervals by bootstrap over patients."""

import warnings
from collections.abc import Callable, Mapping

import numpy as np
from sklearn import metrics

from discgrader.grading.decision import given_grades

DRAWS = 500


def ordinal_figures(grades: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """Figures of the five Pfirrmann grades, those given being `given_grades`.

    Parameters
    ----------
    grades : ndarray of int, shape (n,)
        True grades as positions on the scale.
    probabilities : ndarray, shape (n, 5)

    Returns
    -------
    ``macro_auroc`` (one against the rest, mean over the grades that occur), ``accuracy``, ``qwk`` (quadratic weighted
    kappa, Cohen 1968), ``within_one``, ``macro_f1``, ``mcc``, ``brier`` (mean over grades).
    """
    given = given_grades(probabilities)
    hits = np.eye(probabilities.shape[1])[grades]
    occurring = [k for k in range(probabilities.shape[1]) if 0 < hits[:, k].sum() < len(hits)]
    return {
        "macro_auroc": float(np.mean([metrics.roc_auc_score(hits[:, k], probabilities[:, k]) for k in occurring])),
        "accuracy": float((given == grades).mean()),
        "qwk": float(metrics.cohen_kappa_score(grades, given, weights="quadratic")),
        "within_one": float((np.abs(given - grades) <= 1).mean()),
        "macro_f1": float(metrics.f1_score(grades, given, average="macro")),
        "mcc": float(metrics.matthews_corrcoef(grades, given)),
        "brier": float(((probabilities - hits) ** 2).mean()),
    }


def binary_figures(grades: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """Figures of a task with grades 0 and 1: ``auroc``, ``auprc``, ``accuracy``, ``brier``, ``prevalence``."""
    return {
        "auroc": float(metrics.roc_auc_score(grades, probability)),
        "auprc": float(metrics.average_precision_score(grades, probability)),
        "accuracy": float(((probability >= 0.5) == grades).mean()),
        "brier": float(((probability - grades) ** 2).mean()),
        "prevalence": float(grades.mean()),
    }


def with_intervals(
    figures: Callable[[np.ndarray, np.ndarray], Mapping[str, float]],
    grades: np.ndarray,
    probabilities: np.ndarray,
    patients: np.ndarray,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Each figure as ``{"value", "low", "high"}``: 95 % interval over ``draws`` samples of patients, with
    replacement."""
    value = figures(grades, probabilities)
    rows_of = {patient: np.nonzero(patients == patient)[0] for patient in np.unique(patients)}
    names = np.array(list(rows_of))
    generator = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in value}
    for _ in range(draws):
        rows = np.concatenate([rows_of[patient] for patient in generator.choice(names, len(names))])
        if len(np.unique(grades[rows])) < 2:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, one in figures(grades[rows], probabilities[rows]).items():
                drawn[name].append(one)
    return {
        name: {
            "value": value[name],
            "low": float(np.quantile(drawn[name], 0.025)),
            "high": float(np.quantile(drawn[name], 0.975)),
        }
        for name in value
    }
