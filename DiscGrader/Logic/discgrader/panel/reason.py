"""A line in which the reader says why a grade is given; typing in it is never a key of the module."""

from dataclasses import dataclass
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from discgrader.grading.systems import find_task, scale_of
from discgrader.panel.actions import Actions
from discgrader.panel.grid import Key
from discgrader.panel.words import in_language


@dataclass(frozen=True)
class _Asked:
    """Of which disc it is asked, by its number, and for which grade of which task."""

    study: str
    number: int
    system: str
    task: str
    grade: str


class ReasonField:
    """Asks for a reason below the buttons that decide: Return gives the grade with it, Escape leaves all as it was.

    The disc is told by its number, so that a reason that was begun belongs to it whatever it is called meanwhile.

    Parameters
    ----------
    ui : namespace
    actions : Actions
    """

    def __init__(self, ui, actions: Actions) -> None:
        self._ui, self._actions = ui, actions
        self._asked: _Asked | None = None
        self.panel = qt.QWidget(ui.acceptButton.parentWidget())
        self.panel.setObjectName("reasonPanel")
        column = qt.QVBoxLayout(self.panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.label, self.line = qt.QLabel(self.panel), qt.QLineEdit(self.panel)
        self.label.setWordWrap(True)
        self.label.setObjectName("reasonLabel")
        self.line.setObjectName("reasonLineEdit")
        self.line.setPlaceholderText(_("Return keeps it, Esc cancels"))
        column.addWidget(self.label)
        column.addWidget(self.line)
        self.panel.hide()
        _insert_below(ui.acceptButton.parentWidget().layout(), "decideLayout", self.panel)
        qt.QWidget.setTabOrder(ui.withdrawButton, self.line)
        self.line.connect("returnPressed()", self.keep)
        self._escape: Any = None

    @property
    def is_open(self) -> bool:
        """Whether a reason is being asked for."""
        return self._asked is not None

    def ask(self, key: Key, grade: str) -> None:
        """Ask why a cell gets this grade; what is said already is there to be changed."""
        reading, (level, system, task) = self._actions.state.study.reading, key
        if reading is None:
            return
        disc = reading.disc(level)
        self._asked = _Asked(reading.study, disc.number, system, task, grade)
        said, label = disc.decision(system, task), in_language(scale_of(system, task).label_of(grade))
        asked = _("Why does {level}, {task}, get {grade}?")
        self.label.text = asked.format(level=level, task=in_language(find_task(system, task).title), grade=label)
        self.line.text = said.reason if said is not None and said.grade == grade else ""
        self._hear_escape(True)
        self.panel.show()
        slicer.app.processEvents()
        self.line.setFocus()
        self.line.selectAll()
        self._reveal()

    def keep(self) -> None:
        """Give the grade with what was typed."""
        asked, reason = self._asked, self.line.text.strip()
        self._close()
        if asked is None:
            return
        level = self._level_of(asked)
        if level is None:
            self._actions.say(_("This disc is gone; nothing was set."))
        else:
            self._actions.set_grade((level, asked.system, asked.task), asked.grade, reason)

    def cancel(self) -> None:
        """Leave all as it was."""
        self._close()

    def _close(self) -> None:
        if self._asked is None:
            return
        self._asked = None
        self._hear_escape(False)
        self.line.text = ""
        self.panel.hide()
        self._ui.gradeTable.setFocus()

    def _hear_escape(self, heard: bool) -> None:
        if self._escape is not None:
            self._escape.setEnabled(False)
            self._escape.deleteLater()
            self._escape = None
        if heard:
            self._escape = qt.QShortcut(self.line)
            self._escape.setKey(qt.QKeySequence("Esc"))
            self._escape.setContext(qt.Qt.WidgetShortcut)
            self._escape.connect("activated()", self.cancel)

    def _level_of(self, asked: _Asked) -> str | None:
        """What the disc is called now; None where it is gone, or another study is shown."""
        study = self._actions.study
        known = self._actions.logic.readings.known(study) if study == asked.study else None
        disc = None if known is None else known.reading.numbered(asked.number)
        return None if disc is None else disc.level

    def _reveal(self) -> None:
        area = self.panel.parentWidget()
        while area is not None and not area.inherits("QScrollArea"):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(self.line)


def _insert_below(layout, name: str, widget) -> None:
    """Put a widget below the part of a layout that is called so."""
    for number in range(layout.count()):
        inner = layout.itemAt(number).layout()
        if inner is not None and inner.objectName == name:
            layout.insertWidget(number + 1, widget)
            return
    layout.addWidget(widget)
