"""The words of reports and what each is, by the table ``Resources/ReportWords/words.csv``.

A row has the kind of its words (``disc``, ``action``, ``side`` …), what they say, and the words; several may be one
phrase. Words are in small letters, without hyphens and apostrophes, as `tokens` makes them.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from discgrader.resources import resources_dir

TABLE = "ReportWords/words.csv"

SPAN_KINDS = (
    "disc", "vertebra", "soft", "structure", "action", "normal", "degree", "side", "zone", "mainly", "levels", "except",
)  # fmt: skip
"""Kinds whose phrases are marked in a text."""

CONTEXTS = {"deny": "denied", "uncertain": "uncertain", "past": "past"}
"""What is asserted of a finding: the first word of the kind in the table, and the name of what it says."""


@dataclass(frozen=True)
class Lexicon:
    """The table.

    Parameters
    ----------
    phrases : mapping of (kind, value) to tuple of str
    """

    phrases: Mapping[tuple[str, str], tuple[str, ...]]

    def of(self, kind: str) -> tuple[str, ...]:
        """All phrases of a kind."""
        return tuple(phrase for (one, _), some in self.phrases.items() if one == kind for phrase in some)

    def terms(self, context: str) -> dict[str, list[str]]:
        """The terms of one of `CONTEXTS` as negspacy wants them."""
        return {
            "pseudo_negations": list(self.of(f"{context} never")),
            "preceding_negations": list(self.of(f"{context} before")),
            "following_negations": list(self.of(f"{context} after")),
            "termination": [*self.of("stop"), *self.of(f"stop {context}")],
        }


@cache
def lexicon() -> Lexicon:
    """The table, read once."""
    with (resources_dir() / TABLE).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return Lexicon(
        {(row["kind"], row["value"]): tuple(word.strip() for word in row["words"].split(";")) for row in rows}
    )


@cache
def words_of(kind: str) -> frozenset[str]:
    """All phrases of a kind, to look one up."""
    return frozenset(lexicon().of(kind))


@cache
def vocabulary() -> frozenset[str]:
    """Every single word of the table."""
    return frozenset(word for phrases in lexicon().phrases.values() for phrase in phrases for word in phrase.split())


@cache
def telling_words() -> frozenset[str]:
    """Single words of phrases that are marked: those of findings, and what is said of them."""
    return frozenset(
        word
        for (kind, _), phrases in lexicon().phrases.items()
        if kind in SPAN_KINDS
        for phrase in phrases
        for word in phrase.split()
    )


@cache
def words_in(*kinds: str) -> frozenset[str]:
    """Single words of all kinds that begin with one of these."""
    return frozenset(
        word
        for (kind, _), phrases in lexicon().phrases.items()
        if kind.split(" ")[0] in kinds
        for phrase in phrases
        for word in phrase.split()
    )
