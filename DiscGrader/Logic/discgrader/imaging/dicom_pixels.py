"""Pixels of DICOM files, compressed or not."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from discgrader.errors import StudyError
from discgrader.imaging.dicom_headers import UNREADABLE
from discgrader.imaging.pydicom_versions import decodes, encoded_frames, save, was_implicit


class DamagedPixels(Exception):
    """The pixels of one file are cut off or cannot be made sense of."""


def read_pixels(path: Path, frames: Sequence[int]) -> np.ndarray:
    """Stored values of some frames of a DICOM file, shape (len(frames), rows, columns).

    Raises
    ------
    DamagedPixels
        When the file is cut off or its pixels are damaged.
    StudyError
        When its compression cannot be undone here.
    """
    try:
        dataset = pydicom.dcmread(path, force=True)
        if "TransferSyntaxUID" not in dataset.file_meta:
            syntax = ImplicitVRLittleEndian if was_implicit(dataset) else ExplicitVRLittleEndian
            dataset.file_meta.TransferSyntaxUID = syntax
        syntax = dataset.file_meta.TransferSyntaxUID
        if syntax in _PYDICOM_READS:
            pixels = _of_frames(dataset.pixel_array, frames)
        else:
            pixels = _decompress(dataset, syntax, frames, path)
        if str(dataset.PhotometricInterpretation) == "MONOCHROME1":
            signed = int(dataset.PixelRepresentation) == 1
            pixels = (-1 if signed else 2 ** int(dataset.BitsStored) - 1) - pixels
    except UNREADABLE as error:
        raise DamagedPixels(str(error)) from error
    if pixels.shape[1:] != (dataset.Rows, dataset.Columns):
        raise DamagedPixels("picture of another size than stated")
    return pixels


def _of_frames(pixels: np.ndarray, frames: Sequence[int]) -> np.ndarray:
    return pixels.reshape(-1, *pixels.shape[-2:])[list(frames)]


def _decompress(dataset: Dataset, syntax: UID, frames: Sequence[int], path: Path) -> np.ndarray:
    """Frames of a compressed file, by GDCM within SimpleITK, else by what pydicom finds installed."""
    encoded = encoded_frames(dataset, int(dataset.get("NumberOfFrames") or 1))
    failure = None
    if syntax in _GDCM_DECODES:
        try:
            return np.stack([_decode_with_gdcm(dataset, syntax, encoded[number]) for number in frames])
        except RuntimeError as error:
            failure = error
    if decodes(syntax):
        return _of_frames(dataset.pixel_array, frames)
    if failure is not None:
        raise DamagedPixels(str(failure)) from failure
    raise StudyError(
        f"{path.name} is compressed as {syntax.name}, which cannot be decoded here; export the series uncompressed."
    )


# By number: pydicom 2 knows fewer syntaxes than pydicom 3, and JPEG Lossless of any predictor (57) by another name.
_PYDICOM_READS = {f"1.2.840.10008.1.2{ending}" for ending in ("", ".1", ".1.99", ".2", ".5")}
"""Not compressed, deflated as a whole, or RLE."""

_GDCM_DECODES = {f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 57, 70, 80, 81, 90, 91)}


def _decode_with_gdcm(dataset: Dataset, syntax: UID, encoded: bytes) -> np.ndarray:
    """Stored values of one compressed frame, shape (rows, columns).

    The frame is handed over in a bare file of its own, because ITK would apply a rescale that it finds in the header,
    and would apply the first frame's to all.
    """
    bare = Dataset()
    bare.file_meta = FileMetaDataset()
    bare.file_meta.TransferSyntaxUID = syntax
    bare.SOPClassUID = bare.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    bare.SOPInstanceUID = bare.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    bare.Modality = "OT"
    bare.SamplesPerPixel = 1
    bare.PhotometricInterpretation = "MONOCHROME2"
    for keyword in ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"):
        setattr(bare, keyword, dataset[keyword].value)
    bare.PixelData = encapsulate([encoded])
    bare["PixelData"].VR = "OB"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "frame.dcm"
        save(bare, file)
        reader = sitk.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(str(file))
        return np.squeeze(sitk.GetArrayFromImage(reader.Execute()))
