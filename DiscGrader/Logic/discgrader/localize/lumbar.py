"""Whether what was found can be a lumbar spine on MR at all; each reason against it is a sentence.

Limits leave room around what 758 sagittal pictures of 473 patients have (SPIDER and Sudirman, each found by the network
that ships): discs 24 to 42 mm as the geometric mean of distance and depth, the lowest 35 mm or more above the picture's
edge and leaning forward by 12 degrees or more, by 1.4 degrees or more a level less than the one below. Four have a
scale that is known to be wrong, and six show one vertebra fewer or worse. Cervical vertebral bodies are 15 to 17 mm
deep and 17 to 19 mm apart (Panjabi et al., Spine 1991), lumbar ones 34 and 35 mm and more (Panjabi et al., Spine 1992;
Zhou et al., Eur Spine J 2000); the thoracic spine is kyphotic.
"""

from collections.abc import Sequence

import numpy as np

from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import Candidate, lean_deg
from discgrader.localize.naming import LEAST_BODY_MM

SMALLEST_MM, LARGEST_MM = 21.5, 52.0
"""Geometric mean of the usual distance between discs and of their usual depth; a child's of six years is about 24
mm."""

SHALLOWEST_MM, DEEPEST_MM = 19.0, 56.0
"""Depth of a single disc."""

LEAST_ROOM_MM = 25.0
"""Between the lowest disc and the edge of the picture, for the sacrum to be in view."""

LEAST_COUNT = 5
"""So many discs without the sacrum below are a spine that can be counted; fewer may lie anywhere."""

LEAST_CONFIDENCE, LEAST_VERTEBRA = 0.8, 0.5
"""Mean probability of disc inside the discs (0.88 to 0.98), and share of their depth that has vertebra on either side
(0.70 to 0.98)."""

KYPHOTIC_DEG = 0.5
"""From disc to disc upwards, the lean grows by more where the spine is kyphotic."""

_FAT_HU, _SOFT_HU, _BONE_HU, _HIGHEST_HU = (-150.0, -40.0), (-30.0, 130.0), 180.0, 8000.0


def doubts_of_row(row: Sequence[Candidate], counted: bool) -> tuple[str, ...]:
    """What speaks against a row of discs being lumbar ones.

    Parameters
    ----------
    row : sequence of Candidate
        From the foot to the head.
    counted : bool
        Whether nobody said what the lowest disc is.
    """
    if not row:
        return ()
    return tuple(filter(None, (_size(row), _place(row) if counted else None, _surroundings(row))))


def _size(row: Sequence[Candidate]) -> str | None:
    depth = float(np.median([one.depth_mm for one in row]))
    if len(row) == 1:
        fits = SHALLOWEST_MM <= depth <= DEEPEST_MM
        return None if fits else f"The only disc found is {depth:.0f} mm deep, which no lumbar disc is."
    centers = np.array([one.center_lps_mm for one in row])
    step = float(np.median(np.linalg.norm(np.diff(centers, axis=0), axis=1)))
    if SMALLEST_MM <= np.sqrt(step * depth) <= LARGEST_MM:
        return None
    return f"Discs are {step:.0f} mm apart and {depth:.0f} mm deep, which lumbar discs are not, even a child's."


def _place(row: Sequence[Candidate]) -> str | None:
    """Neither the sacrum nor a count tells where these discs lie, or the curve tells that it is elsewhere."""
    lowest = row[0]
    sacrum = lowest.room_below_mm - lowest.full_height_mm / 2 >= LEAST_ROOM_MM and lowest.body_below_mm < LEAST_BODY_MM
    if sacrum:
        return None
    if len(row) < LEAST_COUNT:
        discs = "One disc is" if len(row) == 1 else f"{len(row)} discs are"
        return f"{discs} in view and no sacrum, so that nothing tells whether this is the lumbar spine."
    growing = float(np.polyfit(np.arange(len(row)), [lean_deg(one) for one in row], 1)[0])
    return (
        "The spine is kyphotic and no sacrum is in view, as in the thoracic spine." if growing > KYPHOTIC_DEG else None
    )


def _surroundings(row: Sequence[Candidate]) -> str | None:
    if all(one.canal_back_mm is None for one in row):
        return "There is no spinal canal behind what was taken for discs."
    if np.mean([[one.vertebra_above, one.vertebra_below] for one in row]) < LEAST_VERTEBRA:
        return "There are no vertebrae above and below what was taken for discs."
    if np.median([one.confidence for one in row]) < LEAST_CONFIDENCE:
        return "What was taken for discs hardly looks like discs."
    return None


def ct_doubt(name: str, volume: Volume) -> str | None:
    """Why the values of a series are a CT's; None where they are not.

    Hounsfield units have fat below zero and water at it: of what is neither air nor padding, something lies between
    -150 and -40, much between -30 and 130, and bone above 180. Intensities of MR are not negative, and where somebody
    has shifted them, they do not fall so.
    """
    values = np.asarray(volume.array[::2, ::2, ::2] if volume.array.size > 4_000_000 else volume.array, float).ravel()
    body = values[(values > _FAT_HU[0] - 300) & np.isfinite(values)]
    if body.size < 100 or values.min() > _FAT_HU[0] / 2 or values.max() < _BONE_HU or values.max() > _HIGHEST_HU:
        return None
    fat = np.mean((body >= _FAT_HU[0]) & (body <= _FAT_HU[1]))
    soft = np.mean((body >= _SOFT_HU[0]) & (body <= _SOFT_HU[1]))
    bone = np.mean(body > _BONE_HU)
    between = np.mean((body > _FAT_HU[0] - 300) & (body < _FAT_HU[0] - 50))
    if fat > 0.01 and soft > 0.15 and 0.005 < bone < 0.75 and between < 0.15:
        return f"The values of {name} are Hounsfield units as of a CT, not intensities of MR."
    return None
