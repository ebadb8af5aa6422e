"""What a series shows: its plane, its contrast, and why it was taken for that."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from discgrader.errors import UsageError
from discgrader.imaging.dicom_contrast import contrast_from_dicom, traits_from_dicom
from discgrader.imaging.names import Finding, NameFindings, finding_of, parse_name
from discgrader.imaging.picture_contrast import PictureContrast, picture_contrast
from discgrader.imaging.series_title import contrast_name
from discgrader.imaging.study import Contrast, Plane
from discgrader.imaging.volume import Volume

_PREFIXES = {"AX": Plane.AXIAL, "COR": Plane.CORONAL}
_LPS_PLANES = (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)
_ISOTROPIC = 1.1
"""Voxel edges that differ by less are equal: the header's geometry cannot tell which way the slices lie. A round
number."""

_NEARLY_ISOTROPIC = 1.5
"""Up to this ratio of the voxel edges a volume is a 3D acquisition rather than a stack of slices. A round number."""

_FINE_MM = 1.5
"""Pixels no larger than this are good enough to read in that plane. A round number."""

_SLAB = 0.6
"""A 3D slab is thinner than this share of its next larger side; its slices lie across the thinnest one. A round
number."""

CONVICTION = 0.98
"""How probable a picture must make it that name or header are wrong, to be believed against them."""

_LOOKS_LIKE: Mapping[Contrast, tuple[Contrast, ...]] = {
    Contrast.T1: (Contrast.T1,),
    Contrast.T1_FS: (Contrast.T1, Contrast.STIR, Contrast.OTHER),
    Contrast.T2: (Contrast.T2, Contrast.T2_SPACE),
    Contrast.T2_SPACE: (Contrast.T2, Contrast.T2_SPACE),
    Contrast.STIR: (Contrast.STIR,),
}
"""What a series that is named so may look like: 2D and 3D T2 differ by their slices rather than by what they show, and
T1 with fat suppression is one of the others to the networks that look at pictures, which confuse it with STIR now and
then."""

_BELIEVED = (Contrast.T1, Contrast.T2, Contrast.T2_SPACE)
"""Names that a picture is believed against. Fat that was suppressed badly is bright, so a series that is said to be
STIR or T1 with fat suppression stays that, and nothing is graded from it; the reader hears what its picture looks
like."""

_SIGHT: Mapping[Contrast, str] = {
    Contrast.T1: "a T1",
    Contrast.T1_FS: "a T1 with fat suppression",
    Contrast.T2: "a T2",
    Contrast.T2_SPACE: "a thin-slice T2",
    Contrast.STIR: "bright fluid and dark fat, as on STIR",
    Contrast.OTHER: "neither a T1 nor a T2 of the lumbar spine",
}

ROLES = tuple(
    prefix + contrast.value
    for prefix in ("", "AX_", "COR_")
    for contrast in Contrast
    if contrast is not Contrast.UNKNOWN
)
"""Every role that a series may be given by hand."""


def slice_axis(volume: Volume) -> int:
    """Which of i, j, k (0, 1, 2) runs across the slices.

    The axis with a single voxel; else the one along which voxels are much the longest. Where they are nearly as long
    along all three, as in 3D sequences: the axis along which the volume is much the thinnest; else the one whose
    spacing differs from the other two, pixels being square; else k, by convention.
    """
    size, spacing = np.array(volume.size), volume.spacing_mm
    single = np.flatnonzero(size == 1)
    if len(single) == 1:
        return int(single[0])
    order = np.argsort(spacing, kind="stable")
    finest, middle, coarsest = spacing[order]
    if coarsest > _NEARLY_ISOTROPIC * middle:
        return int(order[2])
    extent = size * spacing
    thin = np.argsort(extent)
    if coarsest <= _NEARLY_ISOTROPIC * finest and extent[thin[0]] < _SLAB * extent[thin[1]]:
        return int(thin[0])
    if coarsest > _ISOTROPIC * middle:
        return int(order[2])
    if middle > _ISOTROPIC * finest:
        return int(order[0])
    return 2


def slice_normal(volume: Volume) -> np.ndarray:
    """Unit vector in LPS across the slices, shape (3,)."""
    axis = slice_axis(volume)
    others = [number for number in range(3) if number != axis]
    return np.cross(volume.directions[:, others[0]], volume.directions[:, others[1]])


def plane_of(volume: Volume) -> Plane:
    """The anatomical plane nearest to the volume's slices."""
    return _LPS_PLANES[int(np.argmax(np.abs(slice_normal(volume))))]


def can_serve(volume: Volume, plane: Plane) -> bool:
    """Whether a volume shows slices of a plane: its own do, or its voxels are fine along both axes of that plane."""
    if plane_of(volume) == plane:
        return True
    across = int(np.abs(volume.directions[_LPS_PLANES.index(plane)]).argmax())
    return bool(np.delete(volume.spacing_mm, across).max() <= _FINE_MM) and min(volume.size) > 1


