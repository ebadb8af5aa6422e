"""The selectors of series at the top of the panel."""

from collections.abc import Callable, Sequence

import qt

from discgrader.panel.actions import Actions
from discgrader.panel.question import QuestionView
from discgrader.panel.state import PanelState, SeriesState


class InputsView:
    """The selectors, and below them the question what series are that nothing tells.

    Parameters
    ----------
    ui : namespace
    actions : Actions
    """

    def __init__(self, ui, actions: Actions) -> None:
        self._ui = ui
        self._selectors = [widget for widget in vars(ui).values() if hasattr(widget, "sortFilterProxyModel")]
        self._axial = CheckedVolumes(ui.axialT2Selector, actions.set_axial)
        self._question = QuestionView(ui, actions)
        self._shown: SeriesState | None = None

    def show(self, state: PanelState) -> None:
        """Show what is chosen, and ask about what nothing tells.

        Once for each look at the scene: what a user has just chosen is in no older state.
        """
        series = state.series
        if series is self._shown:
            return
        self._shown = series
        for selector in self._selectors:
            model = selector.sortFilterProxyModel()
            if tuple(model.hiddenNodeIDs) != series.made:
                model.hiddenNodeIDs = list(series.made)
        for name, node in series.selected.items():
            selector = getattr(self._ui, f"{name}Selector")
            if selector.currentNode() is not node:
                # In a scene that is being opened, a choice may be there before the volume that it names.
                selector.setCurrentNode(node)
        self._axial.show(series.axial_offered, series.axial)
        self._question.show(series)


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

    def __init__(self, selector, changed: Callable[[list[str]], None]) -> None:
        self._selector, self._changed = selector, changed
        self._entries: list[tuple[str, str]] = []
        self._showing = False
        selector.connect("checkedIndexesChanged()", self._switched)

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

    def _switched(self) -> None:
        if not self._showing:
            self._changed([
                identifier for row, (identifier, _name) in enumerate(self._entries)
                if self._selector.checkState(self._index(row)) == qt.Qt.Checked
            ])  # fmt: skip
