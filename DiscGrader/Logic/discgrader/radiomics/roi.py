"""The region that features are taken of: checked, cut out, and its voxels numbered."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage

from discgrader.errors import StudyError, UsageError
from discgrader.imaging.volume import Volume
from discgrader.radiomics.box import Index, index_of
from discgrader.radiomics.settings import Settings

_GEOMETRY_TOLERANCE = 1e-3
"""mm; by how much origins and spacings of an image and its mask may differ, since files round them. A round number."""


@dataclass(frozen=True, eq=False)
class Roi:
    """The voxels of one label.

    Parameters
    ----------
    low : tuple of 3 int
        Index (k, j, i) of the first corner of the box around them.
    mask : ndarray of bool, shape (K, J, I)
        Which voxels of the box belong to it.
    spacing_mm : ndarray, shape (3,)
        Size of a voxel along k, j, i.
    warnings : tuple of str
        What is odd about it.
    """

    low: Index
    mask: np.ndarray
    spacing_mm: np.ndarray
    warnings: tuple[str, ...] = ()

    @property
    def box(self) -> tuple[slice, ...]:
        """The box around the region in the volume's array."""
        return tuple(slice(low, low + size) for low, size in zip(self.low, self.mask.shape, strict=True))

    @cached_property
    def count(self) -> int:
        """Number of voxels."""
        return int(self.mask.sum())

    def values(self, box: np.ndarray) -> np.ndarray:
        """Values of the region's voxels, shape (N,), of an array of the box's shape."""
        return box[self.mask]

    def within(self, other: "Roi") -> "Roi":
        """The part of this region in another one's box, which must lie in this one's."""
        corner = np.array(other.low) - self.low
        part = tuple(slice(low, low + size) for low, size in zip(corner, other.mask.shape, strict=True))
        return Roi(other.low, self.mask[part], self.spacing_mm, self.warnings)

    def reduced(self, inside: np.ndarray, settings: Settings) -> "Roi":
        """The region of those voxels that ``inside``, shape (N,), says.

        Raises
        ------
        StudyError
            When too little is left.
        """
        mask = np.zeros_like(self.mask)
        mask[self.mask] = inside
        if mask.sum() <= 1:
            raise StudyError("resegmentRange leaves less than two voxels of the region; widen it.")
        return _cut(mask, self.low, self.spacing_mm, self.warnings, settings, "after resegmentation")


def find_roi(mask: Volume, label: int, settings: Settings, spacing_mm: np.ndarray | None = None) -> Roi:
    """The region of a label in a mask.

    Parameters
    ----------
    mask : Volume
    label : int
    settings : Settings
    spacing_mm : ndarray, shape (3,), optional
        The image's spacing along i, j, k, where files have rounded the mask's otherwise.

    Raises
    ------
    StudyError
        When the mask is empty or the region is too small to have features.
    UsageError
        When the label is not in the mask.
    """
    chosen = mask.array == label
    if not chosen.any():
        labels = [f"{value:g}" for value in np.unique(mask.array) if value != 0]
        if not labels:
            raise StudyError("The mask is empty; draw the region first.")
        raise UsageError(f"The mask has no voxel of label {label}; it has {', '.join(labels[:20])}.")
    warnings = ()
    spacing = (mask.spacing_mm if spacing_mm is None else spacing_mm)[::-1].copy()
    return _cut(chosen, (0, 0, 0), spacing, warnings, settings, f"of label {label}", components=True)


def mask_on_grid(volume: Volume, mask: Volume, settings: Settings) -> Volume:
    """The mask, which must lie on the voxels of the volume, or is brought there where the settings say so.

    Raises
    ------
    StudyError
        When sizes, spacings, directions or origins differ and `correctMask` is not set.
    """
    difference = _difference(volume, mask, settings)
    if difference is None:
        return mask
    if settings.correct_mask:
        return _on_grid_of(volume, mask)
    raise StudyError(f"{difference}; give a mask of the same geometry, or set correctMask.")


def _difference(volume: Volume, mask: Volume, settings: Settings) -> str | None:
    """How the geometries differ, in words; None when they do not."""
    if volume.array.shape != mask.array.shape:
        sizes = (" x ".join(map(str, image.size)) for image in (mask, volume))
        return "The mask has {} voxels and the image {}".format(*sizes)
    tolerance = settings.geometry_tolerance or _GEOMETRY_TOLERANCE
    corners = np.array(np.meshgrid(*[[0, size - 1] for size in volume.size], indexing="ij")).reshape(3, -1).T
    apart = np.abs(volume.index_to_lps(corners) - mask.index_to_lps(corners)).max()
    if apart > tolerance * volume.spacing_mm.min():
        return f"The mask is shifted by up to {apart:.3g} mm relative to the image"
    return None


def _on_grid_of(volume: Volume, mask: Volume) -> Volume:
    """The mask resampled to the voxels of the volume, each taking the nearest voxel's label."""
    import SimpleITK as sitk

    filled = mask if mask.array.dtype != bool else mask.with_array(mask.array.astype(np.uint8))
    moved = sitk.Resample(filled.to_sitk(), volume.to_sitk(), sitk.Transform(), sitk.sitkNearestNeighbor)
    return Volume(sitk.GetArrayFromImage(moved), volume.affine_lps)


def _cut(
    chosen: np.ndarray,
    low: tuple[int, int, int],
    spacing: np.ndarray,
    warnings: tuple[str, ...],
    settings: Settings,
    which: str,
    components: bool = False,
) -> Roi:
    """The region of the chosen voxels in its box, if it is large enough."""
    bounds = []
    for axis in range(3):
        filled = np.flatnonzero(chosen.any(axis=tuple(other for other in range(3) if other != axis)))
        bounds.append((int(filled[0]), int(filled[-1]) + 1))
    box = np.ascontiguousarray(chosen[tuple(slice(*bound) for bound in bounds)])
    count = int(box.sum())
    extended = sum(size > 1 for size in box.shape)
    if count == 1:
        raise StudyError(f"The region {which} is a single voxel, which has no features; draw a larger region.")
    if extended < settings.minimum_roi_dimensions:
        raise StudyError(
            f"The region {which} is longer than one voxel along only {extended} of the axes; features need "
            f"{settings.minimum_roi_dimensions} (minimumROIDimensions)."
        )
    if settings.minimum_roi_size is not None and count <= settings.minimum_roi_size:
        raise StudyError(
            f"The region {which} has {count} voxels; minimumROISize asks for more than {settings.minimum_roi_size}."
        )
    if components:
        pieces = ndimage.label(box, np.ones((3, 3, 3)))[1]
        if pieces > 1:
            warnings = (
                *warnings,
                f"The region {which} is in {pieces} pieces; the features are those of all pieces together.",
            )
    corner = index_of(first + bound[0] for first, bound in zip(low, bounds, strict=True))
    return Roi(corner, box, spacing, warnings)
