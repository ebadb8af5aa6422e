"""Patient, study, series and instances of the source DICOM are the same wherever a series goes: from the files through
a worker and the scene, saved and opened elsewhere, into reading and results and back."""

import json
from dataclasses import replace

import numpy as np
import pydicom
import pytest
import slicer
from block_engine import BlockEngine
from desk.install import discgrader_module
from dicom_browser import Database, load_series
from dicom_files import STUDY_UID, write_classic, write_enhanced
from discgrader.errors import UsageError
from discgrader.grading.results import StudyResult
from discgrader.imaging.identity import Identity, Instance
from discgrader.imaging.patient import Age, Patient
from discgrader.imaging.pydicom_versions import save
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume
from discgrader.jobs.messages import pack, unpack
from discgrader.mrml.bundle import read_bundle, same_working_folder, write_scene
from discgrader.mrml.dicom_source import examination_of, header_of, identity_of
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.node_cache import NodeCache
from discgrader.mrml.nodes import matrix_to_vtk, study_nodes
from discgrader.mrml.readback import result_from_scene, study_of
from discgrader.mrml.volumes import series_from_node, volume_from_node, volume_to_node
from discgrader.reading.files import load_reading, save_reading
from discgrader.report.tables import grades_json
from synthetic_result import synthetic_result, synthetic_study

SERIES_UID = STUDY_UID + ".2"
STUDY = "study of a patient"
NAME = "Łukasiewicz^Zoë=山田^花子"


@pytest.fixture
def host():
    return headless_scene()


@pytest.fixture
def folder(tmp_path):
    """The sagittal T2 of the spine of blocks as classic DICOM."""
    where = tmp_path / "dicom"
    for one in write_classic(
        where, synthetic_study().series[0].volume, SeriesInstanceUID=SERIES_UID, SeriesNumber=2,
        SeriesDescription="SAG T2 TSE", EchoTime=100.0, RepetitionTime=4000.0, ScanningSequence="SE",
        AccessionNumber="A77", ImageType=["ORIGINAL", "PRIMARY"], SpecificCharacterSet="ISO_IR 192", PatientName=NAME,
        PatientBirthDate="19610704", PatientSex="F", PatientAge="062Y",
    ):  # fmt: skip
        one.rename(one.with_suffix(".dcm"))
    return where


@pytest.fixture
def database(folder, monkeypatch):
    known = Database(folder)
    monkeypatch.setattr(slicer, "dicomDatabase", known, raising=False)
    return known


def of_files(folder) -> Identity:
    """What the files themselves state, read by pydicom alone; slices from right to left."""
    images = [pydicom.dcmread(one, stop_before_pixels=True) for one in folder.iterdir()]
    volume = read_study(folder).series[0].volume
    images.sort(key=lambda one: volume.lps_to_index(np.array(one.ImagePositionPatient, float))[2])
    instances = tuple(Instance(str(one.SOPInstanceUID), 1) for one in images)
    [frame] = {str(one.FrameOfReferenceUID) for one in images}
    sop_class = str(images[0].SOPClassUID)
    return Identity("7", STUDY_UID, SERIES_UID, frame, sop_class, instances, NAME, "19610704", "F", "062Y")


def loaded(host, database):
    """The volume as Slicer's browser puts it into a scene."""
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(host.scene)
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    patient = tree.CreateSubjectItem(tree.GetSceneItemID(), "Test Spine")
    for attribute, value in (
        (constants.GetDICOMPatientIDAttributeName(), "7"),
        (constants.GetDICOMPatientNameAttributeName(), NAME),
        (constants.GetDICOMPatientBirthDateAttributeName(), "19610704"),
        (constants.GetDICOMPatientSexAttributeName(), "F"),
    ):
        tree.SetItemAttribute(patient, attribute, value)
    study = tree.CreateStudyItem(patient, STUDY)
    tree.SetItemAttribute(study, constants.GetDICOMStudyInstanceUIDAttributeName(), STUDY_UID)
    tree.SetItemAttribute(study, constants.GetDICOMStudyDateAttributeName(), "20240102")
    [node] = load_series(host.scene, database, SERIES_UID, study)
    return node


def test_files_workers_and_text_have_one_identity(folder):
    [series] = read_study(folder).series
    identity = of_files(folder)
    assert series.identity == identity and len(identity.instances) == series.volume.size[2]
    sent = unpack(pack(series))
    assert sent.identity == identity and sent.header == series.header and sent.files == series.files
    assert Identity.from_json(json.loads(json.dumps(identity.to_json()))) == identity
    assert Identity.from_json(None) is None


def test_what_is_no_identity_is_refused_plainly():
    for broken in ({"patient_id": 7}, {"instances": [{"uid": "1.2", "frame": "1"}]}, [], "7"):
        with pytest.raises(UsageError, match="identity of sag_t2"):
            Identity.from_json(broken, "The identity of sag_t2")
    assert Identity.from_json({"patient_id": "7", "of a later version": 1}) == Identity("7")


