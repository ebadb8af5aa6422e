"""What other readers said of a grade, beside the reader's own."""

from dataclasses import dataclass

from slicer.i18n import tr as _

from discgrader.grading.systems import scale_of
from discgrader.panel.words import in_language
from discgrader.reading.record import DiscReading, Reading


@dataclass(frozen=True)
class OtherSaid:
    """What another reader said of one task of one disc.

    Parameters
    ----------
    reader, day : str
        Who, and when, as ISO 8601 writes a day.
    grade, label : str
    reason : str
        Empty where none was given.
    """

    reader: str
    day: str
    grade: str
    label: str
    reason: str = ""


def others_of(reading: Reading, disc: DiscReading, system: str, task: str) -> tuple[OtherSaid, ...]:
    """What the readings beside say of a task of a disc."""
    scale = scale_of(system, task)
    said = (one.decision(disc.number, system, task) for one in reading.beside)
    return tuple(
        OtherSaid(one.reader, one.time[:10], one.grade, scale.label_of(one.grade), one.reason)
        for one in said
        if one is not None
    )


def other_text(said: OtherSaid) -> str:
    """Who said what, when and why."""
    text = _("{reader} ({day}): {label}").format(reader=said.reader, day=said.day, label=in_language(said.label))
    return f"{text} · " + _("Reason: {reason}").format(reason=said.reason) if said.reason else text
