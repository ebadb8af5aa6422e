"""Fitting of the evidence model: one set of boosted trees a task, on measures alone."""

from collections.abc import Sequence
from itertools import combinations

import lightgbm
import numpy as np

from discgrader.grading.evidence import MEASURES
from discgrader.grading.evidence_model import evidence_names, evidence_row, log_probabilities
from discgrader.training.disc_batches import UNKNOWN, GradedDisc
from discgrader.training.grader import ROLES

SETTINGS = {
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


def row_of(disc: GradedDisc, roles: Sequence[str]) -> np.ndarray:
    """The evidence row of a disc from its images of these roles alone."""
    measures = {
        image.role: dict(zip(MEASURES, map(float, image.measures), strict=True))
        for image in disc.images
        if image.role in roles
    }
    return evidence_row(disc.index_from_sacrum, measures, ROLES)


def fit_trees(discs: Sequence[GradedDisc], task: str, grades: int, seed: int) -> lightgbm.Booster:
    """Trees for one task; each disc is shown with every subset of its images, so that a missing one does no harm."""
    rows, targets, weights = [], [], []
    for disc in discs:
        if disc.grades[task] == UNKNOWN:
            continue
        own = [image.role for image in disc.images]
        subsets = [some for size in range(1, len(own) + 1) for some in combinations(own, size)]
        rows += [row_of(disc, some) for some in subsets]
        targets += [disc.grades[task]] * len(subsets)
        weights += [1.0 / len(subsets)] * len(subsets)
    objective = {"objective": "binary"} if grades == 2 else {"objective": "multiclass", "num_class": grades}
    data = lightgbm.Dataset(
        np.stack(rows),
        np.array(targets),
        weight=np.array(weights),
        feature_name=evidence_names(ROLES),
        free_raw_data=False,
    )
    return lightgbm.train({**SETTINGS, **objective, "seed": seed}, data, ROUNDS)


def predict_trees(booster: lightgbm.Booster, discs: Sequence[GradedDisc], roles: Sequence[str]) -> np.ndarray:
    """Logarithm of each grade's probability, shape (discs, grades), from the images of ``roles``."""
    return log_probabilities(booster, np.stack([row_of(disc, roles) for disc in discs]))
