"""Saliency maps as volume nodes that lie over a series."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import vtk

from discgrader.grading.systems import find_task
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import VolumePart
from discgrader.localize.box import RoiBox
from discgrader.mrml.nodes import attribute, matrix_to_vtk, number_of, set_attributes
from discgrader.mrml.volumes import image_data, right_handed
from discgrader.reading.record import DiscReading, Reading

LOWER_THRESHOLD = 0.3
"""Saliency below this is not shown until the reader lowers the threshold."""

_LAST_DIGIT = 1.1e-4
"""What two numbers of one key may differ by."""

_TABLE_NAME = "DiscGrader saliency"

_INFERNO = np.array(
    [
        (0.00, 0.00, 0.01),
        (0.09, 0.04, 0.22),
        (0.26, 0.04, 0.41),
        (0.42, 0.09, 0.43),
        (0.58, 0.15, 0.40),
        (0.74, 0.21, 0.33),
        (0.87, 0.32, 0.23),
        (0.95, 0.46, 0.10),
        (0.99, 0.65, 0.04),
        (0.96, 0.84, 0.29),
        (0.99, 1.00, 0.64),
    ]
)
"""Eleven stations of the perceptually uniform map inferno (Smith and van der Walt, matplotlib 2.0)."""


def map_name(level: str, system: str, task: str) -> str:
    """What a map is called.

    Slicer's views write as much of it as they have room for, with the opacity of the layer behind it, such as
    ``(50%)``: what it is comes first, so that this never reads as a grade's probability.
    """
    return f"Saliency overlay, {level} {find_task(system, task).title}"


def empty_map(scene, name: str):
    """A volume node for the foreground of a slice view, which has no voxels yet.

    Values below `LOWER_THRESHOLD` are transparent, as is everything outside the node, which is to hold only the part of
    a map that is not zero.
    """
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    node.CreateDefaultDisplayNodes()
    _style(scene, node)
    return node


@dataclass(frozen=True, eq=False)
class StoredMap:
    """A saliency map as its node holds it, and the series that it lies over; ``key`` tells the box that it is of."""

    image: Any
    matrix: Any
    series: str
    key: str = ""

    @classmethod
    def of(cls, saliency: Volume | VolumePart, series: str) -> "StoredMap":
        """The part of a map that is not zero."""
        volume = right_handed(with_rim(saliency if isinstance(saliency, VolumePart) else VolumePart.of(saliency)))
        return cls(image_data(volume.array), matrix_to_vtk(volume.affine_ras), series)

    @classmethod
    def of_node(cls, node) -> "StoredMap":
        """What a node holds."""
        matrix = vtk.vtkMatrix4x4()
        node.GetIJKToRASMatrix(matrix)
        return cls(node.GetImageData(), matrix, attribute(node, "Series") or "")

    def fill(self, node) -> None:
        """Have a node hold it."""
        node.SetIJKToRASMatrix(self.matrix)
        node.SetAndObserveImageData(self.image)


class MapStore:
    """The saliency maps of a study's discs in each box that they were graded in, so that undo of a moved box brings its
    maps back."""

    def __init__(self) -> None:
        self._maps: dict[tuple[int, RoiBox], dict[tuple[str, str], StoredMap]] = {}

    def of(self, disc: DiscReading) -> Mapping[tuple[str, str], StoredMap]:
        """By system and task the maps of the grades that a disc shows."""
        return {} if disc.grading is None else self._maps.get((disc.number, disc.grading.box), {})

    def put(self, number: int, box: RoiBox, task: tuple[str, str], saliency: StoredMap) -> None:
        """Keep the map of a grade that a disc got in a box."""
        self._maps.setdefault((number, box), {})[task] = replace(saliency, key=box_key(box))

    def learn(self, nodes: Iterable, reading: Reading) -> None:
        """Keep what the nodes of a scene that was opened hold, each the map of its disc's present grade."""
        levels = {disc.level: disc for disc in reading.present}
        for node in nodes:
            number = number_of(node)
            disc = levels.get(attribute(node, "Level") or "") if number is None else reading.numbered(number)
            if disc is None or disc.grading is None or node.GetImageData() is None:
                continue
            key = attribute(node, "Box")
            if key is not None and not _is_key_of(key, disc.grading.box):
                continue
            task = (attribute(node, "System") or "", attribute(node, "Task") or "")
            self.put(disc.number, disc.grading.box, task, StoredMap.of_node(node))
            # Nothing that anybody sees has changed, and there are many maps.
            quiet = node.GetDisableModifiedEvent()
            node.SetDisableModifiedEvent(True)
            set_attributes(node, Number=str(disc.number), Box=box_key(disc.grading.box))
            node.SetDisableModifiedEvent(quiet)


def box_key(box: RoiBox) -> str:
    """A text that tells a box, at the node of a map of a grade that was given in it."""
    return " ".join(f"{value:.4f}" for value in _numbers(box))


def _is_key_of(key: str, box: RoiBox) -> bool:
    """Whether a text is a box's `box_key` but for the last digit, which rounding on the way through a file changes."""
    try:
        told = [float(word) for word in key.split()]
    except ValueError:
        return False
    return len(told) == len(_numbers(box)) and bool(np.allclose(told, _numbers(box), rtol=0.0, atol=_LAST_DIGIT))


def _numbers(box: RoiBox) -> tuple[float, ...]:
    # Adding zero to what was rounded turns -0.0 into 0.0.
    return tuple(round(float(value), 4) + 0.0 for value in (*box.center_lps_mm, *box.axes_lps.T.ravel(), *box.size_mm))


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
    colors = _colors()
    node.SetNumberOfColors(len(colors))
    for number, color in enumerate(colors):
        node.SetColor(number, f"{number / (len(colors) - 1):.2f}", *(float(channel) for channel in color), 1.0)
    node.GetLookupTable().SetRange(0, len(colors) - 1)
    return scene.AddNode(node)


def _colors(count: int = 256) -> np.ndarray:
    """The color map of saliency, dark to bright, RGB in 0–1, shape (count, 3)."""
    stations = np.linspace(0.0, 1.0, len(_INFERNO))
    return np.stack([np.interp(np.linspace(0, 1, count), stations, channel) for channel in _INFERNO.T], axis=1)
