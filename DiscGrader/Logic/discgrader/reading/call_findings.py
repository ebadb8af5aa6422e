"""Findings called by another rule than before: probabilities and what the reader decided stay what they are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from discgrader.grading.calls import grades_called_again
from discgrader.grading.operating_point import read_rules
from discgrader.packs.pack import Pack
from discgrader.reading.commands import Command
from discgrader.reading.marks import Decision
from discgrader.reading.record import UNREAD, DiscReading, Grading, Reading


@dataclass(frozen=True, eq=False)
class CallFindings(Command):
    """Packs' grades of a reading are called anew from their probabilities; nothing is graded. No step: a setting.

    Parameters
    ----------
    rules : mapping of str to str
        As `discgrader.pipeline.settings.Settings` has them; empty for the packs' own.
    packs : mapping of str to Pack
        By system; grades of other packs, or of other versions of these, stay as they are.
    """

    says: ClassVar[str] = "call findings"

    rules: Mapping[str, str]
    packs: Mapping[str, Pack]

    def change(self, reading: Reading, time: str) -> Reading:
        discs = tuple(map(self._disc, reading.discs))
        return reading if discs == reading.discs else replace(reading, discs=discs)

    def _disc(self, disc: DiscReading) -> DiscReading:
        gradings = tuple(map(self._grading, disc.gradings))
        if gradings == disc.gradings:
            return disc
        called = replace(disc, gradings=gradings)
        return replace(called, decisions=tuple(_kept(said, disc, called) for said in disc.decisions))

    def _grading(self, grading: Grading) -> Grading:
        return replace(grading, grades=grades_called_again(grading.grades, read_rules(self.rules), self.packs))


def _kept(said: Decision, disc: DiscReading, called: DiscReading) -> Decision:
    """A decision that stands for the same grade as before, whether that is still the pack's or not."""
    ai = called.ai_grade(said.system, said.task)
    if ai is None or disc.status(said.system, said.task) == UNREAD:
        return said
    return replace(said, overrides=ai.grade != said.grade)
