"""Views: rectangles through which a system looks at a disc, one slice or several deep, and what is to be seen there.

A view is cut along the disc's box (sagittal) or on the slices as they were taken (axial). Whatever the orientation of
the voxels, its rows run towards the foot or the back, and its columns towards the back or the patient's left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from discgrader.imaging.flat_picture import slice_axis_of
from discgrader.imaging.resample import sample
from discgrader.imaging.series_title import kind_of
from discgrader.imaging.study import Plane, Series
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.labels import Label, disc_label

LEAST_SEEN = 0.6
"""A view with less of its middle slice inside the picture is not looked through."""

OUTSIDE = -2.0
"""Standardized intensity outside of the picture."""

_LOW, _HIGH = 0.01, 0.995
"""Quantiles of a view that become 0 and 1: all but its darkest and brightest pixels. Part of the shipped packs, which
were trained so."""


@dataclass(frozen=True)
class ViewShape:
    """Extent and pixels of a view.

    Parameters
    ----------
    rows, columns : int
        Pixels from head to foot (sagittal) or from front to back (axial), and from front to back or from the patient's
        right to left.
    pixel_mm : float
        Edge of the square pixels.
    """

    rows: int = 96
    columns: int = 128
    pixel_mm: float = 0.5

    def resized(self, pixels: int) -> "ViewShape":
        """The same field with so many pixels a side; of a square."""
        return ViewShape(pixels, pixels, self.columns * self.pixel_mm / pixels)

    def points_lps(self, frame: RoiBox, across_mm: float = 0.0) -> np.ndarray:
        """LPS positions of the pixels, shape (rows, columns, 3).

        The view is centered on the frame, lies in the plane of its second and third axes, and is moved ``across_mm``
        along its first axis. Columns run along the second axis, rows against the third.
        """
        rows = (np.arange(self.rows) - (self.rows - 1) / 2) * self.pixel_mm
        columns = (np.arange(self.columns) - (self.columns - 1) / 2) * self.pixel_mm
        center = frame.center_lps_mm + across_mm * frame.axes_lps[:, 0]
        return center + columns[None, :, None] * frame.axes_lps[:, 1] - rows[:, None, None] * frame.axes_lps[:, 2]


@dataclass(frozen=True)
class ViewSpec:
    """Where a system looks at a disc.

    Parameters
    ----------
    name : str
        Such as ``sagittal``, ``left`` or ``axial``.
    plane : Plane
    field_mm : float
        Edge of the square.
    offsets_mm : tuple of float
        One slice each, which become the view's channels: how far beside the box's middle plane, towards the left
        (sagittal), or above the slice that is looked at (axial).
    every_slice : bool
        Whether each axial slice within the disc's height is looked at, or only the one nearest to its middle.
    """

    name: str
    plane: Plane
    field_mm: float
    offsets_mm: tuple[float, ...] = (-4.0, 0.0, 4.0)
    every_slice: bool = False

    def shape(self, pixels: int) -> ViewShape:
        """The view with so many pixels a side."""
        return ViewShape(pixels, pixels, self.field_mm / pixels)


def specs_of(entry: Mapping[str, Any]) -> tuple[ViewSpec, ...]:
    """The views that a pack's entry ``input`` describes; none where its networks see the disc's crops."""
    return tuple(
        ViewSpec(spec["name"], Plane(spec["plane"]), spec["field_mm"], tuple(spec["offsets_mm"]), spec["every_slice"])
        for spec in entry.get("windows", ())
    )


@dataclass(frozen=True, eq=False)
class View:
    """A view in its place.

    Parameters
    ----------
    name : str
        As the system calls it, such as ``left``; the role of the series where it has no name of its own.
    plane : Plane
    series : Series
    frame : RoiBox
        Its middle, and as axes the way through the slices (towards the left, or the head), along the columns (towards
        the back, or the left), and against the rows (towards the head, or the front).
    shape : ViewShape
    offsets_mm : tuple of float
        Of its slices along the frame's first axis.
    notes : tuple of str
        What a reader should know of how it was placed.
    """

    name: str
    plane: Plane
    series: Series
    frame: RoiBox
    shape: ViewShape
    offsets_mm: tuple[float, ...] = (0.0,)
    notes: tuple[str, ...] = ()

    @property
    def field_mm(self) -> float:
        """Its width."""
        return self.shape.columns * self.shape.pixel_mm

    @property
    def across_mm(self) -> float:
        """How far its middle slice lies beside its frame's middle."""
        return self.offsets_mm[len(self.offsets_mm) // 2]

    @property
    def slice_number(self) -> tuple[int, int]:
        """Which slice of an axial series is looked at, from 1, and how many it has."""
        volume = self.series.volume
        axis = slice_axis_of(volume, Plane.AXIAL)
        return round(float(volume.lps_to_index(self.frame.center_lps_mm)[axis])) + 1, volume.size[axis]

    @property
    def slice_mm(self) -> float:
        """Distance between the slices of an axial series."""
        return float(self.series.volume.spacing_mm[slice_axis_of(self.series.volume, Plane.AXIAL)])

    def values(self, shape: ViewShape | None = None) -> np.ndarray:
        """Intensities, shape (slices, rows, columns), float32, NaN outside of the picture; in other pixels where a
        shape is given.

        Where the series ends beside the middle slice, what is nearest to it stands for what would follow.
        """
        shape = shape or self.shape
        slices = np.stack(
            [
                sample(self.series.volume, shape.points_lps(self.frame, offset), order=1, cval=np.nan)
                for offset in self.offsets_mm
            ]
        )
        middle = len(slices) // 2
        for number in sorted(range(len(slices)), key=lambda place: abs(place - middle)):
            nearer = slices[number + np.sign(middle - number)]
            slices[number] = np.where(np.isfinite(slices[number]), slices[number], nearer)
        return slices


def seen(values: np.ndarray) -> float:
    """Share of a view's middle slice that lies inside the picture."""
    return float(np.isfinite(values[len(values) // 2]).mean())


def slice_evidence(views: Sequence[View]) -> dict[str, object]:
    """The evidence ``slice`` of a grade that was read from these views: which axial slice that is; empty where there is
    none."""
    axial = next((view for view in views if view.plane is Plane.AXIAL), None)
    if axial is None:
        return {}
    number, count = axial.slice_number
    return {
        "slice": {
            "title": f"Slice of the {kind_of(axial.series)} '{axial.series.name}'",
            "value": f"{number} of {count}",
            "series": axial.series.name,
        }
    }


def slice_read(evidence: Mapping[str, Any]) -> tuple[str, int] | None:
    """The opposite of `slice_evidence`: the axial series and its slice, from 0, that a grade was read from; None where
    it was read from none."""
    stated = evidence.get("slice")
    if not isinstance(stated, Mapping) or not stated.get("series"):
        return None
    number = str(stated.get("value", "")).partition(" of ")[0]
    return (str(stated["series"]), int(number) - 1) if number.isdecimal() and int(number) > 0 else None


def slice_middle(volume: Volume, index: int) -> np.ndarray:
    """The middle of one slice of an axial volume, LPS mm, shape (3,)."""
    place = (np.array(volume.size) - 1) / 2
    place[slice_axis_of(volume, Plane.AXIAL)] = index
    return volume.index_to_lps(place)


def pictured(values: np.ndarray, reference: np.ndarray | None = None) -> np.ndarray:
    """Intensities brought to 0–1, float32, 0 outside the picture.

    0 and 1 are the darkest and nearly the brightest of ``reference``, which is the whole unless part of it is given.
    """
    shown = values if reference is None else reference
    shown = shown[np.isfinite(shown)]
    if not shown.size:
        return np.zeros(values.shape, np.float32)
    low, high = np.quantile(shown, [_LOW, _HIGH])
    gray = np.clip((np.nan_to_num(values) - low) / max(high - low, 1e-6), 0, 1)
    return np.where(np.isfinite(values), gray, 0).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Crop:
    """What a grading network sees of a disc on one plane.

    Parameters
    ----------
    channels : ndarray, shape (3, rows, columns), float32
        Standardized intensity, -2 outside of the picture; the disc's mask; the spinal canal's mask.
    seen : float
        Share of the plane that lies inside the picture.
    """

    channels: np.ndarray
    seen: float


@dataclass(frozen=True)
class Reference:
    """Intensity of a series that stands for 0, and the difference that stands for 1."""

    level: float
    spread: float


def spine_reference(volume: Volume, segmentation: Volume, slice_points: np.ndarray) -> Reference:
    """Mean and deviation of the spine's own intensities on the slice through some points.

    Parameters
    ----------
    volume : Volume
        The series.
    segmentation : Volume
        Labels in any geometry; what is labeled at all counts as spine.
    slice_points : ndarray, shape (..., 3)
        LPS positions on and around which intensities are read, such as the pixels of all crops of a study.
    """
    return reference_of([spine_values(volume, segmentation, slice_points)])


def spine_values(volume: Volume, segmentation: Volume, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Intensities at points, and which of them are the spine's; both of shape (N,), NaN outside the picture.

    Parameters as for `spine_reference`.
    """
    points = points.reshape(-1, 3)
    labels = sample(segmentation, points, order=0)
    return sample(volume, points, order=1, cval=np.nan), labels > 0


def reference_of(seen: Sequence[tuple[np.ndarray, np.ndarray]]) -> Reference:
    """The reference of what `spine_values` gives for some parts of a slice."""
    values, spines = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    spine = values[spines & np.isfinite(values)]
    if len(spine) < 50:
        spine = values[np.isfinite(values)]
    if len(spine) == 0:
        return Reference(0.0, 1.0)
    low, high = np.quantile(spine, [0.01, 0.99])
    inside = spine[(spine >= low) & (spine <= high)]
    return Reference(float(inside.mean()), float(max(inside.std(), 1e-6)))


def cut(
    series: Series,
    segmentation: Volume,
    box: RoiBox,
    index_from_sacrum: int,
    reference: Reference,
    shape: ViewShape,
    across_mm: float = 0.0,
) -> Crop:
    """What a grading network sees of one disc on one series, cut along the disc's own axes.

    Parameters
    ----------
    segmentation : Volume
        Labels as `Localization.segmentation` has them, in any geometry that shares the patient's coordinates.
    reference : Reference
        From `spine_reference` for this series.
    across_mm : float
        How far beside the box's middle to cut, towards the left.
    """
    points = shape.points_lps(box, across_mm)
    values = sample(series.volume, points, order=1, cval=np.nan)
    inside = np.isfinite(values)
    picture = np.where(inside, (np.nan_to_num(values) - reference.level) / reference.spread, OUTSIDE)
    labels = sample(segmentation, points, order=0)
    channels = np.stack([np.clip(picture, -4, 6), labels == disc_label(index_from_sacrum), labels == Label.CANAL])
    return Crop(channels.astype(np.float32), float(inside.mean()))


def crop_offsets_mm(series: Series, box: RoiBox, reach_mm: float, count: int) -> Sequence[float]:
    """How far beside a box's middle crops are worth cutting: up to ``count`` planes within ``reach_mm`` either way.

    A single slice is cut where it lies, a thick-slice series no denser than its slices.
    """
    volume = series.volume
    across = np.abs(volume.directions.T @ box.axes_lps[:, 0])
    axis = int(across.argmax())
    spacing = float(volume.spacing_mm[axis])
    slices = volume.size[axis]
    center_index = volume.lps_to_index(box.center_lps_mm)[axis]
    if slices == 1:
        return (0.0,)
    step = max(spacing, 2 * reach_mm / max(count - 1, 1))
    offsets = [0.0]
    for number in range(1, count):
        offset = ((number + 1) // 2) * step * (1 if number % 2 else -1)
        sign = np.sign(volume.directions[:, axis] @ box.axes_lps[:, 0]) or 1.0
        position = center_index + sign * offset / spacing
        if abs(offset) <= reach_mm + 1e-6 and 0 <= position <= slices - 1:
            offsets.append(offset)
    return tuple(offsets)
