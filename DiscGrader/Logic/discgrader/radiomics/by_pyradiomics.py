"""The same rows computed by pyradiomics, where it is installed."""

import logging
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from discgrader.errors import StudyError, UsageError
from discgrader.imaging.volume import Volume
from discgrader.progress import Progress
from discgrader.radiomics.extractor import FeatureRow
from discgrader.radiomics.parameters import OnlyInPyradiomics, Parameters
from discgrader.radiomics.preprocess import check_values
from discgrader.radiomics.roi import find_roi, mask_on_grid
from discgrader.radiomics.settings import Settings

if TYPE_CHECKING:
    import SimpleITK as sitk

_WHOLE = 1_000_000
"""A padding larger than any image, so that pyradiomics cuts none of it."""


def has_pyradiomics() -> bool:
    """Whether pyradiomics can be imported."""
    try:
        import radiomics.featureextractor  # noqa: F401
    except ImportError:
        return False
    return True


class PyradiomicsExtractor:
    """Takes features of regions by pyradiomics; its filters see the whole sequence, as they do in DiscGrader.

    Parameters
    ----------
    content : mapping
        The content of a parameter file.

    Raises
    ------
    UsageError
        When pyradiomics is not installed, or does not take the parameters.
    """

    def __init__(self, content: Mapping) -> None:
        try:
            from radiomics import featureextractor
        except ImportError as error:
            raise UsageError(
                "pyradiomics is not installed; install it, or use the engine 'discgrader', which gives the same values."
            ) from error
        logging.getLogger("radiomics").setLevel(logging.CRITICAL)
        logging.getLogger("pykwalify").setLevel(logging.CRITICAL)
        # A crop around the region would change what the filters see, and with it Laplacians by up to 80 %.
        given = content.get("setting") or {}
        # What is resampled is normalized and resampled here, see `_resampled`.
        done = {"normalize": False, "resampledPixelSpacing": None} if _resamples(given) else {}
        setting = {**given, "preCrop": False, "padDistance": _WHOLE, "additionalInfo": False, **done}
        self._given = given
        try:
            self.parameters: Parameters | None = Parameters.from_mapping(content)
        except OnlyInPyradiomics:
            self.parameters = None
        try:
            self._extractor = featureextractor.RadiomicsFeatureExtractor({**content, "setting": setting})
        except Exception as error:
            raise UsageError(f"pyradiomics does not accept these parameters ({_first_line(error)}).") from error

    def extract(
        self, volume: Volume, mask: Volume, label: int | None = None, progress: Progress = Progress()
    ) -> FeatureRow:
        """The features of one region, as `discgrader.radiomics.extractor.RadiomicsExtractor.extract`.

        ``progress`` is asked before the work begins; pyradiomics itself cannot be stopped.
        """
        progress.check()
        settings = self.parameters.settings if self.parameters else Settings()
        label = label or int(self._extractor.settings.get("label", 1))
        check_values(volume)
        mask = mask_on_grid(volume, mask, settings)
        roi = find_roi(mask, label, settings)
        integers = mask.with_array(mask.array.astype(np.int32))
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                image, region = volume.to_sitk(), integers.to_sitk()
                if _resamples(self._given):
                    image, region = _resampled(image, region, {**self._given, "label": label})
                found = self._extractor.execute(image, region, label=label)
        except (ValueError, RuntimeError, IndexError, AssertionError) as error:
            raise StudyError(f"pyradiomics cannot compute features of label {label} ({_first_line(error)}).") from error
        names = self.parameters.feature_names() if self.parameters else tuple(found)
        values = np.array([float(found.get(name, np.nan)) for name in names])
        holes = {
            name: "pyradiomics returns no value"
            for name, value in zip(names, values, strict=True)
            if not np.isfinite(value)
        }
        return FeatureRow(names, np.where(np.isfinite(values), values, np.nan), holes, roi.warnings)

    def start(self, volume: Volume, region: np.ndarray | None = None) -> None:
        """Pyradiomics filters again for every region; there is nothing to begin with."""


def _resamples(setting: Mapping) -> bool:
    return setting.get("resampledPixelSpacing") is not None and setting.get("interpolator", "") is not None


def _resampled(image: "sitk.Image", mask: "sitk.Image", setting: Mapping) -> "tuple[sitk.Image, sitk.Image]":
    """Image and mask on the whole of the new grid, around the region as pyradiomics resamples them in its crop.

    pyradiomics would filter that crop, and with a padding that makes it the whole image, voxels whose center falls
    midway between two old ones would come out otherwise.
    """
    import SimpleITK as sitk
    from radiomics import imageoperations

    setting = {key: value for key, value in setting.items() if value is not None}
    if setting.get("normalize"):
        image = imageoperations.normalizeImage(image, **setting)
    whole, _ = imageoperations.resampleImage(image, mask, **{**setting, "padDistance": _WHOLE})
    part, region = imageoperations.resampleImage(image, mask, **setting)
    corner = [int(index) for index in whole.TransformPhysicalPointToIndex(part.GetOrigin())]
    empty = sitk.Image(whole.GetSize(), region.GetPixelID())
    empty.CopyInformation(whole)
    return tuple(
        sitk.Paste(below, above, above.GetSize(), destinationIndex=corner)
        for below, above in ((whole, part), (empty, region))
    )


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
