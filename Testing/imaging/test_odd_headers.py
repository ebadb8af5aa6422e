"""Headers that are odd but that ITK or nibabel read safely are read to the same voxels and places, or refused by
field."""

import gzip
import os
import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from discgrader.errors import StudyError
from discgrader.imaging.files import read_volume, write_volume
from discgrader.imaging.volume import LPS_TO_RAS, Volume
from volumes import VOLUMES, nifti_bytes, same, upright

ODD = VOLUMES["oblique"]
ODD_ORIGIN_RAS = (LPS_TO_RAS @ ODD.affine_lps)[:3, 3]
Edit = Callable[[bytearray], object]


def nifti(path: Path, edit: Edit, **options: object) -> Path:
    """A NIfTI file of an oblique volume with an edited header."""
    raw = bytearray(nifti_bytes(ODD, **options))
    raw = edit(raw) or raw
    path.write_bytes(bytes(raw))
    return path


def put(kind: str, at: int, *values: object) -> Edit:
    """An edit that writes values at a byte of the header."""
    return lambda raw: struct.pack_into(kind, raw, at, *values)


def by_itk(path: Path) -> Volume:
    """What ITK makes of a file."""
    return Volume.from_sitk(sitk.ReadImage(str(path)))


@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, -1, 1), (1, -1, -1)])
def test_nifti_without_codes_lies_as_itk_lays_it_and_says_that_left_is_a_guess(signs: tuple, tmp_path: Path) -> None:
    path = nifti(
        tmp_path / "x.nii", put("<3f", 80, *(sign * mm for sign, mm in zip(signs, (0.75, 0.75, 4.4)))), sform_code=0
    )
    volume, warnings = read_volume(path)
    assert same(by_itk(path), volume)
    assert any("left" in warning and "guess" in warning and "qform_code" in warning for warning in warnings)


@pytest.mark.parametrize(("version", "least", "at", "kind"), [(1, 352, 108, "<f"), (2, 544, 168, "<q")])
@pytest.mark.parametrize("stated", [0, 1, 300])
def test_voxels_begin_behind_the_header_whatever_vox_offset_says(
    stated: int, version: int, least: int, at: int, kind: str, tmp_path: Path
) -> None:
    raw = bytearray(nifti_bytes(ODD, version=version))
    struct.pack_into(kind, raw, at, stated)
    (tmp_path / "x.nii.gz").write_bytes(gzip.compress(bytes(raw)))
    volume, warnings = read_volume(tmp_path / "x.nii.gz")
    assert np.array_equal(volume.array, np.frombuffer(raw, "<i2", offset=least).reshape(ODD.array.shape))
    assert same(ODD, volume)
    assert [warning for warning in warnings if "vox_offset" in warning] == list(warnings) and bool(warnings) == (
        stated > 0
    )


def test_a_file_without_the_four_bytes_behind_its_header_is_read_as_itk_reads_it(tmp_path: Path) -> None:
    path = nifti(tmp_path / "x.nii", lambda raw: (struct.pack_into("<f", raw, 108, 348.0), raw[:348] + raw[352:])[1])
    assert same(by_itk(path), read_volume(path)[0])


@pytest.mark.parametrize("stated", [-16.0, -352.0, float("nan"), float("inf"), float("-inf")])
def test_an_impossible_vox_offset_is_refused_by_name(stated: float, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"x\.nii .*vox_offset"):
        read_volume(nifti(tmp_path / "x.nii", put("<f", 108, stated)))


ODDITIES: dict[str, Edit] = {
    "dim[4] is 0": put("<8h", 40, 4, *ODD.size, 0, 0, 0, 0),
    "seven axes": put("<8h", 40, 7, *ODD.size, 1, 1, 1, 1),
    "no size of the header": put("<i", 0, 0),
    "magic of a pair": lambda raw: raw.__setitem__(slice(344, 348), b"ni1\0"),
    "no pixdim": put("<3f", 80, 1.0, 1.0, 1.0),
    "scl_slope is NaN": put("<2f", 112, float("nan"), float("nan")),
    "scl_slope is infinite": put("<2f", 112, float("inf"), 1.0),
    "offset between bytes": put("<f", 108, 352.5),
    "bytes behind the voxels": lambda raw: raw + b"more",
    "header extension": lambda raw: (
        struct.pack_into("<f", raw, 108, 384.0),
        raw[:348] + b"\1\0\0\0" + struct.pack("<2i", 32, 6) + b"-" * 24 + raw[352:],
    )[1],
}


