"""Recipe ``localizer``, whole: cross-validated in two rounds, then trained on everything and packed."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from discgrader.errors import StudyError
from discgrader.imaging.files import read_volume
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.localizer import Localizer
from discgrader.localize.segment import Segmenter
from discgrader.packs.networks import build_network
from discgrader.packs.pack import LOCALIZER, TrainedOn, write_pack
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.localizer import LabeledSlice, LocalizerRecipe, classes_of_mask, dice_of, fit, slices_of
from discgrader.training.options import changed
from discgrader.training.slice_labels import clean_labels
from discgrader.training.spider import (
    DATA_SET,
    SpiderImage,
    patient_folds,
    read_corrected,
    spider_corrections,
    spider_images,
)


@dataclass(frozen=True, eq=False)
class _Stack:
    image: Volume
    classes: Volume


def train_localizer(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`."""
    recipe = changed(LocalizerRecipe(), options)
    images = spider_images(data_dir)
    folds = patient_folds(images, recipe.folds, recipe.seed)
    stacks = _read_stacks(images)
    labeled = {patient: slices_of(patient, one.image, one.classes, recipe.pixel_mm) for patient, one in stacks.items()}
    work = out_dir / "work"
    work.mkdir(exist_ok=True)
    plain = [one for one in images if one.mask is None]
    rounds = recipe.rounds if plain else (sum(recipe.rounds),)
    runs = _Runs(recipe, out_dir, progress, len(rounds) * recipe.folds + 1)
    figures: dict[str, object] = {}
    networks: list[torch.nn.Module] = []
    for number, steps in enumerate(rounds, start=1):
        before, networks = networks, []
        for fold in range(recipe.folds):
            name, slices = f"round{number}_fold{fold}", _of_masks(labeled, folds, fold)
            if before and not runs.is_trained(name):
                # By the network of this very fold, which has not seen the fold's own patients.
                seen = [one for one in plain if folds[one.patient] != fold]
                slices = _with_unmasked(*slices, _labeled_by(before[fold], seen, recipe, runs.progress))
            networks.append(runs.trained(name, *slices, steps, before[fold] if before else None))
        figures[f"dice_round{number}"] = _dice_figures(
            out_dir / f"dice_round{number}.json", networks, recipe, stacks, folds
        )
    figures["dice"] = figures[f"dice_round{len(rounds)}"]
    slices = _of_masks(labeled, folds, None)
    if before and not runs.is_trained("all"):
        extra = [
            _labeled_by(network, [one for one in plain if folds[one.patient] == fold], recipe, runs.progress)
            for fold, network in enumerate(before)
        ]
        slices = _with_unmasked(*slices, [one for some in extra for one in some])
    # As the folds' networks of the last round, but on all patients; the steps before had one fold less.
    final = runs.trained("all", *slices, rounds[-1], before[0] if before else None)
    return _write(out_dir, recipe, final, figures, stacks, plain)


@dataclass(eq=False)
class _Runs:
    """The fits of one run of the recipe, one after the other, each kept on disk once done."""

    recipe: LocalizerRecipe
    out_dir: Path
    whole: Progress
    count: int
    done: int = 0

    @property
    def progress(self) -> Progress:
        """Of the fit at hand."""
        return self.whole.part(self.done / self.count, (self.done + 1) / self.count)

    def is_trained(self, name: str) -> bool:
        """Whether the network of this name lies on disk."""
        return (self.out_dir / "work" / name).with_suffix(".safetensors").exists()

    def trained(
        self,
        name: str,
        slices: Sequence[LabeledSlice],
        weights: Sequence[float],
        steps: int,
        initial: torch.nn.Module | None,
    ) -> torch.nn.Module:
        """The network of this name: from disk, else trained on ``slices``, starting from ``initial``."""
        path = self.out_dir / "work" / name
        if not self.is_trained(name):
            network = fit(
                self.recipe,
                steps,
                slices,
                weights,
                path.with_suffix(".state"),
                zlib.crc32(name.encode()) + self.recipe.seed,
                self.progress,
                initial,
            )
            save_file(
                {key: tensor.contiguous() for key, tensor in network.state_dict().items()},
                path.with_suffix(".safetensors"),
            )
            path.with_suffix(".state").unlink(missing_ok=True)
        self.done += 1
        return _load(path, self.recipe)


def _of_masks(
    labeled: Mapping[int, Sequence[LabeledSlice]], folds: Mapping[int, int], held_out: int | None
) -> tuple[list[LabeledSlice], list[float]]:
    """Slices with masks and their weights, each patient weighing the same; without the fold held out."""
    slices = [one for patient in labeled if folds[patient] != held_out for one in labeled[patient]]
    return slices, [1.0 / len(labeled[one.patient]) for one in slices]


def _with_unmasked(
    slices: list[LabeledSlice], weights: list[float], extra: list[LabeledSlice]
) -> tuple[list[LabeledSlice], list[float]]:
    """With slices that a network labeled: together they are shown as often as those with masks."""
    return slices + extra, weights + [sum(weights) / max(len(extra), 1)] * len(extra)


