"""Radiomics as a table: regions of an image, or all discs of a study on all of its series."""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from discgrader.errors import Cancelled, DiscGraderError, StudyError, UsageError
from discgrader.folders import atomic_file
from discgrader.grading.series_choice import in_register
from discgrader.imaging.resample import sample
from discgrader.imaging.series_title import title_of
from discgrader.imaging.study import Series, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.labels import disc_label, is_disc
from discgrader.progress import Progress
from discgrader.radiomics.extractor import FeatureRow, RadiomicsExtractor
from discgrader.radiomics.parameters import OnlyInPyradiomics, Parameters, content_1218, read_parameter_file

ENGINES = ("auto", "discgrader", "pyradiomics")

_LEAST_SEEN = 0.5
"""A disc of which less is in view has no features. A round number."""


class Extractor(Protocol):
    """What takes the features of a region."""

    @property
    def parameters(self) -> Parameters | None:
        """What is taken; None where pyradiomics alone knows."""

    def start(self, volume: Volume, region: np.ndarray | None = None) -> object: ...

    def extract(
        self, volume: Volume, mask: Volume, label: int | None = None, progress: Progress = Progress()
    ) -> FeatureRow: ...


@dataclass(frozen=True)
class Choice:
    """How features are to be taken.

    Parameters
    ----------
    parameter_file : Path or None
        A pyradiomics parameter file; None for the project's own set of 1218, flat for single slices.
    engine : str
        ``discgrader``, ``pyradiomics``, or ``auto``: the former unless the file asks for what only the latter has.

    Raises
    ------
    UsageError
        When there is no such engine.
    """

    parameter_file: Path | None = None
    engine: str = "auto"

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise UsageError(f"There is no engine {self.engine}; choose one of {', '.join(ENGINES)}.")

    def label(self) -> int | None:
        """The label that the parameter file itself names, None when it names none."""
        content = None if self.parameter_file is None else read_parameter_file(self.parameter_file)
        setting = content.get("setting") if isinstance(content, Mapping) else None
        return setting.get("label") if isinstance(setting, Mapping) else None

    def extractor(self, flat_axis: int | None = None) -> tuple[Extractor, tuple[str, ...]]:
        """What takes the features, and warnings.

        Parameters
        ----------
        flat_axis : int, optional
            The axis of the array across a single slice, whose flat set is taken when no parameter file says otherwise.

        Raises
        ------
        UsageError
            When the parameter file is not valid, or the engine is not installed or cannot do what it asks for.
        """
        where = "The parameters" if self.parameter_file is None else self.parameter_file.name
        content: Any = content_1218(force_2d=flat_axis is not None, force_2d_dimension=flat_axis or 0)
        if self.parameter_file is not None:
            content = read_parameter_file(self.parameter_file)
        try:
            parameters = Parameters.from_mapping(content, where)
        except OnlyInPyradiomics as error:
            if self.engine == "discgrader":
                raise
            return self._foreign(content, error)
        if self.engine == "pyradiomics":
            from discgrader.radiomics.by_pyradiomics import PyradiomicsExtractor

            return PyradiomicsExtractor(content), ()
        return RadiomicsExtractor(parameters), ()

    @staticmethod
    def _foreign(content: Any, error: OnlyInPyradiomics) -> tuple[Extractor, tuple[str, ...]]:
        from discgrader.radiomics.by_pyradiomics import PyradiomicsExtractor, has_pyradiomics

        if not has_pyradiomics():
            raise error
        return PyradiomicsExtractor(content), (f"{error} It was used for all features.",)


@dataclass(frozen=True, eq=False)
class TableRow:
    """One line of the table: whose features they are, and the features."""

    facts: Mapping[str, object]
    features: FeatureRow


