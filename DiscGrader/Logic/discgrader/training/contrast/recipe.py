"""Recipe ``contrast``, whole: judged on patients kept aside, then packed."""

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.torch import load_file, save_file

from discgrader.errors import StudyError
from discgrader.imaging.flat_picture import PIXEL_MM, SHAPE
from discgrader.imaging.picture_network import PACK
from discgrader.imaging.study import Plane
from discgrader.packs.pack import CONTRAST, TrainedOn, write_pack
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.contrast.axial import AxialRun
from discgrader.training.contrast.calibrate import between_t1_and_t2, calibrated, figures_of
from discgrader.training.contrast.examine import Asked, Examined, examination, examined
from discgrader.training.contrast.network import ContrastNetwork, ContrastRecipe, fit
from discgrader.training.contrast.pictures import axial_pictures, sagittal_pictures
from discgrader.training.contrast.pool import CLASSES, Pool, Sources, draw_pool
from discgrader.training.contrast.spines import SLICES_EACH, digital_slices
from discgrader.training.contrast.tissue_fit import packed_tensors
from discgrader.training.options import changed

PLANES = (Plane.SAGITTAL, Plane.AXIAL)
_STATEMENT = (
    "sagittal: real pictures of SPIDER and Sudirman, fat-suppressed ones computed from pairs of their T1 and T2, and "
    "digital spines on drawn sequences; axial: digital spines alone"
)


