"""The keys of the module: bound while it is open, shown on its buttons, chosen by the user in a dialog."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from discgrader.errors import UsageError
from discgrader.panel.actions import Actions
from discgrader.panel.walk import Walk

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

    None has a key that Slicer's own views listen to: B, F, G, R, T, V, the brackets, the arrows and Delete; nor S, nor
    one of Slicer's main window, such as Ctrl+S. What a line of text takes for typing is none here while it is typed in.
    """
    return (
        KeyAction("find", _("Find the discs"), "D"),
        KeyAction("grade", _("Grade, or stop"), "C"),
        KeyAction("next_level", _("Next level, toward the sacrum"), "N"),
        KeyAction("previous_level", _("Previous level, toward the head"), "P"),
        KeyAction("first_level", _("Highest level"), "Ctrl+Home"),
        KeyAction("last_level", _("Lowest level"), "Ctrl+End"),
        KeyAction("next_task", _("Next task"), "M"),
        KeyAction("previous_task", _("Previous task"), "Shift+M"),
        KeyAction("table", _("Table: summary or one system"), "O"),
        KeyAction("first_task", _("First task of the level"), "Home"),
        KeyAction("last_task", _("Last task of the level"), "End"),
        KeyAction("next_system", _("Next grading system"), "K"),
        KeyAction("previous_system", _("Previous grading system"), "Shift+K"),
        KeyAction("next_unread", _("Next unread grade"), "U"),
        KeyAction("previous_unread", _("Previous unread grade"), "Shift+U"),
        KeyAction("next_notable", _("Next warning or disagreement"), "Q"),
        KeyAction("previous_notable", _("Previous warning or disagreement"), "Shift+Q"),
        KeyAction("accept", _("Accept the AI's grade"), "A"),
        KeyAction("accept_level", _("Accept all grades of the level"), "Shift+A"),
        KeyAction("withdraw", _("Withdraw your decision"), "W"),
        KeyAction("reason", _("Give a reason"), "Y"),
        KeyAction("confirm", _("Confirm your decision after the box was moved"), "J"),
        KeyAction("confirm_level", _("Confirm all decisions on the level"), "Shift+J"),
        KeyAction("saliency", _("Saliency on or off"), "H"),
        KeyAction("labels", _("Labels on or off"), "L"),
        KeyAction("axial", _("Axial in the disc's plane"), "X"),
        KeyAction("clean", _("Hide all overlays, and bring them back"), "Z"),
        KeyAction("add", _("Add a disc at the mouse or the crosshair"), "I"),
        KeyAction("delete", _("Delete the disc"), "Shift+Del"),
        KeyAction("fit", _("Fit the box again"), "E"),
        KeyAction("reset", _("Reset the box"), "Shift+E"),
        KeyAction("names_up", _("Shift all names up"), "Ctrl+PgUp"),
        KeyAction("names_down", _("Shift all names down"), "Ctrl+PgDown"),
        KeyAction("undo", _("Undo"), "Ctrl+Z"),
        KeyAction("redo", _("Redo"), "Ctrl+Y"),
        KeyAction("save", _("Save the reading"), "Ctrl+Shift+S"),
        KeyAction("open", _("Open a reading"), "Ctrl+Shift+O"),
        KeyAction("second", _("Show a second reading"), "Ctrl+Shift+C"),
        KeyAction("report", _("Write the report"), "Ctrl+Shift+R"),
        KeyAction("keys", _("This list of keys"), "Ctrl+Shift+K"),
    )


