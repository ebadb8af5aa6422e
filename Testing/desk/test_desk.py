"""The desk: the module in a window of its own, used with the mouse and keys of Qt."""

import logging
from pathlib import Path

import numpy as np
import pytest
import slicer
from block_engine import BlockEngine
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from desk.stand_ins.qt_objects import given
from desk.user import User, pixels_of

Layout = slicer.vtkMRMLLayoutNode


@pytest.fixture
def desk(opened_desk):
    yield opened_desk
    slicer.util.selectModule("DiscGrader")
    opened_desk.module.logic.jobs.engine = None
    opened_desk.files.close_scene()
    opened_desk.layout.setLayout(Layout.SlicerLayoutConventionalView)
    opened_desk.scene.GetFirstNodeByClass("vtkMRMLInteractionNode").SetCurrentInteractionMode(
        slicer.vtkMRMLInteractionNode.ViewTransform
    )


@pytest.fixture
def user(desk):
    return User(desk)


@pytest.fixture
def with_boxes(desk, user, study):
    """The desk with a study whose discs were found by the button."""
    user.open(study)
    module = desk.module
    module.logic.jobs.engine = BlockEngine()
    module.ui.t2Selector.setCurrentNode(slicer.util.getNode("T2_sag"))
    user.click(module.ui.findButton)
    user.until(lambda: not module.logic.jobs.running)
    return desk


def boxes() -> dict:
    return {node.GetName(): node for node in slicer.util.getNodesByClass("vtkMRMLMarkupsROINode")}


def center(node) -> np.ndarray:
    found = [0.0, 0.0, 0.0]
    node.GetCenterWorld(found)
    return np.array(found)


