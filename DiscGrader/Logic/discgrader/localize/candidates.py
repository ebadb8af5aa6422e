"""Single discs cut out of a segmentation, each measured where it lies; no names yet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from discgrader.localize.segment import CANAL, DISC, VERTEBRA, Segmentation, most_probable

SMALLEST_AREA_MM2 = 35.0
"""Smaller disc-like spots on their largest slice are noise or a remnant in the sacrum."""

SMALLEST_BETWEEN_MM2, CLOSE_VERTEBRA_SHARE = 15.0, 0.5
"""Between two vertebrae, each along so much of its depth, a smaller spot is what is seen of a collapsed disc."""

WIDTH_TO_DEPTH = 1.45
"""Width of a lumbar disc over its depth, for discs whose sides are out of view (Zhou et al., Eur Spine J 2000)."""

_NEIGHBOR_MM = 14.0
"""How far above and below a disc its vertebrae are looked at: about half a vertebra. No measurement is on record."""

_NEIGHBOR_GAP_MM = 5
"""A vertebra begins no farther from its disc. A round number."""

_LONGEST_BODY_MM = 45.0
"""Higher than a lumbar vertebral body. A round number."""

_SHORTEST_BODY_DEPTH_MM = 12.0
"""Shallower spans of vertebra are not the body (processes, noise). A round number."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A disc-like body of the segmentation, with its measures.

    Parameters
    ----------
    label : int
        Its number in the array that `find_candidates` returns beside the candidates.
    center_lps_mm : ndarray, shape (3,)
        Half way from front to back and from endplate to endplate of its middle slice, and of its width where both
        sides are in view.
    axes_lps : ndarray, shape (3, 3)
        Unit vectors as columns: towards the left, the back and the head of the disc's own plane.
    height_mm, depth_mm, width_mm : float
        Mean height over the middle three fifths of its depth, extent front to back and side to side.
    full_height_mm : float
        Extent along its normal.
    area_mm2 : float
        On its middle sagittal slice.
    width_seen : bool
        Whether both sides are in view; else the width is estimated from the depth.
    canal_back_mm : float or None
        How far behind the centre the back of the spinal canal lies, at this disc's height.
    vertebra_above, vertebra_below : float
        Share of the disc's depth that has vertebra close above and below it.
    vertebral_middle_mm : float or None
        How far behind the centre the middle between front and back of the bodies above and below lies.
    body_below_mm : float
        How far a vertebral body reaches straight below it; the sacrum, which is not segmented, counts as none.
    room_above_mm, room_below_mm : float
        From the centre to the upper and lower edge of the picture.
    confidence : float
        Mean probability of disc inside it.
    """

    label: int
    center_lps_mm: np.ndarray
    axes_lps: np.ndarray
    height_mm: float
    depth_mm: float
    width_mm: float
    full_height_mm: float
    area_mm2: float
    width_seen: bool
    canal_back_mm: float | None
    vertebra_above: float
    vertebra_below: float
    vertebral_middle_mm: float | None
    body_below_mm: float
    room_above_mm: float
    room_below_mm: float
    confidence: float


def lean_deg(disc: Candidate) -> float:
    """By how much the disc's upper side faces forward, in degrees."""
    up = disc.axes_lps[:, 2]
    return float(np.degrees(np.arctan2(-up[1], up[2])))


def find_candidates(segmentation: Segmentation) -> tuple[tuple[Candidate, ...], np.ndarray]:
    """All disc-like bodies, uppermost last.

    Returns
    -------
    candidates : tuple of Candidate
        Ordered from the foot to the head.
    labels : ndarray of int, shape (slices, rows, columns)
        Which candidate each of the segmentation's pixels belongs to; 0 for none.
    """
    classes = most_probable(segmentation.probabilities)
    labels = np.zeros(classes.shape, np.int32)
    around = _bounds(classes == DISC)
    joined = classes[around] == DISC
    if len(classes) > 1:
        joined = ndimage.binary_opening(joined, np.ones((1, 2, 2), bool))
    count = ndimage.label(joined, ndimage.generate_binary_structure(3, 1), output=labels[around])
    labels[around] = _merge_fragments(labels[around], count, segmentation)
    candidates = []
    for label, region in enumerate(ndimage.find_objects(labels), start=1):
        if region is None:
            continue
        inside = labels[region] == label
        candidate = _measure(label, np.argwhere(inside) + [part.start for part in region], classes, segmentation)
        if candidate is not None:
            candidates.append(candidate)
        else:
            labels[region][inside] = 0
    return tuple(sorted(candidates, key=lambda candidate: candidate.center_lps_mm[2])), labels


