"""Pixels of DICOM files, compressed or not."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels import get_decoder
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from discgrader.errors import StudyError
from discgrader.imaging.dicom_headers import UNREADABLE


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
            implicit = dataset.original_encoding[0]
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
        syntax = dataset.file_meta.TransferSyntaxUID
        if not syntax.is_compressed or syntax.is_deflated or syntax.name.startswith("RLE"):
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
    count = int(dataset.get("NumberOfFrames") or 1)
    encoded = list(generate_frames(dataset.PixelData, number_of_frames=count))
    if len(encoded) < count:
        raise ValueError("fewer frames than stated")
    try:
        return np.stack([_decode_with_gdcm(dataset, syntax, encoded[number]) for number in frames])
    except RuntimeError as error:
        if _pydicom_decodes(syntax):
            return _of_frames(dataset.pixel_array, frames)
        if syntax in _GDCM_DECODES:
            raise DamagedPixels(str(error)) from error
        raise StudyError(
            f"{path.name} is compressed as {syntax.name}, which cannot be decoded here; export the series uncompressed."
        ) from error


_GDCM_DECODES = {
    pydicom.uid.JPEGBaseline8Bit, pydicom.uid.JPEGExtended12Bit, pydicom.uid.JPEGLossless,
    pydicom.uid.JPEGLosslessSV1, pydicom.uid.JPEGLSLossless, pydicom.uid.JPEGLSNearLossless,
    pydicom.uid.JPEG2000Lossless, pydicom.uid.JPEG2000,
}


def _pydicom_decodes(syntax: UID) -> bool:
    try:
        return get_decoder(syntax).is_available
    except NotImplementedError:
        return False


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
        bare.save_as(file, enforce_file_format=True)
        reader = sitk.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(str(file))
        return np.squeeze(sitk.GetArrayFromImage(reader.Execute()))
