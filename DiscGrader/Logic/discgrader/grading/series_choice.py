"""Which series of a study serve in which role, and the warnings on those that do not."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from discgrader.errors import StudyError
from discgrader.imaging.names import AFTER_AGENT
from discgrader.imaging.ranking import ranked, why_not
from discgrader.imaging.series_title import contrast_name, in_slices, slice_count, title_of
from discgrader.imaging.study import Contrast, Plane, Series, Study
from discgrader.localize.disc import Localization

GRADED = (Contrast.T2, Contrast.T2_SPACE, Contrast.T1)
"""Contrasts of sagittal series that networks were trained on."""

WITHHELD = (Contrast.STIR, Contrast.T1_FS)
"""Contrasts of sagittal series on which discs can be found, named and shown, and from which nothing is graded."""

ONLY_T1 = "There is no sagittal T2 to grade from, so only T1 was used."
"""The warning on a study that is graded from T1 alone."""


def in_register(localization: Localization, series: Series) -> bool:
    """Whether it is known where the discs lie on a series."""
    return not localization.shifts_lps_mm or series.name in (*localization.shifts_lps_mm, localization.series_name)


def may_grade(localization: Localization, series: Series) -> bool:
    """Whether a sagittal series may be graded: one of a contrast that networks were trained on, and in register."""
    return series.contrast in GRADED and shows_discs(localization, series)


def shows_discs(localization: Localization, series: Series) -> bool:
    """Whether discs may be shown on a sagittal series: one of a contrast that they can be found on, and in register."""
    known = series.contrast in (*GRADED, *WITHHELD)
    return series.plane is Plane.SAGITTAL and known and in_register(localization, series)


def shown_discs(localization: Localization) -> Callable[[Series], int]:
    """How many of the discs a series has inside it, by its name."""

    def count(series: Series) -> int:
        shift = np.asarray(localization.shifts_lps_mm.get(series.name, np.zeros(3)), float)
        places = [series.volume.lps_to_index(disc.roi.center_lps_mm + shift) for disc in localization.discs]
        last = np.array(series.volume.size) - 0.5
        return sum(bool(np.all((place >= -0.5) & (place <= last))) for place in places)

    return count


def sagittal_of_role(study: Study, localization: Localization, role: str) -> list[Series]:
    """The sagittal series of a role that show the discs where they were found, the best one first."""
    found = [series for series in study.series if series.role == role and shows_discs(localization, series)]
    return ranked(found, shown_discs(localization)) if len(found) > 1 else found


def refuse_unknown_contrast(study: Study) -> None:
    """Refuse a study that can be graded only once the user has said what a series is, or not at all.

    Raises
    ------
    StudyError
        It names the option that says so.
    """
    if any(_gradable(series) for series in study.series):
        return
    unknown = [
        series for series in study.series if series.contrast is Contrast.UNKNOWN and series.plane is not Plane.CORONAL
    ]
    if unknown:
        raise StudyError(
            f"{study.name} cannot be graded until you say what it shows. {' '.join(map(question, unknown))}"
        )
    if not withheld(study) and study.series:
        listed = "; ".join(f"{title_of(series)}: {series.contrast_reason}" for series in study.series)
        raise StudyError(
            f"{study.name} has no sagittal T1, T2 or T2 SPACE and no axial T2 to grade. It has: {listed}. If a series "
            f"was recognized wrongly, set its role ({option(study.series[0])})."
        )


def question(series: Series) -> str:
    """What is asked about a series that nothing tells the contrast of, and how to answer."""
    return (
        f"The contrast of the {series.plane} series '{series.name}' ({in_slices(slice_count(series))}) is not known: "
        f"{series.contrast_reason}. Set its role, for instance {option(series)}."
    )


def option(series: Series) -> str:
    """The option of the command line that says that a series is a T2, ready to be copied."""
    role = "AX_T2" if series.plane is Plane.AXIAL else "T2"
    value = f"{series.name}={role}"
    return f"--role {value}" if value.replace("=", "").replace("_", "").isalnum() else f'--role "{value}"'


def series_warnings(study: Study, localization: Localization) -> tuple[str, ...]:
    """What the reader is to know of the series that were not graded from, and of those that had to do.

    Parameters
    ----------
    study : Study
    localization : Localization
        Of this study.
    """
    sagittal = [series for series in study.series if series.plane is Plane.SAGITTAL]
    used = [found[0] for role in GRADED if (found := sagittal_of_role(study, localization, role))]
    return (
        *(named for series in study.series for warning in series.warnings if (named := _of_series(warning, series))),
        *_out_of_register(study, sagittal, localization),
        *_passed_over(study, localization),
        *_left_out(sagittal, used),
        *_enhanced(used),
        *(
            question(series)
            for series in study.series
            if series.contrast is Contrast.UNKNOWN and series.plane is not Plane.CORONAL
        ),
    )


def _gradable(series: Series) -> bool:
    if series.plane is Plane.SAGITTAL:
        return series.contrast in GRADED
    return series.is_axial_t2


def withheld(study: Study) -> list[Series]:
    """The sagittal series on which discs can be named, though nothing is graded from them."""
    return [series for series in study.series if series.plane is Plane.SAGITTAL and series.contrast in WITHHELD]


def _out_of_register(study: Study, sagittal: Iterable[Series], localization: Localization) -> Iterable[str]:
    for series in sagittal:
        if series.contrast in GRADED and not in_register(localization, series):
            yield (
                f"The {title_of(series)} does not show the discs where they were found on "
                f"the {_reference(study, localization)} and was not used for grading."
            )


def _of_series(warning: str, series: Series) -> str:
    """A warning that begins with the series' name, with all that a person would call it; empty for others."""
    about = warning.removeprefix(f"{series.name}: ")
    return "" if about == warning else f"{title_of(series)}: {about}"


