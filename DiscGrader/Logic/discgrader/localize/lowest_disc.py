"""How probable it is that the lowest disc found is L5-S1, lies below it or above, by what is seen around all discs on
all sagittal series of a study, a localizer or one of the whole spine too.

Every disc of a row votes for what it looks like; since discs follow one another, each hypothesis about the lowest one
says what all others are. Discs near the sacrum are surest of what they are; those further up, which look alike but for
the end of the cord and the size of the bodies, say little, and decide only where the sacrum is out of view.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from discgrader.localize.candidates import Candidate, lean_deg
from discgrader.localize.naming import LowestDisc, indices_of, sacrum_in_view

ONE_DISC_MM = 10.0
"""Discs of two series that lie no farther apart once the patient's motion is taken away are one."""

WHOLE_SPINE_DISCS = 23
"""From L5-S1 to C2-C3, in ordinary anatomy."""

LEAST_ABOVE_MM = 30.0
"""With more room above its uppermost disc a picture shows where the row of discs ends, which is at C2-C3."""

LOWER = 3
"""So many discs at the foot of a row show whether the sacrum is there."""


@dataclass(frozen=True, eq=False)
class LevelVotes:
    """What the discs of a row look like on one series.

    Parameters
    ----------
    steps : tuple of int
        How many levels above the lowest disc of the row in question each disc lies; negative below it.
    log_probabilities : ndarray, shape (discs, levels)
        Of each level: 0 is S1-S2, 1 is L5-S1, the last stands for all above, too.
    """

    steps: tuple[int, ...]
    log_probabilities: np.ndarray


def lowest_probabilities(votes: Sequence[LevelVotes], weights: Mapping[str, float]) -> np.ndarray:
    """Probability of each index of the lowest disc: 0 for S1-S2, 1 for L5-S1 and so on, shape (levels,).

    Parameters
    ----------
    votes : sequence of LevelVotes
        Of every series that shows the row, one at least.
    weights : mapping of str to float
        ``lower`` and ``upper``: of the votes of the `LOWER` lowest discs of each series and of those above them; well
        below 1, for what discs of one spine look like goes together. ``ordinary``: how much L5-S1 is favored.
    """
    scores = np.mean([_scores(of_series, weights) for of_series in votes], axis=0)
    scores[1] += weights["ordinary"]
    scores = np.exp(scores - scores.max())
    return scores / scores.sum()


def remnant_measures(row: Sequence[Candidate]) -> dict[str, float] | None:
    """What tells a disc that remains in the sacrum, or of a vertebra half joined to it, from L5-S1 by its measures.

    Depth, area (natural logarithm) and distance to the next disc as shares of those of the three discs above; how far
    the disc above leans forward (per 20 degrees); and the share of vertebra below that one and above the lowest one, to
    0.9.
    None for rows of fewer than four discs.
    """
    if len(row) < 4:
        return None
    lowest, above = row[0], row[1:4]
    centers = np.array([disc.center_lps_mm for disc in row[:5]])
    steps = np.linalg.norm(np.diff(centers, axis=0), axis=1)
    return {
        "depth": lowest.depth_mm / float(np.median([disc.depth_mm for disc in above])),
        "area": float(np.log(lowest.area_mm2 / np.median([disc.area_mm2 for disc in above]))),
        "step": float(steps[0] / np.median(steps[1:])),
        "lean_above": lean_deg(row[1]) / 20.0,
        "vertebra_below_next": min(row[1].vertebra_below, 0.9),
        "vertebra_above": min(lowest.vertebra_above, 0.9),
    }


def with_measures(probabilities: np.ndarray, measures: Mapping[str, float], weights: Mapping[str, float]) -> np.ndarray:
    """Probabilities of each index once the lowest disc's measures weigh in between S1-S2 and L5-S1.

    Parameters
    ----------
    probabilities : ndarray, shape (levels,)
    measures : mapping of str to float
        See `remnant_measures`.
    weights : mapping of str to float
        Of a logistic regression: ``intercept``, ``looks`` (of `remnant_log_odds`), and that of each measure.
    """
    sacral, lumbar = probabilities[:2]
    score = weights["intercept"] + weights["looks"] * remnant_log_odds(probabilities)
    score += sum(weights[name] * value for name, value in measures.items())
    share = 1.0 / (1.0 + np.exp(-score))
    return np.concatenate([[share * (sacral + lumbar), (1 - share) * (sacral + lumbar)], probabilities[2:]])


def remnant_log_odds(probabilities: np.ndarray) -> float:
    """A third of the logarithm of how much likelier S1-S2 is than L5-S1, -2 to 2."""
    return float(np.clip(np.log((probabilities[0] + 1e-4) / (probabilities[1] + 1e-4)), -6.0, 6.0)) / 3.0


def _scores(votes: LevelVotes, weights: Mapping[str, float]) -> np.ndarray:
    levels = votes.log_probabilities.shape[1]
    scores = np.zeros(levels)
    for place, (step, votes_of_disc) in enumerate(zip(votes.steps, votes.log_probabilities, strict=True)):
        # What lies below S1-S2 looks like that, too.
        then = np.clip(np.arange(levels) + step, 0, levels - 1)
        scores += weights["lower" if place < LOWER else "upper"] * votes_of_disc[then]
    return scores


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
        Whether it is of a contrast that networks learned to read; others only show what lies below a picture that ends
        early.
    title : str
        What a person calls the series.
    """

    series: str
    row: Sequence[Candidate]
    log_probabilities: np.ndarray | None
    shift_lps_mm: np.ndarray | None = None
    familiar: bool = True
    title: str = ""


def votes_of_row(row: Sequence[Candidate], log_probabilities: np.ndarray, above: int = 0) -> LevelVotes:
    """The votes of a row whose lowest disc lies so many levels above the lowest disc in question."""
    return LevelVotes(tuple(index - 1 + above for index in indices_of(row)), log_probabilities)


def levels_above(row: Sequence[Candidate], other: OtherRow) -> int | None:
    """How many levels the lowest disc of another row lies above that of a row; None where they share too few discs."""
    if other.shift_lps_mm is None:
        return None
    own = np.array([disc.center_lps_mm for disc in row])[:, 1:]
    there = (np.array([disc.center_lps_mm for disc in other.row]) - other.shift_lps_mm)[:, 1:]
    away = np.linalg.norm(own[:, None] - there[None], axis=2)
    nearest = away.argmin(0)
    indices, other_indices = indices_of(row), indices_of(other.row)
    steps = [
        indices[nearest[place]] - other_indices[place]
        for place in range(len(there))
        if away[nearest[place], place] <= ONE_DISC_MM
    ]
    return max(set(steps), key=steps.count) if len(steps) >= 2 else None


def estimate_lowest_disc(
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
    count = "six lumbar vertebrae (L6-S1) or thirteen thoracic ones (T13)" if many else "four lumbar vertebrae (L4-S1)"
    usual = f"where {WHOLE_SPINE_DISCS} are usual"
    series = f"the {other.title or other.series}"
    return f"{series} shows {discs} vertebrae from C2 to the sacrum {usual}, so there may be {count}"
