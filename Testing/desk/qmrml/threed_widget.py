"""A 3D view with its bar, as Slicer's layouts have it."""

from types import SimpleNamespace

import slicer
from PySide6 import QtCore, QtWidgets

from desk.pythonqt.semantics import strict
from desk.views.threed_view import ThreeDView

_AXES = (("L", "Left", "left"), ("A", "Anterior", "front"), ("S", "Superior", "top"))


class qMRMLThreeDViewControllerWidget(strict(QtWidgets.QWidget)):
    """The bar above a 3D view: its name, and where to look from."""

    CPP = True

    def __init__(self, view, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace()
        name = QtWidgets.QLabel(view.mrmlViewNode().GetLayoutLabel() or "1")
        name.setAlignment(QtCore.Qt.AlignCenter)
        name.setFixedSize(24, 20)
        name.setStyleSheet("background: #749bd6; color: #1b1d21; font-weight: bold; border-radius: 3px;")
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.setSpacing(8)
        layout.addWidget(name)
        layout.addWidget(QtWidgets.QLabel("3D"))
        layout.addStretch(1)
        for text, direction, word in _AXES:
            layout.addWidget(_button(text, f"Look from the {word}", self._looker(view, direction)))
        layout.addWidget(_button("Fit", "Look at the middle of what is there", view.resetFocalPoint))

    def _looker(self, view, direction):
        return lambda: view.lookFromAxis(getattr(slicer.vtkMRMLCameraNode, direction))


class qMRMLThreeDWidget(strict(QtWidgets.QWidget)):
    """A 3D view and its bar.

    Parameters
    ----------
    logic : vtkMRMLViewLogic
        With its view node.
    application : vtkMRMLApplicationLogic
    """

    CPP = True

    def __init__(self, logic, application, parent=None):
        super().__init__(parent)
        view = ThreeDView(logic, application)
        bar = qMRMLThreeDViewControllerWidget(view)
        self._d = SimpleNamespace(logic=logic, view=view, bar=bar)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(view, 1)

    def viewLogic(self):
        return self._d.logic

    def threeDView(self):
        return self._d.view

    def threeDController(self):
        return self._d.bar

    def mrmlViewNode(self):
        return self._d.logic.GetViewNode()

    def interactorStyle(self):
        return self._d.view.interactorStyle()

    def close_view(self):
        """Let go of the scene."""
        self._d.view.close_window()


def _button(text, tip, action):
    button = QtWidgets.QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAutoRaise(True)
    button.clicked.connect(lambda: action())
    return button
