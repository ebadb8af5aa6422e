"""Whether the positions of two series can be compared: by patient, frame of reference and, above all, their images.

The values of one series are looked up at the voxels of the other, and their mutual information is compared with that of
copies moved up and down, front to back, and from side to side. Where the pictures belong together, they tell most of
each other where they lie. Mutual information needs no contrast to be the same, only the same tissue to look the same
throughout (Maes et al., IEEE Transactions on Medical Imaging 16(2), 1997; normalized after Studholme et al., Pattern
Recognition 32(1), 1999).
"""

from dataclasses import dataclass
from itertools import product
from weakref import WeakKeyDictionary

import numpy as np
from scipy.ndimage import gaussian_filter1d

from discgrader.imaging.geometry import corner_indices
from discgrader.imaging.identity import Identity
from discgrader.imaging.series_title import title_of
from discgrader.imaging.study import Series
from discgrader.imaging.volume import Volume

REACH_MM = (16.0, 40.0, 48.0)
"""How far copies are moved to either side, front to back, and up and down."""

COARSE_MM, FINE_MM = (8.0, 8.0, 4.0), 2.0
"""Steps of the search in mm: first (side, front to back, up), then fine. No measurement of them is on record."""

LEAST_POINTS = 600
"""Fewer voxels in common do not tell."""

_MOST_POINTS = 6000
"""Voxels compared at each shift: bounds the time, not the accuracy. A round number."""

_LEAST_KEPT = 0.6
"""A shift that moves more than the rest out of the other image is not compared. A round number."""

_GRAYS = 24
"""Bins of the joint histogram: few, since each has to be filled by some thousand voxels. No measurement is on
record."""

_BLUR_MM = 1.5
"""Pixels finer than this are smoothed, so that noise counts less. A round number."""


@dataclass(frozen=True)
class Agreement:
    """How well two pictures fit as they lie, and where they would fit best.

    Parameters
    ----------
    here, best, elsewhere : float
        Normalized mutual information (1 for none) where they lie, at the best of all places tried, and the median of
        all.
    away_mm : tuple of float
        From where they lie to the best place, LPS mm.
    """

    here: float
    best: float
    elsewhere: float
    away_mm: tuple[float, float, float]

    @property
    def distance_mm(self) -> float:
        """How far the best place is away."""
        return float(np.linalg.norm(self.away_mm))

    @property
    def contrast(self) -> float:
        """How many times as much the best place tells as any place does."""
        return (self.best - 1) / max(self.elsewhere - 1, 1e-9)

    @property
    def share(self) -> float:
        """How much of what the best place tells more than any place is told where they lie, 1 for all."""
        return (self.here - self.elsewhere) / max(self.best - self.elsewhere, 1e-9)


def agreement(one: Volume, other: Volume) -> Agreement | None:
    """How well two pictures fit where they cross; None where they have too little in common to tell.

    Parameters
    ----------
    one, other : Volume
        Of any two planes; ``other`` is moved.
    """
    points, grays = _points(one, other)
    if len(grays) < LEAST_POINTS:
        return None
    matching = _Matching(points, grays, other)
    axes = [np.arange(-reach, reach + 0.1, step) for reach, step in zip(REACH_MM, COARSE_MM, strict=True)]
    scores = {move: matching.at(move) for move in product([0.0], *axes[1:])}
    here = scores[0.0, 0.0, 0.0]
    known = [score for score in scores.values() if np.isfinite(score)]
    if not np.isfinite(here) or len(known) < len(scores) / 4:
        return None
    elsewhere = float(np.median(known))
    start = max(scores, key=lambda move: scores[move] if np.isfinite(scores[move]) else 0.0)
    best, score = _climb(matching, start, scores[start], [axes[0], (-4.0, -2.0, 0.0, 2.0, 4.0), (-2.0, 0.0, 2.0)])
    near, its = _climb(
        matching, (0.0, 0.0, 0.0), here, [(-8.0, -4.0, 0.0, 4.0, 8.0), (-2.0, 0.0, 2.0), (-2.0, 0.0, 2.0)]
    )
    if its >= score:
        best, score = near, its
    x, y, z = (float(-way) for way in best)
    return Agreement(here, score, elsewhere, (x, y, z))


def _climb(matching: "_Matching", start: tuple, score: float, steps: list) -> tuple[tuple, float]:
    best = start
    for move in product(*steps):
        there = tuple(a + b for a, b in zip(start, move, strict=True))
        found = matching.at(there)
        if found > score:
            best, score = there, found
    return best, score


class _Matching:
    """Looks values of a picture up at points that are moved, and scores them."""

    def __init__(self, points: np.ndarray, grays: np.ndarray, other: Volume) -> None:
        self._inverse = np.linalg.inv(other.affine_lps[:3, :3])
        self._index = (points - other.affine_lps[:3, 3]) @ self._inverse.T
        self._grays, self._size = grays * _GRAYS, np.array(other.size)
        self._picture = _gray_levels(_blurred(other.array, other.spacing_mm))

    def at(self, move: tuple[float, float, float]) -> float:
        """Normalized mutual information with points moved by LPS mm; NaN where most of them lie outside."""
        index = np.rint(self._index + self._inverse @ move).astype(np.intp)
        inside = ((index >= 0) & (index < self._size)).all(axis=1)
        if inside.sum() < max(LEAST_POINTS, _LEAST_KEPT * len(index)):
            return float("nan")
        i, j, k = index[inside].T
        return _normalized(np.bincount(self._grays[inside] + self._picture[k, j, i], minlength=_GRAYS**2))


