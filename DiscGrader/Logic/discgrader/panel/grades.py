"""The table of grades on the screen: its layout, its cells, and which of them is chosen."""

from collections.abc import Collection, Sequence

import qt
from slicer.i18n import tr as _

from discgrader.grading.headings import unbroken
from discgrader.panel.actions import Actions
from discgrader.panel.cells import MOVED, Face, face_html, face_of, face_tip
from discgrader.panel.colors import cell_colors
from discgrader.panel.grade_menu import GradeMenu
from discgrader.panel.grid import Grid, Key
from discgrader.panel.layouts import ALL, SUMMARY, Column, columns_in, key_of, layout_of, systems_in
from discgrader.panel.shared_height import Watch
from discgrader.panel.state import PanelState
from discgrader.panel.table_size import NARROW, PLAIN, PRESENTED, Size, TableSize
from discgrader.panel.widths import Fit, fit
from discgrader.panel.words import long_title, short_title, system_heading, system_title, whole_system_title

_GAP, _PADDING, _TIGHT = 4, 6, 4


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
        self._state: PanelState | None = None
        self._grid, self._layout = Grid(), SUMMARY
        self._columns: tuple[Column, ...] = ()
        self._chosen: Key | None = None
        self._drawn: dict[tuple[int, int], object] = {}
        self._faces: list[list[Face]] = []
        self._known: object = None
        self._marked: Key | None = None
        self._fit = Fit((), ())
        self._two_lines = False
        self._showing = False
        self._enlarged: bool | None = None
        _prepare(widget)
        self._size = TableSize(widget)
        self._watch = Watch(self._resized)
        widget.viewport().installEventFilter(self._watch)
        widget.verticalHeader().connect("sectionClicked(int)", self._level_clicked)
        widget.horizontalHeader().connect("sectionClicked(int)", self._heading_clicked)
        widget.connect("currentCellChanged(int,int,int,int)", self._moved)
        widget.connect("cellClicked(int,int)", self._choose)
        widget.connect("customContextMenuRequested(QPoint)", self._menu_wanted)

    def show(self, state: PanelState) -> None:
        """Show the table; a cell that was just chosen is scrolled to."""
        self._state = state
        grid, before = state.grid, self._chosen
        layout = layout_of(state.table_layout, grid)
        columns = columns_in(layout, grid, state.chosen[1] if state.chosen else "")
        self._showing = True
        try:
            if state.presentation != self._enlarged:
                self._enlarged, self._known = state.presentation, None
            if (grid.levels, columns, layout) != (self._grid.levels, self._columns, self._layout):
                self._lay_out(grid, columns, layout)
            self._grid, self._columns, self._layout, self._chosen = grid, columns, layout, state.chosen
            self._draw_all()
            place = self.place(state.chosen) if state.chosen else None
            if place is not None:
                self._widget.setCurrentCell(*place)
                if state.chosen != before:
                    self._reveal(*place)
        finally:
            self._showing = False
        self._widget.visible = bool(grid.levels)

    # How much room it takes

    def heights(self) -> tuple[int, int, int]:
        """How high the table is with rows of two lines, of one, and of one that are as low as can be; in points of the
        screen."""
        rows, fixed = self._widget.rowCount - self._first, self._fixed
        return fixed + rows * self._two, fixed + rows * (self._line + _PADDING), fixed + rows * (self._line + _TIGHT)

    def be(self, height: int, two_lines: bool) -> None:
        """Take this height, in points of the screen; rows of two lines or of one. Where not even the lowest rows fit
        they scroll below their headings."""
        widget, rows = self._widget, max(self._widget.rowCount - self._first, 1)
        if widget.height != height or widget.minimumHeight != height:
            widget.setFixedHeight(height)
        scrolls = height < self.heights()[2]
        widget.setVerticalScrollBarPolicy(qt.Qt.ScrollBarAsNeeded if scrolls else qt.Qt.ScrollBarAlwaysOff)
        row = max((height - self._fixed) // rows, self._line + _TIGHT)
        if two_lines != self._two_lines or widget.rowHeight(widget.rowCount - 1) != row:
            self._two_lines = two_lines
            widget.verticalHeader().setDefaultSectionSize(row)
            for number in range(self._first, widget.rowCount):
                widget.setRowHeight(number, row)
            self._draw_again()

    @property
    def _line(self) -> int:
        return qt.QFontMetrics(self._widget.font).height()

    @property
    def _two(self) -> int:
        return round(1.85 * self._line) + _PADDING

    @property
    def _fixed(self) -> int:
        """What is not levels."""
        widget = self._widget
        bar = widget.horizontalScrollBar()
        overflow = sum(self._fit.widths) > self._room
        height = widget.horizontalHeader().sizeHint.height() + 2 * widget.frameWidth
        return height + (bar.sizeHint.height() if overflow else 0) + (self._group_row if self._first else 0)

    @property
    def _first(self) -> int:
        """The row of the first level: where all systems stand beside each other, their names come first."""
        return int(self._layout == ALL and len(systems_in(self._grid)) > 1)

    @property
    def _group_row(self) -> int:
        return qt.QFontMetrics(self._size.head_font).height() + 4

    @property
    def _room(self) -> int:
        return self._widget.viewport().width

    def _resized(self) -> None:
        if self._state is not None and not self._showing:
            self._draw_again()

    def _draw_again(self) -> None:
        """Draw what is there once more, into another room."""
        if self._state is not None and self._columns:
            before, self._showing = self._showing, True
            self._draw_all()
            self._showing = before

    @property
    def _sizes(self) -> Sequence[Size]:
        """In which the table may be, the first in which all columns are seen; of all systems' columns nobody expects
        it."""
        sizes = (*(PRESENTED if self._enlarged else ()), PLAIN, NARROW)
        return sizes[:1] if self._layout == ALL else sizes

    # Rows and columns

    def _lay_out(self, grid: Grid, columns: tuple[Column, ...], layout: str) -> None:
        widget = self._widget
        self._drawn.clear()
        self._known = None
        if layout != self._layout:
            widget.clearSpans()
            widget.setRowCount(0)
        self._grid, self._columns, self._layout = grid, columns, layout
        first = self._first
        widget.setRowCount(first + len(grid.levels))
        widget.setColumnCount(len(columns))
        widget.setVerticalHeaderLabels([*[""] * first, *grid.levels])
        for number, column in enumerate(columns):
            item = qt.QTableWidgetItem(_heading(column, layout))
            item.setToolTip(_heading_tip(column))
            item.setFont(self._size.head_font)
            widget.setHorizontalHeaderItem(number, item)
        for row in range(first, widget.rowCount):
            widget.verticalHeaderItem(row).setFont(self._size.side_font)
            for number in range(len(columns)):
                if widget.cellWidget(row, number) is None:
                    widget.setCellWidget(row, number, _label())
        if first:
            self._group()

    def _group(self) -> None:
        """Write whose the columns are above them."""
        widget, names = self._widget, [column.system for column in self._columns]
        widget.setRowHeight(0, self._group_row)
        for system in dict.fromkeys(names):
            label = _label()
            label.setToolTip(whole_system_title(system))
            label.setStyleSheet("QLabel { margin: 0px 1px 0px 3px; border-bottom: 1px solid palette(mid); }")
            label.setFont(self._size.head_font)
            if names.count(system) > 1:
                widget.setSpan(0, names.index(system), 1, names.count(system))
            widget.setCellWidget(0, names.index(system), label)

    def _write_headings(self) -> None:
        """In one line where there is room for it; whose the columns are as far as it fits."""
        widget, names = self._widget, [column.system for column in self._columns]
        for number, column in enumerate(self._columns):
            text, width = _heading(column, self._layout), self._fit.widths[number]
            whole = unbroken(text)
            shown = whole if self._size.ruler.heading(whole) <= width else text
            item = widget.horizontalHeaderItem(number)
            if item.text() != shown:
                item.setText(shown)
            if self._first and names.index(column.system) == number:
                label = widget.cellWidget(0, number)
                room = sum(w for w, name in zip(self._fit.widths, names, strict=True) if name == column.system) - 6
                label.text = qt.QFontMetrics(label.font).elidedText(system_title(column.system), qt.Qt.ElideRight, room)

    def _draw_all(self) -> None:
        """Draw what has changed: where only another cell is chosen, the rows of the two."""
        grid, state = self._grid, self._state
        computing = state.levels_computing if state is not None else frozenset()
        known = (grid, computing, self._columns, self._layout, self._room, self._two_lines)
        levels = {key[0] for key in (self._chosen, self._marked) if key is not None}
        if known != self._known:
            self._known, levels = known, set(grid.levels)
            self._face_all(computing)
        self._marked = self._chosen
        for row, level in enumerate(grid.levels):
            for number, column in enumerate(self._columns if level in levels else ()):
                self._draw(row + self._first, number, column, level, self._faces[number][row])

    def _face_all(self, computing: Collection[str]) -> None:
        """Make out what all cells show, and in which form and width it fits."""
        grid = self._grid
        self._faces = [
            [face_of(column, level, grid, level in computing) for level in grid.levels] for column in self._columns
        ]
        headings = [_heading(column, self._layout) for column in self._columns]
        if self._size.take(self._sizes, headings, self._faces, grid.levels):
            self._drawn.clear()
        self._fit = fit(self._size.ruler, headings, self._faces, self._room, self._two_lines)
        for number, width in enumerate(self._fit.widths):
            if self._widget.columnWidth(number) != width:
                self._widget.setColumnWidth(number, width)
        self._write_headings()
        for row, level in enumerate(grid.levels):
            self._head(row + self._first, level)

    def _head(self, row: int, level: str) -> None:
        """A level's name, and whether its box was moved since it was graded."""
        stale = any(cell.stale for key, cell in self._grid.cells.items() if key[0] == level)
        item, text = self._widget.verticalHeaderItem(row), f"{level} {MOVED}" if stale else level
        if item.text() != text:
            item.setText(text)
            item.setToolTip(_("The box has been moved since; grade this disc again.") if stale else "")

    def _draw(self, row: int, number: int, column: Column, level: str, face: Face) -> None:
        chosen, form = self._is_chosen(column, level), self._fit.forms[number][row - self._first]
        drawn = (column, level, face, chosen, form)
        if self._drawn.get((row, number)) == drawn:
            return
        self._drawn[row, number] = drawn
        palette, label = self._widget.palette, self._widget.cellWidget(row, number)
        base, text = (palette.color(role).name() for role in (qt.QPalette.Base, qt.QPalette.Text))
        ground, ink = cell_colors(face.cell, base, text) if face.cell is not None else (base, text)
        # A gap parts the systems.
        gap = _GAP if number and self._columns[number - 1].system != column.system and self._layout == ALL else 1
        # The frame of the chosen one takes the place of its margin, so that its text has as much room as any.
        margin = f"0px 0px 0px {gap - 1}px" if chosen else f"1px 1px 1px {gap}px"
        _style(label, (
            f"QLabel {{ background: {ground}; color: {ink}; border: {_border(face, chosen, ground, text)}; "
            f"border-radius: 4px; margin: {margin}; padding: 0px; }}"
        ))  # fmt: skip
        label.setText(face_html(face, form, self._widget.font.pointSizeF()))
        label.setToolTip(face_tip(column, level, face))

    def _is_chosen(self, column: Column, level: str) -> bool:
        if self._chosen is None or self._chosen[0] != level or not column.system:
            return False
        return column.system == self._chosen[1] and column.task in ("", self._chosen[2])

    def _reveal(self, row: int, number: int) -> None:
        """Have the panel scroll until a cell is seen: keys choose cells as well."""
        area = self._widget.parentWidget()
        while area is not None and not area.inherits("QScrollArea"):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(self._widget.cellWidget(row, number))

    def place(self, key: Key) -> tuple[int, int] | None:
        """Row and column of the cell that tells of a task; None where none does."""
        grid = self._grid
        for number, column in enumerate(self._columns):
            if key[0] in grid.levels and column.system == key[1] and column.task in ("", key[2]):
                return grid.levels.index(key[0]) + self._first, number
        return None

    def _key(self, row: int, number: int) -> Key | None:
        grid, row = self._grid, row - self._first
        if 0 <= row < len(grid.levels) and 0 <= number < len(self._columns):
            return key_of(self._columns[number], grid.levels[row], grid, self._chosen)
        return None

    # What the user does

    def _choose(self, row: int, number: int) -> None:
        key = self._key(row, number)
        if key is not None and not self._showing:
            self._actions.choose(key)

    def _moved(self, row: int, number: int, _row_before: int, _number_before: int) -> None:
        if self._chosen is None or self.place(self._chosen) != (row, number):
            self._choose(row, number)

    def _level_clicked(self, row: int) -> None:
        self._choose(row, max(self._widget.currentColumn(), 0))

    def _heading_clicked(self, number: int) -> None:
        """A system's heading opens the system; a task's chooses it."""
        column = self._columns[number]
        if not column.task and column.system:
            self._actions.show_system(column.system)
        elif self._chosen is not None:
            self._choose(self._grid.levels.index(self._chosen[0]) + self._first, number)

    def _menu_wanted(self, point) -> None:
        index = self._widget.indexAt(point)
        key = self._key(index.row(), index.column())
        if key is not None:
            self._choose(index.row(), index.column())
            self._menu.open(key, self._widget.viewport().mapToGlobal(point))


def _heading(column: Column, layout: str) -> str:
    if column.task:
        return short_title(column.system, column.task)
    return system_heading(column.system) if column.system else _("Un-\nread")


def _heading_tip(column: Column) -> str:
    if column.task:
        return long_title(column.system, column.task)
    if column.system:
        return _("{system}: the worst finding at each level. Click to see all of its columns.").format(
            system=whole_system_title(column.system)
        )
    return _("How many grades are not read yet. ✎ changed by the reader, ≠ contradiction between systems, ⚠ warning.")


def _label():
    label = qt.QLabel()
    label.setAlignment(qt.Qt.AlignCenter)
    label.setTextFormat(qt.Qt.RichText)
    return label


def _style(label, sheet: str) -> None:
    """To set a style sheet costs more than all else."""
    if label.styleSheet != sheet:
        label.setStyleSheet(sheet)


def _prepare(widget) -> None:
    """Have a table whose cells are labels, as narrow as can be."""
    widget.setSelectionMode(qt.QAbstractItemView.NoSelection)
    widget.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
    widget.setTabKeyNavigation(False)
    widget.setShowGrid(False)
    widget.setContextMenuPolicy(qt.Qt.CustomContextMenu)
    header, side = widget.horizontalHeader(), widget.verticalHeader()
    header.setMinimumSectionSize(16)
    header.setSectionResizeMode(qt.QHeaderView.Fixed)
    header.setSectionsClickable(True)
    header.setHighlightSections(False)
    # Themes pad headers so much that nothing would be left of a narrow one.
    header.setStyleSheet("QHeaderView::section { padding-left: 0px; padding-right: 0px; }")
    side.setStyleSheet("QHeaderView::section { padding-left: 2px; padding-right: 1px; }")
    side.setMinimumSectionSize(12)
    side.setSectionResizeMode(qt.QHeaderView.Fixed)
    side.setSectionsClickable(True)


def _border(face: Face, chosen: bool, ground: str, text: str) -> str:
    """A frame around the chosen cell, a dotted one around what a pack of synthetic images says."""
    synthetic = face.cell is not None and face.cell.ai is not None and face.cell.ai.synthetic
    line = "2px solid" if chosen else "1px dotted" if synthetic else "1px solid"
    return f"{line} {text if chosen or synthetic else ground}"
