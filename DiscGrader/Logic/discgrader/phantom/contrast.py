"""Signal equations: how bright each tissue is on each sequence."""

from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass, replace

import numpy as np

from discgrader.imaging.study import Contrast
from discgrader.phantom.tissues import FAT_TISSUES, Relaxation, Tissue, relaxation


@dataclass(frozen=True)
class Sequence:
    """A spin echo sequence.

    Parameters
    ----------
    contrast : Contrast
        Its contrast.
    repetition_ms, echo_ms : float
        Repetition time and (effective) echo time in ms.
    restore : float
        Share of the remaining transverse magnetization that is flipped back at the end of the echo train (driven
        equilibrium), 0 to 1; it brightens fluid.
    inversion_ms : float or None
        Inversion time of an inversion recovery, in ms.
    field_t : float
        Field strength, 1.5 or 3 T.
    fat_kept, water_kept : float
        Share of the signal of fat and of all other tissue that is left: a fat-suppressed series, or the water part of
        a Dixon series, keeps little of fat's, the fat part little of the rest.
    """

    contrast: Contrast
    repetition_ms: float
    echo_ms: float
    restore: float = 0.0
    inversion_ms: float | None = None
    field_t: float = 1.5
    fat_kept: float = 1.0
    water_kept: float = 1.0

    def signals(self, tissues: SequenceOf[Relaxation] | None = None) -> np.ndarray:
        """Signal of every tissue as a share of the largest possible one, float32, shape (tissues,).

        The spin echo equation S = PD (1 - exp(-TR / T1)) exp(-TE / T2), which a turbo spin echo follows with its
        effective echo time; the flipped-back part adds to the longitudinal magnetization at the start of the next
        repetition. After an inversion the magnitude of 1 - 2 exp(-TI / T1) + exp(-TR / T1) takes its place.

        Parameters
        ----------
        tissues : sequence of Relaxation, optional
            Relaxation of each of `Tissue` in place of that at this field strength.
        """
        rows = tissues or [relaxation(tissue, self.field_t) for tissue in Tissue]
        density = np.array([row.density for row in rows])
        t1 = np.array([row.t1_ms for row in rows])
        recovered = np.exp(-self.repetition_ms / t1)
        decayed = np.exp(-self.echo_ms / np.array([row.t2_ms for row in rows]))
        steady = (1 - recovered) / (1 - self.restore * recovered * decayed)
        if self.inversion_ms is not None:
            steady = np.abs(1 - 2 * np.exp(-self.inversion_ms / t1) + recovered)
        kept = np.where(FAT_TISSUES, self.fat_kept, self.water_kept)
        return (density * steady * decayed * kept).astype(np.float32)


SEQUENCES: dict[str, Sequence] = {
    "T1": Sequence(Contrast.T1, 600.0, 10.0),
    "T2": Sequence(Contrast.T2, 3500.0, 106.0),
    "T2_SPACE": Sequence(Contrast.T2_SPACE, 1500.0, 145.0, restore=0.7),
    "STIR": Sequence(Contrast.STIR, 4500.0, 60.0, inversion_ms=165.0),
    "T2_FS": Sequence(Contrast.STIR, 4000.0, 85.0, fat_kept=0.08),
    "T1_FS": Sequence(Contrast.T1_FS, 600.0, 10.0, fat_kept=0.08),
    "PD": Sequence(Contrast.OTHER, 3000.0, 20.0),
    "T2_FAT": Sequence(Contrast.OTHER, 3500.0, 90.0, water_kept=0.04),
    "AX_T2": Sequence(Contrast.T2, 4500.0, 100.0),
    "AX_T1": Sequence(Contrast.T1, 600.0, 10.0),
}
"""Sequences by what `discgrader.phantom.study.make_study` calls them, with times as usual at 1.5 T (compare the scanner
settings in SPIDER's overview). ``T2_FS`` is a T2 with fat suppression or the water part of a Dixon series, ``T2_FAT``
the fat part of one."""

INVERSION_AT_3T_MS = 210.0
"""STIR's inversion time at 3 T, where fat has a longer T1; general use."""


def at_scanner(role: str, field_t: float, repetition: float, echo: float) -> Sequence:
    """The sequence of this role at a field strength, with times this many times the usual ones."""
    usual = SEQUENCES[role]
    inversion = INVERSION_AT_3T_MS if usual.inversion_ms and field_t > 2 else usual.inversion_ms
    return replace(
        usual,
        field_t=field_t,
        repetition_ms=round(usual.repetition_ms * repetition),
        echo_ms=round(usual.echo_ms * echo),
        inversion_ms=inversion,
    )
