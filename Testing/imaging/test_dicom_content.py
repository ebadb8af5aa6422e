"""What belongs together in a DICOM folder is decided by position and content: series, doubles, examinations,
patients."""

import shutil

import pytest
from dicom_files import only, write_classic
from discgrader.errors import StudyError
from discgrader.imaging.dicom_values import named
from discgrader.imaging.study_reader import read_study
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from volumes import SLICES, assert_same, found, spine


def test_stations_beside_each_other_in_the_plane_are_series_of_their_own(tmp_path):
    upper, lower = spine(1), spine(2, by=(0.0, 0.0, -25.0))
    write_classic(tmp_path / "a", upper, prefix="A")
    write_classic(tmp_path / "a", lower, prefix="B")
    study = read_study(tmp_path / "a")
    assert len(study.series) == 2
    found(study, upper)
    found(study, lower)


@pytest.mark.parametrize(
    "apart",
    [
        {"SeriesNumber": (3, 4)},
        {"SeriesDescription": ("t2 sag", "t1 sag")},
        {"EchoTime": (100, 9)},
        {"RepetitionTime": (4000, 500)},
        {"AcquisitionTime": ("101010", "111010")},
        {"ImageType": (["M"], ["P"])},
        {"ScanningSequence": ("SE", "GR")},
        {"InstanceNumber": None},
        {},
    ],
)
def test_two_contrasts_under_one_series_are_told_apart_or_refused(apart, tmp_path):
    one, other = spine(1), spine(2)
    for number, picture in enumerate((one, other)):
        values = {keyword: value[number] for keyword, value in apart.items() if value}

        def change(dataset: Dataset, k: int, number: int = number) -> None:
            dataset.InstanceNumber = k + 1 + (SLICES * number if "InstanceNumber" in apart else 0)

        write_classic(tmp_path / "a", picture, prefix="IM" if number else "IM1", change=change, **values)
    if not apart:
        (tmp_path / "b").mkdir()
        for number, path in enumerate(sorted((tmp_path / "a").iterdir())):
            shutil.copy(path, tmp_path / "b" / f"{number * 7 % 97:04d}")
        with pytest.raises(StudyError, match="nor InstanceNumber"):
            read_study(tmp_path / "b")
        return
    study = read_study(tmp_path / "a")
    assert len(study.series) == 2
    found(study, one)
    found(study, other)


def test_two_contrasts_told_apart_by_folder_alone(tmp_path):
    for number in (1, 2):
        write_classic(
            tmp_path / "a" / f"s{number}", spine(number), change=lambda d, k: setattr(d, "InstanceNumber", k + 1)
        )
    study = read_study(tmp_path / "a")
    assert len(study.series) == 2
    found(study, spine(1))
    found(study, spine(2))


def test_two_series_between_each_other_are_parted_by_what_they_show(tmp_path):
    one, other = spine(1), spine(2, by=(-2.0, 0.0, 0.0))
    write_classic(tmp_path / "a", one, prefix="A")
    write_classic(tmp_path / "a", other, prefix="B", change=lambda d, k: setattr(d, "InstanceNumber", k + 1))
    study = read_study(tmp_path / "a")
    assert len(study.series) == 2
    found(study, one)
    found(study, other)


@pytest.mark.parametrize("uid", [lambda k: "1.2.3", lambda k: f"1.2.3.{k}"])
def test_instance_uids_that_are_used_again_lose_nothing(uid, tmp_path):
    for number in (1, 2):
        write_classic(
            tmp_path / "a",
            spine(number),
            prefix="AB"[number - 1],
            SeriesInstanceUID=f"1.2.{number}",
            change=lambda d, k: setattr(d, "SOPInstanceUID", uid(k)),
        )
    study = read_study(tmp_path / "a")
    for number in (1, 2):
        series = found(study, spine(number))
        files = series.files
        assert len(set(files)) == SLICES and all(file.name.startswith("AB"[number - 1]) for file in files)


def test_a_folder_copied_into_the_study_is_read_once(tmp_path):
    write_classic(tmp_path / "a" / "one", spine())
    shutil.copytree(tmp_path / "a" / "one", tmp_path / "a" / "two")
    study = read_study(tmp_path / "a")
    assert_same(spine(), only(study).volume)
    assert "duplicate" in study.left_out[0].reason


@pytest.mark.parametrize("place", [0.25, 1.1])
def test_one_slice_close_beside_another_is_left_out_and_named(place, tmp_path):
    write_classic(tmp_path / "a", spine())

    def beside(dataset: Dataset, k: int) -> None:
        dataset.ImagePositionPatient = list(spine().index_to_lps([0, 0, k + place / 4.0]))
        dataset.InstanceNumber = 99

    write_classic(tmp_path / "a", spine(), keep=[5], prefix="close", change=beside)
    series = only(read_study(tmp_path / "a"))
    assert_same(spine(), series.volume)
    assert any(f"{place:.2f} mm from" in warning and "image 99" in warning for warning in series.warnings)


