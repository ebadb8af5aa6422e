"""What the headers of NRRD and MetaImage files say, where ITK takes something for granted without a word.

Sources: the NRRD format definition (teem.sourceforge.net/nrrd/format.html) and the tag reference of MetaIO
(itk.org/Wiki/MetaIO/Documentation).
"""

import re
from collections.abc import Mapping
from pathlib import Path

from discgrader.errors import StudyError

_MOST_BYTES = 1 << 16
_MM = frozenset({"", "mm", "millimeter", "millimeters", "millimetre", "millimetres", "none", "?"})
_PATIENT_SPACES = frozenset({
    "left-posterior-superior", "lps", "right-anterior-superior", "ras", "left-anterior-superior", "las",
})


def header_fields(path: Path) -> dict[str, str]:
    """The fields of the text at the start of an NRRD or MetaImage file, names in lowercase; of a field met twice the first."""
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
        When the header says that lengths are no mm, or that the voxels are spread over files that cannot be told.
    """
    is_nrrd = "sizes" in fields
    return _nrrd_guesses(fields, name) if is_nrrd else _meta_guesses(fields, name)


def _nrrd_guesses(fields: Mapping[str, str], name: str) -> tuple[str, ...]:
    for field in ("space units", "units"):
        for unit in re.findall(r'"([^"]*)"', fields.get(field, "")):
            _refuse_unless_mm(unit, field, name)
    lies = fields.get("space", "").lower() in _PATIENT_SPACES and "space directions" in fields
    has_spacing = "space directions" in fields or "spacings" in fields
    return (*(() if lies else (_no_place(name, "space"),)),
            *(() if has_spacing else (_no_spacing(name, "space directions"),)))


def _meta_guesses(fields: Mapping[str, str], name: str) -> tuple[str, ...]:
    _refuse_unless_mm(fields.get("distanceunits", ""), "DistanceUnits", name)
    if re.match(r"LIST\b|.*%", fields.get("elementdatafile", "")):
        raise StudyError(f"{name} spreads its voxels over several files (ElementDataFile); save it as one.")
    lies = any(field in fields for field in ("transformmatrix", "rotation", "orientation"))
    has_spacing = any(field in fields for field in ("elementspacing", "elementsize"))
    return (*(() if lies else (_no_place(name, "TransformMatrix"),)),
            *(() if has_spacing else (_no_spacing(name, "ElementSpacing"),)))


def _refuse_unless_mm(unit: str, field: str, name: str) -> None:
    if unit.strip().lower() not in _MM:
        raise StudyError(f"{name} gives lengths in {unit.strip()} ({field}); save it in mm.")


def _no_place(name: str, field: str) -> str:
    return (f"{name} does not say how it lies in the patient (no {field} that tells): its plane, and which side is left, "
            "are a guess.")


def _no_spacing(name: str, field: str) -> str:
    return f"{name} states no voxel spacing ({field}); 1 mm was taken, so that lengths and grades may be wrong."


def why_not_read(reason: str, fields: Mapping[str, str], name: str) -> str:
    """One plain sentence for ITK's reason of not reading a file."""
    lowered = reason.lower()
    if "scalarwithspace" in lowered:
        return f"{name} states spacings beside a space, which NRRD does not allow; give space directions."
    if "spacing" in lowered:
        return f"{name} states a voxel spacing of zero, which cannot be; correct the spacing in its header."
    if "determinant" in lowered:
        return f"{name} states axes that do not span a volume; correct the directions in its header."
    if "couldn't open" in lowered and "data file" in fields:
        return f"{name} names {fields['data file']} for its voxels, which is not there; put it beside the header."
    if parse := re.search(r"_nrrdReadNrrdParse_(\w+)", reason):
        return f"{name} has a {parse[1].replace('_', ' ')} that cannot be read in its header; export it again."
    return f"{name} cannot be read: it is cut off, damaged or not what its name says; export it again."
