"""Recipe ``pfirrmann``, whole: image networks of the recipe ``spider`` joined with evidence and radiomics.

Cross-validated by patient in two layers: forests are judged on the fold that they have not seen, and the weights of the
sides on a fold come from the other folds' held-out discs. The networks' held-out logits are of their own folds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from discgrader.errors import UsageError
from discgrader.folders import as_output_errors
from discgrader.grading.calibration import softmax
from discgrader.grading.fusion import SIDES, Fusion, fusion_files
from discgrader.packs.description import Recalibration
from discgrader.packs.pack import Pack, read_pack
from discgrader.progress import Progress
from discgrader.training.grader_tasks import INPUTS
from discgrader.training.metrics import difference, pfirrmann_metrics
from discgrader.training.readers import (
    DATA_SETS,
    SPIDER,
    check_pack_cohorts,
    cohort_images,
    cohort_of,
    cohorts_among,
    fit_habit,
    other_metrics,
    rows_of,
    statement_of,
)
from discgrader.training.recipes import changed, ship, trained_on, write_json
from discgrader.training.spider import pfirrmann_grades
from discgrader.training.sudirman import NAME as SUDIRMAN
from discgrader.training.sudirman import sudirman_gradings
from discgrader.training.tabular.families import PatientFamily, evidence_family, slice_family
from discgrader.training.tabular.fusion import (
    FusedDiscs,
    FusedRecipe,
    fit_evidence,
    fit_fusion,
    fit_radiomics,
    fit_weights,
    fused_discs,
    fused_rows,
    sides_of,
)
from discgrader.training.tabular.held_out import HeldOutNetworks, asked_about, installed_networks, network_table

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "network": ("network",),
    "evidence": ("evidence",),
    "radiomics": ("radiomics",),
    "evidence + radiomics": SIDES[1:],
    "network + evidence": ("network", "evidence"),
    "network + radiomics": ("network", "radiomics"),
    "all three": SIDES,
}
"""What is compared on all images of a patient, by the sides that have a say."""

Sides = dict[str, np.ndarray]

_FEW = 30
"""On so few discs nothing is stated."""


def train_fused(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`. ``fusion_figures.json`` lies beside its packs."""
    recipe = changed(FusedRecipe(), options)
    networks, pack = {}, installed_networks()
    families: list[PatientFamily] = [evidence_family(), slice_family()]
    if recipe.spider_run is None:
        families.append(HeldOutNetworks.of(pack))
    else:
        run = _finished(recipe.spider_run)
        networks = {name: network_table(run / "held_out.npz", name) for name in INPUTS}
        pack = read_pack(run / "packs" / "pfirrmann-resnet")
    check_pack_cohorts(recipe.cohorts)
    if tuple(recipe.cohorts) != (SPIDER,) and recipe.spider_run is None:
        raise UsageError(
            "The installed networks saw SPIDER alone; name a spider_run that learned from these data sets."
        )
    images = [image for image in cohort_images(data_dir) if cohort_of(image.patient) in recipe.cohorts]
    grades = pfirrmann_of(data_dir, recipe.cohorts)
    tables = recipe.tables(images, out_dir, families, progress.part(0.0, 0.5))
    networks = networks or {name: asked_about(tables["network"], name) for name in INPUTS}
    discs = {
        name: fused_discs(tables["evidence"], tables["slice"], network, grades) for name, network in networks.items()
    }
    fusion, metrics, habits = cross_validate(discs, recipe, progress.part(0.5, 0.95))
    with as_output_errors(out_dir):
        write_json(out_dir / "fusion_figures.json", metrics)
    progress.report("Writing", 0.97)
    return write_fused(out_dir, pack, fusion, metrics, discs["all"], recipe, habits)


def pfirrmann_of(data_dir: Path, cohorts: Sequence[str]) -> dict[tuple[int, int], int]:
    """Position on the scale, 0–4, of every disc that readers of these data sets graded, by (patient, index)."""
    grades = pfirrmann_grades(data_dir) if SPIDER in cohorts else {}
    others = sudirman_gradings(data_dir) if SUDIRMAN in cohorts else {}
    return grades | {key: graded["pfirrmann"] - 1 for key, graded in others.items()}


