"""Slicer's DICOM browser as far as it matters here: its database, and what its scalar volume plugin makes of a series.

Written from what the plugin is seen to make: the series is offered whole and parted by orientation and by acquisition
number; parts are taken only where all tell apart by one of the two; what is loaded whole has the geometry of its first
slices, the attribute ``DICOM.instanceUIDs`` and, where that does not fit, a grid transform with one vector at
each corner of each slice.
"""

from pathlib import Path

import numpy as np
import pydicom
import slicer
import vtk
import vtk.util.numpy_support
from discgrader.imaging.volume import Volume
from discgrader.mrml.volumes import volume_to_node

POSITION, ORIENTATION, SPACING, ACQUISITION = "0020,0032", "0020,0037", "0028,0030", "0020,0012"
LPS_TO_RAS = np.array([-1.0, -1.0, 1.0])


class Database:
    """``slicer.dicomDatabase`` with the files of a folder imported.

    Parameters
    ----------
    folder : Path
    """

    isOpen = True

    def __init__(self, folder: Path):
        self.headers = {str(path): pydicom.dcmread(path) for path in sorted(Path(folder).rglob("*.dcm"))}
        # As in the database, a file whose instance UID is known already takes the place of the one before.
        self._files = {str(header.SOPInstanceUID): file for file, header in self.headers.items()}

    def fileForInstance(self, uid):
        return self._files.get(uid, "")

    def instanceValue(self, uid, tag):
        return self.fileValue(self._files[uid], tag) if uid in self._files else ""

    def fileValue(self, file, tag):
        group, element = (int(one, 16) for one in tag.split(","))
        value = self.headers[str(file)].get((group, element))
        if value is None or value.value is None:
            return ""
        several = isinstance(value.value, pydicom.multival.MultiValue)
        return "\\".join(map(str, value.value)) if several else str(value.value)

    def filesForSeries(self, uid, hitLimit=-1):
        return tuple(file for file in self._files.values() if self.fileValue(file, "0020,000E") == uid)

    def series(self):
        return tuple(dict.fromkeys(str(header.SeriesInstanceUID) for header in self.headers.values()))


def load_series(scene, database: Database, uid: str, study: int, transform: bool = True) -> list:
    """What the browser's default choice of a series puts into the scene, filed under a study; the volume nodes."""
    files = database.filesForSeries(uid)
    header = database.headers[files[0]]
    name = f"{header.SeriesNumber}: {header.SeriesDescription}"
    parted = [tag for tag in (ACQUISITION, ORIENTATION) if len({database.fileValue(file, tag) for file in files}) > 1]
    ordered, even = sort_files(database, files)
    groups = {name: ordered}
    if not even and len(parted) == 1:
        values = dict.fromkeys(database.fileValue(file, parted[0]) for file in files)
        groups = {
            f"{name} - {'imageOrientationPatient' if parted[0] == ORIENTATION else 'acquisitionNumber'} {number}":
            sort_files(database, [file for file in files if database.fileValue(file, parted[0]) == value])[0]
            for number, value in enumerate(values, 1)
        }  # fmt: skip
    return [_load(scene, database, files, name, study, uid, transform) for name, files in groups.items()]


def sort_files(database: Database, files) -> tuple[list[str], bool]:
    """Files along the normal of the first, and whether their slices are evenly spaced."""
    places = {file: _numbers(database, file, POSITION) for file in files}
    direction = _numbers(database, files[0], ORIENTATION)
    normal = np.cross(direction[:3], direction[3:])
    ordered = sorted(files, key=lambda one: float(places[one] @ normal))
    gaps = np.diff([float(places[one] @ normal) for one in ordered])
    return ordered, bool(len(gaps) == 0 or np.abs(gaps - gaps[0]).max() < 0.01)


def _load(scene, database, files, name, study, uid, transform):
    direction = _numbers(database, files[0], ORIENTATION)
    row, column = direction[:3], direction[3:]
    spacing = _numbers(database, files[0], SPACING)
    first, second = (_numbers(database, file, POSITION) for file in files[:2])
    normal = np.cross(row, column)
    affine = np.eye(4)
    affine[:3, :3] = np.column_stack([row * spacing[1], column * spacing[0], normal * float((second - first) @ normal)])
    affine[:3, 3] = first
    array = np.stack([database.headers[file].pixel_array for file in files]).astype(np.int16)
    node = volume_to_node(scene, Volume(array, affine), scene.GenerateUniqueName(name))
    node.SetAttribute("DICOM.instanceUIDs", " ".join(str(database.headers[file].SOPInstanceUID) for file in files))
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = tree.GetItemByDataNode(node) or tree.CreateItem(study, node)
    tree.SetItemParent(item, study)
    tree.SetItemUID(item, slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMUIDName(), uid)
    tree.SetItemAttribute(item, "DICOM.Modality", str(database.headers[files[0]].get("Modality", "")))
    if transform:
        _regularize(scene, database, node, files, study)
    return node


def _regularize(scene, database, node, files, study) -> None:
    """The grid transform that moves the corners of each slice to where the files have them; none where they are."""
    columns, rows, slices = node.GetImageData().GetDimensions()
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    stated, wanted = np.zeros((slices, 2, 2, 3)), np.zeros((slices, 2, 2, 3))
    for k, file in enumerate(files):
        place, direction = _numbers(database, file, POSITION), _numbers(database, file, ORIENTATION)
        spacing = _numbers(database, file, SPACING)
        for j in range(2):
            for i in range(2):
                stated[k, j, i] = matrix.MultiplyPoint((i * columns, j * rows, k, 1))[:3]
                lps = place + i * columns * spacing[1] * direction[:3] + j * rows * spacing[0] * direction[3:]
                wanted[k, j, i] = lps * LPS_TO_RAS
    if np.abs(stated - wanted).max() <= 1e-3:
        return
    transform_node = slicer.vtkMRMLGridTransformNode()
    transform_node.SetName(scene.GenerateUniqueName(f"{node.GetName()} acquisition transform"))
    scene.AddNode(transform_node)
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    tree.SetItemParent(tree.GetItemByDataNode(transform_node) or tree.CreateItem(study, transform_node), study)
    grid = vtk.vtkImageData()
    grid.SetOrigin(*node.GetOrigin())
    grid.SetDimensions(2, 2, slices)
    size = node.GetSpacing()
    grid.SetSpacing(size[0] * columns, size[1] * rows, size[2])
    grid.AllocateScalars(vtk.VTK_DOUBLE, 3)
    transform, directions = slicer.vtkOrientedGridTransform(), vtk.vtkMatrix4x4()
    node.GetIJKToRASDirectionMatrix(directions)
    transform.SetGridDirectionMatrix(directions)
    transform.SetDisplacementGridData(grid)
    vtk.util.numpy_support.vtk_to_numpy(grid.GetPointData().GetScalars())[:] = (wanted - stated).reshape(-1, 3)
    transform_node.SetAndObserveTransformToParent(transform)
    node.SetAndObserveTransformNodeID(transform_node.GetID())


def _numbers(database, file, tag) -> np.ndarray:
    return np.array([float(one) for one in database.fileValue(file, tag).split("\\")])
