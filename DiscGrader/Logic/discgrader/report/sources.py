"""The last part of the report: the series, the packs and the scales that the grades come from."""

from collections.abc import Mapping, Sequence

from discgrader.errors import UsageError
from discgrader.grading.results import Grade, StudyResult
from discgrader.grading.scales import Scale
from discgrader.grading.series_choice import GRADED, in_register, may_grade, shows_discs
from discgrader.grading.systems import find_task
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.packs.pack import Pack
from discgrader.report.markup import Html, join, tag
from discgrader.report.overlay import picture_with_boxes
from discgrader.report.pictures import slice_picture
from discgrader.report.register import discs_on
from discgrader.report.summary import reference_series
from discgrader.report.words import (
    badge,
    contrast_title,
    evidence_title,
    number,
    role_title,
    scale_of_grade,
    sure_of,
    synthetic_badge,
    task_title,
    tasks_in,
    warning_list,
)

_METRICS = {
    "AUROC": ("macro_auroc", "auroc"),
    "Accuracy": ("accuracy",),
    "Weighted kappa": ("qwk",),
    "Within one": ("within_one",),
}
"""What is shown for each task, and the names that it may have in a pack; the first one found is taken."""

_MOST_ROWS = 16

FURTHER_PICTURES = 2
"""Sagittal series pictured beside the one that the discs were found on."""


def series_section(result: StudyResult) -> Html:
    """Every series: what it was taken for and why; and pictures of those that the summary does not show."""
    head = tag(
        "tr", [tag("th", heading, scope="col") for heading in ("Series", "Taken for", "Because", "Voxels", "Spacing")]
    )
    rows = [_series_row(result, series) for series in result.study.series]
    table = tag("div", tag("table", tag("thead", head), tag("tbody", rows), class_="plain"), class_="scroll")
    figures = [_figure(result, series) for series in _further_series(result)]
    return tag(
        "section",
        tag("h2", "Series"),
        table,
        _left_out(result),
        tag("div", figures, class_="further") if figures else None,
        class_="series",
    )


def _left_out(result: StudyResult) -> Html | None:
    """What the study was given with and was not read, and why."""
    if not result.study.left_out:
        return None
    head = tag("tr", [tag("th", heading, scope="col") for heading in ("Left out", "Because")])
    rows = [tag("tr", tag("th", entry.name, scope="row"), tag("td", entry.reason)) for entry in result.study.left_out]
    return tag("div", tag("table", tag("thead", head), tag("tbody", rows), class_="plain"), class_="scroll")


def _series_row(result: StudyResult, series: Series) -> Html:
    spacing = " × ".join(f"{length:.2f}" for length in series.volume.spacing_mm)
    warnings = list(series.warnings)
    if series.plane == Plane.SAGITTAL and series.contrast in GRADED and not in_register(result.localization, series):
        warnings.append("Not aligned with the series that the discs were found on; it was not used for grading.")
    warnings = [warning.removeprefix(f"{series.name}: ") for warning in warnings]
    taken = f"{series.plane} {contrast_title(series)}"
    return tag(
        "tr",
        tag("th", series.name, scope="row"),
        tag("td", taken),
        tag("td", ". ".join([series.contrast_reason, *sure_of(series)]), warning_list(warnings)),
        tag("td", " × ".join(str(count) for count in series.volume.size), class_="figure"),
        tag("td", f"{spacing} mm", class_="figure"),
    )


def _further_series(result: StudyResult) -> list[Series]:
    reference = reference_series(result)
    wanted = [Contrast.T1, Contrast.T2_SPACE, Contrast.T2, Contrast.STIR, Contrast.T1_FS]
    others = [
        series for series in result.study.series if series is not reference and shows_discs(result.localization, series)
    ]
    return sorted(others, key=lambda series: wanted.index(series.contrast))[:FURTHER_PICTURES]


def _figure(result: StudyResult, series: Series) -> Html:
    discs = discs_on(result, series)
    picture = slice_picture(series, [disc.disc.roi for disc in discs])
    role = role_title(series)
    levels = ", ".join(disc.disc.level for disc in result.discs)
    image = picture_with_boxes(picture, discs, f"Sagittal {role} slice with the boxes of {levels}.")
    return tag("figure", image, tag("figcaption", tag("span", series.name), tag("span", role)), class_="panel")


