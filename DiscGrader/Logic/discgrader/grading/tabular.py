"""Pfirrmann graded as published: a table of radiomics and deep features, trees or a forest, isotonic calibration.

After papers/pfirrmann_radiomics.txt. Such a pack has no image network; what it sees of a disc is one row of features,
named ``<role>:<family>:<feature>``, in which a missing sequence is missing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from discgrader.checked import Count, checked
from discgrader.errors import PackError
from discgrader.grading.calibration import isotonic
from discgrader.grading.contributions import Push
from discgrader.grading.feature_words import in_words
from discgrader.packs.forest import Forest
from discgrader.packs.pack import Pack
from discgrader.packs.trees import Trees
from discgrader.packs.weights import load_json, load_tensors, load_trees

KIND = "tabular"
DESCRIPTION, TREES, FOREST = "tabular.json", "trees.txt", "forest.safetensors"
RADIOMICS = "radiomics"
GRADES = 5

_LEAST_SHARE = 0.02

_Probabilities = Annotated[tuple[float, ...], Count(0, 100_000)]


@dataclass(frozen=True)
class _Curve:
    probability: _Probabilities
    observed: _Probabilities


@dataclass(frozen=True)
class _Described:
    columns: Annotated[tuple[str, ...], Count(0, 100_000)]
    calibration: tuple[_Curve, ...]


@dataclass(frozen=True, eq=False)
class TabularModel:
    """The model of one pack.

    Parameters
    ----------
    columns : tuple of str
        What it is asked with, in this order.
    predictor : Trees or Forest
        Gives the chance of each grade before calibration.
    curves : sequence of (ndarray, ndarray)
        Of each grade, points of its isotonic calibration: probability, and share observed.
    """

    columns: tuple[str, ...]
    predictor: Trees | Forest
    curves: Sequence[tuple[np.ndarray, np.ndarray]]

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles of the series that it knows."""
        return tuple(dict.fromkeys(name.split(":")[0] for name in self.columns))

    @property
    def families(self) -> frozenset[str]:
        """Families of features that it asks for."""
        return frozenset(name.split(":")[1] for name in self.columns)

    def probabilities(self, row: np.ndarray) -> np.ndarray:
        """Calibrated probability of each grade, shape (grades,), for one row; NaN where a feature is missing."""
        return isotonic(np.asarray(self.predictor.predict(row[None])), self.curves)[0]

    def pushes(self, row: np.ndarray, most: int) -> tuple[Push, ...]:
        """The features that moved the expected grade most, the strongest first; no missing ones."""
        moved = self.predictor.contributions(row)
        if isinstance(self.predictor, Forest):
            steps = moved @ np.arange(moved.shape[1])
        else:
            # The derivative of the expected grade by each score, at this disc.
            chance = np.asarray(self.predictor.predict(row[None]))[0]
            steps = (chance * (np.arange(len(chance)) - chance @ np.arange(len(chance)))) @ moved
        steps = np.where(np.isfinite(row), steps, 0.0)
        total = np.abs(steps).sum()
        strongest = [
            n for n in np.argsort(-np.abs(steps), kind="stable")[:most] if np.abs(steps[n]) > _LEAST_SHARE * total > 0
        ]
        return tuple(_push(self.columns[n], float(row[n]), float(steps[n])) for n in strongest)


def _push(column: str, value: float, steps: float) -> Push:
    role, _, feature = column.split(":", 2)
    words = in_words(column).split(": ", 1)[-1]
    return Push(feature, role, words[:1].upper() + words[1:], "", value, steps)


def is_tabular(pack: Pack) -> bool:
    """Whether a pack grades by a table of features and has no image network."""
    return pack.architecture.get("kind") == KIND


def load_tabular(pack: Pack) -> TabularModel:
    """The model of a pack.

    Raises
    ------
    PackError
        Its files are missing or do not fit together.
    """
    try:
        described = checked(
            load_json(pack, DESCRIPTION),
            _Described,
            f"Pack {pack.name}: its table model is broken: {DESCRIPTION}",
            PackError,
        )
        columns = described.columns
        if not columns or any(len(name.split(":", 2)) < 3 for name in columns):
            raise ValueError("a column has no role and family")
        curves = [(np.array(one.probability, float), np.array(one.observed, float)) for one in described.calibration]
        if len(curves) != GRADES or any(
            len(x) == 0 or x.shape != y.shape or np.any(np.diff(x) < 0) or not np.isfinite([*x, *y]).all()
            for x, y in curves
        ):
            raise ValueError("its calibration is no five rising curves")
        if FOREST in pack.files:
            predictor: Trees | Forest = Forest.from_tensors(
                columns, {name: one.numpy() for name, one in load_tensors(pack, FOREST).items()}
            )
            outputs, width = predictor.chance.shape[1], len(columns)
        else:
            predictor = load_trees(pack, TREES)
            outputs, width = predictor.outputs, predictor.features
        if outputs != GRADES or width != len(columns):
            raise ValueError(f"its trees have {outputs} grades and {width} columns")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PackError(f"Pack {pack.name}: its table model is broken ({error}); install the pack anew.") from error
    return TabularModel(columns, predictor, curves)


def tabular_file(
    columns: Sequence[str], curves: Sequence[tuple[np.ndarray, np.ndarray]], facts: Mapping[str, object]
) -> bytes:
    """Content of ``tabular.json``; ``facts`` go along for whoever reads it."""
    calibration = [
        {"probability": np.asarray(x, float).tolist(), "observed": np.asarray(y, float).tolist()} for x, y in curves
    ]
    return json.dumps({"columns": list(columns), "calibration": calibration, **facts}).encode()
