"""The boxes and segments of a scene, each kept to its disc of a reading, whatever the disc is called."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc
from discgrader.localize.labels import Label, index_of
from discgrader.localize.levels import order_of
from discgrader.localize.margin import DEFAULT_MARGIN_MM
from discgrader.mrml import hierarchy
from discgrader.mrml.colors import UNGRADED, final_color
from discgrader.mrml.nodes import (
    attribute,
    clear_attributes,
    color_roi,
    disc_from_node,
    disc_to_attributes,
    move_roi,
    roi_from_node,
    roi_to_node,
    set_attributes,
)
from discgrader.mrml.readback import name_doubts_in_scene
from discgrader.mrml.scene import MADE, study_nodes
from discgrader.mrml.segmentation import segmentation_from_node, show_segments
from discgrader.reading.record import DiscReading, Reading

_NEAR_MM = 8.0
"""A box that was found again is that of the disc whose box had its middle so near."""


class DiscNodes:
    """Box nodes and segments of one study.

    Each box node bears its disc's number in the reading, and the value of its segment in the label map, if it has one.

    Parameters
    ----------
    scene : vtkMRMLScene
    study : str
    """

    def __init__(self, scene, study: str) -> None:
        self._scene, self._study = scene, study
        self._forgotten: dict[int, Disc] = {}
        self._labels: dict[int, int] = {}

    def nodes(self) -> list:
        """All box nodes of the study."""
        return study_nodes(self._scene, self._study, "roi")

    def node(self, number: int):
        """The box node of the disc of this number, or None."""
        return next((one for one in self.nodes() if number_of(one) == number), None)

    def recognize(self, reading: Reading) -> set[int]:
        """Give the numbers of their discs to boxes that bear none: by where they are, or by their names.

        A box that somebody copied is no disc's.

        Returns
        -------
        set of int
            The numbers that were given.
        """
        taken: set[int] = set()
        given: set[int] = set()
        for node in self.nodes():
            if number_of(node) in taken:
                clear_attributes(node)
            elif number_of(node) is not None:
                taken.add(number_of(node))
        left = [one for one in reading.present if one.number not in taken]
        centers = {one.number: np.array(one.box.center_lps_mm) for one in left}
        for node in self.nodes():
            if number_of(node) is not None:
                continue
            place = roi_from_node(node).center_lps_mm
            away = {number: float(np.linalg.norm(place - center)) for number, center in centers.items()}
            nearest = min(away, key=away.get, default=None)
            named = [one.number for one in left if one.level == attribute(node, "Level") and one.number in centers]
            if nearest is not None and away[nearest] > _NEAR_MM:
                nearest = named[0] if named else None
            if nearest is not None:
                set_attributes(node, Number=str(nearest))
                given.add(nearest)
                del centers[nearest]
        return given

    def show(self, reading: Reading) -> None:
        """Have boxes and segments be those of a reading: where they are, what they are called, and their colors."""
        present = {one.number: one for one in reading.present}
        self._mark_named(reading)
        for node in self.nodes():
            if number_of(node) not in present:
                self._forget(node)
        nodes = {number_of(one): one for one in self.nodes()}
        for disc in reading.present:
            node = nodes.get(disc.number)
            if node is None:
                nodes[disc.number] = self._made(disc)
            elif not roi_from_node(node).is_same(disc.box):
                move_roi(node, disc.box)
        indices = self._indices(reading, nodes)
        doubts = name_doubts_in_scene(self._scene, self._study)
        for number, disc in present.items():
            found = doubts if disc.found_level is not None and reading.named is None else ()
            self._describe(nodes[number], disc, indices[number], doubts, found)
        for segmentation in study_nodes(self._scene, self._study, "segmentation"):
            looks = {label_of(nodes[number]): (disc.level, final_color(disc)) for number, disc in present.items()}
            show_segments(segmentation, {label: look for label, look in looks.items() if label is not None})

    def _made(self, disc: DiscReading):
        known = self._forgotten.get(disc.number)
        margin = DEFAULT_MARGIN_MM if disc.margin_mm is None else disc.margin_mm
        if known is None:
            known = Disc.of_box(disc.box, disc.level, 0, margin, ADDED)
        node = roi_to_node(self._scene, disc.box, disc.level, UNGRADED)
        set_attributes(node, Study=self._study, Made=MADE, Number=str(disc.number))
        label = self._labels.get(disc.number) or self._label_in(disc.box)
        if label is not None:
            set_attributes(node, Label=str(label))
        disc_to_attributes(node, replace(known, level=disc.level, roi=disc.box))
        item = hierarchy.study_item(self._scene, self._study, self.beside())
        hierarchy.file_under(self._scene, item, "ROI boxes", [node])
        return node

    def _label_in(self, roi: RoiBox) -> int | None:
        """The value of the segmented disc that most of a box's middle line runs through, where it is no other box's."""
        taken = {label_of(one) for one in self.nodes()}
        line = roi.center_lps_mm + np.linspace(-0.5, 0.5, 41)[:, None] * roi.size_mm[1] * roi.axes_lps[:, 1]
        for segmentation in study_nodes(self._scene, self._study, "segmentation"):
            labels = segmentation_from_node(segmentation)
            index = np.rint(labels.lps_to_index(line)).astype(int)
            i, j, k = index[np.all((index >= 0) & (index < np.array(labels.size)), axis=1)].T
            values = [int(one) for one in labels.array[k, j, i] if one > Label.DISC and one not in taken]
            if values:
                return max(set(values), key=values.count)
        return None

    def beside(self):
        """A node of the study by which its place in the subject hierarchy is known."""
        there = [one for one in study_nodes(self._scene, self._study) if attribute(one, "Kind") != "roi"]
        return next(iter(there), None)

    def _forget(self, node) -> None:
        """Take a box out of the scene; what is known of its disc comes back with it."""
        number, label = number_of(node), label_of(node)
        if number is not None and attribute(node, "Disc") is not None:
            self._forgotten[number] = disc_from_node(node)
            if label is not None:
                self._labels[number] = label
        hierarchy.remove(self._scene, node)

    def _indices(self, reading: Reading, nodes: Mapping[int, object]) -> dict[int, int]:
        """Index from the sacrum of each disc by number: as found, moved up where a disc was added below."""
        ordered = sorted(reading.present, key=lambda one: order_of(one.level))
        found = [label_of(nodes[one.number]) for one in ordered]
        first = next((index_of(label) - place for place, label in enumerate(found) if label is not None), 1)
        indices, last = {}, max(first, 1) - 1
        for disc, label in zip(ordered, found, strict=True):
            own = last + 1 if label is None else index_of(label)
            last = max(own, last + 1)
            indices[disc.number] = last
        return indices

    def _mark_named(self, reading: Reading) -> None:
        """Say beside what was doubtful whether a reader has settled the names, and wants it graded anyway."""
        for segmentation in study_nodes(self._scene, self._study, "segmentation"):
            if bool(attribute(segmentation, "Named")) != (reading.named is not None):
                set_attributes(segmentation, Named=reading.named.reader if reading.named else None)
            if bool(attribute(segmentation, "GradeAnyway")) != (reading.grade_anyway is not None):
                set_attributes(segmentation, GradeAnyway=reading.grade_anyway.reader if reading.grade_anyway else None)

    def _describe(self, node, disc: DiscReading, index: int, doubts: Sequence[str], open_doubts: Sequence[str]) -> None:
        """Have a box say what is known of its disc; of the doubts about names, only those that are still open."""
        facts = json.loads(attribute(node, "Disc") or "{}")
        before = facts.get("warnings", [])
        warnings = (*open_doubts, *(one for one in before if one not in doubts))
        if node.GetName() != disc.level:
            node.SetName(disc.level)
        if (facts.get("level"), facts.get("index_from_sacrum"), tuple(before)) != (disc.level, index, warnings):
            known = replace(disc_from_node(node), level=disc.level, index_from_sacrum=index, warnings=warnings)
            disc_to_attributes(node, known)
        if not disc.is_stale and attribute(node, "Live") is not None:
            set_attributes(node, Live=None)
        color_roi(node, final_color(disc))
        description = ", ".join(_said(disc))
        if (node.GetDescription() or "") != description:
            node.SetDescription(description)


ADDED = "This disc was added by the reader; its measures are those of its box."


def number_of(node) -> int | None:
    """The number, in the reading, of the disc of a box or of a saliency map; None where none was given yet."""
    text = attribute(node, "Number")
    return int(text) if text else None


def label_of(node) -> int | None:
    """The value in the label map of a box's disc; None for a disc that is not segmented."""
    text = attribute(node, "Label")
    return int(text) if text else None


def margin_of(node) -> float | None:
    """The margin that a box was made with; None for a box that somebody drew."""
    text = attribute(node, "Margin")
    if text:
        return float(text)
    return DEFAULT_MARGIN_MM if attribute(node, "Made") == MADE else None


def _said(disc: DiscReading) -> list[str]:
    from discgrader.grading.systems import scale_of

    words = []
    for system, task in disc.tasks:
        grade, ai = disc.final_grade(system, task), disc.ai_grade(system, task)
        label = scale_of(system, task).label_of(grade)
        share = f" ({ai.probability:.0%})" if ai is not None and ai.grade == grade else " (reader)"
        words.append(f"{task} {label}{share}")
    return words
