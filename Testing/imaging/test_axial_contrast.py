"""Axial series that nothing names: told by their tissues where these tell, and never graded as what they are not."""

import json
from pathlib import Path

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.grading.axial import usable_series
from discgrader.imaging.files import read_volume, write_volume
from discgrader.imaging.flat_picture import channels, flat_pictures
from discgrader.imaging.picture_contrast import mean_logits, picture_contrast
from discgrader.imaging.picture_network import picture_network, planes_with_network
from discgrader.imaging.study import Contrast, Plane, Study
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.tissue_network import DISC, FAT, MUSCLE, SAC, VERTEBRA, measures_of, tissue_brightness
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Localization
from discgrader.phantom.files import write_study
from discgrader.phantom.study import PhantomStudy, make_study
from places import DATA

T1, T2, UNKNOWN = Contrast.T1, Contrast.T2, Contrast.UNKNOWN
PUBLIC = ("public", "no-numbers")

pytestmark = pytest.mark.skipif("axial" not in planes_with_network(), reason="no axial network ships")


@pytest.fixture(scope="module")
def phantom() -> PhantomStudy:
    """Sagittal and axial T1 and T2, T1 first of each."""
    return make_study(23, series=("AX_T1", "T1", "AX_T2", "T2"), middle_slices=7)


def picture(sac: float, fat: float, muscle: float, column: float) -> tuple[np.ndarray, np.ndarray]:
    """What a network sees of a schematic slice of these brightnesses, and which tissue lies where."""
    tissues = np.zeros((6, 56, 52), np.float32)
    tissues[SAC, 30:34, 23:29] = 1
    tissues[VERTEBRA, 18:24, 20:32] = 1
    tissues[DISC, 24:28, 20:32] = 1
    tissues[MUSCLE, 36:44, 14:38] = 1
    tissues[FAT, 46:52, 10:42] = 1
    tissues[-1] = 1 - tissues[:-1].sum(axis=0)
    values = np.array([sac, fat, muscle, column, column, 0.1])
    bright = np.tensordot(values, tissues, 1).repeat(2, axis=0).repeat(2, axis=1)
    return np.stack([np.sqrt(bright), np.zeros_like(bright)]).astype(np.float32), tissues


def test_brightness_is_measured_where_tissues_lie() -> None:
    bright = tissue_brightness(*picture(0.8, 0.6, 0.2, 0.4))
    assert np.allclose(bright, [0.8, 0.8, 0.8, 0.6, 0.4, 0.2], atol=1e-3)
    assert np.allclose(measures_of(bright)[[0, 3]], np.log([0.82 / 0.22, 0.62 / 0.22]), atol=1e-3)


@pytest.mark.parametrize("missing", [(SAC,), (MUSCLE,), (FAT,), (VERTEBRA, DISC)])
def test_without_one_of_the_tissues_nothing_is_measured(missing: tuple[int, ...]) -> None:
    seen, tissues = picture(0.8, 0.6, 0.2, 0.4)
    tissues[list(missing)] = 0
    assert tissue_brightness(seen, tissues) is None


def test_a_sac_as_large_as_a_belly_is_none() -> None:
    seen, tissues = picture(0.8, 0.6, 0.2, 0.4)
    tissues[SAC, 30:45, 5:45] = 1
    assert tissue_brightness(seen, tissues) is None


