"""The report: one HTML file that needs nothing else, for screen and paper."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from discgrader import RESEARCH_USE, __version__
from discgrader.folders import as_output_errors
from discgrader.grading.results import StudyResult
from discgrader.jobs.threads import in_threads
from discgrader.report.details import details
from discgrader.report.markup import Html, tag
from discgrader.report.sources import packs_section, scales_section, series_section
from discgrader.report.style import STYLE
from discgrader.report.summary import header, summary


def write_report(
    result: StudyResult, path: Path, *, pack_cards: Sequence[Mapping] = (), written: datetime | None = None
) -> None:
    """Write ``report.html``.

    Parameters
    ----------
    result : StudyResult
    path : Path
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
    page = report_html(result, pack_cards=pack_cards, written=written)
    with as_output_errors(path):
        Path(path).write_text(page, encoding="utf-8")


def report_html(result: StudyResult, *, pack_cards: Sequence[Mapping] = (), written: datetime | None = None) -> Html:
    """The report as text; parameters as in `write_report`."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content=f"DiscGrader {__version__}"),
        tag("title", f"{result.study.name} – lumbar disc grading"),
        tag("style", Html(STYLE)),
    )
    first, series = in_threads(lambda section: section(result), [summary, series_section])
    main = tag(
        "main",
        first,
        details(result) if result.discs else None,
        series,
        packs_section(result, pack_cards),
        scales_section(result),
    )
    software = ", ".join(f"{name} {version}" for name, version in result.software.items())
    footer = tag(
        "footer",
        tag("p", f"{RESEARCH_USE}. Grades are predictions of trained networks; a reader decides."),
        tag("p", f"Made with {software}.", class_="source") if software else None,
    )
    body = tag("body", header(result, written or datetime.now()), main, footer)
    return Html("<!DOCTYPE html>\n" + tag("html", head, body, lang="en"))
