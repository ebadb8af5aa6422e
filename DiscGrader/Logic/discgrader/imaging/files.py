"""Single files that hold one volume: NIfTI, NRRD and MetaImage."""

import errno
import os
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from discgrader.errors import OutputError, StudyError, UsageError
from discgrader.imaging.geometry import right_angled
from discgrader.imaging.nifti import read_nifti
from discgrader.imaging.volume import Volume

NIFTI_ENDINGS = (".nii.gz", ".nii")
OTHER_ENDINGS = (".nrrd", ".nhdr", ".mha", ".mhd")
VOLUME_ENDINGS = NIFTI_ENDINGS + OTHER_ENDINGS

_NIFTI_HEADER_BYTES = 352


def ending(path: Path) -> str:
    """The volume format's ending of a file name in lowercase, ``""`` when it is none that can be read."""
    name = path.name.lower()
    return next((one for one in VOLUME_ENDINGS if name.endswith(one)), "")


def stem(path: Path) -> str:
    """The file's name without its ending, all of ``.nii.gz`` included."""
    end = ending(path)
    return path.name[: -len(end)] if end else path.stem


def read_volume(path: Path | str) -> tuple[Volume, tuple[str, ...]]:
    """The picture in a NIfTI, NRRD or MetaImage file, and warnings.

    Voxels that are not numbers become 0, with a warning. A four-dimensional file of one frame counts as one volume.

    Raises
    ------
    StudyError
        When the file cannot be read, is cut off, or holds anything but one gray-scale volume on a right-angled grid,
        or when every voxel has the same value.
    """
    path = Path(path)
    volume, warnings = _read(path)
    volume, more = clean(volume, path.name)
    return volume, warnings + more


def _read(path: Path) -> tuple[Volume, tuple[str, ...]]:
    if not path.is_file():
        raise StudyError(f"There is no file {path}; check the path.")
    end = ending(path)
    if not end:
        raise StudyError(
            f"{path.name} is not a volume file; give NIfTI (.nii, .nii.gz), NRRD (.nrrd, .nhdr), MetaImage "
            "(.mha, .mhd) or DICOM."
        )
    return read_nifti(path) if end in NIFTI_ENDINGS else _read_with_itk(path)


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
            raise StudyError(f"{path.name} is no mask: it holds values that are not whole numbers.")
    if array.size and array.min() < 0:
        raise StudyError(f"{path.name} is no mask: it holds negative values.")
    return Volume(array.astype(np.int32) if array.dtype.kind == "f" else array, volume.affine_lps), warnings


def clean(volume: Volume, what: str) -> tuple[Volume, tuple[str, ...]]:
    """The volume with voxels that are not numbers set to 0, and warnings.

    Raises
    ------
    StudyError
        When all voxels have the same value, so that there is no picture.
    """
    array, warnings = volume.array, ()
    if array.dtype == np.float64:
        with np.errstate(over="ignore"):
            array = array.astype(np.float32)
    if array.dtype.kind == "f":
        bad = ~np.isfinite(array)
        count = int(bad.sum())
        if count:
            array = np.where(bad, array.dtype.type(0), array)
            warnings = (f"{count} voxels of {what} are not numbers; they were set to 0.",)
    if array.size == 0 or array.min() == array.max():
        raise StudyError(f"{what} shows nothing: all of its voxels have the same value; export the series again.")
    return Volume(array, volume.affine_lps), warnings


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
        sitk.WriteImage(image, str(part), useCompression=True)
        _check_whole(part, array.nbytes)
        os.replace(part, path)
    except (RuntimeError, OSError) as error:
        part.unlink(missing_ok=True)
        raise OutputError(
            f"{path} cannot be written; check that its folder exists, may be written to and has room."
        ) from error


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


def _read_with_itk(path: Path) -> tuple[Volume, tuple[str, ...]]:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        _refuse_unless_scalar(reader, path)
        image = reader.Execute()
    except RuntimeError as error:
        raise StudyError(_why_not_read(path, str(error))) from error
    if image.GetDimension() == 4:
        image = image[:, :, :, 0]
    volume = Volume.from_sitk(image)
    affine, warnings = right_angled(volume.affine_lps, volume.size, path.name)
    if _lacks_space(path):
        warnings = (*warnings, f"{path.name} does not say how it lies in the patient; its plane is a guess.")
    return Volume(volume.array, affine), warnings


def _lacks_space(path: Path) -> bool:
    """Whether an NRRD header names no anatomical space, which ITK takes for LPS without a word."""
    if ending(path) not in (".nrrd", ".nhdr"):
        return False
    with path.open("rb") as file:
        header = file.read(8192).split(b"\n\n")[0].split(b"\r\n\r\n")[0].lower()
    return b"\nspace:" not in header


def _refuse_unless_scalar(reader: sitk.ImageFileReader, path: Path) -> None:
    if reader.GetNumberOfComponents() != 1:
        raise StudyError(
            f"{path.name} holds {reader.GetNumberOfComponents()} values a voxel (a color picture or several volumes); "
            "give one gray-scale volume."
        )
    if "complex" in sitk.GetPixelIDValueAsString(reader.GetPixelID()):
        raise StudyError(f"{path.name} holds complex numbers; give the magnitude picture.")
    size = reader.GetSize()
    if len(size) < 3:
        raise StudyError(f"{path.name} is a flat picture without a place in the patient; give a volume.")
    if int(np.prod(size[3:])) != 1 or len(size) > 4:
        raise StudyError(
            f"{path.name} is four-dimensional, with {int(np.prod(size[3:]))} volumes; split it and give one of them."
        )


def _why_not_read(path: Path, reason: str) -> str:
    if "spacing" in reason.lower():
        return f"{path.name} states a voxel spacing of zero, which cannot be; correct the spacing in its header."
    if "determinant" in reason.lower():
        return f"{path.name} states axes that do not span a volume; correct the directions in its header."
    return f"{path.name} cannot be read: it is cut off, damaged or not what its name says; export it again."
