"""What is measured on the discs of a study, as rows that trees are asked with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from discgrader.grading.disc_cache import DiscCache
from discgrader.grading.evidence import MEASURES, SIGNAL_MEASURES, measure_disc
from discgrader.grading.placement import Source
from discgrader.grading.systems import Task
from discgrader.grading.usual import usual_range
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc

Measures = Mapping[str, Mapping[str, float]]
"""Role to measure to value, of one disc."""

EVIDENCE_PREFIX = "evidence"
"""How the files of a pack begin that hold trees of evidence."""

INDEX = "disc:context:index_from_sacrum"

_ORDER = ("T2", "T2_SPACE", "T1")
"""The role that a measurement is reported from, the first one there."""


def measures_on(
    disc: Disc, sources: Sequence[Source], segmentation: Volume, cache: DiscCache
) -> dict[str, dict[str, float]]:
    """Measures of a disc by role; series that are out of register are read where they show the disc."""
    return {
        source.role: cache.get(
            "measures",
            disc,
            segmentation,
            source.series.volume,
            source.shift_lps_mm.tobytes(),
            partial(_measure, disc, source, segmentation),
        )
        for source in sources
    }


def _measure(disc: Disc, source: Source, segmentation: Volume) -> dict[str, float]:
    series = source.series
    if np.any(source.shift_lps_mm):
        volume = series.volume
        affine = volume.affine_lps.copy()
        affine[:3, 3] -= source.shift_lps_mm
        series = replace(series, volume=type(volume)(volume.array, affine))
    return measure_disc(series, segmentation, disc)


def task_evidence(task: Task, measures: Measures) -> dict[str, object]:
    """The measures that speak for a task: signals from T2 where there is one, lengths from the first series."""
    order = [role for role in _ORDER if role in measures]
    result: dict[str, object] = {}
    for name in (name for name in task.evidence if name in MEASURES):
        for role in order:
            if name in SIGNAL_MEASURES and role == "T1":
                continue
            value = measures[role][name]
            if np.isfinite(value):
                measure, usual = MEASURES[name], usual_range(f"{role}:{EVIDENCE_PREFIX}:{name}")
                result[name] = {
                    "value": round(value, 3),
                    "unit": measure.unit,
                    "title": measure.title,
                    "source": measure.source,
                    "series": role,
                    **({} if usual is None else {"usual": list(usual)}),
                }
                break
    return result


def evidence_row(
    index_from_sacrum: int, measures: Mapping[str, Mapping[str, float]], roles: Sequence[str]
) -> np.ndarray:
    """What the trees see of a disc: its index, then all measures of each role in turn, NaN where there is none.

    Parameters
    ----------
    measures : mapping of role to mapping of measure to float
        As `measures_on` gives them.

    Returns
    -------
    ndarray, shape (1 + roles * measures,)
    """
    row = [float(index_from_sacrum)]
    for role in roles:
        values = measures.get(role)
        row += [values[name] if values is not None else np.nan for name in MEASURES]
    return np.array(row)


def evidence_names(roles: Sequence[str]) -> list[str]:
    """Name of every number in `evidence_row`."""
    return ["index_from_sacrum", *(f"{role}_{name}" for role in roles for name in MEASURES)]


def evidence_columns(roles: Sequence[str]) -> tuple[str, ...]:
    """Name of every value in the rows of `evidence_rows`."""
    own = [(role, name) for role in roles for name in MEASURES]
    places = ("", "above@", "below@", "patient@", "best@")
    return (INDEX, *(f"{role}:evidence:{place}{name}" for place in places for role, name in own))


def evidence_rows(measures: Mapping[int, Measures], roles: Sequence[str]) -> dict[int, np.ndarray]:
    """Rows of all discs of one patient.

    Each has the disc's index, its own measures, those of the disc above and below, and how far its own lie from the
    median and from the largest of the patient's discs; NaN where there is none.

    Parameters
    ----------
    measures : mapping of index from the sacrum to measures
    roles : sequence of str
        Order of the roles in a row.
    """
    indices = sorted(measures)
    if not indices:
        return {}
    table = np.array(
        [[measures[index].get(role, {}).get(name, np.nan) for role in roles for name in MEASURES] for index in indices],
        float,
    )
    median, largest = np.full(table.shape[1], np.nan), np.full(table.shape[1], np.nan)
    seen = ~np.isnan(table).all(0)
    median[seen], largest[seen] = np.nanmedian(table[:, seen], 0), np.nanmax(table[:, seen], 0)
    nothing = np.full(table.shape[1], np.nan)
    place = dict(zip(indices, table))
    return {
        index: np.concatenate(
            [
                [float(index)],
                place[index],
                place.get(index + 1, nothing),
                place.get(index - 1, nothing),
                place[index] - median,
                place[index] - largest,
            ]
        )
        for index in indices
    }


def log_probabilities(probabilities: np.ndarray) -> np.ndarray:
    """Logarithms of probabilities, none of them counted as impossible."""
    return np.log(np.clip(probabilities, 1e-4, 1))


def combined(logits: np.ndarray, evidence: np.ndarray, weight: float) -> np.ndarray:
    """Logits of networks and trees together: the weighted geometric mean of their probabilities.

    Parameters
    ----------
    logits : ndarray, shape (..., grades)
        Of the networks.
    evidence : ndarray, shape (..., grades)
        Their logarithms, from `log_probabilities`.
    weight : float
        Share of the trees, 0 to 1.
    """
    shifted = logits - logits.max(-1, keepdims=True)
    network = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return (1 - weight) * network + weight * evidence
