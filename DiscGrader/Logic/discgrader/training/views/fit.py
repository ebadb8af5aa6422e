"""Fitting of a network that grades from views: every option of a recipe, the training, resumable, and what the
network says of discs that it has not seen. Recipes are plain files in ``Resources/Recipes`` that fix every choice.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import torch

from discgrader.checked import Count, OneOf, Within, checked, read_json
from discgrader.errors import UsageError
from discgrader.grading.calibration import softmax
from discgrader.grading.systems import find_system, scale_of, system_views
from discgrader.grading.view import ViewSpec
from discgrader.grading.view_system import KIND, channels_of, chosen_samples, network_input
from discgrader.packs.initial import HEADS
from discgrader.packs.networks import build_network
from discgrader.progress import Progress
from discgrader.training.augment import Variation, middle, mirrored_task, vary_views
from discgrader.training.loop import Optimization, epochs_from, mixed_precision, train
from discgrader.training.losses import box_loss, grade_loss, grade_weights
from discgrader.training.views.samples import ViewSample

COMPARED = "compare"

_Share = Annotated[float, Within(0, 1)]


@dataclass(frozen=True)
class ViewRecipe:
    """Every choice of a recipe.

    Parameters
    ----------
    name, system, source : str
        What it is called, what it grades, and where its choices come from.
    encoder : mapping
        As `discgrader.packs.encoders.build_encoder` takes it.
    initial : str
        Shipped pack whose weights the encoder begins with where none are given; empty for weights drawn at random.
    pixels : int
        A side of each view.
    offsets_mm : sequence of float
        Slices of each view where it is not to be the system's own; empty where it is. See `ViewSpec`.
    box : bool
        Whether it also learns where the herniation is.
    optimizer, schedule : str
        ``adam`` or ``adamw``; ``constant`` or ``one_cycle``.
    learning_rate, weight_decay, dropout, average_decay : float
        The last is of the running average of weights, 0 for none.
    batch, epochs : int
    neighbor_share : float
        How much of an ordinal grade's target goes to the grades beside it.
    balance : float
        0 learns grades as often as they are, 1 all alike; see `discgrader.training.losses.grade_weights`.
    other_slices : float
        Share of the discs that are shown on any of their axial slices instead of the nearest.
    variation : Variation
    validation, test : float
        Shares of the patients that are held out to choose the epoch and to calibrate, and to judge.
    seed, bits : int
        Of all random numbers; in which the pack's weights are stored.
    """

    name: str
    system: Annotated[str, Count(1, 200)]
    source: str
    encoder: Mapping[str, object]
    initial: str
    pixels: Annotated[int, Within(32, 1024)]
    offsets_mm: Annotated[Sequence[Annotated[float, Within(-200, 200)]], Count(0, 64)]
    box: bool
    optimizer: Annotated[str, OneOf(("adam", "adamw"))]
    schedule: Annotated[str, OneOf(("constant", "one_cycle"))]
    learning_rate: Annotated[float, Within(0, 10)]
    weight_decay: Annotated[float, Within(0, 10)]
    dropout: _Share
    average_decay: _Share
    batch: Annotated[int, Within(1, 10_000)]
    epochs: Annotated[int, Within(0, 100_000)]
    neighbor_share: _Share
    balance: _Share
    other_slices: _Share
    variation: Variation
    validation: _Share
    test: _Share
    seed: Annotated[int, Within(0, 2**32 - 1)]
    bits: Annotated[int, Within(8, 32)]

    def __post_init__(self) -> None:
        """Refuse a system whose networks look at no views."""
        if self.system not in system_views():
            raise ValueError(f"system is {self.system}; it must be one of {', '.join(system_views())}")

    @property
    def specs(self) -> tuple[ViewSpec, ...]:
        """Where the system looks."""
        own = system_views()[self.system]
        return tuple(replace(view, offsets_mm=tuple(self.offsets_mm)) for view in own) if self.offsets_mm else own

    @property
    def tasks(self) -> Mapping[str, int]:
        """Number of grades of each task."""
        return {task.name: len(scale_of(self.system, task.name).values) for task in find_system(self.system).tasks}

    def architecture(self) -> dict[str, object]:
        """The network's entry in a pack."""
        return {
            "kind": KIND,
            "encoder": dict(self.encoder),
            "windows": len(self.specs),
            "channels": channels_of(self.specs),
            "tasks": dict(self.tasks),
            "box": self.box,
            "dropout": self.dropout,
        }


def read_recipe(path: Path, options: Mapping[str, object]) -> ViewRecipe | tuple[str, ...]:
    """A recipe with some choices changed; or the names of those that it compares.

    Raises
    ------
    UsageError
        The file leaves a choice open or makes one that does not exist, or an option is none.
    """
    described = checked(read_json(path, UsageError), dict[str, object], str(path), UsageError)
    if COMPARED in described:
        return checked(described[COMPARED], tuple[str, ...], f"{path}: {COMPARED}", UsageError)
    variation = checked(described.pop("variation", {}), dict[str, object], f"{path}: variation", UsageError)
    for name, value in options.items():
        place = variation if name in variation else described
        if name not in place or name in ("name", "system"):
            raise UsageError(
                f"This recipe has no option {name}; it has {', '.join((*list(described)[2:], *variation))}."
            )
        place[name] = value
    _check_fields(path, described, {field.name for field in fields(ViewRecipe)} - {"variation"})
    _check_fields(path, variation, {field.name for field in fields(Variation)})
    return checked({**described, "variation": variation}, ViewRecipe, f"The recipe {path.name}", UsageError)


