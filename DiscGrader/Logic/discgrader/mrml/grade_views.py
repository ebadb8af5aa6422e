"""The slice views brought to a grade: its disc, its box, its saliency; and kept to it while the scene changes."""

import json
from collections.abc import Callable, Mapping

import numpy as np

from discgrader.errors import UsageError
from discgrader.mrml.axial_blocks import AxialSlice, series_of_grades, slice_of_disc
from discgrader.mrml.axial_plane import AXIAL_RAS, is_turned, lay_into, matrix_of, plane_of_view, turn_axial
from discgrader.mrml.nodes import attribute, set_attributes
from discgrader.mrml.reading import SceneReading
from discgrader.mrml.scene import study_nodes
from discgrader.mrml.view_settings import KeptSettings
from discgrader.mrml.views import highlight, jump_to, plane_of_series, show_saliency, show_series, slice_node
from discgrader.reading.record import DiscReading


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

    def show_grade(self, reading: SceneReading, level: str, system: str, task: str) -> None:
        """Bring every slice view to a disc, its box standing out, the saliency of exactly this grade over it.

        Axial views are laid into the slice of the axial series that shows the disc best. Views of series in another
        plane than the saliency's keep their picture.

        Raises
        ------
        UsageError
            When there is no such level, or the series is no longer in the scene.
        """
        disc = reading.reading.disc(level)
        number, before = disc.number, self._middle_before(reading)
        roi, saliency = reading.discs.node(number), self._map(reading.study, level, system, task)
        shown = self._axial_slice(reading, disc, roi, saliency)
        was = self._backgrounds()
        empty = self._show_series(reading.study, level, saliency, shown)
        jump_to(self._scene, roi)
        self._lay_axial(reading.study, roi, shown, before, was)
        for view in empty:
            self._fit(view)
            jump_to(self._scene, roi)
        highlight(self._scene, roi)
        self._keep({"study": reading.study, "number": number, "system": system, "task": task})
        self._show_saliency(saliency)
        self._turn(roi, only_if_turned=True)

    def show_level(self, reading: SceneReading, level: str) -> None:
        """Bring every slice view to a disc, its box standing out, without saliency."""
        self.show_grade(reading, level, "", "")

    def set_saliency(self, visible: bool | None, opacity: float | None, threshold: float | None) -> None:
        """Show or hide saliency, at once; what is None stays."""
        self._settings.change(saliency=visible, opacity=opacity, threshold=threshold)
        shown = self._shown()
        if shown is None:
            return
        study, number, system, task = (shown.get(name) for name in ("study", "number", "system", "task"))
        level = self._level(study, number)
        self._show_saliency(None if level is None else self._map(study, level, system, task))

    def turn(self, roi) -> None:
        """Turn the axial views into the plane of a box, or back where it is None."""
        self._turn(roi)

    def follow(self, reading: SceneReading) -> None:
        """The scene shows a reading anew: boxes may have moved, maps may be other ones, the disc may be gone."""
        shown = self._shown()
        if shown is None or shown.get("study") != reading.study:
            return
        disc = next((one for one in reading.reading.present if one.number == shown.get("number")), None)
        if disc is None:
            self._keep(None)
            highlight(self._scene, None)
            show_saliency(self._scene, None, 0.0, 0.0, only_where_shown=True)
            turn_axial(self._scene, None)
            return
        highlight(self._scene, reading.discs.node(disc.number))
        settings = self._settings.now
        if settings.saliency:
            saliency = self._map(reading.study, disc.level, shown.get("system"), shown.get("task"))
            show_saliency(self._scene, saliency, settings.opacity, settings.threshold, only_where_shown=True)

    def _show_series(self, study: str, level: str, saliency, shown: AxialSlice | None) -> list:
        """Have the views show the series of a grade; those that showed nothing before."""
        own = self._own(study)
        segmentations = study_nodes(self._scene, study, "segmentation")
        found_on = attribute(segmentations[0], "Series") if segmentations else None
        name = found_on if saliency is None else attribute(saliency, "Series")
        series = own.get(name)
        if series is None and not own:
            # Discs that were found and not graded: their volumes are not marked yet, and are shown already.
            series = next((one for one in self._volumes() if one.GetName() == name), None)
            if series is None:
                raise UsageError(f"The series {name} of {level} is no longer in the scene; load it again.")
        if series is None:
            raise UsageError(f"The series {name} of {level} is no longer in the scene; load it again.")
        sagittal = own.get(found_on)
        if sagittal is not None and plane_of_series(sagittal) != "SAG":
            sagittal = None
        if shown is not None:
            axial = shown.node
        else:
            # Of axial series that all pass the disc by, there is nothing to be seen at it.
            axial = sagittal if self._axial_nodes(study) else None
        return show_series(self._scene, series, own.values(), axial, sagittal)

    def _own(self, study: str) -> dict[str, object]:
        return {attribute(one, "Series"): one for one in study_nodes(self._scene, study, "series")}

    def _axial_nodes(self, study: str) -> list:
        return [one for one in self._own(study).values() if attribute(one, "Role") == "AX_T2"]

    def _axial_slice(self, reading: SceneReading, disc: DiscReading, roi, saliency) -> AxialSlice | None:
        """The axial slice that shows a disc: of the series it was graded on, the one that its grade was read from."""
        nodes = self._axial_nodes(reading.study)
        mapped = None if saliency is None else attribute(saliency, "Series")
        if mapped in {one.GetName() for one in nodes}:
            return slice_of_disc(roi, nodes, [mapped], None if disc.is_stale else saliency)
        grades = () if disc.grading is None or disc.is_stale else disc.grading.grades
        return slice_of_disc(roi, nodes, series_of_grades(grades)[:1])

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

    def _backgrounds(self) -> dict[object, str | None]:
        count = self._scene.GetNumberOfNodesByClass("vtkMRMLSliceCompositeNode")
        views = [self._scene.GetNthNodeByClass(number, "vtkMRMLSliceCompositeNode") for number in range(count)]
        return {view: view.GetBackgroundVolumeID() for view in views}

    def _middle_before(self, reading: SceneReading) -> np.ndarray | None:
        """The middle of the disc that is shown now, RAS mm."""
        shown = self._shown() or {}
        present = {one.number for one in reading.reading.present}
        if shown.get("study") != reading.study or shown.get("number") not in present:
            return None
        center = np.zeros(3)
        reading.discs.node(shown["number"]).GetCenterWorld(center)
        return center

    def _volumes(self) -> list:
        count = self._scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
        return [self._scene.GetNthNodeByClass(number, "vtkMRMLScalarVolumeNode") for number in range(count)]

    def _show_saliency(self, saliency) -> None:
        settings = self._settings.now
        show_saliency(self._scene, saliency if settings.saliency else None, settings.opacity, settings.threshold)

    def _turn(self, roi, only_if_turned: bool = False) -> None:
        if only_if_turned and not self._is_turned():
            return
        turn_axial(self._scene, roi)

    def _is_turned(self) -> bool:
        count = self._scene.GetNumberOfNodesByClass("vtkMRMLSliceNode")
        views = [self._scene.GetNthNodeByClass(number, "vtkMRMLSliceNode") for number in range(count)]
        return any(attribute(one, "BeforeTurn") is not None for one in views)

    def _map(self, study: str, level: str, system: str, task: str):
        wanted = (level, system, task)
        for node in study_nodes(self._scene, study, "saliency"):
            if tuple(attribute(node, name) for name in ("Level", "System", "Task")) == wanted:
                return node
        return None

    def _level(self, study: str, number: int) -> str | None:
        for node in study_nodes(self._scene, study, "roi"):
            if attribute(node, "Number") == str(number):
                return attribute(node, "Level")
        return None

    def _keep(self, shown: dict | None) -> None:
        set_attributes(self._node(), Shown=None if shown is None else json.dumps(shown))

    def _shown(self) -> dict | None:
        try:
            shown = json.loads(attribute(self._node(), "Shown") or "null")
        except ValueError:
            return None
        return shown if isinstance(shown, dict) else None
