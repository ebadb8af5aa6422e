"""Side, zone and degree of findings, by the words around them."""

from collections.abc import Sequence
from dataclasses import replace

from discgrader.clinical_text.findings import CONTENT, HEADS, Finding
from discgrader.clinical_text.pipeline import Marked, MarkedText
from discgrader.clinical_text.tokens import LEVEL, LINE, VERTEBRA
from discgrader.clinical_text.words import words_of

_ADVERBS = {"mildly": "mild", "slightly": "mild", "minimally": "mild", "moderately": "moderate", "severely": "severe"}
_ORDER = ("mild", "moderate", "severe")


def with_words_around(text: MarkedText, findings: Sequence[Finding], start: int, end: int) -> list[Finding]:
    """The findings with side, zone and degree; compression with how far it goes."""
    return [told for one in findings for told in _by_side(text, _with_words(text, one, start, end), start)]


def _by_side(text: MarkedText, one: Finding, start: int) -> list[Finding]:
    """Two findings where each side has a degree of its own: ``moderate right and mild left foraminal stenosis``."""
    window = (_before(text, one, start)[0], one.last)
    words = [mark for mark in text.marked if mark.kind in ("degree", "side") and window[0] <= mark.first < window[1]]
    kinds = [mark.kind for mark in words]
    if one.denied or kinds not in (["degree", "side"] * 2, ["side", "degree"] * 2) or one.side != "both":
        return [one]
    pairs = [sorted(words[number : number + 2], key=lambda mark: mark.kind) for number in (0, 2)]
    apart = [replace(one, degree=degree.value, side=side.value) for degree, side in pairs]
    return [graded(each) for each in apart] if {each.side for each in apart} == {"left", "right"} else [one]


def _with_words(text: MarkedText, one: Finding, start: int, end: int) -> Finding:
    before, after = _before(text, one, start), _after(text, one, end)
    inside = (one.first, one.last)
    side = _side(text, [before, inside], False) or _side(text, [after], True)
    degree = _degree(text, one, before, after)
    zone = _zone(text, before, inside) or ("" if _ends_at_head(text, after) else _zone(text, after))
    if not side and zone and not _ends_at_head(text, after):
        side = _side(text, [after], False)
    changed = replace(one, side=side, zone=zone if one.is_head else "", degree=degree)
    return graded(changed)


def graded(one: Finding) -> Finding:
    """A finding whose value follows from its degree and from whether it is denied."""
    return replace(one, value=_value(one))


def _value(one: Finding) -> str:
    if one.denied:
        return "none" if one.name.endswith("_compression") else "absent"
    if one.name.endswith("_compression"):
        if one.value == "marked":
            return "mild" if one.degree == "mild" else "marked"
        return "marked" if one.value == "mild" and one.degree == "severe" else one.value
    return one.value


def _before(text: MarkedText, one: Finding, start: int) -> tuple[int, int]:
    """The tokens before a finding that can speak of it: from what was named before, or a level."""
    begin = start
    for other in text.marked:
        if other.kind in CONTENT and start <= other.first and other.last <= one.first:
            begin = max(begin, _past_its_own(text, other, one))
    for number in range(begin, one.first):
        word = text.tokens[number].word
        if word == LEVEL and _only_qualifies(text, begin, number):
            continue
        if word in (LEVEL, ";", ":", "change", "changes", "increase", "decrease", "progression"):
            begin = number + 1
    return begin, one.first


def _only_qualifies(text: MarkedText, start: int, end: int) -> bool:
    """Whether words are side, zone and degree alone, as before the level in ``severe left L4-5 foraminal stenosis``."""
    marked = {
        number
        for one in text.marked
        if one.kind in ("side", "zone", "degree") and start <= one.first < end
        for number in range(one.first, one.last)
    }
    return bool(marked) and all(
        number in marked or text.tokens[number].word in ("and", "to", "-", "a", "the", LINE, "there", "is")
        for number in range(start, end)
    )


