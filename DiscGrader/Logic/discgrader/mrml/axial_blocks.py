"""Which of a study's axial volumes shows a disc, and on which of its slices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from discgrader.errors import DiscGraderError
from discgrader.grading.axial import AxialCut, axial_cut
from discgrader.grading.results import Grade
from discgrader.grading.view import slice_axis
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.imaging.volume import Volume, lps_to_ras
from discgrader.mrml.nodes import disc_from_node, grid_of_volume, volume_from_node


@dataclass(frozen=True, eq=False)
class AxialSlice:
    """A slice of an axial volume node.

    Parameters
    ----------
    node : vtkMRMLScalarVolumeNode
    place_ras_mm : ndarray, shape (3,)
        The point of the slice that lies before the middle of the disc that it shows.
    axes_ras : ndarray, shape (3, 3)
        As columns, as an axial view has its own: towards the patient's left, the front and the head, along the slice.
    center_ras_mm : ndarray, shape (3,)
        Its middle.
    """

    node: object
    place_ras_mm: np.ndarray
    axes_ras: np.ndarray
    center_ras_mm: np.ndarray


def slice_of_disc(roi, nodes: Sequence[object], named: Iterable[str] = (), saliency=None) -> AxialSlice | None:
    """The axial slice to look at for a disc; None where no volume shows it.

    Parameters
    ----------
    roi : vtkMRMLMarkupsROINode
        The disc's box.
    nodes : sequence of vtkMRMLScalarVolumeNode
        The study's axial volumes.
    named : iterable of str
        Names of volumes that its grades were read from, which come before what lies nearer.
    saliency : vtkMRMLScalarVolumeNode, optional
        A map that lies in the geometry of the first ``named`` one: its slice with most saliency is taken.
    """
    grids = _grids(nodes)
    known = {node.GetName(): node for node in grids}
    chosen = [known[name] for name in named if name in known] or list(grids)
    cut = _cut(roi, {node: grids[node] for node in chosen}) or _cut(roi, grids)
    if cut is None:
        return None
    node = known[cut.series.name]
    axis, grid = slice_axis(grids[node]), grids[node]
    middle = disc_from_node(roi).roi.center_lps_mm
    index = grid.lps_to_index(middle)
    index[axis] = cut.indices[0] if saliency is None else _most_salient(saliency, grid, axis)
    place = grid.index_to_lps(index)
    middle_index = (np.array(grid.size) - 1) / 2
    middle_index[axis] = index[axis]
    return AxialSlice(node, lps_to_ras(place), _axes_ras(grid, axis), lps_to_ras(grid.index_to_lps(middle_index)))


def series_of_grades(grades: Iterable[Grade]) -> tuple[str, ...]:
    """Names of the axial series that grades of a disc were read from."""
    stated = (grade.evidence.get("slice") for grade in grades)
    return tuple(dict.fromkeys(one["series"] for one in stated if isinstance(one, Mapping) and "series" in one))


def _grids(nodes: Sequence[object]) -> dict[object, Volume]:
    """Where the voxels of each volume lie; without those of which it cannot be said."""
    grids = {}
    for node in nodes:
        try:
            grids[node] = grid_of_volume(node)
        except DiscGraderError:
            # Whoever grades it hears why.
            continue
    return grids


def _cut(roi, grids: Mapping[object, Volume]) -> AxialCut | None:
    series = [Series(node.GetName(), grid, Plane.AXIAL, Contrast.T2, "") for node, grid in grids.items()]
    found = axial_cut(disc_from_node(roi), series) if series else ""
    return None if isinstance(found, str) else found


def _most_salient(saliency, grid: Volume, axis: int) -> int:
    """Which slice of a grid a map that lies in a part of it says most of."""
    part = volume_from_node(saliency)
    along = part.array.sum(axis=tuple(one for one in range(3) if one != 2 - axis))
    index = (np.array(part.size) - 1) / 2
    index[axis] = int(along.argmax())
    nearest = round(float(grid.lps_to_index(part.index_to_lps(index))[axis]))
    return int(np.clip(nearest, 0, grid.size[axis] - 1))


def _axes_ras(grid: Volume, axis: int) -> np.ndarray:
    directions = lps_to_ras(grid.directions.T)
    first, second = (directions[one] for one in range(3) if one != axis)
    up = np.cross(first, second)
    up *= np.sign(up[2]) / np.linalg.norm(up)
    across = max((first, second), key=lambda one: abs(one[0]))
    left = -across * np.sign(across[0])
    left = left / np.linalg.norm(left)
    return np.column_stack([left, np.cross(left, up), up])
