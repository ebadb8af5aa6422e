"""Fitting of a window classifier, resumable, and its predictions on discs that it has not seen."""

import csv
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import smooth_l1_loss

from discgrader.grading.calibration import softmax
from discgrader.grading.scales import scale_of
from discgrader.grading.window_pack import chosen_looks, network_input
from discgrader.packs.networks import build_network
from discgrader.progress import Progress
from discgrader.training.grader import soft_targets
from discgrader.training.learner import Learner
from discgrader.training.precision import training_autocast
from discgrader.training.windows.augment import middle, mirrored_task, vary
from discgrader.training.windows.data import UNKNOWN, LookedDisc
from discgrader.training.windows.recipe import WindowRecipe

CURVES = ("epoch", "learning_rate", "training_loss", "validation_loss")


@dataclass(frozen=True, eq=False)
class Predicted:
    """A network's answers on discs, each task's on the look that the level is graded on.

    Parameters
    ----------
    logits : mapping of str to ndarray, shape (discs, grades)
    boxes : ndarray, shape (discs, 4), or None
        On the look that `box_task` is graded on, as are the true ones.
    true_boxes : ndarray, shape (discs, 4)
    """

    logits: Mapping[str, np.ndarray]
    boxes: np.ndarray | None
    true_boxes: np.ndarray


def task_loss(
    logits: torch.Tensor, grades: torch.Tensor, ordinal: bool, neighbor_share: float, weight: torch.Tensor
) -> torch.Tensor:
    """Cross entropy with some of each target on the grades beside it, and each disc weighted by its grade."""
    known = grades != UNKNOWN
    if not known.any():
        return logits.sum() * 0
    logits, grades = logits[known].float(), grades[known]
    target = soft_targets(grades, logits.shape[1], neighbor_share if ordinal and logits.shape[1] > 2 else 0.0)
    loss = -(target * logits.log_softmax(1)).sum(1)
    own = weight[grades]
    return (loss * own).sum() / own.sum()


