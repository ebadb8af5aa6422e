"""The table of grades, grades.json and the saliency maps of a scene, kept to what a reading says."""

import json
from dataclasses import dataclass

import vtk

from discgrader.errors import UsageError
from discgrader.grading.results import DiscResult
from discgrader.localize.box import RoiBox
from discgrader.mrml import hierarchy
from discgrader.mrml.disc_nodes import number_of
from discgrader.mrml.nodes import attribute, disc_from_node, set_attributes
from discgrader.mrml.readback import name_doubts_in_scene, names_in_scene, settled_in_scene
from discgrader.mrml.saliency import empty_map, map_name
from discgrader.mrml.scene import MADE, study_nodes
from discgrader.mrml.tables import fill_table
from discgrader.reading.begin import reading_of_grades
from discgrader.reading.record import DiscReading, Grading, Reading
from discgrader.report.tables import described_names, grades_columns, grades_rows, with_discs

READER_COLUMNS = ("reader_grade", "status", "reason", "box")
"""Columns that a reading adds to those of grades.csv in the table node; ``box`` is "moved" where the grade belongs to a
box that was moved since."""


class GradeNodes:
    """What a scene says of the grades of one study.

    Parameters
    ----------
    scene : vtkMRMLScene
    study : str
    """

    def __init__(self, scene, study: str) -> None:
        self._scene, self._study = scene, study
        self._described: dict[int, tuple[tuple[object, ...], dict]] = {}
        self._graded: tuple[str, dict[str, Grading]] = ("", {})

    @property
    def table(self):
        """The table node; None before anything is graded."""
        return next(iter(study_nodes(self._scene, self._study, "table")), None)

    def graded(self) -> dict[str, Grading]:
        """By level what grades.json says; nothing before anything is graded."""
        node = self._provenance()
        text = "" if node is None else node.GetText() or ""
        if not text:
            self._graded = ("", {})
        elif text != self._graded[0]:
            discs = reading_of_grades(self._document(), "none").discs
            self._graded = (text, {one.level: one.grading for one in discs if one.grading is not None})
        return self._graded[1]

    def show(self, reading: Reading, nodes: dict[int, object]) -> None:
        """Have grades.json and the table say what a reading says.

        Parameters
        ----------
        reading : Reading
        nodes : dict of int to vtkMRMLMarkupsROINode
            The discs' boxes by number.
        """
        document = self._document()
        if document is None:
            return
        described = [self._describe(one, nodes[one.number]) for one in reading.present]
        before = document
        described.sort(key=lambda one: one["index_from_sacrum"])
        names = described_names(
            described[0]["level"] if described else None, **names_in_scene(self._scene, self._study)
        )
        others = {name: value for name, value in before.items() if name != "names"}
        doubts = (
            [] if settled_in_scene(self._scene, self._study) else list(name_doubts_in_scene(self._scene, self._study))
        )
        told = {"warnings": self._warnings(before), "name_doubts": doubts}
        document = with_discs({**others, **names, **told}, described)
        if document != before:
            self._provenance().SetText(json.dumps(document, ensure_ascii=False))
        rows = [
            row | _reader_cells(reading.disc(row["level"]), row["system"], row["task"]) for row in grades_rows(document)
        ]
        if self.table is not None:
            columns = (*grades_columns(rows), *READER_COLUMNS)
            fill_table(self.table, columns, rows)

    def _describe(self, disc: DiscReading, node) -> dict:
        """A disc as grades.json has it; made anew only when it has changed."""
        stamp = (disc.grading, disc.box, attribute(node, "Disc"))
        before, described = self._described.get(disc.number, (None, None))
        if before is None or before[0] is not stamp[0] or before[1:] != stamp[1:]:
            described = _described(disc, node)
            self._described[disc.number] = (stamp, described)
        return described

    def _warnings(self, document: dict) -> list[str]:
        """What grades.json warns of; of the doubts about names, only those that no reader has settled."""
        settled, told = settled_in_scene(self._scene, self._study), document["warnings"]
        reopened = [] if settled else [one for one in name_doubts_in_scene(self._scene, self._study) if one not in told]
        return [*reopened, *(one for one in told if one not in settled)]

    def _provenance(self):
        return next(iter(study_nodes(self._scene, self._study, "provenance")), None)

    def _document(self) -> dict | None:
        node = self._provenance()
        if node is None:
            return None
        try:
            return json.loads(node.GetText())
        except (TypeError, ValueError) as error:
            raise UsageError(f"The grades of {self._study} in the scene are broken; grade the study anew.") from error


@dataclass(frozen=True, eq=False)
class _Map:
    """Voxels of a saliency map and where they lie, as their node holds them."""

    image: object
    matrix: object
    series: str


