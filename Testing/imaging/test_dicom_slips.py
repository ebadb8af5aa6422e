"""Series whose headers slip: a place written twice, slices stored mirrored, spacing in turn, times and dates put in."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dicom_files import set_pixels, write_classic, write_spines
from discgrader.errors import StudyError
from discgrader.imaging.dicom_values import named
from discgrader.imaging.names import AFTER_AGENT
from discgrader.imaging.study import Contrast
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume
from discgrader.phantom.study import make_study
from pydicom.dataset import Dataset
from volumes import SLICES, TILT, found, spine, volume


@pytest.mark.parametrize("slip", [(6, 5), (6, 7), (6, 2), (3, 9)])
def test_one_slice_that_states_the_place_of_another_costs_no_other_slice(slip, tmp_path):
    """Image numbers once read this as two series taken in turn, and every second slice was made up."""
    wrong, taken = slip
    whole = spine()

    def change(image: Dataset, k: int) -> None:
        if k == wrong:
            image.ImagePositionPatient = [f"{one:.6f}" for one in whole.index_to_lps([0, 0, taken])]

    write_classic(tmp_path / "a", whole, change=change)
    study = read_study(tmp_path / "a")
    [series] = study.series
    assert series.volume.array.shape == whole.array.shape
    kept = [k for k in range(SLICES) if k not in (wrong, taken)]
    assert np.array_equal(series.volume.array[kept], whole.array[kept])
    assert sum(1 for file in series.files if file) == SLICES - 1
    assert any(named("ImagePositionPatient") in one.reason for one in study.left_out)


def mirrored(whole: Volume, which: Callable[[int], bool], ways: tuple[int, int]) -> Callable[[Dataset, int], None]:
    """Stores some slices with rows, columns or both running the other way, and says so."""

    def change(image: Dataset, k: int) -> None:
        if not which(k):
            return
        rows, columns = ways
        corner = [0 if columns > 0 else whole.size[0] - 1, 0 if rows > 0 else whole.size[1] - 1, k]
        image.ImagePositionPatient = [f"{one:.6f}" for one in whole.index_to_lps(corner)]
        row, column = whole.directions[:, 0] * columns, whole.directions[:, 1] * rows
        image.ImageOrientationPatient = [f"{one:.6f}" for one in (*row, *column)]
        set_pixels(image, whole.array[k][::rows, ::columns])

    return change


@pytest.mark.parametrize("ways", [(1, -1), (-1, 1), (-1, -1)])
@pytest.mark.parametrize(
    "which", [lambda k: k == 4, lambda k: k in (3, 7, 8, 9), lambda k: k % 3 == 0, lambda k: k > 7]
)
def test_slices_stored_mirrored_are_one_series_and_none_moves(which, ways, tmp_path):
    whole = spine()
    write_classic(tmp_path / "a", whole, change=mirrored(whole, which, ways))
    study = read_study(tmp_path / "a")
    series = found(study, whole)
    assert len(study.series) == 1 and not study.left_out
    assert any(named("ImageOrientationPatient") in warning for warning in series.warnings)


def test_a_whole_series_stored_mirrored_is_like_any_other(tmp_path):
    whole = spine()
    write_classic(tmp_path / "a", whole, change=mirrored(whole, lambda k: True, (1, -1)))
    [series] = read_study(tmp_path / "a").series
    assert series.warnings == ()
    for index in ([0, 0, 0], [29, 5, 3], [7, 31, 11]):
        there = np.rint(series.volume.lps_to_index(whole.index_to_lps(index))).astype(int)
        assert series.volume.array[tuple(there[::-1])] == whole.array[tuple(index[::-1])]


def test_a_slice_whose_direction_contradicts_its_place_is_named(tmp_path):
    def change(image: Dataset, k: int) -> None:
        if k == 5:
            image.ImageOrientationPatient = [-one for one in image.ImageOrientationPatient[:3]] + list(
                image.ImageOrientationPatient[3:]
            )

    whole = spine()
    write_classic(tmp_path / "a", whole, change=change)
    study = read_study(tmp_path / "a")
    [series] = study.series
    assert np.array_equal(np.delete(series.volume.array, 5, axis=0), np.delete(whole.array, 5, axis=0))
    assert [one.reason for one in study.left_out] == [
        f"contradicts the other slices: {named('ImageOrientationPatient')} differs"
    ]


@pytest.mark.parametrize("apart", [False, True])
def test_spacing_that_changes_from_slice_to_slice_is_refused_by_the_attribute(apart, tmp_path):
    """Two series of every second slice were made of it, one of which was of a wrong size."""

    def change(image: Dataset, k: int) -> None:
        image.PixelSpacing = ["0.9", "1.0"] if k % 2 else ["1.0", "0.9"]
        if apart:
            image.EchoTime, image.RepetitionTime = (100, 4000) if k % 2 else (10, 500)

    write_classic(tmp_path / "a", spine(), change=change)
    if apart:
        assert len(read_study(tmp_path / "a").series) == 2
        return
    with pytest.raises(StudyError) as error:
        read_study(tmp_path / "a")
    assert named("PixelSpacing") in str(error.value)


def test_concatenations_of_one_series_with_other_repetition_times_are_one(tmp_path):
    whole = spine()
    write_classic(
        tmp_path / "a",
        whole,
        EchoTime=100,
        change=lambda image, k: setattr(image, "RepetitionTime", 3000 if k % 2 else 4000),
    )
    study = read_study(tmp_path / "a")
    assert len(study.series) == 1
    found(study, whole)


def test_the_series_before_the_agent_is_not_called_one_with_contrast(tmp_path):
    agents = {}, {"ContrastBolusAgent": "Gadovist"}
    write_spines(tmp_path / "a", *agents, SeriesDescription="T1 SAG", EchoTime=10, RepetitionTime=500)
    study = read_study(tmp_path / "a")
    assert {series.name: bool(series.traits) for series in study.series} == {
        "T1 SAG no contrast": False,
        "T1 SAG contrast Gadovist": True,
    }


def examination(number: int) -> dict[str, str]:
    """Identifiers of a series in an examination of its own."""
    return {
        "SeriesInstanceUID": f"1.2.{number}",
        "StudyInstanceUID": f"1.7.{number}",
        "FrameOfReferenceUID": f"1.9.{number}",
    }


def two_examinations(folder: Path, date: str, times: tuple[str, str]) -> None:
    apart = [examination(number) | {"StudyTime": time} for number, time in enumerate(times)]
    write_spines(folder, *apart, StudyDate=date)


def test_two_examinations_of_one_day_are_told_apart_by_their_times(tmp_path):
    two_examinations(tmp_path / "a", "20240102", ("090000", "183000"))
    study = read_study(tmp_path / "a")
    assert len(study.series) == 1
    said = " ".join(study.warnings)
    assert "2024-01-02 18:30:00" in said and "2024-01-02 09:00:00" in said


@pytest.mark.parametrize("time", ["000000", "000000.000", "00:00:00", ""])
def test_a_time_that_was_taken_away_makes_no_examination_of_two(time, tmp_path):
    two_examinations(tmp_path / "a", "19000101", (time, time))
    with pytest.raises(StudyError, match=r"2 examinations.*StudyTime \(0008,0030\)"):
        read_study(tmp_path / "a")


@pytest.mark.parametrize(("renumbered", "parts"), [(True, 3), (False, 1)])
def test_axial_blocks_that_are_counted_on_are_not_joined_by_slices_made_up(renumbered, parts, tmp_path):
    whole = volume(TILT, (1.0, 1.0, 4.0), (20, 20, 18))
    kept = [k for k in range(18) if k % 7 < 4]
    write_classic(
        tmp_path / "a",
        whole,
        keep=kept,
        change=lambda image, k: renumbered and setattr(image, "InstanceNumber", kept.index(k) + 1),
    )
    series = read_study(tmp_path / "a").series
    assert len(series) == parts
    if parts > 1:
        assert sum(one.volume.size[2] for one in series) == len(kept)
        assert all(None not in one.files for one in series)


@pytest.mark.parametrize("keyword", ["AcquisitionDate", "SeriesDate"])
def test_pictures_taken_years_apart_are_two_examinations_whatever_the_study_says(keyword, tmp_path):
    """Anonymizers put one StudyDate and StudyInstanceUID in for all, and forget the other dates."""
    write_spines(
        tmp_path / "a",
        {"SeriesInstanceUID": "1.2.0", keyword: "20190101"},
        {"SeriesInstanceUID": "1.2.1", keyword: "20240101"},
    )
    study = read_study(tmp_path / "a")
    assert len(study.series) == 1
    found(study, spine(1))
    assert study.examination.date == "2024-01-01" and "2019-01-01" in study.left_out[0].reason


def test_a_series_computed_later_belongs_to_its_examination(tmp_path):
    write_classic(tmp_path / "a", spine(0), prefix="A", SeriesInstanceUID="1.2.0", SeriesDate="20240102")
    write_classic(
        tmp_path / "a",
        spine(1),
        prefix="B",
        SeriesInstanceUID="1.2.1",
        SeriesDate="20240302",
        ImageType=["DERIVED", "SECONDARY", "MPR"],
    )
    assert len(read_study(tmp_path / "a").series) == 2


@pytest.mark.parametrize("filler", ["0", "NONE", "ANONYMOUS", "000"])
def test_a_filler_makes_no_examination_of_two(filler, tmp_path):
    apart = [examination(number) | {"StudyTime": time} for number, time in enumerate(("090000", "183000"))]
    write_spines(tmp_path / "a", *apart, AccessionNumber=filler)
    study = read_study(tmp_path / "a")
    assert len(study.series) == 1
    found(study, spine(1))


def test_a_man_and_a_woman_without_names_are_two_patients(tmp_path):
    both = [{"SeriesInstanceUID": f"1.2.{number}", "PatientSex": sex} for number, sex in enumerate("MF")]
    write_spines(tmp_path / "a", *both, PatientID="", PatientName="")
    with pytest.raises(StudyError, match=r"2 patients \(PatientSex \(0010,0040\) differs\)"):
        read_study(tmp_path / "a")


def test_the_part_of_the_body_tells_series_of_one_name_apart(tmp_path):
    write_spines(
        tmp_path / "a",
        {"SeriesInstanceUID": "1.2.0", "BodyPartExamined": "CSPINE"},
        {"SeriesInstanceUID": "1.2.1", "BodyPartExamined": "LSPINE"},
        SeriesDescription="T2 sag",
    )
    study = read_study(tmp_path / "a")
    assert found(study, spine(0)).traits == ("cervical spine",)
    assert found(study, spine(1)).traits == ()


@pytest.mark.parametrize("times", [(0.1, 4.0), (1e5, 4e6), (100, 4e6)])
def test_times_in_another_unit_say_nothing_of_the_contrast(times, tmp_path):
    t2 = make_study(3, series=("T2",), middle_slices=5).study.series[0].volume
    values = dict(zip(("EchoTime", "RepetitionTime"), times, strict=True))
    write_classic(tmp_path / "a", t2.with_array(t2.array.astype(np.int16)), SeriesDescription="", **values)
    [series] = read_study(tmp_path / "a").series
    assert series.role == "T2" and "image shows" in series.contrast_reason


def test_a_mosaic_is_nothing_to_grade_from(tmp_path):
    write_classic(
        tmp_path / "a",
        spine(slices=1),
        ImageType=["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"],
        SeriesDescription="T2 sag",
        EchoTime=100,
        RepetitionTime=4000,
    )
    assert read_study(tmp_path / "a").series[0].contrast is Contrast.OTHER


@pytest.mark.parametrize("usual", [1.0, 2.5])
@pytest.mark.parametrize("slip", [None, 10.0])
def test_one_slice_of_another_scale_is_told(usual, slip, tmp_path):
    def change(image: Dataset, k: int) -> None:
        slope = slip if k == 4 else usual
        if slope is not None:
            image.RescaleSlope, image.RescaleIntercept = slope, 0

    write_classic(tmp_path / "a", spine(), change=change)
    [series] = read_study(tmp_path / "a").series
    told = [warning for warning in series.warnings if named("RescaleSlope") in warning]
    assert len(told) == (0 if (usual, slip) == (1.0, None) else 1)
    assert all(("has no" in one) == (slip is None) and "Image 5" in one for one in told)


def test_scales_that_differ_from_slice_to_slice_are_followed_without_a_word(tmp_path):
    """As Philips writes them."""
    whole = spine()
    write_classic(
        tmp_path / "a", whole, RescaleIntercept=0, change=lambda image, k: setattr(image, "RescaleSlope", 1 + k / 4)
    )
    [series] = read_study(tmp_path / "a").series
    assert series.warnings == ()
    assert np.allclose(series.volume.array, whole.array * (1 + np.arange(SLICES) / 4)[:, None, None])


@pytest.mark.parametrize(
    "values",
    [
        {"ContrastBolusVolume": 10},
        {"ContrastBolusTotalDose": 7.5},
        {"ContrastBolusIngredient": "GADOLINIUM"},
        {"ContrastBolusAgentSequence": [Dataset()]},
        {"ContrastBolusAgent": "Gadovist"},
    ],
)
def test_contrast_agent_is_seen_however_it_is_stated(values, tmp_path):
    none = {"ContrastBolusVolume": 0, "ContrastBolusAgent": "NONE"}
    apart = [{"SeriesInstanceUID": f"1.2.{number}", **more} for number, more in enumerate((none, values))]
    write_spines(tmp_path / "a", *apart, SeriesDescription="T1 sag")
    study = read_study(tmp_path / "a")
    assert AFTER_AGENT not in found(study, spine(0)).traits
    assert AFTER_AGENT in found(study, spine(1)).traits


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_directions_rounded_slice_by_slice_are_one_series(seed, tmp_path):
    whole, rng = volume(TILT, (1.0, 1.0, 4.0), (40, 40, 12)), np.random.default_rng(seed)

    def change(image: Dataset, k: int) -> None:
        stated = np.array(image.ImageOrientationPatient, float) + rng.uniform(-0.0005, 0.0005, 6)
        image.ImageOrientationPatient = [f"{one:.3f}" for one in stated]

    write_classic(tmp_path / "a", whole, change=change)
    [series] = read_study(tmp_path / "a").series
    assert np.abs(series.volume.index_to_lps([20, 20, 11]) - whole.index_to_lps([20, 20, 11])).max() < 0.1


def test_parts_told_apart_by_description_are_called_by_it_once(tmp_path):
    names = {"WATER: Sag T2 Flex", "FAT: Sag T2 Flex"}
    write_spines(tmp_path / "a", *({"SeriesDescription": name} for name in sorted(names, reverse=True)))
    assert {series.name for series in read_study(tmp_path / "a").series} == names
