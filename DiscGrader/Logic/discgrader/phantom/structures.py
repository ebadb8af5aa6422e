"""The anatomical structures that the truth about a digital spine is measured on."""

from enum import IntEnum


class Structure(IntEnum):
    """What a point belongs to, finer than the segmentation label."""

    NONE = 0
    BODY = 1
    DISC = 2
    HERNIATION = 3
    SAC = 4
    CAUDA_ROOT = 5
    CORD = 6
    PASSING_ROOT = 7
    EXITING_ROOT = 8
    FLAVUM = 9
    EPIDURAL_FAT = 10
    FORAMINAL_FAT = 11
    FORAMINAL_WALL = 12
    JOINT_SPACE = 13
    UPPER_ARTICULAR_PROCESS = 14
    LOWER_ARTICULAR_PROCESS = 15
    OSTEOPHYTE = 16
    CALCIFICATION = 17
    MODIC = 18
    ENDPLATE_DEFECT = 19
    ARCH = 20
