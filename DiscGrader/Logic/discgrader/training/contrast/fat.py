"""Fat-suppressed pictures of real anatomy, made from a T1 and a T2 picture of the same slice.

Fat is bright on T1 and on T2. Where T1 is bright for its surroundings there is fat, so that the T2 picture loses its
signal there: all of it under the skin and in the canal, half of it in marrow. What is left is what fat suppression
shows: dark subcutaneous and epidural fat, dark gray vertebrae, fluid and well-hydrated discs that stand out.
"""

import numpy as np
from scipy import ndimage

_EVEN_PIXELS = 23.0
_BODY = 0.08
_BRIGHT, _BRIGHT_RANGE = 0.55, 0.25


def scaled(picture: np.ndarray, known: np.ndarray) -> np.ndarray:
    """A picture with its darkest hundredth at 0 and its brightest at 1."""
    low, high = np.percentile(picture[known], (1, 99))
    return (np.clip((picture - low) / max(high - low, 1e-6), 0, 1.5) * known).astype(np.float32)


def fat_share(t1: np.ndarray, none: float, full: float) -> np.ndarray:
    """Share of fat, 0 to 1, by the brightness of a scaled T1 picture relative to its surroundings.

    What is among the brightest of all is fat, too: under the skin it lies in thick layers that have no surroundings.

    Parameters
    ----------
    t1 : ndarray, shape (rows, columns)
        From `scaled`, pixels of 1.5 mm.
    none, full : float
        How many times as bright as its surroundings a place without fat and a place of fat alone is.
    """
    body = ndimage.gaussian_filter(t1, 2) > _BODY
    share = ndimage.gaussian_filter(body.astype(np.float32), _EVEN_PIXELS)
    around = ndimage.gaussian_filter(np.where(body, t1, 0), _EVEN_PIXELS) / (share + 1e-3)
    relative = np.clip((t1 / (around + 0.03) - none) / (full - none), 0, 1)
    return ndimage.gaussian_filter(np.maximum(relative, np.clip((t1 - _BRIGHT) / _BRIGHT_RANGE, 0, 1)), 0.6)


def without_fat(picture: np.ndarray, fat: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A scaled picture whose fat is suppressed, here better and there worse.

    One picture in four keeps some of its fat toward an edge of the field of view, where the field is uneven.
    """
    kept = np.full(fat.shape, rng.uniform(0.0, 0.18), np.float32)
    if rng.random() < 0.25:
        rows, columns = np.mgrid[-1 : 1 : fat.shape[0] * 1j, -1 : 1 : fat.shape[1] * 1j]
        angle = rng.uniform(0, 2 * np.pi)
        kept += np.clip(rows * np.sin(angle) + columns * np.cos(angle) - rng.uniform(0.3, 0.8), 0, 1).astype(np.float32)
    return picture * (1 - fat * (1 - np.minimum(kept, 1)))


def drawn_fat_share(t1: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`fat_share` with limits drawn, since nobody knows them, moved by up to a pixel as the two series may be."""
    none = rng.uniform(0.5, 0.8)
    fat = fat_share(t1, none, none + rng.uniform(0.6, 1.2))
    return ndimage.shift(fat, rng.normal(0, 0.4, 2), order=1, mode="nearest")
