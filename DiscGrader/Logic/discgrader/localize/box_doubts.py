"""What is doubtful about where ROI boxes lie."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from discgrader.imaging.volume import Volume
from discgrader.localize.disc import RoiBox

ONE_DISC_MM = 10.0
"""Boxes whose middles are nearer lie on one disc: the middles of neighboring discs are about three times as far
apart."""


def box_doubts(boxes: Mapping[str, RoiBox], pictures: Sequence[Volume]) -> tuple[str, ...]:
    """A sentence for each box that shows nothing, and for each two that lie on one disc.

    Parameters
    ----------
    boxes : mapping of level to RoiBox
    pictures : sequence of Volume
        Those that the boxes are read on; where there is none, no box is doubted for lying outside.
    """
    outside = [
        f"The box of {level} lies outside the picture; move it back onto its disc, or delete it."
        for level, box in boxes.items()
        if pictures and is_outside(box, pictures)
    ]
    return (*outside, *_on_one_disc(boxes))


def is_outside(box: RoiBox, pictures: Sequence[Volume]) -> bool:
    """Whether no part of a box lies in any of the pictures."""
    return all(_apart(box, one) for one in pictures)


def _apart(box: RoiBox, picture: Volume) -> bool:
    """Whether one of the faces of either parts the two."""
    size = np.array(picture.size)
    corners = picture.lps_to_index(box.corners_lps())
    ends = np.stack(np.meshgrid(*np.stack([np.full(3, -0.5), size - 0.5], axis=1), indexing="ij"), axis=-1).reshape(
        -1, 3
    )
    across = box.to_local(picture.index_to_lps(ends))
    beside_picture = (corners.max(axis=0) < -0.5) | (corners.min(axis=0) > size - 0.5)
    beside_box = (across.max(axis=0) < -box.size_mm / 2) | (across.min(axis=0) > box.size_mm / 2)
    return bool(beside_picture.any() or beside_box.any())


def _on_one_disc(boxes: Mapping[str, RoiBox]) -> list[str]:
    found = []
    for (level, box), (other, its) in combinations(boxes.items(), 2):
        away = float(np.linalg.norm(box.center_lps_mm - its.center_lps_mm))
        if away < ONE_DISC_MM:
            found.append(
                f"The boxes of {level} and {other} lie on one disc, {away:.0f} mm apart; move or delete one of them."
            )
    return found
