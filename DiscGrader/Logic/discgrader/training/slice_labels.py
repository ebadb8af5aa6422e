"""Labels for slices that have no masks: what a network finds, cleaned by what a reader knows of the slice.

The reader set the centre of disc 1 on each T2 slice. SPIDER's masks hold neither sacrum nor remnants of S1-S2, and so
must these labels: else the second round would learn the very mistakes of the first.
"""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import Candidate, find_candidates
from discgrader.localize.disc import Disc
from discgrader.localize.localizer import disc_of
from discgrader.localize.naming import name_candidates
from discgrader.localize.segment import CANAL, DISC, VERTEBRA, Segmentation
from discgrader.training.indices import indices_from_partner, indices_from_point

LEAST_DISCS = 5
"""A slice on which fewer are found is not learned from."""

SACRUM_LEAN = 0.35
"""How far towards the back the sacrum's bodies run, below disc 1, for every mm towards the foot along its normal."""


def clean_labels(
    segmentation: Segmentation, lowest_lps: np.ndarray | None, partner: Sequence[Disc]
) -> tuple[np.ndarray, tuple[Disc, ...]] | None:
    """Labels of a slice without sacrum, remnants below disc 1, spots outside the row of discs and of the canal.

    Parameters
    ----------
    lowest_lps : ndarray, shape (3,), or None
        Where a reader has set the centre of disc 1.
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
    found = [disc_of(one) for one in naming.discs]
    indices = indices_from_point(found, lowest_lps) if lowest_lps is not None else indices_from_partner(found, partner)
    if indices is None or sum(index >= 1 for index in indices) < LEAST_DISCS or 1 not in indices:
        return None
    kept = [
        (one.candidate, disc.renumbered(index))
        for one, disc, index in zip(naming.discs, found, indices, strict=True)
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
