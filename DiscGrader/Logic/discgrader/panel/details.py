"""Everything that is known of the chosen grade: first, in few lines, its probabilities and what decided it, then all
of the scale, warnings, evidence, and who said what."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

import qt
from slicer.i18n import tr as _

from discgrader.grading.contradictions import Contradiction
from discgrader.grading.contributions import KEY
from discgrader.grading.headings import heading
from discgrader.grading.operating_point import YOUDEN, Call, read_rule, share_in_words
from discgrader.grading.results import Grade
from discgrader.grading.scales import Scale
from discgrader.grading.systems import scale_of
from discgrader.panel.cells import CONTRADICTED, PRESENTATION, WARNING, contradiction_text, stale_text
from discgrader.panel.colors import mixed
from discgrader.panel.grid import Cell, Key
from discgrader.panel.others import OtherSaid, other_text
from discgrader.panel.state import PanelState
from discgrader.panel.words import (
    INK,
    in_language,
    not_graded_text,
    short_label,
    synthetic_plate,
    user_language,
    with_comma,
)
from discgrader.reading.record import ACCEPTED, OVERRIDDEN
from discgrader.report.words import Usual, evidence_text, evidence_title, percent, usual_of, usual_statements

_DECISIVE = 3
"""How many rows of evidence stand beside the probabilities."""
_NOTICED = "#ffb454"
"""The ground of what is to be heeded."""
_BAR = 32
"""Width of a probability of 1, in points of the screen."""


class DetailsView:
    """Shows `details_html` in the theme's colors.

    Parameters
    ----------
    browser : QTextBrowser
    """

    def __init__(self, browser) -> None:
        self._browser = browser
        self._shown = ""
        self._font = qt.QFont(browser.font)
        browser.document.setDocumentMargin(2)

    def show(self, state: PanelState) -> None:
        """Show the chosen grade, or why there is none."""
        self._browser.visible = bool(state.grid.levels)
        font = qt.QFont(self._font)
        font.setPointSizeF(self._font.pointSizeF() * (PRESENTATION if state.presentation else 1))
        self._browser.setFont(font)
        note = state.study.notes.get(state.level, "")
        against = state.grid.contradicted(state.chosen) if state.chosen else ()
        html = details_html(state.chosen, state.cell, self._colors(), note, state.why_not, against)
        if html != self._shown:
            self._shown = html
            self._browser.setHtml(html)

    def _colors(self) -> "Colors":
        palette = self._browser.palette
        text, ground = (palette.color(role).name() for role in (qt.QPalette.Text, qt.QPalette.Base))
        return Colors(text, mixed(text, ground, 0.62), ground, mixed(text, ground, 0.2))


@dataclass(frozen=True)
class Colors:
    """The theme's colors, ``#rrggbb``: text, faint text, the ground, and lines."""

    text: str
    faint: str
    ground: str
    line: str


def details_html(
    key: Key | None,
    cell: Cell | None,
    colors: Colors,
    note: str = "",
    why_not: str = "",
    against: tuple[Contradiction, ...] = (),
) -> str:
    """Everything that is known of one grade.

    Parameters
    ----------
    key : Key or None
        What is chosen.
    cell : Cell or None
        None for what is not graded.
    colors : Colors
    note : str
        Of the disc itself, such as why its name is not certain.
    why_not : str
        Why there is no grade, where a system could not give one.
    against : tuple of Contradiction
        What the grade contradicts.
    """
    if key is None:
        return _faint(_("Choose a cell of the table to see what its grade is based on."), colors)
    scale = scale_of(*key[1:])
    notices = _notices(cell, note)
    warned = (CONTRADICTED if against else "") + (WARNING if notices else "")
    parts = [_heading(key, cell, warned, colors)]
    if why_not:
        parts.append(_faint(not_graded_text(why_not), colors))
    parts += [_overview(key, scale, cell, colors), *map(_contradiction, against), *map(_notice, notices)]
    if cell is not None:
        parts += [_said(cell, scale), *map(_other, cell.others), _decided(cell, scale, colors)]
    parts.append(_titled(_("All grades"), _meanings(scale, cell)))
    if cell is not None and cell.ai is not None:
        evidence = cell.ai.evidence
        parts += [_evidence(evidence, colors), _pushes(evidence, colors), _what_is_usual(evidence, colors)]
        parts.append(_origin(cell.ai, colors))
    parts.append(_sources(scale, colors))
    return "".join(parts)


