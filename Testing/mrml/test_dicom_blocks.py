"""Axial series in several blocks as Slicer's DICOM browser loads them: one volume under a transform, or several."""

import numpy as np
import pytest
import slicer
from axial_block_study import BLOCKS, AxialBlockEngine, block
from desk.install import discgrader_module
from dicom_browser import Database, load_series
from dicom_files import write_classic, write_enhanced
from discgrader.errors import StudyError
from discgrader.imaging.volume import Volume
from discgrader.mrml.dicom_blocks import blocks_of, gathered, is_gathered, separating
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.hierarchy import study_name
from discgrader.mrml.nodes import attribute, matrix_to_vtk
from discgrader.mrml.scene import to_end
from discgrader.mrml.volumes import volume_from_node, volume_to_node
from panel_reader import checked_axial, know_only, settled
from pydicom.dataset import Dataset
from synthetic_result import synthetic_study

UID = "1.2.826.0.1.3680043.8.498.1"
AXIAL, SAGITTAL = f"{UID}.5", f"{UID}.2"


def write_blocks(folder, numbered=True, names=tuple(BLOCKS)):
    """The axial blocks in one series, as scanners write them: each with an acquisition number of its own."""
    for number, name in enumerate(names, 1):
        write_classic(
            folder, block(BLOCKS[name]), prefix=f"{name}_", SeriesInstanceUID=AXIAL, SeriesNumber=5,
            SeriesDescription="AX T2 TSE", EchoTime=100.0, RepetitionTime=4000.0, ScanningSequence="SE",
            **({"AcquisitionNumber": number} if numbered else {}),
        )  # fmt: skip
    return named(folder)


def write_sagittal(folder, places_mm=None):
    """The sagittal T2; with ``places_mm`` its slices lie so far beside their places."""
    picture = synthetic_study().series[0].volume

    def change(dataset, k):
        if places_mm is not None:
            moved = np.array(dataset.ImagePositionPatient, float) + picture.directions[:, 2] * places_mm[k]
            dataset.ImagePositionPatient = [f"{one:.6f}" for one in moved]

    write_classic(
        folder, picture, prefix="sag_", change=change, SeriesInstanceUID=SAGITTAL, SeriesNumber=2,
        SeriesDescription="SAG T2 TSE", EchoTime=100.0, RepetitionTime=4000.0, ScanningSequence="SE",
    )  # fmt: skip
    return named(folder)


def made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def named(folder):
    for one in folder.iterdir():
        if one.suffix != ".dcm":
            one.rename(one.with_suffix(".dcm"))
    return folder


def new_study(scene, name="study of a patient"):
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    patient = tree.CreateSubjectItem(tree.GetSceneItemID(), "patient")
    return tree.CreateStudyItem(patient, name)


@pytest.fixture
def host():
    return headless_scene()


@pytest.fixture
def logic(host):
    with discgrader_module(host) as module:
        yield module.DiscGraderLogic(AxialBlockEngine())


@pytest.fixture
def database(tmp_path, monkeypatch):
    """Gives the browser's database of what was written."""

    def make(folder):
        made = Database(folder)
        monkeypatch.setattr(slicer, "dicomDatabase", made, raising=False)
        return made

    return make


def same_place(node, volume: Volume) -> bool:
    """Whether a node shows a volume where it lies, whatever the order of its slices."""
    found = volume_from_node(node)
    index = found.lps_to_index(volume.index_to_lps(np.array([[0, 0, 0], [20, 30, 3]])))
    if (index < -0.5).any() or (index > np.array(found.size) - 0.5).any():
        return False
    values = [found.array[tuple(np.rint(one).astype(int)[::-1])] for one in index]
    wanted = [volume.array[0, 0, 0], volume.array[3, 30, 20]]
    return np.allclose(index, np.rint(index), atol=0.01) and np.array_equal(values, wanted)


@pytest.mark.parametrize("transform", [True, False])
def test_one_volume_of_three_blocks_is_read_anew_and_graded(host, logic, database, tmp_path, transform):
    folder = write_sagittal(write_blocks(tmp_path / "dicom"))
    known, study = database(folder), new_study(host.scene)
    [sagittal] = load_series(host.scene, known, SAGITTAL, study)
    [whole] = load_series(host.scene, known, AXIAL, study, transform)
    assert (whole.GetParentTransformNode() is not None) is transform
    assert is_gathered(whole) and not is_gathered(sagittal)
    table = logic.grade({"T2": sagittal, "AX_T2": whole})
    blocks = blocks_of(whole)
    assert len(blocks) == 3 and {study_name(host.scene, one) for one in blocks} == {"study of a patient"}
    for levels in BLOCKS.values():
        assert sum(same_place(one, block(levels)) for one in blocks) == 1
    assert [one[1] for one in logic.jobs.engine.asked if one[0] == "localize"] == [["T2", "AX_T2", "AX_T2", "AX_T2"]]
    nodes = host.scene.GetNodesByClass("vtkMRMLScalarVolumeNode")
    maps = [one for one in nodes if attribute(one, "Kind") == "saliency" and attribute(one, "System") == "spider"]
    assert {attribute(one, "Series") for one in maps} == {one.GetName() for one in blocks}
    assert table is not None and attribute(whole, "Kind") is None
    before = host.scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    logic.grade({"T2": sagittal, "AX_T2": whole})
    assert host.scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == before, "they are read once"


