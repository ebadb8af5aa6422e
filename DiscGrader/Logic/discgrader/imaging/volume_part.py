"""Volumes that are zero but for a small part of them, kept as that part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from discgrader.imaging.volume import Volume

Key = tuple[str, str, str]
"""Level, system and task of a grade that a saliency map explains."""


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
        return cls(values, tuple(extent.start for extent in place), volume.array.shape, volume.affine_lps)

    def volume(self) -> Volume:
        """The whole volume."""
        array = np.zeros(self.shape, self.values.dtype)
        place = (slice(first, first + count) for first, count in zip(self.start, self.values.shape, strict=True))
        array[tuple(place)] = self.values
        return Volume(array, self.affine_lps)


class CompactMaps(Mapping[Key, Volume]):
    """Saliency maps by (level, system, task).

    Each is a whole volume to whoever asks for it, and is kept as the small box that is not zero: seven discs of nine
    tasks on a stack of 20 slices would otherwise take more than a gigabyte.
    """

    def __init__(self, maps: Mapping[Key, Volume | VolumePart] | None = None) -> None:
        self._parts: dict[Key, VolumePart] = {}
        for key, volume in (maps or {}).items():
            self.add(key, volume)

    def add(self, key: Key, volume: Volume | VolumePart) -> None:
        """Keep a map, in place of the one that may be there."""
        self._parts[key] = VolumePart.of(volume) if isinstance(volume, Volume) else volume

    def part(self, key: Key) -> VolumePart:
        """A map as the part of it that is not zero."""
        return self._parts[key]

    def __getitem__(self, key: Key) -> Volume:
        return self._parts[key].volume()

    def __iter__(self) -> Iterator[Key]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)
