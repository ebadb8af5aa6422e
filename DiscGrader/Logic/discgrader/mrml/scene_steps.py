"""What has to be done for a scene to have its discs found and graded, in steps between which its window may go on.

Each of these gives, step by step, None where it can go on at once, or a `Reply` where it waits for the service.
"""

from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import replace

from discgrader.errors import Cancelled, StudyError, UsageError
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.imaging.recognize import can_serve, parse_role
from discgrader.imaging.study import Study
from discgrader.localize.disc import Localization
from discgrader.mrml.begun_grading import keeping
from discgrader.mrml.dicom_blocks import separated_in_words, separating
from discgrader.mrml.held_series import HeldSeries
from discgrader.mrml.hierarchy import study_name
from discgrader.mrml.inputs import Volumes, boxes_to_grade, chosen_volumes
from discgrader.mrml.nodes import attribute, grid_of_volume, roi_from_node
from discgrader.mrml.regraded import put_grades, put_maps, regrading_of
from discgrader.mrml.scene import map_of, mark_series, populating, putting_localization, removing_result, study_nodes
from discgrader.mrml.scene_reply import Reply, SceneListener
from discgrader.mrml.study_facts import examination_of, volumes_left_out
from discgrader.pipeline.given_boxes import with_boxes
from discgrader.pipeline.service import Service
from discgrader.pipeline.settings import Settings

Steps = Generator[Reply | None, None, object]


def studying(
    scene, held: HeldSeries, volumes: Volumes, listener: SceneListener = SceneListener()
) -> Generator[None, None, tuple[Study, dict[str, object]]]:
    """The study that volumes make up, and their nodes by series name; roles as in `discgrader.imaging.recognize.ROLES`.

    A volume that Slicer made of several blocks is read anew first, and its blocks of the role's plane take its place.

    Raises
    ------
    UsageError, StudyError
        As `chosen_volumes`, `separating` and `series_from_node`.
    """
    chosen = chosen_volumes(volumes)
    told: list[str] = []
    apart: dict[str, list] = {}
    for role, node in chosen:
        apart.setdefault(role, []).extend((yield from _apart(scene, role, node, told, listener)))
    nodes: dict[str, object] = {}
    series = []
    for role, node in chosen_volumes({role: list(dict.fromkeys(several)) for role, several in apart.items()}):
        series.append(held.series(node, role))
        nodes[series[-1].name] = node
        yield
    node = chosen[0][1]
    left_out = volumes_left_out(scene, [*nodes.values(), *(one for _, one in chosen)])
    return Study(study_name(scene, node), tuple(series), tuple(told), left_out, examination_of(scene, node)), nodes


def _apart(scene, role: str, node, told: list[str], listener: SceneListener) -> Generator[None, None, list]:
    """The volumes to take for a chosen one; ``told`` gets a sentence where these are others."""
    steps = separating(scene, node)
    while True:
        try:
            so_far = next(steps)
        except StopIteration as end:
            blocks = end.value
            break
        if so_far is not None:
            listener.progressed("Reading", *so_far)
        yield
    if blocks == [node]:
        return blocks
    told.append(separated_in_words(node, blocks))
    plane, _contrast = parse_role(role)
    fitting = [one for one in blocks if can_serve(grid_of_volume(one), plane)]
    if not fitting:
        raise StudyError(f"{node.GetName()} holds no {plane.value} series, so it cannot serve as {role}.")
    return fitting


def finding(
    scene,
    held: HeldSeries,
    service: Callable[[], Service],
    volumes: Volumes,
    settings: Settings,
    listener: SceneListener,
    follow: Callable[[str], None],
) -> Steps:
    """Find the discs and put a named box around each; a list of box nodes, from the sacrum upwards.

    ``follow`` is told the study's name when the scene has the boxes.
    """
    study, nodes = yield from studying(scene, held, volumes, listener)

    def ask(reply: Reply) -> int:
        return service().find(study, reply, settings)

    found = yield from _answer(ask, Reply(listener, nodes.values()))
    yield from removing_result(scene, study.name, {node.GetID() for node in nodes.values()})
    segmentation, rois = yield from putting_localization(
        scene, study.name, found, beside=next(iter(nodes.values())), margin_mm=settings.margin_mm
    )
    for one in study.series:
        mark_series(nodes[one.name], study.name, one)
    held.keep_segmentation(segmentation, found.segmentation)
    follow(study.name)
    return list(rois.values())


