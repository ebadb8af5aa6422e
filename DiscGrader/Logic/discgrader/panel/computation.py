"""What is being computed: Grade becomes Stop, progress and news stand below, and moved boxes are graded anew.

Above stands what is not installed yet, without which nothing can be computed.
"""

from collections.abc import Callable, Collection

import slicer
from slicer.i18n import tr as _

from discgrader.errors import DiscGraderError
from discgrader.grading.results import Grade
from discgrader.panel.actions import Actions
from discgrader.panel.dependencies import missing_packages
from discgrader.panel.news import News
from discgrader.panel.state import Computing
from discgrader.panel.words import in_language
from discgrader.progress import CANCELLED, COMPLETED, ERROR, LEVEL, PROGRESS

Box = tuple[str, int]
"""A box by its study and its disc's number."""


class Computation:
    """Finds and grades, shown by a button, a bar and a line.

    Parameters
    ----------
    ui : namespace
    actions : Actions
    """

    def __init__(self, ui, actions: Actions) -> None:
        self._ui, self._actions, self._shown = ui, actions, News(ui)
        self.running = False
        self.live: dict[str, tuple[Grade, ...]] = {}
        """Grades by level that have come since the computation began."""
        ui.findButton.connect("clicked(bool)", self.find)
        ui.gradeButton.connect("clicked(bool)", self.grade_or_stop)
        self._show()

    def find(self) -> None:
        """Find, name and box the discs; what is there of them already is replaced."""
        if self._actions.leaving.may_leave([self._actions.study or ""]):
            self._begin(_("Finding the discs…"), self._actions.logic.findDiscs)

    def grade_or_stop(self) -> None:
        """Grade the discs without holding up the window; stop where that is under way."""
        if self.running:
            self.say(_("Stopping…"))
            self._actions.logic.cancel()
        else:
            self._begin(_("Grading…"), self._actions.logic.grade)

    def say(self, news: str) -> None:
        """Show a line of news."""
        self._shown.say(in_language(news))

    def _begin(self, what: str, compute: Callable[..., object]) -> None:
        """Begin something, called ``what`` in the line of news."""
        parameters = self._actions.parameters
        self.running, self.live = True, {}
        self._ui.progressBar.value = 0
        self._news(what)
        try:
            self._actions.logic.ensureDependencies()
            compute(
                parameters.volumes(),
                waitForCompletion=False,
                eventCallback=self._hear,
                settings=parameters.settings(self._actions.packs),
            )
        except (DiscGraderError, RuntimeError) as error:
            self._end(in_language(str(error)))
            slicer.util.errorDisplay(in_language(str(error)))

    def _end(self, news: str) -> None:
        self.running, self.live = False, {}
        self._news(news)

    def _news(self, news: str) -> None:
        self.say(news)
        self._show()
        # What is computed comes while the scene is being filled: the panel follows in a turn of its own.
        self._actions.refresh_soon()

    def _hear(self, event: str, data: dict) -> None:
        """Show an event of the logic: progress, a level, completed, cancelled or error."""
        if event == PROGRESS:
            self._ui.progressBar.value = round(100 * data["fraction"])
            self.say(f"{in_language(data['stage'])} {data['detail']}".strip().removesuffix(":"))
        elif event == LEVEL:
            self.live[data["level"]] = tuple(data["grades"])
            self._actions.refresh_soon()
        elif event == COMPLETED:
            self._end(_done(data))
            self._actions.show_result()
        elif event == CANCELLED:
            self._end(_("Stopped; earlier grades are kept."))
        elif event == ERROR:
            self._failed(data["error"])

    def _failed(self, error: Exception) -> None:
        self._end(_("Failed: {error}").format(error=in_language(str(error))))
        if not isinstance(error, DiscGraderError):
            slicer.util.errorDisplay(_("Something went wrong: {error}").format(error=error))

    def _show(self) -> None:
        self._ui.progressBar.visible = self.running
        self._ui.gradeButton.text = _("Stop") if self.running else _("Grade")


def _done(data: dict) -> str:
    rois = data.get("rois")
    return _("Graded.") if rois is None else _("{count} discs found.").format(count=len(rois))


