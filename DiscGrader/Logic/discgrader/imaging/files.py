"""Single files that hold one volume: NIfTI, NRRD and MetaImage."""

import errno
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from discgrader.errors import OutputError, StudyError, UsageError
from discgrader.imaging.geometry import right_angled
from discgrader.imaging.nifti import read_nifti
from discgrader.imaging.text_headers import check_fields, guesses, header_fields, why_not_read
from discgrader.imaging.volume import Volume
from discgrader.plain_names import is_plain, plainly_named
from discgrader.progress import Progress

NIFTI_ENDINGS = (".nii.gz", ".nii")
OTHER_ENDINGS = (".nrrd", ".nhdr", ".mha", ".mhd")
VOLUME_ENDINGS = NIFTI_ENDINGS + OTHER_ENDINGS

_NIFTI_HEADER_BYTES = 352
_SEEN_VOXELS, _SEEN_VALUES = 200_000, 20_000
_LEAST_PADDING, _MOST_LABELS = 5e-4, 64
"""Padding is no less than this share of the voxels; a volume of fewer values than these is a map of labels, not
padded."""
_DEFLATE_MOST = 1032
"""How many times smaller than its content a deflated file can be at most."""


def ending(path: Path) -> str:
    """The volume format's ending of a file name in lowercase, ``""`` when it is none that can be read."""
    name = path.name.lower()
    return next((suffix for suffix in VOLUME_ENDINGS if name.endswith(suffix)), "")


def stem(path: Path) -> str:
    """The file's name without its ending, all of ``.nii.gz`` included."""
    end = ending(path)
    return path.name[: -len(end)] if end else path.stem


def read_volume(path: Path | str, progress: Progress = Progress()) -> tuple[Volume, tuple[str, ...]]:
    """The picture in a NIfTI, NRRD or MetaImage file, and warnings.

    Voxels that are not numbers get the lowest value, with a warning. A four-dimensional file of one frame counts as one
    volume.

    Raises
    ------
    StudyError
        When the file cannot be read, is cut off, or holds anything but one gray-scale volume on a right-angled grid,
        or when every voxel has the same value.
    Cancelled
        When the progress says stop.
    """
    path = Path(path)
    volume, warnings = _read(path, progress)
    progress.check()
    volume, more = clean(volume, path.name)
    return volume, warnings + more


def _read(path: Path, progress: Progress = Progress()) -> tuple[Volume, tuple[str, ...]]:
    if not path.exists():
        raise StudyError(f"There is no file {path}; check the path.")
    if not path.is_file():
        raise StudyError(f"{path} is not a regular file; give a file, or copy its contents into one.")
    end = ending(path)
    if not end:
        raise StudyError(
            f"{path.name} is not a volume file; give NIfTI (.nii, .nii.gz), NRRD (.nrrd, .nhdr), MetaImage "
            "(.mha, .mhd) or DICOM."
        )
    return read_nifti(path, progress) if end in NIFTI_ENDINGS else _read_with_itk(path, end)


def read_mask(path: Path | str) -> tuple[Volume, tuple[str, ...]]:
    """The labels in a NIfTI, NRRD or MetaImage file, and warnings; unlike a picture, it may hold one value only.

    Raises
    ------
    StudyError
        When the file cannot be read, or holds anything but whole numbers from 0 on a right-angled grid.
    """
    path = Path(path)
    volume, warnings = _read(path)
    array = volume.array
    if array.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            whole = np.isfinite(array).all() and np.array_equal(array, np.round(array))
        if not whole:
            raise StudyError(f"{path.name} is not a mask: it contains values that are not whole numbers.")
    if array.size and array.min() < 0:
        raise StudyError(f"{path.name} is not a mask: it contains negative values.")
    return Volume(array.astype(np.int32) if array.dtype.kind == "f" else array, volume.affine_lps), warnings


def clean(volume: Volume, what: str) -> tuple[Volume, tuple[str, ...]]:
    """The volume with voxels that are not numbers, or padding, set to the lowest value of the others, and warnings.

    Padding is one value, of many voxels, that lies farther from all others than these lie from one another.

    Raises
    ------
    StudyError
        When all voxels have the same value, so that there is no picture.
    """
    array = volume.array
    warnings: tuple[str, ...] = ()
    if array.dtype == np.float64:
        with np.errstate(over="ignore"):
            array = array.astype(np.float32)
    if array.dtype.kind == "f":
        bad = ~np.isfinite(array)
        count = int(bad.sum())
        if count:
            lowest = array[~bad].min(initial=np.inf)
            array = np.where(bad, lowest if np.isfinite(lowest) else array.dtype.type(0), array)
            warnings = (f"{count} voxels of {what} are not numbers; they were set to the lowest value.",)
    array, padded = _unpadded(array, what)
    warnings += padded
    if array.size == 0 or array.min() == array.max():
        raise StudyError(f"{what} is blank: all of its voxels have the same value; export the series again.")
    return Volume(array, volume.affine_lps), warnings


