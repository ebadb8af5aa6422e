"""From cell to cell by keys: to the next that is unread, to the next that deserves a look, from system to system."""

from collections.abc import Callable

from slicer.i18n import tr as _

from discgrader.panel.actions import Actions
from discgrader.panel.grid import Grid, Key
from discgrader.panel.layouts import SUMMARY, Column, key_of, layout_of
from discgrader.panel.state import PanelState
from discgrader.reading.record import OVERRIDDEN, UNREAD


def next_key(grid: Grid, chosen: Key | None, wanted: Callable[[Key], bool], step: int = 1) -> Key | None:
    """The next cell that is wanted, row by row from the highest level down, and from the end to the beginning again.

    Parameters
    ----------
    grid : Grid
    chosen : Key or None
        Where to begin; at the beginning where nothing is chosen.
    wanted : callable(Key) -> bool
    step : int
        -1 for the one before.

    Returns
    -------
    Key or None
        None where no cell is wanted.
    """
    keys = [(level, *column) for level in grid.levels for column in grid.columns]
    here = keys.index(chosen) if chosen in keys else (-1 if step > 0 else len(keys))
    order = [keys[(here + step * away) % len(keys)] for away in range(1, len(keys) + 1)] if keys else []
    return next((key for key in order if wanted(key)), None)


def next_system(grid: Grid, chosen: Key | None, step: int = 1) -> Key | None:
    """The first cell of the next system in the same row, stopping at the ends; None without any column."""
    systems = list(dict.fromkeys(system for system, _task in grid.columns))
    if not systems or not grid.levels:
        return None
    level = chosen[0] if chosen and chosen[0] in grid.levels else grid.levels[0]
    if chosen is None or chosen[1] not in systems:
        system = systems[0 if step > 0 else -1]
    else:
        system = systems[min(max(systems.index(chosen[1]) + step, 0), len(systems) - 1)]
    return (level, *next(column for column in grid.columns if column[0] == system))


def deserves_a_look(state: PanelState, key: Key) -> bool:
    """Whether a grade has a warning, is another one than the AI's or another reader's, contradicts another system's,
    or belongs to a box that was moved since."""
    cell, against = state.grid.cells.get(key), state.grid.contradicted(key)
    if cell is None:
        return False
    moved, differs = cell.stale or cell.decision_stale, cell.status == OVERRIDDEN or cell.differs
    return bool(cell.warnings or moved or differs or against)


class Walk:
    """What keys that walk do.

    Parameters
    ----------
    actions : Actions
    """

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def move(self, levels: int = 0, columns: int = 0) -> None:
        """Choose the cell so many rows below and columns to the right, stopping at the ends; another level keeps the
        task, or in the summary what the cells tell."""
        grid, chosen = self._actions.state.grid, self._actions.state.chosen
        if not grid.levels or not grid.columns:
            return
        if chosen is None or chosen[0] not in grid.levels or chosen[1:] not in grid.columns:
            level = chosen[0] if chosen and chosen[0] in grid.levels else grid.levels[0 if levels >= 0 else -1]
            self._choose((level, *grid.columns[0]))
        elif levels:
            self._choose(self._on_level(grid.next_level(chosen[0], levels) or chosen[0], chosen))
        else:
            self._choose((chosen[0], *(grid.next_column(*chosen[1:], columns) or chosen[1:])))

    def unread(self, step: int = 1) -> None:
        """Choose the next grade that nobody has decided on, across levels and systems."""
        cells = self._actions.state.grid.cells
        self._go(lambda key: key in cells and cells[key].status == UNREAD, step, _("All grades have been read."))

    def notable(self, step: int = 1) -> None:
        """Choose the next grade that deserves a look."""
        state = self._actions.state
        nothing = _("There is no warning and no disagreement.")
        self._go(lambda key: deserves_a_look(state, key), step, nothing)

    def system(self, step: int = 1) -> None:
        """Choose the first task of the next system; in the summary what its cell tells, so that a key decides on what
        lights up."""
        grid, chosen = self._actions.state.grid, self._actions.state.chosen
        key = next_system(grid, chosen, step)
        if key is not None and chosen is not None and key[1] == chosen[1]:
            return
        if key is not None and self._is_summary:
            key = key_of(Column(key[1]), key[0], grid)
        self._choose(key)

    def task_end(self, place: int) -> None:
        """Choose the first task of the level, or the last where ``place`` is -1."""
        grid, level = self._actions.state.grid, self._actions.state.level
        if grid.columns and grid.levels:
            self._choose((level or grid.levels[0], *grid.columns[place]))

    def level_end(self, place: int) -> None:
        """Choose the highest level, or the lowest where ``place`` is -1."""
        grid, chosen = self._actions.state.grid, self._actions.state.chosen
        if grid.columns and grid.levels:
            level = grid.levels[place]
            self._choose(self._on_level(level, chosen) if chosen else (level, *grid.columns[0]))

    def _on_level(self, level: str, chosen: Key) -> Key:
        """The chosen task of another level; in the summary, where what its system's cell tells was chosen, what it
        tells there, so that a key decides on what lights up."""
        grid, system = self._actions.state.grid, Column(chosen[1])
        is_told = self._is_summary and key_of(system, chosen[0], grid) == chosen
        return (is_told and key_of(system, level, grid)) or (level, *chosen[1:])

    @property
    def _is_summary(self) -> bool:
        return layout_of(self._actions.parameters.tableLayout, self._actions.state.grid) == SUMMARY

    def _go(self, wanted: Callable[[Key], bool], step: int, nothing: str) -> None:
        key = next_key(self._actions.state.grid, self._actions.state.chosen, wanted, step)
        if key is None:
            self._actions.say(nothing)
        self._choose(key)

    def _choose(self, key: Key | None) -> None:
        if key is not None and key != self._actions.state.chosen:
            self._actions.choose(key)
