"""Where the discs lie on each series, which need not be the same place when the patient moved between them."""

from collections.abc import Mapping
from dataclasses import replace

from discgrader.grading.axial import AxialCut
from discgrader.grading.placement import axial_slices
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.imaging.study import Series
from discgrader.localize.disc import Disc


def disc_on(result: StudyResult, series: Series, disc: DiscResult) -> DiscResult:
    """The disc with its box where that series shows it."""
    shift = result.localization.shifts_lps_mm.get(series.name)
    if shift is None:
        return disc
    roi = replace(disc.disc.roi, center_lps_mm=disc.disc.roi.center_lps_mm + shift)
    return replace(disc, disc=replace(disc.disc, roi=roi))


def discs_on(result: StudyResult, series: Series) -> list[DiscResult]:
    """All discs with their boxes where that series shows them."""
    return [disc_on(result, series, disc) for disc in result.discs]


def cuts_of(result: StudyResult) -> Mapping[Disc, AxialCut]:
    """The axial slices that each of the discs may be shown on: those that it may be graded on."""
    discs = tuple(disc.disc for disc in result.discs)
    return axial_slices(result.study, replace(result.localization, discs=discs)).cuts
