"""Feature tables of SPIDER's discs: each image's discs are found once, with their masks, and each patient's rows are
kept on disk once made, so that a stopped run goes on."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from discgrader.errors import StudyError, UsageError
from discgrader.grading.deep_features import DeepFeatures, disc_picture
from discgrader.grading.evidence import MEASURES, measure_disc
from discgrader.grading.view import ViewShape, spine_reference
from discgrader.imaging.files import read_volume
from discgrader.imaging.study import Series
from discgrader.imaging.volume import Volume
from discgrader.localize.box import roi_box
from discgrader.localize.candidates import find_candidates
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.labels import Label, disc_label, is_disc, of_spider
from discgrader.localize.levels import level_name
from discgrader.localize.segment import CANAL, DISC, VERTEBRA, Segmentation
from discgrader.progress import Progress
from discgrader.training.discs import Find, disc_finder
from discgrader.training.spider import SpiderImage, read_corrected, series_of, spider_corrections
from discgrader.training.stored_arrays import load_arrays, load_localization, save_arrays, save_localization
from discgrader.training.tabular.table import FeatureTable

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
    """

    image: SpiderImage
    series: Series
    localization: Localization

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
    corrections = spider_corrections()
    kept: dict[SpiderImage, Localization] = {}
    series = {image: series_of(image, read_corrected(image, corrections)[0]) for image in images}
    paths = {image: cache / f"{image.patient}_{image.sequence}.npz" for image in images}
    for image in images:
        found, _ = load_localization(paths[image], series[image].name)
        if found is None and masks == "spider" and image.mask is not None:
            found = localization_of_mask(series[image], read_volume(image.mask)[0], image.mask.name)
            save_localization(paths[image], found)
        if found is not None:
            kept[image] = found
    if len(kept) < len(images):
        # All of the patient's images, since one image's indices may come from another's.
        for image, _, found in find(images):
            if image not in kept:
                save_localization(paths[image], found)
                kept[image] = replace(found, shifts_lps_mm={}, series_name=series[image].name)
    return [FoundImage(image, series[image], kept[image]) for image in images]


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
    low, high = (np.array(bounds) for bounds in zip(*((hit.min(), hit.max() + 1) for hit in np.nonzero(here))))
    margin = np.ceil(45.0 / volume.spacing_mm[::-1]).astype(int)
    part = tuple(slice(max(0, a - m), b + m) for a, b, m in zip(low, high, margin))
    affine = volume.affine_lps.copy()
    affine[:3, 3] = volume.index_to_lps(np.array([extent.start for extent in part][::-1]))
    classes = np.where(
        here, DISC, np.where(spine == Label.VERTEBRA, VERTEBRA, np.where(spine == Label.CANAL, CANAL, 0))
    )[part]
    frames = sagittal_frames(Volume(classes.astype(np.uint8), affine))
    column_mm, row_mm, _ = frames.volume.spacing_mm
    one_hot = np.stack([frames.volume.array == value for value in range(4)]).astype(np.float32)
    candidates, _ = find_candidates(Segmentation(frames, one_hot, (row_mm, column_mm)))
    if not candidates:
        return None
    nearest = max(candidates, key=lambda found: found.area_mm2)
    return Disc(
        index,
        level_name(index),
        nearest.center_lps_mm,
        nearest.height_mm,
        nearest.depth_mm,
        nearest.width_mm,
        roi_box(nearest),
    )


RADIOMICS, EVIDENCE, SLICE = "radiomics", "evidence", "slice"
"""Families by their names in columns: of whole sequences, measured, and of the middle slice."""


class PatientFamily(Protocol):
    """One family of features: its name in columns, the rows of one patient's images, and whatever decides their
    values."""

    @property
    def name(self) -> str: ...

    @property
    def settings(self) -> str: ...

    def table(self, found: Sequence[FoundImage]) -> FeatureTable: ...


