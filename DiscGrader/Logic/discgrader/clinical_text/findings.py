"""What a sentence says is there: findings by name, and what is done to thecal sac, roots, canal and foramina."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from discgrader.clinical_text.pipeline import Marked, MarkedText
from discgrader.clinical_text.tokens import LEVEL, LINE, VERTEBRA
from discgrader.clinical_text.words import words_of

_VERBS = frozenset(("compresses", "abuts", "indents", "touches", "narrows", "encroaches", "effaces", "displaces"))
_ENDS = frozenset(("", ".", ";", LINE, "noted", "seen", "is", "are"))
_LEADING_ON = frozenset(("of", "on", "upon", "over", "the", "both"))
_COPULAS = frozenset(
    ("is", "are", "was", "were", "appears", "appear", "appeared", "being", "remain", "remains", "seems")
)

HEADS = ("disc", "vertebra", "soft")
"""Kinds of phrases that are findings by themselves."""

CONTENT = (*HEADS, "structure", "action")
"""Kinds of phrases that end the reach of side, zone and degree."""

EFFECTS = {
    "sac": "sac_compression",
    "root": "root_compression",
    "cord": "cord_compression",
    "foramen": "foraminal_stenosis",
    "recess": "recess_stenosis",
    "canal": "canal_stenosis",
    "disc_space": "disc_narrowing",
    "disc": "disc_narrowing",
    "flavum": "flavum_hypertrophy",
    "facets": "facet_arthropathy",
}
"""The finding when something is done to a structure."""

GRADED = {"abut": "abutting", "indent": "mild", "compress": "marked"}
"""How far sac and roots are compressed, by what is done; a compression is mild where it is called so."""

NORMAL_DISC, NORMAL_STUDY = "normal_disc", "normal"
"""What is denied all at once where discs, or levels as a whole, are called normal."""

_OF_DISC = frozenset(
    ("bulge", "protrusion", "extrusion", "sequestration", "herniation", "annular_tear", "disc_osteophyte_complex")
)
_HEAD_NAMES = {"osteophyte_complex": "disc_osteophyte_complex"}
_LOCATED = frozenset(
    ("within", "in", "into", "extending", "extends", "extension", "reaching", "inside", "at", "through")
)


@dataclass(frozen=True)
class Finding:
    """Something a sentence states.

    Parameters
    ----------
    name : str
        Such as ``bulge`` and ``sac_compression``.
    value : str
        ``present`` or how far it goes; of Modic changes the type; ``absent`` or ``none`` once it is denied.
    is_head : bool
        Whether it is a finding by itself, and no effect of one.
    first, last : int
        Its first token, and the one after its last.
    denied, uncertain, past : bool
    side, zone, degree : str
        Empty where not stated.
    """

    name: str
    value: str
    is_head: bool
    first: int
    last: int
    denied: bool = False
    uncertain: bool = False
    past: bool = False
    side: str = ""
    zone: str = ""
    degree: str = ""

    @property
    def is_of_disc(self) -> bool:
        """Whether it is one of a disc, or what one does, and none of the vertebrae or joints."""
        return not self.is_head or self.name in _OF_DISC


def findings_of(text: MarkedText, start: int, end: int) -> list[Finding]:
    """All findings of the tokens from ``start`` to ``end``, in order, side, zone and degree not yet given."""
    marked = [one for one in text.marked if start <= one.first < end]
    found = [_head(text, one) for one in marked if one.kind in HEADS]
    found += _effects(text, marked)
    found += _bare_stenoses(text, marked, found)
    found += _normal_whole(text, marked, start, end, found)
    found.sort(key=lambda one: (one.first, one.last))
    return found


def _head(text: MarkedText, one: Marked) -> Finding:
    name = _HEAD_NAMES.get(one.value, one.value)
    return Finding(name, "present", True, one.first, one.last, one.denied, one.uncertain, one.past)


def _effects(text: MarkedText, marked: Sequence[Marked]) -> list[Finding]:
    """What is done to each structure, or that it is normal."""
    found, used = [], set[Marked]()
    for place, one in enumerate(marked):
        target = _target(text, marked, place)
        if target is None:
            continue
        action = _action_after(text, marked, place) or _action_before(text, marked, place, used)
        if action is None:
            continue
        if action.first > one.first:
            used.add(action)
        effect = _effect(text, target, one, action)
        if effect is not None:
            found.append(effect)
    return found


def _target(text: MarkedText, marked: Sequence[Marked], place: int) -> str | None:
    """The structure that a phrase names: "foraminal" only before stenosis and the like."""
    one = marked[place]
    if one.kind == "structure":
        if one.value == "study":
            after = text.tokens[one.last].word if one.last < len(text.tokens) else "."
            return "study" if after in (".", ";", ",", LINE, "-") else None
        return one.value if one.value in EFFECTS or one.value == "alignment" else None
    if one.kind == "zone" and one.value in ("foraminal", "subarticular", "central"):
        after = _action_after(text, marked, place)
        if after is not None and after.kind == "action" and after.value in ("narrow", "abut", "compress"):
            return {"foraminal": "foramen", "subarticular": "recess", "central": "canal"}[one.value]
    return None


def _effect(text: MarkedText, target: str, one: Marked, action: Marked) -> Finding | None:
    first, last = min(one.first, action.first), max(one.last, action.last)
    stated = Finding("", "present", False, first, last, action.denied, action.uncertain, action.past)
    if one.denied and action.first > one.first:
        stated = replace(stated, denied=True)
    if action.kind == "normal":
        name = {"disc": NORMAL_DISC, "study": NORMAL_STUDY, "alignment": "listhesis"}.get(target) or EFFECTS[target]
        return replace(stated, name=name, value="none", denied=True)
    if _is_location(text, one, action) or target in ("alignment", "study"):
        return None
    if target in ("disc", "disc_space") and action.value != "narrow":
        return None
    if (action.value == "thicken") != (target in ("flavum", "facets")):
        return None
    if target in ("sac", "root", "cord") and action.value == "narrow":
        return replace(stated, name="canal_stenosis") if target == "sac" else None
    value = GRADED[action.value] if target in ("sac", "root", "cord") else "present"
    return replace(stated, name=EFFECTS[target], value=value)


def _is_location(text: MarkedText, one: Marked, action: Marked) -> bool:
    """Whether a structure is only where something lies: a root compressed within the lateral recess."""
    if one.value not in ("foramen", "recess", "canal") or action.first > one.first:
        return False
    between = [token.word for token in text.tokens[action.last : one.first]]
    return bool(_LOCATED & set(between[-5:]))


def _action_after(text: MarkedText, marked: Sequence[Marked], place: int) -> Marked | None:
    """What is said of a structure behind it: ``thecal sac or nerve root compression``, ``the canal is narrow``."""
    end = marked[place].last
    for other in marked[place + 1 :]:
        if not _all_light(text, end, other.first, listed=other.kind in ("structure", "zone")):
            return None
        if other.kind in ("action", "normal"):
            return other if _governs_backwards(text, end, other) else None
        if other.kind not in ("structure", "zone", "side", "degree"):
            return None
        end = other.last
    return None


def _all_light(text: MarkedText, start: int, end: int, listed: bool) -> bool:
    """Whether only small words stand between; a comma too, in a list of structures."""
    words = [token.word for token in text.tokens[start:end]]
    small = words_of("light") - {"with"} | {VERTEBRA, "&", "(", ")"} | ({","} if listed else {"not"})
    if words[:1] == [":"]:
        return all(word in small | {"no", "significant"} for word in words[1:])
    return all(word in small for word in words)


def _governs_backwards(text: MarkedText, end: int, action: Marked) -> bool:
    """Whether an action's word is a noun or participle that belongs to what stands before it."""
    tokens = text.tokens
    word = tokens[action.last - 1].word
    after = tokens[action.last].word if action.last < len(tokens) else ""
    between = [token.word for token in tokens[end : action.first]]
    if action.kind == "normal":
        return _is_passive(between) or (not between and after in ("", ".", ";", ",", "and", LINE))
    if word in _VERBS or (word.endswith("ing") and word != "narrowing" and after not in _ENDS):
        return False
    if after in _LEADING_ON and ":" not in between and (between or after == "of"):
        return False
    return _is_passive(between) or not {"and", "&", ","} & set(between)


