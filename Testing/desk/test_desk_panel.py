"""A reader at the panel: finds, grades, looks, corrects by mouse and key, saves, and comes back another day."""

import threading
from pathlib import Path

import numpy as np
import pytest
import slicer
from block_engine import BlockEngine
from discgrader.errors import UsageError
from discgrader.reading.files import load_reading
from fake_engine import write_blocks
from panel_reader import LEVELS, PFIRRMANN, click_cell, finish, head_of, is_said_to_be_moved, key, shown, widget_of
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest


def test_selectors_fill_themselves_and_buttons_say_why_they_wait(desk, user, tmp_path):
    ui = desk.module.ui
    assert not ui.findButton.enabled and ui.findButton.toolTip == "Choose a series first."
    assert "DiscGrader phantom" in ui.gradeHintLabel.text
    user.open(write_blocks(tmp_path / "blocks"))
    user.wait(0.1)
    assert ui.t2Selector.currentNode().GetName() == "T2_sag" and ui.t1Selector.currentNode().GetName() == "T1_sag"
    assert ui.t2SpaceSelector.currentNode() is None and ui.axialT2Selector.noneChecked()
    assert ui.findButton.enabled and not ui.acceptButton.enabled
    ui.t1Selector.setCurrentNode(None)
    slicer.util.selectModule("Data")
    slicer.util.selectModule("DiscGrader")
    assert ui.t1Selector.currentNode() is None, "that no T1 is wanted is a choice, too"


def test_grade_becomes_stop_and_the_table_fills(panel, user, desk):
    finish(panel, user, panel.ui.findButton)
    assert panel.state.grid.levels == LEVELS and panel.state.grid.cells == {}
    panel.logic.jobs.engine.hold = threading.Event()
    user.click(panel.ui.gradeButton)
    assert panel.ui.gradeButton.text == "Stop" and panel.ui.progressBar.visible
    # What can be pressed follows with the next drawing of the panel.
    user.until(lambda: not panel.ui.findButton.enabled)
    assert "Stop" in panel.ui.findButton.toolTip
    assert "…" in shown(panel, "L4-L5")
    user.click(panel.ui.gradeButton)
    panel.logic.jobs.engine.hold.set()
    user.until(lambda: not panel.computation.running, 30)
    assert panel.ui.gradeButton.text == "Grade" and panel.ui.statusLabel.text.startswith("Stopped")
    assert panel.state.grid.cells == {}
    finish(panel, user, panel.ui.gradeButton)
    assert len(panel.state.grid.cells) == 15
    assert "IV" in shown(panel, "L4-L5") and "70 %" in shown(panel, "L4-L5")
    assert "⚠" in shown(panel, "L5-S1")
    tip = widget_of(panel, "L5-S1", PFIRRMANN).toolTip
    assert "Unlike anything the pack was trained on." in tip and "made-up blocks" in tip


def test_a_clicked_cell_brings_the_views_and_tells_everything(graded, user, desk):
    click_cell(graded, user, "L2-L3", PFIRRMANN)
    assert graded.state.chosen == ("L2-L3", *PFIRRMANN)
    center = [0.0, 0.0, 0.0]
    graded.logic.readings.node("L2-L3").GetCenterWorld(center)
    axial = desk.layout.sliceWidget("Red").mrmlSliceNode()
    assert axial.GetSliceOffset() == pytest.approx(center[2], abs=2.5)
    foreground = desk.layout.sliceWidget("Yellow").mrmlSliceCompositeNode().GetForegroundVolumeID()
    assert slicer.mrmlScene.GetNodeByID(foreground).GetName().startswith("Saliency overlay, L2-L3")
    told = graded.ui.detailsBrowser.toPlainText()
    assert "L2-L3" in told and "nucleus to CSF".lower() in told.lower() and "Homogeneous bright nucleus" in told


def test_saliency_and_axial_plane_by_key(graded, user, desk):
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    composite = desk.layout.sliceWidget("Yellow").mrmlSliceCompositeNode()
    axial = desk.layout.sliceWidget("Red").mrmlSliceNode()

    def normal():
        return np.array([axial.GetSliceToRAS().GetElement(row, 2) for row in range(3)])

    straight = normal()
    assert composite.GetForegroundOpacity() == pytest.approx(0.5)
    key(desk, QtCore.Qt.Key_H)
    assert composite.GetForegroundOpacity() == 0.0 and not graded.parameters.display.saliency
    key(desk, QtCore.Qt.Key_H)
    graded.ui.opacitySlider.value = 0.8
    assert composite.GetForegroundOpacity() == pytest.approx(0.8)
    key(desk, QtCore.Qt.Key_X)
    assert abs(normal() @ straight) < 0.999, "the axial view lies in the disc's plane"
    key(desk, QtCore.Qt.Key_X)
    assert np.allclose(normal(), straight)


