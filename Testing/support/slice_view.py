"""Off-screen slice views, drawn by Slicer's own displayable managers, for tests that look at scenes.

Needs slicer-core and a software OpenGL (Debian: libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri libx11-6).
"""

import os
from pathlib import Path

import numpy as np
import slicer
import vtk
from discgrader.mrml.headless import HeadlessScene
from vtk.util import numpy_support

_MANAGERS = (
    "vtkMRMLVolumeGlyphSliceDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager2D",
    "vtkMRMLMarkupsDisplayableManager",
    "vtkMRMLCrosshairDisplayableManager",
    "vtkMRMLRulerDisplayableManager",
    "vtkMRMLOrientationMarkerDisplayableManager",
)


# Without a screen VTK would try an X server first, and say so.
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")


class SliceView:
    """One slice view of a scene.

    Parameters
    ----------
    host : HeadlessScene
    name, orientation : str
        Such as ``Yellow`` and ``Sagittal``.
    size : (int, int)
        Width and height in pixels.
    """

    def __init__(self, host: HeadlessScene, name: str, orientation: str, size: tuple[int, int] = (600, 700)):
        # The picture and what lies over it need renderers of their own; in one, a filled box would hide the picture.
        picture, overlay = vtk.vtkRenderer(), vtk.vtkRenderer()
        overlay.SetLayer(1)
        self.window = vtk.vtkRenderWindow()
        self.window.SetOffScreenRendering(True)
        self.window.SetSize(*size)
        self.window.SetNumberOfLayers(2)
        self.window.SetAlphaBitPlanes(True)
        for renderer in (picture, overlay):
            renderer.GetActiveCamera().ParallelProjectionOn()
            self.window.AddRenderer(renderer)
        self._interactor = vtk.vtkRenderWindowInteractor()
        self._interactor.SetRenderWindow(self.window)
        self.logic = host.slice_logic(name, orientation)
        self._managers = self._displayable_managers(host, overlay)
        self._mapper = vtk.vtkImageMapper()
        self._mapper.SetColorWindow(255)
        self._mapper.SetColorLevel(127.5)
        self._mapper.SetInputConnection(self.logic.GetImageDataConnection())
        actor = vtk.vtkActor2D()
        actor.SetMapper(self._mapper)
        actor.GetProperty().SetDisplayLocationToBackground()
        picture.AddViewProp(actor)
        self._size = size

    def _displayable_managers(self, host: HeadlessScene, renderer):
        factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
        factory.SetMRMLApplicationLogic(host.application)
        for manager in _MANAGERS:
            if not factory.IsDisplayableManagerRegistered(manager):
                factory.RegisterDisplayableManager(manager)
        group = slicer.vtkMRMLDisplayableManagerGroup()
        group.Initialize(factory, renderer)
        group.SetMRMLDisplayableNode(self.logic.GetSliceNode())
        return group

    def fit(self) -> None:
        """Make the background volume fill the view."""
        self.logic.ResizeSliceNode(*self._size)
        self.logic.FitSliceToBackground()

    def pixels(self) -> np.ndarray:
        """What the view shows, RGB, top row first, uint8, shape (height, width, 3)."""
        self._mapper.SetInputConnection(self.logic.GetImageDataConnection())
        self.window.Render()
        grab = vtk.vtkWindowToImageFilter()
        grab.SetInput(self.window)
        grab.ReadFrontBufferOff()
        grab.Update()
        image = grab.GetOutput()
        width, height, _ = image.GetDimensions()
        values = numpy_support.vtk_to_numpy(image.GetPointData().GetScalars())
        return values.reshape(height, width, -1)[::-1, :, :3].copy()

    def save(self, path: Path) -> np.ndarray:
        """Write the view as PNG; its pixels."""
        from PIL import Image

        pixels = self.pixels()
        Image.fromarray(pixels).save(path)
        return pixels

    def pixel_of(self, ras: np.ndarray) -> tuple[int, int]:
        """Column and row of a point in RAS mm."""
        to_xy = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Invert(self.logic.GetSliceNode().GetXYToRAS(), to_xy)
        x, y, _, _ = to_xy.MultiplyPoint((*ras, 1.0))
        return round(x), self._size[1] - 1 - round(y)

    def close(self) -> None:
        """Let go of the scene and the window, in the order in which VTK wants it."""
        self._managers.SetMRMLDisplayableNode(None)
        self._managers.SetRenderer(None)
        self.window.Finalize()