def box_loss(given: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """Distance of edges and lack of overlap (Rezatofighi et al., CVPR 2019, without the enclosing box)."""
    known = torch.isfinite(true).all(1)
    if not known.any():
        return given.sum() * 0
    given, true = given[known], true[known]
    low, high = torch.maximum(given[:, :2], true[:, :2]), torch.minimum(given[:, 2:], true[:, 2:])
    shared = (high - low).clamp(min=0).prod(1)
    areas = [(one[:, 2:] - one[:, :2]).clamp(min=0).prod(1) for one in (given, true)]
    overlap = shared / (areas[0] + areas[1] - shared).clamp(min=1e-6)
    return 20 * smooth_l1_loss(given, true, beta=0.05) + (1 - overlap).mean()


def grade_weights(discs: Sequence[LookedDisc], task: str, count: int, balance: float) -> torch.Tensor:
    """Weight of each grade: its frequency to the power -``balance``, with a mean of 1 over the discs."""
    seen = np.bincount([one.grades[task] for one in discs if one.grades[task] != UNKNOWN], minlength=count)
    weight = np.maximum(seen, 1.0) ** -balance
    return torch.from_numpy(weight * seen.sum() / max((weight * seen).sum(), 1e-9)).float()


def fit(
    recipe: WindowRecipe,
    discs: Sequence[LookedDisc],
    validation: Sequence[LookedDisc],
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
    optimizer = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[recipe.optimizer](
        network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    steps = max(len(discs) // recipe.batch, 1)
    schedule = _schedule(recipe, optimizer, steps * recipe.epochs)
    weights = {
        task: grade_weights(discs, task, count, recipe.balance).to(device) for task, count in recipe.tasks.items()
    }
    learner = Learner(network, optimizer, schedule, recipe.average_decay)
    state = work / "state.pt"
    saved = (
        learner.resume(state, device) if state.exists() else {"epoch": 0, "best": None, "best_loss": np.inf, "rows": []}
    )
    best, best_loss, rows = saved["best"], saved["best_loss"], saved["rows"]
    for epoch in range(saved["epoch"], recipe.epochs):
        # Each epoch draws anew, so that a training that was stopped goes on as if it had not been.
        generator = np.random.default_rng([recipe.seed, epoch])
        torch.manual_seed(int(generator.integers(2**31)))
        order = generator.permutation(len(discs))
        network.train()
        losses = []
        for step in range(steps):
            progress.check()
            chosen = [discs[i] for i in order[step * recipe.batch : (step + 1) * recipe.batch]]
            loss = _training_loss(recipe, network, chosen, weights, generator, device)
            losses.append(learner.step(loss))
        held_out = _validation_loss(recipe, learner.average.eval(), validation, weights, device)
        if held_out < best_loss:
            best_loss, best = (
                held_out,
                {name: one.detach().clone() for name, one in learner.average.state_dict().items()},
            )
        rows.append([epoch + 1, float(schedule.get_last_lr()[0]), float(np.mean(losses)), held_out])
        _write_curves(work / "curves.csv", rows)
        learner.save(state, epoch=epoch + 1, best=best, best_loss=best_loss, rows=rows)
        progress.report(
            "Training",
            (epoch + 1) / recipe.epochs,
            f"epoch {epoch + 1}: loss {rows[-1][2]:.3f}, validation {held_out:.3f}",
        )
    network.load_state_dict(best)
    return network.eval()


def predict(recipe: WindowRecipe, network: torch.nn.Module, discs: Sequence[LookedDisc], device: str) -> Predicted:
    """The network's answers on discs, each level by its worst slice as when it is graded; in float32."""
    logits: dict[str, list[np.ndarray]] = {}
    boxes, true_boxes = [], []
    for one, (answer, placed) in zip(discs, _asked(recipe, network, discs, device), strict=True):
        chosen = chosen_looks(recipe.system, {task: softmax(given) for task, given in answer.items()})
        for task, given in answer.items():
            logits.setdefault(task, []).append(given[chosen[task]])
        look = chosen[next(iter(recipe.tasks))]
        true_boxes.append(one.boxes[look])
        if placed is not None:
            boxes.append(placed[look])
    return Predicted(
        {task: np.stack(some) for task, some in logits.items()},
        np.stack(boxes) if boxes else None,
        np.stack(true_boxes),
    )


def _asked(
    recipe: WindowRecipe, network: torch.nn.Module, discs: Sequence[LookedDisc], device: str
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray | None]]:
    """Logits and boxes of all looks at each disc; several discs are asked for at a time."""
    for begin in range(0, len(discs), recipe.batch):
        some = discs[begin : begin + recipe.batch]
        wide = torch.from_numpy(np.concatenate([one.looks for one in some])).to(device).float() / 255
        with torch.inference_mode():
            logits, boxes = network(network_input(middle(wide, recipe.pixels)))
        ends = np.cumsum([0, *(len(one.looks) for one in some)])
        for first, last in itertools.pairwise(ends):
            yield (
                {task: one[first:last].float().cpu().numpy() for task, one in logits.items()},
                None if boxes is None else boxes[first:last].cpu().numpy(),
            )


def _training_loss(
    recipe: WindowRecipe,
    network: torch.nn.Module,
    discs: Sequence[LookedDisc],
    weights: Mapping[str, torch.Tensor],
    generator: np.random.Generator,
    device: str,
) -> torch.Tensor:
    looks = [
        int(generator.integers(len(one.looks))) if generator.random() < recipe.other_slices else 0 for one in discs
    ]
    wide = (
        torch.from_numpy(np.stack([one.looks[look] for one, look in zip(discs, looks, strict=True)])).to(device).float()
        / 255
    )
    boxes = (
        torch.from_numpy(np.stack([one.boxes[look] for one, look in zip(discs, looks, strict=True)])).float().to(device)
    )
    varied = vary(wide, boxes, recipe.windows, recipe.pixels, recipe.variation, generator)
    with training_autocast(device):
        logits, placed = network(network_input(varied.pictures))
    grades = {
        task: torch.tensor(
            [
                one.grade_on(look, mirrored_task(task) if turned else task)
                for one, look, turned in zip(discs, looks, varied.mirrored, strict=True)
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
    discs: Sequence[LookedDisc],
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
        task_loss(one, grades[task], scale_of(recipe.system, task).ordinal, recipe.neighbor_share, weights[task])
        for task, one in logits.items()
    ) / len(logits)


def _schedule(
    recipe: WindowRecipe, optimizer: torch.optim.Optimizer, steps: int
) -> torch.optim.lr_scheduler.LRScheduler:
    if recipe.schedule == "constant":
        return torch.optim.lr_scheduler.ConstantLR(optimizer, 1.0, 0)
    return torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.learning_rate, max(steps, 2), pct_start=0.15)


def _write_curves(path: Path, rows: Sequence[Sequence[float]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(CURVES)
        writer.writerows(rows)
