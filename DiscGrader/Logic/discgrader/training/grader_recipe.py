"""Recipe ``spider``, whole: discs found, crops cut, networks and evidence trees cross-validated by patient, calibrated
and packed.

The networks of all folds together are the pack; its figures are of each fold's network on patients that neither it nor
the localizer that found their discs had seen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
import torch
from safetensors.torch import load_file, save_file

from discgrader.errors import UsageError
from discgrader.grading.calibration import calibrate, fit_calibration
from discgrader.grading.evidence_model import EVIDENCE_PREFIX, combined
from discgrader.grading.grader import NETWORK_PREFIX
from discgrader.grading.scales import scale_of
from discgrader.grading.tasks import SYSTEMS
from discgrader.imaging.files import read_volume
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.localize.disc import Localization
from discgrader.localize.localizer import Localizer
from discgrader.packs.networks import build_network
from discgrader.packs.pack import LOCALIZER, TrainedOn, default_packs, write_pack
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.disc_batches import GradedDisc
from discgrader.training.discs import SLICE_REACH_MM, SLICES, by_disc, prepare
from discgrader.training.evidence_trees import fit_trees, predict_trees
from discgrader.training.figures import binary_figures, ordinal_figures, with_intervals
from discgrader.training.grader import ROLES, GraderRecipe, fit_grader, predict
from discgrader.training.indices import indices_from_mask, indices_from_partner, indices_from_point, reindexed
from discgrader.training.localizer_recipe import fold_localizers
from discgrader.training.options import changed
from discgrader.training.spider import (
    DATA_SET,
    TASK_COLUMNS,
    SpiderImage,
    read_corrected,
    spider_corrections,
    spider_gradings,
    spider_images,
)
from discgrader.training.tabular.held_out import FOLDS_FILE, folds_file


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
    found = prepare(
        images,
        disc_finder(images, Path(localizer_work) if localizer_work else None),
        out_dir / "crops",
        progress.part(0.0, 0.2),
    )
    discs = graded_discs(found, gradings)
    tasks = {task: len(scale_of(system, task).grades) for task, (system, _) in TASK_COLUMNS.items()}
    ordinal = [task for task, count in tasks.items() if count > 2 and scale_of(TASK_COLUMNS[task][0], task).ordinal]
    folds = _grader_folds(discs, recipe)
    work = out_dir / "work"
    work.mkdir(exist_ok=True)
    networks, trees, held_out = [], [], []
    for fold in range(recipe.folds):
        seen = [one for one in discs if folds[one.patient] != fold]
        held_out.append([one for one in discs if folds[one.patient] == fold])
        path = work / f"fold{fold}.safetensors"
        if not path.exists():
            share = progress.part(0.2 + 0.7 * fold / recipe.folds, 0.2 + 0.7 * (fold + 1) / recipe.folds)
            network = fit_grader(recipe, seen, tasks, ordinal, path.with_suffix(".state"), recipe.seed + fold, share)
            save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, path)
            path.with_suffix(".state").unlink(missing_ok=True)
        network = build_network(recipe.architecture(tasks))
        network.load_state_dict(load_file(path))
        networks.append(network.eval())
        trees.append({task: fit_trees(seen, task, count, recipe.seed) for task, count in tasks.items()})
    progress.report("Evaluating", 0.92)
    subsets = {"T2": ("T2",), "T1": ("T1",), "T2_SPACE": ("T2_SPACE",), "T1+T2": ("T1", "T2"), "all": ROLES}
    results = {name: _held_out(networks, trees, recipe, held_out, roles) for name, roles in subsets.items()}
    calibration: dict[str, object] = {
        task: fit_calibration(results["all"].logits[task], results["all"].grades[task]) for task in tasks
    }
    calibration["evidence_weight"] = recipe.evidence_weight
    figures = {name: _figures(one, calibration) for name, one in results.items()}
    (out_dir / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    _save_held_out(out_dir / "held_out.npz", results)
    final_trees = {task: fit_trees(discs, task, count, recipe.seed) for task, count in tasks.items()}
    return _write(out_dir, recipe, tasks, networks, final_trees, calibration, figures, discs, bits)


def graded_discs(found, gradings) -> list[GradedDisc]:
    """Every graded disc that was found on at least one image."""
    result = []
    for (patient, index), images in sorted(by_disc(found).items()):
        grades = gradings.get((patient, index))
        if grades is not None:
            positions = {task: _position(task, grade) for task, grade in grades.items()}
            result.append(GradedDisc(patient, index, tuple(images), positions))
    return result


def _position(task: str, grade: int) -> int:
    return scale_of(TASK_COLUMNS[task][0], task).values.index(str(grade))


def _grader_folds(discs: Sequence[GradedDisc], recipe: GraderRecipe) -> dict[int, int]:
    patients = np.random.default_rng(recipe.seed).permutation(sorted({one.patient for one in discs}))
    return {int(patient): position % recipe.folds for position, patient in enumerate(patients)}


def disc_finder(images: Sequence[SpiderImage], work: Path | None):
    """A function from a patient's images to their series and localizations, with true indices.

    Discs are found by a network that has not seen the patient where there is one. Indices are SPIDER's: from the mask,
    else from the hand-set place of disc 1, else from the patient's other image, else as found.
    """
    corrections = spider_corrections()
    if work is None:
        packs = [pack for pack in default_packs() if pack.system == LOCALIZER]
        if not packs:
            raise UsageError("No localizer is installed: train it first, with 'discgrader train localizer'.")
        localizer = Localizer(packs[-1])
        localizer_of = dict.fromkeys((one.patient for one in images), localizer)
    else:
        localizers, folds = fold_localizers(work, images)
        localizer_of = {patient: localizers[fold] for patient, fold in folds.items()}

    def find(patient_images: Sequence[SpiderImage]) -> list[tuple[SpiderImage, Series, Localization]]:
        found = []
        known: Localization | None = None
        # T2 before T1: its disc 1 is the one set by hand.
        for image in sorted(patient_images, key=lambda one: one.sequence != "T2"):
            volume, lowest = read_corrected(image, corrections)
            series = Series(image.path.name, volume, Plane.SAGITTAL, Contrast(image.sequence), "file name")
            localization = localizer_of[image.patient].localize_series(series)
            indices = None
            if image.mask is not None:
                indices = indices_from_mask(localization.discs, read_volume(image.mask)[0])
            elif lowest is not None:
                indices = indices_from_point(localization.discs, lowest)
            elif known is not None:
                indices = indices_from_partner(localization.discs, known.discs)
            if indices is not None:
                localization = reindexed(localization, indices)
            if image.mask is None and known is None:
                known = localization
            found.append((image, series, localization))
        return found

    return find


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


def _figures(result: _HeldOut, calibration: Mapping[str, object]) -> dict[str, object]:
    figures: dict[str, object] = {"discs": len(result.patients), "patients": len(np.unique(result.patients))}
    for task, logits in result.logits.items():
        grades = result.grades[task]
        probabilities = calibrate(logits, calibration[task])
        if task == "pfirrmann":
            figures[task] = with_intervals(ordinal_figures, grades, probabilities, result.patients)
            figures["high_grade"] = with_intervals(
                binary_figures, (grades >= 3).astype(int), probabilities[:, 3:].sum(1), result.patients
            )
        elif task == "modic":
            figures["modic_any"] = with_intervals(
                binary_figures, (grades > 0).astype(int), 1 - probabilities[:, 0], result.patients
            )
        elif 0 < grades.sum() < len(grades):
            figures[task] = with_intervals(binary_figures, grades, probabilities[:, 1], result.patients)
    return figures


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
    tasks: Mapping[str, int],
    networks: Sequence[torch.nn.Module],
    trees: Mapping[str, lightgbm.Booster],
    calibration: Mapping[str, object],
    figures: Mapping[str, object],
    discs: Sequence[GradedDisc],
    bits: int,
) -> Path:
    files = {
        f"{NETWORK_PREFIX}_{number}.safetensors": pack_tensors(network.state_dict(), bits)
        for number, network in enumerate(networks)
    }
    files[FOLDS_FILE] = folds_file(DATA_SET.split(",")[0], _grader_folds(discs, recipe), recipe.folds)
    files |= {f"{EVIDENCE_PREFIX}_{task}.txt": booster.model_to_string().encode() for task, booster in trees.items()}
    patients = {one.patient for one in discs}
    for system in ("pfirrmann", "spider"):
        named = list(SYSTEMS[system].tasks)
        write_pack(
            out_dir / "packs" / f"{system}-resnet",
            name=f"{system}-resnet",
            version="1.0.0",
            system=system,
            tasks={
                task.name: {"scale": task.scale, "grades": list(scale_of(system, task.name).values)} for task in named
            },
            input={
                "plane": "sagittal",
                "contrasts": list(ROLES),
                "crop": {"rows": recipe.shape.rows, "columns": recipe.shape.columns, "pixel_mm": recipe.shape.pixel_mm},
                "slices": {"reach_mm": SLICE_REACH_MM, "count": SLICES},
                "normalization": "mean 0, deviation 1 over the segmented spine around the discs",
            },
            architecture=recipe.architecture(tasks),
            files=files,
            trained_on=TrainedOn(
                DATA_SET.split(",")[0],
                "CC BY 4.0",
                len(patients),
                len(discs),
                "spider",
                recipe.seed,
                False,
                f"{len(discs)} discs of {len(patients)} SPIDER patients (CC BY 4.0)",
            ),
            calibration=calibration,
            figures={
                "method": f"{recipe.folds}-fold cross-validation by patient, 95 % intervals by patient bootstrap",
                **{
                    name: {
                        key: value
                        for key, value in one.items()
                        if key in ("discs", "patients")
                        or key in {task.name for task in named}
                        or (system == "spider" and key == "modic_any")
                    }
                    for name, one in figures.items()
                },
            },
        )
    return out_dir / "packs"
