"""The values of a segmentation, as files, scenes and masks of the SPIDER data set have them."""

from enum import IntEnum

import numpy as np

__all__ = ["Label", "disc_label", "is_disc"]


class Label(IntEnum):
    """What a voxel of a segmentation is. ``DISC`` itself is no value: a disc has it plus its index from the sacrum."""

    NOTHING = 0
    VERTEBRA = 1
    CANAL = 100
    DISC = 200


def disc_label(index_from_sacrum: int) -> int:
    """The value of the disc of this index, 1 being the lowest."""
    return int(Label.DISC) + int(index_from_sacrum)


def is_disc(labels: np.ndarray) -> np.ndarray:
    """Which of these values are of a disc, whichever it is; bool, of the same shape."""
    return labels > int(Label.DISC)
