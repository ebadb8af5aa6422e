"""The words of a series description and what each says, by the table ``Resources/SeriesWords/words.csv``.

Each row of the table has what its words say (``plane:sagittal``, ``weight:T2 recovery:fluid``), who writes them so, and
the words, with ``*`` for any ending. Several words may stand together as a phrase (``fat sat``). The longest phrase
counts: ``FSE`` and ``frFSE`` are words of their own and never ``FS`` and a rest. Words that are run together are taken
apart where known words cover the whole of them (``T2TSE``, ``SAGT2FS``).
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from discgrader.resources import resources_dir

TABLE = "SeriesWords/words.csv"
_LONGEST_PHRASE = 4
_LETTERS = {"ł": "l", "ı": "i", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe"}
_TOGETHER = {"plane", "weight", "recovery", "volume", "fat", "dixon", "filler"}
"""What words that are run together may say; others count only where they stand alone."""
_SHORT_TOGETHER = {"t1", "t2", "pd", "fs", "ax", "sg", "3d", "2d", "km", "gd"}

_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+|[+/&:]|<")
_BIDS = re.compile(
    r"(?:^|(?<=[_/]))(?:sub|ses|run|acq)-?(?=[a-z0-9]*\d)[a-z0-9]+|^sub-[a-z0-9]+|(?:^|(?<=[_/ ]))sub[_ ]?\d+"
)
_WEIGHTING = r"t[12]\s?(?:[-–_/]\s?t[12](?!\d)|_|[-–/]\s?[ls]\d\s?[-–_/]\s?[ls])"
"""T1 or T2 before what would be a second vertebra, and yet no vertebra: ``T1-T2``, ``ax_t2_L5-S1``, ``T2-L5-S1``."""
_VERTEBRAE = re.compile(
    rf"(?<![a-z0-9])(?!{_WEIGHTING})(?:[ctls]\d{{1,2}})\s?[-–_/]\s?(?:[ctls]\d{{1,2}}|[ls])(?![a-z0-9])"
)
_SLICE_PLANE = re.compile(r"(?:(?<=\d)mm\s?\(?([stc])(?![a-z])\)?)|(?:(?<![a-z0-9])([stc])\d+mm)")
_PLANE_OF_LETTER = {"s": "sagittal", "t": "axial", "c": "coronal"}
_TIMES = re.compile(r"(?<![\d/.])(\d{3,5})/(\d{1,3})(?:/(\d{2,4}))?(?![\d/])")


@dataclass(frozen=True)
class Words:
    """What the words of a text say.

    Parameters
    ----------
    matches : mapping of str to tuple of (str, str)
        By kind, such as ``weight``: each value, and the word as it was written (in small letters), in the text's order.
    tokens : tuple of str
        All words, in small letters, without accents.
    ends_apart : bool
        Whether the last word is set off by an underscore, as parts of a Dixon series are.
    times_ms : tuple of float
        Repetition, echo and perhaps inversion time, where the text has them as ``4000/128``.
    """

    matches: Mapping[str, tuple[tuple[str, str], ...]]
    tokens: tuple[str, ...]
    ends_apart: bool = False
    times_ms: tuple[float, ...] = ()

    def values(self, kind: str) -> tuple[str, ...]:
        """What is said of a kind, each once."""
        return tuple(dict.fromkeys(value for value, _ in self.matches.get(kind, ())))

    def says(self, kind: str, value: str) -> bool:
        """Whether this is among it."""
        return value in self.values(kind)

    def word(self, kind: str, value: str) -> str:
        """The first word that says so."""
        return next((word for meaning, word in self.matches.get(kind, ()) if meaning == value), "")


def words_of(text: str) -> Words:
    """The words of a series description or file name.

    Parameters
    ----------
    text : str
        In any of the languages and scripts of the table.
    """
    plain = _BIDS.sub(" ", normalized(text))
    plain = _VERTEBRAE.sub(" ", plain)
    matches: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for match in _SLICE_PLANE.finditer(plain):
        matches["plane"].append((_PLANE_OF_LETTER[match[1] or match[2]], match[0]))
    times = _TIMES.search(plain)
    tokens = list(_tokens(_TIMES.sub(" ", _SLICE_PLANE.sub(" ", plain))))
    for phrase, meanings in _phrases(tokens):
        for kind, value in meanings:
            matches[kind].append((value, phrase))
    apart = re.search(r"_[^\W_]+\W*$", plain) is not None
    return Words(
        {kind: tuple(values) for kind, values in matches.items()},
        tuple(tokens),
        apart,
        tuple(float(time) for time in times.groups() if time) if times else (),
    )


def normalized(text: str) -> str:
    """Small letters without accents, full-width ones as ASCII, a Cyrillic Т before a digit as T, ``T2*`` as
    ``t2star``."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[ТтΤ](?=\s?[12])", "T", plain)
    plain = plain.lower()
    plain = "".join(_LETTERS.get(character, character) for character in plain)
    # Japanese and Korean letters and й are letters of their own, not others with an accent.
    plain = "".join(
        character
        if ord(character) > 0x370
        else "".join(part for part in unicodedata.normalize("NFD", character) if not unicodedata.combining(part))
        for character in unicodedata.normalize("NFC", plain)
    )
    plain = re.sub(r"(?<![a-z0-9])(?:c|gd|km|gad)-(?![a-z0-9])", " precontrast ", plain)
    return re.sub(r"t\s?2w?\s?\*", " t2star ", plain)


