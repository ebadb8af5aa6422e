"""The module by keys alone: every key does its one thing, none acts while text is typed, Tab reaches every control."""

from collections.abc import Callable
from itertools import pairwise

import pytest
import slicer
from discgrader.reading.files import load_reading
from panel_reader import PFIRRMANN, center_of, click_cell, settled
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

SLICERS = {
    *("B", "F", "G", "R", "T", "V", "S", "[", "]", "Left", "Right", "Up", "Down", "Del", "Backspace", "Esc"),
    *("Ctrl+O", "Ctrl+S", "Ctrl+W", "Ctrl+F", "Ctrl+C", "Ctrl+X", "Ctrl+V", "Ctrl+Q"),
    *(f"Ctrl+{digit}" for digit in "0123456789"),
}
"""Keys of Slicer's slice views, of its markups in views, and of its main window (qSlicerMainWindow.ui, 5.10)."""
QWidget = QtWidgets.QWidget


def press(desk, keys: str) -> None:
    """Press a key that is written as Qt does, where the focus is, or else in the window."""
    combination = QtGui.QKeySequence(keys)[0]
    where = QtWidgets.QApplication.focusWidget() or desk.window
    QTest.keyClick(where, combination.key(), combination.keyboardModifiers())
    slicer.app.processEvents()


def open_sections(panel, user) -> None:
    for button in panel.ui.gradeTable.window().findChildren("ctkCollapsibleButton"):
        button.collapsed = False
    user.wait(0.1)


@pytest.fixture
def dialogs(desk, monkeypatch, tmp_path):
    """What file dialogs are asked, and their answers."""
    import qt

    asked: list[str] = []

    def answered(answer: str) -> Callable[..., str]:
        return staticmethod(lambda _parent, title, *_rest: asked.append(title) or answer)

    monkeypatch.setattr(qt.QFileDialog, "getSaveFileName", answered(str(tmp_path / "my.reading.json")))
    monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", answered(str(tmp_path / "my.reading.json")))
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", answered(str(tmp_path)))
    return asked


def default_keys() -> list[str]:
    from discgrader.panel.keys import key_actions

    return [action.default for action in key_actions()]


def test_no_key_is_one_of_slicers_and_none_is_given_twice(desk):
    defaults = default_keys()
    assert all(defaults) and len(set(defaults)) == len(defaults)
    assert not SLICERS & set(defaults)
    assert all(QtGui.QKeySequence(one).toString() == one for one in defaults), "as Qt writes them"


def test_the_desks_own_keys_are_others_too(desk):
    own = {
        action.shortcut().toString()
        for action in QWidget.findChildren(desk.window, QtGui.QAction)
        if not action.shortcut().isEmpty()
    }
    assert not own & set(default_keys())


def test_every_key_is_told_in_the_dialog_and_on_the_control_that_it_is_of(graded, user, desk):
    from discgrader.panel.keys import KeyDialog, key_actions

    dialog = KeyDialog(graded.keys.keys, desk.window)
    assert list(dialog.edits) == [action.name for action in key_actions()]
    assert dialog.dialog.sizeHint.height() < 700
    dialog.dialog.delete()
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    for button, told in (("findButton", "D"), ("gradeButton", "C"), ("addButton", "I"), ("deleteButton", "Shift+Del")):
        assert getattr(graded.ui, button).toolTip.endswith(f"({told})")


def test_a_study_by_keys_alone_in_twenty_four_and_saved_by_key(panel, user, desk, dialogs, tmp_path):
    count = 0

    def do(keys: str) -> None:
        nonlocal count
        count += 1
        press(desk, keys)
        settled(panel, user)

    desk.window.activateWindow()
    do("D")
    do("C")
    for level in panel.state.grid.levels:
        do("N")
        assert panel.state.level == level
        do("Shift+A")
    do("U")
    assert "All grades have been read" in panel.ui.statusLabel.text and count <= 24
    do("Ctrl+Shift+S")
    saved = load_reading(tmp_path / "my.reading.json")
    assert {disc.level_status for disc in saved.present} == {"accepted"} and len(dialogs) == 1
    press(desk, "1")
    do("Ctrl+Shift+S")
    assert len(dialogs) == 1, "the second time it is asked no more"
    assert load_reading(tmp_path / "my.reading.json") == panel.logic.reading()


def test_three_overrides_with_reasons_in_nine_keys(graded, user, desk):
    count = 0
    for level, digit, reason in (("L1-L2", "3", "dark a5"), ("L2-L3", "4", "narrow w"), ("L3-L4", "5", "collapsed")):
        for keys in ("N", f"Shift+{digit}"):
            press(desk, keys)
            count += 1
        assert graded.reason.is_open
        QTest.keyClicks(QtWidgets.QApplication.focusWidget(), reason)
        press(desk, "Return")
        count += 1
        said = graded.logic.reading().disc(level).decision(*PFIRRMANN)
        assert (said.grade, said.reason, said.overrides) == (digit, reason, True)
    assert count <= 9


