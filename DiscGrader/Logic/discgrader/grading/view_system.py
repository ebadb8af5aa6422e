"""Systems whose networks look at a disc through views on sagittal or axial slices, several of them at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch

from discgrader.errors import PackError
from discgrader.explain.layer_cam import activation, into_volume, log_odds, smoothed
from discgrader.grading.calibration import calibrate
from discgrader.grading.herniation_box import box_evidence
from discgrader.grading.placement import StudyContext
from discgrader.grading.results import Grade
from discgrader.grading.sums import with_sums
from discgrader.grading.system import Answer, Maps, NotGraded, Seen, TaskAnswer, check_typical, target_of
from discgrader.grading.systems import System, find_system
from discgrader.grading.typical import FILE as TYPICAL_FILE
from discgrader.grading.typical import ONLY_DIGITAL, Typical, doubt, typical_features
from discgrader.grading.view import View, ViewSpec, pictured, slice_evidence, specs_of
from discgrader.imaging.volume_part import VolumePart
from discgrader.localize.disc import Disc
from discgrader.packs.networks import build_network
from discgrader.packs.pack import Pack
from discgrader.packs.weights import fill_network
from discgrader.progress import Progress

KIND = "window_classifier"
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Mean and standard deviation of ImageNet's colors in 0 to 1, as published with torchvision's weights."""


def view_input(specs: Sequence[ViewSpec], pixels: int) -> dict[str, object]:
    """The entry ``input`` of a pack."""
    planes = dict.fromkeys(str(spec.plane) for spec in specs)
    return {
        "plane": " and ".join(planes),
        "contrasts": ["AX_T2" if plane == "axial" else "T2" for plane in planes],
        "pixels": pixels,
        "windows": [{**asdict(spec), "plane": str(spec.plane), "offsets_mm": list(spec.offsets_mm)} for spec in specs],
        "normalization": "0 to 1 from the darkest to nearly the brightest of a window, then as ImageNet",
    }


def network_input(pictures: torch.Tensor) -> torch.Tensor:
    """Pictures in 0–1, shape (..., slices, rows, columns), as networks take them: normalized as ImageNet, and a single
    slice three times over; where there are neither one nor three slices, each has the mean of ImageNet's channels."""
    if pictures.shape[-3] == 1:
        pictures = pictures.expand(*pictures.shape[:-3], len(IMAGENET_MEAN), *pictures.shape[-2:])
    mean, deviation = (
        torch.tensor(values, device=pictures.device)[:, None, None] for values in (IMAGENET_MEAN, IMAGENET_DEVIATION)
    )
    if pictures.shape[-3] != len(mean):
        mean, deviation = mean.mean(), deviation.mean()
    return (pictures - mean) / deviation


def channels_of(specs: Sequence[ViewSpec]) -> int:
    """How many channels `network_input` makes of views, which all have as many slices."""
    slices = max(len(spec.offsets_mm) for spec in specs)
    return len(IMAGENET_MEAN) if slices == 1 else slices


def worst_sample(probabilities: np.ndarray) -> int:
    """Which of several samples shows most of a disease, by the mean of its grades.

    Parameters
    ----------
    probabilities : ndarray, shape (samples, grades)
    """
    return int((probabilities @ np.arange(probabilities.shape[1])).argmax())


def chosen_samples(system: System, probabilities: Mapping[str, np.ndarray]) -> dict[str, int]:
    """The sample that each task of a system is graded on: a level has the grade of its worst slice."""
    lead = system.slice_by
    return {task: worst_sample(probabilities[lead if lead in probabilities else task]) for task in probabilities}


