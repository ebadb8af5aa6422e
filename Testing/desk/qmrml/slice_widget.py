"""A slice view with its bar, as Slicer's layouts have it."""

from types import SimpleNamespace

from PySide6 import QtCore, QtWidgets

from desk.observers import Observers
from desk.pythonqt.semantics import strict
from desk.views.slice_view import SliceView

COLORS = {"Red": "#f34a33", "Yellow": "#edd54c", "Green": "#6eb04b"}
"""The colors by which Slicer's users know the slice views."""

_WAYS = (("R", "L"), ("A", "P"), ("S", "I"))


class qMRMLSliceControllerWidget(strict(QtWidgets.QWidget)):
    """The bar above a slice: its name, where it is, and a slider that moves it.

    Parameters
    ----------
    logic : vtkMRMLSliceLogic
    """

    CPP = True

    def __init__(self, logic, parent=None):
        super().__init__(parent)
        node = logic.GetSliceNode()
        name = QtWidgets.QLabel(node.GetLayoutName()[:1])
        name.setAlignment(QtCore.Qt.AlignCenter)
        name.setFixedSize(24, 20)
        color = COLORS.get(node.GetLayoutName(), "#8a8f98")
        name.setStyleSheet(f"background: {color}; color: #1b1d21; font-weight: bold; border-radius: 3px;")
        orientation = QtWidgets.QLabel()
        slider = QtWidgets.QSlider(QtCore.Qt.Horizontal)
        offset = QtWidgets.QLabel()
        offset.setMinimumWidth(offset.fontMetrics().horizontalAdvance("R 000.0 mm"))
        offset.setAlignment(QtCore.Qt.AlignRight | QtCore.Qt.AlignVCenter)
        fit = QtWidgets.QToolButton()
        fit.setText("Fit")
        fit.setAutoRaise(True)
        fit.setToolTip("Show the whole picture")
        slider.setToolTip("Move the slice")
        self._d = SimpleNamespace(
            logic=logic, orientation=orientation, slider=slider, offset=offset, observers=Observers(),
            low=0.0, step=1.0, busy=False,
        )  # fmt: skip
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.setSpacing(8)
        for one, stretch in ((name, 0), (orientation, 0), (slider, 1), (offset, 0), (fit, 0)):
            layout.addWidget(one, stretch)
        slider.valueChanged.connect(self._move)
        fit.clicked.connect(lambda: self.fitSliceToBackground())
        observers = self._d.observers
        observers.add(logic, "ModifiedEvent", lambda *_: self._show())
        observers.add(node, "ModifiedEvent", lambda *_: self._show())
        self.destroyed.connect(lambda: observers.clear())
        self._show()

    def sliceOffsetSlider(self):
        return self._d.slider

    def fitSliceToBackground(self):
        logic = self._d.logic
        logic.StartSliceNodeInteraction(logic.GetSliceNode().ResetFieldOfViewFlag)
        logic.FitSliceToBackground()
        logic.SnapSliceOffsetToIJK()
        logic.EndSliceNodeInteraction()

    def setSliceOffset(self, offset):
        logic = self._d.logic
        logic.StartSliceOffsetInteraction()
        logic.SetSliceOffset(offset)
        logic.EndSliceOffsetInteraction()

    def _move(self, position):
        if not self._d.busy:
            self.setSliceOffset(self._d.low + position * self._d.step)

    def _show(self):
        d, node = self._d, self._d.logic.GetSliceNode()
        if node is None:
            return
        bounds = [0.0] * 6
        d.logic.GetLowestVolumeSliceBounds(bounds)
        spacing = d.logic.GetLowestVolumeSliceSpacing()[2] or 1.0
        steps = max(0, round((bounds[5] - bounds[4]) / spacing) - 1)
        d.low, d.step = bounds[4] + spacing / 2, spacing
        value = d.logic.GetSliceOffset()
        d.busy = True
        d.slider.setRange(0, steps)
        d.slider.setValue(round((value - d.low) / d.step))
        d.busy = False
        d.orientation.setText(node.GetOrientation())
        normal = [node.GetSliceToRAS().GetElement(row, 2) for row in range(3)]
        axis = max(range(3), key=lambda row: abs(normal[row]))
        along = value if normal[axis] > 0 else -value
        d.offset.setText(f"{_WAYS[axis][0 if along >= 0 else 1]} {abs(along):.1f} mm")

    def close_controller(self):
        self._d.observers.clear()


class qMRMLSliceWidget(strict(QtWidgets.QWidget)):
    """A slice view and its bar.

    Parameters
    ----------
    logic : vtkMRMLSliceLogic
        With its slice node.
    application : vtkMRMLApplicationLogic
    """

    CPP = True

    def __init__(self, logic, application, parent=None):
        super().__init__(parent)
        bar, view = qMRMLSliceControllerWidget(logic), SliceView(logic, application)
        self._d = SimpleNamespace(logic=logic, bar=bar, view=view)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(view, 1)

    def sliceLogic(self):
        return self._d.logic

    def sliceView(self):
        return self._d.view

    def sliceController(self):
        return self._d.bar

    def mrmlSliceNode(self):
        return self._d.logic.GetSliceNode()

    def mrmlSliceCompositeNode(self):
        return self._d.logic.GetSliceCompositeNode()

    def interactorStyle(self):
        return self._d.view.interactorStyle()

    def fitSliceToBackground(self):
        self._d.bar.fitSliceToBackground()

    def close_view(self):
        """Let go of the scene."""
        self._d.bar.close_controller()
        self._d.view.close_window()
