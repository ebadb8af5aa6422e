"""The menu by which a reader gives, accepts or withdraws a grade."""

from collections.abc import Callable

import qt
from slicer.i18n import tr as _

from discgrader.grading.systems import scale_of
from discgrader.panel.grid import Cell, Key
from discgrader.panel.vocabulary import in_language
from discgrader.reading.record import ACCEPTED, UNREAD


class GradeMenu:
    """Opens at a cell.

    Parameters
    ----------
    decide : object
        With ``override(key, grade, reason)``, ``accept(key)``, ``accept_level(level)`` and ``withdraw(key)``.
    ask_reason : callable(Key, str) -> str or None
        Asks for a reason; None where the reader thinks better of it.
    """

    def __init__(self, decide, ask_reason: Callable[[Key, str], str | None]):
        self._decide, self._ask_reason = decide, ask_reason
        self.opened = None
        """The QMenu that was opened last."""

    def menu(self, key: Key, cell: Cell | None):
        """A new QMenu for a cell."""
        level, system, task = key
        menu = qt.QMenu()
        menu.setToolTipsVisible(True)
        scale = scale_of(system, task)
        for one in scale.grades:
            action = menu.addAction(
                _icon(one.color), f"{in_language(one.label)}    {_first_clause(in_language(one.meaning))}"
            )
            action.setToolTip(in_language(one.meaning))
            if cell is not None and one.value == cell.grade:
                font = action.font
                font.setBold(True)
                action.setFont(font)
            action.connect("triggered()", lambda value=one.value: self._decide.override(key, value, ""))
        menu.addSeparator()
        reasons = menu.addMenu(_("With a reason"))
        for one in scale.grades:
            action = reasons.addAction(_icon(one.color), f"{in_language(one.label)}…")
            action.connect("triggered()", lambda value=one.value: self._with_reason(key, value))
        menu.addSeparator()
        accept = menu.addAction(_("Accept the AI's grade"))
        accept.setEnabled(cell is not None and cell.ai is not None and cell.status != ACCEPTED)
        accept.connect("triggered()", lambda: self._decide.accept(key))
        whole = menu.addAction(_("Accept all of {level}").format(level=level))
        whole.connect("triggered()", lambda: self._decide.accept_level(level))
        withdraw = menu.addAction(_("Withdraw what you said"))
        withdraw.setEnabled(cell is not None and cell.status != UNREAD)
        withdraw.connect("triggered()", lambda: self._decide.withdraw(key))
        return menu

    def open(self, key: Key, cell: Cell | None, place) -> None:
        """Open it at a place on the screen (QPoint)."""
        # Kept, because a menu that nothing holds is gone before it is seen.
        self.opened = self.menu(key, cell)
        self.opened.popup(place)

    def close(self) -> None:
        """Let go of the menu."""
        if self.opened is not None:
            self.opened.close()
            self.opened = None

    def _with_reason(self, key: Key, grade: str) -> None:
        reason = self._ask_reason(key, grade)
        if reason is not None:
            self._decide.override(key, grade, reason)


def _first_clause(meaning: str) -> str:
    """Enough of a grade's meaning to tell it from the others."""
    return meaning.split(",")[0].split(";")[0].removesuffix(".")


def _icon(color: str):
    pixmap = qt.QPixmap(14, 14)
    pixmap.fill(qt.QColor(color))
    return qt.QIcon(pixmap)
