"""What a scene gives to the main job."""

from collections.abc import Mapping, Sequence

from discgrader.errors import UsageError
from discgrader.imaging.study import Study
from discgrader.localize.disc import Localization, RoiBox
from discgrader.mrml.held_series import HeldSeries
from discgrader.mrml.nodes import attribute, roi_from_node
from discgrader.mrml.readback import localization_from_scene, studies_with_discs
from discgrader.mrml.scene import study_nodes

Volumes = Mapping[str, object]
"""Role to a volume node, to a list of them where a series has several blocks, or to None."""


def chosen_volumes(volumes: Volumes) -> tuple[tuple[str, object], ...]:
    """The chosen volumes, each with the role that it is chosen for.

    Parameters
    ----------
    volumes : mapping of role to vtkMRMLScalarVolumeNode, or to a list of them, or to None

    Raises
    ------
    UsageError
        When no volume is chosen, one is chosen twice, or two have one name.
    """
    chosen = tuple((role, node) for role, given in volumes.items() for node in _several(given))
    if not chosen:
        raise UsageError("No volume is chosen; choose at least a sagittal T2.")
    nodes = [node for _role, node in chosen]
    names = [node.GetName() for node in nodes]
    twice = next((node for node in nodes if names.count(node.GetName()) > 1), None)
    if twice is not None and nodes.count(twice) > 1:
        raise UsageError(f"{twice.GetName()} is chosen twice; choose another volume, or none, in one of the places.")
    if twice is not None:
        raise UsageError(f"Two of the chosen volumes are called {twice.GetName()}; rename one of them.")
    return chosen


def nodes_of(volumes: Volumes) -> list:
    """All volume nodes among these, in their order."""
    return [node for given in volumes.values() for node in _several(given)]


def _several(given) -> list:
    """A node, a sequence of them, or None, as a list without what is None."""
    found = [given] if given is None or hasattr(given, "GetID") else list(given)
    return [node for node in found if node is not None]


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
    """The study that is meant: the named one, or the only one whose discs the scene holds.

    Raises
    ------
    UsageError
        When there is none such, or several and none is named.
    """
    studies = studies_with_discs(scene)
    if not studies:
        raise UsageError("The scene holds no result of DiscGrader; find its discs or grade a study first.")
    if study is None and len(studies) > 1:
        raise UsageError(f"The scene holds results of {', '.join(studies)}; say which one is meant.")
    if study is not None and study not in studies:
        raise UsageError(f"The scene holds no result of {study}; it holds {', '.join(studies)}.")
    return study or studies[0]
