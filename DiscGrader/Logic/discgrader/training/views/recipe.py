"""Recipes of systems that grade from views: views cut, patients split, a network trained, evaluated and packed."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from discgrader.errors import StudyError, UsageError
from discgrader.grading.calibration import calibrate, fit_calibration
from discgrader.grading.systems import scale_of
from discgrader.grading.view_system import view_input
from discgrader.imaging.study import Study
from discgrader.localize.disc import Localization
from discgrader.packs.initial import initial_weights, shipped_weights, weights_to_go_on_from
from discgrader.packs.operating_points import OperatingPoints
from discgrader.packs.pack import DESCRIPTION, TrainedOn, default_packs, read_pack
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.losses import UNKNOWN
from discgrader.training.metrics import box_metrics, mean_auroc, task_metrics
from discgrader.training.operating import task_points
from discgrader.training.plots import task_roc_plot
from discgrader.training.recipes import described_tasks, installed_localizer, recipe_files, ship, write_json
from discgrader.training.validation.truth_files import read_truth, true_studies
from discgrader.training.views.fit import Predicted, ViewRecipe, fit, predict, read_recipe
from discgrader.training.views.samples import ViewSample, view_samples

LEAST_TO_CALIBRATE = 30
"""Fewer known discs of a task cannot set a temperature and a bias for each grade. A round number."""

PHANTOM = "digital spines of DiscGrader's phantom"


def train_views(
    name: str,
    data_dir: Path,
    out_dir: Path,
    progress: Progress,
    *,
    device: str = "cpu",
    init: str | None = None,
    truth: str | None = None,
    data_set: str | None = None,
    license: str = "not stated",
    **options: object,
) -> Path:
    """Run a recipe file; see `discgrader.training.recipes.run_recipe`.

    Parameters
    ----------
    device : str
        As PyTorch names it.
    init : str, optional
        File of the encoder's weights to begin with, as published for ImageNet, or a pack, to go on from it.
    truth : str, optional
        What is known of the studies in ``data_dir``, as `discgrader validate` takes it, in place of their table.
    data_set, license : str
        What the data are called, and under which license they are; the folder's name unless given.
    options :
        Choices of the recipe to change; of one that compares others, ``RECIPE.choice`` changes that of one alone.
    """
    given = read_recipe(recipe_files()[name], options)
    named = data_set or Path(data_dir).resolve().name
    about: dict[str, Any] = {"device": device, "init": init, "truth": truth, "data_set": named, "license": license}
    if isinstance(given, ViewRecipe):
        return _train(given, data_dir, out_dir, progress, **about)
    if init is not None:
        raise UsageError(
            f"The recipe {name} trains several networks, which cannot share one file of weights; train each "
            "with its own."
        )
    fixed = sorted(key for key in options if key.rpartition(".")[2] in about)
    if fixed:
        raise UsageError(f"{fixed[0]} cannot be set for one recipe alone; train that recipe by itself.")
    unknown = {key.rpartition(".")[0] for key in options} - {"", *given}
    if unknown:
        raise UsageError(f"The recipe {name} does not compare {min(unknown)}; it compares {', '.join(given)}.")
    for recipe_name in given:
        read_recipe(recipe_files()[recipe_name], _options_of(recipe_name, options))
    metrics = {}
    for number, recipe_name in enumerate(given):
        share = progress.part(number / len(given), (number + 1) / len(given))
        train_views(recipe_name, data_dir, out_dir / recipe_name, share, **about, **_options_of(recipe_name, options))
        metrics[recipe_name] = json.loads((out_dir / recipe_name / "figures.json").read_text(encoding="utf-8"))
    best = max(given, key=lambda name: mean_auroc(metrics[name]["validation"]))
    write_json(out_dir / "comparison.json", {"best": best, **metrics})
    shutil.rmtree(out_dir / "packs", ignore_errors=True)
    shutil.copytree(out_dir / best / "packs", out_dir / "packs")
    return out_dir / "packs"


def _options_of(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of one compared recipe: those of all, and those that bear its name before a dot."""
    return {key: value for key, value in options.items() if "." not in key} | {
        key.removeprefix(f"{name}."): value for key, value in options.items() if key.startswith(f"{name}.")
    }


