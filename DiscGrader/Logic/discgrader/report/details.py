"""One part of the report for each disc: its crops, its saliency, its grades and what speaks for them."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from discgrader.grading.contributions import KEY
from discgrader.grading.herniation_box import evidence_box
from discgrader.grading.results import DiscResult, Grade, StudyResult
from discgrader.grading.scales import GradeDefinition
from discgrader.grading.series_choice import shows_discs
from discgrader.grading.view import slice_middle, slice_read
from discgrader.imaging.flat_picture import slice_axis_of
from discgrader.imaging.study import Plane, Series
from discgrader.imaging.volume import Volume
from discgrader.jobs.threads import in_threads
from discgrader.report.markup import Html, join, tag
from discgrader.report.pictures import HEAT, Picture, axial_picture, crop_picture, with_outline, with_saliency
from discgrader.report.register import cuts_of, disc_on
from discgrader.report.summary import reference_series
from discgrader.report.words import (
    badge,
    definition,
    evidence_text,
    evidence_title,
    from_the_top,
    in_task_order,
    is_absent,
    number,
    ordinal,
    percent,
    role_title,
    scale_of_grade,
    synthetic_badge,
    task_title,
    warning_list,
)

MOST_OTHER_MAPS = 3
"""Saliency maps shown for a disc beside that of its main grade."""

MOST_AXIAL_MAPS = 4
"""And so many on axial slices."""


def details(result: StudyResult) -> Html:
    """Every disc from the head down."""
    heat = tag("span", class_="heat", style=f"background:linear-gradient(90deg,{','.join(HEAT)})")
    hint = tag(
        "p",
        "Colors show which areas the network's grade depended on most: low ",
        heat,
        " high. They explain the network, not the disease.",
        class_="hint",
    )
    articles = list(in_threads(partial(_disc, result), from_the_top(result)))
    return tag("section", tag("h2", "Disc by disc"), hint if result.saliency else None, articles, class_="discs")


def _disc(result: StudyResult, disc: DiscResult) -> Html:
    one = disc.disc
    measures = f"height {disc.height_mm:.1f} mm · depth {one.depth_mm:.0f} mm · width {one.width_mm:.0f} mm"
    heading = tag(
        "header", tag("h3", one.level), tag("p", f"{ordinal(one.index_from_sacrum)} disc from the sacrum · {measures}")
    )
    body = tag(
        "div",
        tag("div", _figures(result, disc), class_="crops"),
        tag("div", warning_list(one.warnings), _grades(result, disc), class_="grades"),
        class_="body",
    )
    return tag("article", heading, body, _evidence(result, disc), class_="disc", id_=one.level)


def _figures(result: StudyResult, disc: DiscResult) -> list[Html]:
    """The disc's crop and on it the saliency of its main grade; then, smaller, other series and further saliency."""
    if all(series.plane is Plane.AXIAL for series in result.study.series):
        return [*_axial_slice(result, disc), tag("div", _axial_crops(result, disc), class_="small")]
    maps = _maps(result, disc)
    shown = _crop_series(result, maps[0][0] if maps else None)
    crops = {series.name: (series, crop_picture(series, disc_on(result, series, disc).disc.roi)) for series in shown}
    plain = [_plain_crop(disc, series, crop) for series, crop in crops.values()]
    explained = [
        _explained_crop(disc, *crops[name], grade, saliency) for name, grade, saliency in maps if name in crops
    ]
    large = [*plain[:1], *explained[:1]]
    small = [*plain[1:], *explained[1:], *_axial_crops(result, disc)]
    return [*large, tag("div", small, class_="small")] if small else large


def _axial_slice(result: StudyResult, disc: DiscResult) -> list[Html]:
    """Where there are axial series alone, the slice nearest to the disc's middle; none where all pass it by."""
    cut = cuts_of(result).get(disc.disc)
    if cut is None:
        return []
    middle = slice_middle(cut.series.volume, cut.indices[0])
    return [_plain_crop(disc, cut.series, axial_picture(cut.series, disc.disc.roi, middle))]


def _plain_crop(disc: DiscResult, series: Series, crop: Picture) -> Html:
    return _figure(crop, f"{disc.disc.level} on {role_title(series)}", role_title(series))


def _explained_crop(disc: DiscResult, series: Series, crop: Picture, grade: Grade, saliency: Volume) -> Html:
    what = f"{task_title(grade)}, {grade.label}"
    alt = f"{disc.disc.level} on {role_title(series)} with the saliency of {what}"
    return _figure(with_saliency(crop, saliency), alt, f"Saliency: {what}")


def _maps(result: StudyResult, disc: DiscResult) -> list[tuple[str, Grade, Volume]]:
    """The saliency maps worth showing: that of the main grade, then findings; each with the series it explains."""
    main = disc.leading_grade
    axial = {series.name for series in result.study.series if series.plane == Plane.AXIAL}
    others = [
        one
        for one in in_task_order(disc, result)
        if one is not main
        and not is_absent(one)
        and result.saliency_series.get((disc.disc.level, one.system, one.task)) not in axial
    ]
    found = []
    for grade in ([main] if main else []) + others[:MOST_OTHER_MAPS]:
        key = (disc.disc.level, grade.system, grade.task)
        if key in result.saliency:
            series = result.saliency_series.get(key, result.localization.series_name)
            found.append((series, grade, result.saliency[key]))
    return found