def _check_fields(path: Path, described: Mapping[str, object], wanted: set[str]) -> None:
    wrong = wanted.symmetric_difference(described)
    if wrong:
        name = min(wrong)
        raise UsageError(f"The recipe {path.name} {'does not set' if name in wanted else 'has no'} the option {name}.")


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
    recipe: ViewRecipe,
    discs: Sequence[ViewSample],
    validation: Sequence[ViewSample],
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
        own = network.state_dict()
        heads = {name: tensor for name, tensor in initial.items() if name.startswith(HEADS)}
        network.encoder.load_state_dict({n: t for n, t in initial.items() if n not in heads}, strict=False)
        # Of a head that has other grades or features nothing can be taken over.
        network.load_state_dict({n: t for n, t in heads.items() if n in own and t.shape == own[n].shape}, strict=False)
    network = network.to(device, memory_format=torch.channels_last)
    steps = max(len(discs) // recipe.batch, 1)
    weights = {
        task: grade_weights(np.array([disc.grades[task] for disc in discs], int), count, recipe.balance).to(device)
        for task, count in recipe.tasks.items()
    }

    def epoch_of(epoch: int) -> Iterator[torch.Tensor]:
        # Each epoch draws again, so that a training that was stopped goes on as if it had not been.
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


def predict(recipe: ViewRecipe, network: torch.nn.Module, discs: Sequence[ViewSample], device: str) -> Predicted:
    """The network's answers on discs, each level by its worst slice as when it is graded; in float32."""
    logits: dict[str, list[np.ndarray]] = {}
    boxes, true_boxes = [], []
    for disc, (answer, placed) in zip(discs, _asked(recipe, network, discs, device), strict=True):
        chosen = chosen_samples(find_system(recipe.system), {task: softmax(given) for task, given in answer.items()})
        for task, given in answer.items():
            logits.setdefault(task, []).append(given[chosen[task]])
        view = chosen[next(iter(recipe.tasks))]
        true_boxes.append(disc.boxes[view])
        if placed is not None:
            boxes.append(placed[view])
    return Predicted(
        {task: np.stack(some) for task, some in logits.items()},
        np.stack(boxes) if boxes else None,
        np.stack(true_boxes),
    )


def _asked(
    recipe: ViewRecipe, network: torch.nn.Module, discs: Sequence[ViewSample], device: str
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray | None]]:
    """Logits and boxes of all views of each disc; several discs are asked for at a time."""
    for begin in range(0, len(discs), recipe.batch):
        some = discs[begin : begin + recipe.batch]
        wide = torch.from_numpy(np.concatenate([disc.views for disc in some])).to(device).float() / 255
        with torch.inference_mode():
            logits, boxes = network(network_input(middle(wide, recipe.pixels)))
        ends = np.cumsum([0, *(len(disc.views) for disc in some)])
        for first, last in itertools.pairwise(ends):
            yield (
                {task: values[first:last].float().cpu().numpy() for task, values in logits.items()},
                None if boxes is None else boxes[first:last].cpu().numpy(),
            )


def _training_loss(
    recipe: ViewRecipe,
    network: torch.nn.Module,
    discs: Sequence[ViewSample],
    weights: Mapping[str, torch.Tensor],
    generator: np.random.Generator,
    device: str,
) -> torch.Tensor:
    views = [
        int(generator.integers(len(disc.views))) if generator.random() < recipe.other_slices else 0 for disc in discs
    ]
    wide = (
        torch.from_numpy(np.stack([disc.views[view] for disc, view in zip(discs, views, strict=True)]))
        .to(device)
        .float()
        / 255
    )
    boxes = (
        torch.from_numpy(np.stack([disc.boxes[view] for disc, view in zip(discs, views, strict=True)]))
        .float()
        .to(device)
    )
    varied = vary_views(wide, boxes, recipe.specs, recipe.pixels, recipe.variation, generator)
    with mixed_precision(device):
        logits, placed = network(network_input(varied.pictures))
    grades = {
        task: torch.tensor(
            [
                disc.grade_on(view, mirrored_task(task) if turned else task)
                for disc, view, turned in zip(discs, views, varied.mirrored, strict=True)
            ],
            device=device,
        )
        for task in recipe.tasks
    }
    loss = _loss(recipe, logits, grades, weights)
    return loss if placed is None else loss + box_loss(placed.float(), varied.boxes)


def _validation_loss(
    recipe: ViewRecipe,
    network: torch.nn.Module,
    discs: Sequence[ViewSample],
    weights: Mapping[str, torch.Tensor],
    device: str,
) -> float:
    predicted = predict(recipe, network, discs, device)
    logits = {task: torch.from_numpy(values).to(device) for task, values in predicted.logits.items()}
    grades = {task: torch.tensor([disc.grades[task] for disc in discs], device=device) for task in recipe.tasks}
    loss = float(_loss(recipe, logits, grades, weights))
    if predicted.boxes is not None:
        loss += float(box_loss(torch.from_numpy(predicted.boxes), torch.from_numpy(predicted.true_boxes).float()))
    return loss


def _loss(
    recipe: ViewRecipe,
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


def _has_order(recipe: ViewRecipe, task: str) -> bool:
    """Whether the task's scale has an order of more than two grades."""
    return recipe.tasks[task] > 2 and scale_of(recipe.system, task).ordinal
