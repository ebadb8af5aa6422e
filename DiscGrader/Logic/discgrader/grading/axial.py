"""Which axial slices show a disc, found from where it lies on the sagittal series; no picture is looked at.

Axial series come as one stack through all discs or as blocks angled along each of them. A slice is a disc's where it
passes through the middle of the disc's ROI box, between the front of the disc and the back of the canal, so that a
reader who moves the box moves the slices with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from discgrader.grading.not_graded import NO_AXIAL_T2, PASSED_BY
from discgrader.imaging.coordinates import other_coordinates
from discgrader.imaging.flat_picture import slice_axis_of
from discgrader.imaging.series_title import title_of
from discgrader.imaging.study import Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc, Localization

STEEP_DEG = 45.0
"""A slice that crosses the disc's plane at a steeper angle does not show the disc."""

OBLIQUE_DEG = 25.0
"""From here on the reader is warned, with the angle."""

ALIKE = 3.0
"""Two series whose slices fit a disc so nearly as well as each other, by `AxialCut.misfit`, both could be meant."""

UNSEEN = 60.0
"""Misfit of a series that shows nothing of disc and canal: of one that shows half of them, half as much."""

LEAST_COVERED = 0.6
"""A series that shows less of disc and canal than this share is used only where no other shows the disc."""

COARSE_PER_MM = 10.0
FINEST_MM = 0.3
"""Misfit for each mm that a pixel is wide; finer ones are no better, for the networks do not see them."""

_STEPS = 9
"""Points along each side of a box's middle plane at which it is looked whether they are shown."""


@dataclass(frozen=True, eq=False)
class AxialCut:
    """The slices of one axial series that show a disc.

    Parameters
    ----------
    series : Series
    indices : tuple of int
        Positions along `slice_axis_of` of the slices within the disc's height, the one nearest to its middle first.
    tilt_deg : float
        Angle between the slices and the disc's plane.
    away_mm : float
        From the nearest slice to the middle of the disc's box.
    notes : tuple of str
        What a reader should know of the choice.
    covered : float
        Share of the box's middle plane, which holds disc and canal, that lies inside the picture, 0-1.
    pixel_mm, slice_mm : float
        Width of a pixel, and from slice to slice.
    beside : tuple of Series
        Other series whose slices show the disc too and were not used.
    """

    series: Series
    indices: tuple[int, ...]
    tilt_deg: float
    away_mm: float
    notes: tuple[str, ...] = ()
    covered: float = 1.0
    pixel_mm: float = 0.0
    slice_mm: float = 0.0
    beside: tuple[Series, ...] = ()

    @property
    def misfit(self) -> float:
        """How badly the slices show the disc, the less the better.

        Their angle to the disc's plane in degrees and distance from its middle in mm, to which are added what they miss
        of disc and canal, the width of a pixel, and the distance between slices in mm.
        """
        coarse = COARSE_PER_MM * max(self.pixel_mm, FINEST_MM) + self.slice_mm
        return self.tilt_deg + self.away_mm + UNSEEN * (1.0 - self.covered) + coarse

    @property
    def shows(self) -> bool:
        """Whether some slice passes through the disc, at an angle at which it shows it."""
        return bool(self.indices) and self.tilt_deg <= STEEP_DEG

    def warnings_for(self, level: str) -> tuple[str, ...]:
        """All that a reader of the disc called ``level`` should know of the choice, the series passed over included."""
        named = " ".join(self.notes)
        also = [title_of(series) for series in self.beside if title_of(series) not in named]
        if not also:
            return self.notes
        others, used = " and the ".join(also), title_of(self.series)
        return (*self.notes, f"{level} is also shown on the {others}; the {used} covers it better and was used.")


@dataclass(frozen=True, eq=False)
class AxialStudy:
    """The axial slices of a study's discs.

    Parameters
    ----------
    cuts : mapping of Disc to AxialCut
    missing : mapping of Disc to str
        Why the other discs have none, in words that follow "not graded:".
    """

    cuts: Mapping[Disc, AxialCut]
    missing: Mapping[Disc, str]


def axial_study(discs: Sequence[Disc], series: Sequence[Series], refused: str = "") -> AxialStudy:
    """The slices of every disc, or the reason why it has none; without any series that is ``refused``."""
    cuts, missing = {}, {}
    for disc in discs:
        found = axial_cut(disc, series) if series else refused
        if isinstance(found, str):
            missing[disc] = found
        else:
            cuts[disc] = found
    return AxialStudy(cuts, missing)


