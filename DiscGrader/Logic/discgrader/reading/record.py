"""A reading: what a pack and what a reader said of every disc of a study, both kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from discgrader.errors import UsageError
from discgrader.grading.not_graded import of_level
from discgrader.grading.results import Grade
from discgrader.grading.systems import scale_of
from discgrader.localize.box import RoiBox

UNREAD, ACCEPTED, OVERRIDDEN = "unread", "accepted", "overridden"
"""Status of a grade, and of a level: unread until every grade of it is decided, overridden where one of them is."""


def now() -> str:
    """The time as readings write it: ISO 8601 to the second, with the offset of the time zone."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


class Change(Protocol):
    """What makes another reading of one; see `discgrader.reading.commands.Command`."""

    def change(self, reading: "Reading", time: str) -> "Reading":
        """The reading after it."""


@dataclass(frozen=True)
class Grading:
    """What packs said of a disc in one box.

    Parameters
    ----------
    box : RoiBox
        The box that was graded.
    grades : tuple of Grade
        Never changed afterwards.
    time : str
    not_graded : mapping of str to str
        Why systems that were asked did not grade it, as in `DiscResult`.
    """

    box: RoiBox
    grades: tuple[Grade, ...]
    time: str
    not_graded: Mapping[str, str] = field(default_factory=dict)

    def says_as(self, other: "Grading") -> bool:
        """Whether packs said the same there, whenever it was and of whatever box."""
        return (self.grades, self.not_graded) == (other.grades, other.not_graded)

    def of_level(self, level: str) -> "Grading":
        """The same for a disc that has got this name since: without grades by systems that are not for it."""
        why_not = of_level(self.not_graded, level)
        # Only a system that was asked has an answer.
        asked = {*self.not_graded, *(one.system for one in self.grades)}
        why_not = {system: why for system, why in why_not.items() if system in asked}
        if why_not == self.not_graded and not any(one.system in why_not for one in self.grades):
            return self
        return replace(self, grades=tuple(one for one in self.grades if one.system not in why_not), not_graded=why_not)

    def grade_of(self, system: str, task: str) -> Grade | None:
        """The grade of this task, or None where it was not graded."""
        return next((one for one in self.grades if (one.system, one.task) == (system, task)), None)


@dataclass(frozen=True)
class Decision:
    """What a reader said of one task of a disc.

    Parameters
    ----------
    system, task, grade : str
        The grade as written in files.
    overrides : bool
        Whether the reader gave a grade of their own; False where the pack's was accepted.
    reason : str
        Empty where none was given.
    reader, time : str

    Raises
    ------
    UsageError
        When there is no such system, task or grade.
    """

    system: str
    task: str
    grade: str
    overrides: bool
    reason: str
    reader: str
    time: str

    def __post_init__(self) -> None:
        scale_of(self.system, self.task).grade(self.grade)


@dataclass(frozen=True)
class BoxCorrection:
    """A box that a reader moved, turned or resized: from ``old`` to ``new``."""

    old: RoiBox
    new: RoiBox
    reader: str
    time: str


@dataclass(frozen=True)
class Mark:
    """Who did something and when."""

    reader: str
    time: str


@dataclass(frozen=True)
class Renaming:
    """All names shifted by ``steps`` levels, upwards (towards the head) where positive; ``lowest`` is what the lowest
    disc was then said to be called, None where names were shifted only."""

    steps: int
    reader: str
    time: str
    lowest: str | None = None


