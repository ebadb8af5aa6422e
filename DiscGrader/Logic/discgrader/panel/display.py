"""Which systems and tasks are graded and shown, and how the views show the chosen grade."""

from collections.abc import Callable, Mapping
from typing import Any

import qt
from slicer.i18n import tr as _

from discgrader.grading.headings import heading
from discgrader.grading.systems import find_system, find_task
from discgrader.panel.actions import Actions
from discgrader.panel.build_state import chosen_cell
from discgrader.panel.grid import Key
from discgrader.panel.state import PanelState
from discgrader.panel.words import PackFacts, badge_html, badge_tip, in_language

CHOSEN = "chosen"
"""In the place of ``system/task``: labels tell the grade of the chosen task."""


class DisplayView:
    """Brings the views to the chosen grade, and applies the switches and sliders for saliency and labels at once.

    Parameters
    ----------
    ui : namespace
    actions : Actions
    """

    def __init__(self, ui, actions: Actions) -> None:
        self._box, self._actions = ui.labelTaskComboBox, actions
        self._names: list[str] = []
        self._applied: dict[str, object] = {}
        self._box.connect("activated(int)", lambda index: actions.set_label_task(self._names[index]))

    def show(self, state: PanelState) -> None:
        """Offer the tasks whose grade may stand beside each disc, and show which does."""
        names = [CHOSEN, *(f"{system}/{task}" for system, task in state.grid.columns)]
        if names != self._names:
            self._names = names
            titles = (heading(*column, in_language) for column in state.grid.columns)
            self._box.clear()
            self._box.addItems([_("the chosen task"), *titles])
        if state.label_task in names:
            self._box.currentIndex = names.index(state.label_task)

    def bring(self, key: Key, graded: bool) -> None:
        """Bring every view to a disc, and to its grade where it has one."""
        logic, study = self._actions.logic, self._study
        if graded:
            self._attempt(lambda: logic.views.show_grade(logic.readings.of(study), *key))
        else:
            self._attempt(lambda: logic.views.show_level(logic.readings.of(study), key[0]))
        self._applied.pop("axial", None)
        self.apply()

    def forget(self) -> None:
        """Apply everything anew the next time: another scene is shown."""
        self._applied.clear()

    def apply(self) -> None:
        """Have the views show what the switches say now."""
        logic, parameters, study = self._actions.logic, self._actions.parameters, self._study
        if parameters is None or study is None:
            return
        # The cell may have been chosen a moment ago, and is not shown yet.
        display, key = parameters.display, chosen_cell(parameters, self._actions.state.study)
        saliency = display.saliency, display.saliencyOpacity, display.saliencyThreshold
        self._once("saliency", saliency, lambda: logic.views.set_saliency(*saliency))
        overlays = display.boxes, display.outlines, display.clean
        self._once("overlays", overlays, lambda: self._show_overlays(*overlays))
        label = display.labelTask
        system, task = key[1:] if label == CHOSEN and key else (*label.split("/"), "")[:2]
        labels = (display.labels, system, task, parameters.presentation)
        self._once("labels", labels, lambda: logic.labels.show(*labels))
        level = key[0] if key and display.axialInDiscPlane else None
        self._once(
            "axial", level, lambda: logic.views.turn(None if level is None else logic.readings.node(level, study))
        )

    def _show_overlays(self, boxes: bool, outlines: bool, clean: bool) -> None:
        logic = self._actions.logic
        logic.views.show_overlays(boxes, outlines, clean)
        logic.labels.refresh()

    @property
    def _study(self) -> str | None:
        """The study that is shown, once its discs were found."""
        study = self._actions.state.study
        return study.name if study.boxes else None

    def _attempt(self, act: Callable[[], object]) -> None:
        self._actions.attempt_quietly(act)

    def _once(self, what: str, value: object, act: Callable[[], object]) -> None:
        # The default is no value that anything could have.
        if self._applied.get(what, ...) != value:
            self._applied[what] = value
            self._attempt(act)


class SystemsView:
    """The tree of systems and tasks with their check marks, and the line on what the packs were trained on.

    Parameters
    ----------
    ui : namespace
    actions : Actions
    packs : mapping of system to PackFacts
    """

    def __init__(self, ui, actions: Actions, packs: Mapping[str, PackFacts]) -> None:
        self._ui, self._tree, self._actions = ui, ui.systemsTree, actions
        self.systems: dict[str, Any] = {}
        self.tasks: dict[str, Any] = {}
        """The items of the tree, by system and by ``system/task``."""
        self._shown: object = None
        self._showing = True
        self._tree.setHeaderHidden(True)
        self._tree.setRootIsDecorated(False)
        self._tree.setSelectionMode(qt.QAbstractItemView.NoSelection)
        self._tree.setVerticalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)
        self._tree.connect("itemChanged(QTreeWidgetItem*,int)", self._switched)
        self._fill(packs)
        self._showing = False

    def show(self, state: PanelState) -> None:
        """Show which systems and tasks are on, and whose packs they are."""
        shown = (state.systems_off, state.hidden_tasks, state.packs)
        if shown == self._shown:
            return
        self._shown = shown
        self._showing = True
        for name, item in self.systems.items():
            item.setCheckState(0, qt.Qt.Unchecked if name in state.systems_off else qt.Qt.Checked)
        for name, item in self.tasks.items():
            item.setCheckState(0, qt.Qt.Unchecked if name in state.hidden_tasks else qt.Qt.Checked)
            item.setDisabled(name.split("/")[0] in state.systems_off)
        self._showing = False
        self._ui.badgeLabel.text = badge_html(state.packs)
        self._ui.badgeLabel.toolTip = badge_tip(state.packs)

    def _fill(self, packs: Mapping[str, PackFacts]) -> None:
        """Offer the systems that there is a pack of."""
        tree = self._tree
        tree.clear()
        for name, pack in packs.items():
            top = self.systems[name] = _item(tree, in_language(find_system(name).title))
            top.setToolTip(0, pack.tip)
            for task in pack.tasks:
                self.tasks[f"{name}/{task}"] = _item(top, in_language(find_task(name, task).title))
            top.setExpanded(True)
        rows = len(self.systems) + len(self.tasks)
        height = max(tree.sizeHintForRow(0), tree.fontMetrics().height())
        tree.setFixedHeight(rows * height + 2 * tree.frameWidth + 4)

    def _switched(self, _item, _column) -> None:
        if not self._showing:
            self._actions.switch_systems(_unchecked(self.systems), _unchecked(self.tasks))


def _item(parent, text: str):
    item = qt.QTreeWidgetItem(parent)
    item.setText(0, text)
    item.setCheckState(0, qt.Qt.Checked)
    return item


def _unchecked(items: Mapping[str, Any]) -> list[str]:
    return [name for name, item in items.items() if item.checkState(0) == qt.Qt.Unchecked]