def _bounds(mask: np.ndarray) -> tuple[slice, ...]:
    """The smallest box around what is True; an empty one where nothing is."""
    bounds = []
    for axis in range(mask.ndim):
        seen = np.nonzero(mask.any(tuple(other for other in range(mask.ndim) if other != axis)))[0]
        bounds.append(slice(int(seen[0]), int(seen[-1]) + 1) if len(seen) else slice(0, 0))
    return tuple(bounds)


def _merge_fragments(labels: np.ndarray, count: int, segmentation: Segmentation) -> np.ndarray:
    """One label for pieces of one disc: pieces whose centres lie nearly at one height along the spine."""
    if count < 2:
        return labels
    row_mm, _ = segmentation.pixel_mm
    pixels = np.nonzero(labels)
    piece_of = labels[pixels] - 1
    areas = np.bincount(piece_of, minlength=count)
    centers = np.stack([np.bincount(piece_of, axis, minlength=count) / areas for axis in pixels], 1)
    order = np.argsort(-areas)
    owner = np.arange(count + 1)
    slopes = _slopes(labels, order[:12] + 1)
    kept: list[int] = []
    for piece in order:
        for main in kept:
            # A disc is inclined: compare heights along the main piece's own line. Pieces of one disc lie within its
            # depth and half its height of each other, and a fragment is clearly the smaller one. Round numbers.
            run = centers[piece, 2] - centers[main, 2]
            rise = centers[piece, 1] - centers[main, 1] - slopes.get(main + 1, 0.0) * run
            near = abs(run) * segmentation.pixel_mm[1] < 32.0
            if near and abs(rise) * row_mm < 5.0 and areas[piece] < 0.8 * areas[main]:
                owner[piece + 1] = main + 1
                break
        else:
            kept.append(piece)
    return owner[labels]


def _slopes(labels: np.ndarray, which: Sequence[int]) -> dict[int, float]:
    """Rows per column along each of these pieces."""
    slopes = {}
    regions = ndimage.find_objects(labels)
    for label in which:
        _, rows, columns = np.nonzero(labels[regions[label - 1]] == label)
        spread = np.var(columns)
        slopes[int(label)] = float(np.cov(columns, rows)[0, 1] / spread) if len(columns) > 10 and spread > 4 else 0.0
    return slopes


def _measure(label: int, indices: np.ndarray, classes: np.ndarray, segmentation: Segmentation) -> Candidate | None:
    """The candidate of these pixels (slice, row, column), shape (n, 3); None where it is too small to be a disc."""
    row_mm, column_mm = segmentation.pixel_mm
    per_slice = np.bincount(indices[:, 0], minlength=len(classes))
    main = _middle_slice(per_slice)
    area = float(per_slice[main] * row_mm * column_mm)
    if area < SMALLEST_BETWEEN_MM2:
        return None
    to_lps = _pixel_to_lps(segmentation)
    points = to_lps(indices)
    middle = points[indices[:, 0] == main]
    axes = _axes(points, middle, indices[:, 0], segmentation)
    local = (middle - middle.mean(0)) @ axes
    front, back = _extent(local[:, 1], column_mm)
    low, high = _extent(local[:, 2], row_mm)
    front, back = _thick_extent(local[:, 1], column_mm, front, back)
    center = middle.mean(0) + axes @ np.array([0.0, (front + back) / 2, (low + high) / 2])
    across = (points - center) @ axes[:, 0]
    slice_mm = float(segmentation.frames.volume.spacing_mm[2])
    seen = bool(per_slice[0] == 0 and per_slice[-1] == 0 and len(per_slice) > 2)
    depth = back - front
    left, right = _extent(across, slice_mm)
    width = right - left if seen else max(right - left, WIDTH_TO_DEPTH * depth)
    if seen:
        center = center + axes[:, 0] * (left + right) / 2
    column = _column_profile(local[:, 1], row_mm * column_mm)
    vertebra = _neighbors(center, axes, depth, main, classes, segmentation)
    if area < SMALLEST_AREA_MM2 and min(vertebra) < CLOSE_VERTEBRA_SHARE:
        return None
    rows = classes.shape[1]
    row = float(indices[indices[:, 0] == main, 1].mean())
    return Candidate(
        label=label,
        center_lps_mm=center,
        axes_lps=axes,
        height_mm=column,
        depth_mm=float(depth),
        width_mm=float(width),
        full_height_mm=float(high - low),
        area_mm2=area,
        width_seen=seen,
        canal_back_mm=_canal_back(center, axes, main, classes, segmentation),
        vertebra_above=vertebra[0],
        vertebra_below=vertebra[1],
        vertebral_middle_mm=_vertebral_middle(center, axes, float(high - low) / 2, main, classes, segmentation),
        body_below_mm=_body_below(center, axes, depth, float(high - low) / 2, main, classes, segmentation),
        room_above_mm=row * row_mm,
        room_below_mm=(rows - 1 - row) * row_mm,
        confidence=float(segmentation.probabilities[DISC][tuple(indices.T)].mean()),
    )


