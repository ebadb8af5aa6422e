"""Disc material behind the disc space: herniations, and discs that stand out in one recess."""

from dataclasses import dataclass

import numpy as np

from discgrader.phantom.fields import smooth_max, smooth_min
from discgrader.phantom.lesions import Herniation


@dataclass(frozen=True)
class Lobe:
    """An ellipsoid of disc material in the disc's own coordinates (left, back, up), mm.

    Parameters
    ----------
    center_mm, half_mm : tuple of float
        Its middle and its half axes.
    """

    center_mm: tuple[float, float, float]
    half_mm: tuple[float, float, float]

    def distance(self, local: np.ndarray) -> np.ndarray:
        """Distance from its surface, near enough to the true one close by, shape (n,)."""
        half = np.asarray(self.half_mm, np.float32)
        scaled = (local - np.asarray(self.center_mm, np.float32)) / half
        reach = np.sqrt(np.einsum("ij,ij->i", scaled, scaled))
        steep = np.sqrt(np.einsum("ij,ij->i", scaled / half, scaled / half))
        return reach * (reach - 1) / np.maximum(steep, np.float32(1e-3))

    def front_y(self, x: float) -> float:
        """How far back it reaches at this x, mm; minus infinity where it does not."""
        share = 1 - ((x - self.center_mm[0]) / self.half_mm[0]) ** 2
        return self.center_mm[1] + self.half_mm[1] * share**0.5 if share > 0 else -np.inf


@dataclass(frozen=True)
class DisplacedDisc:
    """All disc material that stands out behind one disc.

    Parameters
    ----------
    herniation : tuple of Lobe
        The herniation at the disc, then what has migrated from it.
    fragment : Lobe or None
        A fragment that lies apart.
    recesses : tuple of Lobe
        Where the disc stands out in a lateral recess.
    wall_y_mm : float
        Back of the vertebral bodies: nothing migrates in front of it.
    half_height_mm : float
        Half the height of the disc space.
    """

    herniation: tuple[Lobe, ...]
    fragment: Lobe | None
    recesses: tuple[Lobe, ...]
    wall_y_mm: float
    half_height_mm: float

    @property
    def present(self) -> bool:
        """Whether there is any."""
        return bool(self.herniation or self.recesses)

    def herniated_distance(self, local: np.ndarray) -> np.ndarray:
        """Distance from the herniation, its fragment included, shape (n,)."""
        distance = np.full(len(local), 99.0, np.float32)
        for lobe in self.herniation:
            distance = smooth_min(distance, lobe.distance(local), 1.0)
        if self.fragment is not None:
            distance = np.minimum(distance, self.fragment.distance(local))
        # Beside the disc space the vertebrae stand in the way.
        beside = np.clip(np.abs(local[:, 2]) - self.half_height_mm, -2.0, 2.0)
        return smooth_max(distance, np.minimum(self.wall_y_mm - local[:, 1], beside), 0.6).astype(np.float32)

    def recess_distance(self, local: np.ndarray) -> np.ndarray:
        """Distance from where the disc stands out in a recess, shape (n,)."""
        distance = np.full(len(local), 99.0, np.float32)
        for lobe in self.recesses:
            distance = np.minimum(distance, lobe.distance(local))
        return distance

    def distance(self, local: np.ndarray) -> np.ndarray:
        """Distance from all of it, shape (n,)."""
        if not self.present:
            return np.full(len(local), 99.0, np.float32)
        return np.minimum(self.herniated_distance(local), self.recess_distance(local))

    def front_y(self, x: float) -> float:
        """How far back anything reaches at mid-height at this x, mm; minus infinity where nothing does."""
        return max((lobe.front_y(x) for lobe in self.herniation[:1] + self.recesses), default=-np.inf)


def herniate(
    herniation: Herniation, center_x: float, margin_y: float, reach_mm: float, wall_y: float, half_height_mm: float
) -> DisplacedDisc:
    """The herniation of these parameters.

    Parameters
    ----------
    herniation : Herniation
        What it is like.
    center_x, margin_y : float
        Where it leaves the disc, mm in the disc's own coordinates.
    reach_mm : float
        How far it reaches behind the margin.
    wall_y : float
        Back of the vertebral bodies.
    half_height_mm : float
        Half the height of the disc space.
    """
    half = half_height_mm + (1.0 if herniation.size == 1 else 3.0)
    width = herniation.half_width_mm
    lobes = [Lobe((center_x, margin_y, 0.0), (width, reach_mm, half))]
    toward = -1.0 if herniation.migration_mm < 0 else 1.0
    moved = abs(herniation.migration_mm)
    if moved:
        middle = toward * (half_height_mm + moved / 2)
        lobes.append(
            Lobe((center_x * 1.05, wall_y + 0.42 * reach_mm, middle), (0.7 * width, 0.55 * reach_mm, moved / 2 + 2.0))
        )
    fragment = None
    if herniation.sequestered:
        far = half_height_mm + max(moved + 2.0, half - half_height_mm) + 7.5
        fragment = Lobe((center_x * 1.05, wall_y + 2.6, toward * far), (0.6 * width, 2.6, 4.5))
    return DisplacedDisc(tuple(lobes), fragment, (), wall_y, half_height_mm)
