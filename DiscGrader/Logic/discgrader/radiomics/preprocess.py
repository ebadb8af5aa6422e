"""A sequence before it is filtered: normalized and resampled, exactly as pyradiomics does.

pyradiomics resamples a block around each region, padded by ``padDistance`` voxels of the new grid
(``imageoperations.resampleImage``). All blocks of a sequence lie on one grid, whose first corner (not voxel center) is
the sequence's own. Where a new voxel's center falls midway between two old ones, or an interpolated gray value midway
between two whole numbers, rounding of the block's origin in the last binary digit decides which of the two is taken, so
the block itself has to be resampled to give the same region and values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from discgrader.errors import StudyError
from discgrader.imaging.volume import Volume
from discgrader.radiomics.box import Box, Index, index_of
from discgrader.radiomics.settings import Settings

if TYPE_CHECKING:
    import SimpleITK as sitk


_NEAREST = ("sitkNearestNeighbor", "sitkLabelGaussian")
"""Interpolators that take one voxel's value, so that a tie decides which."""

MOST_VOXELS = 2**29
"""A grid of more voxels than this, 2 GiB of them, is refused rather than tried."""


@dataclass(frozen=True)
class Resampling:
    """What a sequence is resampled to.

    Parameters
    ----------
    spacing_mm : tuple of 3 float
        Along i, j, k.
    block : Box or None
        The part of the new grid, as indices (k, j, i), that pyradiomics resamples for the region; None where the
        values do not depend on it.
    """

    spacing_mm: tuple[float, ...]
    block: Box | None = None

    @classmethod
    def of(cls, volume: Volume, region: np.ndarray, settings: Settings) -> Resampling | None:
        """The resampling that the settings ask for; None for none.

        An axis stays as it is where 0 was asked for or where the region is one voxel thick.

        Parameters
        ----------
        volume : Volume
        region : ndarray of bool, shape (K, J, I)
            The region's voxels, of which there must be one.
        settings : Settings

        Raises
        ------
        StudyError
            When the new grid would be too large.
        """
        if settings.resampled_pixel_spacing is None or settings.interpolator is None:
            return None
        before = volume.spacing_mm
        box = Box.around(region)
        assert box is not None, "the region has a voxel"
        thick = np.array(box.shape[::-1]) > 1
        wanted = np.array(settings.resampled_pixel_spacing, float)
        wanted = np.where((wanted == 0) | ~thick, before, wanted)
        if np.allclose(before, wanted):
            return None
        found = cls(tuple(float(length) for length in wanted))
        if np.prod([float(count) for count in found.shape(volume)]) > MOST_VOXELS:
            raise StudyError(
                f"Resampling to {' x '.join(f'{length:g}' for length in wanted)} mm would make an image of "
                f"{' x '.join(str(count) for count in found.shape(volume)[::-1])} voxels; choose a larger spacing."
            )
        return replace(found, block=found._block(volume, box, settings.pad_distance))

    def shape(self, volume: Volume) -> Index:
        """Size (k, j, i) of the volume's array on the new grid."""
        size = np.ceil(np.array(volume.size) * self._ratio(volume)).astype(int)
        return index_of(size[::-1])

    def of_values(self, volume: Volume, settings: Settings) -> Resampling:
        """The resampling of the sequence, without its block where its values do not depend on that."""
        rounded = volume.array.dtype.kind != "f" and not settings.normalize
        return self if rounded or settings.interpolator in _NEAREST else replace(self, block=None)

    def image(self, image: sitk.Image, interpolator: str) -> sitk.Image:
        """A SimpleITK image on the whole of the new grid, its block as pyradiomics gives it."""
        import SimpleITK as sitk

        whole = self._resampled(image, getattr(sitk, interpolator), None)
        if self.block is None:
            return whole
        part = self._resampled(image, getattr(sitk, interpolator), self.block)
        return sitk.Paste(whole, part, part.GetSize(), destinationIndex=list(self.block.low[::-1]))

    def mask(self, mask: Volume) -> Volume:
        """A mask of 0 and 1 on the new grid; its region must lie in the block."""
        import SimpleITK as sitk

        assert self.block is not None, "masks are resampled in the block of their region"
        image = mask.with_array(mask.array.astype(np.uint8)).to_sitk()
        part = self._resampled(image, sitk.sitkNearestNeighbor, self.block)
        array = np.zeros(self.shape(mask), np.uint8)
        array[self.block.slices()] = sitk.GetArrayViewFromImage(part)
        affine = Volume.from_sitk(part).affine_lps
        affine[:3, 3] = self._origin(image, np.zeros(3))
        return Volume(array, affine)

    def _ratio(self, volume: Volume) -> np.ndarray:
        return volume.spacing_mm / np.array(self.spacing_mm)

    def _block(self, volume: Volume, box: Box, padding: int) -> Box:
        """Pyradiomics' block around a box of voxels of the sequence."""
        ratio = self._ratio(volume)
        low, size = np.array(box.low[::-1]), np.array(box.shape[::-1])
        first = np.maximum(np.floor((low - 0.5) * ratio - padding), 0)
        last = np.minimum(np.ceil((low + size - 0.5) * ratio + padding), np.ceil(np.array(volume.size) * ratio) - 1)
        return Box(tuple(first[::-1].astype(int).tolist()), tuple((last[::-1] + 1).astype(int).tolist()))

    def _resampled(self, image: sitk.Image, interpolator: int, block: Box | None) -> sitk.Image:
        import SimpleITK as sitk

        before, after = np.array(image.GetSpacing()), np.array(self.spacing_mm)
        size = np.ceil(np.array(image.GetSize()) * (before / after)).astype(int) if block is None else block.shape[::-1]
        first = np.zeros(3) if block is None else np.array(block.low[::-1], float)
        return sitk.Resample(
            image,
            [int(count) for count in size],
            sitk.Transform(),
            interpolator,
            self._origin(image, first),
            after.tolist(),
            image.GetDirection(),
            0.0,
        )

    def _origin(self, image: sitk.Image, first: np.ndarray) -> tuple[float, ...]:
        """Where the voxel ``first`` (i, j, k) of the new grid lies in LPS mm; the order of operations is
        pyradiomics'."""
        before, after = np.array(image.GetSpacing()), np.array(self.spacing_mm)
        index = 0.5 * (after - before) / before + first / (before / after)
        return image.TransformContinuousIndexToPhysicalPoint(index.tolist())


