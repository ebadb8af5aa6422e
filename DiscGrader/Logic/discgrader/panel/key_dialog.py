"""The dialog in which the user chooses keys."""

from collections.abc import Callable

import qt
from slicer.i18n import tr as _

from discgrader.errors import UsageError
from discgrader.panel.keys import Keys, key_actions


class KeyDialog:
    """Parameters
    ----------
    keys : Keys
    parent : QWidget
    show_error : callable(str)
    """

    def __init__(self, keys: Keys, parent, show_error: Callable[[str], None]):
        self._keys, self._show_error = keys, show_error
        self.dialog = qt.QDialog(parent)
        self.dialog.setWindowTitle(_("Keys of DiscGrader"))
        outer = qt.QVBoxLayout(self.dialog)
        form = qt.QFormLayout()
        self.edits = {}
        for action in key_actions():
            edit = qt.QKeySequenceEdit(qt.QKeySequence(keys.key_of(action.name)))
            form.addRow(action.title + ":", edit)
            self.edits[action.name] = edit
        form.addRow(_("Grades of the chosen task:"), qt.QLabel("0 – 9"))
        outer.addLayout(form)
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
            self._show_error(str(error))
            return
        self.dialog.accept()

    def run(self) -> bool:
        """Open it; whether keys were chosen."""
        return bool(self.dialog.exec_())
