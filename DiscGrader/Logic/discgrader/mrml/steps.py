"""What has to be done for a scene to have its discs found and graded, in steps between which its window may go on, and
who hears of it.

Each of these gives, step by step, None where it can go on at once, or a `Reply` where it waits for the service.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from discgrader.errors import Cancelled, UsageError
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.imaging.study import Study
from discgrader.localize.box import RoiBox, is_outside
from discgrader.localize.disc import Localization
from discgrader.mrml import hierarchy
from discgrader.mrml.node_cache import studying
from discgrader.mrml.nodes import Node, attribute, number_of, quietly, roi_from_node, study_nodes
from discgrader.mrml.readback import localization_in, series_nodes, studies_with_discs, study_of
from discgrader.mrml.readings import SceneReadings
from discgrader.mrml.reply import EventCallback, Reply, answered, tell_grades, tell_progress
from discgrader.mrml.scene import maps_of, margins_of, mark_series, populating, put_segmentation, remove_or_release
from discgrader.mrml.segmentation import segment_labels
from discgrader.mrml.study_reading import StudyReading
from discgrader.mrml.volumes import Volumes
from discgrader.pipeline.given_boxes import with_boxes
from discgrader.pipeline.service import Service
from discgrader.pipeline.settings import Settings
from discgrader.pipeline.software import software_versions
from discgrader.progress import Progress
from discgrader.reading.commands import LearnStudy, Together
from discgrader.reading.disc_commands import DeleteDisc, FindDiscs
from discgrader.reading.record import DiscReading, Found
from discgrader.reading.results import reading_of_result
from discgrader.report.tables import examined_json

Steps = Generator["Reply | None", None, Any]


def find_steps(
    readings: SceneReadings,
    service: Callable[[], Service],
    volumes: Volumes,
    settings: Settings,
    on_event: EventCallback,
) -> Steps:
    """Find the discs and put a named box around each; a list of box nodes, from the sacrum upwards."""
    scene = readings.scene
    study, nodes = yield from studying(scene, readings.cache, volumes, Progress(partial(tell_progress, on_event)))

    reply = Reply(on_event, nodes.values())
    service().find(study, reply, settings)
    found = yield from answered(reply)
    result = StudyResult(study, found, tuple(DiscResult(disc, ()) for disc in found.discs))
    reading = _opened(readings, study.name)
    if reading is None:
        reading = yield from _begun(readings, result, nodes, {}, settings.margin_mm, graded=False)
    else:
        segmentation = _segmented_anew(readings, reading, result)
        _mark_all(scene, study, nodes)
        margins: dict[str, float | None] = {disc.level: settings.margin_mm for disc in found.discs}
        yield from _found_anew(reading, result, margins, segment_labels(segmentation))
    boxes = reading.renderer.nodes()
    ordered = sorted(reading.reading.present, key=lambda disc: disc.label or 0)
    return [boxes[disc.number] for disc in ordered]


def grade_steps(
    readings: SceneReadings,
    service: Callable[[], Service],
    volumes: Volumes,
    roi_nodes: Sequence[Node] | None,
    settings: Settings,
    on_event: EventCallback,
    moved: list[object],
) -> Steps:
    """Grade the discs and put all that is known of them into the scene; the table node of the grades.

    Where grading fails, the scene keeps what was graded before; where it is stopped, the scene stays as it was.

    Parameters
    ----------
    moved : list
        Gets the nodes of boxes that were moved meanwhile.
    """
    scene, readings.calls = readings.scene, settings.calls
    study, nodes = yield from studying(scene, readings.cache, volumes, Progress(partial(tell_progress, on_event)))
    requested = _RequestedBoxes(readings, study, roi_nodes)
    known, begun = requested.known, 0.0
    if requested.boxes and known is None:
        begun = 0.3
        finds = Reply(on_event, nodes.values(), 0.0, begun)
        service().find(study, finds, settings)
        known = yield from answered(finds)
    found = known
    if requested.boxes and known is not None:
        found = with_boxes(known, requested.boxes, settings, names_given=requested.known is None)
    graded: list[DiscResult] = []

    def keep(result: DiscResult) -> None:
        graded.append(result)
        tell_grades(on_event, result)

    reply = Reply(on_event, nodes.values(), begun, 1.0 - begun)
    try:
        service().grade(study, reply, settings, localization=found)
        result = yield from answered(reply, keep)
    except Cancelled:
        raise
    except Exception as error:
        known = found or reply.localization
        if graded and known is not None and all(scene.IsNodePresent(node) for node in nodes.values()):
            yield from _put(
                readings, requested, _partial(study, known, graded, error), nodes, settings.margin_mm, whole=False
            )
        raise
    reading = yield from _put(readings, requested, result, nodes, settings.margin_mm)
    for disc in requested.moved(reading, result):
        moved.append(reading.node(disc.number))
    return reading.renderer.table


def regrade_steps(
    readings: SceneReadings, service: Callable[[], Service], roi_node, live: bool, on_event: EventCallback
) -> Steps:
    """Grade the disc of one box anew; its grades come into the scene before its maps. The table node of all grades."""
    scene, name, number = readings.scene, attribute(roi_node, "Study"), number_of(roi_node)
    if name not in studies_with_discs(scene) or number is None:
        raise _not_graded(roi_node)
    reading = readings.of(name)
    disc = reading.reading.numbered(number)
    if disc is None or reading.reading.examined is None:
        raise _not_graded(roi_node)
    study, box, renderer = study_of(scene, reading.reading, readings.cache), disc.box, reading.renderer
    if is_outside(box, [series.volume for series in study.series]):
        raise UsageError(f"The box of {disc.level} lies outside the picture; move it back onto its disc, or delete it.")
    localization = localization_in(scene, reading.reading, readings.cache)
    if localization is None:
        raise _not_graded(roi_node)
    explains = bool(study_nodes(scene, name, "saliency")) and not live
    settings = Settings(systems=_systems(reading, disc), saliency=explains, calls=readings.calls)

    def put(result: DiscResult) -> None:
        # The disc may have got another name since it was asked for.
        now = reading.reading.numbered(number)
        result = replace(result, disc=result.disc.renamed(disc.level if now is None else now.level))
        reading.grades_came(number, box, result)
        if live:
            reading.show_live(number, result)
        else:
            if explains:
                renderer.awaited.add(number)
            reading.show()
        tell_grades(on_event, result)

    try:
        reply = Reply(on_event, series_nodes(scene, name).values(), box=roi_node)
        service().regrade(study, localization, disc.level, reply, settings)
        part = yield from answered(reply, put)
        for key, stored in maps_of(part):
            renderer.maps.put(number, _kept_box(reading, number, box), key[1:], stored)
            yield None
    finally:
        renderer.awaited.discard(number)
        if explains and reading.is_in_scene and not scene.IsClosing():
            reading.show()
    return renderer.table


class _RequestedBoxes:
    """Which boxes are to be graded: those of a study's reading, or those that somebody gives.

    Parameters
    ----------
    readings : SceneReadings
    study : Study
    roi_nodes : sequence of vtkMRMLMarkupsROINode or None
    """

    def __init__(self, readings: SceneReadings, study: Study, roi_nodes: Sequence[Node] | None) -> None:
        self.reading = _opened(readings, study.name)
        self.known: Localization | None = None
        if self.reading is not None:
            self.known = localization_in(readings.scene, self.reading.reading, readings.cache)
        if self.known is not None and self.known.series_name not in {series.name for series in study.series}:
            self.known = None
        if roi_nodes is None:
            roi_nodes = [] if self.known is None else study_nodes(readings.scene, study.name, "roi")
        self.nodes: dict[str, Any] = {attribute(node, "Level") or node.GetName(): node for node in roi_nodes}
        self.boxes: dict[str, RoiBox] = {level: roi_from_node(node) for level, node in self.nodes.items()}
        numbers = {} if self.reading is None else {disc.number for disc in self.reading.reading.present}
        self.numbers: dict[str, int] = {
            level: number
            for level, node in self.nodes.items()
            if attribute(node, "Study") == study.name and (number := number_of(node)) in numbers and number is not None
        }

    @property
    def are_all(self) -> bool:
        """Whether these are the boxes of all discs of the reading, and no others."""
        return self.reading is not None and len(self.numbers) == len(self.nodes) > 0 and self.known is not None

    def without_deleted(self, result: StudyResult, scene) -> StudyResult:
        """The result without discs whose boxes were deleted meanwhile.

        Raises
        ------
        UsageError
            When none is left.
        """
        if not self.boxes:
            return result
        present = [level for level, node in self.nodes.items() if scene.IsNodePresent(node)]
        discs = tuple(graded for graded in result.discs if graded.disc.level in present)
        if not discs:
            raise UsageError("All boxes were deleted during grading; find the discs again.")
        return replace(result, discs=discs)

    def moved(self, reading: StudyReading, result: StudyResult) -> list[DiscReading]:
        """The discs whose boxes were moved while they were graded."""
        found = []
        for graded in result.discs:
            disc = reading.reading.numbered(self.numbers.get(graded.disc.level))
            if disc is not None and not disc.box.is_same(graded.disc.roi):
                found.append(disc)
        return found


def _put(
    readings: SceneReadings,
    requested: _RequestedBoxes,
    result: StudyResult,
    nodes: Mapping[str, Any],
    margin_mm: float,
    whole: bool = True,
) -> Generator[None, None, StudyReading]:
    """Put what was graded into the scene, step by step; of discs that were not, it keeps what it has."""
    scene, study = readings.scene, result.study
    result = requested.without_deleted(result, scene)
    reading = _opened(readings, study.name)
    if reading is None:
        present = {level: node for level, node in requested.nodes.items() if scene.IsNodePresent(node)}
        return (yield from _begun(readings, result, nodes, present, margin_mm))
    numbers = dict(requested.numbers)
    if not requested.are_all:
        segmentations = study_nodes(scene, study.name, "segmentation")
        segmentation = segmentations[0] if requested.known else _segmented_anew(readings, reading, result)
        margins = margins_of(result, requested.nodes, margin_mm)
        numbers = yield from _found_anew(
            reading, result, margins, segment_labels(segmentation), requested.nodes, requested.numbers
        )
    elif whole:
        yield from _without_others(reading, {*requested.numbers.values()})
    by_level = {graded.disc.level: graded for graded in result.discs}
    if whole or reading.reading.examined is None:
        reading.history.learn(LearnStudy(examined_json(result)))
    for level, graded in by_level.items():
        number = numbers.get(level)
        if number is not None and (whole or graded.grades or graded.not_graded):
            reading.grades_came(number, graded.disc.roi, graded)
    for key, stored in maps_of(result):
        if key[0] in numbers and key[0] in by_level:
            number = numbers[key[0]]
            reading.renderer.maps.put(number, _kept_box(reading, number, by_level[key[0]].disc.roi), key[1:], stored)
            yield
    _mark_all(scene, study, nodes)
    yield from reading.showing()
    return reading


def _begun(
    readings: SceneReadings,
    result: StudyResult,
    nodes: Mapping[str, Any],
    roi_nodes: Mapping[str, Any],
    margin_mm: float,
    graded: bool = True,
) -> Generator[None, None, StudyReading]:
    """Put a study into the scene that it knows nothing of, or no more."""
    steps = populating(
        readings.scene,
        result,
        volume_nodes=nodes,
        roi_nodes=roi_nodes,
        reader=readings.reader_name(),
        margin_mm=margin_mm,
        graded=graded,
    )
    made = yield from quietly(steps, readings.watch)
    readings.cache.keep_segmentation(made.segmentation, result.localization.segmentation)
    return readings.begin(made.reading, made.renderer)


def _found_anew(
    reading: StudyReading,
    result: StudyResult,
    margins_mm: Mapping[str, float | None],
    labels: Iterable[int],
    roi_nodes: Mapping[str, Any] | None = None,
    numbers: Mapping[str, int] | None = None,
) -> Generator[None, None, dict[str, int]]:
    """Have the discs of a reading be those of a result, as one step; their numbers by level."""
    new = reading_of_result(result, reading.reading.reader, margins_mm=margins_mm, labels=set(labels))
    discs = tuple(replace(disc, gradings=()) for disc in new.discs)
    before = reading.reading
    reading.history.apply(FindDiscs(discs, Found.of(result.localization), dict(numbers or {})))
    now = {disc.level: disc.number for disc in reading.reading.present}
    taken = {now[level]: node for level, node in (roi_nodes or {}).items() if level in now}
    with reading.quiet:
        reading.renderer.adopt(taken)
    if reading.reading is not before or taken:
        yield from reading.showing()
    return now


def _segmented_anew(readings: SceneReadings, reading: StudyReading, result: StudyResult):
    """The node of a study's new segmentation, in place of the former one."""
    scene, found = readings.scene, result.localization
    node = put_segmentation(scene, reading.study, found)
    item = hierarchy.study_item(scene, reading.study, reading.renderer.text)
    hierarchy.file_under(scene, item, "Series", [node])
    readings.cache.keep_segmentation(node, found.segmentation)
    return node


