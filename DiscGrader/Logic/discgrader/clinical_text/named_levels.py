"""The levels that a sentence names, put together from lists and ranges."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from discgrader.clinical_text.level_words import discs_between, discs_of, span_between
from discgrader.clinical_text.pipeline import Marked, MarkedText
from discgrader.clinical_text.tokens import LEVEL, VERTEBRA, Token
from discgrader.clinical_text.words import vocabulary, words_of

LUMBAR = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
"""What "all levels" stands for."""

SIX = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-L6", "L6-S1")
"""The same where a report speaks of a sixth lumbar vertebra."""


class Which(StrEnum):
    """How a place is named."""

    NAMED = "named"
    VERTEBRA = "vertebra"
    ALL = "all"
    SEVERAL = "several"
    REST = "rest"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Place:
    """Levels that are named together.

    Parameters
    ----------
    which : Which
    levels : tuple of str
        Discs, or one vertebra; empty for several that are not named.
    first, last : int
        Its first token, and the one after its last.
    excepted : bool
        Whether it is what is excepted.
    """

    which: Which
    levels: tuple[str, ...]
    first: int
    last: int
    excepted: bool = False


_LISTED = frozenset(
    ", and & or + level levels the at ( ) as well also disc discs both then greater than more less worse".split()
)
_UNTIL = frozenset(("to", "through", "thru", "till", "until", "upto", "down", "up", "-"))
_SLIPS = frozenset(("over", "on", "upon", "relative", "respect", "relation", "against", "versus", "vs"))
_SHORT = 4
_NEAR = 4
"""Tokens between a vertebra's name and the nerve root that bears it: ``S1 Lt exiting nerve root``."""


def places_of(text: MarkedText, start: int, end: int, six_lumbar: bool) -> list[Place]:
    """The places that the tokens from ``start`` to ``end`` name, in order."""
    tokens = text.tokens
    found = _worded(text, start, end)
    number = start
    while number < end:
        token = tokens[number]
        reader = {LEVEL: _discs, VERTEBRA: _vertebra}.get(token.word)
        place = reader(text, number, end, six_lumbar) if reader else None
        if place is not None:
            found.append(place)
        number = place.last if place is not None else number + 1
    found.sort(key=lambda place: place.first)
    return [replace(place, excepted=_is_excepted(text, place, start)) for place in found]


def _worded(text: MarkedText, start: int, end: int) -> list[Place]:
    return [
        Place(Which.NAMED, ("L5-S1",), one.first, one.last)
        if one.value == "lumbosacral"
        else Place(Which(one.value), (), one.first, one.last)
        for one in text.marked
        if one.kind == "levels" and start <= one.first < end
    ]


def _discs(text: MarkedText, number: int, end: int, six_lumbar: bool) -> Place:
    """A list of discs: ``L3-4, L4-5 and L5-S1``, or from one to another: ``L2-3 to L5-S1``."""
    tokens = text.tokens
    levels = list(_of(tokens[number], six_lumbar))
    unknown = not levels
    last = number + 1
    while (found := _next_level(tokens, last, end)) is not None:
        after, is_range = found
        more = _of(tokens[after], six_lumbar)
        unknown = unknown or not more
        levels = list(span_between([*levels, *more], six_lumbar)) if is_range else [*levels, *more]
        last = after + 1
    if unknown and not levels:
        return Place(Which.UNKNOWN, (), number, last)
    return Place(Which.NAMED, tuple(dict.fromkeys(levels)), number, last)


def _of(token: Token, six_lumbar: bool) -> tuple[str, ...]:
    return discs_of(token.written, six_lumbar) if token.written is not None else ()


def _next_level(tokens: Sequence[Token], start: int, end: int) -> tuple[int, bool] | None:
    """The next level of a list, and whether a range leads to it."""
    is_range = False
    for number in range(start, min(end, start + 7)):
        word = tokens[number].word
        if word == LEVEL:
            return None if tokens[number].clause_start and tokens[number - 1].word != "," else (number, is_range)
        is_range = is_range or word in _UNTIL
        if not (word in _LISTED | _UNTIL or _is_small(word, tokens[number - 1].word)):
            return None
    return None


def _is_small(word: str, before: str) -> bool:
    """Whether a word does not end a list: a degree in parentheses, or a short one that is misspelt, such as amnd."""
    return (before == "(" and word in words_of("degree")) or (
        word.isalpha() and len(word) <= _SHORT and word not in vocabulary() and before == LEVEL
    )


def _vertebra(text: MarkedText, number: int, end: int, six_lumbar: bool) -> Place | None:
    """``L5 over S1``, ``between L4 and L5``, ``L3 to S1``: discs; else vertebrae, unless a nerve root is called so."""
    tokens = text.tokens
    names = _of_vertebra(tokens[number])
    other = next((place for place in range(number + 1, min(end, number + 5)) if tokens[place].word == VERTEBRA), None)
    if other is not None:
        between = {token.word for token in tokens[number + 1 : other]}
        before = tokens[number - 1].word if number else ""
        if between & _SLIPS or (between & (_UNTIL - {"-"})) or (before == "between" and between & {"and", "&"}):
            discs = discs_between(names, _of_vertebra(tokens[other]), six_lumbar)
            return Place(Which.NAMED if discs else Which.UNKNOWN, discs, number, other + 1)
    if _names_a_root(text, number, end):
        return None
    last, listed = number + 1, [names]
    while last + 1 < end and tokens[last].word in (",", "and", "&") and tokens[last + 1].word == VERTEBRA:
        listed.append(_of_vertebra(tokens[last + 1]))
        last += 2
    known = all(name[0] != "L" or int(name[1:]) <= 6 for name in listed)
    return Place(Which.VERTEBRA if known else Which.UNKNOWN, tuple(listed) if known else (), number, last)


def _of_vertebra(token: Token) -> str:
    return token.written.vertebrae[0] if token.written is not None else ""


def _names_a_root(text: MarkedText, number: int, end: int) -> bool:
    def root_at(place: int) -> bool:
        return any(
            one.kind == "structure" and one.value == "root" and one.first <= place < one.last for one in text.marked
        )

    words = text.tokens[number : min(end, number + 1 + _NEAR)]
    for place, token in enumerate(words[1:], start=number + 1):
        if root_at(place):
            return True
        if token.word == LEVEL or any(one.kind in ("action", "disc") and one.first == place for one in text.marked):
            return False
    return any(root_at(place) for place in range(max(0, number - 2), number))


def _is_excepted(text: MarkedText, place: Place, start: int) -> bool:
    """Whether it stands after "except", with nothing but small words between."""
    for one in text.marked:
        if one.kind == "except" and start <= one.first < place.first:
            between = [token.word for token in text.tokens[one.last : place.first]]
            return len(between) <= 6 and not {",", ";"} & set(between[1:])
    return False


def lumbar_levels(six_lumbar: bool) -> tuple[str, ...]:
    """The discs of the lumbar spine."""
    return SIX if six_lumbar else LUMBAR


def marks_of(text: MarkedText, kinds: Sequence[str], start: int, end: int) -> list[Marked]:
    """The phrases of some kinds from one token to another."""
    return [one for one in text.marked if one.kind in kinds and start <= one.first < end]
