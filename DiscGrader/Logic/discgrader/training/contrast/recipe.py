"""Recipe ``contrast``, whole: judged on patients kept aside, then packed.

Sagittal networks are cross-validated by patient. Of the axial one nothing is learned from patients, so that all real
pictures are kept aside: of the digital patients three of four teach the network of tissues; half of the others teach
the classes that their brightness tells, and the rest are examined.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from discgrader.errors import StudyError
from discgrader.imaging.flat_picture import PIXEL_MM, SHAPE
from discgrader.imaging.picture_contrast import together
from discgrader.imaging.picture_network import PACK
from discgrader.imaging.study import Plane
from discgrader.packs.pack import CONTRAST
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.contrast.axial_pool import EVERY_TEST, SEQUENCES, drawn_picture, patients_of, tissue_pool
from discgrader.training.contrast.digital import SLICES_EACH, digital_slices
from discgrader.training.contrast.examine import (
    Examined,
    HeldOutSeries,
    between_t1_and_t2,
    calibrated,
    examination,
    examined,
    metrics_of,
)
from discgrader.training.contrast.networks import (
    ContrastNetwork,
    ContrastRecipe,
    Head,
    TissueLayers,
    brightness_of,
    fit_contrast,
    fit_head,
    fit_tissues,
    packed_tensors,
)
from discgrader.training.contrast.pool import (
    CLASSES,
    Pool,
    Sources,
    axial_pictures,
    class_of,
    draw_pool,
    sagittal_pictures,
)
from discgrader.training.loop import trained
from discgrader.training.recipes import changed, ship, trained_on, write_json

PLANES = (Plane.SAGITTAL, Plane.AXIAL)
_WEIGHTS = {"T1": 1.0, "T2": 1.0, "STIR": 0.7, "other": 1.0}
"""How much each axial class counts while they are learned."""
_STATEMENT = (
    "sagittal: real images of SPIDER and Sudirman, fat-suppressed ones computed from pairs of their T1 and "
    "T2, and digital spines with random sequence parameters; axial: digital spines alone"
)


def train_contrast(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`."""
    recipe = changed(ContrastRecipe(), options)
    work = out_dir / "work"
    work.mkdir(exist_ok=True)
    weights: dict[Plane, bytes] = {}
    calibration: dict[str, dict[str, float]] = {}
    metrics: dict[str, dict[str, object]] = {}
    patients: set[str] = set()
    for number, plane in enumerate(PLANES):
        part = progress.part(number / 2, (number + 1) / 2)
        run = prepared(recipe, plane, data_dir, work, part.part(0.0, 0.3))
        held_out, packed = kept_aside(run, part.part(0.3, 1.0))
        calibration[plane.value] = calibrated(held_out)
        judged = (held_out, CLASSES[plane], calibration[plane.value]["temperature"])
        between = between_t1_and_t2(*judged)
        metrics[plane.value] = {"T1 against T2": between, **metrics_of(*judged)}
        if between["right_of_answered"] >= recipe.least_right:
            weights[plane] = packed()
            patients |= {picture.patient for picture in run.sources.real if plane is Plane.SAGITTAL}
    write_json(out_dir / "figures.json", metrics)
    if not weights:
        raise StudyError(f"No network is accurate enough to be packed; see {out_dir / 'figures.json'}.")
    return _write(out_dir, recipe, weights, calibration, metrics, len(patients))


def kept_aside(run: "Run", progress: Progress) -> tuple[list[Examined], Callable[[], bytes]]:
    """Answers on patients kept aside, and what gives the weights to pack, trained on everything."""
    return (_axial if run.plane is Plane.AXIAL else _sagittal)(run, progress)


def _sagittal(run: "Run", progress: Progress) -> tuple[list[Examined], Callable[[], bytes]]:
    held_out = cross_validated(run, progress.part(0.0, 0.8))
    return held_out, lambda: pack_tensors(run.network("all", None, progress.part(0.8, 1.0)).tensors(), 32)


def _axial(run: "Run", progress: Progress) -> tuple[list[Examined], Callable[[], bytes]]:
    axial = AxialRun(run.recipe, run.sources, run.work)
    layers = axial.layers(progress.part(0.0, 0.8))
    head = axial.head(layers, progress.part(0.8, 0.9))
    return axial.examined(layers, head), lambda: pack_tensors(packed_tensors(layers, head), 16)


