"""Fitting of what grades a disc on its crops: a network on the pictures, trees on measured evidence; and what both say
of discs that they have not seen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import lightgbm
import numpy as np
import torch

from discgrader.grading.crops import CropShape
from discgrader.grading.evidence import MEASURES
from discgrader.grading.evidence_model import evidence_names, evidence_row, log_probabilities
from discgrader.grading.scales import scale_of
from discgrader.packs.networks import build_network
from discgrader.progress import Progress
from discgrader.training.discs import GradedDisc, plain_batch, training_batch
from discgrader.training.loop import Optimization, epochs_from, forward, train
from discgrader.training.losses import UNKNOWN, grade_loss
from discgrader.training.spider import TASK_COLUMNS

ROLES = ("T1", "T2", "T2_SPACE")
FAMILIES = (("T1",), ("T2", "T2_SPACE"))

TASKS: Mapping[str, int] = {task: len(scale_of(system, task).grades) for task, (system, _) in TASK_COLUMNS.items()}
"""Number of grades of each task."""

ORDINAL = frozenset(
    task for task, count in TASKS.items() if count > 2 and scale_of(TASK_COLUMNS[task][0], task).ordinal
)
"""Tasks with an order of more than two grades."""

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


@dataclass(frozen=True)
class GraderRecipe:
    """Every choice of the recipe.

    ``neighbor_share`` is how much of an ordinal grade's target goes to the grades beside it, since two readers agree
    on the Pfirrmann grade with kappa 0.6 only; ``evidence_weight`` is the share of the evidence trees beside the
    network.
    """

    widths: tuple[int, ...] = (32, 64, 128, 256)
    shape: CropShape = field(default_factory=CropShape)
    discs_per_batch: int = 32
    epochs: int = 30
    learning_rate: float = 2e-3
    weight_decay: float = 0.03
    neighbor_share: float = 0.15
    dropout: float = 0.4
    folds: int = 5
    seed: int = 0
    average_decay: float = 0.99
    evidence_weight: float = 0.5

    @property
    def architecture(self) -> dict:
        """The network's entry in a pack."""
        return {
            "kind": "disc_classifier",
            "widths": list(self.widths),
            "tasks": dict(TASKS),
            "roles": list(ROLES),
            "families": [list(family) for family in FAMILIES],
            "dropout": self.dropout,
        }


def fit_grader(
    recipe: GraderRecipe, discs: Sequence[GradedDisc], state: Path, seed: int, progress: Progress
) -> torch.nn.Module:
    """Train one classifier on all of ``discs``, resuming from ``state`` (a file) where it exists; the running average
    of its weights."""
    torch.manual_seed(seed)
    network = build_network(recipe.architecture).to(memory_format=torch.channels_last)
    steps = len(discs) // recipe.discs_per_batch

    def epoch_of(epoch: int) -> Iterator[torch.Tensor]:
        generator = np.random.default_rng([seed, epoch])
        order = generator.permutation(len(discs))
        for step in range(steps):
            chosen = [discs[i] for i in order[step * recipe.discs_per_batch : (step + 1) * recipe.discs_per_batch]]
            yield _loss(recipe, network, chosen, generator)

    how = Optimization(
        steps * recipe.epochs, recipe.learning_rate, recipe.weight_decay, average_decay=recipe.average_decay
    )
    return train(
        network,
        how,
        lambda first: epochs_from(first, steps, epoch_of),
        progress=progress,
        stage="Training the grader",
        state=state,
        every=steps,
    )


def _loss(
    recipe: GraderRecipe, network: torch.nn.Module, discs: Sequence[GradedDisc], generator: np.random.Generator
) -> torch.Tensor:
    batch = training_batch(discs, ROLES, recipe.shape, generator)
    logits = forward(network, batch.crops, batch.role, batch.disc, len(discs))
    return sum(
        (2.0 if (ordinal := task in ORDINAL) else 0.5)
        * grade_loss(given, batch.grades[task], recipe.neighbor_share if ordinal else 0.0, cumulative=ordinal)
        for task, given in logits.items()
    )


def predict(
    network: torch.nn.Module,
    recipe: GraderRecipe,
    discs: Sequence[GradedDisc],
    shown_roles: Sequence[str],
    batch_size: int = 32,
) -> dict[str, np.ndarray]:
    """Logits of every task, each of shape (discs, grades), from the images of ``shown_roles``; in float32."""
    parts: dict[str, list[np.ndarray]] = {}
    with torch.inference_mode():
        for start in range(0, len(discs), batch_size):
            chosen = discs[start : start + batch_size]
            batch = plain_batch(chosen, ROLES, recipe.shape, shown_roles)
            logits = network(
                batch.crops.contiguous(memory_format=torch.channels_last), batch.role, batch.disc, len(chosen)
            )
            for task, one in logits.items():
                parts.setdefault(task, []).append(one.numpy())
    return {task: np.concatenate(one) for task, one in parts.items()}


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
    return log_probabilities(booster, np.stack([_row_of(disc, roles) for disc in discs]))
