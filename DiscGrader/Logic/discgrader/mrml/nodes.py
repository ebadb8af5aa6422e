"""MRML nodes of DiscGrader's: how they are marked and found again; boxes, curves, tables and texts as nodes and back.

Here and in `discgrader.mrml.volumes`, and only there, LPS becomes RAS."""

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import numpy as np
import vtk

from discgrader.errors import UsageError
from discgrader.grading.herniation_box import evidence_box
from discgrader.grading.results import Grade
from discgrader.grading.systems import scale_of
from discgrader.imaging.volume import LPS_TO_RAS, lps_to_ras
from discgrader.localize.box import RoiBox

Node = Any
"""A MRML node: what VTK wraps has no types."""

Color = tuple[float, float, float]
"""Red, green and blue, 0 to 1."""

Value = TypeVar("Value")

ATTRIBUTE = "DiscGrader."
"""Prefix of the node attributes by which DiscGrader's nodes are found again in a scene."""

MADE = "by DiscGrader"
"""Value of the attribute that tells DiscGrader's own nodes from the user's."""

READING = "reading"
"""Kind of the text node that keeps the reading of a study."""

_CLASSES = {
    "roi": "vtkMRMLMarkupsROINode",
    "segmentation": "vtkMRMLSegmentationNode",
    "herniation": "vtkMRMLMarkupsClosedCurveNode",
    "series": "vtkMRMLScalarVolumeNode",
    "saliency": "vtkMRMLScalarVolumeNode",
    "table": "vtkMRMLTableNode",
    "provenance": "vtkMRMLTextNode",
    READING: "vtkMRMLTextNode",
}
"""Classes of the nodes of each kind; looking among these only is faster."""


def set_attributes(node, **values: str | None) -> None:
    """Mark a node as DiscGrader's: ``Study="x"`` sets the attribute ``DiscGrader.Study``, None takes it away."""
    changing = node.StartModify()
    for name, value in values.items():
        if value is None:
            node.RemoveAttribute(ATTRIBUTE + name)
        elif attribute(node, name) != value:
            node.SetAttribute(ATTRIBUTE + name, value)
    node.EndModify(changing)


def attribute(node, name: str) -> str | None:
    """What `set_attributes` set, None where it did not."""
    return node.GetAttribute(ATTRIBUTE + name)


def clear_attributes(node) -> None:
    """Take back all that `set_attributes` set."""
    for name in node.GetAttributeNames():
        if name.startswith(ATTRIBUTE):
            node.RemoveAttribute(name)


def number_of(node) -> int | None:
    """The number, in its reading, of the disc that a box, a map or a curve is of; None where it bears none."""
    text = attribute(node, "Number")
    return int(text) if text else None


def nodes_of_class(scene, class_name: str) -> list:
    """All nodes of a class and of those made of it."""
    return [scene.GetNthNodeByClass(n, class_name) for n in range(scene.GetNumberOfNodesByClass(class_name))]


def study_nodes(scene, study: str, kind: str | None = None) -> list:
    """DiscGrader's nodes of a study: of one kind (``series``, ``roi``, ``saliency``, …), or all."""
    class_name = None if kind is None else _CLASSES.get(kind)
    if class_name is not None:
        nodes = nodes_of_class(scene, class_name)
    else:
        nodes = [scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes())]
    mine = [node for node in nodes if attribute(node, "Study") == study]
    return mine if kind is None else [node for node in mine if attribute(node, "Kind") == kind]


def to_end(steps: Generator[object, None, Value]) -> Value:
    """Do all steps at once; what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def quietly(steps: Generator[None, None, Value], quiet: AbstractContextManager) -> Generator[None, None, Value]:
    """Do steps, each within a context that is left between them."""
    while True:
        with quiet:
            try:
                next(steps)
            except StopIteration as end:
                return end.value
        yield


def json_list(texts: Iterable[str]) -> str:
    """Texts as the value of one attribute."""
    return json.dumps(list(texts), ensure_ascii=False)


def matrix_to_vtk(matrix: np.ndarray) -> vtk.vtkMatrix4x4:
    """A 4 × 4 array as VTK's matrix."""
    result = vtk.vtkMatrix4x4()
    result.DeepCopy(np.asarray(matrix, float).ravel())
    return result


def matrix_from_vtk(matrix: vtk.vtkMatrix4x4) -> np.ndarray:
    """VTK's matrix as a 4 × 4 array."""
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def roi_to_node(scene, box: RoiBox, name: str, color: Color, node=None):
    """An ROI node with the box's place, axes and size, named and colored; ``node`` is changed instead where given."""
    if node is None:
        node = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", name)
    node.CreateDefaultDisplayNodes()
    if attribute(node, "Kind") is None:
        style_roi(node)
    node.SetName(name)
    move_roi(node, box)
    color_roi(node, color)
    return node


def move_roi(node, box: RoiBox) -> None:
    """Put an ROI node where a box is in the world, whatever linear transform the node lies under."""
    matrix = np.eye(4)
    matrix[:3, :3] = lps_to_ras(box.axes_lps.T).T
    matrix[:3, 3] = lps_to_ras(box.center_lps_mm)
    size = np.array(box.size_mm, float)
    transform = node.GetParentTransformNode()
    if transform is not None and transform.IsTransformToWorldLinear():
        from_world = vtk.vtkMatrix4x4()
        transform.GetMatrixTransformFromWorld(from_world)
        matrix = matrix_from_vtk(from_world) @ matrix
        scale = np.linalg.norm(matrix[:3, :3], axis=0)
        matrix[:3, :3] /= scale
        size = size * scale
    changing = node.StartModify()
    node.SetSize(*(float(length) for length in size))
    node.SetAndObserveObjectToNodeMatrix(matrix_to_vtk(matrix))
    node.EndModify(changing)


