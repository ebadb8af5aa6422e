"""LASSO on many more columns than rows: one column or another at a time, and only those that can matter.

At each penalty of a falling sequence the columns that the sequential strong rule (Tibshirani et al., JRSS B 2012) keeps
are handed to scikit-learn; what the rule was wrong to leave out is seen by its gradient and joins. The solution is that
of all columns, at a fraction of the time.
"""

from collections.abc import Sequence

import numpy as np

PENALTIES = 30
SMALLEST = 0.02
"""The smallest penalty tried, as a share of the one that keeps no column."""

PATIENCE = 5
"""So many penalties in a row without less error end the search: the weaker ones cost most, and only fit noise."""

_SLACK = 1e-3


class LassoPath:
    """Solutions of falling penalties, each found from the one before.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        Standardized, without NaN.
    target : ndarray, shape (rows,)

    Attributes
    ----------
    coefficients_ : ndarray, shape (columns,)
        At the last penalty asked for.
    """

    def __init__(self, values: np.ndarray, target: np.ndarray, tolerance: float = 1e-3, most_steps: int = 400) -> None:
        self._means, self._target_mean = values.mean(0), float(target.mean())
        self._values = np.asfortranarray(values - self._means)
        self._target = target - self._target_mean
        self._tolerance, self._most_steps = tolerance, most_steps
        self.coefficients_ = np.zeros(values.shape[1])
        self._pull = self._gradient()
        self._penalty = self.largest = float(self._pull.max(initial=0.0))

    def _gradient(self) -> np.ndarray:
        kept = np.flatnonzero(self.coefficients_)
        rest = self._target - self._values[:, kept] @ self.coefficients_[kept]
        return np.abs(rest @ self._values) / len(rest)

    def step(self, penalty: float) -> "LassoPath":
        """Solve for a penalty, which should not be larger than the one before."""
        from sklearn.linear_model import lasso_path

        columns = np.flatnonzero((self._pull >= 2 * penalty - self._penalty) | (self.coefficients_ != 0))
        while len(columns):
            _, found, _ = lasso_path(
                self._values[:, columns],
                self._target,
                alphas=[penalty],
                coef_init=self.coefficients_[columns],
                max_iter=self._most_steps,
                tol=self._tolerance,
            )
            self.coefficients_[:] = 0
            self.coefficients_[columns] = found[:, 0]
            self._pull = self._gradient()
            wrong = np.setdiff1d(np.flatnonzero(self._pull > penalty * (1 + _SLACK)), columns)
            if not len(wrong):
                break
            columns = np.union1d(columns, wrong)
        self._penalty = penalty
        return self

    def predict(self, values: np.ndarray) -> np.ndarray:
        """The target of rows, by the last solution."""
        kept = np.flatnonzero(self.coefficients_)
        return (values[:, kept] - self._means[kept]) @ self.coefficients_[kept] + self._target_mean


def best_penalty(values: np.ndarray, target: np.ndarray, splits: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    """The penalty with the least squared error in cross-validation.

    Parameters
    ----------
    values, target :
        As for `LassoPath`.
    splits : sequence of (ndarray of int, ndarray of int)
        Rows to learn from and rows to judge on.
    """
    largest = LassoPath(values, target).largest
    if largest == 0:
        return 1.0
    paths = [LassoPath(values[seen], target[seen]) for seen, _ in splits]
    best, least, since = largest, np.inf, 0
    for penalty in np.geomspace(largest, SMALLEST * largest, PENALTIES):
        errors = [
            np.mean((target[rest] - path.step(penalty).predict(values[rest])) ** 2)
            for path, (_, rest) in zip(paths, splits)
        ]
        since += 1
        if np.mean(errors) < least:
            best, least, since = float(penalty), float(np.mean(errors)), 0
        if since >= PATIENCE:
            break
    return best
