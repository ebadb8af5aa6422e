"""How grades, numbers and names are worded and colored in the report."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Protocol

from discgrader.errors import UsageError
from discgrader.grading.headings import percent as percent
from discgrader.grading.scales import GradeDefinition, Scale
from discgrader.grading.systems import find_system, scale_of, systems
from discgrader.grading.usual import USUAL, usual_values, usual_words
from discgrader.imaging.study import Series
from discgrader.report.language import ENGLISH, Language
from discgrader.report.markup import Html, tag

NEUTRAL = "#aebac6"
SYNTHETIC = "Trained on synthetic images only"
NOT_MEASURED = "not measured"

ABSENT = frozenset({"0", "none"})
"""Grades, as written in files, that say that there is nothing to be found."""


class Graded(Protocol):
    """A grade of any kind: what a pack says, or what stands for a disc."""

    @property
    def system(self) -> str: ...
    @property
    def task(self) -> str: ...
    @property
    def grade(self) -> str: ...
    @property
    def label(self) -> str: ...


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, …"""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def number(value: object) -> str:
    """A measured value with as many digits as matter."""
    if value is None or (isinstance(value, Real) and not math.isfinite(value)):
        return NOT_MEASURED
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value)
    real = float(value)
    return f"{real:.0f}" if abs(real) >= 100 or real == int(real) else f"{real:.3g}"


def scale_of_grade(grade: Graded) -> Scale | None:
    """The scale of a grade; None for a task that no system of the product has."""
    try:
        return scale_of(grade.system, grade.task)
    except UsageError:
        return None


def definition(grade: Graded, value: str) -> GradeDefinition:
    """What one grade of the same scale is called and looks like."""
    scale = scale_of_grade(grade)
    if scale is not None and value in scale.values:
        return scale.grade(value)
    return GradeDefinition(value, grade.label if value == grade.grade else value, "", NEUTRAL)


def system_title(system: str) -> str:
    """What people call a system."""
    return find_system(system).title if system in systems() else system


def role_title(series: Series) -> str:
    """What people call the role that a series serves in."""
    return series.role.replace("_", " ")


def is_absent(grade: Graded) -> bool:
    """Whether the grade says that there is nothing to be found."""
    return grade.grade in ABSENT


def evidence_title(name: str, value: object) -> str:
    """What people call a piece of evidence."""
    if isinstance(value, Mapping) and value.get("title"):
        return str(value["title"])
    return name[:1].upper() + name[1:].removesuffix("_mm").replace("_", " ")


def evidence_text(value: object, language: Language = ENGLISH) -> str:
    """A piece of evidence: a number with its unit and, where it is known, its mean error; or whatever else it is, in
    words of the language."""
    if not isinstance(value, Mapping):
        return _told(value, language)
    if "value" not in value:
        return ", ".join(f"{language.word(name)} {_told(one, language)}" for name, one in value.items())
    error = "" if value.get("error") is None else f" ± {_told(value['error'], language)}"
    return f"{_told(value['value'], language)}{error} {value.get('unit') or ''}".strip()


def _told(value: object, language: Language) -> str:
    text = number(value)
    return language.word(text) if isinstance(value, str) or text == NOT_MEASURED else language.number(text)


@dataclass(frozen=True)
class Usual:
    """Which values of a measure are usual, in words, and whether a disc's own is not."""

    text: str
    is_outside: bool


def usual_of(measured: object, language: Language = ENGLISH) -> Usual | None:
    """What `discgrader.grading.usual` says of a measured value; None where nobody knows what is usual.

    Parameters
    ----------
    measured : mapping
        A piece of evidence, or one of the measures that moved a grade.
    """
    known = measured.get("usual") if isinstance(measured, Mapping) else None
    value = measured.get("value") if isinstance(measured, Mapping) else None
    if not isinstance(known, Sequence) or len(known) != 2 or not isinstance(value, Real):
        return None
    low, high = (float(limit) for limit in known)
    words = usual_words(float(value), low, high)
    # A limit near zero has no more digits than the other one, which is known no better.
    digits = max(0, 2 - math.floor(math.log10(max(abs(low), abs(high), 1e-9))))
    low, high = (
        round(limit, digits) if abs(limit) < 0.01 * max(abs(low), abs(high)) else limit for limit in (low, high)
    )
    # A dash between numbers that may be below zero needs room.
    between = f"{_signed(low)} – {_signed(high)}" if low < 0 else f"{number(low)}–{number(high)}"
    return Usual(language.word(words).format(range=language.number(between)), words != USUAL)


def _signed(limit: float) -> str:
    return number(limit).replace("-", "\N{MINUS SIGN}")


def usual_statements(evidence: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """What is meant by usual, and whose discs tell it; nothing where no piece of evidence says what is usual."""
    pieces = [piece for one in evidence for piece in one.values() if isinstance(piece, Mapping)]
    moved = [measure for piece in pieces for measure in piece.get("measures", ())]
    if all(usual_of(one) is None for one in (*pieces, *moved)):
        return ()
    return tuple(values.statement for values in usual_values())


def warning_list(warnings: tuple[str, ...] | list[str], heading: str) -> Html | None:
    """Warnings as a note, or nothing where there are none."""
    if not warnings:
        return None
    items = [tag("li", warning) for warning in dict.fromkeys(warnings)]
    return tag("div", tag("strong", heading), tag("ul", items), class_="warning", role="note")
