"""What was not graded and why, in words."""

from collections.abc import Iterator, Mapping

from discgrader.grading.systems import find_system, systems
from discgrader.localize.box_fit import REASONS as OFF_DISC

NO_AXIAL_T2 = "no axial T2"
NO_SAGITTAL_T2 = "no sagittal T2"
NO_SAGITTAL = "no sagittal series"
NO_KNOWN_CONTRAST = "no sagittal T1, T2 or T2 SPACE"
NOT_SHOWN = "the sagittal series do not show it"
NOT_SEGMENTED = "the study's discs are not segmented"
NO_CANAL = "no thecal sac was made out"
NOT_LUMBAR = "this may not be a lumbar spine on MR"

PASSED_BY = "no axial slice passes through it"
"""How the reason begins where no axial slice passes through a disc."""

_PASSED_BY = (PASSED_BY, "the axial T2 misses it by")
"""The same, and as readings of version 0.1 have it."""


def refuses_axial(reason: str) -> bool:
    """Whether a reason says that an axial series was refused, as one in other coordinates is, so that a disc may not be
    shown on it, either."""
    return reason.startswith("axial T2 ")


def above(highest: str) -> str:
    """The reason where a system is for this level and those below."""
    return f"this system is for {highest} and below"


def reasons() -> tuple[str, ...]:
    """Reasons that are always worded alike; others name series or measures."""
    return (
        NO_AXIAL_T2,
        NO_SAGITTAL_T2,
        NO_SAGITTAL,
        NO_KNOWN_CONTRAST,
        NOT_SHOWN,
        NOT_SEGMENTED,
        NO_CANAL,
        NOT_LUMBAR,
        *OFF_DISC,
        *sorted(_above()),
    )


def _above() -> set[str]:
    return {above(system.highest) for system in systems().values()}


def out_of_range(level: str) -> dict[str, str]:
    """The systems that are not for discs of this level, each with the reason."""
    return {name: above(system.highest) for name, system in systems().items() if not system.covers(level)}


def of_level(reasons: Mapping[str, str], level: str) -> dict[str, str]:
    """The reasons of a disc that has got this name: those of systems that are not for it, and no such of others."""
    outside = out_of_range(level)
    kept = {
        system: why
        for system, why in reasons.items()
        if system not in systems() or why != above(find_system(system).highest)
    }
    return kept | outside


def not_graded_in_words(reasons: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Sentences on what was not graded of a study, and should have been.

    Nothing is wrong with discs that a system is not for, nor with axial slices through three discs of nine: they are
    passed over here, unless the system has graded no disc at all.

    Parameters
    ----------
    reasons : mapping of level to (mapping of system to str)
        For every disc of the study, as `DiscResult.not_graded` has them.
    """
    systems: dict[tuple[str, tuple[str, ...], bool], list[str]] = {}
    for system in dict.fromkeys(name for of_disc in reasons.values() for name in of_disc):
        for reason, some, every in _worth_reporting(system, reasons):
            systems.setdefault((reason, some, every), []).append(system)
    return tuple(
        f"{'Not' if every else ', '.join(some) + ' not'} graded by {', '.join(names)}: {reason}."
        for (reason, some, every), names in systems.items()
    )


def _worth_reporting(
    system: str, reasons: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Each reason worth telling of a system, the levels that it holds for, and whether these are all that it is for."""
    outside = _above()
    within = {level: of_disc.get(system) for level, of_disc in reasons.items() if of_disc.get(system) not in outside}
    # A study of discs that it is not for at all.
    within = within or {level: of_disc.get(system) for level, of_disc in reasons.items()}
    grades_some = None in within.values()
    for reason in dict.fromkeys(within.values()):
        if reason is not None and not (grades_some and reason.startswith(_PASSED_BY)):
            levels = tuple(level for level, why in within.items() if why == reason)
            yield reason, levels, len(levels) == len(within)
