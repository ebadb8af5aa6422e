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
from discgrader.localize.disc import Disc
from discgrader.localize.levels import check_level, common_ladder, ladder_of, named_from, next_above, order_of, shifted
from discgrader.localize.margin import DEFAULT_MARGIN_MM, check_margin
from discgrader.reading.record import BoxCorrection, Decision, DiscReading, Found, Grading, Mark, Reading, Renaming

_SAME_HEIGHT_MM = 0.01

SAME_DISC_MM = 8.0
"""A disc that was found again, or a box that bears no number, is that of the disc whose box had its middle so near."""

ADDED = "This disc was added by the reader; its measures are those of its box."


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
        return f"{_cell(self.level, self.system, self.task)} to {scale_of(self.system, self.task).label_of(self.grade)}"

    def change(self, reading: Reading, time: str) -> Reading:
        disc = reading.disc(self.level)
        ai = disc.ai_grade(self.system, self.task)
        own = ai is None or ai.grade != self.grade
        said = Decision(self.system, self.task, self.grade, own, self.reason, reading.reader, time)
        others = tuple(one for one in disc.decisions if (one.system, one.task) != (self.system, self.task))
        decided = _with(reading, replace(disc, decisions=(*others, said)), time)
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
        return f"accept {_cell(self.level, self.system, self.task)}"

    def change(self, reading: Reading, time: str) -> Reading:
        find_task(self.system, self.task)
        ai = reading.disc(self.level).ai_grade(self.system, self.task)
        if ai is None:
            raise UsageError(f"{self.level} has no grade of {self.system} {self.task} to accept; grade it first.")
        return SetGrade(self.level, self.system, self.task, ai.grade).change(reading, time)


@dataclass(frozen=True)
class AcceptLevel(Command):
    """The reader accepts all grades of a level that are unread; overrides stay."""

    says: ClassVar[str] = "accept {level}"

    level: str

    def change(self, reading: Reading, time: str) -> Reading:
        disc = reading.disc(self.level)
        for system, task in disc.tasks:
            if disc.ai_grade(system, task) is not None and disc.reader_grade(system, task) is None:
                reading = AcceptGrade(self.level, system, task).change(reading, time)
        return reading


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
        left = tuple(one for one in disc.decisions if (one.system, one.task) not in gone)
        return _with(reading, replace(disc, decisions=left), time)


@dataclass(frozen=True)
class MoveBox(Command):
    """The reader moves, turns or resizes a box.

    A box whose height is changed no longer follows the margin; one that is moved, turned, or resized along another axis
    does.

    Parameters
    ----------
    level : str
    box : RoiBox
        Where it is now.
    drag : str, optional
        The same for all movements of one drag, which are one step.
    """

    level: str
    box: RoiBox
    drag: str | None = None

    @property
    def group(self) -> str | None:
        return None if self.drag is None else f"{self.level} {self.drag}"

    def words(self, reading: Reading) -> str:
        return f"{_how(reading.disc(self.level).box, self.box)} {self.level} box"

    def change(self, reading: Reading, time: str) -> Reading:
        disc = reading.disc(self.level)
        by_hand = abs(self.box.size_mm[2] - disc.box.size_mm[2]) > _SAME_HEIGHT_MM
        return _placed(reading, disc, self.box, None if by_hand else disc.margin_mm, time)


@dataclass(frozen=True)
class FitBox(Command):
    """A box is put around its disc again, with this margin."""

    says: ClassVar[str] = "fit {level} box"

    level: str
    box: RoiBox
    margin_mm: float

    def change(self, reading: Reading, time: str) -> Reading:
        return _placed(reading, reading.disc(self.level), self.box, self.margin_mm, time)


@dataclass(frozen=True)
class ResetBox(Command):
    """A box is put back to where it was found, or added."""

    says: ClassVar[str] = "reset {level} box"

    level: str

    def change(self, reading: Reading, time: str) -> Reading:
        disc = reading.disc(self.level)
        return _placed(reading, disc, disc.found_box, disc.found_margin_mm, time)