def test_override_accept_undo_and_redo_by_key(graded, user, desk):
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    graded.ui.readerLineEdit.text = "Dr. A"
    key(desk, QtCore.Qt.Key_5)
    assert "<b" in shown(graded, "L4-L5") and "✎" in shown(graded, "L4-L5") and "AI IV" in shown(graded, "L4-L5")
    said = graded.logic.reading().disc("L4-L5")
    assert (said.reader_grade(*PFIRRMANN), said.ai_grade(*PFIRRMANN).grade) == ("5", "4")
    assert said.decision(*PFIRRMANN).reader == "Dr. A"
    assert "set L4-L5, Pfirrmann to V" in graded.ui.undoButton.toolTip and "Ctrl+Z" in graded.ui.undoButton.toolTip
    key(desk, QtCore.Qt.Key_N)
    assert graded.state.chosen == ("L5-S1", *PFIRRMANN)
    key(desk, QtCore.Qt.Key_A)
    assert "✓" in shown(graded, "L5-S1") and not graded.ui.acceptButton.enabled
    key(desk, QtCore.Qt.Key_Z, QtCore.Qt.ControlModifier)
    assert "✓" not in shown(graded, "L5-S1")
    key(desk, QtCore.Qt.Key_Z, QtCore.Qt.ControlModifier)
    assert "✎" not in shown(graded, "L4-L5")
    key(desk, QtCore.Qt.Key_Y, QtCore.Qt.ControlModifier)
    assert "✎" in shown(graded, "L4-L5")
    key(desk, QtCore.Qt.Key_P)
    key(desk, QtCore.Qt.Key_W)
    assert "✎" not in shown(graded, "L4-L5")


def test_the_menu_has_every_grade_of_the_scale(graded, user):
    cell = graded.state.grid.cells[("L3-L4", *PFIRRMANN)]
    menu = graded.menu.menu(cell.key)
    texts = [action.text for action in menu.actions()]
    assert [text.split()[0] for text in texts[:5]] == ["I", "II", "III", "IV", "V"]
    menu.actions()[1].trigger()
    assert graded.logic.reading().disc("L3-L4").reader_grade(*PFIRRMANN) == "2"
    click_cell(graded, user, "L3-L4", PFIRRMANN, QtCore.Qt.RightButton)
    graded.menu.close()


def test_a_digit_that_is_no_grade_says_so(graded, user, desk):
    click_cell(graded, user, "L3-L4", PFIRRMANN)
    key(desk, QtCore.Qt.Key_9)
    assert "has no grade 9" in graded.ui.statusLabel.text


def test_keys_are_heard_only_while_the_module_is_open(graded, user, desk):
    click_cell(graded, user, "L3-L4", PFIRRMANN)
    slicer.util.selectModule("Data")
    key(desk, QtCore.Qt.Key_1)
    assert desk.window.findChildren("QShortcut") == []
    slicer.util.selectModule("DiscGrader")
    assert graded.logic.reading().disc("L3-L4").decision(*PFIRRMANN) is None
    edit = graded.ui.readerLineEdit
    graded.ui.readingCollapsibleButton.collapsed = False
    edit.setFocus()
    edit.selectAll()
    user.wait(0.05)
    QTest.keyClicks(edit, "a5")
    assert edit.text == "a5" and graded.logic.reading().disc("L3-L4").decision(*PFIRRMANN) is None
    graded.ui.readingCollapsibleButton.collapsed = True


def test_wrong_names_are_mended_by_one_control(graded, user):
    user.click(graded.ui.namesUpButton)
    assert graded.state.grid.levels == ("T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5")
    assert "V" in shown(graded, "L4-L5"), "the grade goes with its disc"
    box = graded.ui.lowestComboBox
    box.setCurrentIndex(box.findText("L5-S1"))
    box.activated.emit(box.currentIndex)
    assert graded.state.grid.levels == LEVELS
    user.click(graded.ui.undoButton)
    user.click(graded.ui.undoButton)
    assert graded.state.grid.levels == LEVELS and not graded.ui.undoButton.enabled


