"""Which voxels of a region are neighbors, found once for all images that features are computed of; and the features of
the neighboring gray tone difference matrix (NGTDM)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from discgrader.radiomics.gray_levels import GrayLevels


@dataclass(frozen=True, eq=False)
class Direction:
    """The voxels of a region line by line along one direction.

    Parameters
    ----------
    offset : tuple of 3 int
        The step (k, j, i); the opposite one is the same direction.
    order : ndarray of int, shape (N,)
        The numbers of all voxels, such that voxels one step apart follow each other.
    linked : ndarray of bool, shape (N,)
        Whether the voxel at this place of ``order`` and the next are one step apart.
    first, second : ndarray of int, shape (P,)
        Numbers of the voxels of each pair that is one step apart.
    """

    offset: tuple[int, int, int]
    order: np.ndarray
    linked: np.ndarray
    first: np.ndarray
    second: np.ndarray


def find_neighbors(
    mask: np.ndarray, distances: tuple[int, ...] = (1,), force_2d_dimension: int | None = None
) -> tuple[Direction, ...]:
    """The neighbors at these distances (largest coordinate difference), as far as both are in the mask.

    Parameters
    ----------
    mask : ndarray of bool, shape (K, J, I)
        Its voxels are numbered in the order of the array.
    distances : tuple of int
    force_2d_dimension : int, optional
        The axis along which no direction may lead.
    """
    pad = max(distances)
    padded = np.full([size + 2 * pad for size in mask.shape], -1, np.int32)
    padded[tuple(slice(pad, -pad) for _ in range(3))][mask] = np.arange(mask.sum(), dtype=np.int32)
    numbers = padded.ravel()
    strides = np.array(padded.strides) // padded.itemsize
    found = []
    for offset in _offsets(mask.shape, distances, force_2d_dimension):
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
        order, linked = line[filled].astype(np.intp), follows[filled]
        places = np.flatnonzero(linked)
        found.append(Direction(tuple(offset.tolist()), order, linked, order[places], order[places + 1]))
    return tuple(found)


def has_lines(mask: np.ndarray, direction: Direction) -> bool:
    """Whether any straight line along the direction meets the mask in more than one voxel."""
    if len(direction.first):
        return True
    coordinates = np.argwhere(mask)
    offset = np.array(direction.offset)
    axis = np.flatnonzero(offset)[0]
    starts = coordinates - np.outer(coordinates[:, axis] * offset[axis], offset)
    return len(np.unique(starts, axis=0)) < len(starts)


def _offsets(
    shape: tuple[int, ...], distances: tuple[int, ...], force_2d_dimension: int | None
) -> Iterator[np.ndarray]:
    """One step of each pair of opposite ones that fits in the box, the one that goes forward in the array."""
    reach = max(distances)
    for offset in product(range(-reach, reach + 1), repeat=3):
        length = max(abs(step) for step in offset)
        forward = next((step for step in offset if step), 0) > 0
        fits = all(abs(step) < size for step, size in zip(offset, shape, strict=True))
        flat = force_2d_dimension is None or offset[force_2d_dimension] == 0
        if forward and fits and flat and length in distances:
            yield np.array(offset)


def ngtdm_features(gray: GrayLevels, directions: Sequence[Direction]) -> dict[str, float]:
    """All NGTDM features by name; formulas in `discgrader.radiomics.catalog`."""
    level = gray.levels[gray.index].astype(float)
    count = len(level)
    around, neighbors = np.zeros(count), np.zeros(count)
    for direction in directions:
        around += np.bincount(direction.first, level[direction.second], count) + np.bincount(
            direction.second, level[direction.first], count
        )
        neighbors += np.bincount(direction.first, minlength=count) + np.bincount(direction.second, minlength=count)
    difference = np.where(neighbors > 0, np.abs(level - around / np.maximum(neighbors, 1)), 0.0)
    p = gray.counts() / count
    s = np.bincount(gray.index, difference, len(gray.levels))
    i = gray.levels.astype(float)
    levels = len(i)
    apart = i[:, None] - i
    weighted = float(p @ s)
    spread = float(np.abs((i * p)[:, None] - i * p).sum())
    total = float(s.sum())
    contrast = float(p @ apart**2 @ p) * total / count
    pair = (p * s)[:, None] + p * s
    return {
        "Busyness": weighted / spread if spread else 0.0,
        "Coarseness": 1 / weighted if weighted else 1e6,
        "Complexity": float((np.abs(apart) * pair / (p[:, None] + p)).sum()) / count,
        "Contrast": contrast / (levels * (levels - 1)) if levels > 1 else 0.0,
        "Strength": float(((p[:, None] + p) * apart**2).sum()) / total if total else 0.0,
    }
