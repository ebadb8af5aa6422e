"""A reading: what a pack and what a reader said of every disc of a study, both kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Protocol

from discgrader.checked import plain_fields, written_as
from discgrader.errors import UsageError
from discgrader.grading.not_graded import of_level
from discgrader.grading.results import Grade
from discgrader.grading.systems import scale_of
from discgrader.localize.box import RoiBox, is_elsewhere
from discgrader.localize.disc import Disc, Localization
from discgrader.reading.marks import BoxCorrection, Decision, Mark, Renaming, SecondReading

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
        Never changed afterwards, but for the rule by which findings are called of the same probabilities.
    time : str
    not_graded : mapping of str to str
        Why systems that were asked did not grade it, as in `DiscResult`.
    """

    box: RoiBox = field(metadata=written_as("roi"))
    grades: tuple[Grade, ...]
    time: str
    not_graded: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for grade in self.grades:
            scale_of(grade.system, grade.task).grade(grade.grade)

    def of_level(self, level: str) -> "Grading":
        """The same for a disc that has got this name since: without grades by systems that are not for it."""
        why_not = of_level(self.not_graded, level)
        # Only a system that was asked has an answer.
        asked = {*self.not_graded, *(grade.system for grade in self.grades)}
        why_not = {system: why for system, why in why_not.items() if system in asked}
        new = {system for system, why in why_not.items() if self.not_graded.get(system) != why}
        if why_not == self.not_graded and not new:
            return self
        return replace(
            self, grades=tuple(grade for grade in self.grades if grade.system not in new), not_graded=why_not
        )

    def grade_of(self, system: str, task: str) -> Grade | None:
        """The grade of this task, or None where it was not graded."""
        return next((grade for grade in self.grades if (grade.system, grade.task) == (system, task)), None)


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
    measured : Disc or None
        The disc as it was when it was found or added, with its measures, in the box that it had then; None in files of
        versions that did not keep it.
    label : int or None
        Its value in the segmentation; None for a disc that is not segmented.

    Raises
    ------
    UsageError
        When it has two decisions on one task.
    """

    number: int
    level: str
    box: RoiBox = field(metadata=written_as("roi"))
    found_level: str | None = None
    gradings: tuple[Grading, ...] = ()
    decisions: tuple[Decision, ...] = ()
    corrections: tuple[BoxCorrection, ...] = ()
    added: Mark | None = None
    deleted: Mark | None = None
    margin_mm: float | None = None
    found_margin_mm: float | None = None
    measured: Disc | None = None
    label: int | None = None

    def __post_init__(self) -> None:
        tasks = [(decision.system, decision.task) for decision in self.decisions]
        if len(set(tasks)) < len(tasks):
            raise UsageError(f"{self.level} has two decisions on one task.")

    def to_json(self) -> dict[str, object]:
        """As a file of readings has it; made once, and to be left as it is."""
        return self._as_json

    @cached_property
    def _as_json(self) -> dict[str, object]:
        return plain_fields(self)

    @property
    def found_box(self) -> RoiBox:
        """The box before any correction."""
        return self.corrections[0].old if self.corrections else self.box

    @cached_property
    def grading(self) -> Grading | None:
        """What packs said last of the box as it is now, or else of the disc, by systems that are for its level. A box
        that went through a file is the same, though its last digits are not."""
        of_box = [grading for grading in self.gradings if grading.box.is_same(self.box)]
        last = (of_box or self.gradings or (None,))[-1]
        return None if last is None else last.of_level(self.level)

    @cached_property
    def is_stale(self) -> bool:
        """Whether the grades belong to another box than the present one, so that the level wants grading again."""
        return self.grading is not None and not self.grading.box.is_same(self.box)

    @property
    def tasks(self) -> tuple[tuple[str, str], ...]:
        """Every (system, task) that a pack or the reader graded."""
        of_pack = self.grading.grades if self.grading else ()
        # What was accepted and has no grade any more, as under another name of the disc, is nothing that stands.
        given = [(grade.system, grade.task) for grade in of_pack]
        own = [(decision.system, decision.task) for decision in self.decisions if decision.overrides]
        return tuple(dict.fromkeys((*given, *own)))

    def ai_grade(self, system: str, task: str) -> Grade | None:
        """What the pack says of this task, or None where it says nothing."""
        return None if self.grading is None else self.grading.grade_of(system, task)

    def decision(self, system: str, task: str) -> Decision | None:
        """What the reader said of this task last, or None."""
        return next(
            (decision for decision in self.decisions if (decision.system, decision.task) == (system, task)), None
        )

    def is_decision_stale(self, system: str, task: str) -> bool:
        """Whether the reader's decision on this task is about another place than where the box is now."""
        said = self.decision(system, task)
        return said is not None and said.box is not None and is_elsewhere(said.box, self.box)

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
        said = self.decision(system, task)
        return None if said is None or self.status(system, task) == UNREAD else said.grade

    def final_grade(self, system: str, task: str) -> str | None:
        """The reader's grade, or the pack's while it is unread."""
        ai = self.ai_grade(system, task)
        return self.reader_grade(system, task) or (None if ai is None else ai.grade)

    @property
    def level_status(self) -> str:
        """The status of the disc as a whole."""
        found = {self.status(*task) for task in self.tasks}
        if not found or UNREAD in found:
            return UNREAD
        return OVERRIDDEN if OVERRIDDEN in found else ACCEPTED


