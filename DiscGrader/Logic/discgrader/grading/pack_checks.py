"""Whether a pack's parts fit one another and the systems that are graded here, found out when it is loaded."""

from collections.abc import Mapping

from discgrader.errors import PackError, UsageError
from discgrader.grading.evidence_model import evidence_names
from discgrader.grading.fusion import Fusion
from discgrader.grading.systems import scale_of
from discgrader.grading.typical import Typical
from discgrader.packs.pack import Pack
from discgrader.packs.trees import Trees


def check_tasks(pack: Pack) -> None:
    """Refuse a pack whose tasks, or their grades, are not those of its system.

    Raises
    ------
    PackError
        Naming the task.
    """
    for task, stated in pack.tasks.items():
        try:
            scale = scale_of(pack.system, task)
        except UsageError as error:
            raise PackError(f"Pack {pack.name}: tasks.{task} cannot be graded here. {error}") from error
        if stated["scale"] != scale.name or tuple(stated["grades"]) != scale.values:
            raise PackError(
                f"Pack {pack.name}: tasks.{task} has other grades than the scale {scale.name} "
                f"({', '.join(scale.values)})."
            )
        logits = pack.architecture.get("tasks", {}).get(task, len(scale.values))
        if logits != len(scale.values):
            raise PackError(f"Pack {pack.name}: {task} has {logits} grades where its scale has {len(scale.values)}.")


def check_sides(pack: Pack, trees: Mapping[str, Trees], typical: Typical | None, fusion: Fusion | None) -> None:
    """Refuse trees, a fusion, or what is typical, that do not fit the network of a disc classifier.

    Raises
    ------
    PackError
        Naming what does not fit.
    """
    networks, roles = pack.architecture["tasks"], pack.architecture["roles"]
    for task in pack.tasks:
        if task not in networks and not (task == "high_grade" and "pfirrmann" in networks):
            raise PackError(f"Pack {pack.name}: its network says nothing on {task}.")
    for task, one in trees.items():
        outputs = 2 if one.objective == "binary" else one.outputs
        if networks.get(task) != outputs or one.features != len(evidence_names(roles)):
            raise PackError(f"Pack {pack.name}: its trees of {task} do not fit its network or what is measured.")
    if fusion is not None and networks.get("pfirrmann") != len(fusion.bias):
        raise PackError(
            f"Pack {pack.name}: its fusion model has {len(fusion.bias)} grades, its network another number."
        )
    check_typical(pack, typical, pack.architecture["widths"][-1])


def check_typical(pack: Pack, typical: Typical | None, features: int) -> None:
    """Refuse a description of typical discs in other features than the network has."""
    if typical is not None and len(typical.means["late"]) != features:
        raise PackError(
            f"Pack {pack.name}: what it calls typical has {len(typical.means['late'])} features, its network "
            f"{features}."
        )
