"""What the cells of the table of grades say, by their text and when the mouse rests on them."""

from dataclasses import dataclass
from html import escape

from slicer.i18n import tr as _

from discgrader.grading.contradictions import Contradiction
from discgrader.grading.headings import grade_label
from discgrader.grading.systems import find_system, scale_of
from discgrader.localize.box_fit import REASONS as OFF_DISC
from discgrader.panel.grid import Cell, Grid, Key
from discgrader.panel.layouts import Column, Left, Worst, is_single, left_of, worst_of
from discgrader.panel.others import other_text
from discgrader.panel.words import abbreviation, in_language, line_title, long_title, not_graded_text, short_label
from discgrader.reading.record import ACCEPTED, OVERRIDDEN, UNREAD
from discgrader.report.words import percent

MARKS = {ACCEPTED: "✓", OVERRIDDEN: "✎"}
WARNING, CONTRADICTED, MOVED = "⚠", "≠", "↕"
STALE, DIFFERS = "?", "⇄"
"""Behind a decision that was made before the box was moved; where another reader said something else."""
MARK = 0.85
"""How large what stands beside or below a grade is, as a share of it."""

PRESENTATION = 1.5
"""How much larger texts are in presentation size."""

LINE, BARE, TITLE, NAKED = "line", "bare", "title", "naked"
"""Forms in one line, from the widest: all; without what stands beside the grade; the title alone, where there is one;
without the signs, but for those of what is left to be read."""
TWO, SPLIT, PAIR = "two", "split", "pair"
"""Forms in two lines: what stands beside the grade below it; the grade below the title; the signs below as well, and
nothing beside the grade."""


@dataclass(frozen=True)
class Face:
    """What a cell shows.

    Parameters
    ----------
    title : str
        The task, where the column's heading does not tell it.
    label, more, marks, second : str
        The grade, how many more there are, the signs behind it, and what stands beside or below it.
    cell : Cell or None
        Whose color it has; None for what is not graded.
    cells : tuple of Cell
        All that it tells of.
    why_not : str
        Why it is not graded.
    contradictions : tuple of Contradiction
    """

    title: str = ""
    label: str = ""
    more: str = ""
    marks: str = ""
    second: str = ""
    cell: Cell | None = None
    cells: tuple[Cell, ...] = ()
    why_not: str = ""
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def head(self) -> str:
        """Title and label in one line."""
        return f"{self.title} {self.label}".strip()


def face_of(column: Column, level: str, grid: Grid, computing: bool) -> Face:
    """What stands in a column beside a level.

    Parameters
    ----------
    column : Column
    level : str
    grid : Grid
    computing : bool
        Whether the level's grades are still to come.
    """
    if column.task:
        return _of_task((level, column.system, column.task), grid, computing)
    if column.system:
        return _of_system(level, column.system, grid, computing)
    return _of_reading(level, left_of(grid, level), grid)


def _of_task(key: Key, grid: Grid, computing: bool) -> Face:
    cell, against = grid.cells.get(key), grid.contradicted(key)
    if cell is None:
        return _missing(grid.why_not(key), computing)
    marks = (
        MARKS.get(cell.status, "")
        + _signs((cell,))
        + (CONTRADICTED if against else "")
        + (WARNING if cell.warnings else "")
    )
    label = _("poss.") if cell.is_possible and _is_a_question(cell) else short_label(*key[1:], cell.grade)
    return Face(label=label, marks=marks, second=second_line(cell), cell=cell, cells=(cell,), contradictions=against)


def _of_system(level: str, system: str, grid: Grid, computing: bool) -> Face:
    worst = worst_of(grid, level, system)
    keys = [(level, *column) for column in grid.columns if column[0] == system]
    if worst.cell is None:
        return _missing(next((why for key in keys if (why := grid.why_not(key))), ""), computing)
    against = tuple(dict.fromkeys(one for key in keys for one in grid.contradicted(key)))
    title, label = _worded(worst, worst.cell, is_single(system, grid))
    cells = tuple(grid.cells[key] for key in keys if key in grid.cells)
    more = f"+{worst.more}" if worst.more else ""
    second = "" if worst.cell.is_absent else second_line(worst.cell)
    marks = _marks(worst, bool(against)) + _signs(cells)
    return Face(title, label, more, marks, second, worst.cell, cells, contradictions=against)


