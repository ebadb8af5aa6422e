"""What the slice views show and how: the series, a saliency map over it, the place of a disc; axial views turned into
a plane and back."""

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import numpy as np
import slicer

from discgrader.errors import UsageError
from discgrader.grading.systems import find_task, leading_task
from discgrader.mrml.nodes import ATTRIBUTE, attribute, matrix_from_vtk, nodes_of_class, set_attributes
from discgrader.mrml.saliency import LOWER_THRESHOLD

SALIENCY_OPACITY = 0.5

FAINT, FULL = 0.35, 1.0
"""Opacity of the outlines of boxes beside the one that is shown, and of the shown one's."""

_USERS_FOREGROUND = ATTRIBUTE + "Foreground"
"""Role of the reference to what the user had as foreground before saliency took its place."""


def show_layers(scene, background, foreground=None, opacity: float = SALIENCY_OPACITY) -> None:
    """Show a volume node in every slice view, with another over it; no foreground where that is None."""
    for view in nodes_of_class(scene, "vtkMRMLSliceCompositeNode"):
        view.SetBackgroundVolumeID(background.GetID())
        view.SetForegroundVolumeID(foreground.GetID() if foreground is not None else None)
        view.SetForegroundOpacity(opacity if foreground is not None else 0.0)


def show_series(scene, series, own: Collection, axial=None, sagittal=None) -> list:
    """Show a volume node in every slice view but those that show a series of the same study in another plane.

    Parameters
    ----------
    scene : vtkMRMLScene
    series : vtkMRMLScalarVolumeNode
    own : collection of vtkMRMLScalarVolumeNode
        All series of the study.
    axial : vtkMRMLScalarVolumeNode, optional
        What axial views show instead, whatever they showed before.
    sagittal : vtkMRMLScalarVolumeNode, optional
        What sagittal views show that show no sagittal series yet, where ``series`` is none.

    Returns
    -------
    list of vtkMRMLSliceCompositeNode
        The views that showed nothing before.
    """
    kept = {node.GetID() for node in own if plane_of_series(node) != plane_of_series(series)}
    of_plane = {node.GetID() for node in own if plane_of_series(node) == "SAG"}
    empty = []
    for view in nodes_of_class(scene, "vtkMRMLSliceCompositeNode"):
        before, slices = view.GetBackgroundVolumeID(), slice_node(scene, view)
        if before is None or scene.GetNodeByID(before) is None:
            empty.append(view)
        plane = None if slices is None else plane_of_view(slices)
        if axial is not None and plane == "AX":
            wanted = axial
        elif sagittal is not None and plane == "SAG":
            wanted = series if plane_of_series(series) == "SAG" else None if before in of_plane else sagittal
        else:
            wanted = None if before in kept else series
        if wanted is not None and before != wanted.GetID():
            view.SetBackgroundVolumeID(wanted.GetID())
    return empty


def fit_view(composite) -> None:
    """Fit the field of view of a slice view of the window, given by its composite node, to its background."""
    logics = slicer.app.applicationLogic().GetSliceLogics()
    for number in range(0 if logics is None else logics.GetNumberOfItems()):
        if logics.GetItemAsObject(number).GetSliceCompositeNode() is composite:
            logics.GetItemAsObject(number).FitSliceToBackground()


def slice_node(scene, view):
    """The slice node of a view's composite node; None where there is none."""
    name = view.GetLayoutName()
    return next((node for node in nodes_of_class(scene, "vtkMRMLSliceNode") if node.GetLayoutName() == name), None)


def show_saliency(scene, saliency, opacity: float, threshold: float, only_where_shown: bool = False) -> None:
    """Show a saliency map as foreground of every slice view.

    Where it is None none is shown, and what the user had as foreground before comes back.

    Parameters
    ----------
    scene : vtkMRMLScene
    saliency : vtkMRMLScalarVolumeNode or None
    opacity, threshold : float
        0–1; saliency below the threshold is not shown.
    only_where_shown : bool
        Whether views in which the user has put something else in its place meanwhile are left alone.
    """
    if saliency is not None:
        set_threshold(saliency, threshold)
    for view in nodes_of_class(scene, "vtkMRMLSliceCompositeNode"):
        before = view.GetForegroundVolumeID()
        node = None if before is None else scene.GetNodeByID(before)
        noted = attribute(view, "ForegroundOpacity") is not None
        ours = (node is None and noted) or (node is not None and attribute(node, "Kind") == "saliency")
        if only_where_shown and not ours:
            continue
        if saliency is not None:
            if not ours:
                view.SetNodeReferenceID(_USERS_FOREGROUND, before)
                set_attributes(view, ForegroundOpacity=repr(view.GetForegroundOpacity()))
            view.SetForegroundVolumeID(saliency.GetID())
            view.SetForegroundOpacity(opacity)
        elif ours:
            view.SetForegroundVolumeID(view.GetNodeReferenceID(_USERS_FOREGROUND))
            view.SetForegroundOpacity(float(attribute(view, "ForegroundOpacity") or 0.0))
            view.SetNodeReferenceID(_USERS_FOREGROUND, None)
            set_attributes(view, ForegroundOpacity=None)


