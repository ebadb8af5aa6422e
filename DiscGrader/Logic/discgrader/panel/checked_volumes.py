"""A selector in which several volumes are checked at once."""

from collections.abc import Callable, Sequence

import qt


class CheckedVolumes:
    """Shows which volumes serve as a role that several serve as, and tells when the user checks others.

    Its entries are made here. Slicer's own list of nodes with check marks forgets these whenever it fills itself anew,
    and cannot be told from a user who unchecks everything.

    Parameters
    ----------
    selector : ctkCheckableComboBox
    changed : callable(list of str)
        Hears the IDs of the nodes that are checked, each time that the user has changed it.
    """

    def __init__(self, selector, changed: Callable[[list[str]], None]):
        self._selector, self._changed = selector, changed
        self._entries: list[tuple[str, str]] = []
        self._showing = False
        selector.connect("checkedIndexesChanged()", self._told)

    def show(self, offered: Sequence, checked: Sequence) -> None:
        """Offer these volumes, and have exactly those be checked, which is no choice of the user's."""
        entries = [(node.GetID(), node.GetName() or "") for node in offered]
        marked = {node.GetID() for node in checked}
        self._showing = True
        try:
            if entries != self._entries:
                self._entries = entries
                self._selector.clear()
                for identifier, name in entries:
                    self._selector.addItem(name, identifier)
            for row, (identifier, _name) in enumerate(entries):
                state = qt.Qt.Checked if identifier in marked else qt.Qt.Unchecked
                if self._selector.checkState(self._index(row)) != state:
                    self._selector.setCheckState(self._index(row), state)
        finally:
            self._showing = False

    def _index(self, row: int):
        return self._selector.checkableModel().index(row, 0)

    def _told(self) -> None:
        if not self._showing:
            self._changed([
                identifier for row, (identifier, _name) in enumerate(self._entries)
                if self._selector.checkState(self._index(row)) == qt.Qt.Checked
            ])  # fmt: skip
