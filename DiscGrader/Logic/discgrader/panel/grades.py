"""The table of grades on the screen, and the menu by which a reader gives one.

Text can be read on every grade's color, in dark and light themes alike.
"""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import qt
from slicer.i18n import tr as _

from discgrader.grading.systems import scale_of
from discgrader.panel.actions import Actions
from discgrader.panel.state import PanelState
from discgrader.panel.study import Cell, Grid, Key
from discgrader.panel.words import INK, in_language, long_title, not_graded_text, short_title
from discgrader.reading.record import ACCEPTED, OVERRIDDEN, UNREAD
from discgrader.report.words import percent

_ROW, _COLUMN, _BORDER, _GAP = 36, 33, 2, 4
_MANY, _WIDE = 10, 40
"""More columns than this do not fit a narrow panel in any case; then each has room for its title."""
_MARK = 0.75
"""How large a sign behind a grade is, as a share of the grade."""
_PALE, _STALE = 0.22, 0.3
"""How much color a cell has that says that there is nothing to be found, and one whose box was moved since."""

MARKS = {ACCEPTED: "✓", OVERRIDDEN: "✎"}
WARNING = "⚠"


class GradeMenu:
    """Gives, accepts or withdraws a grade.

    Parameters
    ----------
    actions : Actions
    """

    def __init__(self, actions: Actions) -> None:
        self._actions = actions
        self.opened: Any = None
        """The QMenu that was opened last."""

    def menu(self, key: Key):
        """A new QMenu for a cell."""
        level, system, task = key
        actions, cell = self._actions, self._actions.state.grid.cells.get(key)
        menu = qt.QMenu()
        menu.setToolTipsVisible(True)
        for grade in scale_of(system, task).grades:
            meaning = in_language(grade.meaning)
            text = f"{in_language(grade.label)}    {_first_clause(meaning)}"
            action = _entry(menu, text, partial(actions.set_grade, key, grade.value), icon=_icon(grade.color))
            action.setToolTip(meaning)
            if cell is not None and grade.value == cell.grade:
                _embolden(action)
        menu.addSeparator()
        reasons = menu.addMenu(_("With a reason"))
        for grade in scale_of(system, task).grades:
            text = f"{in_language(grade.label)}…"
            _entry(reasons, text, partial(actions.ask_reason, key, grade.value), icon=_icon(grade.color))
        menu.addSeparator()
        can_accept = cell is not None and cell.ai is not None and cell.status != ACCEPTED
        can_withdraw = cell is not None and cell.status != UNREAD
        _entry(menu, _("Accept the AI's grade"), lambda: actions.accept_grade(key), can_accept)
        _entry(menu, _("Accept all of {level}").format(level=level), lambda: actions.accept_level(level))
        _entry(menu, _("Withdraw your decision"), lambda: actions.withdraw_grade(key), can_withdraw)
        return menu

    def open(self, key: Key, place) -> None:
        """Open it at a place on the screen (QPoint), where there is a reading to write in."""
        if self._actions.state.study.reading is not None:
            # Kept, because a menu that nothing holds is gone before it is seen.
            self.opened = self.menu(key)
            self.opened.popup(place)

    def open_below(self, button) -> None:
        """Open it for the chosen cell, below a button."""
        key = self._actions.state.chosen
        if key is not None:
            self.open(key, button.mapToGlobal(qt.QPoint(0, button.height)))

    def close(self) -> None:
        """Let go of the menu."""
        if self.opened is not None:
            self.opened.close()
            self.opened = None


def _entry(menu, text: str, act: Callable[[], object], enabled: bool = True, icon=None):
    action = menu.addAction(text) if icon is None else menu.addAction(icon, text)
    action.setEnabled(enabled)
    action.connect("triggered()", act)
    return action


def _embolden(action) -> None:
    font = action.font
    font.setBold(True)
    action.setFont(font)


def _first_clause(meaning: str) -> str:
    """Enough of a grade's meaning to tell it from the others."""
    return meaning.split(",")[0].split(";")[0].removesuffix(".")


