"""Features of the gray level co-occurrence matrix (GLCM)."""

from collections.abc import Callable, Sequence

import numpy as np

from discgrader.radiomics.gray_levels import EPSILON, GrayLevels
from discgrader.radiomics.neighbors import Direction
from discgrader.radiomics.settings import Settings

MOST_LEVELS_OF_MCC = 1000
"""With more gray levels there is no maximal correlation coefficient: eigenvalues take time by their third power, a few
seconds for each of thirteen directions here. Textures of so many gray levels say little; a larger binWidth says
more."""

_MOST_CELLS = 20_000_000
"""A full matrix up to this size (160 MB of counts), a sparse one beyond. A round number."""

_LN2 = np.log(2.0)


def glcm_features(
    gray: GrayLevels,
    directions: Sequence[Direction],
    weights: np.ndarray | None,
    settings: Settings,
    wanted: tuple[str, ...],
    check: Callable[[], None] = lambda: None,
) -> dict[str, float]:
    """GLCM features by name; formulas in `discgrader.radiomics.catalog`.

    Directions in which no two voxels are neighbors do not count. All values are not a number when there is none, and
    the maximal correlation coefficient where there are more than `MOST_LEVELS_OF_MCC` gray levels.

    Parameters
    ----------
    gray : GrayLevels
    directions : sequence of Direction
    weights : ndarray, one value a direction, or None
        Weights when all directions are summed; None when features are averaged over directions.
    settings : Settings
    wanted : tuple of str
        The maximal correlation coefficient, which takes long, is computed only if it is among them.
    check : callable
        Called between directions; raises to stop the work.
    """
    check()
    matrix = _matrix(gray, directions, weights, settings.symmetrical_glcm)
    if matrix is None:
        return dict.fromkeys(wanted, np.nan)
    features = matrix.features()
    if "MCC" in wanted:
        features["MCC"] = matrix.maximal_correlation(check)
    return features


def _matrix(
    gray: GrayLevels, directions: Sequence[Direction], weights: np.ndarray | None, symmetrical: bool
) -> "_Matrix | None":
    """The matrices of all directions, or their weighted sum; None when there are no neighbors at all."""
    size = len(gray.levels)
    index = gray.index.astype(np.int32)
    cells, sums = [], []
    for direction in directions:
        if not len(direction.first):
            continue
        i, j = index[direction.first], index[direction.second]
        if symmetrical:
            i, j = np.minimum(i, j), np.maximum(i, j)
        if size * size <= _MOST_CELLS:
            counts = np.bincount(i * np.int32(size) + j, minlength=size * size)
            filled = np.flatnonzero(counts)
            counts = counts[filled]
        else:
            filled, counts = np.unique(i.astype(np.int64) * size + j, return_counts=True)
        cells.append(filled)
        sums.append(counts.astype(np.float64))
    if not cells:
        return None
    group = np.repeat(np.arange(len(cells)), [len(members) for members in cells])
    cell, total = np.concatenate(cells), np.concatenate(sums)
    groups = len(cells)
    if weights is not None:
        present = np.array([len(direction.first) > 0 for direction in directions])
        cell, place = np.unique(cell, return_inverse=True)
        total = np.bincount(place, total * weights[present][group])
        group, groups = np.zeros(len(cell), np.intp), 1
    i = cell // size
    return _Matrix(gray, group, i, cell - i * size, total, groups, symmetrical)