def grading(
    scene,
    held: HeldSeries,
    service: Callable[[], Service],
    volumes: Volumes,
    roi_nodes: Sequence[object] | None,
    settings: Settings,
    listener: SceneListener,
    follow: Callable[[str], None],
    moved: list[object],
) -> Steps:
    """Grade the discs and put all that is known of them into the scene; the table node of the grades.

    Where grading fails, the scene keeps what was graded before; where it is stopped, the scene stays as it was.

    Parameters
    ----------
    follow : callable(study name)
        Told when the scene has the grades.
    moved : list
        Gets the nodes of boxes that were moved meanwhile.
    """
    study, nodes = yield from studying(scene, held, volumes, listener)
    boxes, known, rois = boxes_to_grade(scene, study, roi_nodes, held)
    begun, names_given = 0.0, bool(boxes) and known is None
    if names_given:
        begun = 0.3
        known = yield from _answer(
            lambda reply: service().find(study, reply, settings), Reply(listener, nodes.values(), 0.0, begun)
        )
    found = with_boxes(known, boxes, settings, names_given=names_given) if boxes else known
    graded: list[DiscResult] = []

    def hear(one: DiscResult) -> None:
        graded.append(one)
        listener.graded(one)

    def ask(reply: Reply) -> int:
        return service().grade(study, reply, settings, localization=found)

    reply = Reply(listener, nodes.values(), begun, 1.0 - begun)
    try:
        result = yield from _answer(ask, reply, hear)
    except Cancelled:
        raise
    except Exception as error:
        known = found or reply.discs
        if graded and known is not None and all(scene.IsNodePresent(one) for one in nodes.values()):
            yield from keeping(scene, study, known, graded, nodes, rois, error, settings.margin_mm)
            follow(study.name)
        raise
    rois = {level: node for level, node in rois.items() if scene.IsNodePresent(node)}
    if boxes:
        result = _of_levels(result, rois)
    elsewhere = {
        one.disc.level for one in result.discs if one.disc.level in rois and _was_moved(rois[one.disc.level], one)
    }
    shown = next(iter(study_nodes(scene, study.name, "segmentation")), None)
    if shown is not None and held.segmentation(shown) is not result.localization.segmentation:
        shown = None
    scene_nodes = yield from populating(
        scene,
        result,
        volume_nodes=nodes,
        roi_nodes=rois,
        moved=elsewhere,
        segmentation_node=shown,
        margin_mm=settings.margin_mm,
    )
    held.keep_segmentation(scene_nodes.segmentation, result.localization.segmentation)
    follow(study.name)
    moved += [rois[level] for level in elsewhere]
    return scene_nodes.table


def regrading(
    scene,
    held: HeldSeries,
    service: Callable[[], Service],
    roi_node,
    live: bool,
    listener: SceneListener,
    follow: Callable[[str], None],
) -> Steps:
    """Grade the disc of one box anew; its grades come into the scene before its maps. The table node of all grades."""
    asked = regrading_of(scene, roi_node, held)
    study = asked.study

    def ask(reply: Reply) -> int:
        settings = replace(asked.settings, saliency=False) if live else asked.settings
        return service().regrade(study, asked.localization, asked.level, reply, settings)

    def put(result: DiscResult) -> None:
        # The disc may have got another name since it was asked for.
        result = replace(result, disc=result.disc.renamed(attribute(roi_node, "Level")))
        put_grades(scene, study.name, result)
        listener.graded(result)

    part = yield from _answer(ask, Reply(listener, asked.nodes, box=roi_node), put)
    for key in part.saliency:
        _level, system, task = key
        found = (part.saliency_series[key], map_of(part.saliency, key))
        put_maps(scene, study.name, attribute(roi_node, "Level"), {(system, task): found})
        yield
    if not live:
        follow(study.name)
    return study_nodes(scene, study.name, "table")[0]


def _answer(
    ask: Callable[[Reply], int], reply: Reply, graded: Callable[[DiscResult], None] = lambda result: None
) -> Generator[Reply, None, object]:
    """Ask the service and wait for what it comes to; ``graded`` hears of each disc's grades."""
    reply.number = ask(reply)
    while not reply.over:
        yield reply
        for result in reply.take():
            graded(result)
    return reply.value()


def _of_levels(result: StudyResult, levels: Collection[str]) -> StudyResult:
    """The result without discs whose boxes were deleted meanwhile.

    Raises
    ------
    UsageError
        When none is left.
    """
    discs = tuple(one for one in result.discs if one.disc.level in levels)
    if not discs:
        raise UsageError("All boxes were deleted while they were graded; find the discs anew.")
    localization: Localization = replace(
        result.localization, discs=tuple(one for one in result.localization.discs if one.level in levels)
    )
    keys = [key for key in result.saliency if key[0] in levels]
    if len(discs) == len(result.discs):
        return result
    return replace(
        result,
        discs=discs,
        localization=localization,
        saliency={key: map_of(result.saliency, key) for key in keys},
        saliency_series={key: result.saliency_series[key] for key in keys},
    )


def _was_moved(node, result: DiscResult) -> bool:
    return not roi_from_node(node).is_same(result.disc.roi)
