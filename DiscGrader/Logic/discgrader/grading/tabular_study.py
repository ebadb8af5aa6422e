"""The discs of one study as rows of radiomics and deep features; sequences are filtered once, also for moved boxes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from discgrader.errors import StudyError, UsageError
from discgrader.grading.contributions import MOST, Push
from discgrader.grading.deep_features import DeepFeatures, disc_picture
from discgrader.grading.tabular import RADIOMICS, TabularModel
from discgrader.grading.views import Source, moved
from discgrader.imaging.resample import sample
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc, Localization, RoiBox
from discgrader.localize.labels import disc_label, is_disc
from discgrader.radiomics.cache import FilterCache
from discgrader.radiomics.extractor import RadiomicsExtractor
from discgrader.radiomics.parameters import parameters_1218


class Extractors:
    """Takes the 1218 features of stacks, and within the slice of single slices; keeps filtered sequences between
    studies.

    Parameters
    ----------
    threads : int
        In how many threads the features of one region are taken; one where discs are graded side by side.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self.cache = FilterCache()
        self._of_axis: dict[int | None, RadiomicsExtractor] = {}

    def of(self, volume: Volume) -> RadiomicsExtractor:
        """The extractor that suits a volume."""
        axis = next((axis for axis, size in enumerate(volume.array.shape) if size == 1), None)
        if axis not in self._of_axis:
            parameters = parameters_1218(force_2d=axis is not None, force_2d_dimension=axis or 0)
            self._of_axis[axis] = RadiomicsExtractor(parameters, self.cache, self._threads)
        return self._of_axis[axis]


class TabularStudy:
    """Rows of the discs of one study, and the grades that a model gives them.

    Parameters
    ----------
    model : TabularModel
    extractors : Extractors
    deep : DeepFeatures or None
        Needed where the model asks for deep features.
    sources : sequence of Source
        The series to grade on.
    localization : Localization
    """

    def __init__(
        self,
        model: TabularModel,
        extractors: Extractors,
        deep: DeepFeatures | None,
        sources: Sequence[Source],
        localization: Localization,
    ):
        self._model = model
        self._extractors = extractors
        self._deep = deep
        self._sources = [one for one in sources if one.role in model.roles]
        self._segmentation = localization.segmentation
        for source in self._sources if RADIOMICS in model.families else ():
            # All discs, whatever their boxes: a box that is moved later asks for no more.
            volume = source.series.volume
            region = np.zeros(volume.array.shape, bool)
            region[_where(self._segmentation, source)] = True
            if region.any():
                extractors.of(volume).start(volume, region)

    def grade(self, disc: Disc) -> tuple[np.ndarray, tuple[Push, ...]] | None:
        """Probabilities of the grades and what pushed them; None where no series shows the disc."""
        row = self.row(disc)
        if not np.isfinite(row).any():
            return None
        return self._model.probabilities(row), self._model.pushes(row, MOST)

    def row(self, disc: Disc) -> np.ndarray:
        """The model's columns for a disc, NaN where one is missing."""
        found: dict[str, float] = {}
        for source in self._sources:
            box, _ = _on_series(source, disc.roi)
            if RADIOMICS in self._model.families:
                found |= self._radiomics(source, disc)
            if self._deep is not None and self._deep.name in self._model.families:
                picture = disc_picture(source.series, box)
                values = self._deep(picture[None])[0]
                found |= {
                    f"{source.role}:{self._deep.name}:{name}": float(one) for name, one in zip(self._deep.names, values)
                }
        return np.array([found.get(name, np.nan) for name in self._model.columns])

    def _radiomics(self, source: Source, disc: Disc) -> dict[str, float]:
        volume = source.series.volume
        box, part = _on_series(source, disc.roi)
        mask = np.zeros(volume.array.shape, np.uint8)
        if mask[part].size:
            mask[part] = _inside(source, box, part, self._segmentation, disc.index_from_sacrum)
        extractor = self._extractors.of(volume)
        try:
            row = extractor.extract(volume, Volume(mask, volume.affine_lps), 1)
        except (StudyError, UsageError):
            # Out of view, or too small a part in view to have features: missing, as in training.
            return {}
        return {
            f"{source.role}:{RADIOMICS}:{name}": value for name, value in row.to_dict().items() if np.isfinite(value)
        }


def _where(segmentation: Volume, source: Source) -> tuple[slice, slice, slice]:
    """The part of a series' array that shows the discs of a segmentation."""
    found = np.nonzero(is_disc(segmentation.array))
    if not len(found[0]):
        return (slice(0, 0),) * 3
    low, high = (np.array([pick(axis) for axis in found[::-1]], float) for pick in (np.min, np.max))
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    return _around(source.series.volume, segmentation.index_to_lps(low + corners * (high - low)) + source.shift_lps_mm)


def _around(volume: Volume, points_lps: np.ndarray) -> tuple[slice, slice, slice]:
    """The smallest part of a volume's array that holds these points, as far as they lie in it."""
    index = volume.lps_to_index(points_lps)
    size = np.array(volume.size)
    low = np.clip(np.floor(index.min(0)).astype(int), 0, size)
    high = np.maximum(low, np.clip(np.ceil(index.max(0)).astype(int) + 1, 0, size))
    return tuple(slice(int(a), int(b)) for a, b in zip(low[::-1], high[::-1]))


def _on_series(source: Source, box: RoiBox) -> tuple[RoiBox, tuple[slice, slice, slice]]:
    """A disc's box where the series shows it, and the part of the series' array around it."""
    box = replace(box, center_lps_mm=box.center_lps_mm + source.shift_lps_mm)
    half = np.asarray(box.size_mm) / 2
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * half
    return box, _around(source.series.volume, box.center_lps_mm + corners @ box.axes_lps.T)


def _inside(
    source: Source, box: RoiBox, part: tuple[slice, slice, slice], segmentation: Volume, index_from_sacrum: int
) -> np.ndarray:
    """Which voxels of a part of the series belong to the disc and lie in its box."""
    axes = [np.arange(one.start, one.stop) for one in part]
    k, j, i = np.meshgrid(*axes, indexing="ij")
    points = source.series.volume.index_to_lps(np.stack([i, j, k], -1))
    labels = sample(moved(segmentation, source.shift_lps_mm), points, order=0)
    half = np.asarray(box.size_mm) / 2
    # A voxel may reach over the edge of the box by half its size, above all across a single slice.
    slack = source.series.volume.spacing_mm.max() / 2
    return (labels == disc_label(index_from_sacrum)) & (np.abs(box.to_local(points)) <= half + slack).all(-1)
