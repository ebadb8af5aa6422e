"""What a series weights, told from its pictures: the network in NumPy, what it sees, and what it answers."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from discgrader.errors import PackError
from discgrader.imaging import picture_network as networks
from discgrader.imaging.files import read_volume
from discgrader.imaging.flat_picture import PIXEL_MM, SHAPE, flat_pictures
from discgrader.imaging.picture_contrast import KEYS, concluded, picture_contrast, seen_of
from discgrader.imaging.picture_network import picture_network, planes_with_network
from discgrader.imaging.study import Contrast, Plane
from discgrader.imaging.volume import Volume
from discgrader.packs.pack import CONTRAST, default_packs
from discgrader.phantom.study import make_study
from places import DATA
from volumes import SAGITTAL

T1, T2, STIR, SPACE, OTHER, UNKNOWN = (
    Contrast.T1,
    Contrast.T2,
    Contrast.STIR,
    Contrast.T2_SPACE,
    Contrast.OTHER,
    Contrast.UNKNOWN,
)


def blobs(shape: tuple[int, ...] = (3, 300, 280), seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(random.standard_normal(shape), (0, 6, 6)) * 3000 + 800


def sagittal(array: np.ndarray, pixel_mm: float = 0.8, slice_mm: float = 4.0) -> Volume:
    affine = np.eye(4)
    affine[:3, :3] = np.array(SAGITTAL) * [pixel_mm, pixel_mm, slice_mm]
    return Volume(array, affine)


@pytest.fixture(scope="module")
def phantoms() -> dict[str, Volume]:
    """Middle slices of one digital patient by role."""
    roles = ("T1", "T2", "STIR", "T2_SPACE", "T2_FS", "T1_FS", "T2_FAT", "PD", "AX_T2", "AX_T1")
    made = make_study(5, series=roles, middle_slices=5).study.series
    return {role: one.volume for role, one in zip(roles, made, strict=True)}


@pytest.mark.parametrize("plane", planes_with_network())
def test_the_network_in_numpy_answers_as_pytorch_does(torch, plane: str) -> None:
    from discgrader.packs.weights import load_tensors

    [pack] = [pack for pack in default_packs() if pack.system == CONTRAST]
    tensors = load_tensors(pack, f"{plane}.safetensors")
    if plane in pack.architecture["by_tissue"]:
        pytest.skip("the next test is about it")
    pictures = np.random.default_rng(1).normal(0.3, 0.6, (4, 2, *SHAPE)).astype(np.float32)
    values = torch.from_numpy(pictures)
    for number, step in enumerate(pack.architecture["steps"]):
        weights, biases = (tensors[f"convolution{number}.{one}"] for one in ("weight", "bias"))
        values = torch.relu(torch.nn.functional.conv2d(values, weights, biases, step, 1))
    pooled = torch.cat([values.mean((2, 3)), values.amax((2, 3))], 1)
    expected = torch.nn.functional.linear(pooled, tensors["head.weight"], tensors["head.bias"]).numpy()
    found = np.stack([picture_network(plane).logits(picture) for picture in pictures])
    assert np.abs(found - expected).max() < 1e-5 * max(1.0, np.abs(expected).max())


@pytest.mark.skipif("axial" not in planes_with_network(), reason="no axial network ships")
def test_the_network_of_tissues_in_numpy_answers_as_pytorch_does(torch) -> None:
    from discgrader.packs.weights import load_tensors

    [pack] = [pack for pack in default_packs() if pack.system == CONTRAST]
    tensors = load_tensors(pack, "axial.safetensors")
    conv2d, relu = torch.nn.functional.conv2d, torch.relu
    picture = np.random.default_rng(1).normal(0.3, 0.6, (2, *SHAPE)).astype(np.float32)
    values, passed = torch.from_numpy(picture[None]), []
    for number in range(4):
        values = relu(conv2d(values, tensors[f"down{number}.weight"], tensors[f"down{number}.bias"], 2, 1))
        passed.append(values)
    values = relu(conv2d(values, tensors["middle.weight"], tensors["middle.bias"], 1, 1))
    for number, beside in enumerate(reversed(passed[:-1])):
        rows, columns = beside.shape[2:]
        wide = torch.nn.functional.interpolate(values, scale_factor=2, mode="nearest")[:, :, :rows, :columns]
        values = torch.cat([wide, beside], 1)
        values = relu(conv2d(values, tensors[f"up{number}.weight"], tensors[f"up{number}.bias"], 1, 1))
    expected = conv2d(values, tensors["shares.weight"], tensors["shares.bias"]).softmax(1)[0].numpy()
    assert np.abs(picture_network("axial").tissues(picture) - expected).max() < 1e-4


def test_no_pytorch_and_little_else_is_loaded() -> None:
    code = (
        "import sys, numpy as np\n"
        "from discgrader.imaging.picture_contrast import picture_contrast\n"
        "from discgrader.imaging.study import Plane\n"
        "from discgrader.imaging.volume import Volume\n"
        "volume = Volume(np.random.default_rng(0).random((99, 99, 99)), np.eye(4))\n"
        "picture_contrast(volume, Plane.SAGITTAL), picture_contrast(volume, Plane.AXIAL)\n"
        "print([one for one in ('torch', 'safetensors', 'scipy.signal', 'sklearn') if one in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_pack_states_what_it_learnt_from() -> None:
    [pack] = [pack for pack in default_packs() if pack.system == CONTRAST]
    assert "SPIDER" in pack.trained_on.data_set and "Sudirman" in pack.trained_on.data_set
    assert not pack.trained_on.synthetic and pack.trained_on.patients > 400
    judged = pack.metrics["sagittal"]["T1 against T2"]
    assert judged["right_of_answered"] >= 0.995 and judged["answered"] >= 0.97


def test_an_altered_pack_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "Packs" / "contrast"
    folder.mkdir(parents=True)
    shipped = networks.resources_dir() / "Packs" / "contrast"
    for path in shipped.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(networks, "resources_dir", lambda: tmp_path)
    read = picture_network.__wrapped__
    assert read("sagittal").classes == picture_network("sagittal").classes
    content = bytearray((folder / "sagittal.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "sagittal.safetensors").write_bytes(bytes(content))
    with pytest.raises(PackError, match="altered"):
        read("sagittal")
    (folder / "sagittal.safetensors").unlink()
    with pytest.raises(PackError, match="cannot be read"):
        read("sagittal")
    for text in ("{", "[]", '{"files": {"sagittal.safetensors": 3}}'):
        (folder / "pack.json").write_text(text)
        with pytest.raises(PackError):
            read("sagittal")
        with pytest.raises(PackError):
            planes_with_network.__wrapped__()


def test_what_is_seen_does_not_depend_on_the_scale_of_values() -> None:
    volume = sagittal(blobs())
    first = seen_of(volume, Plane.SAGITTAL)
    assert len(first) == 3 and first[0].shape == (2, *SHAPE)
    for changed in (volume.array * 0.01, volume.array * 7 - 3000):
        for one, other in zip(first, seen_of(volume.with_array(changed), Plane.SAGITTAL), strict=True):
            assert np.abs(one - other).max() < 2e-3


@pytest.mark.parametrize("axes", [(0, 1), (0, 2), (1, 2), (0,), (1,), (2,), (0, 1, 2)])
def test_the_same_voxels_stored_in_another_order_give_the_same_picture(axes: tuple[int, ...]) -> None:
    volume = sagittal(blobs())
    array, affine = volume.array, volume.affine_lps.copy()
    for axis in axes:
        array = np.flip(array, 2 - axis)
        affine[:3, 3] += affine[:3, axis] * (volume.size[axis] - 1)
        affine[:3, axis] *= -1
    turned = Volume(array.transpose(2, 0, 1), affine[:, [1, 2, 0, 3]])

    def pictures(of: Volume) -> list[tuple[np.ndarray, np.ndarray]]:
        return sorted(flat_pictures(of, Plane.SAGITTAL), key=lambda one: float(one[0].sum()))

    for other in (Volume(array, affine), turned):
        for one, same in zip(pictures(volume), pictures(other), strict=True):
            assert np.abs(one[0] - same[0]).max() < 0.01 and (one[1] == same[1]).all()


def test_pictures_are_in_mm_with_the_head_and_the_front_where_they_belong() -> None:
    array = np.zeros((1, 300, 300))
    array[0, 40:60, 100:140] = 1
    [(picture, known)] = flat_pictures(sagittal(array, 0.9), Plane.SAGITTAL)
    rows, columns = (np.flatnonzero(picture.max(axis=axis) > 0.5) for axis in (1, 0))
    pixel = PIXEL_MM[Plane.SAGITTAL]
    middle = (np.array(SHAPE) - 1) / 2
    assert (rows.mean() - middle[0]) * pixel == pytest.approx((49.5 - 149.5) * 0.9, abs=1)
    assert (columns.mean() - middle[1]) * pixel == pytest.approx((119.5 - 149.5) * 0.9, abs=1)
    assert known.sum() * pixel**2 == pytest.approx(270 * 260, rel=0.02)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((3, 200, 200)),
        np.full((3, 200, 200), 7, np.int16),
        np.full((1, 200, 200), np.nan),
        blobs((3, 50, 50)),
        np.pad(blobs((1, 1, 1)), ((0, 0), (90, 90), (90, 90)), constant_values=-1e6),
    ],
    ids=["zeros", "sevens", "nan", "small", "one voxel"],
)
def test_where_there_is_nothing_to_see_nothing_is_told(array: np.ndarray) -> None:
    found = picture_contrast(sagittal(array), Plane.SAGITTAL)
    assert found.contrast in (UNKNOWN, OTHER)
    assert set(found.probabilities) == set(KEYS) and sum(found.probabilities.values()) == pytest.approx(1)


def test_of_planes_without_a_network_nothing_is_told(phantoms: dict[str, Volume]) -> None:
    for plane in (Plane.CORONAL, Plane.AXIAL):
        if plane.value not in planes_with_network():
            assert picture_contrast(phantoms["T2"], plane).contrast is UNKNOWN


def test_thick_slices_are_never_t2_space_and_thin_ones_most_likely() -> None:
    classes, logits = ("T1", "T2", "STIR", "T2_SPACE", "other"), np.array([0.0, 4.0, 0.0, 6.0, 0.0])
    assert concluded(logits, classes, None).contrast is SPACE
    thick = concluded(logits, classes, 4.0)
    assert thick.contrast is T2 and thick.probabilities[SPACE] == 0
    assert concluded(logits, classes, 0.9).contrast is SPACE
    assert concluded(np.array([9.0, 1.0, 0.0, 0.0, 0.0]), classes, 0.9).contrast is T1
    assert sum(concluded(logits, classes, 0.9).probabilities.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("role", "contrast"), [("T1", T1), ("T2", T2), ("STIR", STIR), ("T2_FS", STIR), ("T2_SPACE", SPACE)]
)
def test_a_digital_spine_is_told(phantoms: dict[str, Volume], role: str, contrast: Contrast) -> None:
    found = picture_contrast(phantoms[role], Plane.SAGITTAL)
    assert found.contrast is contrast and found.probability == found.probabilities[contrast]


@pytest.mark.parametrize("role", ["T1_FS", "T2_FAT", "PD"])
def test_what_is_neither_is_not_taken_for_it(phantoms: dict[str, Volume], role: str) -> None:
    assert picture_contrast(phantoms[role], Plane.SAGITTAL).contrast in (OTHER, UNKNOWN)


@pytest.mark.parametrize(("role", "contrast"), [("AX_T1", T1), ("AX_T2", T2)])
def test_an_axial_series_is_not_mistaken(phantoms: dict[str, Volume], role: str, contrast: Contrast) -> None:
    assert picture_contrast(phantoms[role], Plane.AXIAL).contrast in (contrast, UNKNOWN)


@pytest.mark.parametrize("role", ["AX_T1", "AX_T2"])
def test_an_axial_picture_whose_header_calls_it_sagittal_is_no_contrast(phantoms: dict[str, Volume], role: str) -> None:
    volume = sagittal(phantoms[role].array, 0.7)
    assert picture_contrast(volume, Plane.SAGITTAL).contrast in (OTHER, UNKNOWN)


@pytest.mark.parametrize("seed", range(6))
def test_noise_and_clouds_are_no_contrast(seed: int) -> None:
    random = np.random.default_rng(seed)
    for array in (random.random((5, 260, 260)), random.rayleigh(1, (5, 260, 260)) * 100, blobs((5, 260, 260), seed)):
        assert picture_contrast(sagittal(array), Plane.SAGITTAL).contrast in (OTHER, UNKNOWN)


def test_hounsfield_values_and_masks_are_no_contrast() -> None:
    phantom = make_study(6, series=("T1",), middle_slices=3)
    picture, mask = phantom.study.series[0].volume, next(iter(phantom.labels.values()))
    bright = np.where(picture.array > 150, 40.0, -1000.0)
    labels = mask.array
    hounsfield = np.select([labels == 1, labels > 200, labels == 100], [250.0, 90.0, 10.0], bright)
    for array in (hounsfield, mask.array, (mask.array > 0).astype(np.uint8), (mask.array == 1).astype(float)):
        assert picture_contrast(picture.with_array(array), Plane.SAGITTAL).contrast in (OTHER, UNKNOWN)


@pytest.mark.skipif(not (DATA / "full_width").is_dir(), reason="the shared data is not here")
def test_other_scanners_are_not_mistaken() -> None:
    """Of volumes that nothing was trained on."""
    for name in ("full_width/volume_1", "full_width/volume_2", "open_volumes/t2_lumbar"):
        found = picture_contrast(read_volume(DATA / f"{name}.nii.gz")[0], Plane.SAGITTAL)
        assert found.contrast in (T2, SPACE, UNKNOWN), name
    found = picture_contrast(read_volume(DATA / "open_volumes" / "axial_t2.nii.gz")[0], Plane.AXIAL)
    assert found.contrast in (T2, UNKNOWN)