class _Matrix:
    """Filled cells of the matrices of all directions, and the distributions that features are computed of.

    A cell beside the diagonal of a symmetrical matrix stands for two of equal content.
    """

    def __init__(
        self,
        gray: GrayLevels,
        group: np.ndarray,
        i: np.ndarray,
        j: np.ndarray,
        sums: np.ndarray,
        groups: int,
        symmetrical: bool,
    ) -> None:
        self.gray, self.groups, self.symmetrical = gray, groups, symmetrical
        self.group, self.i, self.j = group, i, j
        total = np.bincount(group, sums, groups)
        # Both as shares of all pairs: ``mass`` of the cell and its mirror image, ``share`` of the cell itself.
        self.mass = sums / total[group]
        self.copies = np.where(i == j, 1.0, 2.0) if symmetrical else np.ones(len(i))
        self.share = self.mass / self.copies
        levels = gray.levels
        size = len(levels)
        self.low, self.high = levels[i], levels[j]
        self.sums = self._distribution(self.low + self.high, 2 * gray.highest + 1)
        self.differences = self._distribution(np.abs(self.high - self.low), gray.highest)
        rows = np.bincount(group * size + i, self.mass, groups * size).reshape(groups, size)
        columns = np.bincount(group * size + j, self.mass, groups * size).reshape(groups, size)
        self.px, self.py = ((rows + columns) / 2,) * 2 if symmetrical else (rows, columns)

    def _distribution(self, value: np.ndarray, size: int) -> np.ndarray:
        return np.bincount(self.group * size + value, self.mass, self.groups * size).reshape(self.groups, size)

    def _sum(self, values: np.ndarray) -> np.ndarray:
        """Sum of a value of each cell over the cells of each direction, shape (D,)."""
        return np.bincount(self.group, values, self.groups)

    def features(self) -> dict[str, float]:
        """All features but the one that needs eigenvalues, averaged over directions."""
        levels, highest = self.gray.levels.astype(float), self.gray.highest
        sum_value = np.arange(self.sums.shape[1], dtype=float)
        k = np.arange(self.differences.shape[1], dtype=float)
        ps, pd = self.sums, self.differences
        ux, uy = self.px @ levels, self.py @ levels
        from_middle = sum_value - (ux + uy)[:, None]
        square = from_middle * from_middle
        tendency, contrast = np.sum(ps * square, 1), pd @ (k * k)
        average = pd @ k
        variance_x = np.sum(self.px * (levels - ux[:, None]) ** 2, 1)
        variance_y = variance_x if self.symmetrical else np.sum(self.py * (levels - uy[:, None]) ** 2, 1)
        per_direction = {
            "Autocorrelation": self._sum(self.mass * (self.low * self.high)),
            "ClusterProminence": np.sum(ps * square * square, 1),
            "ClusterShade": np.sum(ps * square * from_middle, 1),
            "ClusterTendency": tendency,
            "Contrast": contrast,
            "Correlation": self._correlation(ux, uy, variance_x, variance_y),
            "DifferenceAverage": average,
            "DifferenceEntropy": _entropy(pd),
            "DifferenceVariance": np.sum(pd * (k - average[:, None]) ** 2, 1),
            "Id": pd @ (1 / (1 + k)),
            "Idm": pd @ (1 / (1 + k * k)),
            "Idmn": pd @ (1 / (1 + k * k / highest**2)),
            "Idn": pd @ (1 / (1 + k / highest)),
            "InverseVariance": pd[:, 1:] @ (1 / k[1:] ** 2),
            "JointAverage": ux,
            "JointEnergy": self._sum(self.mass * self.share),
            "MaximumProbability": self._largest(),
            "SumAverage": ps @ sum_value,
            "SumEntropy": _entropy(ps),
            "SumSquares": variance_x,
            **self._information(),
        }
        return {name: float(_mean(values)) for name, values in per_direction.items()}

    def _correlation(self, ux: np.ndarray, uy: np.ndarray, vx: np.ndarray, vy: np.ndarray) -> np.ndarray:
        if self.symmetrical:
            covariance = self._sum(self.mass * ((self.low - ux[self.group]) * (self.high - ux[self.group])))
        else:
            covariance = self._sum(self.mass * (self.low - ux[self.group]) * (self.high - uy[self.group]))
        deviations = np.sqrt(vx) * np.sqrt(vy)
        return np.where(deviations == 0, 1.0, covariance / (deviations + EPSILON))

    def _largest(self) -> np.ndarray:
        starts = np.searchsorted(self.group, np.arange(self.groups))
        return np.maximum.reduceat(self.share, starts)

    def _information(self) -> dict[str, np.ndarray]:
        """Joint entropy, and the two measures of how much one gray level tells of the other."""
        joint = -self._sum(self.mass * np.log2(self.share + EPSILON))
        hx, hy = _entropy(self.px), _entropy(self.py)
        px, py = self.px[self.group, self.i], self.py[self.group, self.j]
        crossed = -self._sum(self.mass * np.log2(px * py + EPSILON))
        # The entropy of independent gray levels is the sum of theirs, but for the epsilon in the logarithm.
        filled_x, filled_y = (self.px > 0).sum(1), (self.py > 0).sum(1)
        independent = hx + hy + EPSILON / _LN2 * (filled_x + filled_y - filled_x * filled_y)
        largest = np.fmax(hx, hy)
        single = (filled_x == 1) & (filled_y == 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            first = np.where(single | (largest == 0), 0.0, (joint - crossed) / largest)
            second = np.where(single, 0.0, np.sqrt(-np.expm1(-2 * (independent - joint))))
        return {"JointEntropy": joint, "Imc1": first, "Imc2": second}

    def maximal_correlation(self, check: Callable[[], None]) -> float:
        """The maximal correlation coefficient, of dense matrices."""
        size = len(self.gray.levels)
        if size < 2:
            return 1.0
        if size > MOST_LEVELS_OF_MCC:
            return np.nan
        values = []
        for group in range(self.groups):
            check()
            cells = self.group == group
            p = np.zeros((size, size))
            p[self.i[cells], self.j[cells]] = self.share[cells]
            if self.symmetrical:
                p[self.j[cells], self.i[cells]] = self.share[cells]
            px, py = self.px[group], self.py[group]
            # Gray levels without a neighbor in this direction have rows of zeros; epsilon keeps 0 / 0 away.
            q = (p / (np.outer(px, py) + EPSILON)) @ p.T
            second = np.sort(np.linalg.eigvals(q))[-2]
            values.append(np.sqrt(second))
        return float(np.real(_mean(np.array(values))))


def _entropy(p: np.ndarray) -> np.ndarray:
    return -np.sum(p * np.log2(p + EPSILON), 1)


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean over those directions where the value is a number."""
    known = values[~np.isnan(values)]
    return known.mean() if len(known) else np.array(np.nan)


def direction_weights(
    directions: Sequence[Direction], spacing_mm: np.ndarray, norm: str | None, decay: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray | None:
    """Weight of each direction by the length of its step in mm.

    Parameters
    ----------
    directions : sequence of Direction
    spacing_mm : ndarray, shape (3,)
    norm : str or None
        How the length is measured; None for no weights.
    decay : callable
        What the weight is of a length.
    """
    if norm is None:
        return None
    if norm == "no_weighting":
        return np.ones(len(directions))
    steps = np.abs(np.array([direction.offset for direction in directions], float).reshape(-1, 3)) * spacing_mm
    lengths = {
        "manhattan": steps.sum(1),
        "euclidean": np.linalg.norm(steps, axis=1),
        "infinity": steps.max(1, initial=0),
    }
    return decay(lengths[norm])
