"""Values of a region, as gray levels, and first-order features: of the values, wherever they lie."""

from dataclasses import dataclass

import numpy as np

from discgrader.errors import StudyError
from discgrader.radiomics.settings import Settings

_MOST_LEVELS = 100_000
"""More than 16 bits can hold; the distributions of a texture take some 2 kB for each."""


@dataclass(frozen=True, eq=False)
class GrayLevels:
    """The gray levels of a region's voxels.

    Parameters
    ----------
    levels : ndarray of int, shape (G,)
        The gray levels that occur, from 1 upwards.
    index : ndarray of int, shape (N,)
        For each voxel the place of its gray level in ``levels``.
    """

    levels: np.ndarray
    index: np.ndarray

    @property
    def highest(self) -> int:
        """The highest gray level that occurs."""
        return int(self.levels[-1])

    def counts(self) -> np.ndarray:
        """Number of voxels of each gray level that occurs, shape (G,)."""
        return np.bincount(self.index, minlength=len(self.levels))


def discretize(values: np.ndarray, settings: Settings) -> GrayLevels:
    """The gray levels of values: bins of one width whose edges are multiples of it, or a number of bins.

    The edges are computed in the type of the values, as pyradiomics does: in single precision a value may lie just on
    the other side of one.

    Raises
    ------
    StudyError
        When the width makes far too many gray levels.
    """
    if settings.bin_count is not None:
        edges = np.histogram(values, settings.bin_count)[1]
        edges[-1] += 1
    else:
        width = settings.bin_width
        low, high = values.min(), values.max()
        if (float(high) - float(low)) / width > _MOST_LEVELS:
            raise StudyError(
                f"Values from {low:g} to {high:g} make more than {_MOST_LEVELS} gray levels of binWidth "
                f"{width:g}; choose a larger binWidth."
            )
        edges = np.arange(low - low % width, high + 2 * width, width)
        if len(edges) == 1:
            edges = np.array([edges[0] - 0.5, edges[0] + 0.5])
    found = np.digitize(values, edges)
    present = np.bincount(found)
    levels = np.flatnonzero(present)
    place = np.zeros(len(present), np.intp)
    place[levels] = np.arange(len(levels))
    return GrayLevels(levels, place[found])


EPSILON = np.spacing(1.0)
"""Keeps logarithms of zero away; all formulas use the same."""


def first_order_features(
    values: np.ndarray, gray: GrayLevels, spacing_mm: np.ndarray, shift: float
) -> dict[str, float]:
    """All first-order features by name; formulas in `discgrader.radiomics.catalog`.

    Parameters
    ----------
    values : ndarray, shape (N,)
    gray : GrayLevels
        The same in gray levels, for entropy and uniformity.
    spacing_mm : ndarray, shape (3,)
    shift : float
        Added to the values before their squares are summed (voxelArrayShift).
    """
    values = np.sort(values.astype(np.float64))
    count = len(values)
    p10, p25, median, p75, p90 = _percentiles(values, np.array([0.1, 0.25, 0.5, 0.75, 0.9]))
    mean = values.mean()
    deviation = values - mean
    square = deviation * deviation
    m2 = square.mean()
    # A constant region has neither skewness nor kurtosis; both are 0 then.
    divisor = m2 if m2 > 0 else 1.0
    middle = values[np.searchsorted(values, p10, "left") : np.searchsorted(values, p90, "right")]
    energy = float(np.sum((values + shift) ** 2))
    share = gray.counts() / count
    return {
        "10Percentile": p10,
        "90Percentile": p90,
        "Energy": energy,
        "Entropy": -np.sum(share * np.log2(share + EPSILON)),
        "InterquartileRange": p75 - p25,
        "Kurtosis": np.mean(square * square) / divisor**2,
        "Maximum": values[-1],
        "Mean": mean,
        "MeanAbsoluteDeviation": np.abs(deviation).mean(),
        "Median": median,
        "Minimum": values[0],
        "Range": values[-1] - values[0],
        "RobustMeanAbsoluteDeviation": np.abs(middle - middle.mean()).mean(),
        "RootMeanSquared": np.sqrt(energy / count),
        "Skewness": np.mean(square * deviation) / divisor**1.5,
        "StandardDeviation": np.sqrt(m2),
        "TotalEnergy": energy * float(np.prod(spacing_mm)),
        "Uniformity": np.sum(share * share),
        "Variance": m2,
    }


def _percentiles(ordered: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Percentiles of ordered values, with linear interpolation between two of them."""
    place = shares * (len(ordered) - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
