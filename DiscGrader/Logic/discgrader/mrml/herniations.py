"""Herniations as closed curves on the axial slice that they were graded on."""

from collections.abc import Sequence

import numpy as np
import vtk

from discgrader.grading.herniation_box import evidence_box
from discgrader.grading.results import Grade
from discgrader.grading.systems import scale_of
from discgrader.imaging.volume import lps_to_ras
from discgrader.localize.disc import RoiBox

CURVE = "vtkMRMLMarkupsClosedCurveNode"


def boxed_grade(grades: Sequence[Grade]) -> Grade | None:
    """The grade that says where a herniation is; None where there is none."""
    return next((one for one in grades if evidence_box(one.evidence) is not None), None)


def herniation_name(level: str, grades: Sequence[Grade]) -> str:
    """What a disc's herniation is called, by the grades of what found it, such as ``L4-L5 herniation 2B``."""
    boxed = boxed_grade(grades)
    labels = [grade.label for grade in grades if boxed is not None and grade.system == boxed.system]
    return f"{level} herniation {''.join(labels)}"


def curve_to_node(scene, grade: Grade, name: str, node=None):
    """A curve around the box that a grade's evidence holds, in the grade's color; ``node`` is changed where given."""
    if node is None:
        node = scene.AddNewNodeByClass(CURVE, name)
        node.CreateDefaultDisplayNodes()
        node.SetCurveTypeToLinear()
        node.SetLocked(True)
        display = node.GetDisplayNode()
        display.SetPointLabelsVisibility(False)
        display.SetPropertiesLabelVisibility(True)
        display.UseGlyphScaleOn()
        display.SetGlyphScale(0.4)
    points = vtk.vtkPoints()
    for corner in rectangle(evidence_box(grade.evidence)):
        points.InsertNextPoint(*(float(one) for one in lps_to_ras(corner)))
    changing = node.StartModify()
    node.SetName(name)
    node.SetControlPointPositionsWorld(points)
    color = scale_of(grade.system, grade.task).grade(grade.grade).rgb
    node.GetDisplayNode().SetSelectedColor(*color)
    node.GetDisplayNode().SetColor(*color)
    node.EndModify(changing)
    return node


def rectangle(box: RoiBox) -> np.ndarray:
    """The corners of a box's middle plane across and along, LPS mm, shape (4, 3), in the order of a walk around it."""
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return box.center_lps_mm + (signs * box.size_mm[:2] / 2) @ box.axes_lps[:, :2].T
