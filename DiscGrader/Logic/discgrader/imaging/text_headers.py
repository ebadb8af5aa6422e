"""What the headers of NRRD and MetaImage files say, where ITK takes something for granted without a word.

Sources: the NRRD format definition (teem.sourceforge.net/nrrd/format.html) and the tag reference of MetaIO
(itk.org/Wiki/MetaIO/Documentation).
"""

import math
import re
from collections.abc import Mapping
from pathlib import Path

from discgrader.errors import StudyError

_MOST_BYTES = 1 << 16
"""Headers are far shorter. A round number."""

_SHORT, _LONG = 500, 30_000
"""Characters of a value: of one with numbers, and of free text such as a key of Slicer's. Round numbers, which a
damaged header exceeds."""

_MOST_VOXELS = 1_000_000
"""Along one axis; a damaged header states more. A round number."""

_BYTES = 2**40
"""One TB: what a header may state as an offset or size, beyond any file. A round number."""

_NRRD_WHOLE = {
    "line skip": (1, 0, _BYTES),
    "lineskip": (1, 0, _BYTES),
    "byte skip": (1, -1, _BYTES),
    "byteskip": (1, -1, _BYTES),
    "space dimension": (1, 1, 8),
}
_META_WHOLE = {
    "headersize": (1, -1, _BYTES),
    "elementnumberofchannels": (1, 1, 1000),
    "compresseddatasize": (1, 0, _BYTES),
}
_META_NUMBERS = {
    "elementspacing": 1,
    "elementsize": 1,
    "offset": 1,
    "position": 1,
    "origin": 1,
    "centerofrotation": 1,
    "transformmatrix": 2,
    "rotation": 2,
    "orientation": 2,
}
"""Fields of numbers, one an axis, or an axis and axis."""

_FREE = frozenset({"data file", "datafile", "elementdatafile", "content", "comment", "name"})
_WORDS = {
    "type": frozenset(
        {
            "signed char",
            "int8",
            "int8_t",
            "uchar",
            "unsigned char",
            "uint8",
            "uint8_t",
            "short",
            "short int",
            "signed short",
            "signed short int",
            "int16",
            "int16_t",
            "ushort",
            "unsigned short",
            "unsigned short int",
            "uint16",
            "uint16_t",
            "int",
            "signed int",
            "int32",
            "int32_t",
            "uint",
            "unsigned int",
            "uint32",
            "uint32_t",
            "longlong",
            "long long",
            "long long int",
            "signed long long",
            "signed long long int",
            "int64",
            "int64_t",
            "ulonglong",
            "unsigned long long",
            "unsigned long long int",
            "uint64",
            "uint64_t",
            "float",
            "double",
        }
    ),
    "encoding": frozenset({"raw", "txt", "text", "ascii", "hex", "gz", "gzip", "bz2", "bzip2"}),
    "endian": frozenset({"little", "big"}),
    "elementtype": frozenset(
        {
            "met_char",
            "met_uchar",
            "met_short",
            "met_ushort",
            "met_int",
            "met_uint",
            "met_long",
            "met_ulong",
            "met_long_long",
            "met_ulong_long",
            "met_float",
            "met_double",
        }
    ),
}
_MM = frozenset({"", "mm", "millimeter", "millimeters", "millimetre", "millimetres", "none", "?"})
_PATIENT_SPACES = frozenset(
    {"left-posterior-superior", "lps", "right-anterior-superior", "ras", "left-anterior-superior", "las"}
)


def header_fields(path: Path) -> dict[str, str]:
    """The fields of the text at the start of an NRRD or MetaImage file, names in lowercase; of a field met twice the
    first."""
    with path.open("rb") as file:
        text = file.read(_MOST_BYTES).decode("latin-1").replace("\r\n", "\n")
    is_nrrd = text.startswith("NRRD")
    fields: dict[str, str] = {}
    for line in text.split("\n\n")[0].split("\n") if is_nrrd else text.split("\n"):
        name, separator, value = line.partition(":" if is_nrrd else "=")
        if separator and not line.startswith("#"):
            fields.setdefault(name.strip().lower(), value.strip())
        if not is_nrrd and name.strip().lower() == "elementdatafile":
            break
    return fields


def check_fields(fields: Mapping[str, str], name: str) -> None:
    """Refuse a header with a field that is missing, too long, no number or out of its limits.

    ITK's own readers of these two formats trust them: some such values end the process.

    Raises
    ------
    StudyError
        Naming the field.
    """
    is_nrrd = "sizes" in fields or "dimension" in fields
    counted = "dimension" if is_nrrd else "ndims"
    if counted not in fields and not fields.keys() & {"dimsize", "sizes", "elementdatafile"}:
        raise StudyError(why_not_read("", fields, name))
    axes = _whole(fields, counted, 1, 2, 4, name)[0]
    _whole(fields, "sizes" if is_nrrd else "dimsize", axes, 1, _MOST_VOXELS, name)
    for field, (count, least, most) in (_NRRD_WHOLE if is_nrrd else _META_WHOLE).items():
        if field in fields:
            _whole(fields, field, count, least, most, name)
    for field, power in () if is_nrrd else _META_NUMBERS.items():
        if field in fields:
            _numbers(fields, field, axes**power, name)
    for field, value in fields.items():
        if len(value) > (_LONG if field in _FREE or value.startswith("=") else _SHORT):
            raise _wrong(field, value, name)
    for field, known in _WORDS.items():
        if field in fields and fields[field].lower() not in known:
            raise _wrong(field, fields[field], name)