class Keys:
    """Knows the key of every action, and hears the keys while they are bound.

    Parameters
    ----------
    settings : QSettings
        Where the user's choice is kept.
    parent : callable() -> QWidget
        In whose window the keys are heard; asked when they are bound.
    acts : mapping of name to callable()
        What each key does.
    digit, digit_with_reason : callable(str)
        Hear of the digits, alone and with Shift.
    """

    def __init__(
        self,
        settings,
        parent: Callable[[], Any],
        acts: Mapping[str, Callable[[], object]],
        digit: Callable[[str], object],
        digit_with_reason: Callable[[str], object] = lambda digit: None,
    ) -> None:
        self._settings, self._parent, self._acts, self._digit = settings, parent, acts, digit
        self._digit_with_reason = digit_with_reason
        self._bound: list[Any] = []

    @property
    def bound(self) -> bool:
        """Whether the keys are heard now."""
        return bool(self._bound)

    def key_of(self, name: str) -> str:
        """The key of an action; empty where the user wants none."""
        default = next(action.default for action in key_actions() if action.name == name)
        value = self._settings.value(_SETTINGS + name)
        return default if value is None else str(value)

    def keys(self) -> dict[str, str]:
        """The key of every action."""
        return {action.name: self.key_of(action.name) for action in key_actions()}

    def choose(self, keys: Mapping[str, str]) -> None:
        """Give the actions these keys from now on, in this session and the next.

        Raises
        ------
        UsageError
            When two actions would have one key, or a key is a digit; then nothing changes.
        """
        titles = {action.name: action.title for action in key_actions()}
        wanted = {name: _normal(key) for name, key in keys.items()}
        by_key: dict[str, str] = {}
        for name, key in wanted.items():
            if key.removeprefix("Shift+") in DIGITS:
                raise UsageError(_("{key} gives a grade; choose another key.").format(key=key))
            if key and key in by_key:
                taken = _("{key} cannot be the key of both “{one}” and “{other}”; choose another.")
                raise UsageError(taken.format(key=key, one=titles[by_key[key]], other=titles[name]))
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
            self._bound.append(_shortcut(parent, digit, partial(self._digit, digit)))
            self._bound.append(_shortcut(parent, f"Shift+{digit}", partial(self._digit_with_reason, digit)))

    def unbind(self) -> None:
        """Hear them no more. May be called twice."""
        for shortcut in self._bound:
            shortcut.setEnabled(False)
            shortcut.disconnect("activated()")
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._bound.clear()


class KeysView:
    """Ties the keys to what they do, and writes them on the buttons.

    Parameters
    ----------
    ui : namespace
    actions : Actions
    """

    def __init__(self, ui, actions: Actions) -> None:
        self._ui, self._actions = ui, actions
        self.walk = walk = Walk(actions)
        acts: dict[str, Callable[[], object]] = {
            "next_level": lambda: walk.move(levels=1),
            "previous_level": lambda: walk.move(levels=-1),
            "next_task": lambda: walk.move(columns=1),
            "previous_task": lambda: walk.move(columns=-1),
            "table": actions.switch_table,
            "first_level": lambda: walk.level_end(0),
            "last_level": lambda: walk.level_end(-1),
            "first_task": lambda: walk.task_end(0),
            "last_task": lambda: walk.task_end(-1),
            "next_system": walk.system,
            "previous_system": lambda: walk.system(-1),
            "next_unread": walk.unread,
            "previous_unread": lambda: walk.unread(-1),
            "next_notable": walk.notable,
            "previous_notable": lambda: walk.notable(-1),
            "accept": actions.accept,
            "accept_level": actions.accept_chosen_level,
            "withdraw": actions.withdraw,
            "reason": actions.give_reason,
            "confirm": actions.confirm,
            "confirm_level": actions.confirm_chosen_level,
            "add": lambda: actions.add_disc(at_mouse=True),
            "save": actions.save_again,
            "second": actions.choose_second,
            "keys": self.choose,
            **{name: partial(self._click, widget) for name, widget in _CLICKED.items()},
            "clean": self._clean,
        }
        self.keys = Keys(slicer.app.userSettings(), self._window, acts, actions.digit, actions.digit_with_reason)
        self.shown: dict[str, str] = {}
        """The key of every action, as the buttons tell."""
        ui.keysButton.connect("clicked(bool)", self.choose)
        self._write()

    def choose(self) -> None:
        """Let the user choose keys."""
        if KeyDialog(self.keys, self._ui.keysButton.window()).run():
            self._write()
            self._actions.show()

    def _write(self) -> None:
        """Write the keys on the buttons."""
        self.shown = self.keys.keys()
        ui, key = self._ui, self.shown.__getitem__
        for widget, text, name in (
            (ui.acceptButton, _("Accept"), "accept"),
            (ui.withdrawButton, _("Withdraw"), "withdraw"),
            (ui.saliencyCheckBox, _("Saliency"), "saliency"),
            (ui.labelsCheckBox, _("Labels"), "labels"),
            (ui.axialCheckBox, _("Axial in disc plane"), "axial"),
            (ui.cleanCheckBox, _("Hide all"), "clean"),
            (ui.fitButton, _("Fit"), "fit"),
        ):
            widget.text = with_key(text, key(name))
        ui.overrideButton.text = with_key(_("Set"), "0–9")
        tip = _("Next and previous level: {next}, {previous}; next and previous task: {right}, {left}").format(
            next=key("next_level"), previous=key("previous_level"), right=key("next_task"), left=key("previous_task")
        )
        ui.gradeTable.verticalHeader().setToolTip(tip)

    def _click(self, name: str) -> None:
        """Click on a widget; where it cannot be used say why, as a key shows nothing else."""
        widget = getattr(self._ui, name)
        if widget.enabled:
            widget.click()
        else:
            self._actions.say(widget.toolTip)

    def _clean(self) -> None:
        """Hide or show all overlays, and say it: nothing in the picture does."""
        box = self._ui.cleanCheckBox
        box.click()
        hidden = _("All overlays are hidden; {key} brings them back.").format(key=self.shown["clean"])
        self._actions.say(hidden if box.checked else _("All overlays are shown again."))

    def _window(self):
        return slicer.util.mainWindow() or self._ui.gradeTable.window()


