"""Discs of SPIDER to train on: found, cut and measured once and kept on disk; with their grades; and in batches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from discgrader.grading.evidence import MEASURES, measure_disc
from discgrader.grading.systems import scale_of
from discgrader.grading.view import ViewShape, crop_offsets_mm, cut, spine_reference
from discgrader.imaging.files import read_volume
from discgrader.imaging.study import Series
from discgrader.localize.disc import Localization
from discgrader.progress import Progress
from discgrader.training.augment import vary_crops
from discgrader.training.localizer import fold_localizers
from discgrader.training.losses import UNKNOWN
from discgrader.training.recipes import installed_localizer
from discgrader.training.spider import TASK_COLUMNS, SpiderImage, read_corrected, series_of, spider_corrections
from discgrader.training.stored_arrays import save_arrays
from discgrader.training.sudirman import is_sudirman
from discgrader.training.true_discs import indices_from_mask, indices_from_partner, indices_from_point, reindexed

WIDE = ViewShape(rows=128, columns=160)
"""Cut wider than the network's crop, so that augmentation can turn and move it."""

SLICE_REACH_MM = 4.5
"""Slices up to this far from the disc's middle are seen: the middle one and a neighbor on either side. Part of the
shipped packs."""

SLICES = 5
"""Slices of a disc at most, as the shipped packs were trained."""


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
        As `discgrader.grading.view.Crop.channels`, on the `WIDE` shape, the middle slice first.
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
                np.stack([crop.channels for crop in crops]).astype(np.float16),
                np.array([measures[name] for name in MEASURES], np.float32),
                disc.center_lps_mm,
            )
        )
    return result


Find = Callable[[Sequence[SpiderImage]], list[tuple[SpiderImage, Series, Localization]]]
"""From the images of one patient to each image's series and localization, with true indices."""


def prepare(images: Sequence[SpiderImage], find: Find, cache: Path, progress: Progress) -> list[TrainingDisc]:
    """The discs of all images, each image's kept as a file in ``cache`` once made."""
    cache.mkdir(parents=True, exist_ok=True)
    discs: list[TrainingDisc] = []
    patients = sorted({image.patient for image in images})
    for number, patient in enumerate(patients):
        progress.report("Cutting training crops", number / len(patients), f"patient {patient}")
        own = [image for image in images if image.patient == patient]
        paths = {image: cache / f"{image.patient}_{image.sequence}.npz" for image in own}
        if not all(path.exists() for path in paths.values()):
            for image, series, localization in find(own):
                save_discs(paths[image], discs_of(patient, series, localization))
        for image, path in paths.items():
            discs += load_discs(path, image.patient, image.sequence)
    return discs


def save_discs(path: Path, discs: Sequence[TrainingDisc]) -> None:
    """Keep the discs of one image in a file."""
    arrays: dict[str, np.ndarray] = {"indices": np.array([disc.index_from_sacrum for disc in discs], int)}
    for disc in discs:
        arrays[f"crops_{disc.index_from_sacrum}"] = disc.crops
        arrays[f"measures_{disc.index_from_sacrum}"] = disc.measures
        arrays[f"center_{disc.index_from_sacrum}"] = disc.center_lps_mm
    save_arrays(path, arrays)


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
    for disc in discs:
        grouped.setdefault((disc.patient, disc.index_from_sacrum), []).append(disc)
    return grouped


