"""The tools for the views: layout, crosshair, links, window and level, foreground; and what is under the mouse."""

import slicer
import vtk
from discgrader.imaging.recognize import plane_of
from discgrader.imaging.study import Plane
from discgrader.mrml.volumes import display_range, volume_from_node
from PySide6 import QtCore, QtGui, QtWidgets

from desk.observers import Observers
from desk.theme import icon

_Layout = slicer.vtkMRMLLayoutNode
_LAYOUTS = (
    ("Sagittal, axial and 3D", "reading", _Layout.SlicerLayoutConventionalView, "Ctrl+1"),
    ("Four views", "four", _Layout.SlicerLayoutFourUpView, "Ctrl+2"),
    ("Sagittal and axial", "two", _Layout.SlicerLayoutSideBySideView, "Ctrl+3"),
    ("Sagittal alone", "one", _Layout.SlicerLayoutOneUpYellowSliceView, "Ctrl+4"),
    ("Axial alone", "one", _Layout.SlicerLayoutOneUpRedSliceView, "Ctrl+5"),
    ("3D alone", "one", _Layout.SlicerLayoutOneUp3DView, "Ctrl+6"),
)
_PLANE_OF_VIEW = {"Yellow": Plane.SAGITTAL, "Red": Plane.AXIAL, "Green": Plane.CORONAL}