_CLICKED = {
    "saliency": "saliencyCheckBox", "labels": "labelsCheckBox", "axial": "axialCheckBox", "fit": "fitButton",
    "undo": "undoButton", "redo": "redoButton", "find": "findButton", "grade": "gradeButton", "delete": "deleteButton",
    "reset": "resetButton", "names_up": "namesUpButton", "names_down": "namesDownButton", "open": "openReadingButton",
    "report": "reportButton",
}  # fmt: skip
"""The widgets that keys click on."""


_WIDEST, _FRAME, _BUTTONS = "Ctrl+Shift+W", 16, 60
"""The longest keys that a field shows whole, what its frame takes, and what the buttons below take, in points of the
screen."""


class KeyDialog:
    """The dialog in which the user chooses keys.

    Parameters
    ----------
    keys : Keys
    parent : QWidget
    """

    def __init__(self, keys: Keys, parent) -> None:
        self._keys = keys
        self.dialog = qt.QDialog(parent)
        self.dialog.setWindowTitle(_("DiscGrader keys"))
        outer = qt.QVBoxLayout(self.dialog)
        self.edits: dict[str, Any] = {}
        columns, actions = qt.QHBoxLayout(), key_actions()
        half = (len(actions) + 2) // 2
        for some in (actions[:half], actions[half:]):
            form = qt.QFormLayout()
            for action in some:
                edit = qt.QKeySequenceEdit(qt.QKeySequence(keys.key_of(action.name)))
                edit.setMinimumWidth(qt.QFontMetrics(edit.font).horizontalAdvance(_WIDEST) + _FRAME)
                form.addRow(action.title + ":", edit)
                self.edits[action.name] = edit
            columns.addLayout(form)
        form.addRow(_("Grades of the chosen task:"), qt.QLabel("0 – 9"))
        form.addRow(_("Grades with a reason:"), qt.QLabel(_("Shift+0 – 9")))
        body, area = qt.QWidget(), qt.QScrollArea()
        body.setLayout(columns)
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(qt.QFrame.NoFrame)
        outer.addWidget(area)
        # All of it, where the window behind has room for it.
        hint, most = body.sizeHint, parent.size
        self.dialog.resize(min(hint.width() + 3 * _FRAME, most.width()), min(hint.height() + _BUTTONS, most.height()))
        buttons = qt.QDialogButtonBox()
        for text, role, act in (
            (_("Defaults"), qt.QDialogButtonBox.ResetRole, self.reset),
            (_("Cancel"), qt.QDialogButtonBox.RejectRole, self.dialog.reject),
            (_("OK"), qt.QDialogButtonBox.AcceptRole, self.accept),
        ):
            button = buttons.addButton(text, role)
            button.connect("clicked()", act)
        outer.addWidget(buttons)

    def reset(self) -> None:
        """Put the keys that the module comes with into the fields."""
        for action in key_actions():
            self.edits[action.name].setKeySequence(qt.QKeySequence(action.default))

    def accept(self) -> None:
        """Keep what is in the fields, unless two actions have one key."""
        try:
            self._keys.choose({name: edit.keySequence.toString() for name, edit in self.edits.items()})
        except UsageError as error:
            slicer.util.errorDisplay(str(error))
            return
        self.dialog.accept()

    def run(self) -> bool:
        """Open it; whether keys were chosen."""
        return bool(self.dialog.exec_())


def with_key(text: str, key: str) -> str:
    """A button's text with its key."""
    return f"{text} ({key})" if key else text


def _shortcut(parent, key: str, act: Callable[[], object]):
    shortcut = qt.QShortcut(parent)
    shortcut.setKey(qt.QKeySequence(key))
    shortcut.connect("activated()", act)
    return shortcut


def _normal(key: str) -> str:
    return qt.QKeySequence(key).toString() if key else ""