def test_parallel_blocks_with_a_gap_are_read_anew(host, logic, database, tmp_path):
    """They differ in no tag that the browser parts series by."""
    low = block(BLOCKS["ax_t2_low"])
    affine = low.affine_lps.copy()
    affine[:3, 3] += affine[:3, 2] * 20.3
    for number, volume in enumerate((low, Volume(low.array[::-1].copy(), affine))):
        write_classic(tmp_path / "d", volume, prefix=f"b{number}_", SeriesInstanceUID=AXIAL, SeriesNumber=5,
                      SeriesDescription="AX T2", EchoTime=100.0, RepetitionTime=4000.0)  # fmt: skip
    known, study = database(named(tmp_path / "d")), new_study(host.scene)
    [whole] = load_series(host.scene, known, AXIAL, study)
    made = to_end(separating(host.scene, whole))
    assert len(made) == 2 and any(same_place(one, low) for one in made)


def test_blocks_that_differ_in_orientation_alone_come_as_volumes_of_their_own(host, logic, database, tmp_path):
    known = database(write_sagittal(write_blocks(tmp_path / "dicom", numbered=False)))
    study = new_study(host.scene)
    blocks = load_series(host.scene, known, AXIAL, study)
    [sagittal] = load_series(host.scene, known, SAGITTAL, study)
    assert len(blocks) == 3 and not any(map(is_gathered, blocks))
    logic.grade({"T2": sagittal, "AX_T2": blocks})
    assert not any(map(blocks_of, blocks))


def test_blocks_that_are_frames_of_one_file_are_read_anew(host, logic, database, tmp_path):
    """An enhanced MR object with two stacks: Slicer gives it the first frame's geometry, and no transform."""
    low, high = block(BLOCKS["ax_t2_low"]), block(BLOCKS["ax_t2_high"])
    count = low.array.shape[0]

    def change(dataset):
        for k, frame in enumerate(dataset.PerFrameFunctionalGroupsSequence[count:]):
            place = np.round(high.index_to_lps([0, 0, k]), 6)
            frame.PlanePositionSequence[0].ImagePositionPatient = list(map(str, place))
            turned = Dataset()
            turned.ImageOrientationPatient = [f"{one:.8f}" for one in high.directions[:, :2].T.ravel()]
            frame.PlaneOrientationSequence = [turned]

    together = Volume(np.concatenate([low.array, high.array]), low.affine_lps)
    path = write_enhanced(tmp_path / "one.dcm", together, shared_orientation=False, change=change,
                          SeriesInstanceUID=AXIAL, SeriesDescription="AX T2", SeriesNumber=5)  # fmt: skip
    known = database(tmp_path)
    whole = volume_to_node(host.scene, together, "5: AX T2")
    whole.SetAttribute("DICOM.instanceUIDs", str(known.headers[str(path)].SOPInstanceUID))
    assert is_gathered(whole)
    blocks = to_end(separating(host.scene, whole))
    assert len(blocks) == 2 and all(sum(same_place(one, volume) for one in blocks) == 1 for volume in (low, high))
    folder = made(tmp_path / "alone")
    alone = write_enhanced(folder / "two.dcm", low, SeriesInstanceUID=f"{AXIAL}.1", SeriesDescription="AX T2")
    known = database(tmp_path / "alone")
    node = volume_to_node(host.scene, low, "6: AX T2")
    node.SetAttribute("DICOM.instanceUIDs", str(known.headers[str(alone)].SOPInstanceUID))
    assert not is_gathered(node)


def test_slices_that_lie_a_little_unevenly_are_read_anew(host, logic, database, tmp_path):
    """Slicer puts any such series under a transform, which would be refused."""
    shifts = np.zeros(11)
    shifts[4] = 0.03
    known, study = database(write_sagittal(tmp_path / "dicom", shifts)), new_study(host.scene)
    [whole] = load_series(host.scene, known, SAGITTAL, study)
    assert whole.GetParentTransformNode() is not None and is_gathered(whole)
    logic.findDiscs({"T2": whole})
    [made] = blocks_of(whole)
    assert same_place(made, synthetic_study().series[0].volume)


def test_what_lies_above_the_acquisition_transform_goes_on_to_move_the_blocks(host, logic, database, tmp_path):
    known, study = database(write_blocks(tmp_path / "dicom")), new_study(host.scene)
    [whole] = load_series(host.scene, known, AXIAL, study)
    moved = host.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "moved")
    matrix = np.eye(4)
    matrix[:3, 3] = (3.0, 4.0, 5.0)
    moved.SetMatrixTransformToParent(matrix_to_vtk(matrix))
    whole.GetParentTransformNode().SetAndObserveTransformNodeID(moved.GetID())
    low = block(BLOCKS["ax_t2_low"])
    affine = low.affine_lps.copy()
    affine[:3, 3] += (-3.0, -4.0, 5.0)
    assert sum(same_place(one, Volume(low.array, affine)) for one in to_end(separating(host.scene, whole))) == 1