def image_rows(
    image: Volume,
    mask: Volume,
    labels: Sequence[int] | None,
    choice: Choice,
    facts: Mapping[str, object],
    progress: Progress = Progress(),
) -> tuple[list[TableRow], tuple[str, ...]]:
    """The features of regions of an image, and warnings.

    Parameters
    ----------
    image, mask : Volume
    labels : sequence of int, or None
        Which regions; by default the one that the parameter file names, and if it names none, all of the mask.
    choice : Choice
    facts : mapping
        What each row says besides its label.
    progress : Progress

    Raises
    ------
    StudyError, UsageError
        As `discgrader.radiomics.extractor.RadiomicsExtractor.extract`.
    """
    extractor, warnings = choice.extractor(flat_axis(image))
    if labels is None:
        named = choice.label()
        labels = [named] if named is not None else [int(label) for label in np.unique(mask.array) if label > 0]
    if not labels:
        raise StudyError("The mask is empty; draw the region first.")
    progress.report("Filtering", 0.05)
    if len(labels) > 1 and mask.array.shape == image.array.shape:
        extractor.start(image, np.isin(mask.array, labels))
    rows, more = [], []
    for number, label in enumerate(labels):
        progress.report("Computing features", 0.1 + 0.9 * number / len(labels), f"label {label}")
        row = extractor.extract(image, mask, label, progress)
        more.extend(row.warnings)
        rows.append(TableRow({**facts, "label": label}, row))
    progress.report("Computing features", 1.0)
    return rows, (*warnings, *more)


def study_rows(
    study: Study, localization: Localization, choice: Choice, progress: Progress = Progress()
) -> tuple[list[TableRow], tuple[str, ...]]:
    """The features of every disc on every series that shows the discs, and warnings.

    The region of a disc is its segmentation, brought to each series' voxels. A disc that a series does not show, or
    shows too small a part of, is a row of holes that says so.

    Raises
    ------
    StudyError
        When no series is in register with the discs.
    """
    usable = [series for series in study.series if in_register(localization, series)]
    warnings = [
        (f"The {title_of(series)} does not show the discs where they were found; no features were computed from it.")
        for series in study.series
        if series not in usable
    ]
    if not usable:
        raise StudyError(f"No series of {study.name} shows the discs; check that they belong together.")
    extractors: dict[int | None, Extractor] = {}
    rows = []
    for number, series in enumerate(usable):
        part = progress.part(number / len(usable), (number + 1) / len(usable))
        flat = flat_axis(series.volume)
        if flat not in extractors:
            extractors[flat], more = choice.extractor(flat)
            warnings.extend(warning for warning in more if warning not in warnings)
        found, more_of_series = _series_rows(study, series, localization, extractors[flat], part)
        rows.extend(found)
        warnings.extend(more_of_series)
    progress.report("Computing features", 1.0)
    return rows, tuple(warnings)


def flat_axis(volume: Volume) -> int | None:
    """The axis of the array across the slice of a volume that has but one, None for a stack."""
    return next((axis for axis, size in enumerate(volume.array.shape) if size == 1), None)


def disc_mask(series: Series, localization: Localization) -> Volume:
    """The segmentation on the voxels of a series, each taking the label of the nearest voxel."""
    segmentation = localization.segmentation
    volume = series.volume
    shift = np.asarray(localization.shifts_lps_mm.get(series.name, np.zeros(3)), float)
    same_grid = volume.array.shape == segmentation.array.shape and np.allclose(
        volume.affine_lps, segmentation.affine_lps, atol=1e-6
    )
    if same_grid and not shift.any():
        return Volume(segmentation.array, volume.affine_lps)
    labels = np.zeros(volume.array.shape, segmentation.array.dtype)
    rows, columns = np.meshgrid(*[np.arange(size) for size in volume.array.shape[1:]], indexing="ij")
    for slice_number in range(len(labels)):
        # Slice by slice, because the places of all voxels of a large series would need much memory at once.
        index = np.stack([columns, rows, np.full_like(rows, slice_number)], axis=-1)
        labels[slice_number] = sample(segmentation, volume.index_to_lps(index) - shift, order=0)
    return Volume(labels, volume.affine_lps)


