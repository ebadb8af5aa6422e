"""Whether a box that a hand has put somewhere lies on a disc, by what the segmentation has inside it.

A box lies on a disc where the front of it, before the canal, has disc near its middle; or, where the network has missed
a disc, something that is no vertebra between two vertebrae. What a reader means by a few millimeters is left to them.
"""

import numpy as np

from discgrader.imaging.volume import Volume
from discgrader.localize.box import EDGE_MM, USUAL_CANAL_MM, RoiBox
from discgrader.localize.labels import Label, is_disc

ON_VERTEBRA = "its box lies on a vertebra, not on a disc"
ON_NO_DISC = "its box does not lie on a disc"
TOO_SMALL = "its box is too small for a disc"
TOO_LARGE = "its box is too large for a disc"
REASONS = (ON_VERTEBRA, ON_NO_DISC, TOO_SMALL, TOO_LARGE)
"""Why a box fits no disc, in words that follow "not graded:"."""

SMALLEST_MM, LARGEST_MM = (12.0, 18.0, 5.0), (140.0, 140.0, 80.0)
"""Across, along and up. The smallest disc found is 24 mm deep; whole boxes are 42 to 75 mm deep and 20 to 45 high."""

NEAR_MM = 8.0
"""So far from the middle of a box its disc may lie, above or below."""

LEAST_DISC = 0.2
"""Share of the front of the box, seen from above, that has disc near the middle."""

_GAP_MM, _REACH_MM, _FAR_MM = 4.0, 15.0, 45.0
_LEAST_VERTEBRA, _SOME = 0.4, 0.15
"""Share of vertebra above and below a disc that is not segmented; between them there is less than half of that. Where
there is less than some as far as the next vertebra but one, the spine ends."""


def off_disc(box: RoiBox, segmentation: Volume) -> str:
    """Why a box fits no disc, one of `REASONS`; empty where it fits one, or where nothing is segmented to tell by.

    Parameters
    ----------
    box : RoiBox
    segmentation : Volume
        With the values of `discgrader.localize.labels`.
    """
    if np.any(box.size_mm < SMALLEST_MM):
        return TOO_SMALL
    if np.any(box.size_mm > LARGEST_MM):
        return TOO_LARGE
    heights, disc, vertebra = _profile(box, segmentation)
    if not heights.size:
        return ""
    near = np.abs(heights) <= NEAR_MM
    if disc[near].max(initial=0.0) >= LEAST_DISC or _is_gap(heights, vertebra):
        return ""
    middle = vertebra[np.abs(heights) <= _GAP_MM]
    return ON_VERTEBRA if middle.mean() >= _LEAST_VERTEBRA else ON_NO_DISC


def _is_gap(heights: np.ndarray, vertebra: np.ndarray) -> bool:
    """Whether there is a gap between two vertebrae near the middle of a box, which is a disc that was not segmented; at
    an end of the spine, such as above the sacrum, which is no vertebra here, one vertebra is enough."""
    away = np.abs(heights)
    sides = [side & (away > _GAP_MM) for side in (heights > 0, heights < 0)]
    seen = [side for side in sides if vertebra[side].max(initial=0.0) >= _SOME]
    least = min((vertebra[side & (away <= _REACH_MM)].max(initial=0.0) for side in seen), default=0.0)
    return bool(least >= _LEAST_VERTEBRA and vertebra[away <= _GAP_MM].min(initial=1.0) < least / 2)


def _profile(box: RoiBox, segmentation: Volume) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Height above the middle of a box in mm, and the shares of disc and of vertebra in the front of the box there.

    Empty where the segmentation has nothing at all, or does not reach so far.
    """
    if not np.any(segmentation.array):
        return (np.zeros(0),) * 3
    width, depth, _height = box.size_mm
    front, back = -depth / 2 + EDGE_MM, max(depth / 2 - USUAL_CANAL_MM - EDGE_MM, -depth / 2 + 2 * EDGE_MM)
    across = np.linspace(-width / 5, width / 5, 5)
    along = np.linspace(front, back, 24)
    up = np.arange(-_FAR_MM, _FAR_MM + 0.5, 1.0)
    local = np.stack(np.meshgrid(across, along, up, indexing="ij"), axis=-1)
    index = np.rint(segmentation.lps_to_index(box.center_lps_mm + local.reshape(-1, 3) @ box.axes_lps.T)).astype(int)
    inside = np.all((index >= 0) & (index < np.array(segmentation.size)), axis=1)
    if not inside.any():
        return (np.zeros(0),) * 3
    i, j, k = np.where(inside[:, None], index, 0).T
    values = np.where(inside, segmentation.array[k, j, i], 0).reshape(local.shape[:3])
    seen = np.maximum(inside.reshape(local.shape[:3]).sum((0, 1)), 1)
    disc, vertebra = is_disc(values).sum((0, 1)) / seen, (values == Label.VERTEBRA).sum((0, 1)) / seen
    return up, disc, vertebra
