"""A hand on mouse and keys: one drag is one step, and every key does one thing."""

import numpy as np
import pytest
from discgrader.mrml.nodes import roi_from_node
from panel_reader import LEVELS, PFIRRMANN, center_of, click_cell, is_said_to_be_moved, key, settled, shown
from PySide6 import QtCore

CONTROL = QtCore.Qt.ControlModifier


def corners(panel, level) -> np.ndarray:
    return roi_from_node(panel.logic.readings.node(level)).corners_lps()


def handle(panel, level) -> np.ndarray:
    """The middle of the upper face of a box, where its handle for the height is; in RAS mm."""
    box = roi_from_node(panel.logic.readings.node(level))
    return (box.center_lps_mm + box.axes_lps[:, 2] * box.size_mm[2] / 2) * (-1.0, -1.0, 1.0)


def steps(panel) -> tuple[str, str]:
    history = panel.logic.readings.of(panel.study).history
    return history.undo_words or "", history.redo_words or ""


def chosen_box(panel, user, level):
    """Choose a disc, so that its box has handles in the sagittal view that runs through it."""
    click_cell(panel, user, level, PFIRRMANN)
    return corners(panel, level)


@pytest.mark.parametrize(
    ("what", "place", "way"), [("move", center_of, (0.0, 8.0, 4.0)), ("resize", handle, (0.0, 0.0, 6.0))]
)
def test_one_drag_is_one_step_and_one_redo(graded, user, desk, what, place, way):
    before = chosen_box(graded, user, "L3-L4")
    others = {level: corners(graded, level) for level in LEVELS if level != "L3-L4"}
    assert steps(graded) == ("", "")
    user.drag("Yellow", place(graded, "L3-L4"), way)
    settled(graded, user)
    after = corners(graded, "L3-L4")
    assert np.abs(after - before).max() > 3.0 and steps(graded) == (f"Undo: {what} L3-L4 box", "")
    assert not is_said_to_be_moved(graded, "L3-L4"), "its new place is graded"
    key(desk, QtCore.Qt.Key_Z, CONTROL)
    settled(graded, user)
    assert np.allclose(corners(graded, "L3-L4"), before, atol=1e-3), "one undo takes back the whole drag"
    assert steps(graded) == ("", f"Redo: {what} L3-L4 box") and not is_said_to_be_moved(graded, "L3-L4")
    key(desk, QtCore.Qt.Key_Y, CONTROL)
    settled(graded, user)
    assert np.allclose(corners(graded, "L3-L4"), after, atol=1e-3), "one redo brings it back"
    assert steps(graded) == (f"Undo: {what} L3-L4 box", "")
    assert all(np.allclose(corners(graded, level), one) for level, one in others.items())


def test_two_drags_are_two_steps(graded, user, desk):
    before = chosen_box(graded, user, "L3-L4")
    user.drag("Yellow", center_of(graded, "L3-L4"), (0.0, 8.0, 0.0))
    settled(graded, user)
    between = corners(graded, "L3-L4")
    user.drag("Yellow", center_of(graded, "L3-L4"), (0.0, 0.0, 6.0))
    settled(graded, user)
    key(desk, QtCore.Qt.Key_Z, CONTROL)
    settled(graded, user)
    assert np.allclose(corners(graded, "L3-L4"), between, atol=1e-3)
    key(desk, QtCore.Qt.Key_Z, CONTROL)
    settled(graded, user)
    assert np.allclose(corners(graded, "L3-L4"), before, atol=1e-3) and steps(graded)[0] == ""


def test_a_click_on_a_box_is_no_step(graded, user):
    chosen_box(graded, user, "L3-L4")
    user.drag("Yellow", center_of(graded, "L3-L4"), (0.0, 0.0, 0.0))
    settled(graded, user)
    assert steps(graded) == ("", "") and not is_said_to_be_moved(graded, "L3-L4")


def test_a_drag_and_grades_by_key_are_undone_in_their_order(graded, user, desk):
    before = chosen_box(graded, user, "L4-L5")
    key(desk, QtCore.Qt.Key_5)
    user.drag("Yellow", center_of(graded, "L4-L5"), (0.0, 8.0, 4.0))
    settled(graded, user)
    key(desk, QtCore.Qt.Key_P)
    key(desk, QtCore.Qt.Key_A)
    assert "✎" in shown(graded, "L4-L5") and "✓" in shown(graded, "L3-L4")
    words = []
    while steps(graded)[0]:
        words.append(steps(graded)[0])
        key(desk, QtCore.Qt.Key_Z, CONTROL)
        settled(graded, user)
    assert words == ["Undo: accept L3-L4, Pfirrmann as III", "Undo: move L4-L5 box", "Undo: set L4-L5, Pfirrmann to V"]
    assert np.allclose(corners(graded, "L4-L5"), before, atol=1e-3)
    assert "✎" not in shown(graded, "L4-L5") and "✓" not in shown(graded, "L3-L4")
    for _ in words:
        key(desk, QtCore.Qt.Key_Y, CONTROL)
        settled(graded, user)
    assert steps(graded)[1] == "" and "✎" in shown(graded, "L4-L5") and "✓" in shown(graded, "L3-L4")
