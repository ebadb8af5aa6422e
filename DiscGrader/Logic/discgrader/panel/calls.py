"""The choice by which rule findings are called, and the sensitivity that is wanted."""

from slicer.i18n import tr as _

from discgrader.grading.operating_point import LIKELIEST, SENSITIVITIES, SENSITIVITY, YOUDEN, Rule, read_rule
from discgrader.panel.actions import Actions
from discgrader.panel.state import PanelState

_RULES = ("", YOUDEN, SENSITIVITY, LIKELIEST)

_USUAL = 90
"""Percent, until another sensitivity is chosen."""


class CallsView:
    """Shows the rule and changes it.

    Parameters
    ----------
    ui : namespace
        With ``callsComboBox`` and ``callsSpinBox``.
    actions : Actions
    """

    def __init__(self, ui, actions: Actions) -> None:
        self._box, self._wanted, self._actions = ui.callsComboBox, ui.callsSpinBox, actions
        self._showing = False
        self._box.addItems(
            [_("As each pack states"), _("Youden's index"), _("Sensitivity of at least"), _("The likeliest grade")]
        )
        lowest, highest = SENSITIVITIES
        self._wanted.setRange(round(100 * lowest), round(100 * highest))
        self._wanted.setValue(_USUAL)
        self._box.connect("activated(int)", lambda _index: self._chosen())
        self._wanted.connect("valueChanged(int)", lambda _value: self._chosen())

    def show(self, state: PanelState) -> None:
        """Show the rule that holds."""
        rule = _rule_of(state.calls)
        self._showing = True
        try:
            self._box.currentIndex = _RULES.index(rule.name)
            if rule.name == SENSITIVITY:
                self._wanted.setValue(round(100 * rule.wanted))
        finally:
            self._showing = False
        self._wanted.visible = rule.name == SENSITIVITY
        self._box.enabled = self._wanted.enabled = not state.computing.running

    def _chosen(self) -> None:
        if self._showing:
            return
        name = _RULES[self._box.currentIndex]
        self._actions.set_calls(str(Rule(name, self._wanted.value / 100)) if name else "")


def _rule_of(text: str) -> Rule:
    return read_rule(text) if text else Rule("")
