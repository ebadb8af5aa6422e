"""What pydicom 3 and pydicom 2.4 do by different names: Slicer 5.10 brings 2.4.4, later ones bring 3."""

from pathlib import Path

from pydicom import encaps
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRBigEndian, ImplicitVRLittleEndian

IS_OLD = not hasattr(encaps, "generate_frames")
"""Whether this is pydicom 2."""


def encoded_frames(dataset: Dataset, count: int) -> list[bytes]:
    """Every compressed frame of a data set that states ``count`` of them.

    Raises
    ------
    ValueError
        When there are fewer frames than stated, or the frames cannot be separated.
    """
    if IS_OLD:
        frames = list(encaps.generate_pixel_data_frame(dataset.PixelData, count))
    else:
        frames = list(encaps.generate_frames(dataset.PixelData, number_of_frames=count))
    if len(frames) < count:
        raise ValueError("fewer frames than stated")
    return frames


def decodes(syntax: UID) -> bool:
    """Whether pydicom finds something installed that decodes a transfer syntax."""
    if IS_OLD:
        from pydicom.config import pixel_data_handlers

        return any(
            handler.supports_transfer_syntax(syntax) and handler.is_available() for handler in pixel_data_handlers
        )
    from pydicom.pixels import get_decoder

    try:
        return get_decoder(syntax).is_available
    except NotImplementedError:
        return False


def was_implicit(dataset: Dataset) -> bool:
    """Whether the file that a data set was read from states no value representations."""
    return bool(dataset.is_implicit_VR if IS_OLD else dataset.original_encoding[0])


def save(dataset: Dataset, path: Path) -> None:
    """Write a data set that has a transfer syntax to a file in the DICOM File Format (PS3.10)."""
    if IS_OLD:
        syntax = dataset.file_meta.TransferSyntaxUID
        dataset.is_implicit_VR, dataset.is_little_endian = (
            syntax == ImplicitVRLittleEndian,
            syntax != ExplicitVRBigEndian,
        )
        dataset.save_as(path, write_like_original=False)
    else:
        dataset.save_as(path, enforce_file_format=True)