def _finished(run: Path | str) -> Path:
    run = Path(run)
    for needed in ("held_out.npz", "packs/pfirrmann-resnet"):
        if not (run / needed).exists():
            raise UsageError(f"{run} has no {needed}; finish 'discgrader train spider' there first.")
    return run


def cross_validate(
    discs: Mapping[str, FusedDiscs], recipe: FusedRecipe, progress: Progress
) -> tuple[Fusion, dict[str, object], dict[str, Recalibration]]:
    """The final model, the metrics of both layers of cross-validation, and the habits of the readers beside the first
    data set's, whose grades the model gives.

    Parameters
    ----------
    discs : mapping of str to FusedDiscs
        For every set of `INPUTS`; the discs are the same, the networks' logits are of these images alone.
    """
    whole = discs["all"]
    fold_of: dict[int, int] = {}
    for cohort in cohorts_among(whole.patients):
        own = np.unique(whole.patients[rows_of(whole.patients, (cohort,))])
        order = np.random.default_rng([recipe.seed, 11]).permutation(own)
        fold_of |= {int(patient): position % recipe.folds for position, patient in enumerate(order)}
    fold = np.array([fold_of[int(patient)] for patient in whole.patients])
    sides = held_out_sides(discs, fold, recipe, progress.part(0.0, recipe.folds / (recipe.folds + 1)))
    progress.report("Growing forests", recipe.folds / (recipe.folds + 1), "on all patients")
    first, *others = cohorts_among(whole.patients)
    rows = rows_of(whole.patients, (first,))
    weights, bias = fit_weights({side: logits[rows] for side, logits in sides["all"].items()}, whole.grades[rows])
    fusion = fit_fusion(whole, np.arange(len(fold)), weights, bias, recipe)
    metrics = _metrics(_of(whole, rows), {name: _rows(own, rows) for name, own in sides.items()}, fold[rows], recipe)
    habits, told = {}, {}
    for cohort in others:
        theirs = rows_of(whole.patients, (cohort,))
        given = {name: softmax(fused_rows(_rows(own, theirs), weights) + bias) for name, own in sides.items()}
        habits[cohort] = fit_habit(given["all"], whole.grades[theirs])
        told[cohort] = {}
        for name, shares in given.items():
            shown = np.any([np.isfinite(logits[theirs]).all(1) for logits in sides[name].values()], 0)
            if shown.sum() > _FEW:
                told[cohort][name] = other_metrics(
                    shares[shown], whole.grades[theirs][shown], whole.patients[theirs][shown], fold[theirs][shown]
                )
    return fusion, metrics | ({"cohorts": told} if told else {}), habits


def _of(discs: FusedDiscs, rows: np.ndarray) -> FusedDiscs:
    """Some of the discs."""
    return replace(
        discs,
        patients=discs.patients[rows],
        indices=discs.indices[rows],
        grades=discs.grades[rows],
        evidence={some: table[rows] for some, table in discs.evidence.items()},
        radiomics=discs.radiomics[rows],
        network=discs.network[rows],
    )


def _rows(sides: Sides, rows: np.ndarray) -> Sides:
    return {side: logits[rows] for side, logits in sides.items()}


def held_out_sides(
    discs: Mapping[str, FusedDiscs], fold: np.ndarray, recipe: FusedRecipe, progress: Progress
) -> dict[str, Sides]:
    """What each side says of discs that it has not seen, for every set of inputs.

    Parameters
    ----------
    discs : mapping of str to FusedDiscs
        For some of `INPUTS`, ``all`` among them.
    fold : ndarray of int, shape (discs,)
        A disc's forests are grown on the discs of other folds.
    """
    whole = discs["all"]
    sides = {name: {side: np.full((len(fold), 5), np.nan) for side in SIDES} for name in discs}
    numbers = np.unique(fold)
    for place, number in enumerate(numbers):
        progress.report("Growing forests", place / len(numbers), f"fold {place + 1} of {len(numbers)}")
        seen, rows = np.nonzero(fold != number)[0], np.nonzero(fold == number)[0]
        forests = fit_evidence(whole, seen, recipe), fit_radiomics(whole, seen, recipe)
        for name, own in discs.items():
            for side, found in sides_of(own, rows, *forests, INPUTS[name]).items():
                sides[name][side][rows] = found
            if not any(role in INPUTS[name] for role in ("T2", "T2_SPACE")):
                sides[name]["radiomics"][rows] = np.nan
    return sides


