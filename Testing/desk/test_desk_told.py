"""What happened in silence for a reader: keys without effect, hidden overlays, boxes over another series' picture."""

from dataclasses import replace

import slicer
from discgrader.grading.operating_point import Call
from discgrader.reading.commands import LearnGrades
from discgrader.reading.record import ACCEPTED, UNREAD
from panel_reader import PFIRRMANN, click_cell, finish
from PySide6 import QtGui, QtWidgets
from PySide6.QtTest import QTest

HERNIATION = ("spider", "herniation")


def press(desk, keys: str) -> None:
    combination = QtGui.QKeySequence(keys)[0]
    where = QtWidgets.QApplication.focusWidget() or desk.window
    QTest.keyClick(where, combination.key(), combination.keyboardModifiers())
    slicer.app.processEvents()


def told(panel) -> str:
    return panel.ui.statusLabel.text


def sagittal_picture(desk) -> str:
    composite = slicer.app.layoutManager().sliceWidget("Yellow").mrmlSliceCompositeNode()
    return slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID()).GetName()


def test_a_key_without_effect_says_why(panel, desk, user):
    press(desk, "Ctrl+Shift+O")
    assert told(panel) == "Find the discs first."
    press(desk, "Ctrl+Z")
    assert told(panel).startswith("Nothing to undo")
    press(desk, "Ctrl+PgUp")
    assert told(panel) == "Find the discs first."


def test_hidden_overlays_are_said(graded, desk, user):
    press(desk, "Z")
    assert told(graded) == "All overlays are hidden; Z brings them back." and graded.ui.cleanCheckBox.checked
    press(desk, "Z")
    assert told(graded) == "All overlays are shown again." and not graded.ui.cleanCheckBox.checked


def test_the_series_that_discs_were_found_on_is_shown_when_they_are_found(panel, desk, user):
    composite = slicer.app.layoutManager().sliceWidget("Yellow").mrmlSliceCompositeNode()
    composite.SetBackgroundVolumeID(slicer.util.getNode("T1_sag").GetID())
    assert sagittal_picture(desk) == "T1_sag"
    finish(panel, user, panel.ui.findButton)
    assert sagittal_picture(desk) == "T2_sag"


def test_the_chosen_grade_is_shown_over_the_picture_as_soon_as_there_is_one(panel, desk, user):
    finish(panel, user, panel.ui.findButton)
    click_cell(panel, user, "L4-L5", PFIRRMANN)
    composite = slicer.app.layoutManager().sliceWidget("Yellow").mrmlSliceCompositeNode()
    assert composite.GetForegroundVolumeID() is None
    finish(panel, user, panel.ui.gradeButton)
    shown = slicer.mrmlScene.GetNodeByID(composite.GetForegroundVolumeID() or "")
    assert shown is not None and shown.GetName().startswith("Saliency overlay, L4-L5 Pfirrmann")


def test_an_opened_reading_is_not_unsaved(graded, desk, user, tmp_path):
    graded.set_grade(("L4-L5", *PFIRRMANN), "5")
    graded.save_reading(tmp_path / "mine.reading.json")
    graded.undo()
    assert graded.logic.readings.unsaved() == ["blocks"]
    graded.save_reading(tmp_path / "without.reading.json")
    graded.open_reading(tmp_path / "mine.reading.json")
    assert graded.logic.reading().disc("L4-L5").reader_grade(*PFIRRMANN) == "5"
    assert graded.logic.readings.unsaved() == []
    graded.withdraw_grade(("L4-L5", *PFIRRMANN))
    assert graded.logic.readings.unsaved() == ["blocks"]


def test_a_level_is_accepted_by_key_but_for_what_is_only_possible_and_it_is_said(graded, desk, user):
    make_possible(graded, "L4-L5")
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    press(desk, "Shift+A")
    disc = graded.logic.reading().disc("L4-L5")
    assert disc.status(*HERNIATION) == UNREAD and disc.status(*PFIRRMANN) == ACCEPTED
    assert told(graded) == "Done: accept L4-L5. 1 left open: possible or contradicted."
    press(desk, "Shift+A")
    assert told(graded) == "1 left open: possible or contradicted."
    press(desk, "U")
    assert graded.state.chosen[1:] != PFIRRMANN
    graded.choose(("L4-L5", *HERNIATION))
    press(desk, "A")
    assert told(graded) == "Done: accept L4-L5, Disc herniation as yes"


def test_going_on_by_system_in_the_summary_chooses_what_lights_up(graded, desk, user):
    from discgrader.panel.layouts import SUMMARY, worst_of

    bulging = ("spider", "bulging")
    learn(graded, "L4-L5", (bulging, "0", {"0": 0.9, "1": 0.1}, None), (HERNIATION, "1", {"0": 0.1, "1": 0.9}, None))
    graded.set_table_layout(SUMMARY)
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    press(desk, "K")
    worst = worst_of(graded.state.grid, "L4-L5", "spider").cell
    assert graded.state.chosen == worst.key == ("L4-L5", *HERNIATION), "bulging comes first, and is none"
    press(desk, "K")
    assert graded.state.chosen == worst.key, "there is no system beyond the last"


def make_possible(panel, level: str) -> None:
    """Have the pack call a herniation that it gives 6 %."""
    call = Call("youden", 0.041, 0.87, 0.70, "discs held out")
    learn(panel, level, (HERNIATION, "1", {"0": 0.94, "1": 0.06}, call))


def learn(panel, level: str, *given) -> None:
    """Have the pack give a level these beside its Pfirrmann grade: task, grade, probabilities and call of each."""
    found = panel.logic.readings.of(panel.study)
    disc = found.reading.disc(level)
    like = disc.ai_grade(*PFIRRMANN)
    grades = (
        replace(like, system=key[0], task=key[1], grade=grade, probabilities=probabilities, call=call)
        for key, grade, probabilities, call in given
    )
    found.history.learn(LearnGrades(disc.number, disc.box, (like, *grades)))
    found.show()
    panel.refresh()
