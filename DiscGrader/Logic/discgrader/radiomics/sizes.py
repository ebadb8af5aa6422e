"""Run lengths (GLRLM), zone sizes (GLSZM) and dependences (GLDM) of a region's gray levels, and their features.

All three are tables of gray level against size, which have their features in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from discgrader.radiomics.gray_levels import EPSILON, GrayLevels
from discgrader.radiomics.neighbors import Direction


@dataclass(frozen=True, eq=False)
class SizeTable:
    """How often each gray level occurs with each size.

    Parameters
    ----------
    group : ndarray of int, shape (C,)
        Direction of each cell, in ascending order and each at least once; all 0 where there are none.
    level, size : ndarray of float, shape (C,)
        Gray level i and size j of each cell.
    count : ndarray of float, shape (C,)
        P(i, j).
    groups : int
        Number of directions.
    """

    group: np.ndarray
    level: np.ndarray
    size: np.ndarray
    count: np.ndarray
    groups: int


@dataclass(frozen=True)
class Words:
    """What a matrix calls its sizes, for the names of its features."""

    short: str
    long: str
    what: str
    non_uniformity: str
    variance: str
    entropy: str
    percentage: str


RUNS = Words("ShortRun", "LongRun", "Run", "RunLengthNonUniformity", "RunVariance", "RunEntropy", "RunPercentage")
ZONES = Words(
    "SmallArea", "LargeArea", "Zone", "SizeZoneNonUniformity", "ZoneVariance", "ZoneEntropy", "ZonePercentage"
)
DEPENDENCES = Words(
    *("SmallDependence", "LargeDependence", "", "DependenceNonUniformity"),
    *("DependenceVariance", "DependenceEntropy", "DependencePercentage"),
)


def count_table(
    group: np.ndarray, index: np.ndarray, size: np.ndarray, levels: np.ndarray, groups: int, weight: np.ndarray | None
) -> SizeTable:
    """The table of items, each of a direction, a gray level (place in ``levels``) and a size."""
    longest = int(size.max(initial=0)) + 1
    key = (group * len(levels) + index) * longest + size
    # Zone sizes are few but may be large, so that a full table would be mostly empty.
    if groups * len(levels) * longest <= 4 * len(key) + 1_000_000:
        sums = np.bincount(key, weight)
        cells = np.flatnonzero(sums)
        sums = sums[cells]
    else:
        cells, place = np.unique(key, return_inverse=True)
        sums = np.bincount(place, weight)
    rest, size = np.divmod(cells, longest)
    group, index = np.divmod(rest, len(levels))
    return SizeTable(group, levels[index].astype(float), size.astype(float), sums.astype(float), groups)


def emphasis_features(table: SizeTable, words: Words) -> dict[str, float]:
    """All features of the table by name, averaged over directions; formulas in `discgrader.radiomics.catalog`."""
    starts = np.searchsorted(table.group, np.arange(table.groups))
    total = np.add.reduceat(table.count, starts)
    share = table.count / total[table.group]
    i, j = table.level, table.size
    i2, j2 = i * i, j * j
    weights = np.stack(
        [i, j, 1 / j2, j2, 1 / i2, i2, 1 / (i2 * j2), i2 / j2, j2 / i2, i2 * j2, np.log2(share + EPSILON)]
    )
    means = np.add.reduceat(weights * share, starts, axis=1)
    spread = np.stack([i - means[0][table.group], j - means[1][table.group]])
    variances = np.add.reduceat(spread * spread * share, starts, axis=1)
    by_level, by_size = _squares(table, table.level), _squares(table, table.size)
    per_group = {
        f"{words.short}Emphasis": means[2],
        f"{words.long}Emphasis": means[3],
        f"LowGrayLevel{words.what}Emphasis": means[4],
        f"HighGrayLevel{words.what}Emphasis": means[5],
        f"{words.short}LowGrayLevelEmphasis": means[6],
        f"{words.short}HighGrayLevelEmphasis": means[7],
        f"{words.long}LowGrayLevelEmphasis": means[8],
        f"{words.long}HighGrayLevelEmphasis": means[9],
        "GrayLevelNonUniformity": by_level / total,
        "GrayLevelNonUniformityNormalized": by_level / total**2,
        words.non_uniformity: by_size / total,
        f"{words.non_uniformity}Normalized": by_size / total**2,
        "GrayLevelVariance": variances[0],
        words.variance: variances[1],
        words.entropy: -means[10],
        words.percentage: 1 / means[1],
    }
    return {name: float(values.mean()) for name, values in per_group.items()}


def _squares(table: SizeTable, axis: np.ndarray) -> np.ndarray:
    """Sum of the squares of the table's sums along one of its axes, for each direction."""
    values = axis.astype(np.intp)
    length = int(values.max(initial=0)) + 1
    sums = np.bincount(table.group * length + values, table.count, table.groups * length)
    return np.sum(sums.reshape(table.groups, length) ** 2, axis=1)


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
