"""From which probability on a finding is called: operating points, the rules that choose among them, and a call by one.

The likeliest grade of a rare finding is nearly always that there is none. A pack therefore states operating points of
its tasks, chosen on discs that its networks had not seen: the threshold with most sensitivity + specificity (Youden,
Cancer 1950;3:32), and thresholds of given sensitivities. Whatever is called, the probability stays what it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from discgrader.checked import Within
from discgrader.errors import UsageError
from discgrader.grading.systems import find_task
from discgrader.packs.operating_points import OperatingPoints, Point

LIKELIEST, YOUDEN, SENSITIVITY = "likeliest", "youden", "sensitivity"

SENSITIVITIES = (0.5, 0.99)
"""Between these a sensitivity can be asked for."""

ALL_TASKS = ""
"""In the place of a task, for all of them."""


@dataclass(frozen=True)
class Rule:
    """How it is decided what is called.

    Parameters
    ----------
    name : str
        `LIKELIEST`, `YOUDEN` or `SENSITIVITY`.
    wanted : float
        The sensitivity that is wanted at least; 0 for the other rules.
    """

    name: str
    wanted: float = 0.0

    def __str__(self) -> str:
        return f"{self.name}:{self.wanted:g}" if self.name == SENSITIVITY else self.name

    def point(self, points: OperatingPoints) -> Point | None:
        """The point that a pack states for the rule; None where the likeliest grade is called."""
        if self.name == LIKELIEST:
            return None
        if self.name == YOUDEN:
            return points.youden
        fitting = [point for point in points.curve if point.sensitivity >= self.wanted]
        return max(fitting, key=lambda point: point.threshold) if fitting else None


def read_rule(text: str) -> Rule:
    """The rule that a user writes: ``likeliest``, ``youden`` or ``sensitivity:0.9``.

    Raises
    ------
    UsageError
        When it is none of these.
    """
    name, colon, wanted = text.strip().lower().replace("=", ":").partition(":")
    if name in (LIKELIEST, YOUDEN) and not colon:
        return Rule(name)
    lowest, highest = SENSITIVITIES
    if name == SENSITIVITY:
        try:
            share = float(wanted.removesuffix("%")) / (100 if wanted.endswith("%") else 1)
        except ValueError:
            share = 0.0
        if lowest <= share <= highest:
            return Rule(name, share)
        raise UsageError(
            f"{text!r} names no sensitivity; write a number from {lowest:g} to {highest:g}, as in sensitivity:0.9."
        )
    raise UsageError(f"There is no way {text!r} to call findings; choose youden, sensitivity:0.9 or likeliest.")


def read_rules(given: Mapping[str, str]) -> dict[str, Rule]:
    """The rules by the task that each is for, as ``system.task``, or `ALL_TASKS`.

    Raises
    ------
    UsageError
        When a rule or a task does not exist.
    """
    for task in given:
        if task != ALL_TASKS:
            system, _, name = task.partition(".")
            find_task(system, name)
    return {task: read_rule(rule) for task, rule in given.items()}


@dataclass(frozen=True)
class Call:
    """By what a grade was called, where it was not for being the likeliest.

    Parameters
    ----------
    rule : str
        As `read_rule` reads it.
    threshold : float
        From which probability on the finding is called: of all grades but the first together.
    sensitivity, specificity : float
        At this threshold, on the discs that it was chosen on.
    chosen_on : str
        Which discs these are.
    """

    rule: str
    threshold: Annotated[float, Within(0, 1)]
    sensitivity: Annotated[float, Within(0, 1)]
    specificity: Annotated[float, Within(0, 1)]
    chosen_on: str

    @property
    def rule_in_words(self) -> str:
        """What people call the rule."""
        rule = read_rule(self.rule)
        return "Youden's index" if rule.name == YOUDEN else f"sensitivity of at least {100 * rule.wanted:g} %"

    @property
    def in_words(self) -> str:
        """All of it in words that follow a colon."""
        return (
            f"called at {share_in_words(self.threshold)} or more, by {self.rule_in_words}; sensitivity "
            f"{self.sensitivity:.2f}, specificity {self.specificity:.2f} on {self.chosen_on}"
        )


def share_in_words(share: float) -> str:
    """A threshold in percent, with as many digits as tell it from nothing."""
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.1f} %"


def call_by(rule: Rule, points: OperatingPoints) -> Call | None:
    """The call that a rule asks for; None where the likeliest grade is to be called, or the pack has no such point."""
    point = rule.point(points)
    if point is None:
        return None
    return Call(str(rule), point.threshold, point.sensitivity, point.specificity, points.chosen_on)
