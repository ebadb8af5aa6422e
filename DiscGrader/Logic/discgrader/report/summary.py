"""The first page of the report: whose study it is, who has read it, the impression, one picture and one table."""

from collections.abc import Sequence
from datetime import datetime

from discgrader import RESEARCH_USE, __version__
from discgrader.grading.contradictions import by_thing
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.grading.series_choice import may_grade
from discgrader.imaging.study import Plane, Series
from discgrader.localize.levels import name_percent
from discgrader.reading.agreement import Tally
from discgrader.reading.beside import agreed
from discgrader.reading.marks import SecondReading
from discgrader.reading.record import UNREAD
from discgrader.report.account import Account
from discgrader.report.impression import LevelImpression, impression, sure_of
from discgrader.report.markup import Html, join, tag
from discgrader.report.matrix import legend, matrix
from discgrader.report.overlay import picture_with_boxes
from discgrader.report.pictures import slice_picture
from discgrader.report.plates import CONTRADICTION_SIGN, SYNTHETIC_SIGN, sign
from discgrader.report.register import cuts_of, discs_on
from discgrader.report.whose import patient_facts, title_of
from discgrader.report.words import role_title, warning_list

MOST_FINDINGS, MOST_WARNINGS = 5, 3
"""As many findings of a disc, and warnings, as the first page has room for; all of them follow on the next ones."""


def header(account: Account, written: datetime) -> Html:
    """What this is, of whom, when and by which software; who has read it; and that it is no diagnosis."""
    result = account.result
    facts = {
        **patient_facts(account),
        **_examination(account),
        account.say("Series used"): _series_used(account),
        account.say("Levels"): _level_range(account),
        **_names(account),
        account.say("Read by"): account.reading_line,
        **_beside(account),
        account.say("Written"): f"{written:%Y-%m-%d %H:%M}",
        account.say("Software"): f"DiscGrader {result.software.get('discgrader', __version__)}",
    }
    return tag(
        "header",
        tag(
            "div",
            tag("p", account.say("Lumbar disc grading"), class_="kicker"),
            tag("p", account.say(RESEARCH_USE), class_="research"),
            class_="top",
        ),
        tag("h1", title_of(account)),
        tag("dl", [tag("div", tag("dt", name), tag("dd", fact)) for name, fact in facts.items()], class_="facts"),
    )


def _examination(account: Account) -> dict[str, str]:
    """When they were taken; nothing where no file tells."""
    examination = account.result.study.examination
    if examination is None:
        return {}
    told = (examination.date or account.say("date unknown"), examination.description, examination.time)
    facts = {account.say("Examination"): ", ".join(text for text in told if text)}
    return facts | ({account.say("Accession number"): examination.accession} if examination.accession else {})


def _series_used(account: Account) -> str:
    """The series that grades may come from, each with what it was taken for."""
    result = account.result
    axial = {cut.series.name for cut in cuts_of(result).values()}
    used = [one for one in result.study.series if may_grade(result.localization, one) or one.name in axial]
    named = [f"{series.name} ({role_title(series)})" for series in used or result.study.series]
    return ", ".join(named) or account.say("none")


def _beside(account: Account) -> dict[str, str]:
    """Who else has read the study; nothing where nobody has."""
    beside = account.reading.beside if account.reading is not None else ()
    told = [f"{one.reader}, {one.changed[:16].replace('T', ' ')}: {_agreement(account, one)}" for one in beside]
    return {account.say("Second reading"): "; ".join(told)} if told else {}


def _agreement(account: Account, second: SecondReading) -> str:
    """How far the reader and another one agree."""
    found = agreed(account.reading, second) if account.reading is not None else Tally(0, 0, 0)
    if not found.both:
        return account.say("no grade that both have decided on")
    values = {"same": found.same, "both": found.both, "share": found.share_in_words, "near": found.near}
    return account.say("agree on {same} of {both} grades ({share}); {near} differ by one step", **values)


def _names(account: Account) -> dict[str, str]:
    """How sure the names are; nothing where that is not known."""
    share = account.result.localization.name_probability
    if share is None:
        return {}
    sure = account.say("as specified") if share == 1 else account.say("{share} probable", share=name_percent(share))
    return {account.say("Names"): sure}


def summary(account: Account) -> Html:
    """The impression, and the sagittal picture with named boxes beside the table of all grades."""
    shown = [account.word(warning) for warning in account.warnings[:MOST_WARNINGS]]
    rest = len(account.warnings) - len(shown)
    more = account.say("{count} more below", count=rest) if rest else ""
    return tag(
        "section",
        tag("h2", account.say("Overview"), class_="hidden"),
        warning_list([*shown, *([more] if more else [])], account.say("About this study")),
        _impression(account),
        tag(
            "div",
            _picture(account, reference_series(account.result)),
            tag(
                "div",
                matrix(account) if account.discs else tag("p", account.say("No disc was graded.")),
                legend(account),
                class_="findings",
            ),
            class_="summary",
        ),
        class_="overview",
    )


