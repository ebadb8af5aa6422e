"""What the matrices of run lengths, zone sizes and dependences have in common: gray level against size."""

from dataclasses import dataclass

import numpy as np

from discgrader.radiomics.first_order import EPSILON


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
