"""A study from a file, a DICOM folder or a folder of files, with roles given by hand, and folders of studies."""

import os
import socket
from pathlib import Path

import numpy as np
import pytest
from dicom_files import write_classic, write_enhanced
from discgrader.errors import Cancelled, StudyError, UsageError
from discgrader.imaging.files import write_volume
from discgrader.imaging.study import Plane
from discgrader.imaging.study_reader import MAX_FILES, find_studies, read_study
from discgrader.imaging.volume import Volume
from discgrader.pipeline.main_job import provenance_of
from discgrader.pipeline.settings import Settings
from discgrader.progress import Progress
from volumes import VOLUMES, upright, volume


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "Patient Müller 1"
    path.mkdir()
    return path


def test_one_file_is_a_study_named_by_its_whole_stem(folder: Path) -> None:
    write_volume(upright(), folder / "7.1_t2.nii.gz")
    study = read_study(folder / "7.1_t2.nii.gz")
    assert study.name == "7.1_t2"
    assert [(series.name, series.role, series.plane) for series in study.series] == [("7.1_t2", "T2", Plane.SAGITTAL)]
    assert study.series[0].source == (folder / "7.1_t2.nii.gz",)
    assert "T2" in study.series[0].contrast_reason


def test_folder_of_mixed_formats_is_one_study(folder: Path) -> None:
    write_volume(upright(), folder / "sag_t1.nrrd")
    write_volume(VOLUMES["oblique"], folder / "sag_T2.mha")
    write_volume(VOLUMES["axial"], folder / "ax_t2.nii.gz")
    write_classic(folder / "dicom", VOLUMES["anisotropic"], SeriesDescription="t2_space_sag")
    study = read_study(folder)
    assert study.name == "Patient Müller 1"
    assert {series.name: series.role for series in study.series} == {
        "sag_t1": "T1",
        "sag_T2": "T2",
        "ax_t2": "AX_T2",
        "t2_space_sag": "T2_SPACE",
    }
    assert [series.volume.size for series in study.series if series.role == "AX_T2"] == [VOLUMES["axial"].size]


@pytest.mark.parametrize("name", ["t2_mask", "t2_seg", "segmentation", "t2-label", "Segmentation_1", "t2.seg"])
def test_masks_are_passed_over_by_name(name: str, folder: Path) -> None:
    write_volume(upright(), folder / "t2.nii.gz")
    write_volume(upright(), folder / f"{name}.nii.gz")
    study = read_study(folder)
    assert [series.name for series in study.series] == ["t2"]
    assert any(name in warning for warning in study.warnings)


def test_masks_are_passed_over_by_what_they_hold(folder: Path) -> None:
    write_volume(upright(), folder / "t2.nii.gz")
    labels = np.zeros_like(upright().array)
    labels[2:4, 10:20, 10:20] = 201
    write_volume(upright().with_array(labels), folder / "t2_vertebral_bodies.nii.gz")
    study = read_study(folder)
    assert [series.name for series in study.series] == ["t2"]
    assert any("t2_vertebral_bodies" in warning for warning in study.warnings)


def test_hidden_and_foreign_files_do_no_harm(folder: Path) -> None:
    write_volume(upright(), folder / "t2.nii.gz")
    (folder / ".hidden.nii.gz").write_text("x")
    (folder / "._t2.nii.gz").write_text("x")
    (folder / "notes.txt").write_text("x")
    study = read_study(folder)
    assert len(study.series) == 1
    assert study.warnings == ()


def test_an_unreadable_series_is_named_and_the_others_are_read(folder: Path) -> None:
    write_volume(upright(), folder / "t2.nii.gz")
    (folder / "t1.nii.gz").write_text("no picture")
    study = read_study(folder)
    assert [series.name for series in study.series] == ["t2"]
    assert any("t1.nii.gz" in warning for warning in study.warnings)


def test_series_of_the_same_name_get_names_of_their_own(folder: Path) -> None:
    for number, description in enumerate(["t2 sag", "t2 sag"]):
        write_classic(
            folder,
            upright(),
            prefix="AB"[number],
            SeriesInstanceUID=f"1.2.{number}",
            SeriesDescription=description,
            SeriesNumber=number,
        )
    assert [series.name for series in read_study(folder).series] == ["t2 sag", "t2 sag_2"]


def test_nothing_to_read_is_said_plainly(folder: Path) -> None:
    with pytest.raises(StudyError, match="empty"):
        read_study(folder)
    with pytest.raises(StudyError, match="no file or folder"):
        read_study(folder / "missing")
    (folder / "notes.txt").write_text("x")
    with pytest.raises(StudyError, match="no readable image"):
        read_study(folder)
    with pytest.raises(StudyError, match=r"notes.txt is not an image"):
        read_study(folder / "notes.txt")
    (folder / "t1.nii.gz").write_text("x")
    with pytest.raises(StudyError, match=r"t1.nii.gz is not a NIfTI"):
        read_study(folder)


