"""A study that was read, saved, and opened on another day, as a bundle and as a scene file beside its data."""

import numpy as np
import pytest
import slicer
import vtk
from block_engine import BlockEngine
from panel_reader import LEVELS, PFIRRMANN, click_cell, is_said_to_be_moved, key, settled, shown
from PySide6 import QtCore
from vtk.util import numpy_support


@pytest.fixture(autouse=True)
def own_keys():
    settings = slicer.app.userSettings()
    settings.remove("DiscGrader")
    yield
    settings.remove("DiscGrader")


def save_bundle(desk, folder):
    path = folder / "study.mrb"
    assert desk.files.save(path)
    return path


def save_scene_file(desk, folder):
    (folder / "study").mkdir()
    assert slicer.mrmlScene.SaveSceneToSlicerDataBundleDirectory(str(folder / "study"), None)
    return folder / "study" / "study.mrml"


def axial_normal(desk) -> np.ndarray:
    matrix = desk.layout.sliceWidget("Red").mrmlSliceNode().GetSliceToRAS()
    return np.array([matrix.GetElement(row, 2) for row in range(3)])


def sagittal_foreground(desk):
    composite = desk.layout.sliceWidget("Yellow").mrmlSliceCompositeNode()
    return slicer.mrmlScene.GetNodeByID(composite.GetForegroundVolumeID() or ""), composite.GetForegroundOpacity()


def labels(panel, desk) -> list[str]:
    """What stands beside the discs in all views."""
    for view in desk.layout.views():
        view.forceRender()
    return sorted({text for view in panel.logic.labels.views for text in view.shown()})


def state(panel, desk) -> dict:
    """All of the panel and its views that a reader would miss."""
    parameters, ui = panel.parameters, panel.ui
    node, opacity = sagittal_foreground(desk)
    sizes = {
        level: np.round(panel.logic.readings.node(level).GetSize(), 3).tolist() for level in panel.state.grid.levels
    }
    return {
        "columns": panel.state.grid.columns,
        "cells": {one: (cell.grade, cell.status, cell.reason) for one, cell in panel.state.grid.cells.items()},
        "chosen": panel.state.chosen,
        "boxes": sizes,
        "margin": ui.marginSlider.value,
        "saliency": (ui.saliencyCheckBox.checked, ui.opacitySlider.value, ui.thresholdSlider.value),
        "saliency on the view": node and (node.GetName(), opacity, node.GetDisplayNode().GetLowerThreshold()),
        "axial": (ui.axialCheckBox.checked, np.round(axial_normal(desk), 4).tolist()),
        "labels": (ui.labelsCheckBox.checked, parameters.display.labelTask, labels(panel, desk)),
        "systems": (list(parameters.grading.systemsOff), list(parameters.grading.hiddenTasks)),
        "graded with saliency": parameters.grading.saliency,
        "reader": ui.readerLineEdit.text,
        "series": {role: one.GetName() for role, one in parameters.volumes().items()},
        "keys": panel.keys.keys.keys(),
    }


def reopen(desk, user, path):
    """Close the scene as a day's end does, and open it from its file."""
    slicer.util.selectModule("Data")
    desk.files.close_scene()
    user.wait(0.1)
    user.open(path)
    slicer.util.selectModule("DiscGrader")
    user.wait(0.2)


@pytest.fixture
def arranged(graded, user, desk):
    """A reading in which nothing is as it was at first."""
    graded.ui.readerLineEdit.text = "Dr. A"
    graded.keys.keys.choose({**graded.keys.keys.keys(), "accept": "Ctrl+Return"})
    graded.ui.marginSlider.value = 12.0
    settled(graded, user)
    graded.set_grade(("L3-L4", *PFIRRMANN), "5", "collapsed")
    graded.accept_grade(("L2-L3", *PFIRRMANN))
    graded.systems.tasks["pfirrmann/high_grade"].setCheckState(0, QtCore.Qt.Unchecked)
    graded.systems.systems["spider"].setCheckState(0, QtCore.Qt.Unchecked)
    user.wait(0.1)
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    graded.ui.opacitySlider.value, graded.ui.thresholdSlider.value = 0.8, 0.6
    graded.parameters.display.labelTask = "chosen"
    graded.parameters.grading.saliency = False
    key(desk, QtCore.Qt.Key_X)
    user.wait(0.2)
    return graded


