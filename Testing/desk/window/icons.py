"""The desk's icons: lines in the color of the text."""

from PySide6 import QtCore, QtGui, QtSvg

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
