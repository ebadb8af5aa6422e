"""Sliders of floating-point values."""

from types import SimpleNamespace

from PySide6 import QtCore, QtGui, QtWidgets

from desk.pythonqt.semantics import strict

_HANDLE = 7


def _argument_orientation(orientation, parent):
    """CTK's sliders take an orientation, a parent, or both."""
    if isinstance(orientation, QtWidgets.QWidget):
        return QtCore.Qt.Horizontal, orientation
    return orientation or QtCore.Qt.Horizontal, parent


class ctkDoubleSlider(strict(QtWidgets.QWidget)):
    """A slider whose value is a floating-point number."""

    CPP = True
    valueChanged = QtCore.Signal(float)
    sliderMoved = QtCore.Signal(float)
    sliderPressed = QtCore.Signal()
    sliderReleased = QtCore.Signal()
    rangeChanged = QtCore.Signal(float, float)

    def __init__(self, orientation=None, parent=None):
        orientation, parent = _argument_orientation(orientation, parent)
        super().__init__(parent)
        slider = QtWidgets.QSlider(orientation)
        self._d = SimpleNamespace(slider=slider, minimum=0.0, maximum=99.0, step=1.0, value=0.0, busy=False)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(slider)
        slider.valueChanged.connect(self._moved)
        slider.sliderPressed.connect(self.sliderPressed.emit)
        slider.sliderReleased.connect(self.sliderReleased.emit)
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
        self.sliderMoved.emit(self._d.value)

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
        self.rangeChanged.emit(self._d.minimum, self._d.maximum)

    def setMinimum(self, minimum):
        self.setRange(minimum, max(minimum, self._d.maximum))

    def setMaximum(self, maximum):
        self.setRange(min(self._d.minimum, maximum), maximum)

    def setSingleStep(self, step):
        if step > 0:
            self._d.step = float(step)
            self._fit()

    def setTracking(self, tracking):
        self._d.slider.setTracking(tracking)

    value = QtCore.Property(float, lambda self: self._d.value, setValue)
    minimum = QtCore.Property(float, lambda self: self._d.minimum, setMinimum)
    maximum = QtCore.Property(float, lambda self: self._d.maximum, setMaximum)
    singleStep = QtCore.Property(float, lambda self: self._d.step, setSingleStep)
    tracking = QtCore.Property(bool, lambda self: self._d.slider.hasTracking(), setTracking)


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
        QtWidgets.QWidget.setFocusProxy(self, box)

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

    def setPrefix(self, prefix):
        self._d.box.setPrefix(prefix)

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
    prefix = QtCore.Property(str, lambda self: self._d.box.prefix(), setPrefix)
    tracking = QtCore.Property(bool, lambda self: self._d.tracking, setTracking)
    spinBoxVisible = QtCore.Property(bool, lambda self: not self._d.box.isHidden(), setSpinBoxVisible)


class _RangeBar(QtWidgets.QWidget):
    """A bar with two handles.

    Parameters
    ----------
    state : namespace with minimum, maximum, low, high
    changed : callable(float, float)
        Hears of what the user wants.
    """

    def __init__(self, state, changed):
        super().__init__()
        self._state, self._changed, self._held = state, changed, None
        self.setMinimumSize(60, 2 * _HANDLE + 4)
        self.setSizePolicy(QtWidgets.QSizePolicy.Expanding, QtWidgets.QSizePolicy.Fixed)

    def _x(self, value):
        span = (self._state.maximum - self._state.minimum) or 1.0
        return _HANDLE + (value - self._state.minimum) / span * (self.width() - 2 * _HANDLE)

    def _value(self, x):
        part = (x - _HANDLE) / max(1, self.width() - 2 * _HANDLE)
        return self._state.minimum + min(max(part, 0.0), 1.0) * (self._state.maximum - self._state.minimum)

    def mousePressEvent(self, event):
        x = event.position().x()
        self._held = "low" if abs(x - self._x(self._state.low)) <= abs(x - self._x(self._state.high)) else "high"
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event):
        value = self._value(event.position().x())
        if self._held == "low":
            self._changed(min(value, self._state.high), self._state.high)
        elif self._held == "high":
            self._changed(self._state.low, max(value, self._state.low))

    def mouseReleaseEvent(self, event):
        self._held = None

    def paintEvent(self, event):
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.Antialiasing)
        palette, middle = self.palette(), self.height() / 2
        painter.setPen(QtCore.Qt.NoPen)
        painter.setBrush(palette.color(QtGui.QPalette.Mid))
        painter.drawRoundedRect(QtCore.QRectF(_HANDLE, middle - 2, self.width() - 2 * _HANDLE, 4), 2, 2)
        low, high = self._x(self._state.low), self._x(self._state.high)
        painter.setBrush(palette.color(QtGui.QPalette.Highlight))
        painter.drawRect(QtCore.QRectF(low, middle - 2, high - low, 4))
        painter.setPen(palette.color(QtGui.QPalette.Dark))
        painter.setBrush(palette.color(QtGui.QPalette.Button))
        for x in (low, high):
            painter.drawEllipse(QtCore.QPointF(x, middle), _HANDLE - 1, _HANDLE - 1)


