"""The first screen of the report: what was found, on one picture and in one table."""

from collections.abc import Sequence
from datetime import datetime

from discgrader import RESEARCH_USE, __version__
from discgrader.grading.results import DiscResult, Grade, StudyResult
from discgrader.imaging.study import Plane, Series
from discgrader.localize.levels import name_percent
from discgrader.report.markup import Html, join, tag
from discgrader.report.overlay import picture_with_boxes
from discgrader.report.pictures import slice_picture
from discgrader.report.register import cuts_of, discs_on
from discgrader.report.tables import all_warnings
from discgrader.report.words import (
    badge,
    from_the_top,
    percent,
    role_title,
    scale_of_grade,
    synthetic_badge,
    system_title,
    task_title,
    tasks_in,
    warning_list,
)


def header(result: StudyResult, written: datetime) -> Html:
    """What this is, of which study, when and by which software; and that it is no diagnosis."""
    facts = {
        "Levels": _level_range(result),
        **_names(result),
        **_examination(result),
        "Series": ", ".join(dict.fromkeys(role_title(series) for series in result.study.series)),
        "Written": f"{written:%Y-%m-%d %H:%M}",
        "Software": f"DiscGrader {result.software.get('discgrader', __version__)}",
    }
    return tag(
        "header",
        tag(
            "div",
            tag("p", "Lumbar disc grading", class_="kicker"),
            tag("p", RESEARCH_USE, class_="research"),
            class_="top",
        ),
        tag("h1", result.study.name),
        tag("dl", [tag("div", tag("dt", name), tag("dd", fact)) for name, fact in facts.items()], class_="facts"),
    )


def _names(result: StudyResult) -> dict[str, str]:
    """How sure the names are; nothing where that is not known."""
    probability = result.localization.name_probability
    if probability is None:
        return {}
    return {"Names": "as specified" if probability == 1 else f"{name_percent(probability)} probable"}


def _examination(result: StudyResult) -> dict[str, str]:
    examination = result.study.examination
    return {} if examination is None else {"Examination": examination.in_words}


def summary(result: StudyResult) -> Html:
    """The sagittal picture with named boxes and grades beside the table of all grades."""
    series = reference_series(result)
    return tag(
        "section",
        tag("h2", "Summary", class_="hidden"),
        _picture(result, series),
        tag(
            "div",
            _table(result) if result.discs else tag("p", "No disc was graded."),
            _synthetic_note(result),
            warning_list(all_warnings(result), "About this study"),
            _legend(result),
            class_="findings",
        ),
        class_="summary",
    )


def reference_series(result: StudyResult) -> Series | None:
    """The series that the discs were found on, or else the first one."""
    named = [series for series in result.study.series if series.name == result.localization.series_name]
    return next(iter((*named, *result.study.series)), None)


def _picture(result: StudyResult, series: Series | None) -> Html | None:
    if series is None:
        return None
    discs = discs_on(result, series)
    if series.plane is Plane.AXIAL:
        series, discs = _best_cut(result, series)
    picture = slice_picture(series, [disc.disc.roi for disc in discs])
    alt = f"{series.plane.capitalize()} {role_title(series)} slice with the boxes of {_described(discs)}."
    caption = tag(
        "figcaption", tag("span", series.name), tag("span", f"{role_title(series)}, slice nearest to the discs")
    )
    return tag("figure", picture_with_boxes(picture, discs, alt), caption, class_="panel main")


def _best_cut(result: StudyResult, series: Series) -> tuple[Series, list[DiscResult]]:
    """Of axial series alone, the one that shows the middle one of the discs, and this disc."""
    cuts = cuts_of(result)
    shown = [(cuts[disc.disc].series, [disc]) for disc in result.discs if disc.disc in cuts]
    return shown[len(shown) // 2] if shown else (series, [])


def _described(discs: Sequence[DiscResult]) -> str:
    graded = [(disc.disc.level, disc.leading_grade) for disc in discs]
    texts = [f"{level} ({task_title(grade)} {grade.label})" if grade else level for level, grade in graded]
    return ", ".join(texts) or "no disc"


def _level_range(result: StudyResult) -> str:
    levels = [disc.disc.level for disc in from_the_top(result)]
    return f"{levels[0]} to {levels[-1]}, {len(levels)} discs" if len(levels) > 1 else ", ".join(levels) or "none found"


def _table(result: StudyResult) -> Html:
    discs = from_the_top(result)
    head = tag(
        "tr",
        tag("th", tag("span", "Task", class_="hidden"), scope="col"),
        [tag("th", _level_link(disc), scope="col") for disc in discs],
    )
    bodies = []
    for system, tasks in tasks_in(result):
        title = tag("th", system_title(system), scope="rowgroup", colspan=len(discs) + 1)
        rows = [_row(task, discs) for task in tasks]
        bodies.append(tag("tbody", tag("tr", title, class_="system"), rows))
    caption = tag("caption", "Grades of each disc with their calibrated probabilities")
    return tag("div", tag("table", caption, tag("thead", head), bodies, class_="matrix"), class_="scroll")


def _level_link(disc: DiscResult) -> Html:
    link = tag("a", disc.disc.level, href=f"#{disc.disc.level}")
    warned = bool(disc.disc.warnings)
    return join(link, tag("abbr", "!", class_="mark", title=" ".join(disc.disc.warnings)) if warned else None)


def _row(task: Grade, discs: Sequence[DiscResult]) -> Html:
    cells = [_cell(disc.grade_of(task.system, task.task), disc.not_graded.get(task.system, "")) for disc in discs]
    synthetic = any(grade.synthetic for disc in discs if (grade := disc.grade_of(task.system, task.task)))
    mark = join(" ", synthetic_badge(short=True)) if synthetic else None
    return tag("tr", tag("th", task_title(task), mark, scope="row"), cells)


def _cell(grade: Grade | None, why_not: str) -> Html:
    if grade is None:
        return tag("td", tag("span", "–", title=f"not graded: {why_not}" if why_not else "not graded"), class_="none")
    mark = tag("abbr", "!", class_="mark", title=" ".join(grade.warnings)) if grade.warnings else None
    return tag("td", badge(grade), mark, tag("span", percent(grade.probability), class_="percent"))


def _legend(result: StudyResult) -> Html | None:
    """The main scale, by color."""
    first = next((grade for disc in result.discs if (grade := disc.leading_grade)), None)
    scale = scale_of_grade(first) if first else None
    if first is None or scale is None:
        return None
    keys = [tag("li", badge(first, value=entry.value), " ", _short(entry.meaning)) for entry in scale.grades]
    return tag("div", tag("h3", scale.title), tag("ul", keys), class_="legend")


def _short(meaning: str) -> str:
    return meaning.removesuffix(".")


def _synthetic_note(result: StudyResult) -> Html | None:
    packs = dict.fromkeys(grade.pack for disc in result.discs for grade in disc.grades if grade.synthetic)
    if not packs:
        return None
    return tag(
        "p",
        synthetic_badge(),
        " These grades come from a pack that was not trained on any patient: ",
        ", ".join(packs),
        ".",
    )
