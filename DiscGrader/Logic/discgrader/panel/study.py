"""What the scene holds of the study that is shown, as values: its boxes and its reading."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from discgrader.errors import DiscGraderError, UsageError
from discgrader.imaging.study import LeftOut
from discgrader.localize.box import box_doubts
from discgrader.mrml.hierarchy import study_name, volumes_left_out
from discgrader.mrml.nodes import attribute, roi_from_node, study_nodes
from discgrader.mrml.readback import studies_in_scene, studies_with_discs
from discgrader.mrml.volumes import Volumes, grid_of_volume, nodes_of
from discgrader.panel.grid import from_the_top
from discgrader.reading.record import Reading
from discgrader.reading.results import discs_now, findings, name_certainty, off_disc_doubts, off_disc_reason


@dataclass(frozen=True)
class StudyState:
    """What the scene holds of the study that is shown.

    Parameters
    ----------
    name : str or None
        None where nothing is chosen and nothing graded.
    boxes : mapping of level to vtkMRMLMarkupsROINode
    reading : Reading or None
        None before anything is graded.
    doubts : tuple of str
        What is doubtful about where the boxes lie, in words.
    findings : tuple of str
        What was doubtful about the study as a whole when its discs were found, in words, such as their count and names.
    misfits : tuple of str
        Why it is hardly a lumbar spine on MR, so that nothing is graded unless the reader wants it anyway.
    name_probability : float or None
        That the names are right, as far as the lowest disc decides it; 1 once a reader has said what it is.
    name_alternatives : mapping of str to float
        What else the lowest disc may be called, and how probably.
    left_out : tuple of LeftOut
        What of the study is not used, and why.
    notes : mapping of str to str
        By level why a disc's name or box is not certain; empty where it is.
    """

    name: str | None = None
    boxes: Mapping[str, Any] = field(default_factory=dict)
    reading: Reading | None = None
    doubts: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    misfits: tuple[str, ...] = ()
    name_probability: float | None = None
    name_alternatives: Mapping[str, float] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def grade_anyway(self) -> bool:
        """Whether the reader wants it graded although it may not be a lumbar spine on MR."""
        return self.reading is not None and self.reading.grade_anyway is not None

    @property
    def has_box_off_disc(self) -> bool:
        """Whether a disc is not graded because its box fits no disc."""
        return self.reading is not None and any(map(off_disc_reason, self.reading.present))

    @property
    def is_graded(self) -> bool:
        """Whether any disc was graded, or its grades were withheld."""
        return self.reading is not None and any(disc.gradings for disc in self.reading.present)

    @property
    def levels(self) -> tuple[str, ...]:
        """Those that have a box, the highest first."""
        return from_the_top(self.boxes)

    @property
    def margin_mm(self) -> float | None:
        """The margin that all boxes have; None where there are several, or none."""
        discs = self.reading.present if self.reading is not None else ()
        margins = {disc.margin_mm for disc in discs if disc.margin_mm is not None}
        return margins.pop() if len(margins) == 1 else None


def current_study(scene, volumes: Volumes) -> str | None:
    """The study that the chosen volumes are of; without volumes, the only one that was graded."""
    node = next(iter(nodes_of(volumes)), None)
    if node is not None:
        # A scene that was just opened may have its hierarchy not yet in order; what was graded says so itself.
        return attribute(node, "Study") or study_name(scene, node)
    graded = studies_in_scene(scene)
    return graded[0] if len(graded) == 1 else None


def study_state(scene, logic, volumes: Volumes, before: StudyState) -> StudyState:
    """What there is of the study now.

    Parameters
    ----------
    scene : vtkMRMLScene
    logic : DiscGraderLogic
        Gives the reading.
    volumes : mapping of role to vtkMRMLScalarVolumeNode, or to a list of them
    before : StudyState
        While discs are found or graded the reading stays what it was: the scene is half filled.
    """
    name = current_study(scene, volumes)
    if name is None:
        return StudyState()
    boxes = {attribute(node, "Level") or node.GetName(): node for node in study_nodes(scene, name, "roi")}
    reading = _reading(scene, logic, name, before)
    off_disc = () if reading is None else off_disc_doubts(reading)
    doubts, left_out = (*_doubts(boxes, volumes), *off_disc), tuple(volumes_left_out(scene, nodes_of(volumes)))
    if reading is None or not boxes:
        return StudyState(name, boxes, reading, doubts, left_out=left_out)
    probability, alternatives = name_certainty(reading)
    return StudyState(
        name,
        boxes,
        reading,
        doubts,
        findings(reading),
        () if reading.found is None else reading.found.misfits,
        probability,
        alternatives,
        left_out,
        {disc.level: " ".join(disc.warnings) for _reading, disc in discs_now(reading)},
    )


def _reading(scene, logic, name: str, before: StudyState) -> Reading | None:
    if logic.jobs.busy:
        known = logic.readings.known(name)
        return known.reading if known is not None else before.reading if before.name == name else None
    try:
        return logic.readings.of(name).reading if name in studies_with_discs(scene) else None
    except UsageError:
        # A reading that is broken must not keep the panel from showing what else there is.
        return None


def _doubts(boxes: Mapping[str, Any], volumes: Volumes) -> tuple[str, ...]:
    named = {node.GetID(): node for node in nodes_of(volumes)}
    return box_doubts(_made(roi_from_node, boxes), list(_made(grid_of_volume, named).values()))


def _made(make: Callable[[Any], Any], nodes: Mapping[str, Any]) -> dict[str, Any]:
    """What is made of nodes, without those of which nothing can be made."""
    made = {}
    for name, node in nodes.items():
        try:
            made[name] = make(node)
        except DiscGraderError:
            # Whoever grades it hears why; here nothing is known of it.
            continue
    return made
