"""Feature tables of a data set: each patient's rows are kept on disk once made, so that a stopped run goes on."""

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from discgrader.errors import StudyError, UsageError
from discgrader.folders import whole_file
from discgrader.grading.crops import CropShape, spine_reference
from discgrader.grading.deep_features import DeepFeatures, disc_picture
from discgrader.grading.evidence import MEASURES, measure_disc
from discgrader.localize.labels import disc_label, is_disc
from discgrader.progress import Progress
from discgrader.training.discs import Find
from discgrader.training.spider import SpiderImage
from discgrader.training.tabular.found import FoundImage, find_patient
from discgrader.training.tabular.table import FeatureTable

RADIOMICS, EVIDENCE, SLICE = "radiomics", "evidence", "slice"
"""Families by their names in columns: of whole sequences, measured, and of the middle slice."""


class PatientFamily(Protocol):
    """One family of features: its name in columns, the rows of one patient's images, and whatever decides their
    values."""

    name: str
    settings: str

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
        Whatever decides the values: rows made with other settings are made anew.
    """

    name: str
    measure: Callable[[FoundImage], tuple[tuple[str, ...], np.ndarray]]
    settings: str = ""

    def table(self, found: Sequence[FoundImage]) -> FeatureTable:
        """Rows of one patient, one a disc and image."""
        tables = []
        for one in found:
            names, values = self.measure(one)
            discs = one.localization.discs
            tables.append(
                FeatureTable(
                    self.name,
                    np.full(len(discs), one.image.patient),
                    np.array([d.index_from_sacrum for d in discs], int),
                    np.array([one.image.sequence] * len(discs), "<U8"),
                    np.full(len(discs), one.dimensions),
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
    """Features of a frozen network on the disc-centred mid-sagittal crop."""

    def measure(found: FoundImage) -> tuple[tuple[str, ...], np.ndarray]:
        discs = found.localization.discs
        if not discs:
            return network.names, np.zeros((0, len(network.names)))
        return network.names, network(np.stack([disc_picture(found.series, one.roi) for one in discs])).astype(float)

    return Family(network.name, measure, settings)


def radiomics_family(threads: int = 2) -> Family:
    """The 1218 features as published: in three dimensions on stacks, within the slice on single slices.

    What cannot be had of a single slice (Laplacians of Gaussian, bands across slices) is a hole.
    """
    from discgrader.grading.tabular_study import Extractors

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
        reference = spine_reference(volume, segmentation, np.stack([CropShape().points_lps(one.roi) for one in discs]))
        rows = [
            slice_features(extractor, *patch(volume, segmentation, one.roi, one.index_from_sacrum, reference))
            for one in discs
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
        As for `discgrader.training.tabular.found.find_patient`.
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
    parts: dict[str, list[FeatureTable]] = {one.name: [] for one in families}
    patients = sorted({one.patient for one in images})
    for number, patient in enumerate(patients):
        progress.report("Measuring discs", number / len(patients), f"patient {patient}")
        own = [one for one in images if one.patient == patient]
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


def _stamp(family: PatientFamily, images: Sequence[SpiderImage]) -> str:
    return json.dumps([family.settings, [[one.path.name, one.path.stat().st_size] for one in images]])


def _save(path: Path, table: FeatureTable, family: PatientFamily, images: Sequence[SpiderImage]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: Mapping[str, np.ndarray] = {
        "patients": table.patients,
        "indices": table.indices,
        "sequences": table.sequences.astype("<U8"),
        "dimensions": table.dimensions,
        "names": np.array(table.names),
        "values": table.values,
        "stamp": np.array(_stamp(family, images)),
    }
    with whole_file(path) as partial, partial.open("wb") as stream:
        np.savez_compressed(stream, **arrays)


def _load(path: Path, family: PatientFamily, images: Sequence[SpiderImage]) -> FeatureTable | None:
    """A patient's rows; None where there are none, or they were made from other images or settings, or are broken."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["stamp"]) != _stamp(family, images):
                return None
            return FeatureTable(
                family.name,
                stored["patients"],
                stored["indices"],
                stored["sequences"],
                stored["dimensions"],
                tuple(stored["names"].tolist()),
                stored["values"],
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
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
