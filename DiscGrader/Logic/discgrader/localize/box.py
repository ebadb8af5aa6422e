"""The oriented ROI box around a disc: a value, and how it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np

from discgrader.checked import checked, plain
from discgrader.errors import UsageError
from discgrader.imaging.volume import Volume, lps_to_ras
from discgrader.localize import margin

if TYPE_CHECKING:
    from discgrader.localize.candidates import Candidate

USUAL_CANAL_MM = 20.0
"""From the disc's back to behind the spinal canal, where the canal is not seen."""

EDGE_MM = 3.0
"""How far a box that was found reaches in front of the disc and behind the canal."""

SAME_BOX_MM = 1e-3
"""Boxes whose corners lie no farther apart are the same box, written and read by somebody else."""

_RIGHT_ANGLE = 1e-3
"""How far the product of two axes may be from 0, or from 1 with itself: a file has some digits only."""


@dataclass(frozen=True, eq=False)
class RoiBox:
    """An oriented box around a disc. Boxes of equal numbers are equal, and nobody can change the numbers.

    Parameters
    ----------
    center_lps_mm : ndarray, shape (3,)
        Its middle.
    axes_lps : ndarray, shape (3, 3)
        Unit vectors of the box as columns: across (towards the left), along (towards the back), up (towards the head).
    size_mm : ndarray, shape (3,)
        Full length along each of these axes.

    Raises
    ------
    UsageError
        When this is no box: a number that is missing or not finite, a negative size, or axes that are not at right
        angles.
    """

    center_lps_mm: np.ndarray
    axes_lps: np.ndarray
    size_mm: np.ndarray
    _numbers: tuple[float, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, shape in (("center_lps_mm", (3,)), ("axes_lps", (3, 3)), ("size_mm", (3,))):
            # Adding zero turns -0.0, which axes have where they were turned over, into 0.0.
            values = np.array(getattr(self, name), dtype=float, order="C") + 0.0
            if values.shape != shape or not np.isfinite(values).all():
                raise UsageError("An ROI box needs a center, three axes and a size; draw it again.")
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        if self.size_mm.min() < 0:
            raise UsageError("The size of an ROI box is negative; draw it again.")
        if np.abs(self.axes_lps.T @ self.axes_lps - np.eye(3)).max() > _RIGHT_ANGLE:
            raise UsageError("The axes of an ROI box are not at right angles; draw it again.")
        numbers = (*self.center_lps_mm.tolist(), *self.axes_lps.ravel().tolist(), *self.size_mm.tolist())
        object.__setattr__(self, "_numbers", numbers)

    def __eq__(self, other: object) -> bool:
        return self._numbers == other._numbers if isinstance(other, RoiBox) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._numbers)

    def __reduce__(self) -> tuple[object, ...]:
        # Rebuilt where it is unpickled, so that its numbers cannot be changed there either.
        return RoiBox, (self.center_lps_mm, self.axes_lps, self.size_mm)

    def is_same(self, other: "RoiBox") -> bool:
        """Whether two boxes are the same but for rounding: their corners lie within `SAME_BOX_MM`."""
        return self == other or bool(np.abs(self.corners_lps() - other.corners_lps()).max() <= SAME_BOX_MM)

    def to_local(self, points_lps: np.ndarray) -> np.ndarray:
        """Millimetres from the center along the box's own axes, shape (..., 3)."""
        return (np.asarray(points_lps, float) - self.center_lps_mm) @ self.axes_lps

    def contains(self, points_lps: np.ndarray) -> np.ndarray:
        """Whether LPS points, shape (..., 3), lie inside; bool, shape (...)."""
        return np.all(np.abs(self.to_local(points_lps)) <= self.size_mm / 2 + 1e-9, axis=-1)

    def corners_lps(self) -> np.ndarray:
        """The eight corners in LPS mm, shape (8, 3)."""
        signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1], indexing="ij")).reshape(3, -1).T
        return self.center_lps_mm + (signs * self.size_mm / 2) @ self.axes_lps.T

    @classmethod
    def drawn(cls, center_lps_mm: np.ndarray, axes_lps: np.ndarray, size_mm: np.ndarray) -> "RoiBox":
        """A box as it is drawn in Slicer: its axes are brought into the order across, along, up, whichever way it was.

        Raises
        ------
        UsageError
            When it has no extent, or is no box.
        """
        axes, size = np.asarray(axes_lps, float), np.asarray(size_mm, float)
        # Of all orders, the one whose axes point most to the left, to the back and to the head, or the other way.
        order = list(max(permutations(range(3)), key=lambda axis: np.abs(np.diag(axes[:, axis])).sum()))
        axes = axes[:, order]
        turned = axes * np.where(np.diag(axes) < 0, -1.0, 1.0)
        return cls(center_lps_mm, turned, size[order]).require_extent()

    def require_extent(self) -> "RoiBox":
        """The same box.

        Raises
        ------
        UsageError
            When it is as flat as a sheet.
        """
        if self.size_mm.min() <= 0:
            raise UsageError("An ROI box needs a size above zero; draw it again.")
        return self

    @classmethod
    def around(
        cls,
        center_lps_mm: np.ndarray,
        axes_lps: np.ndarray,
        width_mm: float,
        depth_mm: float,
        disc_height_mm: float,
        margin_mm: float,
    ) -> "RoiBox":
        """The box that keeps a margin above and below a disc of this height between its endplates.

        Raises
        ------
        UsageError
            When the margin is outside `discgrader.localize.margin.MARGIN_RANGE_MM`.
        """
        size = np.array([width_mm, depth_mm, margin.box_height_mm(disc_height_mm, margin_mm)])
        return cls(center_lps_mm, axes_lps, size)

    def disc_height_mm(self, margin_mm: float, least_mm: float = margin.LEAST_DISC_HEIGHT_MM) -> float:
        """How high the disc in this box is, which keeps this margin around it, and never less than ``least_mm``."""
        return margin.disc_height_mm(float(self.size_mm[2]), margin_mm, least_mm)

    def with_margin(self, margin_mm: float, before_mm: float) -> "RoiBox":
        """The box with another margin around the same disc, which it kept ``before_mm`` from.

        Raises
        ------
        UsageError
            When the margin is outside `discgrader.localize.margin.MARGIN_RANGE_MM`.
        """
        width, depth, height = self.size_mm
        size = np.array([width, depth, margin.moved_height_mm(height, margin_mm, before_mm)])
        return RoiBox(self.center_lps_mm, self.axes_lps, size)

    # How a box is written: in grades.json, in readings, in a scene's texts and in messages to a worker.

    def to_json(self, digits: int | None = None) -> dict[str, object]:
        """``center_ras_mm``, ``axes_ras`` (unit vectors across, along, up) and ``size_mm``, the full length along each.

        Parameters
        ----------
        digits : int, optional
            To which digit after the point millimetres are rounded, and unit vectors to twice as many. By default none
            is lost, and `from_json` gives an equal box.
        """
        return {
            "center_ras_mm": plain(lps_to_ras(self.center_lps_mm), digits),
            "axes_ras": plain(lps_to_ras(self.axes_lps.T), None if digits is None else 2 * digits),
            "size_mm": plain(self.size_mm, digits),
        }

    @classmethod
    def from_json(cls, described: object, what: str = "an ROI box", *, may_be_flat: bool = False) -> "RoiBox":
        """The opposite of `to_json`.

        Parameters
        ----------
        described : object
        what : str
            How an error calls it.
        may_be_flat : bool
            Whether it may be without extent.

        Raises
        ------
        UsageError
            When it is no box.
        """
        if may_be_flat:
            return checked(described, _AnyBoxInJson, what, UsageError).value()
        return checked(described, cls, what, UsageError)

    @staticmethod
    def json_form() -> "type[_BoxInJson]":
        """What `to_json` writes, for `discgrader.checked`."""
        return _BoxInJson


