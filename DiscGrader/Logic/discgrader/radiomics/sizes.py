"""Run lengths (GLRLM), zone sizes (GLSZM) and dependences (GLDM) of a region's gray levels."""

from collections.abc import Sequence

import numpy as np

from discgrader.radiomics.emphasis import SizeTable, count_table
from discgrader.radiomics.gray_levels import GrayLevels
from discgrader.radiomics.neighbors import Direction


def run_lengths(gray: GrayLevels, directions: Sequence[Direction], weights: np.ndarray | None) -> SizeTable:
    """Runs of voxels of one gray level along each direction.

    Parameters
    ----------
    gray : GrayLevels
    directions : sequence of Direction
        At distance 1.
    weights : ndarray, one value a direction, or None
        Weights when all directions are summed; None when features are averaged over directions.
    """
    lengths, levels = [], []
    index = gray.index.astype(np.int32)
    for direction in directions:
        along = index[direction.order]
        ends = np.empty(len(along), bool)
        np.not_equal(along[:-1], along[1:], out=ends[:-1])
        ends[:-1] |= ~direction.linked[:-1]
        ends[-1] = True
        places = np.flatnonzero(ends)
        lengths.append(np.diff(places, prepend=-1))
        levels.append(along[places])
    group = np.repeat(np.arange(len(lengths)), [len(run) for run in lengths])
    length, level = np.concatenate(lengths), np.concatenate(levels)
    if weights is not None:
        return count_table(np.zeros_like(group), level, length, gray.levels, 1, weights[group])
    return count_table(group, level, length, gray.levels, len(lengths), None)


def zone_sizes(gray: GrayLevels, mask: np.ndarray, force_2d_dimension: int | None) -> SizeTable:
    """Zones of voxels of one gray level that touch by face, edge or corner.

    Parameters
    ----------
    gray : GrayLevels
    mask : ndarray of bool, shape (K, J, I)
        The region's voxels.
    force_2d_dimension : int or None
        The axis along which zones do not reach.
    """
    import cc3d

    image = _level_image(gray, mask)
    if force_2d_dimension is not None:
        # An empty slice between each two keeps their zones apart.
        gaps = np.arange(1, image.shape[force_2d_dimension])
        image = np.ascontiguousarray(np.insert(image, gaps, 0, axis=force_2d_dimension))
        mask = np.insert(mask, gaps, False, axis=force_2d_dimension)
    zone = cc3d.connected_components(image, connectivity=26)[mask]
    size = np.bincount(zone)
    level = np.zeros(len(size), np.intp)
    level[zone] = gray.index
    return count_table(np.zeros(len(size) - 1, np.intp), level[1:], size[1:], gray.levels, 1, None)


def dependences(gray: GrayLevels, mask: np.ndarray, directions: Sequence[Direction], alpha: int) -> SizeTable:
    """For each voxel one more than the number of its neighbors whose gray levels differ by no more than ``alpha``.

    Parameters
    ----------
    gray : GrayLevels
    mask : ndarray of bool, shape (K, J, I)
        The region's voxels.
    directions : sequence of Direction
    alpha : int
    """
    count = len(gray.index)
    if alpha or len(directions) > 127:
        level = gray.levels[gray.index]
        size = np.ones(count, np.intp)
        for direction in directions:
            alike = np.abs(level[direction.first] - level[direction.second]) <= alpha
            size += np.bincount(direction.first[alike], minlength=count) + np.bincount(
                direction.second[alike], minlength=count
            )
    else:
        # Whole boxes are compared shifted, which is much faster than pair by pair.
        image = _level_image(gray, mask)
        sizes = np.ones(mask.shape, np.uint8)
        for direction in directions:
            here = tuple(slice(max(0, -step), min(0, -step) or None) for step in direction.offset)
            there = tuple(slice(max(0, step), min(0, step) or None) for step in direction.offset)
            alike = (image[here] == image[there]).view(np.uint8)
            sizes[here] += alike
            sizes[there] += alike
        size = sizes[mask].astype(np.intp)
    return count_table(np.zeros(count, np.intp), gray.index, size, gray.levels, 1, None)


def _level_image(gray: GrayLevels, mask: np.ndarray) -> np.ndarray:
    """Which gray level each voxel of the box has, from 1, and 0 outside of the region."""
    image = np.zeros(mask.shape, np.uint32 if len(gray.levels) >= 65535 else np.uint16)
    image[mask] = gray.index + 1
    return image
