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
from discgrader.panel.others import OtherSaid, other_text
from discgrader.panel.state import PanelState
from discgrader.panel.study import Cell, Key
from discgrader.panel.words import INK, in_language, not_graded_text, short_label, synthetic_plate
from discgrader.reading.record import ACCEPTED, OVERRIDDEN
from discgrader.report.words import evidence_text, evidence_title, percent
from discgrader.report.words import number as in_digits

_DECISIVE = 3
"""How many rows of evidence stand beside the probabilities."""
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
        parts += [_evidence(cell.ai.evidence, colors), _pushes(cell.ai.evidence, colors), _origin(cell.ai, colors)]
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
        cells = [f"<td>{mark}</td><td>{_plate(short_label(*key[1:], grade.value), grade.color)}</td>"]
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
        f'{f"{arrow} " if arrow else ""}<span style="color:{colors.faint}">{escape(title)}</span> <b>{escape(text)}</b>'
        for arrow, title, text in rows
    ]
    measured = f"<small>{'<br>'.join(lines)}</small><br>" if lines else ""
    return f"{measured}<b>{escape(in_language(scale.grade(cell.grade).meaning))}</b>"


def decisive_rows(evidence: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """The few pieces of evidence that count most, as arrow, title and value.

    First the measures that moved the grade, where the pack knows them, then what else was measured, last features of
    texture that moved it, which few can see on a picture.

    Parameters
    ----------
    evidence : mapping of str to object
        As `discgrader.grading.results.Grade` has it.
    """
    measured = {
        (evidence_title(name, value), _series(value)): evidence_text(value)
        for name, value in evidence.items()
        if name != KEY
    }
    moved = _moved(evidence)
    seen = [row for row in moved if (row.title, row.series) in measured]
    told = {(row.title, row.series) for row in seen}
    others = [Row("", title, text, series) for (title, series), text in measured.items() if (title, series) not in told]
    rows = [*seen, *others, *(row for row in moved if row not in seen)][:_DECISIVE]
    return [(row.arrow, in_language(row.title), row.text) for row in rows]


class Row(NamedTuple):
    """A measure: whether it raised or lowered the grade, its title, value with unit, and the series it is of."""

    arrow: str
    title: str
    text: str
    series: str


def _series(value: object) -> str:
    return str(value.get("series") or "") if isinstance(value, Mapping) else ""


def _moved(evidence: Mapping[str, object]) -> list[Row]:
    """What raised or lowered the grade, the strongest first."""
    stated = evidence.get(KEY)
    return [
        Row(
            "▲" if measure.get("toward") == "higher" else "▼",
            measure["title"],
            f"{in_digits(measure.get('value'))} {measure.get('unit') or ''}".strip(),
            _series(measure),
        )
        for measure in (stated.get("measures", ()) if isinstance(stated, Mapping) else ())
    ]


def _plate(label: str, color: str) -> str:
    style = f"background-color:{color};color:{INK};font-weight:600"
    return f'<span style="{style}">&nbsp;{escape(label)}&nbsp;</span>'


def _sign(sign: str) -> str:
    return f'<span style="background-color:#ffb454;color:{INK}">&nbsp;{sign}&nbsp;</span>'


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
    return _faint(why.format(label=scale.label_of(likeliest)), colors)


def _called(call: Call) -> str:
    """From which probability on a finding is called, and by which rule."""
    rule = read_rule(call.rule)
    at_least = _("sensitivity of at least {share}").format(share=percent(rule.wanted))
    return _(
        "Called from {threshold} on ({rule}); sensitivity {sensitivity}, specificity {specificity} on {discs}."
    ).format(
        threshold=share_in_words(call.threshold),
        rule=_("Youden's index") if rule.name == YOUDEN else at_least,
        sensitivity=percent(call.sensitivity),
        specificity=percent(call.specificity),
        discs=call.chosen_on,
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
        title, text = escape(in_language(evidence_title(name, value))), escape(evidence_text(value))
        rows.append(
            f"<tr><td>{title}</td><td><b>{text}</b></td>"
            f'<td style="color:{colors.faint}"><small>{escape(in_language(str(source or "")))}</small></td></tr>'
        )
    return _titled(_("Evidence"), f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>') if rows else ""


def _pushes(evidence: Mapping[str, object], colors: Colors) -> str:
    rows = [
        f"<tr><td>{row.arrow}</td><td>{escape(_with_series(row))}</td><td><b>{escape(row.text)}</b></td></tr>"
        for row in _moved(evidence)
    ]
    if not rows:
        return ""
    title = _("What raised ▲ or lowered ▼ the grade most")
    return _titled(title, f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>')


def _with_series(row: Row) -> str:
    title = in_language(row.title)
    return f"{title} ({row.series.replace('_', ' ')})" if row.series else title


def _origin(ai: Grade, colors: Colors) -> str:
    origin = _("{pack} {version}, trained on {trained_on}").format(
        pack=ai.pack, version=ai.pack_version, trained_on=ai.trained_on
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
