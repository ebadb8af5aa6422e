"""What the panel shows: one immutable value, made of what the scene holds, what is chosen and what is being computed.

No widget is known here. The views show what a `PanelState` says; what a user does goes to `Actions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from slicer.i18n import tr as _

from discgrader.grading.results import Grade
from discgrader.imaging.study import LeftOut, Plane
from discgrader.localize.levels import name_percent
from discgrader.mrml.hierarchy import NOT_CHOSEN
from discgrader.mrml.volumes import Volumes
from discgrader.panel.study import Cell, Grid, Key, StudyState, grid_of
from discgrader.panel.words import PackFacts, in_language, not_graded_text
from discgrader.reading.history import History
from discgrader.reading.record import ACCEPTED, UNREAD

SELECTORS = {"T2": "t2", "T1": "t1", "T2_SPACE": "t2Space", "AX_T2": "axialT2"}
"""Role to the name of its parameter, its selector and its label."""


@dataclass(frozen=True, eq=False)
class Asked:
    """A volume that the user is asked about.

    Parameters
    ----------
    node : vtkMRMLScalarVolumeNode
    plane : Plane
    reason : str
        Why it is not known what it is.
    looks_like : (str, float) or None
        The contrast that its picture looks most like, and how probable that is.
    """

    node: Any
    plane: Plane
    reason: str = ""
    looks_like: tuple[str, float] | None = None

    @property
    def name(self) -> str:
        return str(self.node.GetName())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and self.node is other.node

    __hash__ = object.__hash__


@dataclass(frozen=True)
class SeriesState:
    """The series at the top of the panel.

    Parameters
    ----------
    looking : bool
        Whether volumes are still being looked at, so that not all choices are made yet.
    volumes : mapping of role to vtkMRMLScalarVolumeNode, or to a list of them
        What is chosen.
    selected : mapping of str to vtkMRMLScalarVolumeNode or None
        The same by the name of the parameter, of roles that one volume serves as.
    axial, axial_offered : tuple of vtkMRMLScalarVolumeNode
        Those that serve as axial T2, and those that might.
    recognized : mapping of str to tuple of str
        By the name of the parameter what each chosen volume was taken for, and why.
    asked : tuple of Asked
        The volumes that the user is asked about.
    put_off : tuple of str
        Names of those that the user does not want to be asked about.
    undo, redo : str
        Which answer would be taken back, and given again; empty where the next step is another one.
    doubts : tuple of str
        What is doubtful about the chosen series, and what is missing among them.
    made : tuple of str
        IDs of volumes that DiscGrader made, which are no series.
    """

    looking: bool = False
    volumes: Volumes = field(default_factory=dict)
    selected: Mapping[str, Any] = field(default_factory=dict)
    axial: tuple[Any, ...] = ()
    axial_offered: tuple[Any, ...] = ()
    recognized: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    put_off: tuple[str, ...] = ()
    undo: str = ""
    redo: str = ""
    doubts: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


@dataclass(frozen=True)
class Computing:
    """What is being computed.

    Parameters
    ----------
    running : bool
        Whether discs are being found, or all of them graded.
    levels : frozenset of str
        Whose moved boxes are being graded anew.
    graded : mapping of level to Grades
        What has come of the whole grading so far.
    regraded : mapping of level to Grades
        What has come of moved boxes and is not in the scene yet.
    """

    running: bool = False
    levels: frozenset[str] = frozenset()
    graded: Mapping[str, tuple[Grade, ...]] = field(default_factory=dict)
    regraded: Mapping[str, tuple[Grade, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Control:
    """A control: whether it can be used, and what it says when the mouse rests on it; None leaves that as it is."""

    enabled: bool
    tip: str | None = None


@dataclass(frozen=True)
class PanelState:
    """All that the panel shows.

    Parameters
    ----------
    study, series, computing :
        What it is made of.
    grid : Grid
        The table.
    chosen : Key or None
        The chosen cell; None where there is none, or it is no longer there.
    packs : tuple of PackFacts
        Of the systems that are on.
    systems_off, hidden_tasks : tuple of str
    label_task : str
        Whose grade stands beside each disc, as ``system/task``, or ``chosen``.
    table_layout : str
        What the table has columns of; see `discgrader.panel.layouts`.
    calls : str
        By which rule findings are called, as `DiscGraderParameterNode` has it.
    presentation : bool
        Whether texts are large enough for the back row.
    keys : mapping of str to str
        The key of every action by its name.
    undo, redo : str
        What would be undone and redone; empty where there is nothing.
    hint : str
        What is to be done where there are no discs yet.
    warnings : tuple of str
        What is doubtful, one line each, and which control settles it.
    controls : mapping of str to Control
        By the name of the widget.
    """

    study: StudyState = field(default_factory=StudyState)
    series: SeriesState = field(default_factory=SeriesState)
    computing: Computing = field(default_factory=Computing)
    grid: Grid = field(default_factory=Grid)
    chosen: Key | None = None
    packs: tuple[PackFacts, ...] = ()
    systems_off: tuple[str, ...] = ()
    hidden_tasks: tuple[str, ...] = ()
    label_task: str = ""
    table_layout: str = ""
    calls: str = ""
    presentation: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    undo: str = ""
    redo: str = ""
    hint: str = ""
    warnings: tuple[str, ...] = ()
    controls: Mapping[str, Control] = field(default_factory=dict)

    @property
    def level(self) -> str:
        """The level of the chosen cell; empty where none is chosen."""
        return self.chosen[0] if self.chosen else ""

    @property
    def cell(self) -> Cell | None:
        """What is known of the chosen cell."""
        return self.grid.cells.get(self.chosen) if self.chosen else None

    @property
    def why_not(self) -> str:
        """Why the chosen cell's task could not be graded; empty where it was, or nobody has tried."""
        return self.grid.why_not(self.chosen) if self.chosen else ""

    @property
    def levels_computing(self) -> frozenset[str]:
        """The levels whose grades are still to come."""
        computing = self.computing
        return frozenset(self.grid.levels) - computing.graded.keys() if computing.running else computing.levels


