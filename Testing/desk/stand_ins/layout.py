"""The layout manager, and slice and 3D views with their bars."""

from types import SimpleNamespace

import slicer
from PySide6 import QtCore, QtWidgets

from desk.observers import Observers
from desk.stand_ins.qt_objects import strict
from desk.stand_ins.views import SliceView, ThreeDView

_Layout = slicer.vtkMRMLLayoutNode

ARRANGEMENTS = {
    _Layout.SlicerLayoutConventionalView: ("Yellow", "Red", "1"),
    _Layout.SlicerLayoutFourUpView: ("Yellow", "Red", "Green", "1"),
    _Layout.SlicerLayoutSideBySideView: ("Yellow", "Red"),
    _Layout.SlicerLayoutOneUpRedSliceView: ("Red",),
    _Layout.SlicerLayoutOneUpYellowSliceView: ("Yellow",),
    _Layout.SlicerLayoutOneUpGreenSliceView: ("Green",),
    _Layout.SlicerLayoutOneUp3DView: ("1",),
}
"""The views that each of Slicer's layouts shows here; of Slicer's many, those that a reader of spines needs."""


class qSlicerLayoutManager(strict(QtCore.QObject)):
    """Makes the views and shows those that the layout node asks for.

    Parameters
    ----------
    host : Host
    """

    CPP = True
    layoutChanged = QtCore.Signal(int)

    def __init__(self, host, parent=None):
        super().__init__(parent)
        slices = {name: qMRMLSliceWidget(logic, host.application) for name, logic in host.slices.items()}
        threed = qMRMLThreeDWidget(host.threed, host.application)
        left, right = QtWidgets.QSplitter(QtCore.Qt.Vertical), QtWidgets.QSplitter(QtCore.Qt.Vertical)
        area = QtWidgets.QSplitter(QtCore.Qt.Horizontal)
        for splitter, widgets in (
            (left, (slices["Yellow"], slices["Green"])),
            (right, (slices["Red"], threed)),
            (area, (left, right)),
        ):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(4)
            for widget in widgets:
                splitter.addWidget(widget)
            splitter.setSizes([1000, 1000])
        area.setSizes([1200, 1000])
        self._d = SimpleNamespace(
            host=host,
            slices=slices,
            threed=threed,
            area=area,
            columns=(left, right),
            observers=Observers(),
            layout=None,
        )
        self._d.observers.add(host.layout, "ModifiedEvent", lambda *_: self._arrange())
        # The layout node of a scene that was opened says what that scene was last looked at with.
        self._d.observers.add(host.scene, host.scene.EndImportEvent, lambda *_: self._arrange())
        # Closing a scene resets the node, and leaves the views where they are.
        self._d.observers.add(host.scene, host.scene.EndCloseEvent, lambda *_: self.setLayout(self._d.layout))
        if host.layout.GetViewArrangement() not in ARRANGEMENTS:
            host.layout.SetViewArrangement(_Layout.SlicerLayoutConventionalView)
        self._arrange()

    def viewport(self):
        """The widget that holds all views."""
        return self._d.area

    def views(self):
        """The picture of each view that is shown."""
        widgets = [slice_.sliceView() for slice_ in self._d.slices.values()] + [self._d.threed.threeDView()]
        return [widget for widget in widgets if widget.visible]

    def sliceViewNames(self):
        return tuple(self._d.slices)

    def sliceWidget(self, name):
        return self._d.slices.get(name)

    def threeDWidget(self, index):
        return self._d.threed if index == 0 else None

    def setLayout(self, layout):
        self._d.host.layout.SetViewArrangement(layout)

    def resetSliceViews(self):
        for widget in self._d.slices.values():
            widget.fitSliceToBackground()

    def resetThreeDViews(self):
        self._d.threed.threeDView().resetFocalPoint()

    def _arrange(self):
        layout = self._d.host.layout.GetViewArrangement()
        if layout not in ARRANGEMENTS or layout == self._d.layout:
            return
        self._d.layout = layout
        shown = ARRANGEMENTS[layout]
        for name, widget in {**self._d.slices, "1": self._d.threed}.items():
            widget.setVisible(name in shown)
        left, right = self._d.columns
        left.setVisible(bool({"Yellow", "Green"} & set(shown)))
        right.setVisible(bool({"Red", "1"} & set(shown)))
        self.layoutChanged.emit(layout)

    layout = QtCore.Property(int, lambda self: self._d.layout, setLayout)
    threeDViewCount = QtCore.Property(int, lambda self: 1)

    def close_views(self):
        """Let go of the scene."""
        self._d.observers.clear()
        for widget in (*self._d.slices.values(), self._d.threed):
            widget.close_view()


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
        name = _name(node.GetLayoutName()[:1], COLORS.get(node.GetLayoutName(), "#8a8f98"))
        orientation = QtWidgets.QLabel()
        slider = QtWidgets.QSlider(QtCore.Qt.Horizontal)
        offset = QtWidgets.QLabel()
        offset.setMinimumWidth(offset.fontMetrics().horizontalAdvance("R 000.0 mm"))
        offset.setAlignment(QtCore.Qt.AlignRight | QtCore.Qt.AlignVCenter)
        fit = _button("Fit", "Show the whole picture", self.fitSliceToBackground)
        slider.setToolTip("Move the slice")
        self._d = SimpleNamespace(
            logic=logic, orientation=orientation, slider=slider, offset=offset, observers=Observers(),
            low=0.0, step=1.0, busy=False,
        )  # fmt: skip
        layout = _bar_layout(self, name)
        for widget, stretch in ((orientation, 0), (slider, 1), (offset, 0), (fit, 0)):
            layout.addWidget(widget, stretch)
        slider.valueChanged.connect(self._move)
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
        _under_bar(self, bar, view)

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

    def fitSliceToBackground(self):
        self._d.bar.fitSliceToBackground()

    def close_view(self):
        """Let go of the scene."""
        self._d.bar.close_controller()
        self._d.view.close_window()


_AXES = (("L", "Left", "left"), ("A", "Anterior", "front"), ("S", "Superior", "top"))


class qMRMLThreeDViewControllerWidget(strict(QtWidgets.QWidget)):
    """The bar above a 3D view: its name, and where to look from."""

    CPP = True

    def __init__(self, view, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace()
        layout = _bar_layout(self, _name(view.mrmlViewNode().GetLayoutLabel() or "1", "#749bd6"))
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
        _under_bar(self, bar, view)

    def threeDView(self):
        return self._d.view

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


def _name(text, color):
    label = QtWidgets.QLabel(text)
    label.setAlignment(QtCore.Qt.AlignCenter)
    label.setFixedSize(24, 20)
    label.setStyleSheet(f"background: {color}; color: #1b1d21; font-weight: bold; border-radius: 3px;")
    return label


def _bar_layout(bar, name):
    layout = QtWidgets.QHBoxLayout(bar)
    layout.setContentsMargins(4, 2, 4, 2)
    layout.setSpacing(8)
    layout.addWidget(name)
    return layout


def _under_bar(widget, bar, view):
    layout = QtWidgets.QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(bar)
    layout.addWidget(view, 1)