def _train(
    recipe: ViewRecipe,
    data_dir: Path,
    out_dir: Path,
    progress: Progress,
    *,
    device: str,
    init: str | None,
    truth: str | None,
    data_set: str,
    license: str,
) -> Path:
    studies = None if truth is None else true_studies(read_truth(Path(truth)), recipe.system)
    out_dir.mkdir(parents=True, exist_ok=True)
    _check_choices(recipe, data_dir, {"init": init, "truth": truth}, out_dir / "recipe.json")
    initial, initial_from = _initial_weights(recipe, init)
    discs, notes = view_samples(
        data_dir,
        recipe.system,
        recipe.specs,
        recipe.pixels,
        out_dir / "crops",
        _finder(),
        progress.part(0.0, 0.3),
        studies,
    )
    (out_dir / "left_out.txt").write_text("".join(f"{note}\n" for note in notes), encoding="utf-8")
    parts = patient_parts(discs, recipe)
    network = fit(recipe, parts["train"], parts["validation"], out_dir, device, initial, progress.part(0.3, 0.95))
    predicted = {name: predict(recipe, network, parts[name], device) for name in ("validation", "test")}
    calibration = _calibration(predicted["validation"], parts["validation"])
    metrics = {name: _metrics(recipe, prediction, parts[name], calibration) for name, prediction in predicted.items()}
    write_json(out_dir / "figures.json", metrics)
    grades = {task: np.array([disc.grades[task] for disc in parts["test"]]) for task in recipe.tasks}
    (out_dir / "roc.png").write_bytes(task_roc_plot(grades, _probabilities(predicted["test"], calibration)))
    trained_on = _trained_on(recipe, parts["train"], data_set, license, initial_from)
    packs = ship(
        out_dir,
        recipe.name,
        system=recipe.system,
        tasks=described_tasks(recipe.system),
        input=view_input(recipe.specs, recipe.pixels),
        architecture=recipe.architecture(),
        files={"network_0.safetensors": pack_tensors(network.state_dict(), recipe.bits)},
        trained_on=trained_on,
        operating_points=_points(recipe, _probabilities(predicted["test"], calibration), parts["test"], trained_on),
        calibration=calibration,
        metrics={
            "method": "patients that were held out once, each level by its worst slice",
            "discs": len(parts["test"]),
            **metrics["test"],
        },
    )
    progress.report("Training", 1.0)
    return packs


def _initial_weights(recipe: ViewRecipe, init: str | None) -> tuple[dict[str, torch.Tensor] | None, str]:
    """The encoder's weights to begin with and what they are called: of the user's file, or else of the shipped pack
    that the recipe names; neither where it names none."""
    if init is not None and (Path(init) / DESCRIPTION).is_file():
        begun = read_pack(Path(init))
        return weights_to_go_on_from(begun, recipe.architecture()), f"{begun.name} ({begun.trained_on.data_set})"
    if init is not None:
        return initial_weights(Path(init), recipe.architecture()), Path(init).name
    if not recipe.initial:
        return None, ""
    pack = next((pack for pack in default_packs() if pack.name == recipe.initial), None)
    if pack is None:
        raise UsageError(
            f"There is no shipped pack {recipe.initial} for the recipe {recipe.name} to start from; --option "
            "initial= starts from random weights."
        )
    return shipped_weights(pack, recipe.architecture()), f"{pack.name} ({pack.trained_on.data_set})"


def _check_choices(recipe: ViewRecipe, data_dir: Path, given: Mapping[str, str | None], path: Path) -> None:
    """Note by which choices a folder's training goes; refuse others once it has begun."""
    begun = {name: str(Path(file).resolve()) for name, file in given.items() if file is not None}
    text = json.dumps({"data": str(Path(data_dir).resolve()), **begun, **asdict(recipe)}, indent=1) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise UsageError(
            f"{path.parent} contains a training with other options or on other data, as {path.name} there "
            "says; choose another folder."
        )
    path.write_text(text, encoding="utf-8")


