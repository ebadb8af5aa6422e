"""Volumes that Slicer's DICOM browser made of slices that do not form a regular grid: reloaded, as volumes beside them.

Axial blocks that differ in more than one way, or in none, are loaded as one volume with the first block's geometry,
under a grid transform called "... acquisition transform" that moves each slice to its place; where that is switched off
or hardened, and for the frames of one file, there is no transform. Slices that lie a little unevenly are loaded so,
too. What remains in every case is the attribute ``DICOM.instanceUIDs``, by which the database knows the files.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import slicer

from discgrader.errors import StudyError
from discgrader.imaging.dicom import DicomSeries, read_dicom
from discgrader.jobs.job import Listener
from discgrader.jobs.threads import ThreadRunner
from discgrader.mrml import hierarchy
from discgrader.mrml.dicom_source import UIDS, files_of, instance_uids, keep_identity, off_grid_mm
from discgrader.mrml.nodes import Node, json_list, set_attributes
from discgrader.mrml.volumes import volume_to_node
from discgrader.progress import Progress

ACQUISITION_TRANSFORM = "acquisition transform"
"""How Slicer calls the grid transforms that it makes for slices that do not form a regular grid."""

UNEVEN_MM = 1.0
"""Slices farther from an even grid than this are at a wrong place in a volume that has no transform."""

_BLOCK = "DiscGrader.Block"
"""Role of the references from a volume to those that were made of its files."""

_WAIT_S = 0.003


@dataclass(frozen=True, eq=False)
class Gathered:
    """A volume of Slicer's whose slices do not form a regular grid.

    Parameters
    ----------
    node : vtkMRMLScalarVolumeNode
    files : tuple of Path
        Its DICOM files.
    """

    node: Node
    files: tuple[Path, ...]


def is_gathered(node) -> bool:
    """Whether a volume is one that Slicer's DICOM browser made of slices that do not form a regular grid."""
    if not instance_uids(node) or node.GetImageData() is None or node.GetImageData().GetDimensions()[2] < 2:
        return False
    transform = _bending(node)
    return off_grid_mm(node) > UNEVEN_MM if transform is None else _is_of_acquisition(transform, node)


def gathered(node) -> Gathered | None:
    """A volume of slices that do not form a regular grid, and its files; None where it is none.

    Raises
    ------
    StudyError
        When its files are not known to Slicer's DICOM database, or no longer there.
    """
    if not is_gathered(node):
        return None
    files, what = (
        files_of(node),
        f"Slicer loaded {node.GetName()} as one volume, although its slices do not form a regular grid",
    )
    if not files:
        raise StudyError(
            f"{what}, and its files are no longer in the DICOM database; import the study's files again, or load "
            "its blocks one by one."
        )
    gone = next((file for file in files if not file.is_file()), None)
    if gone is not None:
        raise StudyError(f"{what}, and its file {gone} is no longer there; import the study's files again.")
    return Gathered(node, files)


def blocks_of(node) -> list:
    """The volumes that were made of a volume's files before, and are in the scene."""
    found = [node.GetNthNodeReference(_BLOCK, number) for number in range(node.GetNumberOfNodeReferences(_BLOCK))]
    return [node for node in found if node is not None]


def separating(scene, node) -> Generator[tuple[float, str] | None, None, list]:
    """Put the blocks of a gathered volume beside it, each as a volume of its own, while a window goes on; the volumes.

    What was made before is given again. Gives, step by step, how far reading is from 0 to 1 and of which file, or None.
    A volume of another kind is given as it is.

    Parameters
    ----------
    scene : vtkMRMLScene
    node : vtkMRMLScalarVolumeNode

    Raises
    ------
    StudyError
        As `gathered`, when the files cannot be read, and when the volume has left the scene meanwhile.
    """
    known = blocks_of(node)
    if known:
        return known
    found = gathered(node)
    if found is None:
        return [node]
    name = node.GetName()
    reading = _Reading()
    runner = ThreadRunner()
    runner.run(lambda job: _read(found, name, job.progress), reading)
    try:
        while runner.poll(_WAIT_S):
            yield reading.so_far
    finally:
        runner.cancel()
    if reading.error is not None:
        raise reading.error
    if not scene.IsNodePresent(node):
        raise StudyError(f"{name} was removed from the scene while its files were being read.")
    # Somebody else may have had them read meanwhile.
    return blocks_of(node) or put_blocks(scene, node, reading.series)


def put_blocks(scene, node, series: Sequence[DicomSeries]) -> list:
    """Put series as volumes beside the one whose files they are of: in its study, under what its transform lies
    under."""
    nodes = []
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = tree.GetItemByDataNode(node)
    bending = _bending(node)
    above = node.GetParentTransformNode() if bending is None else bending.GetParentTransformNode()
    for one in series:
        name = one.name if scene.GetFirstNodeByName(one.name) is None else scene.GenerateUniqueName(one.name)
        made = volume_to_node(scene, one.volume, name)
        # Those of the slices that files hold, as Slicer itself writes them.
        made.SetAttribute(UIDS, " ".join(uid.uid for uid in one.identity.instances if uid.uid))
        keep_identity(made, one.identity)
        if one.warnings:
            set_attributes(made, Warnings=json_list(one.warnings))
        if above is not None:
            made.SetAndObserveTransformNodeID(above.GetID())
        node.AddNodeReferenceID(_BLOCK, made.GetID())
        if item:
            hierarchy.put_beside(tree, item, made)
        nodes.append(made)
    return nodes


def separated_in_words(node, blocks: Sequence[Node]) -> str:
    """One sentence on what became of a gathered volume."""
    names = ", ".join(block.GetName() for block in blocks)
    what = "its slices are unevenly spaced" if len(blocks) == 1 else f"it holds {len(blocks)} series"
    return f"Slicer loaded {node.GetName()} as one volume, but {what}; its files were reloaded as {names}."


class _Reading(Listener):
    """Hears how reading goes."""

    def __init__(self) -> None:
        self.so_far: tuple[float, str] | None = None
        self.series: tuple[DicomSeries, ...] = ()
        self.error: Exception | None = None

    def progressed(self, _stage: str, fraction: float, detail: str) -> None:
        self.so_far = fraction, detail

    def finished(self, series: tuple[DicomSeries, ...]) -> None:
        self.series = series

    def stopped(self) -> None:
        self.error = StudyError("Loading the files was stopped.")

    def failed(self, error: Exception) -> None:
        self.error = error


def _read(found: Gathered, name: str, progress: Progress) -> tuple[DicomSeries, ...]:
    return tuple(read_dicom(found.files, name, progress).series)


def _bending(node):
    """The transform above a volume that bends it; None where none does."""
    transform = node.GetParentTransformNode()
    while transform is not None and transform.IsLinear():
        transform = transform.GetParentTransformNode()
    return transform


def _is_of_acquisition(transform, node) -> bool:
    """Whether Slicer made a transform for a volume's slices: by its name, or by a grid of four points a slice."""
    if not transform.IsA("vtkMRMLGridTransformNode") or node.GetImageData() is None:
        return False
    if ACQUISITION_TRANSFORM in (transform.GetName() or ""):
        return True
    grid = transform.GetTransformToParent()
    grid = grid.GetDisplacementGrid() if hasattr(grid, "GetDisplacementGrid") else None
    return grid is not None and tuple(grid.GetDimensions()) == (2, 2, node.GetImageData().GetDimensions()[2])
