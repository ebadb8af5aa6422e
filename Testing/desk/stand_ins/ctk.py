"""The module ``ctk``: sections that fold, sliders of floating-point numbers, lists with check marks."""

import types
from types import SimpleNamespace

from PySide6 import QtCore, QtGui, QtWidgets

from desk.stand_ins.qt_objects import strict


class ctkDoubleSlider(strict(QtWidgets.QWidget)):
    """A slider whose value is a floating-point number."""

    CPP = True
    valueChanged = QtCore.Signal(float)
    sliderReleased = QtCore.Signal()

    def __init__(self, parent=None):
        super().__init__(parent)
        slider = QtWidgets.QSlider(QtCore.Qt.Horizontal)
        self._d = SimpleNamespace(slider=slider, minimum=0.0, maximum=99.0, step=1.0, value=0.0, busy=False)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(slider)
        slider.valueChanged.connect(self._moved)
        slider.sliderReleased.connect(lambda: self.sliderReleased.emit())
        self._fit()

    def _fit(self):
        """Give the integer slider of Qt as many steps as the range has."""
        d = self._d
        d.busy = True
        d.slider.setRange(0, max(0, round((d.maximum - d.minimum) / d.step)))
        d.slider.setPageStep(max(1, d.slider.maximum() // 10))
        d.slider.setValue(round((d.value - d.minimum) / d.step))
        d.busy = False

    def _moved(self, position):
        if self._d.busy:
            return
        self._change(min(self._d.minimum + position * self._d.step, self._d.maximum))

    def _change(self, value):
        if value != self._d.value:
            self._d.value = value
            self.valueChanged.emit(value)

    def setValue(self, value):
        self._change(min(max(float(value), self._d.minimum), self._d.maximum))
        self._fit()

    def setRange(self, minimum, maximum):
        self._d.minimum, self._d.maximum = float(minimum), max(float(minimum), float(maximum))
        self.setValue(self._d.value)

    def setMinimum(self, minimum):
        self.setRange(minimum, max(minimum, self._d.maximum))

    def setMaximum(self, maximum):
        self.setRange(min(self._d.minimum, maximum), maximum)

    def setSingleStep(self, step):
        if step > 0:
            self._d.step = float(step)
            self._fit()

    value = QtCore.Property(float, lambda self: self._d.value, setValue)
    minimum = QtCore.Property(float, lambda self: self._d.minimum, setMinimum)
    maximum = QtCore.Property(float, lambda self: self._d.maximum, setMaximum)
    singleStep = QtCore.Property(float, lambda self: self._d.step, setSingleStep)


class ctkSliderWidget(strict(QtWidgets.QWidget)):
    """A slider and a spin box for one floating-point value."""

    CPP = True
    valueChanged = QtCore.Signal(float)
    valueIsChanging = QtCore.Signal(float)

    def __init__(self, parent=None):
        super().__init__(parent)
        slider, box = ctkDoubleSlider(), QtWidgets.QDoubleSpinBox()
        box.setKeyboardTracking(False)
        self._d = SimpleNamespace(slider=slider, box=box, tracking=True)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(slider, 1)
        layout.addWidget(box)
        slider.valueChanged.connect(self._slid)
        slider.sliderReleased.connect(lambda: self._commit())
        box.valueChanged.connect(self._typed)
        self.setRange(0.0, 100.0)

    def _slid(self, value):
        self.valueIsChanging.emit(value)
        if self._d.tracking or not self._d.slider._d.slider.isSliderDown():
            self._d.box.setValue(value)

    def _commit(self):
        self._d.box.setValue(self._d.slider.value)

    def _typed(self, value):
        self._d.slider.setValue(value)
        self.valueChanged.emit(value)

    def setValue(self, value):
        self._d.box.setValue(value)

    def setRange(self, minimum, maximum):
        self._d.slider.setRange(minimum, maximum)
        self._d.box.setRange(minimum, maximum)

    def setMinimum(self, minimum):
        self._d.slider.setMinimum(minimum)
        self._d.box.setMinimum(minimum)

    def setMaximum(self, maximum):
        self._d.slider.setMaximum(maximum)
        self._d.box.setMaximum(maximum)

    def setSingleStep(self, step):
        self._d.slider.setSingleStep(step)
        self._d.box.setSingleStep(step)

    def setDecimals(self, decimals):
        self._d.box.setDecimals(decimals)

    def setSuffix(self, suffix):
        self._d.box.setSuffix(suffix)

    def setTracking(self, tracking):
        self._d.tracking = tracking

    def setSpinBoxVisible(self, visible):
        self._d.box.setVisible(visible)

    value = QtCore.Property(float, lambda self: self._d.box.value(), setValue)
    minimum = QtCore.Property(float, lambda self: self._d.box.minimum(), setMinimum)
    maximum = QtCore.Property(float, lambda self: self._d.box.maximum(), setMaximum)
    singleStep = QtCore.Property(float, lambda self: self._d.box.singleStep(), setSingleStep)
    decimals = QtCore.Property(int, lambda self: self._d.box.decimals(), setDecimals)
    suffix = QtCore.Property(str, lambda self: self._d.box.suffix(), setSuffix)
    tracking = QtCore.Property(bool, lambda self: self._d.tracking, setTracking)
    spinBoxVisible = QtCore.Property(bool, lambda self: not self._d.box.isHidden(), setSpinBoxVisible)


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


class ctkCheckableComboBox(strict(QtWidgets.QComboBox)):
    """A list that unfolds, with a check mark before each entry."""

    CPP = True
    checkedIndexesChanged = QtCore.Signal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace()
        model = QtWidgets.QComboBox.model(self)
        model.dataChanged.connect(lambda *_: self._told())
        model.rowsInserted.connect(lambda parent, first, last: self._make_checkable(first, last))
        self._d.pressed = False
        QtWidgets.QComboBox.view(self).viewport().installEventFilter(self)

    def _make_checkable(self, first, last):
        model = QtWidgets.QComboBox.model(self)
        for row in range(first, last + 1):
            item = model.item(row)
            item.setFlags(QtCore.Qt.ItemIsUserCheckable | QtCore.Qt.ItemIsEnabled)
            if item.data(QtCore.Qt.CheckStateRole) is None:
                item.setData(QtCore.Qt.Unchecked, QtCore.Qt.CheckStateRole)

    def eventFilter(self, watched, event):
        """A click on an entry turns its mark and leaves the list open; the release that opened the list does not."""
        if event.type() == QtCore.QEvent.MouseButtonPress:
            self._d.pressed = True
        elif event.type() == QtCore.QEvent.MouseButtonRelease:
            index = QtWidgets.QComboBox.view(self).indexAt(event.position().toPoint())
            if self._d.pressed and index.isValid():
                self._toggle(index)
            self._d.pressed = False
            return True
        return False

    def _toggle(self, index):
        checked = self.checkState(index) == QtCore.Qt.Checked
        self.setCheckState(index, QtCore.Qt.Unchecked if checked else QtCore.Qt.Checked)

    def _told(self):
        QtWidgets.QWidget.update(self)
        self.checkedIndexesChanged.emit()

    def checkState(self, index):
        return QtCore.Qt.CheckState(QtWidgets.QComboBox.model(self).data(index, QtCore.Qt.CheckStateRole) or 0)

    def setCheckState(self, index, state):
        QtWidgets.QComboBox.model(self).setData(index, QtCore.Qt.CheckState(state), QtCore.Qt.CheckStateRole)

    def checkedIndexes(self):
        model = QtWidgets.QComboBox.model(self)
        indexes = [model.index(row, 0) for row in range(model.rowCount())]
        return [index for index in indexes if self.checkState(index) == QtCore.Qt.Checked]

    def allChecked(self):
        return len(self.checkedIndexes()) == QtWidgets.QComboBox.count(self)

    def noneChecked(self):
        return not self.checkedIndexes()

    def checkableModel(self):
        return QtWidgets.QComboBox.model(self)

    def paintEvent(self, event):
        """The checked entries stand in the closed box."""
        option = QtWidgets.QStyleOptionComboBox()
        QtWidgets.QComboBox.initStyleOption(self, option)
        names = [str(checkedIndex.data()) for checkedIndex in self.checkedIndexes()]
        option.currentText = "All" if names and self.allChecked() else ", ".join(names) or "None"
        painter = QtWidgets.QStylePainter(self)
        painter.drawComplexControl(QtWidgets.QStyle.CC_ComboBox, option)
        painter.drawControl(QtWidgets.QStyle.CE_ComboBoxLabel, option)


class ctkFittedTextBrowser(strict(QtWidgets.QTextBrowser)):
    """A text that is as high as it needs to be."""

    CPP = True

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace()
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarAlwaysOff)
        QtWidgets.QTextBrowser.document(self).contentsChanged.connect(lambda: self.updateGeometry())

    def sizeHint(self):
        document = QtWidgets.QTextBrowser.document(self)
        margins = QtWidgets.QWidget.contentsMargins(self)
        return QtCore.QSize(200, round(document.size().height()) + margins.top() + margins.bottom())

    minimumSizeHint = sizeHint

    def resizeEvent(self, event):
        QtWidgets.QTextBrowser.resizeEvent(self, event)
        self.updateGeometry()


class ctkMessageBox(strict(QtWidgets.QMessageBox)):
    """A box that may be told not to come up again, for which nobody here asks."""

    CPP = True


WIDGETS = {name: value for name, value in vars().items() if name.startswith("ctk")}
"""Each widget that there is a stand-in for, by name."""


def ctk_module() -> types.ModuleType:
    """A new module ``ctk``."""
    module = types.ModuleType("ctk")
    vars(module).update(WIDGETS)
    return module
