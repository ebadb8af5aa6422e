"""Fitting of a window classifier, resumable, and its predictions on discs that it has not seen."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from discgrader.grading.calibration import softmax
from discgrader.grading.scales import scale_of
from discgrader.grading.window_pack import chosen_looks, network_input
from discgrader.packs.networks import build_network
from discgrader.progress import Progress
from discgrader.training.augment import middle, mirrored_task, vary_views
from discgrader.training.loop import Optimization, epochs_from, mixed_precision, train
from discgrader.training.losses import box_loss, grade_loss, grade_weights
from discgrader.training.windows.choices import WindowRecipe
from discgrader.training.windows.samples import WindowSample


@dataclass(frozen=True, eq=False)
class Predicted:
    """A network's answers on discs, each task's on the view that the level is graded on.

    Parameters
    ----------
    logits : mapping of str to ndarray, shape (discs, grades)
    boxes : ndarray, shape (discs, 4), or None
        On the view that `box_task` is graded on, as are the true ones.
    true_boxes : ndarray, shape (discs, 4)
    """

    logits: Mapping[str, np.ndarray]
    boxes: np.ndarray | None
    true_boxes: np.ndarray


def fit(
    recipe: WindowRecipe,
    discs: Sequence[WindowSample],
    validation: Sequence[WindowSample],
    work: Path,
    device: str,
    initial: Mapping[str, torch.Tensor] | None,
    progress: Progress,
) -> torch.nn.Module:
    """Train one network, going on from what is in ``work``, with its curves in ``curves.csv`` there.

    Parameters
    ----------
    initial : mapping of str to Tensor, optional
        Weights of the encoder to begin with.

    Returns
    -------
    The running average of the network's weights, of the epoch whose loss on ``validation`` was least.
    """
    torch.manual_seed(recipe.seed)
    network = build_network(recipe.architecture())
    if initial is not None:
        network.encoder.load_state_dict(initial, strict=False)
    network = network.to(device, memory_format=torch.channels_last)
    steps = max(len(discs) // recipe.batch, 1)
    weights = {
        task: grade_weights(np.array([disc.grades[task] for disc in discs], int), count, recipe.balance).to(device)
        for task, count in recipe.tasks.items()
    }

    def epoch_of(epoch: int) -> Iterator[torch.Tensor]:
        # Each epoch draws anew, so that a training that was stopped goes on as if it had not been.
        generator = np.random.default_rng([recipe.seed, epoch])
        torch.manual_seed(int(generator.integers(2**31)))
        order = generator.permutation(len(discs))
        for step in range(steps):
            chosen = [discs[i] for i in order[step * recipe.batch : (step + 1) * recipe.batch]]
            yield _training_loss(recipe, network, chosen, weights, generator, device)

    how = Optimization(
        steps * recipe.epochs,
        recipe.learning_rate,
        recipe.weight_decay,
        average_decay=recipe.average_decay,
        optimizer=recipe.optimizer,
        schedule=recipe.schedule,
    )
    return train(
        network,
        how,
        lambda first: epochs_from(first, steps, epoch_of),
        progress=progress,
        state=work / "state.pt",
        every=steps,
        device=device,
        validate=lambda average: _validation_loss(recipe, average, validation, weights, device),
        curves=work / "curves.csv",
    )


def predict(recipe: WindowRecipe, network: torch.nn.Module, discs: Sequence[WindowSample], device: str) -> Predicted:
    """The network's answers on discs, each level by its worst slice as when it is graded; in float32."""
    logits: dict[str, list[np.ndarray]] = {}
    boxes, true_boxes = [], []
    for one, (answer, placed) in zip(discs, _asked(recipe, network, discs, device), strict=True):
        chosen = chosen_looks(recipe.system, {task: softmax(given) for task, given in answer.items()})
        for task, given in answer.items():
            logits.setdefault(task, []).append(given[chosen[task]])
        view = chosen[next(iter(recipe.tasks))]
        true_boxes.append(one.boxes[view])
        if placed is not None:
            boxes.append(placed[view])
    return Predicted(
        {task: np.stack(some) for task, some in logits.items()},
        np.stack(boxes) if boxes else None,
        np.stack(true_boxes),
    )


def _asked(
    recipe: WindowRecipe, network: torch.nn.Module, discs: Sequence[WindowSample], device: str
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray | None]]:
    """Logits and boxes of all views of each disc; several discs are asked for at a time."""
    for begin in range(0, len(discs), recipe.batch):
        some = discs[begin : begin + recipe.batch]
        wide = torch.from_numpy(np.concatenate([one.views for one in some])).to(device).float() / 255
        with torch.inference_mode():
            logits, boxes = network(network_input(middle(wide, recipe.pixels)))
        ends = np.cumsum([0, *(len(one.views) for one in some)])
        for first, last in itertools.pairwise(ends):
            yield (
                {task: one[first:last].float().cpu().numpy() for task, one in logits.items()},
                None if boxes is None else boxes[first:last].cpu().numpy(),
            )


def _training_loss(
    recipe: WindowRecipe,
    network: torch.nn.Module,
    discs: Sequence[WindowSample],
    weights: Mapping[str, torch.Tensor],
    generator: np.random.Generator,
    device: str,
) -> torch.Tensor:
    views = [
        int(generator.integers(len(one.views))) if generator.random() < recipe.other_slices else 0 for one in discs
    ]
    wide = (
        torch.from_numpy(np.stack([one.views[view] for one, view in zip(discs, views, strict=True)])).to(device).float()
        / 255
    )
    boxes = (
        torch.from_numpy(np.stack([one.boxes[view] for one, view in zip(discs, views, strict=True)])).float().to(device)
    )
    varied = vary_views(wide, boxes, recipe.windows, recipe.pixels, recipe.variation, generator)
    with mixed_precision(device):
        logits, placed = network(network_input(varied.pictures))
    grades = {
        task: torch.tensor(
            [
                one.grade_on(view, mirrored_task(task) if turned else task)
                for one, view, turned in zip(discs, views, varied.mirrored, strict=True)
            ],
            device=device,
        )
        for task in recipe.tasks
    }
    loss = _loss(recipe, logits, grades, weights)
    return loss if placed is None else loss + box_loss(placed.float(), varied.boxes)


def _validation_loss(
    recipe: WindowRecipe,
    network: torch.nn.Module,
    discs: Sequence[WindowSample],
    weights: Mapping[str, torch.Tensor],
    device: str,
) -> float:
    predicted = predict(recipe, network, discs, device)
    logits = {task: torch.from_numpy(one).to(device) for task, one in predicted.logits.items()}
    grades = {task: torch.tensor([one.grades[task] for one in discs], device=device) for task in recipe.tasks}
    loss = float(_loss(recipe, logits, grades, weights))
    if predicted.boxes is not None:
        loss += float(box_loss(torch.from_numpy(predicted.boxes), torch.from_numpy(predicted.true_boxes).float()))
    return loss


def _loss(
    recipe: WindowRecipe,
    logits: Mapping[str, torch.Tensor],
    grades: Mapping[str, torch.Tensor],
    weights: Mapping[str, torch.Tensor],
) -> torch.Tensor:
    return sum(
        grade_loss(
            given, grades[task], recipe.neighbor_share if _has_order(recipe, task) else 0.0, weight=weights[task]
        )
        for task, given in logits.items()
    ) / len(logits)


def _has_order(recipe: WindowRecipe, task: str) -> bool:
    """Whether the task's scale has an order of more than two grades."""
    return recipe.tasks[task] > 2 and scale_of(recipe.system, task).ordinal
