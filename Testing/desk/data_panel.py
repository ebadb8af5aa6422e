"""The panel of all nodes of the scene."""

import slicer
import vtk
from PySide6 import QtCore, QtWidgets

from desk.observers import Observers


class SceneTree(QtWidgets.QTreeWidget):
    """Shows the items of the scene's subject hierarchy; a check mark is the item's visibility.

    Parameters
    ----------
    scene : vtkMRMLScene
    """

    def __init__(self, scene):
        super().__init__()
        self._scene, self._busy = scene, False
        self._observers, self._hierarchy = Observers(), Observers()
        self.setHeaderHidden(True)
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(150)
        self._timer.timeout.connect(self._fill)
        self.itemChanged.connect(self._checked)
        # The scene goes on asking a hierarchy that it has given up for as long as anyone holds it.
        for event in (scene.StartCloseEvent, scene.StartImportEvent):
            self._observers.add(scene, event, lambda *_: self._hierarchy.clear())
        # Outside of Slicer no plugin files new nodes, so a node can be there without an item.
        for event in (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndImportEvent, scene.EndCloseEvent):
            self._observers.add(scene, event, lambda *_: self._timer.start())
        self._timer.start()

    def close_tree(self):
        """Let go of the scene."""
        self._timer.stop()
        self._observers.clear()
        self._hierarchy.clear()
        self._scene = None

    def _node(self):
        return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(self._scene)

    def _follow(self, node):
        """Observe the scene's hierarchy of now."""
        self._hierarchy.clear()
        for event in (
            node.SubjectHierarchyItemAddedEvent,
            node.SubjectHierarchyItemRemovedEvent,
            node.SubjectHierarchyItemModifiedEvent,
            node.SubjectHierarchyItemReparentedEvent,
        ):
            self._hierarchy.add(node, event, lambda *_: self._timer.start())

    def _fill(self):
        if self._scene is None:
            return
        node, self._busy = self._node(), True
        self._follow(node)
        self.clear()
        self._add(node, node.GetSceneItemID(), self.invisibleRootItem())
        self.expandAll()
        self._busy = False

    def _add(self, node, parent, row):
        children = vtk.vtkIdList()
        node.GetItemChildren(parent, children, False)
        for number in range(children.GetNumberOfIds()):
            identifier = children.GetId(number)
            data = node.GetItemDataNode(identifier)
            if data is not None and data.GetHideFromEditors():
                continue
            item = QtWidgets.QTreeWidgetItem(row, [node.GetItemName(identifier)])
            item.setData(0, QtCore.Qt.UserRole, identifier)
            display = data.GetDisplayNode() if data is not None and hasattr(data, "GetDisplayNode") else None
            if display is not None and not data.IsA("vtkMRMLVolumeNode"):
                item.setCheckState(0, QtCore.Qt.Checked if display.GetVisibility() else QtCore.Qt.Unchecked)
            self._add(node, identifier, item)

    def _checked(self, item, _column):
        if not self._busy:
            data = self._node().GetItemDataNode(item.data(0, QtCore.Qt.UserRole))
            data.GetDisplayNode().SetVisibility(item.checkState(0) == QtCore.Qt.Checked)


class DataPanel(QtWidgets.QWidget):
    """The tree of the scene, with check marks that show and hide.

    Parameters
    ----------
    scene : vtkMRMLScene
    """

    def __init__(self, scene):
        super().__init__()
        self._tree = SceneTree(scene)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        hint = QtWidgets.QLabel("Everything in the scene. A check mark shows what has one in the views.")
        hint.setWordWrap(True)
        layout.addWidget(hint)
        layout.addWidget(self._tree, 1)
        self.setSizePolicy(QtWidgets.QSizePolicy.Preferred, QtWidgets.QSizePolicy.Expanding)

    def close_panel(self):
        self._tree.close_tree()
