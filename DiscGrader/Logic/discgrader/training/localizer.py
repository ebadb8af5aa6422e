"""Recipe ``localizer``: a U-Net that segments vertebra, disc and canal on single sagittal slices.

First round: the stacks with masks. Second round: these, and the slices without masks, labeled by the first round's
network and cleaned by what a reader knows of them (`discgrader.training.true_discs`). All rounds keep to the same
folds, so that nothing is measured on a patient that its network has seen. In the end one network is trained on all.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from discgrader.errors import StudyError
from discgrader.imaging.files import read_volume
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc
from discgrader.localize.frames import rescale_frames, sagittal_frames, standardize
from discgrader.localize.labels import Label, is_disc
from discgrader.localize.localizer import Localizer
from discgrader.localize.segment import CANAL, CLASSES, DISC, VERTEBRA, Segmenter
from discgrader.packs.networks import build_network
from discgrader.packs.pack import LOCALIZER
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.augment import random_contrast, random_patch
from discgrader.training.loop import Optimization, forward, load_weights, steps_from, train, trained
from discgrader.training.losses import IGNORE, segmentation_loss
from discgrader.training.metrics import dice_of, means_with_intervals
from discgrader.training.recipes import changed, ship, trained_on, write_json
from discgrader.training.spider import SpiderImage, patient_folds, read_corrected, spider_corrections, spider_images
from discgrader.training.true_discs import clean_labels


@dataclass(frozen=True)
class LocalizerRecipe:
    """Every choice of the recipe; ``rounds`` has the steps of each round."""

    pixel_mm: float = 0.6
    patch: tuple[int, int] = (352, 256)
    batch: int = 8
    rounds: tuple[int, ...] = (700, 1000, 1000)
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    rotation_deg: float = 18.0
    log_scale: float = 0.33
    log_aspect: float = 0.15
    folds: int = 3
    seed: int = 0
    channels: tuple[int, ...] = (48, 96, 160, 256, 320)
    residual_units: int = 1
    block: int = 2
    average_decay: float = 0.99

    @property
    def architecture(self) -> dict:
        """The network's entry in a pack."""
        return {
            "kind": "unet",
            "channels": list(self.channels),
            "inputs": 1,
            "outputs": len(CLASSES),
            "residual_units": self.residual_units,
            "block": self.block,
        }


@dataclass(frozen=True, eq=False)
class LabeledSlice:
    """A sagittal slice on the recipe's pixels: image float32 in 0–1 and labels uint8, shape (rows, columns)."""

    patient: int
    image: torch.Tensor
    labels: torch.Tensor


def classes_of_mask(mask: np.ndarray) -> np.ndarray:
    """SPIDER's mask values, of vertebrae below that of the canal, as classes, uint8."""
    return np.select([is_disc(mask), mask == Label.CANAL, mask > Label.NOTHING], [DISC, CANAL, VERTEBRA], 0).astype(
        np.uint8
    )


def slices_of(patient: int, image: Volume, classes: Volume, pixel_mm: float) -> list[LabeledSlice]:
    """The labeled slices of a stack; rows above the uppermost label, where masks stop short, count as unknown."""
    frames, labels = sagittal_frames(image).volume, sagittal_frames(classes).volume.array
    column_mm, row_mm, _ = frames.spacing_mm
    pixels = rescale_frames(torch.from_numpy(frames.array.astype(np.float32)), (row_mm, column_mm), pixel_mm)
    one_hot = torch.stack([torch.from_numpy((labels == value).astype(np.float32)) for value in range(len(CLASSES))])
    shrunk = torch.stack([rescale_frames(mask, (row_mm, column_mm), pixel_mm) for mask in one_hot]).argmax(0)
    result = []
    for picture, label in zip(pixels, shrunk.to(torch.uint8), strict=True):
        body = torch.nonzero(((label == VERTEBRA) | (label == DISC)).any(1)).flatten()
        if len(body) == 0:
            continue
        label[: max(0, int(body[0]) - 1)] = IGNORE
        low, high = np.quantile(picture.numpy(), [0.002, 0.998])
        result.append(LabeledSlice(patient, ((picture - low) / max(high - low, 1e-6)).clamp(0, 1), label))
    return result


