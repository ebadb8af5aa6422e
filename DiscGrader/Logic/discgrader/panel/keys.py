"""The keys of the module: bound while it is open, shown on its buttons, chosen by the user."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import qt
from slicer.i18n import tr as _

from discgrader.errors import UsageError

DIGITS = tuple("0123456789")

_SETTINGS = "DiscGrader/Keys/"


@dataclass(frozen=True)
class KeyAction:
    """Something that a key does.

    Parameters
    ----------
    name : str
        As in the settings.
    title : str
        For the list of keys.
    default : str
        As Qt writes keys, such as ``Ctrl+Z``.
    """

    name: str
    title: str
    default: str


def key_actions() -> tuple[KeyAction, ...]:
    """Every action that has a key, beside the digits that give grades.

    None has a key that Slicer's own views listen to: B, F, G, R, T, V, the brackets and the arrows; nor S.
    """
    return (
        KeyAction("next_level", _("Next level, towards the sacrum"), "N"),
        KeyAction("previous_level", _("Previous level, towards the head"), "P"),
        KeyAction("next_task", _("Next task"), "M"),
        KeyAction("previous_task", _("Previous task"), "Shift+M"),
        KeyAction("accept", _("Accept the AI's grade"), "A"),
        KeyAction("accept_level", _("Accept all grades of the level"), "Shift+A"),
        KeyAction("withdraw", _("Withdraw what you said"), "W"),
        KeyAction("saliency", _("Saliency on or off"), "H"),
        KeyAction("labels", _("Labels on or off"), "L"),
        KeyAction("axial", _("Axial in the disc's plane"), "X"),
        KeyAction("fit", _("Fit the box again"), "E"),
        KeyAction("undo", _("Undo"), "Ctrl+Z"),
        KeyAction("redo", _("Redo"), "Ctrl+Y"),
    )


class Keys:
    """Parameters
    ----------
    settings : QSettings
        Where the user's choice is kept.
    parent : callable() -> QWidget
        In whose window the keys are heard; asked when they are bound.
    acts : mapping of name to callable()
        What each key does.
    digit : callable(str)
        Hears of the digits.
    """

    def __init__(self, settings, parent: Callable[[], object], acts: Mapping[str, Callable[[], None]], digit):
        self._settings, self._parent, self._acts, self._digit = settings, parent, acts, digit
        self._bound: list = []

    @property
    def bound(self) -> bool:
        """Whether the keys are heard now."""
        return bool(self._bound)

    def key_of(self, name: str) -> str:
        """The key of an action; empty where the user wants none."""
        default = next(one.default for one in key_actions() if one.name == name)
        value = self._settings.value(_SETTINGS + name)
        return default if value is None else str(value)

    def keys(self) -> dict[str, str]:
        """The key of every action."""
        return {one.name: self.key_of(one.name) for one in key_actions()}

    def choose(self, keys: Mapping[str, str]) -> None:
        """Give the actions these keys from now on, in this session and the next.

        Raises
        ------
        UsageError
            When two actions would have one key, or a key is a digit; then nothing changes.
        """
        titles = {one.name: one.title for one in key_actions()}
        wanted = {name: _normal(key) for name, key in keys.items()}
        by_key: dict[str, str] = {}
        for name, key in wanted.items():
            if key in DIGITS:
                raise UsageError(_("{key} gives a grade; choose another key.").format(key=key))
            if key and key in by_key:
                told = _("{key} cannot be the key of both “{one}” and “{other}”; choose another.")
                raise UsageError(told.format(key=key, one=titles[by_key[key]], other=titles[name]))
            by_key[key] = name
        for name, key in wanted.items():
            self._settings.setValue(_SETTINGS + name, key)
        if self._bound:
            self.unbind()
            self.bind()

    def bind(self) -> None:
        """Hear the keys. May be called twice."""
        if self._bound:
            return
        parent = self._parent()
        for name, key in self.keys().items():
            if key:
                self._bound.append(_shortcut(parent, key, self._acts[name]))
        for digit in DIGITS:
            self._bound.append(_shortcut(parent, digit, lambda digit=digit: self._digit(digit)))

    def unbind(self) -> None:
        """Hear them no more. May be called twice."""
        for one in self._bound:
            one.setEnabled(False)
            one.disconnect("activated()")
            one.setParent(None)
            one.deleteLater()
        self._bound.clear()


def with_key(text: str, key: str) -> str:
    """A button's text with its key."""
    return f"{text} ({key})" if key else text


def _shortcut(parent, key: str, act: Callable[[], None]):
    shortcut = qt.QShortcut(parent)
    shortcut.setKey(qt.QKeySequence(key))
    shortcut.connect("activated()", act)
    return shortcut


def _normal(key: str) -> str:
    return qt.QKeySequence(key).toString() if key else ""