def middle_slices(pictures: torch.Tensor) -> torch.Tensor:
    """The middle slice of each view, shape (samples, views, rows, columns), of `pictures_of`."""
    return pictures[:, :, pictures.shape[2] // 2]


def pictures_of(samples: Sequence[Sequence[View]]) -> np.ndarray:
    """Pictures of samples in 0–1, shape (samples, views, slices, rows, columns), float32."""
    return np.stack([np.stack([pictured(view.values()) for view in views]) for views in samples])


@dataclass(frozen=True, eq=False)
class SeenViews(Seen):
    """Views of a disc.

    Parameters
    ----------
    pictures : Tensor, shape (samples, views, slices, rows, columns)
        In 0–1.
    """

    pictures: torch.Tensor


@dataclass(frozen=True, eq=False)
class _Prediction:
    """What a network says of a disc.

    ``probabilities`` (samples, grades) by task are calibrated, ``chosen`` is the sample that each task is graded on;
    ``boxes`` (samples, 4) are of the finding, as shares of the last view: first column, first row, last column, last
    row; ``unlike`` (samples,) is more than 0 where a sample looks unlike those of the training.
    """

    probabilities: Mapping[str, np.ndarray]
    chosen: Mapping[str, int]
    boxes: np.ndarray | None
    unlike: np.ndarray


class ViewSystem:
    """A system whose network looks through views; see `discgrader.grading.system.GradingSystem`.

    Parameters
    ----------
    pack : Pack
    device : str

    Raises
    ------
    PackError
        The pack's weights do not fit the network that it describes, or do not give its tasks' grades.
    """

    explains = True

    def __init__(self, pack: Pack, device: str = "cpu"):
        self.pack = pack
        self.key = pack.sha256
        self.device = device
        self.system = find_system(pack.system)
        self.specs = specs_of(pack.input)
        self.pixels = int(pack.input["pixels"])
        files = [file for file in pack.files if file != TYPICAL_FILE]
        if len(files) != 1:
            raise PackError(f"Pack {pack.name} contains {len(files)} files where its network needs one.")
        [file] = files
        self.typical = Typical.load(pack)
        self.network = build_network(pack.architecture)
        fill_network(self.network, pack, file)
        for task, head in self.network.heads.items():
            if head.out_features != len(self.system.scale(task).values):
                raise PackError(
                    f"Pack {pack.name}: {task} has {head.out_features} outputs, which does not match its scale."
                )
        for task in pack.tasks:
            if task not in self.network.heads and self.system.source_of(task).name not in self.network.heads:
                raise PackError(f"Pack {pack.name}: its network has no output for {task}.")
        check_typical(pack, self.typical, next(iter(self.network.heads.values())).in_features)
        self.network.to(device, memory_format=torch.channels_last).eval()

    def prepare(self, study: StudyContext) -> str:
        found = [self._placed(study, disc) for disc in study.localization.discs if self.system.covers(disc.level)]
        reasons = [reason for reason in found if isinstance(reason, str)]
        return "" if len(reasons) < len(found) else next(iter(reasons), "its levels are missing")

    def see(self, study: StudyContext, disc: Disc, threads: int = 1) -> SeenViews | NotGraded:
        return study.once(("seen", self.key, disc), lambda: self._see(study, disc))

    def _placed(self, study: StudyContext, disc: Disc) -> tuple[tuple[View, ...], ...] | str:
        return study.once(("placed", self.key, disc), lambda: study.views.of(disc, self.specs, self.pixels))

    def _see(self, study: StudyContext, disc: Disc) -> SeenViews | NotGraded:
        samples = self._placed(study, disc)
        if isinstance(samples, str):
            return NotGraded(samples)
        return SeenViews(disc, samples, torch.from_numpy(pictures_of(samples)).to(self.device))

    def answer(self, study: StudyContext, seen: SeenViews, progress: Progress = Progress(), threads: int = 1) -> Answer:
        prediction = self._prediction(study, seen)
        tasks = {task: self._task(seen, prediction, task) for task in prediction.probabilities}
        return Answer(tasks, self._doubts(prediction))

    def _task(self, seen: SeenViews, prediction: _Prediction, task: str) -> TaskAnswer:
        number = prediction.chosen[task]
        views = seen.samples[number]
        return TaskAnswer(
            prediction.probabilities[task][number],
            number,
            slice_evidence(views),
            {} if prediction.boxes is None else box_evidence(views[-1], prediction.boxes[number].tolist()),
            warnings=tuple(dict.fromkeys(note for view in views for note in view.notes)),
        )

    def _prediction(self, study: StudyContext, seen: SeenViews) -> _Prediction:
        return study.once(("prediction", self.key, seen.disc), lambda: self._predict(seen))

    def _predict(self, seen: SeenViews) -> _Prediction:
        with torch.inference_mode():
            maps = self.network.maps(network_input(seen.pictures))
            logits, boxes, features = self.network.answers(maps)
            unlike = self._unlike(maps, features, seen.pictures)
        probabilities = with_sums(
            self.system,
            {
                task: calibrate(values.float().cpu().numpy(), self.pack.calibration.get(task))
                for task, values in logits.items()
            },
        )
        chosen = chosen_samples(self.system, probabilities)
        return _Prediction(probabilities, chosen, None if boxes is None else boxes.cpu().numpy(), unlike)

    def _unlike(self, maps: torch.Tensor, features: torch.Tensor, pictures: torch.Tensor) -> np.ndarray:
        if self.typical is None:
            return np.full(len(pictures), -np.inf)
        return self.typical.scores(typical_features(maps, features, middle_slices(pictures))).numpy()

    def _doubts(self, prediction: _Prediction) -> tuple[str, ...]:
        """That the samples which the tasks are graded on are unlike those of the training, where they are."""
        if self.typical is None and self.pack.trained_on.synthetic:
            return (ONLY_DIGITAL.format(pack=self.pack.name),)
        graded = [prediction.chosen[task.name] for task in self.system.tasks if task.name in prediction.chosen]
        return (doubt(self.pack),) if any(prediction.unlike[number] > 0 for number in graded) else ()

    def saliency(self, study: StudyContext, seen: SeenViews, grades: Sequence[Grade]) -> Maps:
        """Maps on the sample that each grade was read from; where that is of several series, on the one that speaks
        most for the grade."""
        prediction, found = self._prediction(study, seen), {}
        asked: dict[int, tuple[torch.Tensor, dict[str, torch.Tensor]]] = {}
        for grade in grades:
            number = prediction.chosen[grade.task]
            if number not in asked:
                with torch.no_grad():
                    maps = self.network.maps(network_input(seen.pictures[number : number + 1]))
                # A copy, since what was made without gradients cannot have any.
                maps = maps.clone().requires_grad_(True)
                with torch.enable_grad():
                    asked[number] = maps, self.network.logits(maps)[0]
            maps, logits = asked[number]
            task, positions = target_of(grade)
            activations = activation(log_odds(logits[task], positions), maps).cpu().numpy()
            found[grade.system, grade.task] = _in_series(seen.samples[number], activations)
        return found


def _in_series(views: Sequence[View], activations: np.ndarray) -> tuple[str, VolumePart]:
    """The activations of views, shape (views, rows, columns), of the series that has most of them, in its volume."""
    weight: dict[str, float] = {}
    for view, shown in zip(views, activations, strict=True):
        weight[view.series.name] = weight.get(view.series.name, 0.0) + float(shown.sum())
    name = max(weight, key=lambda series: weight[series])
    chosen = [number for number, view in enumerate(views) if view.series.name == name]
    first = views[chosen[0]]
    [part] = into_volume(
        [smoothed(activations[chosen], first.field_mm)],
        first.frame,
        [views[number].across_mm for number in chosen],
        (first.field_mm, first.field_mm),
        first.series.volume,
    )
    return name, part
