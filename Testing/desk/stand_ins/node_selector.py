"""Widgets that know a scene, and the one that chooses a node of it."""

from types import SimpleNamespace
from typing import ClassVar

import vtk
from PySide6 import QtCore, QtWidgets

from desk.observers import Observers
from desk.stand_ins.qt_objects import strict


def _flag(name: str) -> QtCore.Property:
    return QtCore.Property(bool, lambda self: self._d.flags[name], lambda self, value: self._setFlag(name, value))


class qMRMLSortFilterProxyModel(strict(QtCore.QObject)):
    """What a selector leaves out beside its own rules.

    Parameters
    ----------
    changed : callable()
    """

    CPP = True

    def __init__(self, changed):
        super().__init__()
        self._d = SimpleNamespace(hidden=[], changed=changed)

    def setHiddenNodeIDs(self, identifiers):
        self._d.hidden = list(identifiers)
        self._d.changed()

    hiddenNodeIDs = QtCore.Property("QStringList", lambda self: self._d.hidden, setHiddenNodeIDs)


class qMRMLNodeComboBox(strict(QtWidgets.QWidget)):
    """A list of the scene's nodes of some types, with an entry to choose none.

    Entries to make or delete a node are there by default in Slicer; whoever wants none of them says so.

    ``currentNodeID`` is a property; ``currentNode()`` is a method. Nodes hidden from editors are left out, as are nodes
    that lack an attribute asked for with `addAttribute`.
    """

    CPP = True
    CPP_SIGNALS = ("currentNodeChanged(vtkMRMLNode*)", "mrmlSceneChanged(vtkMRMLScene*)")
    currentNodeChanged = QtCore.Signal(object)
    currentNodeIDChanged = QtCore.Signal(str)
    mrmlSceneChanged = QtCore.Signal(object)

    _FLAGS: ClassVar = {
        "noneEnabled": False,
        "addEnabled": True,
        "removeEnabled": True,
        "showHidden": False,
        "showChildNodeTypes": True,
    }

    def __init__(self, parent=None):
        super().__init__(parent)
        box = QtWidgets.QComboBox()
        box.setMinimumContentsLength(8)
        box.setSizeAdjustPolicy(QtWidgets.QComboBox.AdjustToMinimumContentsLengthWithIcon)
        self._d = SimpleNamespace(
            box=box, scene=None, types=[], attributes={}, flags=dict(self._FLAGS),
            scene_observers=Observers(), node_observers=Observers(), current=None, filling=False,
            model=qMRMLSortFilterProxyModel(self._fill),
        )  # fmt: skip
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(box)
        box.activated.connect(lambda index: self.setCurrentNodeID(box.itemData(index)))
        d = self._d
        self.destroyed.connect(lambda: (d.scene_observers.clear(), d.node_observers.clear()))

    def sortFilterProxyModel(self):
        return self._d.model

    def mrmlScene(self):
        return self._d.scene

    def setMRMLScene(self, scene):
        d = self._d
        if scene is d.scene:
            return
        d.scene_observers.clear()
        d.scene = scene
        if scene is not None:

            @vtk.calldata_type(vtk.VTK_OBJECT)
            def changed(caller, event, node):
                if any(node.IsA(kind) for kind in d.types):
                    self._fill()

            for event in (scene.NodeAddedEvent, scene.NodeRemovedEvent):
                d.scene_observers.add(scene, event, changed)
            for event in (scene.EndImportEvent, scene.EndCloseEvent, scene.EndRestoreEvent, scene.EndBatchProcessEvent):
                d.scene_observers.add(scene, event, lambda *_: self._fill())
        self._fill()
        self.mrmlSceneChanged.emit(scene)

    def addAttribute(self, nodeType, name, value=None):
        self._d.attributes[name] = (nodeType, value)
        self._fill()

    def nodeCount(self):
        return len(self._nodes())

    def nodeFromIndex(self, index):
        nodes = self._nodes()
        return nodes[index] if 0 <= index < len(nodes) else None

    def currentNode(self):
        return self._d.current

    def setCurrentNode(self, node):
        if node is not None and node not in self._nodes():
            node = None
        self._choose(node)

    def setCurrentNodeID(self, identifier):
        self.setCurrentNode(self._d.scene.GetNodeByID(identifier) if self._d.scene and identifier else None)

    def _nodes(self):
        scene = self._d.scene
        if scene is None:
            return []
        fits = self._fitting()
        return [node for node in map(scene.GetNthNode, range(scene.GetNumberOfNodes())) if fits(node)]

    def _fitting(self):
        """What tells whether a node is offered; found out once, since a scene has hundreds of nodes."""
        d = self._d
        types, attributes = tuple(d.types), list(d.attributes.items())
        children, hidden = d.flags["showChildNodeTypes"], d.flags["showHidden"]
        left_out = frozenset(d.model.hiddenNodeIDs)

        def fits(node):
            name = node.GetClassName()
            if name not in types and not (children and any(node.IsA(kind) for kind in types)):
                return False
            if node.GetID() in left_out or (node.GetHideFromEditors() and not hidden):
                return False
            return all(
                node.GetAttribute(name) is not None and (value is None or node.GetAttribute(name) == str(value))
                for name, (kind, value) in attributes
                if node.IsA(kind)
            )

        return fits

    def _fill(self):
        d = self._d
        if d.filling or (d.scene is not None and d.scene.IsBatchProcessing()):
            return
        nodes = self._nodes()
        if d.current not in nodes:
            self._choose(nodes[0] if nodes and not d.flags["noneEnabled"] else None)
        d.node_observers.clear()
        for node in nodes:
            d.node_observers.add(node, "ModifiedEvent", self._node_changed)
        self._show(nodes)

    def _node_changed(self, node, _event):
        """Nodes change often, and seldom in what is shown of them."""
        index = self._d.box.findData(node.GetID())
        if index < 0 or self._d.box.itemText(index) != (node.GetName() or "") or not self._fitting()(node):
            self._show(self._nodes())

    def _show(self, nodes):
        d, box = self._d, self._d.box
        d.filling = True
        entries = [("None", None)] if d.flags["noneEnabled"] else []
        entries += [(node.GetName() or "", node.GetID()) for node in nodes]
        if [(box.itemText(n), box.itemData(n)) for n in range(box.count())] != entries:
            box.clear()
            for text, identifier in entries:
                box.addItem(text, identifier)
        box.setCurrentIndex(box.findData(d.current.GetID() if d.current is not None else None) if entries else -1)
        d.filling = False

    def _choose(self, node):
        d = self._d
        changed = node is not d.current
        d.current = node
        self._show(self._nodes())
        if changed:
            self.currentNodeChanged.emit(node)
            self.currentNodeIDChanged.emit(node.GetID() if node is not None else "")

    def _setTypes(self, types):
        self._d.types = list(types)
        self._fill()

    def _setFlag(self, name, value):
        self._d.flags[name] = value
        self._fill()

    nodeTypes = QtCore.Property("QStringList", lambda self: self._d.types, _setTypes)
    currentNodeID = QtCore.Property(
        str, lambda self: self._d.current.GetID() if self._d.current is not None else "", setCurrentNodeID
    )
    noneEnabled = _flag("noneEnabled")
    addEnabled = _flag("addEnabled")
    removeEnabled = _flag("removeEnabled")
    showHidden = _flag("showHidden")
    showChildNodeTypes = _flag("showChildNodeTypes")


class qMRMLWidget(strict(QtWidgets.QWidget)):
    """A widget that passes its scene on to those inside it."""

    CPP = True
    CPP_SIGNALS = ("mrmlSceneChanged(vtkMRMLScene*)",)
    mrmlSceneChanged = QtCore.Signal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace(scene=None, observers=Observers())
        observers = self._d.observers
        self.destroyed.connect(lambda: observers.clear())

    def mrmlScene(self):
        return self._d.scene

    def setMRMLScene(self, scene):
        if scene is not self._d.scene:
            self._d.scene = scene
            self.mrmlSceneChanged.emit(scene)


class qSlicerWidget(qMRMLWidget):
    """As `qMRMLWidget`, with the name that modules written in C++ use."""

    CPP = True
