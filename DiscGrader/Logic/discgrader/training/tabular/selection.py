"""Features chosen by LASSO on the training discs, as in papers/pfirrmann_radiomics.txt.

There are many more columns than rows, so one column or another at a time, and only those that can matter: at each
penalty of a falling sequence the columns that the sequential strong rule (Tibshirani et al., JRSS B 2012) keeps are
handed to scikit-learn; what the rule was wrong to leave out is seen by its gradient and joins. The solution is that of
all columns, at a fraction of the time.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PENALTIES = 30
SMALLEST = 0.02
"""The smallest penalty tried, as a share of the one that keeps no column."""

PATIENCE = 5
"""So many penalties in a row without less error end the search: the weaker ones cost most, and only fit noise."""

_SLACK = 1e-3
"""Relative; columns whose gradient exceeds the penalty by less are converged."""

FOLDS = 5
STEPS_DOWN = 10
"""On the way to a penalty, each solution is where the next begins."""


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


@dataclass
class Standardizer:
    """Columns with their median in place of what is missing, at mean 0 and deviation 1, far outliers clipped.

    Attributes
    ----------
    median_, mean_, deviation_ : ndarray, shape (columns,)
    """

    clip: float = 6.0

    def fit(self, values: np.ndarray) -> "Standardizer":
        """Learn from training rows, shape (rows, columns)."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            self.median_ = np.nan_to_num(np.nanmedian(values, 0)) if values.shape[1] else np.zeros(0)
        filled = np.where(np.isnan(values), self.median_, values)
        self.mean_ = filled.mean(0)
        deviation = filled.std(0)
        # A constant column, up to rounding, says nothing and must not be blown up.
        self.deviation_ = np.where(deviation > 1e-9 * np.maximum(np.abs(self.mean_), 1e-9), deviation, np.inf)
        return self

    def transform(self, values: np.ndarray) -> np.ndarray:
        """Rows as the training rows would be, no NaN among them."""
        filled = np.where(np.isnan(values), self.median_, values)
        return np.clip((filled - self.mean_) / self.deviation_, -self.clip, self.clip)


@dataclass
class LassoSelection:
    """Columns that a LASSO regression of the grade keeps.

    Parameters
    ----------
    penalty : float, optional
        Fixed penalty; by default the one with the least error in cross-validation over the training patients.
    times : float
        Factor on the penalty, for trying others.
    most : int, optional
        Keep at most so many columns, those with the largest coefficients.

    Attributes
    ----------
    columns_ : ndarray of int
        Positions of the columns kept, in order of size of their coefficients.
    coefficients_ : ndarray
        Their coefficients on standardized columns.
    penalty_ : float
    """

    penalty: float | None = None
    times: float = 1.0
    most: int | None = None

    def fit(self, values: np.ndarray, grades: np.ndarray, patients: np.ndarray) -> "LassoSelection":
        """Choose on training rows.

        Parameters
        ----------
        values : ndarray, shape (rows, columns)
            NaN where missing.
        grades : ndarray, shape (rows,)
        patients : ndarray, shape (rows,)
            Folds of the inner cross-validation keep a patient's rows together.
        """
        from sklearn import config_context
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.model_selection import GroupKFold

        standard = Standardizer().fit(values).transform(values)
        target = grades.astype(float)
        with warnings.catch_warnings(), config_context(assume_finite=True, skip_parameter_validation=True):
            # The path's weakest penalties need not converge: they are hardly ever chosen.
            warnings.simplefilter("ignore", ConvergenceWarning)
            penalty = self.penalty
            if penalty is None:
                folds = min(FOLDS, len(np.unique(patients)))
                penalty = best_penalty(standard, target, list(GroupKFold(folds).split(standard, target, patients)))
            self.penalty_ = penalty * self.times
            path = LassoPath(standard, target, most_steps=1500)
            for step_penalty in np.geomspace(max(path.largest, self.penalty_), self.penalty_, STEPS_DOWN):
                path.step(step_penalty)
            coefficients = path.coefficients_
        kept = np.nonzero(coefficients)[0]
        if len(kept) == 0:
            # The penalty was too strong for every column: the one most alike the grade is better than none.
            kept = np.array([int(np.abs(standard.T @ (target - target.mean())).argmax())])
        order = kept[np.argsort(-np.abs(coefficients[kept]), kind="stable")][: self.most]
        self.columns_, self.coefficients_ = order, coefficients[order]
        return self
