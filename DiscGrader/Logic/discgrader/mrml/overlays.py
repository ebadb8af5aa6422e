"""Boxes, outlines and curves over the picture: shown or hidden by kind, and brought back as they were."""

from discgrader.mrml.nodes import Node, attribute, nodes_of_class, set_attributes
from discgrader.mrml.views import ViewSettings

_CLASSES = {
    "roi": "vtkMRMLMarkupsROINode",
    "herniation": "vtkMRMLMarkupsClosedCurveNode",
    "segmentation": "vtkMRMLSegmentationNode",
}
"""Classes of the nodes that lie over the picture, by DiscGrader's kind."""


def show_overlays(scene, settings: ViewSettings) -> None:
    """Show and hide boxes, curves and outlines as the settings say.

    What somebody has hidden by hand stays hidden; only what this has hidden comes back.

    Parameters
    ----------
    scene : vtkMRMLScene
    settings : ViewSettings
    """
    shown = {"roi": settings.shows_boxes, "herniation": settings.shows_boxes, "segmentation": settings.shows_outlines}
    for kind, class_name in _CLASSES.items():
        for node in nodes_of_class(scene, class_name):
            if attribute(node, "Kind") == kind:
                _show(node, shown[kind])


def _show(node: Node, shown: bool) -> None:
    display = node.GetDisplayNode()
    if display is None:
        return
    hidden = attribute(node, "Hidden") is not None
    if not shown and display.GetVisibility():
        set_attributes(node, Hidden="yes")
        display.SetVisibility(False)
    elif shown and hidden:
        set_attributes(node, Hidden=None)
        display.SetVisibility(True)
