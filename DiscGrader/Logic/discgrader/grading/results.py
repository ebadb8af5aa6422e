"""What grading gives back: one grade, one disc's grades, one study's result."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from discgrader.checked import Within, checked, plain
from discgrader.errors import UsageError
from discgrader.grading.not_graded import not_graded_in_words
from discgrader.grading.operating_point import Call
from discgrader.grading.systems import leading_tasks
from discgrader.imaging.study import Study, without_days
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import VolumePart
from discgrader.localize.disc import Disc, DiscInJson, Localization

Maps = Mapping[tuple[str, str], tuple[str, VolumePart]]
"""Saliency of one disc: (system, task) to the name of a series and the map in its geometry."""

OPERATING_POINT = "operating_point"
"""Where `Grade.told` has the call."""


@dataclass(frozen=True)
class Grade:
    """One task's grade of one disc.

    Parameters
    ----------
    system, task : str
        As written in files, for instance ``pfirrmann`` and ``high_grade``.
    grade : str
        The grade as written in files, for instance ``"4"``.
    label : str
        The grade as people write it, for instance ``IV``.
    probabilities : mapping of str to float
        Calibrated probability of every grade of the scale; they sum to 1.
    evidence : mapping
        What was measured and speaks for the grade: name to a number, a text, or ``{"value", "unit", "source"}``, in
        types that JSON knows.
    pack, pack_version, pack_sha256, trained_on : str
        The pack that gave it and what that pack was trained on.
    synthetic : bool
        Whether that pack saw synthetic images only.
    warnings : tuple of str
        Why this grade should be trusted less.
    call : Call, optional
        By which operating point it was called; None where it is the likeliest grade.
    read_as : str
        The data set whose readers' habit it follows, where that is not the pack's own; see
        `discgrader.grading.reader_habits`.

    Raises
    ------
    UsageError
        When the grade has no probability.
    """

    system: str
    task: str
    grade: str
    label: str
    probabilities: Mapping[str, Annotated[float, Within(0, 1)]]
    evidence: Mapping[str, Any]
    pack: str
    pack_version: str
    pack_sha256: str
    trained_on: str
    synthetic: bool = False
    warnings: tuple[str, ...] = ()
    call: Call | None = None
    read_as: str = ""

    def __post_init__(self) -> None:
        if self.grade not in self.probabilities:
            raise UsageError(f"The grade {self.grade} of {self.system} {self.task} has no probability.")
        object.__setattr__(self, "probabilities", {grade: float(p) for grade, p in self.probabilities.items()})
        object.__setattr__(self, "evidence", plain(self.evidence))

    @property
    def probability(self) -> float:
        """Calibrated probability of the grade given."""
        return self.probabilities[self.grade]

    @property
    def is_possible(self) -> bool:
        """Whether its operating point calls a finding that is less likely than another grade."""
        return self.call is not None and self.probability < max(self.probabilities.values())

    @property
    def told(self) -> Mapping[str, Any]:
        """The evidence, by which operating point the grade was called, and whose habit it follows, where it does."""
        told = dict(self.evidence)
        if self.call is not None:
            told[OPERATING_POINT] = {"title": "Operating point", "value": self.call.in_words}
        if self.read_as:
            told["read_as"] = {"title": "Graded as the readers do of", "value": self.read_as}
        return told

    def to_json(self, rounded: bool = False) -> dict[str, object]:
        """All of it, in files, in a scene's texts and in messages.

        Parameters
        ----------
        rounded : bool
            Numbers to six digits, as in ``grades.json``. Otherwise `from_json` gives an equal grade.
        """
        digits = 6 if rounded else None
        return {
            "system": self.system,
            "task": self.task,
            "grade": self.grade,
            "label": self.label,
            "probabilities": plain(self.probabilities, digits),
            "evidence": plain(self.evidence, digits),
            "warnings": list(self.warnings),
            "pack": self.pack,
            "pack_version": self.pack_version,
            "pack_sha256": self.pack_sha256,
            "trained_on": self.trained_on,
            "synthetic": bool(self.synthetic),
            **({} if self.call is None else {"call": plain(self.call, digits)}),
            **({"read_as": self.read_as} if self.read_as else {}),
        }

    @classmethod
    def from_json(cls, described: object, what: str = "a grade") -> "Grade":
        """The opposite of `to_json`.

        Raises
        ------
        UsageError
            When a field is missing or of the wrong kind; ``what`` says of which grade.
        """
        return checked(described, cls, what, UsageError)


@dataclass(frozen=True)
class DiscResult:
    """A disc and its grades.

    Parameters
    ----------
    disc : Disc
    grades : tuple of Grade
    not_graded : mapping of str to str
        For each system that was wanted and could not grade the disc, why: words that follow "not graded:".
    """

    disc: Disc
    grades: tuple[Grade, ...]
    not_graded: Mapping[str, str] = field(default_factory=dict)

    @property
    def height_mm(self) -> float:
        """The disc's height as measured in its box for its grades; where it was not, as the disc was found with."""
        measured = [
            float(grade.evidence["height_mm"]["value"]) for grade in self.grades if "height_mm" in grade.evidence
        ]
        return measured[0] if measured else self.disc.height_mm

    @property
    def leading_grade(self) -> Grade | None:
        """The grade that stands for the disc, in color, label and overview: the leading system's, or else the first;
        None where it was not graded."""
        leading = (self.grade_of(system, task) for system, task in leading_tasks())
        return next((grade for grade in leading if grade is not None), next(iter(self.grades), None))

    def grade_of(self, system: str, task: str) -> Grade | None:
        """The grade of this task, or None where the disc was not graded for it."""
        return next((grade for grade in self.grades if (grade.system, grade.task) == (system, task)), None)

    def to_json(self, rounded: bool = False) -> dict[str, object]:
        """The disc's own fields, its ``grades``, and ``not_graded``, in files and in messages.

        Parameters
        ----------
        rounded : bool
            As in ``grades.json``: all numbers rounded, and the height as measured for the grades. Otherwise `from_json`
            gives an equal result.
        """
        disc = replace(self.disc, height_mm=self.height_mm) if rounded else self.disc
        return {
            **disc.to_json(rounded),
            "grades": [grade.to_json(rounded) for grade in self.grades],
            "not_graded": dict(self.not_graded),
        }

    @classmethod
    def from_json(cls, described: object, what: str = "a graded disc") -> "DiscResult":
        """The opposite of `to_json`.

        Raises
        ------
        UsageError
            When a field is missing or of the wrong kind; ``what`` says of which disc.
        """
        return checked(described, cls, what, UsageError)

    @staticmethod
    def json_form() -> "type[_DiscResultInJson]":
        """What `to_json` writes, for `discgrader.checked`."""
        return _DiscResultInJson


