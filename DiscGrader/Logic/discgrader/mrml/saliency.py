"""Saliency maps as volume nodes that lie over a series."""

from discgrader.imaging.volume import Volume
from discgrader.mrml.colors import saliency_colors
from discgrader.mrml.nodes import cropped, volume_to_node

LOWER_THRESHOLD = 0.3
"""Saliency below this is not shown until the reader lowers the threshold."""

_TABLE_NAME = "DiscGrader saliency"


def saliency_to_node(scene, volume: Volume, name: str):
    """A volume node for the foreground of a slice view.

    Values below `LOWER_THRESHOLD` are transparent, as is everything outside the node, which holds only the part of
    ``volume`` that is not zero. Voxels stay where they are in the patient.
    """
    node = volume_to_node(scene, cropped(volume), name)
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID(_color_table(scene).GetID())
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(0.0, 1.0)
    display.SetThreshold(LOWER_THRESHOLD, 1.0)
    display.ApplyThresholdOn()
    return node


def _color_table(scene):
    """The scene's color table for saliency, made when it is first needed."""
    node = scene.GetFirstNode(_TABLE_NAME, "vtkMRMLColorTableNode")
    if node is not None:
        return node
    node = scene.CreateNodeByClass("vtkMRMLColorTableNode")
    # The scene holds the node from here on; CreateNodeByClass had given this function a reference of its own.
    node.UnRegister(None)
    node.SetTypeToUser()
    node.SetName(_TABLE_NAME)
    node.SetDescription("Saliency, from low (dark) to high (bright)")
    colors = saliency_colors()
    node.SetNumberOfColors(len(colors))
    for number, color in enumerate(colors):
        node.SetColor(number, f"{number / (len(colors) - 1):.2f}", *(float(channel) for channel in color), 1.0)
    node.GetLookupTable().SetRange(0, len(colors) - 1)
    return scene.AddNode(node)
