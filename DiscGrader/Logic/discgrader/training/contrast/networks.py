"""The networks of recipe ``contrast`` while they learn: that of sagittal pictures, and that of axial tissues with the
head that tells contrasts by how bright these are. What they become is in `discgrader.imaging.picture_network` and
`discgrader.imaging.tissue_network`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from discgrader.imaging.tissue_network import MEASURES, REST, measures_of, softmax, tissue_brightness
from discgrader.progress import Progress
from discgrader.training.contrast.axial_pool import TissuePool
from discgrader.training.contrast.pool import Pool, restored
from discgrader.training.loop import Optimization, forward, steps_from, train
from discgrader.training.losses import tissue_loss

_SAC_WEIGHT = 6.0
"""The sac takes few places of an image and counts more in the loss for that. No comparison is on record."""

_HEAD_STEPS, _HEAD_RATE, _HEAD_DECAY = 800, 0.02, 1e-3
"""Training of the last two layers: steps, learning rate, weight decay. No comparison is on record."""

_WINDOWS = 3
"""Copies of each image for the last layers, each seen through another window of gray values."""


@dataclass(frozen=True)
class ContrastRecipe:
    """Every choice of the recipe.

    ``least_right`` is how often answers on T1 and T2 of patients kept aside must be right for a plane's network to be
    packed: of a plane without one nothing is told. Axial pictures and steps are those of the network of tissues;
    ``axial_told`` is the number of pictures from which their brightness is learned.
    """

    channels: tuple[int, ...] = (12, 24, 48, 64)
    steps_between: tuple[int, ...] = (2, 2, 2, 2)
    tissue_channels: tuple[int, ...] = (16, 32, 48, 64)
    dropout: float = 0.2
    sagittal_pictures: int = 10_000
    axial_pictures: int = 8_000
    axial_told: int = 3_000
    sagittal_patients: int = 36
    axial_patients: int = 110
    coronal_patients: int = 40
    batch: int = 64
    sagittal_steps: int = 1200
    axial_steps: int = 1000
    learning_rate: float = 4e-3
    weight_decay: float = 2e-3
    smoothing: float = 0.02
    average_decay: float = 0.99
    folds: int = 3
    least_right: float = 0.98
    examined_each: int = 100
    seed: int = 0


class ContrastNetwork(nn.Module):
    """Convolutions of 3 x 3 with normalization and ReLU, mean and maximum over the picture, and a linear layer."""

    def __init__(self, recipe: ContrastRecipe, classes: int) -> None:
        super().__init__()
        widths = (2, *recipe.channels)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, step, 1, bias=False)
            for before, after, step in zip(widths, widths[1:], recipe.steps_between)
        )
        self.normalizations = nn.ModuleList(nn.BatchNorm2d(width) for width in recipe.channels)
        self.dropout = nn.Dropout(recipe.dropout)
        self.head = nn.Linear(2 * recipe.channels[-1], classes)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Logits, shape (pictures, classes), of pictures of shape (pictures, 2, rows, columns)."""
        values = pictures
        for convolution, normalization in zip(self.convolutions, self.normalizations):
            values = torch.relu(normalization(convolution(values)))
        pooled = torch.cat([values.mean((2, 3)), values.amax((2, 3))], 1)
        return self.head(self.dropout(pooled))

    def tensors(self) -> dict[str, torch.Tensor]:
        """What a pack stores: the normalizations are multiplied into the convolutions."""
        stored = {"head.weight": self.head.weight.data, "head.bias": self.head.bias.data}
        for number, (convolution, normal) in enumerate(zip(self.convolutions, self.normalizations)):
            stored |= _folded(f"convolution{number}", convolution, normal)
        return stored


def _folded(name: str, convolution: nn.Conv2d, normal: nn.BatchNorm2d) -> dict[str, torch.Tensor]:
    """A convolution that does what it and the normalization behind it do."""
    gain = normal.weight.data / torch.sqrt(normal.running_var + normal.eps)
    return {
        f"{name}.weight": convolution.weight.data * gain[:, None, None, None],
        f"{name}.bias": normal.bias.data - normal.running_mean * gain,
    }