@dataclass(frozen=True)
class Found:
    """What was found of a study as a whole when its discs were looked for; see `Localization` for each.

    Parameters
    ----------
    series_name : str
    warnings, name_doubts, misfits : tuple of str
    name_probability : float or None
    name_alternatives : mapping of str to float
    shifts_lps_mm : mapping of str to tuple of 3 float
    """

    series_name: str
    warnings: tuple[str, ...] = ()
    name_doubts: tuple[str, ...] = ()
    misfits: tuple[str, ...] = ()
    name_probability: float | None = None
    name_alternatives: Mapping[str, float] = field(default_factory=dict)
    shifts_lps_mm: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, localization: Localization) -> "Found":
        """What a localization says of the study as a whole."""
        return cls(
            localization.series_name,
            localization.warnings,
            localization.name_doubts,
            localization.misfits,
            localization.name_probability,
            dict(localization.name_alternatives),
            {name: _three(shift) for name, shift in localization.shifts_lps_mm.items()},
        )


@dataclass(frozen=True)
class Reading:
    """What was said of a study, by packs and by a reader.

    Parameters
    ----------
    study, reader : str
        Whose discs, and who reads now; nobody where ``reader`` is empty.
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
    found : Found or None
        What was found of the study as a whole; None in files of versions that did not keep it.
    examined : mapping or None
        The entries of ``grades.json`` beside its discs and names: ``examination``, ``series``, ``left_out``,
        ``warnings`` (without what was not graded) and ``software``; None before anything is graded.
    beside : tuple of SecondReading
        What other readers said of the study, shown beside this reading.

    Raises
    ------
    UsageError
        When it has no study, or two of its discs bear one name.
    """

    study: str
    reader: str
    started: str
    changed: str
    discs: tuple[DiscReading, ...] = ()
    renamings: tuple[Renaming, ...] = ()
    named: Mark | None = None
    grade_anyway: Mark | None = None
    found: Found | None = None
    examined: Mapping[str, object] | None = None
    beside: tuple[SecondReading, ...] = ()

    def __post_init__(self) -> None:
        if not self.study.strip():
            raise UsageError("A reading needs the name of its study.")
        numbers = [disc.number for disc in self.discs]
        if len(set(numbers)) < len(numbers):
            raise UsageError(f"The reading of {self.study} has two discs of the same number.")
        levels = [disc.level for disc in self.present]
        for level in levels:
            if levels.count(level) > 1:
                raise UsageError(f"The reading of {self.study} has two discs named {level}; rename or delete one.")

    @property
    def present(self) -> tuple[DiscReading, ...]:
        """The discs that are not deleted."""
        return tuple(disc for disc in self.discs if disc.deleted is None)

    @property
    def levels(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(disc.level for disc in self.present)

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

    def numbered(self, number: int | None) -> DiscReading | None:
        """The disc of this number that is not deleted, or None."""
        return next((disc for disc in self.present if disc.number == number), None)

    def apply(self, command: "Change", time: str | None = None) -> "Reading":
        """The reading after a command of `discgrader.reading.commands`, done now or at this time."""
        return command.change(self, time or now())

    def with_disc(self, disc: DiscReading, time: str | None = None) -> "Reading":
        """The same with this disc in the place of the one of its number; changed at this time, where one is given."""
        discs = tuple(disc if other.number == disc.number else other for other in self.discs)
        return replace(self, discs=discs, changed=time or self.changed)


def _three(values: Iterable[float]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z
