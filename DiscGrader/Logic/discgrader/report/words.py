"""How grades, numbers and names are worded and colored in the report."""

import math
from collections.abc import Mapping
from numbers import Real
from typing import Protocol

from discgrader.errors import UsageError
from discgrader.grading.headings import percent as percent
from discgrader.grading.scales import GradeDefinition, Scale
from discgrader.grading.systems import find_system, scale_of, systems
from discgrader.imaging.study import Series
from discgrader.report.markup import Html, tag

NEUTRAL = "#aebac6"
SYNTHETIC = "Trained on synthetic images only"

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
        return "not measured"
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


def evidence_text(value: object) -> str:
    """A piece of evidence: a number with its unit, or whatever else it is."""
    if not isinstance(value, Mapping):
        return number(value)
    if "value" not in value:
        return ", ".join(f"{name} {number(one)}" for name, one in value.items())
    return f"{number(value['value'])} {value.get('unit') or ''}".strip()


def warning_list(warnings: tuple[str, ...] | list[str], heading: str) -> Html | None:
    """Warnings as a note, or nothing where there are none."""
    if not warnings:
        return None
    items = [tag("li", warning) for warning in dict.fromkeys(warnings)]
    return tag("div", tag("strong", heading), tag("ul", items), class_="warning", role="note")
