"""Sagittal slices in one common attitude: rows run from head to foot, columns from front to back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from discgrader.imaging.volume import Volume

if TYPE_CHECKING:
    # Loaded where something is computed with it: it takes seconds, and much that needs frames does without.
    import torch

TOWARD_LEFT, TOWARD_BACK, TOWARD_FOOT = np.eye(3)[0], np.eye(3)[1], -np.eye(3)[2]


@dataclass(frozen=True, eq=False)
class SagittalFrames:
    """A volume whose axes were swapped and turned, without resampling, to the common attitude.

    Parameters
    ----------
    volume : Volume
        Array [slice, row, column]: slices towards the left, rows towards the foot, columns towards the back.
    axes, flips : tuple
        How the original array was transposed and which of the new axes were then reversed.
    """

    volume: Volume
    axes: tuple[int, int, int]
    flips: tuple[bool, bool, bool]

    def restore(self, array: np.ndarray) -> np.ndarray:
        """An array [slice, row, column] put back into the order of the original volume's array."""
        for axis, flipped in enumerate(self.flips):
            if flipped:
                array = np.flip(array, axis)
        return np.ascontiguousarray(np.transpose(array, np.argsort(self.axes)))


def sagittal_frames(volume: Volume) -> SagittalFrames:
    """The volume in the common attitude; its axes keep their own, possibly oblique, directions."""
    towards = np.array([TOWARD_LEFT, TOWARD_BACK, TOWARD_FOOT])
    alignment = towards @ volume.directions
    left, back, foot = _assign(np.abs(alignment))
    # array axis of index axis x is 2 - x
    axes = (2 - left, 2 - foot, 2 - back)
    signs = alignment[0, left], alignment[2, foot], alignment[1, back]
    array = np.transpose(volume.array, axes)
    affine = np.eye(4)
    origin = volume.affine_lps[:3, 3].copy()
    for new_index_axis, index_axis, array_axis, sign in (
        (0, back, 2, signs[2]),
        (1, foot, 1, signs[1]),
        (2, left, 0, signs[0]),
    ):
        column = volume.affine_lps[:3, index_axis]
        if sign < 0:
            array = np.flip(array, array_axis)
            origin = origin + column * (array.shape[array_axis] - 1)
            column = -column
        affine[:3, new_index_axis] = column
    affine[:3, 3] = origin
    return SagittalFrames(Volume(np.ascontiguousarray(array), affine), axes, tuple(sign < 0 for sign in signs))


def _assign(alignment: np.ndarray) -> tuple[int, int, int]:
    """Index axes for left, back and foot, each used once, that align best; ``alignment`` is (3 directions, 3 axes)."""
    from itertools import permutations

    orders = ((left, back, foot) for left, back, foot in permutations(range(3)))
    return max(orders, key=lambda order: sum(alignment[row, axis] for row, axis in enumerate(order)))


def rescale_frames(frames: "torch.Tensor", spacing_mm: tuple[float, float], target_mm: float) -> "torch.Tensor":
    """Frames (slices, rows, columns) at ``spacing_mm`` (row, column) resampled to square pixels of ``target_mm``."""
    from torch.nn.functional import interpolate

    size = [max(8, round(n * s / target_mm)) for n, s in zip(frames.shape[1:], spacing_mm, strict=True)]
    return interpolate(frames[:, None], size=size, mode="bilinear", antialias=True)[:, 0]


def standardize(frames: "torch.Tensor") -> "torch.Tensor":
    """Frames (slices, rows, columns) with each slice's intensities at mean 0 and deviation 1, outliers clipped.

    Pixels outside the body do not count, since how much air is in view differs from protocol to protocol.
    """
    flat = frames.flatten(1)
    low, high = _quantiles(flat, (0.005, 0.995))
    scaled = ((frames - low[:, None, None]) / (high - low).clamp(min=1e-6)[:, None, None]).clamp(0, 1)
    # Air is darker than 3 % of the range, body is brighter. The localizer was trained with this.
    body = (scaled > 0.03).float()
    count = body.sum((1, 2)).clamp(min=1)
    mean = (scaled * body).sum((1, 2)) / count
    variance = (((scaled - mean[:, None, None]) * body) ** 2).sum((1, 2)) / count
    return (scaled - mean[:, None, None]) / variance.sqrt().clamp(min=1e-3)[:, None, None]


def _quantiles(flat: "torch.Tensor", shares: tuple[float, float]) -> tuple["torch.Tensor", ...]:
    step = max(1, flat.shape[1] // 20_000)
    ordered = flat[:, ::step].sort(dim=1).values
    last = ordered.shape[1] - 1
    return tuple(ordered[:, round(share * last)] for share in shares)
