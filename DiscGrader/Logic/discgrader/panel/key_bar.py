"""Ties the keys to what they do, and writes them on the buttons."""

from collections.abc import Callable

import slicer
from slicer.i18n import tr as _

from discgrader.panel.chosen_actions import ChosenActions
from discgrader.panel.key_dialog import KeyDialog
from discgrader.panel.keys import Keys, with_key


class KeyBar:
    """Parameters
    ----------
    ui : namespace
    actions : ChosenActions
    undo : UndoButtons
    table : GradeTable
    changed : callable()
        Hears that the user has chosen other keys.
    """

    def __init__(self, ui, actions: ChosenActions, undo, table, changed: Callable[[], None]):
        self._ui, self._undo, self._table, self._changed = ui, undo, table, changed
        acts = {
            "next_level": lambda: actions.move(levels=1),
            "previous_level": lambda: actions.move(levels=-1),
            "next_task": lambda: actions.move(columns=1),
            "previous_task": lambda: actions.move(columns=-1),
            "accept": actions.accept,
            "accept_level": actions.accept_level,
            "withdraw": actions.withdraw,
            "saliency": lambda: ui.saliencyCheckBox.click(),
            "labels": lambda: ui.labelsCheckBox.click(),
            "axial": lambda: ui.axialCheckBox.click(),
            "fit": lambda: ui.fitButton.click(),
            "undo": lambda: ui.undoButton.click(),
            "redo": lambda: ui.redoButton.click(),
        }
        self.keys = Keys(slicer.app.userSettings(), self._window, acts, actions.digit)
        ui.keysButton.connect("clicked(bool)", self.choose)
        self.show()

    def show(self) -> None:
        """Write the keys on the buttons."""
        ui, key = self._ui, self.keys.key_of
        for widget, text, name in (
            (ui.acceptButton, _("Accept"), "accept"),
            (ui.withdrawButton, _("Withdraw"), "withdraw"),
            (ui.saliencyCheckBox, _("Saliency"), "saliency"),
            (ui.labelsCheckBox, _("Labels"), "labels"),
            (ui.axialCheckBox, _("Axial in disc plane"), "axial"),
            (ui.fitButton, _("Fit"), "fit"),
        ):
            widget.text = with_key(text, key(name))
        ui.overrideButton.text = with_key(_("Set"), "0–9")
        self._undo.keys = {"undo": key("undo"), "redo": key("redo")}
        told = _("Next and previous level: {next}, {previous}; next and previous task: {right}, {left}")
        self._table.tip(
            told.format(
                next=key("next_level"), previous=key("previous_level"), right=key("next_task"),
                left=key("previous_task"),
            )
        )  # fmt: skip

    def choose(self) -> None:
        """Let the user choose keys."""
        if KeyDialog(self.keys, self._ui.keysButton.window(), slicer.util.errorDisplay).run():
            self.show()
            self._changed()

    def _window(self):
        return slicer.util.mainWindow() or self._ui.gradeTable.window()