def test_a_file_or_folder_that_may_not_be_read(ordinary_folder: Path) -> None:
    (ordinary_folder / "study").mkdir()
    file = ordinary_folder / "study" / "t2.nii.gz"
    write_volume(upright(), file)
    file.chmod(0)
    with pytest.raises(StudyError, match="cannot be opened"):
        read_study(file)
    file.parent.chmod(0)
    with pytest.raises(StudyError, match="cannot be opened"):
        read_study(file.parent)
    file.parent.chmod(0o700)


def test_a_folder_of_many_patients_is_not_taken_for_one(folder: Path) -> None:
    write_volume(upright(), folder / "0_t2.nii")
    for number in range(1, MAX_FILES + 1):
        (folder / f"{number}_t2.nii").write_bytes((folder / "0_t2.nii").read_bytes())
    with pytest.raises(StudyError, match="too many for one examination"):
        read_study(folder)


def test_role_by_hand_overrides_the_name_and_says_so(folder: Path) -> None:
    write_volume(upright(), folder / "sag_t1.nii.gz")
    series = read_study(folder / "sag_t1.nii.gz", roles="T2").series[0]
    assert (series.role, series.contrast_reason) == ("T2", "set by the user")
    write_volume(VOLUMES["axial"], folder / "b.nii.gz")
    study = read_study(folder, roles={"b": "ax_t2", "sag_t1.nii.gz": "STIR"})
    assert {series.name: series.role for series in study.series} == {"b": "AX_T2", "sag_t1": "STIR"}


def test_roles_that_cannot_be_are_refused(folder: Path) -> None:
    write_volume(upright(), folder / "a.nii.gz")
    write_volume(VOLUMES["axial"], folder / "b.nii.gz")
    with pytest.raises(UsageError, match="no role T9"):
        read_study(folder, roles={"a": "T9"})
    with pytest.raises(UsageError, match="no series c; it has a, b"):
        read_study(folder, roles={"c": "T2"})
    with pytest.raises(UsageError, match="2 series"):
        read_study(folder, roles="T2")
    with pytest.raises(StudyError, match="b is axial, so it cannot serve as T2"):
        read_study(folder, roles={"b": "T2"})


def test_progress_is_told_and_can_stop(folder: Path) -> None:
    write_volume(upright(), folder / "a.nii.gz")
    write_classic(folder / "dicom", upright())
    heard: list[float] = []
    read_study(folder, progress=Progress(lambda stage, fraction, detail: heard.append(fraction)))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    progress = Progress()
    progress.stop.set()
    with pytest.raises(Cancelled):
        read_study(folder, progress=progress)


def test_every_file_and_every_subfolder_is_a_study(folder: Path) -> None:
    write_volume(upright(), folder / "100_t2.nii.gz")
    write_volume(upright(), folder / "100_t2_mask.nii.gz")
    write_volume(upright(), folder / "3_t1.mha")
    write_enhanced(folder / "enhanced.dcm", upright(), StudyInstanceUID="1.2.3")
    write_classic(folder / "patient 5" / "series 1", upright())
    (folder / "empty").mkdir()
    (folder / "readme.md").write_text("x")
    assert find_studies(folder) == [
        ("100_t2", folder / "100_t2.nii.gz"),
        ("3_t1", folder / "3_t1.mha"),
        ("enhanced", folder / "enhanced.dcm"),
        ("patient 5", folder / "patient 5"),
    ]


def test_studies_of_the_same_stem_get_names_of_their_own(folder: Path) -> None:
    for name in ("a.nii.gz", "a.mha", "A.nrrd"):
        write_volume(upright(), folder / name)
    (folder / "a").mkdir()
    write_volume(upright(), folder / "a" / "t2.nii.gz")
    names = [name for name, _ in find_studies(folder)]
    assert len(names) == 4
    assert len({name.lower() for name in names}) == 4


def test_loose_slices_make_the_folder_a_study(folder: Path) -> None:
    write_classic(folder, upright())
    assert find_studies(folder) == [(folder.name, folder)]
    write_volume(upright(), folder / "other.nii.gz")
    with pytest.raises(StudyError, match="loose DICOM"):
        find_studies(folder)


def test_a_folder_without_studies_is_refused(folder: Path) -> None:
    with pytest.raises(StudyError, match="no study"):
        find_studies(folder)
    with pytest.raises(StudyError, match="no folder"):
        find_studies(folder / "missing")


def test_one_slice_and_a_constant_picture(folder: Path) -> None:
    write_volume(VOLUMES["single slice"], folder / "t2.nii.gz")
    assert read_study(folder / "t2.nii.gz").series[0].plane == Plane.SAGITTAL
    write_volume(Volume(np.zeros((4, 5, 6), np.uint8), np.eye(4)), folder / "t1.nii.gz")
    assert any("same value" in warning for warning in read_study(folder).warnings)