def _dice_figures(
    path: Path,
    networks: Sequence[torch.nn.Module],
    recipe: LocalizerRecipe,
    stacks: Mapping[int, _Stack],
    folds: Mapping[int, int],
) -> dict[str, dict[str, float]]:
    """Dice of every stack by the network of its fold, kept in ``path``, and their mean."""
    dice = {patient: _dice(networks[folds[patient]], recipe, one) for patient, one in stacks.items()}
    path.write_text(json.dumps(dice, indent=1) + "\n", encoding="utf-8")
    return _summary(dice)


def _read_stacks(images: Sequence[SpiderImage]) -> dict[int, _Stack]:
    stacks = {}
    for one in images:
        if one.mask is not None:
            mask, _ = read_volume(one.mask)
            stacks[one.patient] = _Stack(read_volume(one.path)[0], mask.with_array(classes_of_mask(mask.array)))
    if not stacks:
        raise StudyError("The localizer learns from masks, and none of the images has one.")
    return stacks


def _load(path: Path, recipe: LocalizerRecipe) -> torch.nn.Module:
    network = build_network(recipe.architecture)
    network.load_state_dict(load_file(path.with_suffix(".safetensors")))
    return network.eval()


def _dice(network: torch.nn.Module, recipe: LocalizerRecipe, stack: _Stack) -> dict[str, float]:
    segmentation = Segmenter(network, recipe.pixel_mm)(stack.image)
    return dice_of(segmentation.labels(), sagittal_frames(stack.classes).volume.array)


def _labeled_by(
    network: torch.nn.Module, images: Sequence[SpiderImage], recipe: LocalizerRecipe, progress: Progress
) -> list[LabeledSlice]:
    """Slices without masks, with the labels that a network gives them, cleaned; unfit ones are left out."""
    segmenter, corrections = Segmenter(network, recipe.pixel_mm), spider_corrections()
    result = []
    partners: dict[int, tuple[Disc, ...]] = {}
    # T2 before T1: its disc 1 is the one set by hand.
    for number, image in enumerate(sorted(images, key=lambda one: one.sequence != "T2")):
        progress.report("Labeling slices without masks", 0.0, f"{number} of {len(images)}")
        volume, lowest = read_corrected(image, corrections)
        segmentation = segmenter(volume)
        cleaned = clean_labels(segmentation, lowest, partners.get(image.patient, ()))
        if cleaned is None:
            continue
        labels, discs = cleaned
        partners.setdefault(image.patient, discs)
        frames = segmentation.frames.volume
        result += slices_of(image.patient, frames, frames.with_array(labels), recipe.pixel_mm)
    return result


def _summary(dice: Mapping[int, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Mean over patients of each class's Dice, with its 95 % interval by bootstrap over patients."""
    generator = np.random.default_rng(0)
    result = {}
    for name in ("vertebra", "disc", "canal"):
        values = np.array([one[name] for one in dice.values()])
        draws = generator.choice(values, (500, len(values))).mean(1)
        result[name] = {
            "value": float(values.mean()),
            "low": float(np.quantile(draws, 0.025)),
            "high": float(np.quantile(draws, 0.975)),
            "patients": len(values),
        }
    return result


def _write(
    out_dir: Path,
    recipe: LocalizerRecipe,
    network: torch.nn.Module,
    figures: Mapping[str, object],
    stacks: Mapping[int, _Stack],
    plain: Sequence[SpiderImage],
) -> Path:
    patients = set(stacks) | {one.patient for one in plain}
    statement = f"{len(stacks)} SPIDER stacks with masks" + (
        " and single slices labeled by the recipe's earlier rounds" if plain else ""
    )
    folder = out_dir / "packs" / "localizer-unet"
    folder.parent.mkdir(exist_ok=True)
    write_pack(
        folder,
        name="localizer-unet",
        version="1.0.0",
        system=LOCALIZER,
        tasks={},
        input={
            "plane": "sagittal",
            "contrasts": ["T1", "T2", "T2_SPACE"],
            "pixel_mm": recipe.pixel_mm,
            "normalization": "mean 0, deviation 1 over the body on each slice",
        },
        architecture=recipe.architecture,
        files={"network.safetensors": pack_tensors(network.state_dict(), 16)},
        trained_on=TrainedOn(
            DATA_SET.split(",")[0], "CC BY 4.0", len(patients), 0, "localizer", recipe.seed, False, statement
        ),
        figures=figures,
        intended_use="Research use, not for diagnosis: finding lumbar discs on sagittal MRI.",
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
        paths = [
            out_dir / "work" / f"round{number}_fold{fold}.safetensors" for number in range(len(recipe.rounds), 0, -1)
        ]
        path = next((one for one in paths if one.exists()), None)
        if path is None:
            raise StudyError(f"The localizer of fold {fold} is missing from {out_dir}: finish 'train localizer' first.")
        localizers[fold] = Localizer.of_network(_load(path, recipe), recipe.pixel_mm)
    return localizers, folds
