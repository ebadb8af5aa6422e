"""Pictures that are no T1 or T2 of a spine: what the networks have to call other."""

from collections.abc import Callable

import numpy as np
from scipy import ndimage


def noise(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Noise, from pixel to pixel or in clouds."""
    picture = ndimage.gaussian_filter(rng.standard_normal(shape), rng.choice([0, 1, 3, 8, 20]))
    return np.abs(picture) if rng.random() < 0.5 else picture - picture.min()


def shapes(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Ellipses in an ellipse: heads, limbs and bellies as far as brightness goes."""
    rows, columns = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    picture = np.zeros(shape)
    inside = _ellipse(rows, columns, rng.uniform(-0.15, 0.15, 2), rng.uniform(0.4, 0.95, 2), rng.uniform(0, np.pi))
    picture[inside] = rng.uniform(0.2, 1)
    skin = inside & ~ndimage.binary_erosion(inside, iterations=int(rng.integers(2, 9)))
    picture[skin] = rng.uniform(0, 1)
    for _ in range(rng.integers(3, 40)):
        one = _ellipse(rows, columns, rng.uniform(-0.7, 0.7, 2), rng.uniform(0.02, 0.35, 2), rng.uniform(0, np.pi))
        picture[one & inside] = rng.uniform(0, 1)
    texture = ndimage.gaussian_filter(rng.standard_normal(shape), rng.uniform(0.7, 5))
    picture *= 1 + rng.uniform(0, 0.3) * texture / texture.std()
    return ndimage.gaussian_filter(np.maximum(picture, 0), rng.uniform(0, 1.2))


def column_of_blocks(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Bars beside each other or rows of boxes: something regular that is no spine."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    angle, period = rng.uniform(0, np.pi), rng.uniform(8, 60)
    wave = np.sin((rows * np.sin(angle) + columns * np.cos(angle)) * 2 * np.pi / period)
    if rng.random() < 0.5:
        wave = wave * np.sin((rows * np.cos(angle) - columns * np.sin(angle)) * 2 * np.pi / rng.uniform(8, 60))
    wave = np.where(wave > 0, 1.0, 0.0) if rng.random() < 0.5 else wave + 1
    return wave * rng.uniform(0.5, 1) + 0.05 * np.abs(rng.standard_normal(shape))


def derived(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What is computed from a picture: its negative, its edges, a difference, levels of gray, a coarse map."""
    high = np.percentile(picture, 99)
    kind = rng.integers(5)
    if kind == 0:
        return np.where(picture > 0.02 * high, np.clip(high - picture, 0, None), 0 if rng.random() < 0.5 else high)
    if kind == 1:
        return ndimage.gaussian_gradient_magnitude(picture, rng.uniform(0.7, 2))
    if kind == 2:
        moved = ndimage.shift(picture, rng.uniform(-1.5, 1.5, 2), order=1)
        return np.abs(picture - moved) + rng.uniform(0, 0.02) * high * np.abs(rng.standard_normal(picture.shape))
    if kind == 3:
        return (picture > rng.uniform(0.15, 0.6) * high).astype(float)
    smooth = ndimage.gaussian_filter(picture, rng.uniform(4, 9))
    coarse = np.divide(picture, smooth + 0.1 * high) ** 0.2 * (smooth < rng.uniform(0.2, 0.6) * high)
    return coarse + 0.1 * noise(rng, picture.shape)


def mask(slice_: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A mask: whole numbers for some tissues of a slice of shape (tissues, rows, columns)."""
    tissue = np.argmax(slice_, axis=0)
    some = rng.random() < 0.6
    values = rng.choice([0, 0, 1, 2, 3, 5, 10, 100, 201], len(slice_)) if some else rng.random(len(slice_)) < 0.3
    return np.asarray(values, float)[tissue]


WITHOUT_ANATOMY: tuple[Callable[[np.random.Generator, tuple[int, int]], np.ndarray], ...] = (
    noise,
    shapes,
    shapes,
    column_of_blocks,
)


def _ellipse(rows: np.ndarray, columns: np.ndarray, center: np.ndarray, radii: np.ndarray, angle: float) -> np.ndarray:
    y, x = rows - center[0], columns - center[1]
    across, along = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return (across / radii[0]) ** 2 + (along / radii[1]) ** 2 < 1
