"""Names of the levels of the spine, from the sacrum upwards, in ordinary anatomy and with other numbers of vertebrae.

Five lumbar and twelve thoracic vertebrae are ordinary. Four or six lumbar vertebrae have one person in fifteen or so, a
thirteenth thoracic vertebra fewer (Tins and Balain, Insights Imaging 2016); then a row of discs has other names.
"""

from collections.abc import Collection, Mapping, Sequence

from discgrader.errors import UsageError

SACRAL_LEVEL = "S1-S2"
"""The level below the lowest lumbar disc, where a rudimentary disc may remain."""


def _ladder(lumbar: int, thoracic: int) -> tuple[str, ...]:
    """Every level that a disc can have with so many vertebrae, from the lowest to the highest."""
    names = [
        *(f"L{number}" for number in range(lumbar, 0, -1)),
        *(f"T{number}" for number in range(thoracic, 0, -1)),
        *(f"C{number}" for number in range(7, 1, -1)),
    ]
    return (SACRAL_LEVEL, *(f"{upper}-{lower}" for upper, lower in zip(names, ("S1", *names), strict=False)))


LADDER = _ladder(5, 12)
"""Every level that a disc has in ordinary anatomy, from the lowest to the highest."""

SIX_LUMBAR, FOUR_LUMBAR, THIRTEEN_THORACIC = _ladder(6, 12), _ladder(4, 12), _ladder(5, 13)

LADDERS = (LADDER, SIX_LUMBAR, FOUR_LUMBAR, THIRTEEN_THORACIC)
"""Those of ordinary anatomy and of the variants that are known by name."""

LEVELS = LADDER[1:10]
"""Levels from the sacrum upwards, in ordinary anatomy."""

WITH_T13 = f"{LADDER[1]} (T13)"
"""The lowest disc of a spine with thirteen thoracic vertebrae, whose lumbar discs are called as in ordinary anatomy."""

LOWEST_CHOICES = (*LADDER[:7], SIX_LUMBAR[1], FOUR_LUMBAR[1], WITH_T13)
"""What the lowest disc in view is likely to be."""

_VERTEBRAE = (
    "S1",
    *(f"L{number}" for number in range(6, 0, -1)),
    *(f"T{number}" for number in range(13, 0, -1)),
    *(f"C{number}" for number in range(7, 1, -1)),
)


def is_level(name: object) -> bool:
    """Whether a disc may be called so, in any anatomy."""
    return any(name in ladder for ladder in LADDERS)


def check_level(name: object) -> None:
    """Refuse what is no level.

    Raises
    ------
    UsageError
    """
    if not is_level(name):
        others = [level for ladder in LADDERS[1:] for level in ladder if level not in LADDER]
        known = ", ".join(LADDER)
        raise UsageError(
            f"There is no level {name}; choose one of {known}; or, with variant anatomy: {', '.join(others)}."
        )


def order_of(level: str) -> int:
    """Its place from the foot to the head among all levels of one spine; the highest for what is no level."""
    return _VERTEBRAE.index(level.split("-")[0]) if is_level(level) else len(_VERTEBRAE)


def ladder_of(levels: Collection[str]) -> tuple[str, ...]:
    """The ladder that all these levels stand on: the ordinary one where they can."""
    return next((ladder for ladder in LADDERS if all(level in ladder for level in levels)), LADDER)


def lowest_choice(levels: Collection[str]) -> str:
    """By what choice of the lowest disc a row, not empty, has its names."""
    lowest = min(levels, key=order_of)
    return WITH_T13 if lowest == LADDER[1] and ladder_of(levels) is THIRTEEN_THORACIC else lowest


def common_ladder(levels: Collection[str]) -> tuple[str, ...]:
    """The ladder of a row of discs.

    Raises
    ------
    UsageError
        When one is no level, or two cannot be levels of one spine.
    """
    for level in levels:
        check_level(level)
    ladder = ladder_of(levels)
    strange = [level for level in levels if level not in ladder]
    if strange:
        raise UsageError(
            f"A spine cannot have the levels {', '.join(levels)}: {strange[0]} belongs to a different number "
            "of lumbar vertebrae; name the lowest disc, and all other names follow."
        )
    return ladder


def next_above(level: str, levels: Collection[str]) -> str:
    """The level above one in a row with these others.

    Raises
    ------
    UsageError
        As `common_ladder`, or when there is none above it.
    """
    ladder = common_ladder({level: None, **dict.fromkeys(levels)})
    place = ladder.index(level) + 1
    if place == len(ladder):
        raise UsageError(f"There is no level above {level}.")
    return ladder[place]


def place_of_lowest(lowest: str) -> tuple[tuple[str, ...], int]:
    """The ladder that a name of the lowest disc, one of `LOWEST_CHOICES` or a level, stands for, and its place on it.

    Raises
    ------
    UsageError
        When there is no such level.
    """
    if lowest == WITH_T13:
        return THIRTEEN_THORACIC, 1
    check_level(lowest)
    ladder = ladder_of([lowest])
    return ladder, ladder.index(lowest)


def level_name(index_from_sacrum: int, lowest: str = LEVELS[0]) -> str:
    """Name of the disc with this index (1 = lowest) when the lowest one is called ``lowest``.

    Raises
    ------
    UsageError
        When there is no level ``lowest``.
    """
    ladder, place = place_of_lowest(lowest)
    place += index_from_sacrum - 1
    return ladder[place] if place < len(ladder) else f"disc {index_from_sacrum}"


def shifted(levels: Collection[str], steps: int) -> dict[str, str]:
    """What each level of a row is called once all are shifted by so many, towards the head where positive.

    Raises
    ------
    UsageError
        When one would be beyond the lowest or the highest level.
    """
    ladder = common_ladder(levels)
    names = {}
    for level in levels:
        place = ladder.index(level) + steps
        if not 0 <= place < len(ladder):
            reach = f"the levels reach from {ladder[0]} to {ladder[-1]}"
            raise UsageError(f"{level} cannot be shifted by {steps:+d}: {reach}.")
        names[level] = ladder[place]
    return names


def named_from(levels: Collection[str], lowest: str) -> dict[str, str]:
    """What each level of a row is called once the lowest of them is called ``lowest``.

    Raises
    ------
    UsageError
        When there is no level ``lowest``, or one of the row would be beyond the highest.
    """
    before = common_ladder(levels)
    ladder, place = place_of_lowest(lowest)
    if lowest == SACRAL_LEVEL:
        # It says nothing of how many lumbar vertebrae there are.
        ladder = before
    steps = place - min(before.index(level) for level in levels)
    beyond = [level for level in levels if before.index(level) + steps >= len(ladder)]
    if beyond:
        raise UsageError(
            f"The lowest disc cannot be {lowest}: {beyond[0]} would lie above the highest level, {ladder[-1]}."
        )
    return {level: ladder[before.index(level) + steps] for level in levels}


SETTLES = "if this is wrong, name the lowest disc"

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
