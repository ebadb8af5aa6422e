"""Everything that is known of the chosen grade: probabilities, evidence, the scale, warnings, and who said what."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import qt
from slicer.i18n import tr as _

from discgrader.grading.contributions import KEY
from discgrader.grading.operating_point import YOUDEN, Call, read_rule, share_in_words
from discgrader.grading.results import Grade
from discgrader.grading.scales import Scale
from discgrader.grading.systems import find_task, scale_of
from discgrader.panel.grades import mixed
from discgrader.panel.state import PanelState
from discgrader.panel.study import Cell, Key
from discgrader.panel.words import INK, in_language, not_graded_text, synthetic_plate
from discgrader.reading.record import ACCEPTED, OVERRIDDEN
from discgrader.report.words import evidence_text, evidence_title, number, percent


class DetailsView:
    """Shows `details_html` in the theme's colors.

    Parameters
    ----------
    browser : ctkFittedTextBrowser
    """

    def __init__(self, browser) -> None:
        self._browser = browser
        self._shown = ""

    def show(self, state: PanelState) -> None:
        """Show the chosen grade, or why there is none."""
        note = state.study.notes.get(state.level, "")
        html = details_html(state.chosen, state.cell, self._colors(), note, state.why_not)
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


def details_html(key: Key | None, cell: Cell | None, colors: Colors, note: str = "", why_not: str = "") -> str:
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
    """
    if key is None:
        return _faint(_("Choose a cell of the table to see what its grade is based on."), colors)
    level, system, task = key
    scale = scale_of(system, task)
    parts = [_heading(level, in_language(find_task(system, task).title), cell, colors)]
    if note:
        parts.append(_notice(note))
    if why_not:
        parts.append(_faint(not_graded_text(why_not), colors))
    if cell is not None:
        parts += [_notice(warning) for warning in cell.warnings]
        if cell.stale:
            parts.append(_notice(_("The box has been moved since; grade this disc again.")))
        parts += [_said(cell, scale, colors), _decided(cell, scale, colors)]
    parts.append(_scale(scale, cell, colors))
    if cell is not None and cell.ai is not None:
        parts += [_evidence(cell.ai.evidence, colors), _pushes(cell.ai.evidence, colors), _origin(cell.ai, colors)]
    parts.append(_sources(scale, colors))
    return "".join(parts)


def _heading(level: str, title: str, cell: Cell | None, colors: Colors) -> str:
    plate = "" if cell is None else f"&nbsp;{_plate(cell.label, cell.color)}"
    return f'<p style="margin:0 0 4px 0"><b>{escape(level)}</b> &nbsp;{escape(title)}{plate}</p>'


def _plate(label: str, color: str) -> str:
    style = f"background-color:{color};color:{INK};font-weight:600"
    return f'<span style="{style}">&nbsp;{escape(in_language(label))}&nbsp;</span>'


def _notice(text: str) -> str:
    plate = f'<span style="background-color:#ffb454;color:{INK}">&nbsp;⚠&nbsp;</span>'
    return f'<p style="margin:2px 0">{plate} {escape(text)}</p>'


def _said(cell: Cell, scale: Scale, colors: Colors) -> str:
    lines = []
    if cell.ai is not None:
        said = _("AI: {label}, {probability}").format(
            label=in_language(scale.label_of(cell.ai.grade)), probability=percent(cell.ai.probability)
        )
        lines.append(escape(said))
    if cell.status == OVERRIDDEN:
        lines.append(escape(_("{reader}: {label}").format(reader=cell.reader, label=in_language(cell.label))))
    elif cell.status == ACCEPTED:
        lines.append(escape(_("{reader}: accepted").format(reader=cell.reader)))
    else:
        lines.append(f'<span style="color:{colors.faint}">{escape(_("not read yet"))}</span>')
    if cell.reason:
        lines.append(escape(_("Reason: {reason}").format(reason=cell.reason)))
    return f'<p style="margin:2px 0 6px 0">{" &nbsp;·&nbsp; ".join(lines)}</p>'


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


def _scale(scale: Scale, cell: Cell | None, colors: Colors) -> str:
    """Each grade with its probability as a bar and what it looks like, the one that stands marked."""
    rows = []
    probabilities = cell.ai.probabilities if cell is not None and cell.ai is not None else {}
    for grade in scale.grades:
        marked = cell is not None and grade.value == cell.grade
        mark = "▶" if marked else "&nbsp;"
        share = probabilities.get(grade.value)
        meaning = escape(in_language(grade.meaning))
        rows.append(
            f'<tr><td valign="top">{mark}</td><td valign="top">{_plate(grade.label, grade.color)}</td>'
            f'<td valign="top" align="right">{"" if share is None else percent(share)}</td>'
            f'<td valign="top" width="56">{"" if share is None else _bar(share, grade.color, colors)}</td>'
            f'<td valign="top">{f"<b>{meaning}</b>" if marked else meaning}</td></tr>'
        )
    return f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>'


def _bar(share: float, color: str, colors: Colors) -> str:
    """A bar of 50 pixels at most; Qt's HTML has no other way to draw one than cells of a table."""
    filled = max(1, round(50 * share))
    rest = "" if filled >= 50 else f'<td width="{50 - filled}" bgcolor="{colors.line}"></td>'
    return (
        f'<table cellspacing="0" cellpadding="0" width="50"><tr><td width="{filled}" bgcolor="{color}" '
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
    stated = evidence.get(KEY)
    measures = stated.get("measures", ()) if isinstance(stated, Mapping) else ()
    rows = []
    for measure in measures:
        arrow = "▲" if measure.get("toward") == "higher" else "▼"
        title = measure["title"] + (f" ({measure['series'].replace('_', ' ')})" if measure.get("series") else "")
        text = f"{number(measure.get('value'))} {measure.get('unit') or ''}".strip()
        rows.append(f"<tr><td>{arrow}</td><td>{escape(title)}</td><td><b>{escape(text)}</b></td></tr>")
    if not rows:
        return ""
    title = _("What raised ▲ or lowered ▼ the grade most")
    return _titled(title, f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>')


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
