"""Whether a sagittal lumbar picture weights T1 or T2, told from the picture alone.

Five measures of a few slices around the middle go into a logistic regression. They stand for what a reader looks for:
a bright upright band as wide as the spinal canal (CSF on T2), a dark one (CSF on T1), discs darker than the vertebrae,
and how dark the darker tissue is. Intensities count only relative to their surroundings, so that coil shading and
scaling do not matter. Fat is not looked at: fat-suppressed pictures without a name pass for T2 where they pass at all.

``Testing/benchmarks/contrast_from_picture.py`` fits the weights below to the mid-sagittal slices of SPIDER (Zenodo
10159290, CC BY 4.0) and states how often the answer is right on patients that were not used for fitting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import ndimage

from discgrader.imaging.resample import grid, sample
from discgrader.imaging.study import Contrast, Plane
from discgrader.imaging.volume import Volume

_STEP_MM = 2.0
_LARGEST_MM = 400.0
_OFFSETS_MM = (-6.0, -3.0, 0.0, 3.0, 6.0)
_SURROUNDINGS_MM = 20.0
_RIM_MM = 26.0
_ENDS = 0.07
_UPRIGHT = (-30, -15, 0, 15, 30)
_LEVEL = (60, 75, 90, 105, 120)

MEASURES = ("bright upright band", "dark level band", "broad dark upright band", "dark tissue", "darker tissue")
_CENTER = np.array([0.3320, 0.2091, 0.2133, -1.0773, -0.4205])
_SCALE = np.array([0.0972, 0.0638, 0.0532, 0.2430, 0.0811])
_WEIGHTS = np.array([2.8867, 1.7745, -1.2756, -2.4423, 1.1167])
_BIAS = 1.3288
# the range of each measure over all of these slices, widened by a fifth to either side
_LOWEST = np.array([0.046, 0.007, -0.127, -1.93, -0.79])
_HIGHEST = np.array([0.804, 0.505, 0.453, -0.41, -0.06])


KEYS = (Contrast.T1, Contrast.T2, Contrast.STIR, Contrast.T2_SPACE, Contrast.OTHER)
"""The contrasts that a picture is given probabilities of."""

_SURE = 0.8
_THIN_MM = 1.6


@dataclass(frozen=True)
class PictureContrast:
    """What a picture weights, told from it alone.

    Parameters
    ----------
    probabilities : mapping of Contrast to float
        Of T1, T2, STIR (T2 with fat suppression), T2_SPACE and OTHER (none of these, or no spine on MR); sum 1.
    contrast : Contrast
        The most probable one; ``Contrast.UNKNOWN`` where it cannot be told.
    probability : float
        Of the most probable one.
    """

    probabilities: Mapping[Contrast, float]
    contrast: Contrast
    probability: float


def picture_contrast(volume: Volume, plane: Plane) -> PictureContrast:
    """What a picture in this plane weights.

    Parameters
    ----------
    volume : Volume
        Any scaling of its values.
    plane : Plane
        That of its slices.
    """
    axis = int(np.argmax(np.abs(volume.directions[(Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL).index(plane)])))
    t2 = probability_of_t2(volume, axis) if plane is Plane.SAGITTAL else None
    if t2 is None:
        return PictureContrast(dict.fromkeys(KEYS, 1 / len(KEYS)), Contrast.UNKNOWN, 1 / len(KEYS))
    thin = volume.size[axis] > 1 and volume.spacing_mm[axis] < _THIN_MM
    probabilities = dict.fromkeys(KEYS, 0.0) | {Contrast.T1: 1 - t2, Contrast.T2_SPACE if thin else Contrast.T2: t2}
    best = max(probabilities, key=probabilities.get)
    sure = probabilities[best] >= _SURE
    return PictureContrast(probabilities, best if sure else Contrast.UNKNOWN, probabilities[best])


def probability_of_t2(volume: Volume, slice_axis: int) -> float | None:
    """Probability that a sagittal volume weights T2 rather than T1.

    Parameters
    ----------
    volume : Volume
        Sagittal.
    slice_axis : int
        Which of i, j, k (0, 1, 2) runs across its slices.

    Returns
    -------
    float or None
        None where the picture is too small or unlike any that the weights were fitted to.
    """
    found = [one for one in (measures(picture) for picture in central_pictures(volume, slice_axis)) if one is not None]
    if not found:
        return None
    mean = np.mean(found, axis=0)
    if np.any(mean < _LOWEST) or np.any(mean > _HIGHEST):
        return None
    standard = (mean - _CENTER) / _SCALE
    return float(1 / (1 + np.exp(-(standard @ _WEIGHTS + _BIAS))))


def central_pictures(volume: Volume, slice_axis: int) -> list[np.ndarray]:
    """Slices around the middle, head up and front to the left, at 2 mm; float32, shapes (rows, columns)."""
    middle = (np.array(volume.size) - 1) / 2
    axes = np.array([[0.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    extents = np.abs(volume.directions) @ (np.array(volume.size) * volume.spacing_mm)
    shape = tuple(int(min(extents[axis], _LARGEST_MM)) for axis in (2, 1))
    pictures, taken = [], set()
    for offset in _OFFSETS_MM:
        index = middle.copy()
        wanted = index[slice_axis] + offset / volume.spacing_mm[slice_axis]
        index[slice_axis] = np.clip(np.rint(wanted), 0, volume.size[slice_axis] - 1)
        if index[slice_axis] in taken:
            continue
        taken.add(index[slice_axis])
        dark = volume.no_signal
        fine = sample(volume, grid(volume.index_to_lps(index), axes, shape, 1.0), cval=dark) - np.float32(dark)
        pictures.append(ndimage.gaussian_filter(fine, 1.0)[::2, ::2])
    return pictures


def measures(picture: np.ndarray) -> np.ndarray | None:
    """The five `MEASURES` of a picture at 2 mm, head up and front to the left, shape (5,); None when it is too small."""
    tissue = _tissue(picture)
    sigma = _SURROUNDINGS_MM / _STEP_MM
    share = ndimage.gaussian_filter(tissue.astype(float), sigma)
    around = ndimage.gaussian_filter(np.where(tissue, picture, 0.0), sigma) / np.maximum(share, 1e-3)
    relative = np.log(np.clip(np.where(tissue, picture, 1.0) / np.maximum(around, 1e-6), 0.1, 10.0)) * tissue
    inner = ndimage.binary_erosion(tissue, np.ones((1, 3)), iterations=round(_RIM_MM / _STEP_MM))
    ends = int(_ENDS * len(picture))
    inner[:ends] = inner[len(inner) - ends:] = False
    if inner.sum() < 200:
        return None
    return np.array([
        np.percentile(_bands(relative, 12, 20, _UPRIGHT, dark=False)[inner], 98),
        np.percentile(_bands(relative, 12, 20, _LEVEL, dark=True)[inner], 90),
        np.percentile(_bands(relative, 20, 50, _UPRIGHT, dark=True)[inner], 90),
        np.percentile(relative[inner], 5),
        np.percentile(relative[inner], 25),
    ])


def _tissue(picture: np.ndarray) -> np.ndarray:
    """The largest region that is not air, holes filled."""
    smooth = ndimage.gaussian_filter(picture, 1)
    tissue = smooth > 0.12 * np.percentile(smooth, 90)
    tissue = ndimage.binary_opening(ndimage.binary_closing(tissue, iterations=3), iterations=2)
    labels, count = ndimage.label(tissue)
    if count > 1:
        tissue = labels == 1 + np.argmax(ndimage.sum(tissue, labels, range(1, count + 1)))
    return ndimage.binary_fill_holes(tissue)


def _bands(relative: np.ndarray, width_mm: float, length_mm: float, angles: tuple[int, ...], dark: bool) -> np.ndarray:
    """How much each place stands out, as a band at one of the angles, from what lies on both of its sides."""
    # Loading scipy.signal takes a second, and a series that names its contrast does not need it.
    from scipy.signal import fftconvolve

    best = np.full(relative.shape, -np.inf)
    for angle in angles:
        core, left, right = (fftconvolve(relative, one, "same") for one in _band_kernels(width_mm, length_mm, angle))
        best = np.maximum(best, np.minimum(left, right) - core if dark else core - np.maximum(left, right))
    return best


@lru_cache(maxsize=32)
def _band_kernels(width_mm: float, length_mm: float, angle: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights that sum to 1 for the band itself, its left and its right side."""
    reach = int(length_mm / _STEP_MM) // 2 + 6
    y, x = np.mgrid[-reach:reach + 1, -reach:reach + 1] * _STEP_MM
    across = x * np.cos(np.deg2rad(angle)) + y * np.sin(np.deg2rad(angle))
    along = y * np.cos(np.deg2rad(angle)) - x * np.sin(np.deg2rad(angle))
    half = width_mm / 2
    window = np.exp(-0.5 * (along / (length_mm / 2.5)) ** 2)

    def weights(center: float, sigma: float) -> np.ndarray:
        one = window * np.exp(-0.5 * ((across - center) / sigma) ** 2)
        return one / one.sum()

    return weights(0.0, 0.7 * half), weights(1.6 * half, 0.6 * half), weights(-1.6 * half, 0.6 * half)
