"""Recipe ``pfirrmann-radiomics``, whole: the system as published, as a pack that grades.

Radiomics and deep features of every sequence, LASSO, trees or a forest, isotonic calibration on patients that neither has
seen. Its figures are cross-validated by patient; the pack learns from four fifths of the patients and is calibrated on
the rest.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.errors import UsageError
from discgrader.grading.deep_features import shipped_features
from discgrader.grading.scales import scale_of
from discgrader.grading.tabular import DESCRIPTION, FOREST, KIND, TREES, tabular_file
from discgrader.grading.tasks import SYSTEMS
from discgrader.packs.pack import TrainedOn, write_pack
from discgrader.progress import Progress
from discgrader.training.options import changed
from discgrader.training.spider import DATA_SET, spider_images
from discgrader.training.tabular.analyses import RADIOMICS, high_chance
from discgrader.training.tabular.extract import deep_family, extract, radiomics_family
from discgrader.training.tabular.fused import from_scikit_learn
from discgrader.training.tabular.metrics import binary_figures, grade_figures, with_intervals
from discgrader.training.tabular.models import ForestModel
from discgrader.training.tabular.runs import Outcome, Runner
from discgrader.training.tabular.sources import pfirrmann_grades
from discgrader.training.tabular.splits import rotating_splits
from discgrader.training.tabular.system import HIGH_GRADE, PfirrmannSystem, SystemChoices
from discgrader.training.tabular.table import DiscTable, disc_table

MODELS = ("lightgbm", "forest")
NAME = "pfirrmann-radiomics"


@dataclass(frozen=True)
class RadiomicsRecipe:
    """Every choice of the recipe; ``model`` is ``lightgbm`` or ``forest``: TabPFN cannot be kept in a pack."""

    model: str = "lightgbm"
    seed: int = 0
    threads: int = 2

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise UsageError(f"A pack holds a model of {' or '.join(MODELS)}, not of {self.model}.")


def train_radiomics(data_dir: Path, out_dir: Path, progress: Progress, *, features: Path | str | None = None,
                    masks: str = "spider", localizer_work: Path | str | None = None, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`.

    Parameters
    ----------
    features : Path, optional
        Folder of features that ``evaluate pfirrmann`` has measured (``OUT/features``), to spare measuring them again.
    masks, localizer_work :
        As for ``evaluate pfirrmann``.

    Returns
    -------
    Path
        Folder of the pack.
    """
    recipe = changed(RadiomicsRecipe(), options)
    images, grades = spider_images(data_dir), pfirrmann_grades(data_dir)
    from discgrader.training.grader_recipe import _find_discs

    find = _find_discs(images, Path(localizer_work) if localizer_work else None)
    cache = Path(features) if features else out_dir / "features"
    tables = extract(images, [radiomics_family(recipe.threads), deep_family(shipped_features())], find, masks, cache, progress.part(0.0, 0.6))
    table = disc_table(list(tables.values()), grades)
    choices = SystemChoices(model=recipe.model, seed=recipe.seed, threads=recipe.threads)
    splits = rotating_splits(table.patients, seed=recipe.seed)
    runner = Runner(table, out_dir / "work", progress.part(0.6, 0.9))
    judged = runner.run_all(np.ones(len(table.columns), bool), splits, choices)
    progress.report("Fitting", 0.9, "the pack's model")
    validation = splits[0].validation
    system = PfirrmannSystem(choices).fit(table.rows(~validation), table.rows(validation))
    return write_radiomics(out_dir, system, table, judged, tables[RADIOMICS].dimensions)


def write_radiomics(out_dir: Path, system: PfirrmannSystem, table: DiscTable, judged: Outcome, dimensions: np.ndarray) -> Path:
    """Write the pack ``pfirrmann-radiomics``.

    Parameters
    ----------
    table : DiscTable
        All discs.
    judged : Outcome
        Of cross-validation on them.
    dimensions : ndarray of int
        Of every disc and sequence that radiomics was taken of, 3 for stacks and 2 for single slices.
    """
    columns, model = system.columns_, system.model_
    if isinstance(model, ForestModel):
        import safetensors.numpy

        tensors = from_scikit_learn(model.forest_, columns, model.count).tensors()
        files = {FOREST: safetensors.numpy.save({name: np.ascontiguousarray(one) for name, one in tensors.items()})}
    else:
        files = {TREES: model.booster_.model_to_string().encode()}
    kinds = {"discs_in_3d": int((dimensions == 3).sum()), "discs_in_2d": int((dimensions == 2).sum())}
    files[DESCRIPTION] = tabular_file(columns, system.recalibration_.curves_, {"radiomics_seen": kinds})
    patients = len(np.unique(table.patients))
    tasks = {task.name: {"scale": task.scale, "grades": list(scale_of("pfirrmann", task.name).values)}
             for task in SYSTEMS["pfirrmann"].tasks}
    write_pack(
        out_dir / "packs" / NAME, name=NAME, version="1.0.0", system="pfirrmann", tasks=tasks, files=files,
        input={"plane": "sagittal", "contrasts": sorted({name.split(":")[0] for name in columns}),
               "features": "1218 of pyradiomics, in 3D of stacks and in 2D of single slices; EfficientNet-Lite0"},
        architecture={"kind": KIND, "model": system.choices.model, "columns": len(columns)},
        calibration={"method": "isotonic, one curve a grade"},
        trained_on=TrainedOn(DATA_SET.split(",")[0], "CC BY 4.0", patients, len(table), NAME, system.choices.seed, False,
                             f"{len(table)} discs of {patients} SPIDER patients (CC BY 4.0): radiomics and deep features, as published"),
        figures=_figures(table, judged))
    return out_dir / "packs"


def _figures(table: DiscTable, judged: Outcome) -> dict[str, object]:
    grades, patients = table.grades[judged.test], table.patients[judged.test]
    five = with_intervals(grade_figures, grades, judged.probabilities, patients)
    high = with_intervals(binary_figures, (grades >= HIGH_GRADE).astype(int), high_chance(judged.probabilities), patients)
    return {"method": "5-fold cross-validation by patient, 95 % intervals by patient bootstrap",
            "all": {"discs": len(grades), "patients": len(np.unique(patients)), "pfirrmann": five, "high_grade": high}}