def test_a_study_that_is_opened_is_seen(desk, user, study):
    user.open(study)
    view = desk.layout.sliceWidget("Yellow").sliceView()
    user.until(lambda: pixels_of(view).std() > 10)  # the sagittal view shows a picture
    names = {node.GetName() for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")}
    assert names == {"T1_sag", "T2_sag"}
    assert desk.window.statusBar().currentMessage() == "Opened blocks: 2 series"
    user.hover("Yellow", center_of_volume("T2_sag"))
    assert "T2_sag" in desk.window.probe.label.text()


def center_of_volume(name) -> np.ndarray:
    bounds = [0.0] * 6
    slicer.util.getNode(name).GetRASBounds(bounds)
    return np.array(bounds).reshape(3, 2).mean(axis=1)


def test_find_and_grade_by_the_modules_buttons(with_boxes, user):
    assert set(boxes()) == {"L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"}
    module = with_boxes.module
    user.click(module.ui.gradeButton)
    user.until(lambda: not module.logic.jobs.running)
    assert module.ui.statusLabel.text == "Graded."
    assert len(module.panel.state.grid.cells) == 15


def test_a_box_dragged_by_its_handle_moves_in_the_scene(with_boxes, user):
    box = boxes()["L3-L4"]
    box.GetDisplayNode().SetHandlesInteractive(True)
    user.jump(center(box))
    before, moves = center(box), []
    box.AddObserver(slicer.vtkMRMLMarkupsNode.PointModifiedEvent, lambda *_: moves.append(1))
    moved = user.drag("Yellow", before, (0.0, 12.0, 6.0))
    assert np.allclose(center(box) - before, moved, atol=1.5), "the box did not follow the mouse"
    assert len(moves) >= 5, "the node hears of each step, not only of the last"
    assert np.allclose(center(boxes()["L2-L3"]), center(boxes()["L2-L3"]))


def test_slice_follows_slider_and_wheel(with_boxes, user):
    widget = with_boxes.layout.sliceWidget("Yellow")
    node, slider = widget.mrmlSliceNode(), widget.sliceController().sliceOffsetSlider()
    start = node.GetSliceOffset()
    slider.setFocus()
    QTest.keyClick(slider, QtCore.Qt.Key_Right)
    step, position = node.GetSliceOffset() - start, slider.value()
    assert abs(step) == pytest.approx(4.0, abs=0.01), "one step is one slice of the series"
    user.wheel("Yellow", -1)
    assert node.GetSliceOffset() != pytest.approx(start + step), "the wheel moves the slice"
    assert slider.value() - position == round((node.GetSliceOffset() - start - step) / abs(step)) != 0


def test_window_level_and_opacity(with_boxes, user):
    volume = slicer.util.getNode("T2_sag")
    before = volume.GetDisplayNode().GetWindow(), volume.GetDisplayNode().GetLevel()
    slicer.util.selectModule("Data")
    user.press_mode(slicer.vtkMRMLInteractionNode.AdjustWindowLevel)
    user.drag_pixels("Yellow", (60, 60), (120, 90))
    after = volume.GetDisplayNode().GetWindow(), volume.GetDisplayNode().GetLevel()
    assert after != before
    with_boxes.window.tools.reset_contrast()
    assert volume.GetDisplayNode().GetWindow() == pytest.approx(before[0])
    composite = with_boxes.layout.sliceWidget("Yellow").mrmlSliceCompositeNode()
    composite.SetForegroundVolumeID(slicer.util.getNode("T1_sag").GetID())
    opacity = with_boxes.window.tools.opacity
    opacity.setValue(30)
    assert composite.GetForegroundOpacity() == pytest.approx(0.3)
    composite.SetForegroundOpacity(0.8)
    assert opacity.value() == 80


def test_crosshair_takes_every_view_along(with_boxes, user):
    target = center(boxes()["L4-L5"])
    user.hover("Yellow", target, QtCore.Qt.ShiftModifier)
    axial = with_boxes.layout.sliceWidget("Red").mrmlSliceNode()
    assert axial.GetSliceOffset() == pytest.approx(target[2], abs=2.5)


@pytest.mark.parametrize("layout", [Layout.SlicerLayoutFourUpView, Layout.SlicerLayoutOneUpRedSliceView])
def test_layout_shows_its_views(desk, layout):
    desk.layout.setLayout(layout)
    shown = {name for name in desk.layout.sliceViewNames() if desk.layout.sliceWidget(name).visible}
    assert shown == ({"Red", "Yellow", "Green"} if layout == Layout.SlicerLayoutFourUpView else {"Red"})
    assert desk.layout.threeDWidget(0).visible == (layout == Layout.SlicerLayoutFourUpView)


def test_panel_and_parameter_node_follow_each_other_by_keys(desk):
    slider, node = desk.module.ui.marginSlider, desk.module.panel.parameters
    box = slider.findChild("QDoubleSpinBox")
    box.setFocus()
    QTest.keyClick(QtWidgets.QApplication.focusWidget() or given(box), QtCore.Qt.Key_Up)
    assert node.boxes.marginMm == pytest.approx(10.5)
    node.boxes.marginMm = 8.5
    assert slider.value == pytest.approx(8.5)


def test_what_is_saved_comes_back(with_boxes, user, tmp_path):
    moved = boxes()["L4-L5"]
    moved.SetCenterWorld(1.0, 2.0, 3.0)
    with_boxes.module.panel.parameters.boxes.marginMm = 9.5
    path, before = tmp_path / "study.mrb", Path.cwd()
    assert with_boxes.files.save(path)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    with_boxes.files.close_scene()
    assert boxes() == {} and with_boxes.module.panel.parameters.boxes.marginMm == 10.0
    user.open(path)
    assert Path.cwd() == before, "MRML does not always return from where it packs"
    assert np.allclose(center(boxes()["L4-L5"]), (1, 2, 3))
    assert with_boxes.module.logic.getParameterNode().boxes.marginMm == 9.5
    assert with_boxes.module.ui.marginSlider.value == 9.5
    assert pixels_of(with_boxes.layout.sliceWidget("Yellow").sliceView()).std() > 10


def test_switching_and_reloading_the_module(with_boxes):
    widget = with_boxes.module
    slicer.util.selectModule("Data")
    assert not widget.parent.isEntered and widget.panel.parameters is None
    slicer.util.selectModule("DiscGrader")
    assert widget.parent.isEntered and widget.panel.parameters is not None
    slicer.util.reloadScriptedModule("DiscGrader")
    assert with_boxes.module is not widget and with_boxes.module.parent.isEntered
    assert widget.Observations == [], "the old panel observes nothing any more"


def test_closing_the_scene_twice_leaves_no_observer_behind(with_boxes, user, study):
    def observers():
        node = with_boxes.module.panel.parameters.parameterNode
        return sum(len(part.observers) for part in (with_boxes.window.tools, with_boxes.window.probe)) + len(
            with_boxes.module.Observations
        ), node.HasObserver("ModifiedEvent")

    before = observers()
    for _ in range(2):
        with_boxes.files.close_scene()
        user.open(study)
    assert observers() == before


@pytest.mark.parametrize("name", ["absent.nii.gz", "garbage.nii.gz", "garbage.mrb", "empty"])
def test_what_cannot_be_opened_is_told_in_one_line(desk, user, tmp_path, caplog, name):
    path = tmp_path / name
    if name.startswith("garbage"):
        path.write_bytes(b"no picture")
    elif name == "empty":
        path.mkdir()
    with caplog.at_level(logging.ERROR):
        user.open(path)
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert told and path.stem.split(".")[0] in told[-1] and "\n" not in told[-1]
    assert desk.window.isVisible()


def test_a_folder_that_cannot_be_written_to_is_told(desk, tmp_path):
    assert not desk.files.save(tmp_path / "absent" / "study.mrb")
    assert "could not be written" in desk.window.statusBar().currentMessage()


def test_an_uncaught_error_is_logged_and_shown_and_the_window_goes_on(desk, user, capsys):
    def fail():
        raise ValueError("the knee is no disc")

    desk.module.ui.axialCheckBox.clicked.connect(fail)
    user.click(desk.module.ui.axialCheckBox)
    desk.module.ui.axialCheckBox.clicked.disconnect(fail)
    assert "the knee is no disc" in desk.window.statusBar().currentMessage()
    assert "Traceback" in desk.log.path.read_text(encoding="utf-8")
    user.click(desk.module.ui.saliencyCheckBox)
    assert desk.module.panel.parameters.display.saliency is False


def test_being_held_up_is_noted(desk, user):
    user.wait(0.1)
    desk.heartbeat.reset()
    end = QtCore.QDeadlineTimer(700)
    while not end.hasExpired():
        pass
    user.wait(0.1)
    assert desk.heartbeat.longest_s > 0.5
    assert "did not answer" in desk.log.path.read_text(encoding="utf-8")


def test_a_study_can_be_dropped_on_the_window(desk, user, study):
    data = QtCore.QMimeData()
    data.setUrls([QtCore.QUrl.fromLocalFile(str(study))])
    drop = QtGui.QDropEvent(
        QtCore.QPointF(5, 5), QtCore.Qt.CopyAction, data, QtCore.Qt.LeftButton, QtCore.Qt.NoModifier
    )
    desk.window.dropEvent(drop)
    user.until(lambda: not desk.files.busy)
    assert slicer.util.getNode("T2_sag")