def _is_passive(between: Sequence[str]) -> bool:
    return bool(_COPULAS & set(between)) or ":" in between


def _action_before(text: MarkedText, marked: Sequence[Marked], place: int, used: set[Marked]) -> Marked | None:
    """What is done to a structure before it: ``compressing the thecal sac and both roots``, ``adequate canal``."""
    one = marked[place]
    for other in reversed(marked[:place]):
        if other.kind in ("disc", "vertebra", "soft") or (other.kind == "structure" and other.value == "other"):
            return None
        between = text.tokens[other.last : one.first]
        if other.kind == "normal":
            is_near = len(between) <= 8 and not any(token.word in (":", ";", "noted") for token in between)
            return other if is_near and not _is_negated_normal(text, other) else None
        if other.kind == "action":
            return None if other in used else _what_it_does(text, marked, other)
    return None


def _what_it_does(text: MarkedText, marked: Sequence[Marked], action: Marked) -> Marked:
    """Of ``touching but not compressing`` what is not denied."""
    if action.denied:
        for other in marked:
            between = {token.word for token in text.tokens[other.last : action.first]}
            if (
                other.kind == "action"
                and other.last <= action.first
                and between <= {"but", "not", "without", "and", "no"}
            ):
                return other
    return action


def _is_negated_normal(text: MarkedText, one: Marked) -> bool:
    return one.first > 0 and text.tokens[one.first - 1].word in ("not", "hardly", "barely", "non", "no")


