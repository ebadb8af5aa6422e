"""All features of a region of a sequence as one row."""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from discgrader.errors import StudyError
from discgrader.imaging.volume import Volume
from discgrader.progress import Progress
from discgrader.radiomics.box import Box
from discgrader.radiomics.cache import FilterCache, FilteredImages
from discgrader.radiomics.catalog import find_feature
from discgrader.radiomics.co_occurrence import MOST_LEVELS_OF_MCC
from discgrader.radiomics.filters import Hole
from discgrader.radiomics.parameters import Parameters, parameters_1218
from discgrader.radiomics.preprocess import Resampling, check_values
from discgrader.radiomics.roi import Roi, find_roi, mask_on_grid
from discgrader.radiomics.settings import Settings
from discgrader.radiomics.shape import shape_2d_features, shape_features
from discgrader.radiomics.texture import Textures

REACH_MM = 15.0
"""How far beyond a region its sequence is filtered along with it, in case the region is moved."""


@dataclass(frozen=True, eq=False)
class FeatureRow:
    """The features of one region of one sequence.

    Parameters
    ----------
    names : tuple of str
        Full names, ``<image>_<class>_<feature>``; those that the parameters ask for, always all of them.
    values : ndarray of float, shape (F,)
        Not a number where there is a hole.
    holes : mapping of str to str
        Why a feature has no value, by its name.
    warnings : tuple of str
        What is odd about the region.
    """

    names: tuple[str, ...]
    values: np.ndarray
    holes: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, float]:
        """Values by name."""
        return dict(zip(self.names, self.values.tolist(), strict=True))


