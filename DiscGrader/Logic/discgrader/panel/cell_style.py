"""How a cell looks: text that can be read on its grade's color, in dark and light themes alike."""

from slicer.i18n import tr as _

from discgrader.panel.grid import Cell
from discgrader.panel.vocabulary import in_language
from discgrader.reading.record import ACCEPTED, OVERRIDDEN
from discgrader.report.words import percent

INK = "#101418"
"""Dark text; the colors of all scales are bright enough for it."""

_PALE = 0.22
"""How much color a cell has that says that there is nothing to be found."""

_STALE = 0.3
"""How much color a cell keeps whose box was moved since."""

MARKS = {ACCEPTED: "✓", OVERRIDDEN: "✎"}
WARNING = "⚠"


def mixed(color: str, ground: str, share: float) -> str:
    """``share`` (0 to 1) of a color over a ground, all ``#rrggbb``."""
    parts = [(int(color[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in parts)


def luminance(color: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    values = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colors, 1 to 21 (WCAG 2.2)."""
    darker, brighter = sorted((luminance(one), luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)


def cell_colors(cell: Cell, base: str, text: str) -> tuple[str, str]:
    """Background and text of a cell.

    Parameters
    ----------
    cell : Cell
    base, text : str
        Background and text of the theme's tables.
    """
    if cell.is_absent:
        return mixed(cell.color, base, _PALE), text
    ground = mixed(cell.color, base, _STALE) if cell.stale else cell.color
    return ground, max((INK, text), key=lambda ink: contrast(ink, ground))


def cell_marks(cell: Cell) -> str:
    """The signs behind a cell's grade: accepted or overridden, warned of."""
    return MARKS.get(cell.status, "") + (WARNING if cell.warnings else "")


def second_line(cell: Cell) -> str:
    """What stands below the grade: its probability, or what the pack said where the reader said otherwise."""
    if cell.ai is None:
        return ""
    if cell.status == OVERRIDDEN:
        return _("AI {label}").format(label=in_language(cell.ai.label))
    return percent(cell.ai.probability)
