"""What kind of DICOM object a file is: an MR picture, another picture, or none; decided by all that its header says."""

from collections.abc import Mapping

from pydicom.dataset import Dataset
from pydicom.uid import UID

from discgrader.imaging.dicom_values import named

NOT_AN_IMAGE = "no image"
"""Begins the reason of files such as reports, which nobody misses."""

_MR_MODALITIES = ("MR", "MRI", "NMR")
_SAYS_NOTHING = ("", "OT", "SC", "UNKNOWN", "NONE", "ZZ")
_OF_MR = (
    "MagneticFieldStrength",
    "EchoTime",
    "RepetitionTime",
    "EchoTrainLength",
    "ScanningSequence",
    "SequenceVariant",
    "MRAcquisitionType",
    "SequenceName",
    "PulseSequenceName",
    "FlipAngle",
    "InversionTime",
    "AcquisitionContrast",
)
_OF_CT = ("KVP", "ConvolutionKernel")


def why_not_an_image(header: Mapping[str, object], dataset: Dataset) -> str | None:
    """Why a file holds no gray picture with a place in the patient; None when it may."""
    if "Rows" not in dataset and "Columns" not in dataset:
        return f"{NOT_AN_IMAGE}, such as a report or a presentation state ({header.get('Modality', 'no Modality')})"
    samples = header.get("SamplesPerPixel", 1)
    if samples not in (1, [1]):
        return f"a color image ({named('SamplesPerPixel')} is {samples})"
    kind = str(header.get("PhotometricInterpretation", "MONOCHROME2")).upper()
    if not kind.startswith("MONOCHROME"):
        return f"a color image ({named('PhotometricInterpretation')} is {kind})"
    if dataset.get("PerFrameFunctionalGroupsSequence"):
        return None
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient"):
        if keyword not in header:
            return (
                f"without a position in the patient, such as a screenshot ({named(keyword)} is missing or "
                "cannot be read)"
            )
    return None


def is_mr(header: Mapping[str, object], broken: set[str], meta: Dataset) -> str | None:
    """None for an MR picture, else why it is taken for another: Modality and SOP class decide, else what is measured.

    A SOP class that the data set lacks is that of the file meta information.
    """
    modality = str(header.get("Modality", "")).upper()
    uid = UID(str(header.get("SOPClassUID") or meta.get("MediaStorageSOPClassUID") or ""))
    by_modality = None if modality in _SAYS_NOTHING else modality in _MR_MODALITIES
    by_class = None if not uid.name.endswith("Storage") or "Secondary" in uid.name else "MR Image" in uid.name
    if by_modality is True or (by_modality is None and by_class is True):
        if by_class is False and by_modality is True and _measures(header, _OF_MR) < 2:
            return f"{named('Modality')} is {modality}, but {named('SOPClassUID')} says {uid.name}"
        return None
    if by_modality is False:
        if by_class is True:
            return f"{named('Modality')} is {modality}, but {named('SOPClassUID')} says {uid.name}"
        return f"{modality}, not MR ({named('Modality')})"
    if by_class is False:
        return f"{uid.name}, not MR ({named('SOPClassUID')})"
    if _measures(header, _OF_CT):
        return f"measured with X-rays, not MR ({named('KVP')} or {named('ConvolutionKernel')})"
    if _measures(header, _OF_MR) or modality == "":
        return None
    return f"{modality}, and nothing in the header says that it is MR ({named('Modality')}, {named('SOPClassUID')})"


def may_not_be_mr(header: Mapping[str, object]) -> bool:
    """Whether neither Modality nor any measure says that a picture is MR, so that it is only taken for it."""
    modality = str(header.get("Modality", "")).upper()
    by_class = "MR" in UID(str(header.get("SOPClassUID", ""))).name
    return modality in _SAYS_NOTHING and not _measures(header, _OF_MR) and not by_class


def _measures(header: Mapping[str, object], keywords: tuple[str, ...]) -> int:
    return sum(keyword in header for keyword in keywords)
