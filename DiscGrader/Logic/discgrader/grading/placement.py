"""Where the views of a study's discs lie, and what has been read of the study for them."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np

from discgrader.grading.axial import AxialCut, AxialStudy, axial_study, usable_series
from discgrader.grading.disc_cache import DiscCache
from discgrader.grading.mirrored import is_mirrored
from discgrader.grading.not_graded import NO_AXIAL_T2, NO_SAGITTAL_T2
from discgrader.grading.series_choice import sagittal_of_role, with_available_series
from discgrader.grading.view import LEAST_SEEN, Reference, View, ViewShape, ViewSpec, reference_of, seen, spine_values
from discgrader.imaging.flat_picture import slice_axis_of
from discgrader.imaging.series_title import title_of
from discgrader.imaging.study import Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc, Localization

Value = TypeVar("Value")

SAGITTAL_ROLES = ("T2", "T2_SPACE")
PIXELS = 128
"""Side of a view where nobody asks for another."""

_BESIDE = ViewSpec("axial", Plane.AXIAL, 72.0)
"""Where an axial series is compared with a sagittal one."""


class StudyContext:
    """A study with its discs, and what systems have read of it already.

    Parameters
    ----------
    study : Study
    localization : Localization
        Of this study.
    cache : DiscCache, optional
        What was measured around these discs before, in whichever localization.
    kept : dict, optional
        What was read for this localization before, of which nothing may hold the localization itself: it is kept for
        as long as that lives.
    """

    def __init__(
        self,
        study: Study,
        localization: Localization,
        cache: DiscCache | None = None,
        kept: dict[Hashable, object] | None = None,
    ):
        self.study = study
        self.localization = localization
        # An empty memory is false.
        self.cache = DiscCache() if cache is None else cache
        self._kept = {} if kept is None else kept

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """What was made under this key before, or is made now. Threads may ask at the same time for different keys."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]  # type: ignore[return-value]

    @property
    def is_segmented(self) -> bool:
        """Whether the discs are outlined, not only boxed."""
        return self.once("is_segmented", lambda: bool(self.localization.segmentation.array.any()))

    @property
    def has_sagittal(self) -> bool:
        """Whether there is any sagittal series."""
        return any(series.plane is Plane.SAGITTAL for series in self.study.series)

    @property
    def discs(self) -> tuple[Disc, ...]:
        """All discs, those beside the named ones included."""
        return (*self.localization.discs, *self.localization.others)

    def sources(self, roles: Sequence[str], shape: ViewShape) -> "tuple[Source, ...]":
        """The sagittal series to grade on, the best one of each role."""
        return self.once(
            ("sources", tuple(roles), shape),
            lambda: sources_of(self.study, self.localization, roles, shape, self.cache),
        )

    @property
    def views(self) -> "StudyViews":
        """Where views of the discs lie."""
        return self.once("views", lambda: StudyViews(self.study, self.localization))


@dataclass(frozen=True, eq=False)
class Source:
    """A sagittal series as the networks may use it: as which contrast, moved by how much, in which intensities."""

    series: Series
    role: str
    shift_lps_mm: np.ndarray
    reference: Reference


def sources_of(
    study: Study, localization: Localization, roles: Sequence[str], shape: ViewShape, cache: DiscCache
) -> tuple[Source, ...]:
    """The series to grade on, the best one of each role; `series_warnings` tells of the others."""
    ranked = {role: sagittal_of_role(study, localization, role) for role in roles}
    chosen = {found[0].role: found[0] for found in ranked.values() if found}
    sources = []
    for role, series in chosen.items():
        shift = np.asarray(localization.shifts_lps_mm.get(series.name, np.zeros(3)), float)
        labels = moved(localization.segmentation, shift)

        def spine(disc: Disc, volume: Volume = series.volume, labels: Volume = labels, shift: np.ndarray = shift):
            return spine_values(volume, labels, shape.points_lps(disc.roi) + shift)

        discs = (*localization.discs, *localization.others)
        reference = reference_of(
            [
                cache.get(
                    "spine",
                    disc,
                    localization.segmentation,
                    series.volume,
                    (shape, shift.tobytes()),
                    partial(spine, disc),
                )
                for disc in discs
            ]
        )
        sources.append(Source(series, role, shift, reference))
    return tuple(sources)


def moved(volume: Volume, shift_lps_mm: np.ndarray) -> Volume:
    """The same volume lying elsewhere."""
    if not np.any(shift_lps_mm):
        return volume
    affine = volume.affine_lps.copy()
    affine[:3, 3] += shift_lps_mm
    return Volume(volume.array, affine)


@dataclass(frozen=True, eq=False)
class Sagittal:
    """The sagittal series to look at, and how far it shows the discs from where they were found."""

    series: Series
    shift_lps_mm: np.ndarray


