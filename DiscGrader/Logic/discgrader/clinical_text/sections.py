"""Which part of a report a sentence belongs to: the lumbar spine, another region, or what is no finding."""

import re
from collections.abc import Sequence

from discgrader.clinical_text.pipeline import MarkedText
from discgrader.clinical_text.tokens import LEVEL, LINE, Token
from discgrader.clinical_text.words import lexicon, words_of

_MOST_WORDS = 12
"""Of a heading such as ``MRI of the lumbosacral spine with contrast``; a finding's sentence is longer or has a verb."""


def is_lumbar_part(text: MarkedText, sentence: tuple[int, int]) -> bool | None:
    """Whether a sentence is a heading that begins the lumbar spine, or another region; None where it is no heading."""
    tokens = text.tokens[slice(*sentence)]
    words = [token.word for token in tokens if token.word != LINE]
    if not words or len(words) > _MOST_WORDS or LEVEL in words or _has_content(text, sentence):
        return None
    names = " ".join(word for word in words if word not in (".", "-"))
    lumbar, other = _named(names, "lumbar"), _named(names, "other")
    pictured = bool(words_of("heading") & set(words)) or words[-1] in (":", "spine", "joints", "joint")
    if not pictured or not (lumbar or other):
        return None
    return lumbar


def _has_content(text: MarkedText, sentence: tuple[int, int]) -> bool:
    return any(
        one.kind in ("disc", "vertebra", "soft", "action", "normal") and sentence[0] <= one.first < sentence[1]
        for one in text.marked
    ) or bool({token.word for token in text.tokens[slice(*sentence)]} & {"noted", "seen", "no"})


def _named(names: str, region: str) -> bool:
    return any(re.search(rf"\b{phrase}\b", names) for phrase in lexicon().phrases["region", region])


def part_of(tokens: Sequence[Token], before: str) -> tuple[str, int]:
    """Whether a sentence begins with ``Impression:`` or ``History:``, and how many of its tokens that are.

    Parameters
    ----------
    before : str
        The part so far: ``findings``, ``history`` or ``technique``.
    """
    words = [token.word for token in tokens]
    shift = next((number for number, word in enumerate(words) if word not in (LINE, "-")), 0)
    for end in range(min(len(words), shift + 5), shift, -1):
        phrase = " ".join(words[shift:end])
        for part in ("history", "technique", "findings"):
            if phrase in _heads(part):
                after = words[end] if end < len(words) else LINE
                if after in (":", LINE) or (after == "-" and part != "findings"):
                    return part, end
                if part == "history" and phrase.startswith(("clinical", "indication", "reason")):
                    return part, end
    return before, 0


def _heads(part: str) -> tuple[str, ...]:
    return lexicon().phrases["heading", part]
