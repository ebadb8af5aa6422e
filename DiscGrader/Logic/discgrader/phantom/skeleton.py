"""Where every bone and disc lies in the spine, from its parameters."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from discgrader.phantom.disc import DiscParameters
from discgrader.phantom.lesions import EndplateNode
from discgrader.phantom.patient import LUMBARIZED
from discgrader.phantom.sac import SacCourse
from discgrader.phantom.spine import SpineParameters

SACRUM_HEIGHT_MM = (29.0, 24.0, 20.0, 17.0, 14.0)
SACRUM_DEPTH_MM = (31.0, 22.0, 17.0, 13.0, 10.0, 7.0)
SACRUM_TURN_DEG = (0.0, 7.0, 13.0, 17.0, 19.0)
SQUARED, LUMBARIZED_GAP_MM = 0.9, 2.6
"""Depth of a lumbarized S1 below as a share of that above, and its part of the room for the disc below it."""
OVAL = 2.3
"""Exponent of the outlines' ovals in front; behind, where each spine is more or less square, it is its own."""
HOLLOW_WIDTH = 1.8
BODY_HOLLOW_MM = 1.6
DISC_HOLLOW_MM = (-0.5, 0.2, 0.9, 1.4, 1.6)
"""How far the backs of discs are drawn in on average, from L5-S1 upwards: kidneys above, flat at L4-L5, round at
L5-S1."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A place and an orientation.

    Parameters
    ----------
    center_lps_mm : ndarray, shape (3,)
        Its origin.
    axes_lps : ndarray, shape (3, 3)
        Unit vectors as columns: across (left), along (back), up (head).
    """

    center_lps_mm: np.ndarray
    axes_lps: np.ndarray

    @classmethod
    def sagittal(cls, y: float, z: float, lean_deg: float) -> "Frame":
        """A frame in the sagittal plane whose upward axis leans forward by this angle."""
        c, s = np.cos(np.radians(lean_deg)), np.sin(np.radians(lean_deg))
        return cls(np.array([0.0, y, z]), np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]]))

    def to_local(self, points: np.ndarray) -> np.ndarray:
        """Local coordinates (across, along, up) in mm of LPS points, float32, shape (n, 3)."""
        return (points - self.center_lps_mm.astype(np.float32)) @ self.axes_lps.astype(np.float32)

    def to_lps(self, local: tuple | np.ndarray) -> np.ndarray:
        """LPS mm of local coordinates, shape (..., 3)."""
        return self.center_lps_mm + np.asarray(local, float) @ self.axes_lps.T


