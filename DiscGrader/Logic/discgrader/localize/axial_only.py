"""The sagittal picture of a spine that only axial slices show: what they have where they lie, and in between a blend.

Axial series come as one stack through all discs or as blocks angled along each of them. Between two blocks lies a
vertebral body, of which the lower block shows the upper and the upper block the lower part; what is blended there looks
enough like a body for discs to be found on either side of it, but is no evidence of any disc itself.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from discgrader.errors import StudyError
from discgrader.imaging.coordinates import other_coordinates
from discgrader.imaging.resample import sample
from discgrader.imaging.series_title import title_of
from discgrader.imaging.study import Series, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import Candidate
from discgrader.localize.disc import Localization

GREATEST_STEP_MM = 5.5
"""Slices farther apart do not show how high a disc is."""

LEAST_SLICES = 3
"""Fewer slices do not show a disc between what lies above and below it."""

DENSE = f"at least {LEAST_SLICES} slices in a row, no more than {GREATEST_STEP_MM:g} mm apart"

COUNTED = (
    "Discs were found on axial slices alone and named by counting from below: check the names, and if "
    "they are wrong, name the lowest disc."
)

SIDES = (
    "There is no sagittal series to compare the axial T2 with, so swapped sides would go unnoticed: rely on "
    "left and right only if its header is right."
)

PARTLY = (
    "Only part of this disc was recognized on the axial slices, so its box may lie too far anterior or "
    "posterior: check it."
)

PARTLY_SHARE = 0.7
"""A disc is only partly made out with less of the depth that is usual in its row."""

_ACROSS_MM, _IN_PLANE_MM = 4.0, 1.0
"""Voxels of the sagittal image that is made of axial slices: like those of a sagittal series."""

_MIDDLE_SHARE = 0.5
"""Share of the axial image's width, around its middle, in which the spine lies. A round number."""

_BELOW_MM, _ABOVE_MM, _BLEND_MM = 30.0, 9.0, 18.0
"""How far below and above a block its sagittal image reaches, and over how much neighboring blocks are blended. No
measurement is on record."""

_NEAR_MM = 0.5
"""Added to the distance before its inverse square is taken, so that the nearest slice does not count without limit. A
round number."""

_BRIGHTEST = 0.99
"""Quantile that blocks are scaled to, so that a few bright voxels (vessels, bowel) do not decide."""


def axial_t2(study: Study) -> tuple[Series, ...]:
    """The axial T2 series from which discs can be found, all in the coordinates of the first, which has most slices.

    Raises
    ------
    StudyError
        There is none; says why.
    """
    weighted = [series for series in study.series if series.is_axial_t2]
    if not weighted:
        raise StudyError(
            f"{study.name} has neither a sagittal series nor an axial T2, on which discs can be found; add one."
        )
    dense = [series for series in weighted if _is_dense(series)]
    if not dense:
        raise StudyError(
            f"{study.name} has no sagittal series, and its axial T2 is not enough to find discs on: that needs {DENSE}."
        )
    first = max(dense, key=lambda series: slices(series.volume))
    return (first, *(series for series in dense if series is not first and other_coordinates(series, first) is None))


def with_axial_doubts(found: Localization, study: Study, shown: Sequence[Series], counted: bool) -> Localization:
    """What was found on axial series, with what is doubtful about that.

    Parameters
    ----------
    found : Localization
    study : Study
    shown : sequence of Series
        In which discs were looked for.
    counted : bool
        Whether nobody said what the lowest disc is.
    """
    warnings = [SIDES]
    passed_over = [series for series in study.series if series.is_axial_t2 and series not in shown]
    warnings += [_passed_over(series, shown[0]) for series in passed_over]
    centers = [disc.center_lps_mm for disc in found.discs]
    warnings += [
        f"No disc was found on the {title_of(series)}."
        for series in shown
        if not any(is_shown(center, [series]) for center in centers)
    ]
    usual = float(np.median([disc.depth_mm for disc in found.discs]))
    discs = tuple(
        replace(disc, warnings=(*disc.warnings, PARTLY)) if disc.depth_mm < PARTLY_SHARE * usual else disc
        for disc in found.discs
    )
    found = replace(found, discs=discs, warnings=(*found.warnings, *warnings))
    if not counted:
        return found
    # One sentence on the names is enough, and this says all.
    before = found.name_doubts

    def counted_first(warnings: Sequence[str]) -> tuple[str, ...]:
        return (COUNTED, *(warning for warning in warnings if warning not in before))

    discs = tuple(replace(disc, warnings=counted_first(disc.warnings)) for disc in found.discs)
    return replace(found, discs=discs, warnings=counted_first(found.warnings), name_doubts=(COUNTED,))


def _is_dense(series: Series) -> bool:
    return step_mm(series.volume) <= GREATEST_STEP_MM and slices(series.volume) >= LEAST_SLICES


def _passed_over(series: Series, first: Series) -> str:
    strange = other_coordinates(series, first)
    if strange is not None:
        return f"Discs were not searched for on the {title_of(series)}: it {strange}."
    return f"Discs were not searched for on the {title_of(series)}: that needs {DENSE}."


