"""Training discs: crops and measures of every graded disc, cut once and kept on disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.grading.crops import CropShape, crop_offsets_mm, cut, spine_reference
from discgrader.grading.evidence import MEASURES, measure_disc
from discgrader.imaging.study import Series
from discgrader.localize.disc import Localization
from discgrader.progress import Progress
from discgrader.training.spider import SpiderImage

WIDE = CropShape(rows=128, columns=160)
"""Cut wider than the network's crop, so that augmentation can turn and move it."""

SLICE_REACH_MM = 4.5
SLICES = 5


@dataclass(frozen=True, eq=False)
class TrainingDisc:
    """One disc on one image.

    Parameters
    ----------
    patient, index_from_sacrum : int
        Whose disc, and which.
    role : str
        ``T1``, ``T2`` or ``T2_SPACE``.
    crops : ndarray, shape (slices, 3, rows, columns), float16
        As `discgrader.grading.crops.Crop.channels`, on the `WIDE` shape, the middle slice first.
    measures : ndarray, shape (len(MEASURES),), float32
        As `measure_disc`, NaN where one is missing.
    center_lps_mm : ndarray, shape (3,)
        Where it was found.
    """

    patient: int
    index_from_sacrum: int
    role: str
    crops: np.ndarray
    measures: np.ndarray
    center_lps_mm: np.ndarray


def discs_of(patient: int, series: Series, localization: Localization) -> list[TrainingDisc]:
    """The discs of one image."""
    if not localization.discs:
        return []
    around = np.stack([WIDE.points_lps(disc.roi) for disc in localization.discs])
    reference = spine_reference(series.volume, localization.segmentation, around)
    result = []
    for disc in localization.discs:
        offsets = crop_offsets_mm(series, disc.roi, SLICE_REACH_MM, SLICES)
        crops = [
            cut(series, localization.segmentation, disc.roi, disc.index_from_sacrum, reference, WIDE, offset)
            for offset in offsets
        ]
        measures = measure_disc(series, localization.segmentation, disc)
        result.append(
            TrainingDisc(
                patient,
                disc.index_from_sacrum,
                series.role,
                np.stack([one.channels for one in crops]).astype(np.float16),
                np.array([measures[name] for name in MEASURES], np.float32),
                disc.center_lps_mm,
            )
        )
    return result


Find = Callable[[Sequence[SpiderImage]], list[tuple[SpiderImage, Series, Localization]]]


def prepare(images: Sequence[SpiderImage], find: Find, cache: Path, progress: Progress) -> list[TrainingDisc]:
    """The discs of all images, each image's kept as a file in ``cache`` once made.

    Parameters
    ----------
    find : callable
        From the images of one patient to each image's series and localization.
    """
    cache.mkdir(parents=True, exist_ok=True)
    discs: list[TrainingDisc] = []
    patients = sorted({one.patient for one in images})
    for number, patient in enumerate(patients):
        progress.report("Cutting training crops", number / len(patients), f"patient {patient}")
        own = [one for one in images if one.patient == patient]
        paths = {one: cache / f"{one.patient}_{one.sequence}.npz" for one in own}
        if not all(path.exists() for path in paths.values()):
            for image, series, localization in find(own):
                save_discs(paths[image], discs_of(patient, series, localization))
        for image, path in paths.items():
            discs += load_discs(path, image.patient, image.sequence)
    return discs


def save_discs(path: Path, discs: Sequence[TrainingDisc]) -> None:
    """Keep the discs of one image in a file."""
    arrays: dict[str, np.ndarray] = {"indices": np.array([one.index_from_sacrum for one in discs], int)}
    for one in discs:
        arrays[f"crops_{one.index_from_sacrum}"] = one.crops
        arrays[f"measures_{one.index_from_sacrum}"] = one.measures
        arrays[f"center_{one.index_from_sacrum}"] = one.center_lps_mm
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **arrays)
    partial.replace(path)


def load_discs(path: Path, patient: int, role: str) -> list[TrainingDisc]:
    """The discs that `save_discs` kept."""
    with np.load(path, allow_pickle=False) as stored:
        return [
            TrainingDisc(
                patient,
                int(index),
                role,
                stored[f"crops_{index}"],
                stored[f"measures_{index}"],
                stored[f"center_{index}"],
            )
            for index in stored["indices"]
        ]


def by_disc(discs: Sequence[TrainingDisc]) -> Mapping[tuple[int, int], list[TrainingDisc]]:
    """The images of every disc, by (patient, index from the sacrum)."""
    grouped: dict[tuple[int, int], list[TrainingDisc]] = {}
    for one in discs:
        grouped.setdefault((one.patient, one.index_from_sacrum), []).append(one)
    return grouped