def chosen_cell(parameters, study: StudyState) -> Key | None:
    """The chosen cell, under the name that its disc has now; None where there is none, or its disc is no longer
    there."""
    cell, level = parameters.chosen, _chosen_level(parameters, study)
    return (level, cell.system, cell.task) if level and cell.system else None


def _chosen_level(parameters, study: StudyState) -> str | None:
    """What the chosen disc is called now: a disc is chosen, and not what it was called when it was."""
    level, reading, number = parameters.chosen.level, study.reading, parameters.chosenDisc
    if reading is None or not number:
        known = level in study.boxes or (reading is not None and level in reading.levels)
        return level if known else None
    disc = reading.numbered(number) if parameters.chosenStudy == study.name else None
    return None if disc is None else disc.level


def panel_state(
    study: StudyState,
    series: SeriesState,
    computing: Computing,
    parameters,
    packs: Mapping[str, PackFacts],
    history: History | None,
    keys: Mapping[str, str],
    captions: Mapping[str, str],
) -> PanelState:
    """What the panel shows.

    Parameters
    ----------
    study : StudyState
    series : SeriesState
    computing : Computing
    parameters : DiscGraderParameterNode
        What the user has chosen.
    packs : mapping of system to PackFacts
    history : History or None
        Of the study's reading.
    keys : mapping of str to str
        The key of every action by its name.
    captions : mapping of str to str
        What stands on labels and boxes to tick, by the name of the widget.
    """
    off, hidden = tuple(parameters.grading.systemsOff), tuple(parameters.grading.hiddenTasks)
    live = {**computing.graded, **computing.regraded}
    state = PanelState(
        study=study,
        series=series,
        computing=computing,
        grid=grid_of(study.boxes, study.reading, packs, off, hidden, live),
        chosen=chosen_cell(parameters, study),
        packs=tuple(pack for name, pack in packs.items() if name not in off),
        systems_off=off,
        hidden_tasks=hidden,
        label_task=parameters.display.labelTask,
        table_layout=parameters.tableLayout,
        calls=parameters.calls,
        presentation=parameters.presentation,
        keys=keys,
        undo=series.undo or in_language((history and history.undo_words) or ""),
        redo=series.redo or in_language((history and history.redo_words) or ""),
    )
    return replace(
        state, hint=_hint(series), warnings=_warnings(study, series, captions), controls=_controls(state, captions)
    )


def _hint(series: SeriesState) -> str:
    if series.looking:
        return _("Looking at the series…")
    if series.asked and not series.volumes:
        return _("Choose above what each series is.")
    if series.volumes:
        return _("Press “Find discs”. Discs that are missed can be added by hand.")
    return _("Load a lumbar MRI, or take “DiscGrader phantom” from Sample Data; its series are chosen above.")


def _warnings(study: StudyState, series: SeriesState, captions: Mapping[str, str]) -> tuple[str, ...]:
    lines = [f"⚠ {in_language(doubt)}" for doubt in study.findings]
    if study.findings and (study.reading is None or study.reading.named is None):
        settles = _("If a name is wrong, set “{control}” above; all names follow.")
        lines.append(settles.format(control=captions["lowestLabel"]))
    lines += [f"⚠ {in_language(doubt)}" for doubt in (*study.doubts, *series.doubts)]
    if study.has_box_off_disc and not study.misfits:
        off_disc = _("A box that fits no disc is not graded unless you check “{control}”.")
        lines.append(off_disc.format(control=captions["gradeAnywayCheckBox"]))
    if study.misfits:
        lines += [*(f"⚠ {in_language(misfit)}" for misfit in study.misfits), _anyway(study, captions)]
    not_used = _("Not used in this study: {name} ({reason}).")
    return (*lines, *(not_used.format(name=left.name, reason=_why_not_used(left)) for left in study.left_out))


def _anyway(study: StudyState, captions: Mapping[str, str]) -> str:
    """That nothing is graded, or that it is although it is doubtful."""
    if study.grade_anyway:
        return _("Graded although this may not be a lumbar spine on MR.")
    return _("This may not be a lumbar spine on MR: nothing is graded unless you check “{control}”.").format(
        control=captions["gradeAnywayCheckBox"]
    )


def _why_not_used(left_out: LeftOut) -> str:
    """In the user's language, where the reason is the panel's own."""
    return _("not chosen as a series above") if left_out.reason == NOT_CHOSEN else in_language(left_out.reason)


# Which controls can be used, and why the others cannot.

Row = tuple[str, str, str]
"""The name of a widget, what it does, and why it cannot; empty where it can."""


def _controls(state: PanelState, captions: Mapping[str, str]) -> dict[str, Control]:
    computing, graded = state.computing.running, state.study.reading is not None
    busy = _("Something is being computed; wait, or press Stop.") if computing else ""
    no_series = "" if state.series.volumes else _("Choose a series first.")
    if no_series and state.series.asked:
        no_series = _("Choose first what each series is.")
    if state.series.looking:
        no_series = _("The series are still being looked at.")
    no_disc = "" if state.grid.levels else _("Find the discs first.")
    no_cell = "" if state.chosen else _("Choose a cell of the table first.")
    no_reading = "" if graded else _("Grade the discs first.")
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
