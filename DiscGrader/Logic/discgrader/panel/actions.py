"""What the user does in the panel, told to the logic as commands to the reading of the study that is shown."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import slicer
from slicer.i18n import tr as _

from discgrader.errors import DiscGraderError
from discgrader.grading.operating_point import ALL_TASKS
from discgrader.grading.scales import Scale
from discgrader.grading.systems import scale_of
from discgrader.panel.build_state import chosen_cell
from discgrader.panel.file_actions import FileActions
from discgrader.panel.grid import Key
from discgrader.panel.layouts import SUMMARY, SYSTEM, Column, key_of, layout_of
from discgrader.panel.state import PanelState
from discgrader.panel.words import PackFacts, in_language
from discgrader.reading.commands import (
    AcceptGrade,
    AcceptLevel,
    Command,
    ConfirmLevel,
    GradeAnyway,
    SetGrade,
    WithdrawGrade,
)
from discgrader.reading.contradictions import wants_decision
from discgrader.reading.disc_commands import DeleteDisc, ResetBox, SetLowest, SetMargin, ShiftLevels
from discgrader.reading.history import History


class Actions(FileActions):
    """All that buttons, keys, menus and the table ask for; the panel is these actions with its views.

    Where something does not work a line and a message say so, and nothing else happens.
    """

    ui: Any
    """The widgets by name."""
    logic: Any
    """DiscGraderLogic."""
    scene: Any
    parameters: Any
    """DiscGraderParameterNode; None while the panel is closed."""
    packs: Mapping[str, PackFacts]
    """The packs that there are, by system."""
    state: PanelState
    """What is shown."""

    def refresh(self) -> None:
        """Show what the scene holds now."""
        raise NotImplementedError

    def refresh_soon(self) -> None:
        """Show what the scene holds, in a moment."""
        raise NotImplementedError

    def show(self) -> None:
        """Show what is known without looking at the scene anew."""
        raise NotImplementedError

    def show_chosen(self) -> None:
        """Bring every view to the chosen cell's disc."""
        raise NotImplementedError

    def show_result(self) -> None:
        """Show what was found or graded just now in the views."""
        raise NotImplementedError

    def answer(self, answers: Mapping[Any, str]) -> None:
        """Have volumes serve as what the user says that they are: node to role."""
        raise NotImplementedError

    def put_off(self, nodes: Sequence[Any]) -> None:
        """Ask no more about these volumes."""
        raise NotImplementedError

    def ask_again(self) -> None:
        """Ask about the volumes that were put off."""
        raise NotImplementedError

    def say(self, news: str) -> None:
        """Show a line of news."""
        raise NotImplementedError

    def ask_reason(self, key: Key, grade: str) -> None:
        """Ask why a cell gets a grade, and give it with the reason."""
        raise NotImplementedError

    def forget_news(self) -> None:
        """Leave no line that tells of what was before."""
        raise NotImplementedError

    @property
    def study(self) -> str | None:
        """The study that is shown."""
        return self.state.study.name

    def attempt(self, failed: str, act: Callable[[], object]) -> bool:
        """Do something; where it does not work say so and go on. Whether it worked."""
        self.forget_news()
        try:
            act()
        except DiscGraderError as error:
            self.say(in_language(str(error)))
            slicer.util.errorDisplay(f"{failed} {in_language(str(error))}")
            self.refresh()
            return False
        self.refresh()
        return True

    def attempt_quietly(self, act: Callable[[], object]) -> None:
        """Do something that is no great loss where it does not work; a line says so."""
        try:
            act()
        except DiscGraderError as error:
            self.say(in_language(str(error)))

    # The chosen cell.

    def choose(self, key: Key) -> None:
        """Choose a cell and bring every view to it."""
        self._keep_choice(key, self._number_of(key[0]))
        self.show()
        self.show_chosen()

    def settle_choice(self) -> None:
        """Have the parameter node keep which disc is chosen, and under the name that it has now; scenes of older
        versions keep its name alone."""
        key = chosen_cell(self.parameters, self.state.study)
        if key is not None:
            number = self._number_of(key[0])
            if (key[0], number) != (self.parameters.chosen.level, self.parameters.chosenDisc):
                self._keep_choice(key, number)

    def _keep_choice(self, key: Key, number: int) -> None:
        with slicer.util.NodeModify(self.parameters.parameterNode):
            chosen = self.parameters.chosen
            chosen.level, chosen.system, chosen.task = key
            self.parameters.chosenDisc, self.parameters.chosenStudy = number, self.study or ""

    def _number_of(self, level: str) -> int:
        """The number of the disc that is called so now; 0 where the scene has only its box."""
        reading = self.state.study.reading
        return next((disc.number for disc in (reading.present if reading else ()) if disc.level == level), 0)

    def _catch_up(self) -> bool:
        """Show what the reading says at this moment, so that a key means the disc that is chosen, whatever has just
        become of it. Whether there is a reading to write in and a chosen disc; where there is none, say so."""
        study = self.state.study.name
        known = None if study is None else self.logic.readings.known(study)
        if known is not None and known.reading is not self.state.study.reading:
            self.refresh()
        if self.state.chosen is not None and self.state.study.reading is not None:
            return True
        self.say(self._why_nothing_is_chosen)
        return False

    @property
    def _why_nothing_is_chosen(self) -> str:
        if self.parameters.chosen.level and self.state.grid.levels and self.state.chosen is None:
            return _("The disc that was chosen is gone. Choose a cell of the table first.")
        return _("Choose a cell of the table first.")

    def choose_disc(self, study: str, level: str) -> None:
        """Choose a disc of the study that is shown, and of it what was chosen of the one before."""
        grid, chosen = self.state.grid, self.state.chosen
        if study == self.study and level in grid.levels and grid.columns:
            self.choose((level, *(chosen[1:] if chosen and chosen[1:] in grid.columns else grid.columns[0])))

    def accept(self) -> None:
        """Accept the pack's grade of the chosen cell."""
        if self._catch_up():
            cell = self.state.cell
            if cell is None or cell.ai is None:
                self.say(_("There is no AI grade to accept here."))
            else:
                self.accept_grade(cell.key)

    def accept_chosen_level(self) -> None:
        """Accept every grade of the chosen level that is unread."""
        if self._catch_up():
            self.accept_level(self.state.level)

    def confirm(self) -> None:
        """Stand by what was decided on the chosen cell before its box was moved."""
        if self._catch_up():
            cell = self.state.cell
            if cell is not None and cell.decision_stale:
                self._decide(_("The grade cannot be confirmed."), ConfirmLevel(*cell.key))
            else:
                self.say(_("There is nothing to confirm here."))

    def confirm_chosen_level(self) -> None:
        """Stand by all that was decided on the chosen level before its box was moved."""
        if self._catch_up():
            self._decide(_("The grade cannot be confirmed."), ConfirmLevel(self.state.level))

    def withdraw(self) -> None:
        """Take back what was said of the chosen cell."""
        if self._catch_up() and self.state.cell is not None:
            self.withdraw_grade(self.state.cell.key)

    def digit(self, digit: str) -> None:
        """Give the chosen cell the grade that a digit stands for."""
        self._with_grade_of(digit, self.set_grade)

    def digit_with_reason(self, digit: str) -> None:
        """Ask why the chosen cell gets the grade that a digit stands for, and give it."""
        self._with_grade_of(digit, self.ask_reason)

    def give_reason(self) -> None:
        """Ask for the reason of the grade that stands in the chosen cell; the AI's is accepted with it."""
        if self._catch_up():
            cell = self.state.cell
            if cell is None:
                self.say(_("This is not graded yet; give it a grade first."))
            else:
                self.ask_reason(cell.key, cell.grade)

    def _with_grade_of(self, digit: str, give: Callable[[Key, str], object]) -> None:
        if not self._catch_up() or (key := self.state.chosen) is None:
            return
        scale = scale_of(*key[1:])
        grade = grade_of_digit(scale, digit)
        if grade is not None:
            give(key, grade)
            return
        labels = ", ".join(map(in_language, scale.labels))
        no_grade = _("{scale} has no grade {digit}; it has {labels}.")
        self.say(no_grade.format(scale=in_language(scale.title), digit=digit, labels=labels))

    # Grades.

    def set_grade(self, key: Key, grade: str, reason: str = "") -> None:
        """Give a grade of one's own."""
        self._decide(_("The grade cannot be set."), SetGrade(*key, grade, reason))

    def accept_grade(self, key: Key) -> None:
        """Accept the pack's grade."""
        self._decide(_("The grade cannot be accepted."), AcceptGrade(*key))

    def accept_level(self, level: str) -> None:
        """Accept every grade of a level that is unread, but for what wants a decision of its own; say what is left."""
        failed = _("The grades cannot be accepted.")
        self._tell_of(
            failed, lambda: self.logic.readings.decide(AcceptLevel(level), self.study), lambda: self._left_of(level)
        )

    def _left_of(self, level: str) -> str:
        """What is left to be decided one by one once a level was accepted; empty where nothing is."""
        number = len(wants_decision(self.logic.readings.of(self.study).history.reading.disc(level)))
        left = _("{number} left open: possible or contradicted.").format(number=number)
        return left if number else ""

    def withdraw_grade(self, key: Key) -> None:
        """Take back what was said."""
        self._decide(_("The grade cannot be withdrawn."), WithdrawGrade(*key))

    def undo(self) -> None:
        """One step back."""
        if self.attempt(_("Undo did not work."), lambda: self.logic.readings.undo(self.study)):
            self.say(self._steps_done().undone_words)

    def redo(self) -> None:
        """One step forward again."""
        if self.attempt(_("Redo did not work."), lambda: self.logic.readings.redo(self.study)):
            self.say(self._steps_done().done_words)

    def _decide(self, failed: str, command: Command) -> None:
        self._tell_of(failed, lambda: self.logic.readings.decide(command, self.study))

    def _tell_of(self, failed: str, act: Callable[[], object], more: Callable[[], str] = lambda: "") -> None:
        """Do something to the reading, and say what was done: by a key nothing else may be seen of it. What ``more``
        says follows."""
        words: list[str] = []

        def doing() -> None:
            history = self._steps_done()
            before = history.position
            act()
            if history.position != before:
                words.append(history.done_words)

        if self.attempt(failed, doing) and (said := [text for text in (*words, more()) if text]):
            self.say(". ".join(map(in_language, said)))

    def _steps_done(self) -> History:
        return self.logic.readings.of(self.study).history

    # Names and boxes of discs.

    def shift(self, steps: int) -> None:
        """Shift all names, towards the head where positive."""
        self._change(_("The names cannot be shifted."), ShiftLevels(steps))

    def set_lowest(self, level: str) -> None:
        """Call the lowest disc so; all names follow."""
        self._change(_("The names cannot be shifted."), SetLowest(level))

    def set_grade_anyway(self, wanted: bool) -> None:
        """Have the study graded although it may not be a lumbar spine on MR, or no longer."""
        self._change(_("This cannot be changed now."), GradeAnyway(wanted))

    def set_margin(self, margin_mm: float, dragging: bool) -> None:
        """Give every box this margin; ``dragging`` while the slider is held."""
        self._change(_("The margin cannot be changed."), SetMargin(margin_mm, dragging))

    def add_disc(self, at_mouse: bool = False) -> None:
        """Add a disc at the crosshair, or where the mouse is, if that is over a slice view; it is chosen then."""
        place, added = _place_in_views(self.scene, at_mouse), []
        if self.attempt(
            _("No disc can be added here."), lambda: added.append(self.logic.readings.add_disc(place, None, self.study))
        ):
            column = (self.state.chosen or ("",))[1:] or next(iter(self.state.grid.columns), None)
            if column is not None:
                self.choose((added[0], *column))

    def delete_disc(self) -> None:
        """Delete the chosen disc."""
        if self._catch_up():
            self._change(_("The disc cannot be deleted."), DeleteDisc(self.state.level))

    def fit_box(self) -> None:
        """Fit the chosen box to its disc again."""
        if self._catch_up():
            level = self.state.level
            self._tell_of(_("The box cannot be fitted."), lambda: self.logic.readings.fit_box(level, self.study))

    def reset_box(self) -> None:
        """Put the chosen box back to where it was found."""
        if self._catch_up():
            self._change(_("The box cannot be reset."), ResetBox(self.state.level))

    def _change(self, failed: str, command: Command) -> None:
        self._tell_of(failed, lambda: self.logic.readings.apply(command, self.study))

    # What is graded and shown.

    def set_axial(self, identifiers: list[str]) -> None:
        """Have the volumes with these IDs serve as axial T2."""
        if self.parameters is not None:
            offered = self.state.series.axial_offered
            self.parameters.setAxialNodes([node for node in offered if node.GetID() in identifiers])

    def switch_systems(self, off: list[str], hidden: list[str]) -> None:
        """Have these systems neither graded nor shown, and these tasks not shown."""
        grading = self.parameters.grading
        grading.systemsOff, grading.hiddenTasks = off, hidden
        self.show()

    def set_table_layout(self, layout: str) -> None:
        """Have the table show a summary by level, one system, or all columns; see `discgrader.panel.layouts`."""
        self.parameters.tableLayout = layout
        self.show()

    def set_calls(self, rule: str) -> None:
        """Have findings called by another rule, of what was graded before, too; nothing is graded anew. Empty for as
        each pack states it."""
        unknown: list[str] = []

        def call() -> None:
            unknown.extend(self.logic.readings.call_findings({ALL_TASKS: rule} if rule else {}))
            self.parameters.calls = rule

        if self.attempt(_("Findings are called as before."), call):
            self.say(" ".join(unknown) or _("Findings are called by this rule now; probabilities stay."))

    def show_system(self, system: str) -> None:
        """Have the table show one system, with its worst finding at the chosen level chosen, or at the first."""
        grid, chosen = self.state.grid, self.state.chosen
        level = chosen[0] if chosen and chosen[0] in grid.levels else next(iter(grid.levels), None)
        key = None if level is None else key_of(Column(system), level, grid)
        self.parameters.tableLayout = SYSTEM
        if key is None or (chosen and chosen[1] == system):
            self.show()
        else:
            self.choose(key)

    def switch_table(self) -> None:
        """Change between the summary and the system of the chosen cell."""
        layout = layout_of(self.parameters.tableLayout, self.state.grid)
        self.set_table_layout(SYSTEM if layout == SUMMARY else SUMMARY)

    def set_label_task(self, name: str) -> None:
        """Have this task's grade stand beside each disc: ``system/task``, or ``chosen``."""
        self.parameters.display.labelTask = name


def grade_of_digit(scale: Scale, digit: str) -> str | None:
    """The grade that is written so, as 4 for IV; on scales without digits the grade in that place, from 0.

    None where the scale has no such grade.
    """
    if any(value.isdigit() for value in scale.values):
        return digit if digit in scale.values else None
    place = int(digit)
    return scale.values[place] if place < len(scale.values) else None


def _place_in_views(scene, at_mouse: bool) -> list[float]:
    """Where the crosshair is, or the mouse, if it is wanted and over a slice view; RAS mm."""
    crosshair = scene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
    place = [0.0, 0.0, 0.0]
    if crosshair is None or (at_mouse and crosshair.GetCursorPositionRAS(place)):
        return place
    return list(crosshair.GetCrosshairRAS())
