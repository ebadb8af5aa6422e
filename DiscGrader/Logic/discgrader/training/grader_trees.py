"""The trees beside a grader's networks: gradient boosting on what can be measured of a disc."""

from collections.abc import Sequence
from itertools import combinations

import lightgbm
import numpy as np

from discgrader.grading.evidence import MEASURES
from discgrader.grading.evidence_rows import evidence_names, evidence_row, log_probabilities
from discgrader.training.discs import GradedDisc
from discgrader.training.grader_tasks import ROLES, TASKS
from discgrader.training.losses import UNKNOWN

TREES = {
    "num_leaves": 10,
    "learning_rate": 0.04,
    "min_data_in_leaf": 15,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "num_threads": 1,
    "deterministic": True,
    "verbosity": -1,
}

ROUNDS = 150
"""Boosting rounds; no search over them is on record."""


def _row_of(disc: GradedDisc, roles: Sequence[str]) -> np.ndarray:
    """The evidence row of a disc from its images of these roles alone."""
    measures = {
        image.role: dict(zip(MEASURES, map(float, image.measures), strict=True))
        for image in disc.images
        if image.role in roles
    }
    return evidence_row(disc.index_from_sacrum, measures, ROLES)


def fit_trees(discs: Sequence[GradedDisc], task: str, seed: int) -> lightgbm.Booster:
    """Trees for one task; each disc is shown with every subset of its images, so that a missing one does no harm."""
    rows, targets, weights = [], [], []
    for disc in discs:
        if disc.grades[task] == UNKNOWN:
            continue
        own = [image.role for image in disc.images]
        subsets = [some for size in range(1, len(own) + 1) for some in combinations(own, size)]
        rows += [_row_of(disc, some) for some in subsets]
        targets += [disc.grades[task]] * len(subsets)
        weights += [1.0 / len(subsets)] * len(subsets)
    grades = TASKS[task]
    objective = {"objective": "binary"} if grades == 2 else {"objective": "multiclass", "num_class": grades}
    data = lightgbm.Dataset(
        np.stack(rows),
        np.array(targets),
        weight=np.array(weights),
        feature_name=evidence_names(ROLES),
        free_raw_data=False,
    )
    return lightgbm.train({**TREES, **objective, "seed": seed}, data, ROUNDS)


def predict_trees(booster: lightgbm.Booster, discs: Sequence[GradedDisc], roles: Sequence[str]) -> np.ndarray:
    """Logarithm of each grade's probability, shape (discs, grades), from the images of ``roles``."""
    predicted = np.asarray(booster.predict(np.stack([_row_of(disc, roles) for disc in discs]), num_threads=1))
    return log_probabilities(np.stack([1 - predicted, predicted], 1) if predicted.ndim == 1 else predicted)