def _worded(worst: Worst, cell: Cell, single: bool) -> tuple[str, str]:
    """Title and label of a system's worst finding: ``Canal`` ``mod``, ``Bulge``, ``2B``, or ``no``."""
    label = short_label(cell.system, cell.task, cell.grade) + worst.detail
    if single:
        return "", label
    if cell.is_absent:
        return "", _("none")
    title = abbreviation(cell.system, cell.task)
    if cell.is_possible:
        return f"{title}?", ""
    return (title, "") if _is_a_question(cell) else (title, label)


def _is_a_question(cell: Cell) -> bool:
    """Whether the task asks for no or yes."""
    return len(scale_of(cell.system, cell.task).values) == 2


def _marks(worst: Worst, contradicted: bool) -> str:
    read = MARKS[OVERRIDDEN] if worst.changed else MARKS[ACCEPTED] if worst.read else ""
    return read + (CONTRADICTED if contradicted else "")


def _of_reading(level: str, left: Left, grid: Grid) -> Face:
    cells = tuple(cell for key, cell in grid.cells.items() if key[0] == level and key[1:] in grid.columns)
    if not cells:
        return Face()
    label = str(left.unread) if left.unread else MARKS[ACCEPTED]
    marks = (
        (MARKS[OVERRIDDEN] if left.changed else "")
        + _signs(cells)
        + (CONTRADICTED if left.contradicted else "")
        + (WARNING if left.warned else "")
    )
    against = tuple(one for one in grid.contradictions.get(level, ()) if not one.is_settled)
    return Face(label=label, marks=marks, cells=cells, contradictions=against)


def _signs(cells: tuple[Cell, ...]) -> str:
    """Whether a decision is stale, and whether another reader said something else."""
    stale, differs = any(cell.decision_stale for cell in cells), any(cell.differs for cell in cells)
    return (STALE if stale else "") + (DIFFERS if differs else "")


def _missing(why_not: str, computing: bool) -> Face:
    missing = f"–{WARNING}" if why_not in OFF_DISC else "–" if why_not else ""
    return Face(label="…" if computing else missing, why_not=why_not)


def second_line(cell: Cell) -> str:
    """What stands below the grade: its probability, or what the pack said where the reader said otherwise."""
    if cell.ai is None:
        return ""
    if cell.status == OVERRIDDEN:
        return _("AI {label}").format(label=short_label(cell.system, cell.task, cell.ai.grade))
    return _narrow(percent(cell.ai.probability))


def _narrow(text: str) -> str:
    """A probability with a narrow space where it is long."""
    return text.replace(" %", "\N{NARROW NO-BREAK SPACE}%") if len(text) > len("99 %") else text


def face_html(face: Face, form: str, size_pt: float) -> str:
    """A face as rich text.

    Parameters
    ----------
    face : Face
    form : str
    size_pt : float
        Of the grade; nothing beside it is smaller than its signs.
    """
    if not face.cells:
        return escape(face.label)

    def small(text: str) -> str:
        return f'<span style="font-size:{MARK * size_pt:.1f}pt">{escape(text)}</span>' if text else ""

    def big(text: str) -> str:
        return f'<b style="font-size:{size_pt:.1f}pt">{escape(text)}</b>'

    marks, second, more = small(face.marks), small(face.second), small(face.more)
    upper, lower = big(face.title or face.label), big(face.label) if face.title and face.label else ""
    if form == PAIR:
        below = f"{lower}{more}{marks}"
        return f"{upper}<br>{below}" if below else upper
    if form == SPLIT and face.title:
        below = f"{lower}{more} {second}".strip()
        return f"{upper}{marks}<br>{below}" if below else upper + marks
    if form == NAKED:
        return upper if face.cell else upper + marks
    first = upper + marks if form == TITLE else big(face.head) + more + marks
    if not face.second or form in (BARE, TITLE):
        return first
    return f"{first}{'&nbsp;' if form == LINE else '<br>'}{second}"


