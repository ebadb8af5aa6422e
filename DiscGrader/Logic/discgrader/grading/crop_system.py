"""Systems whose networks see crops of a disc on sagittal series, each with the masks of disc and canal.

Beside the networks, which were trained on other patients each and are averaged, a pack may have trees that are asked
with measures of the disc, and its first task a fusion model in their place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch

from discgrader.errors import PackError
from discgrader.explain.layer_cam import activation, into_volume, log_odds, smoothed
from discgrader.grading.calibration import calibrate
from discgrader.grading.contributions import Contribution, TreeQuery, contributions
from discgrader.grading.evidence_rows import (
    EVIDENCE_PREFIX,
    Measures,
    combined,
    evidence_names,
    evidence_row,
    log_probabilities,
    measures_on,
    task_evidence,
)
from discgrader.grading.fusion import FusedStudy, is_fusion_file, load_fusion
from discgrader.grading.not_graded import NO_KNOWN_CONTRAST, NO_SAGITTAL, NOT_SEGMENTED, NOT_SHOWN
from discgrader.grading.placement import Source, StudyContext, moved
from discgrader.grading.results import Grade
from discgrader.grading.series_choice import with_available_series
from discgrader.grading.sums import with_sums
from discgrader.grading.system import Answer, Maps, NotGraded, Seen, Target, TaskAnswer, check_typical, target_of
from discgrader.grading.systems import find_system
from discgrader.grading.t1_alone import t1_alone_warnings
from discgrader.grading.typical import Typical, doubt, typical_features
from discgrader.grading.view import LEAST_SEEN, View, ViewShape, crop_offsets_mm, cut
from discgrader.imaging.study import Plane
from discgrader.imaging.volume import Volume
from discgrader.jobs.threads import in_threads
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc
from discgrader.packs.networks import build_network
from discgrader.packs.pack import Pack
from discgrader.packs.trees import Trees
from discgrader.packs.weights import fill_network, load_trees
from discgrader.progress import Progress

KIND = "disc_classifier"
NETWORK_PREFIX = "network"

LEAST_SHARE = 0.04
"""A measure with less of the sum of all contributions is not worth a word."""

NETWORKS_EXPLAINED = 2
"""Of a pack's networks, which were trained alike, so many are asked where they looked: the others cost time only."""

_SHOWN = ("T2", "T2_SPACE", "T1")
"""The role that saliency is shown on, the first one there."""


def key_of(pack: Pack) -> tuple[str, ...]:
    """The same for packs whose networks and trees have the same weights, so that these are asked once."""
    return tuple(sorted(sha256 for file, sha256 in pack.files.items() if not is_fusion_file(file)))


@dataclass(frozen=True, eq=False)
class SeenCrops(Seen):
    """Crops of a disc: one sample, each view a crop.

    Parameters
    ----------
    crops : Tensor, shape (views, 3, rows, columns)
    roles : Tensor of int, shape (views,)
        Contrast of each, as the networks number them.
    """

    crops: torch.Tensor
    roles: torch.Tensor

    @property
    def views(self) -> tuple[View, ...]:
        """What the crops were cut from."""
        return self.samples[0]


@dataclass(frozen=True, eq=False)
class _Prediction:
    """What networks and trees say of one disc, and its measures.

    ``logits`` are those of the networks, and of the networks and trees together; ``unlike`` is more than 0 where the
    disc looks unlike those of the training.
    """

    network: Mapping[str, np.ndarray]
    logits: Mapping[str, np.ndarray]
    unlike: float
    row: np.ndarray
    measures: Measures


