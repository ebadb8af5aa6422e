"""The colors of cells and plates: text can be read on every grade's color, in dark and light themes alike."""

from discgrader.panel.grid import Cell
from discgrader.panel.words import INK

_PALE, _STALE = 0.22, 0.3
"""How much color a cell has that says that there is nothing to be found, and one whose box was moved since."""


def mixed(color: str, ground: str, share: float) -> str:
    """``share`` (0 to 1) of a color over a ground, all ``#rrggbb``."""
    parts = [(int(color[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in parts)


def luminance(color: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    values = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(color: str, ground: str) -> float:
    """Contrast ratio of two colors, 1 to 21 (WCAG 2.2)."""
    darker, brighter = sorted((luminance(color), luminance(ground)))
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