@pytest.mark.parametrize("name", ODDITIES)
def test_what_nibabel_reads_is_read_to_the_same_voxels_and_places(name: str, tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    path = nifti(tmp_path / "x.nii", ODDITIES[name])
    volume, _ = read_volume(path)
    image = nibabel.load(path)
    if name != "dim[4] is 0":  # nibabel takes that for no voxels at all, ITK for one volume
        assert np.array_equal(np.asarray(image.dataobj).T.reshape(ODD.array.shape), volume.array)
    assert image.affine == pytest.approx(LPS_TO_RAS @ volume.affine_lps, abs=1e-3)
    assert same(ODD, volume)


@pytest.mark.parametrize("quaternion", [(0.7071, 0.7071, 0.01), (1.0001, 0.0, 0.0), (0.6, 0.6, 0.6)])
def test_a_rounded_quaternion_is_read_as_itk_reads_it(quaternion: tuple, tmp_path: Path) -> None:
    path = nifti(tmp_path / "x.nii", put("<3f", 256, *quaternion), sform_code=0, qform_code=1)
    assert same(by_itk(path), read_volume(path)[0])


@pytest.mark.parametrize("bad", [float("nan"), 0.0, float("inf")])
def test_an_sform_that_is_no_grid_gives_way_to_the_qform(bad: float, tmp_path: Path) -> None:
    path = nifti(tmp_path / "x.nii", put("<12f", 280, *[bad] * 12), sform_code=1, qform_code=1)
    volume, warnings = read_volume(path)
    assert same(by_itk(nifti(tmp_path / "qform.nii", lambda raw: None, sform_code=0, qform_code=1)), volume)
    assert any("sform" in warning and "qform was used" in warning for warning in warnings)


def in_unit(code: int, per_mm: float) -> Edit:
    """An edit that states lengths in another unit: pixdim, qoffset and srow."""

    def edit(raw: bytearray) -> None:
        raw[123] = raw[123] & ~7 | code
        for at, count in ((80, 3), (268, 3), (280, 12)):
            values = np.array(struct.unpack_from(f"<{count}f", raw, at)) * per_mm
            struct.pack_into(f"<{count}f", raw, at, *values)

    return edit


@pytest.mark.parametrize(("sform_code", "qform_code"), [(1, 0), (0, 1), (0, 0)])
@pytest.mark.parametrize(("code", "per_mm"), [(0, 1.0), (1, 1e-3), (2, 1.0), (3, 1e3)])
def test_meters_and_micrometers_are_read_in_their_size_as_itk_does(
    code: int, per_mm: float, sform_code: int, qform_code: int, tmp_path: Path
) -> None:
    codes = {"sform_code": sform_code, "qform_code": qform_code}
    volume, warnings = read_volume(nifti(tmp_path / "x.nii", in_unit(code, per_mm), **codes))
    assert same(by_itk(tmp_path / "x.nii"), volume)
    in_mm, said = read_volume(nifti(tmp_path / "x.nii", in_unit(2, 1.0), **codes))
    assert same(in_mm, volume) and warnings == said
    assert volume.spacing_mm == pytest.approx(ODD.spacing_mm, rel=1e-5)


@pytest.mark.parametrize(("code", "per_mm"), [(1, 1e-3), (2, 1.0), (3, 1e3)])
def test_how_far_sform_and_qform_differ_is_told_in_mm_whatever_the_unit(
    code: int, per_mm: float, tmp_path: Path
) -> None:
    def edit(raw: bytearray) -> None:
        struct.pack_into("<3f", raw, 268, *ODD_ORIGIN_RAS + [0.0, 0.0, 2.0])
        in_unit(code, per_mm)(raw)

    _, warnings = read_volume(nifti(tmp_path / "x.nii", edit, sform_code=1, qform_code=1))
    assert any(
        "differ by up to" in warning and float(warning.split("up to ")[1].split(" mm")[0]) > 1 for warning in warnings
    )


@pytest.mark.parametrize(("code", "per_mm"), [(1, 1.0), (3, 1.0), (2, 1e-3), (0, 1e3), (2, 1e3)])
def test_a_unit_that_its_voxels_contradict_is_refused_by_the_field(code: int, per_mm: float, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"x\.nii states .*xyzt_units.* mm"):
        read_volume(nifti(tmp_path / "x.nii", in_unit(code, per_mm), sform_code=1))


def test_an_intercept_that_is_no_number_is_none(tmp_path: Path) -> None:
    path = nifti(tmp_path / "x.nii", put("<2f", 112, 2.0, float("nan")))
    assert np.array_equal(read_volume(path)[0].array, 2.0 * ODD.array)


def test_bytes_behind_a_compressed_file_do_no_harm_but_a_wrong_check_sum_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(nifti_bytes(ODD))
    (tmp_path / "x.nii.gz").write_bytes(packed + b"\0\0some")
    assert same(ODD, read_volume(tmp_path / "x.nii.gz")[0])
    (tmp_path / "two.nii.gz").write_bytes(gzip.compress(nifti_bytes(ODD)[:999]) + gzip.compress(nifti_bytes(ODD)[999:]))
    assert same(ODD, read_volume(tmp_path / "two.nii.gz")[0])
    (tmp_path / "bad.nii.gz").write_bytes(packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:])
    with pytest.raises(StudyError, match="damaged"):
        read_volume(tmp_path / "bad.nii.gz")


