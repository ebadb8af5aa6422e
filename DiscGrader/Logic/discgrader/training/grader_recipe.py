"""Recipe ``spider``, whole: discs found, crops cut, networks and evidence trees cross-validated by patient, calibrated
and packed.

The networks of all folds together are the pack; what is stated of it is of each fold's network on patients that neither
it nor the localizer that found their discs had seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
import torch

from discgrader.grading.calibration import calibrate, fit_calibration
from discgrader.grading.evidence_model import EVIDENCE_PREFIX, combined
from discgrader.grading.grader import NETWORK_PREFIX
from discgrader.packs.networks import build_network
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.discs import SLICE_REACH_MM, SLICES, GradedDisc, disc_finder, graded_discs, prepare
from discgrader.training.grader import ROLES, TASKS, GraderRecipe, fit_grader, fit_trees, predict, predict_trees
from discgrader.training.loop import trained
from discgrader.training.metrics import binary_metrics, grade_metrics, with_intervals
from discgrader.training.recipes import changed, described_tasks, ship, trained_on_spider, write_json
from discgrader.training.spider import DATA_SET, spider_gradings, spider_images
from discgrader.training.tabular.held_out import FOLDS_FILE, INPUTS, folds_file

PFIRRMANN_METRICS: Mapping[str, str] = {"macro_auroc": "auroc", "macro_f1": "f1"} | {
    name: name for name in ("accuracy", "qwk", "within_one", "mcc", "brier")
}
"""Metrics of the Pfirrmann grade by their names in a pack."""


@dataclass(frozen=True, eq=False)
class _HeldOut:
    """Logits of every task on discs that were not seen in training, one row a disc; together and each part alone."""

    patients: np.ndarray
    indices: np.ndarray
    grades: Mapping[str, np.ndarray]
    logits: Mapping[str, np.ndarray]
    network: Mapping[str, np.ndarray]
    evidence: Mapping[str, np.ndarray]


def train_graders(
    data_dir: Path,
    out_dir: Path,
    progress: Progress,
    *,
    localizer_work: Path | str | None = None,
    bits: int = 16,
    **options: object,
) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`.

    Parameters
    ----------
    localizer_work : Path, optional
        Output folder of the recipe ``localizer``: its networks of each fold then find the discs of the patients that
        they have not seen. Without it the installed localizer finds all of them.
    bits : int
        In how many bits the packs' weights are stored.
    """
    recipe = changed(GraderRecipe(), options)
    images = spider_images(data_dir)
    gradings = spider_gradings(data_dir)
    find = disc_finder(images, localizer_work)
    discs = graded_discs(prepare(images, find, out_dir / "crops", progress.part(0.0, 0.2)), gradings)
    folds = _grader_folds(discs, recipe)
    networks, trees, held_out = [], [], []
    for fold in range(recipe.folds):
        seen = [one for one in discs if folds[one.patient] != fold]
        held_out.append([one for one in discs if folds[one.patient] == fold])
        share = progress.part(0.2 + 0.7 * fold / recipe.folds, 0.2 + 0.7 * (fold + 1) / recipe.folds)
        networks.append(
            trained(
                out_dir / "work" / f"fold{fold}",
                build_network(recipe.architecture),
                lambda state, seen=seen, fold=fold, share=share: fit_grader(
                    recipe, seen, state, recipe.seed + fold, share
                ),
            )
        )
        trees.append({task: fit_trees(seen, task, recipe.seed) for task in TASKS})
    progress.report("Evaluating", 0.92)
    results = {name: _held_out(networks, trees, recipe, held_out, roles) for name, roles in INPUTS.items()}
    calibration: dict[str, object] = {
        task: fit_calibration(results["all"].logits[task], results["all"].grades[task]) for task in TASKS
    }
    calibration["evidence_weight"] = recipe.evidence_weight
    metrics = {name: _metrics(result, calibration) for name, result in results.items()}
    write_json(out_dir / "figures.json", metrics)
    _save_held_out(out_dir / "held_out.npz", results)
    final_trees = {task: fit_trees(discs, task, recipe.seed) for task in TASKS}
    return _write(out_dir, recipe, networks, final_trees, calibration, metrics, discs, bits)


