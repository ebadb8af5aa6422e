"""ROI boxes in Slicer's markups files."""

import json

import numpy as np
import pytest
from discgrader.errors import UsageError
from discgrader.report.rois import read_rois, write_roi, write_rois
from discgrader.report.tables import write_grades_json
from synthetic_result import synthetic_result

TO_RAS = np.diag([-1.0, -1.0, 1.0])


@pytest.fixture(scope="module")
def discs():
    return [one.disc for one in synthetic_result().discs]


@pytest.fixture
def oblique(discs):
    """A box turned about two axes, so that a transposed or mirrored matrix cannot pass."""
    a, b = 0.4, 0.2
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    tilt = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    return type(discs[0].roi)(np.array([3.0, -20.0, 51.0]), turn @ tilt, np.array([46.0, 64.0, 30.0]))


def _load_in_slicer(path):
    slicer = pytest.importorskip("slicer")
    scene = slicer.vtkMRMLScene()
    selection = slicer.vtkMRMLSelectionNode()
    selection.SetSingletonTag("Singleton")
    scene.AddNode(selection)
    logic = slicer.vtkSlicerMarkupsLogic()
    logic.SetMRMLScene(scene)
    assert logic.LoadMarkups(str(path))
    count = scene.GetNumberOfNodesByClass("vtkMRMLMarkupsROINode")
    return scene, [scene.GetNthNodeByClass(number, "vtkMRMLMarkupsROINode") for number in range(count)]


def _matrix(node) -> np.ndarray:
    matrix = node.GetObjectToWorldMatrix()
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def test_slicer_loads_the_box_with_its_size_and_matrix(oblique, tmp_path):
    write_roi(tmp_path / "L4-L5.mrk.json", "L4-L5", oblique, color=(0.2, 0.4, 0.6))
    _, (node,) = _load_in_slicer(tmp_path / "L4-L5.mrk.json")
    assert node.GetName() == "L4-L5"
    np.testing.assert_allclose(node.GetSize(), oblique.size_mm, atol=1e-6)
    np.testing.assert_allclose(_matrix(node)[:3, :3], TO_RAS @ oblique.axes_lps, atol=1e-6)
    np.testing.assert_allclose(_matrix(node)[:3, 3], TO_RAS @ oblique.center_lps_mm, atol=1e-6)
    assert node.GetDisplayNode().GetSelectedColor() == pytest.approx((0.2, 0.4, 0.6))


def test_what_slicer_saves_is_read(oblique, tmp_path):
    slicer = pytest.importorskip("slicer")
    write_roi(tmp_path / "L4-L5.mrk.json", "L4-L5", oblique)
    scene, (node,) = _load_in_slicer(tmp_path / "L4-L5.mrk.json")
    node.SetSize(50.0, 60.0, 25.0)
    storage = slicer.vtkMRMLMarkupsROIJsonStorageNode()
    storage.SetFileName(str(tmp_path / "again.mrk.json"))
    scene.AddNode(storage)
    assert storage.WriteData(node)
    ((level, roi),) = read_rois(tmp_path / "again.mrk.json").items()
    assert level == "L4-L5", "from the control point's label, since Slicer writes no name"
    np.testing.assert_allclose(roi.size_mm, [50, 60, 25], atol=1e-6)
    np.testing.assert_allclose(roi.axes_lps, oblique.axes_lps, atol=1e-6)
    np.testing.assert_allclose(roi.center_lps_mm, oblique.center_lps_mm, atol=1e-6)


def test_a_folder_a_joint_file_and_a_grades_json_say_the_same(discs, tmp_path):
    folder = tmp_path / "röntgen rois"
    folder.mkdir()
    files = write_rois(folder, discs, {"L4-L5": (1, 0, 0)})
    assert [file.name for file in files][:2] == ["L5-S1.mrk.json", "L4-L5.mrk.json"]
    joint = json.loads(files[0].read_text(encoding="utf-8"))
    joint["markups"] = [json.loads(file.read_text(encoding="utf-8"))["markups"][0] for file in files]
    (tmp_path / "joint.mrk.json").write_text(json.dumps(joint), encoding="utf-8")
    write_grades_json(synthetic_result(), tmp_path / "grades.json")
    for source in (folder, tmp_path / "joint.mrk.json", tmp_path / "grades.json"):
        boxes = read_rois(source)
        assert set(boxes) == {disc.level for disc in discs}
        for disc in discs:
            np.testing.assert_allclose(boxes[disc.level].corners_lps(), disc.roi.corners_lps(), atol=1e-4)


