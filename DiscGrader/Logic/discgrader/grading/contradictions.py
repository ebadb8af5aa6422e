"""Where two grades of a disc contradict each other: one task says that there is a herniation, another that there is
none.

Which tasks speak of one thing, and what their grades say of it, is data (`discgrader.grading.statements`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product

from discgrader.grading.headings import Translate, as_it_is, phrase, surely, system_name
from discgrader.grading.results import Grade
from discgrader.grading.systems import Task, find_task, tasks


@dataclass(frozen=True)
class Said:
    """One side of a contradiction: a grade that stands for a disc, and who stands for it.

    Parameters
    ----------
    system, task, grade : str
        As written in files.
    probability : float or None
        What the pack thinks of it; None where a reader gave another grade than the pack.
    reader : str
        Who decided it, accepted or given; empty where nobody has.
    called_from : float or None
        The probability from which on the pack calls the finding; None where the likeliest grade stands.
    """

    system: str
    task: str
    grade: str
    probability: float | None = None
    reader: str = ""
    called_from: float | None = None

    @property
    def is_possible(self) -> bool:
        """Whether the finding is called although it is less likely than not, and no reader has confirmed it."""
        return self.called_from is not None and not self.reader

    @classmethod
    def of_pack(cls, grade: Grade) -> "Said":
        """What a pack says, and nobody has decided."""
        return cls(grade.system, grade.task, grade.grade, grade.probability, called_from=called_from(grade))

    def in_words(self, translate: Translate = as_it_is) -> str:
        """Such as ``SPIDER: no herniation, 96 %``, or ``MSU: herniation size 2, Dr. Roe``."""
        whose = [self.reader] if self.reader else []
        sure = [] if self.probability is None else [surely(self.probability, self.called_from, translate)]
        said = phrase(self.system, self.task, self.grade, translate)
        name = system_name(self.system, translate)
        named = said if name.casefold() in said.casefold() else f"{name}: {said}"
        return ", ".join([named, *sure, *whose])


@dataclass(frozen=True)
class Contradiction:
    """Two grades of one disc that cannot both be right.

    Parameters
    ----------
    of : str
        What they speak of, in English, such as ``Herniation``.
    sides : tuple of two Said
        In the order in which tasks are shown.
    """

    of: str
    sides: tuple[Said, Said]

    @property
    def is_settled(self) -> bool:
        """Whether a reader has decided both grades, and so let the contradiction stand."""
        return all(side.reader for side in self.sides)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """System and task of both sides."""
        return tuple((side.system, side.task) for side in self.sides)

    def concerns(self, system: str, task: str) -> bool:
        """Whether the grade of this task is one of the two."""
        return (system, task) in self.keys

    def in_words(self, translate: Translate = as_it_is) -> str:
        """Both sides, such as ``SPIDER: no herniation, 96 %; MSU: herniation size 2, 99 %``."""
        return "; ".join(side.in_words(translate) for side in self.sides)

    def to_json(self) -> dict[str, object]:
        """As ``grades.json`` has it."""
        return {
            "of": self.of,
            "settled": self.is_settled,
            "sides": [
                {
                    "system": side.system,
                    "task": side.task,
                    "grade": side.grade,
                    "probability": None if side.probability is None else round(side.probability, 6),
                    "reader": side.reader or None,
                    **({} if side.called_from is None else {"called_from": round(side.called_from, 6)}),
                }
                for side in self.sides
            ],
            "in_words": self.in_words(),
        }


def contradictions(said: Iterable[Said]) -> tuple[Contradiction, ...]:
    """The contradictions among the grades that stand for one disc, in the order in which tasks are shown.

    Where a task only says more of another one, as the zone of a herniation of its size, or sums it, a contradiction
    that both have with a third is told once, of that other one. Grades of tasks that no system has contradict nothing.
    """
    given = {(one.system, one.task): one for one in said}
    known = [(given[key], task) for system, task in tasks() if (key := (system.name, task.name)) in given]
    found = [
        Contradiction(thing, (one, other))
        for (one, task), (other, its_task) in combinations(known, 2)
        for thing in _contradicted(one, task, other, its_task)
    ]
    return tuple(one for one in found if not _is_told_by_another(one, found))


def called_from(grade: Grade) -> float | None:
    """From which probability on a grade was called that is not the likeliest one; None where it is."""
    return grade.call.threshold if grade.call is not None and grade.is_possible else None


def by_thing(found: Iterable[Contradiction]) -> dict[str, tuple[Said, ...]]:
    """All sides of contradictions by the thing that they speak of, each once: for a line that says them together."""
    sides: dict[str, dict[Said, None]] = {}
    for one in found:
        sides.setdefault(one.of, {}).update(dict.fromkeys(one.sides))
    return {of: tuple(said) for of, said in sides.items()}


def of_packs(grades: Iterable[Grade]) -> tuple[Contradiction, ...]:
    """The contradictions among what packs say of one disc, which nobody has read."""
    return contradictions(Said.of_pack(grade) for grade in grades)


def _contradicted(one: Said, task: Task, other: Said, its_task: Task) -> Iterator[str]:
    """The things of which two grades contradict each other; what is only possible leaves room for both."""
    if one.is_possible or other.is_possible:
        return
    pairs = product(task.says, its_task.says)
    yield from dict.fromkeys(a.of for a, b in pairs if a.contradicts(one.grade, b, other.grade))


def _is_told_by_another(one: Contradiction, found: Iterable[Contradiction]) -> bool:
    """Whether the task that one side only says more of contradicts the other side of the same thing, too."""
    told = {(another.of, frozenset(another.keys)) for another in found}
    for side, other in (one.sides, one.sides[::-1]):
        task = find_task(side.system, side.task)
        leading = {name for name in (task.follows, task.sums.task if task.sums else "") if name}
        if any((one.of, frozenset({(side.system, name), (other.system, other.task)})) in told for name in leading):
            return True
    return False
