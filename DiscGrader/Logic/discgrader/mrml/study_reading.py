"""The reading of one study of a scene: its history, and the renderer that puts it into the scene."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path

from discgrader.grading.results import DiscResult, Grade
from discgrader.localize.box import RoiBox
from discgrader.mrml.nodes import quietly, to_end
from discgrader.mrml.renderer import Renderer
from discgrader.reading.commands import Command, LearnGrades
from discgrader.reading.disc_commands import MoveBox
from discgrader.reading.history import History
from discgrader.reading.record import Reading


class StudyReading:
    """The reading of one study of a scene, with its history, and what the scene shows of it.

    Parameters
    ----------
    renderer : Renderer
    history : History
    changed : callable(StudyReading)
        Called whenever the scene shows another reading.
    quiet : context manager
        Entered while the scene is changed by this.
    """

    def __init__(
        self,
        renderer: Renderer,
        history: History,
        changed: Callable[["StudyReading"], None],
        quiet: AbstractContextManager,
    ) -> None:
        self.renderer, self.history = renderer, history
        self._changed, self.quiet = changed, quiet
        self._text = renderer.text
        self.live: dict[int, tuple[Grade, ...]] = {}
        """By number what was said last of boxes that a hand is moving."""
        self.saved_as: Path | None = None
        """The file that it was saved to last; None before, and once another file was opened."""

    @property
    def reading(self) -> Reading:
        """As it is now."""
        return self.history.reading

    @property
    def study(self) -> str:
        """Whose reading it is."""
        return self.reading.study

    @property
    def is_in_scene(self) -> bool:
        """Whether the scene still holds this very reading; it does not once it is closed."""
        return self._text is not None and self._text is self.renderer.text

    @property
    def is_unsaved(self) -> bool:
        """Whether a reader has done something that is on disk nowhere: in no file of a reading, in none of a scene."""
        return self.history.has_unsaved_steps and (self._text is None or bool(self._text.GetModifiedSinceRead()))

    def node(self, number: int):
        """The box node of the disc of this number, or None."""
        return self.renderer.node(number)

    def apply(self, command: Command) -> None:
        """Do something to the reading, as one step that can be undone."""
        self.history.apply(command)
        self.show()

    def learn(self, *commands: Command) -> None:
        """Take note of what is no reader's doing, such as what packs say; no step."""
        for command in commands:
            self.history.learn(command)
        self.show()

    def show(self) -> None:
        """Have the scene show the reading."""
        to_end(self.showing())

    def showing(self) -> Generator[None, None, None]:
        """`show` in small steps."""
        yield from quietly(self.renderer.showing(self.reading), self.quiet)
        self._text = self.renderer.text
        self.live = {
            n: grades for n, grades in self.live.items() if (disc := self.reading.numbered(n)) and disc.is_stale
        }
        self._changed(self)

    def drag(self, command: MoveBox) -> None:
        """A hand moves a box: what the scene shows besides follows when it lets go."""
        self.history.apply(command)
        self._changed(self)

    def show_live(self, number: int, result: DiscResult) -> None:
        """Show what is said of a box that a hand is moving."""
        with self.quiet:
            self.live[number] = result.grades
            self.renderer.color(number, result)
        self._changed(self)

    def grades_came(self, number: int, box: RoiBox, result: DiscResult) -> None:
        """Packs have graded a disc in a box."""
        disc = next((disc for disc in self.reading.discs if disc.number == number), None)
        if disc is not None and disc.box != box and box.is_same(disc.box):
            box = disc.box
        said = LearnGrades(number, box, result.grades, result.not_graded)
        known = [grading for grading in (() if disc is None else disc.gradings) if grading.box.is_same(box)]
        if not (known and disc is not None and not disc.is_stale and _says(known[-1], result)):
            self.history.learn(said)


def _says(grading, result: DiscResult) -> bool:
    """Whether packs say now what they said before."""
    return (grading.grades, dict(grading.not_graded)) == (result.grades, dict(result.not_graded))
