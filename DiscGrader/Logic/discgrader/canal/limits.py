"""Grades of the canal by limits from the literature, as probable as the error of what was measured lets them be.

- Area of the thecal sac: below 75 mm² severe and below 100 mm² moderate (Schönström et al., Spine 1985;10:806-811;
  Schönström and Hansson, Spine 1988;13:385-388), 100 to 130 mm² early stenosis (Bolender et al., J Bone Joint Surg Am
  1985;67:240-246).
- Depth of the thecal sac: below 10 mm absolute and below 12 mm relative stenosis (Verbiest, J Bone Joint Surg Br
  1955;37:576-583, of the bony canal); no second limit of the absolute one is in use, so that a depth never says severe.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

AREA_MM2 = (130.0, 100.0, 75.0)
"""From here on down a sac's area is mild, moderate, severe stenosis."""

DEPTH_MM = (12.0, 10.0)
"""From here on down its depth is mild, moderate stenosis."""

GRADES = 4


def grade_probabilities(value: float, deviation: float, limits: Sequence[float]) -> np.ndarray:
    """Probability of each grade, shape (GRADES,), of a value whose error is normal.

    Parameters
    ----------
    value, deviation : float
        What was measured, and the standard deviation of its error.
    limits : sequence of float
        `AREA_MM2` or `DEPTH_MM`.
    """
    below = norm.cdf(np.asarray(limits), loc=value, scale=max(deviation, 1e-6))
    steps = -np.diff(np.concatenate([[1.0], below, [0.0]]))
    found = np.zeros(GRADES)
    found[: len(steps)] = np.clip(steps, 0, 1)
    return found / found.sum()
