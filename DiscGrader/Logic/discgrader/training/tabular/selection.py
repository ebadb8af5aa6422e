"""Features chosen by LASSO on the training discs, as in papers/pfirrmann_radiomics.txt."""

import warnings
from dataclasses import dataclass

import numpy as np

from discgrader.training.tabular.lasso import LassoPath, best_penalty

FOLDS = 5
STEPS_DOWN = 10
"""On the way to a penalty, each solution is where the next begins."""


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
            for one in np.geomspace(max(path.largest, self.penalty_), self.penalty_, STEPS_DOWN):
                path.step(one)
            coefficients = path.coefficients_
        kept = np.nonzero(coefficients)[0]
        if len(kept) == 0:
            # The penalty was too strong for every column: the one most alike the grade is better than none.
            kept = np.array([int(np.abs(standard.T @ (target - target.mean())).argmax())])
        order = kept[np.argsort(-np.abs(coefficients[kept]), kind="stable")][: self.most]
        self.columns_, self.coefficients_ = order, coefficients[order]
        return self
