"""Tables of features, one row a disc and sequence as extracted, one row a disc for models; and which patients a model
learns from, is calibrated on and is judged on, never one of them on two sides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

SEPARATOR = ":"
"""Between sequence, family and feature in a column's name, as in ``T2:evidence:height_mm``."""


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Features of one family, one row a disc and sequence.

    Parameters
    ----------
    family : str
        ``radiomics``, ``evidence``, ``efficientnet_lite0`` or ``resnet50``.
    patients, indices : ndarray of int, shape (rows,)
        Whose disc, and which from the sacrum.
    sequences : ndarray of str, shape (rows,)
        ``T1``, ``T2`` or ``T2_SPACE``.
    dimensions : ndarray of int, shape (rows,)
        3 where the image is a stack, 2 where it is a single slice.
    names : tuple of str
    values : ndarray, shape (rows, features), float64
        NaN where a feature does not exist.
    """

    family: str
    patients: np.ndarray
    indices: np.ndarray
    sequences: np.ndarray
    dimensions: np.ndarray
    names: tuple[str, ...]
    values: np.ndarray

    @classmethod
    def join(cls, family: str, tables: Sequence["FeatureTable"]) -> "FeatureTable":
        """Several patients' tables one below the other; features that one of them lacks are NaN there."""
        names = tuple(dict.fromkeys(name for each in tables for name in each.names))
        place = {name: number for number, name in enumerate(names)}
        values = np.full((sum(len(each.values) for each in tables), len(names)), np.nan)
        start = 0
        for table in tables:
            values[start : start + len(table.values), [place[name] for name in table.names]] = table.values
            start += len(table.values)
        stacked = {
            field: np.concatenate([getattr(each, field) for each in tables])
            for field in ("patients", "indices", "sequences", "dimensions")
        }
        return cls(family, names=names, values=values, **stacked)


@dataclass(frozen=True, eq=False)
class DiscTable:
    """What models see: one row a graded disc, the features of every sequence side by side.

    Parameters
    ----------
    patients, indices : ndarray of int, shape (discs,)
    grades : ndarray of int, shape (discs,)
        Pfirrmann grade as position on the scale, 0–4.
    columns : tuple of str
        ``<sequence>:<family>:<feature>``; ``disc:context:…`` for what belongs to no sequence.
    values : ndarray, shape (discs, columns), float64
        NaN where a sequence or a feature is missing, never zero.
    """

    patients: np.ndarray
    indices: np.ndarray
    grades: np.ndarray
    columns: tuple[str, ...]
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.grades)

    @cached_property
    def families(self) -> np.ndarray:
        """Family of every column."""
        return np.array([name.split(SEPARATOR)[1] for name in self.columns])

    @cached_property
    def sequences(self) -> np.ndarray:
        """Sequence of every column."""
        return np.array([name.split(SEPARATOR)[0] for name in self.columns])

    @cached_property
    def features(self) -> np.ndarray:
        """Feature of every column, without sequence and family."""
        return np.array([name.split(SEPARATOR, 2)[2] for name in self.columns])

    def with_columns(self, chosen: np.ndarray) -> "DiscTable":
        """The same discs with some columns: a mask or positions."""
        columns = tuple(np.array(self.columns, object)[chosen])
        return DiscTable(self.patients, self.indices, self.grades, columns, self.values[:, chosen])

    def rows(self, chosen: np.ndarray) -> "DiscTable":
        """Some of the discs: a mask or positions."""
        return replace(
            self,
            patients=self.patients[chosen],
            indices=self.indices[chosen],
            grades=self.grades[chosen],
            values=self.values[chosen],
        )

    def plus(self, columns: Iterable[str], values: np.ndarray) -> "DiscTable":
        """With further columns, shape (discs, columns)."""
        return DiscTable(
            self.patients,
            self.indices,
            self.grades,
            (*self.columns, *columns),
            np.concatenate([self.values, values], 1),
        )


