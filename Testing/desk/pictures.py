"""Pictures of views and windows, for tests and for the eye."""

import numpy as np
from PySide6 import QtGui, QtWidgets


def pixels_of(widget) -> np.ndarray:
    """What a widget shows, RGB, uint8, shape (height, width, 3)."""
    image = QtWidgets.QWidget.grab(widget).toImage().convertToFormat(QtGui.QImage.Format_RGB888)
    values = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return values[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
