"""Shares the height that is seen without scrolling between the table of grades and the details of the chosen one."""

from collections.abc import Callable
from typing import Any
from weakref import WeakMethod

import qt

_LINES, _LEAST, _TABLE, _LOW = 7.8, 12, 9, 480
"""How many lines of text the details have at least, with how many the rows of the table may be higher, and how many
the table has at least; below what height of the panel all else makes way, in points of the screen."""


class Watch(qt.QObject):
    """Tells when a widget that it is installed on has another size.

    Parameters
    ----------
    changed : bound method
        Not kept alive.
    """

    def __init__(self, changed: Callable[[], object]) -> None:
        super().__init__()
        # Weakly: the widget outlives the panel that is reloaded.
        self._changed = WeakMethod(changed)

    def eventFilter(self, _widget, event) -> bool:
        if event.type() == qt.QEvent.Resize and (changed := self._changed()) is not None:
            changed()
        return False


class SharedHeight:
    """Has table and details fit between what stands above and below them.

    Parameters
    ----------
    ui : namespace
    grades : GradesView
    """

    def __init__(self, ui, grades) -> None:
        self._ui, self._grades = ui, grades
        self._area: Any = None
        self._watch = Watch(self.share)

    def share(self) -> None:
        """Share what can be seen now."""
        table, browser = self._ui.gradeTable, self._ui.detailsBrowser
        area = self._found_area()
        if area is None or not table.visible:
            return
        content = area.widget()
        content.layout().activate() if content.layout() is not None else None
        top = table.mapTo(content, qt.QPoint(0, 0)).y()
        left = area.viewport().height - top - self._below()
        line = qt.QFontMetrics(browser.font).lineSpacing()
        high, low, least = self._grades.heights()
        two_lines, most = left - high >= _LEAST * line, left - round(_LINES * line)
        height = high if two_lines else max(min(low, most), min(least, round(_TABLE * line)))
        self._grades.be(height, two_lines)
        details = max(left - height, round(_LINES * line))
        if browser.height != details or browser.minimumHeight != details:
            browser.setFixedHeight(details)

    @property
    def is_low(self) -> bool:
        """Whether there is no height for what can be read elsewhere as well."""
        area = self._found_area()
        return area is not None and area.viewport().height < _LOW

    def _below(self) -> int:
        """What the spaces between table, details and notice take, the notice, and the margin below."""
        layout = self._ui.gradeTable.parentWidget().layout()
        return 3 * layout.spacing + self._ui.badgeLabel.sizeHint.height()

    def _found_area(self):
        """The area that scrolls the panel; None while the panel is in none."""
        area = self._ui.gradeTable.parentWidget()
        while area is not None and not area.inherits("QScrollArea"):
            area = area.parentWidget()
        if area is not None and area != self._area:
            self._area = area
            area.viewport().installEventFilter(self._watch)
            share = WeakMethod(self.share)
            area.verticalScrollBar().connect(
                "rangeChanged(int,int)", lambda _least, _most: there() if (there := share()) is not None else None
            )
        return area