def _axial_crops(result: StudyResult, disc: DiscResult) -> list[Html]:
    """Findings that were graded on axial slices, each on its own with its saliency, and the herniation's box."""
    series = {series.name: series for series in result.study.series if series.plane == Plane.AXIAL}
    found: list[Html] = []
    for grade in in_task_order(disc, result):
        key = (disc.disc.level, grade.system, grade.task)
        shown = series.get(result.saliency_series.get(key, ""))
        if shown is None or key not in result.saliency or is_absent(grade) or len(found) == MOST_AXIAL_MAPS:
            continue
        saliency = result.saliency[key]
        if not saliency.array.any():
            continue
        crop = axial_picture(shown, disc.disc.roi, _read_at(grade, shown, saliency))
        picture, box = with_saliency(crop, saliency), evidence_box(grade.evidence)
        if box is not None:
            picture = with_outline(picture, box, definition(grade, grade.grade).rgb)
        what = f"{task_title(grade)}, {grade.label}"
        found.append(
            _figure(
                picture, f"{disc.disc.level} on {role_title(shown)} with the saliency of {what}", f"Saliency: {what}"
            )
        )
    return found


def _read_at(grade: Grade, series: Series, saliency: Volume) -> np.ndarray:
    """A point, LPS mm, of the axial slice that a grade was read from; where that is not known, of where its saliency is
    highest."""
    stated = slice_read(grade.evidence)
    if (
        stated is not None
        and stated[0] == series.name
        and stated[1] < series.volume.size[slice_axis_of(series.volume, Plane.AXIAL)]
    ):
        return slice_middle(series.volume, stated[1])
    highest = np.unravel_index(saliency.array.argmax(), saliency.array.shape)[::-1]
    return saliency.index_to_lps(np.array(highest))


def _crop_series(result: StudyResult, first: str | None) -> list[Series]:
    reference = reference_series(result)
    sagittal = [series for series in result.study.series if shows_discs(result.localization, series)]
    explained = [series for series in sagittal if series.name == first]
    ordered = (*explained, *([reference] if reference else []), *sagittal)
    return list({series.name: series for series in ordered}.values())[:3]


def _figure(picture: Picture, alt: str, caption: str) -> Html:
    rows, columns = picture.pixels.shape[:2]
    image = tag("img", src=picture.data_uri(), alt=f"{alt}.", width=columns, height=rows)
    return tag("figure", image, tag("figcaption", caption), class_="panel")


def _grades(result: StudyResult, disc: DiscResult) -> Html:
    if not disc.grades:
        return tag("p", "This disc was not graded.")
    rows = [_grade_row(grade) for grade in in_task_order(disc, result)]
    head = tag("tr", [tag("th", heading, scope="col") for heading in ("Task", "Grade", "Probability of each grade")])
    caption = tag("caption", f"Grades of {disc.disc.level}", class_="hidden")
    return tag("table", caption, tag("thead", head, class_="hidden"), tag("tbody", rows), class_="lanes")


def _grade_row(grade: Grade) -> Html:
    notes = [tag("p", warning, class_="note") for warning in grade.warnings]
    scale = scale_of_grade(grade)
    values = scale.values if scale else tuple(grade.probabilities)
    lanes = [_lane(grade, definition(grade, value), grade.probabilities.get(value, 0.0)) for value in values]
    lane_list = tag("ul", lanes, class_="lane", style=f"--n:{max(len(lanes), 3)}")
    mark = join(" ", synthetic_badge(short=True)) if grade.synthetic else None
    task = tag("th", task_title(grade), mark, scope="row")
    return tag("tr", task, tag("td", badge(grade), class_="given"), tag("td", lane_list, notes))


def _lane(grade: Grade, shown: GradeDefinition, probability: float) -> Html:
    given = shown.value == grade.grade
    label = grade.label if given else shown.label
    bar = tag("span", tag("span", style=f"width:{100 * probability:.1f}%;background:{shown.color}"), class_="bar")
    text = tag("span", tag("span", label), " ", tag("span", percent(probability)), class_="value")
    return tag("li", bar, text, class_="given" if given else None)


def _evidence(result: StudyResult, disc: DiscResult) -> Html | None:
    """What was measured, each thing once with the tasks that it speaks for."""
    found: dict[tuple[str, str], list[str]] = {}
    for grade in in_task_order(disc, result):
        for name, value in grade.told.items():
            if name == KEY:
                continue
            found.setdefault((evidence_title(name, value), evidence_text(value)), []).append(task_title(grade))
    if not found:
        return None
    items = [
        tag("div", tag("dt", title, tag("span", f"for {', '.join(tasks)}", class_="source")), tag("dd", text))
        for (title, text), tasks in found.items()
    ]
    return tag("div", tag("h4", "Evidence"), tag("dl", items), _pushed_by(disc), class_="evidence")


def _pushed_by(disc: DiscResult) -> Html | None:
    """The measures that moved the main grade most, with arrows to the side that they moved it to."""
    main = disc.leading_grade
    stated = main.evidence.get(KEY) if main else None
    measures = stated.get("measures", ()) if isinstance(stated, Mapping) else ()
    if main is None or not measures:
        return None
    items = []
    for one in measures:
        higher = one.get("toward") == "higher"
        where = f" on {one['series'].replace('_', ' ')}" if one.get("series") else ""
        arrow = tag(
            "span",
            "▲" if higher else "▼",
            title="toward a higher grade" if higher else "toward a lower grade",
            class_="higher" if higher else "lower",
        )
        text = f" {one['title']}{where} "
        items.append(
            tag("li", arrow, text, tag("strong", f"{number(one.get('value'))} {one.get('unit') or ''}".strip()))
        )
    return tag(
        "div",
        tag("h4", f"Measurements that contributed most to {task_title(main)} {main.label}"),
        tag("ul", items),
        class_="pushes",
    )
