"""Which voxels of a region are neighbors, found once for all images that features are taken of."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The voxels of a region, line by line along every direction.

    Parameters
    ----------
    offsets : ndarray of int, shape (D, 3)
        Steps (k, j, i) of the directions; a direction and its opposite are one.
    order : ndarray of int, shape (D * N,)
        For each direction the numbers of all N voxels, such that voxels one step apart follow each other.
    linked : ndarray of bool, shape (D * N,)
        Whether the voxel at this place of ``order`` and the next are one step apart.
    """

    offsets: np.ndarray
    order: np.ndarray
    linked: np.ndarray

    @property
    def count(self) -> int:
        """Number of voxels N."""
        return len(self.order) // max(len(self.offsets), 1)

    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All pairs of neighbors: place in ``order`` of the first, and numbers of first and second voxel."""
        places = np.flatnonzero(self.linked)
        return places, self.order[places], self.order[places + 1]


def find_neighbors(
    mask: np.ndarray, distances: tuple[int, ...] = (1,), force_2d_dimension: int | None = None
) -> Neighbors:
    """The neighbors at these distances (largest coordinate difference), as far as both are in the mask.

    Parameters
    ----------
    mask : ndarray of bool, shape (K, J, I)
        Its voxels are numbered in the order of the array.
    distances : tuple of int
    force_2d_dimension : int, optional
        The axis along which no direction may lead.
    """
    offsets = np.array(list(_offsets(mask.shape, distances, force_2d_dimension)), int).reshape(-1, 3)
    pad = max(distances)
    padded = np.full([size + 2 * pad for size in mask.shape], -1, np.int32)
    inside = padded[tuple(slice(pad, -pad) for _ in range(3))]
    inside[mask] = np.arange(mask.sum(), dtype=np.int32)
    numbers = padded.ravel()
    strides = np.array(padded.strides) // padded.itemsize
    orders, links = [], []
    for offset in offsets:
        # Seen as rows as long as the step, the flat array has voxels one step apart under each other. The padding
        # keeps a step that leaves the box from meeting a voxel on the other side.
        step = int(offset @ strides)
        rows = -(-len(numbers) // step)
        grid = np.full(rows * step, -1, np.int32)
        grid[: len(numbers)] = numbers
        line = np.ascontiguousarray(grid.reshape(rows, step).T).ravel()
        filled = line >= 0
        follows = np.zeros(len(line), bool)
        np.logical_and(filled[:-1], filled[1:], out=follows[:-1])
        orders.append(line[filled])
        links.append(follows[filled])
    if not orders:
        return Neighbors(offsets, np.zeros(0, np.intp), np.zeros(0, bool))
    return Neighbors(offsets, np.concatenate(orders).astype(np.intp), np.concatenate(links))


def directions_with_lines(mask: np.ndarray, neighbors: Neighbors) -> np.ndarray:
    """Whether any straight line along each direction meets the mask in more than one voxel, bool, shape (D,)."""
    linked = neighbors.linked.reshape(len(neighbors.offsets), -1).any(axis=1)
    coordinates = np.argwhere(mask)
    for number in np.flatnonzero(~linked):
        offset = neighbors.offsets[number]
        axis = np.flatnonzero(offset)[0]
        starts = coordinates - np.outer(coordinates[:, axis] * offset[axis], offset)
        linked[number] = len(np.unique(starts, axis=0)) < len(starts)
    return linked


def _offsets(
    shape: tuple[int, ...], distances: tuple[int, ...], force_2d_dimension: int | None
) -> Iterator[tuple[int, ...]]:
    """One step of each pair of opposite ones that fits in the box, the one that goes forward in the array."""
    reach = max(distances)
    for offset in product(range(-reach, reach + 1), repeat=3):
        length = max(abs(one) for one in offset)
        forward = next((one for one in offset if one), 0) > 0
        fits = all(abs(one) < size for one, size in zip(offset, shape, strict=True))
        flat = force_2d_dimension is None or offset[force_2d_dimension] == 0
        if forward and fits and flat and length in distances:
            yield offset
