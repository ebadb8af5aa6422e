"""Volumes and ROI boxes as MRML nodes and back; here, and only here, LPS becomes RAS."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import vtk
from vtk.util import numpy_support

from discgrader.errors import StudyError, UsageError
from discgrader.imaging.files import clean
from discgrader.imaging.geometry import right_angled
from discgrader.imaging.recognize import can_serve, parse_role, plane_of
from discgrader.imaging.study import Series
from discgrader.imaging.volume import LPS_TO_RAS, Volume, lps_to_ras
from discgrader.localize.disc import Disc, RoiBox
from discgrader.mrml.hierarchy import modality

ATTRIBUTE = "DiscGrader."
"""Prefix of the node attributes by which DiscGrader's nodes are found again in a scene."""

MR = "MR"

_DISPLAY_PERCENTILES = (0.5, 99.5)


def set_attributes(node, **values: str | None) -> None:
    """Mark a node as DiscGrader's: ``Study="x"`` sets the attribute ``DiscGrader.Study``, None takes it away."""
    changing = node.StartModify()
    for name, value in values.items():
        if value is None:
            node.RemoveAttribute(ATTRIBUTE + name)
        elif attribute(node, name) != value:
            node.SetAttribute(ATTRIBUTE + name, value)
    node.EndModify(changing)


def attribute(node, name: str) -> str | None:
    """What `set_attributes` set, None where it did not."""
    return node.GetAttribute(ATTRIBUTE + name)


def clear_attributes(node) -> None:
    """Take back all that `set_attributes` set."""
    for name in node.GetAttributeNames():
        if name.startswith(ATTRIBUTE):
            node.RemoveAttribute(name)


def json_list(texts: Iterable[str]) -> str:
    """Texts as the value of one attribute."""
    return json.dumps(list(texts), ensure_ascii=False)


def matrix_to_vtk(matrix: np.ndarray) -> vtk.vtkMatrix4x4:
    """A 4 × 4 array as VTK's matrix."""
    result = vtk.vtkMatrix4x4()
    result.DeepCopy(np.asarray(matrix, float).ravel())
    return result


def matrix_from_vtk(matrix: vtk.vtkMatrix4x4) -> np.ndarray:
    """VTK's matrix as a 4 × 4 array."""
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def right_handed(volume: Volume) -> Volume:
    """The same picture with i, j and k in right-handed order.

    Slicer's .nrrd files do not keep a left-handed matrix, so the slices of such a volume are put in reverse order;
    every voxel stays where it is in the patient.
    """
    if np.linalg.det(volume.affine_lps[:3, :3]) > 0:
        return volume
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

    The node has a display node; window and level span the picture's own intensities.
    """
    volume = right_handed(volume)
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
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
        raise StudyError(f"The volume {node.GetName()} is empty; choose one that holds a picture.")
    if image.GetNumberOfScalarComponents() != 1:
        raise StudyError(f"The volume {node.GetName()} is in color; choose a gray-scale MR series.")
    array = numpy_support.vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
    return Volume(array.copy(), _affine_lps(node))


def grid_of_volume(node) -> Volume:
    """Where the voxels of a volume node lie, as `volume_from_node` has them, without their values.

    Raises
    ------
    StudyError
        As `volume_from_node`.
    """
    image = node.GetImageData()
    if image is None:
        raise StudyError(f"The volume {node.GetName()} is empty; choose one that holds a picture.")
    nothing = np.broadcast_to(np.uint8(0), image.GetDimensions()[::-1])
    return Volume(nothing, _affine_lps(node))


def _affine_lps(node) -> np.ndarray:
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return LPS_TO_RAS @ _transform_to_world(node) @ matrix_from_vtk(matrix)


def _transform_to_world(node) -> np.ndarray:
    transform = node.GetParentTransformNode()
    if transform is None:
        return np.eye(4)
    if not transform.IsTransformToWorldLinear():
        raise StudyError(
            f"The volume {node.GetName()} lies under a transform that bends it; harden the transform first."
        )
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
        raise StudyError(f"{name} is {made_by} and no MR; choose an MR series.")
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
    return Series(name, volume, wanted, contrast, f"chosen as {role}", source, (*read, *warnings, *more))


def roi_to_node(scene, box: RoiBox, name: str, color: tuple[float, float, float], node=None):
    """An ROI node with the box's place, axes and size, named and colored; ``node`` is changed instead where given."""
    if node is None:
        node = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", name)
    node.CreateDefaultDisplayNodes()
    if attribute(node, "Kind") is None:
        style_roi(node)
    node.SetName(name)
    move_roi(node, box)
    color_roi(node, color)
    return node


