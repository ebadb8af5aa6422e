"""The discs' names and boxes, what is doubtful about them, and whether what may be no lumbar spine is graded."""

from discgrader.localize.levels import LOWEST_CHOICES, lowest_choice
from discgrader.panel.actions import Actions
from discgrader.panel.state import PanelState


class DiscsView:
    """Names, warnings, and the box to tick below the sentence that says why nothing is graded.

    Parameters
    ----------
    ui : namespace
    actions : Actions
    """

    def __init__(self, ui, actions: Actions) -> None:
        self._ui, self._actions = ui, actions
        self._graded_as: tuple[str | None, bool] = (None, False)
        ui.lowestComboBox.addItems(LOWEST_CHOICES)
        ui.lowestComboBox.connect("activated(int)", lambda _index: actions.set_lowest(ui.lowestComboBox.currentText))
        ui.namesUpButton.connect("clicked(bool)", lambda: actions.shift(1))
        ui.namesDownButton.connect("clicked(bool)", lambda: actions.shift(-1))
        ui.gradeAnywayCheckBox.connect(
            "clicked(bool)", lambda _checked: actions.set_grade_anyway(bool(ui.gradeAnywayCheckBox.checked))
        )

    def show(self, state: PanelState) -> None:
        """Show what the discs are called, and what is doubtful or to be done."""
        ui, levels = self._ui, state.grid.levels
        ui.namesPanel.visible = bool(levels)
        ui.gradeHintLabel.visible = not levels and not state.computing.running
        ui.gradeHintLabel.text = state.hint
        ui.warningLabel.text = "\n".join(state.warnings)
        ui.warningLabel.visible = bool(state.warnings)
        ui.gradeAnywayCheckBox.visible = _may_be_doubted(state)
        if bool(ui.gradeAnywayCheckBox.checked) != state.study.grade_anyway:
            ui.gradeAnywayCheckBox.checked = state.study.grade_anyway
        if levels:
            _show_choice(ui.lowestComboBox, lowest_choice(levels))

    def is_to_be_graded_again(self, state: PanelState) -> bool:
        """Whether a study was graded, or its grades withheld, before the reader wanted it otherwise; by undo and redo,
        too. Asked once for each new state of the scene."""
        if state.computing.running:
            return False
        study, before = state.study, self._graded_as
        self._graded_as = (study.name, study.grade_anyway)
        changed = before[0] == study.name and before[1] != study.grade_anyway
        return _may_be_doubted(state) and changed and (study.is_graded or study.grade_anyway)


def _may_be_doubted(state: PanelState) -> bool:
    """Whether something is not graded that the reader may want graded anyway, or has wanted so."""
    study = state.study
    return bool(study.misfits) or study.has_box_off_disc or study.grade_anyway


class MarginSlider:
    """Gives all boxes another margin, at once while the slider is held.

    Parameters
    ----------
    slider : ctkSliderWidget
    actions : Actions
    """

    def __init__(self, slider, actions: Actions) -> None:
        self._actions = actions
        self._margin_mm: float | None = None
        self.dragging = False
        """Whether the slider is held."""
        slider.connect("valueIsChanging(double)", lambda value: self._changed(value, True))
        slider.connect("valueChanged(double)", lambda value: self._changed(value, False))

    def show(self, margin_mm: float) -> None:
        """The margin that the boxes have, so that only another one is applied."""
        self._margin_mm = margin_mm

    def _changed(self, margin_mm: float, dragging: bool) -> None:
        state = self._actions.state
        if self._margin_mm is None or state.study.name is None:
            return
        if abs(margin_mm - self._margin_mm) > 1e-6 or (self.dragging and not dragging):
            self._margin_mm, self.dragging = margin_mm, dragging
            # Before there are boxes, the margin is only that of those to come.
            if state.study.boxes:
                self._actions.set_margin(margin_mm, dragging)


def _show_choice(box, choice: str) -> None:
    """Have a combo box show a choice, which is added where the box does not have it yet."""
    if box.findText(choice) < 0:
        box.addItem(choice)
    box.currentText = choice