def _notices(cell: Cell | None, note: str) -> list[str]:
    """What is to be heeded of a disc and of its grade."""
    warnings = [] if cell is None else list(cell.warnings)
    if cell is not None and cell.stale:
        warnings.append(_("The box has been moved since; grade this disc again."))
    if cell is not None and cell.decision_stale:
        warnings.append(stale_text())
    return [*([in_language(note)] if note else []), *map(in_language, warnings)]


def _heading(key: Key, cell: Cell | None, warned: str, colors: Colors) -> str:
    """What is chosen and whose it is, whether it is read, and that there is something to be heeded."""
    level, system, task = key
    title = f"<b>{escape(level)}</b> &nbsp;{escape(heading(system, task, in_language))}"
    signs = "" if cell is None else _status(cell, colors)
    signs += "".join(f" &nbsp;{_sign(sign)}" for sign in warned)
    return f'<p style="margin:0 0 2px 0">{title}{signs}</p>'


def _status(cell: Cell, colors: Colors) -> str:
    if cell.status == OVERRIDDEN:
        said = _("{reader}: {label}").format(reader=cell.reader, label=in_language(cell.label))
    elif cell.status == ACCEPTED:
        said = _("{reader}: accepted").format(reader=cell.reader)
    else:
        return f' &nbsp;<span style="color:{colors.faint}">{escape(_("unread"))}</span>'
    return f" &nbsp;· &nbsp;{escape(said)}"


