"""The readings of a scene's studies: commands go in, each reading is kept with its history, and the scene shows it.

This is the one way through the scene. A command, be it a script's, the panel's or made of what a hand did to a node,
is applied to the study's reading, and the renderer puts the reading that comes of it into the scene.
"""

import getpass
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from discgrader.errors import DiscGraderError, UsageError
from discgrader.grading.calls import missing_points
from discgrader.grading.operating_point import read_rules
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.levels import check_level
from discgrader.mrml.boxes import fitted_box, new_box, next_level
from discgrader.mrml.node_cache import NodeCache
from discgrader.mrml.nodes import attribute, number_of, roi_from_node, set_attributes, study_nodes
from discgrader.mrml.readback import localization_in, one_study, studies_in_scene
from discgrader.mrml.renderer import Renderer
from discgrader.mrml.stored import edits_of, reading_of_text, stored_reading
from discgrader.mrml.study_reading import StudyReading
from discgrader.mrml.watch import SceneWatch
from discgrader.packs.pack import default_packs
from discgrader.reading.beside import AddSecond, RemoveSecond, second_reading
from discgrader.reading.call_findings import CallFindings
from discgrader.reading.commands import Command, SetReader, TakeReading
from discgrader.reading.disc_commands import AddDisc, DeleteDisc, FitBox, MoveBox, RenameDiscs
from discgrader.reading.files import load_reading, save_reading
from discgrader.reading.history import History
from discgrader.reading.record import DiscReading, Reading
from discgrader.reading.results import label_in, wants_grading


def _was_left_unsaved(text) -> bool:
    """Whether a reading was left without being saved when the module was loaded anew."""
    left = text is not None and attribute(text, "Unsaved") is not None
    if left:
        set_attributes(text, Unsaved=None)
    return left


