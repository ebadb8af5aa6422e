"""Writes DICOM files for tests: classic and enhanced MR, plain and compressed."""

import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from discgrader.imaging.pydicom_versions import IS_OLD, encoded_frames, save
from discgrader.imaging.study import Series, Study
from discgrader.imaging.volume import Volume
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    MRImageStorage,
    RLELossless,
    generate_uid,
)
from volumes import spine

STUDY_UID = "1.2.826.0.1.3680043.8.498.1"


def base(sop_class: str, **attributes: object) -> Dataset:
    """A data set with what every image has; ``attributes`` are DICOM keywords."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.PatientName, dataset.PatientID = "Test^Spine", "7"
    dataset.StudyInstanceUID = STUDY_UID
    dataset.SeriesInstanceUID = STUDY_UID + ".1"
    dataset.FrameOfReferenceUID = STUDY_UID + ".9"
    dataset.Modality = "MR"
    dataset.StudyDate = "20240102"
    dataset.Manufacturer, dataset.ManufacturerModelName = "Maker", "Model"
    dataset.MagneticFieldStrength = 1.5
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def set_pixels(dataset: Dataset, array: np.ndarray) -> None:
    """Put one picture, shape (rows, columns), or several, shape (frames, rows, columns), into the data set."""
    bits = array.dtype.itemsize * 8
    dataset.Rows, dataset.Columns = array.shape[-2:]
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = int(array.dtype.kind == "i")
    dataset.PixelData = np.ascontiguousarray(array).tobytes()
    dataset["PixelData"].VR = "OW" if bits > 8 else "OB"


def _numbers(values: np.ndarray) -> list[str]:
    """Decimal strings of at most 16 characters, as exact as DICOM allows."""
    return [pydicom.valuerep.format_number_as_ds(float(value)) for value in values]


def place(dataset: Dataset, volume: Volume, k: int) -> None:
    """State where slice ``k`` of the volume lies, the classic way."""
    dataset.ImagePositionPatient = _numbers(volume.index_to_lps([0, 0, k]))
    dataset.ImageOrientationPatient = _numbers(volume.directions[:, :2].T.ravel())
    dataset.PixelSpacing = _numbers(volume.spacing_mm[[1, 0]])
    dataset.SliceThickness = _numbers(volume.spacing_mm[2:])[0]


def write_classic(
    folder: Path,
    volume: Volume,
    *,
    change: Callable[[Dataset, int], None] | None = None,
    keep: Sequence[int] | None = None,
    prefix: str = "IM",
    compression: str | None = None,
    **attributes: object,
) -> list[Path]:
    """Write a volume as one file a slice, in an order of names that is not the order of slices.

    Parameters
    ----------
    change : callable(dataset, k), optional
        Alters each data set before it is written.
    keep : sequence of int, optional
        The slices to write; all by default.
    compression : str, optional
        ``"RLE"``, ``"JPEG"`` (lossless) or ``"JPEG2000"`` (lossless).
    **attributes
        DICOM keywords for all slices.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = volume.array.shape[0]
    paths = []
    for k in range(count) if keep is None else keep:
        dataset = base(MRImageStorage, InstanceNumber=k + 1, **attributes)
        place(dataset, volume, k)
        set_pixels(dataset, volume.array[k])
        if change is not None:
            change(dataset, k)
        path = folder / f"{prefix}{(k * 7) % 97:03d}"
        compress(dataset, compression)
        save(dataset, path)
        paths.append(path)
    return paths


def set_frame(dataset: Dataset, encoded: bytes, syntax: UID) -> None:
    """Give a data set one picture that was compressed elsewhere."""
    dataset.PixelData = pydicom.encaps.encapsulate([encoded])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = syntax


def encoded_by_pillow(picture: np.ndarray, kind: str, **options: object) -> bytes:
    """A picture as Pillow compresses it."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, **options)
    return buffer.getvalue()


def compress_jpeg_ls(dataset: Dataset, syntax: UID, **options: object) -> None:
    """Compress a data set's picture as JPEG-LS; skips the test where nothing does."""
    pytest.importorskip("jpeg_ls", reason="nothing here encodes JPEG-LS")
    if IS_OLD:
        pytest.skip("pydicom 2 encodes no JPEG-LS")
    dataset.compress(syntax, encoding_plugin="pyjpegls", **options)


