"""Recipe ``pfirrmann-radiomics``, whole: the system as published, as a pack that grades.

Radiomics and deep features of every sequence, LASSO, trees or a forest, isotonic calibration on patients that neither
has seen; every disc is shown with each subset of its sequences, so that a missing one does no harm. Its figures are
cross-validated by patient; the pack learns from four fifths of the patients and is calibrated on the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np

from discgrader.errors import UsageError
from discgrader.grading.deep_features import shipped_features
from discgrader.grading.table_system import DESCRIPTION, FOREST, KIND, TREES, table_file
from discgrader.progress import Progress
from discgrader.training.grader_tasks import INPUTS
from discgrader.training.metrics import pfirrmann_metrics
from discgrader.training.recipes import changed, described_tasks, ship, trained_on
from discgrader.training.spider import pfirrmann_grades, spider_images
from discgrader.training.tabular.families import RADIOMICS, Measuring, deep_family, radiomics_family
from discgrader.training.tabular.fusion import from_scikit_learn
from discgrader.training.tabular.models import ForestModel, TreesModel
from discgrader.training.tabular.system import IsotonicRecalibration, Outcome, PfirrmannSystem, SystemChoices
from discgrader.training.tabular.table import DiscTable, disc_table, rotating_splits

MODELS = ("lightgbm", "forest")
NAME = "pfirrmann-radiomics"


@dataclass(frozen=True)
class RadiomicsRecipe(Measuring):
    """Every choice of the recipe; ``model`` is ``lightgbm`` or ``forest``: TabPFN cannot be kept in a pack."""

    model: str = "lightgbm"
    seed: int = 0
    threads: int = 2

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise UsageError(f"A pack contains a model of {' or '.join(MODELS)}, not of {self.model}.")


def train_radiomics(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`."""
    recipe = changed(RadiomicsRecipe(), options)
    images, grades = spider_images(data_dir), pfirrmann_grades(data_dir)
    families = [radiomics_family(recipe.threads), deep_family(shipped_features())]
    tables = recipe.tables(images, out_dir, families, progress.part(0.0, 0.6))
    table = disc_table(list(tables.values()), grades)
    choices = SystemChoices(model=recipe.model, seed=recipe.seed, threads=recipe.threads)
    splits = rotating_splits(table.patients, seed=recipe.seed)
    judged: dict[str, list[Outcome]] = {}
    for number, split in enumerate(splits):
        progress.report("Fitting", 0.6 + 0.3 * number / len(splits), split.name)
        system = fit_on_subsets(choices, table.rows(split.train), table.rows(split.validation))
        for inputs, outcome in outcomes_of(system, table, split.test).items():
            judged.setdefault(inputs, []).append(outcome)
    progress.report("Fitting", 0.9, "the pack's model")
    validation = splits[0].validation
    system = fit_on_subsets(choices, table.rows(~validation), table.rows(validation))
    joined = {inputs: Outcome.join(some) for inputs, some in judged.items()}
    return write_radiomics(out_dir, system, table, joined, tables[RADIOMICS].dimensions)


def fit_on_subsets(choices: SystemChoices, train: DiscTable, validation: DiscTable) -> PfirrmannSystem:
    """The system learned, and calibrated, from each disc as it is seen with every subset of its sequences.

    Without that a sequence that is missing would say something of the grade: of the few patients without T2, say.
    """
    selection = PfirrmannSystem(choices).select(train) if choices.select else None
    return PfirrmannSystem(choices).fit(every_subset(train), every_subset(validation), selection)


