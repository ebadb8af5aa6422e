"""Which of the levels that a sentence names, or that were named before it, a finding is of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from discgrader.clinical_text.findings import Finding
from discgrader.clinical_text.named_levels import Place, Which
from discgrader.clinical_text.pipeline import MarkedText
from discgrader.clinical_text.tokens import LINE, joins
from discgrader.clinical_text.words import words_of

_PREPOSITIONS = frozenset(("at", "of", "in", "involving", "on", "affecting", "from", "between"))
_CLOSE = 7
"""Tokens between a finding and the level that it names as its own, as in ``noted at the level of L4-L5``."""


@dataclass(frozen=True)
class Before:
    """What a sentence can take up of those before.

    Parameters
    ----------
    places : tuple of Place
        Those of the last sentence that named any.
    block : Place or None
        The level that is a heading for what follows, such as ``L4-L5:``.
    block_line : int
        The line of that heading.
    alone : bool
        Whether it is all that its line says.
    is_last_block : bool
        Whether no other such heading follows.
    """

    places: tuple[Place, ...] = ()
    block: Place | None = None
    block_line: int = -1
    alone: bool = False
    is_last_block: bool = False


def place_in_sentence(
    text: MarkedText,
    findings: Sequence[Finding],
    number: int,
    places: Sequence[Place],
    start: int,
    chosen: dict[int, Place | None],
) -> Place | None:
    """The place in its sentence that a finding is of; None where the sentence names none.

    Parameters
    ----------
    text : MarkedText
    findings : sequence of Finding
        Of the sentence, in order.
    number : int
        Which of them.
    places : sequence of Place
        Of the sentence, in order.
    start : int
        Its first token.
    chosen : dict of int to Place or None
        The places of the findings before.
    """
    one = findings[number]
    usable = [place for place in places if place.which is not Which.VERTEBRA] or list(places)
    if one.name in ("fracture", "schmorl", "postoperative", "modic", "osteophyte", "listhesis"):
        usable = list(places)
    earlier = [place for place in usable if place.first < one.first or place.last <= one.last]
    later = [place for place in usable if place.first >= one.last]
    before, after = (earlier[-1] if earlier else None), (later[0] if later else None)
    if before is None or after is None:
        return after if before is None else before
    if _is_own(text, findings, one, after):
        return after
    if one.is_head and _comes_first(findings, places) and not _another_head(text, findings, number, after):
        return after
    if not one.is_head:
        heads = [other for other in range(number) if findings[other].is_head and chosen.get(other) is not None]
        if heads:
            place = chosen[heads[-1]]
            if place is not None and place.first < one.first:
                return before if before.first > place.first and before.first > findings[heads[-1]].first else place
    return before


def _is_own(text: MarkedText, findings: Sequence[Finding], one: Finding, place: Place) -> bool:
    """Whether a level stands close behind a finding with a preposition, and nothing else is named between."""
    between = [token.word for token in text.tokens[one.last : place.first]]
    named = any(one.last <= other.first < place.first for other in findings if other is not one)
    return not named and len(between) <= _CLOSE and "," not in between and bool(_PREPOSITIONS & set(between))


def _comes_first(findings: Sequence[Finding], places: Sequence[Place]) -> bool:
    """Whether a sentence names findings before levels: ``a bulge at L3-L4 and a protrusion at L4-L5``."""
    heads = [one.first for one in findings if one.is_head]
    return bool(heads and places) and heads[0] < places[0].first


def _another_head(text: MarkedText, findings: Sequence[Finding], number: int, place: Place) -> bool:
    """Whether another finding stands between, not one that is only joined by "with"."""
    last = findings[number].last
    for other in findings[number + 1 :]:
        if other.is_head and other.first < place.first:
            between = {token.word for token in text.tokens[last : other.first]}
            if between & {",", "and"} or not between & {"with", "&", "on"}:
                return True
            last = other.last
    return False


def taken_up(text: MarkedText, one: Finding, before: Before, start: int) -> Place | None:
    """The place of a finding whose sentence names none: that of the sentence or block that it belongs to."""
    line = text.tokens[one.first].line
    words = [token.word for token in text.tokens[start : start + 4] if token.word not in (LINE, "-")]
    general = one.denied or one.name.startswith("normal")
    last = next((place for place in reversed(before.places) if not place.excepted), None)
    if joins(words) and not general and last is not None:
        return last
    in_block = (
        before.alone or line == before.block_line or (not general and (not before.is_last_block or one.is_of_disc))
    )
    if before.block is not None and in_block:
        return before.block
    if general:
        return Place(Which.ALL, (), one.first, one.last)
    return last if last is not None and _belongs_to_last(text, one, last, start) else None


def _belongs_to_last(text: MarkedText, one: Finding, last: Place, start: int) -> bool:
    """Whether what is said follows the last level in its line: behind a semicolon, or what is done to a structure."""
    tokens = text.tokens
    same_line = tokens[last.first].line == tokens[one.first].line and last.which is Which.NAMED
    return same_line and ((start > 0 and tokens[start - 1].word == ";") or not one.is_head)


def widened(text: MarkedText, place: Place | None, before: Before, start: int) -> Place | None:
    """The whole block that a sentence belongs to where it only stresses one of its levels: ``noticeably at L4-L5``."""
    block = before.block
    if place is None or block is None or block is place or not set(place.levels) < set(block.levels):
        return place
    leading = {token.word for token in text.tokens[max(start, place.first - 4) : place.first]}
    return block if leading & words_of("stressing") else place


def narrowed(text: MarkedText, findings: Sequence[Finding], number: int, place: Place | None, end: int) -> Place | None:
    """Of several levels the one that is meant: by "the latter", "the former" or "respectively"."""
    if place is None or place.which is not Which.NAMED or len(place.levels) < 2:
        return place
    one = findings[number]
    between = {token.word for token in text.tokens[place.last : one.first]}
    if between & {"latter", "former"}:
        level = place.levels[-1] if "latter" in between else place.levels[0]
        return replace(place, levels=(level,))
    heads = [other for other in findings if other.is_head and other.last <= place.first]
    words = {token.word for token in text.tokens[place.last : end]}
    if one in heads and len(heads) == len(place.levels) and "respectively" in words:
        return replace(place, levels=(place.levels[heads.index(one)],))
    return place
