"""What other sagittal series of a study, a localizer or one of the whole spine too, say of a row of discs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from discgrader.localize.candidates import Candidate
from discgrader.localize.lowest_disc import (
    LevelVotes,
    LowestDisc,
    lowest_probabilities,
    remnant_measures,
    with_measures,
)
from discgrader.localize.naming import indices_of, sacrum_in_view

SAME_DISC_MM = 10.0
"""Discs of two series that lie no farther apart once the patient's motion is taken away are one."""

WHOLE_SPINE_DISCS = 23
"""From L5-S1 to C2-C3, in ordinary anatomy."""

LEAST_ABOVE_MM = 30.0
"""With more room above its uppermost disc a picture shows where the row of discs ends, which is at C2-C3."""


@dataclass(frozen=True, eq=False)
class OtherRow:
    """The row of discs that another series shows.

    Parameters
    ----------
    series : str
        Its name.
    row : sequence of Candidate
        From the foot to the head.
    log_probabilities : ndarray, shape (discs, levels), or None
        What each looks like.
    shift_lps_mm : ndarray, shape (3,), or None
        How far its discs lie from where the row in question has them; None where it shows others.
    familiar : bool
        Whether it is of a contrast that networks learnt to read; others only show what lies below a picture that ends
        early.
    """

    series: str
    row: Sequence[Candidate]
    log_probabilities: np.ndarray | None
    shift_lps_mm: np.ndarray | None = None
    familiar: bool = True


def votes_of_row(row: Sequence[Candidate], log_probabilities: np.ndarray, above: int = 0) -> LevelVotes:
    """The votes of a row whose lowest disc lies so many levels above the lowest disc in question."""
    return LevelVotes(tuple(index - 1 + above for index in indices_of(row)), log_probabilities)


def levels_above(row: Sequence[Candidate], other: OtherRow) -> int | None:
    """How many levels the lowest disc of another row lies above that of a row; None where they share too few discs."""
    if other.shift_lps_mm is None:
        return None
    own = np.array([one.center_lps_mm for one in row])[:, 1:]
    there = (np.array([one.center_lps_mm for one in other.row]) - other.shift_lps_mm)[:, 1:]
    away = np.linalg.norm(own[:, None] - there[None], axis=2)
    nearest = away.argmin(0)
    indices, other_indices = indices_of(row), indices_of(other.row)
    steps = [
        indices[nearest[place]] - other_indices[place]
        for place in range(len(there))
        if away[nearest[place], place] <= SAME_DISC_MM
    ]
    return max(set(steps), key=steps.count) if len(steps) >= 2 else None


def lowest_disc(
    row: Sequence[Candidate], log_probabilities: np.ndarray, others: Sequence[OtherRow], weights: Mapping
) -> LowestDisc:
    """Where the lowest disc of a row stands, by its own series and all others that show these discs.

    Parameters
    ----------
    row : sequence of Candidate
        From the foot to the head.
    log_probabilities : ndarray, shape (discs, levels)
        What each looks like.
    others : sequence of OtherRow
    weights : mapping
        Those of `lowest_probabilities` and, under ``remnant``, of `with_measures`.
    """
    votes = [votes_of_row(row, log_probabilities)]
    shown_by, count = None, None
    in_view = sacrum_in_view(row[0])
    for other in others:
        above = levels_above(row, other)
        if above is None or other.log_probabilities is None:
            continue
        theirs = votes_of_row(other.row, other.log_probabilities, above)
        shows = sacrum_in_view(other.row[0])
        if not in_view and shows:
            # It shows what this picture lacks; discs that both show would only thin what the sacrum says.
            votes, shown_by, in_view = [theirs], other.series, True
        elif shown_by is None and in_view == shows and other.familiar:
            votes.append(theirs)
        count = count or whole_spine_count(other, theirs, weights)
    # Which disc is the lowest in view is another matter where the picture ends above the sacrum.
    probabilities = lowest_probabilities(votes, weights if in_view else {**weights, "ordinary": 0.0})
    measures = remnant_measures(row)
    if measures is not None and sacrum_in_view(row[0]):
        probabilities = with_measures(probabilities, measures, weights["remnant"])
    return LowestDisc(probabilities, shown_by, count)


def whole_spine_count(other: OtherRow, votes: LevelVotes, weights: Mapping) -> str | None:
    """What is unusual about the number of vertebrae of a row that reaches up to C2-C3; None where nothing is."""
    if other.row[-1].room_above_mm < LEAST_ABOVE_MM:
        return None
    own = LevelVotes(tuple(step - votes.steps[0] for step in votes.steps), votes.log_probabilities)
    lowest = int(lowest_probabilities([own], weights).argmax())
    discs = indices_of(other.row)[-1] - 1 + lowest
    if discs not in (WHOLE_SPINE_DISCS - 1, WHOLE_SPINE_DISCS + 1):
        return None
    many = discs > WHOLE_SPINE_DISCS
    told = "six lumbar vertebrae (L6-S1) or thirteen thoracic ones (T13)" if many else "four lumbar vertebrae (L4-S1)"
    usual = f"where {WHOLE_SPINE_DISCS} are usual"
    return f"{other.series} shows {discs} vertebrae from C2 to the sacrum {usual}, so that there may be {told}"
