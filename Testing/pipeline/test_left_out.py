"""What is left out of a study, and which examination it is, stand in every result and travel with it."""

import json
from dataclasses import replace

import pytest
from dicom_files import write_classic
from discgrader.imaging.study import Examination, LeftOut, listed
from discgrader.imaging.study_reader import read_study
from discgrader.jobs.messages import pack, unpack
from discgrader.report.html import report_html
from discgrader.report.tables import examination_from_json, grades_json, left_out_from_json
from synthetic_result import synthetic_result
from volumes import VOLUMES, upright

LEFT_OUT = (LeftOut("2 files of scout (a, b)", "CT, not MR"), LeftOut("cor_t2", "double"))
EXAMINATION = Examination("2024-01-02", "10:20:30", "1.2.3", "MR spine", "77")


@pytest.fixture
def result():
    made = synthetic_result()
    return replace(made, study=replace(made.study, left_out=LEFT_OUT, examination=EXAMINATION))


def test_they_stand_in_grades_json_and_come_back(result):
    document = json.loads(json.dumps(grades_json(result)))
    assert document["examination"]["date"] == "2024-01-02"
    assert document["left_out"][0] == {"name": "2 files of scout (a, b)", "reason": "CT, not MR"}
    assert (left_out_from_json(document), examination_from_json(document["examination"])) == (LEFT_OUT, EXAMINATION)
    assert left_out_from_json({}) == () and examination_from_json(None) is None


def test_they_stand_in_the_report(result):
    page = report_html(result)
    assert "2024-01-02, MR spine" in page
    assert "2 files of scout (a, b)" in page and "CT, not MR" in page
    assert "Left out" not in report_html(synthetic_result())


def test_they_reach_the_worker_process_and_come_back(result):
    study = result.study
    again = unpack(pack(study))
    assert (again.left_out, again.examination) == (LEFT_OUT, EXAMINATION)


def test_files_are_listed_shortly(tmp_path):
    paths = [tmp_path / str(number) for number in range(5)]
    assert listed(paths, "scout") == "5 files of scout (0, 1, 2 and 2 more)"
    assert listed(paths[:1]) == "0"


def test_everything_left_out_of_a_folder_is_named_with_its_reason(tmp_path):
    write_classic(tmp_path / "a", upright(), SeriesDescription="t2")
    write_classic(
        tmp_path / "a",
        VOLUMES["oblique"],
        prefix="CT",
        Modality="CT",
        SeriesDescription="ct",
        SeriesInstanceUID="1.9",
        SOPClassUID="1.2.840.10008.5.1.4.1.1.2",
    )
    (tmp_path / "a" / "empty.dcm").write_bytes(b"")
    (tmp_path / "a" / "t1.nii.gz").write_text("nothing")
    study = read_study(tmp_path / "a")
    told = {one.name.split(" (")[0]: one.reason for one in study.left_out}
    assert told["7 files of ct"] == "CT, not MR (Modality (0008,0060))"
    assert "not DICOM" in told["empty.dcm"]
    assert "t1.nii.gz" in told
    assert all(one.sentence in study.warnings for one in study.left_out)
    assert study.examination.date == "2024-01-02"


def test_panels_study_knows_what_is_not_chosen_and_its_examination():
    slicer = pytest.importorskip("slicer")
    from discgrader.mrml.dicom_source import examination_of
    from discgrader.mrml.hierarchy import NOT_CHOSEN, volumes_left_out
    from discgrader.mrml.volumes import volume_to_node

    scene = slicer.vtkMRMLScene()
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "study")
    nodes = [volume_to_node(scene, VOLUMES["oblique"], name) for name in ("t2", "coronal")]
    elsewhere = volume_to_node(scene, VOLUMES["oblique"], "elsewhere")
    for node in nodes:
        hierarchy.CreateItem(item, node)
    assert volumes_left_out(scene, nodes[:1]) == (LeftOut("coronal", NOT_CHOSEN),)
    assert volumes_left_out(scene, [elsewhere]) == ()
    assert examination_of(nodes[0]) is None
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    hierarchy.SetItemAttribute(item, constants.GetDICOMStudyDateAttributeName(), "20240102")
    hierarchy.SetItemAttribute(item, constants.GetDICOMStudyTimeAttributeName(), "102030")
    assert examination_of(nodes[0]) == Examination("2024-01-02", "10:20:30")
