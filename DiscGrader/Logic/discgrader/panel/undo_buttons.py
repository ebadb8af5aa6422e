"""Undo and redo, with what they would do."""

from slicer.i18n import tr as _


class UndoButtons:
    """Parameters
    ----------
    undo, redo : QToolButton
    decisions : object
        With ``undo()`` and ``redo()``.
    """

    def __init__(self, undo, redo, decisions):
        self._undo, self._redo = undo, redo
        undo.connect("clicked(bool)", lambda: decisions.undo())
        redo.connect("clicked(bool)", lambda: decisions.redo())
        self.keys = {"undo": "", "redo": ""}

    def show(self, history) -> None:
        """Say what could be undone and redone.

        Parameters
        ----------
        history : discgrader.reading.history.History or None
        """
        for button, words, nothing, key in (
            (self._undo, history and history.undo_words, _("Nothing to undo"), self.keys["undo"]),
            (self._redo, history and history.redo_words, _("Nothing to redo"), self.keys["redo"]),
        ):
            button.enabled = bool(words)
            tip = words or nothing
            button.toolTip = f"{tip} ({key})" if key else tip
