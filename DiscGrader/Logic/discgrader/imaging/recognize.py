"""What a series shows: its plane, its contrast, and why it was taken for that."""

from collections.abc import Mapping

import numpy as np

from discgrader.errors import UsageError
from discgrader.imaging.dicom_contrast import contrast_from_dicom
from discgrader.imaging.names import Finding, contrast_from_name
from discgrader.imaging.picture_contrast import probability_of_t2
from discgrader.imaging.study import Contrast, Plane
from discgrader.imaging.volume import Volume

_PREFIXES = {"AX": Plane.AXIAL, "COR": Plane.CORONAL}
_LPS_PLANES = (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)
_ISOTROPIC = 1.1
_NEARLY_ISOTROPIC = 1.5
_FINE_MM = 1.5
_SLAB = 0.6
_THIN_MM = 1.6
SURE = 0.8
"""How probable a contrast must be, by the picture alone, to be believed."""

ROLES = tuple(
    prefix + contrast.value
    for prefix in ("", "AX_", "COR_")
    for contrast in Contrast
    if contrast not in (Contrast.OTHER, Contrast.UNKNOWN)
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
    others = [one for one in range(3) if one != axis]
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
    known = {one.upper(): one for one in ROLES}
    if not isinstance(role, str) or role.upper() not in known:
        raise UsageError(f"There is no role {role}; choose one of {', '.join(ROLES)}.")
    name = known[role.upper()]
    for prefix, plane in _PREFIXES.items():
        if name.startswith(prefix + "_"):
            return plane, Contrast(name[len(prefix) + 1:])
    return Plane.SAGITTAL, Contrast(name)


def recognize(name: str, volume: Volume, identity: Mapping[str, object] | None = None) -> Finding:
    """The contrast of a series: by its DICOM attributes, else by its name, else by the picture.

    Parameters
    ----------
    name : str
        The file's stem or the DICOM series' description.
    volume : Volume
        The picture.
    identity : mapping, optional
        DICOM keywords and values.
    """
    return contrast_from_dicom(identity or {}) or contrast_from_name(name) or contrast_from_picture(volume)


def contrast_from_picture(volume: Volume) -> Finding:
    """T1, T2 or, where slices are thin, T2 SPACE, by what a sagittal picture shows; unknown where that is not sure."""
    plane, axis = plane_of(volume), slice_axis(volume)
    if plane != Plane.SAGITTAL:
        return Finding(
            Contrast.UNKNOWN, f"nothing names its contrast, and it cannot be told from {plane.value} pictures"
        )
    probability = probability_of_t2(volume, axis)
    if probability is None or 1 - SURE < probability < SURE:
        return Finding(Contrast.UNKNOWN, "nothing names its contrast, and the picture does not show it clearly")
    if probability < 0.5:
        return Finding(Contrast.T1, f"the spinal canal is dark in the picture ({1 - probability:.0%} sure)")
    seen = f"the spinal canal is bright in the picture ({probability:.0%} sure)"
    if volume.size[axis] > 1 and volume.spacing_mm[axis] < _THIN_MM:
        return Finding(Contrast.T2_SPACE, f"{seen} and its slices are {volume.spacing_mm[axis]:.1f} mm apart")
    return Finding(Contrast.T2, seen)