def test_a_volume_that_slicer_loaded_has_the_identity_of_its_files(host, database, folder):
    node = loaded(host, database)
    assert identity_of(node) == of_files(folder) == series_from_node(node, "T2").identity
    assert header_of(node) == {
        "SeriesDescription": "SAG T2 TSE",
        "ImageType": ["ORIGINAL", "PRIMARY"],
        "ScanningSequence": ["SE"],
        "EchoTime": 100.0,
        "RepetitionTime": 4000.0,
    }
    examination = examination_of(node)
    assert (examination.uid, examination.date, examination.accession) == (STUDY_UID, "2024-01-02", "A77")


def test_slices_of_the_other_order_have_their_own_instances(host, database, folder):
    """Places decide which instance a slice is, not the order of the list."""
    node = loaded(host, database)
    identity = of_files(folder)
    node.SetAttribute("DICOM.instanceUIDs", " ".join(one.uid for one in identity.instances[::-1]))
    assert identity_of(node) == identity
    there = [one for number, one in enumerate(identity.instances) if number not in (1, 2)]
    node.SetAttribute("DICOM.instanceUIDs", " ".join(one.uid for one in there))
    assert identity_of(node).instances == (identity.instances[0], Instance(), Instance(), *identity.instances[3:])


def test_an_enhanced_file_has_its_frames(host, tmp_path, monkeypatch):
    volume = synthetic_study().series[0].volume
    count = volume.array.shape[0]
    order = np.random.default_rng(2).permutation(count)
    (tmp_path / "e").mkdir()
    write_enhanced(tmp_path / "e" / "a.dcm", volume, order=order)
    known = Database(tmp_path / "e")
    monkeypatch.setattr(slicer, "dicomDatabase", known, raising=False)
    [series] = read_study(tmp_path / "e").series
    node = volume_to_node(host.scene, series.volume, "enhanced")
    [uid] = {one.uid for one in series.identity.instances}
    node.SetAttribute("DICOM.instanceUIDs", uid)
    assert [one.frame for one in series.identity.instances] == [list(order).index(k) + 1 for k in range(count)]
    assert identity_of(node) == series.identity
    (tmp_path / "e" / "a.dcm").unlink()
    monkeypatch.setattr(known, "fileForInstance", lambda uid: "", raising=False)
    unplaced = identity_of(node)
    assert unplaced.instances == (Instance(uid),) * count, "which frame is which is not guessed"


def test_without_the_database_the_scene_tells_what_it_can(host, database, folder, monkeypatch):
    node, identity = loaded(host, database), of_files(folder)
    monkeypatch.setattr(slicer, "dicomDatabase", None)
    assert identity_of(node) == replace(identity, frame_of_reference_uid="", sop_class_uid="", patient_age="")
    assert header_of(node) == {}


def test_what_slicer_writes_for_a_patient_without_name_and_number_is_none(host, database, folder, monkeypatch):
    node = loaded(host, database)
    monkeypatch.setattr(slicer, "dicomDatabase", None)
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(host.scene)
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    patient = tree.GetItemAncestorAtLevel(tree.GetItemByDataNode(node), constants.GetDICOMLevelPatient())
    tree.SetItemAttribute(patient, constants.GetDICOMPatientNameAttributeName(), "No name")
    tree.SetItemAttribute(patient, constants.GetDICOMPatientIDAttributeName(), f"Patient-{STUDY_UID}")
    assert (identity_of(node).patient_name, identity_of(node).patient_id) == ("", "")


def test_a_volume_that_was_moved_is_in_no_frame_of_reference(host, database, folder):
    node, identity = loaded(host, database), of_files(folder)
    transform = host.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "moved")
    matrix = np.eye(4)
    matrix[:3, 3] = (3.0, 4.0, 5.0)
    transform.SetMatrixTransformToParent(matrix_to_vtk(matrix))
    node.SetAndObserveTransformNodeID(transform.GetID())
    moved = replace(identity, frame_of_reference_uid="")
    assert identity_of(node) == moved == series_from_node(node, "T2").identity
    node.HardenTransform()
    assert node.GetParentTransformNode() is None and identity_of(node) == moved


def test_a_volume_that_was_moved_after_grading_is_in_none_either(host, database, folder, monkeypatch):
    node, identity = loaded(host, database), of_files(folder)
    graded(host, node)
    monkeypatch.setattr(slicer, "dicomDatabase", None)
    assert identity_of(node) == identity
    transform = host.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "moved")
    matrix = np.eye(4)
    matrix[:3, 3] = (0.0, 0.0, 1.0)
    transform.SetMatrixTransformToParent(matrix_to_vtk(matrix))
    node.SetAndObserveTransformNodeID(transform.GetID())
    node.HardenTransform()
    assert node.GetParentTransformNode() is None
    assert identity_of(node) == replace(identity, frame_of_reference_uid="")


def test_an_instance_of_another_series_that_bears_the_same_uid_is_not_believed(host, database, folder, monkeypatch):
    node, identity = loaded(host, database), of_files(folder)
    other = pydicom.dcmread(next(folder.iterdir()))
    other.SOPInstanceUID, other.SeriesInstanceUID, other.PatientID = identity.instances[0].uid, "1.2.3", "another"
    save(other, folder / "z.dcm")
    monkeypatch.setattr(slicer, "dicomDatabase", Database(folder))
    found = identity_of(node)
    assert (found.patient_id, found.series_instance_uid) == ("7", SERIES_UID)
    assert header_of(node)["SeriesDescription"] == "SAG T2 TSE"


