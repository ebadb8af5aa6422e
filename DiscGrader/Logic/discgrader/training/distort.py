"""How pictures of one contrast differ between scanners, coils, protocols and exports."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from discgrader.imaging.flat_picture import SHAPE


@dataclass(frozen=True)
class Distortion:
    """How far pictures are changed; lengths in pixels of 1.5 mm, angles in degrees.

    A ``harsh`` one changes noise, sharpness and shading, too, and adds artifacts. ``front_up`` says that the body's
    front is up, as in axial pictures, rather than to the left: shading and saturation bands follow it.
    """

    log_scale: float = 0.18
    log_aspect: float = 0.08
    rotation: float = 14.0
    shift: float = 12.0
    far: float = 40.0
    mirrored: float = 0.15
    turned: float = 0.04
    cropped: float = 0.45
    harsh: bool = True
    front_up: bool = False


def distorted(
    picture: np.ndarray, known: np.ndarray, ratio: float, rng: np.random.Generator, how: Distortion = Distortion()
) -> tuple[np.ndarray, np.ndarray]:
    """A picture as another scanner might have stored it.

    Parameters
    ----------
    picture : ndarray
        Any scale.
    known : ndarray
        Which pixels the slice reaches.
    ratio : float
        How many times as large as the picture's pixels are those that networks see.

    Returns
    -------
    (ndarray, ndarray)
        Picture and known pixels on the grid that networks see, float32 and bool.
    """
    placement = Placement.draw(picture.shape, ratio, rng, how)
    return with_scanner(placement.of(picture), placement.reached(known), rng, how)


def with_scanner(
    placed: np.ndarray, reached: np.ndarray, rng: np.random.Generator, how: Distortion
) -> tuple[np.ndarray, np.ndarray]:
    """A picture that lies where it should, with the noise, sharpness and shading of another scanner."""
    if not reached.any():
        reached[:] = True
    low, high = np.percentile(placed[reached], (0.5, 99.5))
    scaled = np.clip((placed - low) / max(high - low, 1e-9), 0, 1.3)
    for change in (_blurred, _shaded, _ghosted, _banded, _noisy, _windowed) if how.harsh else (_windowed,):
        scaled = change(scaled.T, rng).T if how.front_up else change(scaled, rng)
    return (scaled * reached).astype(np.float32), reached


@dataclass(frozen=True, eq=False)
class Placement:
    """Where a picture's pixels come to lie on the grid that networks see."""

    matrix: np.ndarray
    offset: np.ndarray
    window: np.ndarray | None

    @classmethod
    def draw(cls, shape: tuple[int, ...], ratio: float, rng: np.random.Generator, how: Distortion) -> "Placement":
        """One for a picture of this shape, larger or smaller, turned, moved and cut off as ``how`` allows."""
        scale = np.exp(
            rng.uniform(-how.log_scale, how.log_scale) + np.array([1, -1]) * rng.uniform(-1, 1) * how.log_aspect
        )
        angle = np.deg2rad(rng.normal(0, how.rotation / 2))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        flip = np.diag([-1.0 if rng.random() < how.turned else 1.0, -1.0 if rng.random() < how.mirrored else 1.0])
        matrix = turn @ flip @ np.diag(ratio / scale)
        reach = how.far if rng.random() < 0.15 else how.shift
        middle = (np.array(shape) - 1) / 2 + rng.uniform(-reach, reach, 2) * [1, 0.6]
        offset = middle - matrix @ ((np.array(SHAPE) - 1) / 2)
        return cls(matrix, offset, _window(rng) if rng.random() < how.cropped else None)

    def of(self, picture: np.ndarray) -> np.ndarray:
        """The picture where it comes to lie, float32."""
        return ndimage.affine_transform(picture.astype(np.float32), self.matrix, self.offset, SHAPE, order=1)

    def reached(self, known: np.ndarray) -> np.ndarray:
        """Which pixels show a known one of the picture."""
        inside = self.of(known) > 0.5
        return inside if self.window is None else inside & self.window


def _window(rng: np.random.Generator) -> np.ndarray:
    """A smaller field of view, often narrow from front to back."""
    window = np.zeros(SHAPE, bool)
    height, width = int(SHAPE[0] * rng.uniform(0.55, 1)), int(SHAPE[1] * rng.uniform(0.3, 1))
    top = (SHAPE[0] - height) // 2 + int(rng.uniform(-8, 8))
    left = (SHAPE[1] - width) // 2 + int(rng.uniform(-8, 8))
    window[max(top, 0) : top + height, max(left, 0) : left + width] = True
    return window


def _blurred(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.5:
        return picture
    return ndimage.gaussian_filter(picture, np.abs(rng.normal(0, 0.6, 2)))


# How often and how strongly each of the following is done was set by eye.
def _shaded(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sensitivity that falls off from one side, as a surface coil's does, and varies smoothly besides."""
    if rng.random() < 0.25:
        return picture
    rows, columns = np.mgrid[-1 : 1 : picture.shape[0] * 1j, -1 : 1 : picture.shape[1] * 1j]
    strength = abs(rng.normal(0, 0.8))
    field = strength * (columns * rng.uniform(-0.3, 1) + rows * rng.normal(0, 0.3))
    for size, part in ((0.35, rows**2), (0.3, columns**2), (0.3, rows * columns)):
        field = field + rng.normal(0, size) * part
    if rng.random() < 0.3:
        field = field + rng.uniform(0, 0.25) * np.cos(rows * rng.uniform(8, 16) + rng.uniform(0, 6))
    return picture * np.exp(field)


def _ghosted(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.8:
        return picture
    axis, distance = int(rng.integers(2)), int(rng.integers(3, 30))
    strength = rng.uniform(0.03, 0.15)
    return picture + strength * (np.roll(picture, distance, axis) + np.roll(picture, -distance, axis))


def _banded(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A saturation band in front of the spine, or across the picture."""
    drawn = rng.random()
    if drawn < 0.65:
        return picture
    rows, columns = np.mgrid[-1 : 1 : picture.shape[0] * 1j, -1 : 1 : picture.shape[1] * 1j]
    if drawn < 0.92:
        place = columns + rng.normal(0, 0.2) * rows - rng.uniform(-0.75, -0.1)
        band = 1 / (1 + np.exp(-place / 0.04))
    else:
        place = np.abs(rows - rng.uniform(-1, 1) + rng.normal(0, 0.2) * columns) - rng.uniform(0.05, 0.2)
        band = 1 / (1 + np.exp(-place / 0.03))
    left = rng.uniform(0, 0.3)
    return picture * (left + (1 - left) * band)


def _noisy(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    level = 0.18 * np.percentile(picture, 95) * rng.random() ** 3
    one, other = level * rng.standard_normal((2, *picture.shape))
    return np.hypot(picture + one, other)


def _windowed(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As shown or exported: a window that cuts off both ends, another gamma, few levels of gray."""
    if rng.random() < 0.5:
        low = np.percentile(picture, rng.uniform(0, 12)) if rng.random() < 0.3 else 0.0
        high = np.percentile(picture, rng.uniform(88, 100))
        picture = np.clip(picture, low, max(high, low + 1e-6)) - low
    if rng.random() < 0.5:
        picture = np.maximum(picture, 0) ** np.exp(rng.normal(0, 0.22))
    levels = rng.choice([40, 255])
    top = max(float(picture.max()), 1e-9)
    return np.rint(picture / top * levels) / levels if rng.random() < 0.6 else picture
