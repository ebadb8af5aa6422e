"""Arranges the views."""

from types import SimpleNamespace

import slicer
from PySide6 import QtCore, QtWidgets

from desk.observers import Observers
from desk.pythonqt.semantics import strict
from desk.qmrml.slice_widget import qMRMLSliceWidget
from desk.qmrml.threed_widget import qMRMLThreeDWidget

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
        if host.layout.GetViewArrangement() not in ARRANGEMENTS:
            host.layout.SetViewArrangement(_Layout.SlicerLayoutConventionalView)
        self._arrange()

    def viewport(self):
        """The widget that holds all views."""
        return self._d.area

    def views(self):
        """The picture of each view that is shown."""
        widgets = [one.sliceView() for one in self._d.slices.values()] + [self._d.threed.threeDView()]
        return [one for one in widgets if one.visible]

    def sliceViewNames(self):
        return tuple(self._d.slices)

    def sliceWidget(self, name):
        return self._d.slices.get(name)

    def threeDWidget(self, index):
        return self._d.threed if index == 0 else None

    def mrmlSliceLogics(self):
        return self._d.host.application.GetSliceLogics()

    def layoutLogic(self):
        return SimpleNamespace(GetLayoutNode=lambda: self._d.host.layout)

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
    tableViewCount = QtCore.Property(int, lambda self: 0)
    plotViewCount = QtCore.Property(int, lambda self: 0)

    def close_views(self):
        """Let go of the scene."""
        self._d.observers.clear()
        for widget in (*self._d.slices.values(), self._d.threed):
            widget.close_view()
