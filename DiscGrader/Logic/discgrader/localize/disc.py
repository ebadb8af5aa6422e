"""What is known of a disc once it is found: its name, place, measures and ROI box."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations

import numpy as np

from discgrader.imaging.volume import Volume
from discgrader.localize.levels import LADDER, LEVELS, SACRAL_LEVEL, level_name

__all__ = [
    "DEFAULT_MARGIN_MM",
    "LADDER",
    "LEVELS",
    "MARGIN_RANGE_MM",
    "SACRAL_LEVEL",
    "Disc",
    "Localization",
    "RoiBox",
    "level_name",
]

MARGIN_RANGE_MM = (8.0, 12.0)
DEFAULT_MARGIN_MM = 10.0


@dataclass(frozen=True, eq=False)
class RoiBox:
    """An oriented box around a disc.

    Parameters
    ----------
    center_lps_mm : ndarray, shape (3,)
        Its middle.
    axes_lps : ndarray, shape (3, 3)
        Unit vectors of the box as columns: across (towards the left), along (towards the back), up (towards the head).
    size_mm : ndarray, shape (3,)
        Full length along each of these axes.
    """

    center_lps_mm: np.ndarray
    axes_lps: np.ndarray
    size_mm: np.ndarray

    def to_local(self, points_lps: np.ndarray) -> np.ndarray:
        """Millimetres from the centre along the box's own axes, shape (..., 3)."""
        return (np.asarray(points_lps, float) - self.center_lps_mm) @ self.axes_lps

    def contains(self, points_lps: np.ndarray) -> np.ndarray:
        """Whether LPS points, shape (..., 3), lie inside; bool, shape (...)."""
        return np.all(np.abs(self.to_local(points_lps)) <= self.size_mm / 2 + 1e-9, axis=-1)

    def corners_lps(self) -> np.ndarray:
        """The eight corners in LPS mm, shape (8, 3)."""
        signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1], indexing="ij")).reshape(3, -1).T
        return self.center_lps_mm + (signs * self.size_mm / 2) @ self.axes_lps.T

    def in_order(self) -> "RoiBox":
        """The same box with its axes in the order across, along, up, whichever way it was drawn."""
        # Of all orders, the one whose axes point most to the left, to the back and to the head, or the other way.
        order = list(max(permutations(range(3)), key=lambda one: np.abs(np.diag(self.axes_lps[:, one])).sum()))
        axes = self.axes_lps[:, order]
        return RoiBox(self.center_lps_mm, axes * np.where(np.diag(axes) < 0, -1.0, 1.0), self.size_mm[order])


@dataclass(frozen=True, eq=False)
class Disc:
    """A found and named disc.

    Parameters
    ----------
    index_from_sacrum : int
        1 = lowest.
    level : str
        Its name, such as ``L4-L5``.
    center_lps_mm : ndarray, shape (3,)
        Its middle.
    height_mm, depth_mm, width_mm : float
        Mean height between the endplates, extent from front to back, and from side to side. The width of a disc that
        is seen on a single slice is that slice's thickness.
    roi : RoiBox
        The box that its grades belong to; the box's third axis is the normal of the disc's plane.
    warnings : tuple of str
        Why its name or place is not certain; empty when they are.
    """

    index_from_sacrum: int
    level: str
    center_lps_mm: np.ndarray
    height_mm: float
    depth_mm: float
    width_mm: float
    roi: RoiBox
    warnings: tuple[str, ...] = ()

    def renumbered(self, index_from_sacrum: int) -> "Disc":
        """The same disc under another index, with the name that it has in ordinary anatomy and no doubts about it."""
        return replace(self, index_from_sacrum=index_from_sacrum, level=level_name(index_from_sacrum), warnings=())

    def renamed(self, level: str, warnings: tuple[str, ...] | None = None) -> "Disc":
        """The same disc under another name."""
        return replace(self, level=level, warnings=self.warnings if warnings is None else warnings)


@dataclass(frozen=True, eq=False)
class Localization:
    """The discs of a study and the segmentation that they were found in.

    Parameters
    ----------
    series_name : str
        The series that the discs were found on.
    segmentation : Volume
        In that series' geometry, uint16: 1 vertebra, 100 canal, 200 + index from the sacrum.
    discs : tuple of Disc
        From the sacrum upwards.
    warnings : tuple of str
        What is uncertain about the count and the names as a whole.
    shifts_lps_mm : mapping of str to ndarray, shape (3,)
        For each series that shows the same discs: how far they lie from where the reference series has them, as when
        the patient moved. A series that is missing here is not in register, and must not be graded by these boxes.
    others : tuple of Disc
        Further discs that were found, which the spine is measured by and which are not graded.
    name_doubts : tuple of str
        Those of the warnings, of the study and of its discs, that are settled once somebody says what the lowest disc
        is: one sentence, or none.
    name_probability : float or None
        That the names are right, as far as the lowest disc decides it; 1 where somebody said what it is, None where
        nothing was there to tell.
    name_alternatives : mapping of str to float
        What else the lowest disc may be called, and how probably, the likeliest first.
    misfits : tuple of str
        Why this is hardly a lumbar spine on MR, so that nothing is graded unless somebody says to grade it anyway.
    grade_anyway : bool
        Whether somebody said so.
    """

    series_name: str
    segmentation: Volume
    discs: tuple[Disc, ...]
    warnings: tuple[str, ...] = ()
    shifts_lps_mm: Mapping[str, np.ndarray] = field(default_factory=dict)
    others: tuple[Disc, ...] = ()
    name_doubts: tuple[str, ...] = ()
    name_probability: float | None = None
    name_alternatives: Mapping[str, float] = field(default_factory=dict)
    misfits: tuple[str, ...] = ()
    grade_anyway: bool = False

    @property
    def withheld(self) -> str:
        """Why nothing is graded, as one sentence; empty where it may be."""
        return "" if self.grade_anyway else " ".join(self.misfits)
