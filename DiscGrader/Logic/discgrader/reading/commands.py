"""What can be done to a reading: each command is a value, and applied to a reading gives another one.

`discgrader.reading.record.Reading.apply` applies one, `discgrader.reading.history.History` keeps what was before. Every
command raises a `UsageError` for what does not exist, and then nothing has changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from discgrader.errors import UsageError
from discgrader.grading.results import Grade
from discgrader.grading.systems import find_system, find_task, scale_of
from discgrader.localize.box import RoiBox
from discgrader.reading.contradictions import wants_decision
from discgrader.reading.record import ACCEPTED, Decision, DiscReading, Found, Grading, Mark, Reading
from discgrader.reading.same_disc import with_numbers_of


@dataclass(frozen=True)
class Command:
    """Something that is done to a reading."""

    says: ClassVar[str] = ""
    """What it does, for the menu, with its own fields in braces, such as "fit {level} box"."""

    def words(self, reading: Reading) -> str:
        """What it does to this reading, for the menu, such as "move L4-L5 box"."""
        return self.says.format(**vars(self))

    def change(self, reading: Reading, time: str) -> Reading:
        """The reading after it; the very same one where nothing changes.

        Raises
        ------
        UsageError
            When what it speaks of does not exist.
        """
        raise NotImplementedError

    @property
    def group(self) -> str | None:
        """Commands that follow each other in one group, such as all movements of one drag, are one step of undo.

        Each takes the place of the one before, hence must say where things are, not by how much they moved.
        """
        return None

    @property
    def ends_group(self) -> bool:
        """Whether it is the last of its group."""
        return False


@dataclass(frozen=True)
class SetGrade(Command):
    """The reader gives a grade; where the pack says the same, this accepts it. Tasks that it settles, as a Pfirrmann
    grade does high grade, follow.

    Parameters
    ----------
    level, system, task, grade : str
        As written in files.
    reason : str
        Why, in the reader's words; empty where none is given.
    """

    level: str
    system: str
    task: str
    grade: str
    reason: str = ""

    def words(self, reading: Reading) -> str:
        label = scale_of(self.system, self.task).label_of(self.grade)
        return f"set {_cell(self.level, self.system, self.task)} to {label}"

    def change(self, reading: Reading, time: str) -> Reading:
        disc = reading.disc(self.level)
        ai = disc.ai_grade(self.system, self.task)
        own = ai is None or ai.grade != self.grade
        said = Decision(self.system, self.task, self.grade, own, self.reason, reading.reader, time, disc.box)
        others = tuple(
            decision for decision in disc.decisions if (decision.system, decision.task) != (self.system, self.task)
        )
        decided = reading.with_disc(replace(disc, decisions=(*others, said)), time)
        settled = find_system(self.system).settled_by(self.task, self.grade)
        for task in _settled(disc, self.system, self.task):
            decided = SetGrade(self.level, self.system, task, settled[task], self.reason).change(decided, time)
        return decided


@dataclass(frozen=True)
class AcceptGrade(Command):
    """The reader accepts the pack's grade, giving up an override. Tasks that it settles follow."""

    level: str
    system: str
    task: str

    def words(self, reading: Reading) -> str:
        cell, ai = _cell(self.level, self.system, self.task), reading.disc(self.level).ai_grade(self.system, self.task)
        return f"accept {cell}" if ai is None else f"accept {cell} as {scale_of(ai.system, ai.task).label_of(ai.grade)}"

    def change(self, reading: Reading, time: str) -> Reading:
        find_task(self.system, self.task)
        ai = reading.disc(self.level).ai_grade(self.system, self.task)
        if ai is None:
            raise UsageError(f"{self.level} has no grade of {self.system} {self.task} to accept; grade it first.")
        return SetGrade(self.level, self.system, self.task, ai.grade).change(reading, time)


@dataclass(frozen=True)
class AcceptLevel(Command):
    """The reader accepts all grades of a level that are unread; overrides stay, and what wants a decision of its own
    (`discgrader.reading.contradictions.wants_decision`) stays unread."""

    says: ClassVar[str] = "accept {level}"

    level: str

    def change(self, reading: Reading, time: str) -> Reading:
        disc = reading.disc(self.level)
        left = wants_decision(disc)
        for system, task in disc.tasks:
            unread = disc.reader_grade(system, task) is None and (system, task) not in left
            # What was accepted before the box was moved is accepted where it is now.
            again = disc.is_decision_stale(system, task) and disc.status(system, task) == ACCEPTED
            if disc.ai_grade(system, task) is not None and (unread or again):
                reading = AcceptGrade(self.level, system, task).change(reading, time)
        return reading


@dataclass(frozen=True)
class ConfirmLevel(Command):
    """The reader stands by all that was decided on a level, or on one task of it, before its box was moved.

    Parameters
    ----------
    level : str
    system, task : str
        Both empty for all tasks.
    """

    level: str
    system: str = ""
    task: str = ""

    def words(self, reading: Reading) -> str:
        return f"confirm {_cell(self.level, self.system, self.task) if self.task else self.level}"

    def change(self, reading: Reading, time: str) -> Reading:
        disc = reading.disc(self.level)
        settled = _settled(disc, self.system, self.task) if self.task else ()
        meant = {(self.system, task) for task in (self.task, *settled)}

        def confirmed(said: Decision) -> Decision:
            wanted = not self.task or (said.system, said.task) in meant
            if not (wanted and disc.is_decision_stale(said.system, said.task)):
                return said
            return replace(said, box=disc.box, reader=reading.reader, time=time)

        decisions = tuple(map(confirmed, disc.decisions))
        return reading if decisions == disc.decisions else reading.with_disc(replace(disc, decisions=decisions), time)


