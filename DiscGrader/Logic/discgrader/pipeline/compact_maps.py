"""Saliency maps kept small: only the part that is not zero."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from discgrader.imaging.volume import Volume

Key = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class _Part:
    """The box of a volume outside of which all voxels are zero."""

    values: np.ndarray
    place: tuple[slice, ...]
    shape: tuple[int, ...]
    affine_lps: np.ndarray

    @classmethod
    def of(cls, volume: Volume) -> "_Part":
        place = []
        for axis in range(volume.array.ndim):
            others = tuple(other for other in range(volume.array.ndim) if other != axis)
            used = np.flatnonzero(volume.array.any(axis=others))
            place.append(slice(int(used[0]), int(used[-1]) + 1) if used.size else slice(0, 0))
        values = volume.array[tuple(place)].copy()
        return cls(values, tuple(place), volume.array.shape, volume.affine_lps)

    def volume(self) -> Volume:
        array = np.zeros(self.shape, self.values.dtype)
        array[self.place] = self.values
        return Volume(array, self.affine_lps)


class CompactMaps(Mapping[Key, Volume]):
    """Saliency maps by (level, system, task).

    Each is a whole volume to whoever asks for it, and is kept as the small box that is not zero: seven discs of nine
    tasks on a stack of 20 slices would otherwise take more than a gigabyte.
    """

    def __init__(self, maps: Mapping[Key, Volume] | None = None) -> None:
        self._parts: dict[Key, _Part] = {}
        for key, volume in (maps or {}).items():
            self.add(key, volume)

    def add(self, key: Key, volume: Volume) -> None:
        """Keep a map, in place of the one that may be there."""
        self._parts[key] = _Part.of(volume)

    def __getitem__(self, key: Key) -> Volume:
        return self._parts[key].volume()

    def __iter__(self) -> Iterator[Key]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)
