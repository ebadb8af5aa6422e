"""A study's result as nodes of a MRML scene."""

import json
from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from discgrader.grading.results import DiscResult, Grade, StudyResult
from discgrader.imaging.study import Series
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import CompactMaps, VolumePart
from discgrader.localize.disc import Localization
from discgrader.localize.labels import disc_label
from discgrader.localize.margin import DEFAULT_MARGIN_MM
from discgrader.mrml import hierarchy
from discgrader.mrml.colors import UNGRADED, Color, disc_color
from discgrader.mrml.herniations import CURVE, boxed_grade, curve_to_node, herniation_name
from discgrader.mrml.nodes import (
    attribute,
    clear_attributes,
    color_roi,
    disc_to_attributes,
    roi_to_node,
    set_attributes,
    volume_to_node,
)
from discgrader.mrml.saliency import map_name, saliency_to_node
from discgrader.mrml.segmentation import color_segments, segment_labels, segmentation_to_node
from discgrader.mrml.tables import table_to_node, text_to_node
from discgrader.progress import Progress
from discgrader.report.tables import grades_columns, grades_json, grades_rows

Value = TypeVar("Value")

MADE = "by DiscGrader"
"""Value of the attribute that tells DiscGrader's own nodes from the user's."""

READING = "reading"
"""Kind of the text node that keeps what a reader said of a study."""


_CLASSES = {
    "roi": "vtkMRMLMarkupsROINode",
    "segmentation": "vtkMRMLSegmentationNode",
    "herniation": CURVE,
    "table": "vtkMRMLTableNode",
    "provenance": "vtkMRMLTextNode",
    READING: "vtkMRMLTextNode",
}
"""Classes of the nodes of some kinds; looking among these only is faster."""


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
    return to_end(
        populating(scene, result, volume_nodes=volume_nodes, roi_nodes=roi_nodes, progress=progress or Progress())
    )


def populating(
    scene,
    result: StudyResult,
    *,
    volume_nodes: Mapping[str, object] | None = None,
    roi_nodes: Mapping[str, object] | None = None,
    moved: Collection[str] = (),
    segmentation_node=None,
    progress: Progress = Progress(),
    margin_mm: float = DEFAULT_MARGIN_MM,
) -> Generator[None, None, SceneNodes]:
    """`populate_scene` in small steps, between which a window may go on; what was begun is to be brought to its end.

    Parameters
    ----------
    moved : collection of str
        Levels whose boxes were moved since: their nodes are named and colored, and stay where they are.
    segmentation_node : vtkMRMLSegmentationNode, optional
        A node that holds the result's very segmentation already.
    margin_mm : float
        With which new boxes are said to have been made.
    """
    study = result.study.name
    volume_nodes, roi_nodes = volume_nodes or {}, roi_nodes or {}
    beside = next(iter(volume_nodes.values()), None)
    maps = {key: node for node in study_nodes(scene, study, "saliency") if (key := _map_key(node)) in result.saliency}
    reused = [one for one in (_own(scene, study, "table"), _own(scene, study, "provenance"), segmentation_node) if one]
    kept = {node.GetID() for node in (*volume_nodes.values(), *roi_nodes.values(), *maps.values(), *reused)}
    yield from removing_result(scene, study, kept)
    progress.report("Filling the scene", 0.0, "series")
    volumes = {}
    for series in result.study.series:
        volumes[series.name] = _series_node(scene, study, series, volume_nodes)
        yield
    progress.report("Filling the scene", 0.4, "segmentation and boxes")
    colors = {disc.disc.level: disc_color(disc) for disc in result.discs}
    segmentation, rois = yield from putting_localization(
        scene,
        study,
        result.localization,
        colors=colors,
        roi_nodes=roi_nodes,
        beside=beside,
        moved=moved,
        segmentation_node=segmentation_node,
        margin_mm=margin_mm,
    )
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volumes[result.localization.series_name])
    for disc in result.discs:
        describe_roi(rois[disc.disc.level], disc)
    yield
    progress.report("Filling the scene", 0.5, "tables")
    table, provenance = _tables(scene, result)
    for kind, node in (("table", table), ("provenance", provenance)):
        set_attributes(node, Study=study, Kind=kind, Made=MADE)
    yield
    show_herniations(scene, study, {disc.disc.level: disc.grades for disc in result.discs}, beside)
    yield
    saliency = {}
    for number, key in enumerate(result.saliency):
        progress.report("Filling the scene", 0.6 + 0.4 * number / len(result.saliency), f"saliency of {key[0]}")
        saliency[key] = put_map(
            scene, study, key, map_of(result.saliency, key), result.saliency_series[key], maps.get(key)
        )
        yield
    nodes = SceneNodes(volumes, segmentation, rois, saliency, table, provenance)
    yield from _filing(scene, hierarchy.study_item(scene, study, beside), nodes, maps.values())
    progress.report("Filling the scene", 1.0)
    return nodes


