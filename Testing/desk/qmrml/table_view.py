"""Shows a table node."""

from types import SimpleNamespace

from PySide6 import QtCore, QtGui, QtWidgets

from desk.observers import Observers
from desk.pythonqt.semantics import strict


class qMRMLTableView(strict(QtWidgets.QTableView)):
    """The cells of a ``vtkMRMLTableNode``, kept up with it."""

    CPP = True
    CPP_SIGNALS = ("mrmlSceneChanged(vtkMRMLScene*)",)
    mrmlSceneChanged = QtCore.Signal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace(scene=None, node=None, observers=Observers(), model=QtGui.QStandardItemModel())
        QtWidgets.QTableView.setModel(self, self._d.model)
        QtWidgets.QTableView.verticalHeader(self).hide()
        QtWidgets.QTableView.setEditTriggers(self, QtWidgets.QTableView.NoEditTriggers)
        observers = self._d.observers
        self.destroyed.connect(lambda: observers.clear())

    def mrmlScene(self):
        return self._d.scene

    def setMRMLScene(self, scene):
        d = self._d
        d.scene = scene
        self.setMRMLTableNode(
            d.node if scene is not None and d.node is not None and d.node.GetScene() is scene else None
        )
        self.mrmlSceneChanged.emit(scene)

    def mrmlTableNode(self):
        return self._d.node

    def setMRMLTableNode(self, node):
        d = self._d
        d.observers.clear()
        d.node = node
        if node is not None:
            d.observers.add(node, "ModifiedEvent", lambda *_: self._fill())
            scene = node.GetScene()
            if scene is not None:
                # A table whose node was deleted would go on to show what is gone.
                d.observers.add(scene, scene.NodeRemovedEvent, lambda *_: self._drop())
        self._fill()

    def _drop(self):
        if self._d.node is not None and self._d.node.GetScene() is None:
            self.setMRMLTableNode(None)

    def _fill(self):
        model, node = self._d.model, self._d.node
        model.clear()
        if node is None or node.GetTable() is None:
            return
        table = node.GetTable()
        columns = range(table.GetNumberOfColumns())
        model.setHorizontalHeaderLabels([table.GetColumnName(column) or "" for column in columns])
        for row in range(table.GetNumberOfRows()):
            model.appendRow([QtGui.QStandardItem(table.GetValue(row, column).ToString()) for column in columns])
        QtWidgets.QTableView.resizeColumnsToContents(self)
