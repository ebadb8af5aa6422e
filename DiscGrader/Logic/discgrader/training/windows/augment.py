"""Random changes of looks that stand for other patients, positions and scanners."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample

from discgrader.grading.windows import WindowSpec


@dataclass(frozen=True)
class Variation:
    """How far looks are varied while training.

    Parameters
    ----------
    rotation_deg, shift_mm : float
        At most, either way.
    log_scale : float
        Largest logarithm of the scale, either way.
    flip : str
        ``none``; ``columns`` turns a sagittal window front to back, as the paper on calcification does; ``mirror``
        exchanges the patient's left and right, grades of the two sides included.
    gain, offset, noise : float
        Of gray levels: largest logarithm of a gain, largest offset, largest deviation of noise, where the window's
        darkest and brightest are 0 and 1.
    tone : float
        Largest logarithm of the exponent that gray levels are raised to, either way: scanners and windowing differ in
        how bright what is neither dark nor bright looks.
    shading : float
        Largest logarithm of the gain in the window's corners against that in its middle, along a slope drawn at random.
    blur : float
        Share of looks that are blurred.
    narrow : float
        Share of looks that show only some slices around the middle one, down to itself alone: as where a series ends,
        the nearest that is there stands for what would follow.
    """

    rotation_deg: float
    shift_mm: float
    log_scale: float
    flip: str
    gain: float
    offset: float
    noise: float
    tone: float
    shading: float
    blur: float
    narrow: float


@dataclass(frozen=True, eq=False)
class Looks:
    """Looks at several discs.

    Parameters
    ----------
    pictures : Tensor, shape (discs, windows, slices, pixels, pixels)
        In 0–1.
    boxes : Tensor, shape (discs, 4)
        Of the herniation on the last window; NaN where there is none.
    mirrored : ndarray of bool, shape (discs,)
        Whose left and right were exchanged.
    """

    pictures: torch.Tensor
    boxes: torch.Tensor
    mirrored: np.ndarray


def middle(wide: torch.Tensor, pixels: int) -> torch.Tensor:
    """The windows as they are, without the room around them; shapes as of `vary`."""
    edge = (wide.shape[-1] - pixels) // 2
    return wide[..., edge : edge + pixels, edge : edge + pixels]


def vary(
    wide: torch.Tensor,
    boxes: torch.Tensor,
    specs: Sequence[WindowSpec],
    pixels: int,
    variation: Variation,
    generator: np.random.Generator,
) -> Looks:
    """Looks turned, moved, scaled, mirrored and changed in gray levels at random.

    Parameters
    ----------
    wide : Tensor, shape (discs, windows, slices, wide, wide)
        In 0–1, cut with room around.
    boxes : Tensor, shape (discs, 4)
        As shares of the window.
    """
    discs, windows, slices, side, _ = wide.shape
    count = discs * windows
    share = pixels / side
    angle = np.radians(generator.uniform(-variation.rotation_deg, variation.rotation_deg, count))
    scale = np.exp(generator.uniform(-variation.log_scale, variation.log_scale, count)) * share
    field = np.tile([one.field_mm for one in specs], discs) / share
    shift = generator.uniform(-1, 1, (count, 2)) * variation.shift_mm * 2 / field[:, None]
    turn = scale[:, None, None] * np.stack(
        [np.stack([np.cos(angle), -np.sin(angle)], -1), np.stack([np.sin(angle), np.cos(angle)], -1)], 1
    )
    flipped = (generator.random(discs) < 0.5) & (variation.flip != "none")
    if variation.flip == "columns":
        turn[np.repeat(flipped, windows)] *= [[-1.0, 1.0]]
    theta = torch.from_numpy(np.concatenate([turn, shift[:, :, None]], 2)).float().to(wide.device)
    grid = affine_grid(theta, [count, slices, pixels, pixels], align_corners=False)
    pictures = grid_sample(wide.flatten(0, 1), grid, mode="bilinear", padding_mode="border", align_corners=False)
    pictures = _gray_levels(pictures, variation, generator).reshape(discs, windows, slices, pixels, pixels)
    pictures = _narrowed(pictures, variation.narrow, generator)
    last = slice(windows - 1, None, windows)
    boxes = _boxes_after(boxes, theta[last], share)
    mirrored = flipped if variation.flip == "mirror" else np.zeros(discs, bool)
    chosen = torch.from_numpy(mirrored).to(wide.device)
    if mirrored.any():
        pictures = torch.where(chosen[:, None, None, None, None], mirror(pictures, specs), pictures)
        boxes = torch.where(
            chosen[:, None], torch.stack([1 - boxes[:, 2], boxes[:, 1], 1 - boxes[:, 0], boxes[:, 3]], 1), boxes
        )
    return Looks(pictures, boxes, mirrored)


def mirror(pictures: torch.Tensor, specs: Sequence[WindowSpec]) -> torch.Tensor:
    """What the windows would show of the patient's mirror image; shape (discs, windows, slices, pixels, pixels)."""
    parts = []
    for number, spec in enumerate(specs):
        if spec.plane == "axial":
            parts.append(pictures[:, number].flip(-1))
            continue
        opposite = tuple(-one for one in reversed(spec.offsets_mm))
        other = next(place for place, one in enumerate(specs) if one.plane == spec.plane and one.offsets_mm == opposite)
        parts.append(pictures[:, other].flip(-3))
    return torch.stack(parts, 1)


