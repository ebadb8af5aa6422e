"""Small, strict stand-ins for what only the Slicer application has, so that DiscGrader.py runs on slicer-core.

They do what Slicer's own classes do as far as the module's logic needs it, and refuse what those would refuse.
"""

import importlib.util
import sys
import types
import typing
import unittest
from contextlib import contextmanager
from pathlib import Path

import slicer

MODULE_FILE = Path(__file__).resolve().parents[1] / "DiscGrader" / "DiscGrader.py"


class ScriptedLoadableModule:
    """Base of the module's class: sets the defaults that a module must overwrite."""

    def __init__(self, parent):
        self.parent = parent
        self.moduleName = type(self).__name__
        parent.title = ""
        parent.categories = []
        parent.dependencies = []
        parent.contributors = []
        parent.helpText = parent.acknowledgementText = ""


class ScriptedLoadableModuleWidget:
    """Base of the widget's class; the stand-ins have no window to set it up in."""

    def __init__(self, parent=None):
        self.parent = parent


class ScriptedLoadableModuleLogic:
    """Base of the logic's class, with its parameter node."""

    def __init__(self, parent=None):
        self.moduleName = type(self).__name__.removesuffix("Logic")
        self.isSingletonParameterNode = True

    def getParameterNode(self):
        node = slicer.mrmlScene.GetSingletonNode(self.moduleName, "vtkMRMLScriptedModuleNode")
        return node or slicer.mrmlScene.AddNode(self.createParameterNode())

    def createParameterNode(self):
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        node.SetSingletonTag(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
        return node


class ScriptedLoadableModuleTest(unittest.TestCase):
    """Base of the self test's class."""

    def delayDisplay(self, message, requestedDelay=None, msec=None):
        """Slicer shows the message for a moment; without a window there is nothing to show."""


class WithinRange:
    """A validator: the value lies between two bounds."""

    def __init__(self, minimum, maximum):
        self.minimum, self.maximum = minimum, maximum

    def validate(self, value):
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} is not between {self.minimum} and {self.maximum}")


def parameterNodeWrapper(wrapped):
    """Make a class whose annotated members live in a parameter node, as Slicer's decorator of this name does."""
    parameters = {}
    for name, hint in typing.get_type_hints(wrapped, include_extras=True).items():
        kind, *validators = typing.get_args(hint) if typing.get_origin(hint) is typing.Annotated else (hint,)
        is_node = isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode)
        if not is_node and kind not in (bool, float, int, str):
            raise TypeError(f"no serializer for the member {name} of type {kind}")
        default = getattr(wrapped, name, None if is_node else kind())
        parameters[name] = (kind, validators, is_node, default)
        setattr(wrapped, name, _property(name, kind, validators, is_node))

    def initialize(self, parameterNode):
        self.parameterNode = parameterNode
        for name, (_kind, _validators, is_node, default) in parameters.items():
            if not is_node and not parameterNode.GetParameter(name):
                setattr(self, name, default)

    wrapped.__init__ = initialize
    return wrapped


def _property(name, kind, validators, is_node):
    def read(self):
        if is_node:
            return self.parameterNode.GetNodeReference(name)
        text = self.parameterNode.GetParameter(name)
        return text == "True" if kind is bool else kind(text)

    def write(self, value):
        if not (isinstance(value, kind) or (is_node and value is None)):
            raise TypeError(f"{name} must be {kind.__name__}, not {type(value).__name__}")
        for validator in validators:
            validator.validate(value)
        if is_node:
            self.parameterNode.SetNodeReferenceID(name, value.GetID() if value is not None else None)
        else:
            self.parameterNode.SetParameter(name, str(value))

    return property(read, write)


class QTimer:
    """Fires when `process_events` is called while it is active."""

    active: typing.ClassVar[list] = []

    def __init__(self):
        self._interval = None
        self._slots = []

    def setInterval(self, milliseconds):
        if not isinstance(milliseconds, int):
            raise TypeError("setInterval takes an int, as Qt's does")
        self._interval = milliseconds

    def connect(self, signal, slot):
        if signal != "timeout()":
            raise ValueError(f"QTimer has no signal {signal}")
        self._slots.append(slot)

    def start(self):
        QTimer.active.append(self)

    def stop(self):
        if self in QTimer.active:
            QTimer.active.remove(self)


def process_events():
    """One turn of the event loop."""
    for timer in list(QTimer.active):
        for slot in timer._slots:
            slot()


def _module(name: str, **members) -> types.ModuleType:
    module = types.ModuleType(name)
    vars(module).update(members)
    return module


@contextmanager
def discgrader_module(host):
    """Give the module DiscGrader.py, imported with these stand-ins and with ``host.scene`` as Slicer's scene."""
    base = {one.__name__: one for one in (
        ScriptedLoadableModule, ScriptedLoadableModuleWidget, ScriptedLoadableModuleLogic, ScriptedLoadableModuleTest
    )}  # fmt: skip
    stand_ins = {
        "qt": _module("qt", QTimer=QTimer),
        "slicer.ScriptedLoadableModule": _module("slicer.ScriptedLoadableModule", **base),
        "slicer.i18n": _module("slicer.i18n", tr=lambda text: text),
        "slicer.parameterNodeWrapper": _module(
            "slicer.parameterNodeWrapper", parameterNodeWrapper=parameterNodeWrapper, WithinRange=WithinRange
        ),
    }
    before = {name: sys.modules.get(name) for name in (*stand_ins, "DiscGrader")}
    path = list(sys.path)
    sys.modules.update(stand_ins)
    slicer.mrmlScene = host.scene
    try:
        spec = importlib.util.spec_from_file_location("DiscGrader", MODULE_FILE)
        module = sys.modules["DiscGrader"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        QTimer.active.clear()
        del slicer.mrmlScene
        sys.path[:] = path
        for name, old in before.items():
            if old is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = old
