"""A MRML scene of its own, for writing and reading scenes where Slicer is not running."""

from dataclasses import dataclass
from typing import Any

import slicer
import vtk

_LOGICS = {
    "Markups": "vtkSlicerMarkupsLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Texts": "vtkSlicerTextsLogic",
    "Volumes": "vtkSlicerVolumesLogic",
}

SLICE_VIEWS = (("Red", "Axial"), ("Yellow", "Sagittal"), ("Green", "Coronal"))
"""Slicer's slice views and the orientation that each starts with."""


@dataclass(frozen=True, eq=False)
class HeadlessScene:
    """A scene and the logics without which its nodes are not registered; keep it as long as the scene is used.

    Parameters
    ----------
    scene : vtkMRMLScene
    application : vtkSlicerApplicationLogic
    logics : dict of str to vtkSlicerModuleLogic
        By module name, such as ``Volumes``.
    """

    scene: Any
    application: Any
    logics: dict[str, Any]

    def slice_logic(self, name: str, orientation: str):
        """A new slice logic with its slice node and slice composite node, as the view ``name`` has in Slicer."""
        logic = slicer.vtkMRMLSliceLogic()
        logic.SetMRMLApplicationLogic(self.application)
        self.application.GetSliceLogics().AddItem(logic)
        logic.SetMRMLScene(self.scene)
        logic.AddSliceNode(name).SetOrientation(orientation)
        return logic


def headless_scene() -> HeadlessScene:
    """A new, empty scene with every node type that results need and the built-in color tables."""
    scene = slicer.vtkMRMLScene()
    application = slicer.vtkSlicerApplicationLogic()
    application.SetMRMLScene(scene)
    application.SetSliceLogics(vtk.vtkCollection())
    application.SetViewLogics(vtk.vtkCollection())
    logics = {}
    for name, class_name in _LOGICS.items():
        logic = getattr(slicer, class_name)()
        logic.SetMRMLApplicationLogic(application)
        logic.SetMRMLScene(scene)
        application.SetModuleLogic(name, logic)
        logics[name] = logic
    # The color and terminology logics of the modules look for files that only the Slicer application has.
    application.GetColorLogic().SetMRMLScene(scene)
    application.GetColorLogic().AddDefaultColorNodes()
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    return HeadlessScene(scene, application, logics)
