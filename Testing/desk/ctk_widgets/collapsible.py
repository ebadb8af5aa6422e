"""Sections that fold."""

from types import SimpleNamespace

from PySide6 import QtCore, QtGui, QtWidgets

from desk.pythonqt.semantics import strict

_HEADER = 28
_UNLIMITED = 16777215


class ctkCollapsibleButton(strict(QtWidgets.QAbstractButton)):
    """A heading that shows and hides what is below it."""

    CPP = True
    contentsCollapsed = QtCore.Signal(bool)

    def __init__(self, text="", parent=None):
        if not isinstance(text, str):
            text, parent = "", text
        super().__init__(parent)
        self._d = SimpleNamespace(hidden=[])
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(True)
        self.setContentsMargins(0, _HEADER, 0, 0)
        self.setSizePolicy(QtWidgets.QSizePolicy.Preferred, QtWidgets.QSizePolicy.Preferred)
        self.setFocusPolicy(QtCore.Qt.TabFocus)
        self.toggled.connect(self._fold)

    def _collapsed(self):
        return not QtWidgets.QAbstractButton.isChecked(self)

    def _setCollapsed(self, collapsed):
        self.setChecked(not collapsed)

    collapsed = QtCore.Property(bool, _collapsed, _setCollapsed)

    def setCollapsed(self, collapsed):
        self._setCollapsed(collapsed)

    def _fold(self, shown):
        children = QtWidgets.QWidget.findChildren(self, QtWidgets.QWidget, options=QtCore.Qt.FindDirectChildrenOnly)
        if shown:
            for child in self._d.hidden:
                child.setVisible(True)
        else:
            self._d.hidden = [child for child in children if not child.isHidden()]
            for child in self._d.hidden:
                child.setVisible(False)
        self.setMaximumHeight(_UNLIMITED if shown else _HEADER)
        self.updateGeometry()
        self.contentsCollapsed.emit(not shown)

    def sizeHint(self):
        layout = QtWidgets.QWidget.layout(self)
        height = layout.totalSizeHint().height() if layout and not self._collapsed() else _HEADER
        width = layout.totalSizeHint().width() if layout else 120
        return QtCore.QSize(width, height)

    def minimumSizeHint(self):
        layout = QtWidgets.QWidget.layout(self)
        if layout and not self._collapsed():
            return layout.totalMinimumSize()
        return QtCore.QSize(80, _HEADER)

    def event(self, event):
        # A .ui file folds a section before it has anything in it.
        if event.type() == QtCore.QEvent.Polish and self._collapsed() and not self._d.hidden:
            self._fold(False)
        return super().event(event)

    def hitButton(self, position):
        return position.y() < _HEADER

    def paintEvent(self, event):
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.Antialiasing)
        palette = QtWidgets.QWidget.palette(self)
        text = palette.color(QtGui.QPalette.WindowText)
        bar = QtCore.QRectF(0, 2, QtWidgets.QWidget.width(self), _HEADER - 6)
        fill = QtGui.QColor(text)
        fill.setAlpha(34 if QtWidgets.QWidget.underMouse(self) else 22)
        painter.setPen(QtCore.Qt.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(bar, 4, 4)
        self._paint_arrow(painter, text, bar.center().y())
        font = QtGui.QFont(QtWidgets.QWidget.font(self))
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(text)
        painter.drawText(bar.adjusted(24, 0, -6, 0), QtCore.Qt.AlignVCenter | QtCore.Qt.AlignLeft, self.text)
        if QtWidgets.QWidget.hasFocus(self):
            painter.setBrush(QtCore.Qt.NoBrush)
            painter.setPen(palette.color(QtGui.QPalette.Highlight))
            painter.drawRoundedRect(bar.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_arrow(self, painter, color, middle):
        pen = QtGui.QPen(color, 1.6)
        pen.setCapStyle(QtCore.Qt.RoundCap)
        painter.setPen(pen)
        shape = [(9, -2), (13, 2), (17, -2)] if not self._collapsed() else [(11, -4), (15, 0), (11, 4)]
        painter.drawPolyline([QtCore.QPointF(x, middle + y) for x, y in shape])


class ctkCollapsibleGroupBox(strict(QtWidgets.QGroupBox)):
    """A group box whose check mark folds it."""

    CPP = True

    def __init__(self, title="", parent=None):
        if not isinstance(title, str):
            title, parent = "", title
        super().__init__(parent)
        self._d = SimpleNamespace(hidden=[])
        self.setTitle(title)
        self.setCheckable(True)
        self.toggled.connect(self._fold)

    def _collapsed(self):
        return not QtWidgets.QGroupBox.isChecked(self)

    def _setCollapsed(self, collapsed):
        self.setChecked(not collapsed)

    collapsed = QtCore.Property(bool, _collapsed, _setCollapsed)

    def setCollapsed(self, collapsed):
        self._setCollapsed(collapsed)

    def _fold(self, shown):
        children = QtWidgets.QWidget.findChildren(self, QtWidgets.QWidget, options=QtCore.Qt.FindDirectChildrenOnly)
        if not shown:
            self._d.hidden = [child for child in children if not child.isHidden()]
        for child in self._d.hidden:
            child.setVisible(shown)
