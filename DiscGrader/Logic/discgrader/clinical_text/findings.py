"""What a sentence says is there: findings by name, and what is done to thecal sac, roots, canal and foramina."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from discgrader.clinical_text.pipeline import Marked, MarkedText
from discgrader.clinical_text.tokens import LEVEL, LINE, VERTEBRA
from discgrader.clinical_text.words import words_of

_VERBS = frozenset(("compresses", "abuts", "indents", "touches", "narrows", "encroaches", "effaces", "displaces"))
_NOUNS = frozenset(("narrowing", "thickening", "buckling", "infolding", "flattening"))
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
            word = text.tokens[one.last].word if one.last < len(text.tokens) else "."
            return "study" if word in (".", ";", ",", LINE, "-") else None
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
    if word in _VERBS or (word.endswith("ing") and word not in _NOUNS and after not in _ENDS):
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
