"""Grades of all discs of a study, by the networks of one or several packs."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import torch

from discgrader.errors import PackError, StudyError
from discgrader.grading.calibration import calibrate
from discgrader.grading.contributions import KEY, Push, pushes, pushes_evidence
from discgrader.grading.decision import given_grades, high_chances
from discgrader.grading.disc_memory import DiscMemory
from discgrader.grading.evidence import MEASURES, SIGNAL_MEASURES
from discgrader.grading.evidence_model import EVIDENCE_PREFIX, combined, evidence_names, evidence_row, log_probabilities
from discgrader.grading.fused_study import FusedStudy, measures_on
from discgrader.grading.fusion import Fusion, is_fusion_file, load_fusion
from discgrader.grading.not_graded import (
    NO_KNOWN_CONTRAST,
    NO_SAGITTAL,
    NOT_SEGMENTED,
    NOT_SHOWN,
    not_graded_in_words,
    out_of_range,
)
from discgrader.grading.pack_checks import check_sides, check_tasks
from discgrader.grading.results import DiscResult, Grade
from discgrader.grading.series_choice import WITHHELD, with_what_there_is
from discgrader.grading.systems import find_system, find_task, scale_of
from discgrader.grading.t1_alone import worth_of_t1
from discgrader.grading.tabular import RADIOMICS, TabularModel, is_tabular, load_tabular
from discgrader.grading.tabular_study import Extractors, TabularStudy
from discgrader.grading.typical import Typical, doubt, seen_in
from discgrader.grading.view import ViewShape
from discgrader.grading.views import Source, StudyViews, View, sources_of
from discgrader.grading.window_pack import WindowPacks, is_windowed
from discgrader.grading.windows import StudyWindows
from discgrader.imaging.study import Plane, Study
from discgrader.jobs.threads import in_threads, side_by_side
from discgrader.localize.disc import Disc, Localization
from discgrader.packs.networks import build_network
from discgrader.packs.pack import Pack
from discgrader.packs.trees import Trees
from discgrader.packs.weights import fill_network, load_trees
from discgrader.progress import Progress

NETWORK_PREFIX = "network"

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class LoadedPack:
    """A pack whose networks are in memory.

    ``key`` is the same for packs of the same weights, so that these are run once; ``trees`` has the evidence model of
    each task, with ``evidence_weight`` beside the networks; ``typical`` describes the discs that the networks were
    trained on; ``fusion`` grades Pfirrmann in place of the trees where there is one.
    """

    pack: Pack
    key: tuple[str, ...]
    networks: tuple[torch.nn.Module, ...]
    trees: Mapping[str, Trees]
    evidence_weight: float
    typical: Typical | None
    shape: ViewShape
    roles: tuple[str, ...]
    fusion: Fusion | None


@dataclass(frozen=True, eq=False)
class Reading:
    """What one pack says of one disc: logits by task, how unlike those of the training it looked (more than 0 where a
    reader should know), what its trees were asked, and the networks' logits alone."""

    logits: Mapping[str, np.ndarray]
    unlike: float
    row: np.ndarray
    network: Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class _Table:
    """A study as a tabular pack sees it."""

    pack: Pack
    study: TabularStudy
    sources: Sequence[Source]


