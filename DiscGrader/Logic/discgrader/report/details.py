"""One part of the report for each disc: its crops, its saliency, its grades and what speaks for them."""

from collections.abc import Iterable, Mapping
from functools import partial

import numpy as np

from discgrader.grading.contradictions import by_thing
from discgrader.grading.contributions import KEY
from discgrader.grading.headings import percent
from discgrader.grading.herniation_box import evidence_box
from discgrader.grading.place import axial_slice_read, sagittal_place
from discgrader.grading.results import OPERATING_POINT, DiscResult, Grade, StudyResult
from discgrader.grading.scales import GradeDefinition
from discgrader.grading.series_choice import shows_discs
from discgrader.grading.systems import find_system, systems
from discgrader.grading.view import slice_middle
from discgrader.imaging.flat_picture import slice_axis_of
from discgrader.imaging.study import Plane, Series
from discgrader.imaging.volume import Volume
from discgrader.jobs.threads import in_threads
from discgrader.localize.box import RoiBox
from discgrader.reading.record import OVERRIDDEN
from discgrader.report.account import Account, Shown
from discgrader.report.impression import impression_of
from discgrader.report.markup import Html, tag
from discgrader.report.pictures import HEAT, Picture, axial_picture, crop_picture, with_outline, with_saliency
from discgrader.report.plates import CONTRADICTION_SIGN, ai_beside, badge, sign, status, synthetic_mark
from discgrader.report.register import cuts_of, disc_on
from discgrader.report.summary import reference_series
from discgrader.report.words import (
    Usual,
    definition,
    evidence_text,
    evidence_title,
    is_absent,
    number,
    ordinal,
    role_title,
    scale_of_grade,
    usual_of,
    warning_list,
)

MOST_OTHER_MAPS = 3
"""Saliency maps shown for a disc beside that of its main grade."""

MOST_AXIAL_MAPS = 6
"""And so many on axial slices."""

MOST_NAMED = 4
"""Tasks that are named beside a measure."""

_SHORT = 20


def details(account: Account) -> Html:
    """Every disc from the head down."""
    heat = tag("span", class_="heat", style=f"background:linear-gradient(90deg,{','.join(HEAT)})")
    hint = tag(
        "p",
        account.say("Colors show which areas the network's grade depended on most:"),
        " ",
        account.say("low"),
        " ",
        heat,
        " ",
        account.say("high. They explain the network, not the disease."),
        class_="hint",
    )
    articles = list(in_threads(partial(_disc, account), account.discs))
    title = tag("h2", account.say("Disc by disc"))
    return tag("section", title, articles, hint if account.result.saliency else None, class_="discs")


def _disc(account: Account, disc: DiscResult) -> Html:
    one = disc.disc
    sizes = {"height": f"{disc.height_mm:.1f}", "depth": f"{one.depth_mm:.0f}", "width": f"{one.width_mm:.0f}"}
    measures = account.say(
        "height {height} mm · depth {depth} mm · width {width} mm",
        **{name: account.language.number(size) for name, size in sizes.items()},
    )
    nth = account.say("{nth} disc from the sacrum", nth=_nth(account, one.index_from_sacrum))
    heading = tag("header", tag("h3", one.level), tag("p", f"{nth} · {measures}"))
    body = tag(
        "div",
        tag("div", _figures(account, disc), class_="crops"),
        tag(
            "div",
            _contradictions(account, one.level),
            _warnings(account, disc),
            _grades(account, disc),
            class_="grades",
        ),
        class_="body",
    )
    return tag("article", heading, body, _evidence(account, disc), class_="disc", id_=one.level)


def _nth(account: Account, place: int) -> str:
    return ordinal(place) if account.language.code == "en" else f"{place}."


def _contradictions(account: Account, level: str) -> Html | None:
    """Both sides of each contradiction, those first that no reader has settled."""
    found = account.contradictions(level)
    if not found:
        return None
    items = []
    for settled in (False, True):
        note = account.say(" (settled by the reader)") if settled else ""
        for of, sides in by_thing(one for one in found if one.is_settled == settled).items():
            words = "; ".join(said.in_words(account.word) for said in sides)
            items.append(tag("li", tag("b", account.word(of)), ": ", words, note))
    title = tag("strong", sign(CONTRADICTION_SIGN), account.say("Contradictions"))
    return tag("div", title, tag("ul", items), class_="conflicts", role="note")


