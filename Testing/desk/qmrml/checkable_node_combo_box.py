"""Checks any number of a scene's nodes."""

from PySide6 import QtCore, QtWidgets

from desk.qmrml.node_combo_box import qMRMLNodeComboBox

_MARK = QtCore.Qt.CheckStateRole


class _MarkedBox(QtWidgets.QComboBox):
    """A list whose entries have check marks; closed, it says which are checked, as CTK's does."""

    marked = QtCore.Signal()

    def __init__(self):
        super().__init__()
        self._pressed = False
        self.view().viewport().installEventFilter(self)

    def marks(self) -> list[bool]:
        """Whether each entry is checked."""
        return [self.itemData(row, _MARK) == QtCore.Qt.Checked for row in range(self.count())]

    def mark(self, row: int, checked: bool) -> None:
        self.model().item(row).setFlags(QtCore.Qt.ItemIsUserCheckable | QtCore.Qt.ItemIsEnabled | QtCore.Qt.ItemIsSelectable)
        self.setItemData(row, QtCore.Qt.Checked if checked else QtCore.Qt.Unchecked, _MARK)
        self.update()

    def eventFilter(self, watched, event):
        """A click on an entry turns its mark and leaves the list open; the release that opened the list does not."""
        if event.type() == QtCore.QEvent.MouseButtonPress:
            self._pressed = True
        elif event.type() == QtCore.QEvent.MouseButtonRelease:
            row = self.view().indexAt(event.position().toPoint()).row()
            if self._pressed and row >= 0:
                self.mark(row, not self.marks()[row])
                self.marked.emit()
            self._pressed = False
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event):
        option = QtWidgets.QStyleOptionComboBox()
        self.initStyleOption(option)
        marks = self.marks()
        names = [self.itemText(row) for row, marked in enumerate(marks) if marked]
        option.currentText = "None" if not names else "All" if all(marks) else ", ".join(names)
        painter = QtWidgets.QStylePainter(self)
        painter.drawComplexControl(QtWidgets.QStyle.CC_ComboBox, option)
        painter.drawControl(QtWidgets.QStyle.CE_ComboBoxLabel, option)


class qMRMLCheckableNodeComboBox(qMRMLNodeComboBox):
    """As `qMRMLNodeComboBox`, with a check mark before each node.

    What is checked is known to the widget alone; nodes are unchecked at first, and once they have left the scene.
    Entries to make, rename or delete a node are off, as in Slicer.
    """

    CPP = True
    checkedNodesChanged = QtCore.Signal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d.checked, self._d.told = set(), ()
        self._d.flags.update(addEnabled=False, removeEnabled=False, editEnabled=False, renameEnabled=False)
        self._d.box.marked.connect(self._marked)

    def _makeBox(self):
        return _MarkedBox()

    def checkedNodes(self):
        return tuple(node for node in self._nodes() if node.GetID() in self._d.checked)

    def uncheckedNodes(self):
        return tuple(node for node in self._nodes() if node.GetID() not in self._d.checked)

    def allChecked(self):
        return not self.uncheckedNodes()

    def noneChecked(self):
        return not self.checkedNodes()

    def checkState(self, node):
        checked = node is not None and node in self.checkedNodes()
        return QtCore.Qt.Checked if checked else QtCore.Qt.Unchecked

    def setCheckState(self, node, state):
        if node is not None and node in self._nodes():
            mark = self._d.checked.add if QtCore.Qt.CheckState(state) == QtCore.Qt.Checked else self._d.checked.discard
            mark(node.GetID())
            self._show(self._nodes())

    def check(self, node):
        self.setCheckState(node, QtCore.Qt.Checked)

    def uncheck(self, node):
        self.setCheckState(node, QtCore.Qt.Unchecked)

    def _show(self, nodes):
        super()._show(nodes)
        d = self._d
        if not hasattr(d, "checked"):
            return
        d.checked &= {node.GetID() for node in nodes}
        for row in range(d.box.count()):
            d.box.mark(row, d.box.itemData(row) in d.checked)
        self._tell()

    def _marked(self):
        """The user has set or taken away a mark."""
        d = self._d
        d.checked = {d.box.itemData(row) for row, marked in enumerate(d.box.marks()) if marked}
        self._tell()

    def _tell(self):
        now = tuple(sorted(self._d.checked))
        if now != self._d.told:
            self._d.told = now
            self.checkedNodesChanged.emit()
