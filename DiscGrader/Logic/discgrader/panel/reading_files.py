"""Saving and opening a reading, and writing the report."""

from collections.abc import Callable
from pathlib import Path

import qt
from slicer.i18n import tr as _

_ENDING = ".reading.json"


class ReadingFiles:
    """Parameters
    ----------
    ui : namespace
        With ``saveReadingButton``, ``openReadingButton`` and ``reportButton``.
    logic : DiscGraderLogic
    study : callable() -> str or None
    attempt : callable(str, callable) -> bool
    say : callable(str)
    """

    def __init__(self, ui, logic, study: Callable[[], str | None], attempt, say: Callable[[str], None]):
        self._ui, self._logic, self._study, self._attempt, self._say = ui, logic, study, attempt, say
        ui.saveReadingButton.connect("clicked(bool)", self.choose_save)
        ui.openReadingButton.connect("clicked(bool)", self.choose_open)
        ui.reportButton.connect("clicked(bool)", self.choose_report)

    def enable(self, why_not: str) -> None:
        """Enable the buttons, or say why they are not."""
        for button, tip in (
            (self._ui.saveReadingButton, _("Save what you said, and what the AI said, to a file")),
            (self._ui.openReadingButton, _("Open a reading of this study; can be undone")),
            (self._ui.reportButton, _("Write the report and all results to a new folder")),
        ):
            button.enabled = not why_not
            button.toolTip = why_not or tip

    def choose_save(self) -> None:
        """Ask where to, and save."""
        chosen = qt.QFileDialog.getSaveFileName(
            self._window(), _("Save the reading"), f"{self._study()}{_ENDING}", f"{_('Reading')} (*{_ENDING})"
        )
        if chosen:
            self.save(Path(chosen if chosen.endswith(".json") else chosen + _ENDING))

    def choose_open(self) -> None:
        """Ask which, and open."""
        chosen = qt.QFileDialog.getOpenFileName(
            self._window(), _("Open a reading"), "", f"{_('Reading')} (*{_ENDING} *.json)"
        )
        if chosen:
            self.open(Path(chosen))

    def choose_report(self) -> None:
        """Ask where to, and write the report."""
        chosen = qt.QFileDialog.getExistingDirectory(self._window(), _("Write the report into"))
        if chosen:
            self.report(Path(chosen) / f"{self._study()} report")

    def save(self, path: Path) -> None:
        """Save the reading."""
        study = self._study()
        if self._attempt(_("The reading was not saved."), lambda: self._logic.saveReading(path, study)):
            self._say(_("Saved {name}.").format(name=path.name))

    def open(self, path: Path) -> None:
        """Open a reading."""
        study = self._study()
        if self._attempt(_("The reading was not opened."), lambda: self._logic.loadReading(path, study)):
            self._say(_("Opened {name}.").format(name=path.name))

    def report(self, folder: Path) -> None:
        """Write the report while the window goes on."""
        study = self._study()
        self._say(_("Writing the report…"))
        self._attempt(
            _("The report was not written."),
            lambda: self._logic.exportReport(folder, study, waitForCompletion=False, eventCallback=self._hear),
        )

    def _hear(self, event, data):
        if event == "completed":
            self._say(_("The report is in {folder}.").format(folder=data["folder"]))
        elif event == "error":
            self._attempt(_("The report was not written."), lambda: _raise(data["error"]))
        elif event == "progress":
            self._say(_("Writing the report: {detail}").format(detail=data["detail"]))

    def _window(self):
        return self._ui.reportButton.window()


def _raise(error: Exception):
    raise error
