"""The box of a disc whose place somebody gives: fitted to what is segmented there, or to the discs beside it."""

from collections.abc import Sequence

import numpy as np

from discgrader.errors import UsageError
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox, roi_box
from discgrader.localize.disc import Disc
from discgrader.localize.labels import Label, is_disc

REACH_MM = 12.0
"""A disc farther from where it is looked for, along the spine, is another one."""

TAKEN_MM = 7.0
"""A place nearer than this to a disc, along the spine, is that disc's."""

_AROUND_MM = 70.0
"""How far from the point vertebrae are looked for: a disc and a vertebra on either side."""

_LEAST_HEIGHT_MM, _GREATEST_HEIGHT_MM = 2.0, 22.0
"""Lowest and highest gap between endplates that a disc can fill. Round numbers."""

_ENDPLATE_SHARE = 0.4
"""Share of a row of the cross-section that is vertebra where an endplate begins. No measurement is on record."""


def segmented_box(labels: Volume, place_lps: np.ndarray, up_lps: np.ndarray, margin_mm: float) -> RoiBox | None:
    """The box around the segmented disc near a place, as finding would have made it; None where there is none.

    Parameters
    ----------
    labels : Volume
        With values as in `discgrader.localize.labels`.
    place_lps : ndarray, shape (3,)
        LPS mm.
    up_lps : ndarray, shape (3,)
        The unit vector along the spine, there.
    margin_mm : float
        How far the box reaches beyond the endplates.
    """
    from discgrader.localize.candidates import find_candidates
    from discgrader.localize.frames import sagittal_frames
    from discgrader.localize.segment import CANAL, DISC, VERTEBRA, Segmentation

    frames = sagittal_frames(_around(labels, place_lps))
    array = frames.volume.array
    classes = np.select([array == Label.VERTEBRA, array == Label.CANAL, is_disc(array)], [VERTEBRA, CANAL, DISC], 0)
    one_hot = np.stack([classes == value for value in range(4)]).astype(np.float32)
    column_mm, row_mm, _ = frames.volume.spacing_mm
    candidates, _ = find_candidates(Segmentation(frames, one_hot, (float(row_mm), float(column_mm))))
    near = [(abs(float((candidate.center_lps_mm - place_lps) @ up_lps)), candidate) for candidate in candidates]
    away, nearest = min(near, key=lambda pair: pair[0], default=(REACH_MM, None))
    return None if nearest is None or away >= REACH_MM else roi_box(nearest, margin_mm)


def box_between(
    labels: Volume | None,
    place_lps: np.ndarray,
    discs: Sequence[Disc],
    margin_mm: float,
    full_height_mm: Sequence[float],
) -> RoiBox:
    """A box at a place with the attitude and size that the discs above and below let expect.

    Where vertebrae are segmented on both sides, it lies between them and is as high as the gap.

    Parameters
    ----------
    labels : Volume or None
        As `segmented_box` takes it.
    place_lps : ndarray, shape (3,)
        LPS mm.
    discs : sequence of Disc
        At least one, from the sacrum upwards.
    margin_mm : float
    full_height_mm : sequence of float
        How high each disc is between the margins of its box.

    Raises
    ------
    UsageError
        When one of the discs is at this place already, or there is none to go by.
    """
    if not discs:
        raise UsageError("There is no disc to start from; find the discs first.")
    ups = [disc.roi.axes_lps[:, 2] for disc in discs]
    heights = np.array([float((place_lps - disc.center_lps_mm) @ up) for disc, up in zip(discs, ups, strict=True)])
    nearest = int(np.abs(heights).argmin())
    if abs(heights[nearest]) < TAKEN_MM:
        raise UsageError(f"{discs[nearest].level} is already at this position; move its box, or point somewhere else.")
    below = int((heights > 0).sum()) - 1
    if 0 <= below < len(discs) - 1:
        share = heights[below] / (heights[below] - heights[below + 1])
        weights = {below: 1 - share, below + 1: share}
        axes = _right_angled(sum(weight * discs[index].roi.axes_lps for index, weight in weights.items()))
        center = _on_curve(discs[below], discs[below + 1], share)
    else:
        end = 0 if below < 0 else len(discs) - 1
        weights = {end: 1.0}
        axes = _turned_on(discs, end)
        across = axes[:, 0]
        center = place_lps + across * float((discs[end].center_lps_mm - place_lps) @ across)
    size = sum(weight * discs[index].roi.size_mm for index, weight in weights.items())
    offset = sum(weight * discs[index].roi.to_local(discs[index].center_lps_mm) for index, weight in weights.items())
    height = float(sum(weight * full_height_mm[index] for index, weight in weights.items()))
    gap = None if labels is None else _gap(labels, center, axes, float(size[1]) * 0.3)
    if gap is not None:
        low, high = gap
        center, height = center + axes[:, 2] * (low + high) / 2, high - low
    center = center - axes @ (offset * [1.0, 1.0, 0.0])
    return RoiBox.around(center, axes, float(size[0]), float(size[1]), height, margin_mm)