@dataclass(frozen=True, eq=False)
class Family:
    """A family of features that each image has by itself.

    Parameters
    ----------
    name : str
        As in column names.
    measure : callable
        From one image with its discs to the features' names, and their values, shape (discs, features).
    settings : str
        Whatever decides the values: rows made with other settings are made again.
    """

    name: str
    measure: Callable[[FoundImage], tuple[tuple[str, ...], np.ndarray]]
    settings: str = ""

    def table(self, found: Sequence[FoundImage]) -> FeatureTable:
        """Rows of one patient, one a disc and image."""
        tables = []
        for image in found:
            names, values = self.measure(image)
            discs = image.localization.discs
            tables.append(
                FeatureTable(
                    self.name,
                    np.full(len(discs), image.image.patient),
                    np.array([d.index_from_sacrum for d in discs], int),
                    np.array([image.image.sequence] * len(discs), "<U8"),
                    np.full(len(discs), image.dimensions),
                    names,
                    values,
                )
            )
        return FeatureTable.join(self.name, tables)


def evidence_family() -> Family:
    """What `measure_disc` measures."""

    def measure(found: FoundImage) -> tuple[tuple[str, ...], np.ndarray]:
        rows = [
            list(measure_disc(found.series, found.localization.segmentation, disc).values())
            for disc in found.localization.discs
        ]
        return tuple(MEASURES), np.array(rows, float).reshape(-1, len(MEASURES))

    return Family(EVIDENCE, measure)


def deep_family(network: DeepFeatures, settings: str = "") -> Family:
    """Features of a frozen network on the disc-centered mid-sagittal crop."""

    def measure(found: FoundImage) -> tuple[tuple[str, ...], np.ndarray]:
        discs = found.localization.discs
        if not discs:
            return network.names, np.zeros((0, len(network.names)))
        return network.names, network(np.stack([disc_picture(found.series, disc.roi) for disc in discs])).astype(float)

    return Family(network.name, measure, settings)


def radiomics_family(threads: int = 2) -> Family:
    """The 1218 features as published: in three dimensions on stacks, within the slice on single slices.

    What cannot be had of a single slice (Laplacians of Gaussian, bands across slices) is a hole.
    """
    from discgrader.grading.table_system import Extractors

    extractors = Extractors(threads)

    def measure(found: FoundImage) -> tuple[tuple[str, ...], np.ndarray]:
        extractor = extractors.of(found.series.volume)
        names = extractor.parameters.feature_names()
        segmentation = found.localization.segmentation
        rows = []
        if found.localization.discs:
            # All discs at once, or each would have a larger part of the sequence filtered again.
            extractor.start(found.series.volume, is_disc(segmentation.array))
        for disc in found.localization.discs:
            try:
                rows.append(
                    extractor.extract(found.series.volume, segmentation, disc_label(disc.index_from_sacrum)).values
                )
            except (StudyError, UsageError):
                # A disc too small to have features is a row of holes, as any other feature that does not exist.
                rows.append(np.full(len(names), np.nan))
        extractor.cache.clear()
        return names, np.array(rows, float).reshape(-1, len(names))

    return Family(RADIOMICS, measure, settings="1218, engine 1")


def slice_family() -> Family:
    """Radiomics of the middle sagittal slice in the disc's own axes; see `discgrader.grading.slice_radiomics`."""
    from discgrader.grading.slice_radiomics import PATCH, SETTINGS, default_extractor, patch, slice_features

    def measure(found: FoundImage) -> tuple[tuple[str, ...], np.ndarray]:
        extractor, discs = default_extractor(), found.localization.discs
        names = extractor.parameters.feature_names()
        if not discs:
            return names, np.zeros((0, len(names)))
        volume, segmentation = found.series.volume, found.localization.segmentation
        reference = spine_reference(
            volume, segmentation, np.stack([ViewShape().points_lps(disc.roi) for disc in discs])
        )
        rows = [
            slice_features(extractor, *patch(volume, segmentation, disc.roi, disc.index_from_sacrum, reference))
            for disc in discs
        ]
        return names, np.array(rows)

    return Family(SLICE, measure, settings=f"{PATCH} {SETTINGS}")


