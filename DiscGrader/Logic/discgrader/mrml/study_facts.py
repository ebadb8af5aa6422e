"""What the subject hierarchy tells of the study that chosen volumes are of: its examination, and what is not used of
it."""

from collections.abc import Collection

import slicer

from discgrader.imaging.dicom_examinations import iso_date
from discgrader.imaging.examination import Examination
from discgrader.imaging.left_out import LeftOut
from discgrader.mrml.hierarchy import modality
from discgrader.mrml.nodes import MR, attribute

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
