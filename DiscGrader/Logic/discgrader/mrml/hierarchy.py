"""A study's nodes in folders of Slicer's subject hierarchy, and what it tells of the study: its examination, and what
is not used of it."""

from collections.abc import Collection

import slicer

from discgrader.imaging.dicom_examinations import iso_date
from discgrader.imaging.study import Examination, LeftOut
from discgrader.mrml.nodes import attribute

MR = "MR"


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


def uid_of(node) -> str:
    """The UID of a node, which for a volume from DICOM is its SeriesInstanceUID; empty where the hierarchy has none."""
    if node.GetScene() is None:
        return ""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(node.GetScene())
    item = hierarchy.GetItemByDataNode(node)
    return hierarchy.GetItemUID(item, slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMUIDName()) if item else ""


def patient_and_study_of(node) -> tuple[str, str]:
    """PatientID and StudyInstanceUID of what a node lies in; empty where the hierarchy does not know them."""
    if node.GetScene() is None:
        return "", ""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(node.GetScene())
    constants, item = slicer.vtkMRMLSubjectHierarchyConstants, hierarchy.GetItemByDataNode(node)
    told = []
    for level, name in (
        (constants.GetDICOMLevelPatient(), constants.GetDICOMPatientIDAttributeName()),
        (constants.GetDICOMLevelStudy(), constants.GetDICOMStudyInstanceUIDAttributeName()),
    ):
        above = hierarchy.GetItemAncestorAtLevel(item, level) if item else 0
        told.append((hierarchy.GetItemAttribute(above, name) or "").strip() if above else "")
    return told[0], told[1]


def _study_above(hierarchy, item: int) -> int:
    level = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMLevelStudy()
    return hierarchy.GetItemAncestorAtLevel(item, level)


NOT_CHOSEN = "in the same study, but not chosen as any of its series"


def examination_of(scene, node) -> Examination | None:
    """The examination of the DICOM study that a node lies in; None where the hierarchy knows no date and no
    identifier."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    study = _study(hierarchy, node)
    constants = slicer.vtkMRMLSubjectHierarchyConstants

    def told(attribute_name: str) -> str:
        return (hierarchy.GetItemAttribute(study, attribute_name) or "").strip() if study else ""

    date, time = told(constants.GetDICOMStudyDateAttributeName()), told(constants.GetDICOMStudyTimeAttributeName())
    uid, description = (
        told(constants.GetDICOMStudyInstanceUIDAttributeName()),
        told(constants.GetDICOMStudyDescriptionAttributeName()),
    )
    digits = time.replace(":", "")[:6]
    clock = (
        ":".join(digits[start : start + 2] for start in (0, 2, 4)) if len(digits) == 6 and digits.isdecimal() else ""
    )
    return Examination(iso_date(date), clock, uid, description) if iso_date(date) or uid else None


def volumes_left_out(scene, chosen: Collection) -> tuple[LeftOut, ...]:
    """The volumes that lie in the same study as the chosen ones and are none of them."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    studies = {_study(hierarchy, node) for node in chosen} - {0}
    ids = {node.GetID() for node in chosen}
    class_name = "vtkMRMLScalarVolumeNode"
    nodes = [scene.GetNthNodeByClass(number, class_name) for number in range(scene.GetNumberOfNodesByClass(class_name))]
    return tuple(
        LeftOut(node.GetName(), _reason(node))
        for node in nodes
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
    level = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMLevelStudy()
    return hierarchy.GetItemAncestorAtLevel(item, level) if item else 0