class LiveGrades:
    """Grades a box anew while a hand moves it, of whichever study it is.

    Parameters
    ----------
    actions : Actions
    """

    def __init__(self, actions: Actions) -> None:
        self._actions = actions
        self.grades: dict[Box, tuple[Grade, ...]] = {}
        """By study and the disc's number, until the scene has them."""
        self.discs: set[Box] = set()
        """Discs that are being graded anew, whatever they are called meanwhile."""
        self._latest: dict[Box, object] = {}
        self._again: set[Box] = set()

    def box_changed(self, study: str, number: int, dragging: bool) -> None:
        """A box was moved, turned or resized; ``dragging`` while a hand still does."""
        logic, box = self._actions.logic, (study, number)
        reading = logic.readings.of(study)
        if missing_packages() or not any(disc.gradings for disc in reading.reading.discs):
            # Not before the study was graded, nor without what computes.
            return
        self.discs.add(box)
        disc = reading.reading.numbered(number)
        if disc is not None and disc.gradings:
            self._again.add(box)
        request = self._latest[box] = object()

        def hear(event: str, data: dict) -> None:
            # What was stopped for the sake of a later request changes nothing that is shown.
            if event != CANCELLED or self._latest.get(box) is request:
                self._hear(box, dragging, event, data)

        logic.regrade(reading.node(number), waitForCompletion=False, eventCallback=hear, live=dragging)

    def forget(self) -> None:
        """Forget all: the scene is another one."""
        self.grades.clear()
        self.discs.clear()
        self._latest.clear()
        self._again.clear()

    def levels_of(self, boxes: Collection[Box]) -> dict[Box, str]:
        """What discs of the study that is shown are called now; without those that are gone."""
        reading = self._actions.state.study.reading
        present = () if reading is None else reading.present
        study = self._actions.study or ""
        return {(study, disc.number): disc.level for disc in present if (study, disc.number) in boxes}

    def _hear(self, box: Box, live: bool, event: str, data: dict) -> None:
        if event == LEVEL:
            self.grades[box] = tuple(data["grades"])
            self._actions.say(self._news(box, data["level"], bool(data["grades"])))
        elif event in (COMPLETED, CANCELLED, ERROR):
            self.discs.discard(box)
            if not live:
                self.grades.pop(box, None)
            if event == ERROR:
                self._actions.say(str(data["error"]))
        else:
            return
        self._actions.show()

    def _news(self, box: Box, level: str, graded: bool) -> str:
        """What has come of a box: a warning says why it is not graded where it is not."""
        study, again = box[0], box in self._again
        if graded:
            self._again.add(box)
        if study == self._actions.study:
            again_text, text = _("{level} graded again."), _("{level} graded.")
            return (_("{level} is not graded.") if not graded else again_text if again else text).format(level=level)
        again_text, text = _("{level} of {study} graded again."), _("{level} of {study} graded.")
        other = _("{level} of {study} is not graded.") if not graded else again_text if again else text
        return other.format(level=level, study=study)


class InstallHint:
    """Says what is not installed, and has it installed; shown only while something is missing.

    Parameters
    ----------
    ui : namespace
        With ``installPanel``, ``installLabel`` and ``installButton``.
    actions : Actions
    """

    def __init__(self, ui, actions: Actions) -> None:
        self._ui, self._actions, self.missing = ui, actions, missing_packages
        ui.installButton.connect("clicked(bool)", self.install)
        self.show()

    def show(self) -> None:
        """Look again."""
        missing = self.missing()
        self._ui.installPanel.visible = bool(missing)
        self._ui.installLabel.text = _(
            "Missing: {packages}. Until this is installed, discs cannot be found or graded; what is in the scene can "
            "be shown, edited and exported."
        ).format(packages=", ".join(missing))

    def install(self) -> None:
        """Have the user asked, and what is missing installed."""
        try:
            self._actions.logic.ensureDependencies()
        except (DiscGraderError, RuntimeError) as error:
            self._actions.say(in_language(str(error)))
        self.show()


def computing(computation: Computation, live: LiveGrades) -> Computing:
    """What is being computed now, as a value."""
    levels = frozenset(live.levels_of(live.discs).values())
    graded = {level: live.grades[box] for box, level in live.levels_of(live.grades).items()}
    return Computing(computation.running, levels, dict(computation.live), graded)
