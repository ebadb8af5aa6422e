"""Which crops of a disc a study offers to the networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from discgrader.grading.crops import Crop, Reference, crop_offsets_mm, cut, reference_of, spine_values
from discgrader.grading.disc_memory import DiscMemory
from discgrader.grading.series_choice import sagittal_of_role
from discgrader.grading.view import ViewShape
from discgrader.imaging.study import Series, Study
from discgrader.imaging.volume import Volume
from discgrader.jobs.threads import in_threads
from discgrader.localize.disc import Disc, Localization, RoiBox

LEAST_SEEN = 0.6
"""A crop with less of it inside the picture is not graded."""


@dataclass(frozen=True, eq=False)
class View:
    """One crop of one disc, and where it came from."""

    series: Series
    box: RoiBox
    across_mm: float
    crop: Crop


@dataclass(frozen=True, eq=False)
class Source:
    """A sagittal series as the networks may use it: as which contrast, moved by how much, in which intensities."""

    series: Series
    role: str
    shift_lps_mm: np.ndarray
    reference: Reference


def sources_of(
    study: Study, localization: Localization, roles: Sequence[str], shape: ViewShape, memory: DiscMemory
) -> tuple[Source, ...]:
    """The series to grade on, the best one of each role; `series_warnings` tells of the others."""
    ranked = {role: sagittal_of_role(study, localization, role) for role in roles}
    chosen = {found[0].role: found[0] for found in ranked.values() if found}
    sources = []
    for role, series in chosen.items():
        shift = np.asarray(localization.shifts_lps_mm.get(series.name, np.zeros(3)), float)
        labels = moved(localization.segmentation, shift)

        def seen(disc: Disc, volume: Volume = series.volume, labels: Volume = labels, shift: np.ndarray = shift):
            return spine_values(volume, labels, shape.points_lps(disc.roi) + shift)

        discs = (*localization.discs, *localization.others)
        reference = reference_of(
            [
                memory.get(
                    "spine",
                    disc,
                    localization.segmentation,
                    series.volume,
                    (shape, shift.tobytes()),
                    partial(seen, disc),
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


def views_of(
    disc: Disc,
    sources: Sequence[Source],
    segmentation: Volume,
    shape: ViewShape,
    slices: Mapping[str, float],
    threads: int = 1,
) -> tuple[View, ...]:
    """All crops of a disc that lie well inside their pictures; ``slices`` has ``reach_mm`` and ``count``."""
    wanted = []
    for source in sources:
        box = replace(disc.roi, center_lps_mm=disc.roi.center_lps_mm + source.shift_lps_mm)
        labels = moved(segmentation, source.shift_lps_mm)
        for across in crop_offsets_mm(source.series, box, float(slices["reach_mm"]), int(slices["count"])):
            wanted.append((source, box, labels, across))

    def view(one: tuple[Source, RoiBox, Volume, float]) -> View:
        source, box, labels, across = one
        crop = cut(source.series, labels, box, disc.index_from_sacrum, source.reference, shape, across)
        return View(source.series, box, across, replace(crop, role=source.role))

    return tuple(one for one in in_threads(view, wanted, threads) if one.crop.seen >= LEAST_SEEN)


class StudyViews:
    """The crops of a study's discs as one kind of network wants them, each cut when it is first asked for.

    Parameters
    ----------
    study : Study
    localization : Localization
        Of this study.
    roles : sequence of str
        Contrasts that the networks know.
    shape : ViewShape
    slices : mapping
        As for `views_of`.
    memory : DiscMemory, optional
        What was read around these discs before.

    Attributes
    ----------
    sources : tuple of Source
        The series to grade on.
    """

    def __init__(
        self,
        study: Study,
        localization: Localization,
        roles: Sequence[str],
        shape: ViewShape,
        slices: Mapping[str, float],
        memory: DiscMemory | None = None,
    ):
        self.study = study
        self.sources = sources_of(study, localization, roles, shape, memory or DiscMemory())
        # Not the localization itself, by which a grader finds these views for as long as it lives.
        self._segmentation = localization.segmentation
        self._shape = shape
        self._slices = slices
        self._cut: dict[Disc, tuple[View, ...]] = {}

    def of(self, disc: Disc, threads: int = 1) -> tuple[View, ...]:
        """The crops of a disc, ``threads`` cut at a time."""
        if disc not in self._cut:
            self._cut[disc] = views_of(disc, self.sources, self._segmentation, self._shape, self._slices, threads)
        return self._cut[disc]
