"""How levels are written: pairs of vertebrae, ranges, chains and single vertebrae.

``L4/5``, ``L4-L5``, ``L4 - 5``, ``L5S1`` and ``L5/1`` are one disc each; ``L3-S1`` is every disc from L3 to S1,
``L3-4-5`` two discs; ``D12`` is T12. ``L4`` alone is a vertebra. Where a report names L6, ranges are counted with it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from discgrader.localize.levels import LADDER, SIX_LUMBAR, THIRTEEN_THORACIC

_ADJACENT = (LADDER, SIX_LUMBAR, THIRTEEN_THORACIC)
"""Where two vertebrae are neighbors. L4-S1 is none, though a spine with four lumbar vertebrae has it: it is a range."""

_ROMAN_ONE = "[1Il|]"
_VERTEBRA = rf"(?:[LSTDC] ?(?:1[0-3]|[1-9])(?!\d)|[LS] ?{_ROMAN_ONE}(?![A-Za-z\d]))"
_BETWEEN = r"(?:\s*[-–—−‐‑_/\\]+\s*|,(?=\d|S1)| {1,2}(?=[LSTD]\d))"
WRITTEN = re.compile(
    rf"(?<![A-Za-z\d])(?:{_VERTEBRA}(?:(?:{_BETWEEN})(?:{_VERTEBRA}|(?:1[0-3]|[1-9])(?![\d.]\d|\d|\s?(?:mm|cm)))|(?=[LSTDC]\d){_VERTEBRA})*)"
    r"(?![A-Za-z]{2,}\d)",
    re.IGNORECASE,
)
"""A vertebra, or several with signs between them, the latter perhaps by number alone."""

BARE = re.compile(r"(?<![\w/.-])([1-6])(?:\s?[-–/]\s?)(S ?1|[1-6])(?![\w/-]|\.\d)", re.IGNORECASE)
"""What after another level may be one without its letter, as in ``L3/4, 4/5 and 5/S1``."""

_PART = re.compile(rf"([LSTDC]?) ?({_ROMAN_ONE}|1[0-3]|[1-9])(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Written:
    """A place of the spine as a report writes it.

    Parameters
    ----------
    vertebrae : tuple of str
        Such as L4 and L5; one alone for a vertebra.
    signs : tuple of str
        What stands between them.
    """

    vertebrae: tuple[str, ...]
    signs: tuple[str, ...] = ()

    @property
    def is_vertebra(self) -> bool:
        """Whether it is a single vertebra."""
        return len(self.vertebrae) == 1


def parse(text: str) -> Written:
    """What `WRITTEN` has found, its vertebrae with their letters."""
    vertebrae: list[str] = []
    signs: list[str] = []
    end = 0
    for match in _PART.finditer(text):
        if vertebrae:
            signs.append(re.sub(r"\s", "", text[end : match.start()])[:1])
        letter = match[1].upper().replace("D", "T")
        number = 1 if match[2] in "Il|i" else int(match[2])
        vertebrae.append(f"{letter or _region(vertebrae[-1] if vertebrae else 'L0', number)}{number}")
        end = match.end()
    return Written(tuple(vertebrae), tuple(signs))


def _region(before: str, number: int) -> str:
    """The letter of a vertebra that is written by its number alone, below another."""
    if number > int(before[1:]):
        return before[0]
    return {"C": "T", "T": "L", "L": "S"}.get(before[0], before[0])


def discs_of(written: Written, six_lumbar: bool = False) -> tuple[str, ...]:
    """The discs that a place names, from the head to the foot; empty for a vertebra, and where there are no such discs.

    Parameters
    ----------
    six_lumbar : bool
        Whether the report speaks of a sixth lumbar vertebra.
    """
    names = written.vertebrae
    alternate = len(names) in (4, 6) and len(set(written.signs)) > 1 and len(set(written.signs[::2])) == 1
    pairs = zip(names[::2], names[1::2]) if alternate else pairwise(names)
    found: list[str] = []
    for one, other in pairs:
        if one != other:
            between = discs_between(one, other, six_lumbar)
            if not between:
                return ()
            found.extend(between)
    return tuple(dict.fromkeys(found))


def discs_between(one: str, other: str, six_lumbar: bool = False) -> tuple[str, ...]:
    """The discs from one vertebra to another, in whichever order they are named; empty where one of them is none."""
    for direct in (f"{one}-{other}", f"{other}-{one}"):
        if any(direct in ladder for ladder in _ADJACENT):
            return (direct,)
    ladder = SIX_LUMBAR if six_lumbar or "L6" in (one, other) else LADDER
    order = vertebrae_of(ladder)
    if one not in order or other not in order:
        return ()
    start, end = sorted((order.index(one), order.index(other)))
    return tuple(f"{upper}-{lower}" for upper, lower in zip(order[start:end], order[start + 1 : end + 1]))


def vertebrae_of(ladder: Sequence[str]) -> tuple[str, ...]:
    """The vertebrae of a ladder, from the head to the foot."""
    downwards = list(reversed(ladder))
    return (*(level.split("-")[0] for level in downwards), downwards[-1].split("-")[1])


def span_between(levels: Sequence[str], six_lumbar: bool = False) -> tuple[str, ...]:
    """All discs from the highest to the lowest of some."""
    ends = [end for level in levels for end in level.split("-")]
    order = vertebrae_of(SIX_LUMBAR if six_lumbar or "L6" in ends else LADDER)
    known = sorted((end for end in ends if end in order), key=order.index)
    return discs_between(known[0], known[-1], six_lumbar) if known else ()
