"""Random changes of training pictures that stand for other patients, positions, scanners and protocols.

Patches of sagittal slices (`random_patch`, `random_contrast`), crops of discs (`vary_crops`), views of discs
(`vary_views`) and surroundings of a disc (`LevelVariation.draw`). Pictures without a network's grid are changed by
`discgrader.training.distort`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample, interpolate

from discgrader.grading.view import ViewShape, ViewSpec
from discgrader.localize.level_predictor import BRIGHTEST, EDGE, PIXEL_MM, cut_out


def uniform(generator: torch.Generator, low: float, high: float, *shape: int) -> torch.Tensor:
    """Uniform random numbers between ``low`` and ``high``."""
    return low + (high - low) * torch.rand(*shape, generator=generator)


def random_patch(
    generator: torch.Generator,
    image: torch.Tensor,
    label: torch.Tensor,
    patch: tuple[int, int],
    rotation_deg: float,
    log_scale: float,
    log_aspect: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """A patch cut from one slice under a random rotation, scale, aspect and place.

    Parameters
    ----------
    image, label : Tensor, shape (rows, columns)
        The slice and its integer labels.
    patch : tuple of int
        Rows and columns of the patch.
    rotation_deg, log_scale, log_aspect : float
        Largest rotation either way, and largest logarithm of scale and of aspect either way.

    Returns
    -------
    patch of the image (rows, columns); patch of the labels, 0 outside the slice.
    """
    rows, columns = image.shape
    angle = math.radians(float(uniform(generator, -rotation_deg, rotation_deg, 1)))
    scale = math.exp(float(uniform(generator, -log_scale, log_scale, 1)))
    aspect = math.exp(float(uniform(generator, -log_aspect, log_aspect, 1)))
    half = torch.tensor([patch[1] / columns / scale * aspect, patch[0] / rows / scale / aspect])
    # The center keeps most of the patch on the slice, or most of the slice in the patch.
    reach = (1 - half).abs() + 0.15
    center = uniform(generator, -1, 1, 2) * reach
    ratio = rows / columns
    theta = torch.tensor(
        [
            [half[0] * math.cos(angle), -half[1] * math.sin(angle) * ratio, center[0]],
            [half[0] * math.sin(angle) / ratio, half[1] * math.cos(angle), center[1]],
        ]
    )
    grid = affine_grid(theta[None], [1, 1, *patch], align_corners=False)
    picture = grid_sample(image[None, None], grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    labels = grid_sample(label[None, None].float(), grid, mode="nearest", padding_mode="zeros", align_corners=False)
    return picture[0, 0], labels[0, 0].long()


def random_contrast(generator: torch.Generator, image: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """One patch with intensities as another sequence or scanner might give them; values in 0–1 before and after.

    Half of the patches get new mean intensities of vertebra, disc and canal, so that T1-like contrasts arise from
    T2-weighted pictures; then a random curve, gain from front to back, blur, noise and saturation band.
    """

    def drawn(p: float) -> bool:
        return float(torch.rand(1, generator=generator)) < p

    if drawn(0.5):
        image = _repaint_classes(generator, image, label)
    if drawn(0.35):
        knots = torch.cat([torch.zeros(1), uniform(generator, 0, 1, 5)])
        if drawn(0.6):
            knots = knots.sort().values
        position = image.clamp(0, 1) * (len(knots) - 1)
        lower = position.floor().long().clamp(max=len(knots) - 2)
        image = torch.lerp(knots[lower], knots[lower + 1], position - lower)
    image = image.clamp(min=0) ** math.exp(float(uniform(generator, -0.5, 0.5, 1)))
    if drawn(0.7):
        coarse = uniform(generator, -0.7, 0.7, 1, 1, 4, 3)
        image = image * interpolate(coarse, size=image.shape, mode="bicubic", align_corners=True)[0, 0].exp()
    if drawn(0.4):
        factor = float(uniform(generator, 1.2, 3.0, 1))
        small = [max(16, round(n / factor)) for n in image.shape]
        image = interpolate(image[None, None], size=small, mode="bilinear", antialias=True)
        image = interpolate(image, size=label.shape, mode="bilinear")[0, 0]
    if drawn(0.6):
        image = image + float(uniform(generator, 0, 0.08, 1)) * torch.randn(image.shape, generator=generator)
    if drawn(0.15):
        start = int(uniform(generator, 0, image.shape[1] * 0.4, 1))
        image = image.clone()
        image[:, max(0, start - 60) : start] *= float(uniform(generator, 0.0, 0.4, 1))
    return image


def _repaint_classes(generator: torch.Generator, image: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    shift = torch.zeros_like(image)
    for value in (1, 2, 3):
        inside = label == value
        if not inside.any():
            continue
        mean = image[inside].mean()
        target = uniform(generator, 0.05, 0.9, 1)
        strength = uniform(generator, 0.3, 1.0, 1)
        detail = uniform(generator, 0.4, 1.2, 1)
        soft = avg_pool2d(inside[None, None].float(), 3, 1, 1)[0, 0]
        shift = shift + soft * (strength * (target - mean) + (detail - 1) * (image - mean))
    return image + shift


def vary_crops(wide: torch.Tensor, shape: ViewShape, generator: np.random.Generator) -> torch.Tensor:
    """Crops cut from wider ones, each turned, scaled, moved and changed in intensity at random.

    Parameters
    ----------
    wide : Tensor, shape (crops, channels, rows, columns)
        First channel intensity, the others masks.
    shape : ViewShape
        Of the crops.
    """
    count, _channels, rows, columns = wide.shape
    angle = np.radians(generator.uniform(-10, 10, count))
    scale = np.exp(generator.uniform(-0.15, 0.15, count))
    aspect = np.exp(generator.uniform(-0.08, 0.08, count))
    # No corner of the crop may leave the wide crop by more than a few pixels, whatever the turn.
    half_x = shape.columns / columns * scale * aspect
    half_y = shape.rows / rows * scale / aspect
    shift_x = generator.uniform(-1, 1, count) * 5 * 2 / columns
    shift_y = generator.uniform(-1, 1, count) * 5 * 2 / rows
    ratio = rows / columns
    theta = np.stack(
        [
            np.stack([half_x * np.cos(angle), -half_y * np.sin(angle) * ratio, shift_x], -1),
            np.stack([half_x * np.sin(angle) / ratio, half_y * np.cos(angle), shift_y], -1),
        ],
        1,
    )
    grid = affine_grid(
        torch.from_numpy(theta.astype(np.float32)), [count, 1, shape.rows, shape.columns], align_corners=False
    )
    crops = grid_sample(wide, grid, mode="bilinear", padding_mode="border", align_corners=False)
    picture = crops[:, :1]
    gain = torch.from_numpy(np.exp(generator.uniform(-0.2, 0.2, (count, 1, 1, 1))).astype(np.float32))
    offset = torch.from_numpy(generator.uniform(-0.3, 0.3, (count, 1, 1, 1)).astype(np.float32))
    bias = torch.from_numpy(generator.uniform(-0.25, 0.25, (count, 1, 3, 3)).astype(np.float32))
    picture = picture * gain + offset + interpolate(bias, size=(shape.rows, shape.columns), mode="bicubic")
    blurred = avg_pool2d(picture, 3, 1, 1)
    mix = torch.from_numpy(
        (generator.random((count, 1, 1, 1)) * (generator.random((count, 1, 1, 1)) < 0.4)).astype(np.float32)
    )
    noise = torch.from_numpy((0.15 * generator.random((count, 1, 1, 1))).astype(np.float32))
    picture = torch.lerp(picture, blurred, mix) + noise * torch.randn(picture.shape)
    # Now and then without masks, so that a grade does not hang on the segmentation alone.
    keep = torch.from_numpy((generator.random((count, 1, 1, 1)) > 0.15).astype(np.float32))
    return torch.cat([picture, crops[:, 1:] * keep], 1)


@dataclass(frozen=True)
class Variation:
    """How far views are varied while training.

    Parameters
    ----------
    rotation_deg, shift_mm : float
        At most, either way.
    log_scale : float
        Largest logarithm of the scale, either way.
    flip : str
        ``none``; ``columns`` turns a sagittal view front to back, as the paper on calcification does; ``mirror``
        exchanges the patient's left and right, grades of the two sides included.
    gain, offset, noise : float
        Of gray levels: largest logarithm of a gain, largest offset, largest deviation of noise, where the view's
        darkest and brightest are 0 and 1.
    tone : float
        Largest logarithm of the exponent that gray levels are raised to, either way: scanners and windowing differ in
        how bright what is neither dark nor bright looks.
    shading : float
        Largest logarithm of the gain in the view's corners against that in its middle, along a slope drawn at random.
    blur : float
        Share of views that are blurred.
    narrow : float
        Share of views that show only some slices around the middle one, down to itself alone: as where a series ends,
        the nearest that is there stands for what would follow.
    """

    rotation_deg: float
    shift_mm: float
    log_scale: float
    flip: str
    gain: float
    offset: float
    noise: float
    tone: float
    shading: float
    blur: float
    narrow: float


@dataclass(frozen=True, eq=False)
class VariedViews:
    """Views of several discs.

    Parameters
    ----------
    pictures : Tensor, shape (discs, views, slices, pixels, pixels)
        In 0–1.
    boxes : Tensor, shape (discs, 4)
        Of the herniation on the last view; NaN where there is none.
    mirrored : ndarray of bool, shape (discs,)
        Whose left and right were exchanged.
    """

    pictures: torch.Tensor
    boxes: torch.Tensor
    mirrored: np.ndarray


def middle(wide: torch.Tensor, pixels: int) -> torch.Tensor:
    """The views as they are, without the room around them; shapes as of `vary_views`."""
    edge = (wide.shape[-1] - pixels) // 2
    return wide[..., edge : edge + pixels, edge : edge + pixels]


def vary_views(
    wide: torch.Tensor,
    boxes: torch.Tensor,
    specs: Sequence[ViewSpec],
    pixels: int,
    variation: Variation,
    generator: np.random.Generator,
) -> VariedViews:
    """Views turned, moved, scaled, mirrored and changed in gray levels at random.

    Parameters
    ----------
    wide : Tensor, shape (discs, views, slices, wide, wide)
        In 0–1, cut with room around.
    boxes : Tensor, shape (discs, 4)
        As shares of the view.
    """
    discs, view_count, slices, side, _ = wide.shape
    count = discs * view_count
    share = pixels / side
    angle = np.radians(generator.uniform(-variation.rotation_deg, variation.rotation_deg, count))
    scale = np.exp(generator.uniform(-variation.log_scale, variation.log_scale, count)) * share
    field = np.tile([spec.field_mm for spec in specs], discs) / share
    shift = generator.uniform(-1, 1, (count, 2)) * variation.shift_mm * 2 / field[:, None]
    turn = scale[:, None, None] * np.stack(
        [np.stack([np.cos(angle), -np.sin(angle)], -1), np.stack([np.sin(angle), np.cos(angle)], -1)], 1
    )
    flipped = (generator.random(discs) < 0.5) & (variation.flip != "none")
    if variation.flip == "columns":
        turn[np.repeat(flipped, view_count)] *= [[-1.0, 1.0]]
    theta = torch.from_numpy(np.concatenate([turn, shift[:, :, None]], 2)).float().to(wide.device)
    grid = affine_grid(theta, [count, slices, pixels, pixels], align_corners=False)
    pictures = grid_sample(wide.flatten(0, 1), grid, mode="bilinear", padding_mode="border", align_corners=False)
    pictures = _gray_levels(pictures, variation, generator).reshape(discs, view_count, slices, pixels, pixels)
    pictures = _narrowed(pictures, variation.narrow, generator)
    last = slice(view_count - 1, None, view_count)
    boxes = _boxes_after(boxes, theta[last], share)
    mirrored = flipped if variation.flip == "mirror" else np.zeros(discs, bool)
    chosen = torch.from_numpy(mirrored).to(wide.device)
    if mirrored.any():
        pictures = torch.where(chosen[:, None, None, None, None], mirror(pictures, specs), pictures)
        boxes = torch.where(
            chosen[:, None], torch.stack([1 - boxes[:, 2], boxes[:, 1], 1 - boxes[:, 0], boxes[:, 3]], 1), boxes
        )
    return VariedViews(pictures, boxes, mirrored)


def mirror(pictures: torch.Tensor, specs: Sequence[ViewSpec]) -> torch.Tensor:
    """What the views would show of the patient's mirror image; shape (discs, views, slices, pixels, pixels)."""
    parts = []
    for number, spec in enumerate(specs):
        if spec.plane == "axial":
            parts.append(pictures[:, number].flip(-1))
            continue
        opposite = tuple(-offset for offset in reversed(spec.offsets_mm))
        other = next(
            place
            for place, other_spec in enumerate(specs)
            if other_spec.plane == spec.plane and other_spec.offsets_mm == opposite
        )
        parts.append(pictures[:, other].flip(-3))
    return torch.stack(parts, 1)