def _metrics(discs: FusedDiscs, sides: Mapping[str, Sides], fold: np.ndarray, recipe: FusedRecipe) -> dict[str, object]:
    metrics: dict[str, object] = {
        "method": f"{recipe.folds}-fold cross-validation by patient in two layers, 95 % intervals by patient bootstrap"
    }
    weighted = {}
    for name, own in sides.items():
        known = np.any([np.isfinite(logits).all(1) for logits in own.values()], 0)
        probabilities = held_out_probabilities(sides["all"], own, discs.grades, fold, SIDES)
        weighted[name] = probabilities
        if known.sum() > _FEW:
            metrics[name] = _metrics_of(discs, probabilities, known)
    # What is compared is judged on the discs that every side has seen.
    shared = np.all([np.isfinite(logits).all(1) for logits in sides["all"].values() if np.isfinite(logits).any()], 0)
    compared, base = {}, None
    for name, some in VARIANTS.items():
        if not all(np.isfinite(sides["all"][side]).any() for side in some):
            continue
        probabilities = held_out_probabilities(sides["all"], sides["all"], discs.grades, fold, some)
        compared[name] = _metrics_of(discs, probabilities, shared)
        if name == "network":
            base = probabilities
        if base is not None and "network" in some and name != "network":
            compared[name]["against_network"] = {
                metric: difference(
                    metric, discs.grades[shared], probabilities[shared], base[shared], discs.patients[shared]
                )
                for metric in ("auroc", "accuracy", "qwk")
            }
    return metrics | {"compared": compared}


def held_out_probabilities(
    learned: Sides, queried: Sides, grades: np.ndarray, fold: np.ndarray, some: Sequence[str]
) -> np.ndarray:
    """Chances of all discs by some of the sides; the weights for each fold come from the other folds' discs.

    Parameters
    ----------
    learned, queried : mapping of side to ndarray, shape (discs, 5)
        What weights are learned from, and what they are applied to.
    """
    result = np.full((len(grades), 5), np.nan)
    for number in np.unique(fold):
        seen, rows = fold != number, fold == number
        weights, bias = fit_weights(
            {side: learned[side][seen] for side in some} | _nothing(some, seen.sum()), grades[seen]
        )
        result[rows] = softmax(fused_rows({side: queried[side][rows] for side in some}, weights) + bias)
    return result


def _nothing(some: Sequence[str], count: int) -> Sides:
    return {side: np.full((int(count), 5), np.nan) for side in SIDES if side not in some}


def _metrics_of(discs: FusedDiscs, probabilities: np.ndarray, rows: np.ndarray) -> dict[str, object]:
    return pfirrmann_metrics(discs.grades[rows], probabilities[rows], discs.patients[rows])


def write_fused(
    out_dir: Path,
    networks: Pack,
    fusion: Fusion,
    metrics: Mapping[str, object],
    discs: FusedDiscs,
    recipe: FusedRecipe,
    habits: Mapping[str, Recalibration],
) -> Path:
    """Write the pack ``pfirrmann-fused``: everything of the networks' pack, and the fusion model."""
    patients, learned = len(np.unique(discs.patients)), cohorts_among(discs.patients)
    files = {name: networks.read_bytes(name) for name in networks.files} | fusion_files(fusion)
    return ship(
        out_dir,
        "pfirrmann-fused",
        version=networks.version,
        system="pfirrmann",
        tasks=networks.tasks,
        input=networks.input,
        architecture=networks.architecture,
        files=files,
        trained_on=replace(
            trained_on(
                "pfirrmann",
                patients,
                len(discs.grades),
                recipe.seed,
                f"{statement_of(discs.patients)}: image networks, measured evidence and radiomics together",
                networks.trained_on.synthetic,
            ),
            data_set=", ".join(DATA_SETS[cohort] for cohort in learned),
        ),
        calibration=networks.calibration,
        metrics=metrics,
        intended_use=networks.intended_use,
        readers={cohort: {"pfirrmann": habit} for cohort, habit in habits.items()},
    )