@dataclass(frozen=True, eq=False)
class BodyShape:
    """A vertebral body (or a piece of the sacrum) in its place.

    Parameters
    ----------
    name : str
        Such as ``L5`` or ``S1``.
    frame : Frame
        At the middle of the body.
    half_height_mm, half_depth_mm, half_width_mm : float
        At the endplates, before the neighbouring discs' share is added.
    depth_slope, waist, wedge_tan : float
        Growth of the half depth with height, the waist at mid-height, and half the tangent of the wedge angle.
    grow_up_mm, grow_down_mm : float
        How much taller the body is above and below because the disc there is lower than the vertebrae stand apart.
    back_power : float
        Exponent of its outline's oval behind; the higher, the flatter its back.
    concavity_mm : tuple of float
        Depth of the upper and lower endplate.
    nodes : tuple of EndplateNode or None
        Defects of the upper and lower endplate.
    """

    name: str
    frame: Frame
    half_height_mm: float
    half_depth_mm: float
    half_width_mm: float
    depth_slope: float
    waist: float
    wedge_tan: float
    grow_up_mm: float
    grow_down_mm: float
    back_power: float
    concavity_mm: tuple[float, float]
    nodes: tuple["EndplateNode | None", "EndplateNode | None"] = (None, None)

    def radius(self, local: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far out points lie: share of the outline (1 on it), and distance in mm from it, each of shape (n,)."""
        x, u, v = local[:, 0], local[:, 1], local[:, 2]
        waist = 1 - np.minimum(np.square(v * np.float32(1 / self.half_height_mm)), 1)
        size = 1 + self.depth_slope * v
        front = size * (self.half_depth_mm * (1 - self.waist * waist))
        back = size * (self.half_depth_mm * (1 - 0.45 * self.waist * waist))
        side = size * (self.half_width_mm * (1 - 0.5 * self.waist * waist))
        rho = outline_share(np.abs(x) / side, u, front, back, BODY_HOLLOW_MM, self.back_power)
        return rho, outline_distance(x, u, rho, self.half_depth_mm)

    def top(self, local: np.ndarray, rho: np.ndarray) -> np.ndarray:
        """Height of the upper endplate over the body's middle, mm."""
        bowl = self.concavity_mm[0] * np.maximum(1 - rho * rho, 0)
        return (
            np.float32(self.half_height_mm + self.grow_up_mm)
            - np.float32(self.wedge_tan) * local[:, 1]
            - bowl
            - _node_depth(self.nodes[0], local)
        )

    def bottom(self, local: np.ndarray, rho: np.ndarray) -> np.ndarray:
        """Height of the lower endplate over the body's middle, mm (negative)."""
        # The lower endplate is deepest behind its middle.
        lift = np.maximum(1 - rho * rho, 0) * (1 + 0.45 * np.clip(local[:, 1] / self.half_depth_mm, -1, 1))
        base = -np.float32(self.half_height_mm + self.grow_down_mm) + np.float32(self.wedge_tan) * local[:, 1]
        return base + self.concavity_mm[1] * lift + _node_depth(self.nodes[1], local)


def _node_depth(node: EndplateNode | None, local: np.ndarray) -> np.ndarray | float:
    if node is None:
        return 0.0
    place = np.square((local[:, 0] - node.x_mm) / 8.0) + np.square((local[:, 1] - node.y_mm) / node.half_mm)
    return np.float32(node.depth_mm) * np.exp(-np.square(place)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class DiscShape:
    """A disc in its place, between the body above and the body below.

    Parameters
    ----------
    drawn : DiscParameters or None
        None for the remnants inside the sacrum.
    frame : Frame
        At its middle; its third axis is the normal of the disc's plane.
    above, below : BodyShape
        The bodies whose endplates bound it.
    half_depth_mm, half_width_mm : float
        Of its outline, bulge not counted.
    """

    drawn: DiscParameters | None
    frame: Frame
    above: BodyShape
    below: BodyShape
    half_depth_mm: float
    half_width_mm: float

    @property
    def parameters(self) -> DiscParameters:
        """What was drawn of a disc that is no remnant.

        Raises
        ------
        ValueError
            It is one.
        """
        if self.drawn is None:
            raise ValueError(f"{self.name} is a remnant, of which nothing is drawn")
        return self.drawn

    @property
    def name(self) -> str:
        """Such as ``L4-L5``, or ``S1-S2`` for a remnant."""
        return f"{self.above.name}-{self.below.name}"

    @property
    def hollow_mm(self) -> float:
        """How far the middle of its back is drawn in."""
        if self.drawn is None:
            return 0.0
        usual = DISC_HOLLOW_MM[min(self.drawn.index_from_sacrum, len(DISC_HOLLOW_MM)) - 1]
        return usual + self.drawn.hollow_shift_mm

    @property
    def back_power(self) -> float:
        """Exponent of its outline's oval behind, which is that of the body above."""
        return self.above.back_power

    def radius(self, local: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far out points lie: share of the outline (1 on it), and distance in mm from it, each of shape (n,)."""
        x, y = local[:, 0], local[:, 1]
        across = np.abs(x) * np.float32(1 / self.half_width_mm)
        rho = outline_share(across, y, self.half_depth_mm, self.half_depth_mm, self.hollow_mm, self.back_power)
        return rho, outline_distance(x, y, rho, self.half_depth_mm)

    def back_y(self, x: float) -> float:
        """Where the outline's back runs at this x, mm."""
        across = min(abs(x) / self.half_width_mm, 0.999)
        back = self.half_depth_mm - self.hollow_mm * max(1 - (HOLLOW_WIDTH * across) ** 2, 0)
        return back * (1 - across**self.back_power) ** (1 / self.back_power)


class Skeleton:
    """Bones, discs and the course of the thecal sac of one spine.

    Attributes
    ----------
    bodies : tuple of BodyShape
        S5 to S1, then L5 upwards.
    vertebrae, sacrum : tuple of BodyShape
        The same, apart; each from below upwards.
    discs, remnants : tuple of DiscShape
        Discs from L5-S1 upwards; remnants from S4-S5 to S1-S2.
    """

    def __init__(self, parameters: SpineParameters) -> None:
        self.parameters = parameters
        self.sacrum = self._place_sacrum()
        self.vertebrae = self._place_vertebrae()
        self.bodies = self.sacrum + self.vertebrae
        chain = (self.sacrum[-1], *self.vertebrae)
        self.discs = tuple(
            _between(below, above, disc) for below, above, disc in zip(chain, chain[1:], parameters.discs)
        )
        self.remnants = tuple(_between(below, above, None) for below, above in zip(self.sacrum, self.sacrum[1:]))

    def _place_vertebrae(self) -> tuple[BodyShape, ...]:
        discs, placed = self.parameters.discs, []
        lean, point = self.parameters.body.sacral_slope_deg, np.zeros(2)
        for i, (vertebra, disc) in enumerate(zip(self.parameters.vertebrae, discs)):
            point = point + disc.spacing_mm * _up(lean - disc.wedge_deg / 2)
            point = point + disc.slip_mm * _forward(lean - disc.wedge_deg / 2)
            lean -= disc.wedge_deg
            middle = lean - vertebra.wedge_deg / 2
            # The body's own axis is turned by half the wedge, so its lower rim stays where the disc ended.
            center = point + vertebra.height_mm / 2 * _up(middle)
            point = point + vertebra.height_mm * _up(middle)
            lean -= vertebra.wedge_deg
            above = discs[i + 1] if i + 1 < len(discs) else disc
            placed.append(
                BodyShape(
                    name=vertebra.name,
                    frame=Frame.sagittal(center[0], center[1], middle),
                    half_height_mm=vertebra.height_mm / 2,
                    half_depth_mm=vertebra.depth_mm / 2,
                    half_width_mm=vertebra.width_mm / 2,
                    depth_slope=0.0,
                    waist=vertebra.waist,
                    wedge_tan=float(np.tan(np.radians(vertebra.wedge_deg / 2))),
                    grow_up_mm=(above.spacing_mm - above.height_mm) / 2,
                    grow_down_mm=(disc.spacing_mm - disc.height_mm) / 2,
                    back_power=vertebra.back_power,
                    concavity_mm=vertebra.concavity_mm,
                    nodes=(above.node(0) if i + 1 < len(discs) else None, disc.node(1)),
                )
            )
        return tuple(placed)

    def _place_sacrum(self) -> tuple[BodyShape, ...]:
        scale = self.parameters.vertebrae[0].depth_mm / 34.5
        disc = self.parameters.discs[0]
        lean, point, placed = self.parameters.body.sacral_slope_deg, np.zeros(2), []
        lumbarized = self.parameters.patient.transitional == LUMBARIZED
        for i, turn in enumerate(SACRUM_TURN_DEG):
            height = SACRUM_HEIGHT_MM[i] * scale
            upper, lower = SACRUM_DEPTH_MM[i] * scale / 2, SACRUM_DEPTH_MM[i + 1] * scale / 2
            if lumbarized and i == 0:
                lower = SQUARED * upper
            lean -= turn
            axis = _up(lean)
            center = point - height / 2 * axis
            point = point - height * axis
            mean = (upper + lower) / 2
            top = LUMBARIZED_GAP_MM if lumbarized else 0.6
            placed.append(
                BodyShape(
                    name=f"S{i + 1}",
                    frame=Frame.sagittal(center[0], center[1], lean),
                    half_height_mm=height / 2 - (1.2 if i else top),
                    half_depth_mm=mean,
                    half_width_mm=(24.0, 18.0, 14.0, 11.0, 8.0)[i] * scale,
                    depth_slope=(upper - lower) / height / mean,
                    waist=0.05,
                    wedge_tan=0.0,
                    grow_up_mm=(disc.spacing_mm - disc.height_mm) / 2 + top if i == 0 else 0.0,
                    grow_down_mm=0.0,
                    back_power=self.parameters.vertebrae[0].back_power if i == 0 else OVAL,
                    concavity_mm=(0.8, 0.6) if i == 0 else (0.3, 0.3),
                    nodes=(disc.node(0) if i == 0 else None, None),
                )
            )
        return tuple(reversed(placed))

    def moved(self, place: Callable[[Frame], Frame]) -> "Skeleton":
        """The same bones and discs with their frames moved; the course of the sac is left as it is."""
        other = copy(self)
        other.sac = self.sac
        other.bodies = tuple(replace(body, frame=place(body.frame)) for body in self.bodies)
        other.sacrum, other.vertebrae = other.bodies[: len(self.sacrum)], other.bodies[len(self.sacrum) :]
        known = {body.name: body for body in other.bodies}
        other.discs, other.remnants = (
            tuple(
                replace(disc, frame=place(disc.frame), above=known[disc.above.name], below=known[disc.below.name])
                for disc in discs
            )
            for discs in (self.discs, self.remnants)
        )
        return other

    @cached_property
    def sac(self) -> SacCourse:
        """The course of the thecal sac."""
        shapes = self.bodies + self.discs + self.remnants
        return SacCourse(self._sac_stations(), {shape.name: shape.frame.center_lps_mm for shape in shapes})

    def _sac_stations(self) -> list[tuple[np.ndarray, float]]:
        """Points of the sac's course and its radius there, mm: behind the sacrum, L5-S1 and each vertebra."""
        radius = self.parameters.body.sac_radius_mm
        stations: list[tuple[np.ndarray, float]] = []
        for shape in self.sacrum:
            share = {"S1": 0.72, "S2": 0.4}.get(shape.name, 0.3)
            gap = {"S1": 4.5, "S2": 2.5}.get(shape.name, 1.5)
            stations.append((shape.frame.to_lps((0, shape.half_depth_mm + gap + share * radius, 0)), share * radius))
        first = self.discs[0]
        stations.append((first.frame.to_lps((0, first.half_depth_mm + 3.2 + 0.85 * radius, 0)), 0.85 * radius))
        for i, shape in enumerate(self.vertebrae):
            own = radius * (0.92 if i == 0 else 1.0 + 0.03 * min(i, 4))
            gap = 2.4 if i == 0 else 1.2
            stations.append((shape.frame.to_lps((0, shape.half_depth_mm - 0.8 + gap + own, 0)), own))
        return stations


def outline_share(
    across: np.ndarray,
    u: np.ndarray,
    front: np.ndarray | float,
    back: np.ndarray | float,
    hollow_mm: float,
    back_power: float,
) -> np.ndarray:
    """How far out points lie in the outline of a body or disc, 1 on it, shape (n,).

    The outline is an oval whose back is drawn in towards the middle, as a kidney's is.

    Parameters
    ----------
    across : ndarray, shape (n,)
        Distance from the midline as a share of the half width.
    u : ndarray, shape (n,)
        Mm behind the middle.
    front, back : ndarray of shape (n,) or float
        Where it ends in front and behind, mm.
    hollow_mm : float
        How far its back is drawn in at the midline.
    back_power : float
        Exponent of the oval behind.
    """
    back = back - np.float32(hollow_mm) * np.maximum(1 - np.square(across * HOLLOW_WIDTH), 0)
    behind = u > 0
    power = np.where(behind, np.float32(back_power), np.float32(OVAL))
    along = np.where(behind, u / back, -u / front)
    return np.power(np.power(across, power) + np.power(along, power), 1 / power)


def outline_distance(x: np.ndarray, u: np.ndarray, rho: np.ndarray, half_depth_mm: float) -> np.ndarray:
    """Distance in mm from an outline that points (x, u) reach to the share ``rho``, negative inside, shape (n,)."""
    reach = np.maximum(np.sqrt(x * x + u * u), np.float32(0.05 * half_depth_mm))
    return reach * (1 - 1 / np.maximum(rho, np.float32(0.05)))


def _up(lean_deg: float) -> np.ndarray:
    return np.array([-np.sin(np.radians(lean_deg)), np.cos(np.radians(lean_deg))])


def _forward(lean_deg: float) -> np.ndarray:
    return np.array([-np.cos(np.radians(lean_deg)), -np.sin(np.radians(lean_deg))])


def _between(below: BodyShape, above: BodyShape, parameters: DiscParameters | None) -> DiscShape:
    lower = below.frame.to_lps((0, 0, below.half_height_mm + below.grow_up_mm))
    upper = above.frame.to_lps((0, 0, -above.half_height_mm - above.grow_down_mm))
    center = (lower + upper) / 2
    up = below.frame.axes_lps[:, 2] + above.frame.axes_lps[:, 2]
    lean = float(np.degrees(np.arctan2(-up[1], up[2])))
    return DiscShape(
        parameters,
        Frame.sagittal(center[1], center[2], lean),
        above,
        below,
        min(above.half_depth_mm, below.half_depth_mm * (1 + below.depth_slope * below.half_height_mm)) + 0.3,
        min(above.half_width_mm, below.half_width_mm) + 0.3,
    )
