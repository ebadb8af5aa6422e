"""A study as values: its examination, its series with plane and contrast, and what of it was not read or not used."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from discgrader.imaging.identity import Identity
from discgrader.imaging.volume import Volume

_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b(?: \d{2}:\d{2}(?::\d{2})?)?")

_LISTED = 3
"""As many file names as fit one line."""


@dataclass(frozen=True)
class LeftOut:
    """A series, or files, that a study was given with and that nothing is graded from.

    Parameters
    ----------
    name : str
        The series' name, or names of files.
    reason : str
        Why, in words that follow a colon.
    """

    name: str
    reason: str

    @property
    def sentence(self) -> str:
        """Both as one sentence."""
        return f"Left out: {self.name}: {self.reason}."


def listed(paths: Sequence[Path], series: str = "") -> str:
    """Some files by their names, after the series' name where it is known."""
    names = ", ".join(path.name for path in paths[:_LISTED])
    if len(paths) > _LISTED:
        names = f"{names} and {len(paths) - _LISTED} more"
    files = f"{len(paths)} file{'' if len(paths) == 1 else 's'}"
    return f"{files} of {series} ({names})" if series else f"{files} ({names})" if len(paths) > 1 else names


@dataclass(frozen=True)
class Examination:
    """What DICOM says of an examination.

    Parameters
    ----------
    date : str
        ISO 8601, ``""`` where nothing states it.
    time : str
        Hours, minutes and seconds as ``hh:mm:ss``, ``""`` where nothing states it.
    uid : str
        StudyInstanceUID, ``""`` where there is none.
    description : str
        What the study is called by whoever took it.
    accession : str
        Accession number.
    """

    date: str = ""
    time: str = ""
    uid: str = ""
    description: str = ""
    accession: str = ""

    def beside(self, others: Iterable["Examination"]) -> str:
        """In words that tell it from others: with the time where one of them is of the same day."""
        same_day = any(other.date == self.date and other is not self for other in others)
        return f"{self.date} {self.time}, {self.description}".strip(", ") if same_day and self.time else self.in_words

    @property
    def in_words(self) -> str:
        """Date and description, for people."""
        texts = [text for text in (self.date or "date unknown", self.description) if text]
        return ", ".join(texts)


class Plane(StrEnum):
    """The anatomical plane that a series was acquired in."""

    SAGITTAL = "sagittal"
    CORONAL = "coronal"
    AXIAL = "axial"


class Contrast(StrEnum):
    """The contrast of a series."""

    T1 = "T1"
    T1_FS = "T1_FS"
    """T1 with fat suppression, mostly after contrast agent."""
    T2 = "T2"
    T2_SPACE = "T2_SPACE"
    """T2 SPACE or another three-dimensional T2 fast spin echo."""
    STIR = "STIR"
    """Inversion recovery, or T2 or proton density with fat suppression: fluid is bright and fat dark."""
    OTHER = "other"
    """Known to be something that nothing is graded from, such as a localizer or a diffusion image."""
    UNKNOWN = "unknown"
    """Neither header, name nor picture tells."""


@dataclass(frozen=True, eq=False)
class Series:
    """One series of a study.

    Parameters
    ----------
    name : str
        Short and unique in its study: the file's stem or the DICOM series' description.
    volume : Volume
        The picture, intensities as stored.
    plane : Plane
        From the geometry.
    contrast : Contrast
        Its contrast.
    contrast_reason : str
        Why it was taken for that, in words a user understands.
    source : tuple of Path
        The files that it was read from.
    warnings : tuple of str
        What was odd about it.
    identity : Identity, optional
        Whose and which DICOM pictures it is; None for other formats, and where that is not known.
    probability : float, optional
        Of the contrast, by its picture; None where that cannot tell or was not looked at.
    traits : tuple of str
        What decides between series of one role: that it was derived from others, is of after contrast agent, or shows
        another part of the body.
    header : mapping of str to object
        What DICOM states of how it was taken, by keyword; empty for other formats.
    files : tuple of Path or None
        The DICOM file of each slice along k, None for one that was missing and was filled in; empty for other formats.
    """

    name: str
    volume: Volume
    plane: Plane
    contrast: Contrast
    contrast_reason: str
    source: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()
    identity: Identity | None = None
    probability: float | None = None
    traits: tuple[str, ...] = ()
    header: Mapping[str, object] = field(default_factory=dict)
    files: tuple[Path | None, ...] = ()

    @property
    def role(self) -> str:
        """What the series serves as: ``T1``, ``T2``, ``T2_SPACE``, ``STIR``, ``AX_T2``, ``AX_T1``, ``unknown``, …

        Sagittal series carry the bare contrast, axial ones the prefix ``AX_``, coronal ones ``COR_``.
        """
        prefix = {Plane.SAGITTAL: "", Plane.AXIAL: "AX_", Plane.CORONAL: "COR_"}[self.plane]
        return prefix + self.contrast.value

    @property
    def is_axial_t2(self) -> bool:
        """Whether it is an axial T2, the only axial series that discs are found and graded on."""
        return self.plane is Plane.AXIAL and self.contrast is Contrast.T2

    def warned(self, *warnings: str) -> "Series":
        """The same series with more warnings."""
        return replace(self, warnings=self.warnings + warnings)


@dataclass(frozen=True, eq=False)
class Study:
    """All series of one examination.

    Parameters
    ----------
    name : str
        What the study is called in files and tables.
    series : tuple of Series
        In the order in which they were found.
    warnings : tuple of str
        What was odd about the study as a whole, such as files that were passed over.
    left_out : tuple of LeftOut
        Every series and file that was given with it and is not among ``series``, and why.
    examination : Examination, optional
        Which examination it is; None where the files do not tell.
    """

    name: str
    series: tuple[Series, ...]
    warnings: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    examination: Examination | None = None

    @property
    def without_identity(self) -> "Study":
        """The same without what tells whose it is: patient, examination, DICOM's identifiers, and the days that
        sentences about it name. Its own name stays."""
        series = tuple(
            replace(one, identity=None, header={}, warnings=tuple(map(without_days, one.warnings)))
            for one in self.series
        )
        left_out = tuple(LeftOut(one.name, without_days(one.reason)) for one in self.left_out)
        return replace(
            self, series=series, left_out=left_out, examination=None, warnings=tuple(map(without_days, self.warnings))
        )


def without_days(sentence: str) -> str:
    """A sentence without the days, and times of day, that it names."""
    return _DAY.sub("(date removed)", sentence)
