"""The panel: what the scene holds, shown in its widgets, and what the reader does, told to the logic."""

from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _
from vtk import vtkCommand

from discgrader.errors import DiscGraderError, UsageError
from discgrader.imaging.study import LeftOut
from discgrader.localize.levels import LOWEST_CHOICES, lowest_choice, name_percent
from discgrader.mrml.hierarchy import NOT_CHOSEN
from discgrader.panel.badges import badge_html, badge_tip
from discgrader.panel.block_reader import BlockReader
from discgrader.panel.box_buttons import BoxButtons
from discgrader.panel.chosen_actions import ChosenActions
from discgrader.panel.computation import Computation
from discgrader.panel.decisions import Decisions
from discgrader.panel.details import Details
from discgrader.panel.display import Display
from discgrader.panel.grade_anyway import GradeAnyway
from discgrader.panel.grade_menu import GradeMenu
from discgrader.panel.grade_table import GradeTable
from discgrader.panel.grid import Grid, Key
from discgrader.panel.inputs import InputChooser, made_volumes
from discgrader.panel.key_bar import KeyBar
from discgrader.panel.label_task import LabelTask
from discgrader.panel.live_grades import LiveGrades
from discgrader.panel.missing import InstallHint, missing_packages
from discgrader.panel.packs import pack_facts
from discgrader.panel.parameter_tie import ParameterTie
from discgrader.panel.reading_files import ReadingFiles
from discgrader.panel.scene_watch import RefreshWatch
from discgrader.panel.series_inputs import SeriesInputs
from discgrader.panel.series_look import SeriesLook
from discgrader.panel.study_state import StudyState, grid_of, study_state
from discgrader.panel.systems_tree import SystemsTree
from discgrader.panel.undo_buttons import UndoButtons
from discgrader.panel.vocabulary import not_graded_text
from discgrader.reading import commands
from discgrader.reading.commands import SetLowest, ShiftLevels