def test_a_reason_by_key_by_menu_and_what_escape_leaves(graded, user, desk):
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    press(desk, "Y")
    QTest.keyClicks(graded.reason.line, "as on the earlier study")
    press(desk, "Esc")
    assert not graded.reason.is_open and graded.logic.reading().disc("L4-L5").decision(*PFIRRMANN) is None
    press(desk, "Y")
    QTest.keyClicks(graded.reason.line, "as on the earlier study")
    press(desk, "Return")
    said = graded.logic.reading().disc("L4-L5").decision(*PFIRRMANN)
    assert (said.reason, said.overrides) == ("as on the earlier study", False), "the AI's grade is accepted with it"
    menu = graded.menu.menu(graded.state.chosen)
    reasons = next(action for action in menu.actions() if action.text == "With a reason").menu()
    reasons.actions()[0].trigger()
    assert graded.reason.is_open
    QTest.keyClicks(graded.reason.line, "bright")
    user.click(graded.ui.namesUpButton)
    graded.reason.line.setFocus()
    press(desk, "Return")
    said = graded.logic.reading().disc("L3-L4").decision(*PFIRRMANN)
    assert (said.grade, said.reason) == ("1", "bright"), "a reason belongs to the disc, not to its name"
    graded.reason.ask(("L3-L4", *PFIRRMANN), "2")
    graded.logic.readings.apply(_delete("L3-L4"), graded.study)
    press(desk, "Return")
    assert "gone" in graded.ui.statusLabel.text


def _delete(level: str):
    from discgrader.reading.disc_commands import DeleteDisc

    return DeleteDisc(level)


def texts(panel, desk) -> list:
    """Every line and number that can be typed into, of the panel and of the window."""
    found = [
        field
        for kind in (QtWidgets.QLineEdit, QtWidgets.QTextEdit, QtWidgets.QPlainTextEdit)
        for field in QWidget.findChildren(desk.window, kind)
        if not field.isReadOnly() and QWidget.isVisible(field) and QWidget.isEnabled(field)
    ]
    assert any(QtCore.QObject.objectName(field) == "readerLineEdit" for field in found)
    return found


def test_typing_is_never_a_key_of_the_module(graded, user, desk):
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    open_sections(graded, user)
    graded.reason.ask(graded.state.chosen, "5")
    typed = {one for one in graded.keys.keys.keys().values() if "Ctrl" not in one and "Alt" not in one}
    typed |= {f"{shift}{digit}" for digit in "0123456789" for shift in ("", "Shift+")}
    reader = graded.parameters.reader
    for field in texts(graded, desk):
        before = graded.logic.reading(), graded.state.chosen, graded.parameters.display.labels
        discs = before[0].discs
        for keys in sorted(typed):
            QWidget.setFocus(field)
            press(desk, keys)
            user.wait(0.0)
        graded.parameters.reader = reader
        assert graded.logic.reading().discs == discs, QtCore.QObject.objectName(field)
        assert (graded.state.chosen, graded.parameters.display.labels) == before[1:]
        assert not graded.computation.running
    graded.reason.cancel()


def name_of(widget) -> str:
    """The name of a control of the form; of what is inside one, the control's."""
    while widget is not None:
        name = QtCore.QObject.objectName(widget)
        if name and not name.startswith("qt_"):
            return name
        widget = QWidget.parentWidget(widget)
    return ""


def test_tab_reaches_every_control_and_shift_tab_goes_back(graded, user, desk):
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    graded.set_grade(graded.state.chosen, "5")
    graded.undo()
    graded.set_grade(graded.state.chosen, "5")
    open_sections(graded, user)
    desk.window.activateWindow()
    top = graded.ui.gradeTable.parentWidget()
    policies = QtCore.Qt.FocusPolicy.TabFocus.value
    wanted = {
        QtCore.QObject.objectName(widget)
        for widget in vars(graded.ui).values()
        if isinstance(widget, QWidget)
        and QWidget.focusPolicy(widget).value & policies
        and QWidget.isVisible(widget)
        and QWidget.isEnabled(widget)
    }
    assert len(wanted) > 25 and top is not None
    ways = []
    for tab in (QtCore.Qt.Key_Tab, QtCore.Qt.Key_Backtab):
        QWidget.setFocus(graded.ui.findButton)
        way: list[str] = []
        for _step in range(120):
            focus = QtWidgets.QApplication.focusWidget()
            way.append(name_of(focus))
            QTest.keyClick(focus, tab)
            slicer.app.processEvents()
            if name_of(QtWidgets.QApplication.focusWidget()) == "findButton":
                break
        assert wanted <= set(way), wanted - set(way)
        ways.append(list(dict.fromkeys(name for name in way if name in wanted)))
    assert ways[0][1:] == ways[1][:0:-1], "the same way back"
    corner = QtCore.QPoint(0, 0)
    places = [QWidget.mapTo(getattr(graded.ui, name), top, corner) for name in ways[0]]
    rows = [place.y() for place in places]
    turns = sum(later < earlier - 20 for earlier, later in pairwise(rows))
    assert turns <= 1, "down the panel as it is read, and from its end to its beginning"


