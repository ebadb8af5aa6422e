"""Changes to a reading: each function gives a new reading and leaves the old one as it was."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from discgrader.errors import UsageError
from discgrader.grading.decision import high_of
from discgrader.grading.results import Grade
from discgrader.grading.tasks import find_task
from discgrader.localize.box import RoiBox, check_margin
from discgrader.localize.levels import check_level, common_ladder, ladder_of, named_from, next_above, order_of, shifted
from discgrader.reading.record import BoxCorrection, Decision, DiscReading, Grading, Mark, Reading, Renaming

HIGH = ("pfirrmann", "high_grade")
"""System and task that a reader's Pfirrmann grade settles as well."""


def override(reading: Reading, level: str, system: str, task: str, grade: str, reason: str, time: str) -> Reading:
    """The reader gives a grade; where the pack says the same, this accepts it. High grade follows the Pfirrmann grade.

    Raises
    ------
    UsageError
        When there is no such level, system, task or grade; the message names those that there are.
    """
    ai = reading.disc(level).ai_grade(system, task)
    own = ai is None or ai.grade != grade
    decided = _decided(reading, level, Decision(system, task, grade, own, reason, reading.reader, time))
    if _settles_high(reading.disc(level), system, task):
        return override(decided, level, *HIGH, high_of(grade), reason, time)
    return decided


def accept(reading: Reading, level: str, system: str, task: str, time: str) -> Reading:
    """The reader accepts the pack's grade, giving up an override. High grade follows the Pfirrmann grade.

    Raises
    ------
    UsageError
        When there is no such level or task, or the pack said nothing of it.
    """
    find_task(system, task)
    ai = reading.disc(level).ai_grade(system, task)
    if ai is None:
        raise UsageError(f"{level} has no grade of {system} {task} to accept; grade it first.")
    return override(reading, level, system, task, ai.grade, "", time)


def accept_level(reading: Reading, level: str, time: str) -> Reading:
    """The reader accepts all grades of a level that are unread; overrides stay."""
    disc = reading.disc(level)
    for system, task in disc.tasks:
        if disc.ai_grade(system, task) is not None and disc.reader_grade(system, task) is None:
            reading = accept(reading, level, system, task, time)
    return reading


def withdraw(reading: Reading, level: str, system: str, task: str, time: str) -> Reading:
    """The reader takes back what was said of a task: it is unread again; with the Pfirrmann grade, high grade is."""
    find_task(system, task)
    disc = reading.disc(level)
    gone = {(system, task), *([HIGH] if _settles_high(disc, system, task) else [])}
    left = tuple(one for one in disc.decisions if (one.system, one.task) not in gone)
    return _changed(reading, replace(disc, decisions=left), time)


_SAME_HEIGHT_MM = 0.01


def move_box(reading: Reading, level: str, roi: RoiBox, time: str) -> Reading:
    """The reader moves, turns or resizes a box; the same reading where it is where it was.

    A box whose height is changed no longer follows the margin; one that is moved, turned, or resized along another axis
    does.
    """
    disc = reading.disc(level)
    by_hand = abs(roi.size_mm[2] - disc.box.size_mm[2]) > _SAME_HEIGHT_MM
    return _placed(reading, disc, roi, None if by_hand else disc.margin_mm, time)


def fit_box(reading: Reading, level: str, roi: RoiBox, margin_mm: float, time: str) -> Reading:
    """The box is put around the disc again, with this margin."""
    return _placed(reading, reading.disc(level), roi, margin_mm, time)


def reset_box(reading: Reading, level: str, time: str) -> Reading:
    """The box is put back to where it was found, or added."""
    disc = reading.disc(level)
    return _placed(reading, disc, disc.found_box, disc.found_margin_mm, time)


def set_margin(reading: Reading, margin_mm: float, time: str) -> Reading:
    """All boxes reach so far above and below their discs, but for those whose height was set by hand.

    Raises
    ------
    UsageError
        When there is no such margin.
    """
    check_margin(margin_mm)
    for disc in reading.present:
        if disc.margin_mm is not None:
            box = disc.box.with_margin(margin_mm, disc.margin_mm)
            reading = _placed(reading, disc, box, float(margin_mm), time)
    return reading


def shift_levels(reading: Reading, steps: int, time: str) -> Reading:
    """Shift the names of all discs by ``steps`` levels, towards the head where positive.

    Raises
    ------
    UsageError
        When a disc would be named beyond the lowest or the highest level that there is.
    """
    if steps == 0:
        return reading
    return _renamed(reading, shifted(reading.levels, steps), Renaming(steps, reading.reader, time))


def set_lowest(reading: Reading, level: str, time: str) -> Reading:
    """Name all discs anew so that the lowest one is called ``level``; where it is called so already, that is confirmed.

    Parameters
    ----------
    level : str
        A level, or another of `discgrader.localize.levels.LOWEST_CHOICES`.

    Raises
    ------
    UsageError
        When there is no such level, or no disc, or one would be beyond the highest level.
    """
    if not reading.levels:
        raise UsageError(f"The study {reading.study} has no disc to rename; find or add one first.")
    names = named_from(reading.levels, level)
    if all(before == after for before, after in names.items()):
        return _named(reading, time)
    steps = _steps(names)
    return _renamed(reading, names, Renaming(steps, reading.reader, time, level))


