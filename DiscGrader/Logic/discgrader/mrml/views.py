"""What the slice views show: the series, a saliency map over it, and the place of a disc."""

from discgrader.mrml.nodes import attribute

SALIENCY_OPACITY = 0.5


def show_layers(scene, background, foreground=None, opacity: float = SALIENCY_OPACITY) -> None:
    """Show a volume node in every slice view, with another over it; no foreground where that is None."""
    for view in _nodes(scene, "vtkMRMLSliceCompositeNode"):
        view.SetBackgroundVolumeID(background.GetID())
        view.SetForegroundVolumeID(foreground.GetID() if foreground is not None else None)
        view.SetForegroundOpacity(opacity if foreground is not None else 0.0)


def jump_to(scene, roi) -> None:
    """Move every slice view to the middle of a box."""
    center = [0.0, 0.0, 0.0]
    roi.GetCenterWorld(center)
    for view in _nodes(scene, "vtkMRMLSliceNode"):
        view.JumpSliceByOffsetting(*center)


def highlight(scene, roi) -> None:
    """Draw one box in full color and the others faintly; all in full color where ``roi`` is None."""
    for node in _nodes(scene, "vtkMRMLMarkupsROINode"):
        if attribute(node, "Level") is None:
            continue
        faint = roi is not None and node is not roi
        node.GetDisplayNode().SetOutlineOpacity(0.35 if faint else 1.0)


def _nodes(scene, class_name: str) -> list:
    return [scene.GetNthNodeByClass(n, class_name) for n in range(scene.GetNumberOfNodesByClass(class_name))]
