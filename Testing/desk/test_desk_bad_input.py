"""A reader at the panel with the wrong input, or whose ground is pulled away: a plain line, and nothing lost."""

import errno
import os
import threading

import numpy as np
import pytest
import slicer
from discgrader.imaging.volume import Volume
from discgrader.mrml.volumes import volume_to_node
from discgrader.reading.files import load_reading
from panel_reader import (
    LEVELS,
    PFIRRMANN,
    center_of,
    check_axial,
    click_cell,
    finish,
    is_said_to_be_moved,
    key,
    settled,
    shown,
)
from PySide6 import QtCore
from synthetic_result import synthetic_study

ALL_KEYS = [getattr(QtCore.Qt, f"Key_{one}") for one in "0123456789NPMBAWSLXF"]


@pytest.fixture
def told(monkeypatch):
    """What boxes with an error would have said."""
    told = []
    monkeypatch.setattr(slicer.util, "errorDisplay", told.append)
    return told


@pytest.fixture
def overridden(graded):
    """The panel with a study that was graded, one grade of it overridden."""
    graded.set_grade(("L4-L5", *PFIRRMANN), "5", "collapsed")
    return graded


def news(panel) -> str:
    return panel.ui.statusLabel.text


def warned(panel) -> str:
    """All warnings, of which the first stands above the table."""
    return panel.ui.warningLabel.text if panel.ui.warningLine.visible or panel.ui.warningLabel.visible else ""


def nothing_is_lost(panel) -> bool:
    said = panel.logic.reading(panel.study).disc("L4-L5")
    return (
        panel.state.grid.levels == LEVELS
        and len(panel.state.grid.cells) == 15
        and "✎" in shown(panel, "L4-L5")
        and (said.reader_grade(*PFIRRMANN), said.ai_grade(*PFIRRMANN).grade) == ("5", "4")
    )


def added(affine_lps, name, modality="MR"):
    """A volume in the hierarchy beside the study's others."""
    picture = Volume(synthetic_study().series[0].volume.array, affine_lps)
    node = volume_to_node(slicer.mrmlScene, picture, name)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    beside = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(slicer.util.getNode("T2_sag")))
    item = hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(beside, node)
    hierarchy.SetItemParent(item, beside)
    hierarchy.SetItemAttribute(item, "DICOM.Modality", modality)
    return node


def test_every_key_on_an_empty_scene_is_harmless(desk, told):
    panel = desk.module.panel
    for what in ALL_KEYS:
        key(desk, what)
    for what in (QtCore.Qt.Key_Z, QtCore.Qt.Key_Y):
        key(desk, what, QtCore.Qt.ControlModifier)
    assert (
        not told
        and panel.state.chosen is None
        and slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsROINode") == 0
    )


def test_an_axial_volume_chosen_as_sagittal_is_refused(overridden, user):
    overridden.ui.t2Selector.setCurrentNode(added(np.diag([1.0, 1.0, 4.0, 1.0]), "ax"))
    user.wait(0.1)
    check_axial(overridden, "ax")
    user.wait(0.1)
    for button in (overridden.ui.findButton, overridden.ui.gradeButton):
        finish(overridden, user, button)
        assert "ax is axial, so it cannot serve as T2" in news(overridden)
    assert nothing_is_lost(overridden)


def test_a_series_that_is_no_mr_is_neither_offered_nor_graded(overridden, user):
    node = added(synthetic_study().series[0].volume.affine_lps, "sag T2 of an abdomen", "CT")
    user.wait(0.1)
    assert "CT" in overridden.series.reasons[node.GetID()]
    overridden.ui.t2Selector.setCurrentNode(node)
    user.wait(0.1)
    finish(overridden, user, overridden.ui.gradeButton)
    assert "sag T2 of an abdomen is CT, not MR; choose an MR series." in news(overridden)
    assert nothing_is_lost(overridden)


def test_one_volume_chosen_twice_is_refused_as_such(overridden, user):
    overridden.ui.t2SpaceSelector.setCurrentNode(slicer.util.getNode("T2_sag"))
    user.wait(0.1)
    finish(overridden, user, overridden.ui.gradeButton)
    assert "T2_sag is chosen twice" in news(overridden) and nothing_is_lost(overridden)


def test_a_volume_that_is_deleted_while_it_is_graded_stops_the_work_alone(overridden, user, told):
    hold = overridden.logic.jobs.engine.hold = threading.Event()
    user.click(overridden.ui.gradeButton)
    slicer.mrmlScene.RemoveNode(slicer.util.getNode("T2_sag"))
    user.until(lambda: not overridden.computation.running, 30)
    hold.set()
    settled(overridden, user)
    assert "T2_sag was removed from the scene while it was in use" in news(overridden)
    assert overridden.ui.gradeButton.text == "Grade" and nothing_is_lost(overridden)
    overridden.logic.readings.node("L3-L4").SetCenterWorld(1.0, 2.0, 3.0)
    settled(overridden, user)
    assert "The series 'T2_sag' is no longer in the scene; load it and grade the study again." in news(overridden)
    assert is_said_to_be_moved(overridden, "L3-L4") and nothing_is_lost(overridden)
    overridden.logic.jobs.engine.hold = None
    finish(overridden, user, overridden.ui.gradeButton)
    assert news(overridden) == "Graded." and not told, "the T1 that is left can be graded"
    assert overridden.logic.reading(overridden.study).disc("L4-L5").reader_grade(*PFIRRMANN) == "5"


