"""Fitting of the fusion model: forests of evidence and of radiomics, and how much each side counts beside the
networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from discgrader.grading.calibration import softmax
from discgrader.grading.evidence_rows import evidence_columns, evidence_rows, log_probabilities
from discgrader.grading.fusion import SIDES, SLICE_ROLES, Fusion, Side
from discgrader.packs.trees import Trees, forest
from discgrader.training.readers import SPIDER, cohort_of, cohorts_among
from discgrader.training.tabular.families import Measuring
from discgrader.training.tabular.selection import LassoSelection
from discgrader.training.tabular.table import FeatureTable

ROLES = ("T1", "T2", "T2_SPACE")
COUNT = 5
"""Pfirrmann's five grades."""


@dataclass(frozen=True)
class FusedRecipe(Measuring):
    """Every choice of the recipe.

    Parameters
    ----------
    folds, seed, trees, threads : int
    least_leaf : int
        The fewest discs of a leaf.
    most_features : int
        How many radiomic features LASSO may keep.
    spider_run : Path or str, optional
        Output folder of a finished recipe ``spider``: its ``held_out.npz`` and its pack ``pfirrmann-resnet``. Without
        it the networks are those of the installed pack, each on the patients that it was not shown.
    cohorts : tuple of str
        The data sets that forests are grown on, of those that there are.
    """

    folds: int = 5
    seed: int = 0
    trees: int = 200
    least_leaf: int = 4
    most_features: int = 60
    threads: int = 2
    spider_run: Path | str | None = None
    cohorts: tuple[str, ...] = (SPIDER,)


@dataclass(frozen=True, eq=False)
class FusedDiscs:
    """What the fusion model learns from, one row a disc.

    Parameters
    ----------
    patients, indices, grades : ndarray of int, shape (discs,)
    evidence : mapping of roles to ndarray, shape (discs, evidence columns)
        For every subset of roles that is shown together; all NaN for a disc that has none of them.
    radiomics : ndarray, shape (discs, features)
        Of T2's middle slice, else T2 SPACE's.
    radiomics_names : tuple of str
    network : ndarray, shape (discs, 5)
        Held-out logits of the image networks, NaN where there are none.
    """

    patients: np.ndarray
    indices: np.ndarray
    grades: np.ndarray
    evidence: Mapping[tuple[str, ...], np.ndarray]
    radiomics: np.ndarray
    radiomics_names: tuple[str, ...]
    network: np.ndarray


def fused_discs(
    evidence: FeatureTable, slices: FeatureTable, network: FeatureTable | None, grades: Mapping[tuple[int, int], int]
) -> FusedDiscs:
    """Rows of every graded disc that was measured, from tables as `discgrader.training.tabular.extract` makes them."""
    measured: dict[int, dict[int, dict[str, dict[str, float]]]] = {}
    for patient, index, sequence, values in zip(
        evidence.patients.tolist(), evidence.indices.tolist(), evidence.sequences.tolist(), evidence.values
    ):
        measured.setdefault(patient, {}).setdefault(index, {})[sequence] = dict(zip(evidence.names, values.tolist()))
    keys = sorted(key for key in grades if key[1] in measured.get(key[0], {}))
    subsets = [some for size in range(1, len(ROLES) + 1) for some in combinations(ROLES, size)]
    columns = len(evidence_columns(ROLES))
    by_subset = {some: np.full((len(keys), columns), np.nan) for some in subsets}
    for subset, table in by_subset.items():
        rows = {
            patient: evidence_rows(
                {index: {role: row for role, row in roles.items() if role in subset} for index, roles in discs.items()},
                ROLES,
            )
            for patient, discs in measured.items()
        }
        for n, (patient, index) in enumerate(keys):
            if any(role in subset for role in measured[patient][index]):
                table[n] = rows[patient][index]
    radiomics = np.full((len(keys), len(slices.names)), np.nan)
    for role in reversed(SLICE_ROLES):
        _fill(radiomics, keys, slices, slices.sequences == role)
    logits = np.full((len(keys), COUNT), np.nan)
    if network is not None:
        _fill(logits, keys, network, np.ones(len(network.values), bool))
    patients, indices = (np.array(column, int) for column in zip(*keys))
    return FusedDiscs(
        patients, indices, np.array([grades[key] for key in keys]), by_subset, radiomics, slices.names, logits
    )