def test_real_slices_are_read_with_their_roles(data_dir: Path) -> None:
    for stem, role in (("100_t1", "T1"), ("100_t2", "T2")):
        series = read_study(data_dir / "spider" / "midsagittal" / f"{stem}.nii.gz").series[0]
        assert (series.role, series.volume.array.shape[0]) == (role, 1)
    series = read_study(data_dir / "spider" / "t2_space" / "107_t2_SPACE.nii.gz").series[0]
    assert series.role == "T2_SPACE"


def test_a_role_puts_a_fine_volume_into_its_plane(folder: Path) -> None:
    one = volume(np.eye(3), (0.9, 0.9, 0.9), (60, 60, 60))
    write_volume(one, folder / "t2_space.nii.gz")
    assert read_study(folder).series[0].plane is Plane.AXIAL
    assert read_study(folder, roles="T2_SPACE").series[0].role == "T2_SPACE"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_pipes_and_sockets_in_a_study_are_passed_over_with_a_word(folder: Path) -> None:
    write_volume(upright(), folder / "t2.nii.gz")
    for name in ("pipe.nii.gz", "pipe.dcm", "pipe.nrrd", "pipe"):
        os.mkfifo(folder / name)
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(folder)
        one.bind("socket.nii")
        os.chdir(here)
    (folder / "gone.nii.gz").symlink_to(folder / "nowhere.nii.gz")
    study = read_study(folder)
    assert [series.name for series in study.series] == ["t2"]
    assert all(
        any(name in warning for warning in study.warnings)
        for name in ("pipe.nii.gz", "pipe.dcm", "socket.nii", "gone.nii.gz")
    )
    for name in ("pipe.nii.gz", "pipe.dcm"):
        with pytest.raises(StudyError, match="not a regular file"):
            read_study(folder / name)
    assert [name for name, _ in find_studies(folder.parent)] == [folder.name]


@pytest.mark.skipif(os.name == "nt", reason="names there are never bytes")
def test_names_that_are_not_utf_8_are_told_as_text(folder: Path) -> None:
    odd = folder.parent / os.fsdecode(b"M\xfcller")
    folder.rename(odd)
    write_volume(upright(), odd / os.fsdecode(b"t2_R\xfccken.nii.gz"))
    write_classic(odd / os.fsdecode(b"D\xfc"), VOLUMES["axial"], SeriesDescription="ax t2")
    write_volume(upright(), odd / os.fsdecode(b"mask_\xfc.nrrd"))
    (odd / os.fsdecode(b"bad_\xfc.nii")).write_bytes(b"nothing")
    study = read_study(odd)
    assert study.name == "Müller"
    assert {series.name for series in study.series} == {"t2_Rücken", "ax t2"}
    assert any("bad_ü.nii" in warning for warning in study.warnings) and any(
        "mask_ü" in warning for warning in study.warnings
    )
    assert find_studies(odd.parent) == [("Müller", odd)]
    "".join(study.warnings).encode("utf-8")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no file permissions of this kind")
def test_folders_that_cannot_be_opened_are_named(ordinary_folder: Path) -> None:
    write_volume(upright(), ordinary_folder / "t2.nii.gz")
    closed = ordinary_folder / "closed"
    closed.mkdir(mode=0)
    assert any("closed" in warning for warning in read_study(ordinary_folder).warnings)
    closed.chmod(0o700)


def test_reading_a_large_file_can_be_stopped(folder: Path) -> None:
    one = volume(np.eye(3), (0.5, 0.5, 0.5), (256, 256, 128))
    write_volume(one, folder / "t2.nii.gz")
    progress = Progress()
    checks = []

    class Stopping(Progress):
        def check(self) -> None:
            checks.append(1)
            if len(checks) > 2:
                progress.stop.set()
            super().check()

    with pytest.raises(Cancelled):
        read_study(folder / "t2.nii.gz", progress=Stopping(stop=progress.stop))


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no file permissions of this kind")
def test_a_study_that_cannot_be_opened_is_one_that_fails_alone(ordinary_folder: Path) -> None:
    for name in ("closed", "open"):
        (ordinary_folder / name).mkdir()
        write_volume(upright(), ordinary_folder / name / "t2.nii.gz")
    (ordinary_folder / "closed").chmod(0)
    try:
        assert [name for name, _ in find_studies(ordinary_folder)] == ["closed", "open"]
        with pytest.raises(StudyError, match="cannot be opened"):
            read_study(ordinary_folder / "closed")
        assert provenance_of(ordinary_folder / "closed", Settings(), (), {})["input"]
    finally:
        (ordinary_folder / "closed").chmod(0o700)