def further_warnings(account: Account) -> Html | None:
    """All warnings of the study, where the first page has not room for them."""
    if len(account.warnings) <= MOST_WARNINGS:
        return None
    told = [account.word(warning) for warning in account.warnings]
    warnings = warning_list(told, account.say("Notes on the whole study"))
    return tag("section", tag("h2", account.say("Warnings")), warnings, class_="warnings")


def reference_series(result: StudyResult) -> Series | None:
    """The series that the discs were found on, or else the first one."""
    named = [series for series in result.study.series if series.name == result.localization.series_name]
    return next(iter((*named, *result.study.series)), None)


def _impression(account: Account) -> Html | None:
    if not account.discs:
        return None
    found = impression(account)
    rows = [_level(account, one) for one in found if one.findings or one.contradictions]
    normal = [one.level for one in found if one.graded and not one.findings and not one.contradictions]
    ungraded = [one.level for one in found if not one.graded]
    lines = [account.say("No finding: {levels}.", levels=", ".join(normal))] if normal else []
    lines += [account.say("Not graded: {levels}.", levels=", ".join(ungraded))] if ungraded else []
    notes = [account.say("Predictions of trained networks for research use, not for diagnosis; a reader decides.")]
    if account.synthetic_systems:
        names = ", ".join(account.system(name) for name in account.synthetic_systems)
        notes.append(
            account.say("{sign} Trained on synthetic images only: {systems}.", sign=SYNTHETIC_SIGN, systems=names)
        )
    return tag(
        "div",
        tag("h2", account.say("Impression")),
        tag("ul", rows, class_="levels") if rows else None,
        [tag("p", line, class_="normal") for line in lines],
        tag("p", " ".join(notes), class_="hint"),
        class_="impression",
    )


def _level(account: Account, one: LevelImpression) -> Html:
    told = [
        join(
            tag("strong" if place == 0 else "span", finding.words), " ", tag("small", f"({sure_of(account, finding)})")
        )
        for place, finding in enumerate(one.findings[:MOST_FINDINGS])
    ]
    rest = len(one.findings) - len(told)
    told += [join(account.say("{count} more below", count=rest))] if rest else []
    said = [part for place, words in enumerate(told) for part in ((", " if place else ""), words)]
    sides = by_thing(contradiction for contradiction in one.contradictions if not contradiction.is_settled)
    conflicts = [
        tag(
            "span", sign(CONTRADICTION_SIGN), "; ".join(said.in_words(account.word) for said in each), class_="conflict"
        )
        for each in sides.values()
    ]
    link = tag("a", one.level, href=f"#{one.level}")
    unread = all(shown.status == UNREAD for shown in account.grades(one.level))
    mark = (
        tag("small", " ", account.say("not read"), class_="unread") if account.reading is not None and unread else None
    )
    words = tag("span", said or account.say("no finding"), mark, conflicts)
    return tag("li", tag("span", link, class_="level"), words)


def _picture(account: Account, series: Series | None) -> Html | None:
    if series is None:
        return None
    result = account.result
    discs = discs_on(result, series)
    if series.plane is Plane.AXIAL:
        series, discs = _best_cut(result, series)
    picture = slice_picture(series, [disc.disc.roi for disc in discs])
    values = {"role": role_title(series), "discs": _described(account, discs)}
    if series.plane is Plane.AXIAL:
        alt = account.say("Axial {role} slice with the boxes of {discs}.", **values)
    else:
        alt = account.say("Sagittal {role} slice with the boxes of {discs}.", **values)
    nearest = account.say("{role}, slice nearest to the discs", role=role_title(series))
    caption = tag("figcaption", tag("span", series.name), tag("span", nearest))
    return tag("figure", picture_with_boxes(account, picture, discs, alt), caption, class_="panel main")


def _best_cut(result: StudyResult, series: Series) -> tuple[Series, list[DiscResult]]:
    """Of axial series alone, the one that shows the middle one of the discs, and this disc."""
    cuts = cuts_of(result)
    shown = [(cuts[disc.disc].series, [disc]) for disc in result.discs if disc.disc in cuts]
    return shown[len(shown) // 2] if shown else (series, [])


def _described(account: Account, discs: Sequence[DiscResult]) -> str:
    texts = []
    for level in (disc.disc.level for disc in discs):
        leading = account.leading(level)
        graded = leading and f"{account.heading(*leading.key)} {account.word(leading.label)}"
        texts.append(f"{level} ({graded})" if graded else level)
    return ", ".join(texts) or account.say("no disc")


def _level_range(account: Account) -> str:
    levels = [disc.disc.level for disc in account.discs]
    if len(levels) > 1:
        values = {"highest": levels[0], "lowest": levels[-1], "count": len(levels)}
        return account.say("{highest} to {lowest}, {count} discs", **values)
    return ", ".join(levels) or account.say("none found")
