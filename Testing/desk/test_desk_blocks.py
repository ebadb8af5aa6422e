"""Axial series in several blocks at the desk: chosen by themselves, shown at the disc that each of them shows, kept."""

import numpy as np
import pytest
import slicer
import vtk
from axial_block_study import BLOCKS, ON_AXIAL, AxialBlockEngine, write_block_study
from discgrader.mrml.nodes import attribute, roi_from_node
from discgrader.mrml.volumes import grid_of_volume
from panel_reader import LEVELS, PFIRRMANN, check_axial, checked_axial, click_cell, finish, know_only
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest
from vtk.util import numpy_support

BLOCK_OF = {level: name for name, levels in BLOCKS.items() for level in levels}


@pytest.fixture
def loaded(desk, user, tmp_path, monkeypatch):
    """The panel with a study of three axial blocks that was opened."""
    know_only(monkeypatch, desk.module.panel)
    desk.module.logic.jobs.engine = AxialBlockEngine()
    user.open(write_block_study(tmp_path / "study"))
    user.wait(0.2)
    return desk.module.panel


@pytest.fixture
def graded(loaded, user):
    finish(loaded, user, loaded.ui.gradeButton)
    return loaded


def names(nodes) -> set[str]:
    return {node.GetName() for node in nodes}


def red(desk):
    widget = desk.layout.sliceWidget("Red")
    composite = widget.mrmlSliceCompositeNode()
    return widget.mrmlSliceNode(), composite, slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID())


def yellow_background(desk):
    composite = desk.layout.sliceWidget("Yellow").mrmlSliceCompositeNode()
    return slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID())


def normal_of(view) -> np.ndarray:
    return np.array([view.GetSliceToRAS().GetElement(row, 2) for row in range(3)])


def slice_normal(node) -> np.ndarray:
    return grid_of_volume(node).directions[:, 2] * (-1, -1, 1)


def on_a_slice(view, node) -> float:
    """How far a view is from the nearest slice of a volume, in slices."""
    grid = grid_of_volume(node)
    place = np.array([view.GetSliceToRAS().GetElement(row, 3) for row in range(3)]) * (-1, -1, 1)
    k = grid.lps_to_index(place)[2]
    return abs(k - round(k))


