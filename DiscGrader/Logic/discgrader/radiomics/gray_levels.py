"""Values in gray levels."""

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