@dataclass(frozen=True)
class SetMargin(Command):
    """All boxes reach so far above and below their discs, but for those whose height was set by hand.

    What is set while ``dragging``, and the next that is not, are one step.
    """

    says: ClassVar[str] = "margin {margin_mm:g} mm"

    margin_mm: float
    dragging: bool = False

    @property
    def group(self) -> str | None:
        return "margin"

    @property
    def ends_group(self) -> bool:
        return not self.dragging

    def change(self, reading: Reading, time: str) -> Reading:
        check_margin(self.margin_mm)
        for disc in reading.present:
            if disc.margin_mm is not None:
                box = disc.box.with_margin(self.margin_mm, disc.margin_mm)
                reading = _placed(reading, disc, box, float(self.margin_mm), time)
        return reading


@dataclass(frozen=True)
class ShiftLevels(Command):
    """The names of all discs are shifted by ``steps`` levels, towards the head where positive."""

    steps: int

    def words(self, reading: Reading) -> str:
        return f"names {'up' if self.steps > 0 else 'down'} by {abs(self.steps)}"

    def change(self, reading: Reading, time: str) -> Reading:
        if self.steps == 0:
            return reading
        names = shifted(reading.levels, self.steps)
        return _renamed(reading, names, Renaming(self.steps, reading.reader, time))


@dataclass(frozen=True)
class SetLowest(Command):
    """All discs are named anew so that the lowest one is called ``level``; where it is called so already, that is
    confirmed.

    Parameters
    ----------
    level : str
        A level, or another of `discgrader.localize.levels.LOWEST_CHOICES`.
    """

    says: ClassVar[str] = "lowest disc {level}"

    level: str

    def change(self, reading: Reading, time: str) -> Reading:
        if not reading.levels:
            raise UsageError(f"The study {reading.study} has no disc to rename; find or add one first.")
        names = named_from(reading.levels, self.level)
        if all(before == after for before, after in names.items()):
            return _named(reading, time)
        return _renamed(reading, names, Renaming(_steps(names), reading.reader, time, self.level))


@dataclass(frozen=True)
class RenameDiscs(Command):
    """Discs get other names, each by its number."""

    names: Mapping[int, str]

    def words(self, reading: Reading) -> str:
        return f"name {next(iter(self.names.values()))}" if len(self.names) == 1 else "names"

    def change(self, reading: Reading, time: str) -> Reading:
        for level in self.names.values():
            check_level(level)
        discs = tuple(replace(disc, level=self.names.get(disc.number, disc.level)) for disc in reading.discs)
        return reading if discs == reading.discs else replace(reading, discs=discs, changed=time)


@dataclass(frozen=True)
class AddDisc(Command):
    """The reader adds a disc that was missed.

    Parameters
    ----------
    level : str
    box : RoiBox
    margin_mm : float or None
        As in `DiscReading`.
    makes_room : bool
        Whether a disc that bears this name, and those that follow above it without a gap, each move up by one level.
    label : int or None
        Its value in the segmentation, where it is segmented.
    """

    level: str
    box: RoiBox
    margin_mm: float | None = None
    makes_room: bool = False
    label: int | None = None
    says: ClassVar[str] = "add {level}"

    def change(self, reading: Reading, time: str) -> Reading:
        check_level(self.level)
        if self.makes_room:
            reading = _with_room_at(reading, self.level, time)
        common_ladder((*reading.levels, self.level))
        if self.level in reading.levels:
            raise UsageError(f"There is a disc {self.level} already; move its box, or name the new one otherwise.")
        margin_mm = DEFAULT_MARGIN_MM if self.margin_mm is None else self.margin_mm
        added = DiscReading(
            _next_number(reading),
            self.level,
            self.box.require_extent(),
            added=Mark(reading.reader, time),
            margin_mm=self.margin_mm,
            found_margin_mm=self.margin_mm,
            measured=Disc.of_box(self.box, self.level, 0, margin_mm, ADDED),
            label=self.label,
        )
        return replace(reading, discs=(*reading.discs, added), changed=time)


