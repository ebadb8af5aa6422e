"""What is called: of the probabilities of a system's tasks the grade that each is given, by operating points or as the
likeliest, and the same again for grades that were given already when the user wants another rule.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from discgrader.grading.calibration import predicted_grades
from discgrader.grading.headings import heading
from discgrader.grading.operating_point import ALL_TASKS, LIKELIEST, YOUDEN, Call, Rule, call_by, read_rule
from discgrader.grading.results import DiscResult, Grade
from discgrader.grading.systems import System, find_system
from discgrader.packs.pack import Pack

_HALF = 0.5


def consistent_position(probabilities: np.ndarray, found: bool) -> int:
    """The likeliest grade but the first where something was found, the first where nothing was: the zone of a
    herniation and its size never contradict each other."""
    return 1 + int(probabilities[1:].argmax()) if found else 0


def positions(
    system: System, probabilities: Mapping[str, np.ndarray], calls: Mapping[str, Call] | None = None
) -> dict[str, int]:
    """The position of the grade that each task is given, of those that contradict no other task.

    Parameters
    ----------
    probabilities : mapping of str to ndarray, shape (grades,)
        By task.
    calls : mapping of str to Call, optional
        By what tasks are called; of the others the likeliest grade is.
    """
    return {task: _position(system, task, probabilities, calls or {}) for task in probabilities}


def _position(system: System, name: str, probabilities: Mapping[str, np.ndarray], calls: Mapping[str, Call]) -> int:
    task, own = system.task(name), probabilities[name]
    if task.follows in probabilities:
        return consistent_position(own, _position(system, task.follows, probabilities, calls) > 0)
    for other in system.sums_of(name):
        if other.sums is not None:
            threshold = calls[other.name].threshold if other.name in calls else _HALF
            return int(predicted_grades(own, len(own) - len(other.sums.grades), threshold))
    if name in calls:
        return consistent_position(own, bool(own[1:].sum() >= calls[name].threshold))
    return int(own.argmax())


def default_calls(pack: Pack) -> dict[str, Call]:
    """By what a pack's tasks are called where the user has chosen nothing."""
    return calls_by({}, pack)


def calls_by(rules: Mapping[str, Rule], pack: Pack) -> dict[str, Call]:
    """By what a pack's tasks are called under a user's rules, as `read_rules` gives them; those of single tasks go
    first, and a pack's own default last."""
    found = {}
    for task, points in pack.operating_points.items():
        given = rules.get(f"{pack.system}.{task}", rules.get(ALL_TASKS))
        call = call_by(given or read_rule(points.default), points)
        if call is not None:
            found[task] = call
    return found


def missing_points(rules: Mapping[str, Rule], packs: Iterable[Pack]) -> tuple[str, ...]:
    """A sentence on the tasks whose packs state no point that the user's rules ask for: those that were named, and of a
    rule for all the tasks of two grades."""
    missing = []
    for pack in packs:
        for task, stated in pack.tasks.items():
            for_all = rules.get(ALL_TASKS) if len(stated["grades"]) == len(("no", "yes")) else None
            rule = rules.get(f"{pack.system}.{task}") or for_all
            points = pack.operating_points.get(task)
            if rule is not None and rule.name != LIKELIEST and (points is None or rule.point(points) is None):
                missing.append(heading(pack.system, task))
    if not missing:
        return ()
    return (f"No operating point as wanted is known of {', '.join(missing)}; the likeliest grade was given.",)


def called_again(result: DiscResult, rules: Mapping[str, Rule], packs: Mapping[str, Pack]) -> DiscResult:
    """A disc's grades as a user's rules call them; probabilities and all else stay.

    Parameters
    ----------
    result : DiscResult
    rules : mapping of str to Rule
        As `read_rules` gives them; empty for the packs' own defaults.
    packs : mapping of str to Pack
        By system; grades of other packs stay as they are.
    """
    return replace(result, grades=grades_called_again(result.grades, rules, packs))


def grades_called_again(
    given: Iterable[Grade], rules: Mapping[str, Rule], packs: Mapping[str, Pack]
) -> tuple[Grade, ...]:
    """Some disc's grades as `called_again` has them."""
    grades = [*given]
    for system in {grade.system for grade in grades} & {*packs}:
        own = {grade.task: grade for grade in grades if grade.system == system}
        if all(grade.pack_sha256 == packs[system].sha256 for grade in own.values()):
            changed = _called(find_system(system), own, calls_by(rules, packs[system]))
            grades = [changed.get(grade.task, grade) if grade.system == system else grade for grade in grades]
    return tuple(grades)


def _called(system: System, grades: Mapping[str, Grade], calls: Mapping[str, Call]) -> dict[str, Grade]:
    shares = {task: np.array([*grade.probabilities.values()]) for task, grade in grades.items()}
    given = positions(system, shares, calls)
    return {
        task: replace(
            grade,
            grade=[*grade.probabilities][given[task]],
            label=system.scale(task).labels[given[task]],
            call=calls.get(task),
        )
        for task, grade in grades.items()
    }


RULES = (YOUDEN, "sensitivity:0.9", LIKELIEST)
"""What a user is offered where any rule may be chosen."""