@dataclass(frozen=True)
class WithdrawGrade(Command):
    """The reader takes back what was said of a task: it is unread again, and so are the tasks that it settled."""

    level: str
    system: str
    task: str

    def words(self, reading: Reading) -> str:
        return f"withdraw {_cell(self.level, self.system, self.task)}"

    def change(self, reading: Reading, time: str) -> Reading:
        find_task(self.system, self.task)
        disc = reading.disc(self.level)
        if disc.decision(self.system, self.task) is None:
            return reading
        gone = {(self.system, task) for task in (self.task, *_settled(disc, self.system, self.task))}
        left = tuple(decision for decision in disc.decisions if (decision.system, decision.task) not in gone)
        return reading.with_disc(replace(disc, decisions=left), time)


@dataclass(frozen=True)
class GradeAnyway(Command):
    """The reader wants it graded although it may not be a lumbar spine on MR, or no longer does."""

    wanted: bool = True

    def words(self, reading: Reading) -> str:
        return "grade anyway" if self.wanted else "do not grade anyway"

    def change(self, reading: Reading, time: str) -> Reading:
        return replace(reading, grade_anyway=Mark(reading.reader, time) if self.wanted else None, changed=time)


@dataclass(frozen=True)
class TakeReading(Command):
    """Another reading takes the place of this one, such as that of a file; ``said`` says what is done, for the menu."""

    reading: Reading
    said: str = "load reading"
    says: ClassVar[str] = "{said}"

    def change(self, reading: Reading, time: str) -> Reading:
        """The other reading, under the numbers that the same discs have here, and completed by what is known here of
        them where its file did not keep it."""
        taken = with_numbers_of(self.reading, reading)
        discs = tuple(_completed(disc, reading.discs) for disc in taken.discs)
        found, examined = taken.found or reading.found, taken.examined or reading.examined
        beside = taken.beside or reading.beside
        return replace(taken, discs=discs, found=found, examined=examined, beside=beside)


@dataclass(frozen=True)
class Together(Command):
    """Several commands, one after the other, as one step; none of them is done where one cannot be."""

    said: str
    commands: tuple[Command, ...]
    says: ClassVar[str] = "{said}"

    def change(self, reading: Reading, time: str) -> Reading:
        for command in self.commands:
            reading = command.change(reading, time)
        return reading


@dataclass(frozen=True)
class LearnGrades(Command):
    """What packs say of a disc in a box becomes known; nothing changes where the disc is not in that box (any more).

    No doing of a reader's, and no step: see `discgrader.reading.history.History.learn`.

    Parameters
    ----------
    number : int
        Of the disc.
    box : RoiBox
    grades : tuple of Grade
    not_graded : mapping of system to str
        Why some said nothing.
    """

    says: ClassVar[str] = "grade"

    number: int
    box: RoiBox
    grades: tuple[Grade, ...]
    not_graded: Mapping[str, str] = field(default_factory=dict)

    def change(self, reading: Reading, time: str) -> Reading:
        disc = next((disc for disc in reading.discs if disc.number == self.number), None)
        if disc is None or disc.box != self.box:
            return reading
        grading = Grading(self.box, tuple(self.grades), time, dict(self.not_graded))
        return reading.with_disc(replace(disc, gradings=(*disc.gradings, grading)))


@dataclass(frozen=True)
class LearnStudy(Command):
    """What the study was graded from becomes known; see `Reading.examined`. No step."""

    examined: Mapping[str, object] | None
    found: Found | None = None

    def change(self, reading: Reading, time: str) -> Reading:
        return replace(reading, examined=self.examined, found=self.found or reading.found)


@dataclass(frozen=True)
class SetReader(Command):
    """Somebody else reads from now on; what was said before stays theirs who said it. No step."""

    says: ClassVar[str] = "{name} reads"

    name: str

    def change(self, reading: Reading, time: str) -> Reading:
        return reading if self.name == reading.reader else replace(reading, reader=self.name)


def _cell(level: str, system: str, task: str) -> str:
    return f"{level}, {find_task(system, task).title.removesuffix(' grade')}"


def _completed(disc: DiscReading, known: Sequence[DiscReading]) -> DiscReading:
    """A disc with the measures that are known of the disc at its place, where it has none itself."""
    if disc.measured is not None:
        return disc
    own = next((other for other in known if other.number == disc.number), None)
    if own is not None and own.found_box.contains(disc.found_box.center_lps_mm):
        return replace(disc, measured=own.measured, label=own.label)
    near = [
        other
        for other in known
        if other.measured is not None and disc.found_box.contains(other.found_box.center_lps_mm)
    ]
    if not near:
        return disc
    nearest = min(near, key=lambda other: float(np.linalg.norm(other.found_box.center_lps_mm - disc.box.center_lps_mm)))
    return replace(disc, measured=nearest.measured, label=nearest.label)


def _settled(disc: DiscReading, system: str, task: str) -> list[str]:
    """The tasks of a disc that are answered by what is said of a task."""
    return [other.name for other in find_system(system).sums_of(task) if (system, other.name) in disc.tasks]
