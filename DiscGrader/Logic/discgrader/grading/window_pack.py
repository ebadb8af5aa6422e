"""Packs whose networks look at discs through windows: loaded, asked, and their answers made grades of a level."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from weakref import WeakKeyDictionary

import numpy as np
import torch

from discgrader.errors import PackError
from discgrader.grading.calibration import calibrate
from discgrader.grading.herniation_box import box_evidence
from discgrader.grading.pack_checks import check_typical
from discgrader.grading.results import Grade
from discgrader.grading.systems import find_system, scale_of
from discgrader.grading.typical import FILE as TYPICAL_FILE
from discgrader.grading.typical import ONLY_DIGITAL, Typical, doubt, seen_in
from discgrader.grading.view import ViewSpec
from discgrader.grading.windows import StudyWindows, Window, pictured, slice_evidence, specs_of
from discgrader.imaging.study import Study
from discgrader.localize.disc import Disc, Localization
from discgrader.packs.networks import build_network
from discgrader.packs.pack import Pack
from discgrader.packs.weights import fill_network

KIND = "window_classifier"
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

LEADING_TASK: Mapping[str, str] = {"msu": "size"}
"""The task that chooses the slice for all tasks of a system; elsewhere each task has its own worst slice."""

PROVEN_BY: Mapping[str, dict[str, str]] = {
    "calcification": {"title": "Calcification is proven by", "value": "CT; this is a prediction that asks for it"}
}
"""What is always said with the grades of a task."""


def is_windowed(pack: Pack) -> bool:
    """Whether a pack's networks look through windows."""
    return pack.architecture.get("kind") == KIND


def window_input(specs: Sequence[ViewSpec], pixels: int) -> dict[str, object]:
    """The entry ``input`` of such a pack."""
    planes = dict.fromkeys(str(one.plane) for one in specs)
    return {
        "plane": " and ".join(planes),
        "contrasts": ["AX_T2" if one == "axial" else "T2" for one in planes],
        "pixels": pixels,
        "windows": [{**asdict(one), "plane": str(one.plane), "offsets_mm": list(one.offsets_mm)} for one in specs],
        "normalization": "0 to 1 from the darkest to nearly the brightest of a window, then as ImageNet",
    }


def network_input(pictures: torch.Tensor) -> torch.Tensor:
    """Pictures in 0–1, shape (..., slices, rows, columns), as networks take them: normalized as ImageNet, and a single
    slice three times over; where there are neither one nor three slices, each has the mean of ImageNet's channels."""
    if pictures.shape[-3] == 1:
        pictures = pictures.expand(*pictures.shape[:-3], len(IMAGENET_MEAN), *pictures.shape[-2:])
    mean, deviation = (
        torch.tensor(one, device=pictures.device)[:, None, None] for one in (IMAGENET_MEAN, IMAGENET_DEVIATION)
    )
    if pictures.shape[-3] != len(mean):
        mean, deviation = mean.mean(), deviation.mean()
    return (pictures - mean) / deviation


def channels_of(specs: Sequence[ViewSpec]) -> int:
    """How many channels `network_input` makes of windows, which all have as many slices."""
    slices = max(len(one.offsets_mm) for one in specs)
    return len(IMAGENET_MEAN) if slices == 1 else slices


def worst_look(probabilities: np.ndarray) -> int:
    """Which of several looks shows most of a disease, by the mean of its grades; of probabilities (looks, grades)."""
    return int((probabilities @ np.arange(probabilities.shape[1])).argmax())


def chosen_looks(system: str, probabilities: Mapping[str, np.ndarray]) -> dict[str, int]:
    """The look that each task of a system is graded on: a level has the grade of its worst slice."""
    lead = LEADING_TASK.get(system)
    return {task: worst_look(probabilities[lead if lead in probabilities else task]) for task in probabilities}


@dataclass(frozen=True, eq=False)
class WindowReading:
    """What a pack's network says of a disc.

    Parameters
    ----------
    looks : tuple of tuple of Window
    inputs : Tensor, shape (looks, windows, channels, rows, columns)
    probabilities : mapping of str to ndarray, shape (looks, grades)
        By task, calibrated.
    chosen : mapping of str to int
        The look that each task is graded on.
    boxes : ndarray, shape (looks, 4), or None
        Of the finding, as shares of the last window: first column, first row, last column, last row.
    unlike : ndarray, shape (looks,)
        How unlike those of the training each look is; more than 0 where a reader should know.
    """

    looks: tuple[tuple[Window, ...], ...]
    inputs: torch.Tensor
    probabilities: Mapping[str, np.ndarray]
    chosen: Mapping[str, int]
    boxes: np.ndarray | None
    unlike: np.ndarray


