"""Features of the gray level co-occurrence matrix (GLCM)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from discgrader.radiomics.first_order import EPSILON
from discgrader.radiomics.gray_levels import GrayLevels
from discgrader.radiomics.settings import Settings

_MOST_CELLS = 20_000_000
_LN2 = np.log(2.0)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of neighboring voxels.

    Parameters
    ----------
    first, second : ndarray of int, shape (P,)
        Numbers of the voxels.
    direction : ndarray of int, shape (P,)
        In which direction the second lies, in ascending order.
    weights : ndarray, shape (D,)
        Weight of each of the D directions (`weightingNorm`); None when features are averaged over directions.
    directions : int
        How many directions there are.
    """

    first: np.ndarray
    second: np.ndarray
    direction: np.ndarray
    weights: np.ndarray | None
    directions: int


def glcm_features(gray: GrayLevels, pairs: Pairs, settings: Settings, wanted: tuple[str, ...]) -> dict[str, float]:
    """GLCM features by name; formulas in `discgrader.radiomics.catalog`.

    Directions in which no two voxels are neighbors do not count. All values are not a number when there is none.
    """
    i, j = gray.index[pairs.first], gray.index[pairs.second]
    if pairs.weights is not None:
        group, weight, groups = np.zeros(len(i), np.intp), pairs.weights[pairs.direction], 1
    else:
        present = np.bincount(pairs.direction, minlength=pairs.directions) > 0
        group, weight, groups = (np.cumsum(present) - 1)[pairs.direction], None, int(present.sum())
    if not groups or not len(i):
        return dict.fromkeys(wanted, np.nan)
    matrix = _sparse(i, j, group, weight, groups, gray, settings.symmetrical_glcm)
    features = matrix.features()
    if "MCC" in wanted:
        features["MCC"] = matrix.maximal_correlation()
    return features


def _sparse(
    i: np.ndarray,
    j: np.ndarray,
    group: np.ndarray,
    weight: np.ndarray | None,
    groups: int,
    gray: GrayLevels,
    symmetrical: bool,
) -> "_Matrix":
    """The filled cells of the matrices, of a symmetrical one those with i <= j only."""
    size = len(gray.levels)
    if symmetrical:
        i, j = np.minimum(i, j), np.maximum(i, j)
    key = (group * size + i) * size + j
    if groups * size * size <= _MOST_CELLS:
        sums = np.bincount(key, weight, groups * size * size)
        cells = np.flatnonzero(sums)
        sums = sums[cells].astype(np.float64)
    else:
        cells, place = np.unique(key, return_inverse=True)
        sums = np.bincount(place, weight).astype(np.float64)
    group, rest = np.divmod(cells, size * size)
    i, j = np.divmod(rest, size)
    return _Matrix(gray, group, i, j, sums, groups, symmetrical)


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

    def maximal_correlation(self) -> float:
        """The maximal correlation coefficient, of dense matrices."""
        size = len(self.gray.levels)
        if size < 2:
            return 1.0
        values = []
        for group in range(self.groups):
            cells = self.group == group
            p = np.zeros((size, size))
            p[self.i[cells], self.j[cells]] = self.share[cells]
            if self.symmetrical:
                p[self.j[cells], self.i[cells]] = self.share[cells]
            px, py = self.px[group], self.py[group]
            # Gray levels without a neighbor in this direction have rows of zeros; epsilon keeps 0 / 0 away.
            q = sum(np.outer(p[:, k], p[:, k]) / (px[:, None] * py[k] + EPSILON) for k in range(size))
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
    offsets: np.ndarray, spacing_mm: np.ndarray, norm: str | None, decay: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray | None:
    """Weight of each direction by the length of its step in mm.

    Parameters
    ----------
    offsets : ndarray of int, shape (D, 3)
        Steps (k, j, i).
    spacing_mm : ndarray, shape (3,)
    norm : str or None
        How the length is measured; None for no weights.
    decay : callable
        What the weight is of a length.
    """
    steps = np.abs(offsets) * spacing_mm
    lengths = {
        None: None,
        "manhattan": steps.sum(1),
        "euclidean": np.sqrt((steps**2).sum(1)),
        "infinity": steps.max(1, initial=0),
        "no_weighting": None,
    }[norm]
    if norm == "no_weighting":
        return np.ones(len(offsets))
    return None if lengths is None else decay(lengths)
