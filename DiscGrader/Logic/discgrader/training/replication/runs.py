"""What an evaluation runs on splits, each result kept on disk, so that a stopped one goes on where it was: variants of
the published system, and the project's own model.

That is image networks, measured evidence and radiomics, alone and together, judged on the folds of the page's
cross-validation in two layers, as the recipe ``pfirrmann`` cross-validates it: forests on folds that they have not
seen, weights from the held-out discs of the other folds.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from discgrader.progress import Progress
from discgrader.training.stored_arrays import load_arrays, save_arrays
from discgrader.training.tabular.families import EVIDENCE, SLICE
from discgrader.training.tabular.fusion import FusedDiscs, FusedRecipe, fused_discs
from discgrader.training.tabular.fusion_recipe import VARIANTS, held_out_probabilities, held_out_sides
from discgrader.training.tabular.selection import LassoSelection
from discgrader.training.tabular.system import Outcome, PfirrmannSystem, SystemChoices
from discgrader.training.tabular.table import DiscTable, FeatureTable, Split

NETWORK = "network"
CNN, OURS = "Image networks (CNN alone)", "CNN + evidence + radiomics (ours)"
"""The project's main job without and with evidence and radiomics beside it, as named in tables."""


NAMES: Mapping[str, str] = {
    "network": CNN,
    "evidence": "Evidence with neighbors (forest)",
    "radiomics": "Radiomics of the middle slice (forest)",
    "evidence + radiomics": "Evidence + radiomics (forests)",
    "network + evidence": "CNN + evidence",
    "network + radiomics": "CNN + radiomics",
    "all three": OURS,
}
"""What people call each of `VARIANTS`."""


