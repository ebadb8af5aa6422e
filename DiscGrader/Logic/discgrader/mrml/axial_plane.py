"""The axial views: turned into the plane of an axial slice, or into a disc's plane and back."""

import json

import numpy as np

from discgrader.mrml.nodes import attribute, matrix_from_vtk, set_attributes

AXIAL_RAS = np.diag([-1.0, 1.0, 1.0])
"""Axes of an axial view as columns: towards the patient's left, the front and the head."""

_PLANES = ("SAG", "COR", "AX")


def plane_of_view(view) -> str:
    """The anatomical plane that a slice view is nearest to: ``SAG``, ``COR`` or ``AX``."""
    return _PLANES[int(np.abs(matrix_from_vtk(view.GetSliceToRAS())[:3, 2]).argmax())]


def lay_into(view, roi, place_ras_mm: np.ndarray, axes_ras: np.ndarray, middle_ras_mm: np.ndarray) -> None:
    """Lay a slice view into a plane; where it is turned into a disc's plane, this is where it is turned back to.

    Parameters
    ----------
    view : vtkMRMLSliceNode
    roi : vtkMRMLMarkupsROINode
        Of the disc that is shown.
    place_ras_mm : ndarray, shape (3,)
        A point of the plane.
    axes_ras : ndarray, shape (3, 3)
        The view's axes as columns.
    middle_ras_mm : ndarray, shape (3,)
        What the middle of the view lies over, as seen along the plane's normal.
    """
    up = axes_ras[:, 2]
    matrix = np.eye(4)
    matrix[:3, :3] = axes_ras
    matrix[:3, 3] = middle_ras_mm + up * ((place_ras_mm - middle_ras_mm) @ up)
    if is_turned(view):
        set_attributes(view, BeforeTurn=json.dumps({"matrix": matrix.tolist(), "box": roi.GetID()}))
    else:
        _set(view, matrix)


def matrix_of(view) -> np.ndarray:
    """SliceToRAS of a view as it is, or was before it was turned into a disc's plane."""
    before = attribute(view, "BeforeTurn")
    return matrix_from_vtk(view.GetSliceToRAS()) if before is None else np.array(json.loads(before)["matrix"])


def turn_axial(scene, roi) -> None:
    """Turn the axial slice views into the plane of a box, through its middle; back as they were where it is None.

    The middle of the view stays over what it was over, as seen along the box's normal. What a view was like before is
    kept with it, in the scene.

    Parameters
    ----------
    scene : vtkMRMLScene
    roi : vtkMRMLMarkupsROINode or None
    """
    for view in (
        scene.GetNthNodeByClass(n, "vtkMRMLSliceNode") for n in range(scene.GetNumberOfNodesByClass("vtkMRMLSliceNode"))
    ):
        before = attribute(view, "BeforeTurn")
        if roi is None:
            if before is not None:
                _turn_back(view, json.loads(before))
        elif before is not None or plane_of_view(view) == "AX":
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
