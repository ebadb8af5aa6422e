"""True indices for training: which found disc is the one that SPIDER's table calls 1."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.labels import Label, disc_label, is_disc

NEAR_MM = 13.0
USUAL_STEP_MM = 34.0


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
    """True indices of discs (from the foot upwards) where the centre of disc 1 is known.

    The disc near that point is 1; where none was found there, the discs above count by their distance from it.
    """
    if not discs:
        return []
    centers = np.array([disc.center_lps_mm for disc in discs])
    away = np.linalg.norm(centers[:, 1:] - lowest_lps[1:], axis=1)
    nearest = int(away.argmin())
    if away[nearest] <= NEAR_MM:
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
    from discgrader.imaging.resample import sample

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
    close = [shift for shift, row in zip(shifts, away.min(1), strict=True) if row < NEAR_MM]
    if len(close) < max(3, len(discs) // 2):
        return None
    shift = int(np.bincount(np.array(close) + 10).argmax() - 10)
    return [disc.index_from_sacrum + shift for disc in discs]