def _warnings(account: Account, disc: DiscResult) -> Html | None:
    """What is told of this disc alone, each once, with the grades that it is told of."""
    told = []
    for warning, grades in account.warnings_of_disc(disc):
        whose = dict.fromkeys(account.system(one.system) for one in grades)
        told.append(f"{account.word(warning)} ({', '.join(whose)})" if whose else account.word(warning))
    return warning_list(told, account.say("Warning") if len(told) == 1 else account.say("Warnings"))


def _figures(account: Account, disc: DiscResult) -> list[Html]:
    """The disc's crop and on it the saliency of its main grade; then, smaller, other series and further saliency."""
    result = account.result
    if all(series.plane is Plane.AXIAL for series in result.study.series):
        return [*_axial_slice(account, disc), tag("div", _axial_crops(account, disc), class_="small")]
    maps = _maps(account, disc)
    shown = {series.name: series for series in _crop_series(result, maps[0][0] if maps else None)}
    boxes = {name: disc_on(result, series, disc).disc.roi for name, series in shown.items()}
    plain = [_plain_crop(account, disc, one, crop_picture(one, boxes[name])) for name, one in shown.items()]
    explained = [
        _explained_crop(account, disc, shown[name], boxes[name], grade, saliency)
        for name, grade, saliency in maps
        if name in shown
    ]
    large = [*plain[:1], *explained[:1]]
    small = [*plain[1:], *explained[1:], *_axial_crops(account, disc)]
    return [*large, tag("div", small, class_="small")] if small else large


def _axial_slice(account: Account, disc: DiscResult) -> list[Html]:
    """Where there are axial series alone, the slice nearest to the disc's middle; none where all pass it by."""
    cut = cuts_of(account.result).get(disc.disc)
    if cut is None:
        return []
    middle = slice_middle(cut.series.volume, cut.indices[0])
    return [_plain_crop(account, disc, cut.series, axial_picture(cut.series, disc.disc.roi, middle))]


def _plain_crop(account: Account, disc: DiscResult, series: Series, crop: Picture) -> Html:
    alt = account.say("{level} on {series}.", level=disc.disc.level, series=role_title(series))
    return _figure(crop, alt, role_title(series))


def _explained_crop(
    account: Account, disc: DiscResult, series: Series, box: RoiBox, grade: Grade, saliency: Volume
) -> Html:
    """On the slice that shows what the grade is about."""
    place = sagittal_place(box, disc.grades, grade.system, grade.task, saliency)
    return _map_figure(account, disc, series, with_saliency(crop_picture(series, box, place), saliency), grade)


def _map_figure(account: Account, disc: DiscResult, series: Series, picture: Picture, grade: Grade) -> Html:
    """A picture with the saliency of what a pack says, which need not be the grade that stands."""
    what = f"{account.heading(grade.system, grade.task)}, {account.word(grade.label)}"
    values = {"level": disc.disc.level, "series": role_title(series), "what": what}
    alt = account.say("{level} on {series} with the saliency of {what}.", **values)
    shown = account.grade(disc.disc.level, grade.system, grade.task)
    changed = shown is not None and shown.status == OVERRIDDEN and shown.grade != grade.grade
    caption = account.say("Saliency of the AI's grade: {what}", what=what) if changed else ""
    return _figure(picture, alt, caption or account.say("Saliency: {what}", what=what))