def extract(
    images: Sequence[SpiderImage],
    families: Sequence[PatientFamily],
    find: Find,
    masks: str,
    cache: Path,
    progress: Progress,
) -> dict[str, FeatureTable]:
    """Tables of all families for all images.

    Parameters
    ----------
    find, masks :
        As for `find_patient`.
    cache : Path
        Where discs and rows are kept: ``discs/`` and one folder for each family.

    Returns
    -------
    Family name to table.

    Raises
    ------
    UsageError
        ``cache`` was made with another source of masks.
    """
    _check_settings(cache, masks)
    parts: dict[str, list[FeatureTable]] = {family.name: [] for family in families}
    patients = sorted({image.patient for image in images})
    for number, patient in enumerate(patients):
        progress.report("Measuring discs", number / len(patients), f"patient {patient}")
        own = [image for image in images if image.patient == patient]
        found: list[FoundImage] | None = None
        for family in families:
            path = cache / family.name / f"{patient}.npz"
            table = _load(path, family, own)
            if table is None:
                found = found if found is not None else find_patient(own, find, masks, cache / "discs")
                table = family.table(found)
                _save(path, table, family, own)
            parts[family.name].append(table)
    progress.report("Measuring discs", 1.0)
    return {name: FeatureTable.join(name, tables) for name, tables in parts.items()}


@dataclass(frozen=True)
class Measuring:
    """Choices of recipes and evaluations that learn from features.

    Parameters
    ----------
    features : Path or str, optional
        Folder of features that ``evaluate pfirrmann`` has measured (``OUT/features``), to spare measuring them again.
    masks : str
        One of `MASKS`.
    localizer_work : Path or str, optional
        As for `discgrader.training.discs.disc_finder`.
    """

    features: Path | str | None = None
    masks: str = "spider"
    localizer_work: Path | str | None = None

    def tables(
        self, images: Sequence[SpiderImage], out_dir: Path, families: Sequence[PatientFamily], progress: Progress
    ) -> dict[str, FeatureTable]:
        """The tables of all families, kept in ``out_dir`` where they are not elsewhere; see `extract`."""
        cache = Path(self.features) if self.features else out_dir / "features"
        return extract(images, families, disc_finder(images, self.localizer_work), self.masks, cache, progress)


def _stamp(family: PatientFamily, images: Sequence[SpiderImage]) -> str:
    return json.dumps([family.settings, [[image.path.name, image.path.stat().st_size] for image in images]])


def _save(path: Path, table: FeatureTable, family: PatientFamily, images: Sequence[SpiderImage]) -> None:
    arrays = {name: value for name, value in vars(table).items() if name != "family"}
    save_arrays(path, {**arrays, "sequences": table.sequences.astype("<U8"), "stamp": _stamp(family, images)})


def _load(path: Path, family: PatientFamily, images: Sequence[SpiderImage]) -> FeatureTable | None:
    """A patient's rows; None where there are none, or they were made from other images or settings, or are broken."""
    kept = load_arrays(path)
    try:
        if kept is None or str(kept.pop("stamp")) != _stamp(family, images):
            return None
        names = tuple(kept.pop("names").tolist())
        return FeatureTable(family.name, names=names, **kept)
    except (KeyError, TypeError):
        return None


def _check_settings(cache: Path, masks: str) -> None:
    path = cache / "settings.json"
    if path.is_file():
        before = json.loads(path.read_text(encoding="utf-8"))
        if before != {"masks": masks}:
            raise UsageError(
                f"The features in {cache} were measured with masks '{before.get('masks')}'; "
                f"choose another output folder for masks '{masks}', or remove this one."
            )
        return
    cache.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"masks": masks}) + "\n", encoding="utf-8")
