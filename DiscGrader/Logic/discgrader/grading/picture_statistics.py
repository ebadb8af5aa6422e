"""Plain statistics of pictures: what tells blur, noise, another contrast and another layout from what is usual.

Brightness and its distribution, how much there is of each size of detail (a Laplacian pyramid: Burt and Adelson, IEEE
Trans Commun 1983) and of edges along rows and columns, noise as the median second difference, where the picture is
bright and where it is detailed, how alike its halves are, and, where masks are given, brightness and extent of disc and
canal.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
"""Quantiles of brightness. This and the numbers below are part of the packs' descriptions of typical images."""

DETAILS, GRID = 4, 4
"""Halvings of the resolution at which detail is measured, and tiles along a side of the image."""

_LEAST = 1e-4
"""Keeps logarithms and divisions finite on a blank image."""


def statistics(pictures: Tensor, masks: Tensor | None = None) -> Tensor:
    """Statistics of each picture, shape (pictures, numbers).

    Parameters
    ----------
    pictures : Tensor, shape (pictures, rows, columns)
        Of one size, 32 pixels at least each way, intensities normalized alike.
    masks : Tensor, shape (pictures, regions, rows, columns), optional
        1 where the disc and the canal are, 0 elsewhere.
    """
    pictures = pictures.float()
    parts = [_brightness(pictures), _details(pictures), _noise(pictures), _layout(pictures), _halves(pictures)]
    if masks is not None:
        parts += [_region(pictures, masks[:, number].float()) for number in range(masks.shape[1])]
    return torch.nan_to_num(torch.cat(parts, 1), 0.0, 0.0, 0.0)


def _log(values: Tensor) -> Tensor:
    return values.clamp(min=_LEAST).log()


def _moments(flat: Tensor) -> Tensor:
    """Logarithm of the deviation, skewness and logarithm of the kurtosis, of shape (pictures, values)."""
    centered = flat - flat.mean(1, keepdim=True)
    deviation = centered.pow(2).mean(1, keepdim=True).sqrt()
    scaled = centered / deviation.clamp(min=_LEAST)
    return torch.cat(
        [
            _log(deviation),
            scaled.pow(3).mean(1, keepdim=True).clamp(-20, 20),
            _log(scaled.pow(4).mean(1, keepdim=True)),
        ],
        1,
    )


def _brightness(pictures: Tensor) -> Tensor:
    flat = pictures.flatten(1)
    shares = torch.quantile(flat, torch.tensor(SHARES, device=flat.device), dim=1).T
    low, high = flat.amin(1, keepdim=True), flat.amax(1, keepdim=True)
    near = (high - low).clamp(min=_LEAST) / 200
    ends = torch.stack([(flat <= low + near).float().mean(1), (flat >= high - near).float().mean(1)], 1)
    return torch.cat([shares, ends, _moments(flat)], 1)


def _details(pictures: Tensor) -> Tensor:
    parts, level = [], pictures[:, None]
    for _ in range(DETAILS):
        smaller = avg_pool2d(level, 2, ceil_mode=True)
        detail = level - interpolate(smaller, level.shape[2:], mode="bilinear", align_corners=False)
        parts += [
            _moments(detail.flatten(1))[:, ::2],
            _log(level.diff(dim=2).abs().mean((2, 3))),
            _log(level.diff(dim=3).abs().mean((2, 3))),
        ]
        level = smaller
    return torch.cat(parts, 1)


def _noise(pictures: Tensor) -> Tensor:
    return torch.stack([_log(pictures.diff(n=2, dim=along).abs().flatten(1).median(1).values) for along in (1, 2)], 1)


def _layout(pictures: Tensor) -> Tensor:
    rows, columns = (size // GRID for size in pictures.shape[1:])
    tiles = pictures[:, : rows * GRID, : columns * GRID].reshape(-1, GRID, rows, GRID, columns)
    return torch.cat([tiles.mean((2, 4)).flatten(1), _log(tiles.std((2, 4))).flatten(1)], 1)


def _halves(pictures: Tensor) -> Tensor:
    centered = pictures - pictures.mean((1, 2), keepdim=True)
    power = centered.pow(2).mean((1, 2)).clamp(min=_LEAST)
    return torch.stack([(centered * centered.flip(along)).mean((1, 2)) / power for along in (1, 2)], 1)


def _region(pictures: Tensor, mask: Tensor) -> Tensor:
    """Brightness within a region, its deviation, the region's share of the picture, and how far it extends each way."""
    count = mask.sum((1, 2)).clamp(min=1.0)
    mean = (pictures * mask).sum((1, 2)) / count
    deviation = (((pictures - mean[:, None, None]) ** 2 * mask).sum((1, 2)) / count).sqrt()
    extents = []
    for along in (1, 2):
        profile = mask.sum(3 - along) / count[:, None]
        place = torch.linspace(-1, 1, profile.shape[1], device=mask.device)
        middle = (profile * place).sum(1)
        extents += [middle, _log((profile * (place - middle[:, None]) ** 2).sum(1).sqrt())]
    return torch.stack([mean, _log(deviation), _log(mask.mean((1, 2))), *extents], 1)
