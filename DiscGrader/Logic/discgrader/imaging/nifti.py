"""NIfTI files, read by their own header.

ITK takes a truncated NIfTI for whole, loses the geometry of a two-dimensional one, and trusts ``pixdim`` over the
scales of the sform; none of that may happen to a picture that is measured in mm.

Source: the NIfTI-1 and NIfTI-2 data format definitions, https://nifti.nimh.nih.gov.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from discgrader.errors import StudyError
from discgrader.imaging.geometry import EXACT_MM, largest_shift_mm, right_angled
from discgrader.imaging.volume import LPS_TO_RAS, Volume
from discgrader.progress import Progress

_SCALAR_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"}
_COMPLEX_TYPES = {32, 1792, 2048}
_COLOR_TYPES = {128, 2304}
_SCANNER = 1
_UNIT_TO_MM = {1: 1000.0, 2: 1.0, 3: 0.001}
_UNIT_NAMES = {1: "meters", 2: "millimeters", 3: "micrometers"}
_FINEST_MM, _COARSEST_MM = 0.01, 100.0
"""Voxels of a patient's pictures are no smaller and no larger; what states others states them in another unit."""

_ROUNDED_TURN = 1e-3
"""A quaternion keeps three of its numbers, in single precision; where the fourth is near 0, as in axial slices turned
about the left-right axis, it and with it a turn of up to 7e-4 rad is lost."""

_GZIP = b"\x1f\x8b"
_MOST_HEADER_BYTES = 544
_CHUNK_BYTES = 1 << 22
_DEFLATE_MOST = 1032
"""How many times smaller than its content a deflated file can be at most (zlib's technical notes)."""


@dataclass(frozen=True)
class _Header:
    order: str
    dim: tuple[int, ...]
    datatype: int
    pixdim: tuple[float, ...]
    offset: float
    slope: float
    intercept: float
    qform_code: int
    sform_code: int
    quaternion: tuple[float, ...]
    qoffset: tuple[float, ...]
    srow: tuple[float, ...]
    units: int
    header_bytes: int

    @classmethod
    def parse(cls, raw: bytes | bytearray) -> "_Header | None":
        """The header at the start of ``raw``; None when there is none."""
        if len(raw) >= 352 and raw[344:348] in (b"n+1\0", b"ni1\0"):
            return cls._of_nifti_1(raw, _byte_order(raw, 348, "h", 40))
        if len(raw) >= _MOST_HEADER_BYTES and raw[4:8] in (b"n+2\0", b"ni2\0"):
            return cls._of_nifti_2(raw, _byte_order(raw, 540, "q", 16))
        return None

    @classmethod
    def _of_nifti_1(cls, raw: bytes | bytearray, order: str) -> "_Header":
        def get(kind: str, at: int) -> Any:
            return struct.unpack_from(order + kind, raw, at)

        return cls(
            order,
            get("8h", 40),
            get("h", 70)[0],
            get("8f", 76),
            get("f", 108)[0],
            get("f", 112)[0],
            get("f", 116)[0],
            get("h", 252)[0],
            get("h", 254)[0],
            get("3f", 256),
            get("3f", 268),
            get("12f", 280),
            raw[123] & 7,
            348,
        )

    @classmethod
    def _of_nifti_2(cls, raw: bytes | bytearray, order: str) -> "_Header":
        def get(kind: str, at: int) -> Any:
            return struct.unpack_from(order + kind, raw, at)

        return cls(
            order,
            get("8q", 16),
            get("h", 12)[0],
            get("8d", 104),
            get("q", 168)[0],
            get("d", 176)[0],
            get("d", 184)[0],
            get("i", 344)[0],
            get("i", 348)[0],
            get("3d", 352),
            get("3d", 376),
            get("12d", 400),
            get("i", 500)[0] & 7,
            540,
        )

    def qform_ras(self) -> np.ndarray:
        """Index to RAS mm by method 2 of the format definition (quaternion), shape (4, 4)."""
        b, c, d = self.quaternion
        squares = b * b + c * c + d * d
        if squares > 1.0:
            # Rounded, or written without care: the reference library makes it a unit quaternion of a half turn.
            b, c, d = (float(component / np.sqrt(squares)) for component in (b, c, d))
        a = np.sqrt(max(0.0, 1.0 - squares))
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
        affine[:3] *= self.unit_mm
        return affine

    def sform_ras(self) -> np.ndarray:
        """Index to RAS mm by method 3 of the format definition (general affine), shape (4, 4)."""
        return np.vstack([self.unit_mm * np.reshape(self.srow, (3, 4)), [0.0, 0.0, 0.0, 1.0]])

    @property
    def unit_mm(self) -> float:
        """Millimeters in the unit that lengths are stated in (xyzt_units), sform and qform alike, as ITK has it."""
        return _UNIT_TO_MM.get(self.units, 1.0)