def test_slices_that_show_no_spine_do_not_count() -> None:
    logits = np.array([[1.0, 3.0], [np.nan, np.nan], [3.0, 3.0]])
    assert mean_logits(logits).tolist() == [2.0, 3.0]
    assert mean_logits(logits[1:2]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("seed", range(4))
def test_noise_and_shapes_are_not_told(seed: int) -> None:
    random = np.random.default_rng(seed)
    affine = np.diag([0.7, 0.7, 4.0, 1.0])
    for array in (
        random.random((5, 280, 280)),
        random.rayleigh(1, (5, 280, 280)),
        np.kron(random.random((5, 7, 7)), np.ones((1, 40, 40))),
    ):
        assert picture_contrast(Volume(array, affine), Plane.AXIAL).contrast is UNKNOWN


def test_the_sac_of_a_digital_spine_is_made_out(phantom: PhantomStudy) -> None:
    """On T1 and T2 alike, CSF dark on one and bright on the other."""
    network = picture_network("axial")
    measured = {}
    for series in phantom.study.series:
        if series.plane is Plane.AXIAL:
            seen = [channels(*picture) for picture in flat_pictures(series.volume, Plane.AXIAL)]
            found = [tissue_brightness(one, network.tissues(one)) for one in seen]
            measured[series.contrast] = np.median([measures_of(one)[0] for one in found if one is not None])
            assert sum(one is not None for one in found) >= 3
    assert measured[T1] < 0.3 and measured[T2] > 0.7


def assert_told(study: Study, phantom: PhantomStudy) -> None:
    """Each axial series is what it was made as, or unknown if it is T1; the T2 says how it was told and how surely."""
    for made in phantom.study.series:
        if made.plane is Plane.AXIAL:
            [one] = [series for series in study.series if np.array_equal(series.volume.array, made.volume.array)]
            assert one.contrast in ((T2,) if made.contrast is T2 else (T1, UNKNOWN))
            if made.contrast is T2:
                assert one.probability >= 0.8
                assert "nothing names its contrast" in one.contrast_reason and "% certain" in one.contrast_reason


def test_stripped_dicom_is_told(phantom: PhantomStudy, tmp_path: Path) -> None:
    write_study(phantom, tmp_path / "study", True, PUBLIC)
    study = read_study(tmp_path / "study")
    assert len(study.series) == 4 and {series.header.get("EchoTime") for series in study.series} == {None}
    assert_told(study, phantom)


def write_nameless(phantom: PhantomStudy, folder: Path) -> Path:
    folder.mkdir()
    for number, one in enumerate(phantom.study.series):
        write_volume(one.volume, folder / f"{'abcd'[number]}.nii.gz")
    return folder


def test_nifti_without_names_is_told(phantom: PhantomStudy, tmp_path: Path) -> None:
    assert_told(read_study(write_nameless(phantom, tmp_path / "study")), phantom)


@pytest.mark.parametrize("seed", [31, 32, 33, 34, 35, 36])
def test_no_axial_t1_is_taken_for_t2_nor_t2_for_t1(seed: int) -> None:
    blocks = 3 if seed % 2 else 0
    for series in make_study(seed, series=("AX_T1", "AX_T2"), blocks=blocks, middle_slices=9).study.series:
        assert picture_contrast(series.volume, Plane.AXIAL).contrast in (series.contrast, UNKNOWN), series.name


def test_an_axial_t1_alone_serves_no_system(phantom: PhantomStudy, tmp_path: Path) -> None:
    made = phantom.study.series[0]
    assert made.role == "AX_T1"
    (tmp_path / "study").mkdir()
    write_volume(made.volume, tmp_path / "study" / "a.nii.gz")
    study = read_study(tmp_path / "study")
    usable, why = usable_series(study, Localization("a", made.volume, (), ()))
    assert usable == () and "no axial T2" in why
    assert study.series[0].role in ("AX_T1", "AX_unknown")


def test_a_name_that_the_picture_contradicts_is_not_believed(phantom: PhantomStudy, tmp_path: Path) -> None:
    """Where it is sure, it says so; it never grades a T1 called T2 without a word."""
    (tmp_path / "study").mkdir()
    write_volume(phantom.study.series[0].volume, tmp_path / "study" / "ax_t2.nii.gz")
    [series] = read_study(tmp_path / "study").series
    if series.role == "AX_T1":
        assert any("but the image shows a T1" in warning for warning in series.warnings)
    else:
        assert series.probability is None or series.probability < 0.5


@pytest.mark.slow
def test_such_a_study_is_graded_from_its_axial_t2(phantom: PhantomStudy, tmp_path: Path, torch, capsys) -> None:
    """From the command line, without any role, whichever series comes first."""
    write_study(phantom, tmp_path / "study", True, PUBLIC)
    assert main(["grade", str(tmp_path / "study"), "-o", str(tmp_path / "out"), "--system", "axial-multitask"]) == 0
    written = json.loads((tmp_path / "out" / "grades.json").read_text(encoding="utf-8"))
    axial = next(one for one in written["series"] if one["role"] == "AX_T2")
    assert "% certain" in axial["contrast_reason"]
    graded = [grade for disc in written["discs"] for grade in disc["grades"]]
    # Its few slices show one disc.
    assert {one["system"] for one in graded} == {"axial-multitask"} and len(graded) >= 3
    assert not any("axial-multitask" in disc["not_graded"] for disc in written["discs"] if disc["grades"])
    assert f"series '{axial['name']}'" not in capsys.readouterr().err


@pytest.mark.skipif(not (DATA / "axial_looking").is_dir(), reason="the shared data is not here")
def test_real_t2_slices_of_other_scanners_are_never_called_t1() -> None:
    """Single slices of 84 patients, which nothing was trained on."""
    import csv

    from discgrader.training.contrast.pool import axial_png

    found = []
    for row in csv.DictReader((DATA / "axial_looking" / "discs.csv").open(encoding="utf-8")):
        volume = axial_png(DATA / "axial_looking" / row["picture"], float(row["pixel_mm_estimated"]))
        found.append(picture_contrast(volume, Plane.AXIAL).contrast)
    assert T1 not in found and found.count(T2) >= 0.3 * len(found)


@pytest.mark.skipif(not (DATA / "open_volumes").is_dir(), reason="the shared data is not here")
def test_a_real_stack_with_dark_csf_is_not_taken_for_t2() -> None:
    """It is called T2, but its CSF is as dark as muscle."""
    found = picture_contrast(read_volume(DATA / "open_volumes" / "axial_t2.nii.gz")[0], Plane.AXIAL)
    assert found.contrast is not T2
