"""Distances, soft edges and textures: the small mathematics that the anatomy is written in.

Distances are in mm, negative inside a shape.
"""

from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
from scipy import ndimage

Vector = np.ndarray | Sequence[float]

LATTICE_BITS = 7
"""128 cells along each side of the noise's lattice, which repeats after 25 features."""

LATTICE_SIZE = 1 << LATTICE_BITS
CELLS_PER_FEATURE = 5.0
"""Cells of the lattice for one feature of a texture. Set by eye."""

COARSE_MM = 6.5
"""Textures with larger features are sampled coarsely and interpolated, which is faster. Set by eye."""


def stream(seed: int, name: str) -> np.random.Generator:
    """A random stream that belongs to one organ alone, so that drawing for one never shifts another."""
    return np.random.default_rng([seed, crc32(name.encode())])


def between_0_and_1(value: np.ndarray) -> np.ndarray:
    """Values with what lies beyond 0 and 1 moved to these."""
    # For arrays as small as most are here, np.clip takes several times as long.
    return np.minimum(np.maximum(value, 0), 1)


def inside(distance: np.ndarray, edge_mm: float) -> np.ndarray:
    """Share of a pixel of size ``edge_mm`` that lies inside a shape at this distance from its surface, 0 to 1."""
    return between_0_and_1(0.5 - distance * np.float32(1.0 / edge_mm))


def ramp(value: np.ndarray, start: float, end: float) -> np.ndarray:
    """0 at ``start``, 1 at ``end``, smooth between (cubic)."""
    t = between_0_and_1((value - np.float32(start)) * np.float32(1.0 / (end - start)))
    return t * t * (3 - 2 * t)


def smooth_max(a: np.ndarray, b: np.ndarray, radius_mm: float) -> np.ndarray:
    """Intersection of two shapes whose common corner is rounded."""
    h = between_0_and_1(0.5 + (a - b) * np.float32(0.5 / radius_mm))
    return b + (a - b) * h + np.float32(radius_mm) * h * (1 - h)


def smooth_min(a: np.ndarray, b: np.ndarray, radius_mm: float) -> np.ndarray:
    """Union of two shapes whose common edge is filled."""
    return -smooth_max(-a, -b, radius_mm)


def capsule(points: np.ndarray, start: Vector, end: Vector, radius_mm: float) -> np.ndarray:
    """Distance from a rod with round ends; points of shape (n, 3)."""
    origin = np.asarray(start, np.float32)
    axis = np.asarray(end, np.float32) - origin
    offset = points - origin
    along = between_0_and_1(offset @ axis / (axis @ axis))
    offset -= along[:, None] * axis
    return np.sqrt(np.einsum("ij,ij->i", offset, offset)) - np.float32(radius_mm)


def rounded_box(points: np.ndarray, center: Vector, axes: np.ndarray, half_mm: Vector, radius_mm: float) -> np.ndarray:
    """Distance from a box with rounded edges; ``axes`` are the unit vectors of its sides as columns."""
    local = np.abs((points - np.asarray(center, np.float32)) @ np.asarray(axes, np.float32))
    local -= np.asarray(half_mm, np.float32) - np.float32(radius_mm)
    largest = np.maximum(np.maximum(local[:, 0], local[:, 1]), local[:, 2])
    outside = np.maximum(local, 0)
    return np.sqrt(np.einsum("ij,ij->i", outside, outside)) + np.minimum(largest, 0) - np.float32(radius_mm)


class Texture:
    """Smooth random texture of mean 0 and deviation 1, defined everywhere.

    One periodic lattice of filtered noise serves all organs; each reads it with its own offset and feature size. Each
    node holds its value and its slope along the axes, so that one look-up interpolates.
    """

    def __init__(self, seed: int) -> None:
        white = stream(seed, "texture").standard_normal((LATTICE_SIZE,) * 3, dtype=np.float32)
        smooth = ndimage.gaussian_filter(white, CELLS_PER_FEATURE / 2, mode="wrap", truncate=3.0)
        smooth /= smooth.std()
        self._flat = smooth.ravel()
        slopes = [(np.roll(smooth, -1, axis) - np.roll(smooth, 1, axis)) / 2 for axis in range(3)]
        self._nodes = np.stack([smooth, *slopes], axis=-1).reshape(-1, 4)
        self._seed = seed
        self._offsets: dict[str, np.ndarray] = {}

    @staticmethod
    @lru_cache(maxsize=1)
    def of(seed: int) -> "Texture":
        """The texture of this seed; that of the last one asked for is kept, since it takes longer than the anatomy."""
        return Texture(seed)

    def __call__(self, name: str, points: np.ndarray, feature_mm: tuple[float, float, float]) -> np.ndarray:
        """Texture ``name`` at points of shape (n, 3) with features of this size along each axis, shape (n,)."""
        if name not in self._offsets:
            self._offsets[name] = stream(self._seed, f"texture {name}").uniform(0, LATTICE_SIZE, 3) + 32 * LATTICE_SIZE
        offset = self._offsets[name].astype(np.float32)
        # Cells as large as pixels would show; finer ones need no interpolation.
        coarse = max(feature_mm) > COARSE_MM
        index, within = np.zeros(len(points), np.int32), []
        for axis in range(3):
            place = points[:, axis] * np.float32(CELLS_PER_FEATURE / feature_mm[axis]) + offset[axis]
            cell = place.astype(np.int32)
            index = (index << LATTICE_BITS) | (cell & (LATTICE_SIZE - 1))
            if coarse:
                within.append(place - cell.astype(np.float32) - np.float32(0.5))
        if not coarse:
            return self._flat.take(index)
        nodes = self._nodes.take(index, axis=0)
        return nodes[:, 0] + nodes[:, 1] * within[0] + nodes[:, 2] * within[1] + nodes[:, 3] * within[2]
