"""What can be done to the discs and boxes of a reading: moved, named, added, found again, deleted; see
`discgrader.reading.commands`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from discgrader.errors import UsageError
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc
from discgrader.localize.levels import check_level, common_ladder, ladder_of, named_from, next_above, order_of, shifted
from discgrader.localize.margin import DEFAULT_MARGIN_MM, check_margin
from discgrader.reading.commands import Command
from discgrader.reading.record import BoxCorrection, DiscReading, Found, Mark, Reading, Renaming
from discgrader.reading.same_disc import SAME_DISC_MM, apart_mm

_SAME_HEIGHT_MM = 0.01

ADDED = "This disc was added by the reader; its measures are those of its box."


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
        return f"shift names {'up' if self.steps > 0 else 'down'} by {abs(self.steps)}"

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
            raise UsageError(f"There is already a disc {self.level}; move its box, or give the new disc another name.")
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
            for number, disc in enumerate((new for new in self.discs if id(new) not in matched), _next_number(reading))
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
        return reading.with_disc(replace(reading.disc(self.level), deleted=Mark(reading.reader, time)), time)


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
        away = {number: apart_mm(one, disc) for number, one in left.items()}
        nearest = min(away, key=lambda number: away[number], default=None)
        if nearest is not None and away[nearest] > SAME_DISC_MM:
            nearest = next((number for number, one in left.items() if one.level == disc.level), None)
        if nearest is not None:
            same[nearest] = disc
            del left[nearest]
    return same


def _found_again(disc: DiscReading, found: DiscReading, reader: str, time: str) -> DiscReading:
    """A disc in the box and under the name that it was found with again."""
    disc = replace(disc, level=found.level, measured=found.measured, label=found.label)
    if found.box.is_same(disc.box):
        return disc
    correction = BoxCorrection(disc.box, found.box, reader, time)
    return replace(disc, box=found.box, corrections=(*disc.corrections, correction), margin_mm=found.margin_mm)


def _placed(reading: Reading, disc: DiscReading, box: RoiBox, margin_mm: float | None, time: str) -> Reading:
    if box == disc.box and margin_mm == disc.margin_mm:
        return reading
    corrections = disc.corrections
    if box != disc.box:
        corrections = (*corrections, BoxCorrection(disc.box, box.require_extent(), reading.reader, time))
    return reading.with_disc(replace(disc, box=box, corrections=corrections, margin_mm=margin_mm), time)


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
