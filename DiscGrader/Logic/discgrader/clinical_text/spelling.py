"""Misspelt words of reports, mended by the words of the table alone.

A word that is none of the table's is taken for the word of a finding from which it differs least, if there is one: by
one letter left out, added, changed or exchanged in words of five to seven letters, by two in longer ones, never by the
first one (optimal string alignment distance, Damerau, Communications of the ACM 1964;7:171). The table also holds
ordinary words that look like one of a finding, so that they are left alone, and so is what is nearer to one of them.
"""

from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from discgrader.clinical_text.words import telling_words, vocabulary, words_in

_CONTRARY = ("ab", "un", "in", "im", "ir", "non", "dis", "a")

SHORTEST, LONG = 5, 8
"""Letters of a word that may be mended by one letter, and by two: shorter words are too like one another."""


@cache
def mended(word: str) -> str:
    """A word as the table spells it, or itself where it has no such word, or several.

    Parameters
    ----------
    word : str
        In small letters.
    """
    known = vocabulary()
    if word in known or len(word) < SHORTEST or _turned_round(word):
        return word
    limit = 2 if len(word) >= LONG else 1
    near = process.extract(word, _candidates(word[0]), scorer=OSA.distance, score_cutoff=limit, limit=12)
    if not near:
        return word
    least = min(distance for _, distance, _ in near)
    if process.extractOne(word, _ordinary(), scorer=OSA.distance, score_cutoff=least - 1) is not None:
        return word
    nearest = {found for found, distance, _ in near if distance == least}
    nearest = {found for found in nearest if found in telling_words()} or nearest
    return nearest.pop() if len(nearest) == 1 else _one_word(nearest, word)


def _turned_round(word: str) -> bool:
    """Whether it is a known word with a prefix that says the contrary, such as abnormal."""
    return any(word.startswith(prefix) and word[len(prefix) :] in vocabulary() for prefix in _CONTRARY)


def _one_word(alike: set[str], word: str) -> str:
    """Of words that differ in their ending alone, such as bulge and bulges, the shortest; else the word as it was."""
    shortest = min(alike, key=lambda one: (len(one), one))
    stem = shortest[: max(4, len(shortest) - 3)]
    return shortest if all(one.startswith(stem) for one in alike) else word


@cache
def _ordinary() -> tuple[str, ...]:
    """Words that take no other's place, but may be what is meant: fearture is a feature, no fracture."""
    return tuple(sorted(word for word in vocabulary() - _meant() if len(word) >= SHORTEST - 1))


@cache
def _candidates(letter: str) -> tuple[str, ...]:
    """What may be meant by a word that begins so: words of findings, and of what is asserted of them; no others."""
    return tuple(sorted(word for word in _meant() if word[0] == letter and len(word) >= SHORTEST - 1))


@cache
def _meant() -> frozenset[str]:
    return telling_words() | words_in("deny", "uncertain", "past", "region", "heading")
