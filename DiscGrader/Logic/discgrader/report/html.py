"""The report: one HTML file that needs nothing else, for screen and paper."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from discgrader import RESEARCH_USE, __version__
from discgrader.folders import as_output_errors
from discgrader.grading.results import StudyResult
from discgrader.jobs.threads import in_threads
from discgrader.reading.record import Reading
from discgrader.report.account import Account
from discgrader.report.details import details
from discgrader.report.language import ENGLISH, Language
from discgrader.report.markup import Html, tag
from discgrader.report.paper import paper_style
from discgrader.report.sources import packs_section, scales_section, series_section
from discgrader.report.style import STYLE
from discgrader.report.summary import further_warnings, header, summary
from discgrader.report.whose import foot_of

_MOST_LETTERS = 60


def write_report(
    result: StudyResult,
    path: Path,
    *,
    reading: Reading | None = None,
    language: Language = ENGLISH,
    pack_cards: Sequence[Mapping] = (),
    written: datetime | None = None,
) -> None:
    """Write ``report.html``.

    Parameters
    ----------
    result : StudyResult
    path : Path
    reading : Reading, optional
        What a reader decided, of the discs of the result; by default nobody has read it.
    language : Language
    pack_cards : sequence of mapping
        What is known of each pack, as `discgrader.report.sources.pack_card` gives it; without one, only what the
        grades themselves say of their pack is shown.
    written : datetime, optional
        The time to put on it; now by default.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    page = report_html(result, reading=reading, language=language, pack_cards=pack_cards, written=written)
    with as_output_errors(path):
        Path(path).write_text(page, encoding="utf-8")


def report_html(
    result: StudyResult,
    *,
    reading: Reading | None = None,
    language: Language = ENGLISH,
    pack_cards: Sequence[Mapping] = (),
    written: datetime | None = None,
) -> Html:
    """The report as text; parameters as in `write_report`."""
    account = Account(result, reading, language)
    say = account.say
    name = result.study.name
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content=f"DiscGrader {__version__}"),
        tag("title", f"{name} – {say('lumbar disc grading')}"),
        tag("style", Html(STYLE + paper_style(f"{_short(foot_of(account))} · {say(RESEARCH_USE)}", say("Page")))),
    )
    first, series = in_threads(lambda section: section(account), [summary, series_section])
    main = tag(
        "main",
        first,
        details(account) if account.discs else None,
        further_warnings(account),
        series,
        packs_section(account, pack_cards),
        scales_section(account),
        id_="content",
    )
    software = ", ".join(f"{name} {version}" for name, version in result.software.items())
    footer = tag(
        "footer",
        tag("p", say(RESEARCH_USE), ". ", say("Grades are predictions of trained networks; a reader decides.")),
        tag("p", say("Made with {software}.", software=software), class_="source") if software else None,
    )
    skip = tag("a", say("To the grades"), href="#content", class_="skip")
    body = tag("body", skip, header(account, written or datetime.now()), main, footer)
    return Html("<!DOCTYPE html>\n" + tag("html", head, body, lang=account.language.code))


def _short(name: str) -> str:
    """A name that the foot of a page has room for."""
    return name if len(name) <= _MOST_LETTERS else f"{name[:_MOST_LETTERS]}…"
