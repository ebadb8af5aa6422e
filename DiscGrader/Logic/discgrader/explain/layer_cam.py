"""Layer-CAM: which part of a picture a network's answer was read from.

Jiang et al., IEEE TIP 2021;30:5875: the feature maps of the first stage, each weighted place by place by the positive
gradient of the given grade's log odds, summed and smoothed. Of the stages and weightings tried on SPIDER crops, these
lie on the disc most; deeper ones show the grid of their own strides.
"""

from collections.abc import Sequence

import numpy as np
import torch
from scipy.ndimage import gaussian_filter, map_coordinates

from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import VolumePart
from discgrader.localize.box import RoiBox

SMOOTHING_MM = 3.0
"""Standard deviation over which a map is smoothed. Set by eye; no measurement is on record."""


def log_odds(logits: torch.Tensor, positions: Sequence[int]) -> torch.Tensor:
    """Logarithm of the odds for grades at these positions against all others, summed over the rows of ``logits``, shape
    (rows, grades)."""
    others = [column for column in range(logits.shape[1]) if column not in positions]
    return (logits[:, list(positions)].logsumexp(1) - logits[:, others].logsumexp(1)).sum()


def activation(score: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
    """Where a score was read from on maps of shape (pictures, maps, rows, columns); shape (pictures, rows, columns)."""
    gradient = torch.autograd.grad(score, maps, retain_graph=True)[0]
    return (gradient.clamp(min=0) * maps.detach()).sum(1).clamp(min=0)


def smoothed(activations: np.ndarray, width_mm: float) -> np.ndarray:
    """Activations, shape (pictures, rows, columns), of pictures of this width, without detail finer than
    `SMOOTHING_MM`."""
    cells = SMOOTHING_MM / (width_mm / activations.shape[2])
    return gaussian_filter(activations, (0, cells, cells))


def into_volume(
    activations: Sequence[np.ndarray],
    frame: RoiBox,
    across_mm: Sequence[float],
    field_mm: tuple[float, float],
    volume: Volume,
) -> list[VolumePart]:
    """Activations on parallel pictures brought into a volume's own geometry.

    Parameters
    ----------
    activations : sequence of ndarray, each of shape (pictures, rows, columns)
        Coarse maps that each cover all pictures.
    frame : RoiBox
        Middle of the pictures, and their axes: across, along the columns, and against the rows.
    across_mm : sequence of float
        How far along its first axis each picture lies.
    field_mm : (float, float)
        Extent of the pictures along columns and rows.
    volume : Volume
        What the pictures are of.

    Returns
    -------
    list of VolumePart
        One for each of ``activations``, float32 in 0–1: linear between pictures, zero outside of them and more than
        half a slice (or half the distance between pictures) beside them.
    """
    half = np.array(field_mm) / 2
    order = np.argsort(across_mm)
    offsets = np.array([across_mm[place] for place in order])
    slice_mm = float(np.abs(volume.spacing_mm @ np.abs(volume.directions.T @ frame.axes_lps[:, 0])))
    beside = max(slice_mm, float(np.diff(offsets).max()) if len(offsets) > 1 else 0.0) / 2
    low, high = _index_bounds(volume, frame, half, offsets, beside)
    k, j, i = np.meshgrid(*(np.arange(a, b) for a, b in zip(low[::-1], high[::-1], strict=True)), indexing="ij")
    local = frame.to_local(volume.index_to_lps(np.stack([i, j, k], -1)))
    inside = (np.abs(local[..., 1]) <= half[0]) & (np.abs(local[..., 2]) <= half[1])
    inside &= (local[..., 0] >= offsets[0] - beside) & (local[..., 0] <= offsets[-1] + beside)
    points = local[inside]
    rows, columns = activations[0].shape[1:]
    row = (half[1] - points[:, 2]) / (2 * half[1]) * rows - 0.5
    column = (points[:, 1] + half[0]) / (2 * half[0]) * columns - 0.5
    plane = np.interp(points[:, 0], offsets, np.arange(len(offsets))) if len(offsets) > 1 else np.zeros(len(points))
    start = tuple(int(first) for first in low[::-1])
    parts = []
    for coarse in activations:
        values = map_coordinates(coarse[order].astype(np.float32), [plane, row, column], order=1, mode="nearest")
        if values.size and values.max() > 0:
            values = values / values.max()
        block = np.zeros(inside.shape, np.float32)
        block[inside] = np.clip(values, 0, 1)
        parts.append(VolumePart(block, start, volume.array.shape, volume.affine_lps))
    return parts


def _index_bounds(
    volume: Volume, frame: RoiBox, half: np.ndarray, offsets: np.ndarray, beside: float
) -> tuple[np.ndarray, np.ndarray]:
    corners = np.array(
        [
            [across, along, up]
            for across in (offsets[0] - beside, offsets[-1] + beside)
            for along in (-half[0], half[0])
            for up in (-half[1], half[1])
        ]
    )
    index = volume.lps_to_index(frame.center_lps_mm + corners @ frame.axes_lps.T)
    size = np.array(volume.size)
    low = np.clip(np.floor(index.min(0)).astype(int), 0, size)
    return low, np.maximum(low, np.clip(np.ceil(index.max(0)).astype(int) + 1, 0, size))