class RadiomicsExtractor:
    """Takes features of regions; keeps the filtered images of their sequences.

    It may be used from several threads, and a copy in a spawned process starts with no images.

    Parameters
    ----------
    parameters : Parameters, optional
        Which features; by default the project's set of 1218.
    cache : FilterCache, optional
        Where filtered images are kept; by default one of its own.
    threads : int, optional
        In how many threads features are computed; by default as many as there are processors, up to 4.
    """

    def __init__(
        self, parameters: Parameters | None = None, cache: FilterCache | None = None, threads: int | None = None
    ) -> None:
        self.parameters = parameters or parameters_1218()
        self.threads = threads or min(4, os.cpu_count() or 1)
        # An empty cache is false.
        self.cache = FilterCache(threads=self.threads) if cache is None else cache

    def start(self, volume: Volume, region: np.ndarray | None = None) -> "Future[FilteredImages]":
        """Begin to filter a sequence in the background.

        Parameters
        ----------
        volume : Volume
        region : ndarray of bool, shape (K, J, I), optional
            Voxels that regions will lie among, give or take `REACH_MM`; by default all of the volume.

        Returns
        -------
        Future
            Done when the sequence is filtered; `extract` waits for it by itself. Done at once, with nothing in it,
            where the values depend on each region's place, so that nothing can be filtered before that is known.
        """
        check_values(volume)
        settings = self.parameters.settings
        resampling = Resampling.of(volume, np.broadcast_to(True, volume.array.shape), settings)
        if resampling is not None:
            resampling = resampling.of_values(volume, settings)
            if resampling.block is not None:
                return _nothing()
        box = None if region is None else Box.around(region)
        if box is not None:
            box = _with_reach(_on_resampled(box, volume, resampling), volume, resampling)
        return self.cache.start(volume, self.parameters, box, resampling)

    def extract(
        self, volume: Volume, mask: Volume, label: int | None = None, progress: Progress = Progress()
    ) -> FeatureRow:
        """The features of one region.

        Parameters
        ----------
        volume : Volume
            The sequence.
        mask : Volume
            In the same geometry; voxels of the label are the region.
        label : int, optional
            By default the parameters' own.
        progress : Progress
            May stop the work.

        Raises
        ------
        StudyError
            When the image or the mask cannot have features: not numbers, another geometry, empty, too small.
        Cancelled
            When asked to stop.
        UsageError
            When the label is not in the mask.
        """
        settings = self.parameters.settings
        label = settings.label if label is None else label
        check_values(volume)
        mask = mask_on_grid(volume, mask, settings)
        roi = find_roi(mask, label, settings, volume.spacing_mm)
        resampling = Resampling.of(volume, mask.array == label, settings)
        if resampling is not None:
            resampled = resampling.mask(volume.with_array(mask.array == label))
            roi = replace(_resampled_roi(resampled, settings), warnings=roi.warnings)
            resampling = resampling.of_values(volume, settings)
        filtered = self._filtered(volume, roi, resampling)
        return self._row(filtered, roi, progress)

    def _filtered(self, volume: Volume, roi: Roi, resampling: Resampling | None) -> FilteredImages:
        box = Box(roi.low, tuple(low + size for low, size in zip(roi.low, roi.mask.shape, strict=True)))
        filtered = self.cache.find(volume, self.parameters, box, resampling)
        if filtered is not None:
            return filtered
        return self.cache.start(volume, self.parameters, _with_reach(box, volume, resampling), resampling).result()

    def _row(self, filtered: FilteredImages, roi: Roi, progress: Progress) -> FeatureRow:
        parameters, settings = self.parameters, self.parameters.settings
        values: dict[str, float] = {}
        holes: dict[str, str] = {}
        texture_roi = roi
        if settings.resegment_range is not None:
            first = next(iter(filtered.images.values()))
            if isinstance(first, Hole):
                raise StudyError(f"The region cannot be cut to a range of values (resegmentRange): {first.reason}.")
            texture_roi = roi.reduced(_resegmented(_cut(filtered, first, roi), settings), settings)
        # As in pyradiomics, the shape of the whole region is that of its part in the reduced region's box.
        shape_roi = texture_roi if settings.resegment_shape else roi.within(texture_roi)
        for family, wanted in parameters.features:
            if family in ("shape", "shape2D"):
                _add(values, holes, f"original_{family}", wanted, _shape(family, shape_roi, settings))
        textures = Textures(texture_roi)
        work = []
        for image_type in parameters.image_types:
            for name in image_type.image_names():
                image = filtered.images[name]
                if isinstance(image, Hole):
                    for family, wanted in parameters.texture_features():
                        _add(values, holes, f"{name}_{family}", wanted, image)
                else:
                    work.append((name, _cut(filtered, image, texture_roi), image_type.settings))
        textures.find_neighbors(image_type.settings for image_type in parameters.image_types)
        compute = _Compute(textures, tuple(parameters.texture_features()), progress)
        with ThreadPoolExecutor(self.threads, "DiscGrader features") as pool:
            for (name, _, _), found in zip(work, pool.map(compute, work), strict=True):
                for family, wanted in parameters.texture_features():
                    _add(values, holes, f"{name}_{family}", wanted, found[family])
        names = parameters.feature_names()
        return FeatureRow(names, np.array([values[name] for name in names], float), holes, roi.warnings)


@dataclass(frozen=True, eq=False)
class _Compute:
    """Takes all texture features of one image."""

    textures: Textures
    features: tuple[tuple[str, tuple[str, ...]], ...]
    progress: Progress

    def __call__(self, work: tuple[str, np.ndarray, Settings]) -> dict[str, dict[str, float]]:
        _, values, settings = work
        return self.textures.features(values, settings, self.features, self.progress.check)


def _cut(filtered: FilteredImages, image: np.ndarray, roi: Roi) -> np.ndarray:
    """The image's values in the region, shape (N,)."""
    box = Box(roi.low, tuple(low + size for low, size in zip(roi.low, roi.mask.shape, strict=True)))
    return roi.values(image[box.slices(filtered.box.low)])