def _around(labels: Volume, place_lps: np.ndarray) -> Volume:
    """All sagittal slices of the label map, cut down to what lies around a place."""
    across = int(np.abs(labels.directions[0]).argmax())
    middle = labels.lps_to_index(place_lps)
    starts, stops = [], []
    for axis, count in enumerate(labels.size):
        reach = np.inf if axis == across else _AROUND_MM / labels.spacing_mm[axis]
        starts.append(int(np.clip(np.floor(middle[axis] - reach), 0, count - 1)))
        stops.append(int(np.clip(np.ceil(middle[axis] + reach) + 1, starts[-1] + 1, count)))
    part = labels.array[tuple(slice(a, b) for a, b in zip(starts[::-1], stops[::-1], strict=True))]
    affine = labels.affine_lps.copy()
    affine[:3, 3] = labels.index_to_lps(np.array(starts, float))
    return Volume(np.ascontiguousarray(part), affine)


def _right_angled(axes: np.ndarray) -> np.ndarray:
    """The rotation that is closest to a matrix."""
    left, _, right = np.linalg.svd(axes)
    return left @ right


def _on_curve(lower: Disc, upper: Disc, share: float) -> np.ndarray:
    """A place between two discs on the curve that leaves each along its normal."""
    step = float(np.linalg.norm(upper.center_lps_mm - lower.center_lps_mm))
    a, b, c = share, share**2, share**3
    return (
        (2 * c - 3 * b + 1) * lower.center_lps_mm
        + (c - 2 * b + a) * step * lower.roi.axes_lps[:, 2]
        + (3 * b - 2 * c) * upper.center_lps_mm
        + (c - b) * step * upper.roi.axes_lps[:, 2]
    )


def _turned_on(discs: Sequence[Disc], end: int) -> np.ndarray:
    """The attitude of the disc after the last, or before the first, that turns on as its neighbors do."""
    if len(discs) < 2:
        return discs[end].roi.axes_lps
    last, before = (discs[end].roi.axes_lps, discs[1 if end == 0 else end - 1].roi.axes_lps)
    return _right_angled(last @ before.T @ last)


def _gap(labels: Volume, center: np.ndarray, axes: np.ndarray, half_depth: float) -> tuple[float, float] | None:
    """From where to where, along the box's up axis, no vertebra is; None where not both neighbors are seen."""
    heights = np.arange(-25.0, 25.25, 0.25)
    along = np.linspace(-half_depth, half_depth, 9)
    points = center + along[None, :, None] * axes[:, 1] + heights[:, None, None] * axes[:, 2]
    index = np.rint(labels.lps_to_index(points.reshape(-1, 3))).astype(int)
    inside = np.all((index >= 0) & (index < np.array(labels.size)), axis=1)
    found = np.zeros(len(index), bool)
    i, j, k = index[inside].T
    found[inside] = labels.array[k, j, i] == Label.VERTEBRA
    solid = found.reshape(len(heights), len(along)).mean(axis=1) >= _ENDPLATE_SHARE
    gaps, start = [], None
    for place, is_solid in enumerate(solid):
        if not is_solid and start is None and place > 0:
            start = place
        elif is_solid and start is not None:
            gaps.append((heights[start], heights[place - 1]))
            start = None
    gaps = [gap for gap in gaps if _LEAST_HEIGHT_MM <= gap[1] - gap[0] <= _GREATEST_HEIGHT_MM]
    best = min(gaps, key=lambda gap: abs(gap[0] + gap[1]), default=None)
    return None if best is None or abs(best[0] + best[1]) / 2 > REACH_MM else (float(best[0]), float(best[1]))