@dataclass(frozen=True)
class FindDiscs(Command):
    """The study's discs were looked for again, or its boxes were given anew: its discs are these and no others.

    A disc that was known before, where its box had its middle near or else under its name, keeps what was said of it;
    what is not among them any more is deleted.

    Parameters
    ----------
    discs : tuple of DiscReading
        As `discgrader.reading.results.reading_of_result` makes them; their numbers are not heeded.
    found : Found
    numbers : mapping of str to int
        By level the numbers of discs that are known already, wherever they are now.
    """

    discs: tuple[DiscReading, ...]
    found: Found
    numbers: Mapping[str, int] = field(default_factory=dict)
    says: ClassVar[str] = "find and grade discs"

    def change(self, reading: Reading, time: str) -> Reading:
        same = _same_discs(reading.present, self.discs, self.numbers)
        if not self._differs(reading, same):
            return reading if reading.found == self.found else replace(reading, found=self.found)
        gone = {disc.number for disc in reading.present} - same.keys()
        known = tuple(
            replace(disc, deleted=Mark(reading.reader, time)) if disc.number in gone
            else _found_again(disc, same[disc.number], reading.reader, time) if disc.number in same
            else disc
            for disc in reading.discs
        )  # fmt: skip
        matched = {id(disc) for disc in same.values()}
        new = tuple(
            replace(disc, number=number)
            for number, disc in enumerate((one for one in self.discs if id(one) not in matched), _next_number(reading))
        )
        named = None if same else reading.named
        return replace(reading, discs=(*known, *new), found=self.found, named=named, changed=time)

    def _differs(self, reading: Reading, same: Mapping[int, DiscReading]) -> bool:
        """Whether any disc came, went, was moved or has another name, so that this is a step."""
        if len(same) < len(self.discs) or len(same) < len(reading.present):
            return True
        pairs = [(disc, same[disc.number]) for disc in reading.present]
        return any(not new.box.is_same(disc.box) or new.level != disc.level for disc, new in pairs)


@dataclass(frozen=True)
class DeleteDisc(Command):
    """The reader deletes what is no disc; all that was said of it is kept."""

    says: ClassVar[str] = "delete {level}"

    level: str

    def change(self, reading: Reading, time: str) -> Reading:
        return _with(reading, replace(reading.disc(self.level), deleted=Mark(reading.reader, time)), time)


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
        """The other reading, completed by what is known here of the same discs where its file did not keep it."""
        discs = tuple(_completed(disc, reading.discs) for disc in self.reading.discs)
        found, examined = self.reading.found or reading.found, self.reading.examined or reading.examined
        return replace(self.reading, discs=discs, found=found, examined=examined)


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
        disc = next((one for one in reading.discs if one.number == self.number), None)
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
    return f"{level} {find_task(system, task).title.removesuffix(' grade')}"


def _how(before: RoiBox, after: RoiBox) -> str:
    """The word for how a box was changed."""
    if np.abs(before.size_mm - after.size_mm).max() > _SAME_HEIGHT_MM:
        return "resize"
    return "turn" if np.abs(before.axes_lps - after.axes_lps).max() > 1e-4 else "move"


def _next_number(reading: Reading) -> int:
    return max((disc.number for disc in reading.discs), default=0) + 1


