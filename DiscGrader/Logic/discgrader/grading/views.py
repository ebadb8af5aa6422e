"""Which crops of a disc a study offers to the networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from discgrader.grading.crops import Crop, CropShape, Reference, crop_offsets_mm, cut, reference_of, spine_values
from discgrader.grading.disc_memory import DiscMemory
from discgrader.imaging.study import Contrast, Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc, Localization, RoiBox
from discgrader.threads import in_threads

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


def sources_of(study: Study, localization: Localization, roles: Sequence[str], shape: CropShape,
               memory: DiscMemory) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """The series to grade on, one for each role, and warnings on those that had to be left out or guessed at."""
    chosen: dict[str, Series] = {}
    warnings = []
    usable = [one for one in study.series if one.plane is Plane.SAGITTAL]
    for one in usable:
        if localization.shifts_lps_mm and one.name not in localization.shifts_lps_mm:
            warnings.append(f"Series {one.name} does not show the discs where {localization.series_name} has them, "
                            "and was not used for grading.")
            continue
        if one.role in roles:
            best = chosen.get(one.role)
            if best is None or one.volume.array.size > best.volume.array.size:
                chosen[one.role] = one
    if not chosen:
        stand_in = next((one for one in usable if one.contrast in (Contrast.UNKNOWN, Contrast.STIR)), None)
        if stand_in is not None:
            chosen["T2"] = stand_in
            warnings.append(f"Series {stand_in.name} is {stand_in.role}, which no network was trained on; it was graded "
                            "as if it were T2. Set its role if that is wrong.")
    sources = []
    for role, series in chosen.items():
        shift = np.asarray(localization.shifts_lps_mm.get(series.name, np.zeros(3)), float)
        labels = moved(localization.segmentation, shift)

        def seen(disc: Disc, volume: Volume = series.volume, labels: Volume = labels, shift: np.ndarray = shift):
            return spine_values(volume, labels, shape.points_lps(disc.roi) + shift)

        discs = (*localization.discs, *localization.others)
        reference = reference_of([
            memory.get("spine", disc, localization.segmentation, series.volume, (shape, shift.tobytes()),
                       partial(seen, disc)) for disc in discs])
        sources.append(Source(series, role, shift, reference))
    return tuple(sources), tuple(warnings)


def moved(volume: Volume, shift_lps_mm: np.ndarray) -> Volume:
    """The same volume lying elsewhere."""
    if not np.any(shift_lps_mm):
        return volume
    affine = volume.affine_lps.copy()
    affine[:3, 3] += shift_lps_mm
    return Volume(volume.array, affine)


def views_of(disc: Disc, sources: Sequence[Source], segmentation: Volume, shape: CropShape,
             slices: Mapping[str, float], threads: int = 1) -> tuple[View, ...]:
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
    shape : CropShape
    slices : mapping
        As for `views_of`.
    memory : DiscMemory, optional
        What was read around these discs before.

    Attributes
    ----------
    sources : tuple of Source
        The series to grade on.
    warnings : tuple of str
        On series that were left out or guessed at.
    """

    def __init__(self, study: Study, localization: Localization, roles: Sequence[str], shape: CropShape,
                 slices: Mapping[str, float], memory: DiscMemory | None = None):
        self.study = study
        self.sources, self.warnings = sources_of(study, localization, roles, shape, memory or DiscMemory())
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
