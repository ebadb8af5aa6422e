"""Boxes of voxels."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

Index = tuple[int, int, int]


def index_of(numbers: Iterable[int]) -> Index:
    """Three numbers along k, j and i as an index, or as the shape of an array."""
    k, j, i = (int(number) for number in numbers)
    return k, j, i


@dataclass(frozen=True)
class Box:
    """A box of voxels of an array.

    Parameters
    ----------
    low, high : tuple of 3 int
        First index (k, j, i) inside and first beyond.
    """

    low: Index
    high: Index

    @classmethod
    def whole(cls, shape: tuple[int, ...]) -> "Box":
        """All of an array."""
        return cls((0, 0, 0), index_of(shape))

    @classmethod
    def around(cls, mask: np.ndarray) -> "Box | None":
        """The smallest box that holds all voxels of a mask, None when it has none."""
        low, high = [], []
        for axis in range(3):
            filled = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
            if not len(filled):
                return None
            low.append(int(filled[0]))
            high.append(int(filled[-1]) + 1)
        return cls(index_of(low), index_of(high))

    @property
    def shape(self) -> Index:
        """Its size along k, j, i."""
        return index_of(high - low for low, high in zip(self.low, self.high, strict=True))

    def holds(self, other: "Box") -> bool:
        """Whether all of another box lies in this one."""
        pairs = zip(self.low, self.high, other.low, other.high, strict=True)
        return all(low <= first and last <= high for low, high, first, last in pairs)

    def joined(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        low = index_of(min(pair) for pair in zip(self.low, other.low, strict=True))
        return Box(low, index_of(max(pair) for pair in zip(self.high, other.high, strict=True)))

    def grown(self, voxels: np.ndarray, shape: tuple[int, ...]) -> "Box":
        """This box with so many more voxels, shape (3,), on both sides, as far as the array of this shape reaches."""
        low = index_of(max(0, low - int(more)) for low, more in zip(self.low, voxels, strict=True))
        high = index_of(min(size, high + int(more)) for high, more, size in zip(self.high, voxels, shape, strict=True))
        return Box(low, high)

    def moved(self, origin: Index) -> "Box":
        """This box in an array whose first voxel has the index ``origin``."""
        low = index_of(index - start for index, start in zip(self.low, origin, strict=True))
        return Box(low, index_of(index - start for index, start in zip(self.high, origin, strict=True)))

    def slices(self, origin: Index = (0, 0, 0)) -> tuple[slice, ...]:
        """Slices of an array whose first voxel has the index ``origin``."""
        return tuple(
            slice(low - start, high - start) for low, high, start in zip(self.low, self.high, origin, strict=True)
        )
