"""The one renderer: puts a reading into the scene - boxes, segments, saliency maps, herniations, tables - and touches
only what has changed."""

import json
from collections.abc import Collection, Generator, Mapping, Sequence
from typing import Any

from discgrader.grading.results import DiscResult
from discgrader.grading.systems import leading_tasks, scale_of
from discgrader.mrml import hierarchy
from discgrader.mrml.nodes import (
    MADE,
    READING,
    Color,
    Node,
    attribute,
    boxed_grade,
    clear_attributes,
    color_roi,
    curve_to_node,
    fill_table,
    herniation_name,
    move_roi,
    number_of,
    roi_from_node,
    roi_to_node,
    set_attributes,
    study_nodes,
    style_roi,
    table_to_node,
    text_to_node,
    to_end,
)
from discgrader.mrml.saliency import MapStore, empty_map, map_name
from discgrader.mrml.segmentation import UNGRADED, show_segments
from discgrader.mrml.stored import reading_to_text
from discgrader.reading.record import DiscReading, Reading
from discgrader.reading.results import discs_now, findings, name_certainty, open_doubts, settled_doubts
from discgrader.report.tables import described_names, grades_columns, grades_document, grades_rows, not_graded_of

READER_COLUMNS = ("reader_grade", "status", "stale", "reason", "box")
"""Columns that a reading adds to those of grades.csv in the table node; ``stale`` is "yes" where the reader decided
before the box was moved and has not confirmed it; ``box`` is "moved" where the grade belongs to a
box that was moved since."""


