"""An evaluation as one HTML page that needs nothing else, in the report's style, beside what the paper published."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from discgrader import RESEARCH_USE, __version__
from discgrader.report.markup import Html, join, tag
from discgrader.report.paper import paper_style
from discgrader.report.style import STYLE

Row = Mapping[str, Any]
"""Column to number, text, or metric ``{"value", "low", "high"}``."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """One table of the evaluation.

    Parameters
    ----------
    name : str
        File name of its table, without ending.
    title, note : str
        What it is called, and what it asks and how.
    rows : sequence of Row
    """

    name: str
    title: str
    note: str
    rows: Sequence[Row]


PUBLISHED_GRADES: Mapping[str, Row] = {
    "TabPFN, published": {
        "auroc": {"value": 0.867, "low": 0.822, "high": 0.904},
        "auprc": {"value": 0.667, "low": 0.586, "high": 0.735},
        "f1": {"value": 0.621, "low": 0.546, "high": 0.677},
        "accuracy": {"value": 0.603, "low": 0.538, "high": 0.676},
        "mcc": {"value": 0.500, "low": 0.410, "high": 0.587},
        "brier": {"value": 0.107, "low": 0.092, "high": 0.123},
    },
    "LightGBM, published": {"auroc": 0.873},
    "Random forest, published": {"auroc": 0.872},
}
"""Five grades, on the paper's own 20 % of SPIDER's 218 patients."""

PUBLISHED_BINARY: Mapping[str, Row] = {"All three, published": {"auroc": "≥ 0.93", "accuracy": "≈ 0.86"}}
"""Low against high."""

AIM: Mapping[str, float] = {"auroc": 0.92, "accuracy": 0.70, "qwk": 0.85, "binary_auroc": 0.96}
"""What the project set itself for its own model, cross-validated."""

DIFFERENCES = (
    (
        "The paper used all 218 patients with 16-bit stacks of every sequence; the results here depend on "
        "the data given."
    ),
    "It used deep features of a ResNet-50; as shipped, EfficientNet-Lite0 replaces it.",
    "Its LASSO kept 680 columns; how its penalty was chosen is not stated; here it is cross-validated.",
    (
        "What it calls calibration depth is not described; here each grade's calibration error, slope and "
        "offset are given."
    ),
)
"""In what the evaluation differs from the paper."""

TITLES = {
    "auroc": "AUROC",
    "auprc": "AUPRC",
    "f1": "F1",
    "accuracy": "Accuracy",
    "mcc": "MCC",
    "brier": "Brier",
    "qwk": "QWK",
    "within_one": "Within one",
    "mean_error": "Mean error",
    "binary_auroc": "AUROC, IV–V",
    "binary_accuracy": "Accuracy, IV–V",
    "ppv": "PPV",
    "npv": "NPV",
    "auroc_of_repeats": "AUROC of each repetition",
    "alike_volume": "Correlation with volume",
    "seen_by": "Models that use them",
    "T2_SPACE": "T2 SPACE",
    "gwet_ac1": "Gwet's AC1",
    "auroc_0_1_against_2_3": "AUROC, 2–3",
    "added": "Added",
}
"""Columns that are not called as their name in files says."""

LONG_TABLE = 16
"""A table of more rows is folded where a figure shows the same."""

_STYLE = """
.evaluation table { font-size: 13px; }
.evaluation td { white-space: nowrap; }
.evaluation td small { color: var(--soft); font-size: 11px; display: block; }
.evaluation .figure img { max-width: 100%; height: auto; display: block; }
.evaluation figure.figure { margin: 18px 0 6px; }
.evaluation figcaption { color: var(--soft); font-size: 13px; margin-top: 4px; }
.evaluation tr.published td, .evaluation tr.published th { background: var(--shade); }
.evaluation h3 { margin: 26px 0 4px; }
.evaluation .hint { max-width: 100ch; margin-bottom: 8px; }
.evaluation summary { cursor: pointer; color: var(--soft); font-size: 13px; }
.evaluation li { margin-left: 18px; list-style: disc; font-size: 14px; }
"""


def evaluation_page(
    title: str,
    facts: Mapping[str, str],
    findings: Sequence[str],
    parts: Mapping[str, Sequence[Analysis]],
    plots: Mapping[str, tuple[bytes, str]],
    notes: Sequence[str],
    written: datetime | None = None,
) -> Html:
    """The whole page.

    Parameters
    ----------
    facts : mapping of str to str
        What was evaluated, shown at the top.
    findings : sequence of str
        What it came to, in sentences.
    parts : mapping of str to sequence of Analysis
        Heading to the tables below it.
    plots : mapping of str to (bytes, str)
        File stem to PNG and caption; each is shown below the table that its stem begins with, others at the top.
    notes : sequence of str
        How the figures were made.
    """
    written = written or datetime.now()
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content=f"DiscGrader {__version__}"),
        tag("title", title),
        tag("style", Html(STYLE + paper_style(RESEARCH_USE, "Page") + _STYLE)),
    )
    top = tag(
        "header",
        tag(
            "div",
            tag("span", "DiscGrader", class_="kicker"),
            tag("span", RESEARCH_USE, class_="research"),
            class_="top",
        ),
        tag("h1", title),
        tag("dl", [tag("div", tag("dt", key), tag("dd", value)) for key, value in facts.items()], class_="facts"),
    )
    short = (
        tag("section", tag("h2", "Summary"), tag("ul", [tag("li", finding) for finding in findings]))
        if findings
        else None
    )
    shown: set[str] = set()
    sections = [
        tag("section", tag("h2", heading), [_analysis(analysis, plots, shown) for analysis in analyses])
        for heading, analyses in parts.items()
    ]
    rest = [_picture(name, *plot) for name, plot in plots.items() if name not in shown]
    method = tag("section", tag("h2", "How the figures were computed"), tag("ul", [tag("li", note) for note in notes]))
    footer = tag(
        "footer", tag("p", f"{RESEARCH_USE}."), tag("p", f"Written {written:%Y-%m-%d %H:%M}.", class_="source")
    )
    body = tag(
        "body",
        top,
        tag("main", short, sections, tag("section", rest) if rest else None, method),
        footer,
        class_="evaluation",
    )
    return Html("<!DOCTYPE html>\n" + tag("html", head, body, lang="en"))


def _analysis(analysis: Analysis, plots: Mapping[str, tuple[bytes, str]], shown: set[str]) -> Html:
    own = [name for name in plots if name.startswith(analysis.name) and name not in shown]
    shown.update(own)
    published = {"main_grades": PUBLISHED_GRADES, "main_binary": PUBLISHED_BINARY}.get(analysis.name, {})
    rows = [*analysis.rows, *({"model": name, **values} for name, values in published.items())]
    table = _table(rows, len(analysis.rows)) if rows else None
    if own and len(rows) > LONG_TABLE:
        table = tag("details", tag("summary", f"Table, {len(rows)} rows"), table)
    return tag(
        "div",
        tag("h3", analysis.title),
        tag("p", analysis.note, class_="hint"),
        table,
        [_picture(name, *plots[name]) for name in own],
    )


def _table(rows: Sequence[Row], own: int) -> Html:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    head = tag("tr", [tag("th", heading(name), scope="col") for name in columns])
    lines = [
        tag(
            "tr",
            [_cell(row.get(name), number == 0) for number, name in enumerate(columns)],
            class_="published" if position >= own else None,
        )
        for position, row in enumerate(rows)
    ]
    return tag("div", tag("table", tag("thead", head), tag("tbody", lines), class_="plain"), class_="scroll")


def heading(name: str) -> str:
    """What people call a column."""
    return TITLES.get(name, name[:1].upper() + name[1:].replace("_", " "))


def _cell(value: object, first: bool) -> Html:
    if isinstance(value, Mapping):
        low, high = value["low"], value["high"]
        interval = (
            tag("small", f"{_plain(low)}–{_plain(high)}")
            if low >= 0
            else tag("small", f"{_plain(low)} to {_plain(high)}")
        )
        return tag("td", _plain(value["value"]), interval)
    if value is None:
        text = ""
    elif isinstance(value, float):
        text = "–" if value != value else _plain(value)
    else:
        text = str(value)
    return tag("th", text, scope="row") if first else tag("td", text)


def _plain(number: float) -> str:
    """Three digits behind the point; nothing is never negative, and a minus is no hyphen."""
    return f"{round(number, 3) + 0.0:.3f}".replace("-", "−")


def _picture(name: str, png: bytes, caption: str) -> Html:
    image = tag("img", src=f"data:image/png;base64,{base64.b64encode(png).decode()}", alt=caption)
    return join(tag("figure", image, tag("figcaption", caption), class_="figure", id_=name))
