"""What matters is on the screen, without scrolling: table, probabilities, decisive evidence and the last message."""

import pytest
import slicer
from discgrader.reading.record import OVERRIDDEN
from every_task_engine import WORST, EveryTaskEngine
from fake_engine import write_blocks
from panel_reader import finish, widget_of
from PySide6 import QtGui, QtWidgets

from desk.desk import Desk
from desk.user import User

ROW = 21
SIZES = {"100 %": (1366, 768), "150 %": (910, 512), "150 %, seven levels": (910, 512 - 2 * ROW)}
"""A screen of 1366 x 768 in points of the screen at both scales. The spine of blocks has five levels; two more need the
height of two rows."""
SUMMARY, SYSTEM, ALL = "summary", "system", "all"


@pytest.fixture(scope="module", params=["en", "de"])
def desk(request, tmp_path_factory):
    """A desk on which the spine of blocks is graded by all systems."""
    folder = tmp_path_factory.mktemp("screen")
    with Desk(log_folder=folder, testing=True, language=request.param) as desk:
        desk.window.resize(*SIZES["100 %"])
        desk.show()
        desk.module.logic.jobs.engine = EveryTaskEngine()
        user = User(desk)
        user.open(write_blocks(folder / "blocks"))
        user.wait(0.1)
        ui = desk.module.ui
        for button in (ui.findButton, ui.gradeButton):
            finish(desk.module.panel, user, button)
        yield desk
        for name in ("language", "Internationalization"):
            slicer.app.userSettings().remove(name)


@pytest.fixture(params=SIZES)
def panel(desk, request):
    desk.window.resize(*SIZES[request.param])
    User(desk).wait(0.2)
    return desk.module.panel


def area_of(panel):
    area = panel.ui.gradeTable.parentWidget()
    while not area.inherits("QScrollArea"):
        area = area.parentWidget()
    return area


def is_seen(widget) -> bool:
    """Whether all of a widget is on the screen."""
    return QtWidgets.QWidget.visibleRegion(widget).boundingRect() == QtWidgets.QWidget.rect(widget)


def is_read(panel, text: str) -> bool:
    """Whether a text of the details is seen without scrolling."""
    browser = panel.ui.detailsBrowser
    found = QtWidgets.QTextEdit.document(browser).find(text)
    assert not found.isNull(), text
    rect = QtWidgets.QTextEdit.cursorRect(browser, found)
    return rect.top() >= 0 and rect.bottom() <= QtWidgets.QAbstractScrollArea.viewport(browser).height()


def unseen(panel, key) -> list[str]:
    """What of a chosen cell is not on the screen."""
    from discgrader.panel.details import decisive_rows

    ui, cell = panel.ui, panel.state.grid.cells[key]
    label = widget_of(panel, key[0], key[1:])
    missing = [name for name in ("gradeTable", "detailsBrowser", "statusLabel", "badgeLabel", "researchLabel",
                                 "acceptButton", "tableLayoutComboBox") if not is_seen(getattr(ui, name))]  # fmt: skip
    missing += [] if is_seen(label) else [f"cell of {key}"]
    missing += ["probabilities"] * (not _probabilities_are_read(panel, key))
    for row in decisive_rows(cell.ai.evidence):
        missing += [] if is_read(panel, row.text) else [f"evidence {row.text} of {key}"]
    return missing


def _probabilities_are_read(panel, key) -> bool:
    """Whether the row of every grade is seen: as many percentages as grades, the last one within the view."""
    browser, count = panel.ui.detailsBrowser, len(panel.state.grid.cells[key].ai.probabilities)
    document, cursor = QtWidgets.QTextEdit.document(browser), QtGui.QTextCursor()
    for _ in range(count):
        cursor = document.find("%", cursor)
    assert not cursor.isNull()
    bottom = QtWidgets.QTextEdit.cursorRect(browser, cursor).bottom()
    return bottom <= QtWidgets.QAbstractScrollArea.viewport(browser).height()


@pytest.mark.parametrize("layout", [SUMMARY, SYSTEM, ALL])
def test_what_matters_is_seen_whatever_is_chosen(panel, layout):
    panel.set_table_layout(layout)
    found = []
    for column in panel.state.grid.columns:
        panel.choose((WORST, *column))
        panel.say("L4-L5 graded again.")
        slicer.app.processEvents()
        assert area_of(panel).verticalScrollBar().value == 0, "nothing had to be scrolled"
        found += unseen(panel, panel.state.chosen)
    assert not found


def test_what_matters_is_seen_of_what_was_decided_moved_or_warned_of(panel, desk):
    key = (WORST, "pfirrmann", "pfirrmann")
    panel.set_table_layout(SUMMARY)
    panel.choose(key)
    panel.set_grade(key, "5", "Collapsed on all slices, with a vacuum in the disc and changes beside both endplates")
    follow, panel.logic.boxChanged = panel.logic.boxChanged, None
    panel.logic.readings.node(WORST).SetCenterWorld(2.0, 3.0, 4.0)
    User(desk).wait(0.3)
    assert panel.state.cell.status == OVERRIDDEN and panel.state.cell.stale
    assert not unseen(panel, key)
    panel.undo()
    panel.undo()
    panel.logic.boxChanged = follow
    User(desk).wait(0.2)