def write_table(rows: Sequence[TableRow], path: Path) -> None:
    """Write the table as CSV; it appears whole or not at all.

    First whose features they are, then the features, empty where there is a hole, then the ``holes``: each reason once,
    with how many features of which images it concerns.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    facts = list(dict.fromkeys(name for row in rows for name in row.facts))
    names = list(dict.fromkeys(name for row in rows for name in row.features.names))
    with atomic_file(path) as partial, open(partial, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*facts, *names, "holes", "warnings"], lineterminator="\n", restval="")
        writer.writeheader()
        for row in rows:
            values = {name: repr(value) for name, value in row.features.to_dict().items() if not math.isnan(value)}
            notes = {"holes": holes_in_words(row.features), "warnings": " ".join(row.features.warnings)}
            writer.writerow({**row.facts, **values, **notes})


def holes_in_words(row: FeatureRow) -> str:
    """Why features of a row have no value, each reason once."""
    concerned: dict[str, list[str]] = {}
    for name, reason in row.holes.items():
        concerned.setdefault(reason, []).append(name)
    parts = []
    for reason, names in concerned.items():
        images = list(dict.fromkeys(name.rsplit("_", 1)[0] for name in names))
        whole = list(dict.fromkeys(name.split("_")[0] for name in names))
        which = "all features" if len(names) == len(row.names) else ", ".join(images if len(images) <= 3 else whole)
        parts.append(f"{which}: {reason}")
    return "; ".join(parts)


def _series_rows(
    study: Study, series: Series, localization: Localization, extractor: Extractor, progress: Progress
) -> tuple[list[TableRow], list[str]]:
    progress.report("Filtering", 0.0, series.name)
    mask = disc_mask(series, localization)
    extractor.start(series.volume, is_disc(mask.array))
    rows, more = [], []
    for number, disc in enumerate(localization.discs):
        progress.report("Computing features", number / len(localization.discs), f"{series.name} {disc.level}")
        row = _disc_row(series, mask, disc, localization, extractor, progress)
        more.extend(f"{series.name}, {disc.level}: {warning}" for warning in row.warnings)
        facts = {
            "study": study.name,
            "level": disc.level,
            "index_from_sacrum": disc.index_from_sacrum,
            "series": series.name,
            "role": series.role,
            "slices": min(series.volume.array.shape),
        }
        rows.append(TableRow(facts, row))
    return rows, more


def _disc_row(
    series: Series, mask: Volume, disc: Disc, localization: Localization, extractor: Extractor, progress: Progress
) -> FeatureRow:
    label = disc_label(disc.index_from_sacrum)
    whole = localization.segmentation
    size = (whole.array == label).sum() * np.prod(whole.spacing_mm)
    seen = (mask.array == label).sum() * np.prod(mask.spacing_mm)
    try:
        if not seen:
            raise StudyError(f"the {title_of(series)} does not show this disc")
        row = extractor.extract(series.volume, mask, label, progress)
    except Cancelled:
        raise
    except DiscGraderError as error:
        return _all_holes(extractor, str(error))
    if flat_axis(whole) is None and flat_axis(mask) is None and seen < _LEAST_SEEN * size:
        warning = f"Only {seen / size:.0%} of the disc is in view."
        return FeatureRow(row.names, row.values, row.holes, (*row.warnings, warning))
    return row


def _all_holes(extractor: Extractor, reason: str) -> FeatureRow:
    parameters = extractor.parameters
    names = parameters.feature_names() if parameters is not None else ()
    return FeatureRow(names, np.full(len(names), np.nan), dict.fromkeys(names, reason), (reason,))


def catalog_lines() -> Iterator[Mapping[str, str]]:
    """Every feature with its IBSI code, formula, source and note, for display."""
    from discgrader.radiomics.catalog import CLASSES, all_features

    for feature in all_features():
        yield {
            "class": feature.family,
            "feature": feature.name,
            "ibsi": feature.ibsi,
            "formula": feature.formula,
            "symbols": CLASSES[feature.family].symbols,
            "source": feature.source,
            "note": feature.note,
        }
