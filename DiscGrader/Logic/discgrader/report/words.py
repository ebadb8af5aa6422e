"""How grades, numbers and names are worded and colored in the report."""

import math
from collections.abc import Mapping
from numbers import Real

from discgrader.errors import UsageError
from discgrader.grading.headings import percent as percent
from discgrader.grading.results import DiscResult, Grade, StudyResult
from discgrader.grading.scales import GradeDefinition, Scale
from discgrader.grading.systems import find_system, find_task, scale_of, systems, tasks
from discgrader.imaging.study import Contrast, Series
from discgrader.report.markup import Html, tag

NEUTRAL = "#aebac6"
SYNTHETIC = "Trained on synthetic images only"

ABSENT = frozenset({"0", "none"})
"""Grades, as written in files, that say that there is nothing to be found."""


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


def scale_of_grade(grade: Grade) -> Scale | None:
    """The scale of a grade; None for a task that no system of the product has."""
    try:
        return scale_of(grade.system, grade.task)
    except UsageError:
        return None


def definition(grade: Grade, value: str) -> GradeDefinition:
    """What one grade of the same scale is called and looks like."""
    scale = scale_of_grade(grade)
    if scale is not None and value in scale.values:
        return scale.grade(value)
    return GradeDefinition(value, grade.label if value == grade.grade else value, "", NEUTRAL)


def task_title(grade: Grade) -> str:
    """What people call the task of a grade."""
    try:
        return find_task(grade.system, grade.task).title
    except UsageError:
        return grade.task.replace("_", " ")


def system_title(system: str) -> str:
    """What people call a system."""
    return find_system(system).title if system in systems() else system


def role_title(series: Series) -> str:
    """What people call the role that a series serves in."""
    return series.role.replace("_", " ")


def contrast_title(series: Series) -> str:
    """What people call the contrast that a series was taken for."""
    titles = {
        Contrast.OTHER: "(not used for grading)",
        Contrast.UNKNOWN: "of unknown contrast",
        Contrast.T1_FS: "T1 with fat suppression",
        Contrast.STIR: "STIR or fat-suppressed T2",
    }
    return ", ".join([titles.get(series.contrast, series.contrast.replace("_", " ")), *series.traits])


def sure_of(series: Series) -> list[str]:
    """How sure the picture makes it that a series is what it was taken for; empty where it was not looked at or cannot
    tell."""
    return [] if series.probability is None else [f"Its picture agrees ({percent(series.probability)})"]


def is_absent(grade: Grade) -> bool:
    """Whether the grade says that there is nothing to be found."""
    return grade.grade in ABSENT


def badge(grade: Grade, *, value: str | None = None) -> Html:
    """A grade as a small colored plate, pale where it says that there is nothing."""
    value = grade.grade if value is None else value
    shown = definition(grade, value)
    label = grade.label if value == grade.grade else shown.label
    kind = "badge absent" if value in ABSENT else "badge"
    return tag("span", label, class_=kind, style=f"--c:{shown.color}", title=shown.meaning or None)


def synthetic_badge(*, short: bool = False) -> Html:
    """The plate of a pack that never saw a patient."""
    if short:
        return tag("abbr", "synthetic", class_="synthetic short", title=SYNTHETIC)
    return tag("span", SYNTHETIC, class_="synthetic")


def warning_list(warnings: tuple[str, ...] | list[str], heading: str = "Warning") -> Html | None:
    """Warnings as a note, or nothing where there are none."""
    if not warnings:
        return None
    items = [tag("li", warning) for warning in dict.fromkeys(warnings)]
    mark = tag("strong", heading if len(items) == 1 or heading != "Warning" else "Warnings")
    return tag("div", mark, tag("ul", items), class_="warning", role="note")


def tasks_in(result: StudyResult) -> list[tuple[str, list[Grade]]]:
    """The systems and tasks that the study was graded for, each task by one of its grades, in the order shown."""
    found: dict[tuple[str, str], Grade] = {}
    for disc in result.discs:
        for grade in disc.grades:
            found.setdefault((grade.system, grade.task), grade)
    known = [(system.name, task.name) for system, task in tasks()]
    ordered = [key for key in known if key in found] + [key for key in found if key not in known]
    by_system: dict[str, list[Grade]] = {}
    for key in ordered:
        by_system.setdefault(key[0], []).append(found[key])
    return list(by_system.items())


def in_task_order(disc: DiscResult, result: StudyResult) -> list[Grade]:
    """A disc's grades in the order in which the report shows tasks."""
    wanted = [disc.grade_of(grade.system, grade.task) for _, grades in tasks_in(result) for grade in grades]
    return [grade for grade in wanted if grade is not None]


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


def from_the_top(result: StudyResult) -> list[DiscResult]:
    """The discs from the head down, as they appear on a picture."""
    return sorted(result.discs, key=lambda graded: -graded.disc.index_from_sacrum)