def test_what_cannot_be_read_anew_is_refused_in_words(host, logic, database, tmp_path, monkeypatch):
    folder = write_sagittal(write_blocks(tmp_path / "dicom"))
    known, study = database(folder), new_study(host.scene)
    [sagittal] = load_series(host.scene, known, SAGITTAL, study)
    [whole] = load_series(host.scene, known, AXIAL, study)
    for one in folder.glob("ax_*"):
        one.unlink()
    with pytest.raises(StudyError, match="AX T2 TSE as one volume, although .* is no longer there; import"):
        logic.findDiscs({"T2": sagittal, "AX_T2": whole})
    monkeypatch.setattr(slicer, "dicomDatabase", None)
    with pytest.raises(StudyError, match="its files are no longer in the DICOM database; import"):
        logic.findDiscs({"T2": sagittal, "AX_T2": whole})
    spline = host.scene.AddNewNodeByClass("vtkMRMLBSplineTransformNode", "warp")
    plain = volume_to_node(host.scene, synthetic_study().series[0].volume, "warped")
    plain.SetAndObserveTransformNodeID(spline.GetID())
    if not spline.IsLinear():
        with pytest.raises(StudyError, match="warped is under a nonlinear transform; harden"):
            logic.findDiscs({"T2": plain})


def test_a_volume_that_was_registered_by_hand_is_left_as_it_is(host, logic, database, tmp_path):
    known, study = database(write_sagittal(tmp_path / "dicom")), new_study(host.scene)
    [node] = load_series(host.scene, known, SAGITTAL, study)
    moved = np.eye(4)
    moved[:3, :3] = [[0.98, -0.199, 0], [0.199, 0.98, 0], [0, 0, 1]]
    node.ApplyTransformMatrix(matrix_to_vtk(moved))
    assert not is_gathered(node), "its slices lie on one grid, whatever was made of it since"


def test_files_of_instance_uids_that_repeat_are_those_of_the_series(host, logic, database, tmp_path):
    known, study = database(write_sagittal(write_blocks(tmp_path / "dicom"))), new_study(host.scene)
    [whole] = load_series(host.scene, known, AXIAL, study)
    files = known.filesForSeries(AXIAL)
    first = (whole.GetAttribute("DICOM.instanceUIDs") or "").split()[0]
    known.fileForInstance = lambda uid, before=known.fileForInstance: (
        known.filesForSeries(SAGITTAL)[0] if uid == first else before(uid)
    )
    assert sorted(map(str, gathered(whole).files)) == sorted(files)


def test_the_panel_reads_blocks_anew_by_itself_and_says_so(desk, user, database, tmp_path, monkeypatch):
    panel = desk.module.panel
    know_only(monkeypatch, panel)
    desk.module.logic.jobs.engine = AxialBlockEngine()
    known, study = database(write_sagittal(write_blocks(tmp_path / "dicom"))), new_study(slicer.mrmlScene)
    [whole] = load_series(slicer.mrmlScene, known, AXIAL, study)
    load_series(slicer.mrmlScene, known, SAGITTAL, study)
    user.until(lambda: len(panel.parameters.axialNodes()) == 3, 60)
    news = panel.ui.statusLabel.text
    assert news.startswith(
        "Slicer loaded 5: AX T2 TSE as one volume, but it holds 3 series; its files were reloaded as "
    )
    assert whole not in panel.parameters.axialNodes() and panel.ui.t2Selector.currentNode() is not None
    assert checked_axial(panel) == {one.GetName() for one in blocks_of(whole)}
    user.click(panel.ui.gradeButton)
    settled(panel, user)
    assert panel.ui.statusLabel.text == "Graded."
    path = tmp_path / "study.mrb"
    assert desk.files.save(path)
    slicer.util.selectModule("Data")
    desk.files.close_scene()
    user.open(path)
    slicer.util.selectModule("DiscGrader")
    user.wait(0.3)
    panel = desk.module.panel
    names = {one.GetName() for one in panel.parameters.axialNodes()}
    count = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    user.wait(0.3)
    assert len(names) == 3 and slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == count
    again = slicer.util.getNode("5: AX T2 TSE")
    assert len(blocks_of(again)) == 3, "a scene that is opened knows which volumes were made of which"


def test_the_panel_says_why_files_cannot_be_read(desk, user, database, tmp_path):
    panel = desk.module.panel
    folder = write_blocks(tmp_path / "dicom")
    known, study = database(folder), new_study(slicer.mrmlScene)
    for one in folder.iterdir():
        one.unlink()
    load_series(slicer.mrmlScene, known, AXIAL, study)
    user.until(lambda: "is no longer there" in panel.ui.statusLabel.text, 30)
    assert panel.parameters.axialNodes() == []
