"""The module ``qt``, and its loader of .ui files with the widgets of CTK and Slicer."""

import enum
import types
from typing import ClassVar
from xml.etree import ElementTree

from PySide6 import QtCore, QtGui, QtNetwork, QtSvg, QtUiTools, QtWidgets

from desk.stand_ins.qt_objects import strict, unscoped
from desk.stand_ins.qt_signals import name_of_signal


class UiError(RuntimeError):
    """A .ui file that Slicer's loader would not load, or only in part."""


class _Loader(QtUiTools.QUiLoader):
    """Makes every widget, layout and action of the class that scripts expect."""

    def __init__(self, widgets: dict[str, type]):
        super().__init__()
        self._widgets = widgets
        self._made = []

    def createWidget(self, name, parent=None, object_name=""):
        cls = self._widgets.get(name)
        native = getattr(QtWidgets, name, None)
        if cls is None and native is None:
            raise UiError(f"No stand-in for the widget {name}")
        # Qt's loader holds what it makes only through the parent; the top one has none.
        return self._named((cls or strict(native))(parent), object_name)

    def createLayout(self, name, parent=None, object_name=""):
        layout = strict(getattr(QtWidgets, name))()
        if isinstance(parent, QtWidgets.QWidget):
            QtWidgets.QWidget.setLayout(parent, layout)
        return self._named(layout, object_name)

    def createAction(self, parent=None, object_name=""):
        return self._named(strict(QtGui.QAction)(parent), object_name)

    def createActionGroup(self, parent=None, object_name=""):
        return self._named(strict(QtGui.QActionGroup)(parent), object_name)

    def _named(self, item, name: str):
        QtCore.QObject.setObjectName(item, name)
        self._made.append(item)
        return item


class QUiLoader:
    """As Qt's, with the widgets that Slicer's designer plugins add.

    Connections are made here, because their signatures name classes of VTK; PySide6 would drop them with a warning.
    """

    widgets: ClassVar[dict[str, type]] = {}
    """What .ui files may name beside Qt's own widgets, by class name; filled when the stand-ins are installed."""

    def load(self, device, parent=None):
        """The top widget of the .ui file.

        Raises
        ------
        UiError
            When it names a widget, signal or slot that nothing here has.
        """
        root = ElementTree.fromstring(bytes(device.readAll()))
        connections = list(root.iter("connection"))
        for one in root.findall("connections"):
            root.remove(one)
        names = {one.get("class") for one in root.iter("widget")}
        unknown = sorted(name for name in names if name not in self.widgets and not hasattr(QtWidgets, name))
        if unknown:
            raise UiError(f"No stand-in for the widget {', '.join(unknown)}")
        widget = self._load(ElementTree.tostring(root), parent)
        for one in connections:
            _connect(widget, *(one.findtext(tag) for tag in ("sender", "signal", "receiver", "slot")))
        return widget

    def _load(self, text: bytes, parent):
        loader = _Loader(self.widgets)
        buffer = QtCore.QBuffer()
        buffer.setData(text)
        buffer.open(QtCore.QIODevice.ReadOnly)
        widget = loader.load(buffer, parent)
        if widget is None:
            raise UiError(loader.errorString())
        return widget


def _connect(top, sender: str, signal: str, receiver: str, slot: str) -> None:
    ends = []
    for name in (sender, receiver):
        end = top if QtCore.QObject.objectName(top) == name else top.findChild(QtCore.QObject, name)
        if end is None:
            raise UiError(f"A connection names {name}, which the file does not have")
        ends.append(end)
    name_of_signal(ends[0], signal)
    target = getattr(ends[1], slot.split("(")[0], None)
    if not callable(target):
        raise UiError(f"{receiver} has no slot {slot}")
    ends[0].connect(signal, target)


class QFileDialog(strict(QtWidgets.QFileDialog)):
    """Its static functions give the path alone, without the filter that was chosen."""

    NATIVE = QtWidgets.QFileDialog

    @staticmethod
    def getOpenFileName(*arguments):
        return QtWidgets.QFileDialog.getOpenFileName(*arguments)[0]

    @staticmethod
    def getOpenFileNames(*arguments):
        return tuple(QtWidgets.QFileDialog.getOpenFileNames(*arguments)[0])

    @staticmethod
    def getSaveFileName(*arguments):
        return QtWidgets.QFileDialog.getSaveFileName(*arguments)[0]


_PARTS = (QtWidgets, QtGui, QtCore, QtSvg, QtNetwork)

_NOT_IN_PYTHONQT = {"Signal", "Slot", "Property", "SIGNAL", "SLOT", "QInputDialog"}
"""What PySide6 adds of its own, or what PythonQt has with other arguments that nothing here stands in for."""


class _Namespace:
    """``qt.Qt``: the values of its enums are its attributes, its enums can be called."""

    def __getattr__(self, name):
        return unscoped(getattr(QtCore.Qt, name))


class QtModule(types.ModuleType):
    """Gives each class of Qt under its name, whatever part of Qt it is in."""

    Qt = _Namespace()
    QUiLoader = QUiLoader
    QFileDialog = QFileDialog

    def __getattr__(self, name):
        if name not in _NOT_IN_PYTHONQT:
            for part in _PARTS:
                found = getattr(part, name, None)
                if isinstance(found, type) and not issubclass(found, enum.Enum):
                    return strict(found) if issubclass(found, QtCore.QObject) else found
        raise AttributeError(f"module 'qt' has no attribute '{name}'")


def qt_module() -> types.ModuleType:
    """A new module ``qt``."""
    return QtModule("qt")