def color_roi(node, color: Color) -> None:
    """Give a box its color."""
    display = node.GetDisplayNode()
    display.SetSelectedColor(*color)
    display.SetColor(*color)


def style_roi(node) -> None:
    """Give a box the look that all boxes share."""
    display = node.GetDisplayNode()
    # Disc and cord are read by their signal, so nothing may tint them: boxes are outlines.
    display.SetFillOpacity(0.0)
    display.SetOutlineOpacity(1.0)
    display.SetTextScale(2.8)
    display.UseGlyphScaleOn()
    display.SetGlyphScale(0.6)
    display.SetPropertiesLabelVisibility(True)
    display.SetPointLabelsVisibility(False)
    # The handles of nine boxes would hide the spine; whoever edits a box turns on its own.
    display.SetHandlesInteractive(False)


def roi_from_node(node) -> RoiBox:
    """The box of an ROI node in the world, in LPS, linear parent transforms included (Slicer keeps it right-angled).

    Raises
    ------
    UsageError
        When the box has no extent, or lies under a transform that bends.
    """
    transform = node.GetParentTransformNode()
    if transform is not None and not transform.IsTransformToWorldLinear():
        raise UsageError(f"The box {node.GetName()} is under a nonlinear transform; harden the transform first.")
    matrix = LPS_TO_RAS @ matrix_from_vtk(node.GetObjectToWorldMatrix())
    scale = np.linalg.norm(matrix[:3, :3], axis=0)
    size = np.array(node.GetSize()) * scale
    if not np.all(size > 0):
        raise UsageError(f"The box {node.GetName()} has zero size; draw it again or find the discs again.")
    return RoiBox.drawn(matrix[:3, 3], matrix[:3, :3] / scale, size)


_KINDS = {int: vtk.vtkIntArray, float: vtk.vtkDoubleArray, str: vtk.vtkStringArray}


def table_to_node(scene, columns: Sequence[str], rows: Sequence[Mapping[str, object]], name: str, node=None):
    """A table node with these columns, in this order; ``node`` is filled anew where there is one.

    A column whose every cell is an int or a float is numeric; any other is text, in which a missing cell is empty.
    """
    if node is None:
        node = scene.AddNewNodeByClass("vtkMRMLTableNode", name)
    changing = node.StartModify()
    node.RemoveAllColumns()
    for column in columns:
        cells = [row.get(column) for row in rows]
        kind = _kind(cells)
        array = _KINDS[kind]()
        array.SetName(column)
        for cell in cells:
            array.InsertNextValue(kind("" if cell is None else cell))
        node.AddColumn(array)
    node.EndModify(changing)
    return node


def fill_table(
    node, columns: Sequence[str], rows: Sequence[Mapping[str, object]], before: Sequence[Mapping[str, object]] = ()
) -> None:
    """Have a table node hold these rows; where it has the same columns and as many rows, only cells that differ change.

    Rows that are the very ones that it was filled with ``before`` are not looked at.
    """
    table = node.GetTable()
    names = tuple(table.GetColumnName(number) for number in range(table.GetNumberOfColumns()))
    if names != tuple(columns) or table.GetNumberOfRows() != len(rows):
        table_to_node(None, columns, rows, node.GetName(), node)
        return
    changing = node.StartModify()
    for number, row in enumerate(rows):
        if number < len(before) and row is before[number]:
            continue
        for place, column in enumerate(columns):
            cell = row.get(column)
            text = "" if cell is None else cell if isinstance(cell, str) else repr(cell)
            if node.GetCellText(number, place) != text:
                node.SetCellText(number, place, text)
    node.EndModify(changing)


def _kind(cells: Sequence[object]) -> type:
    if cells and all(isinstance(cell, int) for cell in cells):
        return int
    if cells and all(isinstance(cell, float) for cell in cells):
        return float
    return str


def rows_from_node(node) -> list[dict[str, str]]:
    """The rows of a table node, all cells as text."""
    table = node.GetTable()
    names = [table.GetColumnName(number) for number in range(table.GetNumberOfColumns())]
    return [
        {name: table.GetValueByName(row, name).ToString() for name in names} for row in range(table.GetNumberOfRows())
    ]


def text_to_node(scene, text: str, name: str):
    """A text node that is saved as a file of its own, UTF-8."""
    node = scene.AddNewNodeByClass("vtkMRMLTextNode", name)
    node.SetEncoding(node.UTF8 if hasattr(node, "UTF8") else 106)
    node.SetText(text)
    node.SetForceCreateStorageNode(node.CreateStorageNodeAlways)
    return node


CURVE = "vtkMRMLMarkupsClosedCurveNode"


def boxed_grade(grades: Sequence[Grade]) -> Grade | None:
    """The grade that says where a herniation is; None where there is none."""
    return next((grade for grade in grades if evidence_box(grade.evidence) is not None), None)


def herniation_name(level: str, grades: Sequence[Grade]) -> str:
    """What a herniation is called, by the grades of the system that found it, such as ``L4-L5 herniation 2B``."""
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
        # Its name would lie over the box's label; what it is of stands in the table.
        display.SetPropertiesLabelVisibility(False)
        display.UseGlyphScaleOn()
        display.SetGlyphScale(0.4)
    points = vtk.vtkPoints()
    box = evidence_box(grade.evidence)
    for corner in () if box is None else rectangle(box):
        points.InsertNextPoint(*(float(coordinate) for coordinate in lps_to_ras(corner)))
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
