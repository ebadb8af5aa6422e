"""Random changes of sagittal slices that stand for other scanners, protocols and patients."""

import math

import torch
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample, interpolate

from discgrader.localize.frames import standardize


def uniform(generator: torch.Generator, low: float, high: float, *shape: int) -> torch.Tensor:
    """Uniform random numbers between ``low`` and ``high``."""
    return low + (high - low) * torch.rand(*shape, generator=generator)


def random_affine(
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
    # The centre keeps most of the patch on the slice, or most of the slice in the patch.
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

    def chance(p: float) -> bool:
        return float(torch.rand(1, generator=generator)) < p

    if chance(0.5):
        image = _repaint_classes(generator, image, label)
    if chance(0.35):
        knots = torch.cat([torch.zeros(1), uniform(generator, 0, 1, 5)])
        if chance(0.6):
            knots = knots.sort().values
        position = image.clamp(0, 1) * (len(knots) - 1)
        lower = position.floor().long().clamp(max=len(knots) - 2)
        image = torch.lerp(knots[lower], knots[lower + 1], position - lower)
    image = image.clamp(min=0) ** math.exp(float(uniform(generator, -0.5, 0.5, 1)))
    if chance(0.7):
        coarse = uniform(generator, -0.7, 0.7, 1, 1, 4, 3)
        image = image * interpolate(coarse, size=image.shape, mode="bicubic", align_corners=True)[0, 0].exp()
    if chance(0.4):
        factor = float(uniform(generator, 1.2, 3.0, 1))
        small = [max(16, round(n / factor)) for n in image.shape]
        image = interpolate(image[None, None], size=small, mode="bilinear", antialias=True)
        image = interpolate(image, size=label.shape, mode="bilinear")[0, 0]
    if chance(0.6):
        image = image + float(uniform(generator, 0, 0.08, 1)) * torch.randn(image.shape, generator=generator)
    if chance(0.15):
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


def finish(image: torch.Tensor) -> torch.Tensor:
    """Patches (batch, rows, columns) as the network expects them."""
    return standardize(image)
