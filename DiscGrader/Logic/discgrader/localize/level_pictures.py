"""What lies around each disc, as a network sees it that tells which disc of the spine it is."""

from collections.abc import Sequence

import numpy as np
import torch

from discgrader.localize.candidates import Candidate
from discgrader.localize.frames import rescale_frames, standardize
from discgrader.localize.segment import CANAL, DISC, VERTEBRA, Segmentation

PIXEL_MM, EDGE = 1.2, 96
PLANES = 5
"""The picture, the probabilities of vertebra, disc and canal, and whether a pixel lies in the picture at all."""

BRIGHTEST = 4.0
"""In standard deviations of the body's intensities; what is brighter is shown as bright as this."""


def level_planes(segmentation: Segmentation, index: int) -> torch.Tensor:
    """The planes of one slice on square pixels of `PIXEL_MM`, shape (`PLANES`, rows, columns)."""
    frames = segmentation.frames.volume
    column_mm, row_mm, _ = frames.spacing_mm
    picture = torch.from_numpy(np.ascontiguousarray(frames.array[index : index + 1], np.float32))
    picture = standardize(rescale_frames(picture, (row_mm, column_mm), PIXEL_MM)).clamp(-BRIGHTEST, BRIGHTEST)
    found = segmentation.probabilities[[VERTEBRA, DISC, CANAL], index]
    found = torch.from_numpy(np.ascontiguousarray(found, np.float32))
    found = torch.nn.functional.interpolate(found[None], size=picture.shape[1:], mode="bilinear", antialias=True)[0]
    return torch.cat([picture, found, torch.ones_like(picture)])


def place_in_planes(segmentation: Segmentation, candidate: Candidate, size: Sequence[int]) -> tuple[int, float, float]:
    """The slice that a candidate lies on, and its row and column on planes of this size (rows, columns)."""
    frames = segmentation.frames.volume
    column, row, index = frames.lps_to_index(candidate.center_lps_mm)
    rows, columns = frames.array.shape[1:]
    nearest = int(np.clip(round(float(index)), 0, len(frames.array) - 1))
    return nearest, (row + 0.5) * size[0] / rows - 0.5, (column + 0.5) * size[1] / columns - 0.5


def cut_out(planes: torch.Tensor, row: float, column: float, turn: torch.Tensor | None = None) -> torch.Tensor:
    """The planes around a place, shape (`PLANES`, `EDGE`, `EDGE`), 0 outside.

    Parameters
    ----------
    turn : Tensor, shape (2, 2), optional
        How the window is turned and stretched (x, y); as it is where None.
    """
    _, rows, columns = planes.shape
    turn = torch.eye(2) if turn is None else turn
    scale = torch.tensor([EDGE / columns, EDGE / rows])
    center = torch.tensor([(column + 0.5) / columns * 2 - 1, (row + 0.5) / rows * 2 - 1])
    # grid_sample's units differ along x and y: the turn is in pixels.
    matrix = torch.cat([scale[:, None] * turn, center[:, None]], 1).float()
    grid = torch.nn.functional.affine_grid(matrix[None], [1, len(planes), EDGE, EDGE], align_corners=False)
    return torch.nn.functional.grid_sample(planes[None].float(), grid, mode="bilinear", align_corners=False)[0]


def level_pictures(segmentation: Segmentation, candidates: Sequence[Candidate]) -> torch.Tensor:
    """What lies around each candidate on its middle slice, shape (candidates, `PLANES`, `EDGE`, `EDGE`)."""
    planes: dict[int, torch.Tensor] = {}
    pictures = []
    for one in candidates:
        index, _, _ = place_in_planes(segmentation, one, (1, 1))
        if index not in planes:
            planes[index] = level_planes(segmentation, index)
        _, row, column = place_in_planes(segmentation, one, planes[index].shape[1:])
        pictures.append(cut_out(planes[index], row, column))
    return torch.stack(pictures) if pictures else torch.zeros(0, PLANES, EDGE, EDGE)