@dataclass(frozen=True, eq=False)
class Runner:
    """Fits variants on splits of one table.

    Parameters
    ----------
    table : DiscTable
        All discs and all columns.
    work : Path
        Where outcomes are kept.
    progress : Progress
        Asked before each fit whether to stop.
    """

    table: DiscTable
    work: Path
    progress: Progress

    @cached_property
    def _discs(self) -> bytes:
        """Changes when any disc or grade does."""
        arrays = (self.table.patients, self.table.indices, self.table.grades)
        return b"".join(hashlib.sha256(np.ascontiguousarray(array).tobytes()).digest() for array in arrays)

    @cached_property
    def _columns(self) -> list[bytes]:
        """One for each column, which changes when its name or any of its values does."""
        return [
            hashlib.sha256(name.encode() + np.ascontiguousarray(column).tobytes()).digest()
            for name, column in zip(self.table.columns, self.table.values.T)
        ]

    def run(self, columns: np.ndarray, split: Split, choices: SystemChoices) -> Outcome:
        """One variant on one split.

        Parameters
        ----------
        columns : ndarray of bool, shape (columns of the table,)
            Which the variant may choose from.
        """
        path = self._path("run", columns, split, {**asdict(choices), "tabpfn": str(choices.tabpfn), "threads": 0})
        stored = load_arrays(path)
        if stored is not None:
            return Outcome(columns=tuple(stored.pop("columns").tolist()), **stored)
        self.progress.report("Fitting", 0.0, f"{choices.model}, {split.name}")
        table = self.table.with_columns(columns)
        train, validation, test = (table.rows(part) for part in (split.train, split.validation, split.test))
        selection = self._selection(table, columns, split, choices) if choices.select else None
        self.progress.report("Fitting", 0.0, f"{choices.model}, {split.name}")
        system = PfirrmannSystem(choices).fit(train, validation, selection)
        raw_test, raw_validation = system.raw_proba(test), system.raw_proba(validation)
        outcome = Outcome(
            np.nonzero(split.test)[0],
            np.nonzero(split.validation)[0],
            system.recalibration_(raw_test),
            raw_test,
            raw_validation,
            system.columns_,
            system.importances(),
        )
        save_arrays(path, {**vars(outcome), "columns": np.array(outcome.columns, str)})
        return outcome

    def run_all(self, columns: np.ndarray, splits: Sequence[Split], choices: SystemChoices) -> Outcome:
        """One variant on every fold of a cross-validation, as one outcome."""
        return Outcome.join([self.run(columns, split, choices) for split in splits])

    def kept(self, kind: str, stamp: bytes, make: Callable[[], Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """Arrays that take long to make, made once for a stamp of all that decides them."""
        path = self.work / f"{kind}_{hashlib.sha256(stamp).hexdigest()[:24]}.npz"
        stored = load_arrays(path)
        if stored is None:
            stored = dict(make())
            save_arrays(path, stored)
        return stored

    def _selection(self, table: DiscTable, columns: np.ndarray, split: Split, choices: SystemChoices) -> LassoSelection:
        """LASSO's choice, shared by all models that learn the same grades from the same columns of the same discs."""
        path = self._path("lasso", columns, split, {"binary": choices.binary, "times": choices.penalty_times})
        stored = load_arrays(path)
        if stored is not None:
            selection = LassoSelection(times=choices.penalty_times)
            selection.columns_, selection.coefficients_ = stored["columns"], stored["coefficients"]
            selection.penalty_ = float(stored["penalty"])
            return selection
        train = table.rows(split.train)
        penalty = None
        if choices.penalty_times != 1.0:
            usual = SystemChoices(binary=choices.binary)
            penalty = self._selection(table, columns, split, usual).penalty_
        selection = LassoSelection(penalty, choices.penalty_times).fit(
            train.values, choices.targets(train), train.patients
        )
        save_arrays(
            path,
            {
                "columns": selection.columns_,
                "coefficients": selection.coefficients_,
                "penalty": np.array(selection.penalty_),
            },
        )
        return selection

    def _path(self, kind: str, columns: np.ndarray, split: Split, choices: Mapping[str, object]) -> Path:
        stamp = hashlib.sha256(json.dumps(choices, sort_keys=True).encode() + self._discs)
        for number in np.nonzero(columns)[0]:
            stamp.update(self._columns[number])
        for array in (split.train, split.validation, split.test):
            stamp.update(np.packbits(np.asarray(array, bool)).tobytes())
        return self.work / f"{kind}_{stamp.hexdigest()[:24]}.npz"


def own_discs(tables: Mapping[str, FeatureTable], grades: Mapping[tuple[int, int], int]) -> FusedDiscs | None:
    """What the model learns from; None where a family that it needs was not measured."""
    if not {EVIDENCE, SLICE, NETWORK} <= set(tables):
        return None
    return fused_discs(tables[EVIDENCE], tables[SLICE], tables[NETWORK], grades)


def own_outcomes(discs: FusedDiscs, runner: Runner, splits: Sequence[Split], recipe: FusedRecipe) -> dict[str, Outcome]:
    """Outcomes of every side and sum of sides that has seen a disc, by its name in `NAMES`.

    Parameters
    ----------
    discs : FusedDiscs
        Those of ``runner.table``, or some of them.
    splits : sequence of Split
        Folds of one cross-validation of that table; only their test discs are used.
    """
    row_of = {key: row for row, key in enumerate(zip(runner.table.patients.tolist(), runner.table.indices.tolist()))}
    rows = np.array([row_of.get(key, -1) for key in zip(discs.patients.tolist(), discs.indices.tolist())])
    fold = np.argmax([split.test[rows] for split in splits], 0)
    fold[rows < 0] = -1
    sides = runner.kept(
        "fused",
        _stamp(discs, fold, recipe),
        lambda: held_out_sides({"all": discs}, fold, recipe, runner.progress)["all"],
    )
    outcomes = {}
    for variant, some in VARIANTS.items():
        if any(not np.isfinite(sides[side]).any() for side in some):
            continue
        given = held_out_probabilities(sides, sides, discs.grades, fold, some)
        known = (rows >= 0) & np.any([np.isfinite(sides[side]).all(1) for side in some], 0)
        outcomes[NAMES[variant]] = Outcome(
            rows[known], np.zeros(0, int), given[known], given[known], np.zeros((0, 5)), (), np.zeros(0)
        )
    return outcomes


def _stamp(discs: FusedDiscs, fold: np.ndarray, recipe: FusedRecipe) -> bytes:
    stamp = hashlib.sha256(repr((recipe, discs.radiomics_names)).replace(f"threads={recipe.threads}", "").encode())
    for array in (
        discs.patients,
        discs.indices,
        discs.grades,
        discs.radiomics,
        discs.network,
        fold,
        *discs.evidence.values(),
    ):
        stamp.update(np.ascontiguousarray(array).tobytes())
    return stamp.digest()