def disc_finder(images: Sequence[SpiderImage], work: Path | str | None) -> Find:
    """What finds the discs of a patient's images.

    Discs are found by a network that has not seen the patient where there is one. Indices are SPIDER's: from the mask,
    else from the hand-set place of disc 1, else from the patient's other image, else as found.

    Parameters
    ----------
    work : Path, optional
        Output folder of the recipe ``localizer``: its networks of each fold then find the discs of the patients that
        they have not seen. Without it the installed localizer finds all of them.
    """
    corrections = spider_corrections()
    if work is None:
        localizer_of = dict.fromkeys((image.patient for image in images), installed_localizer())
    else:
        # The localizer's folds are of SPIDER's patients; none of its networks has seen another's.
        spider = [image for image in images if not is_sudirman(image.patient)]
        localizers, folds = fold_localizers(Path(work), spider)
        localizer_of = {patient: localizers[fold] for patient, fold in folds.items()}
        if len(spider) < len(images):
            others = {image.patient for image in images} - {*folds}
            localizer_of |= dict.fromkeys(others, installed_localizer())

    def find(patient_images: Sequence[SpiderImage]) -> list[tuple[SpiderImage, Series, Localization]]:
        found = []
        known: Localization | None = None
        # T2 before T1: its disc 1 is the one set by hand.
        for image in sorted(patient_images, key=lambda image: image.sequence != "T2"):
            volume, lowest = read_corrected(image, corrections)
            series = series_of(image, volume)
            localization = localizer_of[image.patient].localize_series(series)
            indices = None
            if image.mask is not None:
                indices = indices_from_mask(localization.discs, read_volume(image.mask)[0])
            elif lowest is not None:
                indices = indices_from_point(localization.discs, lowest)
            elif known is not None:
                indices = indices_from_partner(localization.discs, known.discs)
            if indices is not None:
                localization = reindexed(localization, indices)
            if image.mask is None and known is None:
                known = localization
            found.append((image, series, localization))
        return found

    return find


@dataclass(frozen=True, eq=False)
class GradedDisc:
    """A disc with all of its images and its true grades, as positions on each task's scale (`UNKNOWN` where its readers
    did not grade it)."""

    patient: int
    index_from_sacrum: int
    images: tuple[TrainingDisc, ...]
    grades: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class DiscBatch:
    """What `DiscClassifier.forward` takes, and the true grades by task, shape (discs,)."""

    crops: torch.Tensor
    role: torch.Tensor
    disc: torch.Tensor
    grades: Mapping[str, torch.Tensor]


def training_batch(
    discs: Sequence[GradedDisc], roles: Sequence[str], shape: ViewShape, generator: np.random.Generator
) -> DiscBatch:
    """A batch of varied crops: one random slice of each image, each image left out a quarter of the time."""
    wide, role, disc = [], [], []
    for position, graded in enumerate(discs):
        shown = [image for image in graded.images if generator.random() > 0.25]
        shown = shown or [graded.images[generator.integers(len(graded.images))]]
        for image in shown:
            wide.append(image.crops[generator.integers(len(image.crops))])
            role.append(roles.index(image.role))
            disc.append(position)
    crops = vary_crops(torch.from_numpy(np.stack(wide).astype(np.float32)), shape, generator)
    return DiscBatch(crops, torch.tensor(role), torch.tensor(disc), _grades(discs))


def plain_batch(
    discs: Sequence[GradedDisc], roles: Sequence[str], shape: ViewShape, shown_roles: Sequence[str]
) -> DiscBatch:
    """A batch as at inference: all slices of the images of ``shown_roles``, cut in the middle."""
    wide, role, disc = [], [], []
    for position, graded in enumerate(discs):
        shown = [image for image in graded.images if image.role in shown_roles]
        for image in shown:
            wide += list(image.crops)
            role += [roles.index(image.role)] * len(image.crops)
            disc += [position] * len(image.crops)
    rows, columns = (WIDE.rows - shape.rows) // 2, (WIDE.columns - shape.columns) // 2
    crops = torch.from_numpy(np.stack(wide).astype(np.float32))
    crops = crops[:, :, rows : rows + shape.rows, columns : columns + shape.columns]
    return DiscBatch(crops, torch.tensor(role), torch.tensor(disc), _grades(discs))


def _grades(discs: Sequence[GradedDisc]) -> dict[str, torch.Tensor]:
    return {task: torch.tensor([disc.grades[task] for disc in discs]) for task in discs[0].grades}


def graded_discs(
    found: Sequence[TrainingDisc], gradings: Mapping[tuple[int, int], Mapping[str, int]]
) -> list[GradedDisc]:
    """Every graded disc that was found on at least one image."""
    result = []
    for (patient, index), images in sorted(by_disc(found).items()):
        grades = gradings.get((patient, index))
        if grades is not None:
            positions = dict.fromkeys(TASK_COLUMNS, UNKNOWN)
            positions |= {task: _position(task, grade) for task, grade in grades.items()}
            result.append(GradedDisc(patient, index, tuple(images), positions))
    return result


def _position(task: str, grade: int) -> int:
    return scale_of(TASK_COLUMNS[task][0], task).values.index(str(grade))
