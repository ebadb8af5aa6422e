"""Discs of several data sets in one training, whose readers draw the lines between grades in different places.

The data set is a variable of the model: each reader has an offset to the logits of every ordinal task, zero for the
first data set's, so that what the network says by itself is as the first one's readers grade. What the network learns
from the others is where on the scale a disc lies, not where they draw their lines. When a study is graded the offsets
are gone; see `discgrader.grading.reader_habits` for what takes their place.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from discgrader.errors import UsageError
from discgrader.grading.calibration import fit_calibration, recalibrated
from discgrader.packs.description import Recalibration
from discgrader.training import spider, sudirman
from discgrader.training.metrics import pfirrmann_metrics
from discgrader.training.spider import SpiderImage, spider_gradings, spider_images
from discgrader.training.sudirman import NAME as SUDIRMAN
from discgrader.training.sudirman import is_sudirman, sudirman_gradings, sudirman_images

SPIDER = "SPIDER"
COHORTS = (SPIDER, SUDIRMAN)

DATA_SETS = {SPIDER: spider.DATA_SET.split(",")[0], SUDIRMAN: sudirman.DATA_SET.split(",")[0]}
"""What packs call them."""

_LEAST = 1e-9
"""Below it a probability counts as so much."""


def cohort_of(patient: int) -> str:
    """The data set that a patient is of."""
    return SUDIRMAN if is_sudirman(patient) else SPIDER


def cohorts_among(patients: Iterable[int]) -> tuple[str, ...]:
    """The data sets that some patients are of, in the order of `COHORTS`."""
    found = {cohort_of(int(patient)) for patient in patients}
    return tuple(name for name in COHORTS if name in found)


def check_cohorts(cohorts: Sequence[str]) -> None:
    """Refuse data sets that there are none of, and none at all.

    Raises
    ------
    UsageError
        Naming those that there are.
    """
    unknown = next((name for name in cohorts if name not in COHORTS), None)
    if unknown is not None or not cohorts:
        named = "None was named" if unknown is None else f"There is no data set {unknown}"
        raise UsageError(f"{named} to train on; choose from {', '.join(COHORTS)}.")


def check_pack_cohorts(cohorts: Sequence[str]) -> None:
    """Refuse data sets that no pack can learn from alone.

    Raises
    ------
    UsageError
        As `check_cohorts`, and where SPIDER is not among them.
    """
    check_cohorts(cohorts)
    if SPIDER not in cohorts:
        raise UsageError(
            f"Only {SPIDER}'s readers graded every task; a pack learns from {SPIDER}, alone or with others."
        )


def statement_of(patients: Sequence[int] | np.ndarray) -> str:
    """What was learned from, for a pack and the screen.

    Parameters
    ----------
    patients : sequence of int
        Whose each disc is.
    """
    owners = np.asarray(patients)
    parts = []
    for cohort in cohorts_among(owners):
        own = owners[rows_of(owners, (cohort,))]
        parts.append(f"{len(own)} discs of {len(np.unique(own))} {cohort} patients (CC BY 4.0)")
    return " and ".join(parts)


def other_metrics(shares: np.ndarray, grades: np.ndarray, patients: np.ndarray, fold: np.ndarray) -> dict[str, object]:
    """The Pfirrmann grade on another data set's discs: as the first one's readers give it, and as its own do, whose
    habit is fitted to the discs of the other folds.

    Parameters
    ----------
    shares : ndarray, shape (discs, grades)
        Probabilities as the first readers grade, of discs that were not seen in training.
    grades : ndarray of int, shape (discs,)
        Positions on the scale.
    patients, fold : ndarray of int, shape (discs,)
    """
    after = np.empty_like(shares)
    for number in np.unique(fold):
        own = fold == number
        habit = fit_habit(shares[~own], grades[~own])
        after[own] = recalibrated(shares[own], habit.temperature, habit.bias)
    given = {"as the first readers": shares, "as its own readers": after}
    told = {"discs": len(grades), "patients": len(np.unique(patients))}
    return {**told, **{name: pfirrmann_metrics(grades, found, patients) for name, found in given.items()}}


def cohort_images(data_dir: Path) -> list[SpiderImage]:
    """The images of all data sets below a folder, ordered by patient and sequence."""
    return [*spider_images(data_dir), *sudirman_images(data_dir)]


def cohort_gradings(data_dir: Path) -> dict[tuple[int, int], dict[str, int]]:
    """The grades of all data sets below a folder, as `spider_gradings`; a task that a data set's readers did not grade
    is missing."""
    return {**spider_gradings(data_dir), **sudirman_gradings(data_dir)}


class WithReaders(torch.nn.Module):
    """A network whose grades are those of the readers who graded each disc of a batch.

    Parameters
    ----------
    network : torch.nn.Module
        From crops, roles, discs and their count to logits by task, each of shape (discs, grades).
    readers : int
        How many data sets there are.
    tasks : mapping of str to int
        Number of grades of the tasks whose lines readers draw in different places.
    """

    def __init__(self, network: torch.nn.Module, readers: int, tasks: Mapping[str, int]):
        super().__init__()
        self.network = network
        self.offsets = torch.nn.ParameterDict(
            {task: torch.nn.Parameter(torch.zeros(readers - 1, count)) for task, count in tasks.items()}
        )

    def forward(
        self, crops: torch.Tensor, role: torch.Tensor, disc: torch.Tensor, count: int, reader: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Logits of every task; ``reader``, shape (discs,), is the position of each disc's data set."""
        logits = dict(self.network(crops, role, disc, count))
        for task, offsets in self.offsets.items():
            logits[task] = logits[task] + torch.cat([torch.zeros_like(offsets[:1]), offsets])[reader]
        return logits


def fit_habit(probabilities: np.ndarray, grades: np.ndarray) -> Recalibration:
    """What makes of the first readers' probabilities, shape (discs, grades), those of the readers who gave these
    grades (positions on the scale), on discs that the network had not seen."""
    fitted: Any = fit_calibration(np.log(np.maximum(probabilities, _LEAST)), grades)
    return Recalibration(fitted["temperature"], fitted["bias"])


def rows_of(patients: np.ndarray, cohorts: Collection[str]) -> np.ndarray:
    """Which rows are of these data sets, by their patients; of bool, shape (rows,)."""
    return np.array([cohort_of(int(patient)) in cohorts for patient in patients], bool)
