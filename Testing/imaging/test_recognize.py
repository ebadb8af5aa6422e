"""Plane by geometry; contrast by DICOM attributes, by name, by the picture."""

from pathlib import Path

import numpy as np
import pytest
from discgrader.errors import UsageError
from discgrader.imaging.dicom_contrast import contrast_from_dicom
from discgrader.imaging.files import read_volume
from discgrader.imaging.names import contrast_from_name
from discgrader.imaging.recognize import (
    contrast_from_picture,
    parse_role,
    plane_of,
    recognize,
    slice_axis,
    slice_normal,
)
from discgrader.imaging.study import Contrast, Plane
from discgrader.imaging.volume import Volume
from discgrader.phantom.study import make_study
from scipy.spatial.transform import Rotation
from volumes import SAGITTAL, upright, volume


@pytest.mark.parametrize(
    ("name", "contrast"),
    [
        ("100_t1", "T1"),
        ("sag T2", "T2"),
        ("sagT2", "T2"),
        ("T2w_tse_sag", "T2"),
        ("100_t2_SPACE", "T2_SPACE"),
        ("100_t2_space", "T2_SPACE"),
        ("t2_spc_iso", "T2_SPACE"),
        ("T2SPACE", "T2_SPACE"),
        ("Sag CUBE T2", "T2_SPACE"),
        ("3D_T2_sag", "T2_SPACE"),
        ("t2_stir_sag", "STIR"),
        ("t2_tirm_tra", "STIR"),
        ("STIR", "STIR"),
        ("T1 post", "T1"),
        ("t2_tse_fs", "STIR"),
        ("T2*_sag", "other"),
        ("t2-star", "other"),
    ],
)
def test_names_that_tell(name: str, contrast: str) -> None:
    assert contrast_from_name(name).contrast == contrast


@pytest.mark.parametrize("name", ["volume_1", "T12-L1", "Art1", "patient2", "t1_t2_fused", "disc_space", "L5S1", ""])
def test_names_that_do_not_tell(name: str) -> None:
    assert contrast_from_name(name) is None


