"""What a series shows: its plane, its contrast, and why it was taken for that."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from discgrader.errors import UsageError
from discgrader.imaging.study import Contrast, Plane
from discgrader.imaging.volume import Volume

_PREFIXES = {"AX": Plane.AXIAL, "COR": Plane.CORONAL}
_LPS_PLANES = (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)
_ISOTROPIC = 1.1
_SLAB = 0.6

ROLES = tuple(
    prefix + contrast.value for prefix in ("", "AX_", "COR_") for contrast in Contrast if contrast != Contrast.UNKNOWN
)
"""Every role that a series may be given by hand."""


@dataclass(frozen=True)
class Finding:
    """A contrast and, in words a user understands, why."""

    contrast: Contrast
    reason: str


def slice_axis(volume: Volume) -> int:
    """Which of i, j, k (0, 1, 2) runs across the slices.

    The axis with a single voxel; else the one with the largest spacing; where voxels are isotropic (within 10 %), the
    axis along which the volume is much the thinnest; else k, by convention.
    """
    size, spacing = np.array(volume.size), volume.spacing_mm
    single = np.flatnonzero(size == 1)
    if len(single) == 1:
        return int(single[0])
    order = np.argsort(spacing)
    if spacing[order[2]] > _ISOTROPIC * spacing[order[1]]:
        return int(order[2])
    extent = size * spacing
    thin = np.argsort(extent)
    if spacing[order[2]] <= _ISOTROPIC * spacing[order[0]] and extent[thin[0]] < _SLAB * extent[thin[1]]:
        return int(thin[0])
    return 2


def slice_normal(volume: Volume) -> np.ndarray:
    """Unit vector in LPS across the slices, shape (3,)."""
    axis = slice_axis(volume)
    others = [one for one in range(3) if one != axis]
    return np.cross(volume.directions[:, others[0]], volume.directions[:, others[1]])


def plane_of(volume: Volume) -> Plane:
    """The anatomical plane nearest to the volume's slices."""
    return _LPS_PLANES[int(np.argmax(np.abs(slice_normal(volume))))]


def parse_role(role: str) -> tuple[Plane, Contrast]:
    """Plane and contrast that a role such as ``T2`` or ``AX_T2`` stands for; upper and lower case are the same.

    Raises
    ------
    UsageError
        When there is no such role.
    """
    known = {one.upper(): one for one in ROLES}
    if not isinstance(role, str) or role.upper() not in known:
        raise UsageError(f"There is no role {role}; choose one of {', '.join(ROLES)}.")
    name = known[role.upper()]
    for prefix, plane in _PREFIXES.items():
        if name.startswith(prefix + "_"):
            return plane, Contrast(name[len(prefix) + 1:])
    return Plane.SAGITTAL, Contrast(name)


_BEFORE = r"(?:(?<![A-Za-z0-9])|(?<=[a-z])(?=[A-Z]))"
_AFTER = r"(?![0-9])"


def _word(pattern: str, text: str) -> bool:
    """Whether ``pattern`` stands in the text at the beginning of a word, or where small letters turn to capitals."""
    before = re.search(rf"(?<![A-Za-z0-9])(?i:{pattern})(?![0-9])", text)
    return before is not None or re.search(rf"(?<=[a-z]){pattern}(?![0-9])", text) is not None


def contrast_from_name(name: str) -> Finding | None:
    """The contrast that a file name or series description speaks of; None where it speaks of none or of several."""
    t1, t2 = _word("T1W?", name), _word("T2W?", name)
    space = _word("(?:SPACE|SPC|CUBE|VISTA|BRAINVIEW|3D)", name) or re.search(r"(?i)t2w?_?-?space", name) is not None
    if _word("(?:STIR|TIRM)", name):
        return Finding(Contrast.STIR, f"its name, {name}, says STIR")
    if t1 and t2:
        return None
    if _word(r"T2(?:\*|[_ -]?STAR|[_ -]?ME)", name):
        return Finding(Contrast.UNKNOWN, f"its name, {name}, says T2*, which is no T2 spin echo")
    if t2 or (space and not t1 and not _word("3D", name)):
        kind = Contrast.T2_SPACE if space else Contrast.T2
        return Finding(kind, f"its name, {name}, says {'T2 and 3D' if space else 'T2'}")
    if t1:
        return Finding(Contrast.T1, f"its name, {name}, says T1")
    return None


def recognize(name: str, volume: Volume, identity: Mapping[str, object] | None = None) -> Finding:
    """The contrast of a series: by its DICOM attributes, else by its name, else by the picture."""
    return contrast_from_name(name) or Finding(Contrast.UNKNOWN, "neither its name nor its picture tells its contrast")
