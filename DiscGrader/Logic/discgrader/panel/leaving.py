"""Before a reading that is not saved is left behind, the user is asked: save it, go on without, or stay."""

from collections.abc import Iterable
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from discgrader.errors import DiscGraderError
from discgrader.mrml.readings import SceneReadings
from discgrader.panel.words import in_language
from discgrader.reading.files import SUFFIX

SAVE, DISCARD, CANCEL = "save", "discard", "cancel"


class Leaving:
    """Asks before readings that are not saved are left behind.

    Parameters
    ----------
    readings : SceneReadings
    """

    def __init__(self, readings: SceneReadings) -> None:
        self._readings = readings

    def may_leave(self, studies: Iterable[str] | None = None) -> bool:
        """Whether one may go on; where something is not saved the user says so, and it is saved first if wanted.

        Parameters
        ----------
        studies : iterable of str, optional
            Those that would be left; by default all.
        """
        unsaved = self._readings.unsaved()
        wanted = [study for study in unsaved if studies is None or study in studies]
        if not wanted:
            return True
        answer = ask(wanted)
        return answer == DISCARD or (answer == SAVE and all(self._save(study) for study in wanted))

    def _save(self, study: str) -> bool:
        """Ask where to, and save; whether it was saved."""
        kind = f"{_('Reading')} (*{SUFFIX})"
        chosen = qt.QFileDialog.getSaveFileName(_window(), _("Save the reading"), study + SUFFIX, kind)
        if not chosen:
            return False
        try:
            self._readings.save(Path(chosen if chosen.endswith(".json") else chosen + SUFFIX), study)
        except DiscGraderError as error:
            slicer.util.errorDisplay(f"{_('The reading was not saved.')} {in_language(str(error))}")
            return False
        return True


def ask(studies: Iterable[str]) -> str:
    """Ask what to do with readings that are not saved: `SAVE`, `DISCARD` or `CANCEL`.

    Where nobody can answer, as in tests and without a window, they are left as they are.
    """
    if slicer.app.testingEnabled() or _window() is None:
        return DISCARD
    buttons = qt.QMessageBox
    box = buttons(_window())
    box.setIcon(buttons.Warning)
    box.setWindowTitle(_("Save the reading?"))
    box.setText(_("Your decisions on {studies} are not saved.").format(studies=", ".join(studies)))
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    for button, text in ((buttons.Save, _("Save…")), (buttons.Discard, _("Don't save")), (buttons.Cancel, _("Cancel"))):
        box.button(button).setText(text)
    box.exec_()
    answer = box.standardButton(box.clickedButton())
    box.deleteLater()
    return SAVE if answer == buttons.Save else DISCARD if answer == buttons.Discard else CANCEL


def _window():
    return slicer.util.mainWindow()
