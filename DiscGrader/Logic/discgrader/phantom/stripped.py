"""Headers of the digital spine's DICOM images as poor and odd as those of public sets, old scanners and exports.

Each kind takes the slices of one series and gives them back changed, pixels and places kept, so that every study made
so shows the same spine and has to be read as the same.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from discgrader.errors import UsageError

if TYPE_CHECKING:
    from pydicom import Dataset

Images = list["Dataset"]
_ROOT = "1.2.3."


def strip(images: Images, kinds: Sequence[str], number: int) -> Images:
    """The slices of series ``number`` (from 1) with headers of these kinds.

    Raises
    ------
    UsageError
        If there is no such kind.
    """
    check_kinds(kinds)
    for kind in (name for given in kinds for name in (PUBLIC if given == "public" else (given,))):
        images = KINDS[kind](images, number)
    return images


def check_kinds(kinds: Sequence[str]) -> None:
    """Refuse kinds that there are not.

    Raises
    ------
    UsageError
        Names them all.
    """
    unknown = [kind for kind in kinds if kind != "public" and kind not in KINDS]
    if unknown:
        raise UsageError(f"There is no kind {unknown[0]} of stripped headers; choose from public, {', '.join(KINDS)}.")


def _each(change: Callable[["Dataset", int, int], None]) -> Callable[[Images, int], Images]:
    """A kind that changes one slice at a time: ``change(image, number of the slice from 1, number of the series)``."""

    def kind(images: Images, series: int) -> Images:
        for number, image in enumerate(images, 1):
            change(image, number, series)
        return images

    return kind


def _without(*keywords: str) -> Callable[[Images, int], Images]:
    def change(image: "Dataset", number: int, series: int) -> None:
        for keyword in keywords:
            if keyword in image:
                del image[keyword]

    return _each(change)


def _stating(**values: object) -> Callable[[Images, int], Images]:
    def change(image: "Dataset", number: int, series: int) -> None:
        for keyword, value in values.items():
            setattr(image, keyword, value)

    return _each(change)


def _set_instance(image: "Dataset", uid: str) -> None:
    from pydicom.uid import UID

    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = UID(uid)


def _no_sop_class(image: "Dataset", number: int, series: int) -> None:
    from pydicom.uid import EnhancedMRImageStorage

    del image.SOPClassUID
    image.file_meta.MediaStorageSOPClassUID = EnhancedMRImageStorage


def _own_study(image: "Dataset", number: int, series: int) -> None:
    image.StudyInstanceUID = f"{_ROOT}7.{series}"


def _own_series(image: "Dataset", number: int, series: int) -> None:
    image.SeriesInstanceUID = f"{_ROOT}8.{series}.{number}"


def _own_frame(image: "Dataset", number: int, series: int) -> None:
    image.FrameOfReferenceUID = f"{_ROOT}9.{series}"


def _rle(image: "Dataset", number: int, series: int) -> None:
    from pydicom.uid import RLELossless

    uid = image.SOPInstanceUID
    image.compress(RLELossless)
    _set_instance(image, uid)


def _pixels(image: "Dataset", values: np.ndarray) -> None:
    image.PixelData = np.ascontiguousarray(values, "<u2").tobytes()
    image["PixelData"].VR = "OW"


def _stored(image: "Dataset") -> np.ndarray:
    return np.frombuffer(image.PixelData, "<u2").reshape(image.Rows, image.Columns)


def _inverted(image: "Dataset", number: int, series: int) -> None:
    image.PhotometricInterpretation = "MONOCHROME1"
    _pixels(image, 4095 - _stored(image))


def _shifted_bits(image: "Dataset", number: int, series: int) -> None:
    image.HighBit = 15
    _pixels(image, _stored(image) << 4)


def _overlay(image: "Dataset", number: int, series: int) -> None:
    image.add_new((0x6000, 0x0100), "US", 1)
    image.add_new((0x6000, 0x0102), "US", 12)
    values = _stored(image).copy()
    values[::7, ::5] |= 0x1000
    _pixels(image, values)


def _more_bits(image: "Dataset", number: int, series: int) -> None:
    """Values beyond the bits that are said to be stored."""
    image.BitsStored, image.HighBit = 8, 7


def _padding(image: "Dataset", number: int, series: int) -> None:
    values = _stored(image).copy()
    values[:6], values[:, -9:] = 63536, 63536
    image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 15, 1
    image.add_new("PixelPaddingValue", "US", 63536)
    _pixels(image, values)


def _legacy(images: Images, series: int) -> Images:
    """One Legacy Converted Enhanced MR image, its times in the unassigned sequences."""
    import pydicom
    from pydicom.uid import LegacyConvertedEnhancedMRImageStorage

    whole, times = images[0], ("EchoTime", "RepetitionTime", "InversionTime", "EchoTrainLength", "ScanningSequence")
    shared, rest = pydicom.Dataset(), pydicom.Dataset()
    for keyword in times:
        if keyword in whole:
            setattr(rest, keyword, whole[keyword].value)
    shared.UnassignedSharedConvertedAttributesSequence = [rest]
    shared.PixelMeasuresSequence = [_of(whole, "PixelSpacing", "SliceThickness")]
    shared.PlaneOrientationSequence = [_of(whole, "ImageOrientationPatient")]
    frames = []
    for image in images:
        frame = pydicom.Dataset()
        frame.PlanePositionSequence = [_of(image, "ImagePositionPatient")]
        frames.append(frame)
    pixels = b"".join(image.PixelData for image in images)
    for keyword in (*times, "PixelSpacing", "SliceThickness", "ImageOrientationPatient", "ImagePositionPatient"):
        if keyword in whole:
            del whole[keyword]
    whole.SOPClassUID = whole.file_meta.MediaStorageSOPClassUID = LegacyConvertedEnhancedMRImageStorage
    whole.SharedFunctionalGroupsSequence, whole.PerFrameFunctionalGroupsSequence = [shared], frames
    whole.NumberOfFrames, whole.PixelData = len(images), pixels
    whole["PixelData"].VR = "OW"
    return [whole]


def _of(image: "Dataset", *keywords: str) -> "Dataset":
    import pydicom

    part = pydicom.Dataset()
    for keyword in keywords:
        setattr(part, keyword, image[keyword].value)
    return part


KINDS: dict[str, Callable[[Images, int], Images]] = {
    "no-modality": _without("Modality"),
    "no-sop-class": _each(_no_sop_class),
    "instances-again": _each(lambda image, number, series: _set_instance(image, f"{_ROOT}{number}")),
    "one-instance": _each(lambda image, number, series: _set_instance(image, f"{_ROOT}1")),
    "own-frame-of-reference": _each(_own_frame),
    "no-frame-of-reference": _without("FrameOfReferenceUID"),
    "no-description": _stating(SeriesDescription="", ProtocolName=""),
    "no-times": _without(
        "EchoTime",
        "RepetitionTime",
        "InversionTime",
        "EchoTrainLength",
        "ScanningSequence",
        "SequenceVariant",
        "ScanOptions",
        "MRAcquisitionType",
    ),
    "rle": _each(_rle),
    "one-series": _stating(SeriesInstanceUID=f"{_ROOT}8"),
    "no-series": _without("SeriesInstanceUID"),
    "series-of-one-slice": _each(_own_series),
    "own-study": _each(_own_study),
    "no-study": _without("StudyInstanceUID"),
    "no-patient": _stating(PatientID="", PatientName=""),
    "no-dates": _without("StudyDate", "StudyTime"),
    "no-numbers": _without("InstanceNumber", "SeriesNumber"),
    "one-number": _stating(InstanceNumber=1),
    "no-thickness": _without("SliceThickness", "SpacingBetweenSlices"),
    "wrong-thickness": _stating(SliceThickness=99, SpacingBetweenSlices=0.5),
    "wrong-location": _stating(SliceLocation=0),
    "no-position-of-patient": _without("PatientPosition", "BodyPartExamined"),
    "no-photometric": _without("PhotometricInterpretation", "SamplesPerPixel"),
    "no-bits": _without("BitsStored", "HighBit", "PixelRepresentation"),
    "inverted": _each(_inverted),
    "high-bits": _each(_shifted_bits),
    "overlay-in-pixels": _each(_overlay),
    "more-bits-than-stated": _each(_more_bits),
    "signed": _stating(PixelRepresentation=1, BitsStored=16, HighBit=15),
    "wrong-sign": _stating(PixelRepresentation=1),
    "padded": _each(_padding),
    "rescaled": _stating(RescaleSlope=1, RescaleIntercept=-1024),
    "no-slope": _stating(RescaleSlope=0, RescaleIntercept=0),
    "legacy-converted": _legacy,
}
"""By name what is done to the headers of a series."""

PUBLIC = (
    "no-modality",
    "no-sop-class",
    "instances-again",
    "own-frame-of-reference",
    "no-description",
    "no-times",
    "rle",
)
"""What public challenges do to a study at once."""
