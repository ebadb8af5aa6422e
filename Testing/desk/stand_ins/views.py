"""Slices and the scene in three dimensions, drawn by Slicer's own displayable managers."""

import slicer
import vtk
from PySide6 import QtCore, QtGui, QtWidgets

from desk.observers import Observers
from desk.stand_ins.vtk_widget import VtkWidget

_LETTERS = (("R", "L"), ("A", "P"), ("S", "I"))


class ManagedView(VtkWidget):
    """A view whose picture Slicer's displayable managers draw; ``_d.view`` is the `_Managed` of it."""

    CPP = True

    def close_window(self):
        self._d.view.close()
        super().close_window()


class _Managed:
    """What a view holds of Slicer.

    Parameters
    ----------
    view : ManagedView
    logic : vtkMRMLSliceLogic or vtkMRMLViewLogic
    node : vtkMRMLSliceNode or vtkMRMLViewNode
    application : vtkMRMLApplicationLogic
    renderer : vtkRenderer
        What the managers draw with.
    """

    FACTORY: type
    """The factory of the managers of such views."""
    MANAGERS: tuple[str, ...]
    STYLE: type
    INTERACTOR_STYLE: type

    def __init__(self, view, logic, node, application, renderer):
        self.logic = logic
        factory = self.FACTORY.GetInstance()
        factory.SetMRMLApplicationLogic(application)
        for name in self.MANAGERS:
            if not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        self.managers = slicer.vtkMRMLDisplayableManagerGroup()
        self.managers.Initialize(factory, renderer)
        self.managers.SetMRMLDisplayableNode(node)
        self._style = self.STYLE()
        self._style.SetDisplayableManagers(self.managers)
        view.interactor().SetInteractorStyle(self.INTERACTOR_STYLE())
        self._style.SetInteractor(view.interactor())
        self._observers = Observers()
        self._observers.add(self.managers, "UpdateEvent", lambda *_: view.scheduleRender())

    def close(self):
        """Let go of the scene, in the order in which VTK wants it."""
        self._observers.clear()
        # The style holds on to the managers until it goes: SetDisplayableManagers(None) writes where it must not.
        self._style.SetInteractor(None)
        self.managers.SetMRMLDisplayableNode(None)
        # The managers keep the scene until they go themselves.
        self._style = self.managers = self.logic = None


class SliceView(ManagedView):
    """The picture of one slice.

    Parameters
    ----------
    logic : vtkMRMLSliceLogic
        With its slice node.
    application : vtkMRMLApplicationLogic
    """

    CPP = True

    def __init__(self, logic, application, parent=None):
        super().__init__(parent)
        self._d.view = _Slice(self, logic, application)
        self.resized.connect(lambda width, height: logic.ResizeSliceNode(width, height))

    def mrmlSliceNode(self):
        return self._d.view.logic.GetSliceNode()

    def paint_over(self, painter):
        self._d.view.annotate(painter, QtWidgets.QWidget.rect(self))


class _Slice(_Managed):
    """What a `SliceView` holds of Slicer."""

    FACTORY = slicer.vtkMRMLSliceViewDisplayableManagerFactory
    MANAGERS = (
        "vtkMRMLVolumeGlyphSliceDisplayableManager",
        "vtkMRMLModelSliceDisplayableManager",
        "vtkMRMLSegmentationsDisplayableManager2D",
        "vtkMRMLMarkupsDisplayableManager",
        "vtkMRMLCrosshairDisplayableManager",
        "vtkMRMLOrientationMarkerDisplayableManager",
        "vtkMRMLRulerDisplayableManager",
        "vtkMRMLScalarBarDisplayableManager",
        "vtkMRMLColorLegendDisplayableManager",
    )
    STYLE = slicer.vtkMRMLSliceViewInteractorStyle
    INTERACTOR_STYLE = vtk.vtkInteractorStyleUser

    def __init__(self, view, logic, application):
        window = view.renderWindow()
        # The picture and what lies over it need renderers of their own; in one, a filled box would hide the picture.
        self._picture, overlay = vtk.vtkRenderer(), vtk.vtkRenderer()
        overlay.SetLayer(1)
        window.SetNumberOfLayers(2)
        window.SetAlphaBitPlanes(True)
        for renderer in (self._picture, overlay):
            renderer.GetActiveCamera().ParallelProjectionOn()
            window.AddRenderer(renderer)
        self._mapper = vtk.vtkImageMapper()
        self._mapper.SetColorWindow(255)
        self._mapper.SetColorLevel(127.5)
        self._actor = vtk.vtkActor2D()
        self._actor.SetMapper(self._mapper)
        self._actor.GetProperty().SetDisplayLocationToBackground()
        super().__init__(view, logic, logic.GetSliceNode(), application, overlay)
        self._style.SetSliceLogic(logic)
        self._view = view
        self._observers.add(logic, "ModifiedEvent", lambda *_: self._changed())
        # Managers take in an imported scene when they draw next, but cut its segmentations when the slice changes.
        self._cut = True
        self._observers.add(logic.GetMRMLScene(), slicer.vtkMRMLScene.EndImportEvent, lambda *_: self._imported())
        view.rendered.connect(self._rendered)
        self._changed()

    def _changed(self):
        connection = self.logic.GetImageDataConnection()
        self._mapper.SetInputConnection(connection)
        if connection is not None and not self._picture.HasViewProp(self._actor):
            self._picture.AddViewProp(self._actor)
        elif connection is None:
            self._picture.RemoveViewProp(self._actor)
        self._view.scheduleRender()

    def _imported(self):
        self._cut = False
        self._view.scheduleRender()

    def _rendered(self):
        if not self._cut and self.logic is not None:
            self._cut = True
            self.logic.GetSliceNode().Modified()

    def annotate(self, painter, rect):
        """Write which way is which, and what is shown."""
        if self.logic is None:
            return
        composite, scene = self.logic.GetSliceCompositeNode(), self.logic.GetMRMLScene()
        if composite is None or scene is None:
            return
        names = [
            node.GetName()
            for node in map(
                scene.GetNodeByID, filter(None, (composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID()))
            )
            if node is not None
        ]
        if not names:
            return
        painter.setRenderHint(QtGui.QPainter.TextAntialiasing)
        for letter, flag in self._directions():
            _write(painter, rect, flag, letter, bold=True)
        # As Slicer's Data Probe writes it.
        first = f"B: {names[0]}" if composite.GetBackgroundVolumeID() else f"F: {names[0]}"
        _write(painter, rect, QtCore.Qt.AlignLeft | QtCore.Qt.AlignTop, first)
        if len(names) > 1:
            below = rect.adjusted(0, 17, 0, 0)
            opacity = composite.GetForegroundOpacity()
            _write(painter, below, QtCore.Qt.AlignLeft | QtCore.Qt.AlignTop, f"F: {names[1]} ({int(100 * opacity)}%)")

    def _directions(self):
        """The letter at each edge of the view, and where it stands."""
        to_ras = self.logic.GetSliceNode().GetSliceToRAS()
        for column, plus, minus in (
            (0, QtCore.Qt.AlignRight | QtCore.Qt.AlignVCenter, QtCore.Qt.AlignLeft | QtCore.Qt.AlignVCenter),
            (1, QtCore.Qt.AlignHCenter | QtCore.Qt.AlignTop, QtCore.Qt.AlignHCenter | QtCore.Qt.AlignBottom),
        ):
            axis = [to_ras.GetElement(row, column) for row in range(3)]
            largest = max(range(3), key=lambda row: abs(axis[row]))
            letters = _LETTERS[largest] if axis[largest] > 0 else _LETTERS[largest][::-1]
            yield letters[0], plus
            yield letters[1], minus

    def close(self):
        managers = self.managers
        super().close()
        managers.SetRenderer(None)
        self._mapper.SetInputConnection(None)