def test_sizes_that_no_file_holds_are_refused_before_memory_is_taken(tmp_path: Path) -> None:
    path = nifti(tmp_path / "x.nii.gz", put("<8h", 40, 3, 32000, 32000, 32000, 1, 1, 1, 1))
    path.write_bytes(gzip.compress(path.read_bytes()))
    write_volume(upright(), tmp_path / "x.nrrd")
    raw = (tmp_path / "x.nrrd").read_bytes()
    (tmp_path / "x.nrrd").write_bytes(re.sub(rb"sizes: .*", b"sizes: 9000 9000 9000", raw))
    for name in ("x.nii.gz", "x.nrrd"):
        with pytest.raises(StudyError, match="truncated"):
            read_volume(tmp_path / name)


def detached(path: Path, change: Callable[[str], str]) -> Path:
    """An NRRD or MetaImage header beside its voxels, changed."""
    sitk.WriteImage(ODD.to_sitk(), str(path))
    path.write_text(change(path.read_text()))
    return path


@pytest.mark.parametrize("space", ["right-anterior-superior", "RAS", "left-anterior-superior", "LAS", "LPS"])
def test_nrrd_spaces_are_read_as_itk_reads_them_without_a_word(space: str, tmp_path: Path) -> None:
    path = detached(tmp_path / "x.nhdr", lambda text: re.sub("space: .*", f"space: {space}", text))
    volume, warnings = read_volume(path)
    assert same(by_itk(path), volume) and warnings == ()


@pytest.mark.parametrize(
    ("name", "pattern", "put"),
    [
        ("x.nhdr", "space: .*", "space: scanner-xyz"),
        ("x.nhdr", "space: .*", "space: 3D-right-handed"),
        ("x.nhdr", "space directions: .*\n", ""),
        ("x.mhd", "TransformMatrix.*\n", ""),
    ],
)
def test_a_place_that_is_a_guess_is_called_one(name: str, pattern: str, put: str, tmp_path: Path) -> None:
    path = detached(tmp_path / name, lambda text: re.sub(pattern, put, text))
    volume, warnings = read_volume(path)
    assert same(by_itk(path), volume)
    assert any("left" in warning and "guess" in warning for warning in warnings)


@pytest.mark.parametrize(("name", "pattern"), [("x.nhdr", "space directions: .*\n"), ("x.mhd", "ElementSpacing.*\n")])
def test_a_spacing_that_is_a_guess_is_called_one(name: str, pattern: str, tmp_path: Path) -> None:
    _, warnings = read_volume(detached(tmp_path / name, lambda text: re.sub(pattern, "", text)))
    assert any("no voxel spacing" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("name", "pattern", "put", "field"),
    [
        ("x.nhdr", "kinds:", 'space units: "m" "m" "m"\nkinds:', "space units"),
        ("x.mhd", "ElementSpacing", "DistanceUnits = um\nElementSpacing", "DistanceUnits"),
        ("x.mhd", "ElementDataFile = .*", "ElementDataFile = LIST\nx.raw", "ElementDataFile"),
        ("x.nhdr", "data file: .*", "data file: gone.raw", "gone.raw"),
        ("x.nhdr", "space: .*", "space: outer", "space"),
        ("x.nhdr", "space directions: .*", "spacings: 1 1 1", "spacings"),
        ("x.mhd", "ElementSpacing = .*", "ElementSpacing = nan 1 1", "spacing"),
    ],
)
def test_what_cannot_be_read_safely_is_refused_by_its_field(
    name: str, pattern: str, put: str, field: str, tmp_path: Path
) -> None:
    with pytest.raises(StudyError, match=field):
        read_volume(detached(tmp_path / name, lambda text: re.sub(pattern, put, text)))


@pytest.mark.skipif(os.name == "nt", reason="names there are never bytes")
@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd", ".mha", ".nhdr", ".mhd"])
def test_names_that_are_not_utf_8_are_read_and_written(ending: str, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"M\xfcller")
    folder.mkdir()
    sitk.WriteImage(ODD.to_sitk(), str(tmp_path / f"x{ending}"))
    for file in tmp_path.glob("x.*"):
        file.rename(folder / file.name)
    (folder / f"x{ending}").rename(folder / os.fsdecode(b"t2_\xfc" + ending.encode()))
    volume, _ = read_volume(folder / os.fsdecode(b"t2_\xfc" + ending.encode()))
    assert same(ODD, volume)
    if ending not in (".nhdr", ".mhd"):
        write_volume(volume, folder / os.fsdecode(b"again\xfc" + ending.encode()))
        assert same(ODD, read_volume(folder / os.fsdecode(b"again\xfc" + ending.encode()))[0])
    (folder / os.fsdecode(b"bad\xfc.nii")).write_bytes(b"nothing")
    with pytest.raises(StudyError, match="badü.nii is not a NIfTI"):
        read_volume(folder / os.fsdecode(b"bad\xfc.nii"))