class SceneReadings:
    """The readings of all studies in a scene, kept to what happens to their nodes.

    Parameters
    ----------
    scene : vtkMRMLScene
    busy : callable() -> bool
        Whether discs are just being found or graded, so that boxes and names cannot be changed but by hand.
    box_changed : callable(study, number, dragging)
        Told of every box, by its study and its disc's number, whose grades are no longer those of where it is: while a
        hand moves it, when it is let go, and whenever it was moved in another way.
    changed : callable(StudyReading)
        Told when the scene shows another reading of a study.
    notice : callable(str)
        Told in plain words what was not possible, where nobody can be given an error.

    Attributes
    ----------
    reader : str
        Who reads; where it is empty, who read before, or else the name that the user is logged in by. May be set before
        a study is read; `set_reader` is for any time.
    calls : mapping of str to str
        How findings are called in this scene, as `discgrader.pipeline.settings.Settings` has it; `call_findings` is for
        what was graded before.
    """

    def __init__(
        self,
        scene,
        busy: Callable[[], bool] = lambda: False,
        box_changed: Callable[[str, int, bool], None] = lambda study, number, dragging: None,
        changed: Callable[[StudyReading], None] = lambda reading: None,
        notice: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.scene, self.cache = scene, NodeCache(scene)
        self.reader = ""
        self.calls: Mapping[str, str] = {}
        self._busy, self._box_changed = busy, box_changed
        self._changed, self._notice = changed, notice
        self._known: dict[str, StudyReading] = {}
        self.watch = SceneWatch(scene, self)

    def of(self, study: str | None = None) -> StudyReading:
        """The reading of a study; of the only one in the scene where none is named.

        Raises
        ------
        UsageError
            When the scene has no such study, or several and none is named, or its reading is broken.
        """
        study = one_study(self.scene, study)
        return self.known(study) or self._open(study)

    def known(self, study: str) -> StudyReading | None:
        """The reading of a study that was opened already and is in the scene."""
        found = self._known.get(study)
        return found if found is not None and found.is_in_scene else None

    def unsaved(self) -> list[str]:
        """The studies of which a reader has done something that is on disk nowhere."""
        known = ((study, self.known(study)) for study in self._known)
        return sorted(study for study, found in known if found is not None and found.is_unsaved)

    def begin(self, reading: Reading, renderer: Renderer) -> StudyReading:
        """The reading of a study that was just put into the scene."""
        self.watch.start()
        found = StudyReading(renderer, History(reading), self._changed, self.watch)
        self._known[reading.study] = found
        self._changed(found)
        return found

    def _open(self, study: str) -> StudyReading:
        """Take the reading that a scene holds, and what was done to its boxes while nobody heard of it."""
        self.watch.start()
        reading, boxes = stored_reading(self.scene, study)
        name = self.reader or reading.reader or getpass.getuser()
        renderer = Renderer(self.scene, study)
        history = History(reading.apply(SetReader(name)), is_saved=not _was_left_unsaved(renderer.text))
        with self.watch:
            renderer.adopt(boxes)
            renderer.maps.learn(study_nodes(self.scene, study, "saliency"), history.reading)
        edits = edits_of(history.reading, boxes)
        if edits is not None:
            history.apply(edits)
        found = StudyReading(renderer, history, self._changed, self.watch)
        self._known[study] = found
        found.show()
        return found

    def reader_name(self) -> str:
        """Who reads a study from now on that nobody has read yet."""
        return self.reader or getpass.getuser()

    def set_reader(self, name: str) -> None:
        """Who reads from now on, in every study that is open."""
        if name == self.reader:
            return
        self.reader = name
        for study in list(self._known):
            found = self.known(study)
            if found is not None and name and name != found.reading.reader:
                found.learn(SetReader(name))

    def call_findings(self, rules: Mapping[str, str]) -> tuple[str, ...]:
        """Have findings called by other rules, in all studies of the scene that are graded; nothing is graded anew. A
        sentence on what no pack knows a point for.

        Raises
        ------
        UsageError
            When a rule does not exist, and while discs are being found or graded.
        """
        wanted = read_rules(rules)
        self._refuse_while_busy()
        packs = {pack.system: pack for pack in default_packs()}
        self.calls = dict(rules)
        for study in studies_in_scene(self.scene):
            self.of(study).learn(CallFindings(self.calls, packs))
        return missing_points(wanted, packs.values())

    def close(self) -> None:
        """Listen no more, and forget all readings and volumes."""
        if not self.scene.IsClosing():
            # The module's code is loaded anew: whoever reads the scene next is to know.
            for study in self.unsaved():
                set_attributes(self._known[study].renderer.text, Unsaved="yes")
        self.watch.stop()
        self._known.clear()
        self.cache.clear()

    def decide(self, command: Command, study: str | None = None) -> None:
        """Do what is said of grades, which is possible at any time."""
        self.of(study).apply(command)

    def apply(self, command: Command, study: str | None = None) -> None:
        """Change boxes or names of a study, and tell of boxes whose grades are another box's now.

        Raises
        ------
        UsageError
            While discs are being found or graded, and as the command.
        """
        self._go(study, lambda found: found.history.apply(command))

    def undo(self, study: str | None = None) -> None:
        """Go one step back; tells and raises as `apply`."""
        self._go(study, lambda found: found.history.undo())

    def redo(self, study: str | None = None) -> None:
        """Go one step forward again; tells and raises as `apply`."""
        self._go(study, lambda found: found.history.redo())

    def load(self, path: Path, study: str | None = None) -> None:
        """Put the reading of a file in the place of a study's; a step that can be undone.

        Raises
        ------
        UsageError
            When it is no reading, or one of another study.
        """
        found, loaded = self.of(study), load_reading(path)
        if loaded.study != found.study:
            raise UsageError(f"{path} is a reading of {loaded.study}, not of {found.study}; open that study first.")
        self.apply(TakeReading(loaded), found.study)
        found.history.mark_saved()
        found.saved_as = None

    def load_beside(self, path: Path, study: str | None = None) -> None:
        """Show the reading of a file beside a study's own, which it changes nothing of; a step that can be undone.

        Raises
        ------
        UsageError
            When it is no reading, or one of another patient or study.
        """
        found = self.of(study)
        found.apply(AddSecond(second_reading(load_reading(path), found.reading, Path(path).name)))

    def remove_beside(self, study: str | None = None) -> None:
        """Show the second reading that was loaded last no longer; nothing where there is none."""
        found = self.of(study)
        if found.reading.beside:
            found.apply(RemoveSecond(found.reading.beside[-1]))

    def save(self, path: Path, study: str | None = None) -> None:
        """Write the reading of a study to a file."""
        found = self.of(study)
        save_reading(found.reading, path)
        found.history.mark_saved()
        found.saved_as = Path(path)

    def add_disc(self, point_ras: Sequence[float], level: str | None = None, study: str | None = None) -> str:
        """Add a disc near a point; its level.

        Parameters
        ----------
        point_ras : sequence of 3 float
            RAS mm.
        level : str, optional
            What to call it; by default what its place in the row asks for. A disc that is called so already, and those
            above it without a gap, move up by one level.
        study : str, optional

        Raises
        ------
        UsageError
            When the study has no disc to go by, there is a disc at the point, or there is no such level.
        """
        found = self.of(study)
        known, present = localization_in(self.scene, found.reading, self.cache), found.reading.present
        roi, margin_mm = new_box(point_ras, known, present)
        level = level or next_level(roi, present)
        check_level(level)
        taken = [disc.label for disc in present if disc.label is not None]
        segmentation = self._segmentation(found)
        label = None if segmentation is None else label_in(roi, segmentation, taken)
        self.apply(AddDisc(level, roi, margin_mm, makes_room=True, label=label), found.study)
        return level

    def fit_box(self, level: str, study: str | None = None) -> None:
        """Put a box around the disc again that is segmented where the box is.

        Raises
        ------
        UsageError
            When there is no such level, or no segmented disc where its box is.
        """
        found = self.of(study)
        disc = found.reading.disc(level)
        roi, margin_mm = fitted_box(localization_in(self.scene, found.reading, self.cache), disc)
        self.apply(FitBox(level, roi, margin_mm), found.study)

    def node(self, level: str, study: str | None = None):
        """The box node of a level.

        Raises
        ------
        UsageError
            When there is no such level.
        """
        found = self.of(study)
        return found.node(found.reading.disc(level).number)

    def _segmentation(self, found: StudyReading) -> Volume | None:
        """The label map of a study with the values that its segments have."""
        nodes = study_nodes(self.scene, found.study, "segmentation")
        return self.cache.segmentation(nodes[0]) if nodes else None

    def _go(self, study: str | None, act: Callable[[StudyReading], object]) -> None:
        found = self.of(study)
        self._refuse_while_busy()
        before = {disc.number: disc for disc in found.reading.present}
        act(found)
        found.show()
        for disc in found.reading.present:
            if wants_grading(disc, before.get(disc.number)):
                self._box_changed(found.study, disc.number, False)

    def _refuse_while_busy(self) -> None:
        if self._busy():
            raise UsageError("Discs are being found or graded; wait until that is done, or stop it first.")

    # What a hand did to a node becomes a command.

    def box_dragged(self, node, drag: str) -> None:
        found, disc = self._disc_of(node)
        if found is None or disc is None:
            return
        box = self._box_of(node)
        if box is not None and not box.is_same(disc.box):
            found.drag(MoveBox(disc.level, box, drag))
            self._box_changed(found.study, disc.number, True)

    def box_dropped(self, node) -> None:
        found, disc = self._disc_of(node)
        if found is None:
            return
        found.history.end_group()
        # What was graded under the hand has no saliency yet, even where that is the very place where it let go.
        if disc is not None and (wants_grading(disc) or disc.number in found.live):
            # Its grades are computed while the scene takes in what has changed.
            self._box_changed(found.study, disc.number, False)
        found.show()

    def box_moved(self, node) -> None:
        found, disc = self._disc_of(node)
        if found is None or disc is None:
            return
        box = self._box_of(node)
        if box is None or box.is_same(disc.box):
            return
        found.apply(MoveBox(disc.level, box))
        disc = found.reading.numbered(disc.number)
        if disc is not None and wants_grading(disc):
            self._box_changed(found.study, disc.number, False)

    def box_removed(self, node) -> None:
        study = attribute(node, "Study")
        if study in self._known and (found := self.known(study)) is not None:
            disc = found.reading.numbered(number_of(node))
            if disc is not None and found.node(disc.number) is None:
                found.apply(DeleteDisc(disc.level))

    def box_renamed(self, node) -> None:
        found, disc = self._disc_of(node)
        if found is not None and disc is not None:
            self._rename(found, disc, node.GetName())

    def segment_renamed(self, node, label: int, name: str) -> None:
        found = self.known(attribute(node, "Study") or "")
        if found is None:
            return
        for disc in found.reading.present:
            if disc.label == label and disc.level != name:
                self._rename(found, disc, name)

    def text_changed(self, node) -> None:
        found = self.known(attribute(node, "Study") or "")
        if found is None:
            return
        try:
            found.apply(TakeReading(reading_of_text(node.GetText(), found.study), "external change"))
        except DiscGraderError as error:
            self._notice(str(error))

    def _rename(self, found: StudyReading, disc: DiscReading, name: str) -> None:
        found.renderer.restore(disc.number)
        try:
            self.apply(RenameDiscs({disc.number: name}), found.study)
        except DiscGraderError as error:
            found.show()
            self._notice(str(error))

    def _box_of(self, node) -> RoiBox | None:
        """The box of a node; None where it is none, which is said."""
        try:
            return roi_from_node(node)
        except DiscGraderError as error:
            self._notice(str(error))
            return None

    def _disc_of(self, node) -> tuple[StudyReading | None, DiscReading | None]:
        study = attribute(node, "Study") or ""
        # A study that is just being put into the scene is not looked at.
        found = self.known(study) or (None if self._busy() else self.of(study))
        if found is None:
            return None, None
        disc = found.reading.numbered(number_of(node))
        if disc is not None and found.node(disc.number) is not node:
            # A box that somebody copied is no disc's.
            found.renderer.adopt({disc.number: found.node(disc.number)})
            return found, None
        return found, disc
