"""The panel's state, put together from the scene, what is chosen and what is being computed."""

from collections.abc import Mapping
from dataclasses import replace

from slicer.i18n import tr as _

from discgrader.imaging.study import LeftOut
from discgrader.mrml.hierarchy import NOT_CHOSEN
from discgrader.panel.controls import controls_of
from discgrader.panel.grid import Grid, Key, grid_of
from discgrader.panel.state import Computing, PanelState, SeriesState
from discgrader.panel.study import StudyState
from discgrader.panel.words import PackFacts, in_language
from discgrader.reading.history import History


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


def _with_a_column(chosen: Key | None, grid: Grid) -> Key | None:
    """The chosen cell; where its task is switched off, the first one of its disc that is not, of its system where there
    is one."""
    if chosen is None or chosen[1:] in grid.columns or not grid.columns:
        return chosen
    own = [column for column in grid.columns if column[0] == chosen[1]]
    return (chosen[0], *(own or grid.columns)[0])


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
    grid = grid_of(study.boxes, study.reading, packs, off, hidden, live)
    state = PanelState(
        study=study,
        series=series,
        computing=computing,
        grid=grid,
        chosen=_with_a_column(chosen_cell(parameters, study), grid),
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
        state, hint=_hint(series), warnings=_warnings(study, series, captions), controls=controls_of(state, captions)
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