def set_threshold(saliency, threshold: float) -> None:
    """Have saliency below this, 0–1, not be shown."""
    display = saliency.GetDisplayNode()
    if display.GetLowerThreshold() != threshold:
        display.SetThreshold(threshold, 1.0)


def jump_to(scene, roi) -> None:
    """Move every slice view to the middle of a box."""
    center = [0.0, 0.0, 0.0]
    roi.GetCenterWorld(center)
    for view in nodes_of_class(scene, "vtkMRMLSliceNode"):
        view.JumpSliceByOffsetting(*center)


def highlight(scene, roi) -> None:
    """Draw one box in full color and with its handles, the others faintly; all in full color where ``roi`` is None.

    A hidden box has no handles that a hand could take by accident.
    """
    for node in nodes_of_class(scene, "vtkMRMLMarkupsROINode"):
        if attribute(node, "Level") is None:
            continue
        display = node.GetDisplayNode()
        display.SetOutlineOpacity(FULL if roi is None or node is roi else FAINT)
        display.SetHandlesInteractive(node is roi and bool(display.GetVisibility()))


def plane_of_series(node) -> str:
    """The plane of a series, ``SAG``, ``COR`` or ``AX``, by its role; those of sagittal series say none."""
    first, _, rest = (attribute(node, "Role") or "").partition("_")
    return first if rest and first in ("AX", "COR") else "SAG"


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
    for view in nodes_of_class(scene, "vtkMRMLSliceNode"):
        before = attribute(view, "BeforeTurn")
        if roi is None:
            if before is not None:
                _turn_back(view, json.loads(before))
        elif before is not None or plane_of_view(view) == "AX":
            if before is None:
                matrix = matrix_from_vtk(view.GetSliceToRAS())
                before = json.dumps({"matrix": matrix.tolist(), "box": roi.GetID()})
                set_attributes(view, BeforeTurn=before)
            _turn(view, roi, json.loads(before))


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


@dataclass(frozen=True)
class ViewSettings:
    """How the views show grades.

    Parameters
    ----------
    saliency : bool
        Whether the saliency of the shown grade lies over the picture.
    opacity, threshold : float
        Of saliency, 0–1; what is below the threshold is not shown.
    labels : bool
        Whether level and grade stand beside each disc.
    boxes, outlines : bool
        Whether the boxes of discs and herniations are drawn, and the segmentation.
    clean : bool
        Whether nothing of all this lies over the picture for now, whatever the others say.
    label_system, label_task : str
        Whose grade that is; both empty for the level alone.
    large_labels : bool
        Whether letters are as large as the back row of a room needs them.

    Raises
    ------
    UsageError
        When a number is outside 0–1, or there is no such task.
    """

    saliency: bool = True
    opacity: float = SALIENCY_OPACITY
    threshold: float = LOWER_THRESHOLD
    labels: bool = True
    boxes: bool = True
    outlines: bool = True
    clean: bool = False
    label_system: str = field(default_factory=lambda: leading_task()[0])
    label_task: str = field(default_factory=lambda: leading_task()[1])
    large_labels: bool = False

    def __post_init__(self) -> None:
        for name, value in (("opacity", self.opacity), ("threshold", self.threshold)):
            if not 0.0 <= value <= 1.0:
                raise UsageError(f"The {name} of saliency is between 0 and 1, not {value:g}.")
        if self.label_system or self.label_task:
            find_task(self.label_system, self.label_task)

    @property
    def shows_saliency(self) -> bool:
        """Whether saliency is to be seen."""
        return self.saliency and not self.clean

    @property
    def shows_labels(self) -> bool:
        """Whether labels are to be seen."""
        return self.labels and not self.clean

    @property
    def shows_boxes(self) -> bool:
        """Whether boxes are to be seen."""
        return self.boxes and not self.clean

    @property
    def shows_outlines(self) -> bool:
        """Whether the segmentation is to be seen."""
        return self.outlines and not self.clean


class KeptSettings:
    """The view settings of a scene, on a node that is saved with it.

    Parameters
    ----------
    node : callable() -> vtkMRMLNode
        The module's node in the scene.
    """

    def __init__(self, node: Callable[[], object]) -> None:
        self._node = node

    @property
    def now(self) -> ViewSettings:
        """As they are; what a scene says that makes no sense is left aside."""
        try:
            kept = json.loads(attribute(self._node(), "Views") or "{}")
            known = {setting.name for setting in fields(ViewSettings)}
            return ViewSettings(**{name: value for name, value in kept.items() if name in known})
        except (ValueError, TypeError, AttributeError, UsageError):
            return ViewSettings()

    def change(self, **values: Any) -> ViewSettings:
        """Change some; what is None stays."""
        new = replace(self.now, **{name: value for name, value in values.items() if value is not None})
        set_attributes(self._node(), Views=json.dumps(asdict(new)))
        return new
