"""Which patients a model learns from, is calibrated on and is judged on; never is one of them on two sides."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


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
    parts = [np.isin(patients, one) for one in (order[:first], order[first:second], order[second:])]
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
    counts = {name: sum(one == name for one in known.values()) for name in set(known.values())}
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
