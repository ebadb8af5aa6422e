"""A clean picture: everything that lies over it can be hidden by kind, or all at once, and comes back as it was."""

import numpy as np
import pytest
import slicer
from panel_reader import PFIRRMANN, center_of, click_cell, finish, key
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from desk.user import pixels_of


@pytest.fixture
def chosen(graded, user, desk):
    """The panel with L4-L5 chosen, so that its box, label and saliency stand out."""
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    user.wait(0.2)
    yield graded
    for name in ("boxes", "outlines", "labels", "saliency"):
        setattr(graded.parameters.display, name, True)
    graded.parameters.display.clean = False
    user.wait(0.1)


def overlays(panel):
    """What lies over the picture: which nodes are seen, labels, and the foreground of each view."""
    scene = slicer.mrmlScene
    for name in ("Red", "Yellow"):
        slicer.app.layoutManager().sliceWidget(name).sliceView().forceRender()
    slicer.app.layoutManager().threeDWidget(0).threeDView().forceRender()
    kinds = ("vtkMRMLMarkupsROINode", "vtkMRMLMarkupsClosedCurveNode", "vtkMRMLSegmentationNode")
    nodes = [node for kind in kinds for node in slicer.util.getNodesByClass(kind) if node.GetDisplayNode() is not None]
    composites = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    foregrounds = [scene.GetNodeByID(one.GetForegroundVolumeID() or "") for one in composites]
    return {
        "seen": {node.GetName() for node in nodes if node.GetDisplayNode().GetVisibility()},
        "handles": {
            node.GetName()
            for node in slicer.util.getNodesByClass("vtkMRMLMarkupsROINode")
            if node.GetDisplayNode().GetHandlesInteractive()
        },
        "names": {
            node.GetName()
            for node in slicer.util.getNodesByClass("vtkMRMLMarkupsROINode")
            if node.GetDisplayNode().GetPropertiesLabelVisibility()
        },
        "labels": sorted(text for view in panel.logic.labels.views for text in view.shown()),
        "saliency": {one.GetName() for one in foregrounds if one is not None},
    }


CLEAN = {"seen": set(), "handles": set(), "names": set(), "labels": [], "saliency": set()}


def test_one_key_hides_all_and_brings_all_back(chosen, user, desk):
    user.wait(0.2)
    before = overlays(chosen)
    assert before["seen"] and before["handles"] == {"L4-L5"} and before["labels"] and before["saliency"]
    key(desk, QtCore.Qt.Key_Z)
    user.wait(0.2)
    assert overlays(chosen) == CLEAN and chosen.ui.cleanCheckBox.checked
    colored = [np.ptp(pixels_of(desk.layout.sliceWidget(name).sliceView()), axis=2).max() for name in ("Red", "Yellow")]
    assert max(colored) < 20, "nothing but gray and the writing of the view is left"
    key(desk, QtCore.Qt.Key_Z)
    user.wait(0.2)
    assert overlays(chosen) == before


@pytest.mark.parametrize(
    ("box", "gone"),
    [
        ("boxesCheckBox", {"seen": {"blocks segmentation"}, "handles": set()}),
        ("outlinesCheckBox", {"seen": {"L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"}}),
        ("labelsCheckBox", {"labels": []}),
        ("saliencyCheckBox", {"saliency": set()}),
    ],
)
def test_each_kind_has_a_switch(chosen, user, box, gone):
    before = overlays(chosen)
    getattr(chosen.ui, box).click()
    user.wait(0.2)
    assert overlays(chosen) == before | gone
    chosen.ui.cleanCheckBox.click()
    user.wait(0.2)
    assert overlays(chosen) == CLEAN
    chosen.ui.cleanCheckBox.click()
    user.wait(0.2)
    assert overlays(chosen) == before | gone, "what was hidden before is hidden still"
    getattr(chosen.ui, box).click()
    user.wait(0.2)
    assert overlays(chosen) == before


def test_what_a_hand_has_hidden_stays_hidden(chosen, user):
    slicer.util.getNode("L2-L3").GetDisplayNode().SetVisibility(False)
    before = overlays(chosen)
    for box in (chosen.ui.cleanCheckBox, chosen.ui.boxesCheckBox):
        box.click()
        user.wait(0.1)
        box.click()
        user.wait(0.1)
        assert overlays(chosen) == before


def test_hidden_boxes_stay_hidden_when_the_disc_or_its_grades_change(chosen, user):
    chosen.ui.boxesCheckBox.click()
    click_cell(chosen, user, "L2-L3", PFIRRMANN)
    finish(chosen, user, chosen.ui.gradeButton)
    chosen.set_grade(("L2-L3", *PFIRRMANN), "5")
    user.wait(0.1)
    assert overlays(chosen)["seen"] == {"blocks segmentation"} and overlays(chosen)["handles"] == set()