class CropNetworks:
    """The networks and trees of one or several packs, in memory.

    Parameters
    ----------
    pack : Pack
    device : str

    Raises
    ------
    PackError
        The pack's weights do not fit the network that it describes.
    """

    def __init__(self, pack: Pack, device: str = "cpu"):
        self.key = key_of(pack)
        self.device = device
        self.networks = tuple(
            self._loaded(pack, file) for file in sorted(name for name in pack.files if name.startswith(NETWORK_PREFIX))
        )
        if not self.networks:
            raise PackError(f"Pack {pack.name} contains no network.")
        self.trees: Mapping[str, Trees] = {
            file.removeprefix(f"{EVIDENCE_PREFIX}_").removesuffix(".txt"): load_trees(pack, file)
            for file in pack.files
            if file.startswith(EVIDENCE_PREFIX)
        }
        self.evidence_weight = float(pack.calibration.get("evidence_weight", 0.0))
        self.typical = Typical.load(pack)
        self.roles: tuple[str, ...] = tuple(pack.architecture["roles"])
        self.slices: Mapping[str, float] = pack.input["slices"]
        crop = pack.input["crop"]
        self.shape = ViewShape(crop["rows"], crop["columns"], crop["pixel_mm"])
        self._check(pack)

    def _loaded(self, pack: Pack, file: str) -> torch.nn.Module:
        network = build_network(pack.architecture)
        fill_network(network, pack, file)
        network.eval().encoder.fuse()
        return network.to(self.device, memory_format=torch.channels_last)

    def _check(self, pack: Pack) -> None:
        """Refuse trees, or what is typical, that do not fit the network."""
        heads = pack.architecture["tasks"]
        for task, trees in self.trees.items():
            if heads.get(task) != trees.grades or trees.features != len(evidence_names(self.roles)):
                raise PackError(f"Pack {pack.name}: its trees for {task} do not fit its network or the measurements.")
        check_typical(pack, self.typical, pack.architecture["widths"][-1])

    def sources(self, study: StudyContext) -> tuple[Source, ...]:
        """The series that crops are cut from."""
        return study.sources(self.roles, self.shape)

    def see(self, study: StudyContext, disc: Disc, threads: int = 1) -> SeenCrops | None:
        """The crops of a disc that lie well inside their pictures, ``threads`` cut at a time; None where there are
        none."""
        segmentation = study.localization.segmentation
        wanted: list[tuple[Source, RoiBox, Volume, float]] = []
        for source in self.sources(study):
            box = replace(disc.roi, center_lps_mm=disc.roi.center_lps_mm + source.shift_lps_mm)
            labels = moved(segmentation, source.shift_lps_mm)
            reach_mm, count = float(self.slices["reach_mm"]), int(self.slices["count"])
            for across_mm in crop_offsets_mm(source.series, box, reach_mm, count):
                wanted.append((source, box, labels, across_mm))

        def cropped(request: tuple[Source, RoiBox, Volume, float]) -> tuple[View, np.ndarray, float]:
            source, box, labels, across_mm = request
            crop = cut(source.series, labels, box, disc.index_from_sacrum, source.reference, self.shape, across_mm)
            view = View(source.role, Plane.SAGITTAL, source.series, box, self.shape, (across_mm,))
            return view, crop.channels, crop.seen

        found = [crop for crop in in_threads(cropped, wanted, threads) if crop[2] >= LEAST_SEEN]
        if not found:
            return None
        views = tuple(view for view, _, _ in found)
        crops = torch.from_numpy(np.stack([channels for _, channels, _ in found])).to(self.device)
        roles = torch.tensor([self.roles.index(view.name) for view in views], device=self.device)
        return SeenCrops(disc, (views,), crops, roles)

    def predict(self, study: StudyContext, seen: SeenCrops, progress: Progress, threads: int) -> _Prediction:
        """What networks, averaged, and trees say together of one disc; it is measured while networks are asked."""
        single = torch.zeros(len(seen.views), dtype=torch.long, device=self.device)

        def predict_one(network: torch.nn.Module) -> tuple[float, dict[str, np.ndarray]]:
            progress.check()
            # The mode is each thread's own.
            with torch.inference_mode():
                maps = network.maps(seen.crops, seen.roles)
                per_crop = network.crop_features(maps)
                features = network.join(per_crop, seen.roles, single, 1)
                unlike = self._unlike(maps, per_crop, seen) if network is self.networks[0] else -np.inf
                return unlike, {task: head(features)[0].float().cpu().numpy() for task, head in network.heads.items()}

        progress.check()
        measure = partial(measures_on, seen.disc, self.sources(study), study.localization.segmentation, study.cache)
        jobs: list[Callable[[], Any]] = [measure, *(partial(predict_one, network) for network in self.networks)]
        measures, *prediction = in_threads(lambda job: job(), jobs, threads)
        network_logits: dict[str, np.ndarray] = {}
        for _, logits in prediction:
            for task, of_task in logits.items():
                network_logits[task] = network_logits.get(task, 0.0) + of_task / len(self.networks)
        row = evidence_row(seen.disc.index_from_sacrum, measures, self.roles)
        both = dict(network_logits)
        for task, trees in self.trees.items():
            both[task] = combined(both[task], log_probabilities(trees.predict(row[None]))[0], self.evidence_weight)
        return _Prediction(network_logits, both, prediction[0][0], row, measures)

    def _unlike(self, maps: torch.Tensor, per_crop: torch.Tensor, seen: SeenCrops) -> float:
        """How unlike those of the training the crops look, of the contrast that does so most."""
        if self.typical is None:
            return -np.inf
        scores = self.typical.scores(typical_features(maps, per_crop, seen.crops[:, :1], seen.crops[:, 1:]))
        roles = seen.roles.cpu()
        return max(float(scores[roles == role].mean()) for role in roles.unique())

    def activations(self, seen: SeenCrops, shown: Sequence[int], targets: Sequence[Target]) -> dict[Target, np.ndarray]:
        """Where each target was read from on the shown views, shape (shown, rows / 4, columns / 4), not scaled yet.

        What does not depend on the target, the way up to the maps and the views that are not shown, is computed once.
        """
        single = torch.zeros(len(seen.views), dtype=torch.long, device=self.device)
        others = [number for number in range(len(seen.views)) if number not in shown]
        order = seen.roles[[*shown, *others]]
        totals: dict[Target, torch.Tensor] = {}
        for network in self.networks[:NETWORKS_EXPLAINED]:
            with torch.no_grad():
                all_maps = network.maps(seen.crops, seen.roles)
                beside = network.crop_features(all_maps[others]) if others else None
            maps = all_maps[list(shown)].clone().requires_grad_(True)
            with torch.enable_grad():
                per_crop = network.crop_features(maps)
                if beside is not None:
                    per_crop = torch.cat([per_crop, beside])
                features = network.join(per_crop, order, single, 1)
                for target in targets:
                    task, positions = target
                    found = activation(log_odds(network.heads[task](features), positions), maps)
                    totals[target] = totals.get(target, 0.0) + found / found.max().clamp(min=1e-12)
        width_mm = self.shape.columns * self.shape.pixel_mm
        return {target: smoothed(total.cpu().numpy(), width_mm) for target, total in totals.items()}


