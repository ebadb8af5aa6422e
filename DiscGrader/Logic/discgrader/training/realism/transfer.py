"""Grading learnt on digital patients alone, tried on real ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.grading.evidence_model import combined
from discgrader.grading.scales import scale_of
from discgrader.progress import Progress
from discgrader.training.disc_batches import GradedDisc
from discgrader.training.evidence_trees import fit_trees, predict_trees
from discgrader.training.figures import binary_figures, ordinal_figures, with_intervals
from discgrader.training.grader import ROLES, GraderRecipe, fit_grader, predict
from discgrader.training.spider import TASK_COLUMNS

PARTS = ("network", "evidence", "together")
"""The image network alone, boosted trees on measured evidence alone, and both."""


@dataclass(frozen=True, eq=False)
class Transfer:
    """How a model that has seen digital discs alone grades real ones.

    Parameters
    ----------
    grades : mapping of str to ndarray
        Task to the true positions on its scale, shape (discs,).
    logits : mapping of str to mapping
        Part (`PARTS`) to task to logits, shape (discs, grades).
    patients : ndarray
    """

    grades: Mapping[str, np.ndarray]
    logits: Mapping[str, Mapping[str, np.ndarray]]
    patients: np.ndarray

    def figures(self, part: str, task: str) -> dict[str, dict[str, float]]:
        """Figures of merit with their 95 % intervals by patient; none where all discs have one grade."""
        if len(np.unique(self.grades[task])) < 2:
            return {}
        logits = self.logits[part][task]
        chances = np.exp(logits - logits.max(1, keepdims=True))
        chances /= chances.sum(1, keepdims=True)
        if chances.shape[1] > 2:
            return with_intervals(ordinal_figures, self.grades[task], chances, self.patients)
        return with_intervals(binary_figures, self.grades[task], chances[:, 1], self.patients)


def transfer(
    digital: Sequence[GradedDisc], real: Sequence[GradedDisc], recipe: GraderRecipe, state: Path, progress: Progress
) -> Transfer:
    """Train on digital discs, predict real ones; resumes from ``state``."""
    tasks = {task: len(scale_of(system, task).grades) for task, (system, _) in TASK_COLUMNS.items()}
    ordinal = [task for task, count in tasks.items() if count > 2 and scale_of(TASK_COLUMNS[task][0], task).ordinal]
    network = fit_grader(recipe, digital, tasks, ordinal, state, recipe.seed, progress)
    seen = predict(network, recipe, real, ROLES)
    measured = {
        task: predict_trees(fit_trees(digital, task, count, recipe.seed), real, ROLES) for task, count in tasks.items()
    }
    both = {task: combined(seen[task], measured[task], recipe.evidence_weight) for task in tasks}
    grades = {task: np.array([one.grades[task] for one in real]) for task in tasks}
    return Transfer(
        grades, dict(zip(PARTS, (seen, measured, both), strict=True)), np.array([one.patient for one in real])
    )
