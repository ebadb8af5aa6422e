"""The slice views brought to a grade: its disc, its box, its saliency, the axial slice that shows it; and kept to it
while the scene changes."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from discgrader.errors import DiscGraderError, UsageError
from discgrader.grading.axial import AxialCut, axial_cut
from discgrader.grading.not_graded import refuses_axial
from discgrader.grading.place import axial_slice_read, sagittal_place
from discgrader.grading.results import DiscResult
from discgrader.grading.view import slice_middle, slice_read
from discgrader.imaging.flat_picture import slice_axis_of
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.imaging.volume import Volume, lps_to_ras
from discgrader.localize.disc import Disc
from discgrader.mrml.nodes import Node, attribute, nodes_of_class, set_attributes, study_nodes
from discgrader.mrml.overlays import show_overlays
from discgrader.mrml.readback import series_nodes
from discgrader.mrml.study_reading import StudyReading
from discgrader.mrml.views import (
    AXIAL_RAS,
    KeptSettings,
    highlight,
    is_turned,
    jump_to,
    lay_into,
    matrix_of,
    plane_of_series,
    plane_of_view,
    show_saliency,
    show_series,
    slice_node,
    turn_axial,
)
from discgrader.mrml.volumes import grid_of_volume, volume_from_node
from discgrader.reading.results import disc_now, indices


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

    node: Node
    place_ras_mm: np.ndarray
    axes_ras: np.ndarray
    center_ras_mm: np.ndarray


def axial_slice(
    result: DiscResult, nodes: Iterable[Node], system: str = "", task: str = "", moved: bool = False
) -> AxialSlice | None:
    """The axial slice to look at for a disc: the one that this grade was read from; for any other grade the one nearest
    to the disc's middle, of the series that its grades were read from, if any was.

    None where no axial T2 shows it, or where these were refused when it was graded, as left may be right there.

    Parameters
    ----------
    result : DiscResult
        The disc where it is now.
    nodes : iterable of vtkMRMLScalarVolumeNode
        The study's series.
    system, task : str
    moved : bool
        Whether its box was moved since it was graded, so that other slices may show it.
    """
    grids = _grids(node for node in nodes if attribute(node, "Role") == "AX_T2")
    named = {node.GetName(): node for node in grids}
    slices = {name: grids[node].size[slice_axis_of(grids[node], Plane.AXIAL)] for name, node in named.items()}
    read = axial_slice_read(result.grade_of(system, task), slices)
    if read is not None and not moved:
        node = named[read[0]]
        return _slice(node, grids[node], result.disc, read[1])
    others = () if moved else map(slice_read, (grade.evidence for grade in result.grades))
    known = [place for place in (read, *others) if place is not None]
    if not known and any(map(refuses_axial, result.not_graded.values())):
        return None
    first = [named[name] for name, _index in known[:1] if name in named]
    cut = _cut(result.disc, {node: grids[node] for node in first}) or _cut(result.disc, grids)
    if cut is None:
        return None
    node = named[cut.series.name]
    return _slice(node, grids[node], result.disc, cut.indices[0])


def _slice(node: Node, grid: Volume, disc: Disc, number: int) -> AxialSlice:
    axis = slice_axis_of(grid, Plane.AXIAL)
    index = grid.lps_to_index(disc.roi.center_lps_mm)
    index[axis] = number
    return AxialSlice(
        node, lps_to_ras(grid.index_to_lps(index)), _axes_ras(grid, axis), lps_to_ras(slice_middle(grid, number))
    )


def _grids(nodes: Iterable[Node]) -> dict[Node, Volume]:
    """Where the voxels of each volume lie; without those of which it cannot be said."""
    grids = {}
    for node in nodes:
        try:
            grids[node] = grid_of_volume(node)
        except DiscGraderError:
            # Whoever grades it hears why.
            continue
    return grids


def _cut(disc, grids: Mapping[Node, Volume]) -> AxialCut | None:
    series = [Series(node.GetName(), grid, Plane.AXIAL, Contrast.T2, "") for node, grid in grids.items()]
    found = axial_cut(disc, series) if series else ""
    return None if isinstance(found, str) else found


def _axes_ras(grid: Volume, axis: int) -> np.ndarray:
    directions = lps_to_ras(grid.directions.T)
    first, second = (directions[other] for other in range(3) if other != axis)
    up = np.cross(first, second)
    up *= np.sign(up[2]) / np.linalg.norm(up)
    across = max((first, second), key=lambda direction: abs(direction[0]))
    left = -across * np.sign(across[0])
    left = left / np.linalg.norm(left)
    return np.column_stack([left, np.cross(left, up), up])


def _sagittal_place(result: DiscResult, system: str, task: str, saliency: Node | None) -> np.ndarray:
    """A point of the sagittal slice to look at, RAS mm."""
    salient = None if saliency is None else volume_from_node(saliency)
    return lps_to_ras(sagittal_place(result.disc.roi, result.grades, system, task, salient))


def _on_slice(node: Node, place_ras_mm: np.ndarray) -> np.ndarray:
    """A place moved onto the nearest sagittal slice of a volume node; as it is, where the node is no such series."""
    found = _grids([node]).get(node)
    if found is None or plane_of_series(node) != "SAG":
        return place_ras_mm
    axis, index = slice_axis_of(found, Plane.SAGITTAL), found.lps_to_index(lps_to_ras(place_ras_mm))
    index[axis] = np.clip(np.round(index[axis]), 0, found.size[axis] - 1)
    return lps_to_ras(found.index_to_lps(index))


class GradeViews:
    """What the slice views of a scene show.

    Parameters
    ----------
    scene : vtkMRMLScene
    settings : KeptSettings
    node : callable() -> vtkMRMLNode
        The module's node in the scene, which keeps what is shown.
    fit : callable(vtkMRMLSliceCompositeNode)
        Has a view show all of its background.
    """

    def __init__(
        self,
        scene,
        settings: KeptSettings,
        node: Callable[[], object],
        fit: Callable[[object], None] = lambda view: None,
    ) -> None:
        self._scene, self._settings, self._node, self._fit = scene, settings, node, fit

    def show_grade(self, reading: StudyReading, level: str, system: str, task: str) -> None:
        """Bring every slice view to a disc, its box standing out, the saliency of exactly this grade over it.

        Sagittal views come to the slice that shows what the grade is about, a foramen on its side. Axial views are laid
        into the slice of the axial series that shows the disc best. Views of series in another
        plane than the saliency's keep their picture.

        Raises
        ------
        UsageError
            When there is no such level, or the series is no longer in the scene.
        """
        disc = reading.reading.disc(level)
        number, before = disc.number, self._middle_before(reading)
        roi, saliency = reading.node(number), self._map(reading.study, level, system, task)
        now = disc_now(reading.reading, disc, indices(reading.reading)[number])
        graded = DiscResult(now, disc.grading.grades, disc.grading.not_graded) if disc.grading else DiscResult(now, ())
        shown = axial_slice(graded, self._own(reading.study).values(), system, task, disc.is_stale)
        was = self._backgrounds()
        for view in self._show_series(reading.study, level, saliency, shown):
            self._fit(view)
        jump_to(self._scene, roi)
        if system:
            self._jump_sagittal(_sagittal_place(graded, system, task, saliency))
        self._lay_axial(reading.study, roi, shown, before, was)
        highlight(self._scene, roi)
        self._keep({"study": reading.study, "number": number, "system": system, "task": task})
        self._show_saliency(saliency)
        self._turn(roi, only_if_turned=True)

    def show_level(self, reading: StudyReading, level: str) -> None:
        """Bring every slice view to a disc, its box standing out, without saliency."""
        self.show_grade(reading, level, "", "")

    def show_found(self, study: str) -> None:
        """Have the sagittal views show the series that the discs of a study were found on, where it is sagittal: boxes
        over the picture of another series would be taken for its own."""
        name = self._found_on(study)
        volumes = nodes_of_class(self._scene, "vtkMRMLScalarVolumeNode")
        series = self._own(study).get(name or "") or next((node for node in volumes if node.GetName() == name), None)
        if series is None or plane_of_series(series) != "SAG":
            return
        for view in nodes_of_class(self._scene, "vtkMRMLSliceCompositeNode"):
            slices = slice_node(self._scene, view)
            if slices is not None and plane_of_view(slices) == "SAG" and view.GetBackgroundVolumeID() != series.GetID():
                view.SetBackgroundVolumeID(series.GetID())

    def set_saliency(
        self, visible: bool | None = None, opacity: float | None = None, threshold: float | None = None
    ) -> None:
        """Show or hide saliency, at once; what is None stays."""
        self._settings.change(saliency=visible, opacity=opacity, threshold=threshold)
        self._show_chosen_saliency()

    def show_overlays(self, boxes: bool | None = None, outlines: bool | None = None, clean: bool | None = None) -> None:
        """Show or hide boxes and outlines, or with ``clean`` everything that lies over the picture, until it is False
        again; what is None stays. Labels follow when they are drawn anew."""
        self._settings.change(boxes=boxes, outlines=outlines, clean=clean)
        show_overlays(self._scene, self._settings.now)
        shown = self._shown() or {}
        highlight(self._scene, self._box(str(shown.get("study")), shown.get("number")))
        self._show_chosen_saliency()

    def _show_chosen_saliency(self) -> None:
        shown = self._shown()
        if shown is None:
            return
        study, system, task = (str(shown.get(name)) for name in ("study", "system", "task"))
        level = self._level(study, shown.get("number"))
        self._show_saliency(None if level is None else self._map(study, level, system, task))

    def turn(self, roi) -> None:
        """Turn the axial views into the plane of a box, or back where it is None."""
        self._turn(roi)

    def follow(self, reading: StudyReading) -> None:
        """The scene shows a reading anew: boxes may have moved, maps may be other ones, the disc may be gone."""
        shown, settings = self._shown(), self._settings.now
        show_overlays(self._scene, settings)
        if shown is None or shown.get("study") != reading.study:
            return
        disc = next((disc for disc in reading.reading.present if disc.number == shown.get("number")), None)
        if disc is None:
            self._keep(None)
            highlight(self._scene, None)
            show_saliency(self._scene, None, 0.0, 0.0, only_where_shown=True)
            turn_axial(self._scene, None)
            return
        highlight(self._scene, reading.node(disc.number))
        if settings.shows_saliency:
            saliency = self._map(reading.study, disc.level, shown.get("system"), shown.get("task"))
            show_saliency(self._scene, saliency, settings.opacity, settings.threshold, only_where_shown=True)

    def _show_series(self, study: str, level: str, saliency, shown: AxialSlice | None) -> list:
        """Have the views show the series of a grade; those that showed nothing before."""
        own = self._own(study)
        found_on = self._found_on(study)
        name = found_on if saliency is None else attribute(saliency, "Series")
        series = own.get(name or "")
        if series is None and not own:
            # Discs that were found and not graded: their volumes are not marked yet, and are shown already.
            volumes = nodes_of_class(self._scene, "vtkMRMLScalarVolumeNode")
            series = next((node for node in volumes if node.GetName() == name), None)
        if series is None:
            raise UsageError(
                f"The series '{name}' that {level} was graded on is no longer in the scene; load it again."
            )
        sagittal = own.get(found_on or "")
        if sagittal is not None and plane_of_series(sagittal) != "SAG":
            sagittal = None
        if shown is not None:
            axial = shown.node
        else:
            # Of axial series that all pass the disc by, there is nothing to be seen at it.
            axial = sagittal if self._axial_nodes(study) else None
        return show_series(self._scene, series, own.values(), axial, sagittal)

    def _found_on(self, study: str) -> str | None:
        """The name of the series that the discs were found on."""
        segmentations = study_nodes(self._scene, study, "segmentation")
        return attribute(segmentations[0], "Series") if segmentations else None

    def _own(self, study: str) -> dict[str, Node]:
        return series_nodes(self._scene, study)

    def _axial_nodes(self, study: str) -> list:
        return [node for node in self._own(study).values() if attribute(node, "Role") == "AX_T2"]

    def _lay_axial(self, study: str, roi, shown: AxialSlice | None, before, was: Mapping[object, str | None]) -> None:
        """Lay the axial views into the plane of an axial slice, each over the same place of the disc as before.

        A view of another disc before stays as far from the new one's middle as it was from that one's; one that showed
        something else is brought over the middle of the slice.
        """
        if shown is None and not self._axial_nodes(study):
            return
        axes = AXIAL_RAS if shown is None else shown.axes_ras
        center = np.zeros(3)
        roi.GetCenterWorld(center)
        place = center if shown is None else shown.place_ras_mm
        for view in was:
            slices = slice_node(self._scene, view)
            if slices is None or not (is_turned(slices) or plane_of_view(slices) == "AX"):
                continue
            matrix = matrix_of(slices)
            if before is not None:
                middle = place + axes[:, :2] @ (matrix[:3, :2].T @ (matrix[:3, 3] - before))
            elif shown is not None and was[view] != shown.node.GetID():
                middle = shown.center_ras_mm
            else:
                middle = matrix[:3, 3]
            lay_into(slices, roi, place, axes, middle)

    def _jump_sagittal(self, place_ras_mm: np.ndarray) -> None:
        """Bring the sagittal views to the slice nearest to a place."""
        for view in nodes_of_class(self._scene, "vtkMRMLSliceCompositeNode"):
            slices, volume = slice_node(self._scene, view), self._scene.GetNodeByID(view.GetBackgroundVolumeID() or "")
            if slices is None or plane_of_view(slices) != "SAG":
                continue
            place = place_ras_mm if volume is None else _on_slice(volume, place_ras_mm)
            slices.JumpSliceByOffsetting(*(float(coordinate) for coordinate in place))

    def _backgrounds(self) -> dict[object, str | None]:
        views = nodes_of_class(self._scene, "vtkMRMLSliceCompositeNode")
        return {view: view.GetBackgroundVolumeID() for view in views}

    def _middle_before(self, reading: StudyReading) -> np.ndarray | None:
        """The middle of the disc that is shown now, RAS mm."""
        shown = self._shown() or {}
        present = {disc.number for disc in reading.reading.present}
        if shown.get("study") != reading.study or shown.get("number") not in present:
            return None
        center = np.zeros(3)
        reading.node(shown["number"]).GetCenterWorld(center)
        return center

    def _show_saliency(self, saliency) -> None:
        settings = self._settings.now
        show_saliency(self._scene, saliency if settings.shows_saliency else None, settings.opacity, settings.threshold)

    def _turn(self, roi, only_if_turned: bool = False) -> None:
        if not only_if_turned or any(map(is_turned, nodes_of_class(self._scene, "vtkMRMLSliceNode"))):
            turn_axial(self._scene, roi)

    def _map(self, study: str, level: str, system: str | None, task: str | None):
        wanted = (level, system, task)
        for node in study_nodes(self._scene, study, "saliency"):
            if tuple(attribute(node, name) for name in ("Level", "System", "Task")) == wanted:
                return node
        return None

    def _box(self, study: str, number: object) -> Node | None:
        nodes = study_nodes(self._scene, study, "roi")
        return next((node for node in nodes if attribute(node, "Number") == str(number)), None)

    def _level(self, study: str, number: object) -> str | None:
        node = self._box(study, number)
        return None if node is None else attribute(node, "Level")

    def _keep(self, shown: dict | None) -> None:
        set_attributes(self._node(), Shown=None if shown is None else json.dumps(shown))

    def _shown(self) -> dict | None:
        try:
            shown = json.loads(attribute(self._node(), "Shown") or "null")
        except ValueError:
            return None
        return shown if isinstance(shown, dict) else None