class WindowPack:
    """A pack with its network.

    Parameters
    ----------
    pack : Pack
    device : str

    Raises
    ------
    PackError
        The pack's weights do not fit the network that it describes, or do not give its tasks' grades.
    """

    def __init__(self, pack: Pack, device: str = "cpu"):
        self.pack = pack
        self.device = device
        self.specs = specs_of(pack.input)
        self.pixels = int(pack.input["pixels"])
        files = [one for one in pack.files if one != TYPICAL_FILE]
        if len(files) != 1:
            raise PackError(f"Pack {pack.name} holds {len(files)} files where its network is one.")
        [file] = files
        self.typical = Typical.load(pack)
        self.network = build_network(pack.architecture)
        fill_network(self.network, pack, file)
        for task, head in self.network.heads.items():
            if head.out_features != len(scale_of(pack.system, task).values):
                raise PackError(f"Pack {pack.name}: {task} has {head.out_features} grades, which its scale has not.")
        if self.typical is not None:
            check_typical(pack, self.typical, next(iter(self.network.heads.values())).in_features)
        self.network.to(device, memory_format=torch.channels_last).eval()
        self._readings: WeakKeyDictionary[StudyWindows, dict[Disc, WindowReading | str]] = WeakKeyDictionary()

    def reading(self, windows: StudyWindows, disc: Disc) -> WindowReading | str:
        """What the network says of a disc, or why it cannot be asked; remembered as long as ``windows`` is."""
        known = self._readings.setdefault(windows, {})
        if disc not in known:
            known[disc] = self._read(windows, disc)
        return known[disc]

    def _read(self, windows: StudyWindows, disc: Disc) -> WindowReading | str:
        looks = windows.of(disc, self.specs)
        if isinstance(looks, str):
            return looks
        pictures = torch.from_numpy(pictures_of(looks, self.pixels)).to(self.device)
        inputs = network_input(pictures)
        with torch.inference_mode():
            maps = self.network.maps(inputs)
            logits, boxes, features = self.network.answers(maps)
            unlike = self._unlike(maps, features, pictures)
        probabilities = {
            task: calibrate(one.float().cpu().numpy(), self.pack.calibration.get(task)) for task, one in logits.items()
        }
        chosen = chosen_looks(self.pack.system, probabilities)
        return WindowReading(
            looks, inputs, probabilities, chosen, None if boxes is None else boxes.cpu().numpy(), unlike
        )

    def _unlike(self, maps: torch.Tensor, features: torch.Tensor, pictures: torch.Tensor) -> np.ndarray:
        if self.typical is None:
            return np.full(len(pictures), -np.inf)
        return self.typical.scores(seen_in(maps, features, middle_slices(pictures))).numpy()

    def grades(self, windows: StudyWindows, disc: Disc) -> list[Grade]:
        """The grades of a disc; none where it cannot be looked at."""
        reading = self.reading(windows, disc)
        if isinstance(reading, str):
            return []
        tasks = [task.name for task in find_system(self.pack.system).tasks if task.name in reading.probabilities]
        # Once for a disc and system, not with each of its tasks.
        doubts = self._doubts(reading, tasks)
        return [self._grade(reading, task, doubts if task == tasks[0] else ()) for task in tasks]

    def _doubts(self, reading: WindowReading, tasks: Sequence[str]) -> tuple[str, ...]:
        """That the looks which the tasks are graded on are unlike those of the training, where they are."""
        if self.typical is None and self.pack.trained_on.synthetic:
            return (ONLY_DIGITAL.format(pack=self.pack.name),)
        return (doubt(self.pack),) if any(reading.unlike[reading.chosen[task]] > 0 for task in tasks) else ()

    def _grade(self, reading: WindowReading, task: str, doubts: tuple[str, ...]) -> Grade:
        pack, look = self.pack, reading.chosen[task]
        scale = scale_of(pack.system, task)
        probabilities = reading.probabilities[task][look]
        best = int(probabilities.argmax())
        if (pack.system, task) == ("msu", "zone") and "size" in reading.probabilities:
            best = zone_that_fits(probabilities, bool(reading.probabilities["size"][look].argmax()))
        evidence = slice_evidence(reading.looks[look])
        if reading.boxes is not None and best > 0:
            evidence |= box_evidence(reading.looks[look][-1], reading.boxes[look])
        if task in PROVEN_BY:
            evidence["proof"] = PROVEN_BY[task]
        return Grade(
            system=pack.system,
            task=task,
            grade=scale.values[best],
            label=scale.labels[best],
            probabilities={value: float(p) for value, p in zip(scale.values, probabilities, strict=True)},
            evidence=evidence,
            pack=pack.name,
            pack_version=pack.version,
            pack_sha256=pack.sha256,
            trained_on=pack.trained_on.statement,
            synthetic=pack.trained_on.synthetic,
            warnings=(*dict.fromkeys(note for window in reading.looks[look] for note in window.notes), *doubts),
        )


def zone_that_fits(probabilities: np.ndarray, herniated: bool) -> int:
    """The likeliest zone of a herniation, or none where there is none: size and zone never contradict each other."""
    return 1 + int(probabilities[1:].argmax()) if herniated else 0


def middle_slices(pictures: torch.Tensor) -> torch.Tensor:
    """The middle slice of each window, shape (looks, windows, rows, columns), of `pictures_of`."""
    return pictures[:, :, pictures.shape[2] // 2]


def pictures_of(looks: Sequence[Sequence[Window]], pixels: int) -> np.ndarray:
    """Pictures of looks in 0–1, shape (looks, windows, slices, pixels, pixels), float32."""
    return np.stack([np.stack([pictured(one.values(one.spec.shape(pixels))) for one in windows]) for windows in looks])


class WindowPacks:
    """All packs whose networks look through windows, and the windows of the studies that they are asked about.

    Parameters
    ----------
    packs : iterable of Pack
    device : str
    """

    def __init__(self, packs: Sequence[Pack], device: str = "cpu"):
        self._packs = {pack.system: WindowPack(pack, device) for pack in packs}
        self._windows: WeakKeyDictionary[Localization, StudyWindows] = WeakKeyDictionary()

    @property
    def systems(self) -> tuple[str, ...]:
        """What they grade."""
        return tuple(self._packs)

    def __getitem__(self, system: str) -> WindowPack:
        return self._packs[system]

    def windows(self, study: Study, localization: Localization) -> StudyWindows:
        """The windows of a study's discs."""
        found = self._windows.get(localization)
        if found is None or found.study is not study:
            found = self._windows[localization] = StudyWindows(study, localization)
        return found
