"""Which controls of the panel can be used, what they do, and why the others cannot."""

from collections.abc import Mapping, Sequence

from slicer.i18n import tr as _

from discgrader.localize.levels import name_percent
from discgrader.panel.state import SELECTORS, Control, PanelState
from discgrader.panel.study import StudyState
from discgrader.panel.words import not_graded_text
from discgrader.reading.record import ACCEPTED, UNREAD

Row = tuple[str, str, str]
"""The name of a widget, what it does, and why it cannot; empty where it can."""


def controls_of(state: PanelState, captions: Mapping[str, str]) -> dict[str, Control]:
    """Every control by the name of its widget; ``captions`` as `panel_state` has them."""
    computing, graded = state.computing.running, state.study.reading is not None
    busy = _("Something is being computed; wait, or press Stop.") if computing else ""
    no_series = "" if state.series.volumes else _("Choose a series first.")
    if no_series and state.series.asked:
        no_series = _("Choose first what each series is.")
    if state.series.looking:
        no_series = _("The series are still being looked at.")
    no_disc = "" if state.grid.levels else _("Find the discs first.")
    no_cell = "" if state.chosen else _("Choose a cell of the table first.")
    no_reading = "" if graded else _("Find the discs first.")
    rows = (
        *_computing_rows(state, busy, no_series),
        *_grade_rows(state, no_cell, no_reading),
        *_disc_rows(state, busy, no_series, no_disc, no_cell),
        *_reading_rows(no_reading),
    )
    return {
        **{
            name: Control(not why, why or _with_key(tip, state.keys.get(_KEYS.get(name, ""))))
            for name, tip, why in rows
        },
        "undoButton": _step(state.undo or _("Nothing to undo"), bool(state.undo), state.keys.get("undo")),
        "redoButton": _step(state.redo or _("Nothing to redo"), bool(state.redo), state.keys.get("redo")),
        "marginSlider": Control(not busy),
        "gradeAnywayCheckBox": Control(graded and not computing),
        **{
            f"{name}Selector": Control(not computing, _recognized(state, name, captions)) for name in SELECTORS.values()
        },
    }


def _computing_rows(state: PanelState, busy: str, no_series: str) -> Sequence[Row]:
    all_off = "" if state.grid.columns else _("Switch on a system under Settings first.")
    grade = _("Grade the discs, finding them first if necessary")
    return (
        ("findButton", _("Find and name the discs and put a box around each"), busy or no_series),
        ("gradeButton", _("Stop") if busy else grade, "" if busy else no_series or all_off),
    )


def _grade_rows(state: PanelState, no_cell: str, no_reading: str) -> Sequence[Row]:
    cell = state.cell
    not_graded = not_graded_text(state.why_not) if state.why_not else _("This is not graded yet.")
    no_grade = "" if cell is not None else no_cell or not_graded
    accepted = (
        _("Already accepted.") if cell is not None and cell.status == ACCEPTED and not cell.decision_stale else ""
    )
    unread = _("You have not decided on this grade.") if cell is not None and cell.status == UNREAD else ""
    return (
        ("acceptButton", _("Accept the AI's grade"), no_grade or no_reading or accepted),
        ("overrideButton", _("Set a grade of your own"), no_cell or no_reading),
        ("withdrawButton", _("Withdraw your decision on this grade"), no_grade or no_reading or unread),
    )


def _disc_rows(state: PanelState, busy: str, no_series: str, no_disc: str, no_cell: str) -> Sequence[Row]:
    no_name, level, no_level = busy or no_disc, state.level, busy or no_disc or no_cell
    fit, reset = _("Fit the {level} box to the disc again"), _("Put the {level} box back where it was found")
    return (
        ("namesUpButton", _("Shift all names one level up, toward the head"), no_name),
        ("namesDownButton", _("Shift all names one level down, toward the sacrum"), no_name),
        ("lowestComboBox", _lowest_tip(state.study), no_name),
        ("addButton", _("Add a disc at the crosshair (hold Shift and move the mouse to place it)"), busy or no_series),
        ("deleteButton", _("Delete {level} if it is not a disc; can be undone").format(level=level), no_level),
        ("fitButton", fit.format(level=level), no_level),
        ("resetButton", reset.format(level=level), no_level),
    )


def _reading_rows(no_reading: str) -> Sequence[Row]:
    return (
        ("saveReadingButton", _("Save your grades and the AI's to a file"), no_reading),
        ("openReadingButton", _("Open a reading of this study; can be undone"), no_reading),
        ("reportButton", _("Write the report and all results to a new folder"), no_reading),
    )


def _lowest_tip(study: StudyState) -> str:
    """What the choice of the lowest disc does, and how sure it is."""
    tip, sure = _("What the lowest disc is called; all names follow"), study.name_probability
    if sure is None or sure == 1:
        return tip
    tip = _("{tip}\nProbability that the name is right: {probability}.").format(tip=tip, probability=name_percent(sure))
    others = ", ".join(f"{level} {name_percent(share)}" for level, share in study.name_alternatives.items())
    return f"{tip} " + _("Alternatives: {levels}").format(levels=others) if others else tip


_KEYS = {
    "findButton": "find", "gradeButton": "grade", "acceptButton": "accept", "withdrawButton": "withdraw",
    "namesUpButton": "names_up", "namesDownButton": "names_down", "addButton": "add", "deleteButton": "delete",
    "fitButton": "fit", "resetButton": "reset", "saveReadingButton": "save", "openReadingButton": "open",
    "reportButton": "report",
}  # fmt: skip
"""The key of each control by the name of its action."""


def _with_key(tip: str, key: str | None) -> str:
    return f"{tip} ({key})" if key else tip


def _step(tip: str, possible: bool, key: str | None) -> Control:
    return Control(possible, _with_key(tip, key))


def _recognized(state: PanelState, name: str, captions: Mapping[str, str]) -> str:
    """What a selector is for, and what each chosen volume was taken for."""
    role = _("{role} series").format(role=captions[f"{name}Label"])
    return "\n".join([role, *state.series.recognized.get(name, ())])