def _tokens(plain: str) -> Iterator[str]:
    for token in _TOKEN.findall(plain):
        if token in _exact() or not re.search(r"[^\W\d]", token):
            yield token
        elif re.match(rf"[{_CJK}]", token):
            yield from _scanned(token)
        else:
            yield from _apart(token)


def _scanned(token: str) -> Iterator[str]:
    """The known words in a text without spaces."""
    start = 0
    while start < len(token):
        length = next((n for n in range(len(token) - start, 0, -1) if token[start : start + n] in _exact()), 0)
        if length:
            yield token[start : start + length]
        start += length or 1


def _apart(token: str) -> list[str]:
    """A word, or those that are run together in it."""
    if _stem(token):
        return [token]
    found = _covered(token)
    if found:
        return found
    # What begins as a weighting and goes on with what nobody knows is still weighted so: "T2longdelay", but not "T12".
    # Philips sets letters before it: "sT2W", "eT1W", "eeSTIR".
    start = re.match(r"(?:e{1,2}|s|v)?((?:t[12]|pd)w|stir|tirm|flair)|(?:e{1,2})?(t[12])(?=[a-z]|$)", token)
    if start is None:
        return [token]
    rest = token[start.end() :]
    return [start[1] or start[2], *([rest] if rest in _exact() else _covered(rest) or [])]


@cache
def _covered(token: str) -> list[str] | None:
    """Known words that make up the whole of a token, digits between them left out; None where there are none such."""
    if not token:
        return []
    for length in range(len(token), 1, -1):
        head = token[:length]
        if head in _joinable() and not (head in ("t1", "t2") and token[length : length + 1].isdigit()):
            rest = _covered(token[length:])
            if rest is not None:
                return [head, *rest]
    digits = re.match(r"\d+", token)
    if digits and digits.end() < len(token):
        return _covered(token[digits.end() :])
    return [] if digits else None


def _phrases(tokens: list[str]) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Each word or phrase that the table has, the longest first, and what it says."""
    start = 0
    while start < len(tokens):
        for length in range(min(_LONGEST_PHRASE, len(tokens) - start), 0, -1):
            phrase = " ".join(tokens[start : start + length])
            meanings = _exact().get(phrase) or _stem(phrase)
            if meanings:
                yield phrase, meanings
                break
        start += length


def _stem(word: str) -> tuple[tuple[str, str], ...]:
    """What a word says whose beginning alone is in the table."""
    return next(
        (meanings for stem, meanings in _stems() if word.startswith(stem) and word.count(" ") == stem.count(" ")), ()
    )


@cache
def _table() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Word or phrase to what it says."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with open(resources_dir() / TABLE, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            meanings = [tuple(pair.split(":", 1)) for pair in row["says"].split()]
            for word in row["words"].split(";"):
                found[word.strip()] += [meaning for meaning in meanings if meaning not in found[word.strip()]]
    return {word: tuple(meanings) for word, meanings in found.items() if word}


@cache
def _exact() -> Mapping[str, tuple[tuple[str, str], ...]]:
    return {word: meanings for word, meanings in _table().items() if not word.endswith("*")}


@cache
def _stems() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The longest first."""
    stems = [(word[:-1], meanings) for word, meanings in _table().items() if word.endswith("*")]
    return tuple(sorted(stems, key=lambda stem: -len(stem[0])))


@cache
def _joinable() -> frozenset[str]:
    return frozenset(
        word
        for word, meanings in _exact().items()
        if " " not in word
        and (len(word) > 2 or word in _SHORT_TOGETHER)
        and (
            all(kind in _TOGETHER or (kind == "echo" and len(word) > 3) for kind, _ in meanings)
            or word in ("km", "gd", "loc", "gad", "3pl")
        )
    )
