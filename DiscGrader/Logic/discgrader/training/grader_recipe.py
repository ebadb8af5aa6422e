"""Recipe ``spider``: what grades a disc on its crops, a network on the pictures and trees on measured evidence.

Discs are found and cut, networks and trees cross-validated by patient, calibrated and packed. The networks of all folds
together are the pack; what is stated of it is of each fold's network on patients that neither it nor the localizer that
found their discs had seen. With the option ``cohorts`` networks learn the Pfirrmann grade from other data sets, too;
trees learn from SPIDER alone, as every task but that one does.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import lightgbm
import numpy as np

from discgrader.grading.calibration import calibrate
from discgrader.grading.crop_system import NETWORK_PREFIX
from discgrader.grading.evidence_rows import EVIDENCE_PREFIX
from discgrader.grading.sums import with_sums
from discgrader.grading.systems import find_system
from discgrader.packs.description import Recalibration
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.discs import SLICE_REACH_MM, SLICES, GradedDisc
from discgrader.training.grader import GraderRecipe
from discgrader.training.grader_folds import CrossValidated, cross_validated, discs_to_grade, of_cohort
from discgrader.training.grader_tasks import INPUTS, ROLES, TASKS
from discgrader.training.grader_trees import fit_trees
from discgrader.training.operating import task_points
from discgrader.training.readers import DATA_SETS, SPIDER, check_pack_cohorts, cohort_of, statement_of
from discgrader.training.recipes import changed, described_tasks, ship, trained_on

FOLDS_FILE = "folds.json"


def train_graders(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`."""
    recipe = changed(GraderRecipe(), options)
    check_pack_cohorts(recipe.cohorts)
    discs = discs_to_grade(data_dir, out_dir / "crops", recipe, progress.part(0.0, 0.2))
    whole = cross_validated(discs, recipe, out_dir, progress.part(0.2, 0.95))
    final_trees = {task: fit_trees(of_cohort(discs, SPIDER), task, recipe.seed) for task in TASKS}
    return _write(out_dir, recipe, whole, final_trees, [d for d in discs if cohort_of(d.patient) in whole.learned])


def folds_file(data_set: str, folds: Mapping[int, int], count: int) -> bytes:
    """Content of ``folds.json``.

    Parameters
    ----------
    folds : mapping of int to int
        The number of the network that was not shown a patient, by patient.
    count : int
        How many networks there are.
    """
    unseen = {
        f"{NETWORK_PREFIX}_{number}": sorted(patient for patient, fold in folds.items() if fold == number)
        for number in range(count)
    }
    return json.dumps({"data_set": data_set, "patients_not_shown": unseen}).encode()


def habits_in(whole: CrossValidated, tasks: Mapping[str, object]) -> dict[str, dict[str, Recalibration]]:
    """The habits of the readers that a pack of these tasks learned from beside the first."""
    found = {
        cohort: {task: habit for task, habit in whole.habits[cohort].items() if task in tasks}
        for cohort in whole.learned[1:]
    }
    return {cohort: habits for cohort, habits in found.items() if habits}


def _write(
    out_dir: Path,
    recipe: GraderRecipe,
    whole: CrossValidated,
    trees: Mapping[str, lightgbm.Booster],
    discs: Sequence[GradedDisc],
) -> Path:
    calibration, result = whole.calibration, whole.results["all"].of((SPIDER,))
    files = {
        f"{NETWORK_PREFIX}_{number}.safetensors": pack_tensors(network.state_dict(), recipe.bits)
        for number, network in enumerate(whole.networks)
    }
    files[FOLDS_FILE] = folds_file(" and ".join(whole.learned), whole.folds, recipe.folds)
    files |= {f"{EVIDENCE_PREFIX}_{task}.txt": booster.model_to_string().encode() for task, booster in trees.items()}
    patients = len({disc.patient for disc in discs})
    spider_patients = len(np.unique(result.patients))
    shape = recipe.shape
    for system in ("pfirrmann", "spider"):
        tasks = described_tasks(system)
        stated = {"discs", "patients", *tasks, *(["modic_any"] if system == "spider" else [])}
        chosen_on = (
            f"{len(result.patients)} discs of {spider_patients} SPIDER patients, held out, on all series of each"
        )
        probabilities = with_sums(
            find_system(system), {task: calibrate(result.logits[task], calibration[task]) for task in TASKS}
        )
        own_grades = {task: given for task, given in result.grades.items() if task in tasks}
        method = f"{recipe.folds}-fold cross-validation by patient, 95 % intervals by patient bootstrap"
        ship(
            out_dir,
            f"{system}-resnet",
            system=system,
            tasks=tasks,
            input={
                "plane": "sagittal",
                "contrasts": list(ROLES),
                "crop": {"rows": shape.rows, "columns": shape.columns, "pixel_mm": shape.pixel_mm},
                "slices": {"reach_mm": SLICE_REACH_MM, "count": SLICES},
                "normalization": "mean 0, deviation 1 over the segmented spine around the discs",
            },
            architecture=recipe.architecture,
            files=files,
            trained_on=replace(
                trained_on("spider", patients, len(discs), recipe.seed, statement_of([disc.patient for disc in discs])),
                data_set=", ".join(DATA_SETS[cohort] for cohort in whole.learned),
            ),
            calibration=calibration,
            operating_points=task_points(system, own_grades, probabilities, result.patients, chosen_on),
            metrics={
                "method": method,
                **{
                    name: {key: value for key, value in part.items() if key in stated}
                    for name, part in whole.metrics.items()
                    if name in INPUTS
                },
                **({"cohorts": whole.metrics["cohorts"]} if system == "pfirrmann" and whole.habits else {}),
            },
            readers=habits_in(whole, tasks),
        )
    return out_dir / "packs"
