"""Shows a study's volumes, each view that of its own plane."""

import slicer

from discgrader.imaging.recognize import plane_of
from discgrader.mrml.volumes import grid_of_volume


def show_volumes(nodes) -> None:
    """Give each slice view the first volume of its plane, else the first of all, and fit it; without views, nothing."""
    manager = slicer.app.layoutManager()
    if manager is None or not nodes:
        return
    planes = {node: plane_of(grid_of_volume(node)).value.capitalize() for node in nodes}
    for name in manager.sliceViewNames():
        logic = manager.sliceWidget(name).sliceLogic()
        orientation = logic.GetSliceNode().GetOrientation()
        volume = next((node for node in nodes if planes[node] == orientation), nodes[0])
        logic.GetSliceCompositeNode().SetBackgroundVolumeID(volume.GetID())
        logic.GetSliceCompositeNode().SetForegroundVolumeID(None)
    slicer.util.resetSliceViews()