def _maps(account: Account, disc: DiscResult) -> list[tuple[str, Grade, Volume]]:
    """The saliency maps worth showing: that of the main grade, then findings; each with the series it explains."""
    result, main = account.result, disc.leading_grade
    axial = {series.name for series in result.study.series if series.plane == Plane.AXIAL}
    others = [
        one
        for one in _worst_first(account, disc)
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


def _of_packs(account: Account, disc: DiscResult) -> list[Grade]:
    """What packs say of a disc, in the order in which tasks are shown."""
    return [one.ai for one in account.grades(disc.disc.level) if one.ai is not None]


def _worst_first(account: Account, disc: DiscResult) -> list[Grade]:
    """The same as the impression orders them, what it does not name last."""
    found = impression_of(account, disc.disc.level).findings
    order = {shown.key: place for place, shown in enumerate(one for finding in found for one in finding.grades)}
    return sorted(_of_packs(account, disc), key=lambda one: order.get((one.system, one.task), len(order)))


def _axial_crops(account: Account, disc: DiscResult) -> list[Html]:
    """Findings that were graded on axial slices, or are best seen there, each on the slice that it was read from, with
    its saliency where this lies there, and the herniation's box."""
    result = account.result
    series = {series.name: series for series in result.study.series if series.plane == Plane.AXIAL}
    found: list[Html] = []
    for grade in _worst_first(account, disc):
        key = (disc.disc.level, grade.system, grade.task)
        shown = series.get(result.saliency_series.get(key, ""))
        if is_absent(grade) or len(found) == MOST_AXIAL_MAPS:
            continue
        if shown is not None and key in result.saliency and result.saliency[key].array.any():
            found.append(_axial_map(account, disc, shown, grade, result.saliency[key]))
        elif shown is None and _is_axial(grade) and (read := axial_slice_read(grade, _slices(series.values()))):
            found.append(_axial_finding(account, disc, series[read[0]], grade, read[1]))
    return found


def _axial_map(account: Account, disc: DiscResult, series: Series, grade: Grade, saliency: Volume) -> Html:
    crop = axial_picture(series, disc.disc.roi, _read_at(grade, series, saliency))
    picture, box = with_saliency(crop, saliency), evidence_box(grade.evidence)
    if box is not None:
        picture = with_outline(picture, box, definition(grade, grade.grade).rgb)
    return _map_figure(account, disc, series, picture, grade)


def _axial_finding(account: Account, disc: DiscResult, series: Series, grade: Grade, number: int) -> Html:
    """A finding that is best seen on an axial slice, though its network has looked at sagittal ones, too."""
    picture = axial_picture(series, disc.disc.roi, slice_middle(series.volume, number))
    what = f"{account.heading(grade.system, grade.task)}, {account.word(grade.label)}"
    alt = account.say("{level} on {series}.", level=disc.disc.level, series=role_title(series))
    return _figure(picture, alt, account.say("Axial slice read: {what}", what=what))


def _is_axial(grade: Grade) -> bool:
    """Whether it is about something that is best seen on axial slices."""
    return grade.system in systems() and find_system(grade.system).task(grade.task).axial


def _slices(series: Iterable[Series]) -> dict[str, int]:
    """How many slices each axial series has."""
    return {one.name: one.volume.size[slice_axis_of(one.volume, Plane.AXIAL)] for one in series}


def _read_at(grade: Grade, series: Series, saliency: Volume) -> np.ndarray:
    """A point, LPS mm, of the axial slice that a grade was read from; where that is not known, of where its saliency is
    highest."""
    read = axial_slice_read(grade, _slices([series]))
    if read is not None:
        return slice_middle(series.volume, read[1])
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
    image = tag("img", src=picture.data_uri(), alt=alt, width=columns, height=rows)
    return tag("figure", image, tag("figcaption", caption), class_="panel")


def _grades(account: Account, disc: DiscResult) -> Html:
    given = account.grades(disc.disc.level)
    if not given:
        return tag("p", account.say("This disc was not graded."))
    rows = [_grade_row(account, one) for one in given]
    columns = (account.say("Task"), account.say("Grade"), account.say("Probability of each grade"))
    head = tag("tr", [tag("th", heading, scope="col") for heading in columns])
    caption = tag("caption", account.say("Grades of {level}", level=disc.disc.level), class_="hidden")
    return tag("table", caption, tag("thead", head), tag("tbody", rows), class_="lanes")


def _grade_row(account: Account, shown: Shown) -> Html:
    title = tag("th", account.heading(*shown.key), synthetic_mark(account) if shown.synthetic else None, scope="row")
    given = tag("td", badge(account, shown), status(account, shown), class_="given")
    if shown.ai is None:
        return tag("tr", title, given, tag("td", _reader_said(account, shown), _others_said(account, shown)))
    scale = scale_of_grade(shown)
    values = scale.values if scale else tuple(shown.ai.probabilities)
    shares = shown.ai.probabilities
    lanes = [_lane(account, shown, definition(shown.ai, value), shares.get(value, 0.0)) for value in values]
    lane_list = tag("ul", lanes, class_="lane", style=f"--n:{max(len(lanes), 3)}")
    return tag("tr", title, given, tag("td", _reader_said(account, shown), _others_said(account, shown), lane_list))


def _reader_said(account: Account, shown: Shown) -> Html | None:
    """What the reader changed, why, and when; nothing where nobody did."""
    if shown.status != OVERRIDDEN:
        return None
    said = [account.say("{reader}, {time}", reader=shown.reader, time=shown.time[:16].replace("T", " "))]
    said += [account.say("reason: {reason}", reason=shown.reason)] if shown.reason else []
    return tag("p", " · ".join((*said, ai_beside(account, shown))), class_="note")


def _others_said(account: Account, shown: Shown) -> Html | None:
    """What readers of readings beside this one said."""
    said = [f"{reader}: {account.word(label)}" for reader, label in shown.others]
    return tag("p", " · ".join(said), class_="note") if said else None


def _lane(account: Account, shown: Shown, entry: GradeDefinition, probability: float) -> Html:
    given = entry.value == shown.grade
    label = shown.label if given else entry.label
    bar = tag("span", tag("span", style=f"width:{100 * probability:.1f}%;background:{entry.color}"), class_="bar")
    text = tag("span", tag("span", account.word(label)), " ", tag("span", percent(probability)), class_="value")
    return tag("li", bar, text, class_="given" if given else None)


def _evidence(account: Account, disc: DiscResult) -> Html | None:
    """What was measured, each thing once with the tasks that it speaks for."""
    found: dict[tuple[str, str, Usual | None], list[str]] = {}
    for grade in _of_packs(account, disc):
        for name, value in grade.told.items():
            if name in (KEY, OPERATING_POINT):
                continue
            title, text = account.word(evidence_title(name, value)), evidence_text(value, account.language)
            told = title, text, usual_of(value, account.language)
            found.setdefault(told, []).append(account.short_heading(grade.system, grade.task))
    if not found:
        return None
    items = [
        tag("div", tag("dt", title, tag("span", _for(account, tasks), class_="source")), _value(text, usual))
        for (title, text, usual), tasks in found.items()
    ]
    title = tag("h4", account.say("Evidence"))
    return tag("div", title, tag("dl", items), _pushed_by(account, disc), _called(account, disc), class_="evidence")


def _called(account: Account, disc: DiscResult) -> Html | None:
    """From which probability on each finding was called."""
    items = [
        tag("li", f"{account.short_heading(grade.system, grade.task)}: ", evidence_text(point, account.language))
        for grade in _of_packs(account, disc)
        if (point := grade.told.get(OPERATING_POINT)) is not None
    ]
    if not items:
        return None
    return tag("div", tag("h4", account.say("Operating points")), tag("ul", items), class_="pushes called")


def _value(text: str, usual: Usual | None) -> Html:
    """What was measured, and what is usual; short values stay in one line."""
    return tag("dd", text, _usual(usual), class_="short" if len(text) <= _SHORT else None)


def _usual(usual: Usual | None) -> Html | None:
    """What is usual; marked where the value is not."""
    if usual is None:
        return None
    return tag("span", " ", usual.text, class_="usual outside" if usual.is_outside else "usual")


def _for(account: Account, tasks: list[str]) -> str:
    """The tasks that a measure speaks for; of very many the first."""
    if len(tasks) <= MOST_NAMED:
        return account.say("for {tasks}", tasks="; ".join(tasks))
    named = "; ".join(tasks[: MOST_NAMED - 1])
    return account.say("for {tasks} and {count} more", tasks=named, count=len(tasks) - MOST_NAMED + 1)


def _pushed_by(account: Account, disc: DiscResult) -> Html | None:
    """The measures that moved the main grade most, with arrows to the side that they moved it to."""
    main = disc.leading_grade
    stated = main.evidence.get(KEY) if main else None
    measures = stated.get("measures", ()) if isinstance(stated, Mapping) else ()
    if main is None or not measures:
        return None
    items = [_push(account, one) for one in measures]
    what = f"{account.heading(main.system, main.task)} {main.label}"
    title = account.say("Measurements that contributed most to {what}", what=what)
    return tag("div", tag("h4", title), tag("ul", items), class_="pushes")


def _push(account: Account, one: Mapping) -> Html:
    higher = one.get("toward") == "higher"
    where = account.say(" on {series}", series=one["series"].replace("_", " ")) if one.get("series") else ""
    words = account.say("toward a higher grade") if higher else account.say("toward a lower grade")
    arrow = tag("span", "▲" if higher else "▼", aria_hidden="true", class_="higher" if higher else "lower")
    value = f"{account.language.number(number(one.get('value')))} {one.get('unit') or ''}".strip()
    title = f" {account.word(str(one['title']))}{where} "
    usual = _usual(usual_of(one, account.language))
    return tag("li", arrow, tag("span", words, class_="hidden"), title, tag("strong", value), usual)