def _byte_order(raw: bytes | bytearray, size: int, kind: str, at: int) -> str:
    """By the size that the header states of itself; where that is wrong, by the number of axes, which is 1 to 7."""
    for order in "<>":
        if struct.unpack_from(order + "i", raw)[0] == size:
            return order
    return next((order for order in "<>" if 1 <= struct.unpack_from(order + kind, raw, at)[0] <= 7), "<")


def read_nifti(path: Path, progress: Progress = Progress()) -> tuple[Volume, tuple[str, ...]]:
    """The volume of a NIfTI-1 or NIfTI-2 file (.nii, .nii.gz) and warnings.

    Of sform and qform the same one is taken as ITK and Slicer take: the sform when it is the scanner's or the only
    one, else the qform. Where they disagree, a warning says by how much. A file without either is laid as ITK lays it:
    its axes run to the left, the back and the head, which is a guess.

    Raises
    ------
    StudyError
        When the file is not NIfTI, is cut off, or holds anything but one scalar three-dimensional picture.
    Cancelled
        When the progress says stop.
    """
    try:
        with path.open("rb") as file:
            return _read(file, path, progress)
    except (EOFError, zlib.error) as error:
        raise StudyError(f"{path.name} is truncated or damaged; copy or export it again.") from error
    except OSError as error:
        raise StudyError(f"{path.name} cannot be opened ({error.strerror}); check its permissions.") from error


def _read(file: BinaryIO, path: Path, progress: Progress) -> tuple[Volume, tuple[str, ...]]:
    is_compressed = file.read(2) == _GZIP
    file.seek(0)
    chunks = _decompressed(file) if is_compressed else iter(lambda: file.read(_CHUNK_BYTES), b"")
    raw = _up_to(chunks, bytearray(), _MOST_HEADER_BYTES, progress)
    header = _Header.parse(raw)
    if header is None:
        raise StudyError(f"{path.name} is not a NIfTI file despite its name; export the series again.")
    shape = _shape(header, path)
    dtype = np.dtype(header.order + _SCALAR_TYPES[header.datatype])
    needed = math.prod(shape) * dtype.itemsize
    file_bytes = path.stat().st_size
    most = file_bytes * _DEFLATE_MOST if is_compressed else file_bytes
    offset, warnings = _offset(header, path)
    if min(offset, header.header_bytes) + needed > most or offset > most:
        raise _cut_off(path)
    # Beyond the last voxel, since a compressed file's check sum follows its end; a bounded way, for the rest may be
    # endless.
    raw = _up_to(chunks, raw, offset + needed + _CHUNK_BYTES, progress)
    if offset == header.header_bytes + 4 and len(raw) == header.header_bytes + needed:
        # Written without the four bytes that must follow the header.
        offset = header.header_bytes
    if len(raw) < offset + needed:
        raise _cut_off(path)
    array = _scaled(np.frombuffer(raw, dtype, math.prod(shape), offset).reshape(shape[::-1]), header)
    affine_ras, more = _affine(header, shape, path)
    affine, odd = right_angled(LPS_TO_RAS @ affine_ras, shape, path.name)
    return Volume(array, affine), (*warnings, *more, *odd)


def _cut_off(path: Path) -> StudyError:
    return StudyError(f"{path.name} is truncated: it ends before its last voxel; copy or export it again.")


def _up_to(chunks: Iterator[bytes], raw: bytearray, count: int, progress: Progress) -> bytearray:
    """``raw`` and what follows of the chunks, until it holds so many bytes or there are no more."""
    while len(raw) < count and (chunk := next(chunks, b"")):
        progress.check()
        raw += chunk
    return raw


def _decompressed(file: BinaryIO) -> Iterator[bytes]:
    """The content of a gzip file of one or more members; what follows them and is none is left alone, as zlib does."""
    rest = file.read(_CHUNK_BYTES)
    while rest[:2] == _GZIP:
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            yield member.decompress(rest, _CHUNK_BYTES)
            rest = member.unconsumed_tail or member.unused_data
            if not rest and not member.eof and not (rest := file.read(_CHUNK_BYTES)):
                raise EOFError("the file ends before its last block")
        rest = member.unused_data
        rest += file.read(max(0, 2 - len(rest)))


def _shape(header: _Header, path: Path) -> tuple[int, int, int]:
    """Number of voxels along i, j and k."""
    count = header.dim[0]
    if not 1 <= count <= 7:
        raise StudyError(f"{path.name} has {count} dimensions (dim[0]) where 1 to 7 are possible; export it again.")
    # Like the reference library: axes beyond the second that are stated as empty have one voxel.
    dims = [n if number < 2 else max(n, 1) for number, n in enumerate(header.dim[1 : 1 + count])]
    if len(dims) < 2 or any(n < 1 for n in dims):
        raise StudyError(f"{path.name} has no valid image size (dim); export it again.")
    if header.datatype in _COLOR_TYPES:
        raise StudyError(f"{path.name} is a color image; give the grayscale series.")
    if header.datatype in _COMPLEX_TYPES:
        raise StudyError(f"{path.name} contains complex numbers; give the magnitude image.")
    if header.datatype not in _SCALAR_TYPES:
        raise StudyError(f"{path.name} has a voxel type that cannot be read (NIfTI code {header.datatype}).")
    frames = math.prod(dims[3:])
    if frames != 1:
        raise StudyError(
            f"{path.name} is four-dimensional, with {frames} volumes; split it and give one of the volumes."
        )
    columns, rows, slices = (dims[:3] + [1])[:3]
    return columns, rows, slices


