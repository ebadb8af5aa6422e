"""Volumes of a scene: as MRML nodes and back, what they were recognized as, and which are chosen to be graded."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import vtk
from vtk.util import numpy_support

from discgrader.errors import StudyError, UsageError
from discgrader.imaging.files import clean
from discgrader.imaging.geometry import right_angled
from discgrader.imaging.recognize import can_serve, parse_role, plane_of
from discgrader.imaging.study import Contrast, Series
from discgrader.imaging.volume import LPS_TO_RAS, Volume
from discgrader.mrml.dicom_source import MR, identity_of, modality
from discgrader.mrml.nodes import attribute, matrix_from_vtk, matrix_to_vtk, set_attributes

_DISPLAY_PERCENTILES = (0.5, 99.5)

_REVERSED = "reversed"
"""Value of the attribute ``Slices`` of a node that holds a left-handed volume."""


def right_handed(volume: Volume) -> Volume:
    """The same picture with i, j and k in right-handed order.

    Slicer's .nrrd files do not keep a left-handed matrix, so the slices of such a volume are put in reverse order;
    every voxel stays where it is in the patient.
    """
    if np.linalg.det(volume.affine_lps[:3, :3]) > 0:
        return volume
    return slices_reversed(volume)


def slices_reversed(volume: Volume) -> Volume:
    """The same picture with its slices in reverse order; every voxel stays where it is in the patient."""
    affine = volume.affine_lps.copy()
    affine[:3, 3] += affine[:3, 2] * (volume.array.shape[0] - 1)
    affine[:3, 2] *= -1
    return Volume(volume.array[::-1], affine)


def _storable(array: np.ndarray) -> np.ndarray:
    """Values of a type that Slicer shows and writes; 64-bit integers, halves and booleans are none."""
    if array.dtype == bool:
        array = array.astype(np.uint8)
    elif array.dtype == np.float16:
        array = array.astype(np.float32)
    elif array.dtype.kind in "iu" and array.dtype.itemsize == 8:
        low, high = (array.min(), array.max()) if array.size else (0, 0)
        fits = np.iinfo(np.int32).min <= low and high <= np.iinfo(np.int32).max
        array = array.astype(np.int32 if fits else np.float64)
    return np.ascontiguousarray(array, array.dtype.newbyteorder("="))


def image_data(array: np.ndarray, image: vtk.vtkImageData | None = None) -> vtk.vtkImageData:
    """Voxels of shape (K, J, I), copied into a VTK image."""
    values = _storable(array)
    scalars = numpy_support.numpy_to_vtk(values.ravel(), deep=True)
    scalars.SetName("ImageScalars")
    image = vtk.vtkImageData() if image is None else image
    image.SetDimensions(*values.shape[::-1])
    image.GetPointData().SetScalars(scalars)
    return image


def volume_to_node(scene, volume: Volume, name: str):
    """A new scalar volume node with the volume's voxels, its slices reversed where it is left-handed.

    `volume_from_node` gives them in their own order again, for by that order grades and DICOM name slices.
    The node has a display node; window and level span the picture's own intensities.
    """
    own, volume = volume, right_handed(volume)
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    if volume is not own:
        set_attributes(node, Slices=_REVERSED)
    node.SetIJKToRASMatrix(matrix_to_vtk(volume.affine_ras))
    node.SetAndObserveImageData(image_data(volume.array))
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID("vtkMRMLColorTableNodeGrey")
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(*display_range(volume.array))
    return node


def display_range(array: np.ndarray) -> tuple[float, float]:
    """Darkest and brightest intensity worth showing; never the same value, whatever the array holds."""
    array = _storable(array)
    finite = array[np.isfinite(array)]
    if not finite.size:
        return 0.0, 1.0
    low, high = (float(value) for value in np.percentile(finite, _DISPLAY_PERCENTILES))
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def volume_from_node(node) -> Volume:
    """The voxels of a volume node and where they lie in the world, its linear parent transforms included.

    Raises
    ------
    StudyError
        When the node has no voxels, has several values a voxel, or lies under a transform that bends.
    """
    image = node.GetImageData()
    if image is None or image.GetPointData().GetScalars() is None:
        raise StudyError(f"The volume {node.GetName()} is empty; choose a volume that contains an image.")
    if image.GetNumberOfScalarComponents() != 1:
        raise StudyError(f"The volume {node.GetName()} is in color; choose a gray-scale MR series.")
    array = numpy_support.vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
    return _in_own_order(node, Volume(array.copy(), _affine_lps(node)))


def _in_own_order(node, volume: Volume) -> Volume:
    return slices_reversed(volume) if attribute(node, "Slices") == _REVERSED else volume


def grid_of_volume(node) -> Volume:
    """Where the voxels of a volume node lie, as `volume_from_node` has them, without their values.

    Raises
    ------
    StudyError
        As `volume_from_node`.
    """
    image = node.GetImageData()
    if image is None:
        raise StudyError(f"The volume {node.GetName()} is empty; choose a volume that contains an image.")
    nothing = np.broadcast_to(np.uint8(0), image.GetDimensions()[::-1])
    return _in_own_order(node, Volume(nothing, _affine_lps(node)))


def _affine_lps(node) -> np.ndarray:
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return LPS_TO_RAS @ _transform_to_world(node) @ matrix_from_vtk(matrix)


def _transform_to_world(node) -> np.ndarray:
    transform = node.GetParentTransformNode()
    if transform is None:
        return np.eye(4)
    if not transform.IsTransformToWorldLinear():
        raise StudyError(f"The volume {node.GetName()} is under a nonlinear transform; harden the transform first.")
    matrix = vtk.vtkMatrix4x4()
    transform.GetMatrixTransformToWorld(matrix)
    return matrix_from_vtk(matrix)


def series_from_node(node, role: str) -> Series:
    """The series that a volume node holds.

    Parameters
    ----------
    node : vtkMRMLScalarVolumeNode
        Its name becomes the series' name.
    role : str
        What the user chose it for: ``T2``, ``T1``, ``T2_SPACE``, ``AX_T2``, …

    Raises
    ------
    UsageError
        When there is no such role.
    StudyError
        As `volume_from_node`, and when the volume is no MR, its plane is not the role's, its grid is sheared or it
        shows nothing.
    """
    wanted, contrast = parse_role(role)
    name = node.GetName()
    made_by = modality(node)
    if made_by not in ("", MR):
        raise StudyError(f"{name} is {made_by}, not MR; choose an MR series.")
    raw = volume_from_node(node)
    affine, warnings = right_angled(raw.affine_lps, raw.size, name)
    volume, more = clean(Volume(raw.array, affine), name)
    plane = plane_of(volume)
    if not can_serve(volume, wanted):
        raise StudyError(
            f"{name} is {plane.value}, so it cannot serve as {role}, which is {wanted.value}; choose another volume."
        )
    storage = node.GetStorageNode()
    source = (Path(storage.GetFileName()),) if storage is not None and storage.GetFileName() else ()
    read = tuple(json.loads(attribute(node, "Warnings") or "[]"))
    told = (*read, *warnings, *more)
    return Series(name, volume, wanted, contrast, f"chosen as {role}", source, told, identity_of(node))


@dataclass(frozen=True)
class RecognizedAs:
    """What a volume was recognized as.

    Parameters
    ----------
    role : str
        As in `Series.role`.
    reason : str
        In words.
    warnings : tuple of str
        What the reader is to know of that.
    looks_like : (str, float), optional
        The contrast that the picture looks most like and how probable that is, where only the picture tells.
    """

    role: str
    reason: str
    warnings: tuple[str, ...] = ()
    looks_like: tuple[str, float] | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether nothing told what it weights."""
        return self.role.removeprefix("AX_").removeprefix("COR_") == Contrast.UNKNOWN