_Three = tuple[float, float, float]


@dataclass(frozen=True)
class _AnyBoxInJson:
    center_ras_mm: _Three
    axes_ras: tuple[_Three, _Three, _Three]
    size_mm: _Three

    def value(self) -> RoiBox:
        axes = lps_to_ras(np.array(self.axes_ras)).T
        return RoiBox(lps_to_ras(np.array(self.center_ras_mm)), axes, np.array(self.size_mm))


@dataclass(frozen=True)
class _BoxInJson(_AnyBoxInJson):
    def value(self) -> RoiBox:
        return super().value().require_extent()


def roi_box(candidate: "Candidate", margin_mm: float = margin.DEFAULT_MARGIN_MM) -> RoiBox:
    """The box around a disc that was found: in its own plane, with this margin, back to behind the canal.

    Raises
    ------
    UsageError
        The margin is outside `discgrader.localize.margin.MARGIN_RANGE_MM`.
    """
    front = -candidate.depth_mm / 2 - EDGE_MM
    canal = candidate.canal_back_mm
    back = (candidate.depth_mm / 2 + USUAL_CANAL_MM if canal is None else max(canal, candidate.depth_mm / 2)) + EDGE_MM
    center = candidate.center_lps_mm + candidate.axes_lps[:, 1] * (front + back) / 2
    axes, height = candidate.axes_lps, candidate.full_height_mm
    return RoiBox.around(center, axes, candidate.width_mm, back - front, height, margin_mm)


