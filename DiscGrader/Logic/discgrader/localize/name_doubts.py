"""What is doubtful about the names of a row of discs, in one sentence that says what settles it."""

from collections.abc import Mapping, Sequence

from discgrader.localize.levels import FOUR_LUMBAR, LADDER, LEVELS, SACRAL_LEVEL, SIX_LUMBAR

SETTLES = "set the lowest disc's level if it is another"

_COUNTED_OTHERWISE = {
    SACRAL_LEVEL: f"{SACRAL_LEVEL}, or {SIX_LUMBAR[1]} if there are six lumbar vertebrae",
    LEVELS[1]: f"{LEVELS[1]}, or {FOUR_LUMBAR[1]} if there are four lumbar vertebrae",
}
"""What else the disc may be called that is taken for L5-S1, with its name where vertebrae are counted otherwise."""


def doubt_in_words(
    lowest: str,
    reasons: Sequence[str],
    probability: float | None = None,
    alternatives: Mapping[str, float] | None = None,
) -> str:
    """The one sentence.

    Parameters
    ----------
    lowest : str
        What the lowest disc is called.
    reasons : sequence of str
        What speaks against it, one at least, each as part of a sentence that begins in lower case.
    probability : float, optional
        That it is called so rightly.
    alternatives : mapping of str to float, optional
        What else it may be called, and how probably.
    """
    why = "; ".join(reasons)
    why = why[0].upper() + why[1:]
    sure = "" if probability is None else f" ({name_percent(probability)})"
    shares = (alternatives or {}).items()
    others = " or ".join(f"{_in_full(level, lowest)} ({name_percent(share)})" for level, share in shares)
    named = f"the lowest disc is called {lowest}{sure}" + (f" but may be {others}" if others else "")
    return f"{why}; {named}: {SETTLES}." if sure else f"{why}; {SETTLES}."


def neighbor_name(lowest: str, steps: int) -> str | None:
    """The level so many places above another in ordinary anatomy; None where there is none."""
    place = LADDER.index(lowest) + steps
    return LADDER[place] if 0 <= place < len(LADDER) else None


def _in_full(level: str, lowest: str) -> str:
    return _COUNTED_OTHERWISE.get(level, level) if lowest == LEVELS[0] else level


def name_percent(share: float) -> str:
    """A probability in percent: never certain, and never impossible: what is computed is neither."""
    return f"{min(max(round(100 * share), 1), 99)} %"
