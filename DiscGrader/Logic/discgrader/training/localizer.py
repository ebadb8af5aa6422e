"""Recipe ``localizer``: a U-Net that segments vertebra, disc and canal on single sagittal slices.

First round: the stacks with masks. Second round: these, and the slices without masks, labeled by the first round's
network and cleaned by what a reader knows of them (`discgrader.training.slice_labels`). Both rounds keep to the same
folds, so that no figure is measured on a patient that its network has seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from discgrader.imaging.volume import Volume
from discgrader.localize.frames import rescale_frames, sagittal_frames
from discgrader.localize.labels import Label, is_disc
from discgrader.localize.segment import CANAL, CLASSES, DISC, VERTEBRA
from discgrader.packs.networks import build_network
from discgrader.progress import Progress
from discgrader.training.augment import finish, random_affine, random_contrast
from discgrader.training.learner import Learner
from discgrader.training.precision import training_autocast

IGNORE = 255


@dataclass(frozen=True)
class LocalizerRecipe:
    """Every choice of the recipe; ``rounds`` has the steps of each round."""

    pixel_mm: float = 0.6
    patch: tuple[int, int] = (352, 256)
    batch: int = 8
    rounds: tuple[int, ...] = (700, 1000, 1000)
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    rotation_deg: float = 18.0
    log_scale: float = 0.33
    log_aspect: float = 0.15
    folds: int = 3
    seed: int = 0
    channels: tuple[int, ...] = (48, 96, 160, 256, 320)
    residual_units: int = 1
    block: int = 2
    average_decay: float = 0.99

    @property
    def architecture(self) -> dict:
        """The network's entry in a pack."""
        return {
            "kind": "unet",
            "channels": list(self.channels),
            "inputs": 1,
            "outputs": len(CLASSES),
            "residual_units": self.residual_units,
            "block": self.block,
        }


@dataclass(frozen=True, eq=False)
class LabeledSlice:
    """A sagittal slice on the recipe's pixels: image float32 in 0–1 and labels uint8, shape (rows, columns)."""

    patient: int
    image: torch.Tensor
    labels: torch.Tensor


def classes_of_mask(mask: np.ndarray) -> np.ndarray:
    """SPIDER's mask values, of vertebrae below that of the canal, as classes, uint8."""
    return np.select([is_disc(mask), mask == Label.CANAL, mask > Label.NOTHING], [DISC, CANAL, VERTEBRA], 0).astype(
        np.uint8
    )


def slices_of(patient: int, image: Volume, classes: Volume, pixel_mm: float) -> list[LabeledSlice]:
    """The labeled slices of a stack; rows above the uppermost label, where masks stop short, count as unknown."""
    frames, labels = sagittal_frames(image).volume, sagittal_frames(classes).volume.array
    column_mm, row_mm, _ = frames.spacing_mm
    pixels = rescale_frames(torch.from_numpy(frames.array.astype(np.float32)), (row_mm, column_mm), pixel_mm)
    one_hot = torch.stack([torch.from_numpy((labels == value).astype(np.float32)) for value in range(len(CLASSES))])
    shrunk = torch.stack([rescale_frames(one, (row_mm, column_mm), pixel_mm) for one in one_hot]).argmax(0)
    result = []
    for picture, label in zip(pixels, shrunk.to(torch.uint8), strict=True):
        body = torch.nonzero(((label == VERTEBRA) | (label == DISC)).any(1)).flatten()
        if len(body) == 0:
            continue
        label[: max(0, int(body[0]) - 1)] = IGNORE
        low, high = np.quantile(picture.numpy(), [0.002, 0.998])
        result.append(LabeledSlice(patient, ((picture - low) / max(high - low, 1e-6)).clamp(0, 1), label))
    return result


def draw_batch(
    generator: torch.Generator, slices: Sequence[LabeledSlice], weights: torch.Tensor, recipe: LocalizerRecipe
) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch of augmented patches (batch, 1, rows, columns) and their labels (batch, rows, columns)."""
    images, labels = [], []
    for index in torch.multinomial(weights, recipe.batch, True, generator=generator):
        one = slices[int(index)]
        image, label = random_affine(
            generator, one.image, one.labels, recipe.patch, recipe.rotation_deg, recipe.log_scale, recipe.log_aspect
        )
        images.append(random_contrast(generator, image, label))
        labels.append(label)
    return finish(torch.stack(images))[:, None], torch.stack(labels)


def segmentation_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross entropy plus soft Dice over the three foreground classes; pixels labeled unknown do not count."""
    known = labels != IGNORE
    target = torch.where(known, labels, 0)
    entropy = torch.nn.functional.cross_entropy(logits, target, reduction="none")[known].mean()
    share = logits.softmax(1) * known[:, None]
    truth = torch.nn.functional.one_hot(target, len(CLASSES)).permute(0, 3, 1, 2) * known[:, None]
    overlap = (share * truth).sum((0, 2, 3))
    dice = (2 * overlap + 1) / ((share + truth).sum((0, 2, 3)) + 1)
    return entropy + 1 - dice[1:].mean()


def fit(
    recipe: LocalizerRecipe,
    steps: int,
    slices: Sequence[LabeledSlice],
    weights: Sequence[float],
    state: Path,
    seed: int,
    progress: Progress,
    initial: torch.nn.Module | None = None,
) -> torch.nn.Module:
    """Train one network for ``steps``, resuming from ``state`` (a file) where it exists; returns its running average.

    Parameters
    ----------
    weights : sequence of float
        How often each slice is drawn, relative to the others.
    initial : torch.nn.Module, optional
        Network whose weights to start from.
    """
    torch.manual_seed(seed)
    network = build_network(recipe.architecture).to(memory_format=torch.channels_last)
    if initial is not None:
        network.load_state_dict(initial.state_dict())
    optimizer = torch.optim.AdamW(network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.learning_rate, steps, pct_start=0.1)
    generator = torch.Generator().manual_seed(seed)
    learner = Learner(network, optimizer, schedule, recipe.average_decay, clipped_norm=None)
    start = 0
    if state.exists():
        saved = learner.resume(state)
        generator.set_state(saved["generator"])
        start = saved["step"]
    chances = torch.tensor(list(weights), dtype=torch.float64)
    network.train()
    running = None
    for step in range(start, steps):
        images, labels = draw_batch(generator, slices, chances, recipe)
        with training_autocast():
            logits = network(images.contiguous(memory_format=torch.channels_last))
        loss = learner.step(segmentation_loss(logits.float(), labels))
        running = loss if running is None else 0.98 * running + 0.02 * loss
        if (step + 1) % 100 == 0:
            progress.report("Training the localizer", (step + 1) / steps, f"loss {running:.3f}")
            learner.save(state, generator=generator.get_state(), step=step + 1)
    return learner.average.eval()


def dice_of(labels: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Dice of each class over a whole stack, between two arrays of classes of one shape."""
    return {
        name: float(
            2 * ((labels == value) & (truth == value)).sum() / max(1, (labels == value).sum() + (truth == value).sum())
        )
        for value, name in enumerate(CLASSES)
        if value
    }