def face_tip(column: Column, level: str, face: Face) -> str:
    """What a cell says when the mouse rests on it."""
    if column.task:
        key = (level, column.system, column.task)
        return cell_tip(key, face.cell, face.why_not, face.contradictions)
    lines = [f"{level}, {in_language(find_system(column.system).title)}" if column.system else level]
    if column.system:
        lines += [_in_one_line(cell) for cell in face.cells] or [_why_missing(face.why_not)]
    else:
        lines += _counted(face)
    return "\n".join([*lines, *map(contradiction_text, face.contradictions)])


def _counted(face: Face) -> list[str]:
    changed = [cell for cell in face.cells if cell.status == OVERRIDDEN]
    warned = [cell for cell in face.cells if cell.warnings]
    unread = sum(1 for cell in face.cells if cell.status == UNREAD)
    lines = [_("Not read yet: {count} of {all}.").format(count=unread, all=len(face.cells))]
    lines += [_("Changed by the reader: {finding}.").format(finding=_in_one_line(cell)) for cell in changed]
    warnings = dict.fromkeys(warning for cell in warned for warning in cell.warnings)
    return lines + [_("Warning: {reason}").format(reason=in_language(warning)) for warning in warnings]


def _in_one_line(cell: Cell) -> str:
    label = in_language(scale_of(cell.system, cell.task).label_of(cell.grade))
    said = f"{line_title(cell.system, cell.task)}: {label}"
    return said if cell.ai is None or cell.status == OVERRIDDEN else f"{said}, {percent(cell.ai.probability)}"


def _why_missing(why_not: str) -> str:
    return not_graded_text(why_not) if why_not else _("Not graded yet.")


def contradiction_text(found: Contradiction) -> str:
    """A contradiction with both reasons."""
    return _("Contradiction: {both}").format(both=found.in_words(in_language))


def stale_text() -> str:
    """That a decision is older than the place of the box."""
    return _("This was decided before the box was moved: confirm it, or set another grade.")


def cell_tip(key: Key, cell: Cell | None, why_not: str = "", against: tuple[Contradiction, ...] = ()) -> str:
    """What a task's cell says when the mouse rests on it: in words, with the reasons of warnings and of overrides.

    Parameters
    ----------
    key : Key
    cell : Cell or None
        None for what is not graded.
    why_not : str
        Why it is not, as `Grid.why_not` has it.
    against : tuple of Contradiction
        What it contradicts.
    """
    level, system, task = key
    lines = [f"{level}, {long_title(system, task)}"]
    if cell is None:
        return "\n".join([*lines, _why_missing(why_not)])
    label = grade_label(system, task, cell.grade, cell.is_possible, in_language)
    lines.append(f"{label}: {in_language(scale_of(system, task).grade(cell.grade).meaning)}")
    if cell.status == OVERRIDDEN:
        lines.append(_("Set by {reader}.").format(reader=cell.reader))
    elif cell.status == ACCEPTED:
        lines.append(_("Accepted by {reader}.").format(reader=cell.reader))
    if cell.reason:
        lines.append(_("Reason: {reason}").format(reason=cell.reason))
    if cell.ai is not None:
        said = _("AI: {label}, {probability}; trained on {trained_on}")
        lines.append(
            said.format(
                label=in_language(cell.ai.label),
                probability=percent(cell.ai.probability),
                trained_on=in_language(cell.ai.trained_on),
            )
        )
    if cell.stale:
        lines.append(_("The box has been moved since; grade this disc again."))
    if cell.decision_stale:
        lines.append(stale_text())
    lines += [*map(other_text, cell.others), *map(contradiction_text, against)]
    lines += [_("Warning: {reason}").format(reason=in_language(warning)) for warning in cell.warnings]
    return "\n".join(lines)