@pytest.mark.parametrize(
    ("attributes", "contrast"),
    [
        ({"EchoTime": 9.6, "RepetitionTime": 660.0}, "T1"),
        ({"EchoTime": 114.0, "RepetitionTime": 3500.0}, "T2"),
        ({"EchoTime": 124.0, "RepetitionTime": 1000.0}, "T2"),
        ({"EchoTime": 120.0, "RepetitionTime": 1500.0, "MRAcquisitionType": "3D"}, "T2_SPACE"),
        ({"EchoTime": 120.0, "RepetitionTime": 1500.0, "SeriesDescription": "sag space"}, "T2_SPACE"),
        ({"EchoTime": 60.0, "RepetitionTime": 4000.0, "InversionTime": 160.0}, "STIR"),
        ({"EchoTime": 70.0, "RepetitionTime": 4000.0, "SeriesDescription": "t2_tirm_sag"}, "STIR"),
        ({"EchoTime": 10.0, "RepetitionTime": 2200.0, "InversionTime": 860.0}, "T1"),
        ({"EchoTime": 90.0, "RepetitionTime": 4000.0, "ScanOptions": ["PFP", "FS"]}, "STIR"),
        ({"EchoTime": 90.0, "RepetitionTime": 4000.0, "ImageType": ["ORIGINAL", "PRIMARY", "WATER"]}, "STIR"),
        ({"EchoTime": 20.0, "RepetitionTime": 3000.0}, "other"),
        ({"EchoTime": 5.0, "RepetitionTime": 20.0, "ScanningSequence": "GR"}, "other"),
        ({"EchoTime": 80.0, "RepetitionTime": 4000.0, "DiffusionBValue": 800.0}, "other"),
        ({"EchoTime": 90.0, "RepetitionTime": 4000.0, "SeriesDescription": "LOCALIZER"}, "other"),
        ({"EchoTime": 90.0, "RepetitionTime": 4000.0, "ImageType": ["DERIVED", "SECONDARY", "MIP"]}, "other"),
        ({"AcquisitionContrast": "T2", "MRAcquisitionType": "2D"}, "T2"),
        ({"SeriesDescription": "T2 sag"}, "T2"),
        ({"ProtocolName": "t1_tse_sag"}, "T1"),
        ({"EchoTime": 102.0, "RepetitionTime": 3417.0, "SeriesDescription": "SAG T2 FSE"}, "T2"),
        ({"EchoTime": 102.0, "RepetitionTime": 3417.0, "SeriesDescription": "Sagittal T2/STIR"}, "T2"),
        (
            {
                "EchoTime": 42.0,
                "RepetitionTime": 4200.0,
                "InversionTime": 150.0,
                "SeriesDescription": "Sagittal T2/STIR",
            },
            "STIR",
        ),
        ({"EchoTime": 9.0, "RepetitionTime": 600.0, "ScanOptions": ["FS"]}, "T1_FS"),
        ({"EchoTime": 9.0, "RepetitionTime": 600.0, "SeriesDescription": "SAG T1 FS +C"}, "T1_FS"),
        ({"EchoTime": 30.0, "RepetitionTime": 3000.0, "ScanOptions": ["FS"]}, "STIR"),
        ({"EchoTime": 12.0, "RepetitionTime": 1500.0, "SeriesDescription": "SAG T1 TSE"}, "T1"),
        ({"EchoTime": 90.0, "RepetitionTime": 4000.0, "ImageType": ["DERIVED", "PRIMARY", "FAT"]}, "other"),
        ({"EchoTime": 90.0, "RepetitionTime": 4000.0, "ImageType": ["DERIVED", "PRIMARY", "OPP_PHASE"]}, "other"),
        ({"EchoTime": 90.0, "RepetitionTime": 4000.0, "ImageType": ["DERIVED", "PRIMARY", "IN_PHASE"]}, "T2"),
        ({"EchoTime": 90.0, "RepetitionTime": 4000.0, "SeriesDescription": "FAT: Sag T2 Flex"}, "other"),
        ({"EchoTime": 90.0, "RepetitionTime": 4000.0, "SeriesDescription": "Sag T2 Flex Water"}, "STIR"),
        ({"EchoTime": 17.0, "RepetitionTime": 600.0, "SeriesDescription": "t2_me2d_tra"}, "other"),
        ({"EchoTime": 700.0, "RepetitionTime": 5000.0}, "other"),
        ({"ProtocolName": "LSPINE STIR", "SeriesDescription": "SAG T2"}, "T2"),
        ({"SequenceName": "*tir2d1rr19"}, "STIR"),
        ({"EchoTime": "95", "RepetitionTime": "3500"}, "T2"),
        # people name series as they like: the times count
        ({"EchoTime": 100.0, "RepetitionTime": 4000.0, "SeriesDescription": "T1 sag"}, "T2"),
    ],
)
def test_dicom_attributes(attributes: dict, contrast: str) -> None:
    finding = contrast_from_dicom(attributes)
    assert finding.contrast == contrast
    assert finding.reason


def test_a_dixon_series_that_does_not_say_its_part_is_left_to_the_picture() -> None:
    times = {"EchoTime": 95.0, "RepetitionTime": 4000.0, "SeriesDescription": "SAG T2 IDEAL"}
    assert contrast_from_dicom(times) is None
    assert contrast_from_dicom({**times, "ImageType": ["DERIVED", "PRIMARY", "IN_PHASE"]}).contrast == "T2"
    assert contrast_from_dicom({**times, "ImageType": ["DERIVED", "PRIMARY", "WATER"]}).contrast == "STIR"


def test_dicom_that_says_nothing_leaves_it_to_the_name() -> None:
    assert contrast_from_dicom({}) is None
    assert contrast_from_dicom({"PatientID": "7", "SeriesDescription": "series"}) is None
    assert recognize("sag_t1", upright(), {"PatientID": "7"}).contrast == Contrast.T1


@pytest.mark.parametrize("angle", [-35, 0, 35])
@pytest.mark.parametrize(
    ("directions", "plane"),
    [
        (SAGITTAL, Plane.SAGITTAL),
        (np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]), Plane.CORONAL),
        (np.eye(3), Plane.AXIAL),
    ],
)
def test_oblique_slices_go_to_the_nearest_plane(directions: np.ndarray, plane: Plane, angle: float) -> None:
    for axis in "xyz":
        tilted = Rotation.from_euler(axis, angle, degrees=True).as_matrix() @ directions
        assert plane_of(volume(tilted, (0.7, 0.7, 4.0), (20, 20, 5))) == plane


