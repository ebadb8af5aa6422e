"""A study's nodes in folders of Slicer's subject hierarchy, and which of its volumes are not used."""

from collections.abc import Collection

import slicer

from discgrader.imaging.study import LeftOut
from discgrader.mrml.dicom_source import MR, modality
from discgrader.mrml.nodes import attribute, nodes_of_class


def study_item(scene, name: str, beside=None) -> int:
    """The hierarchy's item of the study that the node ``beside`` lies in, else of the study of this name, made if
    new."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = hierarchy.GetItemByDataNode(beside) if beside is not None else 0
    study = _study_above(hierarchy, item) if item else 0
    root = hierarchy.GetSceneItemID()
    return study or hierarchy.GetItemChildWithName(root, name) or hierarchy.CreateStudyItem(root, name)


def remove(scene, node) -> None:
    """Take a node out of the scene along with its place in the hierarchy, its display nodes and its storage node."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    dependents = [node.GetStorageNode()] if node.IsA("vtkMRMLStorableNode") else []
    if node.IsA("vtkMRMLDisplayableNode"):
        dependents += [node.GetNthDisplayNode(number) for number in range(node.GetNumberOfDisplayNodes())]
    item = hierarchy.GetItemByDataNode(node)
    if item:
        hierarchy.RemoveItem(item, False, False)
    scene.RemoveNode(node)
    for one in dependents:
        if one is not None and scene.IsNodePresent(one):
            scene.RemoveNode(one)


def file_under(scene, study: int, folder: str, nodes) -> int:
    """Put nodes into a folder of the study, in their order; the item of the folder."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    folder_item = hierarchy.GetItemChildWithName(study, folder) or hierarchy.CreateFolderItem(study, folder)
    for node in nodes:
        item = hierarchy.GetItemByDataNode(node)
        # Only the application's plugins make an item for a new node; elsewhere there is none yet.
        if item:
            hierarchy.SetItemParent(item, folder_item)
        else:
            hierarchy.CreateItem(folder_item, node)
    return folder_item


def put_beside(tree, item: int, node) -> None:
    """Put a volume node into the folder or study that an item lies in, made by what that one was made by."""
    parent = tree.GetItemParent(item)
    own = tree.GetItemByDataNode(node) or tree.CreateItem(parent, node)
    tree.SetItemParent(own, parent)
    name = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMSeriesModalityAttributeName()
    made_by = tree.GetItemAttribute(item, name)
    if made_by:
        tree.SetItemAttribute(own, name, made_by)


def study_name(scene, node) -> str:
    """Name of the study that a node lies in, the node's own where it lies in none."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = hierarchy.GetItemByDataNode(node)
    study = _study_above(hierarchy, item) if item else 0
    return hierarchy.GetItemName(study) if study else node.GetName()


def _study_above(hierarchy, item: int) -> int:
    level = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMLevelStudy()
    return hierarchy.GetItemAncestorAtLevel(item, level)


NOT_CHOSEN = "in the same study, but not chosen as any of its series"


def volumes_left_out(scene, chosen: Collection) -> tuple[LeftOut, ...]:
    """The volumes that lie in the same study as the chosen ones and are none of them."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    studies = {_study(hierarchy, node) for node in chosen} - {0}
    ids = {node.GetID() for node in chosen}
    class_name = "vtkMRMLScalarVolumeNode"
    return tuple(
        LeftOut(node.GetName(), _reason(node))
        for node in nodes_of_class(scene, class_name)
        if node.GetClassName() == class_name
        and node.GetID() not in ids
        and not node.GetHideFromEditors()
        and attribute(node, "Kind") in (None, "series")
        and _study(hierarchy, node) in studies
    )


def _reason(node) -> str:
    made_by = modality(node)
    return NOT_CHOSEN if made_by in ("", MR) else f"{made_by}, not MR"


def _study(hierarchy, node) -> int:
    item = hierarchy.GetItemByDataNode(node)
    return _study_above(hierarchy, item) if item else 0
