"""How far two readers, or a reader and a pack, agree: coefficients of a table of grades, and their intervals; as files
``agreement.csv``, ``agreement.json`` and ``pairs.csv``.

A table counts discs by (grade of A, grade of B), over all grades of the scale, whether they occur or not.

- Cohen's kappa: Cohen, Educational and Psychological Measurement 1960;20:37; weighted: Cohen, Psychological Bulletin
  1968;70:213.
- AC1 and AC2: Gwet, British Journal of Mathematical and Statistical Psychology 2008;61:29, and Handbook of Inter-Rater
  Reliability, 4th edition 2014, chapters 4 and 5. Unlike kappa they stay meaningful where nearly all discs bear one
  grade.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from discgrader.errors import UsageError
from discgrader.folders import atomic_folder
from discgrader.grading.systems import scale_of
from discgrader.reading.files import write_csv
from discgrader.reading.pairs import Pair, Pairing, Source
from discgrader.reading.small_samples import SmallSample, small_sample

DRAWS = 2000
"""Of the bootstrap, by default: percentiles of 2.5 and 97.5 % then rest on 50 draws on either side."""

STATISTICS = ("percent", "kappa", "weighted_kappa", "ac1", "ac2")

_FILES = {"agreement.csv", "agreement.json", "pairs.csv"}


@dataclass(frozen=True)
class Estimate:
    """A statistic with its 95 % interval; NaN where it is not defined."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class TaskAgreement:
    """Agreement on one task.

    Parameters
    ----------
    system, task : str
    n, studies : int
        Discs that both graded, and studies that they are of.
    percent : Estimate
        Share of discs with the same grade, 0 to 100.
    kappa, ac1 : Estimate
        Unweighted.
    weighted_kappa, ac2 : Estimate or None
        With quadratic weights; None on a scale without order.
    small : SmallSample
        What there is too little of for these figures.
    """

    system: str
    task: str
    n: int
    studies: int
    percent: Estimate
    kappa: Estimate
    weighted_kappa: Estimate | None
    ac1: Estimate
    ac2: Estimate | None
    small: SmallSample


def quadratic_weights(count: int) -> np.ndarray:
    """Weights 1 - (k - l)² / (count - 1)², shape (count, count)."""
    places = np.arange(count)
    return 1 - (places[:, None] - places[None]) ** 2 / max(count - 1, 1) ** 2