def _icon(color: str):
    pixmap = qt.QPixmap(14, 14)
    pixmap.fill(qt.QColor(color))
    return qt.QIcon(pixmap)


class GradesView:
    """The table, one cell of it chosen.

    Parameters
    ----------
    widget : QTableWidget
    actions : Actions
    menu : GradeMenu
    """

    def __init__(self, widget, actions: Actions, menu: GradeMenu) -> None:
        self._widget, self._actions, self._menu = widget, actions, menu
        self._grid = Grid()
        self._chosen: Key | None = None
        self._drawn: dict[Key, tuple] = {}
        self._showing = False
        _prepare(widget)
        widget.verticalHeader().connect("sectionClicked(int)", self._level_clicked)
        widget.horizontalScrollBar().connect("rangeChanged(int,int)", self._fit)
        widget.connect("currentCellChanged(int,int,int,int)", self._moved)
        widget.connect("cellClicked(int,int)", self._choose)
        widget.connect("customContextMenuRequested(QPoint)", self._menu_wanted)

    def show(self, state: PanelState) -> None:
        """Show the table; a cell that was just chosen is scrolled to."""
        self._showing = True
        try:
            grid, before, computing = state.grid, self._chosen, state.levels_computing
            if (grid.levels, grid.columns) != (self._grid.levels, self._grid.columns):
                self._lay_out(grid)
            self._grid, self._chosen = grid, state.chosen
            for row, level in enumerate(grid.levels):
                self._head(row, level)
                for column, (system, task) in enumerate(grid.columns):
                    self._draw(row, column, (level, system, task), level in computing)
            place = self._place(state.chosen)
            if place is not None:
                self._widget.setCurrentCell(*place)
                if state.chosen != before:
                    self._reveal(*place)
        finally:
            self._showing = False
        self._widget.visible = bool(grid.levels)

    def _lay_out(self, grid: Grid) -> None:
        widget = self._widget
        self._drawn.clear()
        widget.clear()
        widget.setRowCount(len(grid.levels))
        widget.setColumnCount(len(grid.columns))
        widget.horizontalHeader().setMinimumSectionSize(_WIDE if len(grid.columns) > _MANY else _COLUMN)
        widget.setVerticalHeaderLabels(list(grid.levels))
        for number, (system, task) in enumerate(grid.columns):
            item = qt.QTableWidgetItem(short_title(system, task))
            item.setToolTip(long_title(system, task))
            widget.setHorizontalHeaderItem(number, item)
        for row in range(len(grid.levels)):
            for column in range(len(grid.columns)):
                label = qt.QLabel()
                label.setAlignment(qt.Qt.AlignCenter)
                label.setTextFormat(qt.Qt.RichText)
                widget.setCellWidget(row, column, label)
        self._fit()

    def _fit(self) -> None:
        """Be as high as all rows: the panel scrolls, not the table."""
        widget, bar = self._widget, self._widget.horizontalScrollBar()
        height = widget.horizontalHeader().sizeHint.height() + widget.rowCount * _ROW + 2 * widget.frameWidth
        widget.setFixedHeight(height + (bar.sizeHint.height() if bar.maximum > 0 else 0))

    def _head(self, row: int, level: str) -> None:
        """A level's name, and whether its box was moved since it was graded."""
        stale = any(cell.stale for key, cell in self._grid.cells.items() if key[0] == level)
        self._widget.verticalHeaderItem(row).setText(f"{level}\n{_('moved')}" if stale else level)

    def _draw(self, row: int, column: int, key: Key, computing: bool) -> None:
        cell, why_not, chosen = self._grid.cells.get(key), self._grid.why_not(key), key == self._chosen
        drawn = (cell, chosen, computing, why_not)
        if self._drawn.get(key) == drawn:
            return
        self._drawn[key] = drawn
        palette, label = self._widget.palette, self._widget.cellWidget(row, column)
        base, text = (palette.color(role).name() for role in (qt.QPalette.Base, qt.QPalette.Text))
        if cell is None:
            ground, ink, shown = base, text, "…" if computing else "–" if why_not else ""
        else:
            (ground, ink), shown = cell_colors(cell, base, text), _cell_html(cell, label.font)
        # A gap parts the systems.
        gap = _GAP if column and self._grid.columns[column - 1][0] != key[1] else 1
        label.setStyleSheet(
            f"QLabel {{ background: {ground}; color: {ink}; border: {_border(cell, chosen, ground, text)}; "
            f"border-radius: 4px; margin: 1px 1px 1px {gap}px; padding: 0px; }}"
        )
        label.setText(shown)
        label.setToolTip(cell_tip(key, cell, why_not))

    def _reveal(self, row: int, column: int) -> None:
        """Have the panel scroll until a cell is seen: keys choose cells as well."""
        area = self._widget.parentWidget()
        while area is not None and not area.inherits("QScrollArea"):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(self._widget.cellWidget(row, column))

    def _place(self, key: Key | None) -> tuple[int, int] | None:
        grid = self._grid
        if key is None or key[0] not in grid.levels or key[1:] not in grid.columns:
            return None
        return grid.levels.index(key[0]), grid.columns.index(key[1:])

    def _key(self, row: int, column: int) -> Key | None:
        grid = self._grid
        if 0 <= row < len(grid.levels) and 0 <= column < len(grid.columns):
            return (grid.levels[row], *grid.columns[column])
        return None

    def _choose(self, row: int, column: int) -> None:
        key = self._key(row, column)
        if key is not None and not self._showing:
            self._actions.choose(key)

    def _moved(self, row: int, column: int, _row_before: int, _column_before: int) -> None:
        if self._key(row, column) != self._chosen:
            self._choose(row, column)

    def _level_clicked(self, row: int) -> None:
        self._choose(row, max(self._widget.currentColumn(), 0))

    def _menu_wanted(self, point) -> None:
        index = self._widget.indexAt(point)
        key = self._key(index.row(), index.column())
        if key is not None:
            self._choose(index.row(), index.column())
            self._menu.open(key, self._widget.viewport().mapToGlobal(point))


