"""Recipe ``spider``: what grades a disc on its crops, a network on the pictures and trees on measured evidence.

Discs are found and cut, networks and trees cross-validated by patient, calibrated and packed. The networks of all folds
together are the pack; what is stated of it is of each fold's network on patients that neither it nor the localizer that
found their discs had seen.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import torch

from discgrader.errors import StudyError
from discgrader.grading.calibration import calibrate, fit_calibration
from discgrader.grading.crop_system import NETWORK_PREFIX
from discgrader.grading.evidence_rows import EVIDENCE_PREFIX, combined
from discgrader.grading.system import with_sums
from discgrader.grading.systems import find_system
from discgrader.grading.view import ViewShape
from discgrader.packs.networks import build_network
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.discs import (
    SLICE_REACH_MM,
    SLICES,
    GradedDisc,
    disc_finder,
    graded_discs,
    plain_batch,
    prepare,
    training_batch,
)
from discgrader.training.grader_tasks import FAMILIES, INPUTS, ORDINAL, ROLES, TASKS
from discgrader.training.grader_trees import fit_trees, predict_trees
from discgrader.training.loop import Optimization, epochs_from, forward, train, trained
from discgrader.training.losses import grade_loss
from discgrader.training.metrics import binary_metrics, grade_metrics, with_intervals
from discgrader.training.operating import task_points
from discgrader.training.recipes import SPIDER, changed, described_tasks, ship, trained_on, write_json
from discgrader.training.spider import spider_gradings, spider_images

FOLDS_FILE = "folds.json"


@dataclass(frozen=True)
class GraderRecipe:
    """Every choice of the recipe.

    ``neighbor_share`` is how much of an ordinal grade's target goes to the grades beside it, since two readers agree
    on the Pfirrmann grade with kappa 0.6 only; ``evidence_weight`` is the share of the evidence trees beside the
    network; ``bits`` in how many bits weights are stored; ``localizer_work`` the output folder of the recipe
    ``localizer``, as for `disc_finder`.
    """

    widths: tuple[int, ...] = (32, 64, 128, 256)
    shape: ViewShape = field(default_factory=ViewShape)
    discs_per_batch: int = 32
    epochs: int = 30
    learning_rate: float = 2e-3
    weight_decay: float = 0.03
    neighbor_share: float = 0.15
    dropout: float = 0.4
    folds: int = 5
    seed: int = 0
    average_decay: float = 0.99
    evidence_weight: float = 0.5
    bits: int = 16
    localizer_work: Path | str | None = None

    @property
    def architecture(self) -> dict:
        """The network's entry in a pack."""
        return {
            "kind": "disc_classifier",
            "widths": list(self.widths),
            "tasks": dict(TASKS),
            "roles": list(ROLES),
            "families": [list(family) for family in FAMILIES],
            "dropout": self.dropout,
        }


def fit_grader(
    recipe: GraderRecipe, discs: Sequence[GradedDisc], state: Path, seed: int, progress: Progress
) -> torch.nn.Module:
    """Train one classifier on all of ``discs``, resuming from ``state`` (a file) where it exists; the running average
    of its weights.

    Raises
    ------
    StudyError
        There are fewer discs than one batch has.
    """
    if len(discs) < recipe.discs_per_batch:
        raise StudyError(
            f"The grader trains on batches of {recipe.discs_per_batch} discs, but there are only "
            f"{len(discs)}; give more, or choose a smaller discs_per_batch."
        )
    torch.manual_seed(seed)
    network = build_network(recipe.architecture).to(memory_format=torch.channels_last)
    steps = len(discs) // recipe.discs_per_batch

    def epoch_of(epoch: int) -> Iterator[torch.Tensor]:
        generator = np.random.default_rng([seed, epoch])
        order = generator.permutation(len(discs))
        for step in range(steps):
            chosen = [discs[i] for i in order[step * recipe.discs_per_batch : (step + 1) * recipe.discs_per_batch]]
            yield _loss(recipe, network, chosen, generator)

    how = Optimization(
        steps * recipe.epochs, recipe.learning_rate, recipe.weight_decay, average_decay=recipe.average_decay
    )
    return train(
        network,
        how,
        lambda first: epochs_from(first, steps, epoch_of),
        progress=progress,
        stage="Training the grader",
        state=state,
        every=steps,
    )


def _loss(
    recipe: GraderRecipe, network: torch.nn.Module, discs: Sequence[GradedDisc], generator: np.random.Generator
) -> torch.Tensor:
    batch = training_batch(discs, ROLES, recipe.shape, generator)
    logits = forward(network, batch.crops, batch.role, batch.disc, len(discs))
    return sum(
        (2.0 if (ordinal := task in ORDINAL) else 0.5)
        * grade_loss(given, batch.grades[task], recipe.neighbor_share if ordinal else 0.0, cumulative=ordinal)
        for task, given in logits.items()
    )


def predict(
    network: torch.nn.Module,
    recipe: GraderRecipe,
    discs: Sequence[GradedDisc],
    shown_roles: Sequence[str],
    batch_size: int = 32,
) -> dict[str, np.ndarray]:
    """Logits of every task, each of shape (discs, grades), from the images of ``shown_roles``; in float32."""
    parts: dict[str, list[np.ndarray]] = {}
    with torch.inference_mode():
        for start in range(0, len(discs), batch_size):
            chosen = discs[start : start + batch_size]
            batch = plain_batch(chosen, ROLES, recipe.shape, shown_roles)
            logits = network(
                batch.crops.contiguous(memory_format=torch.channels_last), batch.role, batch.disc, len(chosen)
            )
            for task, values in logits.items():
                parts.setdefault(task, []).append(values.numpy())
    return {task: np.concatenate(chunks) for task, chunks in parts.items()}


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


