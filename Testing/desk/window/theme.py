"""How the desk looks: dark as a reading room, or light."""

from dataclasses import dataclass

from PySide6 import QtGui, QtWidgets


@dataclass(frozen=True)
class Theme:
    """The colors of a theme, as ``#rrggbb``."""

    window: str
    base: str
    raised: str
    line: str
    text: str
    faint: str
    accent: str
    on_accent: str


DARK = Theme("#23262b", "#1b1d21", "#2f343b", "#3d434c", "#e6e8eb", "#9aa1ab", "#4c9be8", "#0d1116")
LIGHT = Theme("#f3f4f6", "#ffffff", "#ffffff", "#cfd4da", "#1d2126", "#626a74", "#2274c4", "#ffffff")
THEMES = {"dark": DARK, "light": LIGHT}

_STYLE = """
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {line}; padding: 3px; }}
QToolBar {{ background: {window}; border: 0; border-bottom: 1px solid {line}; spacing: 2px; padding: 3px 6px; }}
QToolBar QToolButton {{ padding: 4px 6px; border-radius: 4px; }}
QToolButton:hover {{ background: {line}; }}
QToolBar QToolButton:checked {{ background: {accent}; color: {on_accent}; }}
QToolBar::separator {{ background: {line}; width: 1px; margin: 4px 6px; }}
QStatusBar {{ background: {window}; border-top: 1px solid {line}; color: {faint}; }}
QStatusBar::item {{ border: 0; }}
QSplitter::handle {{ background: {base}; }}
QSplitter::handle:hover {{ background: {accent}; }}
QScrollArea {{ border: 0; }}
#panelHeader {{ background: {window}; border-bottom: 1px solid {line}; }}
#sliceViews {{ background: {base}; }}
QPushButton {{ padding: 5px 12px; border: 1px solid {line}; border-radius: 4px; background: {raised}; }}
QPushButton:hover {{ border-color: {accent}; }}
QPushButton:pressed {{ background: {line}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:disabled {{ color: {faint}; background: {window}; }}
QPushButton:checked {{ background: {accent}; color: {on_accent}; }}
QProgressBar {{ border: 1px solid {line}; border-radius: 4px; background: {base}; text-align: center; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QHeaderView::section {{ background: {window}; color: {faint}; border: 0; border-bottom: 1px solid {line};
  border-right: 1px solid {line}; padding: 4px 6px; }}
QTableView, QTreeView, QTextEdit, QTextBrowser {{ border: 1px solid {line}; border-radius: 4px; }}
"""


def apply_theme(application: QtWidgets.QApplication, theme: Theme) -> None:
    """Give the whole application the colors of a theme."""
    QtWidgets.QApplication.setStyle("Fusion")
    palette = QtGui.QPalette()
    roles = QtGui.QPalette
    for role, color in (
        (roles.Window, theme.window), (roles.WindowText, theme.text), (roles.Base, theme.base),
        (roles.AlternateBase, theme.window), (roles.Text, theme.text), (roles.Button, theme.raised),
        (roles.ButtonText, theme.text), (roles.BrightText, "#ff6b6b"), (roles.Highlight, theme.accent),
        (roles.HighlightedText, theme.on_accent), (roles.ToolTipBase, theme.raised), (roles.ToolTipText, theme.text),
        (roles.PlaceholderText, theme.faint), (roles.Link, theme.accent), (roles.Mid, theme.line),
        (roles.Light, theme.line), (roles.Dark, theme.base), (roles.Midlight, theme.line),
    ):  # fmt: skip
        palette.setColor(role, QtGui.QColor(color))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(roles.Disabled, role, QtGui.QColor(theme.faint))
    QtWidgets.QApplication.setPalette(palette)
    QtWidgets.QApplication.setStyleSheet(application, _STYLE.format(**vars(theme)))
