"""What a reader leaves behind in a reading: decisions on grades, corrections of boxes, marks of who did what when."""

from dataclasses import dataclass, field

from discgrader.checked import written_as
from discgrader.grading.systems import scale_of
from discgrader.localize.box import RoiBox


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
    box : RoiBox or None
        Where the disc's box was; None in files of versions that did not keep it.

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
    box: RoiBox | None = field(default=None, metadata=written_as("roi"))

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
class OtherDisc:
    """What another reader said of a disc.

    Parameters
    ----------
    number : int
        Of the same disc in the reading beside which it is shown.
    level : str
        What the other reader called it.
    decisions : tuple of Decision
    """

    number: int
    level: str
    decisions: tuple[Decision, ...] = ()

    def decision(self, system: str, task: str) -> Decision | None:
        """What the other reader said of this task, or None."""
        return next((said for said in self.decisions if (said.system, said.task) == (system, task)), None)


@dataclass(frozen=True)
class SecondReading:
    """What another reader said of the same study.

    Parameters
    ----------
    name : str
        Of the file that it was read from.
    reader : str
        Who read.
    changed : str
        When that reading was changed last, ISO 8601.
    discs : tuple of OtherDisc
    unknown : tuple of str
        The levels of discs that the reading has and the study lacks here.
    """

    name: str
    reader: str
    changed: str
    discs: tuple[OtherDisc, ...] = ()
    unknown: tuple[str, ...] = ()

    def decision(self, number: int, system: str, task: str) -> Decision | None:
        """What the other reader said of this task of the disc of this number, or None."""
        return next((disc.decision(system, task) for disc in self.discs if disc.number == number), None)
