"""The impression: what was found of each disc in words, the worst first, and which discs have no finding."""

from collections.abc import Iterable
from dataclasses import dataclass

from discgrader.errors import UsageError
from discgrader.grading.contradictions import Contradiction, called_from
from discgrader.grading.headings import phrase, surely
from discgrader.grading.scales import Scale
from discgrader.grading.systems import Task, find_task, scale_of
from discgrader.reading.record import ACCEPTED, OVERRIDDEN, UNREAD
from discgrader.report.account import Account, Shown
from discgrader.report.plates import SYNTHETIC_SIGN, status_sign
from discgrader.report.words import is_absent

_KIND = 0.6
"""Where a finding without degrees, or of a kind, stands between nothing and the worst grade."""

_POSSIBLE = 0.05
"""The same of a finding that is only possible: after all that was found."""


@dataclass(frozen=True)
class Finding:
    """One finding of a disc, by one grade or by several that say the same.

    Parameters
    ----------
    words : str
        Such as ``moderate central canal stenosis``, in the report's language.
    grades : tuple of Shown
        That say so; the one whose words they are comes first.
    gravity : float
        By which findings are put in order.
    """

    words: str
    grades: tuple[Shown, ...]
    gravity: float


@dataclass(frozen=True)
class LevelImpression:
    """What is to be said of one disc.

    Parameters
    ----------
    level : str
    findings : tuple of Finding
        The worst first; none of a disc without one.
    contradictions : tuple of Contradiction
    graded : bool
        Whether it has any grade.
    """

    level: str
    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...]
    graded: bool = True

    @property
    def gravity(self) -> float:
        """Of the worst finding, more of them weighing a little more."""
        return sum(one.gravity / 10**place for place, one in enumerate(self.findings))


def impression(account: Account) -> tuple[LevelImpression, ...]:
    """What is to be said of every disc, the disc with the worst finding first, those alike from the head down."""
    found = [impression_of(account, graded.disc.level) for graded in account.discs]
    return tuple(sorted(found, key=lambda one: -one.gravity))


def sure_of(account: Account, finding: Finding) -> str:
    """Who says so, and how surely: ``MSU 99 % ✓, SPIDER 96 %``, with the sign of what the reader decided."""
    said = []
    for one in finding.grades:
        called = None if one.ai is None else called_from(one.ai)
        share = one.probability
        sure = account.say("reader") if share is None else surely(share, called, account.word)
        made = SYNTHETIC_SIGN if one.synthetic else ""
        decided = "" if one.status == UNREAD else f" {status_sign(one)}"
        said.append(f"{account.system(one.system)} {sure}{made}{decided}")
    return ", ".join(said)


def impression_of(account: Account, level: str) -> LevelImpression:
    """What is to be said of one disc."""
    grades = account.grades(level)
    findings = sorted(_findings(account, grades), key=lambda one: -one.gravity)
    return LevelImpression(level, tuple(findings), account.contradictions(level), bool(grades))


def _findings(account: Account, grades: Iterable[Shown]) -> Iterable[Finding]:
    """Findings, those that speak of one thing together."""
    together: dict[object, list[tuple[Shown, Task, Scale]]] = {}
    more: dict[tuple[str, str], Shown] = {}
    for one in grades:
        known = _known(one)
        if known is None:
            if not is_absent(one):
                together.setdefault(one.key, [])
                yield Finding(f"{one.task.replace('_', ' ')} {one.label}", (one,), 1.0)
            continue
        task, scale = known
        if task.follows:
            more[one.system, task.follows] = one
        elif task.sums is None:
            together.setdefault(_thing(task) or one.key, []).append((one, task, scale))
    for same in together.values():
        finding = _finding(account, same, more)
        if finding is not None:
            yield finding


def _known(one: Shown) -> tuple[Task, Scale] | None:
    try:
        return find_task(*one.key), scale_of(*one.key)
    except UsageError:
        return None


def _thing(task: Task) -> str:
    """What a task speaks of, where other tasks may, too, and it says both that it is there and that it is not."""
    said = next((one for one in task.says if one.absent and one.present), None)
    return said.of if said is not None else ""


def _finding(
    account: Account, same: list[tuple[Shown, Task, Scale]], more: dict[tuple[str, str], Shown]
) -> Finding | None:
    """What grades of one thing say; a reader's grade outweighs those of packs."""
    decided = [entry for entry in same if entry[0].status in (ACCEPTED, OVERRIDDEN)]
    counted = [entry for entry in decided or same if entry[0].grade not in (entry[1].normal or entry[2].values[:1])]
    if not counted:
        return None
    first = max(counted, key=lambda entry: (_gravity(*entry), entry[0].probability or 1.0))
    shown = first[0]
    said = phrase(shown.system, shown.task, shown.grade, account.word)
    if shown.is_possible:
        said = account.say("possible: {finding}", finding=said)
    further = more.get(shown.key)
    if further is not None and not is_absent(further):
        said = account.say("{finding}, zone {zone}", finding=said, zone=account.word(further.label))
    grades = [entry[0] for entry in counted if entry is not first]
    return Finding(said, (shown, *grades), _gravity(*first))


def _gravity(shown: Shown, task: Task, scale: Scale) -> float:
    """A grade's place on its scale times the task's weight."""
    if shown.is_possible:
        return _POSSIBLE * task.weight
    ranked = scale.ordinal and len(scale.values) > 2
    place = scale.values.index(shown.grade) / (len(scale.values) - 1) if ranked else _KIND
    return place * task.weight
