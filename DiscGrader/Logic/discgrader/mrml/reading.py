"""The reading of a study whose discs are in a scene: kept there as text, and all that the scene shows of it."""

import getpass
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from discgrader.errors import UsageError
from discgrader.mrml import hierarchy
from discgrader.mrml.disc_nodes import DiscNodes, margin_of, number_of
from discgrader.mrml.grade_nodes import GradeNodes, MapNodes
from discgrader.mrml.nodes import attribute, disc_from_node, roi_from_node, set_attributes
from discgrader.mrml.scene import READING, show_herniations, study_nodes
from discgrader.mrml.tables import text_to_node
from discgrader.reading.commands import (
    AddDisc,
    Command,
    DeleteDisc,
    FitBox,
    LearnGrades,
    MoveBox,
    NamesAsFound,
    RenameDiscs,
    SetReader,
    TakeReading,
    Together,
)
from discgrader.reading.files import load_reading, reading_from_json, reading_to_json, save_reading
from discgrader.reading.history import History
from discgrader.reading.record import DiscReading, Reading, now


class SceneReading:
    """A reading that a scene holds, or a new one, and what the scene shows of it.

    Boxes, segments, table, grades.json, saliency maps and the text node with the reading follow every change, undo and
    redo. What is found and graded anew in the scene, and boxes that were moved or deleted there, are taken in by
    `follow`, which every change does first.

    Parameters
    ----------
    scene : vtkMRMLScene
    study : str
        Name of a study whose discs are in the scene.
    reader : str
        Who reads from now on; where it is empty, who read before, or else the name that the user is logged in by.
    clock : callable() -> str, optional
        Gives the time.
    filling : callable() -> bool, optional
        Whether the scene is just being filled, so that it must not be looked at; nothing but grades can be changed
        then.
    shown : callable(SceneReading), optional
        Called whenever the scene shows the reading anew.
    quiet : context manager, optional
        Entered while the scene is changed by the reading.

    Raises
    ------
    UsageError
        When the scene has no disc of the study, the reader has no name, or the reading in the scene is broken.
    """

    def __init__(
        self,
        scene,
        study: str,
        reader: str,
        clock: Callable[[], str] = now,
        filling: Callable[[], bool] = lambda: False,
        shown: Callable[["SceneReading"], None] = lambda reading: None,
        quiet: AbstractContextManager = nullcontext(),
    ) -> None:
        self._scene, self._study = scene, study
        self._filling, self._shown, self._quiet = filling, shown, quiet
        self.discs, self._grades, self._maps = DiscNodes(scene, study), GradeNodes(scene, study), MapNodes(scene, study)
        self._written = ""
        kept = study_nodes(scene, study, READING)
        if kept:
            self._text = kept[0]
            begun = reading_from_json(_parsed(self._text.GetText()), Path(f"the reading of {study} in the scene"))
            begun = replace(begun, reader=reader or begun.reader)
        else:
            begun = self._begun(reader or getpass.getuser(), clock())
            self._text = text_to_node(scene, "", f"{study} reading")
            set_attributes(self._text, Study=study, Kind=READING)
            item = hierarchy.study_item(scene, study, self.discs.beside())
            hierarchy.file_under(scene, item, "Tables", [self._text])
        self.history = History(begun, clock=clock)
        self.follow()

    @property
    def study(self) -> str:
        """Whose reading it is."""
        return self._study

    @property
    def reading(self) -> Reading:
        """As it is now."""
        return self.history.reading

    @property
    def is_in_scene(self) -> bool:
        """Whether the scene still holds this reading; it does not once it is closed."""
        return bool(self._scene.IsNodePresent(self._text)) and attribute(self._text, "Study") == self._study

    def set_reader(self, reader: str) -> None:
        """Who reads from now on; what was said before stays theirs who said it. No step of its own."""
        if reader and reader != self.reading.reader:
            self.history.learn(SetReader(reader))
            self._show()

    def decide(self, command: Command) -> None:
        """Change what the reader says of grades."""
        self._catch_up()
        if not self._filling():
            self._absorb()
        self.history.apply(command)
        self._show()

    def edit(self, command: Command) -> None:
        """Change boxes or names.

        Raises
        ------
        UsageError
            While discs are being found or graded, and as the command.
        """
        self._go(lambda: self.history.apply(command))

    def undo(self) -> None:
        """Go one step back; errors as `edit`."""
        self._go(self.history.undo)

    def redo(self) -> None:
        """Go one step forward again; errors as `edit`."""
        self._go(self.history.redo)

    def _go(self, act: Callable[[], object]) -> None:
        if self._filling():
            raise UsageError("Discs are being found or graded; wait for it or stop it first.")
        self._catch_up()
        self._absorb()
        act()
        self._show()

    def save(self, path: Path) -> None:
        """Write the reading to a file."""
        if not self._filling():
            self.follow()
        save_reading(self.reading, path)
        self.history.mark_saved()

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
        self.edit(TakeReading(loaded))

    def drag(self, node, drag: str) -> str | None:
        """A hand moves the box of this node; its level, or None where it is no disc's or has not moved.

        What the scene shows besides follows when `follow` is called at the end.
        """
        number = number_of(node)
        disc = next((one for one in self.reading.present if one.number == number), None)
        if disc is None:
            return None
        box = roi_from_node(node)
        if box.is_same(disc.box):
            return None
        self.history.apply(MoveBox(disc.level, box, drag))
        return disc.level

    def follow(self) -> None:
        """Take in what has changed in the scene: boxes, discs that came or went, and grades."""
        self._absorb()
        self._show()

    def _absorb(self) -> None:
        self._follow_discs(self.discs.recognize(self.reading))
        for level, told in self._grades.graded().items():
            if level not in self.reading.levels:
                continue
            disc = self.reading.disc(level)
            if told.box.is_same(disc.box) and (disc.is_stale or disc.grading is None or not disc.grading.says_as(told)):
                self.history.learn(LearnGrades(disc.number, disc.box, told.grades, told.not_graded))
        self._maps.learn(self.reading)

    def _follow_discs(self, found_again: set[int]) -> None:
        """Have the reading's discs be those of the scene's boxes, as one step."""
        nodes = {number_of(one): one for one in self.discs.nodes() if number_of(one) is not None}
        new = [one for one in self.discs.nodes() if number_of(one) is None]
        gone = [one for one in self.reading.present if one.number not in nodes]
        boxes = {number: roi_from_node(node) for number, node in nodes.items()}
        moved = [one for one in self.reading.present if one.number in nodes and not boxes[one.number].is_same(one.box)]
        names = {
            one.number: attribute(nodes[one.number], "Level")
            for one in self.reading.present
            if one.number in nodes and attribute(nodes[one.number], "Level") != one.level
        }
        if not (new or gone or moved or names):
            return
        commands: list[Command] = [DeleteDisc(disc.level) for disc in gone]
        if names:
            commands.append(RenameDiscs(names))
        if names or found_again:
            commands.append(NamesAsFound())
        for disc in moved:
            margin = margin_of(nodes[disc.number]) if disc.number in found_again else None
            level, box = names.get(disc.number, disc.level), boxes[disc.number]
            commands.append(MoveBox(level, box) if margin is None else FitBox(level, box, margin))
        for node in new:
            disc, found = disc_from_node(node), margin_of(node)
            commands.append(AddDisc(disc.level, disc.roi, found, found=found is not None))
        self.history.apply(Together(_words(new, gone, moved, names), tuple(commands)))
        last = max(one.number for one in self.reading.discs)
        for number, node in enumerate(new, last - len(new) + 1):
            set_attributes(node, Number=str(number))

    def _catch_up(self) -> None:
        """Take in, as a step, what somebody else has made of the reading in the scene, such as another script."""
        text = self._text.GetText()
        if text != self._written:
            other = reading_from_json(_parsed(text), Path(f"the reading of {self._study} in the scene"))
            self.history.apply(TakeReading(other, "change from elsewhere"))
            self._written = text

    def _show(self) -> None:
        with self._quiet:
            reading = self.reading
            self._written = json.dumps(reading_to_json(reading), ensure_ascii=False)
            self._text.SetText(self._written)
            self.discs.show(reading)
            nodes = {number_of(one): one for one in self.discs.nodes()}
            self._grades.show(reading, nodes)
            self._maps.show(reading)
            graded = {one.level: () if one.grading is None else one.grading.grades for one in reading.present}
            show_herniations(self._scene, self._study, graded, self.discs.beside())
        self._shown(self)

    def _begun(self, reader: str, time: str) -> Reading:
        nodes = sorted(self.discs.nodes(), key=lambda one: disc_from_node(one).index_from_sacrum)
        if not nodes:
            raise UsageError(f"The scene holds no disc of {self._study}; find its discs or grade it first.")
        discs = []
        for number, node in enumerate(nodes, 1):
            disc, margin = disc_from_node(node), margin_of(node)
            discs.append(
                DiscReading(number, disc.level, disc.roi, disc.level, margin_mm=margin, found_margin_mm=margin)
            )
            set_attributes(node, Number=str(number))
        return Reading(self._study, reader, time, time, tuple(discs))


def _words(new, gone, moved, names) -> str:
    """What happened to a scene's discs, for the menu."""
    if len(moved) == 1 and not (new or gone or names):
        return f"move {moved[0].level} box"
    if len(gone) == 1 and not (new or moved or names):
        return f"delete {gone[0].level}"
    return "find and grade discs"


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
