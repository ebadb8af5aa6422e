"""Small volumes with every awkward geometry, for tests of readers and writers."""

import numpy as np
from discgrader.imaging.volume import Volume
from scipy.spatial.transform import Rotation

# i to the back, j to the feet, k to the right: a right-handed sagittal volume
SAGITTAL = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
TILT = Rotation.from_euler("xyz", [7.0, -11.0, 5.0], degrees=True).as_matrix()


def volume(directions: np.ndarray, spacing: tuple, size: tuple, seed: int = 0, dtype: type = np.int16) -> Volume:
    """Random voxels on a grid; ``spacing`` and ``size`` are along i, j, k."""
    affine = np.eye(4)
    affine[:3, :3] = directions * np.array(spacing)
    affine[:3, 3] = [12.5, -83.25, 301.75]
    array = np.random.default_rng(seed).integers(0, 1000, size[::-1]).astype(dtype)
    return Volume(array, affine)


def upright(size: tuple = (24, 30, 7), spacing: tuple = (0.75, 0.75, 4.4)) -> Volume:
    """Plain sagittal."""
    return volume(SAGITTAL, spacing, size)


VOLUMES = {
    "plain": upright(),
    "oblique": volume(TILT @ SAGITTAL, (0.75, 0.75, 4.4), (24, 30, 7)),
    "anisotropic": volume(TILT @ SAGITTAL, (0.8125, 0.46875, 3.3), (20, 34, 5)),
    "left-handed": volume(TILT @ SAGITTAL * [1.0, 1.0, -1.0], (0.75, 0.6, 4.4), (24, 30, 7)),
    "single slice": volume(TILT @ SAGITTAL, (0.75, 0.6, 4.0), (24, 30, 1)),
    "axial": volume(TILT, (0.6, 0.6, 4.0), (28, 26, 6)),
}
"""One volume of each awkward geometry by name."""


def far_points(one: Volume) -> np.ndarray:
    """LPS points at the corners and somewhere inside a volume, shape (9, 3)."""
    last = np.array(one.size) - 1.0
    corners = np.array(np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij")).reshape(3, -1).T * last
    return one.index_to_lps(np.vstack([corners, 0.37 * last]))
