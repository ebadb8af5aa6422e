"""The mouse wheel scrolls the panel; it never changes what a control holds."""

from typing import Any

import qt

GUARDED = ("QComboBox", "QAbstractSlider", "QAbstractSpinBox", "QTabBar")
"""Classes of Qt whose wheel changes a value. CTK's and Slicer's selectors, sliders, ranges and spin boxes are made of
them."""


class WheelGuard(qt.QObject):
    """Hands the wheel over a control on to what lies around it, also while the control has the focus.

    Lists that a selector unfolds and scroll bars scroll as ever. Whoever makes one keeps it as long as it is to guard.
    """

    def eventFilter(self, _control, event) -> bool:
        if event.type() != qt.QEvent.Wheel:
            return False
        # What is not accepted goes on to the parent, though nobody else hears of it here.
        event.ignore()
        return True

    def cover(self, top) -> None:
        """Guard every control within a widget. May be called again, when there are more.

        Parameters
        ----------
        top : QWidget
        """
        for control in controls_in(top):
            # Installed a second time, a filter is only moved to the front.
            control.installEventFilter(self)
            if control.focusPolicy == qt.Qt.WheelFocus:
                control.setFocusPolicy(qt.Qt.StrongFocus)


def controls_in(top) -> list[Any]:
    """All controls within a widget that the wheel would change.

    Parameters
    ----------
    top : QWidget
    """
    return [widget for widget in top.findChildren(qt.QWidget) if _is_guarded(widget)]


def _is_guarded(widget) -> bool:
    return not widget.inherits("QScrollBar") and any(map(widget.inherits, GUARDED))