def fit_contrast(
    recipe: ContrastRecipe,
    steps: int,
    pool: Pool,
    chosen: np.ndarray,
    classes: int,
    state: Path,
    seed: int,
    progress: Progress,
) -> ContrastNetwork:
    """Train one network on the ``chosen`` pictures of a pool, going on from ``state`` (a file) where it exists."""
    torch.manual_seed(seed)
    network = ContrastNetwork(recipe, classes).to(memory_format=torch.channels_last)

    def loss_of(step: int) -> torch.Tensor:
        # Each step draws from a stream of its own, so that a resumed training sees what an unbroken one sees.
        drawn = np.random.default_rng([seed, step])
        rows = np.sort(drawn.choice(chosen, recipe.batch))
        pictures, target = torch.from_numpy(restored(pool.channels[rows])), torch.from_numpy(pool.classes[rows])
        if drawn.random() < 0.3:
            pictures = pictures.flip(3)
        torch.manual_seed(seed * 100_003 + step)
        return nn.functional.cross_entropy(forward(network, pictures).float(), target, label_smoothing=recipe.smoothing)

    how = Optimization(steps, recipe.learning_rate, recipe.weight_decay, average_decay=recipe.average_decay)
    return train(network, how, lambda first: steps_from(first, loss_of), progress=progress, state=state)


def logits_of(network: ContrastNetwork, seen: Sequence[np.ndarray]) -> np.ndarray:
    """Logits of pictures as the network sees them, each of shape (2, rows, columns)."""
    with torch.no_grad():
        parts = [network(torch.from_numpy(np.stack(seen[start : start + 64]))) for start in range(0, len(seen), 64)]
    return torch.cat(parts).numpy()


class TissueLayers(nn.Module):
    """Convolutions with normalization and ReLU, four down with a step of two and three up again."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        inputs = (2, *widths)
        deepest = widths[-1]
        self.down = nn.ModuleList(_block(before, after, 2) for before, after in zip(inputs, widths))
        self.middle = _block(deepest, deepest)
        beside = list(reversed(widths[:-1]))
        self.up = nn.ModuleList(_block(below + own, own) for below, own in zip((deepest, *beside), beside))
        self.shares = nn.Conv2d(beside[-1], REST + 1, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Logits of tissues, shape (pictures, 6, rows / 2, columns / 2)."""
        values, passed = pictures, []
        for block in self.down:
            values = block(values)
            passed.append(values)
        values = self.middle(values)
        for block, own in zip(self.up, reversed(passed[:-1])):
            wide = values.repeat_interleave(2, 2).repeat_interleave(2, 3)[:, :, : own.shape[2], : own.shape[3]]
            values = block(torch.cat([wide, own], 1))
        return self.shares(values)

    def tensors(self) -> dict[str, torch.Tensor]:
        """What a pack stores: the normalizations are multiplied into the convolutions."""
        stored = {"shares.weight": self.shares.weight.data, "shares.bias": self.shares.bias.data}
        named = {f"{way}{n}": block for way in ("down", "up") for n, block in enumerate(getattr(self, way))}
        for name, (convolution, normal, _relu) in {**named, "middle": self.middle}.items():
            stored |= _folded(name, convolution, normal)
        return stored


