"""The spinal canal beside one disc: its wall, the thecal sac in it, and the two roots that pass.

Everything here is in the disc's own plane: x to the left, y to the back from the disc's middle, mm.
"""

from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from discgrader.errors import UsageError
from discgrader.phantom.disc import NORMAL_FLAVUM_MM
from discgrader.phantom.displaced import DisplacedDisc, Lobe, herniate
from discgrader.phantom.fields import ramp, smooth_max
from discgrader.phantom.sac import SacCourse
from discgrader.phantom.skeleton import DiscShape

JOINT_HALF_MM = (12.2, 11.0, 10.2, 9.6, 9.2, 9.0, 9.0, 9.0, 9.0)
"""Half the distance between the medial margins of the facet joints, from L5-S1 upwards; it grows downwards, after
Panjabi et al., Spine 1993;18:1298-1310."""

JOINT_BEHIND = 0.35
SAC_WIDTH = 1.25
FAT_BEHIND_MM = 3.0
WALL_SLOPE = 1.0
ROOT_MM = 1.6
ROOT_BEHIND_DISC_MM = 4.4
CONTACT_MM = 0.4
DEVIATION_MM = 1.0
FLATTENED = 0.75
SHARE_OF_GRADE = {0: 0.86, 1: 0.62, 2: 0.42, 3: 0.25}
LEAST_SHARE = (0.76, 0.52, 0.33)
"""Area of the sac as a share of what it has in health: aimed at for each of Lee's grades, and the least of 0, 1, 2."""
LEAST_BACK_SHARE = 0.9
"""Below it the roots can no longer stay behind: they spread forward, which obliterates the space in front."""
LEAST_SAC_MM2 = 8.0
"""What the roots of the cauda equina need at the very least."""
FAT_SHARE = {1: 0.455, 2: 0.62, 3: 0.79}
"""Share of the canal's depth that fat takes at each of Borré's grades."""
GRID_MM, GRID_STEPS = 0.35, 42
"""Of the grid that areas are counted on, which holds the widest sac."""


@dataclass(frozen=True)
class PassingRoot:
    """A root in the lateral recess at the disc.

    Parameters
    ----------
    x, y : float
        Its middle.
    half_width_mm, half_depth_mm : float
        Of its section.
    wall_y : float or None
        Front of the thickened wall that presses on it; None where the wall is as elsewhere.
    """

    x: float
    y: float
    half_width_mm: float
    half_depth_mm: float
    wall_y: float | None


@dataclass(frozen=True)
class Squeeze:
    """How the sac at a disc differs from a healthy one.

    Parameters
    ----------
    front_mm, back_mm : float
        How far its front and its back have moved.
    side : float
        Share of its width that is lost.
    wall_mm : float
        How far the wall behind it has moved forward, thick ligaments not counted.
    flavum_mm : float
        Thickness of the ligamenta flava.
    taper : float
        How far it narrows towards the back, squeezed or not: the share by which it is narrower there, and wider in
        front, than in its middle.
    """

    front_mm: float
    back_mm: float
    side: float
    wall_mm: float
    flavum_mm: float
    taper: float