@dataclass(eq=False)
class Run:
    """One plane's pictures and, of the sagittal one, its trainings, each kept on disk once done."""

    recipe: ContrastRecipe
    plane: Plane
    sources: Sources
    folds: Mapping[str, int]
    work: Path

    def pool(self, progress: Progress) -> Pool:
        """The pictures that all of its networks learn from."""
        wanted = self.recipe.sagittal_pictures
        return draw_pool(
            self.sources, wanted, self.work / f"pool_{self.plane.value}_{wanted}", self.recipe.seed, progress
        )

    def network(self, name: str, without: int | None, progress: Progress) -> ContrastNetwork:
        """The network of this name: from disk, else trained on all pictures but those of the fold ``without``."""
        path, classes = self.work / f"{self.plane.value}_{name}", len(CLASSES[self.plane])

        def fit(state: Path) -> ContrastNetwork:
            pool = self.pool(progress.part(0.0, 0.3))
            kept = [
                number
                for number, patient in enumerate(pool.patients)
                if without is None or self.folds.get(str(patient)) != without
            ]
            seed = self.recipe.seed + zlib.crc32(path.name.encode()) % 10_000
            steps = self.recipe.sagittal_steps
            return fit_contrast(self.recipe, steps, pool, np.array(kept), classes, state, seed, progress.part(0.3, 1.0))

        return trained(path, ContrastNetwork(self.recipe, classes), fit)


def prepared(recipe: ContrastRecipe, plane: Plane, data_dir: Path, work: Path, progress: Progress) -> Run:
    """What is known of one plane before any training: real and digital slices, and the fold of every patient."""
    counts = {
        Plane.SAGITTAL: recipe.sagittal_patients,
        Plane.AXIAL: recipe.axial_patients,
        Plane.CORONAL: recipe.coronal_patients,
    }
    slices = {
        other: digital_slices(work, other, count, progress.part(number / 4, (number + 1) / 4))
        for number, (other, count) in enumerate(counts.items())
    }
    whole = progress.part(0.75, 1.0)
    real = sagittal_pictures(data_dir, whole) if plane is Plane.SAGITTAL else axial_pictures(data_dir)
    sources = Sources(plane, real, slices[plane], [slices[other] for other in counts if other is not plane])
    return Run(recipe, plane, sources, patient_folds(recipe, plane, sources), work)