def test_the_readers_name_is_remembered_and_can_be_changed(graded, user, desk):
    graded.ui.readerLineEdit.text = "Dr. A"
    assert graded.logic.readings.reader == "Dr. A"
    desk.files.close_scene()
    user.wait(0.1)
    assert graded.ui.readerLineEdit.text == "Dr. A", "another scene, the same reader"
    graded.ui.readerLineEdit.text = "Dr. B"
    slicer.util.selectModule("Data")
    slicer.util.selectModule("DiscGrader")
    assert graded.reader.remembered == graded.ui.readerLineEdit.text == "Dr. B"
    graded.ui.readerLineEdit.text = ""


def test_walking_by_system_to_what_is_unread_and_what_deserves_a_look(graded, user, desk):
    click_cell(graded, user, "L1-L2", PFIRRMANN)
    press(desk, "K")
    assert graded.state.chosen[:2] == ("L1-L2", "spider")
    press(desk, "Shift+K")
    assert graded.state.chosen == ("L1-L2", *PFIRRMANN)
    press(desk, "End")
    assert graded.state.chosen[1:] == graded.state.grid.columns[-1]
    press(desk, "Home")
    press(desk, "Ctrl+End")
    assert graded.state.chosen == ("L5-S1", *PFIRRMANN)
    press(desk, "Ctrl+Home")
    assert graded.state.chosen == ("L1-L2", *PFIRRMANN)
    press(desk, "Shift+A")
    press(desk, "U")
    assert graded.state.level == "L2-L3"
    press(desk, "Q")
    assert graded.state.cell.warnings and graded.state.level == "L5-S1"
    press(desk, "Shift+U")
    assert graded.state.cell.status == "unread"


def test_a_disc_is_deleted_and_added_by_key_where_the_mouse_is(graded, user, desk):
    click_cell(graded, user, "L3-L4", PFIRRMANN)
    center = center_of(graded, "L3-L4")
    press(desk, "Shift+Del")
    assert "L3-L4" not in graded.state.grid.levels
    user.hover("Yellow", center)
    press(desk, "I")
    settled(graded, user)
    assert graded.state.level == "L3-L4"
    added = center_of(graded, "L3-L4")
    assert max(abs(one - other) for one, other in zip(added, center, strict=True)) < 12.0


def test_the_report_and_another_reading_by_key(graded, user, desk, dialogs, tmp_path):
    press(desk, "Ctrl+Shift+S")
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    press(desk, "5")
    press(desk, "Ctrl+Shift+O")
    assert graded.logic.reading().disc("L4-L5").decision(*PFIRRMANN) is None
    press(desk, "Ctrl+Shift+R")
    user.until(lambda: graded.ui.statusLabel.text.startswith("The report is in"), 120)
    assert len(dialogs) == 3


def test_a_box_is_corrected_in_two_actions_so_that_ten_are_in_twenty(graded, user, desk):
    actions, levels = 0, graded.state.grid.levels[1:4]
    for level in levels:
        click_cell(graded, user, level, PFIRRMANN)
        user.drag("Yellow", center_of(graded, level), (0.0, 3.0, 0.0))
        actions += 2
    settled(graded, user)
    moved = [disc.level for disc in graded.logic.reading().present if disc.corrections]
    assert sorted(moved) == sorted(levels) and 10 * actions / len(moved) <= 20


def test_a_line_says_what_a_key_did_and_what_was_undone(graded, user, desk):
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    told = lambda: graded.ui.statusLabel.text  # noqa: E731
    for name, modifier, said in (
        (QtCore.Qt.Key_A, QtCore.Qt.NoModifier, "Done: accept L4-L5, Pfirrmann as "),
        (QtCore.Qt.Key_Z, QtCore.Qt.ControlModifier, "Undone: accept L4-L5, Pfirrmann as "),
        (QtCore.Qt.Key_Y, QtCore.Qt.ControlModifier, "Done: accept L4-L5, Pfirrmann as "),
        (QtCore.Qt.Key_A, QtCore.Qt.ShiftModifier, "Done: accept L4-L5"),
        (QtCore.Qt.Key_PageUp, QtCore.Qt.ControlModifier, "Done: shift names up by 1"),
    ):
        QTest.keyClick(desk.window, name, modifier)
        user.wait(0.1)
        assert told().startswith(said), told()
