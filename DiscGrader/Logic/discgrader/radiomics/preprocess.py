"""A sequence before it is filtered: normalized and resampled, as pyradiomics does."""

import numpy as np

from discgrader.errors import StudyError
from discgrader.imaging.volume import Volume
from discgrader.radiomics.resampling import Resampling
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