def _grader_folds(discs: Sequence[GradedDisc], recipe: GraderRecipe) -> dict[int, int]:
    patients = np.random.default_rng(recipe.seed).permutation(sorted({one.patient for one in discs}))
    return {int(patient): position % recipe.folds for position, patient in enumerate(patients)}


def _held_out(
    networks: Sequence[torch.nn.Module],
    trees: Sequence[Mapping[str, lightgbm.Booster]],
    recipe: GraderRecipe,
    held_out: Sequence[Sequence[GradedDisc]],
    roles: Sequence[str],
) -> _HeldOut:
    rows: list[GradedDisc] = []
    parts: dict[str, dict[str, list[np.ndarray]]] = {"together": {}, "network": {}, "evidence": {}}
    for network, boosters, discs in zip(networks, trees, held_out, strict=True):
        shown = [one for one in discs if any(image.role in roles for image in one.images)]
        if not shown:
            continue
        rows += shown
        for task, logits in predict(network, recipe, shown, roles).items():
            evidence = predict_trees(boosters[task], shown, roles)
            together = combined(logits, evidence, recipe.evidence_weight)
            for name, one in (("together", together), ("network", logits), ("evidence", evidence)):
                parts[name].setdefault(task, []).append(one)
    joined = {name: {task: np.concatenate(some) for task, some in part.items()} for name, part in parts.items()}
    return _HeldOut(
        np.array([one.patient for one in rows]),
        np.array([one.index_from_sacrum for one in rows]),
        {task: np.array([one.grades[task] for one in rows]) for task in joined["together"]},
        joined["together"],
        joined["network"],
        joined["evidence"],
    )


def _metrics(result: _HeldOut, calibration: Mapping[str, object]) -> dict[str, object]:
    metrics: dict[str, object] = {"discs": len(result.patients), "patients": len(np.unique(result.patients))}

    def yes_or_no(grades: np.ndarray, probability: np.ndarray) -> dict:
        found = with_intervals(binary_metrics, grades, probability, result.patients)
        return {name: found[name] for name in ("auroc", "auprc", "accuracy", "brier", "prevalence")}

    for task, logits in result.logits.items():
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


def _save_held_out(path: Path, results: Mapping[str, _HeldOut]) -> None:
    arrays = {}
    for name, one in results.items():
        arrays |= {f"{name}/patients": one.patients, f"{name}/indices": one.indices}
        arrays |= {f"{name}/logits/{task}": logits for task, logits in one.logits.items()}
        arrays |= {f"{name}/network/{task}": logits for task, logits in one.network.items()}
        arrays |= {f"{name}/evidence/{task}": logits for task, logits in one.evidence.items()}
        arrays |= {f"{name}/grades/{task}": grades for task, grades in one.grades.items()}
    np.savez(path, **arrays)


def _write(
    out_dir: Path,
    recipe: GraderRecipe,
    networks: Sequence[torch.nn.Module],
    trees: Mapping[str, lightgbm.Booster],
    calibration: Mapping[str, object],
    metrics: Mapping[str, Mapping[str, object]],
    discs: Sequence[GradedDisc],
    bits: int,
) -> Path:
    files = {
        f"{NETWORK_PREFIX}_{number}.safetensors": pack_tensors(network.state_dict(), bits)
        for number, network in enumerate(networks)
    }
    files[FOLDS_FILE] = folds_file(DATA_SET.split(",")[0], _grader_folds(discs, recipe), recipe.folds)
    files |= {f"{EVIDENCE_PREFIX}_{task}.txt": booster.model_to_string().encode() for task, booster in trees.items()}
    patients = len({disc.patient for disc in discs})
    shape = recipe.shape
    for system in ("pfirrmann", "spider"):
        tasks = described_tasks(system)
        stated = {"discs", "patients", *tasks, *(["modic_any"] if system == "spider" else [])}
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
            trained_on=trained_on_spider(
                "spider",
                patients,
                len(discs),
                recipe.seed,
                f"{len(discs)} discs of {patients} SPIDER patients (CC BY 4.0)",
            ),
            calibration=calibration,
            figures={
                "method": method,
                **{
                    name: {key: value for key, value in part.items() if key in stated} for name, part in metrics.items()
                },
            },
        )
    return out_dir / "packs"
