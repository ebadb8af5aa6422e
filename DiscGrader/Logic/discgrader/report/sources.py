"""The last part of the report: the series, the packs and the scales that the grades come from."""

from collections.abc import Mapping, Sequence

from discgrader.errors import UsageError
from discgrader.grading.headings import percent
from discgrader.grading.results import Grade, StudyResult
from discgrader.grading.scales import Scale
from discgrader.grading.series_choice import GRADED, in_register, may_grade, shows_discs
from discgrader.grading.systems import find_task, scale_of, systems
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.packs.pack import Pack
from discgrader.report.account import Account, Shown
from discgrader.report.markup import Html, join, tag
from discgrader.report.matrix import scrolling
from discgrader.report.overlay import picture_with_boxes
from discgrader.report.pictures import slice_picture
from discgrader.report.plates import badge, synthetic_badge
from discgrader.report.register import discs_on
from discgrader.report.summary import reference_series
from discgrader.report.words import evidence_title, number, role_title, scale_of_grade, usual_statements, warning_list

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


def series_section(account: Account) -> Html:
    """Every series: what it was taken for and why; and pictures of those that the summary does not show."""
    say = account.say
    columns = (say("Series"), say("Recognized as"), say("Reason"), say("Voxels"), say("Spacing"))
    head = tag("tr", [tag("th", heading, scope="col") for heading in columns])
    rows = [_series_row(account, series) for series in account.result.study.series]
    table = scrolling(tag("table", tag("thead", head), tag("tbody", rows), class_="plain"), say("Series"))
    figures = [_figure(account, series) for series in _further_series(account.result)]
    return tag(
        "section",
        tag("h2", say("Series")),
        table,
        _left_out(account),
        tag("div", figures, class_="further") if figures else None,
        class_="series",
    )


def _left_out(account: Account) -> Html | None:
    """What the study was given with and was not read, and why."""
    left_out = account.result.study.left_out
    if not left_out:
        return None
    head = tag("tr", [tag("th", heading, scope="col") for heading in (account.say("Left out"), account.say("Reason"))])
    rows = [tag("tr", tag("th", one.name, scope="row"), tag("td", account.word(one.reason))) for one in left_out]
    table = tag("table", tag("thead", head), tag("tbody", rows), class_="plain")
    return scrolling(table, account.say("Left out"))


def _series_row(account: Account, series: Series) -> Html:
    result = account.result
    spacing = account.language.number(" × ".join(f"{length:.2f}" for length in series.volume.spacing_mm))
    warnings = list(series.warnings)
    if series.plane == Plane.SAGITTAL and series.contrast in GRADED and not in_register(result.localization, series):
        warnings.append(
            account.say("Not aligned with the series that the discs were found on; it was not used for grading.")
        )
    warnings = [account.word(warning.removeprefix(f"{series.name}: ")) for warning in warnings]
    sure = (
        []
        if series.probability is None
        else [account.say("Its picture agrees ({share})", share=percent(series.probability))]
    )
    return tag(
        "tr",
        tag("th", series.name, scope="row"),
        tag("td", _taken_for(account, series)),
        tag(
            "td",
            ". ".join([account.word(series.contrast_reason), *sure]),
            warning_list(warnings, account.say("Warning")),
        ),
        tag("td", " × ".join(str(count) for count in series.volume.size), class_="figure"),
        tag("td", f"{spacing} mm", class_="figure"),
    )


def _taken_for(account: Account, series: Series) -> str:
    planes = {
        Plane.SAGITTAL: account.say("sagittal"),
        Plane.AXIAL: account.say("axial"),
        Plane.CORONAL: account.say("coronal"),
    }
    contrasts = {
        Contrast.OTHER: account.say("(not used for grading)"),
        Contrast.UNKNOWN: account.say("of unknown contrast"),
        Contrast.T1_FS: account.say("T1 with fat suppression"),
        Contrast.STIR: account.say("STIR or fat-suppressed T2"),
    }
    contrast = contrasts.get(series.contrast, series.contrast.replace("_", " "))
    return ", ".join([f"{planes[series.plane]} {contrast}", *(account.word(trait) for trait in series.traits)])


def _further_series(result: StudyResult) -> list[Series]:
    reference = reference_series(result)
    wanted = [Contrast.T1, Contrast.T2_SPACE, Contrast.T2, Contrast.STIR, Contrast.T1_FS]
    others = [
        series for series in result.study.series if series is not reference and shows_discs(result.localization, series)
    ]
    return sorted(others, key=lambda series: wanted.index(series.contrast))[:FURTHER_PICTURES]


