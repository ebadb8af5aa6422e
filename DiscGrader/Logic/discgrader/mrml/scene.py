"""A study's result as nodes of a MRML scene."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from discgrader.grading.results import DiscResult, StudyResult
from discgrader.localize.disc import Localization
from discgrader.mrml import hierarchy
from discgrader.mrml.colors import UNGRADED, Color, disc_color
from discgrader.mrml.nodes import (
    attribute,
    clear_attributes,
    disc_to_attributes,
    roi_to_node,
    set_attributes,
    volume_to_node,
)
from discgrader.mrml.saliency import saliency_to_node
from discgrader.mrml.segmentation import segmentation_to_node
from discgrader.mrml.tables import table_to_node, text_to_node
from discgrader.progress import Progress
from discgrader.report.tables import COLUMNS, LAST_COLUMNS, grades_json, grades_rows, probability_columns

_MADE = "by DiscGrader"
"""Value of the attribute that tells DiscGrader's own nodes from the user's."""

READING = "reading"
"""Kind of the text node that keeps what a reader said of a study."""


@dataclass(frozen=True, eq=False)
class SceneNodes:
    """The nodes that hold a study's result.

    Parameters
    ----------
    volumes : mapping of series name to vtkMRMLScalarVolumeNode
    segmentation : vtkMRMLSegmentationNode
    rois : mapping of level to vtkMRMLMarkupsROINode
    saliency : mapping of (level, system, task) to vtkMRMLScalarVolumeNode
    table : vtkMRMLTableNode
        The columns of grades.csv, one row a disc and task.
    provenance : vtkMRMLTextNode
        The text of grades.json.
    """

    volumes: Mapping[str, object]
    segmentation: object
    rois: Mapping[str, object]
    saliency: Mapping[tuple[str, str, str], object]
    table: object
    provenance: object


def populate_scene(
    scene,
    result: StudyResult,
    *,
    volume_nodes: Mapping[str, object] | None = None,
    roi_nodes: Mapping[str, object] | None = None,
    progress: Progress | None = None,
) -> SceneNodes:
    """Put a result into a scene: series, segmentation, ROI boxes, saliency, table and provenance, filed by study.

    What an earlier result of the same study left in the scene is replaced. Volumes that are given stay where they are
    in the subject hierarchy, and the result is filed under their study.

    Parameters
    ----------
    scene : vtkMRMLScene
    result : StudyResult
    volume_nodes : mapping of series name to vtkMRMLScalarVolumeNode, optional
        Volumes that are in the scene already and need no copy.
    roi_nodes : mapping of level to vtkMRMLMarkupsROINode, optional
        Boxes that are in the scene already, to be named and colored by the result.
    progress : Progress

    Returns
    -------
    SceneNodes
    """
    progress = progress or Progress()
    study = result.study.name
    volume_nodes, roi_nodes = volume_nodes or {}, roi_nodes or {}
    beside = next(iter(volume_nodes.values()), None)
    kept = {node.GetID() for node in (*volume_nodes.values(), *roi_nodes.values())}
    remove_result(scene, study, kept)
    progress.report("Filling the scene", 0.0, "series")
    volumes = {series.name: _series_node(scene, study, series, volume_nodes) for series in result.study.series}
    progress.report("Filling the scene", 0.4, "segmentation and boxes")
    colors = {disc.disc.level: disc_color(disc) for disc in result.discs}
    segmentation, rois = put_localization(
        scene, study, result.localization, colors=colors, roi_nodes=roi_nodes, beside=beside
    )
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volumes[result.localization.series_name])
    for disc in result.discs:
        rois[disc.disc.level].SetDescription(_summary(disc))
    progress.report("Filling the scene", 0.5, "saliency")
    saliency = _saliency_nodes(scene, result, progress.part(0.5, 0.9))
    progress.report("Filling the scene", 0.9, "tables")
    table, provenance = _tables(scene, result)
    nodes = SceneNodes(volumes, segmentation, rois, saliency, table, provenance)
    for kind, group in (("saliency", saliency.values()), ("table", [table]), ("provenance", [provenance])):
        for node in group:
            set_attributes(node, Study=study, Kind=kind, Made=_MADE)
    _file(scene, hierarchy.study_item(scene, study, beside), nodes)
    progress.report("Filling the scene", 1.0)
    return nodes


def put_localization(
    scene,
    study: str,
    localization: Localization,
    *,
    colors: Mapping[str, Color] | None = None,
    roi_nodes: Mapping[str, object] | None = None,
    beside=None,
) -> tuple[object, dict[str, object]]:
    """Put a study's segmentation and its discs' boxes into a scene, filed under the study.

    Parameters
    ----------
    scene : vtkMRMLScene
    study : str
    localization : Localization
    colors : mapping of level to RGB in 0–1, optional
        Boxes that it lacks are shown as ungraded.
    roi_nodes : mapping of level to vtkMRMLMarkupsROINode, optional
        Nodes to be changed instead of making new ones.
    beside : vtkMRMLNode, optional
        A node whose study in the subject hierarchy is the study.

    Returns
    -------
    vtkMRMLSegmentationNode, dict of level to vtkMRMLMarkupsROINode
        The boxes from the sacrum upwards.
    """
    colors, roi_nodes = colors or {}, roi_nodes or {}
    segmentation = segmentation_to_node(scene, localization, f"{study} segmentation", colors)
    set_attributes(segmentation, Study=study, Kind="segmentation", Made=_MADE, Series=localization.series_name)
    rois = {}
    for disc in localization.discs:
        given = roi_nodes.get(disc.level)
        node = roi_to_node(scene, disc.roi, disc.level, colors.get(disc.level, UNGRADED), node=given)
        disc_to_attributes(node, disc)
        set_attributes(node, Study=study)
        if given is None:
            set_attributes(node, Made=_MADE)
        rois[disc.level] = node
    item = hierarchy.study_item(scene, study, beside)
    hierarchy.file_under(scene, item, "ROI boxes", rois.values())
    hierarchy.file_under(scene, item, "Series", [segmentation])
    return segmentation, rois


def remove_result(scene, study: str, kept: Collection[str] = ()) -> None:
    """Take what DiscGrader made for a study out of the scene, but for nodes whose IDs are in ``kept``.

    A user's own volumes and boxes stay, and are no longer counted to the study. The study's reading stays what it is.
    """
    for node in study_nodes(scene, study):
        if node.GetID() in kept or attribute(node, "Kind") == READING:
            continue
        if attribute(node, "Made") == _MADE:
            hierarchy.remove(scene, node)
        else:
            clear_attributes(node)


def study_nodes(scene, study: str, kind: str | None = None) -> list:
    """DiscGrader's nodes of a study: of one kind (``series``, ``roi``, ``saliency``, …), or all."""
    nodes = [scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes())]
    return [
        node
        for node in nodes
        if attribute(node, "Study") == study and (kind is None or attribute(node, "Kind") == kind)
    ]