def _fill(table: np.ndarray, keys: Sequence[tuple[int, int]], source: FeatureTable, chosen: np.ndarray) -> None:
    row_of = {(int(source.patients[n]), int(source.indices[n])): n for n in np.nonzero(chosen)[0]}
    for row, key in enumerate(keys):
        n = row_of.get(key)
        if n is not None and np.isfinite(source.values[n]).any():
            table[row] = source.values[n]


def fit_evidence(discs: FusedDiscs, rows: np.ndarray, recipe: FusedRecipe) -> Side:
    """The forest of evidence; each disc is shown with every subset of its images, so that a missing one does no
    harm."""
    tables, owners = [], []
    seen_before: list[np.ndarray] = []
    for table in discs.evidence.values():
        # A disc without T2 SPACE is the same with and without it: once is enough.
        new = np.array(
            [
                n
                for n in rows
                if np.isfinite(table[n]).any()
                and not any(np.array_equal(table[n], other[n], equal_nan=True) for other in seen_before)
            ],
            int,
        )
        tables.append(table[new])
        owners.append(new)
        seen_before.append(table)
    owner = np.concatenate(owners)
    weight = 1 / np.bincount(owner, minlength=len(discs.grades))[owner]
    return grow(
        np.concatenate(tables), discs.grades[owner], weight, evidence_columns(ROLES), discs.patients[owner], recipe
    )


def fit_radiomics(discs: FusedDiscs, rows: np.ndarray, recipe: FusedRecipe) -> Side:
    """The forest of those radiomic features that LASSO keeps on the training discs."""
    rows = rows[np.isfinite(discs.radiomics[rows]).any(1)]
    values, grades = discs.radiomics[rows], discs.grades[rows]
    chosen = np.sort(LassoSelection(most=recipe.most_features).fit(values, grades, discs.patients[rows]).columns_)
    names = tuple(discs.radiomics_names[n] for n in chosen)
    return grow(values[:, chosen], grades, np.ones(len(rows)), names, discs.patients[rows], recipe)


def grow(
    values: np.ndarray,
    grades: np.ndarray,
    weights: np.ndarray,
    columns: Sequence[str],
    patients: np.ndarray,
    recipe: FusedRecipe,
) -> Side:
    """A random forest (scikit-learn) as tensors.

    Where the discs are of several data sets, whose readers graded each is a column of its own while trees grow; the
    forest then is what it says of the first one's readers, and asks for that column no more.
    """
    from sklearn.ensemble import RandomForestClassifier

    readers = reader_column(patients)
    if readers.any():
        values = np.concatenate([values, readers[:, None]], 1)
    model = RandomForestClassifier(
        recipe.trees,
        min_samples_leaf=recipe.least_leaf,
        max_features="sqrt",
        n_jobs=recipe.threads,
        random_state=recipe.seed,
    )
    fitted = model.fit(values.astype(np.float32), grades, sample_weight=weights)
    grown = from_scikit_learn(fitted, values.shape[1], COUNT)
    return Side(grown.without_last(0.0) if readers.any() else grown, tuple(columns))


def reader_column(patients: np.ndarray) -> np.ndarray:
    """0 for the discs of the first data set among these, 1 for those of the next, and so on."""
    found = cohorts_among(patients)
    return np.array([float(found.index(cohort_of(int(patient)))) for patient in patients])


