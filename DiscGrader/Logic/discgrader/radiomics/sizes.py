"""Run lengths (GLRLM), zone sizes (GLSZM) and dependences (GLDM) of a region's gray levels."""

import numpy as np

from discgrader.radiomics.emphasis import SizeTable, count_table
from discgrader.radiomics.gray_levels import GrayLevels
from discgrader.radiomics.neighbors import Neighbors


def run_lengths(gray: GrayLevels, neighbors: Neighbors, counted: np.ndarray, weights: np.ndarray | None) -> SizeTable:
    """Runs of voxels of one gray level along each direction.

    Parameters
    ----------
    gray : GrayLevels
    neighbors : Neighbors
        At distance 1.
    counted : ndarray of bool, shape (D,)
        The directions that count.
    weights : ndarray, shape (D,), or None
        Weight of each direction when all are summed; None when features are averaged over directions.
    """
    along = gray.index[neighbors.order]
    goes_on = np.zeros(len(along), bool)
    np.equal(along[:-1], along[1:], out=goes_on[:-1])
    goes_on &= neighbors.linked
    ends = np.flatnonzero(~goes_on)
    length = np.diff(ends, prepend=-1)
    direction = ends // max(neighbors.count, 1)
    index = along[ends]
    if not counted.all():
        kept = counted[direction]
        length, direction, index = length[kept], direction[kept], index[kept]
        direction = (np.cumsum(counted) - 1)[direction]
        weights = None if weights is None else weights[counted]
    groups = int(counted.sum())
    if weights is not None:
        return count_table(np.zeros_like(direction), index, length, gray.levels, 1, weights[direction])
    return count_table(direction, index, length, gray.levels, groups, None)


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

    image = np.zeros(mask.shape, np.uint32 if len(gray.levels) >= 65535 else np.uint16)
    image[mask] = gray.index + 1
    if force_2d_dimension is not None:
        # An empty slice between each two keeps their zones apart.
        apart = np.insert(image, np.arange(1, image.shape[force_2d_dimension]), 0, axis=force_2d_dimension)
        image = np.ascontiguousarray(apart)
    zones = cc3d.connected_components(image, connectivity=26)
    size = np.bincount(zones.ravel())
    level = np.zeros(len(size), np.intp)
    level[zones.ravel()] = image.ravel()
    return count_table(np.zeros(len(size) - 1, np.intp), level[1:] - 1, size[1:], gray.levels, 1, None)


def dependences(gray: GrayLevels, first: np.ndarray, second: np.ndarray, alpha: int) -> SizeTable:
    """For each voxel one more than the number of its neighbors whose gray levels differ by no more than ``alpha``.

    Parameters
    ----------
    gray : GrayLevels
    first, second : ndarray of int, shape (P,)
        Pairs of neighbors.
    alpha : int
    """
    if alpha:
        level = gray.levels[gray.index]
        alike = np.abs(level[first] - level[second]) <= alpha
    else:
        alike = gray.index[first] == gray.index[second]
    count = len(gray.index)
    size = 1 + np.bincount(first[alike], minlength=count) + np.bincount(second[alike], minlength=count)
    return count_table(np.zeros(count, np.intp), gray.index, size, gray.levels, 1, None)
