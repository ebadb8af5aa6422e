"""What grading gives back: one grade, one disc's grades, one study's result."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from discgrader.grading.not_graded import not_graded_in_words
from discgrader.imaging.study import Study
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc, Localization


@dataclass(frozen=True)
class Grade:
    """One task's grade of one disc.

    Parameters
    ----------
    system, task : str
        As in GRADING.md, for instance ``pfirrmann`` and ``high_grade``.
    grade : str
        The grade as written in files, for instance ``"4"``.
    label : str
        The grade as people write it, for instance ``IV``.
    probabilities : mapping of str to float
        Calibrated probability of every grade of the scale; they sum to 1.
    evidence : mapping
        What was measured and speaks for the grade: name to a number, a text, or ``{"value", "unit", "source"}``.
    pack, pack_version, pack_sha256, trained_on : str
        The pack that gave it and what that pack was trained on.
    synthetic : bool
        Whether that pack saw synthetic images only.
    warnings : tuple of str
        Why this grade should be trusted less.
    """

    system: str
    task: str
    grade: str
    label: str
    probabilities: Mapping[str, float]
    evidence: Mapping[str, object]
    pack: str
    pack_version: str
    pack_sha256: str
    trained_on: str
    synthetic: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def probability(self) -> float:
        """Calibrated probability of the grade given."""
        return float(self.probabilities[self.grade])


@dataclass(frozen=True, eq=False)
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
        measured = [float(one.evidence["height_mm"]["value"]) for one in self.grades if "height_mm" in one.evidence]
        return measured[0] if measured else self.disc.height_mm

    def grade_of(self, system: str, task: str) -> Grade | None:
        """The grade of this task, or None where the disc was not graded for it."""
        return next((one for one in self.grades if (one.system, one.task) == (system, task)), None)


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
        return not_graded_in_words({one.disc.level: one.not_graded for one in self.discs})
