"""A render window of VTK in a widget of Qt.

VTK draws off the screen and the widget paints the picture. So views need no window of their own from the window system,
work where Qt has no screen, and are in every picture that is taken of the whole window.
"""

import time
from functools import cache

import numpy as np
import vtk
from PySide6 import QtCore, QtGui, QtWidgets
from vtk.util import numpy_support

from desk.stand_ins.qt_objects import strict

_BUTTONS = {
    QtCore.Qt.LeftButton: ("LeftButtonPressEvent", "LeftButtonReleaseEvent", "LeftButtonDoubleClickEvent"),
    QtCore.Qt.MiddleButton: ("MiddleButtonPressEvent", "MiddleButtonReleaseEvent", "MiddleButtonDoubleClickEvent"),
    QtCore.Qt.RightButton: ("RightButtonPressEvent", "RightButtonReleaseEvent", "RightButtonDoubleClickEvent"),
}
_KEYS = {
    QtCore.Qt.Key_Left: "Left", QtCore.Qt.Key_Right: "Right", QtCore.Qt.Key_Up: "Up", QtCore.Qt.Key_Down: "Down",
    QtCore.Qt.Key_Delete: "Delete", QtCore.Qt.Key_Backspace: "BackSpace", QtCore.Qt.Key_Escape: "Escape",
    QtCore.Qt.Key_Return: "Return", QtCore.Qt.Key_Enter: "Return", QtCore.Qt.Key_Space: "space",
    QtCore.Qt.Key_PageUp: "Prior", QtCore.Qt.Key_PageDown: "Next", QtCore.Qt.Key_Shift: "Shift_L",
    QtCore.Qt.Key_Control: "Control_L",
}  # fmt: skip
_CURSORS = {
    vtk.VTK_CURSOR_ARROW: QtCore.Qt.ArrowCursor,
    vtk.VTK_CURSOR_SIZENE: QtCore.Qt.SizeBDiagCursor,
    vtk.VTK_CURSOR_SIZENW: QtCore.Qt.SizeFDiagCursor,
    vtk.VTK_CURSOR_SIZESW: QtCore.Qt.SizeBDiagCursor,
    vtk.VTK_CURSOR_SIZESE: QtCore.Qt.SizeFDiagCursor,
    vtk.VTK_CURSOR_SIZENS: QtCore.Qt.SizeVerCursor,
    vtk.VTK_CURSOR_SIZEWE: QtCore.Qt.SizeHorCursor,
    vtk.VTK_CURSOR_SIZEALL: QtCore.Qt.SizeAllCursor,
    vtk.VTK_CURSOR_HAND: QtCore.Qt.PointingHandCursor,
    vtk.VTK_CURSOR_CROSSHAIR: QtCore.Qt.CrossCursor,
}