def test_boxes_are_deleted_added_and_fitted_from_the_panel(graded, user, desk):
    click_cell(graded, user, "L3-L4", PFIRRMANN)
    center = [0.0, 0.0, 0.0]
    graded.logic.readings.node("L3-L4").GetCenterWorld(center)
    user.click(graded.ui.deleteButton)
    assert "L3-L4" not in graded.state.grid.levels
    slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode").SetCrosshairRAS(*center)
    user.click(graded.ui.addButton)
    user.until(lambda: not graded.logic.jobs.running, 60)
    assert graded.state.grid.levels == LEVELS and graded.ui.statusLabel.text == "L3-L4 graded."
    graded.ui.marginSlider.value = 12.0
    user.until(lambda: not graded.logic.jobs.running, 60)
    size = graded.logic.readings.node("L5-S1").GetSize()
    assert max(abs(one - 34.0) for one in size if abs(one - 34.0) < 5) < 1.0, "10 mm of disc and 12 mm on either side"
    user.click(graded.ui.undoButton)
    assert graded.ui.marginSlider.value == 10.0


def test_the_margin_follows_a_mouse_that_holds_its_slider(graded, user):
    graded.ui.boxesCollapsibleButton.collapsed = False
    user.wait(0.1)
    slider = QtWidgets.QWidget.findChild(graded.ui.marginSlider, QtWidgets.QSlider)
    option = QtWidgets.QStyleOptionSlider()
    slider.initStyleOption(option)
    handle = QtWidgets.QStyle.SubControl.SC_SliderHandle
    start = slider.style().subControlRect(QtWidgets.QStyle.ComplexControl.CC_Slider, option, handle, slider).center()
    places = [QtWidgets.QWidget.mapTo(slider, graded.ui.boxesCollapsibleButton, start).toTuple()]
    QTest.mousePress(slider, QtCore.Qt.LeftButton, QtCore.Qt.NoModifier, start)
    for step in range(1, 5):
        there = QtCore.QPointF(start.x() + 12 * step, start.y())
        event = QtGui.QMouseEvent(
            QtCore.QEvent.MouseMove, there, QtWidgets.QWidget.mapToGlobal(slider, there), QtCore.Qt.NoButton,
            QtCore.Qt.LeftButton, QtCore.Qt.NoModifier,
        )  # fmt: skip
        QtWidgets.QApplication.sendEvent(slider, event)
        graded.say("L3-L4 graded again.")
        user.wait(0.1)
        places.append(QtWidgets.QWidget.mapTo(slider, graded.ui.boxesCollapsibleButton, start).toTuple())
    assert len(set(places)) == 1, "nothing pushes it from under the hand"
    QTest.mouseRelease(slider, QtCore.Qt.LeftButton, QtCore.Qt.NoModifier, there.toPoint())
    user.until(lambda: not graded.logic.jobs.running, 60)
    user.wait(0.1)
    margin_mm = graded.state.study.margin_mm
    assert margin_mm > 10.0 and graded.ui.marginSlider.value == margin_mm
    user.click(graded.ui.undoButton)
    assert graded.ui.marginSlider.value == 10.0 and not graded.ui.undoButton.enabled, "one drag is one step"
    graded.ui.boxesCollapsibleButton.collapsed = True


def test_views_come_back_to_a_disc_whose_deletion_is_undone(graded, user, desk):
    click_cell(graded, user, "L3-L4", PFIRRMANN)
    center = np.zeros(3)
    graded.logic.readings.node("L3-L4").GetCenterWorld(center)

    def away_mm():
        views = [slicer.app.layoutManager().sliceWidget(name) for name in slicer.app.layoutManager().sliceViewNames()]
        planes = [view.mrmlSliceNode().GetSliceToRAS() for view in views]
        matrices = [
            np.array([[plane.GetElement(row, column) for column in range(4)] for row in range(4)]) for plane in planes
        ]
        return max(abs((center - matrix[:3, 3]) @ matrix[:3, 2]) for matrix in matrices)

    assert away_mm() < 5.0
    user.click(graded.ui.deleteButton)
    for name in slicer.app.layoutManager().sliceViewNames():
        slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode().JumpSliceByOffsetting(*(center + 30.0))
    assert away_mm() > 20.0
    user.click(graded.ui.undoButton)
    assert graded.state.chosen == ("L3-L4", *PFIRRMANN)
    assert away_mm() < 5.0


