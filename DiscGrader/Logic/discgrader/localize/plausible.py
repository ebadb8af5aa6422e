"""Whether a row of discs can be a lumbar spine on MR, and an adult's, upright and at the stated scale; each reason
against it is a sentence.

The limits of what can be lumbar leave room around what 758 sagittal pictures of 473 patients have (SPIDER and Sudirman,
their discs found by the network that ships): discs 24 to 42 mm as the geometric mean of distance and depth, the lowest
35 mm or more above the picture's edge and leaning forward by 12 degrees or more, by 1.4 degrees or more a level less
than the one below. Four have a scale that is known to be wrong, and six show one vertebra fewer or worse. Cervical
vertebral bodies are 15 to 17 mm deep and 17 to 19 mm apart (Panjabi et al., Spine 1991), lumbar ones 34 and 35 mm and
more (Panjabi et al., Spine 1992; Zhou et al., Eur Spine J 2000); the thoracic spine is kyphotic.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import Candidate, lean_deg
from discgrader.localize.disc import Disc
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.naming import LEAST_BODY_MM

LUMBAR_MM = (21.5, 52.0)
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
"""Hounsfield units of fat, of muscle and other soft tissue, the lower end of bone, and the highest that metal reaches
on CT; textbook values, widened for noise."""


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
    depth = float(np.median([disc.depth_mm for disc in row]))
    if len(row) == 1:
        fits = SHALLOWEST_MM <= depth <= DEEPEST_MM
        return (
            None
            if fits
            else f"The only disc found is {depth:.0f} mm deep (anterior to posterior), which no lumbar disc is."
        )
    centers = np.array([disc.center_lps_mm for disc in row])
    step = float(np.median(np.linalg.norm(np.diff(centers, axis=0), axis=1)))
    if LUMBAR_MM[0] <= np.sqrt(step * depth) <= LUMBAR_MM[1]:
        return None
    return (
        f"Discs are {step:.0f} mm apart and {depth:.0f} mm deep, which is impossible for lumbar discs, even a child's."
    )


def _place(row: Sequence[Candidate]) -> str | None:
    """Neither the sacrum nor a count tells where these discs lie, or the curve tells that it is elsewhere."""
    lowest = row[0]
    sacrum = lowest.room_below_mm - lowest.full_height_mm / 2 >= LEAST_ROOM_MM and lowest.body_below_mm < LEAST_BODY_MM
    if sacrum:
        return None
    if len(row) < LEAST_COUNT:
        discs = "One disc is" if len(row) == 1 else f"{len(row)} discs are"
        return f"{discs} in view and no sacrum, so it is not certain that this is the lumbar spine."
    growing = float(np.polyfit(np.arange(len(row)), [lean_deg(disc) for disc in row], 1)[0])
    return (
        "The spine is kyphotic and no sacrum is in view, as in the thoracic spine." if growing > KYPHOTIC_DEG else None
    )


def _surroundings(row: Sequence[Candidate]) -> str | None:
    if all(disc.canal_back_mm is None for disc in row):
        return "There is no spinal canal behind the structures taken for discs."
    if np.mean([[disc.vertebra_above, disc.vertebra_below] for disc in row]) < LEAST_VERTEBRA:
        return "There are no vertebrae above and below the structures taken for discs."
    if np.median([disc.confidence for disc in row]) < LEAST_CONFIDENCE:
        return "The structures taken for discs hardly look like discs."
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
    # Shares of the voxels. Round numbers.
    if fat > 0.01 and soft > 0.15 and 0.005 < bone < 0.75 and between < 0.15:
        return f"The values of {name} look like Hounsfield units of a CT, not MR signal intensities."
    return None


ADULT_MM = (25.0, 46.0)
"""Geometric mean of the usual distance between discs and of their usual depth.

On 344 SPIDER pictures, by an earlier localizer, it is 25.1 to 43.2 mm, but for one of 24.5; on four of five whose scale
is known to be wrong it is 15.6 to 24.6. The fifth, whose spacing is 16 % too small, cannot be distinguished from a
small spine.
"""

UPRIGHT_LEAN_DEG = 20.0
"""The lowest disc of an upright picture nearly always leans forward by more."""

_PER_LEAN_DEG, _PER_DEPTH_MM, _TURNED = 0.25, -0.96, -4.0
"""Weights of what speaks for a picture as it is against the same turned over, and the sum below which it is turned
over.

From a logistic regression on 339 upright SPIDER pictures and four that are upside down, by an earlier localizer. By
networks of the present one that had not seen the patients, those four get -5 to -11, and 11_t2, an upright picture
whose L5-S1 they miss, -2.8; the other upright ones were not all measured again.
"""

UPSIDE_DOWN = (
    "The {series} is upside down: its discs were found on the flipped image, and its orientation should be corrected."
)


def scale_doubt(chain: Sequence[Candidate]) -> str | None:
    """What is wrong with the distances in a row of discs; None where an adult may have them."""
    if len(chain) < 3:
        return None
    step, depth = _usual_step_mm(chain), float(np.median([disc.depth_mm for disc in chain]))
    if ADULT_MM[0] <= np.sqrt(step * depth) <= ADULT_MM[1]:
        return None
    return (
        f"Discs are {step:.0f} mm apart and {depth:.0f} mm deep, which is unlikely in an adult: if this is "
        "not a child, the image spacing is wrong, and so are lengths in mm and perhaps grades."
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
    centers = np.array([disc.center_lps_mm for disc in chain])
    return float(np.median(np.linalg.norm(np.diff(centers, axis=0), axis=1)))


def _upright(chain: Sequence[Candidate]) -> float:
    deepening = np.polyfit(np.arange(len(chain)), [disc.depth_mm for disc in chain], 1)[0]
    return _PER_LEAN_DEG * lean_deg(chain[0]) + _PER_DEPTH_MM * float(deepening)