def _past_its_own(text: MarkedText, other: Marked, one: Finding) -> int:
    """Where the words of what was named before end: behind ``more to the left side``, and what is said with it."""
    end = other.last
    for number in range(other.last, one.first):
        mainly = any(mark.kind == "mainly" and mark.first <= number < mark.last for mark in text.marked)
        if mainly and not one.is_head:
            sides = [
                mark for mark in text.marked if mark.kind == "side" and number < mark.first < min(one.first, number + 6)
            ]
            end = sides[0].last if sides else end
    return end


def _after(text: MarkedText, one: Finding, end: int) -> tuple[int, int]:
    """The tokens behind a finding up to the next thing that is named."""
    stop = end
    for other in text.marked:
        if other.kind in CONTENT and one.last <= other.first < stop:
            stop = other.first
    return one.last, _before_an_effect(text, one.last, stop)


def _before_an_effect(text: MarkedText, start: int, stop: int) -> int:
    """Where the words of a finding end before ``with left foraminal stenosis``, whose side and zone are its own."""
    if not any(mark.kind == "zone" and mark.last == stop for mark in text.marked):
        return stop
    begins = (number for number in range(start, stop) if text.tokens[number].word in ("with", ",", "and", "causing"))
    return next(begins, stop)


def _ends_at_head(text: MarkedText, window: tuple[int, int]) -> bool:
    return any(one.kind in HEADS and one.first == window[1] for one in text.marked)


def _side(text: MarkedText, windows: Sequence[tuple[int, int]], behind: bool) -> str:
    """The side, ``mainly left`` where it is only more so; behind a finding only where a word leads to it."""
    sides, mainly = [], False
    for start, end in windows:
        for one in text.marked:
            if one.kind != "side" or not start <= one.first < end:
                continue
            leading = [token.word for token in text.tokens[max(start, one.first - 5) : one.first]]
            more = any(
                mark.kind == "mainly" and max(start, one.first - 5) <= mark.first < one.first for mark in text.marked
            )
            leads = more or bool({"to", "towards", "toward", "on", "(", "in"} & set(leading[-3:]))
            if behind and not leads and not (one.value == "both" and not _runs_into(text, one, end)):
                continue
            if behind and not more and _runs_into(text, one, end):
                continue
            sides.append(one.value)
            mainly = mainly or more
    if not sides:
        return ""
    side = sides[0] if len(set(sides)) == 1 else "both"
    return f"mainly {side}" if mainly and side != "both" else side


def _runs_into(text: MarkedText, one: Marked, end: int) -> bool:
    """Whether a side stands right before what is named next, whose side it then is."""
    between = [token.word for token in text.tokens[one.last : end]]
    return all(word in words_of("light") or word == VERTEBRA for word in between) and any(
        mark.first == end for mark in text.marked
    )


def _zone(text: MarkedText, *windows: tuple[int, int]) -> str:
    found = [
        one.value for start, end in windows for one in text.marked if one.kind == "zone" and start <= one.first < end
    ]
    return "+".join(dict.fromkeys(found))


def _degree(text: MarkedText, one: Finding, before: tuple[int, int], after: tuple[int, int]) -> str:
    near = [mark for mark in text.marked if mark.kind == "degree"]
    found = [
        mark.value
        for mark in near
        if before[0] <= mark.first < one.last and (one.is_head or mark.first >= one.first or _leads_to(text, mark, one))
    ]
    words = [token.word for token in text.tokens[after[0] : after[0] + 3]]
    if not found and words and words[0] in _ADVERBS:
        found = [_ADVERBS[words[0]]]
    if not found and words and words[0] in ("is", "are", "appears", "(", "of"):
        found = [mark.value for mark in near if after[0] <= mark.first <= after[0] + 2 and mark.first < after[1]]
    return max(found, key=_ORDER.index) if found else ""


def _leads_to(text: MarkedText, mark: Marked, one: Finding) -> bool:
    """Whether a degree belongs to what is done: not in ``mild migration, compressing the sac``."""
    return not any(token.word == "," for token in text.tokens[mark.last : one.first])