def observed_agreement(tables: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Weighted share of discs on which both agree, 0 to 1; shapes as in `cohen_kappa`."""
    shares, weights = _shares(tables), _weights(tables, weights)
    return (weights * shares).sum((-2, -1))


def cohen_kappa(tables: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Cohen's kappa.

    Parameters
    ----------
    tables : ndarray, shape (..., grades, grades)
        Number of discs by (grade of A, grade of B).
    weights : ndarray, shape (grades, grades), optional
        1 for full agreement, 0 for none; by default only the same grade is agreement.

    Returns
    -------
    ndarray, shape (...)
        NaN where it is not defined: without discs, or where both give one and the same grade throughout.
    """
    shares, weights = _shares(tables), _weights(tables, weights)
    expected = (weights * shares.sum(-1)[..., :, None] * shares.sum(-2)[..., None, :]).sum((-2, -1))
    return _beyond((weights * shares).sum((-2, -1)), expected)


def gwet_ac(tables: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Gwet's AC1, or AC2 where weights are given; shapes as in `cohen_kappa`, NaN without discs."""
    shares, weights = _shares(tables), _weights(tables, weights)
    count = shares.shape[-1]
    mean = (shares.sum(-1) + shares.sum(-2)) / 2
    expected = weights.sum() / (count * (count - 1)) * (mean * (1 - mean)).sum(-1)
    return _beyond((weights * shares).sum((-2, -1)), expected)


class GradesInOrder(Protocol):
    """What of a scale is needed here."""

    @property
    def values(self) -> tuple[str, ...]:
        """The grades as written in files, the mildest first."""

    @property
    def ordinal(self) -> bool:
        """Whether a later grade means more."""


def agreement(
    pairs: Sequence[Pair], draws: int = DRAWS, seed: int = 0, scale: Callable[[str, str], GradesInOrder] = scale_of
) -> list[TaskAgreement]:
    """Agreement on every task that there are pairs of, in the order in which they come.

    Intervals are percentiles of a bootstrap over studies, the discs of a study together, for they are alike. They are
    NaN with a single study. Draws in which a coefficient is not defined are left out.

    Raises
    ------
    UsageError
        When fewer than 100 draws are asked for.
    """
    if draws < 100:
        raise UsageError(f"{draws} draws are too few for an interval; ask for 100 or more.")
    return [_of_task(*key, some, draws, seed, scale(*key)) for key, some in _by_task(pairs).items()]


@dataclass(frozen=True)
class Tally:
    """How often two sides agree, all tasks together.

    Parameters
    ----------
    both : int
        Grades that both have given.
    same : int
        Of these, those that are the same.
    near : int
        Further ones that are neighbors on a scale of more than two grades.
    """

    both: int
    same: int
    near: int

    @property
    def share(self) -> float:
        """Of those that both have given, the share that is the same, 0 to 1; NaN of none."""
        return self.same / self.both if self.both else math.nan

    @property
    def share_in_words(self) -> str:
        """It as a percentage; as a count, unlike a probability, it may be none or all."""
        return f"{100 * self.share:.0f} %" if self.both else "–"


def tally(pairs: Sequence[Pair], scale: Callable[[str, str], GradesInOrder] = scale_of) -> Tally:
    """How often the two sides of all pairs agree."""
    both = same = near = 0
    for key, some in _by_task(pairs).items():
        table = _tables(some, scale(*key)).sum(0)
        both += len(some)
        same += int(np.trace(table))
        if scale(*key).ordinal and len(table) > 2:
            near += int(np.trace(table, 1) + np.trace(table, -1))
    return Tally(both, same, near)


def write_agreement(a: Source, b: Source, pairing: Pairing, tasks: Sequence[TaskAgreement], folder: Path) -> None:
    """Write the three files to a folder that appears whole or not at all; earlier ones of this kind are replaced.

    ``agreement.csv`` has a row a task: system, task, n (discs), studies, and each statistic with ``_low`` and
    ``_high`` of its 95 % interval, empty where not defined. ``pairs.csv`` has every pair of grades.

    Raises
    ------
    OutputError
        When the folder holds something else, or cannot be written.
    """
    with atomic_folder(folder, may_replace=_holds_agreement_alone) as partial:
        statistics = [f"{name}{end}" for name in STATISTICS for end in ("", "_low", "_high")]
        write_csv(
            ["system", "task", "n", "studies", *statistics], [_row(task) for task in tasks], partial / "agreement.csv"
        )
        write_csv(Pair.__dataclass_fields__, [asdict(pair) for pair in pairing.pairs], partial / "pairs.csv")
        text = json.dumps(_document(a, b, pairing, tasks), indent=2, ensure_ascii=False, allow_nan=False)
        (partial / "agreement.json").write_text(text + "\n", encoding="utf-8")


def _by_task(pairs: Sequence[Pair]) -> dict[tuple[str, str], list[Pair]]:
    found: dict[tuple[str, str], list[Pair]] = {}
    for one in pairs:
        found.setdefault((one.system, one.task), []).append(one)
    return found


def _tables(pairs: Sequence[Pair], scale: GradesInOrder) -> np.ndarray:
    """Number of discs by study and (grade of A, grade of B), shape (studies, grades, grades)."""
    place = {value: number for number, value in enumerate(scale.values)}
    studies = {name: number for number, name in enumerate(dict.fromkeys(pair.study for pair in pairs))}
    tables = np.zeros((len(studies), len(place), len(place)))
    for one in pairs:
        tables[studies[one.study], place[one.grade_a], place[one.grade_b]] += 1
    return tables


def _of_task(
    system: str, task: str, pairs: Sequence[Pair], draws: int, seed: int, scale: GradesInOrder
) -> TaskAgreement:
    by_study = _tables(pairs, scale)
    table, count = by_study.sum(0), len(by_study)
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=draws)
    drawn = np.tensordot(times, by_study, axes=1)

    def estimate(
        coefficient: Callable[..., np.ndarray], weights: np.ndarray | None = None, unit: float = 1.0
    ) -> Estimate:
        some = coefficient(drawn, weights) * unit if count > 1 else np.array([])
        some = some[np.isfinite(some)]
        low, high = np.quantile(some, [0.025, 0.975]) if len(some) else (np.nan, np.nan)
        return Estimate(float(coefficient(table, weights) * unit), float(low), float(high))

    weights = quadratic_weights(len(table)) if scale.ordinal else None
    kappa = estimate(cohen_kappa)
    labels = [getattr(scale, "label_of", str)(value) for value in scale.values]
    return TaskAgreement(
        system,
        task,
        len(pairs),
        count,
        estimate(observed_agreement, None, 100.0),
        kappa,
        None if weights is None else estimate(cohen_kappa, weights),
        estimate(gwet_ac),
        None if weights is None else estimate(gwet_ac, weights),
        small_sample(table, labels, count, kappa.low, kappa.high),
    )


def _shares(tables: np.ndarray) -> np.ndarray:
    tables = np.asarray(tables, float)
    total = tables.sum((-2, -1), keepdims=True)
    return np.divide(tables, total, out=np.full(tables.shape, np.nan), where=total > 0)


def _weights(tables: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    return np.eye(np.shape(tables)[-1]) if weights is None else np.asarray(weights, float)


def _beyond(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Agreement beyond chance as a share of what there could be; NaN where there could be none."""
    room = np.asarray(1 - expected)
    return np.divide(observed - expected, room, out=np.full(room.shape, np.nan), where=room > 1e-12)


def _holds_agreement_alone(folder: Path) -> bool:
    return {file.name for file in folder.iterdir()} <= _FILES


def _document(a: Source, b: Source, pairing: Pairing, tasks: Sequence[TaskAgreement]) -> dict[str, object]:
    return {
        "a": _side(a),
        "b": _side(b),
        **{name: value for name, value in asdict(pairing).items() if name != "pairs"},
        "tasks": [
            {
                **{name: getattr(task, name) for name in ("system", "task", "n", "studies")},
                **{name: _estimate(getattr(task, name)) for name in STATISTICS},
                "too_small": task.small.to_json(),
            }
            for task in tasks
        ],
    }


def _side(source: Source) -> dict[str, object]:
    readers = sorted({reading.reader for reading in source.readings.values()})
    return {"name": source.name, "voice": source.voice, "readers": readers if source.voice == "reader" else []}


def _estimate(estimate: Estimate | None) -> dict[str, float | None] | None:
    if estimate is None:
        return None
    return {name: value if math.isfinite(value) else None for name, value in asdict(estimate).items()}


def _row(task: TaskAgreement) -> dict[str, object]:
    row = {name: getattr(task, name) for name in ("system", "task", "n", "studies")}
    for name in STATISTICS:
        estimate = _estimate(getattr(task, name)) or dict.fromkeys(("value", "low", "high"))
        row |= {name: estimate["value"], f"{name}_low": estimate["low"], f"{name}_high": estimate["high"]}
    return row
