"""Recipe ``localizer``, whole: cross-validated in two rounds, then trained on everything and packed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from discgrader.errors import StudyError
from discgrader.imaging.files import read_volume
from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import find_candidates
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.localizer import Localizer
from discgrader.localize.naming import name_candidates
from discgrader.localize.segment import CANAL, DISC, Segmenter
from discgrader.packs.networks import build_network
from discgrader.packs.pack import LOCALIZER, TrainedOn, write_pack
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.localizer import (
    LabeledSlice,
    LocalizerRecipe,
    classes_of_mask,
    dice_of,
    fit,
    slices_of,
)
from discgrader.training.spider import DATA_SET, SpiderImage, patient_folds, spider_images

LEAST_DISCS = 5
"""A slice on which the first round finds fewer is not learned from."""


@dataclass(frozen=True, eq=False)
class _Stack:
    image: Volume
    classes: Volume


def train_localizer(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`."""
    recipe = replace(LocalizerRecipe(), **options)
    images = spider_images(data_dir)
    folds = patient_folds(images, recipe.folds, recipe.seed)
    stacks = _read_stacks(images)
    labeled = {patient: slices_of(patient, one.image, one.classes, recipe.pixel_mm) for patient, one in stacks.items()}
    work = out_dir / "work"
    work.mkdir(exist_ok=True)
    plain = [one for one in images if one.mask is None]
    figures: dict[str, object] = {}
    rounds = 2 if plain else 1
    runs = rounds * (recipe.folds + 1)
    step = 0
    for number in range(1, rounds + 1):
        dice: dict[int, dict[str, float]] = {}
        for fold in [*range(recipe.folds), None]:
            share = progress.part(step / runs, (step + 1) / runs)
            step += 1
            name = f"round{number}_fold{fold}" if fold is not None else f"round{number}_all"
            slices = [one for patient in labeled if folds[patient] != fold for one in labeled[patient]]
            weights = [1.0 / len(labeled[one.patient]) for one in slices]
            if number == 2:
                first = _load(work / name.replace("round2", "round1"), recipe)
                extra = _labeled_by(first, [one for one in plain if folds[one.patient] != fold], recipe, share)
                slices = slices + extra
                # Half of what is shown are true masks, however many slices have none.
                weights += [len(labeled) / max(len(extra), 1)] * len(extra)
            seed = recipe.seed + 100 * number + (fold if fold is not None else recipe.folds)
            network = _trained(recipe, slices, weights, work / name, seed, share)
            if fold is not None:
                dice |= {patient: _dice(network, recipe, one) for patient, one in stacks.items()
                         if folds[patient] == fold}
        figures[f"dice_round{number}"] = _summary(dice)
        (out_dir / f"dice_round{number}.json").write_text(json.dumps(dice, indent=1) + "\n", encoding="utf-8")
    return _write(out_dir, recipe, work / f"round{rounds}_all", figures, stacks, plain if rounds == 2 else [])


def _read_stacks(images: Sequence[SpiderImage]) -> dict[int, _Stack]:
    stacks = {}
    for one in images:
        if one.mask is not None:
            mask, _ = read_volume(one.mask)
            stacks[one.patient] = _Stack(read_volume(one.path)[0], mask.with_array(classes_of_mask(mask.array)))
    if not stacks:
        raise StudyError("The localizer learns from masks, and none of the images has one.")
    return stacks


def _trained(recipe: LocalizerRecipe, slices: Sequence[LabeledSlice], weights: Sequence[float], path: Path, seed: int,
             progress: Progress) -> torch.nn.Module:
    if not path.with_suffix(".safetensors").exists():
        network = fit(recipe, slices, weights, path.with_suffix(".state"), seed, progress)
        save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()},
                  path.with_suffix(".safetensors"))
        path.with_suffix(".state").unlink(missing_ok=True)
    return _load(path, recipe)


def _load(path: Path, recipe: LocalizerRecipe) -> torch.nn.Module:
    network = build_network(recipe.architecture)
    network.load_state_dict(load_file(path.with_suffix(".safetensors")))
    return network.eval()


def _dice(network: torch.nn.Module, recipe: LocalizerRecipe, stack: _Stack) -> dict[str, float]:
    segmentation = Segmenter(network, recipe.pixel_mm)(stack.image)
    return dice_of(segmentation.labels(), sagittal_frames(stack.classes).volume.array)


