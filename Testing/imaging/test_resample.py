"""Oblique crops: values at points of the patient."""

import numpy as np
import pytest
from discgrader.imaging.resample import grid, sample
from discgrader.imaging.volume import Volume
from scipy.spatial.transform import Rotation
from volumes import SAGITTAL, TILT, VOLUMES, volume


def ramp(one: Volume, gradient: np.ndarray) -> Volume:
    """A volume of the same geometry whose values rise linearly through the patient."""
    k, j, i = np.meshgrid(*[np.arange(n) for n in one.array.shape], indexing="ij")
    values = one.index_to_lps(np.stack([i, j, k], -1)) @ gradient
    return Volume(values.astype(np.float32), one.affine_lps)


@pytest.mark.parametrize("name", VOLUMES)
@pytest.mark.parametrize("order", [0, 1, 3])
def test_voxel_centers_give_back_their_voxels(name: str, order: int) -> None:
    one = VOLUMES[name]
    index = np.random.default_rng(0).integers(0, one.size, (50, 3))
    values = sample(one, one.index_to_lps(index), order=order)
    assert values == pytest.approx(one.array[index[:, 2], index[:, 1], index[:, 0]], abs=0.5)


@pytest.mark.parametrize("name", ["oblique", "anisotropic", "left-handed", "axial"])
def test_linear_interpolation_is_exact_on_a_ramp(name: str) -> None:
    gradient = np.array([1.0, -2.0, 0.5])
    one = ramp(VOLUMES[name], gradient)
    index = np.random.default_rng(1).uniform(0, np.array(one.size) - 1, (200, 3))
    points = one.index_to_lps(index)
    assert sample(one, points) == pytest.approx(points @ gradient, abs=1e-2)
    assert sample(one, points.reshape(10, 20, 3)).shape == (10, 20)


def test_a_single_slice_reaches_half_its_thickness() -> None:
    one = VOLUMES["single slice"]
    inside = one.index_to_lps([[5.5, 7, 0.49], [5.5, 7, -0.49], [5.5, 7, 0]])
    wanted = (int(one.array[0, 7, 5]) + int(one.array[0, 7, 6])) / 2
    assert sample(one, inside) == pytest.approx(wanted)
    assert sample(one, one.index_to_lps([[5, 7, 0.51], [5, 7, -0.51]]), cval=-1) == pytest.approx(-1)


def test_outside_is_the_value_asked_for() -> None:
    one = VOLUMES["plain"]
    size = np.array(one.size)
    points = one.index_to_lps([size * 3, -size, [-0.6, 2, 2], [-0.4, 2, 2]])
    assert list(sample(one, points, cval=-7)) == [-7, -7, -7, one.array[2, 2, 0]]
    assert list(sample(one, points[:2], cval=9)) == [9, 9]


def test_labels_keep_their_type() -> None:
    one = volume(SAGITTAL, (1, 1, 1), (10, 10, 10), dtype=np.uint16)
    assert sample(one, one.index_to_lps([[4.4, 4.4, 4.4]]), order=0).dtype == np.uint16
    assert sample(one, one.index_to_lps([[4.4, 4.4, 4.4]]))[0].dtype == np.float32
    mask = one.with_array(one.array > 500)
    assert sample(mask, one.index_to_lps([[4.4, 4.4, 4.4]]), order=0)[0] == mask.array[4, 4, 4]


def test_a_grid_lies_where_it_should() -> None:
    axes = Rotation.from_euler("zyx", [10, 20, 30], degrees=True).as_matrix()
    points = grid(np.array([1.0, 2.0, 3.0]), axes, (5, 4, 3), np.array([1.0, 2.0, 0.5]))
    assert points.shape == (5, 4, 3, 3)
    assert points.mean(axis=(0, 1, 2)) == pytest.approx([1, 2, 3])
    assert points[1, 0, 0] - points[0, 0, 0] == pytest.approx(axes[:, 0])
    assert points[0, 1, 0] - points[0, 0, 0] == pytest.approx(2 * axes[:, 1])
    assert points[0, 0, 1] - points[0, 0, 0] == pytest.approx(0.5 * axes[:, 2])
    flat = grid(np.zeros(3), axes[:, :2], (7, 9), 0.25)
    assert flat.shape == (7, 9, 3)
    assert np.abs(flat @ axes[:, 2]).max() < 1e-9


def test_an_oblique_crop_shows_what_an_independent_resampler_shows() -> None:
    sitk = pytest.importorskip("SimpleITK")
    one = volume(TILT @ SAGITTAL, (0.8, 0.8, 4.0), (40, 40, 9))
    axes = Rotation.from_euler("xyz", [10, 20, -15], degrees=True).as_matrix() @ SAGITTAL
    shape, spacing = (3, 12, 14), np.array([2.0, 0.7, 0.9])
    points = grid(one.index_to_lps([20, 20, 4]), axes, shape, spacing)
    reference = sitk.Image([14, 12, 3], sitk.sitkFloat32)
    reference.SetDirection(axes[:, ::-1].ravel())
    reference.SetSpacing(spacing[::-1].tolist())
    reference.SetOrigin(points[0, 0, 0].tolist())
    expected = sitk.Resample(one.to_sitk(), reference, sitk.Transform(), sitk.sitkLinear, 0.0, sitk.sitkFloat32)
    assert sample(one, points) == pytest.approx(sitk.GetArrayFromImage(expected), abs=0.05)