def _whole(fields: Mapping[str, str], field: str, count: int, least: int, most: int, name: str) -> list[int]:
    values = fields.get(field, "").split()
    if len(values) != count or not all(
        re.fullmatch(r"-?\d{1,18}", value) and least <= int(value) <= most for value in values
    ):
        raise _wrong(field, fields.get(field), name)
    return [int(value) for value in values]


def _numbers(fields: Mapping[str, str], field: str, count: int, name: str) -> None:
    values = fields[field].split()
    try:
        numbers = [float(value) for value in values]
    except ValueError as error:
        raise _wrong(field, fields[field], name) from error
    if len(numbers) != count or not all(math.isfinite(number) for number in numbers):
        raise _wrong(field, fields[field], name)


def _wrong(field: str, value: str | None, name: str) -> StudyError:
    if value is None:
        return StudyError(f"{name} has no {field} in its header; export it again.")
    shown = value if len(value) <= 40 else value[:37] + "..."
    return StudyError(f"{name} has the impossible {field} {shown!r} in its header; correct it or export it again.")


def guesses(fields: Mapping[str, str], name: str) -> tuple[str, ...]:
    """What of the geometry is taken for granted, as warnings.

    Parameters
    ----------
    fields : mapping
        From `header_fields`.
    name : str
        How messages call the file.

    Raises
    ------
    StudyError
        When the header says that lengths are no mm, or that the voxels are spread over files that the header does not
        name.
    """
    is_nrrd = "sizes" in fields
    return _nrrd_guesses(fields, name) if is_nrrd else _meta_guesses(fields, name)


def _nrrd_guesses(fields: Mapping[str, str], name: str) -> tuple[str, ...]:
    for field in ("space units", "units"):
        for unit in re.findall(r'"([^"]*)"', fields.get(field, "")):
            _refuse_unless_mm(unit, field, name)
    lies = fields.get("space", "").lower() in _PATIENT_SPACES and "space directions" in fields
    has_spacing = "space directions" in fields or "spacings" in fields
    return (
        *(() if lies else (_no_place(name, "space"),)),
        *(() if has_spacing else (_no_spacing(name, "space directions"),)),
    )


def _meta_guesses(fields: Mapping[str, str], name: str) -> tuple[str, ...]:
    _refuse_unless_mm(fields.get("distanceunits", ""), "DistanceUnits", name)
    if re.match(r"LIST\b|.*%", fields.get("elementdatafile", "")):
        raise StudyError(f"{name} stores its voxels in several files (ElementDataFile); save it as one file.")
    lies = any(field in fields for field in ("transformmatrix", "rotation", "orientation"))
    has_spacing = any(field in fields for field in ("elementspacing", "elementsize"))
    return (
        *(() if lies else (_no_place(name, "TransformMatrix"),)),
        *(() if has_spacing else (_no_spacing(name, "ElementSpacing"),)),
    )


def _refuse_unless_mm(unit: str, field: str, name: str) -> None:
    if unit.strip().lower() not in _MM:
        raise StudyError(f"{name} gives lengths in {unit.strip()} ({field}); save it in mm.")


def _no_place(name: str, field: str) -> str:
    return (
        f"{name} has no orientation in the patient (no usable {field}): its plane, and which side is left, are a guess."
    )


def _no_spacing(name: str, field: str) -> str:
    return f"{name} has no voxel spacing ({field}); 1 mm was assumed, so lengths and grades may be wrong."


def why_not_read(reason: str, fields: Mapping[str, str], name: str) -> str:
    """One plain sentence for ITK's reason of not reading a file."""
    lowered = reason.lower()
    if "scalarwithspace" in lowered:
        return f"{name} gives both spacings and a space, which NRRD does not allow; give space directions."
    if "spacing" in lowered:
        return f"{name} has a voxel spacing of zero, which is impossible; correct the spacing in its header."
    if "determinant" in lowered:
        return f"{name} has axes that do not span a volume; correct the directions in its header."
    if "couldn't open" in lowered and "data file" in fields:
        return f"{name} refers to the voxel file {fields['data file']}, which is missing; put it beside the header."
    if parse := re.search(r"_nrrdReadNrrdParse_(\w+)", reason):
        return f"{name} has a {parse[1].replace('_', ' ')} in its header that cannot be read; export it again."
    return f"{name} cannot be read: it is truncated, damaged or not what its name says; export it again."
