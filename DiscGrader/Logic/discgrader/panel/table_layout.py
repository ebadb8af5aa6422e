"""What is shown around the table of grades: the choice of its layout, and the area of series and names, which folds."""

import qt
from slicer.i18n import tr as _

from discgrader.panel.actions import Actions
from discgrader.panel.layouts import ALL, SUMMARY, SYSTEM, layout_of, systems_in
from discgrader.panel.shared_height import SharedHeight, Watch
from discgrader.panel.state import PanelState
from discgrader.panel.words import system_title


class LayoutChoice:
    """The box in which the summary, one of the systems, or all columns are chosen.

    Parameters
    ----------
    box : QComboBox
    actions : Actions
    """

    def __init__(self, box, actions: Actions) -> None:
        self._box, self._actions = box, actions
        self._names: list[str] = []
        box.connect("activated(int)", self._chosen)

    def show(self, state: PanelState) -> None:
        """Offer what there is, and show what the table shows."""
        grid = state.grid
        names = [SUMMARY, *systems_in(grid), ALL]
        if names != self._names:
            self._names = names
            self._box.clear()
            self._box.addItems([_("Summary"), *map(system_title, names[1:-1]), _("All columns")])
        self._box.visible = bool(grid.levels and grid.columns)
        layout = layout_of(state.table_layout, grid)
        system = state.chosen[1] if state.chosen and state.chosen[1] in names else names[1]
        self._box.currentIndex = names.index(system if layout == SYSTEM else layout)

    def _chosen(self, index: int) -> None:
        name = self._names[index]
        if name in (SUMMARY, ALL):
            self._actions.set_table_layout(name)
        else:
            self._actions.show_system(name)


class SetupView:
    """Series, names and warnings: open until there are grades, then one line, which opens them again.

    Parameters
    ----------
    ui : namespace
    height : SharedHeight
    """

    def __init__(self, ui, height: SharedHeight) -> None:
        self._ui, self._height = ui, height
        self._warnings: tuple[str, ...] = ()
        self._stage: tuple[str | None, bool] | None = None
        self._watch = Watch(self._write)
        ui.warningLine.installEventFilter(self._watch)
        ui.setupButton.connect("toggled(bool)", self._toggled)

    def show(self, state: PanelState) -> None:
        """Fold or unfold with the first grade of a study, and tell of warnings."""
        stage = (state.study.name, bool(state.grid.cells))
        if stage != self._stage:
            self._stage = stage
            self._ui.setupButton.checked = not stage[1]
        if state.warnings != self._warnings:
            self._warnings = state.warnings
        self._toggled(bool(self._ui.setupButton.checked))

    def _toggled(self, opened: bool) -> None:
        ui, arrows = self._ui, (qt.Qt.RightArrow, qt.Qt.DownArrow)
        ui.setupButton.setArrowType(arrows[opened])
        ui.setupPanel.visible = opened
        ui.warningLine.visible = bool(self._warnings) and not opened and not self._height.is_low
        self._write()

    def _write(self) -> None:
        """The first warning, and how many there are, in one line; their number on the button."""
        ui, warnings = self._ui, self._warnings
        count = sum(1 for line in warnings if line.startswith("⚠"))
        ui.setupButton.text = _("Series") + (f" ⚠{count}" if count else "")
        ui.setupButton.toolTip = "\n".join([_("Series, names and warnings"), *warnings])
        text = " ".join(warnings[:1])
        more = _("(+{count})").format(count=len(warnings) - 1) if len(warnings) > 1 else ""
        metrics = qt.QFontMetrics(ui.warningLine.font)
        room = ui.warningLine.width - metrics.horizontalAdvance(f" {more}")
        shown = f"{metrics.elidedText(text, qt.Qt.ElideRight, max(room, 40))} {more}".strip()
        if ui.warningLine.text != shown:
            ui.warningLine.text = shown
        tip = "\n".join(warnings)
        if ui.warningLine.toolTip != tip:
            ui.warningLine.toolTip = tip
