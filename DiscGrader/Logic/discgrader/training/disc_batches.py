"""Batches of discs for fitting a disc classifier: which crops of a disc are shown, and how they are varied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample, interpolate

from discgrader.grading.crops import CropShape
from discgrader.training.discs import WIDE, TrainingDisc

UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class GradedDisc:
    """A disc with all of its images and its true grades, as positions on each task's scale (-1 unknown)."""

    patient: int
    index_from_sacrum: int
    images: tuple[TrainingDisc, ...]
    grades: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class DiscBatch:
    """What `DiscClassifier.forward` takes, and the true grades by task, shape (discs,)."""

    crops: torch.Tensor
    role: torch.Tensor
    disc: torch.Tensor
    grades: Mapping[str, torch.Tensor]


def training_batch(
    discs: Sequence[GradedDisc], roles: Sequence[str], shape: CropShape, generator: np.random.Generator
) -> DiscBatch:
    """A batch of varied crops: one random slice of each image, each image left out a quarter of the time."""
    wide, role, disc = [], [], []
    for position, one in enumerate(discs):
        shown = [image for image in one.images if generator.random() > 0.25]
        shown = shown or [one.images[generator.integers(len(one.images))]]
        for image in shown:
            wide.append(image.crops[generator.integers(len(image.crops))])
            role.append(roles.index(image.role))
            disc.append(position)
    crops = vary(torch.from_numpy(np.stack(wide).astype(np.float32)), shape, generator)
    return DiscBatch(crops, torch.tensor(role), torch.tensor(disc), _grades(discs))


def plain_batch(
    discs: Sequence[GradedDisc], roles: Sequence[str], shape: CropShape, shown_roles: Sequence[str]
) -> DiscBatch:
    """A batch as at inference: all slices of the images of ``shown_roles``, cut in the middle."""
    wide, role, disc = [], [], []
    for position, one in enumerate(discs):
        shown = [image for image in one.images if image.role in shown_roles]
        for image in shown:
            wide += list(image.crops)
            role += [roles.index(image.role)] * len(image.crops)
            disc += [position] * len(image.crops)
    rows, columns = (WIDE.rows - shape.rows) // 2, (WIDE.columns - shape.columns) // 2
    crops = torch.from_numpy(np.stack(wide).astype(np.float32))
    crops = crops[:, :, rows : rows + shape.rows, columns : columns + shape.columns]
    return DiscBatch(crops, torch.tensor(role), torch.tensor(disc), _grades(discs))


def _grades(discs: Sequence[GradedDisc]) -> dict[str, torch.Tensor]:
    return {task: torch.tensor([one.grades[task] for one in discs]) for task in discs[0].grades}


def vary(wide: torch.Tensor, shape: CropShape, generator: np.random.Generator) -> torch.Tensor:
    """Crops cut from wider ones, each turned, scaled, moved and changed in intensity at random.

    Parameters
    ----------
    wide : Tensor, shape (crops, channels, WIDE.rows, WIDE.columns)
        First channel intensity, the others masks.
    """
    count = len(wide)
    angle = np.radians(generator.uniform(-10, 10, count))
    scale = np.exp(generator.uniform(-0.15, 0.15, count))
    aspect = np.exp(generator.uniform(-0.08, 0.08, count))
    # No corner of the crop may leave the wide crop by more than a few pixels, whatever the turn.
    half_x = shape.columns / WIDE.columns * scale * aspect
    half_y = shape.rows / WIDE.rows * scale / aspect
    shift_x = generator.uniform(-1, 1, count) * 5 * 2 / WIDE.columns
    shift_y = generator.uniform(-1, 1, count) * 5 * 2 / WIDE.rows
    ratio = WIDE.rows / WIDE.columns
    theta = np.stack(
        [
            np.stack([half_x * np.cos(angle), -half_y * np.sin(angle) * ratio, shift_x], -1),
            np.stack([half_x * np.sin(angle) / ratio, half_y * np.cos(angle), shift_y], -1),
        ],
        1,
    )
    grid = affine_grid(
        torch.from_numpy(theta.astype(np.float32)), [count, 1, shape.rows, shape.columns], align_corners=False
    )
    crops = grid_sample(wide, grid, mode="bilinear", padding_mode="border", align_corners=False)
    picture = crops[:, :1]
    gain = torch.from_numpy(np.exp(generator.uniform(-0.2, 0.2, (count, 1, 1, 1))).astype(np.float32))
    offset = torch.from_numpy(generator.uniform(-0.3, 0.3, (count, 1, 1, 1)).astype(np.float32))
    bias = torch.from_numpy(generator.uniform(-0.25, 0.25, (count, 1, 3, 3)).astype(np.float32))
    picture = picture * gain + offset + interpolate(bias, size=(shape.rows, shape.columns), mode="bicubic")
    blurred = avg_pool2d(picture, 3, 1, 1)
    mix = torch.from_numpy(
        (generator.random((count, 1, 1, 1)) * (generator.random((count, 1, 1, 1)) < 0.4)).astype(np.float32)
    )
    noise = torch.from_numpy((0.15 * generator.random((count, 1, 1, 1))).astype(np.float32))
    picture = torch.lerp(picture, blurred, mix) + noise * torch.randn(picture.shape)
    # Now and then without masks, so that a grade does not hang on the segmentation alone.
    keep = torch.from_numpy((generator.random((count, 1, 1, 1)) > 0.15).astype(np.float32))
    return torch.cat([picture, crops[:, 1:] * keep], 1)
