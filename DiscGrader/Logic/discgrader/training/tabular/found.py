"""The discs of every image of a data set with their masks, found once and kept on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.errors import StudyError, UsageError
from discgrader.folders import whole_file
from discgrader.imaging.files import read_volume
from discgrader.imaging.study import Series
from discgrader.imaging.volume import Volume
from discgrader.localize.box import roi_box
from discgrader.localize.candidates import find_candidates
from discgrader.localize.disc import DEFAULT_MARGIN_MM, Disc, Localization, RoiBox, level_name
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.labels import Label, disc_label, of_spider
from discgrader.localize.segment import CANAL, DISC, VERTEBRA, Segmentation
from discgrader.training.discs import Find
from discgrader.training.spider import SpiderImage, read_corrected, series_of, spider_corrections

MASKS = ("spider", "found")
"""Where masks come from: SPIDER's own where an image has one, or the localizer for every image."""


@dataclass(frozen=True, eq=False)
class FoundImage:
    """One image with its discs.

    Parameters
    ----------
    image : SpiderImage
    series : Series
    localization : Localization
        Indices are SPIDER's: disc 1 is the lowest graded one.
    mask_from : str
        ``spider`` or ``found``.
    """

    image: SpiderImage
    series: Series
    localization: Localization
    mask_from: str

    @property
    def dimensions(self) -> int:
        """3 for a stack, 2 for a single slice."""
        return 3 if min(self.series.volume.size) > 1 else 2


def find_patient(images: Sequence[SpiderImage], find: Find, masks: str, cache: Path) -> list[FoundImage]:
    """All images of one patient with their discs, from ``cache`` where they are there already.

    Parameters
    ----------
    find : callable
        From images to their series and localizations with true indices, for images without a mask of their own.
    masks : str
        One of `MASKS`.

    Raises
    ------
    UsageError
        There is no such source of masks.
    """
    if masks not in MASKS:
        raise UsageError(f"Masks come from {' or '.join(MASKS)}, not from {masks}.")
    cache.mkdir(parents=True, exist_ok=True)
    corrections = spider_corrections()
    paths = {one: cache / f"{one.patient}_{one.sequence}.npz" for one in images}
    missing = [one for one in images if not paths[one].exists()]
    own_mask = [one for one in missing if masks == "spider" and one.mask is not None]
    for image in own_mask:
        series = series_of(image, read_corrected(image, corrections)[0])
        _save(paths[image], localization_of_mask(series, read_volume(image.mask)[0], image.mask.name), "spider")
    if len(own_mask) < len(missing):
        # All of the patient's images, since one image's indices may come from another's.
        for image, _, localization in find(images):
            if image in missing and image not in own_mask:
                _save(paths[image], localization, "found")
    result = []
    for image in images:
        series = series_of(image, read_corrected(image, corrections)[0])
        localization, mask_from = _load(paths[image], series)
        result.append(FoundImage(image, series, localization, mask_from))
    return result


def localization_of_mask(series: Series, mask: Volume, name: str) -> Localization:
    """The discs of one image by its own mask.

    Parameters
    ----------
    mask : Volume
        In the image's geometry, with SPIDER's values; see `discgrader.localize.labels.of_spider`.

    Raises
    ------
    StudyError
        The mask has another geometry than its image.
    """
    if mask.array.shape != series.volume.array.shape or not np.allclose(
        mask.affine_lps, series.volume.affine_lps, atol=0.1
    ):
        raise StudyError(f"The mask {name} has another geometry than its image; export both from the same data set.")
    spine = of_spider(np.rint(mask.array).astype(np.int32))
    discs = tuple(disc for index in range(1, 26) if (disc := _disc_of_mask(spine, index, series.volume)) is not None)
    return Localization(series.name, series.volume.with_array(spine), discs)


def _disc_of_mask(spine: np.ndarray, index: int, volume: Volume) -> Disc | None:
    """The disc of this index; None where it is not there, or too small to be measured."""
    here = spine == disc_label(index)
    if not here.any():
        return None
    # One disc at a time, with its surroundings, so that discs that touch stay apart.
    low, high = (np.array(one) for one in zip(*((hit.min(), hit.max() + 1) for hit in np.nonzero(here))))
    margin = np.ceil(45.0 / volume.spacing_mm[::-1]).astype(int)
    part = tuple(slice(max(0, a - m), b + m) for a, b, m in zip(low, high, margin))
    affine = volume.affine_lps.copy()
    affine[:3, 3] = volume.index_to_lps([one.start for one in part][::-1])
    classes = np.where(
        here, DISC, np.where(spine == Label.VERTEBRA, VERTEBRA, np.where(spine == Label.CANAL, CANAL, 0))
    )[part]
    frames = sagittal_frames(Volume(classes.astype(np.uint8), affine))
    column_mm, row_mm, _ = frames.volume.spacing_mm
    one_hot = np.stack([frames.volume.array == value for value in range(4)]).astype(np.float32)
    candidates, _ = find_candidates(Segmentation(frames, one_hot, (row_mm, column_mm)))
    if not candidates:
        return None
    one = max(candidates, key=lambda found: found.area_mm2)
    return Disc(
        index,
        level_name(index),
        one.center_lps_mm,
        one.height_mm,
        one.depth_mm,
        one.width_mm,
        roi_box(one, DEFAULT_MARGIN_MM),
    )


def _save(path: Path, localization: Localization, mask_from: str) -> None:
    discs = localization.discs
    arrays = {
        "segmentation": localization.segmentation.array.astype(np.uint16),
        "affine": localization.segmentation.affine_lps,
        "indices": np.array([one.index_from_sacrum for one in discs], int),
        "mask_from": np.array(mask_from),
        "centers": np.array([one.center_lps_mm for one in discs]).reshape(-1, 3),
        "sizes": np.array([(one.height_mm, one.depth_mm, one.width_mm) for one in discs]).reshape(-1, 3),
        "box_centers": np.array([one.roi.center_lps_mm for one in discs]).reshape(-1, 3),
        "box_axes": np.array([one.roi.axes_lps for one in discs]).reshape(-1, 3, 3),
        "box_sizes": np.array([one.roi.size_mm for one in discs]).reshape(-1, 3),
    }
    with whole_file(path) as partial, partial.open("wb") as stream:
        np.savez_compressed(stream, **arrays)


def _load(path: Path, series: Series) -> tuple[Localization, str]:
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    discs = tuple(
        Disc(
            int(index),
            level_name(int(index)),
            arrays["centers"][n],
            *map(float, arrays["sizes"][n]),
            RoiBox(arrays["box_centers"][n], arrays["box_axes"][n], arrays["box_sizes"][n]),
        )
        for n, index in enumerate(arrays["indices"])
    )
    segmentation = Volume(arrays["segmentation"], arrays["affine"])
    return Localization(series.name, segmentation, discs), str(arrays["mask_from"])
