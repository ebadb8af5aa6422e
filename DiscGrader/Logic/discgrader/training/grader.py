"""Fitting of a disc classifier, and its predictions on discs it has not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from discgrader.grading.crops import CropShape
from discgrader.packs.networks import build_network
from discgrader.progress import Progress
from discgrader.training.disc_batches import UNKNOWN, GradedDisc, plain_batch, training_batch
from discgrader.training.learner import Learner
from discgrader.training.precision import training_autocast

ROLES = ("T1", "T2", "T2_SPACE")
FAMILIES = (("T1",), ("T2", "T2_SPACE"))


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

    def architecture(self, tasks: Mapping[str, int]) -> dict:
        """The network's entry in a pack."""
        return {
            "kind": "disc_classifier",
            "widths": list(self.widths),
            "tasks": dict(tasks),
            "roles": list(ROLES),
            "families": [list(family) for family in FAMILIES],
            "dropout": self.dropout,
        }


def soft_targets(grades: torch.Tensor, count: int, neighbor_share: float) -> torch.Tensor:
    """Target probabilities (discs, count): most on the true grade, ``neighbor_share`` on the grades beside it."""
    target = torch.nn.functional.one_hot(grades, count).float()
    if neighbor_share == 0:
        return target
    beside = torch.zeros_like(target)
    beside[:, 1:] += target[:, :-1]
    beside[:, :-1] += target[:, 1:]
    beside = beside / beside.sum(1, keepdim=True)
    return (1 - neighbor_share) * target + neighbor_share * beside


def task_loss(logits: torch.Tensor, grades: torch.Tensor, ordinal: bool, neighbor_share: float) -> torch.Tensor:
    """Cross entropy with soft targets, plus, on ordinal scales, the squared distance of cumulative probabilities."""
    known = grades != UNKNOWN
    if not known.any():
        return logits.sum() * 0
    logits, grades = logits[known], grades[known]
    target = soft_targets(grades, logits.shape[1], neighbor_share if ordinal else 0.0)
    loss = -(target * logits.log_softmax(1)).sum(1).mean()
    if ordinal:
        loss = loss + ((logits.softmax(1) - target).cumsum(1) ** 2).sum(1).mean()
    return loss


def fit_grader(
    recipe: GraderRecipe,
    discs: Sequence[GradedDisc],
    tasks: Mapping[str, int],
    ordinal: Sequence[str],
    state: Path,
    seed: int,
    progress: Progress,
) -> torch.nn.Module:
    """Train one classifier on all of ``discs``, resuming from ``state`` (a file) where it exists.

    Parameters
    ----------
    tasks : mapping of str to int
        Number of grades of each task.
    ordinal : sequence of str
        Tasks whose scale is ordinal with more than two grades.

    Returns
    -------
    The running average of the network's weights over the last steps.
    """
    torch.manual_seed(seed)
    network = build_network(recipe.architecture(tasks)).to(memory_format=torch.channels_last)
    steps_per_epoch = len(discs) // recipe.discs_per_batch
    total = steps_per_epoch * recipe.epochs
    optimizer = torch.optim.AdamW(network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.learning_rate, total, pct_start=0.15)
    learner = Learner(network, optimizer, schedule, recipe.average_decay)
    start = learner.resume(state)["epoch"] if state.exists() else 0
    network.train()
    for epoch in range(start, recipe.epochs):
        generator = np.random.default_rng([seed, epoch])
        order = generator.permutation(len(discs))
        running = []
        for step in range(steps_per_epoch):
            chosen = [discs[i] for i in order[step * recipe.discs_per_batch : (step + 1) * recipe.discs_per_batch]]
            batch = training_batch(chosen, ROLES, recipe.shape, generator)
            with training_autocast():
                logits = network(
                    batch.crops.contiguous(memory_format=torch.channels_last), batch.role, batch.disc, len(chosen)
                )
            losses = {
                task: task_loss(one.float(), batch.grades[task], task in ordinal, recipe.neighbor_share)
                for task, one in logits.items()
            }
            loss = sum((2.0 if task in ordinal else 0.5) * one for task, one in losses.items())
            running.append(learner.step(loss))
        progress.report("Training the grader", (epoch + 1) / recipe.epochs, f"loss {np.mean(running):.3f}")
        learner.save(state, epoch=epoch + 1)
    return learner.average.eval()


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
