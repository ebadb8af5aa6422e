"""How probable it is that the lowest disc found is L5-S1, lies below it or above, by what is seen around all discs.

Every disc of a row votes for what it looks like; since discs follow one another, each hypothesis about the lowest one
says what all others are. Discs near the sacrum are surest of what they are; those further up, which look alike but for
the end of the cord and the size of the bodies, say little, and decide only where the sacrum is out of view.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from discgrader.localize.candidates import Candidate, lean_deg

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


@dataclass(frozen=True, eq=False)
class LowestDisc:
    """Where the lowest disc of a row stands, by what is seen.

    Parameters
    ----------
    probabilities : ndarray, shape (levels,)
        Of each index: 0 is S1-S2, 1 is L5-S1, and so on.
    shown_by : str or None
        The series that shows what lies below a picture that ends above the sacrum.
    count : str or None
        What a series that shows the whole spine says of the number of vertebrae, where that is not the ordinary one.
    """

    probabilities: np.ndarray
    shown_by: str | None = None
    count: str | None = None


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
    scores = np.mean([_scores(one, weights) for one in votes], axis=0)
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
    centers = np.array([one.center_lps_mm for one in row[:5]])
    steps = np.linalg.norm(np.diff(centers, axis=0), axis=1)
    return {
        "depth": lowest.depth_mm / float(np.median([one.depth_mm for one in above])),
        "area": float(np.log(lowest.area_mm2 / np.median([one.area_mm2 for one in above]))),
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
        Of a logistic regression: ``intercept``, ``looks`` (of `looks_of`), and that of each measure.
    """
    sacral, lumbar = probabilities[:2]
    score = weights["intercept"] + weights["looks"] * looks_of(probabilities)
    score += sum(weights[name] * value for name, value in measures.items())
    share = 1.0 / (1.0 + np.exp(-score))
    return np.concatenate([[share * (sacral + lumbar), (1 - share) * (sacral + lumbar)], probabilities[2:]])


def looks_of(probabilities: np.ndarray) -> float:
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
