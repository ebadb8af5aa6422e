"""How large the table of grades is written: in presentation size as large as all its columns can be seen."""

from collections.abc import Iterable, Sequence
from typing import Any

import qt

from discgrader.panel.cells import PRESENTATION, Face
from discgrader.panel.widths import Ruler, fit

Size = tuple[float, float]
"""How many times as large as the panel's texts grades and headings are."""

PLAIN: Size = (1.0, 0.85)
NARROW: Size = (1.0, 0.75)
"""Where not even the narrowest grades fit beside each other below their headings."""

PRESENTED: tuple[Size, ...] = tuple(
    (round(PRESENTATION - 0.05 * step, 2), head)
    for step in range(round((PRESENTATION - 1) / 0.05))
    for head in (1.0, PLAIN[1], NARROW[1])
)
"""The largest first: where it is narrow, headings stay as they are, and grades are as large as they can be with every
column in sight."""


class TableSize:
    """The fonts of a table's grades and headings.

    Parameters
    ----------
    widget : QTableWidget
    """

    def __init__(self, widget) -> None:
        self._widget, self._font = widget, qt.QFont(widget.font)
        self._rulers: dict[Size, Ruler] = {}
        self.now = PLAIN
        self._asked: Any = None
        self._write(PLAIN)

    @property
    def head_font(self) -> Any:
        """The font of the headings as they are."""
        return _sized(self._font, self.now[1])

    @property
    def side_font(self) -> Any:
        """The font of the rows' names as they are."""
        return self._side_font(self.now)

    @property
    def ruler(self) -> Ruler:
        """What texts are measured with as they are."""
        return self._ruler(self.now)

    def take(
        self, sizes: Sequence[Size], headings: Sequence[str], faces: Sequence[Sequence[Face]], names: Sequence[str]
    ) -> bool:
        """Write the table in the first of these sizes in which all its columns are seen beside the names of its rows,
        or else in the first that is not larger than the panel's texts; whether that is another one than before."""
        side = self._widget.verticalHeader()
        left = self._widget.viewport().width + _widest(side.font, names)

        def fits(size: Size) -> bool:
            room = left - _widest(self._side_font(size), names)
            return sum(fit(self._ruler(size), headings, faces, room, False).widths) <= room

        if len(sizes) == 1:
            size = sizes[0]
        else:
            size = next((one for one in sizes if fits(one)), PLAIN)
        # With another size the table may get a scroll bar, and so another room: it never grows back into the same one.
        asked = (self._widget.width, tuple(sizes), tuple(headings), tuple(map(tuple, faces)), tuple(names))
        grows = asked == self._asked and self.now in sizes and sizes.index(size) < sizes.index(self.now)
        self._asked = asked
        if size == self.now or grows:
            return False
        self._write(size)
        return True

    def _write(self, size: Size) -> None:
        widget, self.now = self._widget, size
        widget.setFont(_sized(self._font, size[0]))
        above = [widget.horizontalHeaderItem(number) for number in range(widget.columnCount)]
        beside = [widget.verticalHeaderItem(row) for row in range(widget.rowCount)]
        for one in (widget.horizontalHeader(), *filter(None, above)):
            one.setFont(self.head_font)
        for one in (widget.verticalHeader(), *filter(None, beside)):
            one.setFont(self.side_font)

    def _side_font(self, size: Size) -> Any:
        # Never narrower than ever: else the room for the columns, which decides the size, would depend on it.
        return _sized(self._font, max(size[1], PLAIN[1]))

    def _ruler(self, size: Size) -> Ruler:
        if size not in self._rulers:
            self._rulers[size] = Ruler(_sized(self._font, size[0]), _sized(self._font, size[1]))
        return self._rulers[size]


def _sized(font, factor: float) -> Any:
    sized = qt.QFont(font)
    sized.setPointSizeF(factor * font.pointSizeF())
    return sized


def _widest(font, texts: Iterable[str]) -> int:
    metrics = qt.QFontMetrics(font)
    return max((metrics.horizontalAdvance(text) for text in texts), default=0)