def mirrored_task(task: str) -> str:
    """The task that asks on the other side what this one asks."""
    for one, other in (("left_", "right_"), ("right_", "left_")):
        if task.startswith(one):
            return other + task.removeprefix(one)
    return task


def _boxes_after(boxes: torch.Tensor, theta: torch.Tensor, share: float) -> torch.Tensor:
    """Boxes around what the boxes held, after the views were moved by ``theta``."""
    first, last = boxes[:, :2], boxes[:, 2:]
    corners = torch.stack(
        [first, torch.stack([last[:, 0], first[:, 1]], 1), last, torch.stack([first[:, 0], last[:, 1]], 1)], 1
    )
    before = (corners * 2 - 1) * share
    after = torch.linalg.solve(theta[:, :, :2], (before - theta[:, None, :, 2]).transpose(1, 2)).transpose(1, 2)
    after = (after + 1) / 2
    return torch.cat([after.amin(1), after.amax(1)], 1).clamp(0, 1)


def _narrowed(pictures: torch.Tensor, share: float, generator: np.random.Generator) -> torch.Tensor:
    discs, _windows, slices = pictures.shape[:3]
    middle = slices // 2
    reach = np.where(generator.random(discs) < share, generator.integers(0, max(middle, 1), discs), middle)
    kept = middle + np.clip(np.arange(slices) - middle, -reach[:, None], reach[:, None])
    places = torch.from_numpy(kept).to(pictures.device)[:, None, :, None, None].expand_as(pictures)
    return pictures.gather(2, places)