def _prepare(widget) -> None:
    """Have a table whose cells are labels, as narrow as can be."""
    widget.setSelectionMode(qt.QAbstractItemView.NoSelection)
    widget.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
    widget.setTabKeyNavigation(False)
    widget.setShowGrid(False)
    widget.setVerticalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)
    widget.setContextMenuPolicy(qt.Qt.CustomContextMenu)
    header, side = widget.horizontalHeader(), widget.verticalHeader()
    header.setMinimumSectionSize(_COLUMN)
    header.setSectionResizeMode(qt.QHeaderView.Stretch)
    header.setSectionsClickable(False)
    header.setHighlightSections(False)
    font = qt.QFont(widget.font)
    font.setPointSizeF(0.85 * font.pointSizeF())
    header.setFont(font)
    # Themes pad headers so much that nothing would be left of a narrow one.
    header.setStyleSheet("QHeaderView::section { padding-left: 0px; padding-right: 0px; }")
    side.setFont(font)
    side.setStyleSheet("QHeaderView::section { padding-left: 2px; padding-right: 1px; }")
    side.setSectionResizeMode(qt.QHeaderView.Fixed)
    side.setDefaultSectionSize(_ROW)
    side.setSectionsClickable(True)


def _border(cell: Cell | None, chosen: bool, ground: str, text: str) -> str:
    """A frame around the chosen cell, a dotted one around what a pack of synthetic images says."""
    synthetic = cell is not None and cell.ai is not None and cell.ai.synthetic
    line = "3px solid" if chosen else "1px dotted" if synthetic else "1px solid"
    return f"{line} {text if chosen or synthetic else ground}"


