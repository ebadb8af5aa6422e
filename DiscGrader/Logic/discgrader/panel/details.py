"""The part of the panel that tells everything of the chosen grade."""

import qt

from discgrader.panel.cell_style import mixed
from discgrader.panel.details_html import Colors, details_html
from discgrader.panel.grid import Cell, Key


class Details:
    """Shows `details_html` in the theme's colors.

    Parameters
    ----------
    browser : ctkFittedTextBrowser
    """

    def __init__(self, browser):
        self._browser = browser
        self._shown = None

    def show(self, key: Key | None, cell: Cell | None, note: str = "", why_not: str = "") -> None:
        """Show one grade, or why there is none; ``note`` says what is not certain of its disc."""
        html = details_html(key, cell, self._colors(), note, why_not)
        if html != self._shown:
            self._shown = html
            self._browser.setHtml(html)

    def _colors(self) -> Colors:
        palette = self._browser.palette
        text, ground = (palette.color(one).name() for one in (qt.QPalette.Text, qt.QPalette.Base))
        return Colors(text, mixed(text, ground, 0.62), ground, mixed(text, ground, 0.2))
