"""Misspelt words of reports, mended by the words of the table alone.

A word that is none of the table's is taken for the one from which it differs least, if there is one: by one letter left
out, added, changed or exchanged in words of five to seven letters, by two in longer ones (optimal string alignment
distance, Damerau, Communications of the ACM 1964;7:171). The table also holds ordinary words that look like one of a
finding, so that they are left alone.
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
    near = process.extract(word, _candidates(), scorer=OSA.distance, score_cutoff=limit, limit=12)
    if not near:
        return word
    least = min(distance for _, distance, _ in near)
    nearest = {found for found, distance, _ in near if distance == least}
    nearest = {found for found in nearest if found in telling_words()} or nearest
    alike = {found for found in nearest if found[0] == word[0]} or nearest
    return alike.pop() if len(alike) == 1 else _one_word(alike, word)


def _turned_round(word: str) -> bool:
    """Whether it is a known word with a prefix that says the contrary, such as abnormal."""
    return any(word.startswith(prefix) and word[len(prefix) :] in vocabulary() for prefix in _CONTRARY)


def _one_word(alike: set[str], word: str) -> str:
    """Of words that differ in their ending alone, such as bulge and bulges, the shortest; else the word as it was."""
    shortest = min(alike, key=lambda one: (len(one), one))
    stem = shortest[: max(4, len(shortest) - 3)]
    return shortest if all(one.startswith(stem) for one in alike) else word


@cache
def _candidates() -> tuple[str, ...]:
    """What may be meant: words of findings, of what is asserted of them, and of headings; ordinary words never are."""
    wanted = telling_words() | words_in("deny", "uncertain", "past", "region", "heading")
    return tuple(sorted(word for word in wanted if len(word) >= SHORTEST - 1))
