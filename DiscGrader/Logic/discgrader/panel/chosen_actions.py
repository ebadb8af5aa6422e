"""What keys and buttons do to the chosen cell."""

from collections.abc import Callable

from slicer.i18n import tr as _

from discgrader.grading.systems import scale_of
from discgrader.panel.digits import grade_of_digit
from discgrader.panel.grid import Cell, Grid, Key
from discgrader.panel.vocabulary import in_language


class ChosenActions:
    """Parameters
    ----------
    grid : callable() -> Grid
    chosen : callable() -> Key or None
    can_decide : callable() -> bool
        Whether there is a reading to write in.
    choose : callable(Key)
    decisions : Decisions
    say : callable(str)
    """

    def __init__(
        self, grid: Callable[[], Grid], chosen: Callable[[], Key | None], can_decide: Callable[[], bool],
        choose: Callable[[Key], None], decisions, say: Callable[[str], None],
    ):  # fmt: skip
        self._grid, self._chosen, self._can_decide = grid, chosen, can_decide
        self._choose, self._decisions, self._say = choose, decisions, say

    @property
    def cell(self) -> Cell | None:
        """What is known of the chosen cell."""
        return self._grid().cells.get(self._chosen())

    def accept(self) -> None:
        """Accept what the pack said."""
        cell = self.cell
        if cell is not None and cell.ai is not None and self._can_decide():
            self._decisions.accept(cell.key)

    def accept_level(self) -> None:
        """Accept all grades of the level."""
        key = self._chosen()
        if key is not None and self._can_decide():
            self._decisions.accept_level(key[0])

    def withdraw(self) -> None:
        """Take back what was said."""
        cell = self.cell
        if cell is not None and self._can_decide():
            self._decisions.withdraw(cell.key)

    def digit(self, digit: str) -> None:
        """Give the grade that a digit stands for."""
        key = self._chosen()
        if key is None or not self._can_decide():
            self._say(_("Choose a cell of the table first."))
            return
        scale = scale_of(*key[1:])
        grade = grade_of_digit(scale, digit)
        if grade is None:
            told = _("{scale} has no grade {digit}; it has {labels}.")
            labels = ", ".join(map(in_language, scale.labels))
            self._say(told.format(scale=in_language(scale.title), digit=digit, labels=labels))
        else:
            self._decisions.override(key, grade)

    def move(self, levels: int = 0, columns: int = 0) -> None:
        """Choose the cell so many rows below and columns to the right, stopping at the ends."""
        grid, chosen = self._grid(), self._chosen()
        if not grid.levels or not grid.columns:
            return
        if chosen is None or chosen[0] not in grid.levels or chosen[1:] not in grid.columns:
            level = chosen[0] if chosen and chosen[0] in grid.levels else grid.levels[0 if levels >= 0 else -1]
            self._choose((level, *grid.columns[0]))
            return
        key = (grid.next_level(chosen[0], levels), *grid.next_column(*chosen[1:], columns))
        if key != chosen:
            self._choose(key)