class VtkWidget(strict(QtWidgets.QWidget)):
    """A widget that shows a render window and gives its events to the interactor.

    Signals
    -------
    rendered
        After each drawing.
    resized(int, int)
        The new width and height in pixels of the screen.
    """

    CPP = True
    rendered = QtCore.Signal()
    resized = QtCore.Signal(int, int)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(QtCore.Qt.WheelFocus)
        self.setMinimumSize(60, 60)
        self.setSizePolicy(QtWidgets.QSizePolicy.Expanding, QtWidgets.QSizePolicy.Expanding)
        self.setAttribute(QtCore.Qt.WA_OpaquePaintEvent)
        self._d = _Window(self)

    def renderWindow(self):
        return self._d.window

    def interactor(self):
        return self._d.interactor

    def scheduleRender(self):
        """Draw when the event loop comes to it; many calls in a row are one drawing."""
        self._d.schedule()

    def forceRender(self):
        """Draw at once."""
        self._d.render()

    def close_window(self):
        """Let go of everything that VTK holds; the widget shows its last picture from now on."""
        self._d.finalize()

    def paintEvent(self, event):
        painter = QtGui.QPainter(self)
        if self._d.image is None:
            painter.fillRect(event.rect(), QtCore.Qt.black)
        else:
            painter.drawImage(QtWidgets.QWidget.rect(self), self._d.image)
        self.paint_over(painter)

    def paint_over(self, painter):
        """What derived views write over the picture."""

    def resizeEvent(self, event):
        width, height = self._d.resize()
        self.resized.emit(width, height)
        self.scheduleRender()

    def showEvent(self, event):
        self.scheduleRender()

    def mousePressEvent(self, event):
        self._d.mouse(event, _BUTTONS, 0)

    def mouseReleaseEvent(self, event):
        self._d.mouse(event, _BUTTONS, 1)

    def mouseDoubleClickEvent(self, event):
        # Qt sends this in place of the second press; Slicer's widgets want both.
        self._d.mouse(event, _BUTTONS, 0)
        self._d.mouse(event, _BUTTONS, 2)

    def mouseMoveEvent(self, event):
        self._d.place(event.position(), event.modifiers())
        self._d.invoke("MouseMoveEvent")

    def wheelEvent(self, event):
        self._d.place(event.position(), event.modifiers())
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            self._d.invoke("MouseWheelForwardEvent" if turned > 0 else "MouseWheelBackwardEvent")
        event.accept()

    def enterEvent(self, event):
        self._d.place(event.position(), QtWidgets.QApplication.keyboardModifiers())
        self._d.invoke("EnterEvent")

    def leaveEvent(self, event):
        self._d.invoke("LeaveEvent")

    def keyPressEvent(self, event):
        self._d.key(event)
        self._d.invoke("KeyPressEvent")
        self._d.invoke("CharEvent")
        event.ignore()

    def keyReleaseEvent(self, event):
        self._d.key(event)
        self._d.invoke("KeyReleaseEvent")
        event.ignore()


