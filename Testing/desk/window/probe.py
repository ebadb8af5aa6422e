"""What is under the mouse: place, voxel and intensity."""

import vtk
from PySide6 import QtWidgets

from desk.observers import Observers


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
        composite = next((one for one in self._composites() if one.GetLayoutName() == view.GetLayoutName()), None)
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
