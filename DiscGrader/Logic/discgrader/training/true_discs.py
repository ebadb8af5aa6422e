"""Which found disc is which truly, and what a slice really shows, by masks, by points set by hand, by other images."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import ndimage

from discgrader.imaging.resample import sample
from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import Candidate, find_candidates
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.labels import Label, disc_label, is_disc
from discgrader.localize.localizer import disc_of
from discgrader.localize.naming import name_candidates
from discgrader.localize.segment import CANAL, DISC, VERTEBRA, Segmentation

PARTNER_NEAR_MM = 13.0
"""A disc that lies no farther from where another image or a reader has it is that disc."""

USUAL_STEP_MM = 34.0
"""From disc to disc, where there is only one to tell it from."""

MET_MM = 5.0
"""A disc set by hand is met by a found one that lies no farther from it."""

LEAST_DISCS = 5
"""A slice on which fewer are found is not learned from."""

SACRUM_LEAN = 0.35
"""How far towards the back the sacrum's bodies run, below disc 1, for every mm towards the foot along its normal."""


def reindexed(localization: Localization, indices: Sequence[int]) -> Localization:
    """The localization with discs renumbered; those given an index below 1 are dropped, as are doubts about names.

    Parameters
    ----------
    indices : sequence of int
        The true index of each disc, in the order of ``localization.discs``.
    """
    labels = localization.segmentation.array
    renumbered = np.where(is_disc(labels), 0, labels)
    discs: list[Disc] = []
    for disc, index in zip(localization.discs, indices, strict=True):
        if index >= 1:
            renumbered[labels == disc_label(disc.index_from_sacrum)] = disc_label(index)
            discs.append(disc.renumbered(index))
    return replace(
        localization, segmentation=localization.segmentation.with_array(renumbered), discs=tuple(discs), warnings=()
    )


def indices_from_point(discs: Sequence[Disc], lowest_lps: np.ndarray) -> list[int]:
    """True indices of discs (from the foot upwards) where the center of disc 1 is known.

    The disc near that point is 1; where none was found there, the discs above count by their distance from it.
    """
    if not discs:
        return []
    centers = np.array([disc.center_lps_mm for disc in discs])
    away = np.linalg.norm(centers[:, 1:] - lowest_lps[1:], axis=1)
    nearest = int(away.argmin())
    if away[nearest] <= PARTNER_NEAR_MM:
        base = discs[nearest].index_from_sacrum
        return [disc.index_from_sacrum - base + 1 for disc in discs]
    above = [position for position in range(len(discs)) if centers[position, 2] > lowest_lps[2]]
    if not above:
        return [0] * len(discs)
    steps = np.linalg.norm(np.diff(centers, axis=0), axis=1)
    usual = float(np.median(steps)) if len(steps) else USUAL_STEP_MM
    first = above[0]
    skipped = max(1, round(float(away[first]) / usual))
    shift = 1 + skipped - discs[first].index_from_sacrum
    return [disc.index_from_sacrum + shift if position >= first else 0 for position, disc in enumerate(discs)]


def indices_from_mask(discs: Sequence[Disc], mask: Volume) -> list[int]:
    """True indices of discs by what a mask labels them; 0 for a disc that the mask does not have."""
    offsets = np.array([[x, y, z] for x in (-2, 0, 2) for y in (-8, -4, 0, 4, 8) for z in (-1.5, 0, 1.5)])
    result = []
    for disc in discs:
        values = sample(mask, disc.center_lps_mm + offsets @ disc.roi.axes_lps.T, order=0)
        hit = values[is_disc(values)]
        result.append(int(np.bincount(hit - int(Label.DISC)).argmax()) if len(hit) >= 8 else 0)
    return result


