"""Scripted modules: the four classes that they derive from, loaded from a file, shown in a panel, and reloaded."""

import importlib
import importlib.util
import os
import sys
import types
import unittest
from types import SimpleNamespace

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from desk.stand_ins.node_selector import qSlicerWidget
from desk.stand_ins.qt import qt_module
from desk.stand_ins.qt_objects import strict

_TEXTS = ("title", "helpText", "acknowledgementText", "path", "name")
_LISTS = ("categories", "dependencies", "contributors")


def _stored(kind, name: str, writable: bool = True) -> QtCore.Property:
    def write(self, value):
        self._d.values[name] = list(value) if kind == "QStringList" else value

    return QtCore.Property(kind, lambda self: self._d.values[name], write if writable else None)


class qSlicerScriptedLoadableModule(strict(QtCore.QObject)):
    """What the application knows of a module; the ``parent`` of the module's class."""

    CPP = True

    def __init__(self, name, path, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace(
            values={**dict.fromkeys(_TEXTS, ""), **{one: [] for one in _LISTS}, "name": name, "path": str(path)},
            icon=QtGui.QIcon(), hidden=False, widget=None, instance=None, python=None,
        )  # fmt: skip

    def widgetRepresentation(self):
        """The module's panel, made when it is first asked for."""
        if self._d.widget is None:
            self._d.widget = self.createNewWidgetRepresentation()
            # The module's own code runs in setup and asks for its own panel there.
            self._d.widget.fill()
        return self._d.widget

    def createNewWidgetRepresentation(self):
        return qSlicerScriptedLoadableModuleWidget(self)

    def logic(self):
        return None

    def self(self):
        return self._d.instance

    icon = QtCore.Property(QtGui.QIcon, lambda self: self._d.icon, lambda self, value: setattr(self._d, "icon", value))
    hidden = QtCore.Property(bool, lambda self: self._d.hidden, lambda self, value: setattr(self._d, "hidden", value))
    title = _stored(str, "title")
    helpText = _stored(str, "helpText")
    acknowledgementText = _stored(str, "acknowledgementText")
    categories = _stored("QStringList", "categories")
    dependencies = _stored("QStringList", "dependencies")
    contributors = _stored("QStringList", "contributors")
    name = _stored(str, "name", writable=False)
    path = _stored(str, "path", writable=False)


class qSlicerScriptedLoadableModuleWidget(qSlicerWidget):
    """The widget that a module's panel fills; the ``parent`` of the module's widget class.

    Parameters
    ----------
    module : qSlicerScriptedLoadableModule
    """

    CPP = True

    def __init__(self, module, parent=None):
        super().__init__(parent)
        self._d.module, self._d.python, self._d.entered = module, None, False
        layout = strict(QtWidgets.QVBoxLayout)(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setMRMLScene(slicer.mrmlScene)

    def fill(self):
        """Make the module's widget and let it set itself up."""
        name = self._d.module.name
        cls = getattr(sys.modules[name], name + "Widget")
        self._d.python = cls(self)
        setattr(slicer.modules, name + "Widget", self._d.python)
        self._d.python.setup()

    def reload(self):
        """Fill the panel anew from the module's reloaded code."""
        entered = self._d.entered
        for child in QtWidgets.QWidget.findChildren(self, QtWidgets.QWidget, options=QtCore.Qt.FindDirectChildrenOnly):
            child.setParent(None)
            child.deleteLater()
        self._d.entered = False
        self.fill()
        if entered:
            self.enter()

    def self(self):
        return self._d.python

    def enter(self):
        if not self._d.entered:
            self._d.entered = True
            _call(self._d.python, "enter")

    def exit(self):
        if self._d.entered:
            self._d.entered = False
            _call(self._d.python, "exit")

    isEntered = QtCore.Property(bool, lambda self: self._d.entered)
    moduleName = QtCore.Property(str, lambda self: self._d.module.name)


def _call(item, name):
    method = getattr(item, name, None)
    if method is not None:
        method()


class qSlicerModuleManager(strict(QtCore.QObject)):
    """Loads and unloads modules."""

    CPP = True
    moduleLoaded = QtCore.Signal(str)
    moduleAboutToBeUnloaded = QtCore.Signal(str)
    moduleUnloaded = QtCore.Signal(str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace(modules={})

    def module(self, name):
        return self._d.modules.get(name)

    def modulesNames(self):
        return tuple(self._d.modules)

    def load(self, path):
        """Import a module's file and tell it of the application; the module."""
        name = path.stem
        spec = importlib.util.spec_from_file_location(name, path)
        code = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(code)
        module = qSlicerScriptedLoadableModule(name, path)
        module._d.instance = getattr(code, name)(module)
        self._d.modules[name] = module
        setattr(slicer.modules, name.lower(), module)
        setattr(slicer.modules, name + "Instance", module._d.instance)
        self.moduleLoaded.emit(name)
        return module

    def unload(self, name):
        """Let a module clean up, and forget it."""
        module = self._d.modules.pop(name)
        if module._d.widget is not None:
            module._d.widget.exit()
        self.moduleAboutToBeUnloaded.emit(name)
        for attribute in (name.lower(), name + "Instance", name + "Widget"):
            if hasattr(slicer.modules, attribute):
                delattr(slicer.modules, attribute)
        if module._d.widget is not None:
            module._d.widget.deleteLater()
            module._d.widget = None
        sys.modules.pop(name, None)
        getattr(slicer, "selfTests", {}).pop(name, None)
        self.moduleUnloaded.emit(name)


qt = qt_module()


class ScriptedLoadableModule:
    """Tells the application of a module.

    Parameters
    ----------
    parent : qSlicerScriptedLoadableModule
        Takes title, categories, help and so on; it knows the path of the module's file.
    """

    def __init__(self, parent):
        super().__init__()
        self.parent = parent
        self.moduleName = type(self).__name__
        parent.title = ""
        parent.categories = []
        parent.dependencies = []
        parent.contributors = []
        parent.helpText = parent.acknowledgementText = ""
        for ending in (".svg", ".png"):
            icon = self.resourcePath(os.path.join("Icons", self.moduleName + ending))
            if os.path.isfile(icon):
                parent.icon = qt.QIcon(icon)
                break
        if not hasattr(slicer, "selfTests"):
            slicer.selfTests = {}
        slicer.selfTests[self.moduleName] = self.runTest

    def resourcePath(self, filename):
        return os.path.join(os.path.dirname(self.parent.path), "Resources", filename)

    def runTest(self, msec=100, **options):
        """Run the class that is called after the module, with Test at the end."""
        module = importlib.import_module(type(self).__module__)
        test = getattr(module, self.moduleName + "Test")()
        test.messageDelay = msec
        test.runTest(**options)


class ScriptedLoadableModuleWidget:
    """A module's panel; not a widget itself, but what fills the one that it is given.

    Parameters
    ----------
    parent : qSlicerScriptedLoadableModuleWidget
        With a layout.
    """

    def __init__(self, parent):
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.parent = parent
        self.layout = parent.layout()
        slicer.app.moduleManager().connect("moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded)

    def resourcePath(self, filename):
        return os.path.join(os.path.dirname(slicer.util.modulePath(self.moduleName)), "Resources", filename)

    def setup(self):
        """Fill the panel. The desk has no section for developers; its menu reloads the module."""

    def cleanup(self):
        """Called before the module goes."""

    def onReload(self):
        slicer.util.reloadScriptedModule(self.moduleName)

    def _onModuleAboutToBeUnloaded(self, moduleName):
        if moduleName == self.moduleName:
            self.cleanup()
            slicer.app.moduleManager().disconnect("moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded)


class ScriptedLoadableModuleLogic:
    """What a module does, with the node in which it keeps what the user chose."""

    def __init__(self, parent=None):
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Logic")

    def getParameterNode(self):
        """The module's one parameter node; a new one where the scene has none."""
        node = slicer.mrmlScene.GetSingletonNode(self.moduleName, "vtkMRMLScriptedModuleNode")
        if node is not None and node.GetAttribute("ModuleName") != self.moduleName:
            node.SetAttribute("ModuleName", self.moduleName)
        return node or slicer.mrmlScene.AddNode(self.createParameterNode())

    def createParameterNode(self):
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        node.SetSingletonTag(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
        return node


class ScriptedLoadableModuleTest(unittest.TestCase):
    """A module's self test."""

    def delayDisplay(self, message, requestedDelay=None, msec=None):
        """Show the message for a moment, while the views catch up."""
        slicer.app.processEvents()

    def runTest(self):
        """Override this."""


def scripted_module() -> types.ModuleType:
    """A new module ``slicer.ScriptedLoadableModule``."""
    module = types.ModuleType("slicer.ScriptedLoadableModule")
    classes = (
        ScriptedLoadableModule, ScriptedLoadableModuleWidget, ScriptedLoadableModuleLogic, ScriptedLoadableModuleTest
    )  # fmt: skip
    module.__all__ = [one.__name__ for one in classes]
    vars(module).update({one.__name__: one for one in classes})
    return module
