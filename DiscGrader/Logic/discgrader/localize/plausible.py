"""Whether a row of discs can be an adult's, standing upright at the stated scale."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import Candidate, lean_deg
from discgrader.localize.disc import Disc
from discgrader.localize.frames import sagittal_frames

SMALLEST_MM, LARGEST_MM = 25.0, 46.0
"""Geometric mean of the usual distance between discs and of their usual depth.

On 344 SPIDER pictures, by an earlier localizer, it is 25.1 to 43.2 mm, but for one of 24.5; on four of five whose scale
is known to be wrong it is 15.6 to 24.6. The fifth, whose spacing is 16 % too small, cannot be told from a small spine.
"""

UPRIGHT_LEAN_DEG = 20.0
"""The lowest disc of an upright picture nearly always leans forward by more."""

_PER_LEAN_DEG, _PER_DEPTH_MM, _TURNED = 0.25, -0.96, -4.0
"""Weights of what speaks for a picture as it is against the same turned over, and the sum below which it is turned
over.

From a logistic regression on 339 upright SPIDER pictures and four that are upside down, by an earlier localizer. By
networks of the present one that had not seen the patients, those four get -5 to -11, and 11_t2, an upright picture
whose L5-S1 they miss, -2.8; the other upright ones were not all measured anew.
"""

UPSIDE_DOWN = (
    "The picture of {series} is upside down: its discs were found on it turned over, and its orientation "
    "should be corrected."
)


def scale_doubt(chain: Sequence[Candidate]) -> str | None:
    """What is wrong with the distances in a row of discs; None where an adult may have them."""
    if len(chain) < 3:
        return None
    step, depth = _usual_step_mm(chain), float(np.median([one.depth_mm for one in chain]))
    if SMALLEST_MM <= np.sqrt(step * depth) <= LARGEST_MM:
        return None
    return (
        f"Discs are {step:.0f} mm apart and {depth:.0f} mm deep, which an adult's hardly are: if this is no child, the "
        "spacing of the picture is wrong, and so are lengths in mm and perhaps grades."
    )


def may_be_turned(chain: Sequence[Candidate]) -> bool:
    """Whether a row of discs gives reason to look at the picture turned over."""
    return len(chain) >= 4 and (lean_deg(chain[0]) < UPRIGHT_LEAN_DEG or chain[0].vertebra_below > 0.6)


def is_turned(chain: Sequence[Candidate], turned_over: Sequence[Candidate]) -> bool:
    """Whether the discs found on a picture turned over make the better spine.

    The lowest disc leans forward, and discs are the deeper the lower they are.
    """
    return len(chain) >= 4 and len(turned_over) >= 4 and _upright(chain) - _upright(turned_over) < _TURNED


def turned_over(volume: Volume) -> Volume:
    """The picture with head and foot exchanged, its geometry left as it was."""
    return volume.with_array(np.ascontiguousarray(np.flip(volume.array, sagittal_frames(volume).axes[1])))


def turned_back(disc: Disc, volume: Volume) -> Disc:
    """Where a disc that was found on `turned_over` lies in the volume as it is.

    The box's third axis still points to the patient's head, which in this volume lies below.
    """
    foot = sagittal_frames(volume).volume.directions[:, 1]
    mirror = np.eye(3) - 2 * np.outer(foot, foot)
    middle = volume.index_to_lps((np.array(volume.size) - 1) / 2)

    def place(point: np.ndarray) -> np.ndarray:
        return middle + mirror @ (point - middle)

    # A mirror image of the axes would be left-handed; which side is which does not show on sagittal pictures.
    axes = mirror @ disc.roi.axes_lps * [-1.0, 1.0, 1.0]
    roi = replace(disc.roi, center_lps_mm=place(disc.roi.center_lps_mm), axes_lps=axes)
    return replace(disc, center_lps_mm=place(disc.center_lps_mm), roi=roi)


def _usual_step_mm(chain: Sequence[Candidate]) -> float:
    centers = np.array([one.center_lps_mm for one in chain])
    return float(np.median(np.linalg.norm(np.diff(centers, axis=0), axis=1)))


def _upright(chain: Sequence[Candidate]) -> float:
    deepening = np.polyfit(np.arange(len(chain)), [one.depth_mm for one in chain], 1)[0]
    return _PER_LEAN_DEG * lean_deg(chain[0]) + _PER_DEPTH_MM * float(deepening)
