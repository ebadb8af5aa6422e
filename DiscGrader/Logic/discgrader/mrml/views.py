"""What the slice views show: the series, a saliency map over it, and the place of a disc."""

from collections.abc import Collection

from discgrader.mrml.axial_plane import plane_of_view
from discgrader.mrml.nodes import ATTRIBUTE, attribute, set_attributes

SALIENCY_OPACITY = 0.5

FAINT, FULL = 0.35, 1.0
"""Opacity of the outlines of boxes beside the one that is shown, and of the shown one's."""

_USERS_FOREGROUND = ATTRIBUTE + "Foreground"
"""Role of the reference to what the user had as foreground before saliency took its place."""


def show_layers(scene, background, foreground=None, opacity: float = SALIENCY_OPACITY) -> None:
    """Show a volume node in every slice view, with another over it; no foreground where that is None."""
    for view in _nodes(scene, "vtkMRMLSliceCompositeNode"):
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
    kept = {one.GetID() for one in own if plane_of_series(one) != plane_of_series(series)}
    of_plane = {one.GetID() for one in own if plane_of_series(one) == "SAG"}
    empty = []
    for view in _nodes(scene, "vtkMRMLSliceCompositeNode"):
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


def slice_node(scene, view):
    """The slice node of a view's composite node; None where there is none."""
    name = view.GetLayoutName()
    return next((one for one in _nodes(scene, "vtkMRMLSliceNode") if one.GetLayoutName() == name), None)


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
    for view in _nodes(scene, "vtkMRMLSliceCompositeNode"):
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
    for view in _nodes(scene, "vtkMRMLSliceNode"):
        view.JumpSliceByOffsetting(*center)


def highlight(scene, roi) -> None:
    """Draw one box in full color and with its handles, the others faintly; all in full color where ``roi`` is None."""
    for node in _nodes(scene, "vtkMRMLMarkupsROINode"):
        if attribute(node, "Level") is None:
            continue
        display = node.GetDisplayNode()
        display.SetOutlineOpacity(FULL if roi is None or node is roi else FAINT)
        display.SetHandlesInteractive(node is roi)


def plane_of_series(node) -> str:
    """The plane of a series, ``SAG``, ``COR`` or ``AX``, by its role; those of sagittal series say none."""
    first, _, rest = (attribute(node, "Role") or "").partition("_")
    return first if rest and first in ("AX", "COR") else "SAG"


def _nodes(scene, class_name: str) -> list:
    return [scene.GetNthNodeByClass(n, class_name) for n in range(scene.GetNumberOfNodesByClass(class_name))]