def _cell_html(cell: Cell, font) -> str:
    marks, shown = cell_marks(cell), in_language(cell.label)
    size = _fitting_size(shown, marks, font)
    first = (
        f'<b style="font-size:{size:.1f}pt">{escape(shown)}</b>'
        f'<span style="font-size:{_MARK * size:.1f}pt">{marks}</span>'
    )
    return f'{first}<br><span style="font-size:small">{escape(_fitting(second_line(cell)))}</span>'


def _fitting_size(label: str, marks: str, font) -> float:
    """The size in points at which a bold label and its marks fit into the narrowest column."""
    bold = qt.QFont(font)
    bold.setBold(True)
    width = qt.QFontMetrics(bold).horizontalAdvance(label) + _MARK * qt.QFontMetrics(font).horizontalAdvance(marks)
    return font.pointSizeF() * min(1.0, (_COLUMN - 2 * _BORDER) / max(width, 1))


def cell_tip(key: Key, cell: Cell | None, why_not: str = "") -> str:
    """What a cell says when the mouse rests on it: in words, with the reasons of warnings and of overrides.

    Parameters
    ----------
    key : Key
    cell : Cell or None
        None for what is not graded.
    why_not : str
        Why it is not, as `Grid.why_not` has it.
    """
    level, system, task = key
    lines = [f"{level}, {long_title(system, task)}"]
    if cell is None:
        return "\n".join([*lines, not_graded_text(why_not) if why_not else _("Not graded yet.")])
    lines.append(f"{in_language(cell.label)}: {in_language(scale_of(system, task).grade(cell.grade).meaning)}")
    if cell.status == OVERRIDDEN:
        lines.append(_("Set by {reader}.").format(reader=cell.reader))
    elif cell.status == ACCEPTED:
        lines.append(_("Accepted by {reader}.").format(reader=cell.reader))
    if cell.reason:
        lines.append(_("Reason: {reason}").format(reason=cell.reason))
    if cell.ai is not None:
        said = _("AI: {label}, {probability}; trained on {trained_on}")
        lines.append(
            said.format(
                label=in_language(cell.ai.label),
                probability=percent(cell.ai.probability),
                trained_on=cell.ai.trained_on,
            )
        )
    if cell.stale:
        lines.append(_("The box has been moved since; grade this disc again."))
    lines += [_("Warning: {reason}").format(reason=warning) for warning in cell.warnings]
    return "\n".join(lines)


def _fitting(text: str) -> str:
    """A probability without its space where it would be too wide for a cell."""
    return text.replace(" %", "%") if len(text) > len("99 %") else text


def mixed(color: str, ground: str, share: float) -> str:
    """``share`` (0 to 1) of a color over a ground, all ``#rrggbb``."""
    parts = [(int(color[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in parts)


def luminance(color: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    values = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(color: str, ground: str) -> float:
    """Contrast ratio of two colors, 1 to 21 (WCAG 2.2)."""
    darker, brighter = sorted((luminance(color), luminance(ground)))
    return (brighter + 0.05) / (darker + 0.05)


def cell_colors(cell: Cell, base: str, text: str) -> tuple[str, str]:
    """Background and text of a cell.

    Parameters
    ----------
    cell : Cell
    base, text : str
        Background and text of the theme's tables.
    """
    if cell.is_absent:
        return mixed(cell.color, base, _PALE), text
    ground = mixed(cell.color, base, _STALE) if cell.stale else cell.color
    return ground, max((INK, text), key=lambda ink: contrast(ink, ground))


def cell_marks(cell: Cell) -> str:
    """The signs behind a cell's grade: accepted or overridden, warned of."""
    return MARKS.get(cell.status, "") + (WARNING if cell.warnings else "")


def second_line(cell: Cell) -> str:
    """What stands below the grade: its probability, or what the pack said where the reader said otherwise."""
    if cell.ai is None:
        return ""
    if cell.status == OVERRIDDEN:
        return _("AI {label}").format(label=in_language(cell.ai.label))
    return percent(cell.ai.probability)
