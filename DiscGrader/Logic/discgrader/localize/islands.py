"""What a network took for spine where there is none: islands in the belly."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc

IN_FRONT_MM = 40.0
"""What lies wholly so far before the middles of the discs is bowel or vessel; the front of the largest vertebra reaches
25 mm before them. Nothing that grades a disc looks so far (`grading.evidence.HALF_DEPTH_MM`, `grading.view`)."""

SPECK_IN_FRONT_MM, SPECK_MM3 = 26.0, 100.0
"""The same of what is smaller than any vertebra's own part on a slice: it can be nothing that belongs to the spine."""


def without_islands(segmentation: Volume, discs: Sequence[Disc]) -> Volume:
    """A label map without the islands that lie far in front of the discs.

    Parameters
    ----------
    segmentation : Volume
        Labels.
    discs : sequence of Disc
        In the same coordinates.

    Returns
    -------
    Volume
        The very one that was given where it has no such island.
    """
    if not discs:
        return segmentation
    islands, count = ndimage.label(segmentation.array > 0)
    if count < 2:
        return segmentation
    inside = np.argwhere(islands > 0)
    reach = np.full(count + 1, -np.inf)
    number = islands[tuple(inside.T)]
    np.maximum.at(reach, number, _backwards_mm(segmentation.index_to_lps(inside[:, ::-1].astype(float)), discs))
    volume_mm3 = np.bincount(number, minlength=count + 1) * np.prod(segmentation.spacing_mm)
    far = (reach < -IN_FRONT_MM) | ((reach < -SPECK_IN_FRONT_MM) & (volume_mm3 < SPECK_MM3))
    gone = np.flatnonzero(far & (volume_mm3 > 0))
    if not len(gone):
        return segmentation
    return segmentation.with_array(
        np.where(np.isin(islands, gone), 0, segmentation.array).astype(segmentation.array.dtype)
    )


def _backwards_mm(points_lps: np.ndarray, discs: Sequence[Disc]) -> np.ndarray:
    """How far points lie behind the middle of the disc whose height they are nearest to, shape (n,)."""
    up, back = [], []
    for disc in discs:
        relative = points_lps - disc.center_lps_mm
        up.append(np.abs(relative @ disc.roi.axes_lps[:, 2]))
        back.append(relative @ disc.roi.axes_lps[:, 1])
    nearest = np.argmin(up, axis=0)
    return np.take_along_axis(np.array(back), nearest[None], axis=0)[0]
