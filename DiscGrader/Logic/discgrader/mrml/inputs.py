"""What a scene gives to the main job, and what it shows of its outcome on request."""

from collections.abc import Mapping, Sequence

from discgrader.errors import UsageError
from discgrader.imaging.study import Study
from discgrader.localize.disc import Localization, RoiBox
from discgrader.mrml.held_series import HeldSeries
from discgrader.mrml.nodes import attribute, roi_from_node
from discgrader.mrml.readback import localization_from_scene, studies_in_scene
from discgrader.mrml.scene import study_nodes
from discgrader.mrml.views import highlight, jump_to, show_layers


def chosen_volumes(volumes: Mapping[str, object]) -> dict[str, object]:
    """The volumes of those roles for which one is chosen.

    Raises
    ------
    UsageError
        When no volume is chosen, or two have one name.
    """
    chosen = {role: node for role, node in volumes.items() if node is not None}
    if not chosen:
        raise UsageError("No volume is chosen; choose at least a sagittal T2.")
    names = [node.GetName() for node in chosen.values()]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"Two of the chosen volumes are called {twice}; rename one of them.")
    return chosen


def boxes_to_grade(
    scene, study: Study, roi_nodes: Sequence[object] | None, held: HeldSeries | None = None
) -> tuple[dict[str, RoiBox], Localization | None, dict[str, object]]:
    """The boxes to grade by level, the discs that the scene knows of this study, and the boxes' nodes by level.

    Without ``roi_nodes`` the boxes are those that the scene has of the study, if any.
    """
    known = localization_from_scene(scene, study.name, held)
    if known is not None and known.series_name not in {one.name for one in study.series}:
        known = None
    if roi_nodes is None:
        roi_nodes = study_nodes(scene, study.name, "roi") if known is not None else []
    nodes = {attribute(node, "Level") or node.GetName(): node for node in roi_nodes}
    return {level: roi_from_node(node) for level, node in nodes.items()}, known, nodes


def one_study(scene, study: str | None = None) -> str:
    """The study that is meant: the named one, or the only one that the scene holds a result of.

    Raises
    ------
    UsageError
        When there is none such, or several and none is named.
    """
    studies = studies_in_scene(scene)
    if not studies:
        raise UsageError("The scene holds no result of DiscGrader; grade a study first.")
    if study is None and len(studies) > 1:
        raise UsageError(f"The scene holds results of {', '.join(studies)}; say which one is meant.")
    if study is not None and study not in studies:
        raise UsageError(f"The scene holds no result of {study}; it holds {', '.join(studies)}.")
    return study or studies[0]


def show_grade(scene, level: str, system: str, task: str) -> None:
    """Show the series of a grade with its saliency over it in every slice view, at its box, which stands out.

    Raises
    ------
    UsageError
        When the scene has no graded disc of this level.
    """
    for study in studies_in_scene(scene):
        roi = next((one for one in study_nodes(scene, study, "roi") if attribute(one, "Level") == level), None)
        if roi is None:
            continue
        series = {attribute(one, "Series"): one for one in study_nodes(scene, study, "series")}
        saliency = {
            tuple(attribute(one, name) for name in ("Level", "System", "Task")): one
            for one in study_nodes(scene, study, "saliency")
        }
        over = saliency.get((level, system, task))
        source = over if over is not None else study_nodes(scene, study, "segmentation")[0]
        show_layers(scene, series[attribute(source, "Series")], over)
        jump_to(scene, roi)
        highlight(scene, roi)
        return
    raise UsageError(f"There is no graded disc {level} in the scene; grade a study first.")