def graded(host, node):
    with discgrader_module(host) as module:
        logic = module.DiscGraderLogic(BlockEngine())
        logic.grade({"T2": node}, saliency=False)
        reading = logic.reading()
        logic.close()
    return reading


def test_identity_goes_through_scene_reading_and_results_and_back(host, database, folder, tmp_path, monkeypatch):
    node, identity = loaded(host, database), of_files(folder)
    reading = graded(host, node)
    [told] = reading.examined["series"]
    assert Identity.from_json(told["identity"]) == identity
    save_reading(reading, tmp_path / "a.reading.json")
    assert load_reading(tmp_path / "a.reading.json").examined["series"] == [told]
    with same_working_folder():
        assert host.scene.WriteToMRB(str(tmp_path / "study.mrb"))
    host.scene.Clear(True)
    # Opened where neither files nor database are.
    monkeypatch.setattr(slicer, "dicomDatabase", None)
    read_bundle(host, tmp_path / "study.mrb")
    [again] = study_nodes(host.scene, STUDY, "series")
    assert identity_of(again) == identity
    result = result_from_scene(host.scene)
    assert result.study.series[0].identity == identity and result.study.examination.accession == "A77"
    assert study_of(host.scene, reading, NodeCache(host.scene)).series[0].identity == identity
    patient = Patient.of(result.study)
    assert (patient.name, patient.birth_date) == ("Łukasiewicz, Zoë (山田 花子)", "1961-07-04")
    assert (patient.sex, patient.age) == ("female", Age(62, "years"))
    document = json.loads(json.dumps(grades_json(result)))
    assert Identity.from_json(document["series"][0]["identity"]) == identity
    assert document["series"][0].keys() - {"identity"} == grades_json(synthetic_result())["series"][0].keys()


@pytest.mark.parametrize("identity", [True, False])
def test_a_report_of_the_scene_tells_whose_it_is_unless_that_is_left_out(host, database, tmp_path, identity):
    node, out = loaded(host, database), tmp_path / "report"
    with discgrader_module(host) as module:
        logic = module.DiscGraderLogic(BlockEngine())
        logic.grade({"T2": node}, saliency=False)
        logic.exportReport(out, identity=identity)
        logic.close()
    page = (out / "report.html").read_text(encoding="utf-8")
    assert ("<h1>Łukasiewicz, Zoë (山田 花子)</h1>" in page) == identity
    secrets = ("Łukasiewicz", "19610704", "1961-07-04", "A77<", "2024-01-02", STUDY_UID)
    written = {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    told = {name for name, data in written.items() for text in secrets if text.encode() in data}
    assert told == ({"report.html", "grades.json", "reading.json"} if identity else set())
    assert identity_of(node).patient_name == NAME


def test_a_scene_that_the_command_line_wrote_has_it_too(host, folder, tmp_path):
    made_up, study = synthetic_result(), read_study(folder)
    [series] = study.series
    localization = replace(made_up.localization, series_name=series.name)
    result = StudyResult(study, localization, made_up.discs)
    write_scene(result, tmp_path / "study.mrb")
    read_bundle(host, tmp_path / "study.mrb")
    back = result_from_scene(host.scene).study.series[0]
    assert back.identity == series.identity == of_files(folder)
    for k, instance in enumerate(back.identity.instances):
        image = next(one for one in map(pydicom.dcmread, folder.iterdir()) if one.SOPInstanceUID == instance.uid)
        assert back.volume.index_to_lps([0, 0, k]) == pytest.approx(
            np.array(image.ImagePositionPatient, float), abs=0.01
        )
        assert np.array_equal(back.volume.array[k], image.pixel_array)


def test_where_there_is_none_it_is_none(host, tmp_path):
    result = synthetic_result()
    assert {one.identity for one in result.study.series} == {None}
    assert all("identity" not in one for one in grades_json(result)["series"])
    node = volume_to_node(host.scene, result.study.series[0].volume, "T2")
    assert identity_of(node) is None and header_of(node) == {} and series_from_node(node, "T2").identity is None
    reading = graded(host, node)
    assert "identity" not in reading.examined["series"][0] and identity_of(node) is None
    assert node.GetAttribute("DiscGrader.Identity") is None
    assert result_from_scene(host.scene).study.series[0].identity is None


def test_a_volume_of_another_number_of_slices_keeps_no_instances(host, database):
    node = loaded(host, database)
    graded(host, node)
    kept = identity_of(node)
    cut = volume_from_node(node)
    shorter = volume_to_node(host.scene, Volume(cut.array[2:5], cut.affine_lps), "cut")
    shorter.SetAttribute("DiscGrader.Identity", node.GetAttribute("DiscGrader.Identity"))
    assert kept.instances and identity_of(shorter) == replace(kept, instances=())
