"""A disc's crop: what a grading network sees of a disc, cut along the disc's own axes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from discgrader.grading.view import ViewShape
from discgrader.imaging.resample import sample
from discgrader.imaging.study import Series
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import RoiBox
from discgrader.localize.labels import Label, disc_label


@dataclass(frozen=True, eq=False)
class Crop:
    """One crop of one disc.

    Parameters
    ----------
    role : str
        Of the series that it was cut from.
    channels : ndarray, shape (3, rows, columns), float32
        Standardized intensity, this disc's mask, spinal canal's mask.
    seen : float
        Share of the crop that lies inside the picture.
    """

    role: str
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
    """The crop of one disc on one series.

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
    picture = np.where(inside, (np.nan_to_num(values) - reference.level) / reference.spread, -2.0)
    labels = sample(segmentation, points, order=0)
    channels = np.stack([np.clip(picture, -4, 6), labels == disc_label(index_from_sacrum), labels == Label.CANAL])
    return Crop(series.role, channels.astype(np.float32), float(inside.mean()))


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
