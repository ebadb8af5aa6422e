"""Systems that grade from a table of radiomics and deep features: trees or a forest, isotonic calibration.

After papers/pfirrmann_radiomics.txt. Such a pack has no image network; what it sees of a disc is one row of features,
named ``<role>:<family>:<feature>``, in which a missing sequence is missing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from discgrader.checked import Count, checked
from discgrader.errors import PackError, StudyError, UsageError
from discgrader.grading.calibration import isotonic
from discgrader.grading.contributions import Contribution, TreeQuery, contributions
from discgrader.grading.deep_features import DeepFeatures, disc_picture, shipped_features
from discgrader.grading.evidence_rows import measures_on, task_evidence
from discgrader.grading.not_graded import NO_KNOWN_CONTRAST, NO_SAGITTAL, NOT_SEGMENTED, NOT_SHOWN
from discgrader.grading.placement import Source, StudyContext, moved
from discgrader.grading.results import Grade
from discgrader.grading.series_choice import with_available_series
from discgrader.grading.sums import with_sums
from discgrader.grading.system import Answer, Maps, NotGraded, Seen, TaskAnswer
from discgrader.grading.systems import find_system
from discgrader.grading.t1_alone import t1_alone_warnings
from discgrader.grading.view import View, ViewShape
from discgrader.imaging.resample import sample
from discgrader.imaging.study import Plane
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc
from discgrader.localize.labels import disc_label, is_disc
from discgrader.packs.pack import Pack
from discgrader.packs.trees import Trees, forest_of_tensors
from discgrader.packs.weights import load_json, load_tensors, load_trees
from discgrader.progress import Progress
from discgrader.radiomics.cache import FilterCache
from discgrader.radiomics.extractor import RadiomicsExtractor
from discgrader.radiomics.parameters import parameters_1218

KIND = "tabular"
DESCRIPTION, TREES, FOREST = "tabular.json", "trees.txt", "forest.safetensors"
RADIOMICS = "radiomics"

_LEAST_SHARE = 0.02
"""A feature with less of the sum of all contributions is not worth a word."""

_Probabilities = Annotated[tuple[float, ...], Count(0, 100_000)]


@dataclass(frozen=True)
class _Curve:
    probability: _Probabilities
    observed: _Probabilities


@dataclass(frozen=True)
class _Described:
    columns: Annotated[tuple[str, ...], Count(0, 100_000)]
    calibration: tuple[_Curve, ...]


@dataclass(frozen=True, eq=False)
class TableModel:
    """The model of one pack.

    Parameters
    ----------
    columns : tuple of str
        What it is asked with, in this order.
    trees : Trees
        Give the probability of each grade before calibration.
    curves : sequence of (ndarray, ndarray)
        Of each grade, points of its isotonic calibration: probability, and share observed.
    """

    columns: tuple[str, ...]
    trees: Trees
    curves: Sequence[tuple[np.ndarray, np.ndarray]]

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles of the series that it knows."""
        return tuple(dict.fromkeys(name.split(":")[0] for name in self.columns))

    @property
    def families(self) -> frozenset[str]:
        """Families of features that it asks for."""
        return frozenset(name.split(":")[1] for name in self.columns)

    def probabilities(self, row: np.ndarray) -> np.ndarray:
        """Calibrated probability of each grade, shape (grades,), for one row; NaN where a feature is missing."""
        return isotonic(self.trees.predict(row[None]), self.curves)[0]

    def contributions(self, row: np.ndarray) -> tuple[Contribution, ...]:
        """The features that moved the expected grade most."""
        return contributions([TreeQuery(self.trees, row, self.columns)], _LEAST_SHARE)


@dataclass(frozen=True, eq=False)
class SeenRow(Seen):
    """A disc as a row of the model's columns, shape (columns,), NaN where one is missing; its views are the planes
    through the middle of its box."""

    row: np.ndarray


