"""Headers of DICOM files: one entry for every slice, whether it is a file of its own or a frame of many."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset

from discgrader.errors import StudyError
from discgrader.imaging.dicom_kind import is_mr, why_not_an_image
from discgrader.imaging.dicom_values import UNREADABLE, HeaderError, named, numbers, one_number, values_of
from discgrader.imaging.study import LeftOut, listed
from discgrader.progress import Progress

HEADER = (
    "SOPClassUID",
    "Modality",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "StudyID",
    "StudyDescription",
    "SeriesNumber",
    "SeriesDescription",
    "ProtocolName",
    "BodyPartExamined",
    "Manufacturer",
    "ManufacturerModelName",
    "MagneticFieldStrength",
    "PatientSex",
    "PatientAge",
    "PatientPosition",
    "SliceThickness",
    "SpacingBetweenSlices",
    "ImageType",
    "EchoTime",
    "EchoNumbers",
    "RepetitionTime",
    "InversionTime",
    "FlipAngle",
    "EchoTrainLength",
    "ScanningSequence",
    "SequenceVariant",
    "SequenceName",
    "PulseSequenceName",
    "EchoPulseSequence",
    "ScanOptions",
    "MRAcquisitionType",
    "AcquisitionContrast",
    "ContrastBolusAgent",
    "ContrastBolusIngredient",
    "ContrastBolusVolume",
    "ContrastBolusTotalDose",
    "DiffusionBValue",
    "InversionRecovery",
    "SpectrallySelectedSuppression",
)
"""Keywords kept of each series, where DICOM states them, beside its `Identity`."""

_IDENTITY = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")

_SPLITTING = (
    "EchoNumbers",
    "EchoTime",
    "TemporalPositionIdentifier",
    "TemporalPositionIndex",
    "ImageType",
    "InversionTime",
    "DiffusionBValue",
    "TriggerTime",
    "StackID",
    "AcquisitionNumber",
    "SliceLocation",
)
_TOP = sorted(
    {
        *HEADER,
        *_SPLITTING,
        *_IDENTITY,
        "SOPInstanceUID",
        "InstanceNumber",
        "Rows",
        "Columns",
        "NumberOfFrames",
        "SamplesPerPixel",
        "PhotometricInterpretation",
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "PixelSpacing",
        "RescaleSlope",
        "RescaleIntercept",
        "PatientName",
        "PatientBirthDate",
        "SeriesDate",
        "AcquisitionDate",
        "ContentDate",
        "SeriesTime",
        "AcquisitionTime",
        "ContentTime",
        "KVP",
        "ConvolutionKernel",
    }
)
_TAGS = [*_TOP, "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "ContrastBolusAgentSequence"]

# Functional groups (DICOM PS3.3 C.7.6.16.2 and C.8.13.5) that hold what classic files say at the top. Legacy converted
# files keep what has no group of its own in the unassigned ones, which come first, so that the others count more.
_GROUPS = (
    "UnassignedSharedConvertedAttributesSequence",
    "UnassignedPerFrameConvertedAttributesSequence",
    "PlanePositionSequence",
    "PlaneOrientationSequence",
    "PixelMeasuresSequence",
    "PixelValueTransformationSequence",
    "FrameContentSequence",
    "MREchoSequence",
    "MRTimingAndRelatedParametersSequence",
    "MRModifierSequence",
    "MRImageFrameTypeSequence",
    "MRDiffusionSequence",
)
_FIRST_OF_META, _FIRST_OF_DATA = (0, 1, 2), (0, 1, 5, 8, 18, 22, 24, 32, 96)
"""Elements that the file meta group (0002) and the data set (0008) can begin with, DICOM PS3.6: a file without a
preamble is recognized by them."""

_FIRST_ELEMENTS = {
    group + bytes([element, 0])
    for group, elements in ((b"\x02\x00", _FIRST_OF_META), (b"\x08\x00", _FIRST_OF_DATA))
    for element in elements
}
_RENAMED = {"EffectiveEchoTime": "EchoTime", "FrameType": "ImageType", "InversionTimes": "InversionTime"}
_FROM_GROUPS = (
    *HEADER,
    *_SPLITTING,
    *_RENAMED,
    *_IDENTITY,
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "RescaleSlope",
    "RescaleIntercept",
)
_WIDEST_PIXEL_MM = 20.0
"""Wider pixels show nothing of a spine; such a value is in another unit. A round number."""

_SMALLEST_SIDE_MM, _LARGEST_SIDE_MM = 10.0, 2500.0
"""Smaller and larger images than any scanner makes of a patient: the spacing is in another unit. Round numbers."""

_LARGEST_INTERCEPT = 1e6
"""Float32 keeps seven digits, so that steps of one slope would be lost beside a larger intercept."""


@dataclass(frozen=True, eq=False)
class Slice:
    """One slice, as its header describes it.

    Parameters
    ----------
    path : Path
        The file that holds it.
    frame : int
        Which of the file's frames it is, from 0.
    frames : int
        How many the file has.
    shape : tuple of int
        Rows and columns.
    position : ndarray, shape (3,)
        LPS mm of the centre of the first pixel.
    row, column : ndarray, shape (3,)
        Unit vectors in LPS along a row (towards the next column) and along a column (towards the next row).
    pixel_spacing : tuple of float
        Distance between rows and between columns, in mm.
    slope, intercept : float
        Stored to real values.
    header : dict
        DICOM keyword to value, plain Python types, functional groups included.
    """

    path: Path
    frame: int
    frames: int
    shape: tuple[int, int]
    position: np.ndarray
    row: np.ndarray
    column: np.ndarray
    pixel_spacing: tuple[float, float]
    slope: float
    intercept: float
    header: dict

    @property
    def normal(self) -> np.ndarray:
        """Unit vector in LPS across the slice, shape (3,)."""
        return np.cross(self.row, self.column)

    @property
    def instance(self) -> str:
        """What a person calls the slice: its image number, or its frame number."""
        return str(self.frame + 1 if self.frames > 1 else self.header.get("InstanceNumber", self.path.name))


def is_dicom(path: Path) -> bool:
    """Whether a file holds DICOM and is no DICOMDIR; old files without a preamble count, too."""
    if path.name.upper() == "DICOMDIR" or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            start = file.read(136)
    except OSError:
        return False
    if start[128:132] == b"DICM":
        return True
    # raw voxels of other formats may begin like an element, too: only elements that come first in real files count
    if start[:4] not in _FIRST_ELEMENTS:
        return False
    length = int.from_bytes(start[4:8], "little")
    return start[4:6] in (b"UL", b"UI", b"CS", b"OB", b"DA") or (length % 2 == 0 and length <= 128)


def study_instance_uid(path: Path) -> str:
    """The StudyInstanceUID of a DICOM file, ``""`` when it has none."""
    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["StudyInstanceUID"], force=True)
    except UNREADABLE:
        return ""
    return str(dataset.get("StudyInstanceUID", ""))


def read_headers(files: Sequence[Path], progress: Progress) -> tuple[list[Slice], list[LeftOut]]:
    """Every slice of the MR images among DICOM files, and why the other files were left out.

    Raises
    ------
    StudyError
        When none of the files is an MR image.
    """
    slices: list[Slice] = []
    passed: dict[tuple[str, str], list[Path]] = {}
    modalities: set[str] = set()
    for number, path in enumerate(files):
        progress.report("reading", number / len(files), path.name)
        series, reason = "", None
        try:
            dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS, force=True)
            top, broken = values_of(dataset, _TOP)
            top |= _agent_of_codes(dataset, top)
            series = str(top.get("SeriesDescription") or top.get("ProtocolName") or "")
            modalities.add(str(top.get("Modality", "")))
            reason = why_not_an_image(top, dataset) or is_mr(top, broken, dataset.file_meta)
            if reason is None:
                slices += _slices(path, dataset, top, broken)
        except HeaderError as error:
            reason = str(error)
        except UNREADABLE:
            reason = "a damaged DICOM file"
        if reason is not None:
            passed.setdefault((series, reason), []).append(path)
    left_out = [LeftOut(listed(paths, series), reason) for (series, reason), paths in passed.items()]
    if not slices:
        others = sorted(modalities - {"MR", ""})
        found = f" (found {', '.join(others)})" if others else ""
        reasons = " ".join(entry.sentence for entry in left_out[:3])
        raise StudyError(f"There is no MR series{found}; give the MR images of the spine. {reasons}".strip())
    return slices, left_out


def _agent_of_codes(dataset: Dataset, top: Mapping[str, object]) -> dict:
    """The contrast agent where it is stated by codes alone, as enhanced files do."""
    codes = dataset.get("ContrastBolusAgentSequence")
    if not codes or "ContrastBolusAgent" in top:
        return {}
    return {"ContrastBolusAgent": str(codes[0].get("CodeMeaning") or "contrast agent")}


def _slices(path: Path, dataset: Dataset, top: dict, broken: set[str]) -> list[Slice]:
    frames = int(one_number(top, "NumberOfFrames", 1, broken)) or 1
    groups = dataset.get("PerFrameFunctionalGroupsSequence")
    if not groups:
        if frames > 1:
            raise HeaderError(f"several frames ({named('NumberOfFrames')}) without a position for each")
        return [_slice(path, 0, 1, top, broken)]
    if frames != len(groups) and ("NumberOfFrames" in top or broken):
        raise HeaderError(f"{named('NumberOfFrames')} is {frames}, while {len(groups)} frames are described")
    shared, its = _group_values((dataset.get("SharedFunctionalGroupsSequence") or [Dataset()])[0])
    return list(_of_groups(path, groups, top | shared, broken | its))


def _of_groups(path: Path, groups: Sequence[Dataset], common: dict, broken: set[str]) -> Iterator[Slice]:
    for number, group in enumerate(groups):
        own, its = _group_values(group)
        yield _slice(path, number, len(groups), common | own, (broken - own.keys()) | its)


def _slice(path: Path, number: int, frames: int, header: dict, broken: set[str]) -> Slice:
    row, column = _directions(numbers(header, "ImageOrientationPatient", 6))
    slope = one_number(header, "RescaleSlope", 1.0, broken) or 1.0
    intercept = one_number(header, "RescaleIntercept", 0.0, broken)
    if abs(intercept) > _LARGEST_INTERCEPT * abs(slope):
        raise HeaderError(f"{named('RescaleIntercept')} is too large for the precision of the image")
    return Slice(
        path,
        number,
        frames,
        (_count(header, "Rows"), _count(header, "Columns")),
        np.array(numbers(header, "ImagePositionPatient", 3)),
        row,
        column,
        _spacing(header),
        slope,
        intercept,
        header,
    )


def _count(header: Mapping[str, object], keyword: str) -> int:
    [value] = numbers(header, keyword, 1)
    if value < 1:
        raise HeaderError(f"{named(keyword)} is {value:g}")
    return int(value)


def _spacing(header: Mapping[str, object]) -> tuple[float, float]:
    between_rows, between_columns = spacing = _two(numbers(header, "PixelSpacing", 2))
    if min(spacing) <= 0:
        raise HeaderError(f"{named('PixelSpacing')} gives a spacing of zero or less, which is impossible")
    sides = (_count(header, "Rows") * between_rows, _count(header, "Columns") * between_columns)
    if max(spacing) > _WIDEST_PIXEL_MM or max(sides) < _SMALLEST_SIDE_MM or max(sides) > _LARGEST_SIDE_MM:
        raise HeaderError(
            f"{named('PixelSpacing')} gives an image of {sides[0]:.3g} × {sides[1]:.3g} mm, which cannot show a spine"
        )
    return spacing


def _two(values: Sequence[float]) -> tuple[float, float]:
    first, second = values
    return first, second


def _directions(orientation: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors at right angles, made from ones that were rounded when they were written."""
    stated = np.reshape(orientation, (2, 3)).T
    left, size, right = np.linalg.svd(stated, full_matrices=False)
    exact = left @ right
    if size[1] < 1e-3 or not np.allclose(exact, stated, atol=1e-2):
        raise HeaderError(f"{named('ImageOrientationPatient')} is not two unit vectors at right angles")
    return exact[:, 0], exact[:, 1]


def _group_values(group: Dataset) -> tuple[dict, set[str]]:
    values: dict = {}
    broken: set[str] = set()
    for keyword in _GROUPS:
        items = group.get(keyword)
        if items:
            own, its = values_of(items[0], _FROM_GROUPS)
            values |= {_RENAMED.get(keyword, keyword): value for keyword, value in own.items()}
            broken |= its
    return values, broken - values.keys()
