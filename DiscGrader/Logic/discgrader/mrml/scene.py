"""A study's result as nodes of a MRML scene: its series and segmentation, and its reading through the renderer."""

from collections.abc import Collection, Generator, Iterable, Mapping
from dataclasses import dataclass, replace

from discgrader.grading.results import StudyResult
from discgrader.imaging.study import Series
from discgrader.imaging.volume_part import CompactMaps
from discgrader.localize.disc import Localization
from discgrader.localize.margin import DEFAULT_MARGIN_MM
from discgrader.mrml import hierarchy
from discgrader.mrml.dicom_source import keep_identity
from discgrader.mrml.nodes import MADE, Node, attribute, clear_attributes, set_attributes, study_nodes, to_end
from discgrader.mrml.renderer import Renderer
from discgrader.mrml.saliency import StoredMap
from discgrader.mrml.segmentation import segment_labels, segmentation_to_node
from discgrader.mrml.volumes import volume_to_node
from discgrader.progress import Progress
from discgrader.reading.record import Reading
from discgrader.reading.results import reading_of_result
from discgrader.report.tables import examined_json

_NOBODY = "nobody"


@dataclass(frozen=True, eq=False)
class SceneNodes:
    """The nodes that hold a study's result.

    Parameters
    ----------
    volumes : mapping of series name to vtkMRMLScalarVolumeNode
    segmentation : vtkMRMLSegmentationNode
    rois : mapping of level to vtkMRMLMarkupsROINode
        From the sacrum upwards.
    saliency : mapping of (level, system, task) to vtkMRMLScalarVolumeNode
    table : vtkMRMLTableNode or None
        The columns of grades.csv, one row a disc and task; None where nothing is graded.
    provenance : vtkMRMLTextNode or None
        The text of grades.json, for whoever opens the scene; DiscGrader itself never reads it.
    reading : Reading
    renderer : Renderer
    """

    volumes: Mapping[str, object]
    segmentation: object
    rois: Mapping[str, object]
    saliency: Mapping[tuple[str, str, str], object]
    table: object
    provenance: object
    reading: Reading
    renderer: Renderer


