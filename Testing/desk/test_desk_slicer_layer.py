"""What Slicer's own layer of Python does around the module: scenes that are opened, older ones, keys, wrappers,
selectors."""

import gc
import re
import zipfile

import pytest
import slicer
from block_engine import BlockEngine
from fake_engine import write_blocks
from panel_reader import LEVELS, PFIRRMANN, click_cell, finish, settled
from PySide6 import QtCore
from PySide6.QtTest import QTest

SLICERS_KEYS = {"B", "F", "G", "R", "S", "T", "V", "Shift+V", "[", "]", "{", "}", "Left", "Right", "Up", "Down"}
"""What slice views listen to, from vtkMRMLSliceIntersectionWidget, and S."""


def state(panel) -> tuple:
    """What the reader chose, as the panel shows it."""
    ui, parameters = panel.ui, panel.parameters
    return (
        {role: node.GetName() for role, node in parameters.volumes().items()},
        [node and node.GetName() for node in (ui.t2Selector.currentNode(), ui.t1Selector.currentNode())],
        ui.marginSlider.value, ui.opacitySlider.value, ui.labelsCheckBox.checked, parameters.chosen.level,
    )  # fmt: skip


def changed_scene(path, change):
    """Have the text of a saved scene changed, as if another version had saved it."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    [scene] = [name for name in files if name.endswith(".mrml")]
    files[scene] = change(files[scene].decode("utf-8")).encode("utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@pytest.fixture
def saved(graded, desk, user, tmp_path):
    """A reading in which nothing is as it was at first, and its scene's file."""
    graded.ui.marginSlider.value = 12.0
    settled(graded, user)
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    graded.ui.opacitySlider.value = 0.8
    graded.ui.labelsCheckBox.click()
    user.wait(0.1)
    path = tmp_path / "study.mrb"
    assert desk.files.save(path)
    return path


def test_a_scene_that_is_opened_while_the_module_is_in_front_is_as_it_was_left(saved, desk, user):
    panel = desk.module.panel
    before = state(panel)
    assert before == ({"T2": "T2_sag", "T1": "T1_sag"}, ["T2_sag", "T1_sag"], 12.0, 0.8, False, "L4-L5")
    for _ in range(2):
        user.open(saved)
        user.wait(0.2)
        assert state(panel) == before and panel.state.grid.levels == LEVELS
    desk.files.close_scene()
    user.wait(0.1)
    assert panel.parameters.volumes() == {} and panel.ui.marginSlider.value == 10.0
    user.open(saved)
    user.wait(0.2)
    assert state(panel) == before
    panel.logic.jobs.engine = BlockEngine()
    finish(panel, user, panel.ui.gradeButton)
    assert len(panel.state.grid.cells) == 15


def test_a_study_that_is_opened_after_a_scene_fills_the_selectors(saved, desk, user, tmp_path):
    user.open(saved)
    user.wait(0.1)
    desk.files.close_scene()
    user.open(write_blocks(tmp_path / "more"))
    user.wait(0.2)
    assert desk.module.ui.t2Selector.currentNode().GetName() == "T2_sag"


@pytest.mark.parametrize("entered", [True, False])
def test_a_scene_of_an_older_version_gets_the_defaults_of_what_it_did_not_know(saved, desk, user, entered):
    missing = r'"display\.(saliencyOpacity|labels|labelTask) [^"]*"|"grading\.hiddenTasks_len [^"]*"'

    def older(text):
        changed, count = re.subn(rf"parameter\d+= ?({missing})", "", text)
        assert count == 4
        return changed

    changed_scene(saved, older)
    if not entered:
        slicer.util.selectModule("Data")
    user.open(saved)
    slicer.util.selectModule("DiscGrader")
    user.wait(0.2)
    panel = desk.module.panel
    told = state(panel)
    assert told[:3] == ({"T2": "T2_sag", "T1": "T1_sag"}, ["T2_sag", "T1_sag"], 12.0), "what it knew is as it was"
    assert told[3:5] == (0.5, True) and panel.parameters.display.labelTask == "pfirrmann/pfirrmann"
    assert list(panel.parameters.grading.hiddenTasks) == []


def heard(desk, key) -> bool:
    """Whether a key of the module does something in the window."""
    before = desk.module.ui.labelsCheckBox.checked
    QTest.keyClick(desk.window, key)
    slicer.app.processEvents()
    return desk.module.ui.labelsCheckBox.checked != before


def test_keys_are_heard_only_while_the_module_is_open(desk, user):
    keys = desk.module.panel.keys.keys
    assert keys.bound and heard(desk, QtCore.Qt.Key_L)
    slicer.util.selectModule("Data")
    assert not keys.bound and not heard(desk, QtCore.Qt.Key_L)
    desk.files.close_scene()
    user.wait(0.1)
    assert not keys.bound, "the scene is closed in another module"
    slicer.util.selectModule("DiscGrader")
    desk.files.close_scene()
    assert keys.bound and heard(desk, QtCore.Qt.Key_L), "the scene was closed in the module"
    slicer.util.reloadScriptedModule("DiscGrader")
    assert desk.module.panel.keys.keys.bound and heard(desk, QtCore.Qt.Key_L)


def test_no_key_is_taken_from_slicers_views(desk):
    from discgrader.panel.keys import key_actions

    assert not {action.default for action in key_actions()} & SLICERS_KEYS


def test_coming_and_going_piles_up_neither_wrappers_nor_observers(panel, desk, user):
    def here():
        gc.collect()
        kind = type(panel.parameters)
        node = panel.parameters.parameterNode
        return sum(type(one) is kind for one in gc.get_objects()), str(node).count("vtkObserver (")

    first, before = panel.parameters, here()
    assert before[0] == 1
    for _ in range(4):
        slicer.util.selectModule("Data")
        slicer.util.selectModule("DiscGrader")
    assert panel.parameters is first, "the node is the same"
    assert here() == before
    slider = panel.ui.opacitySlider
    slider.value = 0.7
    assert panel.parameters.display.saliencyOpacity == 0.7
    panel.parameters.display.saliencyOpacity = 0.2
    assert slider.value == 0.2
    slicer.util.selectModule("Data")
    slider.value = 0.9
    slicer.util.selectModule("DiscGrader")
    assert panel.parameters.display.saliencyOpacity == 0.2, "a panel that is not in front changes nothing"


def test_opening_scenes_piles_up_neither_wrappers_nor_observers(saved, desk, user):
    panel, counts = desk.module.panel, []
    for _ in range(3):
        user.open(saved)
        user.wait(0.1)
        gc.collect()
        node = panel.parameters.parameterNode
        counts.append(
            (sum(type(one) is type(panel.parameters) for one in gc.get_objects()), str(node).count("vtkObserver ("))
        )
    assert counts[0][0] == 1 and len(set(counts)) == 1


def test_saliency_maps_are_in_no_selector(graded, user, desk):
    volumes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    maps = [node for node in volumes if node.GetAttribute("DiscGrader.Kind") == "saliency"]
    assert len(maps) == 5
    ui = graded.ui
    assert ui.axialT2Selector.count == 0, "neither the maps nor the sagittal series"
    for selector in (ui.t2Selector, ui.t1Selector, ui.t2SpaceSelector):
        offered = [selector.nodeFromIndex(number).GetName() for number in range(selector.nodeCount())]
        assert sorted(offered) == ["T1_sag", "T2_sag"]
