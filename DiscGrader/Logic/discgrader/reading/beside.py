"""A second reading beside the first: which discs are the same, whether it is of this study at all, how far the two
agree."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from discgrader.errors import UsageError
from discgrader.imaging.identity import Identity
from discgrader.reading.agreement import Tally, tally
from discgrader.reading.commands import Command
from discgrader.reading.marks import OtherDisc, SecondReading
from discgrader.reading.pairs import Pair
from discgrader.reading.record import DiscReading, Reading
from discgrader.reading.same_disc import same_numbers


def second_reading(other: Reading, reading: Reading, name: str) -> SecondReading:
    """What another reading of the same study says, by the numbers of this one.

    Parameters
    ----------
    other, reading : Reading
    name : str
        Of the file that the other one was read from.

    Raises
    ------
    UsageError
        When it is of another patient or study, as its identity, its name or its discs tell, or nobody has decided
        anything in it.
    """
    _require_same_study(other, reading, name)
    same = same_numbers(other, reading)
    if not any(disc.number in same for disc in other.present):
        raise UsageError(
            f"{name} has no disc where {reading.study} has one, so it is of another patient or in other coordinates; "
            "choose a reading of this study."
        )
    discs = tuple(
        OtherDisc(same[disc.number], disc.level, _stands(disc)) for disc in other.present if disc.number in same
    )
    if not any(disc.decisions for disc in discs):
        raise UsageError(f"In {name} nobody has decided on any grade yet; choose a reading that somebody has read.")
    unknown = tuple(disc.level for disc in other.present if disc.number not in same)
    return SecondReading(name, other.reader, other.changed, discs, unknown)


def _stands(disc: DiscReading):
    """The decisions that stand: what was accepted and is another grade now is none."""
    return tuple(said for said in disc.decisions if disc.reader_grade(said.system, said.task) is not None)


def _require_same_study(other: Reading, reading: Reading, name: str) -> None:
    theirs, ours = _identities(other), _identities(reading)
    if theirs and ours:
        for what, mine, its in (
            ("patient", {one.patient_id for one in ours}, {one.patient_id for one in theirs}),
            ("study", {one.study_instance_uid for one in ours}, {one.study_instance_uid for one in theirs}),
        ):
            if {*mine} - {""} and {*its} - {""} and not mine & its:
                raise UsageError(f"{name} is a reading of another {what} than {reading.study}; nothing was loaded.")
        return
    if other.study != reading.study:
        raise UsageError(f"{name} is a reading of {other.study}, not of {reading.study}; open that study first.")


def _identities(reading: Reading) -> list[Identity]:
    series = (reading.examined or {}).get("series")
    described = [one.get("identity") for one in series if isinstance(one, Mapping)] if isinstance(series, list) else []
    return [found for one in described if one is not None and (found := Identity.from_json(one)) is not None]


@dataclass(frozen=True)
class AddSecond(Command):
    """A second reading is shown beside this one; one of the same file and reader takes the place of the earlier."""

    says: ClassVar[str] = "second reading"

    second: SecondReading

    def words(self, reading: Reading) -> str:
        return f"reading of {self.second.reader} beside"

    def change(self, reading: Reading, time: str) -> Reading:
        return replace(reading, beside=(*_without(reading, self.second), self.second), changed=time)


@dataclass(frozen=True)
class RemoveSecond(Command):
    """A second reading is no longer shown."""

    second: SecondReading

    def words(self, reading: Reading) -> str:
        return f"remove reading of {self.second.reader}"

    def change(self, reading: Reading, time: str) -> Reading:
        left = _without(reading, self.second)
        return reading if left == reading.beside else replace(reading, beside=left, changed=time)


def _without(reading: Reading, second: SecondReading) -> tuple[SecondReading, ...]:
    return tuple(one for one in reading.beside if (one.name, one.reader) != (second.name, second.reader))


def agreed(reading: Reading, second: SecondReading) -> Tally:
    """How far the reader and another one agree."""
    return tally(list(_pairs(reading, second)))


def _pairs(reading: Reading, second: SecondReading) -> Iterator[Pair]:
    for theirs in second.discs:
        disc = reading.numbered(theirs.number)
        for said in () if disc is None else theirs.decisions:
            own = disc.reader_grade(said.system, said.task) if disc is not None else None
            if own is not None and disc is not None:
                yield Pair(reading.study, disc.level, theirs.level, said.system, said.task, own, said.grade)