def populate_scene(
    scene,
    result: StudyResult,
    *,
    volume_nodes: Mapping[str, Node] | None = None,
    roi_nodes: Mapping[str, Node] | None = None,
    progress: Progress | None = None,
) -> SceneNodes:
    """Put a result that nobody has read yet into a scene, filed by study.

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
    steps = populating(scene, result, volume_nodes=volume_nodes, roi_nodes=roi_nodes, progress=progress or Progress())
    return to_end(steps)


def populating(
    scene,
    result: StudyResult,
    *,
    volume_nodes: Mapping[str, Node] | None = None,
    roi_nodes: Mapping[str, Node] | None = None,
    progress: Progress = Progress(),
    reader: str = "",
    margin_mm: float = DEFAULT_MARGIN_MM,
    graded: bool = True,
) -> Generator[None, None, SceneNodes]:
    """`populate_scene` in small steps, between which a window may go on; what was begun is to be brought to its end.

    Parameters
    ----------
    reader : str
        Who reads it from now on; nobody where this is empty.
    margin_mm : float
        With which boxes were made that are not given.
    graded : bool
        Whether its discs were graded, and not only found.
    """
    study, found = result.study.name, result.localization
    volume_nodes, roi_nodes = volume_nodes or {}, roi_nodes or {}
    kept = {node.GetID() for node in (*volume_nodes.values(), *roi_nodes.values())}
    for node in [old for old in study_nodes(scene, study) if old.GetID() not in kept]:
        remove_or_release(scene, node)
        yield
    progress.report("Filling the scene", 0.0, "series")
    volumes = {}
    for series in result.study.series:
        volumes[series.name] = _series_node(scene, study, series, volume_nodes)
        yield
    progress.report("Filling the scene", 0.4, "segmentation and boxes")
    segmentation = put_segmentation(scene, study, found)
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volumes[found.series_name])
    yield
    reading = _begun(result, reader, graded, segment_labels(segmentation), margins_of(result, roi_nodes, margin_mm))
    renderer = Renderer(scene, study)
    renderer.adopt({disc.number: roi_nodes[disc.level] for disc in reading.present if disc.level in roi_nodes})
    item = hierarchy.study_item(scene, study, next(iter(volume_nodes.values()), None))
    hierarchy.file_under(scene, item, "ROI boxes", [*roi_nodes.values()])
    own = [node for node in volumes.values() if attribute(node, "Made") == MADE]
    hierarchy.file_under(scene, item, "Series", [segmentation, *own])
    by_level = {disc.level: disc for disc in reading.present}
    for number, (key, saliency) in enumerate(maps_of(result)):
        progress.report("Filling the scene", 0.5 + 0.4 * number / len(result.saliency), f"saliency of {key[0]}")
        disc = by_level[key[0]]
        renderer.maps.put(disc.number, disc.box, key[1:], saliency)
        yield
    progress.report("Filling the scene", 0.9, "tables")
    yield from renderer.showing(reading)
    progress.report("Filling the scene", 1.0)
    return _nodes(scene, reading, renderer, volumes, segmentation)


def _begun(
    result: StudyResult, reader: str, graded: bool, labels: Collection[int], margins_mm: Mapping[str, float | None]
) -> Reading:
    examined = examined_json(result) if graded else None
    begun = reading_of_result(result, reader or _NOBODY, labels=labels, margins_mm=margins_mm, examined=examined)
    return replace(begun, reader=reader)


def margins_of(result: StudyResult, roi_nodes: Mapping[str, Node], margin_mm: float) -> dict[str, float | None]:
    """How far each box reaches above and below its disc; None for a box that somebody drew."""
    mine = {level for level, node in roi_nodes.items() if attribute(node, "Made") == MADE}
    levels = [graded.disc.level for graded in result.discs]
    return {level: margin_mm if level in mine or level not in roi_nodes else None for level in levels}


def _nodes(scene, reading: Reading, renderer: Renderer, volumes: Mapping[str, object], segmentation) -> SceneNodes:
    boxes, study = renderer.nodes(), reading.study
    maps = {
        (attribute(node, "Level") or "", attribute(node, "System") or "", attribute(node, "Task") or ""): node
        for node in study_nodes(scene, study, "saliency")
    }
    provenance = next(iter(study_nodes(scene, study, "provenance")), None)
    rois = {disc.level: boxes[disc.number] for disc in reading.present}
    return SceneNodes(volumes, segmentation, rois, maps, renderer.table, provenance, reading, renderer)


def put_segmentation(scene, study: str, localization: Localization):
    """The segmentation of a study, in place of the one that the scene has of it."""
    for node in study_nodes(scene, study, "segmentation"):
        remove_or_release(scene, node)
    node = segmentation_to_node(scene, localization, f"{study} segmentation", {})
    set_attributes(node, Study=study, Kind="segmentation", Made=MADE, Series=localization.series_name)
    return node


def remove_or_release(scene, node) -> None:
    """Take a node that DiscGrader made out of the scene; a user's own stays, and is no longer counted to the study."""
    if attribute(node, "Made") == MADE:
        hierarchy.remove(scene, node)
    else:
        clear_attributes(node)


def mark_series(node, study: str, series: Series) -> None:
    """Have a volume node say which series of which study it holds."""
    set_attributes(node, Study=study, Kind="series", Series=series.name, Role=series.role)
    keep_identity(node)


def maps_of(result: StudyResult) -> Iterable[tuple[tuple[str, str, str], StoredMap]]:
    """The saliency maps of a result by level, system and task, each in the smallest form that there is."""
    maps = result.saliency
    for key in maps:
        smallest = maps.part(key) if isinstance(maps, CompactMaps) else maps[key]
        yield key, StoredMap.of(smallest, result.saliency_series[key])


def _series_node(scene, study: str, series: Series, volume_nodes: Mapping[str, Node]):
    node = volume_nodes.get(series.name)
    if node is None:
        node = volume_to_node(scene, series.volume, series.name)
        set_attributes(node, Made=MADE)
        keep_identity(node, series.identity)
    mark_series(node, study, series)
    return node