class CropSystem:
    """A system whose networks see crops; see `discgrader.grading.system.GradingSystem`.

    Parameters
    ----------
    pack : Pack
    networks : CropNetworks
        Of this pack, or of one whose networks have the same weights.

    Raises
    ------
    PackError
        Its fusion model or its tasks do not fit its network.
    """

    explains = True

    def __init__(self, pack: Pack, networks: CropNetworks):
        self.pack = pack
        self.system = find_system(pack.system)
        self.networks = networks
        self.key = networks.key
        self.fusion = load_fusion(pack)
        heads = pack.architecture["tasks"]
        for task in pack.tasks:
            if task not in heads and self.system.source_of(task).name not in heads:
                raise PackError(f"Pack {pack.name}: its network has no output for {task}.")
        if self.fusion is not None and heads.get(self._first) != len(self.fusion.bias):
            raise PackError(
                f"Pack {pack.name}: its fusion model has {len(self.fusion.bias)} grades, its network a "
                "different number."
            )

    @property
    def _first(self) -> str:
        """The task that a fusion model answers."""
        return self.system.tasks[0].name

    def prepare(self, study: StudyContext) -> str:
        if not study.has_sagittal:
            return NO_SAGITTAL
        if not study.is_segmented:
            return NOT_SEGMENTED
        if not self.networks.sources(study):
            return with_available_series(NO_KNOWN_CONTRAST, study.study)
        self._fused(study)
        return ""

    def see(self, study: StudyContext, disc: Disc, threads: int = 1) -> SeenCrops | NotGraded:
        blind = self.prepare(study)
        if blind:
            return NotGraded(blind)
        seen = study.once(("seen", self.key, disc), lambda: self.networks.see(study, disc, threads))
        return seen or NotGraded(NOT_SHOWN)

    def answer(self, study: StudyContext, seen: SeenCrops, progress: Progress = Progress(), threads: int = 1) -> Answer:
        prediction = study.once(
            ("prediction", self.key, seen.disc), lambda: self.networks.predict(study, seen, progress, threads)
        )
        logits, moved_by = dict(prediction.logits), self._contributions(prediction)
        fused = self._fused(study)
        if fused is not None:
            logits[self._first], of_fusion = fused.grade(prediction.network[self._first], seen.disc)
            moved_by = of_fusion or moved_by
        probabilities = with_sums(
            self.system, {task: calibrate(values, self._calibration(task)) for task, values in logits.items()}
        )
        roles = {view.name for view in seen.views}
        return Answer(
            {
                task.name: TaskAnswer(
                    probabilities[task.name],
                    evidence=task_evidence(task, prediction.measures),
                    contributions=moved_by if task.contributions else (),
                    warnings=t1_alone_warnings(self.pack, task.name, roles),
                )
                for task in self.system.tasks
                if task.name in probabilities
            },
            (doubt(self.pack),) if prediction.unlike > 0 else (),
        )

    def _fused(self, study: StudyContext) -> FusedStudy | None:
        """What the fusion model is asked with, of all discs."""
        if self.fusion is None:
            return None
        fusion = self.fusion
        return study.once(("fused", self.pack.sha256), lambda: FusedStudy(fusion, study, self.networks.sources(study)))

    def _calibration(self, task: str) -> Mapping[str, object] | None:
        """How a task's logits are calibrated; those of a fusion model are so already."""
        return None if self.fusion is not None and task == self._first else self.pack.calibration.get(task)

    def _contributions(self, prediction: _Prediction) -> Sequence[Contribution]:
        """The measures that moved the first task's grade, where the pack has trees for it."""
        trees = self.networks.trees.get(self._first)
        if trees is None or not any(task.contributions for task in self.system.tasks):
            return ()
        return contributions([TreeQuery(trees, prediction.row, evidence_names(self.networks.roles))], LEAST_SHARE)

    def saliency(self, study: StudyContext, seen: SeenCrops, grades: Sequence[Grade]) -> Maps:
        """Maps on the series that grades lean on first: T2, else T2 SPACE, else T1."""
        shown = next(
            (
                found
                for role in _SHOWN
                if (found := [number for number, view in enumerate(seen.views) if view.name == role])
            ),
            list(range(len(seen.views))),
        )
        activations = self.networks.activations(seen, shown, list(dict.fromkeys(map(target_of, grades))))
        first, shape = seen.views[shown[0]], self.networks.shape
        parts = into_volume(
            list(activations.values()),
            first.frame,
            [seen.views[number].across_mm for number in shown],
            (shape.columns * shape.pixel_mm, shape.rows * shape.pixel_mm),
            first.series.volume,
        )
        of_target = dict(zip(activations, parts, strict=True))
        return {(grade.system, grade.task): (first.series.name, of_target[target_of(grade)]) for grade in grades}
