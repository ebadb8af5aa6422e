"""Points that are being filled with tissue, the foremost organ first."""

from collections.abc import Mapping

import numpy as np

from discgrader.phantom.tissues import Tissue

SPENT = 0.01
"""Share of a voxel that is still open; less is not worth painting."""

STEPS_PER_MM = 32
"""Distances are kept as whole thirty-seconds of a mm, in 16 bits."""

BAND_FRONT_MM = -80.0
"""From the curve of the spine to the front: vertebrae, great vessels and the psoas; what lies beyond is painted in
coarse pixels."""

BAND_BACK_MM = 62.0
"""From the curve to the back: the spinous processes and the muscles beside them."""

BAND_SIDE_MM = 82.0
"""To either side: transverse processes and psoas."""


class Canvas:
    """A set of sample points and the tissue fractions found at them so far.

    Organs are painted from the foremost to the hindmost: each takes its share of what is still open at a point, so an
    organ never has to know where its neighbours end, and points that are full are not looked at again.

    Parameters
    ----------
    points : ndarray, shape (n, 3)
        LPS mm, float32.
    s, d : ndarray, shape (n,)
        Their coordinates along and behind the thecal sac, mm.
    edge_mm : float
        Size of a pixel: over this length one tissue passes into the next.

    Attributes
    ----------
    fractions : ndarray, shape (tissues, n)
        Share of each tissue at each point, float32.
    open : ndarray, shape (n,)
        Share not yet filled.
    label : ndarray, shape (n,)
        Segmentation label, uint16; see `discgrader.localize.labels`.
    structure : ndarray, shape (n,)
        `Structure` that prevails at each point, uint8.
    """

    def __init__(self, points: np.ndarray, s: np.ndarray, d: np.ndarray, edge_mm: float) -> None:
        self.points, self.s, self.d, self.edge_mm = points, s, d, edge_mm
        self.fractions = np.zeros((len(Tissue), len(points)), np.float32)
        self.open = np.ones(len(points), np.float32)
        self.label = np.zeros(len(points), np.uint16)
        self.structure = np.zeros(len(points), np.uint8)
        self.low, self.high = points.min(axis=0), points.max(axis=0)
        side = np.abs(points[:, 0]) < BAND_SIDE_MM
        band = np.flatnonzero((d > BAND_FRONT_MM) & (d < BAND_BACK_MM) & side)
        # Sorting small integers takes a fraction of the time that sorting numbers takes.
        steps = _steps(s[band])
        order = np.argsort(steps, kind="stable")
        self._band, self._band_s = band[order], steps[order]
        self._band_d, self._band_x = d[self._band], np.abs(points[self._band, 0])

    @property
    def has_band(self) -> bool:
        """Whether any point lies near the spine."""
        return len(self._band) > 0

    def band(self, low_s: float, high_s: float, front: float, back: float, side: float) -> np.ndarray:
        """Indices of open points near the spine: s between the first two, d between the next two, |x| below the
        last."""
        ends = np.searchsorted(self._band_s, _steps(np.array((low_s, high_s), np.float32)))
        start, end = np.asarray(ends)
        if start == end:
            return self._band[:0]
        d, x = self._band_d[start:end], self._band_x[start:end]
        index = self._band[start:end][(d > np.float32(front)) & (d < np.float32(back)) & (x < np.float32(side))]
        return index[self.open[index] > SPENT]

    def still_open(self) -> np.ndarray:
        """Indices of all open points."""
        return np.flatnonzero(self.open > SPENT)

    def paint(
        self,
        index: np.ndarray,
        cover: np.ndarray,
        mixture: Mapping[Tissue, float | np.ndarray],
        label: int | np.ndarray = 0,
        structure: int | np.ndarray = 0,
    ) -> None:
        """Fill points with a mixture of tissues.

        Parameters
        ----------
        index : ndarray of int, shape (m,)
            The points.
        cover : ndarray, shape (m,)
            Share of each point that lies in the organ, 0 to 1.
        mixture : mapping of Tissue to float or ndarray of shape (m,)
            What the organ consists of there; shares sum to 1.
        label : int or ndarray of shape (m,)
            Label that points take which are mostly filled by this organ; 0 for none.
        structure : int or ndarray of shape (m,)
            The same for `Structure`.
        """
        if len(index) == 0:
            return
        there = self.open[index]
        taken = there * cover
        for tissue, share in mixture.items():
            self.fractions[tissue, index] += taken * share
        self.open[index] = there - taken
        if np.any(label) or np.any(structure):
            mostly = (cover > 0.5) & (there > 0.5)
            index = index[mostly]
            for values, given in ((self.label, label), (self.structure, structure)):
                wanted = given[mostly] if isinstance(given, np.ndarray) else given
                values[index] = np.where(values[index] == 0, wanted, values[index])


def _steps(s: np.ndarray) -> np.ndarray:
    """Heights in whole steps, int16, shape (n,)."""
    return np.clip(s * np.float32(STEPS_PER_MM), -32000, 32000).astype(np.int16)