class _Window:
    """What a `VtkWidget` holds of VTK."""

    def __init__(self, widget):
        self.image = None
        self.widget = widget
        self.window = vtk.vtkRenderWindow()
        self.window.SetOffScreenRendering(True)
        self.interactor = vtk.vtkGenericRenderWindowInteractor()
        self.interactor.SetRenderWindow(self.window)
        self.interactor.EnableRenderOff()
        self.timer = QtCore.QTimer(widget)
        self.timer.setInterval(10)
        self.timer.timeout.connect(lambda: self.interactor.TimerEvent())
        for event, callback in (
            ("CreateTimerEvent", lambda *_: self.timer.start()),
            ("DestroyTimerEvent", lambda *_: self.timer.stop()),
            ("CursorChangedEvent", lambda *_: self.cursor()),
        ):
            (self.window if event.startswith("Cursor") else self.interactor).AddObserver(event, callback)
        self.interactor.AddObserver("RenderEvent", lambda *_: self.schedule())
        self.alive = True

    def schedule(self) -> None:
        if QtWidgets.QWidget.isVisible(self.widget):
            drawing_turns().ask(self.widget, self.render)

    def ratio(self) -> float:
        return QtWidgets.QWidget.devicePixelRatioF(self.widget)

    def resize(self) -> tuple[int, int]:
        size = QtWidgets.QWidget.size(self.widget) * self.ratio()
        width, height = max(1, size.width()), max(1, size.height())
        self.window.SetSize(width, height)
        # As VTK's own widget does: letters and lines grow where pixels are smaller.
        self.window.SetDPI(round(72 * self.ratio()))
        self.interactor.SetSize(width, height)
        self.interactor.ConfigureEvent()
        return width, height

    def render(self) -> None:
        if not self.alive or not QtWidgets.QWidget.isVisible(self.widget):
            return
        if self.image is None:
            self._smooth()
        self.window.Render()
        width, height = self.window.GetSize()
        pixels = vtk.vtkUnsignedCharArray()
        self.window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        values = numpy_support.vtk_to_numpy(pixels).reshape(height, width, 3)[::-1]
        values = np.ascontiguousarray(values)
        self.image = QtGui.QImage(values.data, width, height, 3 * width, QtGui.QImage.Format_RGB888).copy()
        QtWidgets.QWidget.update(self.widget)
        self.widget.rendered.emit()

    def _smooth(self) -> None:
        """Smooth lines where a graphics card draws them; in software that would double the time of a drawing."""
        self.window.Render()
        software = any(word in self.window.ReportCapabilities().lower() for word in ("llvmpipe", "softpipe", "swrast"))
        self.window.SetMultiSamples(0 if software else 4)

    def place(self, position, modifiers) -> None:
        drawing_turns().at_hand = self.widget
        ratio = self.ratio()
        self.interactor.SetEventInformationFlipY(
            round(position.x() * ratio),
            round(position.y() * ratio),
            1 if modifiers & QtCore.Qt.ControlModifier else 0,
            1 if modifiers & QtCore.Qt.ShiftModifier else 0,
            chr(0),
            0,
            None,
        )
        self.interactor.SetAltKey(1 if modifiers & QtCore.Qt.AltModifier else 0)

    def mouse(self, event, names, which: int) -> None:
        self.place(event.position(), event.modifiers())
        if event.button() in names:
            self.invoke(names[event.button()][which])

    def key(self, event) -> None:
        symbol = _KEYS.get(event.key()) or event.text() or ""
        modifiers = event.modifiers()
        self.interactor.SetKeyEventInformation(
            1 if modifiers & QtCore.Qt.ControlModifier else 0,
            1 if modifiers & QtCore.Qt.ShiftModifier else 0,
            event.text()[:1] if event.text() and ord(event.text()[0]) < 128 else chr(0),
            0,
            symbol,
        )

    def invoke(self, name: str) -> None:
        if self.alive:
            self.interactor.InvokeEvent(name)

    def cursor(self) -> None:
        shape = _CURSORS.get(self.window.GetCurrentCursor(), QtCore.Qt.ArrowCursor)
        QtWidgets.QWidget.setCursor(self.widget, shape)

    def finalize(self) -> None:
        if not self.alive:
            return
        self.alive = False
        drawing_turns().forget(self.widget)
        self.timer.stop()
        self.interactor.RemoveAllObservers()
        self.window.RemoveAllObservers()
        self.interactor.SetRenderWindow(None)
        self.window.Finalize()


_TURN_S = 0.01


class DrawingTurns:
    """Draws the views that were asked for in a turn of the event loop, and leaves some to the next turn where that
    takes long, so that the window answers in between.

    The view at hand comes first, then those that were asked for first; what is asked for again before its turn is drawn
    once.

    Attributes
    ----------
    at_hand : VtkWidget or None
        Where the mouse was last.
    """

    def __init__(self):
        self.at_hand = None
        self._waiting = {}
        self._timer = QtCore.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._draw)

    @property
    def waiting(self) -> tuple:
        """The views that are still to be drawn."""
        return tuple(self._waiting)

    def ask(self, view, draw) -> None:
        """Have ``draw`` called in a turn to come.

        Parameters
        ----------
        view : VtkWidget
            What is drawn.
        draw : callable()
        """
        self._waiting.setdefault(view, draw)
        self._timer.start()

    def forget(self, view) -> None:
        """Do not draw a view that was asked for."""
        self._waiting.pop(view, None)
        if self.at_hand is view:
            self.at_hand = None

    def _draw(self):
        until = time.monotonic() + _TURN_S
        while self._waiting and time.monotonic() < until:
            view = self.at_hand if self.at_hand in self._waiting else next(iter(self._waiting))
            self._waiting.pop(view)()
        if self._waiting:
            self._timer.start()


@cache
def drawing_turns() -> DrawingTurns:
    """The turns of all views."""
    return DrawingTurns()
