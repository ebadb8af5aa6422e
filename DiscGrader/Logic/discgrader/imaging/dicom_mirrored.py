"""Slices of one plane that are stored mirrored against the others, laid as most of them are; none moves in the
patient."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from discgrader.imaging.dicom_headers import Slice
from discgrader.imaging.dicom_order import STATION_MM

_PARALLEL = 3e-3
"""As `PARALLEL` of `dicom_split`: what rounding to three decimals allows."""

_Signs = tuple[int, int]


def with_same_orientation(
    slices: Sequence[Slice], pictures: Mapping[int, np.ndarray]
) -> tuple[list[Slice], dict[int, np.ndarray], list[Slice]]:
    """The slices and their pictures, rows and columns running as in most slices of the same plane.

    Parameters
    ----------
    slices : sequence of Slice
    pictures : mapping of id of a Slice to ndarray, shape (rows, columns)

    Returns
    -------
    list of Slice, dict of id of a Slice to ndarray, list of Slice
        All slices; their pictures; and those among them that were turned. A slice that would then lie beside the
        others is left as it is, since its header contradicts itself.
    """
    laid, found, turned = [], {}, []
    for plane in _planes(slices):
        most = max(plane.values(), key=len)
        for same_signs in plane.values():
            for slice_ in same_signs:
                moved = slice_ if same_signs is most else _turned(slice_, most[0])
                picture = pictures[id(slice_)]
                if moved is not slice_ and not _beside(moved, most):
                    picture = picture[
                        :: 1 if slice_.column @ most[0].column > 0 else -1, :: 1 if slice_.row @ most[0].row > 0 else -1
                    ]
                    turned.append(moved)
                else:
                    moved = slice_
                laid.append(moved)
                found[id(moved)] = np.ascontiguousarray(picture)
    place = {slice_.path: number for number, slice_ in reversed(list(enumerate(slices)))}
    return sorted(laid, key=lambda slice_: (place[slice_.path], slice_.frame)), found, turned


def _planes(slices: Sequence[Slice]) -> list[dict[_Signs, list[Slice]]]:
    """Slices whose axes are the same but for their signs, by these."""
    planes: list[tuple[Slice, dict[_Signs, list[Slice]]]] = []
    for slice_ in slices:
        known = ((signs, plane) for first, plane in planes if (signs := _signs(slice_, first)) is not None)
        signs, plane = next(known, ((1, 1), {}))
        if not plane:
            planes.append((slice_, plane))
        plane.setdefault(signs, []).append(slice_)
    return [plane for _, plane in planes]


def _signs(one: Slice, other: Slice) -> _Signs | None:
    """1 or -1 for rows and for columns; None where the axes are others."""
    signs = []
    for its, theirs in ((one.row, other.row), (one.column, other.column)):
        sign = 1 if its @ theirs > 0 else -1
        if not np.allclose(its, sign * theirs, atol=_PARALLEL):
            return None
        signs.append(sign)
    return signs[0], signs[1]


def _turned(one: Slice, like: Slice) -> Slice:
    """The same slice with the directions of another one, which begins at another of its corners."""
    position, row, column = one.position, one.row, one.column
    if row @ like.row < 0:
        position, row = position + row * one.pixel_spacing[1] * (one.shape[1] - 1), -row
    if column @ like.column < 0:
        position, column = position + column * one.pixel_spacing[0] * (one.shape[0] - 1), -column
    return replace(one, position=position, row=row, column=column)


def _beside(one: Slice, others: Sequence[Slice]) -> bool:
    """Whether a slice lies beside all of the others in their plane."""
    offsets = np.array([one.position - other.position for other in others])
    across = offsets - np.outer(offsets @ others[0].normal, others[0].normal)
    return bool(np.linalg.norm(across, axis=1).min() > STATION_MM)