def train_graders(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`."""
    recipe = changed(GraderRecipe(), options)
    images = spider_images(data_dir)
    gradings = spider_gradings(data_dir)
    find = disc_finder(images, recipe.localizer_work)
    discs = graded_discs(prepare(images, find, out_dir / "crops", progress.part(0.0, 0.2)), gradings)
    folds = _grader_folds(discs, recipe)
    networks, trees, apart = [], [], []
    for fold in range(recipe.folds):
        seen = [disc for disc in discs if folds[disc.patient] != fold]
        apart.append([disc for disc in discs if folds[disc.patient] == fold])
        share = progress.part(0.2 + 0.7 * fold / recipe.folds, 0.2 + 0.7 * (fold + 1) / recipe.folds)
        fit = partial(fit_grader, recipe, seen, seed=recipe.seed + fold, progress=share)
        networks.append(trained(out_dir / "work" / f"fold{fold}", build_network(recipe.architecture), fit))
        trees.append({task: fit_trees(seen, task, recipe.seed) for task in TASKS})
    progress.report("Evaluating", 0.92)
    results = {name: held_out(networks, trees, recipe, apart, roles) for name, roles in INPUTS.items()}
    calibration: dict[str, Any] = {
        task: fit_calibration(results["all"].logits[task], results["all"].grades[task]) for task in TASKS
    }
    calibration["evidence_weight"] = recipe.evidence_weight
    metrics = {name: _metrics(result, calibration) for name, result in results.items()}
    write_json(out_dir / "figures.json", metrics)
    _save_held_out(out_dir / "held_out.npz", results)
    final_trees = {task: fit_trees(discs, task, recipe.seed) for task in TASKS}
    return _write(out_dir, recipe, networks, final_trees, calibration, metrics, discs, results["all"])


def _grader_folds(discs: Sequence[GradedDisc], recipe: GraderRecipe) -> dict[int, int]:
    patients = np.random.default_rng(recipe.seed).permutation(sorted({disc.patient for disc in discs}))
    return {int(patient): position % recipe.folds for position, patient in enumerate(patients)}


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
        Of each fold its network, its trees by task, and the discs that neither has seen.
    """
    rows: list[GradedDisc] = []
    parts: dict[str, dict[str, list[np.ndarray]]] = {"together": {}, "network": {}, "evidence": {}}
    for network, boosters, discs in zip(networks, trees, apart, strict=True):
        shown = [disc for disc in discs if any(image.role in roles for image in disc.images)]
        if not shown:
            continue
        rows += shown
        for task, logits in predict(network, recipe, shown, roles).items():
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


def _metrics(result: HeldOut, calibration: Mapping[str, Any]) -> dict[str, object]:
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


def _save_held_out(path: Path, results: Mapping[str, HeldOut]) -> None:
    arrays = {}
    for name, values in results.items():
        arrays |= {f"{name}/patients": values.patients, f"{name}/indices": values.indices}
        arrays |= {f"{name}/logits/{task}": logits for task, logits in values.logits.items()}
        arrays |= {f"{name}/network/{task}": logits for task, logits in values.network.items()}
        arrays |= {f"{name}/evidence/{task}": logits for task, logits in values.evidence.items()}
        arrays |= {f"{name}/grades/{task}": grades for task, grades in values.grades.items()}
    np.savez(path, **arrays)


def _write(
    out_dir: Path,
    recipe: GraderRecipe,
    networks: Sequence[torch.nn.Module],
    trees: Mapping[str, lightgbm.Booster],
    calibration: Mapping[str, Any],
    metrics: Mapping[str, Mapping[str, object]],
    discs: Sequence[GradedDisc],
    result: HeldOut,
) -> Path:
    files = {
        f"{NETWORK_PREFIX}_{number}.safetensors": pack_tensors(network.state_dict(), recipe.bits)
        for number, network in enumerate(networks)
    }
    files[FOLDS_FILE] = folds_file(SPIDER, _grader_folds(discs, recipe), recipe.folds)
    files |= {f"{EVIDENCE_PREFIX}_{task}.txt": booster.model_to_string().encode() for task, booster in trees.items()}
    patients = len({disc.patient for disc in discs})
    shape = recipe.shape
    for system in ("pfirrmann", "spider"):
        tasks = described_tasks(system)
        stated = {"discs", "patients", *tasks, *(["modic_any"] if system == "spider" else [])}
        chosen_on = f"{len(result.patients)} discs of {patients} SPIDER patients, held out, on all series of each"
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
            trained_on=trained_on(
                "spider",
                patients,
                len(discs),
                recipe.seed,
                f"{len(discs)} discs of {patients} SPIDER patients (CC BY 4.0)",
            ),
            calibration=calibration,
            operating_points=task_points(system, own_grades, probabilities, result.patients, chosen_on),
            metrics={
                "method": method,
                **{
                    name: {key: value for key, value in part.items() if key in stated} for name, part in metrics.items()
                },
            },
        )
    return out_dir / "packs"
