"""A report's text as words, levels and marks, in sentences and clauses, each with its place in the text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from discgrader.clinical_text.level_words import BARE, WRITTEN, Written, parse
from discgrader.clinical_text.spelling import mended
from discgrader.clinical_text.words import words_of

LEVEL, VERTEBRA, LINE, NUMBER = "§level", "§vertebra", "§line", "§number"
"""What stands among the words for a level, a vertebra, the end of a line and a number."""

DOUBT = "questionable"
"""What a question mark at the end says of what stands before it."""

_ABBREVIATIONS = frozenset(
    ("lt", "rt", "bilat", "approx", "dr", "gr", "vs", "fig", "c", "d", "l", "t", "ls", "e", "g", "i", "max")
)
_TOKEN = re.compile(
    r"(?P<lines>\s*\n\s*)|(?P<word>[^\W\d_]+(?:['’`´][^\W\d_]+)*)|(?P<number>\d+(?:[.,]\d+)*)|"
    r"(?P<stop>\.+|;|!|/{2,})|(?P<mark>[,:?()&+\-–—])"
)
_BROKEN = 3
_WRAPPED = 60
"""Characters of a line that was probably broken by its length and not by its end; a report's lines have 70 to 80."""


@dataclass(frozen=True)
class Token:
    """A word, level, number or mark.

    Parameters
    ----------
    word : str
        In small letters, spelling mended; or one of `LEVEL`, `VERTEBRA`, `LINE`, `NUMBER`, or a mark.
    start, end : int
        Its place in the text.
    written : Written or None
        Of a level and a vertebra.
    sentence, line : int
        Which it belongs to.
    clause_start : bool
        Whether a new statement begins here, which a denial before it does not reach.
    """

    word: str
    start: int
    end: int
    written: Written | None = None
    sentence: int = 0
    line: int = 0
    clause_start: bool = False


def tokens_of(text: str) -> list[Token]:
    """All tokens of a report, numbers of sentence and line given."""
    return _with_clauses(_with_sentences(text, list(_words(text))))


def _words(text: str) -> Iterator[Token]:
    places = _places(text)
    end = 0
    for start, stop, written in [*places, (len(text), len(text), None)]:
        yield from _plain_words(text, end, start)
        if written is not None:
            yield Token(VERTEBRA if written.is_vertebra else LEVEL, start, stop, written)
        end = stop


def _places(text: str) -> list[tuple[int, int, Written]]:
    """Every level and vertebra: those with letters, then those without that follow one in a list."""
    found = [(match.start(), match.end(), parse(match[0])) for match in WRITTEN.finditer(text)]
    found = [(start, end, written) for start, end, written in found if not _is_weighting(text, start, end, written)]
    for match in BARE.finditer(text):
        before = text[: match.start()]
        if re.search(r"(?:[,&]|\band|\bor|\bto)\s*$", before) and any(
            end <= match.start() and re.fullmatch(r"[\s,&]*(?:and|or|to)?[\s,&]*", text[end : match.start()])
            for _, end, _ in found
        ):
            found = [place for place in found if place[1] <= match.start() or place[0] >= match.end()]
            found.append((match.start(), match.end(), parse("L" + match[0])))
    return sorted(found, key=lambda place: place[0])


def _is_weighting(text: str, start: int, end: int, written: Written) -> bool:
    """Whether T1 or T2 is a weighting, as in ``T1&T2 WI`` and ``T2-weighted``."""
    if not set(written.vertebrae) <= {"T1", "T2"}:
        return False
    around = text[max(0, start - 12) : end + 14].lower()
    return text[start] in "Tt" and not re.search(r"t1\s*[-/]\s*t?2(?!\s*w)", around)


