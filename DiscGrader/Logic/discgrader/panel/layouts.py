"""What the table of grades has columns of: a summary by level, one system, or all tasks; and what a summary says.

No widget is known here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from discgrader.grading.systems import find_system, find_task, scale_of
from discgrader.panel.grid import Cell, Grid, Key
from discgrader.reading.record import OVERRIDDEN, UNREAD

SUMMARY, SYSTEM, ALL = "summary", "system", "all"
_FEW = 10
"""So many columns can be read beside each other in a narrow panel; where there are more, the summary comes first."""
_KIND = 0.5
"""How severe a finding is that has no degrees, from 0 for none to 1 for the worst grade of a scale."""

_POSSIBLE = 0.05
"""The same of a finding that is only possible."""


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Parameters
    ----------
    system, task : str
        Without a task it is the worst that the system finds, without a system what is left to be read.
    """

    system: str = ""
    task: str = ""


@dataclass(frozen=True)
class Worst:
    """What a system says of one disc, in one cell.

    Parameters
    ----------
    cell : Cell or None
        The worst grade; None where nothing is graded.
    more : int
        How many findings there are beside it.
    detail : str
        What follows from it, such as the zone of a herniation; as people write it, empty where there is none.
    read : bool
        Whether the reader has decided on every grade.
    changed : bool
        Whether the reader has decided otherwise than the pack on any.
    """

    cell: Cell | None = None
    more: int = 0
    detail: str = ""
    read: bool = False
    changed: bool = False


@dataclass(frozen=True)
class Left:
    """What is left to be done on one disc.

    Parameters
    ----------
    unread, changed : int
        How many grades are not read yet, and on how many the reader has decided otherwise than the pack.
    warned, contradicted : bool
        Whether there is a warning on any grade, and whether two systems contradict each other.
    """

    unread: int = 0
    changed: int = 0
    warned: bool = False
    contradicted: bool = False


def layout_of(wanted: str, grid: Grid) -> str:
    """What is shown: what the user has chosen, or what suits the number of columns."""
    if wanted in (SUMMARY, SYSTEM, ALL):
        return wanted
    return ALL if len(grid.columns) <= _FEW else SUMMARY


def systems_in(grid: Grid) -> tuple[str, ...]:
    """The systems that have a column, in the order in which they are shown."""
    return tuple(dict.fromkeys(system for system, _task in grid.columns))


def columns_in(layout: str, grid: Grid, system: str = "") -> tuple[Column, ...]:
    """The columns of a layout.

    Parameters
    ----------
    layout : str
    grid : Grid
    system : str
        That of the chosen cell; the first one stands in for what has no column.
    """
    names = systems_in(grid)
    if layout == SUMMARY:
        return (*map(Column, names), Column()) if names else ()
    shown = names if layout == ALL else (system,) if system in names else names[:1]
    return tuple(Column(*column) for column in grid.columns if column[0] in shown)


def severity(cell: Cell) -> float:
    """How much a grade finds, from 0 for nothing to 1 for the worst grade of its scale, by the weight of its task; what
    is only possible comes after all that was found."""
    scale, weight = scale_of(cell.system, cell.task), find_task(cell.system, cell.task).weight
    if cell.is_absent:
        return 0.0
    if cell.is_possible:
        return weight * _POSSIBLE
    if not scale.ordinal or len(scale.values) == 2:
        return weight * _KIND
    return weight * scale.values.index(cell.grade) / (len(scale.values) - 1)


def worst_of(grid: Grid, level: str, system: str) -> Worst:
    """What a system says of a disc, among the tasks that have a column."""
    cells = _cells(grid, level, system)
    leading = [cell for cell in cells if not _is_said_by_another(cell)] or cells
    if not leading:
        return Worst()
    worst = max(leading, key=severity)
    return Worst(
        worst,
        more=sum(1 for cell in leading if cell is not worst and not cell.is_absent),
        detail=next((cell.label for cell in cells if _follows(cell, worst) and not cell.is_absent), ""),
        read=all(cell.status != UNREAD for cell in cells),
        changed=any(cell.status == OVERRIDDEN for cell in cells),
    )


def left_of(grid: Grid, level: str) -> Left:
    """What is left to be done on a disc, among the tasks that have a column."""
    cells = _cells(grid, level)
    return Left(
        unread=sum(1 for cell in cells if cell.status == UNREAD),
        changed=sum(1 for cell in cells if cell.status == OVERRIDDEN),
        warned=any(cell.warnings for cell in cells),
        contradicted=any(not one.is_settled for one in grid.contradictions.get(level, ())),
    )


def key_of(column: Column, level: str, grid: Grid, chosen: Key | None = None) -> Key | None:
    """The cell that stands behind one of a column: itself, a system's worst, or the first one that is not read.

    Parameters
    ----------
    column : Column
    level : str
    grid : Grid
    chosen : Key, optional
        Stays what it is, where all of its disc is read.
    """
    if column.task:
        return (level, column.system, column.task)
    if column.system:
        worst = worst_of(grid, level, column.system).cell
        task = worst.task if worst else next((one for name, one in grid.columns if name == column.system), None)
        return None if task is None else (level, column.system, task)
    unread = next((cell.key for cell in _cells(grid, level) if cell.status == UNREAD), None)
    return unread or ((level, *chosen[1:]) if chosen else None)


def _cells(grid: Grid, level: str, system: str = "") -> list[Cell]:
    keys = ((level, *column) for column in grid.columns if system in ("", column[0]))
    return [grid.cells[key] for key in keys if key in grid.cells]


def _is_said_by_another(cell: Cell) -> bool:
    """Whether another task of the system says the same: what it sums, or says more of."""
    task = find_task(cell.system, cell.task)
    return bool(task.follows or task.sums)


def _follows(cell: Cell, worst: Cell) -> bool:
    return find_task(cell.system, cell.task).follows == worst.task


def is_single(system: str, grid: Grid) -> bool:
    """Whether a system has one task that says all, so that its name need not be told beside the grade."""
    tasks: Iterable[str] = (task for name, task in grid.columns if name == system)
    leading = [task for task in tasks if not (find_task(system, task).follows or find_task(system, task).sums)]
    return len(leading) <= 1 or len(find_system(system).tasks) == 1
