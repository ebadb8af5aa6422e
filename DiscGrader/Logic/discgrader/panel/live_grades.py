"""Grades a box anew while a hand moves it."""

from collections.abc import Callable

from slicer.i18n import tr as _

from discgrader.grading.results import Grade


class LiveGrades:
    """Parameters
    ----------
    logic : DiscGraderLogic
    wanted : callable() -> bool
        Whether moved boxes are to be graded now.
    changed : callable()
        Hears that there are new grades.
    say : callable(str)
    """

    def __init__(self, logic, wanted: Callable[[], bool], changed: Callable[[], None], say: Callable[[str], None]):
        self._logic, self._wanted, self._changed, self._say = logic, wanted, changed, say
        self.grades: dict[str, tuple[Grade, ...]] = {}
        """By level, until the scene has them."""
        self.levels: set[str] = set()
        """Levels that are being graded anew."""
        self._latest: dict[str, object] = {}

    def box_changed(self, level: str, dragging: bool) -> None:
        """A box was moved, turned or resized; ``dragging`` while a hand still does."""
        if not self._wanted():
            return
        node = self._logic.readings.node(level)
        self.levels.add(level)
        request = self._latest[level] = object()

        def hear(event, data):
            # What was stopped for the sake of a later request changes nothing that is shown.
            if event != "cancelled" or self._latest.get(level) is request:
                self._hear(level, dragging, event, data)

        self._logic.regrade(node, waitForCompletion=False, eventCallback=hear, live=dragging)

    def forget(self) -> None:
        """Forget all: the scene is another one."""
        self.grades.clear()
        self.levels.clear()
        self._latest.clear()

    def _hear(self, level: str, live: bool, event: str, data: dict) -> None:
        if event == "level":
            self.grades[data["level"]] = tuple(data["grades"])
            self._say(_("{level} graded anew.").format(level=data["level"]))
        elif event in ("completed", "cancelled", "error"):
            self.levels.discard(level)
            if not live:
                self.grades.pop(level, None)
            if event == "error":
                self._say(str(data["error"]))
        else:
            return
        self._changed()
