"""What a disc of the digital spine may have: a herniation, and nodes in its endplates."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Herniation:
    """Disc material that has left the disc space.

    Parameters
    ----------
    size : int
        MSU size 1–3.
    zone : str
        MSU zone A, AB, B or C.
    side : int
        1 left, -1 right; the side of a herniation in zone A tells where a little more of it lies.
    place : float
        Its distance from the midline as a share of the half distance between the facet joints.
    reach : float
        How far it reaches, as a share of the way from the non-herniated disc to the intra-facet line.
    half_width_mm : float
        Half of its width at the disc.
    migration_mm : float
        How far it has moved up (positive) or down beyond the edge of the disc space.
    sequestered : bool
        Whether a fragment lies apart from the disc.
    calcified : bool
        Whether it is calcified.
    """

    size: int
    zone: str
    side: int
    place: float
    reach: float
    half_width_mm: float
    migration_mm: float
    sequestered: bool
    calcified: bool


@dataclass(frozen=True)
class EndplateNode:
    """A place where the disc has broken into an endplate (Schmorl's node).

    Parameters
    ----------
    x_mm, y_mm : float
        Where, in the body's own coordinates.
    depth_mm, half_mm : float
        How deep, and half of its length front to back.
    """

    x_mm: float
    y_mm: float
    depth_mm: float
    half_mm: float
