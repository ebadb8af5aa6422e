"""A picture with its place in the patient."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import SimpleITK as sitk

_FEW, _MOST, _OUTLYING = 0.001, 0.99, 0.1
"""A lowest value that lies farther below the first thousandth of all values than a tenth of the range is padding, not
signal. Round numbers."""

_SEEN_VOXELS = 200_000
"""Voxels that quantiles are taken of: bounds the time. A round number."""

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Volume:
    """A scalar volume and where its voxels lie.

    Parameters
    ----------
    array : ndarray, shape (K, J, I)
        Voxel values, slowest axis first.
    affine_lps : ndarray, shape (4, 4)
        Maps a voxel index (i, j, k, 1) to LPS millimetres. May be left-handed.
    """

    array: np.ndarray
    affine_lps: np.ndarray

    @cached_property
    def no_signal(self) -> float:
        """The value that stands for no signal, from which ratios of signals are counted: 0 in MR as scanners write it.

        It is the lowest value; where that lies far below all others (padding), the one that 0.1 % of the voxels are not
        above. Whatever is added to all voxels is added to it, so that nothing that is counted from it changes.
        """
        lowest = float(self.array.min())
        few, most = (float(quantile) for quantile in np.quantile(self.array.ravel()[:: self._stride], [_FEW, _MOST]))
        return lowest if few - lowest <= _OUTLYING * (most - few) else few

    @property
    def _stride(self) -> int:
        return max(1, self.array.size // _SEEN_VOXELS) | 1

    @property
    def spacing_mm(self) -> np.ndarray:
        """Distance between voxel centres along i, j and k, in mm, shape (3,)."""
        return np.linalg.norm(self.affine_lps[:3, :3], axis=0)

    @property
    def directions(self) -> np.ndarray:
        """Unit vectors of i, j and k in LPS as the columns of a (3, 3) matrix."""
        return self.affine_lps[:3, :3] / self.spacing_mm

    @property
    def size(self) -> tuple[int, int, int]:
        """Number of voxels along i, j and k."""
        k, j, i = self.array.shape
        return i, j, k

    def index_to_lps(self, index: np.ndarray) -> np.ndarray:
        """LPS positions in mm, shape (..., 3), of voxel indices (i, j, k), shape (..., 3)."""
        return np.asarray(index, float) @ self.affine_lps[:3, :3].T + self.affine_lps[:3, 3]

    def lps_to_index(self, point: np.ndarray) -> np.ndarray:
        """Continuous voxel indices (i, j, k), shape (..., 3), of LPS positions in mm, shape (..., 3)."""
        inverse = np.linalg.inv(self.affine_lps[:3, :3])
        return (np.asarray(point, float) - self.affine_lps[:3, 3]) @ inverse.T

    def with_array(self, array: np.ndarray) -> "Volume":
        """Another volume of the same geometry."""
        if array.shape != self.array.shape:
            raise ValueError(f"array of shape {array.shape} does not fit a volume of shape {self.array.shape}")
        return Volume(array, self.affine_lps)

    @property
    def affine_ras(self) -> np.ndarray:
        """Maps a voxel index (i, j, k, 1) to RAS millimetres, shape (4, 4)."""
        return LPS_TO_RAS @ self.affine_lps

    @classmethod
    def from_sitk(cls, image: sitk.Image) -> "Volume":
        """The volume that a three-dimensional SimpleITK image holds."""
        affine = np.eye(4)
        affine[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * np.asarray(image.GetSpacing())
        affine[:3, 3] = image.GetOrigin()
        return cls(sitk.GetArrayFromImage(image), affine)

    def to_sitk(self) -> sitk.Image:
        """The same volume as a SimpleITK image."""
        image = sitk.GetImageFromArray(self.array)
        image.SetSpacing([float(s) for s in self.spacing_mm])
        image.SetOrigin([float(x) for x in self.affine_lps[:3, 3]])
        image.SetDirection([float(d) for d in self.directions.ravel()])
        return image


def lps_to_ras(points: np.ndarray) -> np.ndarray:
    """RAS of LPS positions or directions (and the other way round), shape (..., 3)."""
    return np.asarray(points, float) * np.array([-1.0, -1.0, 1.0])