def draw_batch(
    generator: torch.Generator, slices: Sequence[LabeledSlice], weights: torch.Tensor, recipe: LocalizerRecipe
) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch of augmented patches (batch, 1, rows, columns) and their labels (batch, rows, columns)."""
    images, labels = [], []
    for index in torch.multinomial(weights, recipe.batch, True, generator=generator):
        drawn = slices[int(index)]
        image, label = random_patch(
            generator, drawn.image, drawn.labels, recipe.patch, recipe.rotation_deg, recipe.log_scale, recipe.log_aspect
        )
        images.append(random_contrast(generator, image, label))
        labels.append(label)
    return standardize(torch.stack(images))[:, None], torch.stack(labels)


def fit(
    recipe: LocalizerRecipe,
    steps: int,
    slices: Sequence[LabeledSlice],
    weights: Sequence[float],
    state: Path,
    seed: int,
    progress: Progress,
    initial: torch.nn.Module | None = None,
) -> torch.nn.Module:
    """Train one network for ``steps``, resuming from ``state`` (a file) where it exists; returns its running average.

    Parameters
    ----------
    weights : sequence of float
        How often each slice is drawn, relative to the others.
    initial : torch.nn.Module, optional
        Network whose weights to start from.
    """
    torch.manual_seed(seed)
    network = build_network(recipe.architecture).to(memory_format=torch.channels_last)
    if initial is not None:
        network.load_state_dict(initial.state_dict())
    generator = torch.Generator().manual_seed(seed)
    drawn_by = torch.tensor(list(weights), dtype=torch.float64)

    def loss_of(_step: int) -> torch.Tensor:
        images, labels = draw_batch(generator, slices, drawn_by, recipe)
        return segmentation_loss(forward(network, images).float(), labels)

    how = Optimization(steps, recipe.learning_rate, recipe.weight_decay, 0.1, recipe.average_decay, clipped_norm=None)
    return train(
        network,
        how,
        lambda first: steps_from(first, loss_of),
        progress=progress,
        stage="Training the localizer",
        state=state,
        generator=generator,
    )


@dataclass(frozen=True, eq=False)
class _Stack:
    image: Volume
    classes: Volume


def train_localizer(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`."""
    recipe = changed(LocalizerRecipe(), options)
    images = spider_images(data_dir)
    stacks = _read_stacks(images)
    labeled = {
        patient: slices_of(patient, stack.image, stack.classes, recipe.pixel_mm) for patient, stack in stacks.items()
    }
    folds = patient_folds(images, recipe.folds, recipe.seed)
    run = _Run(recipe, [image for image in images if image.mask is None], labeled, folds, out_dir, progress)
    metrics: dict[str, object] = {}
    before: list[torch.nn.Module] = []
    networks: list[torch.nn.Module] = []
    for number, steps in enumerate(run.rounds, start=1):
        before, networks = networks, []
        for fold in range(recipe.folds):
            networks.append(run.network(f"round{number}_fold{fold}", steps, fold, before))
        dice = {patient: _dice(networks[folds[patient]], recipe, stack) for patient, stack in stacks.items()}
        write_json(out_dir / f"dice_round{number}.json", dice)
        metrics[f"dice_round{number}"] = means_with_intervals(list(dice.values()))
    metrics["dice"] = metrics[f"dice_round{len(run.rounds)}"]
    # As the folds' networks of the last round, but on all patients; the steps before had one fold less.
    final = run.network("all", run.rounds[-1], None, before)
    return _write(out_dir, recipe, final, metrics, stacks, run.unmasked)


