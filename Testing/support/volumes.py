"""Small volumes with every awkward geometry, for tests of readers and writers."""

import struct

import numpy as np
from discgrader.imaging.volume import LPS_TO_RAS, Volume
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


def assert_same(one: Volume, other: Volume) -> None:
    """The same voxels at the same places within 0.01 mm."""
    points = far_points(one)
    assert np.abs(other.index_to_lps(one.lps_to_index(points)) - points).max() < 0.01
    assert np.array_equal(one.array, other.array)


SLICES = 12


def spine(seed: int = 0, by: tuple[float, float, float] = (0.0, 0.0, 0.0), slices: int = SLICES) -> Volume:
    """Slices that are more like their neighbors than like any other picture."""
    made = volume(SAGITTAL, (1.0, 1.0, 4.0), (30, 32, slices), seed=seed)
    rng = np.random.default_rng(seed)
    waves, phases = rng.normal(0, 0.25, (8, 3)) * (1, 1, 0.4), rng.uniform(0, 6, 8)
    index = np.indices(made.array.shape).reshape(3, -1).T[:, ::-1]
    picture = 500 + 60 * np.cos(index @ waves.T + phases).sum(axis=1)
    affine = made.affine_lps.copy()
    affine[:3, 3] += by
    return Volume(picture.round().astype(np.uint16).reshape(made.array.shape), affine)


def found(study, wanted: Volume):
    """The series that shows this volume, its voxels at their places."""
    fitting = [
        series
        for series in study.series
        if series.volume.array.shape == wanted.array.shape
        and np.abs(series.volume.affine_lps - wanted.affine_lps).max() < 0.01
        and np.array_equal(series.volume.array, wanted.array)
    ]
    assert len(fitting) == 1, [(series.name, series.volume.size) for series in study.series]
    return fitting[0]


def nifti_bytes(
    one: Volume,
    *,
    sform: np.ndarray | None = None,
    sform_code: int = 1,
    qform_code: int = 0,
    dims: tuple | None = None,
    order: str = "<",
    datatype: int = 4,
    version: int = 1,
) -> bytes:
    """A NIfTI file written by the format definition alone, sform by default."""
    sform = LPS_TO_RAS @ one.affine_lps if sform is None else sform
    dims = one.size if dims is None else dims
    dim = [len(dims), *dims, *[1] * (7 - len(dims))]
    pixdim = [1.0, *one.spacing_mm, 1.0, 1.0, 1.0, 1.0]
    voxels = one.array.astype(one.array.dtype.newbyteorder(order)).tobytes()
    bits = one.array.dtype.itemsize * 8
    if version == 2:
        header = bytearray(544)
        struct.pack_into(order + "i", header, 0, 540)
        header[4:12] = b"n+2\0\r\n\x1a\n"
        struct.pack_into(order + "2h8q", header, 12, datatype, bits, *dim)
        struct.pack_into(order + "8d", header, 104, *pixdim)
        struct.pack_into(order + "q2d", header, 168, 544, 1.0, 0.0)
        struct.pack_into(order + "2i", header, 344, qform_code, sform_code)
        struct.pack_into(order + "12d", header, 400, *sform[:3].ravel())
        struct.pack_into(order + "i", header, 500, 2)
        return bytes(header) + voxels
    header = bytearray(352)
    struct.pack_into(order + "i", header, 0, 348)
    struct.pack_into(order + "8h", header, 40, *dim)
    struct.pack_into(order + "2h", header, 70, datatype, bits)
    struct.pack_into(order + "8f", header, 76, *pixdim)
    struct.pack_into(order + "3f", header, 108, 352.0, 1.0, 0.0)
    header[123] = 2
    struct.pack_into(order + "2h", header, 252, qform_code, sform_code)
    struct.pack_into(order + "12f", header, 280, *sform[:3].ravel())
    header[344:348] = b"n+1\0"
    return bytes(header) + voxels


def same(one: Volume, other: Volume) -> bool:
    """Whether the same voxels lie at the same places within 0.01 mm."""
    points = far_points(one)
    there = other.index_to_lps(one.lps_to_index(points))
    return np.array_equal(one.array, other.array) and np.abs(points - there).max() < 0.01
