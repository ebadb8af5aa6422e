"""What is not graded although it was found: a study that is hardly a lumbar spine, and boxes that fit no disc."""

from collections.abc import Callable, Sequence

from discgrader.grading.not_graded import NOT_LUMBAR
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.imaging.study import Study
from discgrader.imaging.volume_part import CompactMaps
from discgrader.localize.box_fit import off_disc
from discgrader.localize.disc import Localization
from discgrader.pipeline.software import software_versions


def misfit_warnings(localization: Localization) -> tuple[str, ...]:
    """Why nothing is graded, or that something was although it was doubtful."""
    if not localization.misfits:
        return ()
    if localization.grade_anyway:
        return (f"Graded anyway, as requested, although {NOT_LUMBAR}. {' '.join(localization.misfits)}",)
    return (f"{localization.withheld} Nothing was graded; if it is a lumbar MR, request that it be graded anyway.",)


def withheld(
    study: Study,
    localization: Localization,
    systems: Sequence[str],
    warnings: tuple[str, ...],
    graded: Callable[[DiscResult], None] | None,
) -> StudyResult:
    """The result of a study that may be no lumbar spine on MR: its discs, and no grade."""
    discs = tuple(DiscResult(disc, (), dict.fromkeys(systems, NOT_LUMBAR)) for disc in localization.discs)
    if graded is not None:
        for disc in discs:
            graded(disc)
    return StudyResult(study, localization, discs, CompactMaps(), {}, warnings, dict(software_versions()))


def off_disc_results(
    localization: Localization, systems: Sequence[str], graded: Callable[[DiscResult], None] | None
) -> dict[str, DiscResult]:
    """By level the results of discs whose boxes fit no disc, so that they are not graded like one."""
    if localization.grade_anyway:
        return {}
    reasons = {disc: off_disc(disc.roi, localization.segmentation) for disc in localization.discs}
    refused = {d.level: DiscResult(d, (), dict.fromkeys(systems, why)) for d, why in reasons.items() if why}
    for result in refused.values():
        if graded is not None:
            graded(result)
    return refused
