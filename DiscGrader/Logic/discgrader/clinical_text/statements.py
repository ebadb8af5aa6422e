"""A report's statements: each a finding with its levels, and the words it was read from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from discgrader.clinical_text.finding_level import Before, narrowed, place_in_sentence, taken_up, widened
from discgrader.clinical_text.findings import Finding, findings_of
from discgrader.clinical_text.named_levels import Place, Which, places_of
from discgrader.clinical_text.pipeline import MarkedText, marked_text
from discgrader.clinical_text.qualifiers import graded, with_words_around
from discgrader.clinical_text.sections import is_lumbar_part, part_of
from discgrader.clinical_text.tokens import LINE, NUMBER
from discgrader.clinical_text.words import words_of

_DOUBTS = frozenset(("possibly", "probably", "perhaps", "likely"))
_ADDING = frozenset((",", "and", "&", "at", "the", "level", "levels", "more", "to", "(", ")"))
_EFFECTS_OF_DISCS = frozenset(
    (
        "sac_compression",
        "root_compression",
        "cord_compression",
        "foraminal_stenosis",
        "canal_stenosis",
        "recess_stenosis",
    )
)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "1": "1", "2": "2", "3": "3", "4": "4"}


@dataclass(frozen=True)
class Statement:
    """What a report says of some levels.

    Parameters
    ----------
    finding : Finding
    which : Which
        How the levels are named.
    levels : tuple of str
        Discs, or a vertebra; empty where none is named, for all and for the rest.
    excepted : tuple of str
        Levels of which the contrary is said.
    start, end : int
        Where in the text.
    """

    finding: Finding
    which: Which | None
    levels: tuple[str, ...]
    excepted: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class ReadReport:
    """The statements of a report, and what of its text was not understood.

    Parameters
    ----------
    text : str
    statements : tuple of Statement
    six_lumbar : bool
        Whether it speaks of a sixth lumbar vertebra.
    unknown : tuple of str
        Levels that do not exist, as written.
    affected : frozenset of str
        Levels at which something is said to be there, which "the other levels" are not.
    tokens : MarkedText
    """

    text: str
    statements: tuple[Statement, ...]
    six_lumbar: bool
    unknown: tuple[str, ...]
    affected: frozenset[str]
    tokens: MarkedText


def read_report(text: str) -> ReadReport:
    """All that a report states of the lumbar spine."""
    marked = marked_text(text)
    six = any(token.written is not None and "L6" in token.written.vertebrae for token in marked.tokens)
    sentences = list(_sentences(marked))
    later = _later_headings(marked, sentences, six)
    statements: list[Statement] = []
    unknown: list[str] = []
    before, lumbar, part, until = Before(), True, "findings", None
    for number, sentence in enumerate(sentences):
        heading = is_lumbar_part(marked, sentence)
        if heading is not None:
            lumbar, before, part = heading, Before(), "findings"
            continue
        part, taken, until = _part(marked, sentence, part, until)
        start, end = sentence[0] + taken, sentence[1]
        if part != "findings":
            continue
        places = places_of(marked, start, end, six)
        unknown += [_written(marked, place) for place in places if place.which is Which.UNKNOWN]
        before = _with_block(marked, before, places, start, number in later)
        findings = with_words_around(marked, findings_of(marked, start, end), start, end)
        for statement in _placed(marked, findings, places, before, start, end):
            if lumbar or _is_lumbar(statement.levels):
                statements.append(statement)
        if [place for place in places if not place.excepted]:
            before = replace(before, places=tuple(places))
    there = [one for one in statements if one.which is Which.NAMED and not one.finding.denied]
    affected = frozenset(level for one in there for level in one.levels)
    return ReadReport(text, tuple(statements), six, tuple(dict.fromkeys(unknown)), affected, marked)


def _sentences(text: MarkedText) -> Iterator[tuple[int, int]]:
    tokens, start = text.tokens, 0
    for number, token in enumerate(tokens):
        if token.sentence != tokens[start].sentence:
            yield start, number
            start = number
    if tokens:
        yield start, len(tokens)


def _part(text: MarkedText, sentence: tuple[int, int], before: str, until: int | None) -> tuple[str, int, int | None]:
    """The part that a sentence belongs to, the tokens of its heading, and the line that the part ends with.

    History that stands in the line of its heading ends with that line, a technique with its sentence; else both end
    with a blank line (``until`` is then None).
    """
    tokens = text.tokens[slice(*sentence)]
    blank = bool(tokens) and tokens[0].word == LINE and text.text[tokens[0].start : tokens[0].end].count("\n") > 1
    first = next((token for token in tokens if token.word != LINE), None)
    over = blank or (first is not None and until is not None and first.line > until)
    part, taken = part_of(tokens, "findings" if over else before)
    if taken:
        rest = [token for token in tokens[taken:] if token.word not in (":", "-", ".", ";")]
        inline = bool(rest) and rest[0].word != LINE
        return part, taken, rest[0].line - (part == "technique") if inline else None
    return part, taken, until


def _written(text: MarkedText, place: Place) -> str:
    return text.text[text.tokens[place.first].start : text.tokens[place.last - 1].end]


def _leads(text: MarkedText, places: Sequence[Place], start: int) -> bool:
    """Whether a sentence begins with its level as with a heading: ``L4-L5:``, or the level alone in its line."""
    if not places or places[0].which not in (Which.NAMED, Which.UNKNOWN):
        return False
    tokens = text.tokens
    before = {token.word for token in tokens[start : places[0].first]}
    after = [token.word for token in tokens[places[0].last : places[0].last + 3]]
    behind = next((word for word in after if word not in ("level", "levels", "disc", ")", ".")), LINE)
    return before <= {LINE, "-", NUMBER, ".", "at", "the", "level", "of", ")", "("} and behind in (
        ":",
        LINE,
        "-",
        ";",
        NUMBER,
    )


def _later_headings(text: MarkedText, sentences: Sequence[tuple[int, int]], six: bool) -> frozenset[int]:
    """The sentences after which another begins with a level as its heading."""
    leading = [
        number for number, (start, end) in enumerate(sentences) if _leads(text, places_of(text, start, end, six), start)
    ]
    return frozenset(number for number in range(len(sentences)) if leading and number < leading[-1])


def _with_block(text: MarkedText, before: Before, places: Sequence[Place], start: int, more: bool) -> Before:
    """Begin a block where a sentence begins with a level as its heading; end it at a blank line."""
    token = text.tokens[start] if start < len(text.tokens) else None
    if _leads(text, places, start):
        place = places[0]
        alone = _is_alone(text, place)
        return Before(before.places, place, text.tokens[place.first].line, alone, not more)
    if token is not None and token.word == LINE and text.text[token.start : token.end].count("\n") > 1:
        return replace(before, block=None)
    return replace(before, is_last_block=not more)


def _is_alone(text: MarkedText, place: Place) -> bool:
    """Whether a level is all that its line says."""
    for token in text.tokens[place.last :]:
        if token.word == LINE:
            return True
        if token.word not in ("level", "levels", "disc", ":", "-", ".", ")"):
            return False
    return False


def _placed(
    text: MarkedText, findings: Sequence[Finding], places: Sequence[Place], before: Before, start: int, end: int
) -> Iterator[Statement]:
    exception = min(
        (one.first for one in text.marked if one.kind == "except" and start <= one.first < end), default=end
    )
    behind = [one for one in findings if one.first >= exception]
    yield from _placed_in(text, [one for one in findings if one.first < exception], places, before, start, end)
    together = [replace(place, excepted=False) for place in places if place.first >= exception]
    yield from _placed_in(text, behind, together, before, exception, end)


def _placed_in(
    text: MarkedText, findings: Sequence[Finding], places: Sequence[Place], before: Before, start: int, end: int
) -> Iterator[Statement]:
    """The statements of the findings before an exception, or of those behind it."""
    excepted = tuple(level for place in places if place.excepted for level in place.levels)
    usable = [place for place in places if not place.excepted]
    several = any(place.which is Which.SEVERAL for place in usable)
    chosen: dict[int, Place | None] = {}
    for number, one in enumerate(findings):
        place = place_in_sentence(
            text, findings, number, [place for place in usable if place.which is not Which.SEVERAL], start, chosen
        )
        if place is None and several:
            place = next(place for place in usable if place.which is Which.SEVERAL)
            if one.denied and text.tokens[place.first].word == "elsewhere":
                place = replace(place, which=Which.REST)
        if place is None:
            place = taken_up(text, one, before, start)
        place = narrowed(text, findings, number, widened(text, place, before, start), end)
        chosen[number] = place
        denied = (
            one if not _denied_with_head(text, findings, number) else replace(one, denied=True, value=_contrary(one))
        )
        yield _statement(text, denied, place, excepted, start, end)
        if (
            several
            and place is not None
            and place.which is Which.NAMED
            and one.is_head
            and _is_one_of_several(places, place)
        ):
            yield _statement(text, denied, next(p for p in usable if p.which is Which.SEVERAL), (), start, end)
    named = [place for place in usable if place.which is Which.NAMED]
    for one, place in _elliptic(text, findings, named, chosen):
        yield _statement(text, one, place, (), start, end)


def _elliptic(
    text: MarkedText, findings: Sequence[Finding], places: Sequence[Place], chosen: dict[int, Place | None]
) -> Iterator[tuple[Finding, Place]]:
    """The findings of levels that are only added: ``mild stenosis at L3-4, moderate at L4-5``, ``possibly L5-S1``."""
    for before, place in pairwise(places):
        words = text.tokens[before.last : place.first]
        degrees = [mark for mark in text.marked if mark.kind == "degree" and before.last <= mark.first < place.first]
        doubt = any(token.word in _DOUBTS for token in words)
        small = all(
            token.word in _ADDING or token.word in _DOUBTS or token.word in words_of("degree") for token in words
        )
        if not small or not (degrees or doubt) or place in chosen.values():
            continue
        for number, one in enumerate(findings):
            if (
                chosen.get(number) in (before, *places[: places.index(before)])
                and not one.denied
                and one.last <= before.first
            ):
                degree = degrees[-1].value if degrees else one.degree
                yield graded(replace(one, degree=degree, uncertain=one.uncertain or doubt)), place


def _is_one_of_several(places: Sequence[Place], place: Place) -> bool:
    return any(other.which is Which.SEVERAL and other.first < place.first for other in places)


def _denied_with_head(text: MarkedText, findings: Sequence[Finding], number: int) -> bool:
    """Whether an effect is one of a finding that is denied: ``no bulge compressing the thecal sac``."""
    one = findings[number]
    if one.name not in _EFFECTS_OF_DISCS or one.denied:
        return False
    heads = [other for other in findings[:number] if other.is_head]
    if not heads or not heads[-1].denied or any(other.first > heads[-1].first for other in findings[:number]):
        return False
    return not {",", "but", "however", "although", "except", "there"} & {
        token.word for token in text.tokens[heads[-1].last : one.first]
    }


def _contrary(one: Finding) -> str:
    return "none" if one.name.endswith("_compression") else "absent"


def _statement(
    text: MarkedText, one: Finding, place: Place | None, excepted: tuple[str, ...], start: int, end: int
) -> Statement:
    first, last = _with_denial(text, one)
    detailed = _with_grade(text, one, start, end)
    if one.past and words_of("continued") & {token.word for token in text.tokens[start:end]}:
        detailed = replace(detailed, past=False)
    which = place.which if place is not None else None
    levels = place.levels if place is not None else ()
    return Statement(detailed, which, levels, excepted, text.tokens[first].start, text.tokens[last - 1].end)


_DENYING = frozenset(
    ("no", "not", "without", "absence", "free", "negative", "neither", "nor", "never", "absent", "resolved", "ruled")
)


def _with_denial(text: MarkedText, one: Finding) -> tuple[int, int]:
    """The tokens of a finding, together with the word of its clause that denies it."""
    if not one.denied:
        return one.first, one.last
    tokens = text.tokens
    for number in range(one.first, -1, -1):
        if tokens[number].word in _DENYING:
            return number, one.last
        if tokens[number].clause_start:
            break
    for number in range(one.last, len(tokens)):
        if tokens[number].clause_start:
            break
        if tokens[number].word in _DENYING:
            return one.first, min(number + 2, len(tokens)) if tokens[number].word == "not" else number + 1
    return one.first, one.last


def _with_grade(text: MarkedText, one: Finding, start: int, end: int) -> Finding:
    """A listhesis with its grade, Modic changes with their type."""
    if one.denied or one.name not in ("listhesis", "modic"):
        return one
    word = "grade" if one.name == "listhesis" else "type"
    words = {"grade": ("grade", "gr"), "type": ("type", "modic", "modec")}[word]
    for number in range(start, end):
        if text.tokens[number].word in words:
            rest = text.text[text.tokens[number].start : text.tokens[number].end + 6]
            match = re.search(r"(?:[a-z]\.?)\s*[-:]?\s*(iv|i{1,3}|[1-4])\b", rest, re.IGNORECASE) or re.search(
                r"(IV|I{1,3})$|type(i{1,3})\b", rest.split()[0]
            )
            if match:
                grade = _ROMAN[next(group for group in match.groups() if group).lower()]
                return replace(one, value=grade) if one.name == "modic" else replace(one, degree=f"grade {grade}")
    return one


def _is_lumbar(levels: Sequence[str]) -> bool:
    return any(level.startswith(("L", "T12-")) for level in levels)
