"""The values of a segmentation, in files, in scenes and in the masks of the SPIDER data set."""

from enum import IntEnum

import numpy as np


class Label(IntEnum):
    """What a voxel of a segmentation is. ``DISC`` itself is no value: a disc has it plus its index from the sacrum."""

    NOTHING = 0
    VERTEBRA = 1
    CANAL = 100
    DISC = 200


def disc_label(index_from_sacrum: int) -> int:
    """The value of the disc of this index, 1 being the lowest."""
    return int(Label.DISC) + int(index_from_sacrum)


def index_of(label: int) -> int:
    """The index from the sacrum of the disc of this value; the inverse of `disc_label`."""
    return int(label) - int(Label.DISC)


def is_disc(labels: np.ndarray) -> np.ndarray:
    """Which of these values are of a disc, whichever it is; bool, of the same shape."""
    return labels > int(Label.DISC)


def of_spider(mask: np.ndarray) -> np.ndarray:
    """A mask of the SPIDER data set with these values, uint16, of the same shape.

    SPIDER numbers its vertebrae, 1 to 25, and 101 to 125 where they are cut off by the edge of the picture. Its canal
    and its discs are as here.
    """
    most = 25
    vertebra = ((mask >= 1) & (mask <= most)) | ((mask > Label.CANAL) & (mask <= Label.CANAL + most))
    spine = np.where(mask == Label.CANAL, int(Label.CANAL), np.where(vertebra, int(Label.VERTEBRA), 0))
    return np.where(is_disc(mask), mask, spine).astype(np.uint16)
