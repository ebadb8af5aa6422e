"""The reading of a study whose result is in a scene: kept there as text, shown in the table of grades."""

import getpass
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import vtk

from discgrader.errors import UsageError
from discgrader.imaging.volume import lps_to_ras
from discgrader.localize.disc import RoiBox
from discgrader.mrml import hierarchy
from discgrader.mrml.nodes import attribute, matrix_to_vtk, set_attributes
from discgrader.mrml.scene import READING, study_nodes
from discgrader.mrml.tables import text_to_node
from discgrader.reading.begin import reading_of_grades
from discgrader.reading.editor import Editor
from discgrader.reading.files import load_reading, reading_from_json, reading_to_json, save_reading
from discgrader.reading.parts import box_to_json, grade_to_json
from discgrader.reading.record import KeptBox, Reading, now

READER_COLUMNS = ("reader_grade", "status", "reason")
"""Columns that a reading adds to those of grades.csv in the table node."""

_SAME_BOX_MM = 1e-3


class SceneReading:
    """A reading that a scene holds, or a new one, and what the scene shows of it.

    The text node with the reading and the cells of the table follow every change; boxes follow undo, redo and loading.
    What is graded anew in the scene is taken in by `follow`.

    Parameters
    ----------
    scene : vtkMRMLScene
    study : str
        Name of a study whose result is in the scene.
    reader : str
        Who reads from now on; where it is empty, who read before, or else the name that the user is logged in by.
    clock : callable() -> str, optional
        Gives the time.

    Raises
    ------
    UsageError
        When the scene has no result of the study, the reader has no name, or the reading in the scene is broken.
    """

    def __init__(self, scene, study: str, reader: str, clock: Callable[[], str] = now) -> None:
        self._scene, self._study = scene, study
        if not study_nodes(scene, study, "provenance"):
            raise UsageError(f"The scene holds no grades of {study}; grade the study first.")
        kept = study_nodes(scene, study, READING)
        if kept:
            self._text = kept[0]
            begun = reading_from_json(_parsed(self._text.GetText()), Path(f"the reading of {study} in the scene"))
            begun = replace(begun, reader=reader or begun.reader)
        else:
            begun = reading_of_grades(self._document(), reader or getpass.getuser(), clock())
            self._text = text_to_node(scene, "", f"{study} reading")
            set_attributes(self._text, Study=study, Kind=READING)
            hierarchy.file_under(scene, hierarchy.study_item(scene, study, self._table()), "Tables", [self._text])
        self.editor = Editor(begun, clock=clock)
        self.follow()

    @property
    def is_in_scene(self) -> bool:
        """Whether the scene still holds this reading; it does not once it is closed."""
        return bool(self._scene.IsNodePresent(self._text)) and attribute(self._text, "Study") == self._study

    def set_override(self, level: str, system: str, task: str, grade: str, reason: str = "") -> None:
        """The reader gives a grade; see `Editor.set_override`."""
        self.editor.set_override(level, system, task, grade, reason)
        self._show()

    def accept(self, level: str, system: str, task: str) -> None:
        """The reader accepts the pack's grade."""
        self.editor.accept(level, system, task)
        self._show()

    def accept_level(self, level: str) -> None:
        """The reader accepts every grade of a level that is unread."""
        self.editor.accept_level(level)
        self._show()

    def withdraw(self, level: str, system: str, task: str) -> None:
        """The reader takes back what was said of a grade."""
        self.editor.withdraw(level, system, task)
        self._show()

    def undo(self) -> None:
        """One step back, boxes included."""
        self._step(self.editor.undo)

    def redo(self) -> None:
        """One step forward again, boxes included."""
        self._step(self.editor.redo)

    def save(self, path: Path) -> None:
        """Write the reading to a file."""
        save_reading(self.editor.reading, path)
        self.editor.history.mark_saved()

    def load(self, path: Path) -> None:
        """Put the reading of a file in the place of this one; a step that can be undone.

        Raises
        ------
        UsageError
            When it is no reading, or one of another study.
        """
        loaded = load_reading(path)
        if loaded.study != self._study:
            raise UsageError(f"{path} is a reading of {loaded.study}, not of {self._study}; open that study first.")
        self._step(lambda: self.editor.history.do("load reading", lambda _before: loaded))

    def follow(self) -> None:
        """Take in what was graded in the scene: corrected boxes, added and removed discs, and their new grades."""
        graded = reading_of_grades(self._document(), "none")
        editor = self.editor
        moved = [one.level for one in graded.discs if one.level in editor.reading.levels
                 and not _same(one.box, editor.reading.disc(one.level).box)]
        with editor.history.together(f"move {moved[0]} box" if len(moved) == 1 else "find and grade discs"):
            for level in set(editor.reading.levels).difference(graded.levels):
                editor.delete_disc(level)
            for one in graded.discs:
                if one.level not in editor.reading.levels:
                    editor.add_disc(one.level, one.box.roi)
                elif one.level in moved:
                    editor.move_box(one.level, one.box.roi)
        for one in graded.discs:
            known = editor.reading.disc(one.level)
            if one.grading and (known.grading is None or known.grading.grades != one.grading.grades):
                editor.learn_grades(known.number, known.box, one.grading.grades)
        self._show()

    def _step(self, act: Callable[[], object]) -> None:
        before = {one.number: one.box for one in self.editor.reading.discs}
        act()
        for disc in self.editor.reading.present:
            if before.get(disc.number) != disc.box:
                self._place(disc.level, disc.box.roi)
        self._show()

    def _place(self, level: str, box: RoiBox) -> None:
        for node in study_nodes(self._scene, self._study, "roi"):
            if attribute(node, "Level") == level:
                matrix = np.eye(4)
                matrix[:3, :3], matrix[:3, 3] = lps_to_ras(box.axes_lps.T).T, lps_to_ras(box.center_lps_mm)
                node.SetSize(*(float(length) for length in box.size_mm))
                node.SetAndObserveObjectToNodeMatrix(matrix_to_vtk(matrix))

    def _show(self) -> None:
        reading = self.editor.reading
        self._text.SetText(json.dumps(reading_to_json(reading), ensure_ascii=False, indent=1))
        self._show_provenance(reading)
        node = self._table()
        table = node.GetTable()
        for name in READER_COLUMNS:
            if table.GetColumnByName(name) is None:
                array = vtk.vtkStringArray()
                array.SetName(name)
                array.SetNumberOfValues(table.GetNumberOfRows())
                node.AddColumn(array)
        for row in range(table.GetNumberOfRows()):
            level, system, task = (table.GetValueByName(row, one).ToString() for one in ("level", "system", "task"))
            for name, value in _cells(reading, level, system, task).items():
                column = node.GetColumnIndex(name)
                if column >= 0 and node.GetCellText(row, column) != value:
                    node.SetCellText(row, column, value)

    def _show_provenance(self, reading: Reading) -> None:
        """Undo of a corrected box brings its former grades back in grades.json, too."""
        document, graded = self._document(), reading_of_grades(self._document(), "none")
        for described, one in zip(document["discs"], graded.discs, strict=True):
            if one.level not in reading.levels:
                continue
            disc = reading.disc(one.level)
            if disc.grading and not disc.is_stale and (one.grading is None or disc.grading.grades != one.grading.grades):
                described["roi"] = box_to_json(disc.box)
                described["grades"] = [grade_to_json(grade) for grade in disc.grading.grades]
        if document != self._document():
            self._provenance().SetText(json.dumps(document, indent=2, ensure_ascii=False))

    def _provenance(self):
        return study_nodes(self._scene, self._study, "provenance")[0]

    def _document(self) -> dict:
        return json.loads(self._provenance().GetText())

    def _table(self):
        return study_nodes(self._scene, self._study, "table")[0]


def _cells(reading: Reading, level: str, system: str, task: str) -> dict[str, str]:
    """What the table says of one grade, by column."""
    if level not in reading.levels:
        return dict.fromkeys(READER_COLUMNS, "")
    disc = reading.disc(level)
    said, ai = disc.decision(system, task), disc.ai_grade(system, task)
    cells = {
        "reader_grade": disc.reader_grade(system, task) or "",
        "status": disc.status(system, task),
        "reason": "" if said is None else said.reason,
    }
    if ai is not None:
        shares = {f"p_{value}": repr(p) for value, p in ai.probabilities.items()}
        cells |= {"grade": ai.grade, "label": ai.label, "probability": repr(ai.probability), **shares}
    return cells


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _same(one: KeptBox, other: KeptBox) -> bool:
    return np.abs(one.roi.corners_lps() - other.roi.corners_lps()).max() < _SAME_BOX_MM
