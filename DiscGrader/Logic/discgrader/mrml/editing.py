"""Everything that a reader changes of the studies in a scene: their readings, boxes that are dragged, and who hears of
it."""

from collections.abc import Callable

from discgrader.errors import DiscGraderError
from discgrader.grading.not_graded import out_of_range
from discgrader.grading.systems import find_system
from discgrader.localize.levels import check_level
from discgrader.mrml.box_watch import BoxWatch
from discgrader.mrml.disc_nodes import number_of
from discgrader.mrml.inputs import one_study
from discgrader.mrml.new_box import fitted_box, new_box, next_level
from discgrader.mrml.nodes import attribute
from discgrader.mrml.readback import localization_from_scene
from discgrader.mrml.reading import SceneReading
from discgrader.reading.commands import AddDisc, Command, FitBox, RenameDiscs
from discgrader.reading.record import DiscReading


class Editing:
    """The readings of a scene's studies, kept to what happens to the boxes in the scene.

    Parameters
    ----------
    scene : vtkMRMLScene
    reader : callable() -> str
        Who reads; see `SceneReading`.
    filling : callable() -> bool
        Whether discs are just being found or graded.
    box_changed : callable(level, dragging)
        Told of every box whose grades are no longer those of where it is: while a hand moves it, when it is let go, and
        whenever it was moved in another way.
    shown : callable(SceneReading)
        Told when the scene shows a reading anew.
    notice : callable(str)
        Told in plain words what was not possible, where nobody can be given an error.
    """

    def __init__(
        self,
        scene,
        reader: Callable[[], str],
        filling: Callable[[], bool],
        box_changed: Callable[[str, bool], None],
        shown: Callable[[SceneReading], None],
        notice: Callable[[str], None],
    ) -> None:
        self.scene = scene
        self._reader, self._filling, self._box_changed = reader, filling, box_changed
        self._tell_shown, self._notice = shown, notice
        self._readings: dict[str, SceneReading] = {}
        self.watch = BoxWatch(scene, self)

    def reading(self, study: str | None = None) -> SceneReading:
        """The reading of a study; of the only one in the scene where none is named.

        Raises
        ------
        UsageError
            When the scene has no such study, or several and none is named.
        """
        study = one_study(self.scene, study)
        known = self._readings.get(study)
        if known is None or not known.is_in_scene:
            self.watch.start()
            with self.watch:
                known = SceneReading(
                    self.scene, study, self._reader(), filling=self._filling, shown=self._tell_shown, quiet=self.watch
                )
            self._readings[study] = known
        return known

    def set_reader(self, reader: str) -> None:
        """Who reads from now on, in every study that is open."""
        for one in self._readings.values():
            if one.is_in_scene:
                one.set_reader(reader)

    def follow(self, study: str) -> None:
        """Discs of a study were just found or graded."""
        self.reading(study).follow()

    def close(self) -> None:
        """Listen no more, and forget all readings."""
        self.watch.stop()
        self._readings.clear()

    def edit(self, study: str | None, command: Command) -> None:
        """Change boxes or names of a study, and tell of boxes whose grades are another box's now."""
        reading = self.reading(study)
        self._going(reading, lambda: reading.edit(command))

    def undo(self, study: str | None = None) -> None:
        """Go one step back, and tell as `edit` does."""
        reading = self.reading(study)
        self._going(reading, reading.undo)

    def redo(self, study: str | None = None) -> None:
        """Go one step forward again, and tell as `edit` does."""
        reading = self.reading(study)
        self._going(reading, reading.redo)

    def _going(self, reading: SceneReading, act: Callable[[], None]) -> None:
        before = {one.number: one for one in reading.reading.present}
        act()
        for disc in reading.reading.present:
            was = before.get(disc.number)
            moved = was is None or was.box != disc.box
            if (moved and (disc.is_stale or disc.grading is None)) or (was is not None and _gained(was, disc)):
                self._box_changed(disc.level, False)

    def add_disc(self, point_ras, level: str | None = None, study: str | None = None) -> str:
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
        reading = self.reading(study)
        reading.follow()
        known = localization_from_scene(self.scene, reading.study)
        present = reading.reading.present
        roi, margin_mm = new_box(point_ras, known, present)
        level = level or next_level(roi, present)
        check_level(level)
        self.edit(study, AddDisc(level, roi, margin_mm, makes_room=True))
        return level

    def fit_box(self, level: str, study: str | None = None) -> None:
        """Put a box around the disc again that is segmented where the box is.

        Raises
        ------
        UsageError
            When there is no such level, or no segmented disc where its box is.
        """
        reading = self.reading(study)
        reading.follow()
        disc = reading.reading.disc(level)
        known = localization_from_scene(self.scene, reading.study)
        roi, margin_mm = fitted_box(known, disc)
        self.edit(study, FitBox(level, roi, margin_mm))

    def node(self, level: str, study: str | None = None):
        """The box node of a level.

        Raises
        ------
        UsageError
            When there is no such level.
        """
        reading = self.reading(study)
        return reading.discs.node(reading.reading.disc(level).number)

    def box_dragged(self, node, drag: str) -> None:
        reading = self.reading(attribute(node, "Study"))
        level = reading.drag(node, drag)
        if level is not None:
            self._tell_shown(reading)
            self._box_changed(level, True)

    def box_dropped(self, node) -> None:
        reading = self.reading(attribute(node, "Study"))
        reading.history.end_group()
        if self._filling():
            return
        # Its grades are computed while the scene takes in what has changed.
        self._changed(reading, node)
        reading.follow()

    def box_moved(self, node) -> None:
        if self._filling():
            return
        reading = self.reading(attribute(node, "Study"))
        reading.follow()
        self._changed(reading, node)

    def box_removed(self, node) -> None:
        study = attribute(node, "Study")
        if not self._filling() and study in self._readings:
            self._readings[study].follow()

    def box_renamed(self, node) -> None:
        reading, number, name = self.reading(attribute(node, "Study")), number_of(node), node.GetName()
        try:
            reading.edit(RenameDiscs({number: name}))
        except DiscGraderError as error:
            with self.watch:
                node.SetName(attribute(node, "Level"))
            self._notice(str(error))

    def box_graded(self, node) -> None:
        self._tell_shown(self.reading(attribute(node, "Study")))

    def _changed(self, reading: SceneReading, node) -> None:
        disc = self._disc(reading, node)
        if disc is not None and (disc.is_stale or disc.grading is None):
            self._box_changed(disc.level, False)

    def _disc(self, reading: SceneReading, node) -> DiscReading | None:
        return next((one for one in reading.reading.present if one.number == number_of(node)), None)


def _gained(was: DiscReading, disc: DiscReading) -> bool:
    """Whether a system that was not for the disc under its old name is for it under the new one, and has not graded
    it."""
    if was.level == disc.level or was.grading is None or disc.grading is None:
        return False
    answered = {*disc.grading.not_graded, *(one.system for one in disc.grading.grades)}
    return any(
        system in out_of_range(was.level) and system not in answered and find_system(system).covers(disc.level)
        for system in was.grading.not_graded
    )