class Grader:
    """Grades discs with packs of disc classifiers, with tabular ones, and with those that look through windows.

    Parameters
    ----------
    packs : iterable of Pack
        Any number, of different systems.
    device : str
        Where the networks run, as PyTorch names it.

    Raises
    ------
    PackError
        A pack's weights do not fit the network that it describes.
    """

    def __init__(self, packs: Iterable[Pack], device: str = "cpu"):
        self.device = device
        self.packs = tuple(packs)
        for pack in self.packs:
            check_tasks(pack)
        self._loaded: dict[str, LoadedPack] = {}
        # What a study's grades were read from is wanted again when they are explained.
        self._views: WeakKeyDictionary[Localization, dict[tuple[str, ...], StudyViews]] = WeakKeyDictionary()
        # And when one of its boxes is moved, what was measured of the others.
        self._memory = DiscMemory()
        self._tables: dict[str, tuple[Pack, TabularModel]] = {}
        self._extractors = Extractors()
        self.windowed = WindowPacks([pack for pack in self.packs if is_windowed(pack)], device)
        shared: dict[tuple[str, ...], LoadedPack] = {}
        for pack in self.packs:
            if is_windowed(pack):
                continue
            if is_tabular(pack):
                self._tables[pack.system] = pack, load_tabular(pack)
                continue
            key = tuple(sorted(sha256 for file, sha256 in pack.files.items() if not is_fusion_file(file)))
            loaded = (
                replace(shared[key], pack=pack, fusion=load_fusion(pack)) if key in shared else self._load(pack, key)
            )
            shared.setdefault(key, loaded)
            self._loaded[pack.system] = loaded

    def loaded(self, system: str) -> LoadedPack:
        """The pack of this system, with its networks."""
        return self._loaded[system]

    def systems_for(self, study: Study) -> tuple[str, ...]:
        """The systems to grade this study with; of discs that one of them cannot grade, the result says why."""
        if not any(one.plane in (Plane.SAGITTAL, Plane.AXIAL) for one in study.series):
            return ()
        return (*self._loaded, *self._tables, *self.windowed.systems)

    def reads_pictures(self, system: str) -> bool:
        """Whether image networks grade this system, so that it can be shown where they looked."""
        return system in self._loaded or system in self.windowed.systems

    def views(self, study: Study, localization: Localization, system: str) -> StudyViews:
        """The crops that this system sees of a study's discs."""
        pack = self._loaded[system]
        of_study = self._views.setdefault(localization, {})
        if pack.key not in of_study or of_study[pack.key].study is not study:
            slices = pack.pack.input["slices"]
            of_study[pack.key] = StudyViews(study, localization, pack.roles, pack.shape, slices, self._memory)
        return of_study[pack.key]

    def grade(
        self,
        study: Study,
        localization: Localization,
        *,
        systems: Sequence[str] | None = None,
        progress: Progress | None = None,
        graded: Callable[[DiscResult], None] | None = None,
    ) -> tuple[DiscResult, ...]:
        """Grades of every disc, from the sacrum upwards; ``graded`` hears of each as soon as it is known.

        Raises
        ------
        StudyError
            No series of the study can be graded.
        """
        progress = progress or Progress()
        wanted = list(systems or self.systems_for(study))
        segmented = bool(localization.segmentation.array.any())
        by_outline = wanted if segmented else ()
        views = {one: self.views(study, localization, one) for one in by_outline if one in self._loaded}
        tables = {one: self._table(study, localization, one) for one in by_outline if one in self._tables}
        windowed = [system for system in wanted if system in self.windowed.systems]
        windows = self.windowed.windows(study, localization) if windowed else None
        shown = {system: bool(one.sources) for system, one in (*views.items(), *tables.items())}
        if not any(shown.values()) and not _withheld(study):
            if not windowed and not segmented and _has_sagittal(study):
                raise StudyError(f"{study.name} was not graded: {NOT_SEGMENTED}, and {', '.join(wanted)} need that.")
            if not windowed:
                raise StudyError(f"{study.name} has {NO_KNOWN_CONTRAST} series that shows its discs.")
            if not any(self._looks_at(one, windows, disc) for one in windowed for disc in localization.discs):
                reasons = {
                    disc.level: self._why_not(wanted, study, shown, windows, disc) for disc in localization.discs
                }
                raise StudyError(f"{study.name}: {' '.join(not_graded_in_words(reasons))}")
        fusing = {
            system: FusedStudy(self._loaded[system].fusion, one.sources, localization, self._memory)
            for system, one in views.items()
            if self._loaded[system].fusion is not None
        }
        results = []
        progress.report("Grading", 0.0)
        # Where there are fewer discs than processors, a disc's networks are asked side by side.
        threads = max(1, torch.get_num_threads() // len(localization.discs)) if self.device == "cpu" else 1

        def graded_disc(disc: Disc) -> DiscResult:
            meant = {system for system in wanted if find_system(system).covers(disc.level)}
            found = self._grade_disc(
                disc, localization, _only(meant, views), fusing, _only(meant, tables), progress, threads
            )
            grades = (
                *found,
                *(one for system in windowed if system in meant for one in self.windowed[system].grades(windows, disc)),
            )
            graded_by = {one.system for one in grades}
            others = [system for system in wanted if system not in graded_by]
            return DiscResult(disc, grades, self._why_not(others, study, shown, windows, disc))

        for result in side_by_side(graded_disc, localization.discs, self.device):
            results.append(result)
            if graded is not None:
                graded(result)
            progress.report("Grading", len(results) / len(localization.discs), result.disc.level)
        return tuple(results)

    def _grade_disc(
        self,
        disc: Disc,
        localization: Localization,
        views: Mapping[str, StudyViews],
        fusing: Mapping[str, FusedStudy],
        tables: Mapping[str, "_Table"],
        progress: Progress,
        threads: int,
    ) -> list[Grade]:
        """Grades of one disc by the systems of ``views``; those that share weights are read once."""
        grades: list[Grade] = []
        readings: dict[tuple[str, ...], tuple[Reading, Mapping[str, Mapping[str, float]]] | None] = {}
        for system, seen in views.items():
            pack = self._loaded[system]
            if pack.key not in readings:
                progress.check()
                crops = seen.of(disc, threads)
                measure = partial(measures_on, disc, seen.sources, localization, self._memory)
                readings[pack.key] = self.read(pack, disc, crops, measure, progress, threads) if crops else None
            if readings[pack.key] is not None:
                reading, measures = readings[pack.key]
                pushed: tuple[Push, ...] = ()
                if system in fusing:
                    logits, pushed = fusing[system].grade(reading.network["pfirrmann"], disc)
                    reading = replace(reading, logits={**reading.logits, "pfirrmann": logits})
                grades += _grades(pack, reading, measures, {view.crop.role for view in seen.of(disc, threads)}, pushed)
        for table in tables.values():
            found = table.study.grade(disc)
            if found is not None:
                probabilities, pushed = found
                grades += _table_grades(
                    table, probabilities, measures_on(disc, table.sources, localization, self._memory), pushed
                )
        return grades

    def _why_not(
        self, systems: Iterable[str], study: Study, shown: Mapping[str, bool], windows: StudyWindows | None, disc: Disc
    ) -> dict[str, str]:
        """Why these systems do not grade a disc.

        ``shown`` says of those without windows whether they have a series; where nothing is segmented it lacks them.
        """
        sagittal = _has_sagittal(study)
        reasons, outside = {}, out_of_range(disc.level)
        for system in systems:
            if system in outside:
                reasons[system] = outside[system]
            elif system in self.windowed.systems:
                reasons[system] = self.windowed[system].reading(windows, disc)
            elif not sagittal:
                reasons[system] = NO_SAGITTAL
            elif system not in shown:
                reasons[system] = NOT_SEGMENTED
            else:
                reasons[system] = NOT_SHOWN if shown[system] else with_what_there_is(NO_KNOWN_CONTRAST, study)
        return reasons

    def _looks_at(self, system: str, windows: StudyWindows, disc: Disc) -> bool:
        """Whether a system that looks through windows is for this disc, and can look at it."""
        return find_system(system).covers(disc.level) and not isinstance(
            self.windowed[system].reading(windows, disc), str
        )

    def _table(self, study: Study, localization: Localization, system: str) -> "_Table":
        """What a tabular pack needs to know of a study."""
        from discgrader.grading.deep_features import shipped_features

        pack, model = self._tables[system]
        sources = sources_of(study, localization, model.roles, ViewShape(), self._memory)
        deep = shipped_features() if model.families - {RADIOMICS} else None
        return _Table(pack, TabularStudy(model, self._extractors, deep, sources, localization), sources)

    def inputs(self, pack: LoadedPack, views: Sequence[View]) -> tuple[torch.Tensor, torch.Tensor]:
        """Crops and roles of one disc as the pack's networks take them."""
        crops = torch.from_numpy(np.stack([view.crop.channels for view in views])).to(self.device)
        role = torch.tensor([pack.roles.index(view.crop.role) for view in views], device=self.device)
        return crops, role

    def read(
        self,
        pack: LoadedPack,
        disc: Disc,
        views: Sequence[View],
        measure: Callable[[], Mapping[str, Mapping[str, float]]],
        progress: Progress = Progress(),
        threads: int = 1,
    ) -> tuple[Reading, Mapping[str, Mapping[str, float]]]:
        """What the pack's networks, averaged, and its evidence model say together of one disc, and its measures.

        ``measure`` takes them while networks are asked. ``progress`` may stop it between networks, of which ``threads``
        are asked at a time.
        """
        crops, role = self.inputs(pack, views)
        own = torch.zeros(len(views), dtype=torch.long, device=self.device)

        def asked(network: torch.nn.Module) -> tuple[float, dict[str, np.ndarray]]:
            progress.check()
            # The mode is each thread's own.
            with torch.inference_mode():
                maps = network.maps(crops, role)
                per_crop = network.crop_features(maps)
                features = network.join(per_crop, role, own, 1)
                unlike = _unlike(pack, maps, per_crop, crops, role) if network is pack.networks[0] else -np.inf
                return unlike, {task: head(features)[0].float().cpu().numpy() for task, head in network.heads.items()}

        totals: dict[str, np.ndarray] = {}
        measures, *told = in_threads(
            lambda job: job(), [measure, *(partial(asked, one) for one in pack.networks)], threads
        )
        for _, logits in told:
            for task, one in logits.items():
                totals[task] = totals.get(task, 0.0) + one / len(pack.networks)
        network_logits = dict(totals)
        row = evidence_row(disc.index_from_sacrum, measures, pack.roles)[None]
        for task, booster in pack.trees.items():
            totals[task] = combined(totals[task], log_probabilities(booster, row)[0], pack.evidence_weight)
        return Reading(totals, told[0][0], row[0], network_logits), measures

    def _load(self, pack: Pack, key: tuple[str, ...]) -> LoadedPack:
        networks = []
        for file in sorted(name for name in pack.files if name.startswith(NETWORK_PREFIX)):
            network = build_network(pack.architecture)
            fill_network(network, pack, file)
            network.eval().encoder.fuse()
            networks.append(network.to(self.device, memory_format=torch.channels_last))
        if not networks:
            raise PackError(f"Pack {pack.name} holds no network.")
        trees = {
            file.removeprefix(f"{EVIDENCE_PREFIX}_").removesuffix(".txt"): load_trees(pack, file)
            for file in pack.files
            if file.startswith(EVIDENCE_PREFIX)
        }
        crop = pack.input["crop"]
        typical, fusion = Typical.load(pack), load_fusion(pack)
        check_sides(pack, trees, typical, fusion)
        return LoadedPack(
            pack,
            key,
            tuple(networks),
            trees,
            float(pack.calibration.get("evidence_weight", 0.0)),
            typical,
            ViewShape(crop["rows"], crop["columns"], crop["pixel_mm"]),
            tuple(pack.architecture["roles"]),
            fusion,
        )


def _unlike(
    pack: LoadedPack, maps: torch.Tensor, per_crop: torch.Tensor, crops: torch.Tensor, role: torch.Tensor
) -> float:
    """How unlike those of the training the crops of a disc look, of the contrast that does so most."""
    if pack.typical is None:
        return -np.inf
    scores = pack.typical.scores(seen_in(maps, per_crop, crops[:, :1], crops[:, 1:]))
    return max(float(scores[role.cpu() == one].mean()) for one in role.unique().cpu())


def _only(systems: Collection[str], of_system: Mapping[str, T]) -> dict[str, T]:
    """What there is of these systems."""
    return {system: one for system, one in of_system.items() if system in systems}


def _withheld(study: Study) -> bool:
    """Whether a study has a sagittal series on which discs can be named, though nothing is graded from it."""
    return any(one.plane is Plane.SAGITTAL and one.contrast in WITHHELD for one in study.series)


def _has_sagittal(study: Study) -> bool:
    return any(one.plane is Plane.SAGITTAL for one in study.series)


def _grades(
    pack: LoadedPack,
    reading: Reading,
    measures: Mapping[str, Mapping[str, float]],
    roles: Collection[str],
    pushed: Sequence[Push] = (),
) -> list[Grade]:
    result = []
    # Once for a disc and system, not with each of its tasks.
    once = [doubt(pack.pack)] if reading.unlike > 0 else []
    for task in find_system(pack.pack.system).tasks:
        if task.name not in pack.pack.tasks:
            continue
        probabilities = _probabilities(pack, task.name, reading, len(scale_of(pack.pack.system, task.name).values))
        evidence = _evidence(pack.pack.system, task.name, measures) | _pushed_by(pack, task.name, reading, pushed)
        notes = [*worth_of_t1(pack.pack, task.name, roles), *once]
        result.append(_grade(pack.pack, task.name, probabilities, evidence, notes))
        once = []
    return result


def _table_grades(
    table: _Table, probabilities: np.ndarray, measures: Mapping[str, Mapping[str, float]], pushed: Sequence[Push]
) -> list[Grade]:
    """Grades by a tabular pack; IV or V is their sum, so that the two never contradict each other."""
    of_task = {"pfirrmann": probabilities, "high_grade": high_chances(probabilities)}
    why = {KEY: pushes_evidence(pushed)} if pushed else {}
    roles = {one.role for one in table.sources}
    return [
        _grade(
            table.pack,
            task,
            chance,
            _evidence(table.pack.system, task, measures) | why,
            worth_of_t1(table.pack, task, roles),
        )
        for task, chance in of_task.items()
        if task in table.pack.tasks
    ]


def _grade(
    pack: Pack, task: str, probabilities: np.ndarray, evidence: Mapping[str, Mapping[str, object]], notes: Sequence[str]
) -> Grade:
    scale = scale_of(pack.system, task)
    five = (pack.system, task) == ("pfirrmann", "pfirrmann")
    best = scale.values[int(given_grades(probabilities) if five else probabilities.argmax())]
    return Grade(
        system=pack.system,
        task=task,
        grade=best,
        label=scale.label_of(best),
        probabilities={value: float(p) for value, p in zip(scale.values, probabilities, strict=True)},
        evidence=evidence,
        pack=pack.name,
        pack_version=pack.version,
        pack_sha256=pack.sha256,
        trained_on=pack.trained_on.statement,
        synthetic=pack.trained_on.synthetic,
        warnings=tuple(notes),
    )


def _probabilities(pack: LoadedPack, task: str, reading: Reading, count: int) -> np.ndarray:
    if task == "high_grade" and task not in reading.logits:
        # By the same network that tells the five grades apart, so that the two do not contradict each other.
        return high_chances(calibrate(reading.logits["pfirrmann"], _calibration(pack, "pfirrmann")))
    probabilities = calibrate(reading.logits[task], _calibration(pack, task))
    if len(probabilities) != count:
        raise PackError(f"Pack {pack.pack.name}: {task} has {len(probabilities)} grades where its scale has {count}.")
    return probabilities


def _calibration(pack: LoadedPack, task: str) -> Mapping[str, object] | None:
    """How a task's logits are calibrated; those of a fusion are so already."""
    return None if task == "pfirrmann" and pack.fusion is not None else pack.pack.calibration.get(task)


def _pushed_by(pack: LoadedPack, task: str, reading: Reading, pushed: Sequence[Push]) -> dict[str, dict[str, object]]:
    """The measures that pushed a Pfirrmann grade most, where the pack has trees or a fusion for it."""
    trees = pack.trees.get("pfirrmann")
    if pack.pack.system != "pfirrmann" or task not in ("pfirrmann", "high_grade") or (trees is None and not pushed):
        return {}
    found = pushed or pushes(trees, reading.row, evidence_names(pack.roles))
    return {KEY: pushes_evidence(found)} if found else {}


def _evidence(system: str, task: str, measures: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, object]]:
    """Measures that speak for the task: signals from T2 where there is one, lengths from the first series."""
    order = [role for role in ("T2", "T2_SPACE", "T1") if role in measures]
    result = {}
    for name in find_task(system, task).evidence:
        for role in order:
            if name in SIGNAL_MEASURES and role == "T1":
                continue
            value = measures[role][name]
            if np.isfinite(value):
                measure = MEASURES[name]
                result[name] = {
                    "value": round(value, 3),
                    "unit": measure.unit,
                    "title": measure.title,
                    "source": measure.source,
                    "series": role,
                }
                break
    return result