def _labeled_by(network: torch.nn.Module, images: Sequence[SpiderImage], recipe: LocalizerRecipe,
                progress: Progress) -> list[LabeledSlice]:
    """Slices with the labels that a network gives them, cleaned: only discs of the named row, and only the canal's
    largest piece; slices with too few discs or with doubts about them are left out."""
    segmenter = Segmenter(network, recipe.pixel_mm)
    result = []
    for number, image in enumerate(images):
        progress.report("Labeling slices without masks", 0.0, f"{number} of {len(images)}")
        volume, _ = read_volume(image.path)
        segmentation = segmenter(volume)
        candidates, labels = find_candidates(segmentation)
        naming = name_candidates(candidates)
        if len(naming.discs) < LEAST_DISCS or naming.warnings:
            continue
        fine = segmentation.labels()
        named = np.isin(labels, [one.candidate.label for one in naming.discs])
        rows = np.minimum(np.arange(fine.shape[1]) * named.shape[1] // fine.shape[1], named.shape[1] - 1)
        columns = np.minimum(np.arange(fine.shape[2]) * named.shape[2] // fine.shape[2], named.shape[2] - 1)
        fine[(fine == DISC) & ~named[:, rows][:, :, columns]] = 0
        fine[(fine == CANAL) & ~_largest(fine == CANAL)] = 0
        frames = segmentation.frames.volume
        result += slices_of(image.patient, frames, frames.with_array(fine), recipe.pixel_mm)
    return result


def _largest(mask: np.ndarray) -> np.ndarray:
    from scipy import ndimage

    labels, count = ndimage.label(mask, np.ones((1, 3, 3), bool) if mask.shape[0] == 1 else None)
    if count == 0:
        return mask
    return labels == 1 + np.argmax(ndimage.sum_labels(mask, labels, np.arange(1, count + 1)))


def _summary(dice: Mapping[int, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Mean over patients of each class's Dice, with its 95 % interval by bootstrap over patients."""
    generator = np.random.default_rng(0)
    result = {}
    for name in ("vertebra", "disc", "canal"):
        values = np.array([one[name] for one in dice.values()])
        draws = generator.choice(values, (500, len(values))).mean(1)
        result[name] = {"value": float(values.mean()), "low": float(np.quantile(draws, 0.025)),
                        "high": float(np.quantile(draws, 0.975)), "patients": len(values)}
    return result


def _write(out_dir: Path, recipe: LocalizerRecipe, path: Path, figures: Mapping[str, object],
           stacks: Mapping[int, _Stack], plain: Sequence[SpiderImage]) -> Path:
    network = _load(path, recipe)
    patients = set(stacks) | {one.patient for one in plain}
    statement = (f"{len(stacks)} SPIDER stacks with masks" +
                 (f" and {len(plain)} slices labeled by the recipe's first round" if plain else ""))
    folder = out_dir / "packs" / "localizer-unet"
    folder.parent.mkdir(exist_ok=True)
    write_pack(
        folder, name="localizer-unet", version="1.0.0", system=LOCALIZER, tasks={},
        input={"plane": "sagittal", "contrasts": ["T1", "T2", "T2_SPACE"], "pixel_mm": recipe.pixel_mm,
               "normalization": "mean 0, deviation 1 over the body on each slice"},
        architecture=recipe.architecture, files={"network.safetensors": pack_tensors(network.state_dict(), 16)},
        trained_on=TrainedOn(DATA_SET.split(",")[0], "CC BY 4.0", len(patients), 0, "localizer", recipe.seed, False,
                             statement),
        figures=figures, intended_use="Research use, not for diagnosis: finding lumbar discs on sagittal MRI.",
    )
    return folder.parent


def fold_localizers(out_dir: Path, images: Sequence[SpiderImage]) -> tuple[dict[int, Localizer], dict[int, int]]:
    """The localizer of every fold of a finished run in ``out_dir``, and the fold of every patient.

    Raises
    ------
    StudyError
        The run is not finished.
    """
    recipe = LocalizerRecipe()
    folds = patient_folds(images, recipe.folds, recipe.seed)
    localizers = {}
    for fold in range(recipe.folds):
        paths = [out_dir / "work" / f"round{number}_fold{fold}.safetensors" for number in (2, 1)]
        path = next((one for one in paths if one.exists()), None)
        if path is None:
            raise StudyError(f"The localizer of fold {fold} is missing from {out_dir}: finish 'train localizer' first.")
        localizers[fold] = Localizer.of_network(_load(path, recipe), recipe.pixel_mm)
    return localizers, folds