def _figure(account: Account, series: Series) -> Html:
    discs = discs_on(account.result, series)
    picture = slice_picture(series, [disc.disc.roi for disc in discs])
    role = role_title(series)
    levels = ", ".join(disc.disc.level for disc in account.result.discs)
    alt = account.say("Sagittal {role} slice with the boxes of {discs}.", role=role, discs=levels)
    image = picture_with_boxes(account, picture, discs, alt)
    return tag("figure", image, tag("figcaption", tag("span", series.name), tag("span", role)), class_="panel")


def packs_section(account: Account, pack_cards: Sequence[Mapping]) -> Html | None:
    """What each pack was trained on, how well it did on patients that it had not seen, and its hash."""
    result = account.result
    by_pack: dict[str, dict[str, Grade]] = {}
    for grade in (grade for graded in account.discs for grade in graded.grades):
        by_pack.setdefault(grade.pack, {}).setdefault(grade.task, grade)
    cards = {str(card.get("name")): card for card in pack_cards}
    roles = [series.role for series in result.study.series if may_grade(result.localization, series)]
    shown = [_pack(account, name, list(of.values()), cards.pop(name, {}), roles) for name, of in by_pack.items()]
    shown += [_pack(account, name, [], card, roles) for name, card in cards.items()]
    title = tag("h2", account.say("Packs"))
    return tag("section", title, tag("div", shown, class_="packs"), class_="packs") if shown else None


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


def _pack(account: Account, name: str, grades: Sequence[Grade], card: Mapping, roles: Sequence[str]) -> Html:
    given = grades[0] if grades else None
    trained = card.get("trained_on")
    trained = trained if isinstance(trained, Mapping) else {"statement": trained} if trained else {}
    synthetic = bool(trained.get("synthetic")) or any(grade.synthetic for grade in grades)
    counts = [account.say("{count} patients", count=trained["patients"])] if trained.get("patients") else []
    counts += [account.say("{count} discs", count=trained["discs"])] if trained.get("discs") else []
    data = (trained.get("data_set"), trained.get("license"), *counts)
    facts = {
        account.say("Grades"): ", ".join(_task_title(account, grade.system, grade.task) for grade in grades),
        account.say("System"): "" if grades else str(card.get("system") or ""),
        account.say("Trained on"): account.word(str(trained.get("statement") or (given.trained_on if given else ""))),
        account.say("Data"): ", ".join(account.word(str(part)) for part in data if part),
        account.say("Intended use"): account.word(str(card.get("intended_use") or "")),
        "SHA-256": tag("code", card.get("sha256") or (given.pack_sha256 if given else "")),
    }
    listed = [tag("div", tag("dt", key), tag("dd", fact)) for key, fact in facts.items() if fact]
    version = card.get("version") or (given.pack_version if given else "")
    heading = tag("h3", name, " ", tag("small", version))
    badge_line = tag("p", synthetic_badge(account)) if synthetic else None
    system = str(card.get("system") or (given.system if given else ""))
    table = metrics_table(account, card.get("figures"), system, roles)
    return tag("article", heading, badge_line, tag("dl", listed), table, class_="pack")


def scales_section(account: Account) -> Html | None:
    """What every grade means, and the literature that says so."""
    scales: dict[str, tuple[Scale, Shown]] = {}
    for one in (one for graded in account.discs for one in account.grades(graded.disc.level)):
        scale = scale_of_grade(one)
        if scale is not None:
            scales.setdefault(scale.name, (scale, one))
    if not scales:
        return None
    used = {scale_of(system, task).name: None for system, its in account.tasks if system in systems() for task in its}
    ordered = [scales[name] for name in used if name in scales]
    sources = list(dict.fromkeys(source for scale, _ in ordered for source in scale.sources))
    return tag(
        "section",
        tag("h2", account.say("Scales and measures")),
        tag("div", [_scale(account, scale, one, sources) for scale, one in ordered], class_="scales"),
        _measures(account),
        tag("ol", [tag("li", one, id_=f"source-{n}") for n, one in enumerate(sources, 1)], class_="sources"),
    )


def _scale(account: Account, scale: Scale, grade: Shown, sources: Sequence[str]) -> Html:
    meanings = [
        tag("div", tag("dt", badge(account, grade, value=entry.value)), tag("dd", account.word(entry.meaning)))
        for entry in scale.grades
    ]
    numbers = [sources.index(source) + 1 for source in scale.sources]
    links = [tag("a", f"[{number}]", href=f"#source-{number}") for number in numbers]
    note = tag("p", account.word(scale.note), class_="hint") if scale.note else None
    title = tag("h3", account.word(scale.title), " ", tag("small", links))
    return tag("article", title, tag("dl", meanings), note, class_="scale")


