"""Values of a volume at points of the patient, for crops at any angle."""

import numpy as np
from scipy.ndimage import map_coordinates

from discgrader.imaging.volume import Volume

_SPLINE_REACH = 7
"""Voxels around a point whose values still matter to a spline of order 3: farther ones count less than 1 in 10 000."""


def grid(center: np.ndarray, axes: np.ndarray, shape: tuple[int, ...], spacing: np.ndarray | float) -> np.ndarray:
    """Points of a regular grid around a centre.

    Parameters
    ----------
    center : ndarray, shape (3,)
        LPS mm; the middle of the grid, halfway between its first and last points.
    axes : ndarray, shape (3, D)
        Unit vectors in LPS as columns, one for each axis of the array that the grid will fill, first axis first.
    shape : tuple of D int
        Number of points along each.
    spacing : float or ndarray, shape (D,)
        Distance between points along each, in mm.

    Returns
    -------
    ndarray, shape (*shape, 3)
        LPS mm.
    """
    axes = np.asarray(axes, float)
    steps = np.broadcast_to(np.asarray(spacing, float), (len(shape),))
    points = np.broadcast_to(np.asarray(center, float), (*shape, 3)).copy()
    for axis, count in enumerate(shape):
        offset = (np.arange(count) - (count - 1) / 2) * steps[axis]
        along = [1] * len(shape) + [3]
        along[axis] = count
        points += (offset[:, None] * axes[:, axis]).reshape(along)
    return points


def sample(volume: Volume, points_lps: np.ndarray, order: int = 1, cval: float = 0.0) -> np.ndarray:
    """Values of the volume at LPS points.

    A voxel reaches half a spacing to every side of its centre: a point up to half a slice beyond the outermost slice,
    or beside a single slice, takes that slice's value; farther out it is ``cval``.

    Parameters
    ----------
    volume : Volume
    points_lps : ndarray, shape (..., 3)
        In mm.
    order : int
        0 nearest voxel (labels), 1 linear, 3 cubic spline.
    cval : float
        Value outside of the volume.

    Returns
    -------
    ndarray, shape (...)
        float32; of the volume's own type with order 0.
    """
    points = np.asarray(points_lps, float)
    index = np.moveaxis(volume.lps_to_index(points), -1, 0)[::-1]
    last = np.array(volume.array.shape, float).reshape(3, *[1] * (index.ndim - 1)) - 1
    inside = np.all((index >= -0.5 - 1e-6) & (index <= last + 0.5 + 1e-6), axis=0)
    dtype = volume.array.dtype if order == 0 else np.dtype(np.float32)
    values = np.full(inside.shape, cval, dtype)
    if not inside.any():
        return values
    wanted = np.clip(index, 0, last)[:, inside]
    reach = 1 if order <= 1 else _SPLINE_REACH
    low = np.maximum(np.floor(wanted.min(axis=1)).astype(int) - reach, 0)
    high = np.ceil(wanted.max(axis=1)).astype(int) + reach + 1
    part = volume.array[tuple(slice(a, b) for a, b in zip(low, high))]
    if order > 0:
        part = part.astype(np.float32, copy=False)
    values[inside] = map_coordinates(part, wanted - low[:, None], output=dtype, order=order, mode="nearest")
    return values
