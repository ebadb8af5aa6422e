"""The module ``qt``."""

import enum
import types

from PySide6 import QtCore, QtGui, QtNetwork, QtSvg, QtWidgets

from desk.pythonqt.dialogs import QFileDialog
from desk.pythonqt.semantics import strict, unscoped
from desk.pythonqt.ui_loader import QUiLoader

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
