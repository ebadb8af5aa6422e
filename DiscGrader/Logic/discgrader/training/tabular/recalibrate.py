"""Probabilities made to mean what they say, fitted on patients that the model has not seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from discgrader.grading.calibration import calibrate, fit_calibration, isotonic, shared_out


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
        self.curves_ = [(one.X_thresholds_, one.y_thresholds_) for one in fitted]
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
        return shared_out(curved, probabilities)


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
