"""Pictures for the report: a slice through the discs, a disc's crop, saliency laid over it."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from discgrader.imaging.resample import grid, sample
from discgrader.imaging.study import Plane, Series
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox

SLICE_PIXEL_MM = 0.4
CROP_PIXEL_MM = 0.2
AXIAL_FIELD_MM = 72.0
SURROUNDINGS_MM = 24.0
"""What a slice picture shows around the boxes."""

HEAT = ("#2d0b59", "#a3285e", "#f3761b", "#fcf9a0")
"""Colors of saliency from low to high, told apart by lightness alone."""

_OUTLINE_PIXELS = 3
_PNG_LEVEL = 3
"""Half the time of PNG's usual level for a file that is hardly larger."""

_HEAT_FROM, _HEAT_FULL, _HEAT_OPACITY = 0.12, 0.55, 0.72


@dataclass(frozen=True, eq=False)
class Picture:
    """A flat picture and where it lies in the patient.

    Parameters
    ----------
    pixels : ndarray, uint8, shape (rows, columns) or (rows, columns, 3)
    center_lps_mm : ndarray, shape (3,)
        The picture's middle.
    right, down : ndarray, shape (3,)
        Unit vectors in LPS of the picture's rows and columns.
    pixel_mm : float
        Side of a pixel.
    """

    pixels: np.ndarray
    center_lps_mm: np.ndarray
    right: np.ndarray
    down: np.ndarray
    pixel_mm: float

    @property
    def width_mm(self) -> float:
        """From the left edge to the right one."""
        return self.pixels.shape[1] * self.pixel_mm

    @property
    def height_mm(self) -> float:
        """From the top edge to the bottom one."""
        return self.pixels.shape[0] * self.pixel_mm

    def project(self, points_lps: np.ndarray) -> np.ndarray:
        """Where LPS points, shape (..., 3), appear: mm from the left and the top edge, shape (..., 2)."""
        local = (np.asarray(points_lps, float) - self.center_lps_mm) @ np.stack([self.right, self.down], axis=1)
        return local + np.array([self.width_mm, self.height_mm]) / 2

    def data_uri(self) -> str:
        """The picture as a PNG inside of a ``data:`` address."""
        buffer = io.BytesIO()
        Image.fromarray(self.pixels).save(buffer, "PNG", compress_level=_PNG_LEVEL)
        return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")

    @property
    def points(self) -> np.ndarray:
        """LPS mm of every pixel's centre, shape (rows, columns, 3)."""
        axes = np.stack([self.down, self.right], axis=1)
        return grid(self.center_lps_mm, axes, self.pixels.shape[:2], self.pixel_mm)


def slice_picture(series: Series, boxes: Sequence[RoiBox], pixel_mm: float = SLICE_PIXEL_MM) -> Picture:
    """The slice of a series that passes closest to the middle of the boxes, cut to what lies around them."""
    volume = series.volume
    through = _through_axis(volume, series.plane)
    right, down = _across_and_down(volume, series.plane, through)
    middle = np.mean([box.center_lps_mm for box in boxes], axis=0) if boxes else _middle(volume)
    center = _onto_slice(volume, middle, through)
    frame = Picture(np.zeros((0, 0), np.uint8), center, right, down, pixel_mm)
    reach = frame.project(np.concatenate([_rectangle(box) for box in boxes])) if boxes else None
    low, high = _bounds(frame.project(_corners(volume)), reach)
    center = center + right * (low[0] + high[0]) / 2 + down * (low[1] + high[1]) / 2
    columns, rows = np.maximum(np.round((high - low) / pixel_mm).astype(int), 1)
    return _render(volume, Picture(np.zeros((rows, columns), np.uint8), center, right, down, pixel_mm))


def crop_picture(series: Series, box: RoiBox, at_lps: np.ndarray | None = None) -> Picture:
    """What lies in a box, cut along its own axes, head up and back to the right, on the slice closest to its middle, or
    to a point beside that."""
    center, across = box.center_lps_mm, box.axes_lps[:, 0]
    if at_lps is not None:
        center = center + across * ((at_lps - center) @ across)
    center = _onto_slice(series.volume, center, _through_axis(series.volume, series.plane))
    columns, rows = np.maximum(np.round(box.size_mm[1:] / CROP_PIXEL_MM).astype(int), 1)
    right, down = box.axes_lps[:, 1], -box.axes_lps[:, 2]
    return _render(series.volume, Picture(np.zeros((rows, columns), np.uint8), center, right, down, CROP_PIXEL_MM))


def axial_picture(series: Series, box: RoiBox, at_lps: np.ndarray) -> Picture:
    """The axial slice through a point around a box, front on top, the patient's right on the left."""
    through = _through_axis(series.volume, series.plane)
    normal = series.volume.directions[:, through]
    center = box.center_lps_mm + normal * ((_onto_slice(series.volume, at_lps, through) - box.center_lps_mm) @ normal)
    right = box.axes_lps[:, 0] - normal * (box.axes_lps[:, 0] @ normal)
    right /= np.linalg.norm(right)
    down = np.cross(normal, right) * (1 if np.cross(normal, right) @ box.axes_lps[:, 1] > 0 else -1)
    side = round(AXIAL_FIELD_MM / CROP_PIXEL_MM)
    return _render(series.volume, Picture(np.zeros((side, side), np.uint8), center, right, down, CROP_PIXEL_MM))


