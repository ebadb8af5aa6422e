"""What is doubtful about the series that are chosen, in words."""

from functools import cache

from slicer.i18n import tr as _

from discgrader.grading.series_choice import WITHHELD
from discgrader.grading.systems import leading_task
from discgrader.grading.t1_alone import measured
from discgrader.mrml.nodes import attribute, nodes_of_class
from discgrader.mrml.volumes import Volumes, doubt_of_choice, nodes_of, recognized_as
from discgrader.packs.pack import default_packs
from discgrader.panel.words import in_language, with_comma


def found_elsewhere(scene, study: str | None, chosen: Volumes) -> list[str]:
    """That discs were found on a series that is not chosen any more; empty where they were not.

    Volumes that lie in no study are a study each, so that discs of another one may be meant.
    """
    if study is None:
        return []
    names = {node.GetName() for node in nodes_of(chosen)}
    own = [node for node in nodes_of_class(scene, "vtkMRMLSegmentationNode") if attribute(node, "Study") == study]
    if own:
        told = _(
            "The discs were found on “{name}”, which is not chosen any more. Press “Find discs” to find them on the "
            "chosen series; your decisions are kept."
        )
        return [told.format(name=name) for node in own if (name := attribute(node, "Series")) and name not in names]
    told = _(
        "The discs in the scene were found on “{name}”, which is not chosen any more. Choose it again to go on with "
        "them, or press “Find discs” to find them on the chosen series."
    )
    others = nodes_of_class(scene, "vtkMRMLSegmentationNode")
    return [told.format(name=name) for node in others if (name := attribute(node, "Series")) and name not in names]


def series_doubts(volumes: Volumes) -> list[str]:
    """What is doubtful about the chosen series, and what is missing among them."""
    pairs = [(role, node) for role, given in volumes.items() for node in nodes_of({role: given})]
    doubts = [
        f"{node.GetName()}: {in_language(warning)}"
        for role, node in pairs
        if (known := recognized_as(node)) is not None and known.role == role
        for warning in known.warnings
    ]
    doubts += [doubt for role, node in pairs if (doubt := doubt_of_choice(node, role))]
    if "T1" in volumes and not volumes.keys() & {"T2", "T2_SPACE"}:
        doubts.append(only_t1())
    withheld = _("There is no sagittal T1 or T2. Discs are found on {name}, and nothing is graded from it.")
    return doubts + [withheld.format(name=node.GetName()) for role, node in pairs if role in WITHHELD]


def only_t1() -> str:
    """That T1 alone is there, and how much less Pfirrmann grades from it are worth."""
    from_t1, from_t2 = _agreements()
    if from_t1 is None or from_t2 is None:
        return _("There is no sagittal T2. Grades from T1 alone are less reliable.")
    return _(
        "There is no sagittal T2. Pfirrmann grades from T1 alone are less reliable: {measure} {low} on held-out "
        "patients, against {high} from T2."
    ).format(measure=in_language(from_t1[0]), low=with_comma(f"{from_t1[1]:.2f}"), high=with_comma(f"{from_t2[1]:.2f}"))


@cache
def _agreements() -> tuple[tuple[str, float] | None, tuple[str, float] | None]:
    """What the shipped pack of the leading task reached from T1 and from T2: measure and value."""
    system, task = leading_task()
    pack = next((pack for pack in default_packs() if pack.system == system), None)
    return (None, None) if pack is None else (measured(pack, "T1", task), measured(pack, "T2", task))