def _block(inputs: int, outputs: int, step: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, step, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


def fit_tissues(recipe: ContrastRecipe, pool: TissuePool, state: Path, seed: int, progress: Progress) -> TissueLayers:
    """Train the network that makes tissues out, going on from ``state`` (a file) where it exists."""
    torch.manual_seed(seed)
    network = TissueLayers(recipe.tissue_channels).to(memory_format=torch.channels_last)
    # The sac is small.
    weights = torch.ones(REST + 1)
    weights[0] = _SAC_WEIGHT

    def loss_of(step: int) -> torch.Tensor:
        # Each step draws from a stream of its own, so that a resumed training sees what an unbroken one sees.
        drawn = np.random.default_rng([seed, step])
        rows = np.sort(drawn.choice(len(pool.kinds), recipe.batch))
        pictures = torch.from_numpy(restored(pool.channels[rows]))
        target = torch.from_numpy(pool.tissues[rows].astype(np.float32) / 255)
        if drawn.random() < 0.5:
            pictures, target = pictures.flip(3), target.flip(3)
        return tissue_loss(forward(network, pictures).float(), target, weights)

    how = Optimization(
        recipe.axial_steps, recipe.learning_rate, recipe.weight_decay, average_decay=recipe.average_decay
    )
    return train(network, how, lambda first: steps_from(first, loss_of), progress=progress, state=state)


def brightness_of(layers: TissueLayers, seen: Sequence[np.ndarray]) -> np.ndarray:
    """`tissue_brightness` of pictures, shape (pictures, 6); NaN where no spine was made out."""
    found = np.full((len(seen), len(MEASURES) + 1), np.nan, np.float32)
    for start in range(0, len(seen), 64):
        part = np.stack(seen[start : start + 64])
        with torch.no_grad():
            logits = layers(torch.from_numpy(part)).numpy()
        for number, (picture, answer) in enumerate(zip(part, logits, strict=True)):
            values = tissue_brightness(picture, softmax(answer))
            if values is not None:
                found[start + number] = values
    return found


@dataclass(frozen=True, eq=False)
class Head:
    """Two small layers from measures to classes."""

    hidden: tuple[np.ndarray, np.ndarray]
    head: tuple[np.ndarray, np.ndarray]

    def logits(self, brightness: np.ndarray) -> np.ndarray:
        """Shape (pictures, classes); NaN where brightness is."""
        return np.tanh(measures_of(brightness) @ self.hidden[0].T + self.hidden[1]) @ self.head[0].T + self.head[1]


def fit_head(brightness: np.ndarray, truth: np.ndarray, classes: int, weights: np.ndarray, seed: int) -> Head:
    """Learn which class the brightness of tissues tells, each picture shown through several windows.

    Parameters
    ----------
    brightness : ndarray, shape (pictures, 6)
        Those with NaN are left out.
    truth : ndarray, shape (pictures,)
        Index of the class.
    classes : int
        How many there are.
    weights : ndarray, shape (pictures,)
        How much each picture counts.
    seed : int
    """
    informative = np.flatnonzero(np.isfinite(brightness).all(axis=1)).repeat(_WINDOWS)
    shown = through_windows(brightness[informative], np.random.default_rng(seed))
    values, target = torch.from_numpy(measures_of(shown)), torch.from_numpy(truth[informative])
    counted = torch.from_numpy((weights[informative] / weights[informative].sum()).astype(np.float32))
    torch.manual_seed(seed)
    layers = nn.Sequential(nn.Linear(values.shape[1], 16), nn.Tanh(), nn.Linear(16, classes))

    def loss_of(_step: int) -> torch.Tensor:
        return (nn.functional.cross_entropy(layers(values), target, reduction="none") * counted).sum()

    how = Optimization(_HEAD_STEPS, _HEAD_RATE, _HEAD_DECAY, 0.3, average_decay=0.0, clipped_norm=None)
    first, _tanh, last = train(layers, how, lambda first: steps_from(first, loss_of))
    return Head(*((layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in (first, last)))


def through_windows(brightness: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Brightness, shape (pictures, 6), as windows show it: the darkest cut off or made brighter, another gamma."""
    shape = (len(brightness), 1)
    # Up to most of what muscle has may be black in pictures that were exported for looking at, and air may be gray.
    cut = np.where(rng.random(shape) < 0.6, rng.uniform(-0.3, 0.7, shape), 0.0) * brightness[:, -1:]
    gamma = np.exp(rng.normal(0, 0.15, shape))
    return (np.maximum(brightness - cut, 0) ** gamma).astype(np.float32)


def packed_tensors(layers: TissueLayers, head: Head) -> dict[str, torch.Tensor]:
    """All that a pack stores."""
    small = {"hidden": head.hidden, "head": head.head}
    return layers.tensors() | {
        f"{name}.{kind}": torch.from_numpy(value.copy())
        for name, both in small.items()
        for kind, value in zip(("weight", "bias"), both, strict=True)
    }
