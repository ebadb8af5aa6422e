"""The oriented ROI box of a disc."""

import numpy as np

from discgrader.errors import UsageError
from discgrader.localize.candidates import Candidate
from discgrader.localize.disc import DEFAULT_MARGIN_MM, MARGIN_RANGE_MM, RoiBox

USUAL_CANAL_MM = 20.0
"""From the disc's back to behind the spinal canal, where the canal is not seen."""

EDGE_MM = 3.0


def roi_box(candidate: Candidate, margin_mm: float = DEFAULT_MARGIN_MM) -> RoiBox:
    """The box around a disc: in its own plane, ``margin_mm`` beyond both endplates, back to behind the canal.

    Raises
    ------
    UsageError
        The margin is outside 8–12 mm.
    """
    low, high = MARGIN_RANGE_MM
    if not low <= margin_mm <= high:
        raise UsageError(f"A margin of {margin_mm:g} mm is outside {low:g} to {high:g} mm.")
    front = -candidate.depth_mm / 2 - EDGE_MM
    canal = candidate.canal_back_mm
    back = (candidate.depth_mm / 2 + USUAL_CANAL_MM if canal is None else max(canal, candidate.depth_mm / 2)) + EDGE_MM
    center = candidate.center_lps_mm + candidate.axes_lps[:, 1] * (front + back) / 2
    size = np.array([candidate.width_mm, back - front, candidate.full_height_mm + 2 * margin_mm])
    return RoiBox(center, candidate.axes_lps, size)
