"""The tissues and structures that the digital spine is made of, and what a magnet sees in the tissues."""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np


class Structure(IntEnum):
    """What a point belongs to, finer than the segmentation label; the truth is measured on it."""

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


class Tissue(IntEnum):
    """Every tissue of the digital spine; the value is its row in arrays of tissue fractions."""

    AIR = 0
    FAT = 1
    MUSCLE = 2
    SKIN = 3
    LIGAMENT = 4
    CORTEX = 5
    MARROW_WATER = 6
    MARROW_FAT = 7
    VEIN = 8
    NUCLEUS = 9
    FIBROUS_DISC = 10
    ANNULUS = 11
    CARTILAGE = 12
    CSF = 13
    CORD = 14
    ROOT = 15
    FLOWING_BLOOD = 16
    BOWEL = 17
    GAS = 18
    ORGAN = 19
    EDEMA = 20


@dataclass(frozen=True)
class Relaxation:
    """What a spin echo shows of a tissue at 1.5 T.

    Parameters
    ----------
    density : float
        Proton density as a share of water's, reduced where motion or flow takes signal away.
    t1_ms, t2_ms : float
        Relaxation times in ms. For fat the T2 is the apparent one of long echo trains, which is longer than that of
        single echoes (J coupling), so that fat stays bright on turbo spin echo.
    fat : bool
        Whether its protons are fat's, and so are displaced by the chemical shift.
    """

    density: float
    t1_ms: float
    t2_ms: float
    fat: bool = False


RELAXATION: dict[Tissue, Relaxation] = {
    Tissue.AIR: Relaxation(0.0, 1000.0, 100.0),
    Tissue.FAT: Relaxation(1.0, 288.0, 165.0, fat=True),
    Tissue.MUSCLE: Relaxation(0.85, 1008.0, 44.0),
    Tissue.SKIN: Relaxation(0.75, 887.0, 40.0),
    Tissue.LIGAMENT: Relaxation(0.45, 700.0, 22.0),
    Tissue.CORTEX: Relaxation(0.15, 300.0, 8.0),
    Tissue.MARROW_WATER: Relaxation(0.85, 900.0, 49.0),
    Tissue.MARROW_FAT: Relaxation(0.95, 288.0, 185.0, fat=True),
    Tissue.VEIN: Relaxation(0.9, 1441.0, 170.0),
    Tissue.NUCLEUS: Relaxation(0.95, 1000.0, 165.0),
    Tissue.FIBROUS_DISC: Relaxation(0.84, 800.0, 48.0),
    Tissue.ANNULUS: Relaxation(0.62, 850.0, 30.0),
    Tissue.CARTILAGE: Relaxation(0.8, 1060.0, 42.0),
    Tissue.CSF: Relaxation(1.0, 3600.0, 1500.0),
    Tissue.CORD: Relaxation(0.8, 745.0, 84.0),
    Tissue.ROOT: Relaxation(0.8, 815.0, 77.0),
    Tissue.FLOWING_BLOOD: Relaxation(0.22, 1441.0, 120.0),
    Tissue.BOWEL: Relaxation(0.85, 900.0, 70.0),
    Tissue.GAS: Relaxation(0.03, 1000.0, 60.0),
    Tissue.ORGAN: Relaxation(0.85, 650.0, 60.0),
    Tissue.EDEMA: Relaxation(0.95, 1250.0, 125.0),
}
"""Relaxation of every tissue at 1.5 T.

Muscle, spinal cord, optic nerve (for roots) and blood after Stanisz et al., Magn Reson Med 2005;54:507-512; fat, marrow
fat and cartilage after Gold et al., AJR 2004;183:343-351; T2 of marrow's water after de Bazelaire et al., Radiology
2004;230:652-659. Disc tissues are set so that the nucleus spans what T2 mapping finds between healthy and degenerated
discs (some 160 down to 45 ms); CSF, vein, bowel and the densities are set by eye against real pictures.
"""

T1_AT_3T_MS: dict[Tissue, float] = {
    Tissue.FAT: 371.0,
    Tissue.MARROW_FAT: 365.0,
    Tissue.MUSCLE: 1412.0,
    Tissue.MARROW_WATER: 980.0,
    Tissue.VEIN: 1932.0,
    Tissue.FLOWING_BLOOD: 1932.0,
    Tissue.CARTILAGE: 1240.0,
    Tissue.CORD: 993.0,
    Tissue.ROOT: 1083.0,
    Tissue.CSF: 4000.0,
    Tissue.NUCLEUS: 1170.0,
    Tissue.FIBROUS_DISC: 935.0,
    Tissue.ANNULUS: 980.0,
    Tissue.EDEMA: 1450.0,
}
"""T1 at 3 T where it differs from that at 1.5 T: same sources as for 1.5 T; disc tissues lengthened in proportion."""

T2_AT_3T: dict[Tissue, float] = {
    Tissue.FAT: 0.81,
    Tissue.MARROW_FAT: 0.81,
    Tissue.CARTILAGE: 0.88,
    Tissue.CORD: 0.93,
    Tissue.NUCLEUS: 0.9,
    Tissue.FIBROUS_DISC: 0.92,
    Tissue.ANNULUS: 0.92,
}
"""T2 at 3 T as a share of that at 1.5 T (Gold et al. 2004 for fat and cartilage, Stanisz et al. 2005 for the cord)."""


def relaxation(tissue: Tissue, field_t: float) -> Relaxation:
    """Relaxation of a tissue at 1.5 or 3 T."""
    at_low = RELAXATION[tissue]
    if field_t < 2.0:
        return at_low
    return replace(at_low, t1_ms=T1_AT_3T_MS.get(tissue, at_low.t1_ms), t2_ms=at_low.t2_ms * T2_AT_3T.get(tissue, 1.0))


FAT_TISSUES = np.array([RELAXATION[tissue].fat for tissue in Tissue])
"""Which rows of an array of tissue fractions are displaced by the chemical shift, bool, shape (tissues,)."""