def _without_others(reading: StudyReading, numbers: set[int]) -> Generator[None, None, None]:
    """Only some of a reading's boxes were given to be graded: the others' discs are deleted."""
    others = [disc for disc in reading.reading.present if disc.number not in numbers]
    if others:
        deleted = tuple(DeleteDisc(disc.level) for disc in others)
        reading.history.apply(Together("find and grade discs", deleted))
        yield


def _opened(readings: SceneReadings, study: str) -> StudyReading | None:
    """The reading of a study, where the scene has one."""
    return readings.of(study) if study in studies_with_discs(readings.scene) else readings.known(study)


def _mark_all(scene, study: Study, nodes: Mapping[str, Any]) -> None:
    """Have exactly these volume nodes be the study's series."""
    for node in study_nodes(scene, study.name, "series"):
        if all(node is not used for used in nodes.values()):
            remove_or_release(scene, node)
    for series in study.series:
        mark_series(nodes[series.name], study.name, series)


def _kept_box(reading: StudyReading, number: int, box: RoiBox) -> RoiBox:
    """The box of a disc as its reading has it, where this is the same but for rounding."""
    disc = next((disc for disc in reading.reading.discs if disc.number == number), None)
    return disc.box if disc is not None and box.is_same(disc.box) else box


def _systems(reading: StudyReading, disc: DiscReading) -> tuple[str, ...] | None:
    """All that a disc, or else its study, was graded by: under its old name, a system may not have been for it."""
    discs = sorted(reading.reading.present, key=lambda other: other.number != disc.number)
    gradings = [other.gradings[-1] for other in discs if other.gradings]
    found = [system for grading in gradings for system in (*(g.system for g in grading.grades), *grading.not_graded)]
    return tuple(dict.fromkeys(found)) or None


def _partial(study: Study, found: Localization, graded: Sequence[DiscResult], error: Exception) -> StudyResult:
    """What is known of a study whose grading did not come to its end."""
    known = {result.disc.level: result for result in graded}
    discs = tuple(known.get(disc.level, DiscResult(disc, ())) for disc in found.discs)
    warnings = (f"Grading was not completed. {error}",)
    return StudyResult(study, found, discs, warnings=warnings, software=dict(software_versions()))


def _not_graded(roi_node) -> UsageError:
    return UsageError(f"The study of the box {roi_node.GetName()} has not been graded yet; grade it first.")
