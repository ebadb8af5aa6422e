"""Which systems are graded, and which of their tasks are shown: a tree of check marks."""

from collections.abc import Callable, Collection, Mapping

import qt
from slicer.i18n import tr as _

from discgrader.grading.systems import find_system, find_task
from discgrader.panel.packs import PackFacts
from discgrader.panel.vocabulary import in_language


class SystemsTree:
    """Parameters
    ----------
    widget : QTreeWidget
    changed : callable(systems_off: list of str, hidden: list of str)
        Hears what the user has switched; hidden tasks as ``system/task``.
    """

    def __init__(self, widget, changed: Callable[[list[str], list[str]], None]):
        self._widget, self._changed = widget, changed
        self.systems: dict[str, object] = {}
        self.tasks: dict[str, object] = {}
        """The items of the tree, by system and by ``system/task``."""
        self._busy = False
        widget.setHeaderHidden(True)
        widget.setRootIsDecorated(False)
        widget.setSelectionMode(qt.QAbstractItemView.NoSelection)
        widget.setVerticalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)
        widget.connect("itemChanged(QTreeWidgetItem*,int)", self._switched)

    def fill(self, packs: Mapping[str, PackFacts]) -> None:
        """Offer the systems that there is a pack of."""
        self._busy = True
        self._widget.clear()
        self.systems, self.tasks = {}, {}
        for name, pack in packs.items():
            top = self._item(self._widget, in_language(find_system(name).title))
            top.setToolTip(0, _("{pack} {version}: {trained_on}").format(
                pack=pack.name, version=pack.version, trained_on=pack.trained_on))  # fmt: skip
            self.systems[name] = top
            for task in pack.tasks:
                self.tasks[f"{name}/{task}"] = self._item(top, in_language(find_task(name, task).title))
            top.setExpanded(True)
        rows = len(self.systems) + len(self.tasks)
        height = max(self._widget.sizeHintForRow(0), self._widget.fontMetrics().height())
        self._widget.setFixedHeight(rows * height + 2 * self._widget.frameWidth + 4)
        self._busy = False

    def show(self, systems_off: Collection[str], hidden: Collection[str]) -> None:
        """Set the check marks."""
        self._busy = True
        for name, item in self.systems.items():
            item.setCheckState(0, qt.Qt.Unchecked if name in systems_off else qt.Qt.Checked)
        for name, item in self.tasks.items():
            item.setCheckState(0, qt.Qt.Unchecked if name in hidden else qt.Qt.Checked)
            item.setDisabled(name.split("/")[0] in systems_off)
        self._busy = False

    def _item(self, parent, text: str):
        item = qt.QTreeWidgetItem(parent)
        item.setText(0, text)
        item.setCheckState(0, qt.Qt.Checked)
        return item

    def _switched(self, _item, _column):
        if self._busy:
            return
        off = [name for name, item in self.systems.items() if item.checkState(0) == qt.Qt.Unchecked]
        hidden = [name for name, item in self.tasks.items() if item.checkState(0) == qt.Qt.Unchecked]
        self._changed(off, hidden)