def packs_section(result: StudyResult, pack_cards: Sequence[Mapping]) -> Html | None:
    """What each pack was trained on, how well it did on patients that it had not seen, and its hash."""
    by_pack: dict[str, list[Grade]] = {}
    for _, grades in tasks_in(result):
        for grade in grades:
            by_pack.setdefault(grade.pack, []).append(grade)
    cards = {str(card.get("name")): card for card in pack_cards}
    roles = [series.role for series in result.study.series if may_grade(result.localization, series)]
    shown = [_pack(name, grades, cards.pop(name, {}), roles) for name, grades in by_pack.items()]
    shown += [_pack(name, [], card, roles) for name, card in cards.items()]
    return tag("section", tag("h2", "Packs"), tag("div", shown, class_="packs"), class_="packs") if shown else None


def pack_card(pack: Pack) -> dict:
    """What the report shows of a pack, for ``pack_cards``."""
    trained = pack.trained_on
    return {
        "name": pack.name,
        "version": pack.version,
        "system": pack.system,
        "sha256": pack.sha256,
        "trained_on": {
            "statement": trained.statement,
            "data_set": trained.data_set,
            "license": trained.license,
            "patients": trained.patients,
            "discs": trained.discs,
            "recipe": trained.recipe,
            "synthetic": trained.synthetic,
        },
        "figures": pack.metrics,
        "intended_use": pack.intended_use,
    }


def _pack(name: str, grades: Sequence[Grade], card: Mapping, roles: Sequence[str]) -> Html:
    given = grades[0] if grades else None
    trained = card.get("trained_on")
    trained = trained if isinstance(trained, Mapping) else {"statement": trained} if trained else {}
    synthetic = bool(trained.get("synthetic")) or any(grade.synthetic for grade in grades)
    counts = [f"{trained[key]} {key}" for key in ("patients", "discs") if trained.get(key)]
    facts = {
        "Grades": ", ".join(task_title(grade) for grade in grades),
        "System": "" if grades else str(card.get("system") or ""),
        "Trained on": trained.get("statement") or (given.trained_on if given else ""),
        "Data": ", ".join(str(part) for part in (trained.get("data_set"), trained.get("license"), *counts) if part),
        "Intended use": card.get("intended_use") or "",
        "SHA-256": tag("code", card.get("sha256") or (given.pack_sha256 if given else "")),
    }
    listed = [tag("div", tag("dt", key), tag("dd", fact)) for key, fact in facts.items() if fact]
    version = card.get("version") or (given.pack_version if given else "")
    heading = tag("h3", name, " ", tag("small", version))
    badge_line = tag("p", synthetic_badge()) if synthetic else None
    system = str(card.get("system") or (given.system if given else ""))
    table = metrics_table(card.get("figures"), system, roles)
    return tag("article", heading, badge_line, tag("dl", listed), table, class_="pack")


def scales_section(result: StudyResult) -> Html | None:
    """What every grade means, and the literature that says so."""
    scales: dict[str, tuple[Scale, Grade]] = {}
    for _, grades in tasks_in(result):
        for grade in grades:
            scale = scale_of_grade(grade)
            if scale is not None:
                scales.setdefault(scale.name, (scale, grade))
    if not scales:
        return None
    measures = _measures(result)
    sources = list(dict.fromkeys(source for scale, _ in scales.values() for source in scale.sources))
    return tag(
        "section",
        tag("h2", "Scales and measures"),
        tag("div", [_scale(scale, grade, sources) for scale, grade in scales.values()], class_="scales"),
        measures,
        tag("ol", [tag("li", one, id_=f"source-{n}") for n, one in enumerate(sources, 1)], class_="sources"),
    )


def _scale(scale: Scale, grade: Grade, sources: Sequence[str]) -> Html:
    meanings = [
        tag("div", tag("dt", badge(grade, value=entry.value)), tag("dd", entry.meaning)) for entry in scale.grades
    ]
    numbers = [sources.index(source) + 1 for source in scale.sources]
    links = [tag("a", f"[{number}]", href=f"#source-{number}") for number in numbers]
    note = tag("p", scale.note, class_="hint") if scale.note else None
    return tag("article", tag("h3", scale.title, " ", tag("small", links)), tag("dl", meanings), note, class_="scale")


