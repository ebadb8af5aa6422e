"""Chooses the task whose grade stands beside each disc in the views."""

from collections.abc import Callable, Sequence

from slicer.i18n import tr as _

from discgrader.grading.systems import find_task
from discgrader.panel.vocabulary import in_language


class LabelTask:
    """Parameters
    ----------
    box : QComboBox
    changed : callable(str)
        Hears ``system/task``, or ``chosen`` for that of the chosen cell.
    """

    CHOSEN = "chosen"

    def __init__(self, box, changed: Callable[[str], None]):
        self._box, self._changed = box, changed
        self._names: list[str] = []
        box.connect("activated(int)", lambda index: self._changed(self._names[index]))

    def show(self, columns: Sequence[tuple[str, str]], current: str) -> None:
        """Offer these tasks, with ``current`` chosen."""
        names = [self.CHOSEN, *(f"{system}/{task}" for system, task in columns)]
        if names != self._names:
            self._names = names
            self._box.clear()
            self._box.addItems([_("the chosen task"), *(in_language(find_task(*one).title) for one in columns)])
        if current in names:
            self._box.currentIndex = names.index(current)