def _reference(study: Study, localization: Localization) -> str:
    """What a person calls the series that the discs were found on."""
    names = (title_of(series) for series in study.series if series.name == localization.series_name)
    return next(names, f"series '{localization.series_name}'")


def _passed_over(study: Study, localization: Localization) -> Iterable[str]:
    """Of several series of one role, those that were not the best."""
    for role in GRADED:
        found = sagittal_of_role(study, localization, role)
        for other in found[1:]:
            yield f"The {title_of(other)} was not used: it {why_not(other, found[0], shown_discs(localization))}."


def _left_out(sagittal: Sequence[Series], used: Sequence[Series]) -> Iterable[str]:
    """Series like a T2 or T1 that nothing is graded from; where there is no T2 at all, every one that is not used."""
    contrasts = {series.contrast for series in used}
    has_t2 = bool(contrasts & {Contrast.T2, Contrast.T2_SPACE})
    for series in sagittal:
        if series.contrast in WITHHELD or (series.contrast is Contrast.OTHER and not has_t2):
            instead = next(
                (
                    f", and the {title_of(other)} was used"
                    for other in used
                    if series.contrast is Contrast.T1_FS and other.contrast is Contrast.T1
                ),
                "",
            )
            yield (
                f"The {title_of(series)} was not used for grading: {series.contrast_reason}{instead}. Correct its "
                "role if that is wrong."
            )
    if not has_t2 and Contrast.T1 in contrasts:
        yield ONLY_T1
    elif not has_t2 and sagittal:
        yield (
            "Discs were found and named, and nothing was graded from the sagittal series: no network was trained on "
            f"{', '.join(sorted({contrast_in_words(series.contrast) for series in sagittal}))}."
        )


def _enhanced(used: Sequence[Series]) -> Iterable[str]:
    for series in used:
        if AFTER_AGENT in series.traits:
            yield (
                f"The {title_of(series)} was acquired with contrast agent; there is no unenhanced "
                f"{contrast_name(series.contrast)} to grade from."
            )


def with_available_series(reason: str, study: Study) -> str:
    """Why something is not graded, with the sagittal series that there are: ``no sagittal T2, but a sagittal STIR or
    fat-suppressed T2 'scan' (15 slices)``."""
    there = ", ".join(f"a {title_of(series)}" for series in study.series if series.plane is Plane.SAGITTAL)
    return f"{reason}, but {there}" if there else reason


def contrast_in_words(contrast: Contrast) -> str:
    """A contrast as people say it."""
    return {
        Contrast.T1_FS: "T1 with fat suppression",
        Contrast.T2_SPACE: "T2 SPACE",
        Contrast.OTHER: "another kind of series",
        Contrast.UNKNOWN: "an unknown contrast",
        Contrast.STIR: "STIR or fat-suppressed T2",
    }.get(contrast, contrast.value)
