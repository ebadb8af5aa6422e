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
    shape = points.shape[:-1]
    # One row for each of k, j and i, since all that follows goes over whole rows.
    inverse = np.linalg.inv(volume.affine_lps[:3, :3])[::-1]
    index = inverse @ (points.reshape(-1, 3).T - volume.affine_lps[:3, 3:])
    last = np.array(volume.array.shape, float)[:, None] - 1
    dtype = volume.array.dtype if order == 0 else np.dtype(np.float32)
    inside = _inside(index, last)
    if inside is not None and not inside.any():
        return np.full(shape, cval, dtype)
    wanted = np.clip(index if inside is None else index[:, inside], 0, last)
    reach = 1 if order <= 1 else _SPLINE_REACH
    low = np.maximum(np.floor(wanted.min(axis=1)).astype(int) - reach, 0)
    high = np.ceil(wanted.max(axis=1)).astype(int) + reach + 1
    part = volume.array[tuple(slice(a, b) for a, b in zip(low, high))]
    if order > 0:
        part = part.astype(np.float32, copy=False)
    wanted -= low[:, None]
    found = map_coordinates(part, wanted, output=dtype, order=order, mode="nearest")
    if inside is None:
        return found.reshape(shape)
    values = np.full(inside.shape, cval, dtype)
    values[inside] = found
    return values.reshape(shape)


def _inside(index: np.ndarray, last: np.ndarray) -> np.ndarray | None:
    """Which points, shape (3, N), lie no more than half a voxel beyond the outermost ones; None where all do."""
    beyond = 0.5 + 1e-6
    low, high = index.min(axis=1, initial=np.inf), index.max(axis=1, initial=-np.inf)
    if index.shape[1] and (low >= -beyond).all() and (high <= last[:, 0] + beyond).all():
        return None
    inside = np.ones(index.shape[1], bool)
    for row, end in zip(index, last[:, 0], strict=True):
        inside &= (row >= -beyond) & (row <= end + beyond)
    return inside
