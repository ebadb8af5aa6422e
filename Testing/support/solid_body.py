"""A body whose signal is a function of place alone, pictured by series of any geometry: what left is, is known."""

from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np
from discgrader.imaging.identity import Identity
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.levels import LEVELS

Body = Callable[[np.ndarray], np.ndarray]
"""From LPS points, shape (..., 3), to signal, shape (...)."""

STEP_MM = 36.0


@cache
def lumpy(seed: int = 0, mirror: bool = False) -> Body:
    """A body of smooth lumps, the two sides not alike; with ``mirror`` its mirror image about x = 0."""
    rng = np.random.default_rng(seed)
    waves = rng.normal(0, 1, (40, 3)) / [14.0, 14.0, 45.0]
    phases = rng.uniform(0, 2 * np.pi, 40)
    sign = np.array([-1.0 if mirror else 1.0, 1.0, 1.0])

    def signal(points: np.ndarray) -> np.ndarray:
        return 100 + 10 * np.cos((points * sign) @ waves.T + phases).sum(-1)

    return signal


def tilted(tilt_deg: float) -> np.ndarray:
    """Axes (across, along, up) of a disc whose front is lower than its back by this angle."""
    angle = np.radians(tilt_deg)
    up = np.array([0.0, np.sin(angle), np.cos(angle)])
    return np.stack([[1.0, 0.0, 0.0], np.cross(up, [1.0, 0.0, 0.0]), up], axis=1)


def volume(
    body: Body, axes: np.ndarray, center: np.ndarray, size: tuple[int, int, int], spacing: tuple[float, float, float]
) -> Volume:
    """What a series with these axes of i, j and k shows of the body."""
    affine = np.eye(4)
    affine[:3, :3] = axes * np.array(spacing)
    affine[:3, 3] = center - affine[:3, :3] @ ((np.array(size) - 1) / 2)
    k, j, i = np.meshgrid(*(np.arange(count) for count in size[::-1]), indexing="ij")
    points = np.stack([i, j, k], -1) @ affine[:3, :3].T + affine[:3, 3]
    return Volume(body(points).astype(np.float32), affine)


def axial(
    body: Body,
    name: str = "ax_t2",
    center: tuple[float, float, float] = (0.0, 10.0, 70.0),
    tilt_deg: float = 0.0,
    slices: int = 46,
    contrast: Contrast = Contrast.T2,
    identity: Identity | None = None,
) -> Series:
    """An axial series of 4 mm slices; as wide as what lies around the spine."""
    picture = _picture(body, tilt_deg, tuple(center), slices)
    return Series(name, picture.with_array(picture.array.copy()), Plane.AXIAL, contrast, "made so", identity=identity)


def sagittal(body: Body, name: str = "sag_t2", identity: Identity | None = None) -> Series:
    """A sagittal T2 series of 4 mm slices."""
    picture = _picture(body)
    return Series(
        name, picture.with_array(picture.array.copy()), Plane.SAGITTAL, Contrast.T2, "made so", identity=identity
    )


@lru_cache(maxsize=16)
def _picture(body: Body, tilt_deg: float | None = None, center: tuple = (0.0, 10.0, 70.0), slices: int = 21) -> Volume:
    """Axial slices of this tilt, or sagittal ones where None: many waves at every voxel take their time."""
    if tilt_deg is None:
        axes = np.stack([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]], axis=1)
        return volume(body, axes, np.array(center), (100, 140, slices), (1.5, 1.5, 4.0))
    return volume(body, tilted(tilt_deg), np.array(center), (80, 80, slices), (1.5, 1.5, 4.0))


def discs(tilts_deg: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0), height_mm: float = 10.0) -> Localization:
    """Discs one above the other from the origin upwards, tilted so."""
    found = []
    for number, tilt in enumerate(tilts_deg):
        box = RoiBox(np.array([0.0, 10.0, number * STEP_MM]), tilted(tilt), np.array([50.0, 60.0, height_mm + 20.0]))
        found.append(Disc(number + 1, LEVELS[number], box.center_lps_mm, height_mm, 36.0, 50.0, box))
    return Localization("sag_t2", Volume(np.zeros((1, 1, 1), np.uint16), np.eye(4)), tuple(found))


def stored_otherwise(picture: Volume, order: tuple[int, int, int], flips: tuple[bool, bool, bool]) -> Volume:
    """The same picture with its axes i, j and k in another order (as positions) and some of them turned round."""
    array = picture.array.transpose([2 - one for one in order[::-1]])
    affine = picture.affine_lps[:, [*order, 3]].copy()
    for axis, flip in enumerate(flips):
        if flip:
            array = np.flip(array, 2 - axis)
            affine[:3, 3] += affine[:3, axis] * (array.shape[2 - axis] - 1)
            affine[:3, axis] *= -1
    return Volume(np.ascontiguousarray(array), affine)