def _add(
    values: dict[str, float],
    holes: dict[str, str],
    prefix: str,
    wanted: tuple[str, ...],
    found: "Mapping[str, float] | Hole",
) -> None:
    """Put the wanted features of one class in their places, with the reason of each that has no value."""
    family = prefix.rsplit("_", 1)[1]
    for name in wanted:
        full = f"{prefix}_{name}"
        value, reason = np.nan, ""
        if isinstance(found, Hole):
            reason = found.reason
        elif (known := find_feature(family, name)) is not None and known.withdrawn:
            reason = known.note
        else:
            value = float(found[name])
            if not np.isfinite(value):
                value, reason = np.nan, _why_undefined(family, name, found)
        values[full] = value
        if reason:
            holes[full] = reason


_UNDEFINED = {
    "shape": "undefined for the region's shape",
    "shape2D": "undefined for the region's shape",
    "firstorder": "undefined for the region's values",
    "glcm": "no two voxels of the region are neighbors",
    "glrlm": "no line in any direction crosses the region twice",
    "glszm": "the region has no zone",
    "gldm": "the region has no neighbors",
    "ngtdm": "the region has no neighbors",
}


def _why_undefined(family: str, name: str, found: Mapping[str, float]) -> str:
    if (family, name) == ("glcm", "MCC") and np.isfinite(found.get("Contrast", np.nan)):
        return f"MCC is not computed for more than {MOST_LEVELS_OF_MCC} gray levels; choose a larger binWidth"
    return _UNDEFINED[family]


def _shape(family: str, roi: Roi, settings: Settings) -> "dict[str, float] | Hole":
    compute: Callable[[np.ndarray, np.ndarray], dict[str, float]] = shape_features
    mask, spacing = roi.mask, roi.spacing_mm
    if family == "shape2D":
        axis = settings.force_2d_dimension
        if not settings.force_2d:
            return Hole("shape in a slice needs force2D")
        if mask.shape[axis] > 1:
            return Hole(f"shape in a slice needs a region of one slice, this one has {mask.shape[axis]}")
        compute, mask, spacing = shape_2d_features, np.take(mask, 0, axis), np.delete(spacing, axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        return compute(mask, spacing)


def _resegmented(values: np.ndarray, settings: Settings) -> np.ndarray:
    """Which of the region's voxels the resegmentation keeps, bool, shape (N,)."""
    limits = np.sort(np.array(settings.resegment_range, float))
    if settings.resegment_mode == "relative":
        limits = limits * values.max()
    elif settings.resegment_mode == "sigma":
        limits = values.mean() + limits * values.std()
    kept = values >= limits[0]
    return kept if len(limits) == 1 else kept & (values <= limits[1])


def _nothing() -> "Future[FilteredImages]":
    done: Future[FilteredImages] = Future()
    done.set_result(FilteredImages(Box.whole((0, 0, 0)), {}))
    return done


def _resampled_roi(mask: Volume, settings: Settings) -> Roi:
    """The region of a resampled mask of 0 and 1, which may have lost all of its voxels."""
    if not mask.array.any():
        raise StudyError("No voxel of the region is left after resampling; choose a smaller spacing.")
    return find_roi(mask, 1, settings)


def _on_resampled(box: Box, volume: Volume, resampling: Resampling | None) -> Box:
    """The box of the resampled sequence that covers a box of the sequence."""
    if resampling is None:
        return box
    ratio = (volume.spacing_mm / np.array(resampling.spacing_mm))[::-1]
    shape = np.array(resampling.shape(volume))
    low = np.clip(np.floor(np.array(box.low) * ratio).astype(int), 0, shape - 1)
    high = np.clip(np.ceil(np.array(box.high) * ratio).astype(int), 1, shape)
    return Box(tuple(low.tolist()), tuple(high.tolist()))


def _with_reach(box: Box, volume: Volume, resampling: Resampling | None) -> Box:
    used = volume.spacing_mm if resampling is None else np.array(resampling.spacing_mm)
    shape = volume.array.shape if resampling is None else resampling.shape(volume)
    return box.grown(np.ceil(REACH_MM / used[::-1]), shape)
