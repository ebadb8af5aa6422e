"""What a reader says of grades, told to the logic."""

from collections.abc import Callable

from slicer.i18n import tr as _

from discgrader.panel.grid import Key
from discgrader.reading.commands import AcceptGrade, AcceptLevel, WithdrawGrade


class Decisions:
    """Parameters
    ----------
    logic : DiscGraderLogic
    study : callable() -> str or None
        The study that is shown.
    attempt : callable(str, callable) -> bool
        Does something and says in a line where it does not work.
    """

    def __init__(self, logic, study: Callable[[], str | None], attempt: Callable[[str, Callable[[], object]], bool]):
        self._logic, self._study, self._attempt = logic, study, attempt

    def override(self, key: Key, grade: str, reason: str = "") -> None:
        """Give a grade of one's own."""
        study = self._study()
        self._attempt(
            _("The grade cannot be set."), lambda: self._logic.setOverride(*key, grade, reason=reason, study=study)
        )

    def accept(self, key: Key) -> None:
        """Accept the pack's grade."""
        study = self._study()
        self._attempt(_("The grade cannot be accepted."), lambda: self._logic.readings.decide(AcceptGrade(*key), study))

    def accept_level(self, level: str) -> None:
        """Accept every grade of a level that is unread."""
        study = self._study()
        self._attempt(
            _("The grades cannot be accepted."), lambda: self._logic.readings.decide(AcceptLevel(level), study)
        )

    def withdraw(self, key: Key) -> None:
        """Take back what was said."""
        study = self._study()
        self._attempt(
            _("The grade cannot be withdrawn."), lambda: self._logic.readings.decide(WithdrawGrade(*key), study)
        )

    def undo(self) -> None:
        """One step back."""
        study = self._study()
        self._attempt(_("Undo did not work."), lambda: self._logic.undo(study))

    def redo(self) -> None:
        """One step forward again."""
        study = self._study()
        self._attempt(_("Redo did not work."), lambda: self._logic.redo(study))
