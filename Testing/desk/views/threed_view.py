"""The scene in three dimensions, drawn by Slicer's own displayable managers."""

import slicer
import vtk

from desk.observers import Observers
from desk.views.vtk_widget import VtkWidget

_MANAGERS = (
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


class ThreeDView(VtkWidget):
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

    def displayableManagerByClassName(self, name):
        return self._d.view.managers.GetDisplayableManagerByClassName(name)

    def interactorStyle(self):
        return self._d.view.style

    interactorObserver = interactorStyle

    def cameraNode(self):
        return self.displayableManagerByClassName("vtkMRMLCameraDisplayableManager").GetCameraNode()

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

    def close_window(self):
        self._d.view.close()
        super().close_window()


class _ThreeD:
    """What a `ThreeDView` holds of Slicer."""

    def __init__(self, view, logic, application):
        self.logic = logic
        self._renderer = vtk.vtkRenderer()
        view.renderWindow().AddRenderer(self._renderer)
        factory = slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance()
        factory.SetMRMLApplicationLogic(application)
        for name in _MANAGERS:
            if not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        self.managers = slicer.vtkMRMLDisplayableManagerGroup()
        self.managers.Initialize(factory, self._renderer)
        self.style = slicer.vtkMRMLThreeDViewInteractorStyle()
        self.style.SetDisplayableManagers(self.managers)
        view.interactor().SetInteractorStyle(vtk.vtkInteractorStyle3D())
        self.style.SetInteractor(view.interactor())
        self.managers.SetMRMLDisplayableNode(logic.GetViewNode())
        self._observers = Observers()
        self._observers.add(self.managers, "UpdateEvent", lambda *_: view.scheduleRender())

    def reset(self, camera, bounds=None):
        self._renderer.ResetCamera(*([] if bounds is None else [bounds]))
        if camera is not None:
            camera.ResetClippingRange()

    def close(self):
        """Let go of the scene, in the order in which VTK wants it."""
        self._observers.clear()
        # The style holds on to the managers until it goes: SetDisplayableManagers(None) writes where it must not.
        self.style.SetInteractor(None)
        self.managers.SetMRMLDisplayableNode(None)
        # The managers keep the scene until they go themselves.
        self.style = self.managers = self.logic = None
