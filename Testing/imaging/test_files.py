"""NIfTI, NRRD and MetaImage: geometry to 0.01 mm, and a plain word for whatever cannot be read."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from discgrader.errors import OutputError, StudyError, UsageError
from discgrader.imaging.files import read_volume, stem, write_volume
from discgrader.imaging.volume import LPS_TO_RAS, Volume
from volumes import VOLUMES, far_points, nifti_bytes, same, upright

FORMATS = (".nii.gz", ".nii", ".nrrd", ".mha")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", VOLUMES)
def test_round_trip_keeps_voxels_and_places(name: str, format: str, tmp_path: Path) -> None:
    path = tmp_path / f"Rücken {name}{format}"
    write_volume(VOLUMES[name], path)
    back, warnings = read_volume(path)
    assert same(VOLUMES[name], back)
    assert warnings == ()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", VOLUMES)
def test_itk_puts_a_known_point_into_the_same_voxel(name: str, format: str, tmp_path: Path) -> None:
    one = VOLUMES[name]
    write_volume(one, tmp_path / f"x{format}")
    image = sitk.ReadImage(str(tmp_path / f"x{format}"))
    volume, _ = read_volume(tmp_path / f"x{format}")
    for point in far_points(one):
        index = image.TransformPhysicalPointToContinuousIndex(point)
        assert volume.lps_to_index(point) == pytest.approx(index, abs=0.01)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.uint16, np.int32, np.float32, np.float16])
def test_writes_the_types_that_results_come_in(dtype: type, tmp_path: Path) -> None:
    array = (upright().array % 2).astype(dtype)
    write_volume(Volume(array, upright().affine_lps), tmp_path / "x.nii.gz")
    assert np.array_equal(read_volume(tmp_path / "x.nii.gz")[0].array, array)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("version", [1, 2])
def test_nifti_of_either_version_and_byte_order(order: str, version: int, tmp_path: Path) -> None:
    path = tmp_path / "x.nii"
    path.write_bytes(nifti_bytes(VOLUMES["oblique"], order=order, version=version))
    assert same(VOLUMES["oblique"], read_volume(path)[0])


def test_nifti_slope_is_applied(tmp_path: Path) -> None:
    raw = bytearray(nifti_bytes(upright()))
    struct.pack_into("<2f", raw, 112, 0.5, -3.0)
    (tmp_path / "x.nii").write_bytes(raw)
    assert read_volume(tmp_path / "x.nii")[0].array == pytest.approx(upright().array * 0.5 - 3.0)


def test_flat_nifti_keeps_its_place_in_the_patient(tmp_path: Path) -> None:
    one = VOLUMES["single slice"]
    (tmp_path / "x.nii").write_bytes(nifti_bytes(one, dims=one.size[:2]))
    assert same(one, read_volume(tmp_path / "x.nii")[0])


def test_four_dimensions_with_one_frame_are_three(tmp_path: Path) -> None:
    (tmp_path / "x.nii").write_bytes(nifti_bytes(upright(), dims=(*upright().size, 1)))
    assert same(upright(), read_volume(tmp_path / "x.nii")[0])
    sitk.WriteImage(sitk.JoinSeries(upright().to_sitk()), str(tmp_path / "x.mha"))
    assert same(upright(), read_volume(tmp_path / "x.mha")[0])


def quaternion_file(path: Path, offset_mm: float, sform_code: int, qform_code: int, sheared: bool = False) -> None:
    """A plain volume whose sform lies ``offset_mm`` higher than its qform."""
    write_volume(upright(), path)
    raw = bytearray(path.read_bytes())
    sform = LPS_TO_RAS @ upright().affine_lps
    sform[2, 3] += offset_mm
    if sheared:
        sform[:3, 2] += sform[:3, 0]
    struct.pack_into("<2h", raw, 252, qform_code, sform_code)
    struct.pack_into("<12f", raw, 280, *sform[:3].ravel())
    path.write_bytes(raw)


@pytest.mark.parametrize(("sform_code", "qform_code"), [(1, 1), (1, 2), (2, 1), (2, 2), (4, 1)])
def test_differing_sform_and_qform_are_settled_as_itk_does_with_a_warning(
    sform_code: int, qform_code: int, tmp_path: Path
) -> None:
    path = tmp_path / "x.nii"
    quaternion_file(path, 5.0, sform_code, qform_code)
    volume, warnings = read_volume(path)
    assert volume.affine_lps[:3, 3] == pytest.approx(sitk.ReadImage(str(path)).GetOrigin(), abs=0.01)
    assert any("5.00 mm" in warning and "sform" in warning for warning in warnings)


def test_scales_of_the_sform_count_more_than_pixdim(tmp_path: Path) -> None:
    raw = bytearray(nifti_bytes(upright()))
    struct.pack_into("<f", raw, 88, 9.0)
    (tmp_path / "x.nii").write_bytes(raw)
    assert same(upright(), read_volume(tmp_path / "x.nii")[0])


def test_sheared_sform_falls_back_on_the_qform_with_a_warning(tmp_path: Path) -> None:
    quaternion_file(tmp_path / "x.nii", 0.0, 1, 1, sheared=True)
    volume, warnings = read_volume(tmp_path / "x.nii")
    assert same(upright(), volume)
    assert any("sheared" in warning for warning in warnings)


def test_nifti_without_orientation_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.nii").write_bytes(nifti_bytes(upright(), sform_code=0))
    _, warnings = read_volume(tmp_path / "x.nii")
    assert any("has no orientation in the patient" in warning for warning in warnings)


def test_nrrd_without_a_space_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.nrrd"
    path.write_bytes(header_of(path).replace(b"space: left-posterior-superior", b"space dimension: 3"))
    _, warnings = read_volume(path)
    assert any("has no orientation in the patient" in warning for warning in warnings)


def sheared_nifti(path: Path) -> None:
    sform = LPS_TO_RAS @ upright().affine_lps
    sform[:3, 2] += sform[:3, 0]
    path.write_bytes(nifti_bytes(upright(), sform=sform))


def sheared_nrrd(path: Path) -> None:
    raw = header_of(path)
    path.write_bytes(raw.replace(b"(0,0,1)", b"(0,.5,1)"))


def header_of(path: Path) -> bytes:
    """An upright file with unit directions, as bytes."""
    sitk.WriteImage(sitk.GetImageFromArray(upright().array), str(path))
    return path.read_bytes()


def zero_spacing_nifti(path: Path) -> None:
    raw = bytearray(nifti_bytes(upright(), sform_code=0))
    struct.pack_into("<f", raw, 88, 0.0)
    path.write_bytes(raw)


def truncated(path: Path) -> None:
    write_volume(upright(), path)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) * 2 // 3])


def text(path: Path) -> None:
    path.write_text("This is no picture.\n" * 100)


BAD = {
    "text.nii.gz": (text, "not a NIfTI"),
    "gzipped text.nii.gz": (lambda path: path.write_bytes(gzip.compress(b"no picture " * 99)), "not a NIfTI"),
    "text.nrrd": (text, "cannot be read"),
    "text.mha": (text, "cannot be read"),
    "empty.nii.gz": (lambda path: path.write_bytes(b""), "not a NIfTI"),
    "truncated.nii.gz": (truncated, "truncated"),
    "truncated.nii": (truncated, "truncated"),
    "truncated.nrrd": (truncated, "truncated"),
    "truncated.mha": (truncated, "truncated"),
    "zero.nii": (zero_spacing_nifti, "spacing"),
    "zero.nrrd": (lambda path: path.write_bytes(header_of(path).replace(b"(0,0,1)", b"(0,0,0)")), "spacing"),
    "zero.mha": (
        lambda path: path.write_bytes(header_of(path).replace(b"Spacing = 1 1 1", b"Spacing = 1 1 0")),
        "spacing",
    ),
    "sheared.nii": (sheared_nifti, "sheared"),
    "sheared.nrrd": (sheared_nrrd, "sheared"),
    "four.nii": (
        lambda path: path.write_bytes(
            nifti_bytes(Volume(np.concatenate([upright().array] * 2), upright().affine_lps), dims=(*upright().size, 2))
        ),
        "four-dimensional",
    ),
    "four.mha": (
        lambda path: sitk.WriteImage(sitk.JoinSeries([upright().to_sitk()] * 2), str(path)),
        "four-dimensional",
    ),
    "color.nrrd": (lambda path: sitk.WriteImage(sitk.Compose([upright().to_sitk()] * 3), str(path)), "color"),
    "color.nii": (lambda path: path.write_bytes(nifti_bytes(upright(), datatype=128)), "color"),
    "complex.nii": (lambda path: path.write_bytes(nifti_bytes(upright(), datatype=32)), "complex"),
    "flat.mha": (lambda path: sitk.WriteImage(sitk.GetImageFromArray(upright().array[0]), str(path)), "flat"),
    "constant.nii.gz": (
        lambda path: write_volume(Volume(np.full((3, 4, 5), 7, np.int16), np.eye(4)), path),
        "same value",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_gets_one_plain_sentence_that_names_it(name: str, tmp_path: Path) -> None:
    make, words = BAD[name]
    make(tmp_path / name)
    with pytest.raises(StudyError, match=words) as caught:
        read_volume(tmp_path / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_and_other_kinds_of_file(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no file"):
        read_volume(tmp_path / "none.nii")
    (tmp_path / "x.png").write_bytes(b"\x89PNG")
    with pytest.raises(StudyError, match="not a volume file"):
        read_volume(tmp_path / "x.png")


@pytest.mark.parametrize("format", [".nii.gz", ".nrrd", ".mha"])
def test_voxels_that_are_not_numbers_become_zero_with_a_warning(format: str, tmp_path: Path) -> None:
    array = upright().array.astype(np.float32)
    array[0, 0, :3] = np.nan, np.inf, -np.inf
    write_volume(upright().with_array(array), tmp_path / f"x{format}")
    volume, warnings = read_volume(tmp_path / f"x{format}")
    assert list(volume.array[0, 0, :3]) == [0, 0, 0]
    assert np.array_equal(volume.array[1:], array[1:])
    assert any(warning.startswith("3 voxels") for warning in warnings)


def test_detached_headers_are_read(tmp_path: Path) -> None:
    for name in ("x.mhd", "x.nhdr"):
        sitk.WriteImage(VOLUMES["oblique"].to_sitk(), str(tmp_path / name))
        assert same(VOLUMES["oblique"], read_volume(tmp_path / name)[0])


def test_writing_fails_plainly_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"end its name in"):
        write_volume(upright(), tmp_path / "x.png")
    with pytest.raises(OutputError, match="cannot be written"):
        write_volume(upright(), tmp_path / "missing" / "x.nii.gz")
    assert list(tmp_path.iterdir()) == []


def test_stem_leaves_out_the_whole_ending() -> None:
    assert stem(Path("a/3.5 T2.nii.gz")) == "3.5 T2"
    assert stem(Path("x.NRRD")) == "x"
    assert stem(Path("scan.dcm")) == "scan"


def test_a_turn_that_a_quaternion_cannot_hold_is_no_disagreement(tmp_path):
    """Axial slices turned about the left-right axis, whose quaternion has a fourth part near 0, as any NIfTI writer
    rounds it."""
    tilt = np.deg2rad(16.6)
    image = sitk.GetImageFromArray(np.random.default_rng(0).integers(0, 900, (35, 288, 288)).astype(np.int16))
    image.SetSpacing([0.6944, 0.6944, 4.4])
    image.SetDirection([1, 0, 0, 0, np.cos(tilt), -np.sin(tilt), 0, np.sin(tilt), np.cos(tilt)])
    sitk.WriteImage(image, str(tmp_path / "ax_t2.nii.gz"))
    assert read_volume(tmp_path / "ax_t2.nii.gz")[1] == ()
