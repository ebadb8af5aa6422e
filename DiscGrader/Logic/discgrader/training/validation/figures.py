"""How well packs do on a site's cases: figures with intervals by patient, and a plain verdict for each task."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from discgrader.grading.systems import find_task, scale_of
from discgrader.reading.agreement import gwet_ac
from discgrader.training.metrics import (
    DRAWS,
    Interval,
    auroc,
    calibration_error,
    confusion,
    weighted_kappa,
    with_intervals,
)
from discgrader.training.validation.cases import TaskCases
from discgrader.training.validation.truth import Key

LEAST_PATIENTS, LEAST_DISCS = 20, 10
"""Patients altogether, and discs with and without the finding, below which nothing is concluded. Round numbers: with
fewer, one patient or disc moves a share by five or ten in a hundred."""

WIDEST = 0.15
"""A main figure whose interval is wider says too little to compare. A round number."""

TWO = 2

TITLES: Mapping[str, str] = {
    "auroc": "AUROC",
    "accuracy": "accuracy",
    "qwk": "quadratic kappa",
    "within_one": "share within one grade",
    "gwet_ac1": "Gwet's AC1",
    "auroc_0_1_against_2_3": "AUROC of 2–3 against 0–1",
}


@dataclass(frozen=True)
class Published:
    """A figure that a task's paper, or its pack, states.

    Parameters
    ----------
    metric : str
        As `task_figures` calls it.
    value : float
    where : str
        On which cases, and who says so.
    """

    metric: str
    value: float
    where: str


@dataclass(frozen=True)
class Verdict:
    """What a task's figures come to.

    Parameters
    ----------
    enough : bool
        Whether there are enough cases to conclude anything.
    against : str
        ``better``, ``worse``, ``not told apart``, or empty where nothing is compared.
    words : str
        One sentence or two.
    """

    enough: bool
    against: str
    words: str


@cache
def _published() -> Mapping[str, list[Mapping[str, object]]]:
    return json.loads(Path(__file__).with_name("published.json").read_text(encoding="utf-8"))


def published_figures(key: Key, pack_metrics: Mapping[str, object] | None = None) -> tuple[Published, ...]:
    """What is stated of a task: by the system's paper, or else by its pack, cross-validated. The first is compared."""
    stated = _published().get(".".join(key))
    if stated:
        return tuple(Published(str(one["metric"]), float(str(one["value"])), str(one["where"])) for one in stated)
    own = (pack_metrics or {}).get("all", pack_metrics or {})
    task = own.get(key[1]) if isinstance(own, Mapping) else None
    found = task.get("auroc") if isinstance(task, Mapping) else None
    value = found.get("value") if isinstance(found, Mapping) else found
    return (Published("auroc", float(value), "the pack's own, held out"),) if isinstance(value, int | float) else ()


def task_figures(cases: TaskCases, draws: int = DRAWS) -> dict[str, Interval]:
    """Each figure of a task with its 95 % interval by bootstrap over patients; NaN where it is not defined.

    ``accuracy``, ``gwet_ac1``, ``auroc`` (one group against the rest, mean over those that occur), ``brier``,
    ``calibration_error``; of scales in order with more than two groups ``within_one`` and ``qwk``; of two groups
    ``sensitivity``, ``specificity``, ``ppv``, ``npv`` of what was called; of four grades ``auroc_0_1_against_2_3``.
    """
    groups, ordinal = len(cases.groups), scale_of(*cases.key).ordinal
    border = next((n for n, group in enumerate(cases.groups) if group[0] == "2"), 0) if _is_0_to_3(cases.key) else 0

    def measured(true: np.ndarray, told: np.ndarray) -> dict[str, float]:
        shares, given = told[:, :-1], told[:, -1].astype(int)
        table = confusion(true, given, groups)
        found = {
            "auroc": _auroc(true, shares),
            "accuracy": float((given == true).mean()),
            "gwet_ac1": float(gwet_ac(table)),
        }
        if groups == TWO:
            found |= _rates(table)
        elif ordinal:
            found |= {"qwk": weighted_kappa(table), "within_one": float((np.abs(given - true) <= 1).mean())}
        if border:
            found["auroc_0_1_against_2_3"] = auroc(true >= border, shares[:, border:].sum(1))
        hits = np.eye(groups, dtype=bool)[true]
        found["brier"] = float(((shares - hits) ** 2).mean())
        found["calibration_error"] = _calibration(hits, shares)
        return found

    told = np.column_stack([cases.probabilities, cases.given])
    return with_intervals(measured, cases.true, told, cases.patients, draws)


