"""What the user does with files in the panel: readings saved and opened, the report written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from discgrader.panel.leaving import Leaving
from discgrader.progress import COMPLETED, ERROR, PROGRESS

_READING, _ENDING = "*.reading.json", ".reading.json"


class FileActions:
    """The part of `discgrader.panel.actions.Actions` that is about files; its other parts are declared here."""

    ui: Any
    logic: Any
    parameters: Any
    leaving: Leaving
    """Asks before what is not saved is left behind."""

    @property
    def study(self) -> str | None:
        """The study that is shown."""
        raise NotImplementedError

    def say(self, news: str) -> None:
        """Show a line of news."""
        raise NotImplementedError

    def attempt(self, failed: str, act: Callable[[], object]) -> bool:
        """Do something; where it does not work say so and go on. Whether it worked."""
        raise NotImplementedError

    def choose_save(self) -> None:
        """Ask where to, and save the reading."""
        chosen = qt.QFileDialog.getSaveFileName(
            self._window(), _("Save the reading"), f"{self.study}{_ENDING}", f"{_('Reading')} ({_READING})"
        )
        if chosen:
            self.save_reading(Path(chosen if chosen.endswith(".json") else chosen + _ENDING))

    def save_again(self) -> None:
        """Save the reading where it was saved before; ask where to the first time."""
        known = self.logic.readings.known(self.study or "")
        if known is None:
            self.say(_("Find the discs first."))
        elif known.saved_as is None:
            self.choose_save()
        else:
            self.save_reading(known.saved_as)

    def choose_open(self) -> None:
        """Ask which reading, and open it."""
        chosen = qt.QFileDialog.getOpenFileName(
            self._window(), _("Open a reading"), "", f"{_('Reading')} ({_READING} *.json)"
        )
        if chosen:
            self.open_reading(Path(chosen))

    def choose_second(self) -> None:
        """Ask for another reading of this study, and show it beside this one."""
        chosen = qt.QFileDialog.getOpenFileName(
            self._window(), _("Show a second reading"), "", f"{_('Reading')} ({_READING} *.json)"
        )
        if chosen:
            self.open_second(Path(chosen))

    def open_second(self, path: Path) -> None:
        """Show another reading of this study beside this one."""
        failed = _("The second reading was not loaded.")
        if self.attempt(failed, lambda: self.logic.readings.load_beside(path, self.study)):
            self.say(_("{name} is shown beside this reading.").format(name=path.name))

    def remove_second(self) -> None:
        """Show the second reading that was loaded last no longer."""
        failed = _("The second reading was not removed.")
        self.attempt(failed, lambda: self.logic.readings.remove_beside(self.study))

    def choose_report(self) -> None:
        """Ask where to, and write the report."""
        chosen = qt.QFileDialog.getExistingDirectory(self._window(), _("Write the report into"))
        if chosen:
            self.write_report(Path(chosen) / f"{self.study} report")

    def save_reading(self, path: Path) -> None:
        """Save the reading."""
        if self.attempt(_("The reading was not saved."), lambda: self.logic.readings.save(path, self.study)):
            self.say(_("Saved {name}.").format(name=path.name))

    def open_reading(self, path: Path) -> None:
        """Open a reading."""
        if not self.leaving.may_leave([self.study or ""]):
            return
        if self.attempt(_("The reading was not opened."), lambda: self.logic.readings.load(path, self.study)):
            self.say(_("Opened {name}.").format(name=path.name))

    def write_report(self, folder: Path) -> None:
        """Write the report while the window goes on."""
        self.say(_("Writing the report…"))
        self.attempt(
            _("The report was not written."),
            lambda: self.logic.exportReport(
                folder,
                self.study,
                waitForCompletion=False,
                eventCallback=self._report_went_on,
                identity=not self.parameters.withoutIdentity,
            ),
        )

    def _window(self):
        return self.ui.reportButton.window()

    def _report_went_on(self, event: str, data: dict) -> None:
        if event == COMPLETED:
            self.say(_("The report is in {folder}.").format(folder=data["folder"]))
        elif event == ERROR:
            self.attempt(_("The report was not written."), lambda: _raise(data["error"]))
        elif event == PROGRESS:
            self.say(_("Writing the report: {share} %").format(share=round(100 * data["fraction"])))


def _raise(error: Exception) -> None:
    raise error