def to_end(steps: Generator[None, None, Value]) -> Value:
    """Do all steps at once; what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


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
    return to_end(putting_localization(scene, study, localization, colors=colors, roi_nodes=roi_nodes, beside=beside))


def putting_localization(
    scene,
    study: str,
    localization: Localization,
    *,
    colors: Mapping[str, Color] | None = None,
    roi_nodes: Mapping[str, object] | None = None,
    beside=None,
    moved: Collection[str] = (),
    segmentation_node=None,
    margin_mm: float = DEFAULT_MARGIN_MM,
) -> Generator[None, None, tuple[object, dict[str, object]]]:
    """`put_localization` in small steps; ``moved`` and ``segmentation_node`` as for `populating`.

    New boxes are said to have been made with the margin ``margin_mm``.
    """
    colors, roi_nodes = colors or {}, roi_nodes or {}
    if segmentation_node is None:
        segmentation = segmentation_to_node(scene, localization, f"{study} segmentation", colors)
    else:
        segmentation = segmentation_node
        color_segments(segmentation, localization, colors)
    set_attributes(segmentation, Study=study, Kind="segmentation", Made=MADE, Series=localization.series_name)
    shifts = {name: [float(one) for one in shift] for name, shift in localization.shifts_lps_mm.items()}
    facts = {
        "warnings": list(localization.warnings),
        "name_doubts": list(localization.name_doubts),
        "name_probability": localization.name_probability,
        "name_alternatives": dict(localization.name_alternatives),
        "misfits": list(localization.misfits),
        "shifts_lps_mm": shifts,
    }
    set_attributes(segmentation, Localization=json.dumps(facts))
    labels = segment_labels(segmentation)
    yield
    rois = {}
    for disc in localization.discs:
        given, color = roi_nodes.get(disc.level), colors.get(disc.level, UNGRADED)
        if disc.level in moved:
            node = given
            color_roi(node, color)
        else:
            node = roi_to_node(scene, disc.roi, disc.level, color, node=given)
            disc_to_attributes(node, disc)
        set_attributes(node, Study=study)
        if given is None:
            set_attributes(node, Made=MADE, Margin=repr(float(margin_mm)))
        if given is None or segmentation_node is None:
            label = disc_label(disc.index_from_sacrum)
            set_attributes(node, Label=str(label) if label in labels else None)
        rois[disc.level] = node
        yield
    item = hierarchy.study_item(scene, study, beside)
    hierarchy.file_under(scene, item, "ROI boxes", rois.values())
    hierarchy.file_under(scene, item, "Series", [segmentation])
    return segmentation, rois


def remove_result(scene, study: str, kept: Collection[str] = ()) -> None:
    """Take what DiscGrader made for a study out of the scene, but for nodes whose IDs are in ``kept``.

    A user's own volumes and boxes stay, and are no longer counted to the study. The study's reading stays what it is.
    """
    to_end(removing_result(scene, study, kept))


def removing_result(scene, study: str, kept: Collection[str] = ()) -> Generator[None, None, None]:
    """`remove_result` in small steps."""
    for node in _leftovers(scene, study, kept):
        _remove(scene, node)
        yield


def _leftovers(scene, study: str, kept: Collection[str]) -> list:
    return [
        node for node in study_nodes(scene, study) if node.GetID() not in kept and attribute(node, "Kind") != READING
    ]


def _remove(scene, node) -> None:
    if attribute(node, "Made") == MADE:
        hierarchy.remove(scene, node)
    else:
        clear_attributes(node)


def study_nodes(scene, study: str, kind: str | None = None) -> list:
    """DiscGrader's nodes of a study: of one kind (``series``, ``roi``, ``saliency``, …), or all."""
    class_name = _CLASSES.get(kind)
    if class_name is None:
        nodes = [scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes())]
    else:
        nodes = [
            scene.GetNthNodeByClass(number, class_name) for number in range(scene.GetNumberOfNodesByClass(class_name))
        ]
    return [
        node
        for node in nodes
        if attribute(node, "Study") == study and (kind is None or attribute(node, "Kind") == kind)
    ]


