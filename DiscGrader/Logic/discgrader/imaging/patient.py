"""Whose pictures a study is, as people write it: name, birth date, sex, and age at the examination."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from discgrader.imaging.dicom_examinations import iso_date
from discgrader.imaging.identity import Identity
from discgrader.imaging.study import Examination, Study

_OLDEST_YEARS = 125
"""Older than anyone has become; birth dates that were put in for none, such as 1 January 1900, make people so."""

_IN_MONTHS_YEARS = 2
"""The age of children who are younger is told in months, as DICOM and pediatricians do."""

_UNITS = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}


@dataclass(frozen=True)
class Age:
    """An age.

    Parameters
    ----------
    count : int
    unit : str
        ``years``, ``months``, ``weeks`` or ``days``.
    """

    count: int
    unit: str


@dataclass(frozen=True)
class Patient:
    """A patient as a study's DICOM files state them; what they do not state is empty. Of files that state several
    things, as when a name was spelled in two ways, all are told.

    Parameters
    ----------
    identities : tuple of Identity
        Of the study's series.
    examined : str
        The day of the examination, ISO 8601; empty where it is not known.
    """

    identities: tuple[Identity, ...]
    examined: str = ""

    @classmethod
    def of(cls, study: Study) -> "Patient":
        """Whose pictures a study is."""
        examination = study.examination or Examination()
        return cls(tuple(one.identity for one in study.series if one.identity is not None), examination.date)

    @property
    def name(self) -> str:
        """As people write it."""
        return self._told(lambda one: name_in_words(one.patient_name))

    @property
    def number(self) -> str:
        """PatientID."""
        return self._told(lambda one: one.patient_id)

    @property
    def birth_date(self) -> str:
        """ISO 8601, where the files state a whole date; else what they state."""
        return self._told(lambda one: iso_date(one.patient_birth_date) or one.patient_birth_date.strip())

    @property
    def sex(self) -> str:
        """``male``, ``female`` or ``other``."""
        sexes = {"M": "male", "F": "female", "O": "other"}
        return self._told(lambda one: sexes.get(one.patient_sex.strip().upper()[:1], ""))

    @cached_property
    def age(self) -> Age | None:
        """At the examination: from the birth date, or else as the files state it; None where neither tells."""
        return self.counted_age or self.stated_age

    @cached_property
    def counted_age(self) -> Age | None:
        """From birth date and examination date."""
        born = {day for one in self.identities if (day := iso_date(one.patient_birth_date))}
        if len(born) != 1 or not self.examined:
            return None
        first, last = date.fromisoformat(born.pop()), date.fromisoformat(self.examined)
        months = 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day)
        if not 0 <= months <= 12 * _OLDEST_YEARS:
            return None
        return Age(months, "months") if months < 12 * _IN_MONTHS_YEARS else Age(months // 12, "years")

    @cached_property
    def stated_age(self) -> Age | None:
        """PatientAge, such as ``045Y`` or ``018M``."""
        stated = {one.patient_age.strip().upper() for one in self.identities} - {""}
        match = re.fullmatch(r"(\d{1,3})([DWMY]?)", stated.pop()) if len(stated) == 1 else None
        return Age(int(match[1]), _UNITS[match[2] or "Y"]) if match and int(match[1]) else None

    @property
    def contradicting_age(self) -> Age | None:
        """The age that the files state, where it is another one than the birth date makes by more than a year."""
        counted, stated = self.counted_age, self.stated_age
        if counted is None or stated is None or abs(_years(counted) - _years(stated)) <= 1:
            return None
        return stated

    def _told(self, what: Callable[[Identity], str]) -> str:
        return " / ".join(dict.fromkeys(text for one in self.identities if (text := what(one))))


def name_in_words(name: str) -> str:
    """A name of DICOM (value representation PN, DICOM PS3.5 6.2.1) as people write it.

    ``Müller^Anna Maria^^Dr.^`` is "Müller, Dr. Anna Maria"; ``Yamada^Tarou=山田^太郎=やまだ^たろう`` is
    "Yamada, Tarou (山田 太郎)". The phonetic form is told where there is no other.
    """
    groups = [*_decoded(name).split("="), "", ""][:3]
    letters = _with_comma(groups[0])
    signs = _in_a_row(groups[1]) or ("" if letters else _in_a_row(groups[2]))
    return f"{letters} ({signs})" if letters and signs else letters or signs


def _decoded(name: str) -> str:
    """A name that is UTF-8 though its file states no character set, and was read by that of none, which is Latin-1."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def _parts(group: str) -> list[str]:
    """Family name, given name, middle name, prefix and suffix."""
    return [" ".join(part.split()) for part in ([*group.split("^"), *[""] * 5])[:5]]


def _with_comma(group: str) -> str:
    family, given, middle, prefix, suffix = _parts(group)
    rest = " ".join(part for part in (prefix, given, middle) if part)
    return ", ".join(part for part in (family, rest, suffix) if part)


def _in_a_row(group: str) -> str:
    """Of ideographs and phonetic signs, which take no comma."""
    family, given, middle, prefix, suffix = _parts(group)
    return " ".join(part for part in (prefix, family, given, middle, suffix) if part)


def _years(age: Age) -> float:
    return age.count / {"years": 1, "months": 12, "weeks": 52.18, "days": 365.25}[age.unit]