def test_a_level_says_that_its_box_was_moved_since(graded, user):
    graded.logic.boxChanged = None
    graded.logic.readings.node("L3-L4").SetCenterWorld(0.0, 0.0, 0.0)
    user.wait(0.3)
    moved = [head_of(graded, level) for level in LEVELS if is_said_to_be_moved(graded, level)]
    assert [(head.text(), head.toolTip()) for head in moved] == [
        ("L3-L4 ↕", "The box has been moved since; grade this disc again.")
    ]
    graded.logic.boxChanged = graded.live.box_changed


def test_the_panel_scrolls_to_the_cell_that_a_key_chooses(graded, user, desk):
    area = graded.ui.gradeTable.parentWidget()
    while not area.inherits("QScrollArea"):
        area = area.parentWidget()
    click_cell(graded, user, "L1-L2", PFIRRMANN)
    area.setFixedHeight(200)
    area.verticalScrollBar().setValue(0)
    user.wait(0.1)
    graded.keys.walk.move(levels=4)
    user.wait(0.1)
    label = widget_of(graded, "L5-S1", PFIRRMANN)
    seen = QtWidgets.QWidget.visibleRegion(label).boundingRect()
    area.setMinimumHeight(0)
    area.setMaximumHeight(16777215)
    assert seen.height() == QtWidgets.QWidget.height(label)


def test_what_has_not_changed_is_not_drawn_again(graded, user, monkeypatch):
    from discgrader.panel import grades

    click_cell(graded, user, "L4-L5", PFIRRMANN)
    drawn, tip = [], grades.face_tip
    monkeypatch.setattr(
        grades, "face_tip", lambda column, level, face: (drawn.append(level), tip(column, level, face))[1]
    )
    before = graded.state
    graded.refresh()
    assert graded.state == before and graded.state is not before and drawn == []
    graded.set_grade(("L4-L5", *PFIRRMANN), "5")
    assert graded.state != before and set(drawn) == {"L4-L5"}


def test_a_dragged_box_is_graded_anew(graded, user, desk):
    click_cell(graded, user, "L3-L4", PFIRRMANN)
    graded.logic.jobs.engine.asked.clear()
    center = [0.0, 0.0, 0.0]
    graded.logic.readings.node("L3-L4").GetCenterWorld(center)
    user.drag("Yellow", center, (0.0, 8.0, 4.0))
    user.until(lambda: not graded.logic.jobs.running, 60)
    user.wait(0.1)
    asked = [one for one in graded.logic.jobs.engine.asked if one[0] == "grade"]
    assert asked and all(levels == ["L3-L4"] for _grade, levels, *_rest in asked), "that level alone"
    assert head_of(graded, "L3-L4").text() == "L3-L4" and graded.live.grades == {}
    assert "move L3-L4 box" in graded.ui.undoButton.toolTip


def test_systems_and_tasks_can_be_switched_off(graded, user):
    tree = graded.systems
    tree.tasks["pfirrmann/high_grade"].setCheckState(0, QtCore.Qt.Unchecked)
    assert ("pfirrmann", "high_grade") not in graded.state.grid.columns
    tree.systems["spider"].setCheckState(0, QtCore.Qt.Unchecked)
    assert graded.state.grid.columns == (PFIRRMANN,)
    graded.logic.jobs.engine.asked.clear()
    finish(graded, user, graded.ui.gradeButton)
    assert graded.logic.jobs.engine.asked[-1][2] == ("pfirrmann",)