def _unpadded(array: np.ndarray, what: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The array without padding, and a warning where there was some."""
    if array.size == 0 or array.dtype == bool:
        return array, ()
    some = array.ravel()[:: max(1, array.size // _SEEN_VOXELS) | 1].astype(np.float64)
    for extreme, sign in ((float(array.min()), 1.0), (float(array.max()), -1.0)):
        rest = some[some != extreme]
        padding = 1.0 - rest.size / some.size
        if padding < _LEAST_PADDING or len(np.unique(rest[:_SEEN_VALUES])) < _MOST_LABELS:
            continue
        near, far = np.quantile(sign * rest, [0.001, 0.99])
        if near - sign * extreme > far - near > 0:
            bad = array == array.dtype.type(extreme)
            lowest = array[~bad].min()
            warning = (
                f"{int(bad.sum())} voxels of {what} are padding ({extreme:g}); they were set to {float(lowest):g}."
            )
            return np.where(bad, lowest, array), (warning,)
    return array, ()


def write_volume(volume: Volume, path: Path | str) -> None:
    """Write a volume, compressed, in the format that the ending of ``path`` names.

    Geometry survives within 0.01 mm, single-slice, oblique and left-handed volumes included. The file appears whole
    or not at all.

    Raises
    ------
    UsageError
        When the ending names no format that can be written.
    OutputError
        When the file cannot be written.
    """
    path = Path(path)
    end = ending(path)
    if end not in (".nii.gz", ".nii", ".nrrd", ".mha"):
        raise UsageError(f"{path.name} cannot be written; end its name in .nii.gz, .nrrd or .mha.")
    array = volume.array
    if array.dtype == bool:
        array = array.astype(np.uint8)
    elif array.dtype == np.float16:
        array = array.astype(np.float32)
    image = Volume(np.ascontiguousarray(array), volume.affine_lps).to_sitk()
    part = path.with_name(f".{path.name[: -len(end)]}.part{end}")
    try:
        with _plain_to_write(part, end) as plain:
            sitk.WriteImage(image, str(plain), useCompression=True)
            _check_whole(plain, array.nbytes)
        os.replace(part, path)
    except (RuntimeError, OSError) as error:
        part.unlink(missing_ok=True)
        raise OutputError(
            f"{path} cannot be written; check that its folder exists, is writable and has free space."
        ) from error


@contextmanager
def _plain_to_write(part: Path, end: str) -> Iterator[Path]:
    """A name for ITK to write what shall be ``part``: itself, or where that is not UTF-8, one in a temporary folder."""
    if is_plain(part):
        yield part
        return
    with tempfile.TemporaryDirectory(prefix="discgrader-") as folder:
        plain = Path(folder) / f"picture{end}"
        yield plain
        shutil.copyfile(plain, part)


def _check_whole(path: Path, voxel_bytes: int) -> None:
    """Raise an `OSError` when a NIfTI file was cut off: ITK says nothing when the disk is full."""
    end = ending(path)
    if end == ".nii":
        whole = path.stat().st_size >= _NIFTI_HEADER_BYTES + voxel_bytes
    elif end == ".nii.gz":
        with open(path, "rb") as file:
            # A gzip file ends with its uncompressed size.
            file.seek(max(-4, -path.stat().st_size), os.SEEK_END)
            whole = int.from_bytes(file.read(), "little") == (_NIFTI_HEADER_BYTES + voxel_bytes) % 2**32
    else:
        whole = True
    if not whole:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _read_with_itk(path: Path, end: str) -> tuple[Volume, tuple[str, ...]]:
    reader = sitk.ImageFileReader()
    try:
        fields = header_fields(path)
        check_fields(fields, path.name)
        warnings = guesses(fields, path.name)
        with plainly_named(path, end) as named:
            reader.SetFileName(str(named))
            reader.ReadImageInformation()
            _refuse_unless_scalar(reader, path)
            _refuse_unless_there(reader, path, fields)
            image = reader.Execute()
    except RuntimeError as error:
        raise StudyError(why_not_read(str(error), fields, path.name)) from error
    except OSError as error:
        raise StudyError(f"{path.name} cannot be opened ({error.strerror}); check its permissions.") from error
    if image.GetDimension() == 4:
        image = image[:, :, :, 0]
    volume = Volume.from_sitk(image)
    affine, more = right_angled(volume.affine_lps, volume.size, path.name)
    return Volume(volume.array, affine), (*warnings, *more)


def _refuse_unless_there(reader: sitk.ImageFileReader, path: Path, fields: Mapping[str, str]) -> None:
    """Refuse a header that states more voxels than the file can hold, before memory is taken for them."""
    data = path.parent / (
        fields.get("data file") or fields.get("datafile") or fields.get("elementdatafile") or path.name
    )
    stored = path.stat().st_size + (data.stat().st_size if data != path and data.is_file() else 0)
    if math.prod(reader.GetSize()) > stored * _DEFLATE_MOST:
        raise StudyError(f"{path.name} is truncated: it ends before its last voxel; copy or export it again.")


def _refuse_unless_scalar(reader: sitk.ImageFileReader, path: Path) -> None:
    if reader.GetNumberOfComponents() != 1:
        raise StudyError(
            f"{path.name} has {reader.GetNumberOfComponents()} values per voxel (a color image or several "
            "volumes); give one grayscale volume."
        )
    if "complex" in sitk.GetPixelIDValueAsString(reader.GetPixelID()):
        raise StudyError(f"{path.name} contains complex numbers; give the magnitude image.")
    size = reader.GetSize()
    if len(size) < 3:
        raise StudyError(f"{path.name} is a 2D image without a position in the patient; give a volume.")
    if int(np.prod(size[3:])) != 1 or len(size) > 4:
        raise StudyError(
            f"{path.name} is four-dimensional, with {int(np.prod(size[3:]))} volumes; split it and give one "
            "of the volumes."
        )
