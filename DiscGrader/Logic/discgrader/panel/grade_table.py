"""The table of grades on the screen."""

from collections.abc import Callable, Collection
from html import escape

import qt
from slicer.i18n import tr as _

from discgrader.grading.systems import scale_of
from discgrader.panel.cell_style import cell_colors, cell_marks, second_line
from discgrader.panel.grid import Cell, Grid, Key
from discgrader.panel.titles import long_title, short_title
from discgrader.panel.vocabulary import in_language, not_graded_text
from discgrader.reading.record import ACCEPTED, OVERRIDDEN
from discgrader.report.words import percent

_ROW, _COLUMN, _BORDER, _GAP = 36, 33, 2, 4
_MANY, _WIDE = 10, 40
"""More columns than this do not fit a narrow panel in any case; then each has room for its title."""
_MARK = 0.75
"""How large a sign behind a grade is, as a share of the grade."""


class GradeTable:
    """Shows a `Grid` in a QTableWidget, one cell of it chosen.

    Parameters
    ----------
    widget : QTableWidget
    chosen : callable(Key)
        Hears which cell the user has clicked on or gone to by arrow key.
    menu : callable(Key, QPoint)
        Asked for a menu at a place on the screen.
    """

    def __init__(self, widget, chosen: Callable[[Key], None], menu: Callable[[Key, object], None]):
        self._widget, self._chosen, self._menu = widget, chosen, menu
        self._grid = Grid()
        self._current: Key | None = None
        self._running: frozenset[str] = frozenset()
        self._drawn: dict[Key, tuple] = {}
        self._busy = False
        widget.setSelectionMode(qt.QAbstractItemView.NoSelection)
        widget.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        widget.setTabKeyNavigation(False)
        widget.setShowGrid(False)
        widget.setVerticalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)
        widget.setContextMenuPolicy(qt.Qt.CustomContextMenu)
        header = widget.horizontalHeader()
        header.setMinimumSectionSize(_COLUMN)
        header.setSectionResizeMode(qt.QHeaderView.Stretch)
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        font = qt.QFont(widget.font)
        font.setPointSizeF(0.85 * font.pointSizeF())
        header.setFont(font)
        # Themes pad headers so much that nothing would be left of a narrow one.
        header.setStyleSheet("QHeaderView::section { padding-left: 0px; padding-right: 0px; }")
        side = widget.verticalHeader()
        side.setFont(font)
        side.setStyleSheet("QHeaderView::section { padding-left: 2px; padding-right: 1px; }")
        side.setSectionResizeMode(qt.QHeaderView.Fixed)
        side.setDefaultSectionSize(_ROW)
        side.setSectionsClickable(True)
        side.connect("sectionClicked(int)", self._level_clicked)
        widget.horizontalScrollBar().connect("rangeChanged(int,int)", self._fit)
        widget.connect("currentCellChanged(int,int,int,int)", self._moved)
        widget.connect("cellClicked(int,int)", self._clicked)
        widget.connect("customContextMenuRequested(QPoint)", self._menu_wanted)

    @property
    def grid(self) -> Grid:
        """What is shown."""
        return self._grid

    def show(self, grid: Grid, current: Key | None = None, running: Collection[str] = ()) -> None:
        """Show a grid.

        Parameters
        ----------
        grid : Grid
        current : Key, optional
            The chosen cell.
        running : collection of str
            Levels that are being graded.
        """
        self._busy = True
        try:
            if (grid.levels, grid.columns) != (self._grid.levels, self._grid.columns):
                self._lay_out(grid)
            newly_chosen = current != self._current
            self._grid, self._current, self._running = grid, current, frozenset(running)
            for row, level in enumerate(grid.levels):
                self._head(row, level)
                for column, (system, task) in enumerate(grid.columns):
                    self._draw(row, column, (level, system, task))
            place = self._place(current)
            if place is not None:
                self._widget.setCurrentCell(*place)
                if newly_chosen:
                    self._reveal(*place)
        finally:
            self._busy = False

    def tip(self, text: str) -> None:
        """What the corner and the levels say when the mouse rests on them."""
        self._widget.verticalHeader().setToolTip(text)

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

    def _draw(self, row: int, column: int, key: Key) -> None:
        cell = self._grid.cells.get(key)
        why_not = self._grid.why_not(key)
        look = (cell, key == self._current, key[0] in self._running, why_not)
        if self._drawn.get(key) == look:
            return
        self._drawn[key] = look
        palette = self._widget.palette
        base, text = (palette.color(one).name() for one in (qt.QPalette.Base, qt.QPalette.Text))
        label = self._widget.cellWidget(row, column)
        if cell is None:
            ground, ink, shown = base, text, "…" if look[2] else "–" if why_not else ""
        else:
            (ground, ink), shown = cell_colors(cell, base, text), _cell_html(cell, label.font)
        synthetic = cell is not None and cell.ai is not None and cell.ai.synthetic
        border = text if look[1] or synthetic else ground
        line = "3px solid" if look[1] else "1px dotted" if synthetic else "1px solid"
        # A gap parts the systems.
        gap = _GAP if column and self._grid.columns[column - 1][0] != key[1] else 1
        label.setStyleSheet(
            f"QLabel {{ background: {ground}; color: {ink}; border: {line} {border}; border-radius: 4px; "
            f"margin: 1px 1px 1px {gap}px; padding: 0px; }}"
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
        if key is not None and not self._busy:
            self._chosen(key)

    def _clicked(self, row, column):
        self._choose(row, column)

    def _moved(self, row, column, _row_before, _column_before):
        if self._key(row, column) != self._current:
            self._choose(row, column)

    def _level_clicked(self, row):
        self._choose(row, max(self._widget.currentColumn(), 0))

    def _menu_wanted(self, point):
        index = self._widget.indexAt(point)
        key = self._key(index.row(), index.column())
        if key is not None:
            self._choose(index.row(), index.column())
            self._menu(key, self._widget.viewport().mapToGlobal(point))


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
        lines.append(_("The box was moved since; grade this disc again."))
    lines += [_("Warning: {reason}").format(reason=one) for one in cell.warnings]
    return "\n".join(lines)


def _fitting(text: str) -> str:
    """A probability without its space where it would be too wide for a cell."""
    return text.replace(" %", "%") if len(text) > len("99 %") else text
