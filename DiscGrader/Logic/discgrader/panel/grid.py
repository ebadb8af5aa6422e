"""The table of a study's grades as values: its cells, columns and levels."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from discgrader.grading.contradictions import Contradiction, Said, called_from, contradictions
from discgrader.grading.results import Grade
from discgrader.grading.systems import find_system, scale_of, systems
from discgrader.localize.levels import is_level, order_of
from discgrader.panel.others import OtherSaid, others_of
from discgrader.panel.words import PackFacts
from discgrader.reading.record import ACCEPTED, OVERRIDDEN, UNREAD, DiscReading, Reading
from discgrader.report.words import ABSENT

Key = tuple[str, str, str]
"""Level, system and task."""


@dataclass(frozen=True)
class Cell:
    """What is known of one task of one disc.

    Parameters
    ----------
    level, system, task : str
    grade, label, color : str
        The grade that stands: the reader's where there is one, else the pack's; its label, and its ``#rrggbb``.
    ai : Grade or None
        What the pack said.
    status : str
        `UNREAD`, `ACCEPTED` or `OVERRIDDEN`.
    reason, reader : str
        Why the reader overrode it, and who.
    stale : bool
        Whether the box was moved since.
    decision_stale : bool
        Whether the reader decided before the box was moved, and has not confirmed it since.
    others : tuple of OtherSaid
        What other readers said.
    """

    level: str
    system: str
    task: str
    grade: str
    label: str
    color: str
    ai: Grade | None
    status: str = UNREAD
    reason: str = ""
    reader: str = ""
    stale: bool = False
    decision_stale: bool = False
    others: tuple[OtherSaid, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether another reader said something else."""
        return any(said.grade != self.grade for said in self.others)

    @property
    def key(self) -> Key:
        return (self.level, self.system, self.task)

    @property
    def is_possible(self) -> bool:
        """Whether it is a finding that its operating point calls though it is less likely than not, and that nobody
        has read."""
        return self.status == UNREAD and self.ai is not None and self.ai.is_possible

    @property
    def is_absent(self) -> bool:
        """Whether the grade says that there is nothing to be found."""
        return self.grade in ABSENT

    @property
    def warnings(self) -> tuple[str, ...]:
        return () if self.ai is None else self.ai.warnings


@dataclass(frozen=True)
class Grid:
    """The whole table.

    Parameters
    ----------
    levels : tuple of str
        The highest first, as on the picture.
    columns : tuple of (system, task)
    cells : mapping of Key to Cell
    not_graded : mapping of (level, system) to str
        Why there is no cell, in words that follow "not graded:".
    contradictions : mapping of level to Contradictions
        Where two grades of a disc cannot both be right.
    """

    levels: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    cells: Mapping[Key, Cell] = field(default_factory=dict)
    not_graded: Mapping[tuple[str, str], str] = field(default_factory=dict)
    contradictions: Mapping[str, tuple[Contradiction, ...]] = field(default_factory=dict)

    def contradicted(self, key: Key) -> tuple[Contradiction, ...]:
        """Where a cell's grade and another one of its disc cannot both be right, but for what the reader lets stand."""
        found = self.contradictions.get(key[0], ())
        return tuple(one for one in found if one.concerns(*key[1:]) and not one.is_settled)

    def why_not(self, key: Key) -> str:
        """Why a cell's task could not be graded; empty where it was, or nobody has tried."""
        return "" if key in self.cells else self.not_graded.get(key[:2], "")

    def next_level(self, level: str, steps: int) -> str | None:
        """The level so many rows below, stopping at the ends; the first or last where ``level`` is none of them."""
        return _moved(self.levels, level, steps)

    def next_column(self, system: str, task: str, steps: int) -> tuple[str, str] | None:
        """The column so many to the right, stopping at the ends."""
        return _moved(self.columns, (system, task), steps)


def from_the_top(levels: Iterable[str]) -> tuple[str, ...]:
    """Levels with the highest first; what is none of the ladder comes last."""
    return tuple(sorted(levels, key=lambda level: -order_of(level) if is_level(level) else 1))


def columns_of(
    tasks: Mapping[str, Collection[str]], systems_off: Collection[str] = (), hidden: Collection[str] = ()
) -> tuple[tuple[str, str], ...]:
    """The columns in the order of the systems.

    Parameters
    ----------
    tasks : mapping of system to tasks
        What can be graded, or was.
    systems_off : collection of str
    hidden : collection of str
        Tasks not to be shown, as ``system/task``.
    """
    return tuple(
        (system.name, task.name)
        for system in systems().values()
        if system.name not in systems_off
        for task in system.tasks
        if task.name in tasks.get(system.name, ()) and f"{system.name}/{task.name}" not in hidden
    )


