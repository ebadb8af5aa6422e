"""Variants of the system run on splits, each result kept on disk, so that a stopped evaluation goes on where it was."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from discgrader.folders import whole_file
from discgrader.progress import Progress
from discgrader.training.tabular.selection import LassoSelection
from discgrader.training.tabular.splits import Split
from discgrader.training.tabular.system import PfirrmannSystem, SystemChoices
from discgrader.training.tabular.table import DiscTable


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
        columns = tuple(dict.fromkeys(name for one in parts for name in one.columns))
        total = dict.fromkeys(columns, 0.0)
        for one in parts:
            for name, gain in zip(one.columns, one.importances):
                total[name] += float(gain) / len(parts)
        order = sorted(columns, key=lambda name: -total[name])
        arrays = {
            name: np.concatenate([getattr(one, name) for one in parts])
            for name in ("test", "validation", "probabilities", "raw_test", "raw_validation")
        }
        return cls(**arrays, columns=tuple(order), importances=np.array([total[name] for name in order]))


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
        return b"".join(hashlib.sha256(np.ascontiguousarray(one).tobytes()).digest() for one in arrays)

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
        stored = _load(path)
        if stored is not None:
            return Outcome(**{**stored, "columns": tuple(stored["columns"].tolist())})
        self.progress.report("Fitting", 0.0, f"{choices.model}, {split.name}")
        table = self.table.with_columns(columns)
        train, validation, test = (table.rows(one) for one in (split.train, split.validation, split.test))
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
        _save(path, {**vars(outcome), "columns": np.array(outcome.columns, str)})
        return outcome

    def run_all(self, columns: np.ndarray, splits: Sequence[Split], choices: SystemChoices) -> Outcome:
        """One variant on every fold of a cross-validation, as one outcome."""
        return Outcome.join([self.run(columns, split, choices) for split in splits])

    def kept(self, kind: str, stamp: bytes, make: Callable[[], Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """Arrays that take long to make, made once for a stamp of all that decides them."""
        path = self.work / f"{kind}_{hashlib.sha256(stamp).hexdigest()[:24]}.npz"
        stored = _load(path)
        if stored is None:
            stored = dict(make())
            _save(path, stored)
        return stored

    def _selection(self, table: DiscTable, columns: np.ndarray, split: Split, choices: SystemChoices) -> LassoSelection:
        """LASSO's choice, shared by all models that learn the same grades from the same columns of the same discs."""
        path = self._path("lasso", columns, split, {"binary": choices.binary, "times": choices.penalty_times})
        stored = _load(path)
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
        _save(
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


def _save(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial, partial.open("wb") as stream:
        np.savez_compressed(stream, **arrays)


def _load(path: Path) -> dict[str, np.ndarray] | None:
    """What was kept; None where nothing was, or the file is broken and its content has to be made anew."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