def _same_discs(
    known: Sequence[DiscReading], found: Sequence[DiscReading], numbers: Mapping[str, int]
) -> dict[int, DiscReading]:
    """Which disc was found again, by the number of the known one: where it was, or else by its name."""
    left = {disc.number: disc for disc in known}
    same = {numbers[disc.level]: disc for disc in found if numbers.get(disc.level) in left}
    left = {number: disc for number, disc in left.items() if number not in same}
    for disc in found:
        if disc.level in numbers:
            continue
        away = {number: _apart_mm(one, disc) for number, one in left.items()}
        nearest = min(away, key=lambda number: away[number], default=None)
        if nearest is not None and away[nearest] > SAME_DISC_MM:
            nearest = next((number for number, one in left.items() if one.level == disc.level), None)
        if nearest is not None:
            same[nearest] = disc
            del left[nearest]
    return same


def _apart_mm(one: DiscReading, other: DiscReading) -> float:
    return float(np.linalg.norm(one.box.center_lps_mm - other.box.center_lps_mm))


def _found_again(disc: DiscReading, found: DiscReading, reader: str, time: str) -> DiscReading:
    """A disc in the box and under the name that it was found with again."""
    disc = replace(disc, level=found.level, measured=found.measured, label=found.label)
    if found.box.is_same(disc.box):
        return disc
    correction = BoxCorrection(disc.box, found.box, reader, time)
    return replace(disc, box=found.box, corrections=(*disc.corrections, correction), margin_mm=found.margin_mm)


def _completed(disc: DiscReading, known: Sequence[DiscReading]) -> DiscReading:
    """A disc with the measures that are known of the disc at its place, where it has none itself."""
    if disc.measured is not None:
        return disc
    own = next((one for one in known if one.number == disc.number), None)
    if own is not None and own.found_box.contains(disc.found_box.center_lps_mm):
        return replace(disc, measured=own.measured, label=own.label)
    near = [one for one in known if one.measured is not None and disc.found_box.contains(one.found_box.center_lps_mm)]
    if not near:
        return disc
    nearest = min(near, key=lambda one: float(np.linalg.norm(one.found_box.center_lps_mm - disc.box.center_lps_mm)))
    return replace(disc, measured=nearest.measured, label=nearest.label)


def _settled(disc: DiscReading, system: str, task: str) -> list[str]:
    """The tasks of a disc that are answered by what is said of a task."""
    return [other.name for other in find_system(system).sums_of(task) if (system, other.name) in disc.tasks]


def _with(reading: Reading, disc: DiscReading, time: str) -> Reading:
    return replace(reading.with_disc(disc), changed=time)


def _placed(reading: Reading, disc: DiscReading, box: RoiBox, margin_mm: float | None, time: str) -> Reading:
    if box == disc.box and margin_mm == disc.margin_mm:
        return reading
    corrections = disc.corrections
    if box != disc.box:
        corrections = (*corrections, BoxCorrection(disc.box, box.require_extent(), reading.reader, time))
    return _with(reading, replace(disc, box=box, corrections=corrections, margin_mm=margin_mm), time)


def _named(reading: Reading, time: str) -> Reading:
    return replace(reading, named=Mark(reading.reader, time), changed=time)


def _renamed(reading: Reading, names: Mapping[str, str], renaming: Renaming) -> Reading:
    """With other names of all discs that are there, which the reader then vouches for."""
    discs = tuple(disc if disc.deleted else replace(disc, level=names[disc.level]) for disc in reading.discs)
    renamed = replace(reading, discs=discs, renamings=(*reading.renamings, renaming))
    return _named(renamed, renaming.time)


def _steps(names: Mapping[str, str]) -> int:
    """By how many places the lowest disc of a row is shifted when each level gets another name."""
    lowest = min(names, key=order_of)
    return ladder_of(names.values()).index(names[lowest]) - ladder_of(names).index(lowest)


def _with_room_at(reading: Reading, level: str, time: str) -> Reading:
    """With a name free: the disc that bears it, and those that follow above it without a gap, each move up by one."""
    present = {disc.level: disc for disc in reading.present}
    names = {}
    while level in present:
        above = next_above(level, reading.levels)
        names[present[level].number] = above
        level = above
    return RenameDiscs(names).change(reading, time)