def _overview(key: Key, scale: Scale, cell: Cell | None, colors: Colors) -> str:
    """Each grade with its probability, beside what the grade that stands looks like and what decided it."""
    probabilities = cell.ai.probabilities if cell is not None and cell.ai is not None else {}
    rows = []
    for number, grade in enumerate(scale.grades):
        mark = "▶" if cell is not None and grade.value == cell.grade else "&nbsp;"
        share = probabilities.get(grade.value)
        possible = cell is not None and cell.is_possible and grade.value == cell.grade and len(scale.grades) == 2
        label = _("poss.") if possible else short_label(*key[1:], grade.value)
        cells = [f"<td>{mark}</td><td>{_plate(label, grade.color)}</td>"]
        if share is not None:
            said = escape(percent(share)).replace(" ", "&nbsp;")
            cells.append(f'<td align="right">{said}</td><td width="{_BAR + 2}">{_bar(share, grade.color, colors)}</td>')
        if number == 0 and cell is not None:
            side = f'<td rowspan="{len(scale.grades)}" valign="top" style="padding-left:6px">'
            cells.append(f"{side}{_decisive(scale, cell, colors)}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table cellspacing="0" cellpadding="1">{"".join(rows)}</table>'


def _decisive(scale: Scale, cell: Cell, colors: Colors) -> str:
    rows = [] if cell.ai is None else decisive_rows(cell.ai.evidence)
    lines = [
        f'{f"{row.arrow} " if row.arrow else ""}<span style="color:{colors.faint}">{escape(row.title)}</span> '
        f"<b>{escape(row.text)}</b>{_usual(row.usual, colors)}"
        for row in rows
    ]
    measured = f"<small>{'<br>'.join(lines)}</small><br>" if lines else ""
    return f"{measured}<b>{escape(in_language(scale.grade(cell.grade).meaning))}</b>"


class Row(NamedTuple):
    """A measure: whether it raised or lowered the grade, its title, value with unit, the series it is of, and which
    values are usual."""

    arrow: str
    title: str
    text: str
    series: str
    usual: Usual | None = None


def decisive_rows(evidence: Mapping[str, object]) -> list[Row]:
    """The few pieces of evidence that count most.

    First the measures that moved the grade, where the pack knows them, then what else was measured, last features of
    texture that moved it, which few can see on a picture.

    Parameters
    ----------
    evidence : mapping of str to object
        As `discgrader.grading.results.Grade` has it.
    """
    measured = {
        (row.title, row.series): row for row in (_row("", *piece) for piece in evidence.items() if piece[0] != KEY)
    }
    moved = _moved(evidence)
    seen = [row for row in moved if (row.title, row.series) in measured]
    told = {(row.title, row.series) for row in seen}
    others = [row for place, row in measured.items() if place not in told]
    return [*seen, *others, *(row for row in moved if row not in seen)][:_DECISIVE]


def _row(arrow: str, name: str, value: object) -> Row:
    series = str(value.get("series") or "") if isinstance(value, Mapping) else ""
    language = user_language()
    title = in_language(evidence_title(name, value))
    return Row(arrow, title, evidence_text(value, language), series, usual_of(value, language))


def _moved(evidence: Mapping[str, object]) -> list[Row]:
    """What raised or lowered the grade, the strongest first."""
    stated = evidence.get(KEY)
    return [
        _row("▲" if measure.get("toward") == "higher" else "▼", str(measure.get("name")), measure)
        for measure in (stated.get("measures", ()) if isinstance(stated, Mapping) else ())
    ]


def _usual(usual: Usual | None, colors: Colors) -> str:
    """Which values are usual; marked where the disc's own is not."""
    if usual is None:
        return ""
    text = escape(usual.text).replace(" ", "&nbsp;")
    if usual.is_outside:
        return f' <small><span style="background-color:{_NOTICED};color:{INK}">&nbsp;{text}&nbsp;</span></small>'
    return f' <small style="color:{colors.faint}">{text}</small>'


def _plate(label: str, color: str) -> str:
    style = f"background-color:{color};color:{INK};font-weight:600"
    return f'<span style="{style}">&nbsp;{escape(label)}&nbsp;</span>'


def _sign(sign: str) -> str:
    return f'<span style="background-color:{_NOTICED};color:{INK}">&nbsp;{sign}&nbsp;</span>'


def _notice(text: str) -> str:
    return f'<p style="margin:2px 0">{_sign("⚠")} {escape(text)}</p>'


def _contradiction(found: Contradiction) -> str:
    return f'<p style="margin:2px 0">{_sign(CONTRADICTED)} {escape(contradiction_text(found))}</p>'


def _said(cell: Cell, scale: Scale) -> str:
    """What the pack said, and why the reader said otherwise."""
    lines = []
    if cell.ai is not None and cell.status == OVERRIDDEN:
        said = _("AI: {label}, {probability}").format(
            label=in_language(scale.label_of(cell.ai.grade)), probability=percent(cell.ai.probability)
        )
        lines.append(escape(said))
    if cell.reason:
        lines.append(escape(_("Reason: {reason}").format(reason=cell.reason)))
    return f'<p style="margin:2px 0">{" &nbsp;·&nbsp; ".join(lines)}</p>' if lines else ""


def _other(said: OtherSaid) -> str:
    return f'<p style="margin:2px 0">{escape(other_text(said))}</p>'


def _decided(cell: Cell, scale: Scale, colors: Colors) -> str:
    """Why a pack's grade is not the likeliest one."""
    if cell.ai is not None and cell.ai.call is not None:
        return _faint(_called(cell.ai.call), colors)
    if cell.ai is None or cell.ai.probability >= max(cell.ai.probabilities.values()):
        return ""
    likeliest = max(cell.ai.probabilities, key=cell.ai.probabilities.__getitem__)
    why = _("{label} alone is more likely, but I–III and IV–V are weighed against each other first.")
    return _faint(why.format(label=in_language(scale.label_of(likeliest))), colors)


def _called(call: Call) -> str:
    """From which probability on a finding is called, and by which rule."""
    rule = read_rule(call.rule)
    at_least = _("sensitivity of at least {share}").format(share=percent(rule.wanted))
    return _(
        "Called at {threshold} or more ({rule}); sensitivity {sensitivity}, specificity {specificity} on {discs}."
    ).format(
        threshold=with_comma(share_in_words(call.threshold)),
        rule=_("Youden's index") if rule.name == YOUDEN else at_least,
        sensitivity=percent(call.sensitivity),
        specificity=percent(call.specificity),
        discs=in_language(call.chosen_on),
    )


def _meanings(scale: Scale, cell: Cell | None) -> str:
    """What each grade looks like, the one that stands marked."""
    rows = []
    for grade in scale.grades:
        marked = cell is not None and grade.value == cell.grade
        meaning = escape(in_language(grade.meaning))
        rows.append(
            f'<tr><td valign="top">{_plate(in_language(grade.label), grade.color)}</td>'
            f'<td valign="top">{f"<b>{meaning}</b>" if marked else meaning}</td></tr>'
        )
    return f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>'


def _bar(share: float, color: str, colors: Colors) -> str:
    """Qt's HTML has no other way to draw a bar than cells of a table."""
    filled = max(1, round(_BAR * share))
    rest = "" if filled >= _BAR else f'<td width="{_BAR - filled}" bgcolor="{colors.line}"></td>'
    return (
        f'<table cellspacing="0" cellpadding="0" width="{_BAR}"><tr><td width="{filled}" bgcolor="{color}" '
        f'style="font-size:8px">&nbsp;</td>{rest}</tr></table>'
    )


def _evidence(evidence: Mapping[str, object], colors: Colors) -> str:
    rows = []
    for name, value in evidence.items():
        if name == KEY:
            continue
        source = value.get("source", "") if isinstance(value, Mapping) else ""
        row = _row("", name, value)
        below = f'<br><small style="color:{colors.faint}">{escape(in_language(str(source)))}</small>' if source else ""
        rows.append(
            f"<tr><td>{escape(row.title)}{below}</td><td><b>{escape(row.text)}</b>{_usual(row.usual, colors)}</td></tr>"
        )
    return _titled(_("Evidence"), f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>') if rows else ""


def _pushes(evidence: Mapping[str, object], colors: Colors) -> str:
    rows = [
        f"<tr><td>{row.arrow}</td><td>{escape(_with_series(row))}</td>"
        f"<td><b>{escape(row.text)}</b>{_usual(row.usual, colors)}</td></tr>"
        for row in _moved(evidence)
    ]
    if not rows:
        return ""
    title = _("What raised ▲ or lowered ▼ the grade most")
    return _titled(title, f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>')


def _what_is_usual(evidence: Mapping[str, object], colors: Colors) -> str:
    """Whose discs tell what is usual."""
    said = "<br>".join(escape(in_language(statement)) for statement in usual_statements([evidence]))
    return f'<p style="margin:2px 0;color:{colors.faint}"><small>{said}</small></p>' if said else ""


def _with_series(row: Row) -> str:
    return f"{row.title} ({row.series.replace('_', ' ')})" if row.series else row.title


def _origin(ai: Grade, colors: Colors) -> str:
    origin = _("{pack} {version}, trained on {trained_on}").format(
        pack=ai.pack, version=ai.pack_version, trained_on=in_language(ai.trained_on)
    )
    plate = f"{synthetic_plate()} " if ai.synthetic else ""
    return f'<p style="margin:6px 0 0 0">{plate}<small style="color:{colors.faint}">{escape(origin)}</small></p>'


def _sources(scale: Scale, colors: Colors) -> str:
    lines = [in_language(scale.note), *scale.sources]
    text = "<br>".join(escape(line) for line in lines if line)
    return (
        f'<p style="margin:6px 0 0 0;color:{colors.faint}"><small>{escape(in_language(scale.title))}. '
        f"{text}</small></p>"
    )


def _titled(title: str, inner: str) -> str:
    return f'<p style="margin:6px 0 0 0"><b>{escape(title)}</b></p>{inner}'


def _faint(text: str, colors: Colors) -> str:
    return f'<p style="color:{colors.faint}">{escape(text)}</p>'
