"""Compressed DICOM files: what is read alike, what about alike, and what is named that cannot be read."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_files import compress_jpeg_ls, encoded_by_pillow, only, set_frame, write_classic, write_enhanced
from discgrader.errors import StudyError
from discgrader.imaging import dicom_pixels
from discgrader.imaging.pydicom_versions import IS_OLD
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume
from pydicom.dataset import Dataset
from pydicom.uid import (
    JPEG2000,
    UID,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)
from volumes import SAGITTAL, TILT, assert_same, upright, volume

# By number, since pydicom 2 knows them by other names or not at all.
JPEG_LOSSLESS_OF_ANY_PREDICTOR = UID("1.2.840.10008.1.2.4.57")

HIGH_THROUGHPUT_JPEG_2000 = UID("1.2.840.10008.1.2.4.201")
JPIP = UID("1.2.840.10008.1.2.4.94")

SYNTAXES = {
    "RLE": RLELossless,
    "JPEG": JPEGLosslessSV1,
    "JPEG2000": JPEG2000Lossless,
    "JPEG-LS": JPEGLSLossless,
    "JPEG 2000 of Pillow": JPEG2000Lossless,
}


@pytest.fixture
def gdcm_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what every installation has decodes: GDCM within SimpleITK, not what the tests brought along."""
    monkeypatch.setattr(dicom_pixels, "decodes", lambda syntax: False)


@pytest.mark.parametrize("compression", SYNTAXES)
@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.uint8])
def test_compressed_series(compression: str, dtype: type, tmp_path: Path, gdcm_alone: None) -> None:
    if compression.endswith("Pillow") and dtype == np.int16:
        pytest.skip("Pillow writes no signed JPEG 2000")
    one = volume(TILT @ SAGITTAL, (0.75, 0.6, 4.0), (24, 30, 3))
    one = Volume((one.array // 4 - (100 if dtype == np.int16 else 0)).astype(dtype), one.affine_lps)
    paths = write_classic(tmp_path / "a", one, compression=compression)
    assert pydicom.dcmread(paths[0]).file_meta.TransferSyntaxUID == SYNTAXES[compression]
    assert_same(one, only(read_study(tmp_path / "a")).volume)
    write_enhanced(tmp_path / "a.dcm", one, compression=compression, order=[2, 0, 1])
    assert_same(one, only(read_study(tmp_path / "a.dcm")).volume)


def test_jpeg_lossless_of_any_predictor_is_read(tmp_path: Path, gdcm_alone: None) -> None:
    paths = write_classic(tmp_path / "a", upright(), compression="JPEG")
    for path in paths:
        dataset = pydicom.dcmread(path)
        dataset.file_meta.TransferSyntaxUID = JPEG_LOSSLESS_OF_ANY_PREDICTOR
        dataset.save_as(path)
    assert_same(upright(), only(read_study(tmp_path / "a")).volume)


@pytest.mark.parametrize(("syntax", "tolerance"), [(JPEGBaseline8Bit, 12), (JPEGLSNearLossless, 3), (JPEG2000, 12)])
def test_lossy_compression_is_read_about_as_it_was(
    syntax: UID, tolerance: int, tmp_path: Path, gdcm_alone: None
) -> None:
    rows, columns = np.mgrid[0:40, 0:48]
    smooth = (
        np.stack([80 + 60 * np.sin(rows / 9 + k) * np.cos(columns / 11) for k in range(3)]).round().astype(np.uint8)
    )
    one = Volume(smooth, upright().affine_lps)

    def compress(dataset: Dataset, k: int) -> None:
        if syntax == JPEGBaseline8Bit:
            set_frame(dataset, encoded_by_pillow(smooth[k], "JPEG", quality=95), syntax)
        elif syntax == JPEGLSNearLossless:
            compress_jpeg_ls(dataset, syntax, jls_error=3)
        else:
            lossy = encoded_by_pillow(smooth[k], "JPEG2000", no_jp2=True, irreversible=True, quality_layers=[6])
            set_frame(dataset, lossy, syntax)

    write_classic(tmp_path / "a", one, change=compress)
    back = only(read_study(tmp_path / "a")).volume
    assert np.abs(back.array.astype(float) - smooth).max() <= tolerance
    assert np.abs(back.affine_lps - one.affine_lps).max() < 0.01


def test_compressed_pixels_are_rescaled_once(tmp_path: Path) -> None:
    write_classic(tmp_path / "a", upright(), compression="JPEG2000", RescaleSlope=2.0, RescaleIntercept=-5.0)
    assert only(read_study(tmp_path / "a")).volume.array == pytest.approx(upright().array * 2.0 - 5.0)


@pytest.mark.parametrize(("syntax", "name"), [(HIGH_THROUGHPUT_JPEG_2000, "High-Throughput JPEG 2000"), (JPIP, "JPIP")])
def test_unknown_compression_is_named(syntax: UID, name: str, tmp_path: Path) -> None:
    if IS_OLD and syntax == HIGH_THROUGHPUT_JPEG_2000:
        pytest.skip("pydicom 2 writes no file of a syntax that it does not know")

    def claim(dataset: Dataset, k: int) -> None:
        dataset.PixelData = pydicom.encaps.encapsulate([b"\xff\x4f" + bytes(98)])
        dataset["PixelData"].VR = "OB"
        dataset.file_meta.TransferSyntaxUID = syntax

    write_classic(tmp_path / "a", upright(), change=claim)
    with pytest.raises(StudyError, match=f"{name}.*uncompressed"):
        read_study(tmp_path / "a")
