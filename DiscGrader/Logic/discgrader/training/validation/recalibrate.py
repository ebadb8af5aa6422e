"""``discgrader recalibrate``: a pack of the same weights with a site's own temperature, bias and thresholds.

Temperature and bias are fitted to the logarithms of the probabilities that the pack gives (vector scaling, Guo et al.,
ICML 2017), so that it holds for packs of every kind. Both are kept only where they make patients that they were not
fitted to likelier; so are thresholds only where they call the findings of such patients better.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from discgrader.checked import plain
from discgrader.errors import PackError, UsageError
from discgrader.folders import atomic_folder
from discgrader.grading.calibration import fit_calibration, recalibrated
from discgrader.grading.operating_point import YOUDEN
from discgrader.grading.systems import find_task
from discgrader.packs.description import Recalibration
from discgrader.packs.operating_points import OperatingPoints, Point
from discgrader.packs.pack import BORROWED, DESCRIPTION, Pack, read_pack
from discgrader.training.metrics import DRAWS, Interval, patient_draws, value_with_draws, youden_threshold
from discgrader.training.operating import FOLDS, chosen_points, has_point, patient_folds_of
from discgrader.training.validation.cases import TaskCases
from discgrader.training.validation.figures import LEAST_DISCS, LEAST_PATIENTS

LEAST = 1e-9
"""Below it a probability counts as so much."""


@dataclass(frozen=True)
class TaskRecalibration:
    """What a site's cases ask for in one task.

    Parameters
    ----------
    task : str
    discs, patients : int
    enough : bool
        Whether there are enough cases to fit anything.
    likelihood : Interval or None
        By how much the mean log-likelihood of the truth rises on patients that nothing was fitted to.
    probabilities : Recalibration or None
        Kept, since that is surely more than nothing.
    calls : Interval or None
        By how much sensitivity + specificity of what is called rises on such patients.
    points : OperatingPoints or None
        Kept, for the same reason.
    words : str
        What it came to, in a sentence.
    """

    task: str
    discs: int
    patients: int
    enough: bool
    likelihood: Interval | None = None
    probabilities: Recalibration | None = None
    calls: Interval | None = None
    points: OperatingPoints | None = None
    words: str = ""


def recalibrated_task(cases: TaskCases, site: str, draws: int = DRAWS) -> TaskRecalibration:
    """What a task's cases ask for, cross-validated by patient in five parts."""
    system, task = cases.key
    title, patients = find_task(system, task).title, len(np.unique(cases.patients))
    known = TaskRecalibration(task, len(cases.cases), patients, False)
    if any(len(group) > 1 for group in cases.groups):
        return replace(known, words=f"{title}: left as it is: the truth is coarser than the grades.")
    summed = find_task(system, task).sums
    if summed is not None:
        return replace(known, words=f"{title}: follows {summed.task}.")
    counts = np.bincount(cases.true, minlength=len(cases.groups))
    absent, present = int(counts[0]), int(counts[1:].sum())
    if patients < LEAST_PATIENTS or min(absent, present) < LEAST_DISCS:
        words = (
            f"{title}: left as it is: {len(cases.cases)} discs of {patients} patients, {absent} {cases.labels[0]} and "
            f"{present} above, are too few; at least {LEAST_PATIENTS} patients and {LEAST_DISCS} discs of each are "
            "needed."
        )
        return replace(known, words=words)
    found = _with_probabilities(replace(known, enough=True), cases, draws)
    if has_point(system, find_task(system, task)):
        found = _with_points(found, cases, site, draws)
    return replace(found, words=f"{title}: {_in_words(found)}")


def _with_probabilities(found: TaskRecalibration, cases: TaskCases, draws: int) -> TaskRecalibration:
    logits, before = np.log(np.maximum(cases.probabilities, LEAST)), cases.probabilities
    after, fold = np.empty_like(before), patient_folds_of(cases.patients, FOLDS)
    for number in np.unique(fold):
        own = fold == number
        after[own] = _again(before[own], _fitted(logits[~own], cases.true[~own]))
    rows = np.arange(len(before))
    gain = np.log(np.maximum(after[rows, cases.true], LEAST)) - np.log(np.maximum(before[rows, cases.true], LEAST))
    interval = value_with_draws(
        float(gain.mean()), [float(gain[some].mean()) for some in patient_draws(cases.patients, draws)]
    )
    kept = _fitted(logits, cases.true) if interval["low"] > 0 else None
    return replace(found, likelihood=interval, probabilities=kept)


def _fitted(logits: np.ndarray, true: np.ndarray) -> Recalibration:
    fitted: Any = fit_calibration(logits, true)
    return Recalibration(fitted["temperature"], fitted["bias"])


def _again(probabilities: np.ndarray, how: Recalibration) -> np.ndarray:
    return recalibrated(probabilities, how.temperature, how.bias)