def share_of_black(desk) -> float:
    """How much of the middle of the axial view is black."""
    view = desk.layout.sliceWidget("Red").sliceView()
    view.forceRender()
    window, pixels = view.renderWindow(), vtk.vtkUnsignedCharArray()
    columns, rows = window.GetSize()
    window.GetPixelData(0, 0, columns - 1, rows - 1, 0, pixels, 0)
    colors = numpy_support.vtk_to_numpy(pixels).reshape(rows, columns, -1)
    middle = colors[3 * rows // 8 : 5 * rows // 8, 3 * columns // 8 : 5 * columns // 8]
    return float((middle.max(axis=-1) < 5).mean())


def test_all_blocks_are_chosen_by_themselves_and_each_disc_is_shown_on_its_own(graded, user, desk):
    ui, parameters = graded.ui, graded.parameters
    assert checked_axial(graded) == set(BLOCKS) == names(parameters.volumes()["AX_T2"])
    assert all(name in ui.axialT2Selector.toolTip for name in BLOCKS)
    for level in (*LEVELS, *LEVELS[::-1]):
        click_cell(graded, user, level, PFIRRMANN)
        view, _composite, background = red(desk)
        assert background.GetName() == BLOCK_OF[level], level
        assert yellow_background(desk).GetName() == "T2_sag"
        assert abs(normal_of(view) @ slice_normal(background)) > 0.99999 and on_a_slice(view, background) < 0.01
        middle = roi_from_node(graded.logic.readings.node(level)).center_lps_mm * (-1, -1, 1)
        origin = np.array([view.GetSliceToRAS().GetElement(row, 3) for row in range(3)])
        assert abs((middle - origin) @ normal_of(view)) < 2.1, "the slice nearest to the disc's middle"
        assert share_of_black(desk) < 0.05, level


def test_saliency_lies_in_the_block_and_on_the_slice_that_a_grade_was_read_from(graded, user, desk):
    for level in LEVELS:
        click_cell(graded, user, level, ON_AXIAL)
        view, composite, background = red(desk)
        map_node = slicer.mrmlScene.GetNodeByID(composite.GetForegroundVolumeID())
        assert background.GetName() == BLOCK_OF[level] == attribute(map_node, "Series")
        grid, shown = grid_of_volume(map_node), np.array([view.GetSliceToRAS().GetElement(row, 3) for row in range(3)])
        values = slicer.util.arrayFromVolume(map_node)
        heaviest = values.sum(axis=(1, 2)).argmax()
        assert grid.lps_to_index(shown * (-1, -1, 1))[2] == pytest.approx(heaviest, abs=0.01)
        assert np.allclose(grid.directions, grid_of_volume(background).directions)
        assert yellow_background(desk).GetName() == "T2_sag", "the sagittal view keeps its picture"


def test_a_disc_keeps_its_place_in_the_axial_view_from_block_to_block(graded, user, desk):
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    places = {}
    for level in LEVELS:
        click_cell(graded, user, level, PFIRRMANN)
        middle = roi_from_node(graded.logic.readings.node(level)).center_lps_mm * (-1, -1, 1)
        places[level] = user.point_of("Red", middle)
    reference = places["L4-L5"]
    assert all(abs(place.x() - reference.x()) < 4 and abs(place.y() - reference.y()) < 4 for place in places.values())


def test_the_axial_view_turns_into_the_discs_plane_and_back_into_the_blocks(graded, user, desk):
    click_cell(graded, user, "L1-L2", PFIRRMANN)
    graded.ui.axialCheckBox.click()
    user.wait(0.1)
    click_cell(graded, user, "L5-S1", PFIRRMANN)
    view, _composite, background = red(desk)
    up = roi_from_node(graded.logic.readings.node("L5-S1")).axes_lps[:, 2] * (-1, -1, 1)
    assert background.GetName() == "ax_t2_low" and abs(normal_of(view) @ up) > 0.9999
    graded.ui.axialCheckBox.click()
    user.wait(0.1)
    view, _composite, background = red(desk)
    assert abs(normal_of(view) @ slice_normal(background)) > 0.99999
    assert on_a_slice(view, background) < 0.01


def test_where_no_block_shows_a_disc_the_axial_view_is_not_black(loaded, user, desk):
    for name in ("ax_t2_low", "ax_t2_middle"):
        check_axial(loaded, name)
    user.wait(0.1)
    assert names(loaded.parameters.volumes()["AX_T2"]) == {"ax_t2_high"}
    finish(loaded, user, loaded.ui.gradeButton)
    click_cell(loaded, user, "L2-L3", PFIRRMANN)
    assert red(desk)[2].GetName() == "ax_t2_high"
    click_cell(loaded, user, "L5-S1", PFIRRMANN)
    assert red(desk)[2].GetName() == "T2_sag" and share_of_black(desk) < 0.2
    click_cell(loaded, user, "L1-L2", PFIRRMANN)
    assert red(desk)[2].GetName() == "ax_t2_high"


def test_blocks_are_shown_as_soon_as_discs_are_found(loaded, user, desk):
    finish(loaded, user, loaded.ui.findButton)
    click_cell(loaded, user, "L1-L2", PFIRRMANN)
    assert red(desk)[2].GetName() == "ax_t2_high"


def test_a_block_that_was_unchecked_stays_so_and_one_that_comes_later_is_added(loaded, user, desk, tmp_path):
    check_axial(loaded, "ax_t2_low")
    user.wait(0.1)
    assert names(loaded.parameters.volumes()["AX_T2"]) == {"ax_t2_middle", "ax_t2_high"}
    slicer.util.selectModule("Data")
    slicer.util.selectModule("DiscGrader")
    user.wait(0.1)
    assert checked_axial(loaded) == {"ax_t2_middle", "ax_t2_high"}


def save_and_open(desk, user, path):
    assert desk.files.save(path)
    slicer.util.selectModule("Data")
    desk.files.close_scene()
    user.wait(0.1)
    user.open(path)
    slicer.util.selectModule("DiscGrader")
    user.wait(0.3)


def test_blocks_are_back_when_a_scene_is_opened(graded, user, desk, tmp_path, capfd):
    check_axial(graded, "ax_t2_middle")
    click_cell(graded, user, "L1-L2", ON_AXIAL)
    user.wait(0.1)
    save_and_open(desk, user, tmp_path / "study.mrb")
    capfd.readouterr()
    panel = desk.module.panel
    assert names(panel.parameters.volumes()["AX_T2"]) == {"ax_t2_low", "ax_t2_high"}
    assert checked_axial(panel) == {"ax_t2_low", "ax_t2_high"}
    click_cell(panel, user, "L4-L5", ON_AXIAL)
    assert red(desk)[2].GetName() == "ax_t2_middle", "it was graded on this one"


def test_a_scene_of_one_axial_volume_of_an_older_version_opens(loaded, user, desk, tmp_path, capfd):
    node = loaded.parameters.parameterNode
    one = slicer.util.getNode("ax_t2_middle")
    loaded.parameters.setAxialNodes([one])
    for name in list(node.GetParameterNames()):
        if name.startswith("axialVolumes"):
            node.UnsetParameter(name)
            node.RemoveNodeReferenceIDs(name)
    assert node.GetNodeReference("series.axialT2") is one
    save_and_open(desk, user, tmp_path / "older.mrb")
    capfd.readouterr()
    panel = desk.module.panel
    assert names(panel.parameters.volumes()["AX_T2"]) == {"ax_t2_middle"}
    assert checked_axial(panel) == {"ax_t2_middle"}


def test_the_margin_of_the_panel_reaches_discs_that_grading_finds(loaded, user):
    loaded.ui.marginSlider.value = 12.0
    user.wait(0.1)
    finish(loaded, user, loaded.ui.gradeButton)
    assert loaded.logic.jobs.engine.asked[0][0] == "localize" and loaded.logic.jobs.engine.asked[0][2] == 12.0
    assert loaded.ui.marginSlider.value == 12.0
    reading = loaded.logic.reading(loaded.study)
    assert {one.margin_mm for one in reading.present} == {12.0}
    assert loaded.logic.readings.node("L4-L5").GetSize()[2] == pytest.approx(10.0 + 24.0, abs=1.0)


def test_scripts_give_a_volume_or_a_list_for_any_role(loaded, user):
    node = slicer.util.getNode
    loaded.logic.findDiscs({"T2": [node("T2_sag")], "AX_T2": [node(name) for name in BLOCKS], "T1": None})
    assert loaded.logic.jobs.engine.asked[-1][1] == ["T2", "AX_T2", "AX_T2", "AX_T2"]
    loaded.logic.findDiscs({"T2": node("T2_sag"), "AX_T2": node("ax_t2_low")})
    assert loaded.logic.jobs.engine.asked[-1][1] == ["T2", "AX_T2"]
    from discgrader.errors import UsageError

    with pytest.raises(UsageError, match="ax_t2_low is chosen twice"):
        loaded.logic.findDiscs({"T2": node("T2_sag"), "AX_T2": [node("ax_t2_low")] * 2})


def test_the_axial_view_shows_something_as_soon_as_a_study_is_opened(loaded, user, desk):
    assert red(desk)[2].GetName() in BLOCKS and share_of_black(desk) < 0.5


def test_axial_volumes_alone_are_offered_and_a_click_turns_a_mark(loaded, user, desk):
    selector = loaded.ui.axialT2Selector
    assert {selector.itemText(row) for row in range(selector.count)} == set(BLOCKS)
    selector.showPopup()
    user.wait(0.1)
    view = QtWidgets.QComboBox.view(selector)
    place = view.visualRect(view.model().index(1, 0)).center()
    QTest.mouseClick(view.viewport(), QtCore.Qt.LeftButton, QtCore.Qt.NoModifier, place)
    user.wait(0.2)
    assert view.isVisible(), "more can be checked"
    selector.hidePopup()
    assert len(checked_axial(loaded)) == 2 == len(loaded.parameters.volumes()["AX_T2"])
    assert selector.itemText(1) not in checked_axial(loaded)
