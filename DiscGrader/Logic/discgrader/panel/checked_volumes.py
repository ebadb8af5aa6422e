"""A selector in which several volumes are checked at once."""

from collections.abc import Callable, Sequence

import qt


class CheckedVolumes:
    """Shows which volumes serve as a role that several serve as, and tells when the user checks others.

    Parameters
    ----------
    selector : qMRMLCheckableNodeComboBox
    changed : callable(list of vtkMRMLScalarVolumeNode)
        Hears which are checked, each time that the user has changed it.
    """

    def __init__(self, selector, changed: Callable[[list], None]):
        self._selector, self._changed = selector, changed
        self._showing = False
        selector.connect("checkedNodesChanged()", self._told)

    def show(self, nodes: Sequence) -> None:
        """Have exactly these be checked, which is no choice of the user's."""
        checked = list(self._selector.checkedNodes())
        self._showing = True
        try:
            for node in checked:
                if node not in nodes:
                    self._selector.setCheckState(node, qt.Qt.Unchecked)
            for node in nodes:
                if node not in checked:
                    self._selector.setCheckState(node, qt.Qt.Checked)
        finally:
            self._showing = False

    def _told(self) -> None:
        if not self._showing:
            self._changed(list(self._selector.checkedNodes()))