def test_a_box_drawn_in_slicer_gets_its_axes_across_along_and_up(oblique, tmp_path):
    path = tmp_path / "L3-L4.mrk.json"
    write_roi(path, "L3-L4", oblique)
    document = json.loads(path.read_text())
    # the same box as Slicer might hold it: in RAS, with its axes to the head, the front and the right
    right, front, head = (
        -(TO_RAS @ oblique.axes_lps)[:, 0],
        -(TO_RAS @ oblique.axes_lps)[:, 1],
        (TO_RAS @ oblique.axes_lps)[:, 2],
    )
    document["markups"][0] |= {
        "coordinateSystem": "RAS",
        "center": list(TO_RAS @ oblique.center_lps_mm),
        "orientation": list(np.stack([head, front, right], axis=1).ravel()),
        "size": [30.0, 64.0, 46.0],
    }
    path.write_text(json.dumps(document))
    roi = read_rois(path)["L3-L4"]
    np.testing.assert_allclose(roi.axes_lps, oblique.axes_lps, atol=1e-9)
    np.testing.assert_allclose(roi.size_mm, oblique.size_mm)
    np.testing.assert_allclose(roi.center_lps_mm, oblique.center_lps_mm)


@pytest.mark.parametrize("name", ["l4/l5", "L4 L5", "L4–L5", "L4-L5_1"])
def test_names_written_another_way_are_understood(oblique, tmp_path, name):
    path = tmp_path / "mine.mrk.json"
    write_roi(path, name, oblique)
    assert list(read_rois(path)) == ["L4-L5"]


def test_the_name_of_a_file_wins_over_an_older_name_inside(oblique, tmp_path):
    write_roi(tmp_path / "L3-L4.mrk.json", "L4-L5", oblique)
    assert list(read_rois(tmp_path / "L3-L4.mrk.json")) == ["L3-L4"]


def _damaged(**changes):
    def damage(document):
        document["markups"][0].update(changes)

    return damage


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_damaged(size=[0, 1, 2]), "a size above zero"),
        (_damaged(size=None), "size is None, not a list"),
        (_damaged(center=[1, 2]), "center has 2 entries"),
        (_damaged(orientation=[1, 0, 0, 1, 1, 0, 0, 0, 1]), "right angles"),
        (_damaged(center=[float("nan"), 0, 0]), "NaN is not a number"),
        (_damaged(center=[1e300, 0, 0]), "center.0. is 1e.300"),
        (_damaged(size="1 2 3"), "size is .1 2 3., not a list"),
        (_damaged(controlPoints={}), "controlPoints is {}, not a list"),
        (_damaged(controlPoints=[None]), "controlPoints.0. is None"),
        (_damaged(controlPoints=[{"label": 3}]), "controlPoints.0..label is 3"),
        (_damaged(name=["L4-L5"]), "name is"),
        (_damaged(coordinateSystem=[]), "coordinateSystem is"),
        (lambda document: document.update(markups={"type": "ROI"}), "contains no ROI"),
        (_damaged(coordinateSystem="IJK"), "neither LPS nor RAS"),
        (_damaged(type="Fiducial"), "contains no ROI"),
        (_damaged(name="R", controlPoints=[]), "not named after its level"),
        (lambda document: document["markups"].append(document["markups"][0]), "two ROIs named L4-L5"),
        (lambda document: document.clear(), "contains no ROI"),
    ],
)
def test_damaged_files_are_refused_by_name(oblique, tmp_path, damage, reason):
    path = tmp_path / "broken.mrk.json"
    write_roi(path, "L4-L5", oblique)
    document = json.loads(path.read_text())
    damage(document)
    path.write_text(json.dumps(document))
    with pytest.raises(UsageError, match=reason) as caught:
        read_rois(path)
    assert "broken.mrk.json" in str(caught.value)


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="contains no ROI files"):
        read_rois(tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_rois(tmp_path / "nowhere.mrk.json")
    (tmp_path / "text.mrk.json").write_text("text")
    with pytest.raises(UsageError, match="not valid JSON"):
        read_rois(tmp_path / "text.mrk.json")