def patient_folds(recipe: ContrastRecipe, plane: Plane, sources: Sources) -> dict[str, int]:
    """The fold of every patient; Sudirman's axial slices are of so few that each of these has one of its own."""
    real = sorted({picture.patient for picture in sources.real})
    digital = [f"digital {number}" for number in range(len(sources.digital) // SLICES_EACH[plane])]
    generator = np.random.default_rng(recipe.seed)
    if plane is Plane.SAGITTAL:
        real = [str(patient) for patient in generator.permutation(real)]
    return {patient: number % recipe.folds for part in (real, digital) for number, patient in enumerate(part)}


def cross_validated(run: Run, progress: Progress) -> list[Examined]:
    """Logits of every picture of the examination by the network that has not seen its patient."""
    found: list[Examined] = []
    examination_series = examination(run.sources, run.recipe.seed, run.recipe.examined_each)
    for fold in range(run.recipe.folds):
        part = progress.part(fold / run.recipe.folds, (fold + 1) / run.recipe.folds)
        network = run.network(f"fold{fold}", fold, part)
        in_fold = [series for series in examination_series if _fold_of(run, series) == fold]
        found += examined(network, in_fold, run.plane)
    return found


def _fold_of(run: Run, examination_series: HeldOutSeries) -> int:
    """That of the patient; what is nobody's goes to any."""
    return run.folds.get(examination_series.patient, zlib.crc32(examination_series.source.encode()) % run.recipe.folds)


@dataclass(eq=False)
class AxialRun:
    """Pictures and trainings of axial series, each kept on disk once done."""

    recipe: ContrastRecipe
    sources: Sources
    work: Path

    def layers(self, progress: Progress) -> TissueLayers:
        """The network that makes tissues out: from disk, else trained."""
        recipe = self.recipe

        def fit(state: Path) -> TissueLayers:
            path = self.work / f"pool_axial_{recipe.axial_pictures}.npz"
            sources = (self.sources.digital, self.sources.others[0])
            pool = tissue_pool(*sources, recipe.axial_pictures, path, recipe.seed, progress.part(0.0, 0.3))
            return fit_tissues(recipe, pool, state, recipe.seed + 1, progress.part(0.3, 1.0))

        return trained(self.work / "axial_tissues", TissueLayers(recipe.tissue_channels), fit)

    def head(self, layers: TissueLayers, progress: Progress) -> Head:
        """What tells classes, learned from patients that the network of tissues has not seen."""
        kinds, seen = [], []
        share = np.array(list(SEQUENCES.values()))
        own = self._kept()[0]
        for number in range(self.recipe.axial_told):
            rng = np.random.default_rng([self.recipe.seed + 2, number])
            kind = str(rng.choice(list(SEQUENCES), p=share / share.sum()))
            drawn = drawn_picture(self.sources.digital[int(rng.choice(own))], kind, rng)
            if drawn is not None:
                kinds.append(kind)
                seen.append(drawn[0])
            if number % 250 == 0:
                progress.report("Drawing images", number / self.recipe.axial_told, "axial")
        names = CLASSES[Plane.AXIAL]
        truth = np.array([names.index(class_of(f"digital {kind}", Plane.AXIAL)) for kind in kinds])
        each = np.array([_WEIGHTS[name] for name in names]) / np.bincount(truth, minlength=len(names)).clip(1)
        return fit_head(brightness_of(layers, seen), truth, len(names), each[truth], self.recipe.seed)

    def examined(self, layers: TissueLayers, head: Head) -> list[Examined]:
        """Logits of every series of the examination."""
        sources = replace(self.sources, digital=self.sources.digital[self._kept()[1]])
        return examined_by(layers, head, examination(sources, self.recipe.seed, self.recipe.examined_each))

    def _kept(self) -> tuple[np.ndarray, np.ndarray]:
        """Slices of digital patients to learn classes from, and to examine: of every second one each."""
        kept = patients_of(self.sources.digital, tested=True)
        second = kept // SLICES_EACH[Plane.AXIAL] // EVERY_TEST % 2 == 1
        return kept[~second], kept[second]


def examined_by(layers: TissueLayers, head: Head, examination_series: Sequence[HeldOutSeries]) -> list[Examined]:
    """What both say of series, the slices that show a spine together; zeros where none does."""
    logits = head.logits(brightness_of(layers, [picture for series in examination_series for picture in series.seen]))
    ends = np.cumsum([len(series.seen) for series in examination_series])
    return [
        Examined(series, together(part), CLASSES[Plane.AXIAL].index(class_of(series.kind, Plane.AXIAL)))
        for series, part in zip(examination_series, np.split(logits, ends[:-1]), strict=True)
    ]


def _write(
    out_dir: Path,
    recipe: ContrastRecipe,
    weights: Mapping[Plane, bytes],
    calibration: Mapping[str, object],
    metrics: Mapping[str, object],
    patients: int,
) -> Path:
    return ship(
        out_dir,
        PACK,
        version="1.1.0",
        system=CONTRAST,
        tasks={},
        input={
            "planes": [plane.value for plane in weights],
            "rows": SHAPE[0],
            "columns": SHAPE[1],
            "pixel_mm": {plane.value: PIXEL_MM[plane] for plane in weights},
            "channels": "square root of brightness; logarithm of brightness relative to that of the surroundings",
        },
        architecture={
            "kind": (
                "convolutions of 3 x 3, mean and maximum, linear; of axial images convolutions of 3 x 3 down and "
                "up to shares of tissue, and two linear layers from how bright these are"
            ),
            "channels": list(recipe.channels),
            "steps": list(recipe.steps_between),
            "by_tissue": [plane.value for plane in weights if plane is Plane.AXIAL],
            "tissue_channels": list(recipe.tissue_channels),
            "classes": {plane.value: list(CLASSES[plane]) for plane in weights},
        },
        files={f"{plane.value}.safetensors": content for plane, content in weights.items()},
        trained_on=trained_on("contrast", patients, 0, recipe.seed, _STATEMENT),
        calibration=calibration,
        metrics=metrics,
        intended_use="Research use, not for diagnosis: recognizing the contrast of a lumbar series that is not named.",
    )