def from_scikit_learn(model: Any, features: int, count: int) -> Trees:
    """A fitted ``RandomForestClassifier`` as tensors.

    Parameters
    ----------
    count : int
        Number of grades; those that training had none of get probability 0.
    """
    parts: dict[str, list[np.ndarray]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "missing", "shares")
    }
    roots, start = [], 0
    for estimator in model.estimators_:
        tree = estimator.tree_
        inner = tree.children_left >= 0
        roots.append(start)
        parts["feature"].append(np.where(inner, tree.feature, -1))
        parts["threshold"].append(np.where(inner, tree.threshold, 0.0))
        parts["left"].append(np.where(inner, tree.children_left + start, 0))
        parts["right"].append(np.where(inner, tree.children_right + start, 0))
        parts["missing"].append(tree.missing_go_to_left.astype(bool))
        shares = np.zeros((tree.node_count, count))
        shares[:, model.classes_.astype(int)] = tree.value[:, 0] / tree.value[:, 0].sum(1, keepdims=True)
        parts["shares"].append(shares)
        start += tree.node_count
    joined = {name: np.concatenate(some) for name, some in parts.items()}
    return forest(
        features,
        np.array(roots),
        joined["feature"],
        joined["threshold"],
        joined["left"],
        joined["right"],
        joined["missing"],
        joined["shares"],
    )


def sides_of(
    discs: FusedDiscs, rows: np.ndarray, evidence: Side, radiomics: Side, roles: tuple[str, ...] = ROLES
) -> dict[str, np.ndarray]:
    """Logarithms of the probabilities that each side gives the discs of ``rows``, NaN where it saw none of one."""
    place = {column: n for n, column in enumerate(discs.radiomics_names)}
    found = {"network": discs.network[rows]}
    for name, side, table in (
        ("evidence", evidence, discs.evidence[roles][rows]),
        ("radiomics", radiomics, discs.radiomics[rows][:, [place[column] for column in radiomics.columns]]),
    ):
        known = np.isfinite(table).any(1)
        result = np.full((len(rows), COUNT), np.nan)
        if known.any():
            result[known] = log_probabilities(side.forest.predict(table[known]))
        found[name] = result
    return found


def fit_weights(sides: Mapping[str, np.ndarray], grades: np.ndarray) -> tuple[dict[str, float], np.ndarray]:
    """Weight of every side and bias of every grade that make held-out discs likeliest.

    Returns
    -------
    weights, zero for a side that saw no disc; bias, shape (grades,).
    """
    from scipy.optimize import minimize

    names = [name for name in SIDES if np.isfinite(sides[name]).any()]

    def cost(parameters: np.ndarray) -> float:
        weights = dict.fromkeys(SIDES, 0.0) | dict(zip(names, parameters[: len(names)]))
        bias = np.append(0.0, parameters[len(names) :])
        given = softmax(fused_rows(sides, weights) + bias)
        return float(-np.log(np.maximum(given[np.arange(len(grades)), grades], 1e-9)).mean() + 1e-3 * (bias**2).sum())

    start = np.concatenate([np.full(len(names), 1 / len(names)), np.zeros(COUNT - 1)])
    bounds = [(0.0, 3.0)] * len(names) + [(-3.0, 3.0)] * (COUNT - 1)
    best = minimize(cost, start, method="L-BFGS-B", bounds=bounds).x
    weights = dict.fromkeys(SIDES, 0.0) | {name: float(weight) for name, weight in zip(names, best)}
    return weights, np.append(0.0, best[len(names) :])


def fused_rows(sides: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    """`discgrader.grading.fusion.fused` for many discs, each with the sides that saw it; zeros where none did."""
    known = {name: np.isfinite(logits).all(1) for name, logits in sides.items()}
    there = sum(weights[name] * known[name] for name in sides)
    total = sum(weights[name] * np.nan_to_num(logits) for name, logits in sides.items())
    scale = np.where(there > 0, sum(weights.values()) / np.maximum(there, 1e-9), 0.0)
    return total * scale[:, None]


def fit_fusion(
    discs: FusedDiscs, rows: np.ndarray, weights: Mapping[str, float], bias: np.ndarray, recipe: FusedRecipe
) -> Fusion:
    """The final model on all discs, with weights found on held-out ones."""
    return Fusion(fit_evidence(discs, rows, recipe), fit_radiomics(discs, rows, recipe), weights, bias, ROLES)
