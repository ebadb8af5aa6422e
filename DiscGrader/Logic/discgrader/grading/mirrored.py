"""Whether an axial series shows left where it says right, judged by the sagittal series of the same patient.

No header tells this once the voxels were turned over under it. But vessels, muscles and facets are not alike on both
sides, and a sagittal series shows the same ones at the same places.
"""

from collections.abc import Sequence

import numpy as np

from discgrader.imaging.resample import sample
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox

MARGIN = 0.05
"""By how much the slices must agree better with left and right exchanged than as stated."""

LEAST = 0.4
"""Slices that agree with the sagittal series less than this, either way, tell nothing."""

_STEP_MM = 2.0
"""Pixels in which the halves of the body are compared: coarse, since muscles and fat decide, not detail."""

_COLUMNS = 30
"""Columns of `_STEP_MM` that are compared: 60 mm from side to side."""

_SHIFTS = range(-8, 9, 2)
_FRONT_MM, _BACK_MM = 55.0, 45.0
"""From the disc's middle to the front and to the back: vertebra, canal and the paraspinal muscles."""

_LEAST_PIXELS = 200
"""Fewer pixels in common say nothing. A round number."""


def is_mirrored(axial: Volume, sagittal: Volume, frames: Sequence[RoiBox]) -> bool:
    """Whether left and right of an axial volume seem to be exchanged; parameters as for `side_agreement`."""
    stated, exchanged = side_agreement(axial, sagittal, frames)
    return exchanged >= LEAST and exchanged - stated >= MARGIN


def side_agreement(axial: Volume, sagittal: Volume, frames: Sequence[RoiBox]) -> tuple[float, float]:
    """Correlation of axial slices with what a sagittal volume has there, as stated and with left and right exchanged.

    Parameters
    ----------
    axial, sagittal : Volume
    frames : sequence of RoiBox
        As `discgrader.grading.view.View.frame`, on slices of ``axial``.

    Returns
    -------
    Each the best over some shifts to the side, since a picture is mirrored about its own middle, not the patient's.
    """
    wide = _COLUMNS // 2 + max(_SHIFTS)
    across = np.arange(-wide, wide + 1) * _STEP_MM
    along = np.arange(-_FRONT_MM, _BACK_MM + 0.1, _STEP_MM)
    narrow = slice(max(_SHIFTS), len(across) - max(_SHIFTS))
    correlations: dict[tuple[int, int], list[float]] = {}
    for frame in frames:
        points = (
            frame.center_lps_mm - along[:, None, None] * frame.axes_lps[:, 2] + across[:, None] * frame.axes_lps[:, 1]
        )
        shown, other = sample(axial, points[:, narrow], cval=np.nan), sample(sagittal, points, cval=np.nan)
        for side in (1, -1):
            for shift in _SHIFTS:
                moved = other[:, narrow.start + shift : narrow.stop + shift][:, ::side]
                correlations.setdefault((side, shift), []).append(_correlation(shown, moved))
    best = {
        side: max(np.mean(some) for (its_side, _), some in correlations.items() if its_side == side) for side in (1, -1)
    }
    return float(best[1]), float(best[-1])


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Of what both show; 0 where that is too little."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < _LEAST_PIXELS or min(one[both].std(), other[both].std()) == 0:
        return 0.0
    return float(np.corrcoef(one[both], other[both])[0, 1])