def every_subset(table: DiscTable) -> DiscTable:
    """Each disc once for every subset of its sequences, the columns of others missing; whole discs first."""
    whole = tuple(dict.fromkeys(table.sequences.tolist()))
    parts, seen = [table], [table.values]
    for size in range(1, len(whole)):
        for some in combinations(whole, size):
            shown = only(table, some)
            # A disc that has no other sequence is the same without them: once is enough.
            new = _new(shown.values, seen)
            parts.append(shown.rows(new))
            seen.append(shown.values)
    return DiscTable(
        np.concatenate([part.patients for part in parts]),
        np.concatenate([part.indices for part in parts]),
        np.concatenate([part.grades for part in parts]),
        table.columns,
        np.concatenate([part.values for part in parts]),
    )


def only(table: DiscTable, sequences: Sequence[str]) -> DiscTable:
    """The same discs seen on some sequences alone."""
    return replace(table, values=np.where(np.isin(table.sequences, sequences), table.values, np.nan))


def _new(values: np.ndarray, before: Sequence[np.ndarray]) -> np.ndarray:
    """Which rows hold anything and are not among those at their place before."""
    known = ~np.isfinite(values).any(1)
    for other in before:
        known |= ((values == other) | (np.isnan(values) & np.isnan(other))).all(1)
    return ~known


def outcomes_of(system: PfirrmannSystem, table: DiscTable, test: np.ndarray) -> dict[str, Outcome]:
    """What a system says of the discs of ``test``, a mask, by the name of the images shown (`INPUTS`)."""
    found = {}
    for inputs, roles in INPUTS.items():
        shown = only(table, roles)
        rows = np.nonzero(test & np.isfinite(shown.values).any(1))[0]
        if len(rows):
            probabilities = system.predict_proba(shown.rows(rows))
            found[inputs] = Outcome(rows, rows[:0], probabilities, probabilities, probabilities[:0], (), np.zeros(0))
    return found


def write_radiomics(
    out_dir: Path, system: PfirrmannSystem, table: DiscTable, judged: Mapping[str, Outcome], dimensions: np.ndarray
) -> Path:
    """Write the pack ``pfirrmann-radiomics``.

    Parameters
    ----------
    table : DiscTable
        All discs.
    judged : mapping of str to Outcome
        Of cross-validation on them, by the images shown.
    dimensions : ndarray of int
        Of every disc and sequence that radiomics was taken of, 3 for stacks and 2 for single slices.
    """
    columns, model = system.columns_, system.model_
    if isinstance(model, ForestModel):
        import safetensors.numpy

        tensors = from_scikit_learn(model.forest_, len(columns), model.count).tensors()
        files = {
            FOREST: safetensors.numpy.save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()})
        }
    else:
        assert isinstance(model, TreesModel)
        files = {TREES: model.booster_.model_to_string().encode()}
    assert isinstance(system.recalibration_, IsotonicRecalibration)
    kinds = {"discs_in_3d": int((dimensions == 3).sum()), "discs_in_2d": int((dimensions == 2).sum())}
    files[DESCRIPTION] = table_file(columns, system.recalibration_.curves_, {"radiomics_seen": kinds})
    patients = len(np.unique(table.patients))
    metrics = {
        inputs: pfirrmann_metrics(table.grades[outcome.test], outcome.probabilities, table.patients[outcome.test])
        for inputs, outcome in judged.items()
    }
    return ship(
        out_dir,
        NAME,
        system="pfirrmann",
        tasks=described_tasks("pfirrmann"),
        files=files,
        input={
            "plane": "sagittal",
            "contrasts": sorted({name.split(":")[0] for name in columns}),
            "features": "1218 of pyradiomics, in 3D of stacks and in 2D of single slices; EfficientNet-Lite0",
        },
        architecture={"kind": KIND, "model": system.choices.model, "columns": len(columns)},
        calibration={"method": "isotonic, one curve per grade"},
        trained_on=trained_on(
            NAME,
            patients,
            len(table),
            system.choices.seed,
            f"{len(table)} discs of {patients} SPIDER patients (CC BY 4.0): radiomics and deep features, as published",
        ),
        metrics={"method": "5-fold cross-validation by patient, 95 % intervals by patient bootstrap", **metrics},
    )
