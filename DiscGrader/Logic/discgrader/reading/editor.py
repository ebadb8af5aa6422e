"""What a reader can do to a reading, each thing a step that can be undone."""

from collections.abc import Callable, Mapping, Sequence

from discgrader.grading.results import Grade
from discgrader.grading.scales import scale_of
from discgrader.grading.tasks import find_task
from discgrader.localize.box import RoiBox
from discgrader.reading import changes
from discgrader.reading.history import History
from discgrader.reading.record import Reading, now


class Editor:
    """A reading under a reader's hands.

    Every method raises a `UsageError` for what does not exist, and then nothing has changed.

    Parameters
    ----------
    reading : Reading
    limit : int, optional
        How many steps can be undone; by default all.
    clock : callable() -> str, optional
        Gives the time.
    """

    def __init__(self, reading: Reading, limit: int | None = None, clock: Callable[[], str] = now) -> None:
        self.history = History(reading, limit)
        self._clock = clock

    @property
    def reading(self) -> Reading:
        """As it is now."""
        return self.history.reading

    def set_override(self, level: str, system: str, task: str, grade: str, reason: str = "") -> Reading:
        """Give a grade of one's own; the pack's own grade given so is accepted."""
        words = f"{_cell(level, system, task)} to {scale_of(system, task).label_of(grade)}"
        time = self._clock()
        return self.history.do(words, lambda one: changes.override(one, level, system, task, grade, reason, time))

    def accept(self, level: str, system: str, task: str) -> Reading:
        """Accept the pack's grade."""
        words, time = f"accept {_cell(level, system, task)}", self._clock()
        return self.history.do(words, lambda one: changes.accept(one, level, system, task, time))

    def accept_level(self, level: str) -> Reading:
        """Accept every grade of a level that is unread."""
        time = self._clock()
        return self.history.do(f"accept {level}", lambda one: changes.accept_level(one, level, time))

    def withdraw(self, level: str, system: str, task: str) -> Reading:
        """Take back what was said of a task."""
        disc = self.reading.disc(level)
        words, time = f"withdraw {_cell(level, system, task)}", self._clock()
        if disc.decision(system, task) is None:
            return self.reading
        return self.history.do(words, lambda one: changes.withdraw(one, level, system, task, time))

    def move_box(self, level: str, roi: RoiBox, drag: str | None = None, what: str = "move") -> Reading:
        """Move, turn or resize a box.

        Parameters
        ----------
        level : str
        roi : RoiBox
            Where it is now.
        drag : str, optional
            The same for all movements of one drag, which are one step.
        what : str
            The word for the menu, such as "move", "resize", "fit again".
        """
        time = self._clock()
        group = None if drag is None else f"{level} {drag}"
        return self.history.do(f"{what} {level} box", lambda one: changes.move_box(one, level, roi, time), group)

    def fit_box(self, level: str, roi: RoiBox, margin_mm: float) -> Reading:
        """Put a box around its disc again, with this margin."""
        time = self._clock()
        return self.history.do(f"fit {level} box", lambda one: changes.fit_box(one, level, roi, margin_mm, time))

    def reset_box(self, level: str) -> Reading:
        """Put a box back to where it was found."""
        time = self._clock()
        return self.history.do(f"reset {level} box", lambda one: changes.reset_box(one, level, time))

    def set_margin(self, margin_mm: float, dragging: bool = False) -> Reading:
        """Have all boxes whose height was not set by hand reach so far above and below their discs.

        What is set while dragging, and the next that is not, are one step.
        """
        time = self._clock()
        words = f"margin {margin_mm:g} mm"
        self.history.do(words, lambda one: changes.set_margin(one, margin_mm, time), "margin")
        if not dragging:
            self.history.end_group()
        return self.reading

    def shift_levels(self, steps: int) -> Reading:
        """Shift all names, towards the head where positive."""
        words, time = f"names {'up' if steps > 0 else 'down'} by {abs(steps)}", self._clock()
        return self.history.do(words, lambda one: changes.shift_levels(one, steps, time))

    def set_lowest(self, level: str) -> Reading:
        """Call the lowest disc ``level`` and shift all names accordingly."""
        time = self._clock()
        return self.history.do(f"lowest disc {level}", lambda one: changes.set_lowest(one, level, time))

    def set_grade_anyway(self, wanted: bool) -> Reading:
        """Have it graded although it may not be a lumbar spine on MR, or no longer."""
        time = self._clock()
        words = "grade anyway" if wanted else "do not grade anyway"
        return self.history.do(words, lambda one: changes.grade_anyway(one, wanted, time))

    def names_as_found(self) -> Reading:
        """The discs were found again: what the reader said of their names no longer holds."""
        return self.history.do("find discs", changes.as_found)

    def delete_disc(self, level: str) -> Reading:
        """Delete a disc that is none."""
        time = self._clock()
        return self.history.do(f"delete {level}", lambda one: changes.delete_disc(one, level, time))

    def add_disc(self, level: str, roi: RoiBox, margin_mm: float | None = None, found: bool = False) -> Reading:
        """Add a disc that was missed; ``found`` where a search found it."""
        time = self._clock()
        return self.history.do(f"add {level}", lambda one: changes.add_disc(one, level, roi, time, margin_mm, found))

    def insert_disc(self, level: str, roi: RoiBox, margin_mm: float | None = None) -> Reading:
        """Add a disc that was missed; the disc that bears its name, and those above without a gap, move up one
        level."""
        time = self._clock()

        def insert(reading: Reading) -> Reading:
            return changes.add_disc(changes.make_room(reading, level, time), level, roi, time, margin_mm)

        return self.history.do(f"add {level}", insert)

    def rename_discs(self, names: Mapping[int, str]) -> Reading:
        """Give discs other names, each by its number."""
        time = self._clock()
        words = f"name {next(iter(names.values()))}" if len(names) == 1 else "names"
        return self.history.do(words, lambda one: changes.rename_discs(one, names, time))

    def learn_grades(
        self, number: int, box: RoiBox, grades: Sequence[Grade], not_graded: Mapping[str, str] | None = None
    ) -> Reading:
        """Take note of what packs say of the disc of this number in this box, and why some do not; no step of its
        own."""
        time = self._clock()
        return self.history.learn(lambda one: changes.add_grading(one, number, box, grades, not_graded or {}, time))

    def undo(self) -> Reading:
        """One step back."""
        return self.history.undo()

    def redo(self) -> Reading:
        """One step forward again."""
        return self.history.redo()


def _cell(level: str, system: str, task: str) -> str:
    return f"{level} {find_task(system, task).title.removesuffix(' grade')}"