@pytest.mark.parametrize("offset", [1.7, 4.0])
@pytest.mark.parametrize("numbered", [True, False])
def test_parallel_blocks_that_overlap_are_two_series(offset, numbered, tmp_path):
    one, other = spine(1, slices=7), spine(2, by=(-12.0 - offset, 0.0, 0.0), slices=7)
    if not numbered and offset == 4.0:
        pytest.skip("the same places without any order: refused, see above")
    for number, block in enumerate((one, other)):

        def change(dataset: Dataset, k: int, number: int = number) -> None:
            dataset.InstanceNumber = k + 1 + 7 * number
            if not numbered:
                del dataset.InstanceNumber

        write_classic(tmp_path / "a", block, prefix="IM" if number else "IM1", change=change)
    study = read_study(tmp_path / "a")
    assert len(study.series) == 2
    found(study, one)
    found(study, other)


def test_the_newest_examination_is_read_alone_and_said(tmp_path):
    write_classic(
        tmp_path / "a",
        spine(1),
        prefix="A",
        StudyDate="20190101",
        StudyInstanceUID=generate_uid(),
        SeriesInstanceUID="1.2.1",
        FrameOfReferenceUID="1.9.1",
        SeriesDescription="t2 old",
    )
    write_classic(tmp_path / "a", spine(2), prefix="B", StudyDate="20240101", SeriesInstanceUID="1.2.2")
    study = read_study(tmp_path / "a")
    found(study, spine(2))
    assert (len(study.series), study.examination.date) == (1, "2024-01-01")
    assert any(
        "2 examinations" in warning and "2024-01-01" in warning and "2019-01-01" in warning
        for warning in study.warnings
    )
    assert any("t2 old" in one.name and "2019-01-01" in one.reason for one in study.left_out)


def test_one_study_uid_with_dates_far_apart_is_two_examinations(tmp_path):
    for number, date in enumerate(("20190101", "20240101")):
        write_classic(
            tmp_path / "a", spine(number), prefix="AB"[number], StudyDate=date, SeriesInstanceUID=f"1.2.{number}"
        )
    assert read_study(tmp_path / "a").examination.date == "2024-01-01"
    assert len(read_study(tmp_path / "a").series) == 1


def test_an_examination_past_midnight_is_one(tmp_path):
    for number, date in enumerate(("20240101", "20240102")):
        write_classic(
            tmp_path / "a", spine(number), prefix="AB"[number], StudyDate=date, SeriesInstanceUID=f"1.2.{number}"
        )
    assert len(read_study(tmp_path / "a").series) == 2


def test_examinations_without_dates_are_refused_by_the_attribute(tmp_path):
    for number in (1, 2):
        write_classic(
            tmp_path / "a",
            spine(number),
            prefix="AB"[number - 1],
            StudyInstanceUID=f"1.7.{number}",
            StudyDate="",
            SeriesInstanceUID=f"1.2.{number}",
            FrameOfReferenceUID=f"1.9.{number}",
        )
    with pytest.raises(StudyError, match=r"2 examinations.*StudyDate \(0008,0020\)"):
        read_study(tmp_path / "a")


@pytest.mark.parametrize(
    ("one", "other", "several"),
    [
        ({"PatientID": "7"}, {"PatientID": "8"}, True),
        ({"PatientID": "", "PatientName": "A^B"}, {"PatientID": "", "PatientName": "C^D"}, True),
        ({"PatientID": "", "PatientName": ""}, {"PatientID": "", "PatientName": ""}, False),
        ({"PatientID": "", "PatientBirthDate": "19500101"}, {"PatientID": "", "PatientBirthDate": "19600101"}, True),
        ({"PatientID": "7", "PatientBirthDate": "19500101"}, {"PatientID": "7", "PatientBirthDate": "19600101"}, True),
        ({"PatientID": "", "PatientName": "Doe^Jane"}, {"PatientID": "", "PatientName": "DOE JANE"}, False),
        ({"PatientID": "7"}, {"PatientID": ""}, False),
    ],
)
def test_several_patients_are_refused_by_what_tells_them_apart(one, other, several, tmp_path):
    for number, values in enumerate((one, other)):
        write_classic(tmp_path / "a", spine(number), prefix="AB"[number], SeriesInstanceUID=f"1.2.{number}", **values)
    if several:
        with pytest.raises(StudyError, match="2 patients"):
            read_study(tmp_path / "a")
    else:
        assert len(read_study(tmp_path / "a").series) == 2


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"Modality": "", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, "CT Image Storage, not MR"),
        ({"Modality": "CT"}, named("Modality")),
        ({"Modality": "", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "KVP": 120}, "X-rays"),
    ],
)
def test_what_is_not_mr_is_named(values, reason, tmp_path):
    write_classic(
        tmp_path / "a", spine(), change=lambda d, k: [setattr(d, key, value) for key, value in values.items()]
    )
    with pytest.raises(StudyError) as error:
        read_study(tmp_path / "a")
    assert reason in str(error.value)


def test_slices_that_all_state_one_place_are_refused_by_the_attribute(tmp_path):
    write_classic(tmp_path / "a", spine(), change=lambda d, k: setattr(d, "ImagePositionPatient", [1, 2, 3]))
    with pytest.raises(StudyError, match=r"ImagePositionPatient \(0020,0032\) is the same on all 12"):
        read_study(tmp_path / "a")
