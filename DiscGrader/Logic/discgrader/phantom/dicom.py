"""Series of the digital spine as DICOM MR images."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from discgrader.phantom.study import PhantomStudy

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.uid import UID

UID_ROOT = "1.2.826.0.1.3680043.8.498."
"""pydicom's prefix for identifiers, below which anyone may make one."""
DATE = "20000101"


def write_series(phantom: PhantomStudy, number: int, folder: Path, stripped: Sequence[str] = ()) -> None:
    """Write series ``number`` (from 1) of a phantom study as one DICOM file a slice.

    All identifiers follow from the study's name and the series' number, so that the same seed gives the same files.

    Parameters
    ----------
    phantom : PhantomStudy
    number : int
    folder : Path
    stripped : sequence of str
        What is odd about the headers, of `discgrader.phantom.stripped.KINDS`.

    Raises
    ------
    OSError
        If the folder cannot be written.
    UsageError
        If there is no such kind.
    """
    from discgrader.imaging.pydicom_versions import save
    from discgrader.phantom.stripped import strip

    folder.mkdir(parents=True, exist_ok=True)
    for k, image in enumerate(strip(series_images(phantom, number), stripped, number)):
        save(image, folder / f"{k + 1:03d}.dcm")


def series_images(phantom: PhantomStudy, number: int) -> list["Dataset"]:
    """The slices of series ``number`` (from 1) as DICOM data sets with file meta information."""
    import pydicom
    from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

    series, protocol = phantom.study.series[number - 1], phantom.protocols[number - 1]
    name, images = phantom.study.name, []

    def uid(*what: object) -> "UID":
        return generate_uid(UID_ROOT, [name, *map(str, what)])

    affine = series.volume.affine_lps
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    axes = affine[:3, :3] / spacing
    for k, picture in enumerate(series.volume.array):
        image = pydicom.Dataset()
        image.file_meta = pydicom.dataset.FileMetaDataset()
        image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = MRImageStorage
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = uid(number, k)
        image.StudyInstanceUID, image.SeriesInstanceUID = uid("study"), uid(number)
        image.FrameOfReferenceUID = uid("frame")
        image.PatientName, image.PatientID = f"Phantom^{name}", name
        image.PatientBirthDate = image.PatientSex = image.AccessionNumber = image.ReferringPhysicianName = ""
        image.StudyID, image.StudyDate, image.StudyTime = "1", DATE, "120000"
        image.Modality, image.BodyPartExamined, image.PatientPosition = "MR", "LSPINE", "HFS"
        image.ImageType = ["ORIGINAL", "PRIMARY", "M"]
        image.SeriesNumber, image.InstanceNumber, image.SeriesDescription = number, k + 1, series.name
        image.Manufacturer, image.ManufacturerModelName = "DiscGrader", "digital lumbar spine"
        image.MagneticFieldStrength = protocol.sequence.field_t
        image.ScanningSequence, image.SequenceVariant, image.ScanOptions = "SE", "SK", ""
        image.MRAcquisitionType = "3D" if protocol.role == "T2_SPACE" else "2D"
        image.RepetitionTime, image.EchoTime = protocol.sequence.repetition_ms, protocol.sequence.echo_ms
        if protocol.sequence.inversion_ms is not None:
            image.ScanningSequence, image.InversionTime = ["SE", "IR"], protocol.sequence.inversion_ms
        image.EchoTrainLength = 3 if protocol.role == "T1" else 18
        image.SliceThickness = protocol.thickness_mm
        image.SpacingBetweenSlices = round(float(spacing[2]), 6)
        image.ImageOrientationPatient = [f"{v:.10g}"[:16] for v in (*axes[:, 0], *axes[:, 1])]
        image.ImagePositionPatient = [f"{v:.10g}"[:16] for v in affine[:3, 3] + k * affine[:3, 2]]
        image.PixelSpacing = [f"{spacing[1]:.8g}", f"{spacing[0]:.8g}"]
        image.Rows, image.Columns = picture.shape
        image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
        image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 12, 11, 0
        image.PixelData = np.ascontiguousarray(picture, "<u2").tobytes()
        image["PixelData"].VR = "OW"
        images.append(image)
    return images