def patient_parts(discs: Sequence[ViewSample], recipe: ViewRecipe) -> dict[str, list[ViewSample]]:
    """The discs to train, to validate and to test on, no patient's in two of them.

    Raises
    ------
    StudyError
        There are fewer than three patients.
    """
    patients = np.random.default_rng(recipe.seed).permutation(sorted({disc.patient for disc in discs}))
    if len(patients) < 3:
        raise StudyError(
            f"There are discs of {len(patients)} patients, and at least 3 patients are needed to train, "
            "validate and test."
        )
    held = {
        name: max(round(share * len(patients)), 1)
        for name, share in (("validation", recipe.validation), ("test", recipe.test))
    }
    edges = np.cumsum([0, *held.values()])
    of = {name: set(patients[start:stop]) for name, start, stop in zip(held, edges, edges[1:])}
    of["train"] = set(patients[edges[-1] :])
    if not of["train"]:
        raise UsageError("The shares held out for validation and test leave no patient to train on.")
    return {name: [disc for disc in discs if disc.patient in some] for name, some in of.items()}


def _finder() -> Callable[[Study], Localization]:
    """Finds the discs of studies without boxes; the localizer is loaded when it is first needed."""
    localizer = cache(installed_localizer)
    return lambda study: localizer().localize(study)


def _calibration(predicted: Predicted, discs: Sequence[ViewSample]) -> dict[str, Any]:
    """Of the tasks that enough discs were graded for, with more than one grade."""
    found: dict[str, Any] = {}
    for task, logits in predicted.logits.items():
        grades = np.array([disc.grades[task] for disc in discs])
        known = grades != UNKNOWN
        if known.sum() >= LEAST_TO_CALIBRATE and len(np.unique(grades[known])) > 1:
            found[task] = fit_calibration(logits[known], grades[known])
    return found


def _probabilities(predicted: Predicted, calibration: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {task: calibrate(logits, calibration.get(task)) for task, logits in predicted.logits.items()}


def _metrics(
    recipe: ViewRecipe, predicted: Predicted, discs: Sequence[ViewSample], calibration: Mapping[str, Any]
) -> dict[str, dict[str, object]]:
    metrics: dict[str, dict[str, object]] = {}
    probabilities = _probabilities(predicted, calibration)
    for task, given in probabilities.items():
        grades = np.array([disc.grades[task] for disc in discs])
        known = grades != UNKNOWN
        if known.any():
            metrics[task] = task_metrics(grades[known], given[known], scale_of(recipe.system, task).ordinal)
    if predicted.boxes is not None:
        herniated = probabilities[next(iter(recipe.tasks))].argmax(1) > 0
        metrics["box"] = box_metrics(predicted.true_boxes, predicted.boxes, herniated)
    return metrics


def _points(
    recipe: ViewRecipe, probabilities: Mapping[str, np.ndarray], discs: Sequence[ViewSample], trained_on: TrainedOn
) -> dict[str, OperatingPoints]:
    grades = {task: np.array([disc.grades[task] for disc in discs]) for task in probabilities}
    patients = np.array([disc.patient for disc in discs])
    kind = "digital patients" if trained_on.synthetic else "patients"
    chosen_on = f"{len(discs)} discs of {len(np.unique(patients))} {kind}, held out"
    return task_points(recipe.system, grades, probabilities, patients, chosen_on, trained_on.synthetic)


def _trained_on(
    recipe: ViewRecipe, discs: Sequence[ViewSample], data_set: str, license: str, initial_from: str
) -> TrainedOn:
    patients = {disc.patient for disc in discs}
    unreal = {disc.patient for disc in discs if disc.synthetic}
    begun = f", initialized with the weights of {initial_from}" if initial_from else ""
    if unreal == patients:
        statement = f"{len(discs)} discs of {len(patients)} {PHANTOM}: trained on synthetic images only{begun}"
        return TrainedOn(PHANTOM, "Apache-2.0", len(patients), len(discs), recipe.name, recipe.seed, True, statement)
    statement = f"{len(discs)} discs of {len(patients)} patients of {data_set} ({license})"
    if unreal:
        statement += f", {len(unreal)} of them digital spines"
    statement += begun
    return TrainedOn(data_set, license, len(patients), len(discs), recipe.name, recipe.seed, False, statement)