class ViewTools:
    """Fills a tool bar and a menu, and keeps them up with the scene.

    Parameters
    ----------
    host : Host
    layout : qSlicerLayoutManager
    theme : Theme
    """

    def __init__(self, host, layout, theme):
        self._host, self._layout, self._theme = host, layout, theme
        self.observers = Observers()
        self.opacity = self._link = self._crosshair = self._adjust = None
        self._busy = False

    def fill(self, bar, menu):
        group = QtGui.QActionGroup(bar)
        for text, name, layout, keys in _LAYOUTS:
            action = self._action(bar, text, name, keys, checkable=True)
            action.setData(layout)
            action.setChecked(self._layout.layout == layout)
            action.triggered.connect(lambda _=False, layout=layout: self._layout.setLayout(layout))
            group.addAction(action)
            menu.addAction(action)
            if layout in (_LAYOUTS[0][2], _LAYOUTS[1][2], _LAYOUTS[2][2]):
                bar.addAction(action)
        self._layout.layoutChanged.connect(lambda layout: self._mark(group, layout))
        bar.addSeparator()
        menu.addSeparator()
        self._crosshair = self._action(bar, "Crosshair", "crosshair", "C", checkable=True)
        self._crosshair.toggled.connect(self._set_crosshair)
        self._link = self._action(bar, "Link views", "link", "L", checkable=True)
        self._link.setChecked(True)
        self._link.toggled.connect(self._set_link)
        fit = self._action(bar, "Fit all views", "fit", "F")
        fit.triggered.connect(lambda: self._layout.resetSliceViews())
        self._adjust = self._action(bar, "Adjust window and level", "contrast", checkable=True)
        self._adjust.setToolTip("Adjust window and level: drag with the left button across and up in a slice")
        self._adjust.toggled.connect(self._set_adjusting)
        contrast = self._action(bar, "Reset window and level", "reload", "W")
        contrast.triggered.connect(lambda: self.reset_contrast())
        for action in (self._crosshair, self._link, fit, self._adjust, contrast):
            bar.addAction(action)
            menu.addAction(action)
        bar.addSeparator()
        self._fill_opacity(bar)
        for logic in self._host.slices.values():
            self.observers.add(logic.GetSliceCompositeNode(), "ModifiedEvent", lambda *_: self._show())
        crosshair = self._crosshair_node()
        self.observers.add(crosshair, "ModifiedEvent", lambda *_: self._show())
        mouse = self._interaction_node()
        self.observers.add(mouse, mouse.InteractionModeChangedEvent, lambda *_: self._show())
        self._show()

    def show_volumes(self, nodes):
        """Give each view the first volume of its own plane, else the first of all, and fit it."""
        if not nodes:
            self._layout.resetThreeDViews()
            return
        planes = {node: plane_of(volume_from_node(node)) for node in nodes}
        for name, logic in self._host.slices.items():
            fitting = [node for node in nodes if planes[node] == _PLANE_OF_VIEW[name]]
            volume = min(fitting or nodes, key=lambda node: _preference(node.GetName()))
            logic.GetSliceCompositeNode().SetBackgroundVolumeID(volume.GetID())
            logic.GetSliceNode().SetOrientation(_PLANE_OF_VIEW[name].value.capitalize())
            self._layout.sliceWidget(name).fitSliceToBackground()
        self._center(nodes)

    def reset_contrast(self):
        """Give every volume in a view the window and level that it was opened with."""
        for logic in self._host.slices.values():
            volume = self._host.scene.GetNodeByID(logic.GetSliceCompositeNode().GetBackgroundVolumeID() or "")
            if volume is not None and volume.GetDisplayNode() is not None:
                low, high = display_range(slicer.util.arrayFromVolume(volume))
                volume.GetDisplayNode().SetAutoWindowLevel(False)
                volume.GetDisplayNode().SetWindowLevelMinMax(low, high)

    def close(self):
        self.observers.clear()

    def _center(self, nodes):
        """Put every slice through the middle of the first volume, or of its own where that shows nothing there."""
        bounds = [0.0] * 6
        nodes[0].GetRASBounds(bounds)
        for logic in self._host.slices.values():
            own = [0.0] * 6
            logic.GetBackgroundLayer().GetVolumeNode().GetRASBounds(own)
            center = _middle(bounds)
            if not all(own[2 * axis] <= center[axis] <= own[2 * axis + 1] for axis in range(3)):
                center = _middle(own)
            logic.GetSliceNode().JumpSliceByOffsetting(*center)
            logic.SnapSliceOffsetToIJK()
        self._layout.threeDWidget(0).threeDView().lookAt(bounds)

    def _action(self, parent, text, name, keys="", checkable=False):
        action = QtGui.QAction(icon(name, self._theme.text), text, parent)
        action.setCheckable(checkable)
        if keys.startswith("Ctrl"):
            action.setShortcut(QtGui.QKeySequence(keys))
        action.setToolTip(f"{text} ({keys})" if keys.startswith("Ctrl") else text)
        return action

    def _fill_opacity(self, bar):
        label = QtWidgets.QLabel()
        label.setPixmap(icon("layers", self._theme.text).pixmap(18, 18))
        label.setContentsMargins(4, 0, 2, 0)
        self.opacity = _QuietSlider(QtCore.Qt.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setFixedWidth(120)
        for widget in (label, self.opacity):
            widget.setToolTip("How much of the foreground is seen over the picture")
        self.opacity.valueChanged.connect(self._set_opacity)
        bar.addWidget(label)
        bar.addWidget(self.opacity)

    def _interaction_node(self):
        """What the left button of the mouse does in views."""
        return self._host.application.GetInteractionNode()

    def _set_adjusting(self, wanted):
        if not self._busy:
            node = self._interaction_node()
            node.SetCurrentInteractionMode(node.AdjustWindowLevel if wanted else node.ViewTransform)

    def _crosshair_node(self):
        return self._host.scene.GetFirstNodeByClass("vtkMRMLCrosshairNode")

    def _mark(self, group, layout):
        for action in group.actions():
            action.setChecked(action.data() == layout)

    def _show(self):
        first = self._host.slices["Yellow"].GetSliceCompositeNode()
        self._busy = True
        self.opacity.setValue(round(100 * first.GetForegroundOpacity()))
        self.opacity.setEnabled(bool(first.GetForegroundVolumeID()))
        self._link.setChecked(bool(first.GetLinkedControl()))
        mouse = self._interaction_node()
        self._adjust.setChecked(mouse.GetCurrentInteractionMode() == mouse.AdjustWindowLevel)
        self._crosshair.setChecked(self._crosshair_node().GetCrosshairMode() != slicer.vtkMRMLCrosshairNode.NoCrosshair)
        self._busy = False

    def _set_opacity(self, value):
        if not self._busy:
            for logic in self._host.slices.values():
                logic.GetSliceCompositeNode().SetForegroundOpacity(value / 100)

    def _set_link(self, linked):
        if not self._busy:
            for logic in self._host.slices.values():
                logic.GetSliceCompositeNode().SetLinkedControl(linked)
                logic.GetSliceCompositeNode().SetHotLinkedControl(linked)

    def _set_crosshair(self, shown):
        if not self._busy:
            node = slicer.vtkMRMLCrosshairNode
            self._crosshair_node().SetCrosshairMode(node.ShowBasic if shown else node.NoCrosshair)


class _QuietSlider(QtWidgets.QSlider):
    """A slider that is moved by hand and key, not by the wheel in passing."""

    def wheelEvent(self, event):
        event.ignore()


def _middle(bounds) -> list[float]:
    return [(bounds[2 * axis] + bounds[2 * axis + 1]) / 2 for axis in range(3)]


def _preference(name: str) -> int:
    """T2 before anything else, as readers of discs look at it first."""
    return 0 if "t2" in name.lower() else 1


class Probe:
    """A label that says where the mouse is in the patient, and what the background volume has there.

    Parameters
    ----------
    host : Host
    """

    def __init__(self, host):
        self._scene = host.scene
        self.label = QtWidgets.QLabel()
        self.observers = Observers()
        crosshair = host.scene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        self.observers.add(crosshair, crosshair.CursorPositionModifiedEvent, lambda caller, _: self._show(caller))

    def close(self):
        self.observers.clear()

    def _show(self, crosshair):
        ras = [0.0, 0.0, 0.0]
        inside = crosshair.GetCursorPositionRAS(ras)
        view = crosshair.GetCursorPositionXYZ([0.0, 0.0, 0.0]) if inside else None
        if view is None:
            self.label.setText("")
            return
        place = "  ".join(
            f"{plus if value >= 0 else minus} {abs(value):.1f}"
            for value, (plus, minus) in zip(ras, (("R", "L"), ("A", "P"), ("S", "I")), strict=True)
        )
        self.label.setText(f"{place} mm   {self._intensity(view, ras)}".rstrip())

    def _intensity(self, view, ras) -> str:
        composite = next(
            (composite for composite in self._composites() if composite.GetLayoutName() == view.GetLayoutName()), None
        )
        volume = self._scene.GetNodeByID(composite.GetBackgroundVolumeID() or "") if composite is not None else None
        if volume is None or volume.GetImageData() is None:
            return ""
        matrix = vtk.vtkMatrix4x4()
        volume.GetRASToIJKMatrix(matrix)
        index = [round(value) for value in matrix.MultiplyPoint((*ras, 1.0))[:3]]
        image = volume.GetImageData()
        if not all(0 <= one < size for one, size in zip(index, image.GetDimensions(), strict=True)):
            return volume.GetName()
        value = image.GetScalarComponentAsDouble(*index, 0)
        return f"{volume.GetName()} ({', '.join(map(str, index))}) = {value:g}"

    def _composites(self):
        count = self._scene.GetNumberOfNodesByClass("vtkMRMLSliceCompositeNode")
        return [self._scene.GetNthNodeByClass(number, "vtkMRMLSliceCompositeNode") for number in range(count)]
