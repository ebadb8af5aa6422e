"""Checks that voxels lie on a right-angled grid."""

import numpy as np

from discgrader.errors import StudyError

EXACT_MM = 0.01
"""Voxels may be moved by this much without a word."""

SNAP_MM = 0.5
"""Voxels may be moved by this much with a warning; a grid that needs more is refused as sheared."""

LONGEST_EXAMINATION_MM = 3000.0
"""No scanner's table carries a patient so far. A round number."""


def corner_indices(size: tuple[int, int, int]) -> np.ndarray:
    """Indices (i, j, k) of the eight corner voxels, shape (8, 3)."""
    last = np.asarray(size, float) - 1
    return np.array(np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij")).reshape(3, -1).T * last


def largest_shift_mm(one: np.ndarray, other: np.ndarray, size: tuple[int, int, int]) -> float:
    """How far apart two affines, shape (4, 4), put the same voxel of a grid of ``size`` (i, j, k) at most, in mm.

    NaN where one of them holds values that are not numbers.
    """
    corners = corner_indices(size)
    with np.errstate(invalid="ignore", over="ignore"):
        difference = corners @ (one - other)[:3, :3].T + (one - other)[:3, 3]
        return float(np.linalg.norm(difference, axis=1).max())


def right_angled(affine: np.ndarray, size: tuple[int, int, int], what: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The affine with axes at exact right angles, and warnings.

    Parameters
    ----------
    affine : ndarray, shape (4, 4)
        Voxel index (i, j, k) to mm, as a file states it.
    size : tuple of int
        Number of voxels along i, j and k.
    what : str
        How messages call the picture.

    Raises
    ------
    StudyError
        When a spacing is zero or not a number, or when the axes are not at right angles (a sheared volume).
    """
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if not np.all(np.isfinite(affine)) or np.any(spacing < 1e-6):
        raise StudyError(
            f"{what} has a voxel spacing of {' × '.join(f'{s:g}' for s in spacing)} mm, which is "
            "impossible; correct the spacing in its header."
        )
    directions = affine[:3, :3] / spacing
    left, _, right = np.linalg.svd(directions)
    snapped = affine.copy()
    # the centre stays where it is, so that the correction is spread evenly
    center = (np.asarray(size, float) - 1) / 2
    snapped[:3, :3] = left @ right * spacing
    snapped[:3, 3] += (affine - snapped)[:3, :3] @ center
    shift = largest_shift_mm(affine, snapped, size)
    if shift <= 1e-4:
        return affine, ()
    if shift > SNAP_MM:
        raise StudyError(
            f"{what} is sheared: the axes of its voxel grid are not at right angles; resample it to an "
            "orthogonal grid first."
        )
    if shift <= EXACT_MM:
        return snapped, ()
    return snapped, (
        f"The axes of {what} were not quite orthogonal; correcting them moved voxels by up to {shift:.2f} mm.",
    )


def cannot_be_one_patient(place: np.ndarray, other: np.ndarray) -> bool:
    """Whether two positions, LPS mm, lie farther apart than any two slices of one examination."""
    return bool(np.linalg.norm(np.asarray(place) - np.asarray(other)) > LONGEST_EXAMINATION_MM)
