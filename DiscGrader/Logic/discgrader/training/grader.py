"""The network of the recipe ``spider``: its choices, how it is fitted to discs of one or several data sets, and
asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from discgrader.errors import StudyError
from discgrader.grading.view import ViewShape
from discgrader.packs.networks import build_network
from discgrader.progress import Progress
from discgrader.training.discs import GradedDisc, plain_batch, training_batch
from discgrader.training.grader_tasks import FAMILIES, ORDINAL, ROLES, TASKS
from discgrader.training.loop import Optimization, epochs_from, forward, train
from discgrader.training.losses import UNKNOWN, grade_loss
from discgrader.training.readers import SPIDER, WithReaders, cohort_of, cohorts_among


@dataclass(frozen=True)
class GraderRecipe:
    """Every choice of the recipe.

    ``neighbor_share`` is how much of an ordinal grade's target goes to the grades beside it, since two readers agree
    on the Pfirrmann grade with kappa 0.6 only; ``evidence_weight`` is the share of the evidence trees beside the
    network; ``bits`` in how many bits weights are stored; ``localizer_work`` the output folder of the recipe
    ``localizer``, as for `disc_finder`; ``cohorts`` the data sets to learn from, of those that are there.
    """

    widths: tuple[int, ...] = (32, 64, 128, 256)
    shape: ViewShape = field(default_factory=ViewShape)
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
    bits: int = 16
    localizer_work: Path | str | None = None
    cohorts: tuple[str, ...] = (SPIDER,)

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
    of its weights, which grades as the readers of the first of `COHORTS` do that the discs are of.

    Raises
    ------
    StudyError
        There are fewer discs than one batch has.
    """
    if len(discs) < recipe.discs_per_batch:
        raise StudyError(
            f"The grader trains on batches of {recipe.discs_per_batch} discs, but there are only "
            f"{len(discs)}; give more, or choose a smaller discs_per_batch."
        )
    torch.manual_seed(seed)
    network = build_network(recipe.architecture).to(memory_format=torch.channels_last)
    readers = cohorts_among(disc.patient for disc in discs)
    shared = [disc for disc in discs if cohort_of(disc.patient) != readers[0]]
    learned = network
    if shared:
        tasks = {task: TASKS[task] for task in ORDINAL if any(disc.grades[task] != UNKNOWN for disc in shared)}
        learned = WithReaders(network, len(readers), tasks)
    steps = len(discs) // recipe.discs_per_batch

    def epoch_of(epoch: int) -> Iterator[torch.Tensor]:
        generator = np.random.default_rng([seed, epoch])
        order = generator.permutation(len(discs))
        for step in range(steps):
            chosen = [discs[i] for i in order[step * recipe.discs_per_batch : (step + 1) * recipe.discs_per_batch]]
            yield _loss(recipe, learned, chosen, readers, generator)

    how = Optimization(
        steps * recipe.epochs, recipe.learning_rate, recipe.weight_decay, average_decay=recipe.average_decay
    )
    fitted = train(
        learned,
        how,
        lambda first: epochs_from(first, steps, epoch_of),
        progress=progress,
        stage="Training the grader",
        state=state,
        every=steps,
    )
    return fitted.network if isinstance(fitted, WithReaders) else fitted


def _loss(
    recipe: GraderRecipe,
    network: torch.nn.Module,
    discs: Sequence[GradedDisc],
    readers: Sequence[str],
    generator: np.random.Generator,
) -> torch.Tensor:
    batch = training_batch(discs, ROLES, recipe.shape, generator)
    whose = []
    if isinstance(network, WithReaders):
        whose.append(torch.tensor([readers.index(cohort_of(disc.patient)) for disc in discs]))
    logits = forward(network, batch.crops, batch.role, batch.disc, len(discs), *whose)
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
            for task, values in logits.items():
                parts.setdefault(task, []).append(values.numpy())
    return {task: np.concatenate(chunks) for task, chunks in parts.items()}