def move_roi(node, box: RoiBox) -> None:
    """Put an ROI node where a box is in the world, whatever linear transform the node lies under."""
    matrix = np.eye(4)
    matrix[:3, :3] = lps_to_ras(box.axes_lps.T).T
    matrix[:3, 3] = lps_to_ras(box.center_lps_mm)
    size = np.array(box.size_mm, float)
    transform = node.GetParentTransformNode()
    if transform is not None and transform.IsTransformToWorldLinear():
        from_world = vtk.vtkMatrix4x4()
        transform.GetMatrixTransformFromWorld(from_world)
        matrix = matrix_from_vtk(from_world) @ matrix
        scale = np.linalg.norm(matrix[:3, :3], axis=0)
        matrix[:3, :3] /= scale
        size = size * scale
    changing = node.StartModify()
    node.SetSize(*(float(length) for length in size))
    node.SetAndObserveObjectToNodeMatrix(matrix_to_vtk(matrix))
    node.EndModify(changing)


def color_roi(node, color: tuple[float, float, float]) -> None:
    """Give a box its color."""
    display = node.GetDisplayNode()
    display.SetSelectedColor(*color)
    display.SetColor(*color)


def style_roi(node) -> None:
    """Give a box the look that all boxes share."""
    display = node.GetDisplayNode()
    # Disc and cord are read by their signal, so nothing may tint them: boxes are outlines.
    display.SetFillOpacity(0.0)
    display.SetOutlineOpacity(1.0)
    display.SetTextScale(2.8)
    display.UseGlyphScaleOn()
    display.SetGlyphScale(0.6)
    display.SetPropertiesLabelVisibility(True)
    display.SetPointLabelsVisibility(False)
    # The handles of nine boxes would hide the spine; whoever edits a box turns on its own.
    display.SetHandlesInteractive(False)


def roi_from_node(node) -> RoiBox:
    """The box of an ROI node in the world, in LPS, linear parent transforms included (Slicer keeps it right-angled).

    Raises
    ------
    UsageError
        When the box has no extent, or lies under a transform that bends.
    """
    transform = node.GetParentTransformNode()
    if transform is not None and not transform.IsTransformToWorldLinear():
        raise UsageError(f"The box {node.GetName()} lies under a transform that bends it; harden the transform first.")
    matrix = LPS_TO_RAS @ matrix_from_vtk(node.GetObjectToWorldMatrix())
    scale = np.linalg.norm(matrix[:3, :3], axis=0)
    size = np.array(node.GetSize()) * scale
    if not np.all(size > 0):
        raise UsageError(f"The box {node.GetName()} has no extent; draw it again or find the discs again.")
    return RoiBox.drawn(matrix[:3, 3], matrix[:3, :3] / scale, size)


def disc_to_attributes(node, disc: Disc) -> None:
    """Keep with an ROI node what is known of its disc; where its middle lies is kept relative to the box."""
    facts = {
        "level": disc.level,
        "index_from_sacrum": disc.index_from_sacrum,
        "center_in_box_mm": disc.roi.to_local(disc.center_lps_mm).tolist(),
        "height_mm": disc.height_mm,
        "depth_mm": disc.depth_mm,
        "width_mm": disc.width_mm,
        "warnings": list(disc.warnings),
    }
    set_attributes(node, Kind="roi", Level=disc.level, Disc=json.dumps(facts))


def disc_from_node(node) -> Disc:
    """The disc of an ROI node that `disc_to_attributes` wrote to, moved and turned along with the box.

    Raises
    ------
    UsageError
        When the node is not one of DiscGrader's boxes, or as `roi_from_node`.
    """
    text = attribute(node, "Disc")
    if text is None:
        raise UsageError(f"The box {node.GetName()} was not made by DiscGrader; find the discs first.")
    facts = json.loads(text)
    box = roi_from_node(node)
    return Disc(
        index_from_sacrum=int(facts["index_from_sacrum"]),
        level=facts["level"],
        center_lps_mm=box.center_lps_mm + box.axes_lps @ facts["center_in_box_mm"],
        height_mm=facts["height_mm"],
        depth_mm=facts["depth_mm"],
        width_mm=facts["width_mm"],
        roi=box,
        warnings=tuple(facts["warnings"]),
    )
