"""The axial views turned into a disc's plane, and back."""

import json

import numpy as np

from discgrader.mrml.nodes import attribute, matrix_from_vtk, set_attributes


def turn_axial(scene, roi) -> None:
    """Turn the axial slice views into the plane of a box, through its middle; back as they were where it is None.

    The middle of the view stays over what it was over, as seen along the box's normal. What a view was like before is
    kept with it, in the scene.

    Parameters
    ----------
    scene : vtkMRMLScene
    roi : vtkMRMLMarkupsROINode or None
    """
    for view in (scene.GetNthNodeByClass(n, "vtkMRMLSliceNode") for n in range(scene.GetNumberOfNodesByClass("vtkMRMLSliceNode"))):
        before = attribute(view, "BeforeTurn")
        if roi is None:
            if before is not None:
                _turn_back(view, json.loads(before))
        elif before is not None or view.GetOrientation() == "Axial":
            if before is None:
                matrix = matrix_from_vtk(view.GetSliceToRAS())
                set_attributes(view, BeforeTurn=json.dumps({"matrix": matrix.tolist(), "box": roi.GetID()}))
            _turn(view, roi, json.loads(attribute(view, "BeforeTurn")))


def is_turned(view) -> bool:
    """Whether a slice view was turned into a disc's plane."""
    return attribute(view, "BeforeTurn") is not None


def _turn(view, roi, before: dict) -> None:
    box = matrix_from_vtk(roi.GetObjectToWorldMatrix())
    left, back, up = (box[:3, column] / np.linalg.norm(box[:3, column]) for column in range(3))
    first = np.array(before["matrix"])
    # From the view's own middle at the height of the disc, along the disc's normal into the disc's plane.
    middle = first[:3, 3] + first[:3, 2] * ((box[:3, 3] - first[:3, 3]) @ first[:3, 2])
    middle = middle + up * ((box[:3, 3] - middle) @ up)
    matrix = np.eye(4)
    matrix[:3, :3] = np.column_stack([left, -back, up])
    matrix[:3, 3] = middle
    _set(view, matrix)
    if before.get("now") != roi.GetID():
        set_attributes(view, BeforeTurn=json.dumps({**before, "now": roi.GetID()}))


def _turn_back(view, before: dict) -> None:
    """As it was; where another disc was looked at meanwhile, at that disc."""
    _set(view, np.array(before["matrix"]))
    set_attributes(view, BeforeTurn=None)
    roi = view.GetScene().GetNodeByID(before["now"]) if before.get("now", before["box"]) != before["box"] else None
    if roi is not None:
        center = [0.0, 0.0, 0.0]
        roi.GetCenterWorld(center)
        view.JumpSliceByOffsetting(*center)


def _set(view, matrix: np.ndarray) -> None:
    changing = view.StartModify()
    for row in range(4):
        for column in range(4):
            view.GetSliceToRAS().SetElement(row, column, float(matrix[row, column]))
    view.UpdateMatrices()
    view.EndModify(changing)
