"""Height and area of a neural foramen on a sagittal slice beside the canal.

The foramen is the fat and the root between two pedicles, behind vertebra and disc and in front of the joint. A height
below 15 mm goes with compression of the root, in health it is 20 to 23 mm (Hasegawa et al., J Bone Joint Surg Am
1995;77:32-38).
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

SIDES = ("right", "left")

UP_MM = (-4.0, 24.0)
"""Where the middle of a foramen lies above that of its disc; set by what the digital spine has."""

BEHIND_MM = (4.0, 34.0)
"""Where it lies behind the middle of its disc; likewise."""

AREA_MM2 = (15.0, 320.0)
"""Smaller and larger ones are not believed; healthy lumbar foramina have 40 to 160 mm² (Hasegawa et al. 1995)."""

LEAST_SURE = 0.75
"""Mean probability within the outline, below which it is not believed."""


@dataclass(frozen=True)
class ForamenMeasures:
    """Height in mm and area in mm²."""

    height_mm: float
    area_mm2: float


def measure_foramen(share: np.ndarray, pixel_mm: float, disc_middle_mm: tuple[float, float]) -> ForamenMeasures | None:
    """The measures of the foramen above the level of a disc; None where none is made out.

    Parameters
    ----------
    share : ndarray, shape (rows, columns)
        Probability of foramen; rows run towards the head, columns towards the back.
    pixel_mm : float
    disc_middle_mm : (float, float)
        How far above and behind the middle of the view the middle of the disc lies.
    """
    parts, count = ndimage.label(share > 0.5)
    rows, columns = share.shape
    for part in 1 + np.argsort(-np.bincount(parts.ravel(), minlength=count + 1)[1:]):
        inside = parts == part
        row, column = ndimage.center_of_mass(inside)
        up = (row - (rows - 1) / 2) * pixel_mm - disc_middle_mm[0]
        behind = (column - (columns - 1) / 2) * pixel_mm - disc_middle_mm[1]
        if UP_MM[0] <= up <= UP_MM[1] and BEHIND_MM[0] <= behind <= BEHIND_MM[1]:
            return _measured(share, inside, pixel_mm)
    return None


def _measured(share: np.ndarray, inside: np.ndarray, pixel_mm: float) -> ForamenMeasures | None:
    soft = np.where(ndimage.binary_dilation(inside, iterations=2), share, 0.0)
    area = float(soft.sum() * pixel_mm**2)
    edge = inside[[0, -1]].any() or inside[:, [0, -1]].any()
    if edge or not AREA_MM2[0] <= area <= AREA_MM2[1] or float(share[inside].mean()) < LEAST_SURE:
        return None
    return ForamenMeasures(float(inside.any(axis=1).sum() * pixel_mm), area)
