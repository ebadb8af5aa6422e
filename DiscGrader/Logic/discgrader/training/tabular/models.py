"""Models that grade a disc from a row of features: trees, forests, logistic and ordinal regression, TabPFN.

All follow scikit-learn's ``fit(values, grades)`` and ``predict_proba(values)``; grades are positions on the scale, and
probabilities have a column for every grade even where training had none of it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from discgrader.errors import UsageError
from discgrader.training.tabular.selection import Standardizer

TABPFN_FEATURES = 500
"""TabPFN v2 was trained on tables of up to this many features (Hollmann et al., Nature 2025)."""

TREE_SETTINGS = {
    "num_leaves": 10,
    "learning_rate": 0.05,
    "min_data_in_leaf": 15,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "max_bin": 63,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
ROUNDS = 150
"""Boosting rounds, as in `discgrader.training.grader_trees`."""


class GradeModel(Protocol):
    """What the evaluation needs of a model."""

    def fit(self, values: np.ndarray, grades: np.ndarray) -> "GradeModel": ...

    def predict_proba(self, values: np.ndarray) -> np.ndarray: ...


def balanced_weights(grades: np.ndarray, count: int) -> np.ndarray:
    """A weight for every disc, so that all grades weigh the same together."""
    present = np.bincount(grades, minlength=count)
    return len(grades) / (np.maximum(present, 1) * (present > 0).sum())[grades]


@dataclass
class TreesModel:
    """Gradient-boosted trees (LightGBM).

    Parameters
    ----------
    count : int
        Number of grades.
    balanced : bool
        Whether rare grades weigh more.
    """

    count: int = 5
    balanced: bool = False
    rounds: int = ROUNDS
    seed: int = 0
    threads: int = 2
    settings: dict = field(default_factory=dict)

    def fit(self, values: np.ndarray, grades: np.ndarray) -> "TreesModel":
        import lightgbm

        task = {"objective": "binary"} if self.count == 2 else {"objective": "multiclass", "num_class": self.count}
        weight = balanced_weights(grades, self.count) if self.balanced else None
        data = lightgbm.Dataset(
            values, grades, weight=weight, params={"max_bin": TREE_SETTINGS["max_bin"], "verbosity": -1}
        )
        self.booster_ = lightgbm.train(
            {**TREE_SETTINGS, **self.settings, **task, "seed": self.seed, "num_threads": self.threads},
            data,
            self.rounds,
        )
        return self

    def predict_proba(self, values: np.ndarray) -> np.ndarray:
        predicted = np.asarray(self.booster_.predict(values, num_threads=self.threads))
        return np.stack([1 - predicted, predicted], 1) if self.count == 2 else predicted


@dataclass
class ForestModel:
    """Random forest (scikit-learn), which takes missing values as they are."""

    count: int = 5
    trees: int = 300
    balanced: bool = False
    seed: int = 0
    threads: int = 2

    def fit(self, values: np.ndarray, grades: np.ndarray) -> "ForestModel":
        from sklearn.ensemble import RandomForestClassifier

        self.forest_ = RandomForestClassifier(
            self.trees,
            min_samples_leaf=3,
            max_features="sqrt",
            n_jobs=self.threads,
            random_state=self.seed,
            class_weight="balanced" if self.balanced else None,
        ).fit(values.astype(np.float32), grades)
        return self

    def predict_proba(self, values: np.ndarray) -> np.ndarray:
        return _all_columns(self.forest_.predict_proba(values.astype(np.float32)), self.forest_.classes_, self.count)


@dataclass
class LogisticModel:
    """Multinomial logistic regression with an L2 penalty, on standardized columns."""

    count: int = 5
    strength: float = 0.02
    balanced: bool = False

    def fit(self, values: np.ndarray, grades: np.ndarray) -> "LogisticModel":
        from sklearn.linear_model import LogisticRegression

        self.scaler_ = Standardizer().fit(values)
        self.model_ = LogisticRegression(
            C=self.strength, max_iter=500, class_weight="balanced" if self.balanced else None
        )
        self.model_.fit(self.scaler_.transform(values), grades)
        return self

    def predict_proba(self, values: np.ndarray) -> np.ndarray:
        return _all_columns(self.model_.predict_proba(self.scaler_.transform(values)), self.model_.classes_, self.count)


@dataclass
class OrdinalModel:
    """Proportional odds (McCullagh 1980): one score for every disc, and a threshold between any two grades.

    Parameters
    ----------
    penalty : float
        L2 penalty on the coefficients, relative to the mean log likelihood.

    Attributes
    ----------
    coefficients_ : ndarray, shape (columns,)
    thresholds_ : ndarray, shape (count - 1,)
        Ascending.
    """

    count: int = 5
    penalty: float = 0.02

    def fit(self, values: np.ndarray, grades: np.ndarray) -> "OrdinalModel":
        from scipy.optimize import minimize

        self.scaler_ = Standardizer().fit(values)
        rows = self.scaler_.transform(values)
        columns = rows.shape[1]
        start = np.concatenate([np.zeros(columns), [-1.0], np.zeros(self.count - 2)])

        def cost(parameters: np.ndarray) -> tuple[float, np.ndarray]:
            coefficients, thresholds = parameters[:columns], self._thresholds(parameters[columns:])
            edges = np.concatenate([[-np.inf], thresholds, [np.inf]])
            score = rows @ coefficients
            upper, lower = _sigmoid(edges[grades + 1] - score), _sigmoid(edges[grades] - score)
            probability = np.maximum(upper - lower, 1e-12)
            slope_up, slope_low = upper * (1 - upper) / probability, lower * (1 - lower) / probability
            on_score = (slope_up - slope_low) / len(rows)
            on_edges = (
                np.bincount(grades + 1, -slope_up, self.count + 1) + np.bincount(grades, slope_low, self.count + 1)
            )[1:-1] / len(rows)
            gaps = np.exp(parameters[columns + 1 :])
            on_gaps = np.cumsum(on_edges[::-1])[::-1]
            gradient = np.concatenate(
                [rows.T @ on_score + 2 * self.penalty * coefficients, on_gaps[:1], on_gaps[1:] * gaps]
            )
            return -np.log(probability).mean() + self.penalty * coefficients @ coefficients, gradient

        best = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
        self.coefficients_, self.thresholds_ = best.x[:columns], self._thresholds(best.x[columns:])
        return self

    def _thresholds(self, parameters: np.ndarray) -> np.ndarray:
        return parameters[0] + np.concatenate([[0.0], np.cumsum(np.exp(parameters[1:]))])

    def predict_proba(self, values: np.ndarray) -> np.ndarray:
        score = self.scaler_.transform(values) @ self.coefficients_
        below = _sigmoid(self.thresholds_[None] - score[:, None])
        return np.diff(np.concatenate([np.zeros((len(score), 1)), below, np.ones((len(score), 1))], 1), axis=1)


@dataclass
class CumulativeTrees:
    """Trees for each question "higher than this grade?" (Frank and Hall 2001), made to agree with one another."""

    count: int = 5
    seed: int = 0
    threads: int = 2

    def fit(self, values: np.ndarray, grades: np.ndarray) -> "CumulativeTrees":
        self.models_ = [
            TreesModel(2, seed=self.seed, threads=self.threads, rounds=100).fit(values, (grades > k).astype(int))
            for k in range(self.count - 1)
        ]
        return self

    def predict_proba(self, values: np.ndarray) -> np.ndarray:
        above = np.stack([model.predict_proba(values)[:, 1] for model in self.models_], 1)
        above = np.minimum.accumulate(above, 1)
        edges = np.concatenate([np.ones((len(above), 1)), above, np.zeros((len(above), 1))], 1)
        return -np.diff(edges, axis=1)


@dataclass
class TabpfnModel:
    """TabPFN v2 from a local checkpoint; the weights are never downloaded.

    Parameters
    ----------
    checkpoint : Path
        As published for TabPFN v2; checked by `check_tabpfn`.
    """

    checkpoint: Path
    count: int = 5
    seed: int = 0
    threads: int = 2

    def fit(self, values: np.ndarray, grades: np.ndarray) -> "TabpfnModel":
        check_tabpfn(self.checkpoint)
        if values.shape[1] > TABPFN_FEATURES:
            raise ValueError(f"TabPFN v2 takes {TABPFN_FEATURES} features, not {values.shape[1]}: select before")
        from tabpfn import TabPFNClassifier

        # Its own limit on a CPU is 1000 rows, for the sake of speed; the whole data set has more.
        self.model_ = TabPFNClassifier(
            model_path=str(self.checkpoint),
            device="cpu",
            random_state=self.seed,
            n_preprocessing_jobs=1,
            ignore_pretraining_limits=True,
        ).fit(values, grades)
        return self

    def predict_proba(self, values: np.ndarray) -> np.ndarray:
        return _all_columns(np.asarray(self.model_.predict_proba(values)), np.asarray(self.model_.classes_), self.count)


def check_tabpfn(checkpoint: Path) -> None:
    """Refuse what is no TabPFN v2 checkpoint, before anything is imported that might look for one elsewhere.

    Raises
    ------
    UsageError
        There is no such file, it is no checkpoint of version 2, or the package tabpfn is not installed.
    """
    from importlib.util import find_spec

    checkpoint = Path(checkpoint)
    if not checkpoint.is_file():
        raise UsageError(f"There is no TabPFN checkpoint {checkpoint}; give the path of a downloaded one.")
    if find_spec("tabpfn") is None:
        raise UsageError("The package tabpfn is not installed; install it to use a TabPFN checkpoint.")
    import torch

    try:
        stored = torch.load(checkpoint, map_location="cpu", weights_only=True)
    except Exception as error:  # What a wrong file raises depends on its first bytes: there is no common class.
        raise UsageError(f"{checkpoint} cannot be read as a TabPFN checkpoint ({type(error).__name__}).") from error
    if not isinstance(stored, dict) or "state_dict" not in stored or "config" not in stored:
        raise UsageError(f"{checkpoint} is not a TabPFN checkpoint: it has no state_dict and config.")
    version = f"{stored.get('architecture_name', '')} {checkpoint.name}".lower()
    if any(later in version for later in ("v2.5", "v2_5", "v3")):
        raise UsageError(f"{checkpoint} belongs to a later TabPFN under a different license; give one of version 2.")


def _all_columns(probabilities: np.ndarray, classes: np.ndarray, count: int) -> np.ndarray:
    """Probabilities with a column for each of ``count`` grades, zero for those that training had none of."""
    result = np.zeros((len(probabilities), count))
    result[:, np.asarray(classes, int)] = probabilities
    return result


def _sigmoid(score: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(score, -500, 500)))