def indices_from_partner(discs: Sequence[Disc], partner: Sequence[Disc]) -> list[int] | None:
    """True indices of discs where another image of the patient, about in register, has them; None where it is not."""
    if not discs or not partner:
        return None
    centers = np.array([disc.center_lps_mm[1:] for disc in discs])
    others = np.array([disc.center_lps_mm[1:] for disc in partner])
    away = np.linalg.norm(centers[:, None] - others[None], axis=2)
    nearest = away.argmin(1)
    shifts = [partner[j].index_from_sacrum - disc.index_from_sacrum for disc, j in zip(discs, nearest, strict=True)]
    close = [shift for shift, row in zip(shifts, away.min(1), strict=True) if row < PARTNER_NEAR_MM]
    if len(close) < max(3, len(discs) // 2):
        return None
    shift = int(np.bincount(np.array(close) + 10).argmax() - 10)
    return [disc.index_from_sacrum + shift for disc in discs]


def clean_labels(
    segmentation: Segmentation, lowest_lps: np.ndarray | None, partner: Sequence[Disc]
) -> tuple[np.ndarray, tuple[Disc, ...]] | None:
    """What a network finds on a slice, as the masks of SPIDER would have it: without sacrum, remnants below disc 1, and
    spots outside the row of discs and of the canal; else the second round would learn the very mistakes of the first.

    Parameters
    ----------
    lowest_lps : ndarray, shape (3,), or None
        Where a reader has set the center of disc 1.
    partner : sequence of Disc
        Discs of another image of the patient under their true indices; used where ``lowest_lps`` is None.

    Returns
    -------
    labels : ndarray of uint8, shape (slices, rows, columns)
        Classes on the segmentation's frames.
    discs : tuple of Disc
        Under their true indices.

    None where the slice is not fit to learn from: it is not known which disc is the first, or too few were found, or
    there is a gap in their row.
    """
    candidates, spots = find_candidates(segmentation)
    naming = name_candidates(candidates, "L5-S1")
    if not naming.discs or naming.warnings:
        return None
    found = [disc_of(disc) for disc in naming.discs]
    indices = indices_from_point(found, lowest_lps) if lowest_lps is not None else indices_from_partner(found, partner)
    if indices is None or sum(index >= 1 for index in indices) < LEAST_DISCS or 1 not in indices:
        return None
    kept = [
        (named.candidate, disc.renumbered(index))
        for named, disc, index in zip(naming.discs, found, indices, strict=True)
        if index >= 1
    ]
    labels = segmentation.labels()
    named = np.isin(spots, [candidate.label for candidate, _ in kept])
    labels[(labels == DISC) & ~_enlarged(named, labels.shape)] = 0
    labels[(labels == CANAL) & ~_largest(labels == CANAL)] = 0
    labels[(labels == VERTEBRA) & _below(segmentation.frames.volume, kept[0][0])] = 0
    return labels, tuple(disc for _, disc in kept)


def _enlarged(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A mask of (slices, rows, columns) on finer or coarser rows and columns."""
    rows, columns = (
        np.minimum(np.arange(fine) * coarse // fine, coarse - 1)
        for fine, coarse in zip(shape[1:], mask.shape[1:], strict=True)
    )
    return mask[:, rows][:, :, columns]


def _below(frames: Volume, lowest: Candidate) -> np.ndarray:
    """Where the sacrum's bodies can lie: below the plane of disc 1 and not far behind it; bool, shape of the frames."""
    slices, rows, columns = np.indices(frames.array.shape)
    points = frames.index_to_lps(np.stack([columns, rows, slices], -1).reshape(-1, 3))
    local = (points - lowest.center_lps_mm) @ lowest.axes_lps
    inside = (local[:, 2] < -1.0) & (local[:, 1] < lowest.depth_mm / 2 - SACRUM_LEAN * local[:, 2])
    return inside.reshape(frames.array.shape)


def _largest(mask: np.ndarray) -> np.ndarray:
    labels, count = ndimage.label(mask, np.ones((3, 3, 3), bool))
    if count == 0:
        return mask
    return labels == 1 + np.argmax(ndimage.sum_labels(mask, labels, np.arange(1, count + 1)))
