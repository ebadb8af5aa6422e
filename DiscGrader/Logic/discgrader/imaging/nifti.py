"""NIfTI files, read by their own header.

ITK takes a truncated NIfTI for whole, loses the geometry of a two-dimensional one, and trusts ``pixdim`` over the
scales of the sform; none of that may happen to a picture that is measured in mm.

Source: the NIfTI-1 and NIfTI-2 data format definitions, https://nifti.nimh.nih.gov.
"""

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.errors import StudyError
from discgrader.imaging.geometry import EXACT_MM, largest_shift_mm, right_angled
from discgrader.imaging.volume import LPS_TO_RAS, Volume

_SCALAR_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"}
_COMPLEX_TYPES = {32, 1792, 2048}
_COLOR_TYPES = {128, 2304}
_SCANNER = 1
_UNIT_TO_MM = {1: 1000.0, 2: 1.0, 3: 0.001}


@dataclass(frozen=True)
class _Header:
    order: str
    dim: tuple[int, ...]
    datatype: int
    pixdim: tuple[float, ...]
    offset: int
    slope: float
    intercept: float
    qform_code: int
    sform_code: int
    quaternion: tuple[float, ...]
    qoffset: tuple[float, ...]
    srow: tuple[float, ...]
    units: int

    @classmethod
    def parse(cls, raw: bytes) -> "_Header | None":
        """The header at the start of ``raw``; None when there is none."""
        for order in "<>":
            if len(raw) < 352:
                return None
            size = struct.unpack_from(order + "i", raw)[0]
            if size == 348 and raw[344:348] == b"n+1\0":
                def get(kind: str, at: int, order: str = order) -> tuple:
                    return struct.unpack_from(order + kind, raw, at)

                return cls(
                    order, get("8h", 40), get("h", 70)[0], get("8f", 76), int(get("f", 108)[0]), *get("2f", 112),
                    *get("2h", 252), get("3f", 256), get("3f", 268), get("12f", 280), raw[123] & 7,
                )
            if size == 540 and raw[4:8] == b"n+2\0" and len(raw) >= 544:
                def get(kind: str, at: int, order: str = order) -> tuple:
                    return struct.unpack_from(order + kind, raw, at)

                return cls(
                    order, get("8q", 16), get("h", 12)[0], get("8d", 104), get("q", 168)[0], *get("2d", 176),
                    *get("2i", 344), get("3d", 352), get("3d", 376), get("12d", 400), get("i", 500)[0] & 7,
                )
        return None

    def qform_ras(self) -> np.ndarray:
        """Index to RAS mm by method 2 of the format definition (quaternion), shape (4, 4)."""
        b, c, d = self.quaternion
        a = np.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
        rotation = np.array(
            [
                [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
                [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
                [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
            ]
        )
        spacing = np.abs(self.pixdim[1:4])
        affine = np.eye(4)
        affine[:3, :3] = rotation * spacing * [1.0, 1.0, -1.0 if self.pixdim[0] < 0 else 1.0]
        affine[:3, 3] = self.qoffset
        return affine

    def sform_ras(self) -> np.ndarray:
        """Index to RAS mm by method 3 of the format definition (general affine), shape (4, 4)."""
        return np.vstack([np.reshape(self.srow, (3, 4)), [0.0, 0.0, 0.0, 1.0]])


def read_nifti(path: Path) -> tuple[Volume, tuple[str, ...]]:
    """The volume of a NIfTI-1 or NIfTI-2 file (.nii, .nii.gz) and warnings.

    Of sform and qform the same one is taken as ITK and Slicer take: the sform when it is the scanner's or the only
    one, else the qform. Where they disagree, a warning says by how much.

    Raises
    ------
    StudyError
        When the file is not NIfTI, is cut off, or holds anything but one scalar three-dimensional picture.
    """
    raw = _content(path)
    header = _Header.parse(raw)
    if header is None:
        raise StudyError(f"{path.name} is not a NIfTI file, whatever its name says; export the series again.")
    shape = _shape(header, path)
    array = _voxels(header, raw, shape, path)
    affine_ras, warnings = _affine(header, shape, path)
    size = tuple(int(n) for n in shape)
    affine, more = right_angled(LPS_TO_RAS @ affine_ras, size, path.name)
    return Volume(array, affine), warnings + more


def _content(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise StudyError(f"{path.name} is cut off or damaged; copy or export it again.") from error
    except OSError as error:
        raise StudyError(f"{path.name} cannot be opened ({error.strerror}); check that it may be read.") from error


def _shape(header: _Header, path: Path) -> tuple[int, int, int]:
    """Number of voxels along i, j and k."""
    count = header.dim[0]
    dims = [int(n) for n in header.dim[1:1 + count]] if 1 <= count <= 7 else []
    if len(dims) < 2 or any(n < 1 for n in dims):
        raise StudyError(f"{path.name} states no usable picture size; export it again.")
    if header.datatype in _COLOR_TYPES:
        raise StudyError(f"{path.name} is a color picture; give the gray-scale series.")
    if header.datatype in _COMPLEX_TYPES:
        raise StudyError(f"{path.name} holds complex numbers; give the magnitude picture.")
    if header.datatype not in _SCALAR_TYPES:
        raise StudyError(f"{path.name} has a voxel type that cannot be read (NIfTI code {header.datatype}).")
    frames = int(np.prod(dims[3:], dtype=object)) if len(dims) > 3 else 1
    if frames != 1:
        raise StudyError(f"{path.name} is four-dimensional, with {frames} volumes; split it and give one of them.")
    return tuple((dims[:3] + [1])[:3])


def _voxels(header: _Header, raw: bytes, shape: tuple[int, int, int], path: Path) -> np.ndarray:
    dtype = np.dtype(header.order + _SCALAR_TYPES[header.datatype])
    count = shape[0] * shape[1] * shape[2]
    if len(raw) < header.offset + count * dtype.itemsize:
        raise StudyError(f"{path.name} is cut off: it ends before its last voxel; copy or export it again.")
    array = np.frombuffer(raw, dtype, count, header.offset).reshape(shape[::-1])
    array = array.astype(dtype.newbyteorder("="))
    slope, intercept = header.slope, header.intercept
    if np.isfinite(slope) and np.isfinite(intercept) and slope != 0 and (slope, intercept) != (1.0, 0.0):
        array = (array * slope + intercept).astype(np.float32)
    return array


def _affine(header: _Header, shape: tuple[int, int, int], path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """Index to RAS mm and warnings."""
    spacing = np.abs(np.asarray(header.pixdim[1:4], float))
    flat = header.dim[0] == 2
    warnings: list[str] = []
    if header.sform_code <= 0 and header.qform_code <= 0:
        if np.any(spacing[:2] == 0) or (spacing[2] == 0 and not flat):
            raise _zero_spacing(path, spacing)
        spacing[spacing == 0] = 1.0
        affine = np.diag([*spacing, 1.0])
        warnings.append(f"{path.name} does not say how it lies in the patient; its plane is a guess.")
    elif header.sform_code == _SCANNER or header.qform_code <= 0:
        affine = header.sform_ras()
    else:
        affine = header.qform_ras()
    if header.sform_code > 0 and header.qform_code > 0:
        affine, more = _settle(header, affine, shape, path)
        warnings += more
    scale = _UNIT_TO_MM.get(header.units, 1.0)
    affine[:3] *= scale
    if flat:
        affine = _thickened(affine)
    return affine, tuple(warnings)


def _settle(header: _Header, chosen: np.ndarray, shape: tuple, path: Path) -> tuple[np.ndarray, list[str]]:
    """Which of a disagreeing sform and qform holds, and what to say of it."""
    sform, qform = header.sform_ras(), header.qform_ras()
    shift = largest_shift_mm(sform, qform, shape)
    if shift <= EXACT_MM:
        return chosen, []
    name = "sform" if np.array_equal(chosen, sform) else "qform"
    if name == "sform" and np.all(np.linalg.norm(qform[:3, :3], axis=0) > 0):
        try:
            right_angled(sform, shape, path.name)
        except StudyError:
            return qform, [f"The sform of {path.name} is sheared or empty; its qform was taken instead."]
    return chosen, [f"The sform and qform of {path.name} differ by up to {shift:.2f} mm; the {name} was taken."]


def _thickened(affine: np.ndarray) -> np.ndarray:
    """A flat picture's affine with a slice thickness of 1 mm where it has none."""
    affine = affine.copy()
    if np.linalg.norm(affine[:3, 2]) == 0:
        normal = np.cross(affine[:3, 0], affine[:3, 1])
        length = np.linalg.norm(normal)
        affine[:3, 2] = normal / length if length > 0 else normal
    return affine


def _zero_spacing(path: Path, spacing: np.ndarray) -> StudyError:
    stated = " × ".join(f"{s:g}" for s in spacing)
    return StudyError(f"{path.name} states a voxel spacing of {stated} mm, which cannot be; correct its header.")