def _plain_words(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        kind, said = match.lastgroup, match[0]
        if kind == "word":
            yield Token(mended(re.sub(r"['’`´]", "", said.lower())), match.start(), match.end())
        elif kind == "lines":
            yield Token(LINE, match.start(), match.end())
        elif kind == "number":
            yield Token(NUMBER, match.start(), match.end())
        elif kind == "stop":
            yield Token(";" if said[0] in ";/!" else ".", match.start(), match.end())
        elif said == "?" and match.start() and re.match(r"[?\s.]*(?:\n|$)", text[match.end() :]):
            yield Token(DOUBT, match.start(), match.end())
        elif said not in "-–—" or _stands_alone(text, match.start(), match.end()):
            yield Token("-" if said in "–—" else said, match.start(), match.end())


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a dash is a mark of its own, and none inside a word such as end-plate."""
    return not (text[start - 1 : start].isalpha() and text[end : end + 1].isalpha())


def _with_sentences(text: str, tokens: Sequence[Token]) -> list[Token]:
    found = []
    sentence = line = 0
    for number, token in enumerate(tokens):
        found.append(replace(token, sentence=sentence, line=line))
        if token.word == LINE:
            line += 1
            sentence += not _goes_on(text, tokens, number)
        elif token.word == ";" or (token.word == "." and _ends(text, tokens, number)):
            sentence += 1
    return found


def _ends(text: str, tokens: Sequence[Token], number: int) -> bool:
    """Whether a full stop ends a sentence: not after ``Lt.``, nor between two levels or letters."""
    before = tokens[number - 1] if number else None
    if before is None or before.word in (LINE, ".", ";"):
        return True
    return not (before.word in _ABBREVIATIONS and before.end == tokens[number].start)


def _goes_on(text: str, tokens: Sequence[Token], number: int) -> bool:
    """Whether a sentence goes on in the next line: that begins with a word that joins, or the line was too long."""
    before = tokens[number - 1].word if number else "."
    following = tokens[number + 1 : number + 4]
    if (
        before in (".", ";", ":", "?")
        or not following
        or "\n" in text[tokens[number].start : tokens[number].end].replace("\n", "", 1)
    ):
        return False
    start = text.rfind("\n", 0, tokens[number].start) + 1
    wrapped = tokens[number].start - start >= _WRAPPED and text[following[0].start].islower() and _is_wrapped(text)
    return (
        joins([token.word for token in following]) or before in ("and", "or", "the", "at", ",", "of", "with") or wrapped
    )


def _is_wrapped(text: str) -> bool:
    """Whether the lines of a text are broken by their length: three at least, which go on in small letters."""
    lines = text.splitlines()
    return sum(len(one) >= _WRAPPED and next_one[:1].islower() for one, next_one in pairwise(lines)) >= _BROKEN


def joins(words: Sequence[str]) -> bool:
    """Whether words take up what was said before, such as ``mildly compressing`` and ``with``."""
    for word in words:
        if word in words_of("joins"):
            return True
        if word not in words_of("degree") and word != ",":
            return False
    return False


def _with_clauses(tokens: Sequence[Token]) -> list[Token]:
    """Mark where statements begin: with sentences, and behind a comma or "and" what opens one."""
    found: list[Token] = []
    predicate = False
    for number, token in enumerate(tokens):
        before = tokens[number - 1] if number else None
        starts = before is None or before.sentence != token.sentence
        if not starts and before is not None and before.word in (",", "and", "-", "&", LINE):
            after = tokens[number + 1].word if number + 1 < len(tokens) else ""
            lists = before.word != "," or tokens[number - 2].word in (LEVEL, "level", "levels")
            opens = _opens(token, after, before.word, lists) and before.word != "&"
            starts = opens or (predicate and token.word in words_of("deny before"))
        if starts:
            predicate = False
        predicate = predicate or token.word in words_of("ended")
        found.append(replace(token, clause_start=starts))
    return found


def _opens(token: Token, after: str, before: str, lists: bool) -> bool:
    """Whether a statement begins with a token, given the words around and whether a list of levels may go on."""
    if token.word == LEVEL:
        return before != "and" and (
            after in (":", "shows", "showed") or (not lists and after in words_of("opens") | {"no", "is", "are"})
        )
    if before == "and":
        return token.word in words_of("opens and")
    return token.word in words_of("opens")
