"""The Pfirrmann system as published: LASSO, then a model, then calibration on patients that neither has seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from discgrader.grading.decision import HIGH_GRADE
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
from discgrader.training.tabular.recalibrate import RECALIBRATIONS, Recalibration
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