def _series_node(scene, study: str, series, volume_nodes: Mapping[str, object]):
    node = volume_nodes.get(series.name)
    if node is None:
        node = volume_to_node(scene, series.volume, series.name)
        set_attributes(node, Made=_MADE)
    set_attributes(node, Study=study, Kind="series", Series=series.name, Role=series.role)
    return node


def _summary(disc: DiscResult) -> str:
    """One line on a disc's grades, for the box's description."""
    return ", ".join(f"{grade.task} {grade.label} ({grade.probability:.0%})" for grade in disc.grades)


def _saliency_nodes(scene, result: StudyResult, progress: Progress) -> dict[tuple[str, str, str], object]:
    nodes = {}
    for number, (key, volume) in enumerate(result.saliency.items()):
        level, system, task = key
        progress.report("Filling the scene", number / len(result.saliency), f"saliency of {level}")
        node = saliency_to_node(scene, volume, f"{level} {system} {task}")
        set_attributes(node, Level=level, System=system, Task=task, Series=result.saliency_series[key])
        nodes[key] = node
    return nodes


def _file(scene, item: int, nodes: SceneNodes) -> None:
    own = [node for node in nodes.volumes.values() if attribute(node, "Made") == _MADE]
    hierarchy.file_under(scene, item, "Series", own)
    hierarchy.file_under(scene, item, "Saliency", nodes.saliency.values())
    hierarchy.file_under(scene, item, "Tables", [nodes.table, nodes.provenance])


def _tables(scene, result: StudyResult):
    document = grades_json(result)
    rows = grades_rows(document)
    columns = (*COLUMNS, *probability_columns(rows), *LAST_COLUMNS)
    study = result.study.name
    table = table_to_node(scene, columns, rows, f"{study} grades")
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return table, text_to_node(scene, text, f"{study} grades.json")