def test_reading_is_saved_and_opened_and_the_report_written(graded, user, desk, tmp_path):
    graded.set_grade(("L4-L5", *PFIRRMANN), "5", "collapsed")
    graded.save_reading(tmp_path / "one.reading.json")
    assert load_reading(tmp_path / "one.reading.json").disc("L4-L5").reader_grade(*PFIRRMANN) == "5"
    graded.undo()
    graded.open_reading(tmp_path / "one.reading.json")
    assert "✎" in shown(graded, "L4-L5")
    graded.write_report(tmp_path / "report")
    user.until(lambda: (tmp_path / "report" / "report.html").is_file(), 120)
    user.until(lambda: graded.ui.statusLabel.text.startswith("The report is in"), 10)
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert {"grades.json", "grades.csv", "reading.json", "reading.csv", "report.html", "rois"} <= names
    assert "collapsed" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_the_report_leaves_identity_out_where_the_box_is_ticked(graded, user, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(graded.logic, "exportReport", lambda *given, **options: asked.append(options["identity"]))
    graded.write_report(tmp_path / "one")
    graded.ui.identityCheckBox.setChecked(True)
    assert graded.parameters.withoutIdentity is True
    graded.write_report(tmp_path / "two")
    assert asked == [True, False]


def test_two_scenes_and_a_reload_leave_no_observer_behind(graded, user, desk, tmp_path):
    for number in range(2):
        desk.files.close_scene()
        assert not graded.watch.watched and graded.state.chosen is None
        user.open(write_blocks(tmp_path / f"again {number}"))
        finish(graded, user, graded.ui.findButton)
        assert graded.state.grid.levels == LEVELS
    old = graded
    slicer.util.reloadScriptedModule("DiscGrader")
    new = desk.module.panel
    new.logic.jobs.engine = BlockEngine()
    assert new is not old and not old.watch.is_listening and not old.keys.keys.bound
    assert new.state.grid.levels == LEVELS and new.keys.keys.bound


def test_nothing_is_wider_than_the_panel(graded, user):
    top = graded.ui.gradeTable.parentWidget()
    assert top.minimumSizeHint.width() <= 388, "the panel has 400, its scroll bar 12 of them"
    assert graded.ui.gradeTable.horizontalScrollBar().maximum == 0, "all nine columns are seen"


def test_what_cannot_be_done_is_told_in_one_line(panel, user, desk):
    wrong = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")
    panel.ui.t2Selector.setCurrentNode(wrong)
    finish(panel, user, panel.ui.findButton)
    assert "empty" in panel.ui.statusLabel.text and not panel.computation.running
    assert Path(desk.log.path).is_file()


def test_everything_is_back_on_another_day(graded, user, desk, tmp_path):
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    key(desk, QtCore.Qt.Key_5)
    graded.ui.labelsCheckBox.click()
    graded.ui.opacitySlider.value = 0.3
    graded.systems.tasks["pfirrmann/high_grade"].setCheckState(0, QtCore.Qt.Unchecked)
    path = tmp_path / "study.mrb"
    assert desk.files.save(path)
    before = graded.state.grid
    desk.files.close_scene()
    assert graded.state.grid.levels == () and not graded.ui.gradeTable.visible
    slicer.util.selectModule("Data")
    user.open(path)
    slicer.util.selectModule("DiscGrader")
    user.wait(0.1)
    after = graded.state.grid
    assert (after.levels, after.columns) == (before.levels, before.columns)
    assert {one: (cell.grade, cell.status, cell.color) for one, cell in after.cells.items()} == {
        one: (cell.grade, cell.status, cell.color) for one, cell in before.cells.items()
    }
    assert graded.state.chosen == ("L4-L5", *PFIRRMANN)
    assert not graded.ui.labelsCheckBox.checked and graded.ui.opacitySlider.value == pytest.approx(0.3)
    assert graded.ui.t2Selector.currentNode().GetName() == "T2_sag"


def test_a_scene_opened_while_the_module_is_in_front_has_its_series_chosen(graded, user, desk, tmp_path):
    path = tmp_path / "study.mrb"
    assert desk.files.save(path)
    desk.files.close_scene()
    assert graded.ui.statusLabel.text == "Ready."
    user.open(path)
    user.until(lambda: graded.ui.t2Selector.currentNode() is not None, 5)
    assert graded.ui.t2Selector.currentNode() is graded.parameters.series.t2
    assert graded.ui.t2Selector.currentNode().GetName() == "T2_sag"


def test_one_report_is_written_at_a_time(graded, user, tmp_path):
    told = []
    write = graded.logic.exportReport
    write(tmp_path / "one", graded.study, waitForCompletion=False, eventCallback=lambda event, _: told.append(event))
    with pytest.raises(UsageError, match="still being written"):
        write(tmp_path / "two", graded.study, waitForCompletion=False)
    user.until(lambda: "completed" in told, 60)
    assert (tmp_path / "one" / "report.html").is_file() and not (tmp_path / "two").exists()