def _middle_slice(per_slice: np.ndarray) -> int:
    """The slice through the middle of a body with so many pixels on each slice, on which it is well seen."""
    middle = float((per_slice * np.arange(len(per_slice))).sum() / per_slice.sum())
    well_seen = np.nonzero(per_slice >= 0.5 * per_slice.max())[0]
    return int(well_seen[np.abs(well_seen - middle).argmin()])


def _pixel_to_lps(segmentation: Segmentation):
    """A function from pixel indices (slice, row, column), shape (n, 3), to LPS mm, shape (n, 3)."""
    volume = segmentation.frames.volume
    fine_rows, fine_columns = volume.array.shape[1:]
    _, _, rows, columns = segmentation.probabilities.shape

    def convert(indices: np.ndarray) -> np.ndarray:
        fine_row = (indices[:, 1] + 0.5) * fine_rows / rows - 0.5
        fine_column = (indices[:, 2] + 0.5) * fine_columns / columns - 0.5
        return volume.index_to_lps(np.column_stack([fine_column, fine_row, indices[:, 0]]))

    return convert


def _axes(points: np.ndarray, middle: np.ndarray, slices: np.ndarray, segmentation: Segmentation) -> np.ndarray:
    """The disc's own axes: front to back along its longest extent, tilted sideways as its slices show."""
    across = segmentation.frames.volume.directions[:, 2]
    centered = middle - middle.mean(0)
    _, _, principal = np.linalg.svd(centered, full_matrices=False)
    along = principal[0] * np.sign(principal[0][1] or 1.0)
    # A round, badly seen disc has no long axis; never let one stand upright.
    if abs(along[2]) > 0.85:
        along = np.array([0.0, 1.0, 0.0])
    up = np.cross(across, along)
    up *= np.sign(up[2])
    if len(np.unique(slices)) >= 5:
        rise = (points - points.mean(0)) @ up
        run = (points - points.mean(0)) @ across
        slope = float(np.clip((rise * run).mean() / max((run**2).mean(), 1e-6), -0.6, 0.6))
        across = across + slope * up
    across = across - along * (across @ along)
    across /= np.linalg.norm(across)
    across *= np.sign(across[0])
    up = np.cross(across, along)
    return np.column_stack([across, along, up])


def _extent(values: np.ndarray, step_mm: float) -> tuple[float, float]:
    low, high = np.quantile(values, [0.01, 0.99])
    return float(low - step_mm / 2), float(high + step_mm / 2)