def mirrored_task(task: str) -> str:
    """The task that asks on the other side what this one asks."""
    for one, other in (("left_", "right_"), ("right_", "left_")):
        if task.startswith(one):
            return other + task.removeprefix(one)
    return task


def _boxes_after(boxes: torch.Tensor, theta: torch.Tensor, share: float) -> torch.Tensor:
    """Boxes around what the boxes held, after the windows were moved by ``theta``."""
    first, last = boxes[:, :2], boxes[:, 2:]
    corners = torch.stack(
        [first, torch.stack([last[:, 0], first[:, 1]], 1), last, torch.stack([first[:, 0], last[:, 1]], 1)], 1
    )
    before = (corners * 2 - 1) * share
    after = torch.linalg.solve(theta[:, :, :2], (before - theta[:, None, :, 2]).transpose(1, 2)).transpose(1, 2)
    after = (after + 1) / 2
    return torch.cat([after.amin(1), after.amax(1)], 1).clamp(0, 1)


def _narrowed(pictures: torch.Tensor, share: float, generator: np.random.Generator) -> torch.Tensor:
    discs, _windows, slices = pictures.shape[:3]
    middle = slices // 2
    reach = np.where(generator.random(discs) < share, generator.integers(0, max(middle, 1), discs), middle)
    kept = middle + np.clip(np.arange(slices) - middle, -reach[:, None], reach[:, None])
    places = torch.from_numpy(kept).to(pictures.device)[:, None, :, None, None].expand_as(pictures)
    return pictures.gather(2, places)


def _gray_levels(pictures: torch.Tensor, variation: Variation, generator: np.random.Generator) -> torch.Tensor:
    def drawn(low: float, high: float) -> torch.Tensor:
        return torch.from_numpy(generator.uniform(low, high, (len(pictures), 1, 1, 1))).float().to(pictures.device)

    pictures = pictures.clamp(0, 1) ** drawn(-variation.tone, variation.tone).exp()
    rows, columns = (torch.linspace(-1, 1, count, device=pictures.device) for count in pictures.shape[-2:])
    slope = (drawn(-1, 1) * rows[:, None] + drawn(-1, 1) * columns) * variation.shading / 2
    pictures = pictures * (slope + drawn(-variation.gain, variation.gain)).exp() + drawn(
        -variation.offset, variation.offset
    )
    mix = drawn(0, 1) * (drawn(0, 1) < variation.blur)
    pictures = torch.lerp(pictures, avg_pool2d(pictures, 3, 1, 1), mix)
    noise = torch.from_numpy(generator.standard_normal(pictures.shape, dtype=np.float32)).to(pictures.device)
    return (pictures + drawn(0, variation.noise) * noise).clamp(0, 1)
