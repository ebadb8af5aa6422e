"""Where the discs lie on each series, which need not be the same place when the patient moved between them."""

from dataclasses import replace

from discgrader.grading.results import DiscResult, StudyResult
from discgrader.imaging.study import Series


def in_register(result: StudyResult, series: Series) -> bool:
    """Whether it is known where the discs lie on a series."""
    localization = result.localization
    return not localization.shifts_lps_mm or series.name in (*localization.shifts_lps_mm, localization.series_name)


def disc_on(result: StudyResult, series: Series, disc: DiscResult) -> DiscResult:
    """The disc with its box where that series shows it."""
    shift = result.localization.shifts_lps_mm.get(series.name)
    if shift is None:
        return disc
    roi = replace(disc.disc.roi, center_lps_mm=disc.disc.roi.center_lps_mm + shift)
    return replace(disc, disc=replace(disc.disc, roi=roi))


def discs_on(result: StudyResult, series: Series) -> list[DiscResult]:
    """All discs with their boxes where that series shows them."""
    return [disc_on(result, series, one) for one in result.discs]