@pytest.mark.parametrize("save", [save_bundle, save_scene_file])
def test_everything_is_as_it_was_left(arranged, user, desk, tmp_path, save, capfd):
    before = state(arranged, desk)
    assert before["chosen"] == ("L4-L5", *PFIRRMANN) and before["saliency on the view"][1] == pytest.approx(0.8)
    assert before["labels"] == (True, "chosen", ["L1-L2  I", "L2-L3  II", "L3-L4  V", "L4-L5  IV", "L5-S1  V"])
    assert before["systems"] == (["spider"], ["pfirrmann/high_grade"])
    assert abs(before["axial"][1][2]) < 0.9999 and before["keys"]["accept"] == "Ctrl+Return"
    reopen(desk, user, save(desk, tmp_path))
    # MRML says this whenever it reads a view that lies in none of the standard planes.
    assert capfd.readouterr().err.rstrip("\n\x1b[0m").endswith("invalid orientation preset name: Reformat")
    panel = desk.module.panel
    assert state(panel, desk) == before
    assert "✎" in shown(panel, "L3-L4") and "✓" in shown(panel, "L2-L3")
    assert not panel.ui.undoButton.enabled, "steps are of the day"
    key(desk, QtCore.Qt.Key_X)
    assert np.allclose(axial_normal(desk), (0.0, 0.0, 1.0)), (
        "the axial view goes back to where it was before it was turned"
    )
    panel.logic.jobs.engine = BlockEngine()
    panel.logic.readings.node("L3-L4").SetCenterWorld(1.0, 2.0, 3.0)
    settled(panel, user)
    assert not is_said_to_be_moved(panel, "L3-L4"), "a moved box is graded anew as on the first day"
    assert panel.logic.readings.of().history.undo_words.startswith("Undo: move L3-L4 box")


@pytest.mark.parametrize("save", [save_bundle, save_scene_file])
def test_saliency_and_labels_that_were_switched_off_stay_off(graded, user, desk, tmp_path, save):
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    graded.ui.labelsCheckBox.click()
    graded.ui.saliencyCheckBox.click()
    user.wait(0.1)
    before = state(graded, desk)
    assert before["labels"][0] is False and before["labels"][2] == [] and before["saliency"][0] is False
    reopen(desk, user, save(desk, tmp_path))
    assert state(desk.module.panel, desk) == before


def test_a_scene_of_which_the_panel_knows_nothing_is_shown_by_default(graded, user, desk, tmp_path):
    path = save_bundle(desk, tmp_path)
    reopen(desk, user, path)
    node = desk.module.panel.parameters.parameterNode
    with slicer.util.NodeModify(node):
        for name in list(node.GetParameterNames()):
            node.UnsetParameter(name)
    slicer.util.selectModule("Data")
    slicer.util.selectModule("DiscGrader")
    user.wait(0.1)
    panel = desk.module.panel
    assert panel.state.grid.levels == LEVELS and len(panel.state.grid.cells) == 15 and panel.state.chosen is None
    assert panel.ui.saliencyCheckBox.checked and panel.ui.labelsCheckBox.checked and not panel.ui.axialCheckBox.checked
    assert panel.ui.marginSlider.value == 10.0


def outlined(desk) -> int:
    """How many pixels of the sagittal view have a color, in a picture that is gray but for its segments."""
    view = desk.layout.sliceWidget("Yellow").sliceView()
    view.forceRender()
    window, pixels = view.renderWindow(), vtk.vtkUnsignedCharArray()
    width, height = window.GetSize()
    window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
    colors = numpy_support.vtk_to_numpy(pixels).astype(int)
    return int((np.ptp(colors, axis=1) > 60).sum())


def test_outlines_of_segments_are_drawn_when_the_scene_is_opened(graded, user, desk, tmp_path):
    graded.ui.labelsCheckBox.checked = False
    for level in LEVELS:
        graded.logic.readings.node(level).GetDisplayNode().SetVisibility(False)
    slicer.util.selectModule("Data")
    user.wait(0.2)
    before = outlined(desk)
    path = save_bundle(desk, tmp_path)
    desk.files.close_scene()
    user.wait(0.1)
    user.open(path)
    user.wait(0.2)
    assert before > 500 and outlined(desk) == pytest.approx(before, rel=0.05)