def test_no_text_of_a_cell_is_smaller_than_the_grade_beside_it(panel):
    import re

    for layout in (SUMMARY, SYSTEM, ALL):
        panel.set_table_layout(layout)
        for column in panel.state.grid.columns:
            panel.choose((WORST, *column))
            shown = widget_of(panel, WORST, column).text
            sizes = {float(size) for size in re.findall(r'<b style="font-size:([\d.]+)pt">', shown)}
            assert sizes == {round(panel.ui.gradeTable.font.pointSizeF(), 1)}, shown


def test_no_text_of_the_table_is_cut_off(panel):
    """As wide as its column is every word of a cell, and every line of a heading."""
    table = panel.ui.gradeTable
    heads = QtGui.QFontMetrics(table.horizontalHeader().font)
    for layout in (SUMMARY, SYSTEM):
        panel.set_table_layout(layout)
        for system in dict.fromkeys(system for system, _task in panel.state.grid.columns):
            panel.choose((WORST, system, next(task for name, task in panel.state.grid.columns if name == system)))
            slicer.app.processEvents()
            assert table.horizontalScrollBar().maximum == 0, f"{layout} of {system} scrolls"
            for number in range(table.columnCount):
                for line in table.horizontalHeaderItem(number).text().split("\n"):
                    assert heads.horizontalAdvance(line) <= table.columnWidth(number), line
                for row in range(table.rowCount):
                    label = table.cellWidget(row, number)
                    needed = QtWidgets.QLabel.sizeHint(label)
                    assert needed.width() <= QtWidgets.QWidget.width(label) + 2, label.text
                    assert needed.height() <= QtWidgets.QWidget.height(label) + 2, label.text


def test_nothing_makes_the_panel_wider(panel):
    area = area_of(panel)
    assert QtWidgets.QWidget.minimumSizeHint(area.widget()).width() <= area.viewport().width


def test_a_contradiction_is_marked_with_both_reasons(panel):
    key = (WORST, "spider", "herniation")
    panel.set_table_layout(SYSTEM)
    panel.choose(key)
    label, told = widget_of(panel, *_split(key)), panel.ui.detailsBrowser.toPlainText()
    assert "≠" in label.text
    for whose in ("SPIDER", "MSU"):
        assert whose in label.toolTip.splitlines()[-1] or (whose in label.toolTip and whose in told)
    panel.set_table_layout(SUMMARY)
    slicer.app.processEvents()
    status = panel.ui.gradeTable.cellWidget(panel.grades.place(key)[0], panel.ui.gradeTable.columnCount - 1)
    assert "≠" in status.text and "MSU" in status.toolTip


def test_a_heading_opens_its_system_and_the_key_brings_the_summary_back(panel, desk):
    panel.set_table_layout(SUMMARY)
    panel.choose((WORST, "pfirrmann", "pfirrmann"))
    header = panel.ui.gradeTable.horizontalHeader()
    systems = list(dict.fromkeys(system for system, _task in panel.state.grid.columns))
    header.sectionClicked.emit(systems.index("msu"))
    assert panel.state.chosen == (WORST, "msu", "size") and panel.parameters.tableLayout == SYSTEM
    assert panel.ui.gradeTable.columnCount == 2 and panel.ui.tableLayoutComboBox.currentText == "MSU"
    panel.switch_table()
    assert panel.ui.gradeTable.columnCount == len(systems) + 1
    assert panel.ui.tableLayoutComboBox.currentIndex == 0


def _split(key):
    return key[0], key[1:]


def test_a_tick_takes_no_probability_from_the_other_cells_of_its_column(desk):
    panel = desk.module.panel
    desk.window.resize(*SIZES["100 %"])
    columns = [column for column in panel.state.grid.columns if column[0] == "deepspine"]
    panel.choose(("L4-L5", *columns[0]))
    panel.show_system("deepspine")
    User(desk).wait(0.2)
    levels = panel.state.grid.levels
    before = {key: widget_of(panel, key[0], key[1:]).text for key in ((level, *c) for level in levels for c in columns)}
    panel.accept_level("L4-L5")
    User(desk).wait(0.2)
    for (level, *column), text in before.items():
        if level != "L4-L5":
            assert widget_of(panel, level, tuple(column)).text == text
    panel.undo()


def test_the_table_settles_whatever_room_it_has(panel, desk, monkeypatch):
    from discgrader.panel.table_size import TableSize

    area, user = area_of(panel), User(desk)
    panel.set_table_layout(SUMMARY)
    restless, fitted = [], []
    take, size = TableSize.take, (desk.window.width, desk.window.height)
    monkeypatch.setattr(TableSize, "take", lambda *asked: (fitted.append(asked), take(*asked))[1])
    try:
        for height in (size[1] - 48, size[1]):
            desk.window.resize(size[0], height)
            for width in range(382, 421, 3):
                area.setFixedWidth(width)
                for _ in range(6):
                    slicer.app.processEvents()
                fitted.clear()
                for _ in range(6):
                    slicer.app.processEvents()
                restless += [(width, height)] * bool(fitted)
    finally:
        area.setMinimumWidth(0)
        area.setMaximumWidth(16777215)
        desk.window.resize(*size)
        user.wait(0.1)
    assert not restless, "it is laid out again and again"
