"""Saliency maps as volume nodes that lie over a series."""

import numpy as np

from discgrader.grading.systems import find_task
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import VolumePart
from discgrader.mrml.colors import saliency_colors
from discgrader.mrml.nodes import image_data, matrix_to_vtk, right_handed, volume_to_node

LOWER_THRESHOLD = 0.3
"""Saliency below this is not shown until the reader lowers the threshold."""

_TABLE_NAME = "DiscGrader saliency"


def map_name(level: str, system: str, task: str) -> str:
    """What a map is called; slice views show it."""
    return f"{level} {find_task(system, task).title}"


def saliency_to_node(scene, saliency: Volume | VolumePart, name: str, node=None):
    """A volume node for the foreground of a slice view; ``node`` is given new voxels instead where there is one.

    Values below `LOWER_THRESHOLD` are transparent, as is everything outside the node, which holds only the part of
    ``saliency`` that is not zero. Voxels stay where they are in the patient.
    """
    volume = with_rim(saliency if isinstance(saliency, VolumePart) else VolumePart.of(saliency))
    if node is not None:
        volume = right_handed(volume)
        node.SetName(name)
        node.SetIJKToRASMatrix(matrix_to_vtk(volume.affine_ras))
        node.SetAndObserveImageData(image_data(volume.array))
        return node
    node = volume_to_node(scene, volume, name)
    _style(scene, node)
    return node


def empty_map(scene, name: str):
    """A volume node that looks as saliency maps do and has no voxels yet."""
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    node.CreateDefaultDisplayNodes()
    _style(scene, node)
    return node


def _style(scene, node) -> None:
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID(_color_table(scene).GetID())
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(0.0, 1.0)
    display.SetThreshold(LOWER_THRESHOLD, 1.0)
    display.ApplyThresholdOn()


def with_rim(part: VolumePart) -> Volume:
    """The part as a volume of its own, with one voxel of zeros around it as far as the whole volume reaches."""
    counts = np.array(part.values.shape)
    start = np.maximum(np.array(part.start) - 1, 0)
    stop = np.minimum(np.array(part.start) + counts + 1, part.shape)
    array = np.zeros(np.maximum(stop - start, 1), part.values.dtype)
    inner = np.array(part.start) - start
    array[tuple(slice(first, first + count) for first, count in zip(inner, counts, strict=True))] = part.values
    affine = part.affine_lps.copy()
    affine[:3, 3] += affine[:3, :3] @ start[::-1]
    return Volume(array, affine)


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