def _is_0_to_3(key: Key) -> bool:
    return scale_of(*key).values == ("0", "1", "2", "3") and scale_of(*key).ordinal


def _auroc(true: np.ndarray, shares: np.ndarray) -> float:
    if shares.shape[1] == TWO:
        return auroc(true == 1, shares[:, 1])
    found = [auroc(true == k, shares[:, k]) for k in range(shares.shape[1]) if 0 < (true == k).sum() < len(true)]
    return float(np.mean(found)) if found else math.nan


def _calibration(hits: np.ndarray, shares: np.ndarray) -> float:
    """Expected calibration error, mean over the groups; of two groups that of the second."""
    wanted = [1] if shares.shape[1] == TWO else range(shares.shape[1])
    return float(np.mean([calibration_error(hits[:, k], shares[:, k]) for k in wanted]))


def _rates(table: np.ndarray) -> dict[str, float]:
    (true_low, false_high), (false_low, true_high) = table.tolist()

    def share(part: int, rest: int) -> float:
        return part / (part + rest) if part + rest else math.nan

    return {
        "sensitivity": share(true_high, false_low),
        "specificity": share(true_low, false_high),
        "ppv": share(true_high, false_high),
        "npv": share(true_low, false_low),
    }


def verdict(cases: TaskCases, figures: Mapping[str, Interval], stated: Sequence[Published]) -> Verdict:
    """Whether there are enough cases of a task, and whether it does better or worse than is stated of it."""
    title = find_task(*cases.key).title
    counts = np.bincount(cases.true, minlength=len(cases.groups))
    patients, present = len(np.unique(cases.patients)), int(counts[1:].sum())
    absent = int(counts[0])
    if (counts > 0).sum() < TWO:
        only = cases.labels[int(np.argmax(counts))]
        words = f"{title}: not enough: all {len(cases.cases)} discs are {only}, and nothing can be told apart from it."
        return Verdict(False, "", words)
    if patients < LEAST_PATIENTS or min(absent, present) < LEAST_DISCS:
        words = (
            f"{title}: not enough cases: {len(cases.cases)} discs of {patients} patients, {absent} {cases.labels[0]} "
            f"and {present} above; at least {LEAST_PATIENTS} patients and {LEAST_DISCS} discs of each are needed."
        )
        return Verdict(False, "", words)
    usable = next(
        (one for one in stated if one.metric in figures and math.isfinite(figures[one.metric]["value"])), None
    )
    metric = usable.metric if usable else "auroc"
    found = figures[metric]
    told = f"{TITLES.get(metric, metric)} {found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"
    width = found["high"] - found["low"]
    if width > WIDEST:
        needed = math.ceil(patients * (width / WIDEST) ** 2)
        words = (
            f"{title}: not enough cases: {told} is too uncertain to compare; about {needed} patients in place of "
            f"{patients} would do."
        )
        return Verdict(False, "", words)
    if usable is None:
        return Verdict(True, "", f"{title}: enough cases: {told}. No figure is published to compare it with.")
    against = "better" if found["low"] > usable.value else "worse" if found["high"] < usable.value else "not told apart"
    than = {"better": "better than", "worse": "worse than", "not told apart": "not to be told from"}[against]
    words = f"{title}: enough cases: {told}, {than} the published {usable.value:.3f} ({usable.where})."
    return Verdict(True, against, words)