def test_a_box_outside_the_picture_is_told_and_keeps_its_grades(overridden, user, desk, told):
    overridden.logic.readings.node("L3-L4").SetCenterWorld(0.0, 0.0, 5000.0)
    settled(overridden, user)
    assert "The box of L3-L4 lies outside the picture" in news(overridden) + warned(overridden)
    assert warned(overridden).startswith("⚠ The box of L3-L4") and is_said_to_be_moved(overridden, "L3-L4")
    click_cell(overridden, user, "L3-L4", PFIRRMANN)
    key(desk, QtCore.Qt.Key_X)
    key(desk, QtCore.Qt.Key_X)
    key(desk, QtCore.Qt.Key_E)
    assert len(told) == 1 and told[0].startswith("The box cannot be fitted. No segmented disc lies in the L3-L4 box;")
    assert nothing_is_lost(overridden)
    user.click(overridden.ui.undoButton)
    settled(overridden, user)
    assert warned(overridden) == "" and not is_said_to_be_moved(overridden, "L3-L4")


def test_two_boxes_on_one_disc_are_told_with_both_their_names(overridden, user):
    place = np.array(center_of(overridden, "L4-L5"))
    overridden.logic.readings.node("L3-L4").SetCenterWorld(*(place + (0.0, 3.0, 4.0)))
    settled(overridden, user)
    warning = warned(overridden)
    assert "L3-L4" in warning and "L4-L5" in warning and "on the same disc, 5 mm apart" in warning
    label = overridden.ui.warningLabel
    user.click(overridden.ui.setupButton)
    assert label.visible and label.height >= label.heightForWidth(label.width), "all of it can be read"
    overridden.logic.readings.node("L3-L4").SetCenterWorld(*(place + (0.0, 0.0, 30.0)))
    settled(overridden, user)
    assert warned(overridden) == "" and nothing_is_lost(overridden)


def test_two_levels_of_one_name_are_refused_and_a_copy_is_no_disc(overridden, user):
    node = overridden.logic.readings.node("L3-L4")
    for name, why in (("L4-L5", "two discs named L4-L5"), ("banana", "no level banana")):
        node.SetName(name)
        settled(overridden, user)
        assert why in news(overridden) and node.GetName() == "L3-L4" and nothing_is_lost(overridden)
    copy = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
    copy.Copy(node)
    settled(overridden, user)
    copy.SetCenterWorld(0.0, 0.0, 0.0)
    settled(overridden, user)
    assert overridden.logic.readings.node("L3-L4") is node and nothing_is_lost(overridden)
    assert overridden.logic.readings.of(overridden.study).history.undo_words.startswith("Undo: set L4-L5, Pfirrmann"), (
        "it made no step"
    )


def full_disk(monkeypatch):
    """From now on the disk takes no file any more, as files are put where they belong."""

    def refuse(*_arguments, **_more):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr(os, "fsync", refuse)


def test_a_reading_that_finds_the_disk_full_leaves_the_older_file(graded, user, monkeypatch, tmp_path, told):
    path = tmp_path / "one.reading.json"
    graded.save_reading(path)
    before = path.read_bytes()
    graded.set_grade(("L4-L5", *PFIRRMANN), "5")
    with monkeypatch.context() as patch:
        full_disk(patch)
        graded.save_reading(path)
    assert news(graded) == f"The disk is full while writing {path}; free some space and try again." in told[0]
    assert path.read_bytes() == before and {path.name for path in tmp_path.iterdir()} == {"blocks", path.name}
    assert graded.logic.readings.of(graded.study).history.is_changed and nothing_is_lost(graded)
    graded.save_reading(path)
    assert load_reading(path).disc("L4-L5").reader_grade(*PFIRRMANN) == "5"


def test_a_report_that_finds_the_disk_full_leaves_nothing_half_written(overridden, user, monkeypatch, tmp_path, told):
    folder = tmp_path / "report"
    with monkeypatch.context() as patch:
        full_disk(patch)
        overridden.write_report(folder)
        user.until(lambda: bool(told), 60)
    assert (
        len(told) == 1 and told[0].startswith(f"The report was not written. {folder}") and "has free space" in told[0]
    )
    assert [path.name for path in tmp_path.iterdir()] == ["blocks"] and nothing_is_lost(overridden)
    overridden.write_report(folder)
    user.until(lambda: news(overridden).startswith("The report is in"), 60)
    assert (folder / "report.html").is_file()


def test_folders_that_cannot_be_written_are_named(overridden, user, ordinary_folder, told):
    ordinary_folder.chmod(0o500)
    overridden.save_reading(ordinary_folder / "a.reading.json")
    overridden.write_report(ordinary_folder / "report")
    user.until(lambda: len(told) == 2, 60)
    assert told[0].endswith("a.reading.json cannot be written: permission denied; choose another folder.")
    assert told[1].endswith("report cannot be written: permission denied; choose another folder.")
    assert str(ordinary_folder) in told[0] and str(ordinary_folder / "report") in told[1]
    assert nothing_is_lost(overridden)


def test_a_file_that_is_no_reading_changes_nothing(overridden, tmp_path, told):
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{", encoding="utf-8")
    overridden.open_reading(wrong)
    assert "wrong.json is not valid JSON" in told[0] and nothing_is_lost(overridden)
    assert overridden.logic.readings.of(overridden.study).history.undo_words.startswith("Undo: set L4-L5, Pfirrmann")