MOVED_MM, TURNED_DEG, RESIZED = 3.0, 10.0, 0.2
"""What is moved, turned or resized (along or across, as a share) by more shows another picture; less is a hand's
tremor. How high a box reaches above and below its disc, its margin, shows the same disc."""


def is_elsewhere(before: RoiBox, now: RoiBox) -> bool:
    """Whether a box was moved, turned or resized so much that what was said of it has to be looked at again."""
    if float(np.linalg.norm(now.center_lps_mm - before.center_lps_mm)) > MOVED_MM:
        return True
    cosine = np.clip((np.trace(before.axes_lps.T @ now.axes_lps) - 1) / 2, -1.0, 1.0)
    resized = np.abs(now.size_mm[:2] / np.maximum(before.size_mm[:2], 1e-6) - 1)
    return bool(np.degrees(np.arccos(cosine)) > TURNED_DEG or np.any(resized > RESIZED))


ONE_DISC_MM = 10.0
"""Boxes whose middles are nearer lie on one disc: the middles of neighboring discs are about three times as far
apart."""


def box_doubts(boxes: Mapping[str, RoiBox], pictures: Sequence[Volume]) -> tuple[str, ...]:
    """A sentence for each box that shows nothing, and for each two that lie on one disc.

    Parameters
    ----------
    boxes : mapping of level to RoiBox
    pictures : sequence of Volume
        Those that the boxes are read on; where there is none, no box is doubted for lying outside.
    """
    outside = [
        f"The box of {level} lies outside the image; move it back onto its disc, or delete it."
        for level, box in boxes.items()
        if pictures and is_outside(box, pictures)
    ]
    return (*outside, *_on_one_disc(boxes))


def is_outside(box: RoiBox, pictures: Sequence[Volume]) -> bool:
    """Whether no part of a box lies in any of the pictures."""
    return all(_apart(box, picture) for picture in pictures)


def _apart(box: RoiBox, picture: Volume) -> bool:
    """Whether one of the faces of either parts the two."""
    size = np.array(picture.size)
    corners = picture.lps_to_index(box.corners_lps())
    ends = np.stack(np.meshgrid(*np.stack([np.full(3, -0.5), size - 0.5], axis=1), indexing="ij"), axis=-1).reshape(
        -1, 3
    )
    across = box.to_local(picture.index_to_lps(ends))
    beside_picture = (corners.max(axis=0) < -0.5) | (corners.min(axis=0) > size - 0.5)
    beside_box = (across.max(axis=0) < -box.size_mm / 2) | (across.min(axis=0) > box.size_mm / 2)
    return bool(beside_picture.any() or beside_box.any())


def _on_one_disc(boxes: Mapping[str, RoiBox]) -> list[str]:
    found = []
    for (level, box), (other, its) in combinations(boxes.items(), 2):
        away = float(np.linalg.norm(box.center_lps_mm - its.center_lps_mm))
        if away < ONE_DISC_MM:
            found.append(
                f"The boxes of {level} and {other} lie on the same disc, {away:.0f} mm apart; move or delete "
                "one of them."
            )
    return found