class ctkRangeWidget(strict(QtWidgets.QWidget)):
    """Two floating-point values within a range: a bar with two handles between two spin boxes."""

    CPP = True
    valuesChanged = QtCore.Signal(float, float)
    minimumValueChanged = QtCore.Signal(float)
    maximumValueChanged = QtCore.Signal(float)
    rangeChanged = QtCore.Signal(float, float)

    def __init__(self, parent=None):
        super().__init__(parent)
        state = SimpleNamespace(minimum=0.0, maximum=99.0, low=0.0, high=99.0)
        boxes = QtWidgets.QDoubleSpinBox(), QtWidgets.QDoubleSpinBox()
        bar = _RangeBar(state, self.setValues)
        self._d = SimpleNamespace(state=state, boxes=boxes, bar=bar)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for one, stretch in ((boxes[0], 0), (bar, 1), (boxes[1], 0)):
            layout.addWidget(one, stretch)
        for box in boxes:
            box.setKeyboardTracking(False)
            box.valueChanged.connect(lambda _: self.setValues(boxes[0].value(), boxes[1].value()))
        self._show()

    def _show(self):
        state = self._d.state
        for box, value in zip(self._d.boxes, (state.low, state.high), strict=True):
            box.blockSignals(True)
            box.setRange(state.minimum, state.maximum)
            box.setValue(value)
            box.blockSignals(False)
        self._d.bar.update()

    def setValues(self, low, high):
        state = self._d.state
        low, high = sorted(min(max(float(one), state.minimum), state.maximum) for one in (low, high))
        before = state.low, state.high
        state.low, state.high = low, high
        self._show()
        if low != before[0]:
            self.minimumValueChanged.emit(low)
        if high != before[1]:
            self.maximumValueChanged.emit(high)
        if (low, high) != before:
            self.valuesChanged.emit(low, high)

    def setRange(self, minimum, maximum):
        self._d.state.minimum, self._d.state.maximum = float(minimum), max(float(minimum), float(maximum))
        self.setValues(self._d.state.low, self._d.state.high)
        self.rangeChanged.emit(self._d.state.minimum, self._d.state.maximum)

    def setMinimum(self, minimum):
        self.setRange(minimum, self._d.state.maximum)

    def setMaximum(self, maximum):
        self.setRange(self._d.state.minimum, maximum)

    def setMinimumValue(self, value):
        self.setValues(value, max(value, self._d.state.high))

    def setMaximumValue(self, value):
        self.setValues(min(value, self._d.state.low), value)

    def setSingleStep(self, step):
        for box in self._d.boxes:
            box.setSingleStep(step)

    def setDecimals(self, decimals):
        for box in self._d.boxes:
            box.setDecimals(decimals)

    def setSuffix(self, suffix):
        for box in self._d.boxes:
            box.setSuffix(suffix)

    minimum = QtCore.Property(float, lambda self: self._d.state.minimum, setMinimum)
    maximum = QtCore.Property(float, lambda self: self._d.state.maximum, setMaximum)
    minimumValue = QtCore.Property(float, lambda self: self._d.state.low, setMinimumValue)
    maximumValue = QtCore.Property(float, lambda self: self._d.state.high, setMaximumValue)
    singleStep = QtCore.Property(float, lambda self: self._d.boxes[0].singleStep(), setSingleStep)
    decimals = QtCore.Property(int, lambda self: self._d.boxes[0].decimals(), setDecimals)
    suffix = QtCore.Property(str, lambda self: self._d.boxes[0].suffix(), setSuffix)