@dataclass(eq=False)
class _Run:
    """The fits of one run of the recipe, one after the other, each kept on disk once done."""

    recipe: LocalizerRecipe
    unmasked: Sequence[SpiderImage]
    labeled: Mapping[int, Sequence[LabeledSlice]]
    folds: Mapping[int, int]
    out_dir: Path
    progress: Progress
    done: int = 0

    @property
    def rounds(self) -> tuple[int, ...]:
        """Steps of each round; one round where there is nothing to label."""
        return self.recipe.rounds if self.unmasked else (sum(self.recipe.rounds),)

    def network(
        self, name: str, steps: int, held_out: int | None, before: Sequence[torch.nn.Module]
    ) -> torch.nn.Module:
        """The network of this name, from disk or fitted without the fold ``held_out``.

        Parameters
        ----------
        before : sequence of torch.nn.Module
            The networks of each fold of the round before, to label the slices without masks and to begin with.
        """
        count = len(self.rounds) * self.recipe.folds + 1
        progress = self.progress.part(self.done / count, (self.done + 1) / count)
        self.done += 1

        def fitted(state: Path) -> torch.nn.Module:
            slices, weights = self._sample(held_out, before, progress)
            seed = zlib.crc32(name.encode()) + self.recipe.seed
            initial = before[held_out or 0] if before else None
            return fit(self.recipe, steps, slices, weights, state, seed, progress, initial)

        return trained(self.out_dir / "work" / name, build_network(self.recipe.architecture), fitted)

    def _sample(
        self, held_out: int | None, before: Sequence[torch.nn.Module], progress: Progress
    ) -> tuple[list[LabeledSlice], list[float]]:
        """Slices and how often they are drawn: each patient with masks alike, and those without together as often."""
        slices = [
            slice_ for patient, some in self.labeled.items() if self.folds[patient] != held_out for slice_ in some
        ]
        weights = [1.0 / len(self.labeled[slice_.patient]) for slice_ in slices]
        extra: list[LabeledSlice] = []
        for fold, network in enumerate(before):
            # A network labels no patient that it has seen, except for itself to go on with.
            if held_out in (None, fold):
                images = [image for image in self.unmasked if (self.folds[image.patient] == fold) is (held_out is None)]
                extra += _labeled_by(network, images, self.recipe, progress)
        return slices + extra, weights + [sum(weights) / max(len(extra), 1)] * len(extra)


def _read_stacks(images: Sequence[SpiderImage]) -> dict[int, _Stack]:
    stacks = {}
    for image in images:
        if image.mask is not None:
            mask, _ = read_volume(image.mask)
            stacks[image.patient] = _Stack(read_volume(image.path)[0], mask.with_array(classes_of_mask(mask.array)))
    if not stacks:
        raise StudyError("The localizer is trained on masks, and none of the images has one.")
    return stacks


def _dice(network: torch.nn.Module, recipe: LocalizerRecipe, stack: _Stack) -> dict[str, float]:
    segmentation = Segmenter(network, recipe.pixel_mm)(stack.image)
    return dice_of(segmentation.labels(), sagittal_frames(stack.classes).volume.array, CLASSES)


def _labeled_by(
    network: torch.nn.Module, images: Sequence[SpiderImage], recipe: LocalizerRecipe, progress: Progress
) -> list[LabeledSlice]:
    """Slices without masks, with the labels that a network gives them, cleaned; unfit ones are left out."""
    segmenter, corrections = Segmenter(network, recipe.pixel_mm), spider_corrections()
    result = []
    partners: dict[int, tuple[Disc, ...]] = {}
    # T2 before T1: its disc 1 is the one set by hand.
    for number, image in enumerate(sorted(images, key=lambda each: each.sequence != "T2")):
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


def _write(
    out_dir: Path,
    recipe: LocalizerRecipe,
    network: torch.nn.Module,
    metrics: Mapping[str, object],
    stacks: Mapping[int, _Stack],
    plain: Sequence[SpiderImage],
) -> Path:
    patients = set(stacks) | {image.patient for image in plain}
    statement = f"{len(stacks)} SPIDER stacks with masks" + (
        " and single slices labeled by the recipe's earlier rounds" if plain else ""
    )
    return ship(
        out_dir,
        "localizer-unet",
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
        trained_on=trained_on("localizer", len(patients), 0, recipe.seed, statement),
        metrics=metrics,
        intended_use="Research use, not for diagnosis: finding lumbar discs on sagittal MRI.",
    )


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
        path = next((candidate for candidate in paths if candidate.exists()), None)
        if path is None:
            raise StudyError(f"The localizer of fold {fold} is missing from {out_dir}: finish 'train localizer' first.")
        network = load_weights(build_network(recipe.architecture), path)
        localizers[fold] = Localizer.of_network(network, recipe.pixel_mm)
    return localizers, folds