class TableSystem:
    """A system that grades from a table; see `discgrader.grading.system.GradingSystem`.

    Parameters
    ----------
    pack : Pack

    Raises
    ------
    PackError
        Its files are missing or do not fit together.
    """

    explains = False

    def __init__(self, pack: Pack):
        self.pack = pack
        self.key = pack.sha256
        self.system = find_system(pack.system)
        self.model = load_table(pack)
        self._extractors = Extractors()
        self._deep: DeepFeatures | None = None

    def prepare(self, study: StudyContext) -> str:
        if not study.has_sagittal:
            return NO_SAGITTAL
        if not study.is_segmented:
            return NOT_SEGMENTED
        if not self._sources(study):
            return with_available_series(NO_KNOWN_CONTRAST, study.study)
        study.once(("filtered", self.key), lambda: self._start(study))
        return ""

    def see(self, study: StudyContext, disc: Disc, threads: int = 1) -> SeenRow | NotGraded:
        blind = self.prepare(study)
        if blind:
            return NotGraded(blind)
        return study.once(("seen", self.key, disc), lambda: self._see(study, disc))

    def answer(self, study: StudyContext, seen: SeenRow, progress: Progress = Progress(), threads: int = 1) -> Answer:
        first = self.system.tasks[0].name
        found = with_sums(self.system, {first: self.model.probabilities(seen.row)})
        moved_by = self.model.contributions(seen.row)
        sources = self._sources(study)
        measures = measures_on(seen.disc, sources, study.localization.segmentation, study.cache)
        roles = {source.role for source in sources}
        return Answer(
            {
                task.name: TaskAnswer(
                    found[task.name],
                    evidence=task_evidence(task, measures),
                    contributions=moved_by if task.contributions else (),
                    warnings=t1_alone_warnings(self.pack, task.name, roles),
                )
                for task in self.system.tasks
                if task.name in found
            }
        )

    def saliency(self, study: StudyContext, seen: SeenRow, grades: Sequence[Grade]) -> Maps:
        """None: no image network gave these grades."""
        return {}

    def row(self, study: StudyContext, disc: Disc) -> np.ndarray:
        """The model's columns for a disc, NaN where one is missing."""
        found: dict[str, float] = {}
        for source in self._sources(study):
            if RADIOMICS in self.model.families:
                found |= self._radiomics(study, source, disc)
            if self.model.families - {RADIOMICS}:
                found |= self._deep_features(source, disc)
        return np.array([found.get(name, np.nan) for name in self.model.columns])

    def _see(self, study: StudyContext, disc: Disc) -> SeenRow | NotGraded:
        row = self.row(study, disc)
        if not np.isfinite(row).any():
            return NotGraded(NOT_SHOWN)
        views = tuple(
            View(source.role, Plane.SAGITTAL, source.series, _on_series(source, disc.roi)[0], ViewShape())
            for source in self._sources(study)
        )
        return SeenRow(disc, (views,), row)

    def _sources(self, study: StudyContext) -> tuple[Source, ...]:
        return study.sources(self.model.roles, ViewShape())

    def _start(self, study: StudyContext) -> bool:
        """Load the network of deep features, and filter the sequences where any disc is, whatever its box: a box that
        is moved later asks for no more."""
        if self.model.families - {RADIOMICS} and self._deep is None:
            self._deep = shipped_features()
        for source in self._sources(study) if RADIOMICS in self.model.families else ():
            volume = source.series.volume
            region = np.zeros(volume.array.shape, bool)
            region[_where(study.localization.segmentation, source)] = True
            if region.any():
                self._extractors.of(volume).start(volume, region)
        return True

    def _radiomics(self, study: StudyContext, source: Source, disc: Disc) -> dict[str, float]:
        volume = source.series.volume
        box, part = _on_series(source, disc.roi)
        mask = np.zeros(volume.array.shape, np.uint8)
        if mask[part].size:
            mask[part] = _inside(source, box, part, study.localization.segmentation, disc.index_from_sacrum)
        try:
            row = self._extractors.of(volume).extract(volume, Volume(mask, volume.affine_lps), 1)
        except (StudyError, UsageError):
            # Out of view, or too small a part in view to have features: missing, as in training.
            return {}
        return {
            f"{source.role}:{RADIOMICS}:{name}": value for name, value in row.to_dict().items() if np.isfinite(value)
        }

    def _deep_features(self, source: Source, disc: Disc) -> dict[str, float]:
        self._deep = self._deep or shipped_features()
        deep = self._deep
        if deep.name not in self.model.families:
            return {}
        box, _ = _on_series(source, disc.roi)
        values = deep(disc_picture(source.series, box)[None])[0]
        return {f"{source.role}:{deep.name}:{name}": float(value) for name, value in zip(deep.names, values)}


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


def load_table(pack: Pack) -> TableModel:
    """The model of a pack.

    Raises
    ------
    PackError
        Its files are missing or do not fit together.
    """
    try:
        described = checked(
            load_json(pack, DESCRIPTION),
            _Described,
            f"Pack {pack.name}: its table model is damaged: {DESCRIPTION}",
            PackError,
        )
        columns, system = described.columns, find_system(pack.system)
        grades = len(system.scale(system.tasks[0].name).values)
        if not columns or any(len(name.split(":", 2)) < 3 for name in columns):
            raise ValueError("a column has no role and family")
        curves = [
            (np.array(curve.probability, float), np.array(curve.observed, float)) for curve in described.calibration
        ]
        if len(curves) != grades or any(
            len(x) == 0 or x.shape != y.shape or np.any(np.diff(x) < 0) or not np.isfinite([*x, *y]).all()
            for x, y in curves
        ):
            raise ValueError(f"its calibration is not {grades} rising curves, one for each grade")
        if FOREST in pack.files:
            tensors = {name: tensor.numpy() for name, tensor in load_tensors(pack, FOREST).items()}
            trees = forest_of_tensors(len(columns), tensors)
        else:
            trees = load_trees(pack, TREES)
        if trees.grades != grades or trees.features != len(columns):
            raise ValueError(f"its trees have {trees.grades} grades and {trees.features} columns")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PackError(f"Pack {pack.name}: its table model is damaged ({error}); reinstall the pack.") from error
    return TableModel(columns, trees, curves)


def table_file(
    columns: Sequence[str], curves: Sequence[tuple[np.ndarray, np.ndarray]], facts: Mapping[str, object]
) -> bytes:
    """Content of ``tabular.json``; ``facts`` go along for whoever reads it."""
    calibration = [
        {"probability": np.asarray(x, float).tolist(), "observed": np.asarray(y, float).tolist()} for x, y in curves
    ]
    return json.dumps({"columns": list(columns), "calibration": calibration, **facts}).encode()


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
    k, j, i = (slice(int(first), int(last)) for first, last in zip(low[::-1], high[::-1], strict=True))
    return k, j, i


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
    axes = [np.arange(extent.start, extent.stop) for extent in part]
    k, j, i = np.meshgrid(*axes, indexing="ij")
    points = source.series.volume.index_to_lps(np.stack([i, j, k], -1))
    labels = sample(moved(segmentation, source.shift_lps_mm), points, order=0)
    half = np.asarray(box.size_mm) / 2
    # A voxel may reach over the edge of the box by half its size, above all across a single slice.
    slack = source.series.volume.spacing_mm.max() / 2
    return (labels == disc_label(index_from_sacrum)) & (np.abs(box.to_local(points)) <= half + slack).all(-1)
