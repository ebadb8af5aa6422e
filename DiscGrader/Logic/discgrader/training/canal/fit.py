"""How a network learns to outline the canal: images of any scanner made of digital slices, and its loss."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage
from torch import nn

from discgrader.canal.outline import GROUPS, WEIGHTS
from discgrader.canal.outline import PIXELS as VIEW_PIXELS
from discgrader.imaging.study import Plane
from discgrader.packs.networks import build_network
from discgrader.phantom.tissues import Tissue
from discgrader.progress import Progress
from discgrader.training.canal.slices import PIXELS
from discgrader.training.contrast.digital import spin_echo
from discgrader.training.loop import Optimization, forward, steps_from, train, trained
from discgrader.training.losses import tissue_loss

_T2, _STIR = 0.62, 0.14
"""Share of the images that are T2-weighted, and with fat suppression; in the rest tissues have any brightness (as
SynthSeg's, Billot et al., Medical Image Analysis 86, 2023), CSF among the brighter ones. Round numbers."""


@dataclass(frozen=True)
class CanalRecipe:
    """Every choice of the recipe.

    ``patients`` are learned from, ``batch`` slices at a time, in ``cycles`` of ``steps`` in which the learning rate
    rises and falls; lengths of the changes of shape are in pixels. On
    ``measured`` others the error is measured that the pack states.
    """

    channels: tuple[int, ...] = (16, 32, 64, 96)
    residual_units: int = 2
    patients: int = 90
    measured: int = 12
    batch: int = 16
    steps: int = 600
    cycles: int = 2
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    log_scale: float = 0.28
    log_aspect: float = 0.15
    rotation_deg: float = 8.0
    shift: float = 9.0
    bent: float = 3.0
    seed: int = 0

    def architecture(self) -> dict[str, object]:
        """As packs describe it."""
        settings = {"channels": list(self.channels), "inputs": 1, "outputs": len(GROUPS) + 1}
        return {"kind": "unet", **settings, "residual_units": self.residual_units}


def fit_canal(
    recipe: CanalRecipe, plane: Plane, tissues: np.ndarray, shares: np.ndarray, state: Path, progress: Progress
) -> nn.Module:
    """Train the network of one plane, going on from ``state`` (a file) and the cycles kept beside it.

    Parameters
    ----------
    tissues, shares : ndarray
        As `discgrader.training.canal.slices.canal_slices` gives them.
    """
    torch.manual_seed(recipe.seed)
    network = build_network(recipe.architecture())
    for cycle in range(recipe.cycles - 1):
        part = progress.part(cycle / recipe.cycles, (cycle + 1) / recipe.cycles)

        def fit(kept: Path, cycle: int = cycle, network: nn.Module = network, part: Progress = part) -> nn.Module:
            return _cycle(recipe, plane, (tissues, shares), network, cycle, kept, part)

        network = trained(state.with_name(f"{state.stem}_cycle{cycle}"), network, fit)
    last = recipe.cycles - 1
    return _cycle(recipe, plane, (tissues, shares), network, last, state, progress.part(last / recipe.cycles, 1.0))


def _cycle(
    recipe: CanalRecipe,
    plane: Plane,
    slices: tuple[np.ndarray, np.ndarray],
    network: nn.Module,
    cycle: int,
    state: Path,
    progress: Progress,
) -> nn.Module:
    """Train a network for one rise and fall of the learning rate."""
    tissues, shares = slices
    network = network.to(memory_format=torch.channels_last)
    weights = torch.tensor(WEIGHTS)
    streams = [recipe.seed, list(Plane).index(plane), *([cycle] if cycle else [])]

    def loss_of(step: int) -> torch.Tensor:
        # Each step draws from a stream of its own, so that a resumed training sees what an unbroken one sees.
        rng = np.random.default_rng([*streams, step])
        rows = np.sort(rng.integers(len(tissues), size=recipe.batch))
        images, target = drawn_batch(recipe, plane, tissues[rows], shares[rows], rng)
        logits = forward(network, images).float()
        return tissue_loss(logits, target, weights) + _sac_overlap(logits, target)

    how = Optimization(recipe.steps, recipe.learning_rate, recipe.weight_decay, average_decay=0.99)
    return train(network, how, lambda first: steps_from(first, loss_of), progress=progress, state=state)


def _sac_overlap(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """One less the soft Dice coefficient of the sac, over the whole batch."""
    given, true = logits.softmax(1)[:, :2].sum(1), target[:, :2].sum(1)
    return 1 - (2 * (given * true).sum() + 1) / (given.sum() + true.sum() + 1)


def drawn_batch(
    recipe: CanalRecipe, plane: Plane, tissues: np.ndarray, shares: np.ndarray, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Images as scanners of many kinds make them of slices, shape (n, 1, rows, columns), and their shares, shape
    (n, groups, rows, columns)."""
    share = shares.astype(np.float32) / 255
    images = []
    for number, slice_ in enumerate(tissues):
        slice_, share[number] = _crowded(slice_.astype(np.float32) / 255, share[number], rng)
        images.append(np.tensordot(_signals(rng), slice_, 1))
    stacked = torch.from_numpy(np.concatenate([np.stack(images)[:, None], share], axis=1).astype(np.float32))
    placed = nn.functional.grid_sample(stacked, _places(recipe, plane, len(tissues), rng), align_corners=False)
    return torch.stack([_received(one, rng) for one in placed[:, :1]]), placed[:, 1:].clamp(0, 1)


def _signals(rng: np.random.Generator) -> np.ndarray:
    """Signal of each tissue, shape (tissues,), the brightest about 1."""
    kind = rng.random()
    if kind < _T2 + _STIR:
        signals = spin_echo("T2" if kind < _T2 else "STIR", rng)
        return signals / max(float(signals[Tissue.CSF]), 1e-6)
    signals = rng.uniform(0, 1, len(Tissue))
    signals[Tissue.CSF] = rng.uniform(0.6, 1.2)
    signals[Tissue.ROOT] = signals[Tissue.CORD] = rng.uniform(0.1, 0.6)
    signals[[Tissue.CORTEX, Tissue.AIR, Tissue.LIGAMENT]] = rng.uniform(0, 0.2, 3)
    return signals


def _crowded(slice_: np.ndarray, share: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A slice whose sac, now and then, has less fluid between its roots, evenly or in clouds."""
    if rng.random() > 0.35:
        return slice_, share
    rough = torch.from_numpy(rng.standard_normal((1, 1, 24, 24)).astype(np.float32))
    cloud = nn.functional.interpolate(rough, (PIXELS, PIXELS), mode="bicubic", align_corners=False)[0, 0].numpy()
    part = np.clip(rng.uniform(0.0, 0.8) + rng.uniform(0, 0.5) * cloud, 0, 0.95)
    moved = share[0] * part
    slice_[Tissue.CSF] -= np.minimum(moved, slice_[Tissue.CSF])
    slice_[Tissue.ROOT] += moved
    share[0] -= moved
    share[1] += moved
    return slice_, share


def _places(recipe: CanalRecipe, plane: Plane, count: int, rng: np.random.Generator) -> torch.Tensor:
    """Where each pixel of the views lies on the slices, for `grid_sample`: turned, moved, stretched and bent."""
    edge = (np.arange(VIEW_PIXELS) - (VIEW_PIXELS - 1) / 2) * (2 / PIXELS)
    grid = np.stack(np.meshgrid(edge, edge), axis=-1)
    grids = []
    for _ in range(count):
        angle = np.deg2rad(rng.normal(0, recipe.rotation_deg))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        aspect = rng.uniform(-recipe.log_aspect, recipe.log_aspect)
        scale = np.exp(rng.uniform(-recipe.log_scale, recipe.log_scale) + np.array([aspect, -aspect]))
        if plane is Plane.AXIAL and rng.random() < 0.5:
            scale[0] = -scale[0]
        grids.append((grid * scale) @ turn + rng.uniform(-recipe.shift, recipe.shift, 2) * (2 / PIXELS))
    rough = rng.normal(0, recipe.bent, (count, 2, 7, 7)) * rng.uniform(0, 1, (count, 1, 1, 1))
    bend = nn.functional.interpolate(
        torch.from_numpy(rough), (VIEW_PIXELS, VIEW_PIXELS), mode="bicubic", align_corners=True
    )
    return (torch.from_numpy(np.stack(grids)) + bend.permute(0, 2, 3, 1) * (2 / PIXELS)).float()


def _received(image: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """An image of shape (1, rows, columns) with another scanner's shading, sharpness, noise and window, in 0-1."""
    values = image[0].numpy().astype(np.float32)
    rows, columns = np.mgrid[-1 : 1 : VIEW_PIXELS * 1j, -1 : 1 : VIEW_PIXELS * 1j]
    values = values * np.exp(rng.normal(0, 0.3) * rows + rng.normal(0, 0.12) * columns)
    rough = torch.from_numpy(rng.standard_normal((1, 1, VIEW_PIXELS, VIEW_PIXELS)).astype(np.float32))
    grain = _blurred(rough[0, 0].numpy(), rng.uniform(0.4, 1.5))
    values = values * (1 + rng.uniform(0, 0.12) * grain / max(float(grain.std()), 1e-6))
    values = _blurred(values, abs(rng.normal(0, 0.8)))
    values = np.abs(values + rng.uniform(0, 0.05) * rng.standard_normal(values.shape))
    low, high = np.quantile(values, [rng.uniform(0, 0.03), rng.uniform(0.97, 0.999)])
    shown = np.clip((values - low) / max(high - low, 1e-6), 0, 1) ** np.exp(rng.normal(0, 0.2))
    return torch.from_numpy(shown.astype(np.float32))[None]


def _blurred(values: np.ndarray, width: float) -> np.ndarray:
    return ndimage.gaussian_filter(values, width) if width > 0.2 else values
