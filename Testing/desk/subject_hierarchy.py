"""The subject hierarchy as a tree."""

from types import SimpleNamespace

import slicer
import vtk
from PySide6 import QtCore, QtWidgets

from desk.observers import Observers
from desk.stand_ins.qt_objects import strict

_ID = QtCore.Qt.UserRole


class qMRMLSubjectHierarchyTreeView(strict(QtWidgets.QTreeWidget)):
    """Shows the items of the scene's subject hierarchy; a check mark is the item's visibility."""

    CPP = True
    CPP_SIGNALS = ("currentItemChanged(vtkIdType)", "mrmlSceneChanged(vtkMRMLScene*)")
    currentItemChanged = QtCore.Signal(object)
    currentItemsChanged = QtCore.Signal(object)
    mrmlSceneChanged = QtCore.Signal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace(scene=None, observers=Observers(), hierarchy=Observers(), busy=False, types=[])
        self.setHeaderHidden(True)
        timer = QtCore.QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(150)
        timer.timeout.connect(self._fill)
        self._d.timer = timer
        self.itemChanged.connect(self._checked)
        self.itemSelectionChanged.connect(self._selected)
        observers, hierarchy = self._d.observers, self._d.hierarchy
        self.destroyed.connect(lambda: (observers.clear(), hierarchy.clear()))

    def mrmlScene(self):
        return self._d.scene

    def setMRMLScene(self, scene):
        d = self._d
        d.observers.clear()
        d.hierarchy.clear()
        d.scene = scene
        if scene is not None:
            # The scene goes on asking a hierarchy that it has given up for as long as anyone holds it.
            for event in (scene.StartCloseEvent, scene.StartImportEvent):
                d.observers.add(scene, event, lambda *_: d.hierarchy.clear())
            # Outside of Slicer no plugin files new nodes, so a node can be there without an item.
            for event in (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndImportEvent, scene.EndCloseEvent):
                d.observers.add(scene, event, lambda *_: d.timer.start())
        d.timer.start()
        self.mrmlSceneChanged.emit(scene)

    def _follow(self):
        """Observe the scene's hierarchy of now."""
        hierarchy = self._d.hierarchy
        hierarchy.clear()
        node = self.subjectHierarchyNode()
        for event in (
            node.SubjectHierarchyItemAddedEvent,
            node.SubjectHierarchyItemRemovedEvent,
            node.SubjectHierarchyItemModifiedEvent,
            node.SubjectHierarchyItemReparentedEvent,
        ):
            hierarchy.add(node, event, lambda *_: self._d.timer.start())

    def subjectHierarchyNode(self):
        return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(self._d.scene)

    def currentItem(self):
        item = QtWidgets.QTreeWidget.currentItem(self)
        return item.data(0, _ID) if item is not None else self.subjectHierarchyNode().GetInvalidItemID()

    def setCurrentItem(self, identifier):
        for item in self._items():
            if item.data(0, _ID) == identifier:
                QtWidgets.QTreeWidget.setCurrentItem(self, item)

    def setCurrentNode(self, node):
        self.setCurrentItem(self.subjectHierarchyNode().GetItemByDataNode(node))

    def close_tree(self):
        self._d.timer.stop()
        self._d.observers.clear()
        self._d.hierarchy.clear()
        self._d.scene = None

    def _items(self):
        found = QtWidgets.QTreeWidgetItemIterator(self)
        items = []
        while found.value():
            items.append(found.value())
            found += 1
        return items

    def _fill(self):
        d, chosen = self._d, None
        if d.scene is None:
            return
        d.busy = True
        self._follow()
        chosen = self.currentItem()
        QtWidgets.QTreeWidget.clear(self)
        node = self.subjectHierarchyNode()
        self._add(node, node.GetSceneItemID(), QtWidgets.QTreeWidget.invisibleRootItem(self))
        self.expandAll()
        self.setCurrentItem(chosen)
        d.busy = False

    def _add(self, node, parent, row):
        children = vtk.vtkIdList()
        node.GetItemChildren(parent, children, False)
        for number in range(children.GetNumberOfIds()):
            identifier = children.GetId(number)
            data = node.GetItemDataNode(identifier)
            if data is not None and data.GetHideFromEditors():
                continue
            item = QtWidgets.QTreeWidgetItem(row, [node.GetItemName(identifier)])
            item.setData(0, _ID, identifier)
            display = data.GetDisplayNode() if data is not None and hasattr(data, "GetDisplayNode") else None
            if display is not None and not data.IsA("vtkMRMLVolumeNode"):
                item.setCheckState(0, QtCore.Qt.Checked if display.GetVisibility() else QtCore.Qt.Unchecked)
            self._add(node, identifier, item)

    def _checked(self, item, column):
        if not self._d.busy:
            data = self.subjectHierarchyNode().GetItemDataNode(item.data(0, _ID))
            data.GetDisplayNode().SetVisibility(item.checkState(0) == QtCore.Qt.Checked)

    def _selected(self):
        if not self._d.busy:
            self.currentItemChanged.emit(self.currentItem())
            self.currentItemsChanged.emit([self.currentItem()])
