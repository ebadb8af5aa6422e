"""A study's nodes in folders of Slicer's subject hierarchy."""

import slicer


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


def modality(node) -> str:
    """What DICOM says that a volume was made by, such as ``MR`` or ``CT``; empty where nothing is known."""
    scene = node.GetScene()
    if scene is None:
        return ""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = hierarchy.GetItemByDataNode(node)
    name = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMSeriesModalityAttributeName()
    return hierarchy.GetItemAttribute(item, name) if item else ""


def _study_above(hierarchy, item: int) -> int:
    level = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMLevelStudy()
    return hierarchy.GetItemAncestorAtLevel(item, level)
