"""The same rows computed by pyradiomics, where it is installed."""

import logging
import warnings
from collections.abc import Mapping

import numpy as np

from discgrader.errors import StudyError, UsageError
from discgrader.imaging.volume import Volume
from discgrader.radiomics.extractor import FeatureRow
from discgrader.radiomics.parameters import ForeignFeature, Parameters
from discgrader.radiomics.preprocess import check_values
from discgrader.radiomics.roi import find_roi, mask_on_grid
from discgrader.radiomics.settings import Settings

_WHOLE = 1_000_000


def pyradiomics_is_there() -> bool:
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
        setting = {**(content.get("setting") or {}), "preCrop": False, "padDistance": _WHOLE, "additionalInfo": False}
        try:
            self.parameters: Parameters | None = Parameters.from_mapping(content)
        except ForeignFeature:
            self.parameters = None
        try:
            self._extractor = featureextractor.RadiomicsFeatureExtractor({**content, "setting": setting})
        except Exception as error:  # noqa: BLE001  its validator raises many kinds, all of which say what is wrong
            raise UsageError(f"pyradiomics does not take these parameters ({_first_line(error)}).") from error

    def extract(self, volume: Volume, mask: Volume, label: int | None = None) -> FeatureRow:
        """The features of one region, as `discgrader.radiomics.extractor.RadiomicsExtractor.extract`."""
        settings = self.parameters.settings if self.parameters else Settings()
        label = label or int(self._extractor.settings.get("label", 1))
        check_values(volume)
        mask = mask_on_grid(volume, mask, settings)
        roi = find_roi(mask, label, settings)
        integers = mask.with_array(mask.array.astype(np.int32))
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                found = self._extractor.execute(volume.to_sitk(), integers.to_sitk(), label=label)
        except (ValueError, RuntimeError, IndexError, AssertionError) as error:
            raise StudyError(f"pyradiomics cannot take features of label {label} ({_first_line(error)}).") from error
        names = self.parameters.feature_names() if self.parameters else tuple(found)
        values = np.array([float(found.get(name, np.nan)) for name in names])
        holes = {
            name: "pyradiomics gives no value"
            for name, value in zip(names, values, strict=True)
            if not np.isfinite(value)
        }
        return FeatureRow(names, np.where(np.isfinite(values), values, np.nan), holes, roi.warnings)

    def start(self, volume: Volume, region: np.ndarray | None = None) -> None:
        """pyradiomics filters anew for every region; there is nothing to begin with."""


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
