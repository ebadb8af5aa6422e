"""Cross-validation of the recipe ``spider`` by patient, on one or several data sets, and what it measures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import torch

from discgrader.errors import StudyError
from discgrader.grading.calibration import calibrate, fit_calibration
from discgrader.grading.evidence_rows import combined
from discgrader.packs.description import Recalibration
from discgrader.packs.networks import build_network
from discgrader.progress import Progress
from discgrader.training.discs import GradedDisc, disc_finder, graded_discs, prepare
from discgrader.training.grader import GraderRecipe, fit_grader, predict
from discgrader.training.grader_tasks import INPUTS, TASKS
from discgrader.training.grader_trees import fit_trees, predict_trees
from discgrader.training.loop import trained
from discgrader.training.losses import UNKNOWN
from discgrader.training.metrics import binary_metrics, grade_metrics, with_intervals
from discgrader.training.readers import (
    check_cohorts,
    cohort_gradings,
    cohort_images,
    cohort_of,
    cohorts_among,
    fit_habit,
    other_metrics,
    rows_of,
)
from discgrader.training.recipes import write_json

PFIRRMANN_METRICS: Mapping[str, str] = {"macro_auroc": "auroc", "macro_f1": "f1"} | {
    name: name for name in ("accuracy", "qwk", "within_one", "mcc", "brier")
}
"""Metrics of the Pfirrmann grade by their names in a pack."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Logits of every task on discs that were not seen in training, one row a disc; together and each part alone."""

    patients: np.ndarray
    indices: np.ndarray
    grades: Mapping[str, np.ndarray]
    logits: Mapping[str, np.ndarray]
    network: Mapping[str, np.ndarray]
    evidence: Mapping[str, np.ndarray]

    def of(self, cohorts: Sequence[str]) -> "HeldOut":
        """The rows of these data sets."""
        rows = rows_of(self.patients, cohorts)
        parts = (self.grades, self.logits, self.network, self.evidence)
        chosen = ({task: values[rows] for task, values in part.items()} for part in parts)
        return HeldOut(self.patients[rows], self.indices[rows], *chosen)

    def known(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Logits and grades of the discs that have a grade, of every task that some of them have one of."""
        graded = {task: grades != UNKNOWN for task, grades in self.grades.items()}
        return {task: (self.logits[task][rows], self.grades[task][rows]) for task, rows in graded.items() if rows.any()}


def discs_to_grade(data_dir: Path, crops: Path, recipe: GraderRecipe, progress: Progress) -> list[GradedDisc]:
    """The graded discs of every data set that is there, whether the recipe learns from it or not."""
    check_cohorts(recipe.cohorts)
    images = cohort_images(data_dir)
    find = disc_finder(images, recipe.localizer_work)
    return graded_discs(prepare(images, find, crops, progress), cohort_gradings(data_dir))


@dataclass(frozen=True, eq=False)
class CrossValidated:
    """What cross-validation made, and what it says of discs that it had not seen.

    Parameters
    ----------
    learned : tuple of str
        The data sets that were learned from; the first one's readers are whose grades the networks give.
    folds : mapping of int to int
        Each patient's fold, whose network has not seen that patient.
    networks : list
        One a fold.
    results : mapping of str to HeldOut
        By set of `INPUTS`; the discs of every data set that is there.
    calibration : mapping
        Of the first data set's readers.
    habits : mapping of str to mapping of str to Recalibration
        Of the other data sets' readers, also of those that were not learned from.
    metrics : mapping
        By set of `INPUTS` of the first data set, and under ``cohorts`` those of the others.
    """

    learned: tuple[str, ...]
    folds: Mapping[int, int]
    networks: list[torch.nn.Module]
    results: Mapping[str, HeldOut]
    calibration: Mapping[str, Any]
    habits: Mapping[str, Mapping[str, Recalibration]]
    metrics: Mapping[str, Any]


def cross_validated(
    discs: Sequence[GradedDisc], recipe: GraderRecipe, out_dir: Path, progress: Progress
) -> CrossValidated:
    """Train a network a fold on the recipe's data sets; ``figures.json`` and ``held_out.npz`` are written."""
    present = cohorts_among(disc.patient for disc in discs)
    learned = tuple(name for name in present if name in recipe.cohorts)
    if not learned:
        raise StudyError(f"There are no graded discs of {', '.join(recipe.cohorts)} below this folder.")
    first, folds = learned[0], patient_folds(discs, recipe)
    networks, trees, apart = [], [], []
    for fold in range(recipe.folds):
        seen = [disc for disc in discs if folds[disc.patient] != fold and cohort_of(disc.patient) in learned]
        apart.append([disc for disc in discs if folds[disc.patient] == fold])
        fit = partial(
            fit_grader,
            recipe,
            seen,
            seed=recipe.seed + fold,
            progress=progress.part(fold / recipe.folds, (fold + 1) / recipe.folds),
        )
        networks.append(trained(out_dir / "work" / f"fold{fold}", build_network(recipe.architecture), fit))
        of_first = of_cohort(seen, first)
        trees.append({task: fit_trees(of_first, task, recipe.seed) for task in graded_tasks(of_first)})
    results = {name: held_out(networks, trees, recipe, apart, roles) for name, roles in INPUTS.items()}
    calibration = _calibration(results["all"].of((first,)), recipe)
    habits = {name: _habits(results["all"].of((name,)), calibration) for name in present if name != first}
    metrics = _metrics(results, first, calibration, folds)
    write_json(out_dir / "figures.json", metrics)
    _save_held_out(out_dir / "held_out.npz", results)
    return CrossValidated(learned, folds, networks, results, calibration, habits, metrics)


def _calibration(first: HeldOut, recipe: GraderRecipe) -> dict[str, Any]:
    """Of every task that the first data set's readers graded."""
    known: dict[str, Any] = {task: fit_calibration(logits, grades) for task, (logits, grades) in first.known().items()}
    return known | {"evidence_weight": recipe.evidence_weight}


def _habits(other: HeldOut, calibration: Mapping[str, Any]) -> dict[str, Recalibration]:
    return {
        task: fit_habit(calibrate(logits, calibration[task]), grades)
        for task, (logits, grades) in other.known().items()
        if task in calibration
    }


def _metrics(
    results: Mapping[str, HeldOut], first: str, calibration: Mapping[str, Any], folds: Mapping[int, int]
) -> dict[str, Any]:
    metrics: dict[str, Any] = {}
    for name, result in results.items():
        for cohort in cohorts_among(result.patients):
            own = result.of((cohort,))
            if cohort == first:
                metrics[name] = own_metrics(own, calibration)
            else:
                metrics.setdefault("cohorts", {}).setdefault(cohort, {})[name] = _of_others(own, calibration, folds)
    return metrics


def of_cohort(discs: Sequence[GradedDisc], cohort: str) -> list[GradedDisc]:
    """The discs of one data set."""
    return [disc for disc in discs if cohort_of(disc.patient) == cohort]


def graded_tasks(discs: Sequence[GradedDisc]) -> list[str]:
    """The tasks that the readers of these discs graded."""
    return [task for task in TASKS if any(disc.grades[task] != UNKNOWN for disc in discs)]


def patient_folds(discs: Sequence[GradedDisc], recipe: GraderRecipe) -> dict[int, int]:
    """Each patient's fold; of every data set as many in each, and SPIDER's the same with and without others."""
    folds: dict[int, int] = {}
    for cohort in cohorts_among(disc.patient for disc in discs):
        own = sorted({disc.patient for disc in of_cohort(discs, cohort)})
        patients = np.random.default_rng(recipe.seed).permutation(own)
        folds |= {int(patient): position % recipe.folds for position, patient in enumerate(patients)}
    return folds


def held_out(
    networks: Sequence[torch.nn.Module],
    trees: Sequence[Mapping[str, lightgbm.Booster]],
    recipe: GraderRecipe,
    apart: Sequence[Sequence[GradedDisc]],
    roles: Sequence[str],
) -> HeldOut:
    """What networks and trees say of the discs that each of them has not seen, from the images of ``roles``.

    Parameters
    ----------
    networks, trees, apart : sequence
        Of each fold its network, its trees by task, and the discs that neither has seen. Tasks without trees are left
        out.
    """
    rows: list[GradedDisc] = []
    parts: dict[str, dict[str, list[np.ndarray]]] = {"together": {}, "network": {}, "evidence": {}}
    for network, boosters, discs in zip(networks, trees, apart, strict=True):
        shown = [disc for disc in discs if any(image.role in roles for image in disc.images)]
        if not shown:
            continue
        rows += shown
        predicted = predict(network, recipe, shown, roles)
        for task in boosters:
            logits = predicted[task]
            evidence = predict_trees(boosters[task], shown, roles)
            together = combined(logits, evidence, recipe.evidence_weight)
            for name, scores in (("together", together), ("network", logits), ("evidence", evidence)):
                parts[name].setdefault(task, []).append(scores)
    joined = {name: {task: np.concatenate(some) for task, some in part.items()} for name, part in parts.items()}
    return HeldOut(
        np.array([row.patient for row in rows]),
        np.array([row.index_from_sacrum for row in rows]),
        {task: np.array([row.grades[task] for row in rows]) for task in joined["together"]},
        joined["together"],
        joined["network"],
        joined["evidence"],
    )


def own_metrics(result: HeldOut, calibration: Mapping[str, Any]) -> dict[str, object]:
    """What is stated of the first data set's readers, with intervals by patient."""
    metrics: dict[str, object] = {"discs": len(result.patients), "patients": len(np.unique(result.patients))}

    def yes_or_no(grades: np.ndarray, probability: np.ndarray) -> dict:
        found = with_intervals(binary_metrics, grades, probability, result.patients)
        return {name: found[name] for name in ("auroc", "auprc", "accuracy", "brier", "prevalence")}

    for task, logits in result.logits.items():
        if task not in calibration:
            continue
        grades = result.grades[task]
        probabilities = calibrate(logits, calibration[task])
        if task == "pfirrmann":
            five = with_intervals(grade_metrics, grades, probabilities, result.patients)
            metrics[task] = {packed: five[name] for packed, name in PFIRRMANN_METRICS.items()}
            metrics["high_grade"] = yes_or_no((grades >= 3).astype(int), probabilities[:, 3:].sum(1))
        elif task == "modic":
            metrics["modic_any"] = yes_or_no((grades > 0).astype(int), 1 - probabilities[:, 0])
        elif 0 < grades.sum() < len(grades):
            metrics[task] = yes_or_no(grades, probabilities[:, 1])
    return metrics


def _of_others(result: HeldOut, calibration: Mapping[str, Any], folds: Mapping[int, int]) -> dict[str, object]:
    logits, grades = result.known()["pfirrmann"]
    patients = result.patients[result.grades["pfirrmann"] != UNKNOWN]
    fold = np.array([folds[int(patient)] for patient in patients])
    return other_metrics(calibrate(logits, calibration["pfirrmann"]), grades, patients, fold)


def _save_held_out(path: Path, results: Mapping[str, HeldOut]) -> None:
    arrays = {}
    for name, values in results.items():
        arrays |= {f"{name}/patients": values.patients, f"{name}/indices": values.indices}
        arrays |= {f"{name}/logits/{task}": logits for task, logits in values.logits.items()}
        arrays |= {f"{name}/network/{task}": logits for task, logits in values.network.items()}
        arrays |= {f"{name}/evidence/{task}": logits for task, logits in values.evidence.items()}
        arrays |= {f"{name}/grades/{task}": grades for task, grades in values.grades.items()}
    np.savez(path, **arrays)