def train_contrast(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`."""
    recipe = changed(ContrastRecipe(), options)
    work = out_dir / "work"
    work.mkdir(exist_ok=True)
    weights, calibration, figures, patients = {}, {}, {}, set()
    for number, plane in enumerate(PLANES):
        part = progress.part(number / 2, (number + 1) / 2)
        run = prepared(recipe, plane, data_dir, work, part.part(0.0, 0.3))
        held_out, packed = (_axial if plane is Plane.AXIAL else _sagittal)(run, part.part(0.3, 1.0))
        calibration[plane.value] = calibrated(held_out)
        judged = (held_out, CLASSES[plane], calibration[plane.value]["temperature"])
        figures[plane.value] = {"T1 against T2": between_t1_and_t2(*judged), **figures_of(*judged)}
        if figures[plane.value]["T1 against T2"]["right_of_answered"] >= recipe.least_right:
            weights[plane] = packed()
            patients |= {one.patient for one in run.sources.real if plane is Plane.SAGITTAL}
    (out_dir / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if not weights:
        raise StudyError(f"No network is right often enough to be packed; see {out_dir / 'figures.json'}.")
    return _write(out_dir, recipe, weights, calibration, figures, len(patients))


def _sagittal(run: "Run", progress: Progress) -> tuple[list[Examined], Callable[[], bytes]]:
    """Answers on patients kept aside, and what gives the weights to pack, trained on everything."""
    held_out = cross_validated(run, progress.part(0.0, 0.8))
    return held_out, lambda: pack_tensors(run.trained("all", None, progress.part(0.8, 1.0)).tensors(), 32)


def _axial(run: "Run", progress: Progress) -> tuple[list[Examined], Callable[[], bytes]]:
    """The same of axial pictures."""
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

    def trained(self, name: str, without: int | None, progress: Progress) -> ContrastNetwork:
        """The network of this name: from disk, else trained on all pictures but those of the fold ``without``."""
        path = self.work / f"{self.plane.value}_{name}"
        finished, state = path.with_suffix(".safetensors"), path.with_suffix(".state")
        classes = len(CLASSES[self.plane])
        if not finished.exists():
            pool = self.pool(progress.part(0.0, 0.3))
            kept = [
                number
                for number, patient in enumerate(pool.patients)
                if without is None or self.folds.get(str(patient)) != without
            ]
            seed = self.recipe.seed + zlib.crc32(path.name.encode()) % 10_000
            network = fit(
                self.recipe,
                self.recipe.sagittal_steps,
                pool,
                np.array(kept),
                classes,
                state,
                seed,
                progress.part(0.3, 1.0),
            )
            save_file({key: value.contiguous() for key, value in network.state_dict().items()}, finished)
            state.unlink(missing_ok=True)
        network = ContrastNetwork(self.recipe, classes)
        network.load_state_dict(load_file(finished))
        return network.eval()


def prepared(recipe: ContrastRecipe, plane: Plane, data_dir: Path, work: Path, progress: Progress) -> Run:
    """What is known of one plane before any training: real and digital slices, and the fold of every patient."""
    counts = {
        Plane.SAGITTAL: recipe.sagittal_patients,
        Plane.AXIAL: recipe.axial_patients,
        Plane.CORONAL: recipe.coronal_patients,
    }
    slices = {
        one: digital_slices(work, one, count, progress.part(number / 4, (number + 1) / 4))
        for number, (one, count) in enumerate(counts.items())
    }
    whole = progress.part(0.75, 1.0)
    real = sagittal_pictures(data_dir, whole) if plane is Plane.SAGITTAL else axial_pictures(data_dir)
    sources = Sources(plane, real, slices[plane], [slices[one] for one in counts if one is not plane])
    return Run(recipe, plane, sources, patient_folds(recipe, plane, sources), work)


def patient_folds(recipe: ContrastRecipe, plane: Plane, sources: Sources) -> dict[str, int]:
    """The fold of every patient; Sudirman's axial slices are of so few that each of these has one of its own."""
    real = sorted({one.patient for one in sources.real})
    digital = [f"digital {number}" for number in range(len(sources.digital) // SLICES_EACH[plane])]
    generator = np.random.default_rng(recipe.seed)
    if plane is Plane.SAGITTAL:
        real = [str(one) for one in generator.permutation(real)]
    return {patient: number % recipe.folds for part in (real, digital) for number, patient in enumerate(part)}


def cross_validated(run: Run, progress: Progress) -> list[Examined]:
    """Logits of every picture of the examination by the network that has not seen its patient."""
    found: list[Examined] = []
    asked = examination(run.sources, run.recipe.seed, run.recipe.examined_each)
    for fold in range(run.recipe.folds):
        part = progress.part(fold / run.recipe.folds, (fold + 1) / run.recipe.folds)
        network = run.trained(f"fold{fold}", fold, part)
        mine = [one for one in asked if _fold_of(run, one) == fold]
        found += examined(network, mine, run.plane)
    return found


def _fold_of(run: Run, asked: Asked) -> int:
    """That of the patient; what is nobody's goes to any."""
    return run.folds.get(asked.patient, zlib.crc32(asked.source.encode()) % run.recipe.folds)


def _write(
    out_dir: Path,
    recipe: ContrastRecipe,
    weights: Mapping[Plane, bytes],
    calibration: Mapping[str, object],
    figures: Mapping[str, object],
    patients: int,
) -> Path:
    folder = out_dir / "packs" / PACK
    folder.parent.mkdir(exist_ok=True)
    write_pack(
        folder,
        name=PACK,
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
            "kind": "convolutions of 3 x 3, mean and maximum, linear; of axial pictures convolutions of 3 x 3 down "
            "and up to shares of tissue, and two linear layers from how bright these are",
            "channels": list(recipe.channels),
            "steps": list(recipe.steps_between),
            "by_tissue": [plane.value for plane in weights if plane is Plane.AXIAL],
            "tissue_channels": list(recipe.tissue_channels),
            "classes": {plane.value: list(CLASSES[plane]) for plane in weights},
        },
        files={f"{plane.value}.safetensors": content for plane, content in weights.items()},
        trained_on=TrainedOn(
            "SPIDER (Zenodo 10159290), Sudirman (Mendeley k57fr854j2), digital spine",
            "CC BY 4.0",
            patients,
            0,
            "contrast",
            recipe.seed,
            False,
            _STATEMENT,
        ),
        calibration=calibration,
        figures=figures,
        intended_use="Research use, not for diagnosis: telling what a lumbar series weights where nothing names it.",
    )
    return folder.parent