@pytest.mark.parametrize(
    ("size", "spacing", "axis"),
    [
        ((20, 20, 5), (0.7, 0.7, 4.0), 2),  # thick slices along k
        ((5, 20, 20), (4.0, 0.7, 0.7), 0),  # the same reoriented, as NIfTI tools do
        ((200, 200, 14), (0.47, 0.47, 0.9), 2),
        ((20, 20, 1), (0.4, 0.9, 0.5), 2),  # one slice, whatever its thickness
        ((1, 20, 20), (0.5, 0.9, 0.9), 0),
        ((40, 40, 38), (1.0, 1.0, 1.0), 2),  # isotropic: k by convention
        ((20, 60, 60), (1.0, 1.0, 1.0), 0),  # isotropic, but a slab
        ((40, 40, 38), (1.0, 1.05, 1.0), 2),  # as good as isotropic
    ],
)
def test_the_axis_across_the_slices(size: tuple, spacing: tuple, axis: int) -> None:
    one = volume(SAGITTAL, spacing, size)
    assert slice_axis(one) == axis
    assert abs(slice_normal(one) @ one.directions[:, axis]) == pytest.approx(1.0)


def test_roles() -> None:
    assert parse_role("T2") == (Plane.SAGITTAL, Contrast.T2)
    assert parse_role("ax_t2") == (Plane.AXIAL, Contrast.T2)
    assert parse_role("T2_space") == (Plane.SAGITTAL, Contrast.T2_SPACE)
    assert parse_role("COR_STIR") == (Plane.CORONAL, Contrast.STIR)
    for wrong in ("", "T3", "unknown", "AX", None):
        with pytest.raises(UsageError, match="no role"):
            parse_role(wrong)


@pytest.fixture(scope="module")
def spine() -> dict[str, Volume]:
    """Middle slices of a digital patient by role."""
    roles = ("T1", "T2", "T2_SPACE", "T2_FS")
    made = make_study(3, series=roles, middle_slices=3).study.series
    return {role: one.volume for role, one in zip(roles, made, strict=True)}


def test_the_picture_tells_what_nothing_names(spine: dict[str, Volume]) -> None:
    for role, contrast in (
        ("T1", Contrast.T1),
        ("T2", Contrast.T2),
        ("T2_SPACE", Contrast.T2_SPACE),
        ("T2_FS", Contrast.STIR),
    ):
        assert contrast_from_picture(spine[role]).contrast == contrast
    assert "the image shows a T2" in contrast_from_picture(spine["T2"]).reason


def test_scaling_of_intensities_does_not_matter(spine: dict[str, Volume]) -> None:
    one = spine["T2"]
    for changed in (one.array * 37.0, one.array * np.linspace(0.5, 2, one.size[0])):
        assert contrast_from_picture(one.with_array(changed)).contrast == Contrast.T2


def test_what_is_no_sagittal_spine_is_no_contrast(spine: dict[str, Volume]) -> None:
    one = spine["T2"]
    noise = np.random.default_rng(0).normal(100, 10, one.array.shape).astype(np.float32)
    assert contrast_from_picture(one.with_array(noise)).contrast in (Contrast.OTHER, Contrast.UNKNOWN)
    assert contrast_from_picture(upright()).contrast == Contrast.UNKNOWN
    axial = contrast_from_picture(volume(np.eye(3), (0.6, 0.6, 4.0), (60, 60, 5)))
    assert axial.contrast == Contrast.UNKNOWN
    assert "axial" in axial.reason


@pytest.mark.slow
def test_real_slices_without_their_names(data_dir: Path) -> None:
    files = sorted((data_dir / "spider" / "midsagittal").glob("*.nii.gz"))[::6]
    right = wrong = 0
    for file in files:
        contrast = contrast_from_picture(read_volume(file)[0]).contrast
        truth = Contrast.T2 if "_t2" in file.name else Contrast.T1
        right += contrast == truth
        wrong += contrast not in (truth, Contrast.UNKNOWN)
    assert right >= 0.97 * len(files)
    assert wrong <= 0.01 * len(files)