def _measures(account: Account) -> Html | None:
    """How each piece of evidence was measured, once for all discs."""
    found = {
        account.word(evidence_title(name, value)): account.word(str(value["source"]))
        for disc in account.discs
        for grade in disc.grades
        for name, value in grade.evidence.items()
        if isinstance(value, Mapping) and value.get("source")
    }
    if not found:
        return None
    items = [tag("div", tag("dt", title), tag("dd", source)) for title, source in found.items()]
    grades = [grade for disc in account.discs for grade in disc.grades]
    usual = usual_statements(grade.evidence for grade in grades)
    notes = [tag("p", account.word(statement), class_="hint") for statement in usual]
    return tag("div", tag("h3", account.say("Evidence")), tag("dl", items), notes, class_="measures")


def metrics_table(account: Account, metrics: object, system: str, roles: Sequence[str]) -> Html | None:
    """A pack's cross-validated metrics as a table: of those, what matters for the study at hand.

    Parameters
    ----------
    account : Account
        In whose language.
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
        return _listed(account, metrics)
    name, measured = chosen
    tasks = {task: one for task, one in measured.items() if isinstance(one, Mapping)}
    columns = [title for title, keys in _METRICS.items() if any(key in task for task in tasks.values() for key in keys)]
    titles = {
        "AUROC": "AUROC",
        "Accuracy": account.say("Accuracy"),
        "Weighted kappa": account.say("Weighted kappa"),
        "Within one": account.say("Within one"),
    }
    head = tag("tr", tag("td"), [tag("th", titles[title], scope="col") for title in columns])
    rows = [
        tag(
            "tr",
            tag("th", _task_title(account, system, task), scope="row"),
            [tag("td", _cell(account, one, key)) for key in columns],
        )
        for task, one in tasks.items()
    ]
    counts = [account.say("{count} patients", count=measured["patients"])] if "patients" in measured else []
    counts += [account.say("{count} discs", count=measured["discs"])] if "discs" in measured else []
    inputs = name.replace("_", " ").replace("+", account.say(" and "))
    inputs = account.say("all series of a patient") if name == "all" else inputs
    method = account.word(str(metrics.get("method", account.say("Cross-validated"))))
    text = account.say("On {inputs}: {counts}. {method}.", inputs=inputs, counts=", ".join(counts), method=method)
    table = tag("table", tag("caption", text), tag("thead", head), tag("tbody", rows), class_="plain")
    return scrolling(table, text)


def _fitting(metrics: Mapping, roles: Sequence[str]) -> tuple[str, Mapping] | None:
    sets = {name: one for name, one in metrics.items() if isinstance(one, Mapping) and "patients" in one}
    exact = [name for name in sets if set(name.split("+")) == set(roles)]
    name = next(iter((*exact, *(name for name in sets if name == "all"), *sets)), None)
    return None if name is None else (name, sets[name])


def _task_title(account: Account, system: str, task: str) -> str:
    try:
        return account.word(find_task(system, task).title)
    except UsageError:
        return task.replace("_", " ").capitalize()


def _cell(account: Account, measured: Mapping, column: str) -> Html:
    found = next((measured[key] for key in _METRICS[column] if key in measured), None)
    return join("" if found is None else _metric(account, found))


def _metric(account: Account, value: object) -> Html:
    """A number and, where given, its 95 % interval."""
    comma = account.language.number
    if not isinstance(value, Mapping):
        return join(comma(f"{value:.3f}") if isinstance(value, float) else number(value))
    low, high = value.get("low"), value.get("high")
    interval = "" if low is None or high is None else comma(f"{low:.3f}–{high:.3f}")
    return join(comma(f"{value['value']:.3f}"), " ", tag("small", interval))


def _listed(account: Account, metrics: Mapping) -> Html | None:
    rows = [
        tag("tr", tag("th", name, scope="row"), tag("td", _metric(account, one)))
        for name, one in _flat(metrics, ())[:_MOST_ROWS]
    ]
    if not rows:
        return None
    text = account.say("Cross-validated metrics")
    return scrolling(tag("table", tag("caption", text), tag("tbody", rows), class_="plain listed"), text)


def _flat(value: object, path: tuple[str, ...]) -> list[tuple[str, object]]:
    if isinstance(value, Mapping) and "value" not in value:
        return [entry for key, inner in value.items() for entry in _flat(inner, (*path, str(key)))]
    if isinstance(value, (int, float, str, Mapping)):
        return [(" · ".join(part.replace("_", " ") for part in path), value)]
    return []