def compress(dataset: Dataset, compression: str | None) -> None:
    """Compress a data set's picture without loss, by an encoder that is not the decoder under test where possible."""
    if compression == "RLE":
        dataset.compress(RLELossless)
    elif compression == "JPEG-LS":
        compress_jpeg_ls(dataset, JPEGLSLossless)
    elif compression == "JPEG 2000 of Pillow":
        codestream = encoded_by_pillow(dataset.pixel_array, "JPEG2000", no_jp2=True)
        set_frame(dataset, codestream, JPEG2000Lossless)
    elif compression is not None:
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "one.dcm")
            writer = sitk.ImageFileWriter()
            writer.SetImageIO("GDCMImageIO")
            writer.SetFileName(path)
            writer.UseCompressionOn()
            writer.SetCompressor(compression)
            writer.Execute(sitk.GetImageFromArray(dataset.pixel_array))
            packed = pydicom.dcmread(path)
        dataset.file_meta.TransferSyntaxUID = packed.file_meta.TransferSyntaxUID
        dataset.PixelData = packed.PixelData
        dataset["PixelData"].VR = "OB"


def _item(**attributes: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def write_enhanced(
    path: Path,
    volume: Volume,
    *,
    order: Sequence[int] | None = None,
    shared_orientation: bool = True,
    rescale: Callable[[int], tuple[float, float]] | None = None,
    change: Callable[[Dataset], None] | None = None,
    compression: str | None = None,
    **attributes: object,
) -> Path:
    """Write a volume as one enhanced multi-frame MR file.

    Parameters
    ----------
    order : sequence of int, optional
        Which slice each frame holds.
    shared_orientation : bool
        Whether orientation and pixel measures stand in the shared or in each frame's functional groups.
    rescale : callable(k) returning (slope, intercept), optional
        Stated for each frame.
    change : callable(dataset), optional
        Alters the data set before it is written.
    """
    order = list(range(volume.array.shape[0])) if order is None else list(order)
    dataset = base(EnhancedMRImageStorage, NumberOfFrames=len(order), **attributes)
    fixed = {
        "PlaneOrientationSequence": [_item(ImageOrientationPatient=_numbers(volume.directions[:, :2].T.ravel()))],
        "PixelMeasuresSequence": [
            _item(PixelSpacing=_numbers(volume.spacing_mm[[1, 0]]), SliceThickness=_numbers(volume.spacing_mm[2:])[0])
        ],
        "MREchoSequence": [_item(EffectiveEchoTime=110.0)],
        "MRTimingAndRelatedParametersSequence": [_item(RepetitionTime="3500", FlipAngle="150", EchoTrainLength=17)],
    }
    shared, frames = Dataset(), []
    for k in order:
        frame = _item(PlanePositionSequence=[_item(ImagePositionPatient=_numbers(volume.index_to_lps([0, 0, k])))])
        if rescale is not None:
            slope, intercept = rescale(k)
            frame.PixelValueTransformationSequence = [
                _item(RescaleSlope=str(slope), RescaleIntercept=str(intercept), RescaleType="US")
            ]
        frames.append(frame)
    for target in [shared] if shared_orientation else frames:
        for keyword, value in fixed.items():
            setattr(target, keyword, value)
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.PerFrameFunctionalGroupsSequence = frames
    set_pixels(dataset, volume.array[order])
    if change is not None:
        change(dataset)
    if compression == "RLE":
        dataset.compress(RLELossless)
    elif compression is not None:
        _compress_frames(dataset, compression)
    save(dataset, path)
    return path


def _compress_frames(dataset: Dataset, compression: str) -> None:
    packed = []
    for picture in dataset.pixel_array:
        one = base(MRImageStorage)
        set_pixels(one, picture)
        compress(one, compression)
        packed += encoded_frames(one, 1)
    dataset.file_meta.TransferSyntaxUID = one.file_meta.TransferSyntaxUID
    dataset.PixelData = pydicom.encaps.encapsulate(packed)
    dataset["PixelData"].VR = "OB"


def only(study: Study) -> Series:
    assert len(study.series) == 1, [series.name for series in study.series]
    return study.series[0]


def write_spines(folder: Path, *different: Mapping[str, object], **same: object) -> None:
    """Write `volumes.spine` of seed 0, 1 ... as classic files, each with attributes of its own and those of all."""
    for number, own in enumerate(different):
        write_classic(folder, spine(number), prefix=chr(ord("A") + number), **same, **own)