def keep_recognized(
    node, role: str, reason: str, warnings: Sequence[str] = (), looks_like: tuple[str, float] | None = None
) -> None:
    """Keep with a volume node what it was recognized as, why, and what its picture alone looks like."""
    kept: dict[str, object] = {"role": role, "reason": reason, "warnings": list(warnings)}
    if looks_like is not None:
        kept["looks_like"] = [str(looks_like[0]), round(looks_like[1], 3)]
    set_attributes(node, Recognized=json.dumps(kept))


def recognized_as(node) -> RecognizedAs | None:
    """What `keep_recognized` kept; None where it did not."""
    text = attribute(node, "Recognized")
    if text is None:
        return None
    kept = json.loads(text)
    looks_like = kept.get("looks_like")
    return RecognizedAs(
        kept["role"], kept["reason"], tuple(kept["warnings"]), None if looks_like is None else tuple(looks_like)
    )


def chosen_series(node, role: str) -> Series:
    """The series that a volume node holds, with why it serves as this role; errors as `series_from_node`."""
    series, known = series_from_node(node, role), recognized_as(node)
    if known is None:
        return series
    if known.role == role:
        return replace(series, contrast_reason=known.reason).warned(
            *(f"{series.name}: {warning}" for warning in known.warnings)
        )
    doubt = doubt_of_choice(node, role)
    return series.warned(*([doubt] if doubt else []))


def doubt_of_choice(node, role: str) -> str:
    """That a volume was chosen for what it does not look like; empty where it was recognized as that, or as nothing."""
    known = recognized_as(node)
    if known is None or known.role == role or known.is_unknown:
        return ""
    name, looks = node.GetName(), known.role.replace("_", " ")
    return f"{name}: it was chosen as {role.replace('_', ' ')}, but it was taken for {looks} ({known.reason})."


Volumes = Mapping[str, object]
"""Role to a volume node, to a list of them where a series has several blocks, or to None."""


def chosen_volumes(volumes: Volumes) -> tuple[tuple[str, object], ...]:
    """The chosen volumes, each with the role that it is chosen for.

    Parameters
    ----------
    volumes : mapping of role to vtkMRMLScalarVolumeNode, or to a list of them, or to None

    Raises
    ------
    UsageError
        When no volume is chosen, one is chosen twice, or two have one name.
    """
    chosen = tuple((role, node) for role, given in volumes.items() for node in _several(given))
    if not chosen:
        raise UsageError("No series is chosen; choose at least a sagittal T2 (in a script: volumes={'T2': node}).")
    nodes = [node for _role, node in chosen]
    names = [node.GetName() for node in nodes]
    twice = next((node for node in nodes if names.count(node.GetName()) > 1), None)
    if twice is not None and nodes.count(twice) > 1:
        raise UsageError(f"{twice.GetName()} is chosen twice; choose another volume, or none, for one of the roles.")
    if twice is not None:
        raise UsageError(f"Two of the chosen volumes are called {twice.GetName()}; rename one of them.")
    return chosen


def nodes_of(volumes: Volumes) -> list:
    """All volume nodes among these, in their order."""
    return [node for given in volumes.values() for node in _several(given)]


def _several(given) -> list:
    """A node, a sequence of them, or None, as a list without what is None."""
    found = [given] if given is None or hasattr(given, "GetID") else list(given)
    return [node for node in found if node is not None]
