"""Presentation size: every column of the summary and of one system is seen in a panel 400 points wide."""

import pytest
import slicer
from discgrader.grading.systems import systems
from every_task_engine import EveryTaskEngine
from fake_engine import write_blocks
from panel_reader import finish
from PySide6 import QtWidgets

from desk.desk import Desk
from desk.user import User


@pytest.fixture(scope="module", params=["en", "de"])
def desk(request, tmp_path_factory):
    """A desk on which the spine of blocks is graded by all systems."""
    folder = tmp_path_factory.mktemp("presentation")
    with Desk(log_folder=folder, testing=True, language=request.param) as desk:
        desk.window.resize(1366, 768)
        desk.show()
        desk.module.logic.jobs.engine = EveryTaskEngine()
        user = User(desk)
        user.open(write_blocks(folder / "blocks"))
        user.wait(0.1)
        for button in (desk.module.ui.findButton, desk.module.ui.gradeButton):
            finish(desk.module.panel, user, button)
        yield desk
        for name in ("language", "Internationalization"):
            slicer.app.userSettings().remove(name)


def layouts(desk):
    """Each layout but that of all columns, chosen: its name."""
    box = desk.module.ui.tableLayoutComboBox
    for index in range(box.count - 1):
        QtWidgets.QComboBox.setCurrentIndex(box, index)
        QtWidgets.QComboBox.activated.__get__(box).emit(index)
        User(desk).wait(0.1)
        yield box.currentText


def point_size(desk) -> float:
    return desk.module.ui.gradeTable.font.pointSizeF()


def hidden_columns(table) -> int:
    """How many points of the columns are out of sight."""
    return sum(table.columnWidth(number) for number in range(table.columnCount)) - table.viewport().width


def test_nothing_scrolls_sideways_and_no_grade_is_smaller_than_before(desk):
    ui, user = desk.module.ui, User(desk)
    assert QtWidgets.QWidget.width(desk.window.panel) == 400
    plain = {name: point_size(desk) for name in layouts(desk)}
    assert len(plain) == 1 + len(systems()) and len({*plain.values()}) == 1
    ui.presentationCheckBox.click()
    user.wait(0.1)
    sizes = {}
    for name in layouts(desk):
        assert hidden_columns(ui.gradeTable) <= 0 and not ui.gradeTable.horizontalScrollBar().visible, name
        sizes[name] = point_size(desk) / plain[name]
    assert min(sizes.values()) >= 1.0 and max(sizes.values()) == pytest.approx(1.5)
    first = next(iter(sizes))
    assert sizes[first] >= 1.1, "the summary is larger than in plain size"
    ui.presentationCheckBox.click()
    assert {name: point_size(desk) for name in layouts(desk)} == plain


def test_the_size_follows_the_width_of_the_panel(desk):
    ui, user = desk.module.ui, User(desk)
    ui.presentationCheckBox.click()
    sizes = {name: point_size(desk) for name in layouts(desk)}
    smallest = min(sizes, key=sizes.get)
    next(name for name in layouts(desk) if name == smallest)
    area, narrow = ui.gradeTable.parentWidget(), point_size(desk)
    area.setFixedWidth(area.width + 200)
    user.wait(0.2)
    assert point_size(desk) > narrow and hidden_columns(ui.gradeTable) <= 0, smallest
    area.setMinimumWidth(0)
    area.setMaximumWidth(16777215)
    user.wait(0.2)
    assert point_size(desk) == narrow
    ui.presentationCheckBox.click()