def slices(volume: Volume) -> int:
    """How many slices an axial volume has."""
    return volume.size[_through(volume)]


def step_mm(volume: Volume) -> float:
    """Distance between the slices of an axial volume."""
    return float(volume.spacing_mm[_through(volume)])


def is_shown(point_lps: np.ndarray, series: Sequence[Series]) -> bool:
    """Whether a point lies within the slices of one of the series."""
    return any(
        abs(float(_beyond_mm(shown.volume, point_lps[None])[0])) <= step_mm(shown.volume) / 2 for shown in series
    )


def blocks_below(row: Sequence[Candidate], series: Sequence[Series]) -> int:
    """How many blocks, each taken to be angled along one disc, lie below the lowest disc found and show none.

    Parameters
    ----------
    row : sequence of Candidate
        From the foot to the head.
    series : sequence of Series
    """
    if not row:
        return 0
    lowest = row[0].center_lps_mm
    return sum(_middle(block.volume)[2] < lowest[2] for block in series if not is_shown(lowest, [block]))


def _middle(volume: Volume) -> np.ndarray:
    return volume.index_to_lps((np.array(volume.size) - 1) / 2)


def sagittal_from_axial(series: Sequence[Series]) -> Volume:
    """A sagittal volume, in LPS axes, of the middle half from side to side of axial series.

    Where several series show a point it has their mean. Below the lowest slice of a series, and a little above its
    uppermost, lies what these show, so that the discs beside them have a vertebra on either side; between two series a
    blend, the nearer weighing more; 0 elsewhere. Each series is brought to the same brightness before.
    """
    low, high = _bounds([block.volume for block in series])
    count = np.ceil((high - low) / [_ACROSS_MM, _IN_PLANE_MM, _IN_PLANE_MM]).astype(int) + 1
    affine = np.eye(4)
    affine[:3, :3] = np.array([[0, 0, _ACROSS_MM], [_IN_PLANE_MM, 0, 0], [0, -_IN_PLANE_MM, 0]])
    affine[:3, 3] = low[0], low[1], high[2]
    volume = Volume(np.zeros((count[0], count[2], count[1]), np.float32), affine)
    for number in range(count[0]):
        row, column = np.mgrid[0 : count[2], 0 : count[1]]
        points = volume.index_to_lps(np.stack([column, row, np.full_like(row, number)], axis=-1))
        volume.array[number] = _blended(points, series)
    return volume


def _blended(points: np.ndarray, series: Sequence[Series]) -> np.ndarray:
    """What the series show at points, or near them, shape of the points without their last axis; 0 where nothing is."""
    total, weights = np.zeros(points.shape[:-1]), np.zeros(points.shape[:-1])
    known = np.zeros(points.shape[:-1], bool)
    for block in series:
        beyond = _beyond_mm(block.volume, points)
        values = sample(block.volume, points - beyond[..., None] * _up(block.volume), order=1, cval=np.nan)
        there = np.isfinite(values) & (beyond >= -_BELOW_MM) & (beyond <= _BLEND_MM)
        weight = np.where(there, 1 / (np.abs(beyond) + _NEAR_MM) ** 2, 0.0)
        dark = block.volume.no_signal
        total += (
            weight
            * np.where(there, values - dark, 0.0)
            / max(float(np.quantile(block.volume.array, _BRIGHTEST)) - dark, 1e-6)
        )
        weights += weight
        known |= there & (beyond <= _ABOVE_MM)
    return np.where(known, total / np.maximum(weights, 1e-9), 0.0)


def _through(volume: Volume) -> int:
    return int(np.abs(volume.directions[2]).argmax())


def _up(volume: Volume) -> np.ndarray:
    normal = volume.directions[:, _through(volume)]
    return normal if normal[2] >= 0 else -normal


def _beyond_mm(volume: Volume, points: np.ndarray) -> np.ndarray:
    """How far above the uppermost slice, or below the lowest (negative), points lie; 0 between them."""
    axis = _through(volume)
    index = volume.lps_to_index(points)[..., axis]
    away = (index - np.clip(index, 0, volume.size[axis] - 1)) * volume.spacing_mm[axis]
    return away if volume.directions[2, axis] >= 0 else -away


def _bounds(volumes: Sequence[Volume]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest LPS mm of the picture."""
    corners = np.concatenate(
        [
            volume.index_to_lps(
                np.stack(np.meshgrid(*[(0, n - 1) for n in volume.size], indexing="ij"), axis=-1).reshape(-1, 3)
            )
            for volume in volumes
        ]
    )
    low, high = corners.min(axis=0), corners.max(axis=0)
    middle, half = (low[0] + high[0]) / 2, (high[0] - low[0]) / 2 * _MIDDLE_SHARE
    return (
        np.array([middle - half, low[1], low[2] - _BELOW_MM]),
        np.array([middle + half, high[1], high[2] + _ABOVE_MM]),
    )