def usable_series(study: Study, localization: Localization) -> tuple[tuple[Series, ...], str]:
    """The axial T2 series that lie in the same coordinates as the discs; and, for when there is none, why."""
    axial = [series for series in study.series if series.plane is Plane.AXIAL]
    weighted = [series for series in axial if series.is_axial_t2]
    if not weighted:
        others = ", ".join(f"an {title_of(series)}" for series in axial)
        return (), f"{NO_AXIAL_T2}, but {others}" if others else NO_AXIAL_T2
    reference = next((series for series in study.series if series.name == localization.series_name), None)
    usable, reasons = [], []
    for series in weighted:
        reason = None if reference is None else other_coordinates(series, reference)
        if reason is None:
            usable.append(series)
        else:
            reasons.append(f"{title_of(series)} {reason}")
    return tuple(usable), "; ".join(dict.fromkeys(reasons))


def axial_cut(disc: Disc, series: Sequence[Series]) -> AxialCut | str:
    """The slices that show a disc, of the series that fits it best; or why there are none.

    Of several series that show the disc, the one wins whose `AxialCut.misfit` is least: a block that was angled along
    the disc before one that reaches in from next to it, one with all of disc and canal before one that cuts them off,
    and the finer of two alike. The others are named `AxialCut.beside` it.
    """
    found = [cut for each in series if (cut := _cut(disc, each)) is not None]
    # Rounded, so that the order does not hang on how voxels are stored; what is left equal is put in order by name.
    showing = sorted(
        (cut for cut in found if cut.shows),
        key=lambda cut: (cut.covered < LEAST_COVERED, round(cut.misfit, 3), cut.series.name),
    )
    if not showing:
        near = [cut for cut in found if cut.indices]
        if near:
            steepest = min(near, key=lambda cut: cut.tilt_deg)
            return f"{title_of(steepest.series)} crosses its plane at {steepest.tilt_deg:.0f}°"
        if not found:
            return "the axial T2 does not cover it"
        nearest = min(found, key=lambda cut: cut.away_mm)
        return f"{PASSED_BY}; the nearest one is {nearest.away_mm:.0f} mm away"
    best = showing[0]
    notes = []
    if best.tilt_deg > OBLIQUE_DEG:
        notes.append(
            f"The slices of the {title_of(best.series)} cross the plane of {disc.level} at {best.tilt_deg:.0f}°."
        )
    if len(showing) > 1 and showing[1].misfit - best.misfit < ALIKE:
        notes.append(
            f"The {title_of(best.series)} and the {title_of(showing[1].series)} both show {disc.level}; the former was "
            "used."
        )
    return replace(best, notes=tuple(notes), beside=tuple(cut.series for cut in showing[1:]))


def _cut(disc: Disc, series: Series) -> AxialCut | None:
    """What a series has of a disc, with no index where all slices pass by; None where it lies beside the disc."""
    volume = series.volume
    axis = slice_axis_of(volume, Plane.AXIAL)
    index = volume.lps_to_index(disc.roi.center_lps_mm)
    others = [other_axis for other_axis in range(3) if other_axis != axis]
    if not all(-0.5 <= index[other_axis] <= volume.size[other_axis] - 0.5 for other_axis in others):
        return None
    spacing = float(volume.spacing_mm[axis])
    away = np.abs(np.arange(volume.size[axis]) - index[axis]) * spacing
    order = np.argsort(away, kind="stable")
    # A disc lower than the slices are apart can lie between two of them, and has the nearer one.
    reach = max(disc.height_mm, spacing) / 2 + 1e-3
    cosine = abs(float(volume.directions[:, axis] @ disc.roi.axes_lps[:, 2]))
    pixel_mm = float(np.sqrt(np.prod([volume.spacing_mm[other_axis] for other_axis in others])))
    return AxialCut(
        series,
        tuple(int(number) for number in order if away[number] <= reach),
        float(np.degrees(np.arccos(min(cosine, 1.0)))),
        float(away[order[0]]),
        covered=_covered(disc, volume, others),
        pixel_mm=pixel_mm,
        slice_mm=spacing,
    )


def _covered(disc: Disc, volume: Volume, in_plane: Sequence[int]) -> float:
    """Share of the middle plane of a disc's box that lies inside the picture, as seen along its slices."""
    steps = np.linspace(-0.5, 0.5, _STEPS)
    across, along = np.meshgrid(steps * disc.roi.size_mm[0], steps * disc.roi.size_mm[1])
    plane = np.stack([across, along], axis=-1) @ disc.roi.axes_lps[:, :2].T + disc.roi.center_lps_mm
    index = volume.lps_to_index(plane)[..., list(in_plane)]
    size = np.array([volume.size[other_axis] for other_axis in in_plane])
    return float(((index >= -0.5) & (index <= size - 0.5)).all(axis=-1).mean())