def grade_anyway(reading: Reading, wanted: bool, time: str) -> Reading:
    """The reader wants it graded although it may not be a lumbar spine on MR, or no longer does."""
    return replace(reading, grade_anyway=Mark(reading.reader, time) if wanted else None, changed=time)


def as_found(reading: Reading) -> Reading:
    """The discs were found again, so that their names are no longer the reader's."""
    return replace(reading, named=None)


def delete_disc(reading: Reading, level: str, time: str) -> Reading:
    """The reader deletes a disc that is none; all that was said of it is kept."""
    return _changed(reading, replace(reading.disc(level), deleted=Mark(reading.reader, time)), time)


def rename_discs(reading: Reading, names: Mapping[int, str], time: str) -> Reading:
    """Discs get other names, each by its number.

    Raises
    ------
    UsageError
        When a name is no level, or two discs would bear one name.
    """
    for level in names.values():
        check_level(level)
    discs = tuple(replace(one, level=names.get(one.number, one.level)) for one in reading.discs)
    return reading if discs == reading.discs else replace(reading, discs=discs, changed=time)


def make_room(reading: Reading, level: str, time: str) -> Reading:
    """Free a name: the disc that bears it, and those that follow above it without a gap, each move up by one.

    Raises
    ------
    UsageError
        When there is no level above the last of them.
    """
    present = {one.level: one for one in reading.present}
    names = {}
    while level in present:
        above = next_above(level, reading.levels)
        names[present[level].number] = above
        level = above
    return rename_discs(reading, names, time)


def add_disc(
    reading: Reading, level: str, roi: RoiBox, time: str, margin_mm: float | None = None, found: bool = False
) -> Reading:
    """The reader adds a disc that was missed; ``margin_mm`` as in `DiscReading`, ``found`` where a search found it.

    Raises
    ------
    UsageError
        When the name is no level, or is taken.
    """
    check_level(level)
    if not found:
        common_ladder((*reading.levels, level))
    if level in reading.levels:
        raise UsageError(f"There is a disc {level} already; move its box, or name the new one otherwise.")
    number = max((one.number for one in reading.discs), default=0) + 1
    added = DiscReading(
        number,
        level,
        roi.require_extent(),
        found_level=level if found else None,
        added=None if found else Mark(reading.reader, time),
        margin_mm=margin_mm,
        found_margin_mm=margin_mm,
    )
    return replace(reading, discs=(*reading.discs, added), changed=time)


def add_grading(
    reading: Reading, number: int, box: RoiBox, grades: Sequence[Grade], not_graded: Mapping[str, str], time: str
) -> Reading:
    """What packs say of a disc in a box; the same reading where the disc is not in that box (any more)."""
    disc = next((one for one in reading.discs if one.number == number), None)
    if disc is None or disc.box != box:
        return reading
    return reading.with_disc(
        replace(disc, gradings=(*disc.gradings, Grading(box, tuple(grades), time, dict(not_graded))))
    )


def _named(reading: Reading, time: str) -> Reading:
    return replace(reading, named=Mark(reading.reader, time), changed=time)


def _settles_high(disc: DiscReading, system: str, task: str) -> bool:
    """Whether what is said of a task says high grade too."""
    return (system, task) == ("pfirrmann", "pfirrmann") and HIGH in disc.tasks


def _decided(reading: Reading, level: str, said: Decision) -> Reading:
    disc = reading.disc(level)
    others = tuple(one for one in disc.decisions if (one.system, one.task) != (said.system, said.task))
    return _changed(reading, replace(disc, decisions=(*others, said)), said.time)


def _placed(reading: Reading, disc: DiscReading, box: RoiBox, margin_mm: float | None, time: str) -> Reading:
    if box == disc.box and margin_mm == disc.margin_mm:
        return reading
    corrections = disc.corrections
    if box != disc.box:
        corrections = (*corrections, BoxCorrection(disc.box, box.require_extent(), reading.reader, time))
    return _changed(reading, replace(disc, box=box, corrections=corrections, margin_mm=margin_mm), time)


def _changed(reading: Reading, disc: DiscReading, time: str) -> Reading:
    return replace(reading.with_disc(disc), changed=time)


def _renamed(reading: Reading, names: Mapping[str, str], renaming: Renaming) -> Reading:
    """With other names of all discs that are there, which the reader then vouches for."""
    discs = tuple(one if one.deleted else replace(one, level=names[one.level]) for one in reading.discs)
    renamed = replace(reading, discs=discs, renamings=(*reading.renamings, renaming))
    return _named(renamed, renaming.time)


def _steps(names: Mapping[str, str]) -> int:
    """By how many places the lowest disc of a row is shifted when each level gets another name."""
    lowest = min(names, key=order_of)
    return ladder_of(names.values()).index(names[lowest]) - ladder_of(names).index(lowest)
