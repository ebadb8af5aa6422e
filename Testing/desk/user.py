"""A user of the desk: opens studies, clicks, drags and turns the wheel, with events of Qt."""

import time
from pathlib import Path

import numpy as np
import slicer
import vtk
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

_STEPS = 12
_LOOK_S = 20.0


class User:
    """Places are in RAS mm; a view is named as in Slicer: Red, Yellow, Green.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk):
        self._desk = desk

    def wait(self, seconds: float = 0.05) -> None:
        """Let the window go on for a while, and until the module's panel has looked at the series."""
        end = time.monotonic() + seconds
        while time.monotonic() < end or (self._looking() and time.monotonic() < end + _LOOK_S):
            slicer.app.processEvents()
            time.sleep(0.005)

    def _looking(self) -> bool:
        module = self._desk.module
        return module is not None and module.panel.series.looking

    def until(self, condition, seconds: float = 120.0) -> None:
        """Let the window go on until something is so.

        Raises
        ------
        TimeoutError
        """
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("The desk did not come to it in time")
            self.wait(0.02)
        self.wait()

    def open(self, path: Path) -> None:
        """Open a study or scene, and wait until it is there."""
        self._desk.files.open(path)
        self.until(lambda: not self._desk.files.busy)

    def click(self, widget) -> None:
        """Click on a widget with the left button."""
        middle = QtWidgets.QWidget.rect(widget).center()
        # A check box hears only clicks on its mark and text, and may be wider than these.
        point = QtCore.QPoint(8, middle.y()) if isinstance(widget, QtWidgets.QCheckBox) else middle
        QTest.mouseClick(widget, QtCore.Qt.LeftButton, QtCore.Qt.NoModifier, point)
        self.wait()

    def jump(self, place) -> None:
        """Have every slice view show a place."""
        for name in self._desk.layout.sliceViewNames():
            self._desk.layout.sliceWidget(name).mrmlSliceNode().JumpSliceByOffsetting(*place)
        self.wait()

    def hover(self, view: str, place, modifiers=QtCore.Qt.NoModifier) -> None:
        """Move the mouse over a place."""
        point = self.point_of(view, place)
        for step in (QtCore.QPointF(2, 1), QtCore.QPointF(0, 0)):
            self._mouse(view, QtCore.QEvent.MouseMove, point + step, modifiers=modifiers)
        self.wait()

    def drag(self, view: str, place, way) -> np.ndarray:
        """Drag from a place by a way in mm; how far the mouse really went, in mm."""
        start, end = self.point_of(view, place), self.point_of(view, np.add(place, way))
        self._drag(view, start, end)
        return self._place_of(view, end) - self._place_of(view, start)

    def drag_pixels(self, view: str, start, end, button=QtCore.Qt.LeftButton) -> None:
        """Drag from one pixel of a view to another."""
        self._drag(view, QtCore.QPointF(*start), QtCore.QPointF(*end), button)

    def press_mode(self, mode: int) -> None:
        """Choose what the left mouse button does in views, by Slicer's interaction modes."""
        slicer.app.applicationLogic().GetInteractionNode().SetCurrentInteractionMode(mode)

    def wheel(self, view: str, steps: int) -> None:
        """Turn the wheel over the middle of a view, away from the user where positive."""
        widget = self._view(view)
        middle = QtCore.QPointF(QtWidgets.QWidget.rect(widget).center())
        event = QtGui.QWheelEvent(
            middle, QtWidgets.QWidget.mapToGlobal(widget, middle), QtCore.QPoint(), QtCore.QPoint(0, 120 * steps),
            QtCore.Qt.NoButton, QtCore.Qt.NoModifier, QtCore.Qt.NoScrollPhase, False,
        )  # fmt: skip
        QtWidgets.QApplication.sendEvent(widget, event)
        self.wait()

    def point_of(self, view: str, place) -> QtCore.QPointF:
        """The point of a view that a place is at."""
        to_xy = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Invert(self._node(view).GetXYToRAS(), to_xy)
        x, y, _, _ = to_xy.MultiplyPoint((*place, 1.0))
        ratio = QtWidgets.QWidget.devicePixelRatioF(self._view(view))
        return QtCore.QPointF(round(x / ratio), QtWidgets.QWidget.height(self._view(view)) - 1 - round(y / ratio))

    def _place_of(self, view: str, point) -> np.ndarray:
        ratio = QtWidgets.QWidget.devicePixelRatioF(self._view(view))
        y = QtWidgets.QWidget.height(self._view(view)) - 1 - point.y()
        return np.array(self._node(view).GetXYToRAS().MultiplyPoint((point.x() * ratio, y * ratio, 0, 1))[:3])

    def _drag(self, view: str, start, end, button=QtCore.Qt.LeftButton):
        event = QtCore.QEvent
        for near in (QtCore.QPointF(2, 1), QtCore.QPointF(0, 0)):
            self._mouse(view, event.MouseMove, start + near)
        self.wait()
        self._mouse(view, event.MouseButtonPress, start, button, button)
        for step in range(1, _STEPS + 1):
            self._mouse(view, event.MouseMove, start + (end - start) * step / _STEPS, QtCore.Qt.NoButton, button)
            slicer.app.processEvents()
        self._mouse(view, event.MouseButtonRelease, end, button, QtCore.Qt.NoButton)
        self.wait()

    def _mouse(
        self, view, kind, point, button=QtCore.Qt.NoButton, held=QtCore.Qt.NoButton, modifiers=QtCore.Qt.NoModifier
    ):
        widget = self._view(view)
        there = QtWidgets.QWidget.mapToGlobal(widget, point)
        QtWidgets.QApplication.sendEvent(widget, QtGui.QMouseEvent(kind, point, there, button, held, modifiers))

    def _view(self, name: str):
        return self._desk.layout.sliceWidget(name).sliceView()

    def _node(self, name: str):
        return self._desk.layout.sliceWidget(name).mrmlSliceNode()


def pixels_of(widget) -> np.ndarray:
    """What a widget shows, RGB, uint8, shape (height, width, 3)."""
    image = QtWidgets.QWidget.grab(widget).toImage().convertToFormat(QtGui.QImage.Format_RGB888)
    values = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return values[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