def _gray_levels(pictures: torch.Tensor, variation: Variation, generator: np.random.Generator) -> torch.Tensor:
    def drawn(low: float, high: float) -> torch.Tensor:
        return torch.from_numpy(generator.uniform(low, high, (len(pictures), 1, 1, 1))).float().to(pictures.device)

    pictures = pictures.clamp(0, 1) ** drawn(-variation.tone, variation.tone).exp()
    rows, columns = (torch.linspace(-1, 1, count, device=pictures.device) for count in pictures.shape[-2:])
    slope = (drawn(-1, 1) * rows[:, None] + drawn(-1, 1) * columns) * variation.shading / 2
    pictures = pictures * (slope + drawn(-variation.gain, variation.gain)).exp() + drawn(
        -variation.offset, variation.offset
    )
    mix = drawn(0, 1) * (drawn(0, 1) < variation.blur)
    pictures = torch.lerp(pictures, avg_pool2d(pictures, 3, 1, 1), mix)
    noise = torch.from_numpy(generator.standard_normal(pictures.shape, dtype=np.float32)).to(pictures.device)
    return (pictures + drawn(0, variation.noise) * noise).clamp(0, 1)


@dataclass(frozen=True)
class LevelVariation:
    """How far the surroundings of a disc are varied, by which its level is recognized.

    Parameters
    ----------
    rotation_deg, log_scale, log_aspect, shift_mm : float
        Deviations, of the angle, of the logarithms of scale and aspect, and of the place.
    cut_below, cut_above : float
        Shares of the pictures that end below or above the disc, as where the field of view ends.
    """

    rotation_deg: float
    log_scale: float
    log_aspect: float
    shift_mm: float
    cut_below: float
    cut_above: float

    def draw(self, planes: torch.Tensor, row: float, column: float, generator: np.random.Generator) -> torch.Tensor:
        """The picture around a place, turned, scaled, shifted, of other intensities, and cut off.

        Parameters
        ----------
        planes : Tensor, shape (planes, rows, columns)
            See `discgrader.localize.level_predictor`.

        Returns
        -------
        Tensor, shape (planes, edge, edge)
        """
        angle = np.radians(generator.normal(0, self.rotation_deg))
        scale, aspect = np.exp(generator.normal(0, [self.log_scale, self.log_aspect]))
        turn = torch.tensor(
            [
                [np.cos(angle) * scale * aspect, -np.sin(angle) * scale * aspect],
                [np.sin(angle) * scale / aspect, np.cos(angle) * scale / aspect],
            ],
            dtype=torch.float32,
        )
        away = generator.normal(0, self.shift_mm / PIXEL_MM, 2)
        planes = cut_out(planes, row + away[0], column + away[1], turn)
        # How often and how strongly brightness, noise and blur are changed was set by eye.
        picture = planes[:1] * np.exp(generator.normal(0, 0.2)) + generator.normal(0, 0.25)
        picture = picture + generator.normal(0, 0.075) * picture * picture
        if generator.random() < 0.3:
            noise = generator.normal(0, generator.uniform(0, 0.35), picture.shape).astype(np.float32)
            picture = picture + torch.from_numpy(noise)
        if generator.random() < 0.3:
            picture = avg_pool2d(picture[None], 3, 1, 1)[0]
        planes = torch.cat([picture.float().clamp(-BRIGHTEST, BRIGHTEST) * planes[-1:], planes[1:]])
        if generator.random() < self.cut_below:
            planes[:, int(EDGE / 2 + generator.uniform(8, 60) / PIXEL_MM) :] = 0
        if generator.random() < self.cut_above:
            planes[:, : max(int(EDGE / 2 - generator.uniform(8, 60) / PIXEL_MM), 0)] = 0
        return planes
