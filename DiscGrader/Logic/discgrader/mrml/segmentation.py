"""The segmentation of a study as a MRML segmentation node and back."""

from collections.abc import Mapping

import numpy as np
import slicer
from vtk import vtkMatrix4x4
from vtk.util import numpy_support

from discgrader.imaging.volume import LPS_TO_RAS, Volume
from discgrader.localize.disc import Localization
from discgrader.localize.labels import Label, disc_label, index_of
from discgrader.mrml.nodes import Color, matrix_from_vtk, matrix_to_vtk
from discgrader.mrml.volumes import image_data, right_handed

_BINARY = "Binary labelmap"

UNGRADED: Color = (0.55, 0.65, 0.78)
"""Color of a disc, its box and its segment, without a grade; with one they have that of the grade on its scale."""

_VERTEBRA: Color = (0.90, 0.84, 0.68)
_CANAL: Color = (0.35, 0.66, 0.92)


def segmentation_to_node(scene, localization: Localization, name: str, disc_colors: Mapping[str, Color]):
    """A segmentation node with the segments vertebrae, spinal canal and one for each disc, named by its level.

    A disc that is in the label map but not among ``localization.discs`` is named by its index.

    All segments share one label map and keep the values of ``localization.segmentation``.

    Parameters
    ----------
    scene : vtkMRMLScene
    localization : Localization
    name : str
        Of the node.
    disc_colors : mapping of level to RGB in 0–1
        Discs that it lacks are shown as ungraded.
    """
    volume = right_handed(localization.segmentation)
    labelmap = image_data(volume.array.astype(np.uint16), slicer.vtkOrientedImageData())
    labelmap.SetImageToWorldMatrix(matrix_to_vtk(volume.affine_ras))
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.GetSegmentation().SetSourceRepresentationName(_BINARY)
    # A label without a segment would be drawn in another segment's color.
    for value, segment_name, color in _segments(localization, disc_colors, np.unique(volume.array).tolist()):
        segment = slicer.vtkSegment()
        segment.SetName(segment_name)
        segment.SetColor(*color)
        segment.SetLabelValue(value)
        segment.AddRepresentation(_BINARY, labelmap)
        node.GetSegmentation().AddSegment(segment, segment_name)
    _quiet_display(node)
    return node


def segment_labels(node) -> set[int]:
    """The values in the label map that a node has segments for."""
    segmentation = node.GetSegmentation()
    return {segmentation.GetNthSegment(number).GetLabelValue() for number in range(segmentation.GetNumberOfSegments())}


def show_segments(node, discs: Mapping[int, tuple[str, Color]]) -> None:
    """Name and color the discs' segments by their values in the label map; discs that are left out are hidden."""
    segmentation, display = node.GetSegmentation(), node.GetDisplayNode()
    for number in range(segmentation.GetNumberOfSegments()):
        segment = segmentation.GetNthSegment(number)
        value = segment.GetLabelValue()
        if value <= Label.DISC:
            continue
        name, color = discs.get(value, (f"disc {index_of(value)}", UNGRADED))
        if segment.GetName() != name:
            segment.SetName(name)
        if segment.GetColor() != color:
            segment.SetColor(*color)
        identifier = segmentation.GetNthSegmentID(number)
        if display is not None and bool(display.GetSegmentVisibility(identifier)) != (value in discs):
            display.SetSegmentVisibility(identifier, value in discs)


def _segments(
    localization: Localization, disc_colors: Mapping[str, Color], present: list[int]
) -> list[tuple[int, str, Color]]:
    """Label value, name and color of a segment for each label that is present."""
    levels = {disc_label(disc.index_from_sacrum): disc.level for disc in localization.discs}
    known = {int(Label.VERTEBRA): ("vertebrae", _VERTEBRA), int(Label.CANAL): ("spinal canal", _CANAL)}
    known |= {value: (level, disc_colors.get(level, UNGRADED)) for value, level in levels.items()}
    return [(value, *known.get(value, (f"disc {index_of(value)}", UNGRADED))) for value in present if value]


def _quiet_display(node) -> None:
    """Thin outlines, since a fill would change the signal that grades are read from."""
    display = node.GetDisplayNode()
    display.SetVisibility2DFill(False)
    display.SetOpacity2DOutline(0.6)


def labelmap_of(node):
    """The label map that all segments of a node share which `segmentation_to_node` made, as VTK's image."""
    return node.GetSegmentation().GetNthSegment(0).GetRepresentation(_BINARY)


def segmentation_from_node(node) -> Volume:
    """The label map of a segmentation node that `segmentation_to_node` made, uint16, in LPS."""
    labelmap = labelmap_of(node)
    values = numpy_support.vtk_to_numpy(labelmap.GetPointData().GetScalars())
    array = values.reshape(labelmap.GetDimensions()[::-1]).astype(np.uint16)
    matrix = vtkMatrix4x4()
    labelmap.GetImageToWorldMatrix(matrix)
    return Volume(array, LPS_TO_RAS @ matrix_from_vtk(matrix))


def relabeled(volume: Volume, labels: Mapping[int, int]) -> Volume:
    """A label map whose discs have other values; a value that another disc takes over is no disc's any more."""
    lookup = np.arange(np.iinfo(np.uint16).max + 1, dtype=np.uint16)
    for new in labels.values():
        if new not in labels:
            lookup[new] = 0
    for old, new in labels.items():
        lookup[old] = new
    return volume.with_array(lookup[volume.array])