@dataclass(frozen=True)
class _DiscResultInJson(DiscInJson):
    grades: tuple[Grade, ...] = ()
    not_graded: Mapping[str, str] = field(default_factory=dict)

    def value(self) -> DiscResult:  # type: ignore[override]
        return DiscResult(super().value(), self.grades, self.not_graded)


@dataclass(frozen=True, eq=False)
class StudyResult:
    """Everything that is known of a graded study.

    Parameters
    ----------
    study : Study
        As read, pictures included.
    localization : Localization
        Its discs and segmentation.
    discs : tuple of DiscResult
        From the sacrum upwards.
    saliency : mapping of (level, system, task) to Volume
        Maps in 0–1, float32, in the geometry of the series that they explain, zero outside the disc's crop.
    saliency_series : mapping of (level, system, task) to str
        Name of the series whose geometry each map has.
    warnings : tuple of str
        Of the study as a whole, besides what was `not_graded`.
    software : mapping
        Versions that made the result.
    """

    study: Study
    localization: Localization
    discs: tuple[DiscResult, ...]
    saliency: Mapping[tuple[str, str, str], Volume] = field(default_factory=dict)
    saliency_series: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    software: Mapping[str, str] = field(default_factory=dict)

    @property
    def not_graded(self) -> tuple[str, ...]:
        """Sentences on what was not graded, and why; by disc see `DiscResult.not_graded`."""
        return not_graded_in_words({graded.disc.level: graded.not_graded for graded in self.discs})

    @property
    def without_identity(self) -> "StudyResult":
        """The same of a study that does not tell whose it is."""
        warnings = tuple(map(without_days, self.warnings))
        return replace(self, study=self.study.without_identity, warnings=warnings)


def all_warnings(result: StudyResult) -> tuple[str, ...]:
    """What is told of a study as a whole: its warnings, and what was not graded of it."""
    return (*result.study.warnings, *result.localization.warnings, *result.warnings, *result.not_graded)