def _write(painter, rect, where, text, bold=False):
    font = QtGui.QFont(painter.font())
    font.setPointSizeF(9.5)
    font.setBold(bold)
    painter.setFont(font)
    rect = rect.adjusted(8, 6, -8, -6)
    if not bold:
        # The letter at the top edge stands in the middle.
        text = painter.fontMetrics().elidedText(text, QtCore.Qt.ElideMiddle, max(40, rect.width() // 2 - 16))
    painter.setPen(QtGui.QColor(0, 0, 0, 200))
    painter.drawText(rect.translated(1, 1), where, text)
    painter.setPen(QtGui.QColor(230, 232, 235))
    painter.drawText(rect, where, text)


class ThreeDView(ManagedView):
    """The picture of the scene from one camera.

    Parameters
    ----------
    logic : vtkMRMLViewLogic
        With its view node.
    application : vtkMRMLApplicationLogic
    """

    CPP = True

    def __init__(self, logic, application, parent=None):
        super().__init__(parent)
        self._d.view = _ThreeD(self, logic, application)

    def mrmlViewNode(self):
        return self._d.view.logic.GetViewNode()

    def cameraNode(self):
        return self._d.view.managers.GetDisplayableManagerByClassName("vtkMRMLCameraDisplayableManager").GetCameraNode()

    def resetFocalPoint(self):
        """Look at the middle of what is there."""
        self._d.view.reset(self.cameraNode())
        self.scheduleRender()

    def lookFromAxis(self, axis):
        """Look from the left, right, front, back, top or bottom, as ``ctkAxesWidget`` counts them."""
        self.cameraNode().RotateTo(axis)
        self.resetFocalPoint()

    def lookAt(self, bounds):
        """Look from the left at what lies within bounds in RAS mm, as a reader of spines does."""
        self.cameraNode().RotateTo(slicer.vtkMRMLCameraNode.Left)
        self._d.view.reset(self.cameraNode(), bounds)
        self.scheduleRender()


class _ThreeD(_Managed):
    """What a `ThreeDView` holds of Slicer."""

    FACTORY = slicer.vtkMRMLThreeDViewDisplayableManagerFactory
    MANAGERS = (
        "vtkMRMLVolumeRenderingDisplayableManager",
        "vtkMRMLCameraDisplayableManager",
        "vtkMRMLViewDisplayableManager",
        "vtkMRMLModelDisplayableManager",
        "vtkMRMLThreeDReformatDisplayableManager",
        "vtkMRMLCrosshairDisplayableManager3D",
        "vtkMRMLOrientationMarkerDisplayableManager",
        "vtkMRMLRulerDisplayableManager",
        "vtkMRMLSegmentationsDisplayableManager3D",
        "vtkMRMLMarkupsDisplayableManager",
    )
    STYLE = slicer.vtkMRMLThreeDViewInteractorStyle
    INTERACTOR_STYLE = vtk.vtkInteractorStyle3D

    def __init__(self, view, logic, application):
        self._renderer = vtk.vtkRenderer()
        view.renderWindow().AddRenderer(self._renderer)
        super().__init__(view, logic, logic.GetViewNode(), application, self._renderer)

    def reset(self, camera, bounds=None):
        self._renderer.ResetCamera(*([] if bounds is None else [bounds]))
        if camera is not None:
            camera.ResetClippingRange()