def _bare_stenoses(text: MarkedText, marked: Sequence[Marked], found: Sequence[Finding]) -> list[Finding]:
    """A stenosis of which nothing is said is one of the canal."""
    spoken = {number for one in found for number in (one.first, one.last - 1)}
    bare = [
        one
        for one in marked
        if one.kind == "action"
        and text.tokens[one.first].word in ("stenosis", "stenotic", "stenoses")
        and not {one.first, one.last - 1} & spoken
    ]
    return [
        Finding("canal_stenosis", "present", False, one.first, one.last, one.denied, one.uncertain, one.past)
        for one in bare
    ]


def _normal_whole(
    text: MarkedText, marked: Sequence[Marked], start: int, end: int, found: Sequence[Finding]
) -> Iterator[Finding]:
    """``L1-L2: Normal.``: a clause that says nothing but this of a level."""
    for first, last in _clauses(text, start, end):
        inside = [one for one in marked if first <= one.first < last]
        whole = _normal_clause(text, inside, first, last)
        if whole is not None and not any(first <= one.first < last for one in found):
            yield whole


def _clauses(text: MarkedText, start: int, end: int) -> Iterator[tuple[int, int]]:
    begins = [number for number in range(start + 1, end) if text.tokens[number].clause_start]
    return zip([start, *begins], [*begins, end])


def _normal_clause(text: MarkedText, marked: Sequence[Marked], start: int, end: int) -> Finding | None:
    content = [one for one in marked if one.kind in CONTENT]
    normal = [one for one in marked if one.kind == "normal"]
    words = [token.word for token in text.tokens[start:end]]
    levels = [one for one in marked if one.kind == "levels"]
    nothing = any(phrase in " ".join(words) for phrase in words_of("nothing"))
    if content or not (LEVEL in words or levels) or not (normal or nothing):
        return None
    if normal and _is_negated_normal(text, normal[0]):
        return None
    first, last = (normal[0].first, normal[0].last) if normal else (_first_word(words, start), end)
    discs = {"disc", "discs"} & {token.word for one in levels for token in text.tokens[one.first : one.last]}
    return Finding(NORMAL_DISC if discs else NORMAL_STUDY, "none", False, first, last, denied=True)


def _first_word(words: Sequence[str], start: int) -> int:
    return next((start + number for number, word in enumerate(words) if word in ("no", "nothing")), start)


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
    return (
        [replace(each, value=_value(text, each)) for each in apart]
        if {each.side for each in apart} == {"left", "right"}
        else [one]
    )


def _with_words(text: MarkedText, one: Finding, start: int, end: int) -> Finding:
    before, after = _before(text, one, start), _after(text, one, end)
    inside = (one.first, one.last)
    side = _side(text, [before, inside], False) or _side(text, [after], True)
    degree = _degree(text, one, before, after)
    zone = _zone(text, before, inside) or ("" if _ends_at_head(text, after, end) else _zone(text, after))
    if not side and zone and not _ends_at_head(text, after, end):
        side = _side(text, [after], False)
    changed = replace(one, side=side, zone=zone if one.is_head else "", degree=degree)
    return replace(changed, value=_value(text, changed))


def _value(text: MarkedText, one: Finding) -> str:
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
    return one.last, stop


def _ends_at_head(text: MarkedText, window: tuple[int, int], end: int) -> bool:
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


_ADVERBS = {"mildly": "mild", "slightly": "mild", "minimally": "mild", "moderately": "moderate", "severely": "severe"}
_ORDER = ("mild", "moderate", "severe")


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