class StudyViews:
    """Where views of a study's discs lie.

    Parameters
    ----------
    study : Study
    localization : Localization
    """

    def __init__(self, study: Study, localization: Localization):
        self.study = study
        self._sagittal = sagittal_of(study, localization)
        self._axial = axial_of(study, localization, self._sagittal)

    def of(self, disc: Disc, specs: Sequence[ViewSpec], pixels: int = PIXELS) -> tuple[tuple[View, ...], ...] | str:
        """The samples of a disc, of each its views in the order of ``specs``; or why it cannot be looked at.

        There are several samples where a view takes every slice of the disc, the one nearest to its middle first.
        """
        placed = []
        for spec in specs:
            found = self._place(disc, spec, pixels)
            if isinstance(found, str):
                return found
            placed.append(found)
        samples = max(len(views) for views in placed)
        return tuple(tuple(views[min(number, len(views) - 1)] for views in placed) for number in range(samples))

    def _place(self, disc: Disc, spec: ViewSpec, pixels: int) -> tuple[View, ...] | str:
        views: tuple[View, ...]
        if spec.plane is Plane.SAGITTAL:
            if self._sagittal is None:
                return with_available_series(NO_SAGITTAL_T2, self.study)
            views = (sagittal_view(disc.roi, self._sagittal, spec, pixels),)
        else:
            cut = self._axial.cuts.get(disc)
            if cut is None:
                return self._axial.missing.get(disc, NO_AXIAL_T2)
            indices = cut.indices if spec.every_slice else cut.indices[:1]
            notes = cut.warnings_for(disc.level)
            views = tuple(replace(axial_view(disc.roi, cut, index, spec, pixels), notes=notes) for index in indices)
        coarse = spec.shape(16)
        shown = tuple(view for view in views if seen(view.values(coarse)) >= LEAST_SEEN)
        return shown or f"the {title_of(views[0].series)} shows too little of its surroundings ({spec.name})"


def sagittal_of(study: Study, localization: Localization) -> Sagittal | None:
    """The sagittal series that views are cut from: T2 before T2 SPACE, the best one that is in register with the
    discs."""
    for role in SAGITTAL_ROLES:
        for series in sagittal_of_role(study, localization, role)[:1]:
            return Sagittal(series, np.asarray(localization.shifts_lps_mm.get(series.name, np.zeros(3)), float))
    return None


def axial_slices(study: Study, localization: Localization) -> AxialStudy:
    """The axial slices of a study's discs: those that they may be graded on, and be shown on."""
    return axial_of(study, localization, sagittal_of(study, localization))


def axial_of(study: Study, localization: Localization, sagittal: Sagittal | None) -> AxialStudy:
    """The axial slices of the discs; none of a series that seems to have left and right exchanged."""
    series, refused = usable_series(study, localization)
    found = axial_study(localization.discs, series, refused)
    if sagittal is None:
        return found
    turned = {}
    for axial in dict.fromkeys(cut.series for cut in found.cuts.values()):
        frames = [
            axial_view(disc.roi, cut, cut.indices[0], _BESIDE).frame
            for disc, cut in found.cuts.items()
            if cut.series is axial
        ]
        if is_mirrored(axial.volume, sagittal.series.volume, frames):
            turned[axial] = (
                f"{title_of(axial)} seems to have left and right swapped relative to the "
                f"{title_of(sagittal.series)}; correct its header"
            )
    if not turned:
        return found
    rest = tuple(each for each in series if each not in turned)
    return axial_study(localization.discs, rest, "; ".join(turned.values()))


def sagittal_view(box: RoiBox, sagittal: Sagittal, spec: ViewSpec, pixels: int = PIXELS) -> View:
    """The view in the planes of a box that run from head to foot and from front to back."""
    frame = replace(box, center_lps_mm=box.center_lps_mm + sagittal.shift_lps_mm)
    return View(spec.name, spec.plane, sagittal.series, frame, spec.shape(pixels), spec.offsets_mm)


def axial_view(box: RoiBox, cut: AxialCut, index: int, spec: ViewSpec, pixels: int = PIXELS) -> View:
    """The view on one axial slice and on those beside it, turned as the box is turned on that slice.

    Where the stack ends, its last slice stands for what would follow.
    """
    volume = cut.series.volume
    axis = slice_axis_of(volume, Plane.AXIAL)
    spacing = float(volume.spacing_mm[axis])
    normal = volume.directions[:, axis]
    step = 1 if normal @ box.axes_lps[:, 2] >= 0 else -1
    up = normal * step
    left = box.axes_lps[:, 0] - up * (box.axes_lps[:, 0] @ up)
    left /= np.linalg.norm(left)
    front = np.cross(left, up)
    at = float(volume.lps_to_index(box.center_lps_mm)[axis])
    center = box.center_lps_mm + normal * (index - at) * spacing
    beside = [int(np.clip(index + step * round(mm / spacing), 0, volume.size[axis] - 1)) for mm in spec.offsets_mm]
    frame = RoiBox(center, np.stack([up, left, front], axis=1), box.size_mm[[2, 0, 1]])
    offsets_mm = tuple((place - index) * step * spacing for place in beside)
    return View(spec.name, spec.plane, cut.series, frame, spec.shape(pixels), offsets_mm, cut.notes)
