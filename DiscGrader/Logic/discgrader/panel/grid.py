"""The table of grades as values: which levels, which tasks, and what stands in each cell."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from discgrader.grading.results import Grade
from discgrader.grading.systems import scale_of, systems
from discgrader.localize.levels import is_level, order_of
from discgrader.reading.record import ACCEPTED, OVERRIDDEN, UNREAD, DiscReading
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

    @property
    def key(self) -> Key:
        return (self.level, self.system, self.task)

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
    """

    levels: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    cells: Mapping[Key, Cell] = field(default_factory=dict)
    not_graded: Mapping[tuple[str, str], str] = field(default_factory=dict)

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
        if grade is None:
            continue
        shown = scale_of(system, task).grade(grade)
        said = disc.decision(system, task)
        status = disc.status(system, task)
        told = said if status in (ACCEPTED, OVERRIDDEN) else None
        cells.append(
            Cell(
                level=disc.level,
                system=system,
                task=task,
                grade=grade,
                label=shown.label,
                color=shown.color,
                ai=disc.ai_grade(system, task),
                status=status,
                reason=told.reason if told else "",
                reader=told.reader if told else "",
                stale=disc.is_stale,
            )
        )
    return cells


def _moved(row: tuple, here, steps: int):
    if not row:
        return None
    if here not in row:
        return row[0 if steps > 0 else -1]
    return row[min(max(row.index(here) + steps, 0), len(row) - 1)]
