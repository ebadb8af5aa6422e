"""The Pfirrmann system as published: LASSO, then a model, then calibration on patients that neither has seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from discgrader.grading.calibration import HIGH_GRADE, calibrate, fit_calibration, isotonic, normalized_rows
from discgrader.training.tabular.models import (
    TABPFN_FEATURES,
    CumulativeTrees,
    ForestModel,
    GradeModel,
    LogisticModel,
    OrdinalModel,
    TabpfnModel,
    TreesModel,
)
from discgrader.training.tabular.selection import LassoSelection
from discgrader.training.tabular.table import DiscTable

MODELS: Mapping[str, str] = {
    "lightgbm": "LightGBM",
    "forest": "Random forest",
    "tabpfn": "TabPFN v2",
    "logistic": "Logistic regression",
    "ordinal": "Ordinal regression",
    "cumulative": "Cumulative trees",
}
"""Every model by its name in files, with what people call it."""


class Recalibration(Protocol):
    """Fitted on validation discs, applied to others."""

    def fit(self, probabilities: np.ndarray, grades: np.ndarray) -> "Recalibration": ...

    def __call__(self, probabilities: np.ndarray) -> np.ndarray: ...


@dataclass
class IsotonicRecalibration:
    """One isotonic curve a grade, one against the rest (Zadrozny and Elkan 2002); the grades then share out 1."""

    def fit(self, probabilities: np.ndarray, grades: np.ndarray) -> "IsotonicRecalibration":
        from sklearn.isotonic import IsotonicRegression

        fitted = [
            IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(probabilities[:, k], grades == k)
            for k in range(probabilities.shape[1])
        ]
        self.curves_ = [(curve.X_thresholds_, curve.y_thresholds_) for curve in fitted]
        return self

    def __call__(self, probabilities: np.ndarray) -> np.ndarray:
        return isotonic(probabilities, self.curves_)


@dataclass
class SigmoidRecalibration:
    """One logistic curve a grade, one against the rest (Platt 1999); the grades then share out 1."""

    def fit(self, probabilities: np.ndarray, grades: np.ndarray) -> "SigmoidRecalibration":
        from sklearn.linear_model import LogisticRegression

        self.curves_ = []
        for k in range(probabilities.shape[1]):
            hits = grades == k
            if hits.all() or not hits.any():
                self.curves_.append((0.0, float(np.log((hits.sum() + 0.5) / (len(hits) - hits.sum() + 0.5)))))
                continue
            fitted = LogisticRegression(C=100.0).fit(_logit(probabilities[:, k])[:, None], hits)
            self.curves_.append((float(fitted.coef_[0, 0]), float(fitted.intercept_[0])))
        return self

    def __call__(self, probabilities: np.ndarray) -> np.ndarray:
        curved = np.stack(
            [
                1 / (1 + np.exp(-(slope * _logit(probabilities[:, k]) + offset)))
                for k, (slope, offset) in enumerate(self.curves_)
            ],
            1,
        )
        return normalized_rows(curved, probabilities)


@dataclass
class TemperatureRecalibration:
    """Temperature and one bias a grade (Guo et al. 2017), as the image networks are calibrated."""

    def fit(self, probabilities: np.ndarray, grades: np.ndarray) -> "TemperatureRecalibration":
        self.fitted_ = fit_calibration(np.log(np.maximum(probabilities, 1e-6)), grades)
        return self

    def __call__(self, probabilities: np.ndarray) -> np.ndarray:
        return calibrate(np.log(np.maximum(probabilities, 1e-6)), self.fitted_)


@dataclass
class NoRecalibration:
    """Probabilities left as they are."""

    def fit(self, probabilities: np.ndarray, grades: np.ndarray) -> "NoRecalibration":
        return self

    def __call__(self, probabilities: np.ndarray) -> np.ndarray:
        return probabilities


RECALIBRATIONS: Mapping[str, Callable[[], Recalibration]] = {
    "none": NoRecalibration,
    "isotonic": IsotonicRecalibration,
    "sigmoid": SigmoidRecalibration,
    "temperature": TemperatureRecalibration,
}
"""Every method by name."""


def _logit(probability: np.ndarray) -> np.ndarray:
    clipped = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.log(clipped / (1 - clipped))


@dataclass(frozen=True)
class SystemChoices:
    """What makes one variant of the system differ from another.

    Parameters
    ----------
    model : str
        One of `MODELS`.
    binary : bool
        Low (I–III) against high (IV–V) in place of the five grades.
    balanced : bool
        Whether rare grades weigh more.
    select : bool
        Whether LASSO chooses columns first.
    penalty_times : float
        Factor on LASSO's cross-validated penalty.
    recalibration : str
        One of `RECALIBRATIONS`.
    tabpfn : Path or None
        Checkpoint, for the model ``tabpfn``.
    threads, seed : int
    """

    model: str = "lightgbm"
    binary: bool = False
    balanced: bool = False
    select: bool = True
    penalty_times: float = 1.0
    recalibration: str = "isotonic"
    tabpfn: Path | None = None
    threads: int = 2
    seed: int = 0

    @property
    def count(self) -> int:
        """Number of grades."""
        return 2 if self.binary else 5

    def targets(self, table: DiscTable) -> np.ndarray:
        """What the model learns of each disc."""
        return (table.grades >= HIGH_GRADE).astype(int) if self.binary else table.grades

    def new_model(self) -> GradeModel:
        """The untrained model."""
        if self.model == "lightgbm":
            return TreesModel(self.count, self.balanced, seed=self.seed, threads=self.threads)
        if self.model == "forest":
            return ForestModel(self.count, balanced=self.balanced, seed=self.seed, threads=self.threads)
        if self.model == "logistic":
            return LogisticModel(self.count, balanced=self.balanced)
        if self.model == "ordinal":
            return OrdinalModel(self.count)
        if self.model == "cumulative":
            return CumulativeTrees(self.count, seed=self.seed, threads=self.threads)
        if self.model == "tabpfn" and self.tabpfn is not None:
            return TabpfnModel(self.tabpfn, self.count, seed=self.seed, threads=self.threads)
        raise ValueError(f"unknown model {self.model}, or no checkpoint for it")


@dataclass
class PfirrmannSystem:
    """One variant of the system.

    Attributes
    ----------
    columns_ : tuple of str
        The columns that the model sees, those of the largest LASSO coefficients first.
    model_ : GradeModel
    recalibration_ : Recalibration
    """

    choices: SystemChoices = field(default_factory=SystemChoices)

    def fit(
        self, train: DiscTable, validation: DiscTable, selection: LassoSelection | None = None
    ) -> "PfirrmannSystem":
        """Learn.

        Parameters
        ----------
        train, validation : DiscTable
            Of different patients, with the same columns.
        selection : LassoSelection, optional
            Already fitted on ``train``, where several models share it.
        """
        columns = np.arange(len(train.columns))
        if self.choices.select:
            selection = selection or self.select(train)
            columns = selection.columns_
        if self.choices.model == "tabpfn":
            columns = columns[:TABPFN_FEATURES]
        self.columns_ = tuple(train.columns[n] for n in columns)
        self.model_ = self.choices.new_model().fit(train.values[:, columns], self.choices.targets(train))
        raw = self.model_.predict_proba(validation.values[:, columns])
        method: Recalibration = RECALIBRATIONS[self.choices.recalibration]()
        self.recalibration_ = method.fit(raw, self.choices.targets(validation))
        return self

    def select(self, train: DiscTable) -> LassoSelection:
        """LASSO on the training discs."""
        selection = LassoSelection(times=self.choices.penalty_times)
        return selection.fit(train.values, self.choices.targets(train), train.patients)

    def raw_proba(self, table: DiscTable) -> np.ndarray:
        """Probabilities before calibration, shape (discs, grades)."""
        place = {name: number for number, name in enumerate(table.columns)}
        return self.model_.predict_proba(table.values[:, [place[name] for name in self.columns_]])

    def predict_proba(self, table: DiscTable) -> np.ndarray:
        """Calibrated probabilities, shape (discs, grades)."""
        return self.recalibration_(self.raw_proba(table))

    def importances(self) -> np.ndarray:
        """How much each of ``columns_`` serves the model; they sum to 1, or are zero where the model cannot tell."""
        if isinstance(self.model_, TreesModel):
            gain = self.model_.booster_.feature_importance("gain").astype(float)
        elif isinstance(self.model_, ForestModel):
            gain = self.model_.forest_.feature_importances_
        elif isinstance(self.model_, LogisticModel):
            gain = np.abs(self.model_.model_.coef_).mean(0)
        elif isinstance(self.model_, OrdinalModel):
            gain = np.abs(self.model_.coefficients_)
        else:
            gain = np.zeros(len(self.columns_))
        return gain / gain.sum() if gain.sum() > 0 else gain


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one variant says of the discs that it had not seen.

    Parameters
    ----------
    test, validation : ndarray of int
        Rows of the whole table, in the order of the probabilities.
    probabilities : ndarray, shape (len(test), grades)
        Calibrated.
    raw_test, raw_validation : ndarray
        Before calibration.
    columns : tuple of str
        What the model saw.
    importances : ndarray, shape (columns,)
    """

    test: np.ndarray
    validation: np.ndarray
    probabilities: np.ndarray
    raw_test: np.ndarray
    raw_validation: np.ndarray
    columns: tuple[str, ...]
    importances: np.ndarray

    @classmethod
    def join(cls, parts: Sequence["Outcome"]) -> "Outcome":
        """The outcomes of the folds of one cross-validation as one; importances are the mean over the folds."""
        columns = tuple(dict.fromkeys(name for outcome in parts for name in outcome.columns))
        total = dict.fromkeys(columns, 0.0)
        for part in parts:
            for name, gain in zip(part.columns, part.importances):
                total[name] += float(gain) / len(parts)
        order = sorted(columns, key=lambda name: -total[name])
        arrays = {
            name: np.concatenate([getattr(outcome, name) for outcome in parts])
            for name in ("test", "validation", "probabilities", "raw_test", "raw_validation")
        }
        return cls(**arrays, columns=tuple(order), importances=np.array([total[name] for name in order]))