def _normalized(counts: np.ndarray) -> float:
    joint = counts.reshape(_GRAYS, _GRAYS) / counts.sum()

    def entropy(share: np.ndarray) -> float:
        share = share[share > 0]
        return float(-(share * np.log(share)).sum())

    both = entropy(joint)
    return (entropy(joint.sum(0)) + entropy(joint.sum(1))) / both if both > 0 else 1.0


def _points(one: Volume, other: Volume) -> tuple[np.ndarray, np.ndarray]:
    """LPS points of voxels of ``one`` within ``other``, evenly taken, and their gray levels."""
    reached = one.lps_to_index(other.index_to_lps(corner_indices(other.size)))
    first = np.clip(np.floor(reached.min(axis=0)), 0, one.size).astype(int)
    last = np.clip(np.ceil(reached.max(axis=0)) + 1, 0, one.size).astype(int)
    part = one.array[tuple(slice(a, b) for a, b in zip(first[::-1], last[::-1], strict=True))]
    if part.size == 0:
        return np.zeros((0, 3)), np.zeros(0, np.intp)
    stride = [max(1, int(COARSE_MM[2] / 2 / spacing)) for spacing in one.spacing_mm[::-1]]
    k, j, i = (
        axis.ravel() for axis in np.mgrid[tuple(slice(0, n, s) for n, s in zip(part.shape, stride, strict=True))]
    )
    points = one.index_to_lps(np.stack([i, j, k], axis=-1) + first)
    index = other.lps_to_index(points)
    inside = ((index >= -0.5) & (index <= np.array(other.size) - 0.5)).all(axis=1)
    chosen = np.flatnonzero(inside)[:: max(1, int(inside.sum()) // _MOST_POINTS)]
    if not len(chosen):
        return points[:0], np.zeros(0, np.intp)
    values = _blurred(part, one.spacing_mm)[k[chosen], j[chosen], i[chosen]]
    return points[chosen], _gray_levels(values)


def _blurred(array: np.ndarray, spacing_mm: np.ndarray) -> np.ndarray:
    """The picture at the resolution that is compared, so that noise and single pixels do not count."""
    array = array.astype(np.float32)
    for axis, spacing in zip((2, 1, 0), spacing_mm, strict=True):
        if spacing < _BLUR_MM:
            array = gaussian_filter1d(array, _BLUR_MM / 2 / spacing, axis=axis, mode="nearest")
    return array


def _gray_levels(values: np.ndarray) -> np.ndarray:
    """Which of equally many gray levels each value has, so that shading and scaling count little."""
    step = max(1, values.size // 50_000)
    limits = np.quantile(values.ravel()[::step], np.linspace(0, 1, _GRAYS + 1)[1:-1])
    return np.searchsorted(limits.astype(values.dtype), values, side="right").astype(np.intp)


SAME_PLACE_MM = 6.0
"""Pictures that fit best when moved by no more lie in one place, as far as a resting patient's do."""

ELSEWHERE_MM = 10.0
"""Pictures that fit best when moved by more than this lie in two, whatever headers say."""

LEAST_PEAK_RATIO = 2.1
"""The best place must tell so many times what any place does: series of one body reach 2.2 and more with a third of
noise, of different bodies 2.05 at most (digital spines, and real ones of two persons)."""

_MUCH_LESS = 0.7
"""A fit in place that is this share of the best one or more is not called a contradiction. No measurement is on
record."""

_NO_MATCH = "so its slices cannot be assigned to discs"

_known: WeakKeyDictionary[Volume, WeakKeyDictionary[Volume, Agreement | None]] = WeakKeyDictionary()


def other_coordinates(one: Series, other: Series) -> str | None:
    """Why the positions of two series cannot be compared, in words that follow the first one's name; None where they
    can.

    A FrameOfReferenceUID that differs is no reason where the pictures agree, since exports often give each series one
    of its own. One that is the same, or missing, does not help where pictures clearly disagree.
    """
    own, its = one.identity or Identity(), other.identity or Identity()
    if own.patient_id and its.patient_id and own.patient_id != its.patient_id:
        return f"is from a different patient than the {title_of(other)}"
    frames = own.frame_of_reference_uid, its.frame_of_reference_uid
    if all(frames) and frames[0] != frames[1]:
        return _unless_confirmed(_agreement(one.volume, other.volume), other)
    return None if one.plane is other.plane else _if_contradicted(_agreement(one.volume, other.volume), other)


def _unless_confirmed(found: Agreement | None, other: Series) -> str | None:
    frame = f"has a different frame of reference than the {title_of(other)}"
    if found is None:
        return f"{frame}, and the two overlap too little for their images to be compared, {_NO_MATCH}"
    if found.contrast < LEAST_PEAK_RATIO:
        return f"{frame}, and their images do not match, {_NO_MATCH}"
    if found.distance_mm > SAME_PLACE_MM:
        return f"{frame}, and their images match only when shifted by {found.distance_mm:.0f} mm, {_NO_MATCH}"
    return None


def _if_contradicted(found: Agreement | None, other: Series) -> str | None:
    if (
        found is None
        or found.contrast < LEAST_PEAK_RATIO
        or found.distance_mm <= ELSEWHERE_MM
        or found.share > _MUCH_LESS
    ):
        return None
    return (
        f"lies {found.distance_mm:.0f} mm away from where its image matches the {title_of(other)}, so the "
        "position of one of them is wrong"
    )


def _agreement(one: Volume, other: Volume) -> Agreement | None:
    known = _known.setdefault(one, WeakKeyDictionary())
    if other not in known:
        known[other] = agreement(one, other)
    return known[other]
