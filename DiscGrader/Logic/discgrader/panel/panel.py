"""The panel: whatever happens, one new state is made of it here and handed to the views.

Events are changes of the scene and of the parameter node, what is computed, and what the user does, which goes to the
logic as `Actions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import slicer
from slicer.i18n import tr as _
from vtk import vtkCommand

from discgrader.errors import UsageError
from discgrader.panel.actions import Actions
from discgrader.panel.background import BlockReader, SeriesRecognizer
from discgrader.panel.build_state import panel_state
from discgrader.panel.calls import CallsView
from discgrader.panel.chosen_spine import SpineDialog
from discgrader.panel.computation import Computation, InstallHint, LiveGrades, computing
from discgrader.panel.dependencies import missing_packages
from discgrader.panel.details import DetailsView
from discgrader.panel.discs import DiscsView, MarginSlider
from discgrader.panel.display import DisplayView, SystemsView
from discgrader.panel.events import ParameterTie, RefreshWatch
from discgrader.panel.grade_menu import GradeMenu
from discgrader.panel.grades import GradesView
from discgrader.panel.grid import Key
from discgrader.panel.inputs import InputsView
from discgrader.panel.keys import KeysView
from discgrader.panel.leaving import Leaving
from discgrader.panel.reader import ReaderName
from discgrader.panel.reason import ReasonField
from discgrader.panel.sample import ChosenSpines, show_volumes
from discgrader.panel.second import SecondView
from discgrader.panel.series import SeriesChoice
from discgrader.panel.shared_height import SharedHeight
from discgrader.panel.state import SELECTORS, Control, PanelState
from discgrader.panel.study import study_state
from discgrader.panel.table_layout import LayoutChoice, SetupView
from discgrader.panel.truth import agreement_text, show_truth, truth_html, truth_of
from discgrader.panel.words import PackFacts, pack_facts
from discgrader.reading.history import History


class Panel(Actions):
    """Everything between the widgets of DiscGrader.ui and the logic.

    Parameters
    ----------
    ui : namespace
        The widgets by name.
    logic : DiscGraderLogic
    scene : vtkMRMLScene
    """

    def __init__(self, ui, logic, scene) -> None:
        self.ui, self.logic, self.scene = ui, logic, scene
        self.reader = ReaderName()
        self.parameters: Any = None
        self.packs: Mapping[str, PackFacts] = pack_facts()
        self.state = PanelState()
        self.leaving = Leaving(logic.readings)
        self.watch = RefreshWatch(scene, self.refresh)
        self.recognizer = SeriesRecognizer(scene, self.watch.soon)
        self.series = SeriesChoice(scene, self.recognizer)
        self.spines = ChosenSpines(scene, self.take_study)
        self.block_reader = BlockReader(scene, self._say_unless_computing)
        self.computation = Computation(ui, self)
        self.live = LiveGrades(self)
        self.hint = InstallHint(ui, self)
        self.menu = GradeMenu(self)
        self.margin = MarginSlider(ui.marginSlider, self)
        self.reason = ReasonField(ui, self)
        self.keys = KeysView(ui, self)
        self.inputs = InputsView(ui, self)
        self.systems = SystemsView(ui, self, self.packs)
        self.grades = GradesView(ui.gradeTable, self, self.menu)
        self.layout = LayoutChoice(ui.tableLayoutComboBox, self)
        self.height = SharedHeight(ui, self.grades)
        self.setup = SetupView(ui, self.height)
        self.discs = DiscsView(ui, self)
        self.details = DetailsView(ui.detailsBrowser)
        self.second = SecondView(ui, self)
        self.calls = CallsView(ui, self)
        self.display = DisplayView(ui, self)
        self.views = (
            self.inputs, self.systems, self.grades, self.layout, self.setup, self.discs, self.details, self.second,
            self.display, self.calls,
        )  # fmt: skip
        logic.boxChanged, logic.noticed = self.live.box_changed, self.say
        logic.labels.clicked = self.choose_disc
        self._captions = _captions(ui)
        self._controls: dict[str, Control] = {}
        self._tie: ParameterTie | None = None
        self._spine_dialog: SpineDialog | None = None
        self._tag: Any = None
        self._warm = False
        self._connect()

    def _connect(self) -> None:
        """Have each button do what it says."""
        ui = self.ui
        for button, act in (
            (ui.acceptButton, self.accept),
            (ui.overrideButton, lambda: self.menu.open_below(ui.overrideButton)),
            (ui.withdrawButton, self.withdraw),
            (ui.addButton, self.add_disc),
            (ui.deleteButton, self.delete_disc),
            (ui.fitButton, self.fit_box),
            (ui.resetButton, self.reset_box),
            (ui.undoButton, self.undo),
            (ui.redoButton, self.redo),
            (ui.saveReadingButton, self.choose_save),
            (ui.openReadingButton, self.choose_open),
            (ui.reportButton, self.choose_report),
            (ui.spineButton, self.choose_spine),
            (ui.truthButton, self.show_truth),
        ):
            button.connect("clicked(bool)", act)

    def set_parameters(self, parameters) -> None:
        """Tie the widgets to a parameter node; to none when it is None."""
        if self.parameters is not None:
            self._let_go()
        self.parameters = parameters
        if parameters is not None:
            self.reader.offer(parameters)
            self.logic.readings.calls = parameters.callRules()
            self.margin.show(parameters.boxes.marginMm)
            self._tie = ParameterTie(parameters, self.ui)
            self._tag = parameters.AddObserver(vtkCommand.ModifiedEvent, self._parameters_changed)
            self.watch.start()
            self.refresh()

    def _let_go(self) -> None:
        self.watch.stop()
        self.parameters.RemoveObserver(self._tag)
        if self._tie is not None:
            self._tie.undo()
        # Whoever is kept here keeps the wrapper, which goes on reading its node.
        self._tie = None
        self.menu.close()
        self.reason.cancel()
        self.live.forget()
        self.block_reader.stop()
        self.recognizer.stop()
        self.series.steps.forget()
        self.forget_news()
        self.display.forget()

    def hear_keys(self, heard: bool) -> None:
        """Hear the module's keys in the whole window, or leave them to other modules."""
        if heard:
            self.keys.keys.bind()
        else:
            self.keys.keys.unbind()

    def close(self) -> None:
        """Let go of window, scene and logic."""
        self.hear_keys(False)
        self.spines.stop()
        self.set_parameters(None)
        self.logic.boxChanged = self.logic.noticed = self.logic.labels.clicked = None

    def _parameters_changed(self, _caller, _event) -> None:
        """The views follow at once, the rest of the panel in a moment."""
        self._follow_reader()
        self.display.apply()
        self.refresh_soon()

    # What is shown

    def refresh(self) -> None:
        """Show what the scene holds now."""
        parameters = self.parameters
        if parameters is None:
            return
        self.block_reader.read(self.series.new(()))
        self.series.fill(parameters)
        self.watch.update()
        self._follow_reader()
        series = self.series.state(parameters, self._position)
        before = self.state
        study = study_state(self.scene, self.logic, series.volumes, self.state.study)
        self.state = replace(self.state, series=series, study=study)
        self._warm_up()
        self._follow_margin()
        self.show()
        self.settle_choice()
        self.display.apply()
        if before.study.is_graded and before.study.name == study.name and self._is_to_be_brought(before):
            self.show_chosen()
        if self.discs.is_to_be_graded_again(self.state):
            self.computation.grade_or_stop()

    def _is_to_be_brought(self, before: PanelState) -> bool:
        """Whether the chosen disc may be there again after it was gone, or another task is chosen as its own was
        switched off."""
        now = self.state
        return before.chosen is None or (before.chosen != now.chosen and before.grid.columns != now.grid.columns)

    def refresh_soon(self) -> None:
        """Show what the scene holds, in a moment; of many calls only once."""
        self.watch.soon()

    def show(self) -> None:
        """Show what is known without looking at the scene anew."""
        if self.parameters is None:
            return
        self.state = panel_state(
            self.state.study,
            self.state.series,
            computing(self.computation, self.live),
            self.parameters,
            self.packs,
            self._history(),
            self.keys.shown,
            self._captions,
        )
        for view in self.views:
            view.show(self.state)
        self.height.share()
        for name, control in self.state.controls.items():
            if self._controls.get(name) != control:
                self._controls[name] = control
                _set(getattr(self.ui, name), control)

    def show_chosen(self) -> None:
        """Bring every view to the chosen cell's disc, which may be there again after it was gone."""
        state = self.state
        if state.chosen is not None:
            self.display.bring(state.chosen, state.cell is not None and not state.computing.running)

    def show_result(self) -> None:
        """Show what was found or graded just now: the chosen grade, or else the series that the discs were found on,
        which no view may show yet."""
        self.refresh()
        study = self.study
        if self.state.chosen is not None:
            self.show_chosen()
        elif study is not None:
            self.attempt_quietly(lambda: self.logic.views.show_found(study))

    def ask_reason(self, key: Key, grade: str) -> None:
        """Ask why a cell gets a grade, and give it with the reason."""
        self.reason.ask(key, grade)

    def say(self, news: str) -> None:
        """Show a line of news."""
        self.computation.say(news)

    def forget_news(self) -> None:
        """Leave no line that tells of what was before."""
        self._say_unless_computing(_("Ready."))

    def _say_unless_computing(self, news: str) -> None:
        if not self.computation.running:
            self.say(news)

    def _history(self) -> History | None:
        if self.state.study.reading is None:
            return None
        try:
            return self.logic.readings.of(self.state.study.name).history
        except UsageError:
            # Discs are just being found anew, and those before are gone already.
            return None

    # What follows

    def answer(self, answers: Mapping[Any, str]) -> None:
        """Have volumes serve as what the user says that they are: node to role."""
        failed = _("These series cannot be used that way.")
        self.attempt(failed, lambda: self.series.answer(self.parameters, answers, self._position))

    def put_off(self, nodes: Sequence[Any]) -> None:
        """Ask no more about these volumes."""
        self.series.put_off(self.parameters, nodes)
        self.refresh()

    def ask_again(self) -> None:
        """Ask about the volumes that were put off."""
        self.series.ask_again(self.parameters)
        self.refresh()

    def undo(self) -> None:
        """One step back: of the reading, or the last answer to what a series is."""
        if not self.state.series.undo:
            super().undo()
            return
        self.series.steps.undo(self.parameters)
        self.refresh()

    def redo(self) -> None:
        """One step forward again."""
        if not self.state.series.redo:
            super().redo()
            return
        self.series.steps.redo(self.parameters)
        self.refresh()

    def choose_spine(self) -> None:
        """Ask for the findings of a digital spine, and have it made."""
        if self._spine_dialog is None:
            self._spine_dialog = SpineDialog(self.ui.spineButton.window(), self.spines.make)
        self._spine_dialog.run()

    def take_study(self, nodes: Sequence[Any]) -> None:
        """Choose the series of a study that has just come, and show them."""
        parameters = self.parameters
        if parameters is not None:
            with slicer.util.NodeModify(parameters.parameterNode):
                for name in ("t2", "t1", "t2Space"):
                    setattr(parameters.series, name, None)
                parameters.setAxialNodes([])
        show_volumes(nodes)
        self.refresh_soon()

    def show_truth(self) -> None:
        """Show the true grades of the study, where it is a digital spine, beside those that stand."""
        truth, reading = truth_of(self.scene, self.study), self.state.study.reading
        if not truth:
            self.say(_("The true grades of this study are not known."))
            return
        told = {only: truth_html(truth, reading, only) for only in ((False,) if reading is None else (False, True))}
        show_truth(self.ui.truthButton.window(), agreement_text(truth, reading), told)

    @property
    def _position(self) -> int:
        history = self._history()
        return 0 if history is None else history.position

    def _follow_reader(self) -> None:
        """Whoever stands in the panel reads from now on."""
        name = self.parameters.reader.strip()
        self.reader.keep(name)
        self.logic.readings.set_reader(name)

    def _follow_margin(self) -> None:
        """Undo may bring another margin back."""
        margin_mm, boxes = self.state.study.margin_mm, self.parameters.boxes
        if margin_mm is not None and not self.margin.dragging:
            self.margin.show(margin_mm)
            if boxes.marginMm != margin_mm:
                boxes.marginMm = margin_mm

    def _warm_up(self) -> None:
        """Have the networks loaded as soon as there is something to grade, so that the first click need not wait."""
        if self._warm or not self.state.series.volumes or slicer.app.testingEnabled() or missing_packages():
            return
        self._warm = True
        self.attempt_quietly(self.logic.jobs.warm_up)


def _captions(ui) -> dict[str, str]:
    """What stands on the labels of selectors, and on controls that warnings speak of, by the name of the widget."""
    labels = {f"{name}Label": getattr(ui, f"{name}Label") for name in SELECTORS.values()} | {
        "lowestLabel": ui.lowestLabel
    }
    captions = {name: label.text.rstrip(":") for name, label in labels.items()}
    return {**captions, "gradeAnywayCheckBox": ui.gradeAnywayCheckBox.text}


def _set(widget, control: Control) -> None:
    widget.enabled = control.enabled
    if control.tip is not None:
        widget.toolTip = control.tip