def with_outline(picture: Picture, box: RoiBox, color: tuple[float, float, float]) -> Picture:
    """The picture with the rectangle that a box covers on it drawn in a color (0 to 1)."""
    reach = picture.project(box.corners_lps()) / picture.pixel_mm
    rows, columns = picture.pixels.shape[:2]
    first, last = np.round(reach.min(axis=0)).astype(int), np.round(reach.max(axis=0)).astype(int)
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    inside, core = (
        (x >= first[0] + w) & (x <= last[0] - w) & (y >= first[1] + w) & (y <= last[1] - w)
        for w in (0, _OUTLINE_PIXELS)
    )
    pixels = picture.pixels if picture.pixels.ndim == 3 else picture.pixels[..., None].repeat(3, axis=2)
    pixels = np.where((inside & ~core)[..., None], np.round(np.array(color) * 255), pixels).astype(np.uint8)
    return Picture(pixels, picture.center_lps_mm, picture.right, picture.down, picture.pixel_mm)


def with_saliency(picture: Picture, saliency: Volume) -> Picture:
    """The picture with a saliency map (0 to 1) laid over it, the clearer the higher."""
    heat = np.clip(sample(saliency, picture.points), 0, 1)
    gray = picture.pixels[..., None].repeat(3, axis=2).astype(float)
    opacity = np.clip((heat - _HEAT_FROM) / (_HEAT_FULL - _HEAT_FROM), 0, 1)[..., None] * _HEAT_OPACITY
    blended = gray * (1 - opacity) + _heat_colors(heat) * opacity
    pixels = np.round(blended).astype(np.uint8)
    return Picture(pixels, picture.center_lps_mm, picture.right, picture.down, picture.pixel_mm)


def box_outline(picture: Picture, box: RoiBox) -> np.ndarray:
    """The box's rectangle along and up, projected onto the picture: mm from its left and top edge, shape (4, 2).

    In the order upper front, upper back, lower back, lower front.
    """
    return picture.project(_rectangle(box))


def _rectangle(box: RoiBox) -> np.ndarray:
    along, up = box.axes_lps[:, 1] * box.size_mm[1] / 2, box.axes_lps[:, 2] * box.size_mm[2] / 2
    return box.center_lps_mm + np.array([up - along, up + along, along - up, -up - along])


def _bounds(whole: np.ndarray, wanted: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Low and high corner, each (2,), of what is wanted and its surroundings, inside of the whole."""
    low, high = whole.min(axis=0), whole.max(axis=0)
    if wanted is None:
        return low, high
    return np.maximum(low, wanted.min(axis=0) - SURROUNDINGS_MM), np.minimum(high, wanted.max(axis=0) + SURROUNDINGS_MM)


def _render(volume: Volume, frame: Picture) -> Picture:
    """The frame filled from the volume, its gray levels spread from the darkest to nearly the brightest."""
    # Counted from what stands for no signal, which is also what lies outside of the picture.
    values = np.nan_to_num(sample(volume, frame.points, order=3, cval=np.nan) - np.float32(volume.no_signal))
    # One pixel in nine tells how gray levels are spread, and sorting all takes longer than reading them.
    seen = values[::3, ::3]
    seen = seen[seen != 0] if np.any(seen) else seen
    low, high = np.percentile(seen, [1.0, 99.5])
    pixels = np.clip((values - min(low, high)) / max(high - low, 1e-6), 0, 1) * 255
    return Picture(pixels.astype(np.uint8), frame.center_lps_mm, frame.right, frame.down, frame.pixel_mm)


def _through_axis(volume: Volume, plane: Plane) -> int:
    """Which of i, j and k runs through the slices."""
    patient_axis = {Plane.SAGITTAL: 0, Plane.CORONAL: 1, Plane.AXIAL: 2}[plane]
    return int(np.argmax(np.abs(volume.directions[patient_axis])))


def _across_and_down(volume: Volume, plane: Plane, through: int) -> tuple[np.ndarray, np.ndarray]:
    """The slice's own axes as a radiologist hangs it: front, or the right side, on the left; head, or front, on top."""
    wanted_right = np.array([0.0, 1.0, 0.0]) if plane == Plane.SAGITTAL else np.array([1.0, 0.0, 0.0])
    wanted_down = np.array([0.0, 1.0, 0.0]) if plane == Plane.AXIAL else np.array([0.0, 0.0, -1.0])
    one, other = (volume.directions[:, axis] for axis in range(3) if axis != through)
    if abs(one @ wanted_right) < abs(other @ wanted_right):
        one, other = other, one
    return one * (1 if one @ wanted_right >= 0 else -1), other * (1 if other @ wanted_down >= 0 else -1)


def _onto_slice(volume: Volume, point: np.ndarray, through: int) -> np.ndarray:
    """The point moved through the slices onto the nearest one, so that no two slices are mixed."""
    index = volume.lps_to_index(point)
    index[through] = np.clip(np.round(index[through]), 0, volume.size[through] - 1)
    return volume.index_to_lps(index)


def _middle(volume: Volume) -> np.ndarray:
    return volume.index_to_lps((np.array(volume.size) - 1) / 2)


def _corners(volume: Volume) -> np.ndarray:
    last = np.array(volume.size) - 1
    return volume.index_to_lps(np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T * last)


def _heat_colors(heat: np.ndarray) -> np.ndarray:
    stops = np.array([[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in HEAT], float)
    positions = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(heat, positions, stops[:, channel]) for channel in range(3)], axis=-1)