class Panel:
    """Everything between the widgets of DiscGrader.ui and the logic.

    Parameters
    ----------
    ui : namespace
        The widgets by name.
    logic : DiscGraderLogic
    scene : vtkMRMLScene
    ask_reason : callable(Key, str) -> str or None
    """

    def __init__(self, ui, logic, scene, ask_reason: Callable[[Key, str], str | None]):
        self.ui, self.logic, self.scene = ui, logic, scene
        self.parameters = None
        self.packs = pack_facts()
        self.state = StudyState(None, {}, None)
        self.watch = RefreshWatch(scene, self.refresh)
        # What is computed comes while the scene is being filled: the panel follows in a turn of its own.
        self.computation = Computation(ui, logic.cancel, slicer.util.errorDisplay, self.watch.soon)
        self.decisions = Decisions(logic, lambda: self.state.name, self.attempt)
        self.menu = GradeMenu(self.decisions, ask_reason)
        self.table = GradeTable(ui.gradeTable, self.choose, self._open_menu)
        self.details = Details(ui.detailsBrowser)
        self.systems = SystemsTree(ui.systemsTree, self._switch_systems)
        self.series_look = SeriesLook(scene, self.watch.soon)
        self.inputs = InputChooser(scene, self.series_look.what)
        self.block_reader = BlockReader(scene, self._say_unless_computing)
        self.series_inputs = SeriesInputs(ui, self.inputs, self.series_look, lambda: self.parameters, self.watch.soon)
        self.undo = UndoButtons(ui.undoButton, ui.redoButton, self.decisions)
        self.files = ReadingFiles(ui, logic, lambda: self.state.name, self.attempt, self.computation.say)
        self.boxes = BoxButtons(
            ui, logic, scene, lambda: (self.state.name, self.level), self.attempt, lambda: bool(self.state.boxes)
        )
        self.label_task = LabelTask(ui.labelTaskComboBox, self._set_label_task)
        self.actions = ChosenActions(
            lambda: self.table.grid, lambda: self.chosen, lambda: self.state.reading is not None, self.choose,
            self.decisions, self.computation.say,
        )  # fmt: skip
        self.key_bar = KeyBar(ui, self.actions, self.undo, self.table, self.show)
        self.display = Display(
            logic, lambda: self.parameters, lambda: self.state.name if self.state.levels else None,
            lambda: self.chosen, self.attempt_quietly,
        )  # fmt: skip
        self.live = LiveGrades(logic, self._grades_follow, self.show, self.computation.say)
        logic.boxChanged, logic.noticed = self.live.box_changed, self.computation.say
        self.hint = InstallHint(ui, self.install)
        self.anyway = GradeAnyway(ui.gradeAnywayCheckBox, self._set_grade_anyway, self._grade_again)
        self._tie = self._tag = None
        self._warm = False
        self._connect()

    def _connect(self) -> None:
        ui = self.ui
        self.systems.fill(self.packs)
        ui.lowestComboBox.addItems(LOWEST_CHOICES)
        ui.findButton.connect("clicked(bool)", self.find)
        ui.gradeButton.connect("clicked(bool)", self.grade_or_stop)
        ui.acceptButton.connect("clicked(bool)", self.actions.accept)
        ui.overrideButton.connect("clicked(bool)", self.open_menu)
        ui.withdrawButton.connect("clicked(bool)", self.actions.withdraw)
        ui.lowestComboBox.connect("activated(int)", self._set_lowest)
        ui.namesUpButton.connect("clicked(bool)", lambda: self.shift(1))
        ui.namesDownButton.connect("clicked(bool)", lambda: self.shift(-1))

    def set_parameters(self, parameters) -> None:
        """Tie the widgets to a parameter node; to none when it is None."""
        if self.parameters is not None:
            self.watch.stop()
            self.parameters.RemoveObserver(self._tag)
            self._tie.undo()
            # Whoever is kept here keeps the wrapper, which goes on reading its node.
            self._tie = None
            self.menu.close()
            self.live.forget()
            self.block_reader.stop()
            self.series_look.stop()
            self._forget_news()
            self.display.forget()
        self.parameters = parameters
        if parameters is not None:
            self.boxes.show_margin(parameters.boxes.marginMm)
            self._tie = ParameterTie(parameters, self.ui)
            self._tag = parameters.AddObserver(vtkCommand.ModifiedEvent, self._parameters_changed)
            self.watch.start()
            self.refresh()

    def hear_keys(self, heard: bool) -> None:
        """Hear the module's keys in the whole window, or leave them to other modules."""
        if heard:
            self.key_bar.keys.bind()
        else:
            self.key_bar.keys.unbind()

    def _parameters_changed(self, _caller, _event) -> None:
        """The views follow at once, the rest of the panel in a moment."""
        self.logic.readings.set_reader(self.parameters.reader.strip())
        self.display.apply()
        self.watch.soon()

    # What is shown

    def refresh(self) -> None:
        """Show what the scene holds now."""
        if self.parameters is None:
            return
        self._offer_series_only()
        self.block_reader.look(self.inputs.new(()))
        self.series_inputs.choose()
        self.watch.look()
        self.logic.readings.set_reader(self.parameters.reader.strip())
        self.state = study_state(self.scene, self.logic, self.parameters.volumes(), self.state)
        self._warm_up()
        self._follow_margin()
        self.show()
        self.display.apply()
        self.anyway.follow(self.state, self.computation.running)

    def _follow_margin(self) -> None:
        """Undo may bring another margin back."""
        discs = self.state.reading.present if self.state.reading is not None else ()
        margins = {one.margin_mm for one in discs if one.margin_mm is not None}
        if len(margins) == 1 and not self.boxes.dragging:
            self.boxes.show_margin(*margins)
            if self.parameters.boxes.marginMm != next(iter(margins)):
                self.parameters.boxes.marginMm = next(iter(margins))

    def _warm_up(self) -> None:
        """Have the networks loaded as soon as there is something to grade, so that the first click need not wait."""
        if self._warm or not self.parameters.volumes() or slicer.app.testingEnabled() or missing_packages():
            return
        self._warm = True
        self.attempt_quietly(self.logic.jobs.warm_up)

    def show(self) -> None:
        """Show what is known without looking at the scene anew."""
        parameters, ui = self.parameters, self.ui
        if parameters is None:
            return
        grading = parameters.grading
        off, hidden = list(grading.systemsOff), list(grading.hiddenTasks)
        grid = grid_of(self.state, self.packs, off, hidden, {**self.computation.live, **self.live.grades})
        running = set(grid.levels) - set(self.computation.live) if self.computation.running else self.live.levels
        key = self.chosen
        self.systems.show(off, hidden)
        on = [pack for name, pack in self.packs.items() if name not in off]
        ui.badgeLabel.text, ui.badgeLabel.toolTip = badge_html(on), badge_tip(on)
        self.table.show(grid, key, running)
        ui.gradeTable.visible = ui.namesPanel.visible = bool(grid.levels)
        ui.gradeHintLabel.visible = not grid.levels and not self.computation.running
        ui.gradeHintLabel.text = self._hint()
        self._show_warnings()
        if grid.levels:
            _show_choice(ui.lowestComboBox, lowest_choice(grid.levels))
        cell = grid.cells.get(key)
        why_not = grid.why_not(key) if key else ""
        self.details.show(key, cell, self.state.notes.get(key[0], "") if key else "", why_not)
        self.undo.show(self._history())
        self.label_task.show(grid.columns, parameters.display.labelTask)
        self._enable(grid, cell, why_not)

    def _hint(self) -> str:
        """What is to be done where there are no discs yet."""
        if self.series_inputs.looking:
            return _("Looking at the series…")
        if self.parameters.volumes():
            return _("Press “Find discs”. Discs that are missed can be added by hand.")
        return _("Load a lumbar MRI, or take “DiscGrader phantom” from Sample Data; its series are chosen above.")

    def _show_warnings(self) -> None:
        """What is doubtful about the study and its boxes, and which control settles the count and the names."""
        ui = self.ui
        lines = [f"⚠ {one}" for one in (*self.state.findings, *self.state.doubts, *self.series_inputs.doubts())]
        self.anyway.show(self.state, self.computation.running)
        if self.state.findings and (self.state.reading is None or self.state.reading.named is None):
            settles = _("If a name is wrong, set “{control}” above; all names follow.")
            lines.insert(len(self.state.findings), settles.format(control=ui.lowestLabel.text.rstrip(":")))
        lines += self.anyway.sentences(self.state)
        told = _("Not used of this study: {name} ({reason}).")
        lines += [told.format(name=one.name, reason=self._why_not_used(one)) for one in self.state.left_out]
        ui.warningLabel.text = "\n".join(lines)
        ui.warningLabel.visible = bool(lines)

    def _lowest_tip(self) -> str:
        """What the choice of the lowest disc does, and how sure it is."""
        tip, sure = _("What the lowest disc is called; all names follow"), self.state.name_probability
        if sure is None or sure == 1:
            return tip
        told = _("{tip}\nAs found, it is right with a probability of {probability}.").format(
            tip=tip, probability=name_percent(sure)
        )
        others = ", ".join(f"{level} {name_percent(one)}" for level, one in self.state.name_alternatives.items())
        return f"{told} " + _("Otherwise: {levels}").format(levels=others) if others else told

    def _why_not_used(self, one: LeftOut) -> str:
        """In the user's language, where the reason is the panel's own."""
        return _("it is chosen as no series above") if one.reason == NOT_CHOSEN else one.reason

    @property
    def chosen(self) -> Key | None:
        """The chosen cell; None where there is none, or it is no longer there."""
        if self.parameters is None:
            return None
        cell = self.parameters.chosen
        present = cell.level in self.state.boxes or (
            self.state.reading is not None and cell.level in self.state.reading.levels
        )
        return (cell.level, cell.system, cell.task) if present and cell.system else None

    @property
    def level(self) -> str | None:
        """The level of the chosen cell."""
        return self.chosen[0] if self.chosen else None

    @property
    def cell(self):
        """What is known of the chosen cell, or None."""
        return self.table.grid.cells.get(self.chosen)

    def _history(self):
        if self.state.reading is None:
            return None
        try:
            return self.logic.readings.of(self.state.name).history
        except UsageError:
            # Discs are just being found anew, and those before are gone already.
            return None

    def _offer_series_only(self) -> None:
        """Leave out of every selector what the module made itself."""
        made = made_volumes(self.scene)
        for widget in vars(self.ui).values():
            if hasattr(widget, "sortFilterProxyModel"):
                model = widget.sortFilterProxyModel()
                if list(model.hiddenNodeIDs) != made:
                    model.hiddenNodeIDs = made

    def _enable(self, grid: Grid, cell, why_not: str) -> None:
        """Enable what can be done, and say of the rest why it cannot."""
        ui, running = self.ui, self.computation.running
        volumes, discs = bool(self.parameters.volumes()), bool(grid.levels)
        no_volume = "" if volumes else _("Choose a series first.")
        if self.series_inputs.looking:
            no_volume = _("The series are still being looked at.")
        busy = _("Something is being computed; wait, or press Stop.") if running else ""
        no_disc = "" if discs else _("Find the discs first.")
        no_cell = "" if self.chosen else _("Choose a cell of the table first.")
        ungraded = not_graded_text(why_not) if why_not else _("This is not graded yet.")
        no_grade = "" if cell is not None else no_cell or ungraded
        can_decide = "" if self.state.reading is not None else _("Grade the discs first.")
        accepted = _("Accepted already.") if cell is not None and cell.status == "accepted" else ""
        unread = _("You have said nothing of it.") if cell is not None and cell.status == "unread" else ""
        all_off = "" if grid.columns else _("Switch on a system under Settings first.")
        for button, tip, why in (
            (ui.findButton, _("Find and name the discs and put a box around each"), busy or no_volume),
            (ui.gradeButton, _("Stop") if running else _("Grade the discs; those not found yet are found first"),
             "" if running else no_volume or all_off),
            (ui.acceptButton, _("Accept the AI's grade"), no_grade or can_decide or accepted),
            (ui.overrideButton, _("Give a grade of your own"), no_cell or can_decide),
            (ui.withdrawButton, _("Take back what you said of this grade"), no_grade or can_decide or unread),
            (ui.namesUpButton, _("Shift all names one level up, towards the head"), busy or no_disc),
            (ui.namesDownButton, _("Shift all names one level down, towards the sacrum"), busy or no_disc),
            (ui.lowestComboBox, self._lowest_tip(), busy or no_disc),
        ):  # fmt: skip
            button.enabled = not why
            button.toolTip = why or tip
        self.boxes.enable(no_volume, no_disc or no_cell, busy)
        self.files.enable(can_decide)
        for widget in (ui.t2Selector, ui.t1Selector, ui.t2SpaceSelector, ui.axialT2Selector):
            widget.enabled = not running

    # What the reader does

    def attempt(self, failed: str, act: Callable[[], object]) -> bool:
        """Do something; where it does not work say so in one line and go on. Whether it worked."""
        self._forget_news()
        before = self.chosen
        try:
            act()
        except DiscGraderError as error:
            self.computation.say(str(error))
            slicer.util.errorDisplay(f"{failed} {error}")
            self.refresh()
            return False
        self.refresh()
        if before is None and self.chosen is not None:
            self._show_chosen()
        return True

    def _forget_news(self) -> None:
        """Leave no line that tells of what was before."""
        if not self.computation.running:
            self.computation.say(_("Ready."))

    def _say_unless_computing(self, news: str) -> None:
        if not self.computation.running:
            self.computation.say(news)

    def find(self) -> None:
        """Find, name and box the discs."""
        parameters = self.parameters
        self.computation.begin(_("Finding the discs…"))
        self._start(
            lambda: self.logic.findDiscs(
                parameters.volumes(),
                waitForCompletion=False,
                eventCallback=self.computation.hear,
                settings=parameters.settings(self.packs),
            )
        )

    def grade_or_stop(self) -> None:
        """Grade the discs without holding up the window; stop where that is under way."""
        if self.computation.running:
            self.computation.stop()
            return
        parameters = self.parameters
        self.computation.begin(_("Grading…"))
        self._start(
            lambda: self.logic.grade(
                parameters.volumes(),
                waitForCompletion=False,
                eventCallback=self.computation.hear,
                settings=parameters.settings(self.packs),
            )
        )

    def install(self) -> None:
        """Have the user asked, and what is missing installed."""
        try:
            self.logic.ensureDependencies()
        except (DiscGraderError, RuntimeError) as error:
            self.computation.say(str(error))
        self.hint.show()

    def _start(self, ask: Callable[[], object]) -> None:
        try:
            self.logic.ensureDependencies()
            ask()
        except (DiscGraderError, RuntimeError) as error:
            self.computation.end(str(error))
            slicer.util.errorDisplay(str(error))

    def choose(self, key: Key) -> None:
        """Choose a cell and bring every view to it."""
        with slicer.util.NodeModify(self.parameters.parameterNode):
            chosen = self.parameters.chosen
            chosen.level, chosen.system, chosen.task = key
        self.show()
        self._show_chosen()

    def _show_chosen(self) -> None:
        """Bring every view to the chosen cell's disc, which may be there again after it was gone."""
        self.display.show(self.chosen, self.chosen in self.table.grid.cells and not self.computation.running)

    def attempt_quietly(self, act: Callable[[], object]) -> None:
        """Do something that is no great loss where it does not work; a line says so."""
        try:
            act()
        except DiscGraderError as error:
            self.computation.say(str(error))

    def open_menu(self) -> None:
        """Open the menu of grades below the chosen cell's button."""
        if self.chosen is not None:
            button = self.ui.overrideButton
            self._open_menu(self.chosen, button.mapToGlobal(qt.QPoint(0, button.height)))

    def _open_menu(self, key: Key, place) -> None:
        if self.state.reading is not None:
            self.menu.open(key, self.table.grid.cells.get(key), place)

    def shift(self, steps: int) -> None:
        """Shift all names, towards the head where positive."""
        self.attempt(
            _("The names cannot be shifted."), lambda: self.logic.readings.apply(ShiftLevels(steps), self.state.name)
        )

    def _set_lowest(self, _index) -> None:
        level = self.ui.lowestComboBox.currentText
        self.attempt(
            _("The names cannot be shifted."), lambda: self.logic.readings.apply(SetLowest(level), self.state.name)
        )

    def _set_grade_anyway(self, wanted: bool) -> None:
        self.attempt(
            _("This cannot be changed now."),
            lambda: self.logic.readings.apply(commands.GradeAnyway(wanted), self.state.name),
        )

    def _apply(self, command: commands.Command) -> None:
        self.logic.readings.apply(command, self.state.name)

    def _grade_again(self) -> None:
        """Grade anew, or withhold the grades, since the reader wants it otherwise than when it was graded."""
        if not self.computation.running:
            self.grade_or_stop()

    def _switch_systems(self, off: list[str], hidden: list[str]) -> None:
        grading = self.parameters.grading
        grading.systemsOff, grading.hiddenTasks = off, hidden
        self.show()

    def _set_label_task(self, name: str) -> None:
        self.parameters.display.labelTask = name

    def _grades_follow(self) -> bool:
        """Whether a moved box is graded anew: not before the study was graded, nor without what computes."""
        reading = self.state.reading
        return reading is not None and any(one.gradings for one in reading.discs) and not missing_packages()

    def close(self) -> None:
        """Let go of window, scene and logic."""
        self.hear_keys(False)
        self.set_parameters(None)
        self.logic.boxChanged = self.logic.noticed = None


def _show_choice(box, choice: str) -> None:
    """Have a combo box show a choice, which is added where the box does not have it yet."""
    if box.findText(choice) < 0:
        box.addItem(choice)
    box.currentText = choice
