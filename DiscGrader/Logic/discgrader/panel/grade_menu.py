"""The menu by which a reader gives, accepts or withdraws a grade."""

from collections.abc import Callable
from functools import partial
from typing import Any

import qt
from slicer.i18n import tr as _

from discgrader.grading.systems import scale_of
from discgrader.panel.actions import Actions
from discgrader.panel.grid import Key
from discgrader.panel.words import in_language
from discgrader.reading.record import ACCEPTED, UNREAD


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