def _measures(result: StudyResult) -> Html | None:
    """How each piece of evidence was measured, once for all discs."""
    found = {
        evidence_title(name, value): str(value["source"])
        for disc in result.discs
        for grade in disc.grades
        for name, value in grade.evidence.items()
        if isinstance(value, Mapping) and value.get("source")
    }
    if not found:
        return None
    items = [tag("div", tag("dt", title), tag("dd", source)) for title, source in found.items()]
    return tag("div", tag("h3", "Evidence"), tag("dl", items), class_="measures")


def metrics_table(metrics: object, system: str, roles: Sequence[str]) -> Html | None:
    """A pack's cross-validated metrics as a table: of those, what matters for the study at hand.

    Parameters
    ----------
    metrics : mapping
        As ``figures`` in ``pack.json``: for each set of inputs (``T2``, ``T1+T2``, ``all``) the metrics of every task,
        each a number or ``{"value", "low", "high"}``; metrics of any other shape are listed as they are.
    system : str
        The pack's system.
    roles : sequence of str
        Roles of the study's series; the metrics on these inputs are shown, else those on all.
    """
    if not isinstance(metrics, Mapping):
        return None
    chosen = _fitting(metrics, roles)
    if chosen is None:
        return _listed(metrics)
    name, measured = chosen
    tasks = {task: one for task, one in measured.items() if isinstance(one, Mapping)}
    columns = [title for title, keys in _METRICS.items() if any(key in task for task in tasks.values() for key in keys)]
    head = tag("tr", tag("td"), [tag("th", title, scope="col") for title in columns])
    rows = [
        tag("tr", tag("th", _task_title(system, task), scope="row"), [tag("td", _cell(one, key)) for key in columns])
        for task, one in tasks.items()
    ]
    counts = [f"{measured[key]} {key}" for key in ("patients", "discs") if key in measured]
    inputs = "all series of a patient" if name == "all" else name.replace("_", " ").replace("+", " and ")
    text = f"On {inputs}: {', '.join(counts)}. {metrics.get('method', 'Cross-validated')}."
    return tag("div", tag("table", tag("caption", text), tag("thead", head), tag("tbody", rows), class_="plain"))


def _fitting(metrics: Mapping, roles: Sequence[str]) -> tuple[str, Mapping] | None:
    sets = {name: one for name, one in metrics.items() if isinstance(one, Mapping) and "patients" in one}
    exact = [name for name in sets if set(name.split("+")) == set(roles)]
    name = next(iter((*exact, *(name for name in sets if name == "all"), *sets)), None)
    return None if name is None else (name, sets[name])


def _task_title(system: str, task: str) -> str:
    try:
        return find_task(system, task).title
    except UsageError:
        return task.replace("_", " ").capitalize()


def _cell(measured: Mapping, column: str) -> Html:
    found = next((measured[key] for key in _METRICS[column] if key in measured), None)
    return join("" if found is None else _metric(found))


def _metric(value: object) -> Html:
    """A number and, where given, its 95 % interval."""
    if not isinstance(value, Mapping):
        return join(f"{value:.3f}" if isinstance(value, float) else number(value))
    low, high = value.get("low"), value.get("high")
    interval = "" if low is None or high is None else f"{low:.3f}–{high:.3f}"
    return join(f"{value['value']:.3f}", " ", tag("small", interval))


def _listed(metrics: Mapping) -> Html | None:
    rows = [tag("tr", tag("th", name, scope="row"), tag("td", one)) for name, one in _flat(metrics, ())][:_MOST_ROWS]
    if not rows:
        return None
    return tag("table", tag("caption", "Cross-validated metrics"), tag("tbody", rows), class_="plain")


def _flat(value: object, path: tuple[str, ...]) -> list[tuple[str, Html]]:
    if isinstance(value, Mapping) and "value" not in value:
        return [entry for key, inner in value.items() for entry in _flat(inner, (*path, str(key)))]
    if isinstance(value, (int, float, str, Mapping)):
        return [(" · ".join(part.replace("_", " ") for part in path), _metric(value))]
    return []