class MapNodes:
    """The saliency maps of one study: for each disc those of the box that its grades are of.

    Maps that were seen in the scene are remembered, so that undo of a moved box brings its maps back.

    Parameters
    ----------
    scene : vtkMRMLScene
    study : str
    """

    def __init__(self, scene, study: str) -> None:
        self._scene, self._study = scene, study
        self._seen: dict[tuple[int, RoiBox], dict[tuple[str, str], _Map]] = {}

    def learn(self, reading: Reading) -> None:
        """Remember which box each new map is of: that of its disc's present grades."""
        levels = {one.level: one for one in reading.present}
        keys = {one.number: _key(one) for one in reading.present}
        for node in self._nodes():
            disc = levels.get(attribute(node, "Level"))
            if disc is not None and disc.grading is not None and _told_key(node) in (None, keys[disc.number]):
                self._keep(node, disc, keys[disc.number])

    def show(self, reading: Reading) -> None:
        """Have the scene's maps be those of the grades that a reading shows, under the names of its discs."""
        present = {one.number: one for one in reading.present}
        keys = {one.number: _key(one) for one in reading.present}
        shown = set()
        for node in self._nodes():
            number, task = number_of(node), (attribute(node, "System"), attribute(node, "Task"))
            if number is None:
                continue
            disc = present.get(number)
            known = {} if disc is None or disc.grading is None else self._seen.get((number, disc.grading.box), {})
            if _told_key(node) is not None and (disc is None or _told_key(node) != keys[number]):
                if task not in known:
                    hierarchy.remove(self._scene, node)
                    continue
                self._fill(node, keys[number], known[task])
            self._name(node, disc)
            shown.add((number, task))
        for disc in present.values():
            maps = {} if disc.grading is None else self._seen.get((disc.number, disc.grading.box), {})
            for task, one in maps.items():
                if (disc.number, task) not in shown:
                    self._make(disc, task, one)

    def _nodes(self) -> list:
        return study_nodes(self._scene, self._study, "saliency")

    def _keep(self, node, disc: DiscReading, key: str) -> None:
        matrix = vtk.vtkMatrix4x4()
        node.GetIJKToRASMatrix(matrix)
        maps = self._seen.setdefault((disc.number, disc.grading.box), {})
        maps[attribute(node, "System"), attribute(node, "Task")] = _Map(
            node.GetImageData(), matrix, attribute(node, "Series")
        )
        # Nothing that anybody sees has changed, and there are many maps.
        quiet = node.GetDisableModifiedEvent()
        node.SetDisableModifiedEvent(True)
        set_attributes(node, Number=str(disc.number), Box=key)
        node.SetDisableModifiedEvent(quiet)

    def _fill(self, node, key: str, one: _Map) -> None:
        node.SetIJKToRASMatrix(one.matrix)
        node.SetAndObserveImageData(one.image)
        set_attributes(node, Box=key, Series=one.series)

    def _name(self, node, disc: DiscReading) -> None:
        name = map_name(disc.level, attribute(node, "System"), attribute(node, "Task"))
        if node.GetName() != name:
            node.SetName(name)
            set_attributes(node, Level=disc.level)

    def _make(self, disc: DiscReading, task: tuple[str, str], one: _Map) -> None:
        node = empty_map(self._scene, map_name(disc.level, *task))
        set_attributes(
            node, Study=self._study, Kind="saliency", Made=MADE, Level=disc.level, System=task[0], Task=task[1]
        )
        set_attributes(node, Number=str(disc.number))
        self._fill(node, _key(disc), one)
        beside = next(iter(study_nodes(self._scene, self._study, "table")), None)
        hierarchy.file_under(self._scene, hierarchy.study_item(self._scene, self._study, beside), "Saliency", [node])


def _key(disc: DiscReading) -> str:
    """A text that tells the box whose grades a disc shows."""
    if disc.grading is None:
        return ""
    box = disc.grading.box
    numbers = (*box.center_lps_mm, *box.axes_lps.T.ravel(), *box.size_mm)
    return _without_minus_zero(" ".join(f"{value:.4f}" for value in numbers))


def _told_key(node) -> str | None:
    """The text that a map's node bears, which an older version may have written."""
    text = attribute(node, "Box")
    return None if text is None else _without_minus_zero(text)


def _without_minus_zero(key: str) -> str:
    return key.replace("-0.0000", "0.0000")


def _described(disc: DiscReading, node) -> dict:
    """A disc as grades.json has it; its box is the one that its grades are of."""
    grading = disc.grading
    described = DiscResult(disc_from_node(node), ()).to_json(rounded=True)
    if disc.is_stale:
        described["roi"] = grading.box.to_json()
    if grading is not None:
        described["grades"] = [one.to_json() for one in grading.grades]
        described["not_graded"] = dict(grading.not_graded)
    return described


def _reader_cells(disc: DiscReading, system: str, task: str) -> dict[str, str]:
    said = disc.decision(system, task)
    return {
        "reader_grade": disc.reader_grade(system, task) or "",
        "status": disc.status(system, task),
        "reason": "" if said is None else said.reason,
        "box": "moved" if disc.is_stale else "",
    }