class Renderer:
    """What a scene shows of one study's reading.

    Parameters
    ----------
    scene : vtkMRMLScene
    study : str
    """

    def __init__(self, scene, study: str) -> None:
        self._scene, self._study = scene, study
        self.maps = MapStore()
        self.awaited: set[int] = set()
        """Numbers of discs whose saliency maps are still being computed; those that are shown stay meanwhile."""
        self._shown: dict[int, tuple[DiscReading, object]] = {}
        self._rows: dict[int, tuple[tuple[Any, ...], list[dict[str, object]]]] = {}
        self._filled: tuple[object, Sequence[Mapping[str, object]]] = (None, ())
        self._curves: dict[int, tuple[DiscReading, object]] = {}
        self._words: dict[int, tuple[DiscReading, str]] = {}
        self._described: dict[int, tuple[tuple[object, ...], dict]] = {}

    def nodes(self) -> dict[int, Node]:
        """The discs' box nodes by number."""
        found: dict[int, Node] = {}
        for node in study_nodes(self._scene, self._study, "roi"):
            number = number_of(node)
            if number is not None:
                found.setdefault(number, node)
        return found

    def node(self, number: int):
        """The box node of the disc of this number, or None."""
        return self.nodes().get(number)

    @property
    def table(self):
        """The table node; None before anything is graded."""
        return self._first("table")

    @property
    def text(self):
        """The node that keeps the reading; None before it was shown."""
        return self._first(READING)

    def adopt(self, boxes: Mapping[int, Node]) -> None:
        """Have these nodes be the boxes of discs, by number; other boxes that say that they are a disc's are no disc's.

        Boxes that DiscGrader made for discs that are no more go when the reading is shown, a user's own stay.
        """
        for node in study_nodes(self._scene, self._study, "roi"):
            if all(node is not box for box in boxes.values()) and number_of(node) in boxes:
                clear_attributes(node)
        for number, node in boxes.items():
            if attribute(node, "Kind") is None:
                node.CreateDefaultDisplayNodes()
                style_roi(node)
            set_attributes(node, Study=self._study, Kind="roi", Number=str(number))

    def show(self, reading: Reading) -> None:
        """Have the scene show a reading."""
        to_end(self.showing(reading))

    def showing(self, reading: Reading) -> Generator[None, None, None]:
        """`show` in small steps, between which a window may go on."""
        yield from self._boxes(reading)
        self._segments(reading)
        yield from self._saliency(reading)
        self._herniations(reading)
        self._tables(reading)
        self._say(reading)

    def restore(self, number: int) -> None:
        """Have the box of a disc be rendered anew the next time: somebody has changed its node."""
        self._shown.pop(number, None)

    def color(self, number: int, result: DiscResult) -> None:
        """Give a box the color of these grades for now, as while a hand moves it."""
        node, grade = self.node(number), result.leading_grade
        if node is not None:
            color_roi(node, UNGRADED if grade is None else scale_of(grade.system, grade.task).grade(grade.grade).rgb)
            self.restore(number)

    def _boxes(self, reading: Reading) -> Generator[None, None, None]:
        present = {disc.number: disc for disc in reading.present}
        for node in study_nodes(self._scene, self._study, "roi"):
            if number_of(node) not in present:
                self._remove(node)
        nodes = self.nodes()
        new = [disc for disc in present.values() if disc.number not in nodes]
        for disc in new:
            nodes[disc.number] = roi_to_node(self._scene, disc.box, disc.level, _final_color(disc))
            set_attributes(nodes[disc.number], Study=self._study, Kind="roi", Made=MADE, Number=str(disc.number))
            yield
        self._file("ROI boxes", [nodes[disc.number] for disc in new])
        for number, disc in present.items():
            before, shown = self._shown.get(number, (None, None))
            if before is not disc or shown is not nodes[number]:
                self._box(nodes[number], disc)
                self._shown[number] = (disc, nodes[number])
                yield

    def _box(self, node, disc: DiscReading) -> None:
        if not roi_from_node(node).is_same(disc.box):
            move_roi(node, disc.box)
        if node.GetName() != disc.level:
            node.SetName(disc.level)
        set_attributes(node, Level=disc.level)
        color_roi(node, _final_color(disc))

    def _say(self, reading: Reading) -> None:
        """Have each box say its disc's grades in words; last, for filing a node takes away what others say."""
        nodes = self.nodes()
        for disc in reading.present:
            before, words = self._words.get(disc.number, (None, ""))
            if before is not disc:
                words = ", ".join(_said(disc))
                self._words[disc.number] = (disc, words)
            if (nodes[disc.number].GetDescription() or "") != words:
                nodes[disc.number].SetDescription(words)

    def _remove(self, node) -> None:
        """Take a node of DiscGrader's out of the scene, and leave a user's own alone."""
        if attribute(node, "Made") == MADE:
            hierarchy.remove(self._scene, node)
        else:
            clear_attributes(node)

    def _segments(self, reading: Reading) -> None:
        looks = {disc.label: (disc.level, _final_color(disc)) for disc in reading.present if disc.label is not None}
        for segmentation in study_nodes(self._scene, self._study, "segmentation"):
            show_segments(segmentation, looks)

    def _saliency(self, reading: Reading) -> Generator[None, None, None]:
        """The maps of the grades that are shown, under the names of their discs."""
        present = {disc.number: disc for disc in reading.present}
        nodes: dict[tuple[int, tuple[str, str]], Node] = {}
        for node in study_nodes(self._scene, self._study, "saliency"):
            task = (attribute(node, "System") or "", attribute(node, "Task") or "")
            disc = reading.numbered(number_of(node))
            if disc is not None and (task in self.maps.of(disc) or disc.number in self.awaited):
                nodes[disc.number, task] = node
            else:
                hierarchy.remove(self._scene, node)
        for disc in present.values():
            for task, saliency in self.maps.of(disc).items():
                node = nodes.pop((disc.number, task), None)
                name = map_name(disc.level, *task)
                if node is None:
                    node = empty_map(self._scene, name)
                    set_attributes(node, Study=self._study, Kind="saliency", Made=MADE, Number=str(disc.number))
                    set_attributes(node, System=task[0], Task=task[1])
                    self._file("Saliency", [node])
                if node.GetImageData() is not saliency.image:
                    saliency.fill(node)
                    set_attributes(node, Box=saliency.key, Series=saliency.series)
                    yield
                self._name_map(node, disc, name)
        for (number, task), node in nodes.items():
            self._name_map(node, present[number], map_name(present[number].level, *task))

    def _name_map(self, node, disc: DiscReading, name: str) -> None:
        if node.GetName() != name:
            node.SetName(name)
        set_attributes(node, Level=disc.level)

    def _herniations(self, reading: Reading) -> None:
        """A curve around each herniation that the grades tell the place of."""
        curves = {number_of(node): node for node in study_nodes(self._scene, self._study, "herniation")}
        for node in curves.values():
            if number_of(node) is None:
                # Scenes of version 0.1.0 tell curves by their levels.
                hierarchy.remove(self._scene, node)
        for disc in reading.present:
            grades = () if disc.grading is None else disc.grading.grades
            grade, node = boxed_grade(grades), curves.pop(disc.number, None)
            if grade is None:
                if node is not None:
                    hierarchy.remove(self._scene, node)
                continue
            if node is not None and self._curves.get(disc.number, (None, None))[0] is disc:
                continue
            made = curve_to_node(self._scene, grade, herniation_name(disc.level, grades), node)
            set_attributes(made, Study=self._study, Kind="herniation", Made=MADE, Level=disc.level)
            set_attributes(made, Number=str(disc.number))
            if node is None:
                self._file("Herniations", [made])
            self._curves[disc.number] = (disc, made)
        for number, node in curves.items():
            if number is not None:
                hierarchy.remove(self._scene, node)

    def _tables(self, reading: Reading) -> None:
        """The table of grades, grades.json, and the text that keeps the reading."""
        if reading.examined is not None:
            document = self.document(reading)
            self._table(reading, document)
            self._text("provenance", "grades.json", json.dumps(document, ensure_ascii=False))
        self._text(READING, "reading", reading_to_text(reading))

    def _table(self, reading: Reading, document: dict) -> None:
        rows = self._rows_of(reading, document)
        columns = (*grades_columns(rows), *(READER_COLUMNS if reading.reader else ()))
        table = self.table
        if table is None:
            table = table_to_node(self._scene, columns, rows, f"{self._study} grades")
            set_attributes(table, Study=self._study, Kind="table", Made=MADE)
            self._file("Tables", [table])
        else:
            before = self._filled[1] if self._filled[0] is table else ()
            fill_table(table, columns, rows, before)
        self._filled = (table, rows)

    def _rows_of(self, reading: Reading, document: dict) -> list[dict[str, object]]:
        """The rows of all discs; those of a disc are made anew only when it has changed."""
        rows: list[dict[str, object]] = []
        told = (document.get("names"), document["name_doubts"], bool(reading.reader))
        for described in document["discs"]:
            disc = reading.disc(described["level"])
            key = (disc, described, told)
            before, known = self._rows.get(disc.number, (None, []))
            if before is None or before[0] is not disc or before[1] is not described or before[2] != told:
                known = grades_rows({**document, "discs": [described]})
                if reading.reader:
                    known = [row | _reader_cells(disc, str(row["system"]), str(row["task"])) for row in known]
                self._rows[disc.number] = (key, known)
            rows += known
        return rows

    def document(self, reading: Reading) -> dict:
        """A reading's study as ``grades.json`` has it."""
        examined: Any = reading.examined or {}
        discs = [self._describe(disc, now) for disc, now in discs_now(reading)]
        probability, alternatives = name_certainty(reading)
        names = described_names(discs[0]["level"] if discs else None, probability, alternatives)
        told = [warning for warning in examined.get("warnings", ()) if warning not in settled_doubts(reading)]
        told += [finding for finding in findings(reading) if finding not in told]
        warnings = (*told, *not_graded_of({"discs": discs}))
        return grades_document(reading.study, examined, names, discs, warnings, open_doubts(reading))

    def _describe(self, disc: DiscReading, now) -> dict:
        """A disc as grades.json has it, in the box that its grades are of; made anew only when it has changed."""
        grading = disc.grading
        before, described = self._described.get(disc.number, (None, {}))
        if before is None or before[0] is not disc or before[1] != now:
            result = DiscResult(now, () if grading is None else grading.grades)
            described = result.to_json(rounded=True)
            if grading is not None:
                described["not_graded"] = dict(grading.not_graded)
                if disc.is_stale:
                    described["roi"] = grading.box.to_json(6)
            self._described[disc.number] = ((disc, now), described)
        return described

    def _text(self, kind: str, name: str, text: str) -> None:
        node = self._first(kind)
        if node is None:
            node = text_to_node(self._scene, text, f"{self._study} {name}")
            set_attributes(node, Study=self._study, Kind=kind, Made=MADE)
            self._file("Tables", [node])
        elif node.GetText() != text:
            node.SetText(text)

    def _first(self, kind: str):
        return next(iter(study_nodes(self._scene, self._study, kind)), None)

    def _file(self, folder: str, nodes: Collection) -> None:
        if nodes:
            item = hierarchy.study_item(self._scene, self._study, self._beside(nodes))
            hierarchy.file_under(self._scene, item, folder, nodes)

    def _beside(self, new: Collection):
        """A node of the study by which its place in the subject hierarchy is known."""
        mine = (node for node in study_nodes(self._scene, self._study) if attribute(node, "Kind") != "roi")
        return next((node for node in mine if all(node is not added for added in new)), None)


def _final_color(disc: DiscReading) -> Color:
    """Color of a disc's box and segment by its leading grade: the reader's, or else the pack's."""
    tasks = disc.tasks
    for system, task in (*leading_tasks(), *tasks):
        grade = disc.final_grade(system, task) if (system, task) in tasks else None
        if grade is not None:
            return scale_of(system, task).grade(grade).rgb
    return UNGRADED


def _said(disc: DiscReading) -> list[str]:
    """A disc's grades in words."""
    words = []
    for system, task in disc.tasks:
        grade, ai = disc.final_grade(system, task), disc.ai_grade(system, task)
        share = f" ({ai.probability:.0%})" if ai is not None and ai.grade == grade else " (reader)"
        if grade is not None:
            words.append(f"{task} {scale_of(system, task).label_of(grade)}{share}")
    return words


def _reader_cells(disc: DiscReading, system: str, task: str) -> dict[str, str]:
    said = disc.decision(system, task)
    return {
        "reader_grade": disc.reader_grade(system, task) or "",
        "status": disc.status(system, task),
        "stale": "yes" if said is not None and disc.is_decision_stale(system, task) else "",
        "reason": "" if said is None else said.reason,
        "box": "moved" if disc.is_stale else "",
    }
