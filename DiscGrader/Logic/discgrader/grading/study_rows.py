"""What tabular models see of each disc of a study: its own measures, its neighbors', and the patient's as a whole."""

from collections.abc import Mapping, Sequence

import numpy as np

from discgrader.grading.evidence import MEASURES

Measures = Mapping[str, Mapping[str, float]]
"""Role to measure to value, of one disc."""

INDEX = "disc:context:index_from_sacrum"


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
