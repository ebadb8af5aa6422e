"""The digital spine as a whole: what tissue there is at any point of the patient."""

from dataclasses import dataclass

import numpy as np

from discgrader.phantom.bend import Bend
from discgrader.phantom.canvas import BAND_FRONT_MM, Canvas
from discgrader.phantom.fields import Texture
from discgrader.phantom.level import Level
from discgrader.phantom.organs.arch import Arch
from discgrader.phantom.organs.canal import Canal
from discgrader.phantom.organs.column import Column
from discgrader.phantom.organs.facets import Facets
from discgrader.phantom.organs.foramina import Foramina
from discgrader.phantom.organs.surroundings import Surroundings
from discgrader.phantom.skeleton import Skeleton
from discgrader.phantom.spine import SpineParameters
from discgrader.phantom.tissues import Tissue

SPINE_FRONT_MM, SPINE_BACK_MM, SPINE_SIDE_MM = 50.0, 46.0, 34.0
"""From the curve of the spine forward, backward and to either side: what vertebrae with their processes take."""


@dataclass(frozen=True, eq=False)
class TissueSample:
    """What was found at sample points.

    Parameters
    ----------
    fractions : ndarray, shape (tissues, n)
        Share of each tissue of `Tissue`; each column sums to 1.
    label : ndarray, shape (n,)
        Segmentation label, uint16; see `discgrader.localize.labels`.
    structure : ndarray, shape (n,)
        `Structure` at each point, uint8.
    """

    fractions: np.ndarray
    label: np.ndarray
    structure: np.ndarray


class Anatomy:
    """Implicit anatomy: it holds no voxels, only shapes, and so can be rendered in any plane and resolution.

    Parameters
    ----------
    parameters : SpineParameters
        What to build.

    Attributes
    ----------
    skeleton : Skeleton
        Where bones and discs lie in the patient.
    levels : tuple of Level
        The canal beside each disc, from L5-S1 upwards, each in its disc's place in the patient.

    Raises
    ------
    UsageError
        If what was asked of a disc cannot be together.
    """

    def __init__(self, parameters: SpineParameters) -> None:
        self.parameters = parameters
        # All organs are built around the straight spine; the points at which they are sampled are straightened.
        straight = Skeleton(parameters)
        self._bend = Bend(parameters.curve, straight)
        self._sac = straight.sac
        texture = Texture.of(parameters.seed)
        levels = tuple(Level(disc, self._sac) for disc in straight.discs)
        self.skeleton = straight.moved(self._bend.place)
        self.levels = tuple(level.moved(disc) for level, disc in zip(levels, self.skeleton.discs))
        self._column = Column(straight, self._sac, levels, texture)
        self._canal = Canal(straight, self._sac, levels, texture)
        self._foramina = Foramina(straight, self._sac, levels)
        self._arch = Arch(straight, self._sac, levels, Facets(levels, texture), texture)
        self._surroundings = Surroundings(straight, self._sac, self._arch, texture)

    def sample(self, points: np.ndarray, edge_mm: float = 0.7) -> TissueSample:
        """Tissue at LPS points.

        Parameters
        ----------
        points : ndarray, shape (n, 3)
            LPS mm.
        edge_mm : float
            Length over which one tissue passes into the next, as a rule the size of a pixel.
        """
        points = self._bend.straighten(np.ascontiguousarray(points, np.float32))
        s, d = self._sac.coordinates(points)
        canvas = Canvas(points, s, d, edge_mm)
        if canvas.has_band:
            self._column.paint(canvas)
            self._canal.paint_recesses(canvas)
            self._foramina.paint_roots(canvas)
            self._canal.paint_sac(canvas)
            self._arch.paint(canvas)
            self._foramina.paint_walls(canvas)
            self._canal.paint_surroundings(canvas)
        self._surroundings.paint(canvas)
        return TissueSample(canvas.fractions, canvas.label, canvas.structure)

    def in_belly(self, points: np.ndarray) -> np.ndarray:
        """Which LPS points of shape (..., 3) lie in front of all that belongs to the spine, bool, shape (...)."""
        return self._beside_sac(points)[1] < BAND_FRONT_MM

    def near_spine(self, points: np.ndarray) -> np.ndarray:
        """Which LPS points of shape (..., 3) lie in the column, the canal or the arches, bool, shape (...)."""
        x, d = self._beside_sac(points)
        return (d > -SPINE_FRONT_MM) & (d < SPINE_BACK_MM) & (np.abs(x) < SPINE_SIDE_MM)

    def _beside_sac(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mm to the left of the sac and behind it, each of shape (...)."""
        flat = self._bend.straighten(np.ascontiguousarray(points.reshape(-1, 3), np.float32))
        shape = points.shape[:-1]
        return flat[:, 0].reshape(shape), self._sac.coordinates(flat)[1].reshape(shape)

    def tissue_at(self, points: np.ndarray) -> np.ndarray:
        """The prevailing `Tissue` at LPS points of shape (n, 3), shape (n,)."""
        return np.argmax(self.sample(points, edge_mm=0.05).fractions, axis=0).astype(np.uint8)

    def skin_y(self, z: np.ndarray) -> np.ndarray:
        """Depth of the skin of the back, LPS y in mm, at height z."""
        return self._surroundings.skin_y(z)

    @property
    def tissues(self) -> tuple[Tissue, ...]:
        """Rows of the tissue fractions."""
        return tuple(Tissue)
