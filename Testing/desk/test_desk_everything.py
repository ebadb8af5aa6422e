"""Every button of the panel, and every entry of every menu of panel and window, is used once: nothing of it fails."""

import logging

import pytest
import slicer
from fake_engine import write_blocks
from panel_reader import PFIRRMANN, center_of, click_cell, settled
from PySide6 import QtCore, QtGui, QtWidgets

QWidget = QtWidgets.QWidget
BEGINS_A_PROCESS = "DiscGrader phantom"
"""Sample data that a process of its own draws, which `test_sample_data` is about."""


@pytest.fixture(autouse=True)
def closing_dialogs(desk, monkeypatch, tmp_path):
    """Nobody answers dialogs here: files get names, other windows that wait for an answer are closed."""
    import qt

    for dialog in (qt.QFileDialog, QtWidgets.QFileDialog):
        for name, answer in (
            ("getSaveFileName", tmp_path / "saved.reading.json"),
            ("getOpenFileName", tmp_path / "missing.reading.json"),
            ("getExistingDirectory", tmp_path / "folder"),
        ):
            given = str(answer) if dialog is qt.QFileDialog or name == "getExistingDirectory" else ("", "")
            monkeypatch.setattr(dialog, name, staticmethod(lambda *_arguments, given=given: given))

    def close() -> None:
        window = QtWidgets.QApplication.activeModalWidget()
        if window is not None:
            QWidget.close(window)
        popup = QtWidgets.QApplication.activePopupWidget()
        if popup is not None:
            QWidget.close(popup)

    timer = QtCore.QTimer()
    timer.setInterval(30)
    timer.timeout.connect(close)
    timer.start()
    yield
    timer.stop()


@pytest.fixture
def failures(caplog):
    """What was raised where nobody catches it; what a user is told in plain words is none."""
    yield lambda: [record for record in caplog.records if record.exc_info or "Traceback" in record.getMessage()]
    # The desk's own check takes every error in the log for a failure, and errors in plain words are meant here.
    for record in caplog.records:
        assert record.levelno < logging.ERROR or not record.exc_info


def entries(menu, way=()) -> list[tuple[str, ...]]:
    """The way to every entry of a menu and those below it, by their texts."""
    found = []
    menu.aboutToShow.emit()
    for action in QtWidgets.QMenu.actions(menu):
        inner = QtGui.QAction.menu(action)
        if inner is not None:
            found += entries(inner, (*way, QtGui.QAction.text(action)))
        elif not QtGui.QAction.isSeparator(action):
            found.append((*way, QtGui.QAction.text(action)))
    return found


def entry(menu, way):
    for text in way:
        menu.aboutToShow.emit()
        action = next(one for one in QtWidgets.QMenu.actions(menu) if QtGui.QAction.text(one) == text)
        menu = QtGui.QAction.menu(action) or menu
    return action


def test_every_entry_of_the_menu_of_a_grade(graded, user, desk, failures):
    for column in graded.state.grid.columns:
        click_cell(graded, user, "L3-L4", column)
        for way in entries(graded.menu.menu(graded.state.chosen)):
            menu = graded.menu.menu(graded.state.chosen)
            action = entry(menu, way)
            if QtGui.QAction.isEnabled(action):
                QtGui.QAction.trigger(action)
                user.wait(0.0)
            if graded.reason.is_open:
                graded.reason.line.text = "because"
                graded.reason.keep()
                assert graded.state.cell.reason == "because"
            graded.undo()
    assert not failures()


def buttons(panel) -> list[str]:
    kinds = (QtWidgets.QAbstractButton, QtWidgets.QComboBox)
    return [name for name, widget in vars(panel.ui).items() if isinstance(widget, kinds)]


def test_every_button_and_list_of_the_panel(graded, user, desk, failures, tmp_path):
    (tmp_path / "folder").mkdir()
    for section in desk.window.findChildren("ctkCollapsibleButton"):
        section.collapsed = False
    # Beside it, what cannot be done is told in plain words, which the log has as an error.
    once = {"addButton", "openReadingButton", "reportButton", "saveReadingButton"}
    upper, lower = center_of(graded, "L3-L4"), center_of(graded, "L4-L5")
    place = [(one + other) / 2 for one, other in zip(upper, lower, strict=True)]
    slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode").SetCrosshairRAS(*place)
    graded.save_reading(tmp_path / "missing.reading.json")
    for name in buttons(graded):
        widget = getattr(graded.ui, name)
        click_cell(graded, user, "L3-L4" if "L3-L4" in graded.state.grid.levels else "L4-L5", PFIRRMANN)
        for _twice in range(1 if name in once else 2):
            if not (QWidget.isVisible(widget) and QWidget.isEnabled(widget)):
                continue
            if isinstance(widget, QtWidgets.QComboBox):
                for index in range(widget.count):
                    widget.setCurrentIndex(index)
                    widget.activated.emit(index)
                widget.setCurrentIndex(0)
                widget.activated.emit(0)
            else:
                user.click(widget)
            settled(graded, user)
            graded.menu.close()
    user.until(lambda: not graded.logic.jobs.exporting, 60)
    assert not failures()


def test_every_entry_of_every_menu_and_tool_of_the_window(graded, user, desk, failures, tmp_path):
    bar = QtWidgets.QMainWindow.menuBar(desk.window)
    menus = [QtGui.QAction.menu(action) for action in QtWidgets.QMenuBar.actions(bar)]
    ways = [(number, way) for number, menu in enumerate(menus) for way in entries(menu)]
    assert len(ways) > 8
    write_blocks(tmp_path / "folder")
    for number, way in ways:
        if BEGINS_A_PROCESS in way:
            continue
        menus = [QtGui.QAction.menu(action) for action in QtWidgets.QMenuBar.actions(bar)]
        action = entry(menus[number], way)
        if QtGui.QAction.isEnabled(action):
            QtGui.QAction.trigger(action)
            user.wait(0.05)
        if not QWidget.isVisible(desk.window):
            desk.window.show()
    for tool in QWidget.findChildren(desk.window, QtWidgets.QToolButton):
        if QWidget.isVisible(tool) and QWidget.isEnabled(tool):
            QtWidgets.QAbstractButton.click(tool)
            user.wait(0.0)
    assert not failures()
    slicer.util.selectModule("DiscGrader")
