"""What was not graded and why, in words."""

from collections.abc import Mapping

NO_AXIAL_T2 = "no axial T2"
NO_SAGITTAL_T2 = "no sagittal T2"
NO_SAGITTAL = "no sagittal series"
NO_KNOWN_CONTRAST = "no sagittal T1, T2 or T2 SPACE"
NOT_SHOWN = "the sagittal series do not show it"
NOT_SEGMENTED = "the study's discs are not segmented"

REASONS = (NO_AXIAL_T2, NO_SAGITTAL_T2, NO_SAGITTAL, NO_KNOWN_CONTRAST, NOT_SHOWN, NOT_SEGMENTED)
"""Reasons that are always worded alike; others name series or measures."""


def not_graded_in_words(reasons: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Sentences on what was not graded of a study.

    Parameters
    ----------
    reasons : mapping of level to (mapping of system to str)
        For every disc of the study, as `DiscResult.not_graded` has them.
    """
    levels: dict[str, dict[str, list[str]]] = {}
    for level, of_disc in reasons.items():
        for system, reason in of_disc.items():
            levels.setdefault(system, {}).setdefault(reason, []).append(level)
    systems: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for system, of_system in levels.items():
        for reason, some in of_system.items():
            systems.setdefault((reason, tuple(some)), []).append(system)
    return tuple(
        f"{'Not' if len(some) == len(reasons) else ', '.join(some) + ' not'} graded by {', '.join(names)}: {reason}."
        for (reason, some), names in systems.items()
    )
