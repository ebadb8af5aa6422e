"""From loose DICOM slices to stacks of parallel slices at even distances."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from discgrader.imaging.dicom_headers import Slice
from discgrader.imaging.dicom_order import Unstackable, along, usual_step
from discgrader.imaging.dicom_values import named
from discgrader.imaging.geometry import EXACT_MM, cannot_be_one_patient

MAX_MISSING = 3
"""So many missing slices in a row are filled in; a wider gap parts a series in two."""

MANY = 5
"""A single slice beyond a wide gap is left out where so many lie together."""

_UNEVEN_STEP, _UNEVEN_GAP = 0.25, 0.1
"""Steps between neighbors, and gaps that slices are missing in, may differ from the usual step by this share of it."""

_SIDEWAYS_MM = 0.1
"""A smaller shift, a fraction of a pixel, is left as it is. A round number."""

_AXIAL = 0.7
"""Cosine of 45 degrees, rounded: the slices are more axial than anything else."""


@dataclass(frozen=True, eq=False)
class Stack:
    """Slices in order, and the grid that they lie on.

    Parameters
    ----------
    slices : tuple of Slice or None
        Along k; None where one is missing.
    affine : ndarray, shape (4, 4)
        Voxel index (i, j, k, 1) to LPS mm, right-handed.
    shifts_px : ndarray, shape (K, 2), or None
        By how many pixels (rows, columns) each picture must be moved to come to lie on the grid; None where the
        slices are not shifted against each other.
    warnings : tuple of str
        What was odd.
    """

    slices: tuple[Slice | None, ...]
    affine: np.ndarray
    shifts_px: np.ndarray | None
    warnings: tuple[str, ...]


def stack_up(name: str, slices: Sequence[Slice]) -> tuple[list[Stack], list[str], list[tuple[Slice, str]]]:
    """Sort parallel slices, one at each place, part them at wide gaps, and find the grid of each part.

    Returns
    -------
    list of Stack, list of str, list of (Slice, str)
        The stacks; what is to be said of the whole; and single slices far from the many others, and why they were left
        out.

    Raises
    ------
    Unstackable
        When slices lie too unevenly.
    """
    normal = slices[0].normal
    parts = _parts(sorted(slices, key=along), normal)
    if len(parts) > 3 and sum(len(part) == 1 for part in parts) > len(parts) / 2:
        raise Unstackable(
            f"its slices lie at uneven distances ({named('ImagePositionPatient')}), so they do not form a volume"
        )
    main = max(parts, key=len)
    lone = [
        part[0]
        for part in parts
        if len(part) == 1
        and (len(main) >= MANY or (len(main) > 1 and cannot_be_one_patient(part[0].position, main[0].position)))
    ]
    parts = [part for part in parts if part[0] not in lone]
    warnings = []
    if len(parts) > 1:
        warnings.append(f"{name} has wide gaps between its slices; it was split into {len(parts)} series.")
    reason = f"lies far from the other slices ({named('ImagePositionPatient')})"
    return [_stack(name, part, normal) for part in parts], warnings, [(slice_, reason) for slice_ in lone]


def _parts(slices: list[Slice], normal: np.ndarray) -> list[list[Slice]]:
    """Sorted slices split where the gap is too wide to be filled in."""
    if len(slices) < 2:
        return [slices]
    step = _step(slices, normal)
    parts = [[slices[0]]]
    for before, slice_ in pairwise(slices):
        steps = float((slice_.position - before.position) @ normal) / step
        off = abs(steps - max(round(steps), 1))
        if (
            # Halves lie between whole numbers of steps.
            steps > MAX_MISSING + 1.5
            or (steps > 2.5 and _numbered_on(before, slice_))
            or off > (_UNEVEN_GAP if steps > 1.5 else _UNEVEN_STEP)
        ):
            parts.append([])
        parts[-1].append(slice_)
    return parts


def _numbered_on(before: Slice, one: Slice) -> bool:
    """Whether axial slices are counted on over a gap, as blocks through discs are: no slice is missing between them."""
    first, second = (each.header.get("InstanceNumber") for each in (before, one))
    counted = isinstance(first, int) and isinstance(second, int) and abs(second - first) == 1
    return counted and before.frames == 1 and bool(abs(one.normal[2]) > _AXIAL)


def _step(slices: list[Slice], normal: np.ndarray) -> float:
    """The usual distance between neighboring slices in mm: the median of those that cannot be gaps."""
    gaps = np.diff([slice_.position @ normal for slice_ in slices])
    if len(gaps) == 1:
        stated = [slices[0].header.get(keyword) for keyword in ("SpacingBetweenSlices", "SliceThickness")]
        known = [float(value) for value in stated if isinstance(value, (int, float)) and value > 0]
        # a gap between slices is seldom wider than the slices, so that more than twice the stated step is a hole
        return max(known) if known and gaps[0] > 2.2 * max(known) else float(gaps[0])
    return usual_step(gaps)


def _stack(name: str, slices: list[Slice], normal: np.ndarray) -> Stack:
    warnings: list[str] = []
    if len(slices) == 1:
        numbers, step = np.zeros(1, int), _thickness(name, slices[0], warnings)
    else:
        along = np.array([slice_.position @ normal for slice_ in slices])
        usual = _step(slices, normal)
        numbers = np.concatenate([[0], np.cumsum(np.maximum(np.rint(np.diff(along) / usual), 1).astype(int))])
        step = float(along[-1] - along[0]) / int(numbers[-1])
    filled: list[Slice | None] = [None] * (int(numbers[-1]) + 1)
    for number, slice_ in zip(numbers, slices):
        filled[number] = slice_
    first = slices[0]
    affine = np.eye(4)
    affine[:3, 0] = first.row * first.pixel_spacing[1]
    affine[:3, 1] = first.column * first.pixel_spacing[0]
    affine[:3, 2] = normal * step
    affine[:3, 3] = first.position
    shifts = _sideways(slices, numbers, affine)
    warnings += _missing(name, slices, numbers)
    worst = float(np.abs(shifts).max())
    if worst > _SIDEWAYS_MM:
        warnings.append(
            f"The slices of {name} are shifted sideways relative to each other by up to {worst:.1f} mm; they "
            "were aligned by interpolation."
        )
    misplaced = _misplaced_mm(slices, numbers, affine, ignore_sideways=worst > _SIDEWAYS_MM)
    if misplaced > EXACT_MM:
        warnings.append(
            f"The slices of {name} are not evenly spaced or not quite parallel; voxels are misplaced by up to "
            f"{misplaced:.2f} mm."
        )
    shifts_px = None
    if worst > _SIDEWAYS_MM:
        shifts_px = np.zeros((len(filled), 2))
        shifts_px[numbers] = shifts / first.pixel_spacing
    return Stack(tuple(filled), affine, shifts_px, tuple(warnings))


def _thickness(name: str, one: Slice, warnings: list[str]) -> float:
    for keyword in ("SliceThickness", "SpacingBetweenSlices"):
        value = one.header.get(keyword)
        if isinstance(value, (int, float)) and value > 0:
            return float(value)
    warnings.append(f"{name} is a single slice without a slice thickness; 1 mm was assumed.")
    return 1.0


def _sideways(slices: list[Slice], numbers: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """How far each slice lies off the grid along columns (towards the next row) and rows, in mm, shape (N, 2)."""
    offsets = np.array([slice_.position for slice_ in slices]) - (affine[:3, 3] + numbers[:, None] * affine[:3, 2])
    return np.stack([offsets @ slices[0].column, offsets @ slices[0].row], axis=1)


def _misplaced_mm(slices: list[Slice], numbers: np.ndarray, affine: np.ndarray, ignore_sideways: bool) -> float:
    """The largest distance between where a header puts a corner pixel and where the grid puts it."""
    worst = 0.0
    rows, columns = slices[0].shape
    normal = slices[0].normal
    for slice_, number in zip(slices, numbers):
        for j in (0, rows - 1):
            for i in (0, columns - 1):
                stated = (
                    slice_.position
                    + i * slice_.pixel_spacing[1] * slice_.row
                    + j * slice_.pixel_spacing[0] * slice_.column
                )
                difference = stated - (affine @ [i, j, number, 1.0])[:3]
                if ignore_sideways:
                    difference = (difference @ normal) * normal
                worst = max(worst, float(np.linalg.norm(difference)))
    return worst


def _missing(name: str, slices: list[Slice], numbers: np.ndarray) -> list[str]:
    warnings = []
    for before, after, steps in zip(slices, slices[1:], np.diff(numbers)):
        if steps > 1:
            count = "1 slice" if steps == 2 else f"{steps - 1} slices"
            warnings.append(
                f"{count} of {name} missing between images {before.instance} and {after.instance}; "
                "interpolated from the neighbors."
            )
    return warnings