def _with_points(found: TaskRecalibration, cases: TaskCases, site: str, draws: int) -> TaskRecalibration:
    hits, shares = cases.true > 0, cases.probabilities
    if found.probabilities is not None:
        shares = _again(shares, found.probabilities)
    finding, fold = 1 - shares[:, 0], patient_folds_of(cases.patients, FOLDS)
    called = np.zeros(len(hits), bool)
    for number in np.unique(fold):
        own = fold == number
        if hits[~own].all() or not hits[~own].any():
            return found
        called[own] = finding[own] >= youden_threshold(hits[~own], finding[~own])
    before = cases.given > 0

    def gain(rows: np.ndarray) -> float:
        return _youden(hits[rows], called[rows]) - _youden(hits[rows], before[rows])

    interval = value_with_draws(
        gain(np.arange(len(hits))), [gain(some) for some in patient_draws(cases.patients, draws)]
    )
    chosen_on = f"{len(hits)} discs of {found.patients} patients of {site}"
    points = chosen_points(hits, finding, cases.patients, chosen_on, YOUDEN) if interval["low"] > 0 else None
    return replace(found, calls=interval, points=points)


def _youden(hits: np.ndarray, called: np.ndarray) -> float:
    if hits.all() or not hits.any():
        return np.nan
    return float(called[hits].mean() + (~called[~hits]).mean() - 1)


def _in_words(found: TaskRecalibration) -> str:
    parts = []
    if found.likelihood is not None:
        kept = "recalibrated" if found.probabilities is not None else "probabilities left as they are"
        parts.append(f"{kept} (log-likelihood of the truth {_signed(found.likelihood)})")
    if found.calls is not None:
        kept = "called from this site's threshold on" if found.points is not None else "calls left as they are"
        parts.append(f"{kept} (sensitivity + specificity {_signed(found.calls)})")
    return f"{'; '.join(parts) or 'left as it is'}, on patients that nothing was fitted to."


def _signed(interval: Interval) -> str:
    value, low, high = (f"{interval[end]:+.3f}" for end in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def write_site_pack(pack: Pack, found: Sequence[TaskRecalibration], site: str, folder: Path) -> Pack:
    """Write the pack of the same weights that a site's cases ask for, named after the site.

    Raises
    ------
    UsageError
        When nothing is better than before: then nothing is written.
    PackError
        When the pack was recalibrated before, or what is at ``folder`` is no pack.
    """
    if pack.recalibration:
        raise PackError(f"Pack {pack.name} was recalibrated before; recalibrate the pack that it was made from.")
    probabilities = {one.task: one.probabilities for one in found if one.probabilities is not None}
    points = {one.task: one.points for one in found if one.points is not None}
    if not probabilities and not points:
        raise UsageError(
            f"Nothing was written: on patients that nothing was fitted to, {pack.name} does no better after "
            "recalibration. " + " ".join(one.words for one in found)
        )
    described = json.loads((pack.folder / DESCRIPTION).read_text(encoding="utf-8"))
    cases = max((one for one in found if one.enough), key=lambda one: one.discs)
    described["name"] = f"{pack.name}-{site}"
    described["recalibration"] = plain(probabilities)
    stated = {
        task: moved
        for task, before in pack.operating_points.items()
        if (moved := _moved(before, probabilities.get(task))) is not None
    }
    described["operating_points"] = plain({**stated, **points})
    described["trained_on"]["statement"] += (
        f"; recalibrated on {cases.discs} discs of {cases.patients} patients of {site}"
    )
    described["figures"] = {**described["figures"], "recalibrated": {one.task: plain(_measured(one)) for one in found}}
    described.pop(BORROWED, None)

    def may_replace(old: Path) -> bool:
        if not (old / DESCRIPTION).is_file():
            raise PackError(f"{old} contains something else than a pack; choose another folder.")
        return True

    folder.parent.mkdir(parents=True, exist_ok=True)
    with atomic_folder(folder, may_replace=may_replace) as new:
        for file in pack.files:
            (new / file).write_bytes(pack.read_bytes(file))
        (new / DESCRIPTION).write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        read_pack(new)
    return read_pack(folder)


def _moved(points: OperatingPoints, how: Recalibration | None) -> OperatingPoints | None:
    """The pack's own points where its probabilities are now; of more than two grades there are none then."""
    if how is None:
        return points
    if len(how.bias) != len(("no", "yes")):
        return None

    def moved(point: Point) -> Point:
        return replace(point, threshold=float(_again(np.array([1 - point.threshold, point.threshold]), how)[1]))

    return replace(points, youden=moved(points.youden), curve=[moved(point) for point in points.curve])


def _measured(one: TaskRecalibration) -> Mapping[str, object]:
    told = {"discs": one.discs, "patients": one.patients}
    gains = {"log_likelihood": one.likelihood, "sensitivity_and_specificity": one.calls}
    return {**told, **{name: gain for name, gain in gains.items() if gain is not None}}


def check_site(name: str) -> str:
    """A site's name as packs can bear it.

    Raises
    ------
    UsageError
        When it has other signs than letters, digits, ``.``, ``_`` and ``-``.
    """
    if not name or not all(letter.isascii() and (letter.isalnum() or letter in "._-") for letter in name):
        raise UsageError(f"The site's name {name!r} may contain only letters, digits, '.', '_' and '-'.")
    return name
