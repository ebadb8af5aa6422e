"""Grade becomes Stop while something is computed; progress and news stand below."""

from collections.abc import Callable

from slicer.i18n import tr as _

from discgrader.errors import DiscGraderError
from discgrader.grading.results import Grade
from discgrader.panel.vocabulary import in_language


class Computation:
    """What is being computed, shown by a button, a bar and a line.

    Parameters
    ----------
    ui : namespace
        With ``gradeButton``, ``findButton``, ``progressBar`` and ``statusLabel``.
    cancel : callable()
        Stops what is running.
    show_error : callable(str)
    changed : callable()
        Hears that the table has something new.
    """

    def __init__(self, ui, cancel: Callable[[], None], show_error: Callable[[str], None], changed: Callable[[], None]):
        self._ui, self._cancel, self._show_error, self._changed = ui, cancel, show_error, changed
        self.running = False
        self.live: dict[str, tuple[Grade, ...]] = {}
        """Grades by level that have come since the computation began."""
        self._what = ""
        self._show()

    def begin(self, what: str) -> None:
        """Something has begun, called ``what`` in the line of news."""
        self.running, self._what = True, what
        self.live = {}
        self._ui.progressBar.value = 0
        self.say(what)
        self._show()
        self._changed()

    def end(self, news: str) -> None:
        """It is over."""
        self.running = False
        self.live = {}
        self.say(news)
        self._show()
        self._changed()

    def stop(self) -> None:
        """Ask it to stop."""
        if self.running:
            self.say(_("Stopping…"))
            self._cancel()

    def say(self, news: str, tip: str = "") -> None:
        """Show a line of news."""
        self._ui.statusLabel.text = news
        self._ui.statusLabel.toolTip = tip

    def hear(self, event: str, data: dict) -> None:
        """Show an event of the logic: progress, a level, completed, cancelled or error."""
        if event == "progress":
            self._ui.progressBar.value = round(100 * data["fraction"])
            self.say(f"{in_language(data['stage'])} {data['detail']}".strip())
        elif event == "level":
            self.live[data["level"]] = tuple(data["grades"])
            self._changed()
        elif event == "completed":
            self.end(self._done(data))
        elif event == "cancelled":
            self.end(_("Stopped; what was graded before is kept."))
        elif event == "error":
            error = data["error"]
            self.end(_("It did not work: {error}").format(error=error))
            if not isinstance(error, DiscGraderError):
                self._show_error(_("Something went wrong: {error}").format(error=error))

    def _done(self, data: dict) -> str:
        rois = data.get("rois")
        if rois is not None:
            return _("{count} discs found.").format(count=len(rois))
        return _("Graded.")

    def _show(self) -> None:
        self._ui.progressBar.visible = self.running
        self._ui.gradeButton.text = _("Stop") if self.running else _("Grade")
