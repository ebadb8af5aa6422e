"""Studies of data sets: what whoever made one calls a series is believed."""

import pytest
from discgrader.errors import StudyError
from discgrader.imaging.files import write_volume
from discgrader.imaging.study_reader import read_study
from discgrader.report.rois import write_roi
from discgrader.training.cohorts import PATIENTS_TABLE, boxed_patients, read_named_study
from solid_body import discs, lumpy, sagittal


def test_a_series_is_what_it_is_called_though_its_picture_shows_something_else(tmp_path):
    volume = sagittal(lumpy(0)).volume
    for name in ("sag_t2", "T1", "SPACE T2", "STIR", "picture"):
        write_volume(volume, tmp_path / f"{name}.nii.gz")
    roles = {series.name: series.role for series in read_named_study(tmp_path).series}
    seen = {series.name: series.role for series in read_study(tmp_path).series}
    assert seen["sag_t2"] != "T2", "nothing is contradicted here, so nothing is tried"
    assert roles == {"sag_t2": "T2", "T1": "T1", "SPACE T2": "T2_SPACE", "STIR": "STIR", "picture": seen["picture"]}
    assert (
        "its name, sag_t2, "
        in next(series for series in read_named_study(tmp_path).series if series.name == "sag_t2").contrast_reason
    )


def test_studies_are_of_the_patients_whom_the_table_beside_them_names(tmp_path):
    disc = discs((15.0,)).discs[0]
    for name in ("a_0", "a_1", "b_0"):
        (tmp_path / name / "rois").mkdir(parents=True)
        write_volume(sagittal(lumpy(0)).volume, tmp_path / name / "T2.nii.gz")
        write_roi(tmp_path / name / "rois" / f"{disc.level}.mrk.json", disc.level, disc.roi)
    assert [patient.name for patient in boxed_patients(tmp_path, "")] == ["a_0", "a_1", "b_0"]
    (tmp_path / PATIENTS_TABLE).write_text("study,patient\na_0,a\na_1,a\n")
    found = list(boxed_patients(tmp_path, "somewhere"))
    assert [one.name for one in found] == ["a", "a", "b_0"] and {one.source for one in found} == {"somewhere"}
    assert all(one.studies[0][1].discs[0].level == disc.level for one in found)
    (tmp_path / PATIENTS_TABLE).write_text("study,age\na_0,71\na_1,30\n")
    assert [patient.name for patient in boxed_patients(tmp_path, "")] == ["a_0", "a_1", "b_0"]
    (tmp_path / PATIENTS_TABLE).write_text("name,age\na_0,71\n")
    with pytest.raises(StudyError, match="study"):
        list(boxed_patients(tmp_path, ""))