def _thick_extent(along_mm: np.ndarray, step_mm: float, front: float, back: float) -> tuple[float, float]:
    """Front and back of a disc without what only tapers on, such as the cleft between two osteophytes."""
    edges = np.arange(front, back + step_mm, 2 * step_mm)
    if len(edges) < 6:
        return front, back
    counts, _ = np.histogram(along_mm, edges)
    usual = np.median(counts[len(counts) // 5 : len(counts) - len(counts) // 5])
    thick = np.nonzero(counts >= 0.4 * usual)[0]
    return (float(edges[thick[0]]), float(edges[thick[-1] + 1])) if len(thick) else (front, back)


def _column_profile(along_mm: np.ndarray, pixel_mm2: float) -> float:
    """Mean height in mm over the middle three fifths of the disc's depth."""
    low, high = np.quantile(along_mm, [0.01, 0.99])
    inner_low, inner_high = low + 0.2 * (high - low), high - 0.2 * (high - low)
    inside = ((along_mm >= inner_low) & (along_mm <= inner_high)).sum()
    return float(inside * pixel_mm2 / max(inner_high - inner_low, 1e-3))


def _sample_classes(points: np.ndarray, main: int, classes: np.ndarray, segmentation: Segmentation) -> np.ndarray:
    """Class at LPS points, shape (n, 3), read off slice ``main``; 0 outside the picture."""
    volume = segmentation.frames.volume
    fine_rows, fine_columns = volume.array.shape[1:]
    _, rows, columns = classes.shape
    index = volume.lps_to_index(points)
    row = np.round((index[:, 1] + 0.5) * rows / fine_rows - 0.5).astype(int)
    column = np.round((index[:, 0] + 0.5) * columns / fine_columns - 0.5).astype(int)
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    result = np.zeros(len(points), np.uint8)
    result[inside] = classes[main, row[inside], column[inside]]
    return result


def _neighbors(
    center: np.ndarray, axes: np.ndarray, depth: float, main: int, classes: np.ndarray, segmentation: Segmentation
) -> tuple[float, float]:
    along = np.linspace(-0.45, 0.45, 19) * depth
    heights = np.arange(1.0, _NEIGHBOR_MM, 1.0)
    shares = []
    for sign in (1, -1):
        points = center + along[:, None, None] * axes[:, 1] + sign * heights[None, :, None] * axes[:, 2]
        found = _sample_classes(points.reshape(-1, 3), main, classes, segmentation).reshape(len(along), -1)
        shares.append(float(((found == VERTEBRA).sum(1) >= 3).mean()))
    return shares[0], shares[1]


def _vertebral_middle(
    center: np.ndarray, axes: np.ndarray, half_height: float, main: int, classes: np.ndarray, segmentation: Segmentation
) -> float | None:
    """Middle between front and back of the bodies above and below, just beyond the endplates; of both, or of one."""
    along = np.arange(-45.0, 45.5, 0.5)
    beyond = half_height * 0.6 + np.arange(3.0, 13.0)
    middles = []
    for heights in (beyond, -beyond):
        points = center + along[:, None, None] * axes[:, 1] + heights[None, :, None] * axes[:, 2]
        found = _sample_classes(points.reshape(-1, 3), main, classes, segmentation).reshape(len(along), -1) == VERTEBRA
        spans = [span for line in found.T if (span := _run_near(line, len(along) // 2)) is not None]
        margins = [along[list(span)] for span in spans if along[span[1]] - along[span[0]] > _SHORTEST_BODY_DEPTH_MM]
        if len(margins) >= len(heights) // 2:
            middles.append(float(np.median(margins, axis=0).mean()))
    return float(np.mean(middles)) if middles else None


def _run_near(line: np.ndarray, middle: int, reach: int = 8) -> tuple[int, int] | None:
    """First and last position of the run of True that comes within ``reach`` of the middle; None where none does."""
    close = np.nonzero(line[middle - reach : middle + reach + 1])[0]
    if len(close) == 0:
        return None
    start = middle - reach + int(close[0])
    breaks = np.nonzero(~line)[0]
    before, after = breaks[breaks < start], breaks[breaks > start]
    return (int(before[-1]) + 1 if len(before) else 0), (int(after[0]) - 1 if len(after) else len(line) - 1)


def _body_below(
    center: np.ndarray,
    axes: np.ndarray,
    depth: float,
    half_height: float,
    main: int,
    classes: np.ndarray,
    segmentation: Segmentation,
) -> float:
    along = np.linspace(-0.3, 0.3, 13) * depth
    heights = half_height + np.arange(0.5, _LONGEST_BODY_MM, 1.0)
    points = center + along[:, None, None] * axes[:, 1] - heights[None, :, None] * axes[:, 2]
    found = _sample_classes(points.reshape(-1, 3), main, classes, segmentation).reshape(len(along), -1)
    body = (found == VERTEBRA).mean(0) >= 0.5
    first = np.nonzero(body[:_NEIGHBOR_GAP_MM])[0]
    if len(first) == 0:
        return 0.0
    ends = np.nonzero(~body[first[0] :])[0]
    return float(ends[0] if len(ends) else len(body) - first[0])


def _canal_back(
    center: np.ndarray, axes: np.ndarray, main: int, classes: np.ndarray, segmentation: Segmentation
) -> float | None:
    along = np.arange(5.0, 60.0, 0.5)
    heights = np.linspace(-3.0, 3.0, 5)
    points = center + along[:, None, None] * axes[:, 1] + heights[None, :, None] * axes[:, 2]
    found = _sample_classes(points.reshape(-1, 3), main, classes, segmentation).reshape(len(along), -1)
    canal = np.nonzero((found == CANAL).sum(1) >= 2)[0]
    return float(along[canal[-1]]) if len(canal) >= 6 else None
