"""Widgets that know a scene."""

from types import SimpleNamespace

from PySide6 import QtCore, QtWidgets

from desk.observers import Observers
from desk.pythonqt.semantics import strict


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