def cell_of_grade(level: str, grade: Grade) -> Cell:
    """A cell with what a pack has just said."""
    color = scale_of(grade.system, grade.task).grade(grade.grade).color
    return Cell(level, grade.system, grade.task, grade.grade, grade.label, color, grade)


def cells_of_disc(disc: DiscReading) -> list[Cell]:
    """The cells of a disc's row, by what packs and the reader said."""
    cells = []
    for system, task in disc.tasks:
        grade = disc.final_grade(system, task)
        if grade is not None:
            cells.append(_cell(disc, system, task, grade))
    return cells


def _cell(disc: DiscReading, system: str, task: str, grade: str) -> Cell:
    shown, status = scale_of(system, task).grade(grade), disc.status(system, task)
    decision = disc.decision(system, task) if status in (ACCEPTED, OVERRIDDEN) else None
    return Cell(
        level=disc.level,
        system=system,
        task=task,
        grade=grade,
        label=shown.label,
        color=shown.color,
        ai=disc.ai_grade(system, task),
        status=status,
        reason=decision.reason if decision else "",
        reader=decision.reader if decision else "",
        stale=disc.is_stale,
        decision_stale=decision is not None and disc.is_decision_stale(system, task),
    )


def _with_others(cell: Cell, reading: Reading | None, disc: DiscReading) -> Cell:
    others = others_of(reading, disc, cell.system, cell.task) if reading is not None and reading.beside else ()
    return replace(cell, others=others) if others else cell


def grid_of(
    boxes: Iterable[str],
    reading: Reading | None,
    packs: Mapping[str, PackFacts],
    systems_off: Collection[str] = (),
    hidden: Collection[str] = (),
    live: Mapping[str, tuple[Grade, ...]] | None = None,
) -> Grid:
    """The table of a study.

    Parameters
    ----------
    boxes : iterable of str
        Levels that have a box.
    reading : Reading or None
    packs : mapping of system to PackFacts
        Their tasks have columns even before anything is graded.
    systems_off, hidden : collections of str
        As `columns_of`.
    live : mapping of level to Grades, optional
        What packs have said since the scene was filled last; it stands in for what the scene has.
    """
    present = {} if reading is None else {disc.level: disc for disc in reading.present}
    levels = from_the_top({*boxes, *present})
    cells: dict[Key, Cell] = {}
    not_graded: dict[tuple[str, str], str] = {}
    for level in levels:
        disc = present.get(level)
        if disc is not None:
            cells |= {cell.key: _with_others(cell, reading, disc) for cell in cells_of_disc(disc)}
            not_graded |= {(level, system): why for system, why in _not_graded(disc).items()}
        cells |= {cell.key: cell for cell in (cell_of_grade(level, grade) for grade in (live or {}).get(level, ()))}
    columns = columns_of(_tasks(packs, cells, not_graded), systems_off, hidden)
    return Grid(levels, columns, cells, not_graded, _contradictions_of(cells.values()))


def _contradictions_of(cells: Iterable[Cell]) -> dict[str, tuple[Contradiction, ...]]:
    """By level, where two grades cannot both be right."""
    said: dict[str, list[Said]] = {}
    for cell in cells:
        said.setdefault(cell.level, []).append(_said(cell))
    return {level: found for level, of_disc in said.items() if (found := _contradictions(tuple(of_disc)))}


def _said(cell: Cell) -> Said:
    """The grade that stands, and who stands for it."""
    agrees = cell.ai is not None and cell.ai.grade == cell.grade
    return Said(
        cell.system,
        cell.task,
        cell.grade,
        probability=cell.ai.probability if cell.ai is not None and agrees else None,
        called_from=called_from(cell.ai) if cell.ai is not None and agrees else None,
        reader=cell.reader if cell.status != UNREAD else "",
    )


# Asked at each drawing; a hand that moves a box changes one disc.
_contradictions = lru_cache(maxsize=64)(contradictions)


def _not_graded(disc: DiscReading) -> Mapping[str, str]:
    return disc.grading.not_graded if disc.grading else {}


def _tasks(
    packs: Mapping[str, PackFacts], cells: Mapping[Key, Cell], not_graded: Iterable[tuple[str, str]]
) -> dict[str, set[str]]:
    """By system what can be graded, was, or was tried."""
    tasks = {name: set(pack.tasks) for name, pack in packs.items()}
    for _level, system in not_graded:
        known = find_system(system).tasks if system in systems() else ()
        tasks.setdefault(system, {task.name for task in known})
    for cell in cells.values():
        tasks.setdefault(cell.system, set()).add(cell.task)
    return tasks


def _moved(row: tuple, here: object, steps: int) -> Any:
    if not row:
        return None
    if here not in row:
        return row[0 if steps > 0 else -1]
    return row[min(max(row.index(here) + steps, 0), len(row) - 1)]