def check_values(volume: Volume, what: str = "The image") -> None:
    """Refuse a volume that is no picture.

    Raises
    ------
    StudyError
        When it has voxels that are not numbers.
    """
    array = volume.array
    if array.dtype.kind == "f":
        bad = array.size - int(np.isfinite(array).sum())
        if bad:
            raise StudyError(f"{what} has {bad} voxels that are not numbers; replace them by a value first.")
    elif array.dtype.kind not in "iu":
        raise StudyError(f"{what} does not contain gray values; give a numeric image.")


def prepare(volume: Volume, settings: Settings, resampling: Resampling | None) -> Volume:
    """The sequence normalized, with outliers removed, and resampled, whatever of that the settings ask for.

    Parameters
    ----------
    volume : Volume
    settings : Settings
    resampling : Resampling or None
        What to resample to.

    Raises
    ------
    StudyError
        When all voxels have the same value, which cannot be normalized.
    """
    import SimpleITK as sitk

    if not settings.normalize and resampling is None:
        return volume
    image = volume.to_sitk()
    if settings.normalize:
        if volume.array.min() == volume.array.max():
            raise StudyError("All voxels of the image have the same value; it cannot be normalized.")
        image = sitk.Normalize(image)
        limit = settings.remove_outliers
        if limit is not None:
            clipped = sitk.GetImageFromArray(np.clip(sitk.GetArrayViewFromImage(image), -limit, limit))
            clipped.CopyInformation(image)
            image = clipped
        image = image * settings.normalize_scale
    if resampling is None:
        # The affine of the volume is kept rather than put together again, which would round.
        return volume.with_array(sitk.GetArrayFromImage(image))
    assert settings.interpolator is not None, "there is no resampling without one"
    return Volume.from_sitk(resampling.image(image, settings.interpolator))
