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
from discgrader.imaging.dicom_stored import Storage, storage, upright_gray, values_of_bits, without_padding
from discgrader.imaging.dicom_values import UNREADABLE, HeaderError, named, values_of
from discgrader.imaging.pydicom_versions import decodes, encoded_frames, save, was_implicit


class DamagedPixels(Exception):
    """The pixels of one file are cut off or cannot be made sense of."""


def read_pixels(path: Path, frames: Sequence[int]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Values of some frames of a DICOM file, shape (len(frames), rows, columns), before any rescale; and notes.

    Raises
    ------
    DamagedPixels
        When the file is cut off, its pixels are damaged, or its header contradicts them; says which.
    StudyError
        When its compression cannot be undone here.
    """
    try:
        dataset = pydicom.dcmread(path, force=True)
        if "PixelData" not in dataset:
            raise HeaderError(f"{named('PixelData')} is missing")
        header, broken = values_of(dataset, _STORAGE)
        how = storage(header, broken, _has_overlay_above(dataset))
        pixels, notes = _values(dataset, _syntax(dataset), how, frames, path)
        pixels = upright_gray(without_padding(pixels, how), how)
    except HeaderError as error:
        raise DamagedPixels(str(error)) from error
    except UNREADABLE as error:
        raise DamagedPixels("truncated or damaged") from error
    if pixels.shape[1:] != (dataset.Rows, dataset.Columns):
        raise DamagedPixels("image size differs from the header")
    return pixels, notes


_STORAGE = (
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PhotometricInterpretation",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
)


def _syntax(dataset: Dataset) -> UID:
    """The transfer syntax, which files without meta information show by how they are written.

    Raises
    ------
    HeaderError
        When it does not go with the pixels.
    """
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit = was_implicit(dataset)
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    syntax = dataset.file_meta.TransferSyntaxUID
    if not syntax.is_transfer_syntax or syntax.is_private:
        raise HeaderError(f"{named('TransferSyntaxUID')} is {syntax}, which is not supported")
    encapsulated = bool(dataset["PixelData"].is_undefined_length)
    if encapsulated != (syntax.is_compressed and not syntax.is_deflated):
        raise HeaderError(f"{named('TransferSyntaxUID')} is {syntax.name}, which does not match the pixel data")
    return syntax


def _has_overlay_above(dataset: Dataset) -> bool:
    groups = range(0x6000, 0x6020, 2)
    return any((group, 0x0102) in dataset and int(dataset[group, 0x0102].value or 0) > 0 for group in groups)


def _values(
    dataset: Dataset, syntax: UID, how: Storage, frames: Sequence[int], path: Path
) -> tuple[np.ndarray, tuple[str, ...]]:
    if syntax not in _PYDICOM_READS:
        return _decompress(dataset, syntax, frames, path), ()
    _check_length(dataset, syntax, how)
    # Bits, sign and gray scale are looked at here, and by no decoder, of which each does something else with them.
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = how.allocated, how.allocated - 1, 0
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    return values_of_bits(_of_frames(dataset.pixel_array, frames), how)


def _check_length(dataset: Dataset, syntax: UID, how: Storage) -> None:
    """Refuse pixels that are many more than the header says: nobody knows which of them it means."""
    row = int(dataset.Columns) * how.allocated // 8
    wanted = row * int(dataset.Rows) * int(dataset.get("NumberOfFrames") or 1)
    if not syntax.is_compressed and len(dataset.PixelData) >= wanted + max(row, 64):
        attributes = ", ".join(map(named, ("Rows", "Columns", "NumberOfFrames", "BitsAllocated")))
        raise HeaderError(f"it has more pixels than its header says ({attributes})")


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
        f"{path.name} is compressed as {syntax.name}, which cannot be decoded; export the series uncompressed."
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
    bare.Rows, bare.Columns, bare.BitsAllocated = dataset.Rows, dataset.Columns, dataset.BitsAllocated
    bare.BitsStored = dataset.get("BitsStored") or bare.BitsAllocated
    bare.HighBit = bare.BitsStored - 1
    bare.PixelRepresentation = dataset.get("PixelRepresentation") or 0
    bare.PixelData = encapsulate([encoded])
    bare["PixelData"].VR = "OB"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "frame.dcm"
        save(bare, file)
        reader = sitk.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(str(file))
        return np.squeeze(sitk.GetArrayFromImage(reader.Execute()))
