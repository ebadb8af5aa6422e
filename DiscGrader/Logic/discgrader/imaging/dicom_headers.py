"""Headers of DICOM files: one entry for every slice, whether it is a file of its own or a frame of many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.multival import MultiValue

from discgrader.errors import StudyError
from discgrader.progress import Progress

UNREADABLE = (InvalidDicomError, OSError, EOFError, ValueError, KeyError, TypeError, AttributeError,
              NotImplementedError, RuntimeError)
"""What pydicom raises on files that are damaged."""

IDENTITY = (
    "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "SOPClassUID", "Modality",
    "StudyDate", "StudyTime", "AccessionNumber", "StudyID", "StudyDescription", "SeriesNumber", "SeriesDescription",
    "ProtocolName", "BodyPartExamined", "Manufacturer", "ManufacturerModelName", "MagneticFieldStrength",
    "PatientSex", "PatientAge", "PatientPosition", "SliceThickness", "SpacingBetweenSlices", "ImageType", "EchoTime",
    "EchoNumbers", "RepetitionTime", "InversionTime", "FlipAngle", "EchoTrainLength", "ScanningSequence",
    "SequenceVariant", "SequenceName", "PulseSequenceName", "EchoPulseSequence", "ScanOptions", "MRAcquisitionType",
    "AcquisitionContrast", "ContrastBolusAgent", "DiffusionBValue", "InversionRecovery",
    "SpectrallySelectedSuppression",
)
"""Keywords kept of each series, where DICOM states them."""

_SPLITTING = (
    "EchoNumbers", "EchoTime", "TemporalPositionIdentifier", "TemporalPositionIndex", "ImageType", "InversionTime",
    "DiffusionBValue", "TriggerTime", "StackID", "AcquisitionNumber",
)
_TAGS = sorted({
    *IDENTITY, *_SPLITTING, "SOPInstanceUID", "InstanceNumber", "Rows", "Columns", "NumberOfFrames",
    "SamplesPerPixel", "PhotometricInterpretation", "ImagePositionPatient", "ImageOrientationPatient",
    "PixelSpacing", "RescaleSlope", "RescaleIntercept", "PatientName", "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
})

# Functional groups (DICOM PS3.3 C.7.6.16.2 and C.8.13.5) that hold what classic files say at the top.
_GROUPS = (
    "PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence", "PixelValueTransformationSequence",
    "FrameContentSequence", "MREchoSequence", "MRTimingAndRelatedParametersSequence", "MRModifierSequence",
    "MRImageFrameTypeSequence", "MRDiffusionSequence",
)
_FIRST_ELEMENTS = {
    group + bytes([element, 0])
    for group, elements in ((b"\x02\x00", (0, 1, 2)), (b"\x08\x00", (0, 1, 5, 8, 18, 22, 24)))
    for element in elements
}
_RENAMED = {"EffectiveEchoTime": "EchoTime", "FrameType": "ImageType", "InversionTimes": "InversionTime"}
_FROM_GROUPS = (
    *IDENTITY, *_SPLITTING, *_RENAMED, "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing",
    "RescaleSlope", "RescaleIntercept",
)


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


def read_headers(files: Sequence[Path], progress: Progress) -> tuple[list[Slice], list[str]]:
    """Every slice of the MR images among DICOM files, and why other images were passed over.

    Files without a picture (reports, presentation states, directories) are passed over without a word; the same
    instance met twice is read once, with a warning.

    Raises
    ------
    StudyError
        When the files belong to several patients, or none of them is an MR image.
    """
    slices: list[Slice] = []
    passed: dict[str, int] = {}
    seen: set[str] = set()
    patients: set[str] = set()
    modalities: set[str] = set()
    for number, path in enumerate(files):
        progress.report("reading", number / len(files), path.name)
        try:
            dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS, force=True)
            if "Rows" not in dataset or "SOPClassUID" not in dataset:
                continue
            reason = _why_pass_over(dataset)
            modalities.add(str(dataset.get("Modality", "unknown")))
            uid = str(dataset.get("SOPInstanceUID", path))
            if reason is None and uid in seen:
                reason = "{} double DICOM {}"
            new = list(_slices(path, dataset)) if reason is None else []
        except UNREADABLE:
            reason, new = "{} damaged DICOM {}", []
        if reason is not None:
            passed[reason] = passed.get(reason, 0) + 1
            continue
        seen.add(uid)
        patients.add(str(dataset.get("PatientID", "")) or str(dataset.get("PatientName", "")))
        slices += new
    if len(patients) > 1:
        raise StudyError(
            f"The DICOM files are of {len(patients)} patients; give the folder of one examination."
        )
    warnings = [f"Passed over: {reason.format(n, 'file' if n == 1 else 'files')}." for reason, n in passed.items()]
    if not slices:
        others = sorted(modalities - {"MR"})
        found = f" (found {', '.join(others)})" if others else ""
        raise StudyError(" ".join([f"There is no MR series{found}; give the MR images of the spine.", *warnings]))
    return slices, warnings


def _why_pass_over(dataset: Dataset) -> str | None:
    """Why an image cannot serve, as a sentence with places for a number and "files"; None when it can."""
    modality = str(dataset.get("Modality", "unknown"))
    if modality != "MR":
        return f"{{}} {modality} {{}}, which are not MR"
    if int(dataset.get("SamplesPerPixel", 1)) != 1 or "PALETTE" in str(dataset.get("PhotometricInterpretation", "")):
        return "{} color {}"
    if "PerFrameFunctionalGroupsSequence" in dataset:
        return None
    if "ImagePositionPatient" not in dataset or "ImageOrientationPatient" not in dataset:
        return "{} {} without a place in the patient, such as screenshots"
    if int(dataset.get("NumberOfFrames") or 1) > 1:
        return "{} {} of several frames without a place for each"
    if "PixelSpacing" not in dataset:
        return "{} {} without a pixel spacing"
    return None


def _slices(path: Path, dataset: Dataset) -> Iterator[Slice]:
    top = _values(dataset, _TAGS)
    frames = int(dataset.get("NumberOfFrames") or 1)
    if "PerFrameFunctionalGroupsSequence" not in dataset:
        if frames > 1:
            raise ValueError("several frames at one position")
        yield _slice(path, 0, 1, top)
        return
    shared = (dataset.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]
    common = top | _group_values(shared)
    for number, group in enumerate(dataset.PerFrameFunctionalGroupsSequence[:frames]):
        yield _slice(path, number, frames, common | _group_values(group))


def _slice(path: Path, number: int, frames: int, header: dict) -> Slice:
    orientation = np.asarray(header["ImageOrientationPatient"], float)
    row, column = _right_angled(orientation[:3], orientation[3:])
    spacing = tuple(float(s) for s in header["PixelSpacing"])
    position = np.asarray(header["ImagePositionPatient"], float)
    if position.shape != (3,) or len(spacing) != 2 or not np.all(np.isfinite(position)):
        raise ValueError("position or spacing of the wrong length")
    return Slice(
        path, number, frames, (int(header["Rows"]), int(header["Columns"])), position, row, column, spacing,
        float(header.get("RescaleSlope") or 1.0), float(header.get("RescaleIntercept") or 0.0), header,
    )


def _right_angled(row: np.ndarray, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors at right angles, made from ones that were rounded when they were written."""
    left, _, right = np.linalg.svd(np.stack([row, column], axis=1), full_matrices=False)
    exact = left @ right
    if not np.allclose(exact, np.stack([row, column], axis=1), atol=1e-2):
        raise ValueError("directions of rows and columns are not at right angles")
    return exact[:, 0], exact[:, 1]


def _group_values(group: Dataset) -> dict:
    values: dict = {}
    for keyword in _GROUPS:
        items = group.get(keyword)
        if items:
            values |= _values(items[0], _FROM_GROUPS)
    return {_RENAMED.get(keyword, keyword): value for keyword, value in values.items()}


def _values(dataset: Dataset, keywords: Sequence[str]) -> dict:
    """What the dataset states of these keywords, sequences and empty values left out."""
    values = {}
    for keyword in keywords:
        value = dataset.get(keyword)
        if value is None or isinstance(value, pydicom.Sequence) or (isinstance(value, str) and not value):
            continue
        values[keyword] = _plain(value)
    return values


def _plain(value: object) -> object:
    """The value as a number, text, or list of these."""
    if isinstance(value, (MultiValue, list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) or type(value).__name__ == "DSdecimal":
        return float(value)
    return str(value).strip()
