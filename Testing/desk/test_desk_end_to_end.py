"""The whole panel with the shipped packs and the worker process on the digital phantom, and the module's self test."""

import sys
import unittest

import numpy as np
import pytest
import slicer
from discgrader.imaging.files import write_volume
from discgrader.mrml.nodes import roi_from_node
from discgrader.phantom.study import make_study
from panel_reader import LEVELS, PFIRRMANN, center_of, click_cell, finish, is_said_to_be_moved, key, settled
from PySide6 import QtCore

from desk.install import MODULE_FILE

SAGITTAL_SYSTEMS = ("pfirrmann", "spider", "calcification", "measured-canal")
"""What can be graded without an axial series."""
CONTROL = QtCore.Qt.ControlModifier


@pytest.fixture(scope="module")
def phantom(tmp_path_factory):
    """The middle of a phantom's T2, with every Pfirrmann grade once, in a folder; and the phantom."""
    made = make_study(1, dict(zip(LEVELS, (1, 2, 3, 4, 5), strict=True)), series=("T2",), middle_slices=5)
    folder = tmp_path_factory.mktemp("study") / "phantom"
    folder.mkdir()
    write_volume(made.study.series[0].volume, folder / "sag_T2.nii.gz")
    return folder, made


def installed_files() -> dict:
    """What is installed, and when it was written; Python's own cache left out."""
    found = (path for path in MODULE_FILE.parent.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


def grades(panel) -> dict:
    return {one: (cell.grade, cell.status, cell.stale) for one, cell in panel.state.grid.cells.items()}


def boxes(panel) -> dict:
    nodes = {level: panel.logic.readings.node(level) for level in panel.state.grid.levels}
    return {level: roi_from_node(node).corners_lps().round(2).tolist() for level, node in nodes.items()}


def test_a_phantom_is_found_graded_corrected_saved_and_opened(desk, user, phantom, tmp_path):
    folder, made = phantom
    before_all = installed_files()
    panel = desk.module.panel
    user.open(folder)
    user.wait(0.1)
    try:
        finish(panel, user, panel.ui.findButton)
        levels = panel.state.grid.levels
        assert set(LEVELS) <= set(levels), panel.ui.statusLabel.text
        for disc in made.discs:
            if disc.level in levels:
                box = roi_from_node(panel.logic.readings.node(disc.level))
                assert box.contains(disc.center_lps_mm) and abs(box.to_local(disc.center_lps_mm)[2]) < 4.0, disc.level

        finish(panel, user, panel.ui.gradeButton)
        assert panel.ui.statusLabel.text == "Graded."
        sagittal = [task for task in panel.state.grid.columns if task[0] in SAGITTAL_SYSTEMS]
        above = {
            (level, *task)
            for level in levels
            for task in sagittal
            if level.startswith("T") and task[0] in ("calcification", "measured-canal")
        }
        assert {(level, *task) for level in levels for task in sagittal} - above == set(panel.state.grid.cells)
        found, first = boxes(panel), grades(panel)
        severity = {level: int(first[(level, *PFIRRMANN)][0]) for level in LEVELS}
        assert severity["L1-L2"] < severity["L3-L4"] < severity["L5-S1"]

        click_cell(panel, user, "L4-L5", PFIRRMANN)
        composite = desk.layout.sliceWidget("Yellow").mrmlSliceCompositeNode()
        assert (
            slicer.mrmlScene.GetNodeByID(composite.GetForegroundVolumeID())
            .GetName()
            .startswith("Saliency overlay, L4-L5")
        )
        user.drag("Yellow", center_of(panel, "L4-L5"), (0.0, 6.0, 3.0))
        settled(panel, user)
        moved = boxes(panel)
        assert [level for level in levels if moved[level] != found[level]] == ["L4-L5"]
        assert not is_said_to_be_moved(panel, "L4-L5") and "L4-L5 graded again" in panel.ui.statusLabel.text
        asked = panel.logic.reading(panel.study).disc("L4-L5")
        assert len(asked.gradings) == 2 and not asked.is_stale

        key(desk, QtCore.Qt.Key_2)
        assert panel.state.grid.cells[("L4-L5", *PFIRRMANN)].status == "overridden"
        key(desk, QtCore.Qt.Key_Z, CONTROL)
        key(desk, QtCore.Qt.Key_Z, CONTROL)
        settled(panel, user)
        assert boxes(panel) == found and grades(panel) == first and not panel.ui.undoButton.enabled
        key(desk, QtCore.Qt.Key_Y, CONTROL)
        key(desk, QtCore.Qt.Key_Y, CONTROL)
        settled(panel, user)
        assert boxes(panel) == moved and panel.state.grid.cells[("L4-L5", *PFIRRMANN)].grade == "2"

        last = grades(panel)
        assert desk.files.save(tmp_path / "phantom.mrb")
        desk.files.close_scene()
        user.wait(0.1)
        user.open(tmp_path / "phantom.mrb")
        user.wait(0.2)
        assert grades(panel) == last and panel.state.chosen == ("L4-L5", *PFIRRMANN)
        assert np.allclose(list(boxes(panel).values()), list(moved.values()), atol=0.05)

        user.drag("Yellow", center_of(panel, "L3-L4"), (0.0, 5.0, 2.0))
        settled(panel, user)
        assert not is_said_to_be_moved(panel, "L3-L4")
        assert len(panel.logic.reading(panel.study).disc("L3-L4").gradings) == 2
        panel.logic.readings.node("L1-L2").SetCenterWorld(0.0, 0.0, 5000.0)
        settled(panel, user)
        finish(panel, user, panel.ui.gradeButton)
        assert panel.ui.statusLabel.text == "Graded." and "The box of L1-L2 lies outside" in panel.ui.warningLabel.text
        gone = ("L1-L2", *PFIRRMANN)
        assert gone not in panel.state.grid.cells and "do not show it" in panel.state.grid.not_graded[gone[:2]]
    finally:
        desk.module.logic.close()
    assert installed_files() == before_all, "nothing is written where the extension is installed"


def test_the_self_test_passes_on_the_desk(desk):
    outcome = unittest.TestResult()
    sys.modules["DiscGrader"].DiscGraderTest("runTest").run(outcome)
    assert not outcome.errors and not outcome.failures, outcome.errors + outcome.failures
    assert outcome.testsRun == 1 and not outcome.skipped