@pytest.mark.parametrize("way", ["switch", "eye"])
def test_no_handle_of_a_hidden_box_can_be_dragged(chosen, user, desk, way):
    node = chosen.logic.readings.node("L4-L5")
    center, size = np.array(center_of(chosen, "L4-L5")), np.array(node.GetSize())
    top = center + [0, 0, size[2] / 2]
    if way == "switch":
        chosen.ui.boxesCheckBox.click()
    else:
        node.GetDisplayNode().SetVisibility(False)
    user.wait(0.2)
    for place in (top, center):
        user.drag("Yellow", place, (0.0, 0.0, 8.0))
    assert np.allclose(center_of(chosen, "L4-L5"), center) and np.allclose(node.GetSize(), size)


def test_the_switches_are_kept_with_the_scene(chosen, user, desk, tmp_path):
    before = overlays(chosen)
    chosen.ui.outlinesCheckBox.click()
    chosen.ui.cleanCheckBox.click()
    user.wait(0.1)
    assert desk.files.save(tmp_path / "study.mrb")
    desk.files.close_scene()
    user.open(tmp_path / "study.mrb")
    user.wait(0.4)
    assert overlays(chosen) == CLEAN and chosen.ui.cleanCheckBox.checked and not chosen.ui.outlinesCheckBox.checked
    chosen.ui.cleanCheckBox.click()
    chosen.ui.outlinesCheckBox.click()
    user.wait(0.3)
    assert overlays(chosen)["seen"] == before["seen"] and overlays(chosen)["labels"]


def pixels_at(desk, panel, name, text):
    """The middle of a label in a view, in pixels of Qt."""
    view = desk.layout.threeDWidget(0).threeDView() if name == "1" else desk.layout.sliceWidget(name).sliceView()
    view.forceRender()
    window = view.renderWindow()
    shown = next(one for one in panel.logic.labels.views if one.view.window is window).shown()
    left, right, bottom, top = next(place for label, place in shown.items() if label.startswith(text))
    ratio = QtWidgets.QWidget.devicePixelRatioF(view)
    middle = ((left + right) / 2 / ratio, QtWidgets.QWidget.height(view) - 1 - (bottom + top) / 2 / ratio)
    return view, QtCore.QPoint(*map(round, middle))


@pytest.mark.parametrize("view", ["Yellow", "1"])
def test_a_click_on_a_label_chooses_its_disc(chosen, user, desk, view):
    widget, place = pixels_at(desk, chosen, view, "L2-L3")
    QTest.mouseClick(widget, QtCore.Qt.LeftButton, QtCore.Qt.NoModifier, place)
    user.wait(0.2)
    assert chosen.state.chosen == ("L2-L3", *PFIRRMANN)
    assert desk.layout.sliceWidget("Red").mrmlSliceNode().GetSliceOffset() == pytest.approx(
        center_of(chosen, "L2-L3")[2], abs=2.5
    )


def test_a_drag_that_begins_on_a_label_chooses_nothing_and_moves_the_picture(chosen, user, desk):
    _, place = pixels_at(desk, chosen, "Yellow", "L2-L3")
    node = desk.layout.sliceWidget("Yellow").mrmlSliceNode()
    before = list(node.GetXYZOrigin())
    end = (place.x() + 30, place.y() + 20)
    user.drag_pixels("Yellow", (place.x(), place.y()), end, QtCore.Qt.MiddleButton)
    assert list(node.GetXYZOrigin()) != before
    user.drag_pixels("Yellow", (place.x(), place.y()), end)
    assert chosen.state.chosen == ("L4-L5", *PFIRRMANN)


def height_of_labels(desk, panel):
    view = desk.layout.sliceWidget("Yellow").sliceView()
    view.forceRender()
    window = view.renderWindow()
    shown = next(one for one in panel.logic.labels.views if one.view.window is window).shown()
    return min(top - bottom for _, _, bottom, top in shown.values())


def test_labels_grow_with_the_letters_of_the_application_and_for_the_back_row(chosen, user, desk):
    usual = height_of_labels(desk, chosen)
    font = QtWidgets.QApplication.font()
    larger = QtGui.QFont(font)
    larger.setPointSizeF(1.5 * font.pointSizeF())
    QtWidgets.QApplication.setFont(larger)
    try:
        chosen.logic.labels.refresh()
        assert height_of_labels(desk, chosen) == pytest.approx(1.5 * usual, rel=0.2)
    finally:
        QtWidgets.QApplication.setFont(font)
    chosen.logic.labels.refresh()
    chosen.ui.presentationCheckBox.click()
    user.wait(0.1)
    assert height_of_labels(desk, chosen) > 1.8 * usual
    chosen.ui.presentationCheckBox.click()
    user.wait(0.1)
    assert height_of_labels(desk, chosen) == usual


def test_no_two_actions_come_with_one_key(desk):
    from discgrader.panel.keys import DIGITS, key_actions

    keys = [action.default for action in key_actions()]
    assert len(set(keys)) == len(keys) and not set(keys) & set(DIGITS)
