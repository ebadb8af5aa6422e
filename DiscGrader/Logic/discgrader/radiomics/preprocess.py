"""A sequence before it is filtered: normalized and resampled, as pyradiomics does."""

import numpy as np

from discgrader.errors import StudyError
from discgrader.imaging.volume import Volume
from discgrader.radiomics.settings import Settings


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
            raise StudyError(f"{what} has {bad} voxels that are not numbers; set them to a value first.")
    elif array.dtype.kind not in "iu":
        raise StudyError(f"{what} does not hold gray values; give an image of numbers.")


def prepare(volume: Volume, settings: Settings, spacing_mm: tuple[float, ...] | None) -> Volume:
    """The sequence normalized, with outliers removed, and resampled, whatever of that the settings ask for.

    Parameters
    ----------
    volume : Volume
    settings : Settings
    spacing_mm : tuple of 3 float, or None
        The spacing along i, j, k to resample to, as `target_spacing` says.

    Raises
    ------
    StudyError
        When all voxels have the same value, which cannot be normalized.
    """
    import SimpleITK as sitk

    if not settings.normalize and spacing_mm is None:
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
    if spacing_mm is not None:
        interpolator = getattr(sitk, settings.interpolator)
        image = _resample(image, spacing_mm, interpolator)
    # The affine of the volume is kept rather than put together again, which would round.
    array = sitk.GetArrayFromImage(image)
    return Volume(array, volume.affine_lps if spacing_mm is None else Volume.from_sitk(image).affine_lps)


def target_spacing(volume: Volume, mask: np.ndarray, settings: Settings) -> tuple[float, ...] | None:
    """The spacing along i, j, k in mm to which a sequence is resampled for a region, None for as it is.

    An axis stays as it is where 0 was asked for or where the region is one voxel thick.
    """
    if settings.resampled_pixel_spacing is None:
        return None
    spacing = volume.spacing_mm
    extents = [np.ptp(np.flatnonzero(mask.any(axis=tuple(o for o in range(3) if o != axis)))) for axis in (2, 1, 0)]
    wanted = np.array(settings.resampled_pixel_spacing, float)
    wanted = np.where((wanted == 0) | (np.array(extents) == 0), spacing, wanted)
    return None if np.allclose(spacing, wanted) else tuple(float(one) for one in wanted)


def grid_shape(volume: Volume, spacing_mm: tuple[float, ...] | None) -> tuple[int, int, int]:
    """Size (k, j, i) of the volume's array when it is resampled to this spacing along i, j, k."""
    if spacing_mm is None:
        return volume.array.shape
    size = np.ceil(np.array(volume.size) * (volume.spacing_mm / np.array(spacing_mm))).astype(int)
    return tuple(int(one) for one in size[::-1])


def resample_mask(mask: Volume, spacing_mm: tuple[float, ...]) -> Volume:
    """A mask of 0 and 1 on the grid that `prepare` resamples to."""
    import SimpleITK as sitk

    image = mask.with_array(mask.array.astype(np.uint8)).to_sitk()
    return Volume.from_sitk(_resample(image, spacing_mm, sitk.sitkNearestNeighbor))


def _resample(image: object, spacing_mm: tuple[float, ...], interpolator: int) -> object:
    """A SimpleITK image on a grid of another spacing whose first corner (not voxel center) is the image's own."""
    import SimpleITK as sitk

    before, after = np.array(image.GetSpacing()), np.array(spacing_mm)
    size = np.ceil(np.array(image.GetSize()) * (before / after)).astype(int)
    first = image.TransformContinuousIndexToPhysicalPoint((0.5 * (after - before) / before).tolist())
    return sitk.Resample(
        image, size.tolist(), sitk.Transform(), interpolator, first, after.tolist(), image.GetDirection(), 0.0
    )