def _offset(header: _Header, path: Path) -> tuple[int, tuple[str, ...]]:
    """The byte where voxels begin, and warnings; the least that the format allows where the file states none."""
    least, stated = header.header_bytes + 4, header.offset
    if not math.isfinite(stated) or stated < 0:
        raise StudyError(
            f"{path.name} states that its voxels begin at byte {stated:g} (vox_offset), which is impossible; "
            "correct its header or export it again."
        )
    if stated >= least:
        return int(stated), ()
    if stated == 0:
        return least, ()
    return least, (
        (
            f"{path.name} states that its voxels begin at byte {stated:g} (vox_offset), inside its header; "
            "they were read from the end of the header."
        ),
    )


def _scaled(stored: np.ndarray, header: _Header) -> np.ndarray:
    """Stored values times slope plus intercept, as far as the header states numbers for them."""
    array = stored.astype(stored.dtype.newbyteorder("="))
    slope = header.slope if math.isfinite(header.slope) else 0.0
    intercept = header.intercept if math.isfinite(header.intercept) else 0.0
    if slope == 0 or (slope, intercept) == (1.0, 0.0):
        return array
    with np.errstate(over="ignore", invalid="ignore"):
        return (array * slope + intercept).astype(np.float32)


def _affine(header: _Header, shape: tuple[int, int, int], path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """Index to RAS mm and warnings."""
    spacing = np.abs(np.asarray(header.pixdim[1:4], float))
    flat = header.dim[0] == 2
    warnings: list[str] = []
    if header.sform_code <= 0 and header.qform_code <= 0:
        if np.any(spacing[:2] == 0) or (spacing[2] == 0 and not flat):
            raise _zero_spacing(path, spacing)
        spacing[spacing == 0] = 1.0
        signs = np.where(np.asarray(header.pixdim[1:4]) < 0, -1.0, 1.0)
        affine = LPS_TO_RAS @ np.diag([*spacing * signs * header.unit_mm, 1.0])
        warnings.append(
            f"{path.name} has no orientation in the patient (qform_code and sform_code are 0): its plane, and "
            "which side is left, are a guess."
        )
    elif header.sform_code == _SCANNER or header.qform_code <= 0:
        affine = header.sform_ras()
    else:
        affine = header.qform_ras()
    if header.sform_code > 0 and header.qform_code > 0:
        affine, more = _settle(header, affine, shape, path)
        warnings += more
    _check_unit(header, affine, path)
    if flat:
        affine = _thickened(affine)
    return affine, tuple(warnings)


def _check_unit(header: _Header, affine: np.ndarray, path: Path) -> None:
    """Refuse voxels that no patient's picture has, whose unit is another than the one stated."""
    spacing = np.linalg.norm(affine[:3, : min(header.dim[0], 3)], axis=0)
    seen = spacing[np.isfinite(spacing) & (spacing > 0)]
    if len(seen) and not _FINEST_MM <= seen.min() <= seen.max() <= _COARSEST_MM:
        stated = _UNIT_NAMES.get(header.units, "no unit of length, which implies millimeters")
        sizes = " × ".join(f"{length:g}" for length in spacing)
        raise StudyError(
            f"{path.name} states {stated} (xyzt_units), which makes its voxels {sizes} mm; correct xyzt_units "
            "or pixdim in its header."
        )


def _settle(header: _Header, chosen: np.ndarray, shape: tuple, path: Path) -> tuple[np.ndarray, list[str]]:
    """Which of a disagreeing sform and qform holds, and what to say of it."""
    sform, qform = header.sform_ras(), header.qform_ras()
    shift = largest_shift_mm(sform, qform, shape)
    if shift <= max(EXACT_MM, _ROUNDED_TURN * float(np.linalg.norm(sform[:3, :3] @ np.array(shape)))):
        return chosen, []
    name, other, replacement = (
        ("sform", "qform", qform) if np.array_equal(chosen, sform, equal_nan=True) else ("qform", "sform", sform)
    )
    if not _spans(chosen, shape) and _spans(replacement, shape):
        return replacement, [
            f"The {name} of {path.name} is sheared, empty or not numeric; its {other} was used instead."
        ]
    return chosen, [f"The sform and qform of {path.name} differ by up to {shift:.2f} mm; the {name} was used."]


def _spans(affine: np.ndarray, shape: tuple) -> bool:
    """Whether an affine lays voxels on a right-angled grid."""
    try:
        right_angled(affine, shape, "")
    except StudyError:
        return False
    return True


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
    return StudyError(f"{path.name} has a voxel spacing of {stated} mm, which is impossible; correct its header.")
