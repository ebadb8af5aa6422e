"""A volume that is zero but for a small part of it, kept as that part."""

from dataclasses import dataclass

import numpy as np

from discgrader.imaging.volume import Volume


@dataclass(frozen=True, eq=False)
class VolumePart:
    """The box of a volume outside of which all voxels are zero.

    Parameters
    ----------
    values : ndarray, shape (K, J, I)
        The voxels of the box.
    start : tuple of int
        Index (k, j, i) of its first voxel in the whole volume.
    shape : tuple of int
        Of the whole volume's array.
    affine_lps : ndarray, shape (4, 4)
        Of the whole volume.
    """

    values: np.ndarray
    start: tuple[int, ...]
    shape: tuple[int, ...]
    affine_lps: np.ndarray

    @classmethod
    def of(cls, volume: Volume) -> "VolumePart":
        """The smallest part that has all that is not zero."""
        place = []
        for axis in range(volume.array.ndim):
            others = tuple(other for other in range(volume.array.ndim) if other != axis)
            used = np.flatnonzero(volume.array.any(axis=others))
            place.append(slice(int(used[0]), int(used[-1]) + 1) if used.size else slice(0, 0))
        values = volume.array[tuple(place)].copy()
        return cls(values, tuple(one.start for one in place), volume.array.shape, volume.affine_lps)

    def volume(self) -> Volume:
        """The whole volume."""
        array = np.zeros(self.shape, self.values.dtype)
        place = (slice(first, first + count) for first, count in zip(self.start, self.values.shape, strict=True))
        array[tuple(place)] = self.values
        return Volume(array, self.affine_lps)
