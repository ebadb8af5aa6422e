"""How the desk looks: dark as a reading room, or light; its icons are lines in the color of the text."""

from dataclasses import dataclass

from PySide6 import QtCore, QtGui, QtSvg, QtWidgets


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


_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{color}" stroke-width="1.7" '
    'stroke-linecap="round" stroke-linejoin="round">'
)
_SHAPES = {
    "folder": '<path d="M3 6v12.5q0 1 1 1h16q1 0 1-1V8.5q0-1-1-1h-8L9.5 5H4q-1 0-1 1z"/>',
    "file": '<path d="M6 3h8l4 4v14H6z"/><path d="M14 3v4h4"/>',
    "save": '<path d="M4 4h13l3 3v13H4z"/><path d="M8 4v5h7V4"/><path d="M7 20v-6h10v6"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "reading": '<rect x="3" y="4" width="18" height="16" rx="1"/><path d="M12.5 4v16M12.5 12H21"/>',
    "four": '<rect x="3" y="4" width="18" height="16" rx="1"/><path d="M12 4v16M3 12h18"/>',
    "two": '<rect x="3" y="4" width="18" height="16" rx="1"/><path d="M12 4v16"/>',
    "one": '<rect x="3" y="4" width="18" height="16" rx="1"/>',
    "crosshair": '<circle cx="12" cy="12" r="5"/><path d="M12 2.5v6M12 15.5v6M2.5 12h6M15.5 12h6"/>',
    "link": '<path d="M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1"/>'
    '<path d="M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1"/>',
    "contrast": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="{color}"/>',
    "fit": '<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"/>',
    "reload": '<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4"/><path d="M19.5 3.5v4h-4"/>',
    "layers": '<path d="M12 4l9 5-9 5-9-5z"/><path d="M3 14l9 5 9-5"/>',
}


def icon(name: str, color: str) -> QtGui.QIcon:
    """An icon by its name."""
    picture = QtGui.QIcon()
    for ink, mode in ((color, QtGui.QIcon.Normal), (_half(color), QtGui.QIcon.Disabled)):
        text = (_HEAD + _SHAPES[name] + "</svg>").replace("{color}", ink)
        renderer = QtSvg.QSvgRenderer(QtCore.QByteArray(text.encode()))
        for size in (18, 36):
            pixmap = QtGui.QPixmap(size, size)
            pixmap.fill(QtCore.Qt.transparent)
            painter = QtGui.QPainter(pixmap)
            renderer.render(painter)
            painter.end()
            picture.addPixmap(pixmap, mode)
    return picture


def _half(color: str) -> str:
    return QtGui.QColor(color).darker(190).name()
