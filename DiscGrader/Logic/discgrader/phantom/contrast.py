"""Signal equations: how bright each tissue is on each sequence."""

from dataclasses import dataclass

import numpy as np

from discgrader.imaging.study import Contrast
from discgrader.phantom.tissues import RELAXATION, Tissue


@dataclass(frozen=True)
class Sequence:
    """A spin echo sequence.

    Parameters
    ----------
    contrast : Contrast
        What it weights.
    repetition_ms, echo_ms : float
        Repetition time and (effective) echo time in ms.
    restore : float
        Share of the remaining transverse magnetization that is flipped back at the end of the echo train (driven
        equilibrium), 0 to 1; it brightens fluid.
    """

    contrast: Contrast
    repetition_ms: float
    echo_ms: float
    restore: float = 0.0

    def signals(self) -> np.ndarray:
        """Signal of every tissue as a share of the largest possible one, float32, shape (tissues,).

        The spin echo equation S = PD (1 - exp(-TR / T1)) exp(-TE / T2), which a turbo spin echo follows with its
        effective echo time; the flipped-back part adds to the longitudinal magnetization at the start of the next
        repetition.
        """
        rows = [RELAXATION[tissue] for tissue in Tissue]
        density = np.array([row.density for row in rows])
        recovered = np.exp(-self.repetition_ms / np.array([row.t1_ms for row in rows]))
        decayed = np.exp(-self.echo_ms / np.array([row.t2_ms for row in rows]))
        steady = (1 - recovered) / (1 - self.restore * recovered * decayed)
        return (density * steady * decayed).astype(np.float32)


SEQUENCES: dict[str, Sequence] = {
    "T1": Sequence(Contrast.T1, 600.0, 10.0),
    "T2": Sequence(Contrast.T2, 3500.0, 106.0),
    "T2_SPACE": Sequence(Contrast.T2_SPACE, 1500.0, 120.0, restore=0.7),
    "AX_T2": Sequence(Contrast.T2, 4500.0, 100.0),
}
"""Sequences by role, with times as usual at 1.5 T (compare the scanner settings in SPIDER's overview)."""
