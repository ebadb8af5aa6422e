"""Area, widths and fluid of the thecal sac on an axial slice.

- **Area**: cross-sectional area of the dural sac on the slice (Schönström et al., Spine 1985;10:806-811).
- **Depth** and **width**: front to back through its middle, and the greatest from side to side.
- **Share of CSF**: fluid beside roots, dura and cord; the scales of Lee (Skeletal Radiol 2011;40:1033-1039) and Schizas
  (Spine 2010;35:1919-1924) tell by eye how much of it is left.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

LEAST_PEAK = 0.8
"""A sac has at least one place that is surely sac."""

LEAST_SURE = 0.8
"""Mean probability within the outline; less means that nothing separates the sac from what lies around it."""

LEAST_FULL = 0.78
"""Share of its convex hull that a sac fills: that of a trefoil is 0.85."""

MOST_ELSEWHERE = 0.3
"""Other places called sac, together, as a share of the outline; more means that it is not known which is the sac."""

AREA_MM2 = (20.0, 450.0)
"""Smaller and larger outlines are not believed: the roots of the cauda equina alone take some 20 mm², and the largest
of Schönström's healthy sacs had some 300 mm²."""

MIDDLE_MM = 2.0
"""Half of the width over which the depth is averaged."""


@dataclass(frozen=True)
class AxialMeasures:
    """See the module; lengths in mm, area in mm², the share of 1."""

    area_mm2: float
    depth_mm: float
    width_mm: float
    csf_share: float


@dataclass(frozen=True)
class Implausible:
    """Why nothing is measured, in words that follow "not measured:"."""

    reason: str


NO_SAC = Implausible("no thecal sac was made out")
UNSURE = Implausible("the outline of the thecal sac is uncertain")
SEVERAL = Implausible("several places look like a thecal sac")
CUT_OFF = Implausible("the thecal sac reaches the edge of the view")
ODD_SHAPE = Implausible("the outline has the shape of no thecal sac")
ODD_SIZE = Implausible("the outline has the size of no thecal sac")


def reasons() -> tuple[str, ...]:
    """Why an outline may not be measured."""
    return tuple(one.reason for one in (NO_SAC, UNSURE, SEVERAL, CUT_OFF, ODD_SHAPE, ODD_SIZE))


def measure_axial(csf: np.ndarray, nerves: np.ndarray, pixel_mm: float) -> AxialMeasures | Implausible:
    """The measures of a sac.

    Parameters
    ----------
    csf, nerves : ndarray, shape (rows, columns)
        Probability or share of the sac's fluid, and of all else in it; rows run towards the back, columns to the side.
    pixel_mm : float
    """
    sac = csf + nerves
    outline = sac_outline(sac)
    reason = _implausible(sac, outline, pixel_mm)
    if reason is not None:
        return reason
    return measures_within(csf, nerves, outline, pixel_mm)


def measures_within(csf: np.ndarray, nerves: np.ndarray, outline: np.ndarray, pixel_mm: float) -> AxialMeasures:
    """The measures of a sac whose ``outline`` (bool) is known to be one; other parameters as of `measure_axial`."""
    # Pixels at the border are partly sac.
    near = ndimage.binary_dilation(outline, iterations=2)
    inside = np.where(near, csf + nerves, 0.0)
    column = round(float(ndimage.center_of_mass(inside)[1]))
    half = max(round(MIDDLE_MM / pixel_mm), 1)
    return AxialMeasures(
        area_mm2=float(inside.sum() * pixel_mm**2),
        depth_mm=float(inside[:, max(column - half, 0) : column + half + 1].sum(axis=0).mean() * pixel_mm),
        width_mm=float(inside.sum(axis=1).max() * pixel_mm),
        csf_share=float(np.where(near, csf, 0).sum() / inside.sum()),
    )


def sac_outline(sac: np.ndarray) -> np.ndarray:
    """The largest connected part that is more likely sac than not, bool."""
    parts, count = ndimage.label(sac > 0.5)
    if not count:
        return np.zeros(sac.shape, bool)
    return parts == 1 + int(np.bincount(parts.ravel())[1:].argmax())


def _implausible(sac: np.ndarray, outline: np.ndarray, pixel_mm: float) -> Implausible | None:
    if not outline.any() or sac[outline].max() < LEAST_PEAK:
        return NO_SAC
    area = float(outline.sum())
    if outline[[0, -1]].any() or outline[:, [0, -1]].any():
        return CUT_OFF
    if not AREA_MM2[0] <= area * pixel_mm**2 <= AREA_MM2[1]:
        return ODD_SIZE
    if float(sac[outline].mean()) < LEAST_SURE:
        return UNSURE
    if float((sac > 0.5).sum()) - area > MOST_ELSEWHERE * area:
        return SEVERAL
    return None if _fullness(outline) >= LEAST_FULL else ODD_SHAPE


def _fullness(outline: np.ndarray) -> float:
    """Share of its convex hull that an outline fills."""
    rows, columns = np.nonzero(outline)
    corners = np.concatenate([np.stack([rows + y, columns + x], 1) for y in (-0.5, 0.5) for x in (-0.5, 0.5)])
    try:
        return float(outline.sum() / ConvexHull(corners).volume)
    except QhullError:
        return 0.0