def _series_node(scene, study: str, series, volume_nodes: Mapping[str, object]):
    node = volume_nodes.get(series.name)
    if node is None:
        node = volume_to_node(scene, series.volume, series.name)
        set_attributes(node, Made=MADE)
    mark_series(node, study, series)
    return node


def mark_series(node, study: str, series: Series) -> None:
    """Have a volume node say which series of which study it holds."""
    set_attributes(node, Study=study, Kind="series", Series=series.name, Role=series.role)


def show_herniations(scene, study: str, graded: Mapping[str, Sequence[Grade]], beside=None) -> None:
    """Have a study's curves be those of the herniations that its discs' grades tell the place of.

    Parameters
    ----------
    graded : mapping of level to sequence of Grade
    beside : vtkMRMLNode, optional
        New curves are filed under the study that it lies in.
    """
    curves = {attribute(node, "Level"): node for node in study_nodes(scene, study, "herniation")}
    found = {level: one for level, grades in graded.items() if (one := boxed_grade(grades)) is not None}
    for level in curves.keys() - found.keys():
        hierarchy.remove(scene, curves[level])
    for level, grade in found.items():
        node = curve_to_node(scene, grade, herniation_name(level, graded[level]), curves.get(level))
        set_attributes(node, Study=study, Kind="herniation", Made=MADE, Level=level)
        if level not in curves:
            hierarchy.file_under(scene, hierarchy.study_item(scene, study, beside), "Herniations", [node])


def describe_roi(node, disc: DiscResult) -> None:
    """Have a box say its disc's grades in one line."""
    node.SetDescription(", ".join(f"{grade.task} {grade.label} ({grade.probability:.0%})" for grade in disc.grades))


def put_map(scene, study: str, key: tuple[str, str, str], saliency: Volume | VolumePart, series: str, node=None):
    """The node of a saliency map, new or with new voxels; a new one is not filed yet."""
    level, system, task = key
    node = saliency_to_node(scene, saliency, map_name(*key), node)
    set_attributes(node, Study=study, Kind="saliency", Made=MADE, Level=level, System=system, Task=task, Series=series)
    # Which box it is of is said by the reading, once the box's grades are known to it.
    set_attributes(node, Box=None)
    return node


def map_of(maps: Mapping[tuple[str, str, str], Volume], key: tuple[str, str, str]) -> Volume | VolumePart:
    """A map in the smallest form that there is."""
    return maps.part(key) if isinstance(maps, CompactMaps) else maps[key]


def _map_key(node) -> tuple[str, str, str]:
    return tuple(attribute(node, name) for name in ("Level", "System", "Task"))


def _filing(scene, item: int, nodes: SceneNodes, filed: Collection) -> Generator[None, None, None]:
    own = [node for node in nodes.volumes.values() if attribute(node, "Made") == MADE]
    hierarchy.file_under(scene, item, "Series", own)
    for node in nodes.saliency.values():
        if node not in filed:
            hierarchy.file_under(scene, item, "Saliency", [node])
            yield
    hierarchy.file_under(scene, item, "Tables", [nodes.table, nodes.provenance])


def _tables(scene, result: StudyResult):
    document = grades_json(result)
    rows = grades_rows(document)
    columns = grades_columns(rows)
    study = result.study.name
    table = table_to_node(scene, columns, rows, f"{study} grades", _own(scene, study, "table"))
    text = json.dumps(document, ensure_ascii=False)
    provenance = _own(scene, study, "provenance")
    if provenance is None:
        return table, text_to_node(scene, text, f"{study} grades.json")
    provenance.SetText(text)
    return table, provenance


def _own(scene, study: str, kind: str):
    """DiscGrader's node of this kind, where the scene has one of the study."""
    return next((node for node in study_nodes(scene, study, kind) if attribute(node, "Made") == MADE), None)