@dataclass(frozen=True)
class DiscReading:
    """One disc of a reading.

    Parameters
    ----------
    number : int
        Tells the disc within the reading, whatever it is called.
    level : str
        Its name now.
    box : RoiBox
        Its box now.
    found_level : str or None
        How it was named when it was found; None for a disc that the reader added.
    gradings : tuple of Grading
        What packs said, in the order in which they said it.
    decisions : tuple of Decision
        What the reader said, one a task at most.
    corrections : tuple of BoxCorrection
        In order.
    added, deleted : Mark or None
        Whether the reader added or deleted it. A deleted disc is kept with all that was said of it.
    margin_mm : float or None
        How far the box reaches above and below the disc; None where the reader set the box's height by hand, so that
        the margin no longer governs it.
    found_margin_mm : float or None
        The margin of the box before any correction.
    """

    number: int
    level: str
    box: RoiBox
    found_level: str | None = None
    gradings: tuple[Grading, ...] = ()
    decisions: tuple[Decision, ...] = ()
    corrections: tuple[BoxCorrection, ...] = ()
    added: Mark | None = None
    deleted: Mark | None = None
    margin_mm: float | None = None
    found_margin_mm: float | None = None

    @property
    def found_box(self) -> RoiBox:
        """The box before any correction."""
        return self.corrections[0].old if self.corrections else self.box

    @property
    def grading(self) -> Grading | None:
        """What packs said last of the box as it is now, or else of the disc, by systems that are for its level."""
        of_box = [one for one in self.gradings if one.box == self.box]
        last = (of_box or self.gradings or (None,))[-1]
        return None if last is None else last.of_level(self.level)

    @property
    def is_stale(self) -> bool:
        """Whether the grades belong to another box than the present one, so that the level wants grading again."""
        return self.grading is not None and self.grading.box != self.box

    @property
    def tasks(self) -> tuple[tuple[str, str], ...]:
        """Every (system, task) that a pack or the reader graded."""
        of_pack = self.grading.grades if self.grading else ()
        return tuple(dict.fromkeys((one.system, one.task) for one in (*of_pack, *self.decisions)))

    def ai_grade(self, system: str, task: str) -> Grade | None:
        """What the pack says of this task, or None where it says nothing."""
        return None if self.grading is None else self.grading.grade_of(system, task)

    def decision(self, system: str, task: str) -> Decision | None:
        """What the reader said of this task last, or None."""
        return next((one for one in self.decisions if (one.system, one.task) == (system, task)), None)

    def status(self, system: str, task: str) -> str:
        """`UNREAD`, `ACCEPTED` or `OVERRIDDEN`.

        A grade that was accepted, and is another one since the box was moved, is unread again; an override stays.
        """
        said = self.decision(system, task)
        if said is None:
            return UNREAD
        if said.overrides:
            return OVERRIDDEN
        ai = self.ai_grade(system, task)
        return ACCEPTED if ai is not None and ai.grade == said.grade else UNREAD

    def reader_grade(self, system: str, task: str) -> str | None:
        """The grade that the reader stands for; None while it is unread."""
        return None if self.status(system, task) == UNREAD else self.decision(system, task).grade

    def final_grade(self, system: str, task: str) -> str | None:
        """The reader's grade, or the pack's while it is unread."""
        ai = self.ai_grade(system, task)
        return self.reader_grade(system, task) or (None if ai is None else ai.grade)

    @property
    def level_status(self) -> str:
        """The status of the disc as a whole."""
        found = {self.status(*one) for one in self.tasks}
        if not found or UNREAD in found:
            return UNREAD
        return OVERRIDDEN if OVERRIDDEN in found else ACCEPTED


@dataclass(frozen=True)
class Reading:
    """What was said of a study, by packs and by a reader.

    Parameters
    ----------
    study, reader : str
        Whose discs, and who reads now.
    started, changed : str
        When the reading began and when it was changed last, ISO 8601.
    discs : tuple of DiscReading
        Deleted ones included.
    renamings : tuple of Renaming
        In order.
    named : Mark or None
        Who said last what the lowest disc is called, or shifted the names; None where they are as they were found.
    grade_anyway : Mark or None
        Who said that it is to be graded although it may not be a lumbar spine on MR.

    Raises
    ------
    UsageError
        When it has no study or reader, or two of its discs bear one name.
    """

    study: str
    reader: str
    started: str
    changed: str
    discs: tuple[DiscReading, ...] = ()
    renamings: tuple[Renaming, ...] = ()
    named: Mark | None = None
    grade_anyway: Mark | None = None

    def __post_init__(self) -> None:
        if not self.study.strip():
            raise UsageError("A reading needs the name of its study.")
        if not self.reader.strip():
            raise UsageError("A reading needs the name of its reader.")
        numbers = [one.number for one in self.discs]
        if len(set(numbers)) < len(numbers):
            raise UsageError(f"The reading of {self.study} numbers two discs alike.")
        levels = [one.level for one in self.present]
        for level in levels:
            if levels.count(level) > 1:
                raise UsageError(f"The reading of {self.study} has two discs named {level}; rename or delete one.")

    @property
    def present(self) -> tuple[DiscReading, ...]:
        """The discs that are not deleted."""
        return tuple(one for one in self.discs if one.deleted is None)

    @property
    def levels(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(one.level for one in self.present)

    def disc(self, level: str) -> DiscReading:
        """The disc of this name.

        Raises
        ------
        UsageError
            When there is none.
        """
        for one in self.present:
            if one.level == level:
                return one
        there = ", ".join(self.levels) or "none"
        raise UsageError(f"The study {self.study} has no disc {level}; choose one of {there}.")

    def apply(self, command: "Change", time: str | None = None) -> "Reading":
        """The reading after a command of `discgrader.reading.commands`, done now or at this time."""
        return command.change(self, time or now())

    def with_disc(self, disc: DiscReading) -> "Reading":
        """The same with this disc in the place of the one of its number."""
        return replace(self, discs=tuple(disc if one.number == disc.number else one for one in self.discs))