def disc_table(tables: Sequence[FeatureTable], grades: Mapping[tuple[int, int], int]) -> DiscTable:
    """Features of all families and sequences side by side, for every graded disc that any of them has.

    Parameters
    ----------
    grades : mapping of (patient, index) to int
        As `DiscTable.grades`. Columns that are missing for every disc are left out.
    """
    keys = sorted({key for each in tables for key in zip(each.patients.tolist(), each.indices.tolist())} & set(grades))
    row_of = {key: row for row, key in enumerate(keys)}
    columns: list[str] = []
    blocks = []
    for table in tables:
        for sequence in sorted(set(table.sequences.tolist())):
            here = np.nonzero(table.sequences == sequence)[0]
            rows = [(row_of.get((int(table.patients[n]), int(table.indices[n]))), n) for n in here]
            block = np.full((len(keys), len(table.names)), np.nan)
            for row, n in rows:
                if row is not None:
                    block[row] = table.values[n]
            block[~np.isfinite(block)] = np.nan
            seen = ~np.isnan(block).all(0)
            blocks.append(block[:, seen])
            columns += [SEPARATOR.join((sequence, table.family, name)) for name, keep in zip(table.names, seen) if keep]
    patients, indices = (
        (np.array(column, int) for column in zip(*keys)) if keys else (np.zeros(0, int), np.zeros(0, int))
    )
    values = np.concatenate(blocks, 1) if blocks else np.zeros((len(keys), 0))
    return DiscTable(patients, indices, np.array([grades[key] for key in keys], int), tuple(columns), values)


@dataclass(frozen=True, eq=False)
class Split:
    """Masks over the discs of a table.

    Parameters
    ----------
    name : str
        Unique among the splits of an evaluation.
    train, validation, test : ndarray of bool, shape (discs,)
    """

    name: str
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def paper_split(patients: np.ndarray, seed: int = 0) -> Split:
    """60 % of the patients to learn from, 20 % to calibrate on, 20 % to judge on, drawn at random."""
    order = np.random.default_rng(seed).permutation(np.unique(patients))
    first, second = round(0.6 * len(order)), round(0.8 * len(order))
    parts = [np.isin(patients, group) for group in (order[:first], order[first:second], order[second:])]
    return Split("60-20-20" if seed == 0 else f"60-20-20 seed {seed}", *parts)


def rotating_splits(patients: np.ndarray, folds: int = 5, seed: int = 0) -> list[Split]:
    """Cross-validation: each fold of the patients is judged on once, and the next fold is the one to calibrate on."""
    order = np.random.default_rng([seed, 5]).permutation(np.unique(patients))
    fold_of = {int(patient): position % folds for position, patient in enumerate(order)}
    fold = np.array([fold_of[int(patient)] for patient in patients])
    return [
        Split(
            f"fold {number + 1} of {folds}, seed {seed}",
            (fold != number) & (fold != (number + 1) % folds),
            fold == (number + 1) % folds,
            fold == number,
        )
        for number in range(folds)
    ]


def scanner_splits(
    patients: np.ndarray, scanner_of: Mapping[int, str], least_patients: int = 5, seed: int = 0
) -> list[Split]:
    """One split for each scanner: judged on its patients, learned and calibrated on those of all others.

    Parameters
    ----------
    scanner_of : mapping of int to str
        Scanner of each patient.
    least_patients : int
        Scanners with fewer patients are judged on together, as ``other scanners``.
    """
    known = {int(patient): scanner_of.get(int(patient), "unknown scanner") for patient in np.unique(patients)}
    counts = {name: sum(scanner == name for scanner in known.values()) for name in set(known.values())}
    grouped = {patient: name if counts[name] >= least_patients else "other scanners" for patient, name in known.items()}
    splits = []
    for name in sorted(set(grouped.values())):
        test = np.array([grouped[int(patient)] == name for patient in patients])
        if test.all():
            return []
        others = np.random.default_rng([seed, 7]).permutation(np.unique(patients[~test]))
        validation = np.isin(patients, others[: max(1, len(others) // 4)])
        splits.append(Split(name, ~test & ~validation, validation, test))
    return splits
