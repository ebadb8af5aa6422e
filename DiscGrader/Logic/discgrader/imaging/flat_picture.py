"""Slices of a volume as upright pictures of a fixed size in mm, and what a network sees of them."""

import numpy as np
from scipy import ndimage

from discgrader.imaging.study import Plane
from discgrader.imaging.volume import Volume

PIXEL_MM = {Plane.SAGITTAL: 2.5, Plane.AXIAL: 1.75, Plane.CORONAL: 2.5}
SHAPE = (112, 104)
"""Rows and columns: 280 mm by 260 mm around the middle of a sagittal picture, 196 mm by 182 mm of an axial one."""

# For each plane: the LPS axis across its slices, then axis and sign of its rows and of its columns.
_VIEWS = {Plane.SAGITTAL: (0, (2, -1), (1, 1)), Plane.AXIAL: (2, (1, 1), (0, 1)), Plane.CORONAL: (1, (2, -1), (0, 1))}
_SAGITTAL_MM = (0.0, -4.0, 4.0, -8.0, 8.0)
"""Sagittal slices that the networks were trained on, mm from the middle of the series: midline first. Part of the
shipped packs; to be changed only with a new training."""

_AXIAL_SHARES = (0.5, 0.3, 0.7, 0.15, 0.85)
"""Axial slices that the networks were trained on, as shares of the series' length. Part of the shipped packs."""

_SURROUNDINGS = 8.0
"""Pixels over which the brightness of the surroundings is averaged. Part of the shipped packs."""

_LEAST_MM = 60.0
"""Smaller images show less than a vertebra with its surroundings; the networks were trained on none. A round number."""

_DIMMEST = 0.02
"""Added before the logarithm, so that noise in air does not count. Part of the shipped packs."""


def slice_axis_of(volume: Volume, plane: Plane) -> int:
    """Which of i, j, k (0, 1, 2) runs across the slices of a volume that was taken in this plane."""
    return int(np.argmax(np.abs(volume.directions[_VIEWS[plane][0]])))


def flat_pictures(
    volume: Volume, plane: Plane, pixel_mm: float | None = None, shape: tuple[int, int] = SHAPE
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Up to five slices: around the middle of sagittal volumes, along the length of axial ones.

    Parameters
    ----------
    volume : Volume
    plane : Plane
        That of its slices.
    pixel_mm : float, optional
        Of the pictures; that of `PIXEL_MM` unless given.
    shape : tuple of int
        Rows and columns.

    Returns
    -------
    list of (ndarray, ndarray)
        Pictures of this shape, float32, head (in axial ones front) up, and which of their pixels the slice reaches
        (bool); none where the slice is smaller than 60 mm or holds a value that is no number.
    """
    across = slice_axis_of(volume, plane)
    pixel = pixel_mm or PIXEL_MM[plane]
    pictures = []
    for index in _chosen(volume, plane, across):
        picture = np.take(volume.array, index, axis=2 - across).astype(np.float32)
        if np.isfinite(picture).all() and (found := _flat(volume, picture, plane, across, pixel, shape)) is not None:
            pictures.append(found)
    return pictures


def _chosen(volume: Volume, plane: Plane, across: int) -> list[int]:
    count, spacing = volume.size[across], volume.spacing_mm[across]
    if plane is Plane.SAGITTAL:
        wanted = [(count - 1) / 2 + offset / spacing for offset in _SAGITTAL_MM]
    else:
        wanted = [(count - 1) * share for share in _AXIAL_SHARES]
    return list(dict.fromkeys(int(np.clip(np.rint(position), 0, count - 1)) for position in wanted))


def _flat(
    volume: Volume, picture: np.ndarray, plane: Plane, across: int, pixel_mm: float, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray] | None:
    # The axes of the picture, slowest first.
    low, high = (axis for axis in (2, 1, 0) if axis != across)
    (row, row_sign), (column, column_sign) = _VIEWS[plane][1:]
    if abs(volume.directions[row, high]) > abs(volume.directions[row, low]):
        picture, low, high = picture.T, high, low
    if min(picture.shape[0] * volume.spacing_mm[low], picture.shape[1] * volume.spacing_mm[high]) < _LEAST_MM:
        return None
    if volume.directions[row, low] * row_sign < 0:
        picture = picture[::-1]
    if volume.directions[column, high] * column_sign < 0:
        picture = picture[:, ::-1]
    down, row_known = _shrinking(picture.shape[0], float(volume.spacing_mm[low]), shape[0], pixel_mm)
    along, column_known = _shrinking(picture.shape[1], float(volume.spacing_mm[high]), shape[1], pixel_mm)
    return down @ picture @ along.T, row_known[:, None] & column_known


def _shrinking(count: int, spacing_mm: float, wanted: int, pixel_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights, shape (wanted, count), that average over a pixel's width, and which of the wanted pixels are reached."""
    own = (np.arange(count) - (count - 1) / 2) * spacing_mm
    center = (np.arange(wanted) - (wanted - 1) / 2) * pixel_mm
    weights = np.maximum(1 - np.abs(center[:, None] - own) / max(pixel_mm, spacing_mm), 0)
    total = weights.sum(axis=1, keepdims=True)
    known = np.abs(center) <= count * spacing_mm / 2
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0).astype(np.float32), known


def channels(picture: np.ndarray, known: np.ndarray) -> np.ndarray | None:
    """What the network sees of a picture, whatever the scale of its values.

    Parameters
    ----------
    picture : ndarray, shape (rows, columns)
    known : ndarray, shape (rows, columns)
        Which pixels belong to the slice.

    Returns
    -------
    ndarray, shape (2, rows, columns), or None
        The square root of brightness, and the logarithm of brightness relative to that of the surroundings, which coil
        shading leaves alone; None of a picture of one value.
    """
    low, high = np.percentile(picture[known], (1, 99.5))
    if not high > low:
        return None
    bright = np.clip((picture - low) / (high - low), 0, 1.2) * known
    share, around = (_blurred(array) for array in (known.astype(np.float32), bright))
    relative = np.log((bright + _DIMMEST) / (around / np.maximum(share, 1e-3) + _DIMMEST))
    return np.stack([np.sqrt(bright), np.clip(relative, -2, 2) * known]).astype(np.float32)


def _blurred(picture: np.ndarray) -> np.ndarray:
    """Smoothed over the surroundings, from every second pixel, which is fine enough for that."""
    few = picture.reshape(picture.shape[0] // 2, 2, picture.shape[1] // 2, 2).mean(axis=(1, 3))
    smooth = ndimage.gaussian_filter(few, _SURROUNDINGS / 2, mode="constant", truncate=3.0)
    return smooth.repeat(2, axis=0).repeat(2, axis=1)