def parse_role(role: str) -> tuple[Plane, Contrast]:
    """Plane and contrast that a role such as ``T2`` or ``AX_T2`` stands for; upper and lower case are the same.

    Raises
    ------
    UsageError
        When there is no such role.
    """
    known = {known_role.upper(): known_role for known_role in ROLES}
    if not isinstance(role, str) or role.upper() not in known:
        raise UsageError(f"There is no role {role}; choose one of {', '.join(ROLES)}.")
    name = known[role.upper()]
    for prefix, plane in _PREFIXES.items():
        if name.startswith(prefix + "_"):
            return plane, Contrast(name[len(prefix) + 1 :])
    return Plane.SAGITTAL, Contrast(name)


def recognize(
    name: str, volume: Volume, header: Mapping[str, object] | None = None, plane: Plane | None = None
) -> Finding:
    """The contrast of a series: by its DICOM attributes, else by its name, and in any case by its picture.

    Where attributes and name are silent or ambiguous, the picture decides. Where it contradicts them with conviction,
    it is believed and a warning says so. What is known to be no picture to grade from (a localizer, a fat part) stays
    that.

    Parameters
    ----------
    name : str
        The file's stem or the DICOM series' description.
    volume : Volume
        The picture.
    header : mapping, optional
        DICOM keywords and values.
    plane : Plane, optional
        That of its slices, where it is known better than from their geometry.
    """
    stated = contrast_from_dicom(header or {})
    reading = parse_name(name)
    stated = stated or finding_of(reading, f"its name, {name},")
    if stated is not None and stated.contrast is Contrast.OTHER:
        return stated
    traits = (
        stated.traits
        if stated is not None
        else tuple(dict.fromkeys([*traits_from_dicom(header or {}), *reading.traits]))
    )
    return replace(_with_picture(stated, reading, name, volume, plane or plane_of(volume)), traits=traits)


def contrast_from_picture(volume: Volume, plane: Plane | None = None) -> Finding:
    """What a picture shows it to be; unknown where that is not sure."""
    plane = plane or plane_of(volume)
    seen = picture_contrast(volume, plane)
    return _seen(seen, plane, "nothing names its contrast")


def _with_picture(stated: Finding | None, reading: NameFindings, name: str, volume: Volume, plane: Plane) -> Finding:
    seen = picture_contrast(volume, plane)
    if stated is None:
        silent = f"its name, {name}, {reading.why}" if reading.why else "nothing names its contrast"
        return _seen(seen, plane, silent)
    if seen.contrast is Contrast.UNKNOWN:
        return stated
    alike = _LOOKS_LIKE.get(stated.contrast, ())
    agrees = sum(p for contrast, p in seen.probabilities.items() if contrast in alike)
    if 1 - agrees >= CONVICTION and seen.contrast not in alike:
        return _believed(seen, stated) if stated.contrast in _BELIEVED else _doubted(seen, stated)
    return stated if stated.contrast is Contrast.T1_FS else replace(stated, probability=agrees)


def _seen(seen: PictureContrast, plane: Plane, silent: str) -> Finding:
    """What the picture alone says, where all else is silent."""
    looks_like = _most_like(seen)
    if seen.contrast is Contrast.UNKNOWN:
        guess = f" (most like {contrast_name(looks_like[0])}, {looks_like[1]:.0%})" if looks_like else ""
        unclear = f"{silent}, and its {plane.value} image does not show it clearly{guess}"
        return Finding(Contrast.UNKNOWN, unclear, looks_like=looks_like)
    return Finding(seen.contrast, f"{silent}; {_shows(seen)}", seen.probability, looks_like=looks_like)


def _most_like(seen: PictureContrast) -> tuple[Contrast, float] | None:
    """The likeliest contrast of a picture, and how likely it is; None where every one is as likely, or no lumbar
    spine is likelier."""
    best = max(seen.probabilities, key=lambda contrast: seen.probabilities[contrast], default=Contrast.OTHER)
    if best is Contrast.OTHER or len({round(share, 6) for share in seen.probabilities.values()}) == 1:
        return None
    return best, seen.probabilities[best]


def _believed(seen: PictureContrast, stated: Finding) -> Finding:
    """The picture against header or name."""
    warning = f"{stated.reason}; but {_shows(seen)}, and this was used. Correct its role if that is wrong."
    return Finding(
        seen.contrast,
        f"{_shows(seen)}, although {stated.reason}",
        seen.probability,
        warnings=(*stated.warnings, warning),
    )


def _doubted(seen: PictureContrast, stated: Finding) -> Finding:
    """Header or name against the picture, where a wrong grade would be worse than none."""
    return replace(
        stated, warnings=(*stated.warnings, f"{stated.reason}; but {_shows(seen)}. Correct its role if that is wrong.")
    )


def _shows(seen: PictureContrast) -> str:
    return f"the image shows {_SIGHT[seen.contrast]} ({min(seen.probability, 0.999):.1%} certain)"
