"""Undo and redo of everything that is done to a reading, as one history."""

from collections.abc import Callable
from dataclasses import dataclass

from discgrader.errors import UsageError
from discgrader.reading.commands import Command
from discgrader.reading.record import Reading, now


@dataclass(frozen=True)
class _Step:
    words: str
    group: str | None


class History:
    """A reading with its past and, after undo, its future.

    A state is kept whole for every step; states share what they have in common, so a step costs little memory.

    Parameters
    ----------
    reading : Reading
        As it is to begin with.
    limit : int, optional
        How many steps can be undone; by default all.
    clock : callable() -> str, optional
        Gives the time.
    is_saved : bool
        Whether what a reader did to it before is on disk.

    Raises
    ------
    UsageError
        When the limit is below 1.
    """

    def __init__(
        self, reading: Reading, limit: int | None = None, clock: Callable[[], str] = now, is_saved: bool = True
    ) -> None:
        if limit is not None and limit < 1:
            raise UsageError(f"At least 1 step must be kept for undo, not {limit}.")
        self._limit, self._clock = limit, clock
        self._states = [reading]
        self._steps: list[_Step] = []  # steps[n] leads from states[n] to states[n + 1]
        self._at = 0
        self._saved: int | None = 0 if is_saved else None
        self._has_learned = False

    @property
    def reading(self) -> Reading:
        """The reading as it is now."""
        return self._states[self._at]

    @property
    def position(self) -> int:
        """How many steps led to the present state."""
        return self._at

    @property
    def undo_words(self) -> str | None:
        """What undo takes back, for the menu, such as "Undo: L4-L5 Pfirrmann to V"; None where there is nothing."""
        return f"Undo: {self._steps[self._at - 1].words}" if self._at else None

    @property
    def redo_words(self) -> str | None:
        """What redo would do again, for the menu; None where there is nothing."""
        return f"Redo: {self._steps[self._at].words}" if self._at < len(self._steps) else None

    @property
    def done_words(self) -> str:
        """What was done last, for a line of news; empty where nothing was, or it was undone."""
        return f"Done: {self._steps[self._at - 1].words}" if self._at else ""

    @property
    def undone_words(self) -> str:
        """What was undone last; empty where nothing was."""
        return f"Undone: {self._steps[self._at].words}" if self._at < len(self._steps) else ""

    @property
    def is_changed(self) -> bool:
        """Whether the reading differs from the one that `mark_saved` was told of last."""
        return self.has_unsaved_steps or self._has_learned

    @property
    def has_unsaved_steps(self) -> bool:
        """Whether a reader did or undid anything since; what packs have said meanwhile does not count."""
        return self._saved != self._at

    def mark_saved(self) -> None:
        """The present state is on disk."""
        self._saved, self._has_learned = self._at, False

    def apply(self, command: Command) -> Reading:
        """Do something to the reading, as one step; what was undone before can no longer be redone.

        Commands of one group that follow each other are one step, the last of them. Nothing happens where a command
        leaves the reading as it is, or raises.
        """
        group = command.group
        goes_on = group is not None and self._at == len(self._steps) > 0 and self._steps[-1].group == group
        base = self._states[self._at - 1] if goes_on else self.reading
        words, after = command.words(base), base.apply(command, self._clock())
        if goes_on:
            self._forget_from(self._at - 1)
        if after is not base and after != base:
            self._forget_from(self._at)
            self._states.append(after)
            self._steps.append(_Step(words, group))
            self._at += 1
            self._keep_to_limit()
        if command.ends_group:
            self.end_group()
        return self.reading

    def end_group(self) -> None:
        """The drag has ended: the next command is a step of its own, even in the same group."""
        if self._steps and self._at == len(self._steps):
            self._steps[-1] = _Step(self._steps[-1].words, None)

    def undo(self) -> Reading:
        """Go one step back; the reading as it is then. Nothing happens where there is no step."""
        self._at = max(self._at - 1, 0)
        return self.reading

    def redo(self) -> Reading:
        """Go one step forward again; the reading as it is then. Nothing happens where there is no step."""
        self._at = min(self._at + 1, len(self._steps))
        return self.reading

    def learn(self, command: Command) -> Reading:
        """Apply to every state, past and future, what is no reader's doing: what a pack says of a box.

        A grading comes later than the movement of the box that it belongs to, when other steps may have followed, or
        the movement is undone again. It is known in every state in which the box stands there, and in no other; undo
        of the movement thus brings the former grade back with the former box.
        """
        present, time = self.reading, self._clock()
        self._states = [state.apply(command, time) for state in self._states]
        self._has_learned = self._has_learned or self.reading is not present
        return self.reading

    def _forget_from(self, at: int) -> None:
        """Forget every state after ``states[at]``."""
        del self._states[at + 1 :], self._steps[at:]
        self._at = at
        if self._saved is not None and self._saved > at:
            self._saved = None

    def _keep_to_limit(self) -> None:
        if self._limit is None or len(self._steps) <= self._limit:
            return
        del self._states[0], self._steps[0]
        self._at -= 1
        if self._saved is not None:
            self._saved = self._saved - 1 if self._saved else None
