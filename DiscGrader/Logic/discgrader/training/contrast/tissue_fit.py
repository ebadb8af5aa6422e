"""The network of axial tissues while it learns; `discgrader.imaging.tissue_network` is what it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from discgrader.imaging.picture_network import tissue_network_of
from discgrader.imaging.tissue_network import MEASURES, REST, TissueNetwork, measures_of, softmax, tissue_brightness
from discgrader.progress import Progress
from discgrader.training.contrast.network import ContrastRecipe
from discgrader.training.contrast.pool import restored
from discgrader.training.contrast.tissues import TissuePool
from discgrader.training.learner import Learner
from discgrader.training.precision import training_autocast

_SAC_WEIGHT = 6.0
_HEAD_STEPS, _HEAD_RATE, _HEAD_DECAY = 800, 0.02, 1e-3
_WINDOWS = 3


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
            gain = normal.weight.data / torch.sqrt(normal.running_var + normal.eps)
            stored[f"{name}.weight"] = convolution.weight.data * gain[:, None, None, None]
            stored[f"{name}.bias"] = normal.bias.data - normal.running_mean * gain
        return stored


def _block(inputs: int, outputs: int, step: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, step, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


def fit_tissues(recipe: ContrastRecipe, pool: TissuePool, state: Path, seed: int, progress: Progress) -> TissueLayers:
    """Train the network that makes tissues out, going on from ``state`` (a file) where it exists."""
    torch.manual_seed(seed)
    network = TissueLayers(recipe.tissue_channels).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.learning_rate, recipe.axial_steps, pct_start=0.15)
    learner = Learner(network, optimizer, schedule, recipe.average_decay)
    start = learner.resume(state)["step"] if state.exists() else 0
    network.train()
    running = None
    for step in range(start, recipe.axial_steps):
        # Each step draws from a stream of its own, so that a resumed training sees what an unbroken one sees.
        drawn = np.random.default_rng([seed, step])
        rows = np.sort(drawn.choice(len(pool.kinds), recipe.batch))
        pictures = torch.from_numpy(restored(pool.channels[rows]))
        target = torch.from_numpy(pool.tissues[rows].astype(np.float32) / 255)
        if drawn.random() < 0.5:
            pictures, target = pictures.flip(3), target.flip(3)
        with training_autocast():
            logits = network(pictures.contiguous(memory_format=torch.channels_last))
        value = learner.step(_surprise(logits.float(), target))
        running = value if running is None else 0.97 * running + 0.03 * value
        if (step + 1) % 100 == 0:
            progress.report("Training", (step + 1) / recipe.axial_steps, f"loss {running:.3f}")
            learner.save(state, step=step + 1)
    return learner.average.eval()


def _surprise(logits: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
    """Cross entropy with shares of tissue, the small sac counted more."""
    every = torch.cat([shares, (1 - shares.sum(1, keepdim=True)).clamp(0)], 1)
    weights = torch.ones(REST + 1)
    weights[0] = _SAC_WEIGHT
    return -(every * torch.log_softmax(logits, 1) * weights[None, :, None, None]).sum(1).mean()


def brightness_of(layers: TissueLayers, seen: Sequence[np.ndarray]) -> np.ndarray:
    """`tissue_brightness` of pictures, shape (pictures, 6); NaN where no spine was made out."""
    found = np.full((len(seen), len(MEASURES) + 1), np.nan, np.float32)
    for start in range(0, len(seen), 64):
        part = np.stack(seen[start : start + 64])
        with torch.no_grad():
            logits = layers(torch.from_numpy(part)).numpy()
        for number, (picture, one) in enumerate(zip(part, logits, strict=True)):
            values = tissue_brightness(picture, softmax(one))
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
    told = np.flatnonzero(np.isfinite(brightness).all(axis=1)).repeat(_WINDOWS)
    shown = through_windows(brightness[told], np.random.default_rng(seed))
    values, target = torch.from_numpy(measures_of(shown)), torch.from_numpy(truth[told])
    counted = torch.from_numpy((weights[told] / weights[told].sum()).astype(np.float32))
    torch.manual_seed(seed)
    layers = nn.Sequential(nn.Linear(values.shape[1], 16), nn.Tanh(), nn.Linear(16, classes))
    optimizer = torch.optim.AdamW(layers.parameters(), _HEAD_RATE, weight_decay=_HEAD_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _HEAD_RATE, _HEAD_STEPS)
    for _ in range(_HEAD_STEPS):
        surprise = nn.functional.cross_entropy(layers(values), target, reduction="none")
        optimizer.zero_grad()
        (surprise * counted).sum().backward()
        optimizer.step()
        schedule.step()
    first, _tanh, last = layers
    return Head(*((one.weight.detach().numpy(), one.bias.detach().numpy()) for one in (first, last)))


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


def as_shipped(layers: TissueLayers, head: Head, classes: tuple[str, ...], temperature: float) -> TissueNetwork:
    """The network as it answers once packed."""
    tensors = {name: one.numpy() for name, one in packed_tensors(layers, head).items()}
    return tissue_network_of(tensors, classes, temperature)