class Level:
    """Canal, joints and roots beside one disc.

    Parameters
    ----------
    disc : DiscShape
        The disc.
    sac : SacCourse
        Course of the thecal sac.

    Attributes
    ----------
    center_y, radius_mm : float
        Middle and half depth of a healthy sac here.
    joint_x, joint_y : float
        Medial margin of the left facet joint; the intra-facet line runs at this y.
    displaced : DisplacedDisc
        Disc material behind the disc space.
    squeeze : Squeeze
        What has become of the sac.
    stenosis : int
        Lee's grade of the canal that this makes.
    roots : tuple of PassingRoot
        Right and left.
    root_grades : tuple of int
        Grade of their compromise.

    Raises
    ------
    UsageError
        If what was asked of the disc cannot be together.
    """

    def __init__(self, disc: DiscShape, sac: SacCourse) -> None:
        self.disc, self.parameters = disc, disc.parameters
        self.s, behind = sac.place_of[disc.name]
        self.center_y = -behind
        self.radius_mm = float(sac.radius(self.s))
        self.joint_x = (
            JOINT_HALF_MM[self.parameters.index_from_sacrum - 1]
            * disc.half_width_mm
            / ((23.5, 23.0, 22.0, 21.0, 20.0)[min(self.parameters.index_from_sacrum, 5) - 1])
        )
        self.joint_y = self.center_y + JOINT_BEHIND * self.radius_mm
        self.displaced = self._displace()
        self._place_roots()
        self._squeeze_sac()

    def moved(self, disc: DiscShape) -> "Level":
        """The same level around its disc in another place."""
        other = copy(self)
        other.disc = disc
        return other

    def margin_y(self, x: float, bulge: bool = True) -> float:
        """Posterior margin of the disc without its herniation."""
        return self.disc.back_y(x) + (self.parameters.bulge_mm if bulge else 0.0)

    def _displace(self) -> DisplacedDisc:
        found, half = self.parameters.herniation, self.parameters.height_mm / 2
        wall = self.disc.half_depth_mm - 1.4
        if found is None:
            return DisplacedDisc((), None, (), wall, half)
        x = found.side * found.place * self.joint_x
        margin = self.margin_y(x)
        return herniate(found, x, margin, found.reach * (self.joint_y - margin), wall, half)

    # --- wall -------------------------------------------------------------------------------------------------

    def wall_back(self, x: np.ndarray) -> np.ndarray:
        """How far behind the sac's middle the bone begins, by |x|."""
        soft = np.sqrt(x * x + np.float32(2.0)) - np.float32(2.0**0.5)
        apex = self.radius_mm + FAT_BEHIND_MM + NORMAL_FLAVUM_MM * 2**0.5
        return np.float32(apex) - np.float32(WALL_SLOPE) * soft

    @staticmethod
    def flavum_depth(x: np.ndarray, flavum_mm: float) -> np.ndarray:
        """Front to back through the ligamenta flava of this thickness, by |x|; towards the joints thick ones thin."""
        thick = NORMAL_FLAVUM_MM + (flavum_mm - NORMAL_FLAVUM_MM) * (1 - 0.5 * ramp(x, 6.0, 10.0))
        return thick * np.float32(2**0.5)

    def wall_front(self, x: np.ndarray, squeeze: Squeeze) -> np.ndarray:
        """How far behind the sac's middle the ligamenta flava begin, by |x|."""
        return self.wall_back(x) - self.flavum_depth(x, squeeze.flavum_mm) - np.float32(squeeze.wall_mm)

    # --- roots ------------------------------------------------------------------------------------------------

    def rest_y(self) -> float:
        """Where a healthy root lies."""
        return self.margin_y(0.0, bulge=False) + ROOT_BEHIND_DISC_MM

    def root_x(self) -> float:
        """How far from the midline a root lies."""
        return self.joint_x - 1.8

    def _healthy(self) -> Squeeze:
        return Squeeze(0.0, 0.0, 0.0, 0.0, self.parameters.flavum_mm, self.parameters.sac_taper)

    def _place_roots(self) -> None:
        placed, grades = [], []
        for side, name, requested in zip((-1, 1), ("right", "left"), self.parameters.roots):
            x, rest = side * self.root_x(), self.rest_y()
            margin = self.margin_y(x)
            front = max(margin, self._front_of(x))
            wall = self.center_y + float(self.wall_front(np.asarray(abs(x), np.float32), self._healthy()))
            pressed, grade = None, self._compromise(front, wall)
            if requested is not None:
                grade = requested
                wanted, pressed = self._press(requested, front, wall, name)
                if wanted > front + 0.05:
                    lobe = Lobe((x, margin - 0.5, 0.0), (4.2, wanted - margin + 0.5, self.displaced.half_height_mm + 1))
                    self.displaced = replace(self.displaced, recesses=self.displaced.recesses + (lobe,))
                    front = wanted
            wall = wall if pressed is None else pressed
            half = float(np.clip((wall - front) / 2, 0.5, ROOT_MM))
            y = max(min(rest, wall - half), front + half)
            placed.append(PassingRoot(x, y, ROOT_MM * min(ROOT_MM / half, 1.7), half, pressed))
            grades.append(grade)
        self.roots, self.root_grades = tuple(placed), tuple(grades)

    def _front_of(self, x: float) -> float:
        """How far back displaced material lets the front of a round root at x come to lie, mm."""
        offsets = np.linspace(-0.95, 0.95, 13) * ROOT_MM
        return max(
            self.displaced.front_y(float(x + offset)) + (ROOT_MM**2 - offset**2) ** 0.5 - ROOT_MM for offset in offsets
        )

    def _compromise(self, front: float, wall: float) -> int:
        """Grade of compromise of a root behind disc material that reaches to ``front``, before a wall."""
        touch = self.rest_y() - ROOT_MM
        grade = 0 if front < touch - CONTACT_MM - 0.05 else 1 if front < touch + DEVIATION_MM else 2
        return 3 if grade and wall - front < 2 * ROOT_MM * FLATTENED else grade

    def _press(self, grade: int, front: float, wall: float, side: str) -> tuple[float, float | None]:
        """How far disc material must reach, and the wall stand, for this grade of compromise."""
        touch = self.rest_y() - ROOT_MM
        natural = self._compromise(front, wall)
        if natural > grade:
            raise UsageError(
                f"{self.parameters.level}: disc material and ligaments already compromise the {side} root to "
                f"grade {natural}, so it cannot have {side}_nerve_root={grade}; reduce the other findings at "
                "this level."
            )
        if grade == 0:
            return front, None
        wanted = max(front, touch + (0.2, 1.7, 1.2)[grade - 1])
        if grade == 3:
            return wanted, wanted + 1.3
        return wanted, max(wall, wanted + 2 * ROOT_MM)

    # --- sac --------------------------------------------------------------------------------------------------

    def _squeeze_sac(self) -> None:
        axis = np.arange(-GRID_STEPS, GRID_STEPS + 1, dtype=np.float32) * np.float32(GRID_MM)
        self._grid = np.meshgrid(axis, axis)
        front = max(self.margin_y(0.0) + 0.5 - (self.center_y - self.radius_mm), 0.0)
        given = self.parameters
        whole = self._area(replace(self._healthy(), flavum_mm=NORMAL_FLAVUM_MM), displaced=False)
        least = self._squeezed(0.0, front)
        left = self._area(least)
        if left < LEAST_SAC_MM2:
            raise UsageError(
                f"{given.level}: its findings leave the roots only {left:.0f} mm² of the thecal sac; ask for "
                "a smaller herniation, less bulge, fat or ligament."
            )
        share = left / whole
        natural = next((grade for grade, limit in enumerate(LEAST_SHARE) if share >= limit), 3)
        if natural == 0 and self._back_share(least) < LEAST_BACK_SHARE:
            natural = 1
        asked = given.stenosis
        if asked is not None and asked < natural:
            raise UsageError(
                f"{given.level}: its findings already make central stenosis grade {natural}, so it cannot "
                f"have central_stenosis={asked}; reduce the other findings at this level."
            )
        self.stenosis = natural if asked is None else asked
        self.squeeze = least
        if self.stenosis > natural:
            low, high = 0.0, 1.0
            for _ in range(14):
                middle = (low + high) / 2
                enough = self._area(self._squeezed(middle, front)) / whole > SHARE_OF_GRADE[self.stenosis]
                low, high = (middle, high) if enough else (low, middle)
            self.squeeze = self._squeezed(high, front)

    def _squeezed(self, amount: float, front: float) -> Squeeze:
        """The squeeze of this amount, 0 to 1, on top of what bulge and fat do."""
        radius, fat, healthy = self.radius_mm, FAT_SHARE.get(self.parameters.lipomatosis), self._healthy()
        if fat is None:
            back = amount * (2 * radius - front) * 0.85
            wall = back + min(0.6 * back, FAT_BEHIND_MM - 0.4)
            return replace(healthy, front_mm=front, back_mm=back, side=0.32 * amount, wall_mm=wall)
        wall = amount * radius
        apex = self.center_y + float(self.wall_front(np.asarray(0.0, np.float32), replace(healthy, wall_mm=wall)))
        depth = apex - self.margin_y(0.0)
        back = max(2 * radius - front - (1 - fat) * depth, 0.0)
        back = min(back, 2 * radius - front - 2.0)
        return replace(healthy, front_mm=front, back_mm=back, side=0.05 + 0.3 * amount, wall_mm=wall)

    def _area(self, squeeze: Squeeze, displaced: bool = True) -> float:
        x, d = (axis.ravel() for axis in self._grid)
        return float(np.count_nonzero(self._dura(x, d, squeeze, displaced) < 0)) * GRID_MM**2

    def _back_share(self, squeeze: Squeeze) -> float:
        """Share of the sac's back half, where the roots lie, that displaced disc material leaves."""
        x, d = (axis.ravel() for axis in self._grid)
        behind = d > 0
        left, whole = (int(np.count_nonzero((self._dura(x, d, squeeze, flag) < 0) & behind)) for flag in (True, False))
        return left / max(whole, 1)

    def _dura(self, x: np.ndarray, d: np.ndarray, squeeze: Squeeze, displaced: bool) -> np.ndarray:
        distance = self.sac_distance(x, d, self.radius_mm, squeeze)
        if displaced and self.displaced.present:
            local = np.stack([x, d + np.float32(self.center_y), np.zeros_like(x)], axis=1)
            distance = smooth_max(distance, 0.6 - self.displaced.distance(local), 1.2)
        return distance

    def sac_distance(
        self,
        x: np.ndarray,
        d: np.ndarray,
        radius: np.ndarray | float,
        squeeze: Squeeze,
        weight: np.ndarray | float = 1.0,
    ) -> np.ndarray:
        """Distance from the dura in the section at this disc, displaced disc material left aside.

        Parameters
        ----------
        x, d : ndarray, shape (n,)
            Mm to the left of the midline and behind the sac's middle.
        radius : ndarray or float
            Half depth of the healthy sac at the points' height.
        squeeze : Squeeze
            How it is squeezed.
        weight : ndarray or float
            1 at the disc, 0 where the disc has no influence any more.
        """
        across, behind, shallow = self.sac_shares(x, d, radius, squeeze, weight)
        rho = np.power(np.power(np.abs(across), 2.3) + np.power(np.abs(behind), 2.3), np.float32(1 / 2.3))
        distance = (rho - 1) * shallow
        wall = d - self.wall_front(np.abs(x), squeeze) + np.float32(0.3)
        return smooth_max(distance, wall - 30 * (1 - weight), 1.0)

    @staticmethod
    def sac_shares(
        x: np.ndarray, d: np.ndarray, radius: np.ndarray | float, squeeze: Squeeze, weight: np.ndarray | float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places in the sac as shares of its half width and half depth, and that half depth in mm."""
        front, back = squeeze.front_mm * weight, squeeze.back_mm * weight
        shallow = np.maximum(radius - (front + back) / 2, 0.8)
        width = radius * (1.38 + (SAC_WIDTH - 1.38) * weight) * (1 - squeeze.side * weight)
        behind = (d - (front - back) / 2) / shallow
        return x / (width * narrowed(behind, squeeze.taper * weight)), behind, shallow

    def in_sac(self, across: float, behind: float) -> tuple[float, float]:
        """X and d in mm of the place in the sac at the disc that has these shares of its half width and half depth."""
        zero = np.zeros(1, np.float32)
        shallow = float(self.sac_shares(zero, zero, self.radius_mm, self.squeeze, 1.0)[2])
        middle = (self.squeeze.front_mm - self.squeeze.back_mm) / 2
        width = self.radius_mm * SAC_WIDTH * (1 - self.squeeze.side) * narrowed(behind, self.squeeze.taper)
        return across * float(width), middle + behind * shallow

    def open_sac(self) -> tuple[np.ndarray, np.ndarray]:
        """Places in the sac at the disc, x and d in mm, shape (n, 2), and how far each lies from the dura, shape
        (n,)."""
        x, d = (axis.ravel() for axis in self._grid)
        distance = self._dura(x, d, self.squeeze, True)
        inner = distance < 0
        return np.stack([x[inner], d[inner]], axis=1), -distance[inner]


def narrowed(behind: np.ndarray | float, taper: np.ndarray | float) -> np.ndarray:
    """Width of a sac at this share of its half depth behind its middle, as a share of its width there."""
    return 1 - taper * np.clip(behind, -1, 1)
