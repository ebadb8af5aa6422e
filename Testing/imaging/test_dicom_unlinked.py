"""Series in separate folders that name neither study nor date: of one examination by their pictures, or refused."""

from pathlib import Path

import numpy as np
import pytest
from dicom_files import write_classic
from discgrader.errors import StudyError
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume
from discgrader.phantom.study import make_study

NOTHING = {"StudyInstanceUID": "", "StudyDate": "", "StudyTime": "", "PatientID": "", "PatientName": ""}
TIMES = {"T2": {"EchoTime": 100, "RepetitionTime": 4000}, "T1": {"EchoTime": 10, "RepetitionTime": 500}}
ROLES = ("T2", "T1", "AX_T2")


@pytest.fixture(scope="module")
def persons():
    return [
        {
            series.role: Volume(series.volume.array.astype(np.int16), series.volume.affine_lps)
            for series in make_study(seed, series=ROLES, middle_slices=9).study.series
        }
        for seed in (3, 11)
    ]


def write(folder: Path, volume: Volume, role: str, uid: str, **values: object) -> None:
    times = TIMES[role.removeprefix("AX_")]
    write_classic(
        folder,
        volume,
        **NOTHING | times | {"SeriesInstanceUID": uid, "FrameOfReferenceUID": "", "SeriesDescription": role} | values,
    )


def one_frame_each(uid: str) -> dict[str, str]:
    return {"FrameOfReferenceUID": uid}


@pytest.mark.parametrize(("first", "second"), [(("T2",), ("T1",)), (("T2", "T1"), ("AX_T2",)), (("T2",), ("T2", "T1"))])
def test_folders_of_two_persons_are_not_mixed(first, second, persons, tmp_path: Path) -> None:
    for folder, (roles, person) in {"A": (first, persons[0]), "B": (second, persons[1])}.items():
        for role in roles:
            uid = f"1.2.{ord(folder)}.{len(role)}{role[-1]}".replace("T", "")
            write(tmp_path / "a" / folder / role, person[role], role, uid)
    with pytest.raises(StudyError, match=r"folders .* may belong to two examinations: StudyInstanceUID \(0020,000D\)"):
        read_study(tmp_path / "a")


def test_the_same_person_twice_is_not_mixed(persons, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 9, persons[0]["T2"].array.shape)
    again = persons[0]["T2"].with_array(np.clip(persons[0]["T2"].array + noise, 0, None).astype(np.int16))
    write(tmp_path / "a" / "first", persons[0]["T2"], "T2", "1.2.1")
    write(tmp_path / "a" / "second", again, "T2", "1.2.2")
    with pytest.raises(StudyError, match="first and second that may belong to two examinations"):
        read_study(tmp_path / "a")


@pytest.mark.parametrize("frames", [False, True])
def test_series_of_one_person_in_folders_of_their_own_are_one_study(frames, persons, tmp_path: Path) -> None:
    for number, role in enumerate(ROLES):
        values = one_frame_each(f"1.9.{number}") if frames else {}
        write(tmp_path / "a" / role, persons[0][role], role, f"1.2.{number}", **values)
    assert sorted(series.role for series in read_study(tmp_path / "a").series) == sorted(ROLES)


def test_what_names_nothing_is_not_put_to_an_examination_of_another_person(persons, tmp_path: Path) -> None:
    known = {"StudyInstanceUID": "1.7", "StudyDate": "20240101", "StudyTime": "101500"}
    write(tmp_path / "a" / "first", persons[0]["T2"], "T2", "1.2.1", **known)
    write(tmp_path / "a" / "second", persons[1]["AX_T2"], "AX_T2", "1.2.2")
    with pytest.raises(StudyError, match="first and second that may belong to two examinations"):
        read_study(tmp_path / "a")


def test_in_one_folder_they_are_what_somebody_put_together(persons, tmp_path: Path) -> None:
    for number, role in enumerate(("T2", "T1")):
        write(tmp_path / "a", persons[number][role], role, f"1.2.{number}", prefix=role)
    assert len(read_study(tmp_path / "a").series) == 2


def test_what_headers_link_is_not_asked_of_pictures(persons, tmp_path: Path) -> None:
    for number, role in enumerate(("T2", "T1")):
        write(tmp_path / "a" / role, persons[number][role], role, f"1.2.{number}", StudyDate="20240101")
    assert len(read_study(tmp_path / "a").series) == 2
