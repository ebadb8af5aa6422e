"""Grades what may not be a lumbar spine on MR once the reader wants it."""

from collections.abc import Callable

from slicer.i18n import tr as _

from discgrader.panel.study_state import StudyState


class GradeAnyway:
    """The box to tick, below the sentence that says why nothing is graded.

    Parameters
    ----------
    box : QCheckBox
    wanted : callable(bool)
        Told what the reader wants.
    again : callable()
        Called where the study was graded, or its grades withheld, before the reader wanted it otherwise; by undo and
        redo, too.
    """

    def __init__(self, box, wanted: Callable[[bool], None], again: Callable[[], None]):
        self._box, self._wanted, self._again = box, wanted, again
        self._known: tuple[str | None, bool] = (None, False)
        box.connect("clicked(bool)", lambda _checked: self._wanted(bool(self._box.checked)))

    def sentences(self, state: StudyState) -> list[str]:
        """Why nothing is graded, or that it is although it is doubtful."""
        if not state.misfits:
            return []
        told = (_("Graded although this may not be a lumbar spine on MR.") if state.grade_anyway
                else _("This may not be a lumbar spine on MR: nothing is graded unless you tick “{control}”.")
                .format(control=self._box.text))  # fmt: skip
        return [*(f"⚠ {one}" for one in state.misfits), told]

    def show(self, state: StudyState, running: bool) -> None:
        """Show the box where there is reason to."""
        self._box.visible = bool(state.misfits)
        self._box.enabled = state.reading is not None and not running
        if bool(self._box.checked) != state.grade_anyway:
            self._box.checked = state.grade_anyway

    def follow(self, state: StudyState, running: bool) -> None:
        """Have what was graded otherwise graded again."""
        if running:
            return
        before, self._known = self._known, (state.name, state.grade_anyway)
        graded = state.reading is not None and any(one.gradings for one in state.reading.present)
        if (
            state.misfits
            and before[0] == state.name
            and before[1] != state.grade_anyway
            and (graded or state.grade_anyway)
        ):
            self._again()
