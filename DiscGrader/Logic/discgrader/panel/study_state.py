"""What the scene holds of the study that the panel shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from discgrader.errors import DiscGraderError, UsageError
from discgrader.grading.results import Grade
from discgrader.grading.systems import find_system, systems
from discgrader.imaging.study import LeftOut
from discgrader.localize.box import box_doubts
from discgrader.mrml.hierarchy import study_name, volumes_left_out
from discgrader.mrml.nodes import attribute, roi_from_node, study_nodes
from discgrader.mrml.readback import studies_in_scene, studies_with_discs
from discgrader.mrml.volumes import Volumes, grid_of_volume, nodes_of
from discgrader.panel.grid import Cell, Grid, cell_of_grade, cells_of_disc, columns_of, from_the_top
from discgrader.panel.packs import PackFacts
from discgrader.reading.record import Reading
from discgrader.reading.results import discs_now, findings, name_certainty


@dataclass(frozen=True)
class StudyState:
    """A study as the panel shows it.

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

    name: str | None
    boxes: Mapping[str, object]
    reading: Reading | None
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
    def levels(self) -> tuple[str, ...]:
        """The highest first."""
        return from_the_top(self.boxes)


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
        return StudyState(None, {}, None)
    boxes = {attribute(node, "Level") or node.GetName(): node for node in study_nodes(scene, name, "roi")}
    reading = _reading(scene, logic, name, before)
    doubts, left_out = _doubts(boxes, volumes), volumes_left_out(scene, nodes_of(volumes))
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
        {disc.level: " ".join(disc.warnings) for _, disc in discs_now(reading)},
    )


def _reading(scene, logic, name: str, before: StudyState) -> Reading | None:
    if logic.jobs.busy:
        known = logic.readings.known(name)
        return known.reading if known is not None else before.reading if before.name == name else None
    try:
        return logic.reading(name) if name in studies_with_discs(scene) else None
    except UsageError:
        # A reading that is broken must not keep the panel from showing what else there is.
        return None


def _doubts(boxes: Mapping[str, object], volumes: Volumes) -> tuple[str, ...]:
    named = {node.GetID(): node for node in nodes_of(volumes)}
    return box_doubts(_made(roi_from_node, boxes), list(_made(grid_of_volume, named).values()))


def _made(make, nodes: Mapping[str, object]) -> dict[str, object]:
    """What is made of nodes, without those of which nothing can be made."""
    made = {}
    for name, node in nodes.items():
        try:
            made[name] = make(node)
        except DiscGraderError:
            # Whoever grades it hears why; here nothing is known of it.
            continue
    return made


def grid_of(
    state: StudyState,
    packs: Mapping[str, PackFacts],
    systems_off=(),
    hidden=(),
    live: Mapping[str, tuple[Grade, ...]] | None = None,
) -> Grid:
    """The table of a study.

    Parameters
    ----------
    state : StudyState
    packs : mapping of system to PackFacts
        Their tasks have columns even before anything is graded.
    systems_off, hidden : collections of str
        As `columns_of`.
    live : mapping of level to Grades, optional
        What packs have said since the scene was filled last; it stands in for what the scene has.
    """
    cells: dict[tuple[str, str, str], Cell] = {}
    present = {} if state.reading is None else {one.level: one for one in state.reading.present}
    levels = from_the_top({*state.boxes, *present}) if state.boxes or present else ()
    not_graded: dict[tuple[str, str], str] = {}
    for level in levels:
        if level in present:
            cells |= {one.key: one for one in cells_of_disc(present[level])}
            grading = present[level].grading
            not_graded |= {(level, system): why for system, why in (grading.not_graded if grading else {}).items()}
        for grade in (live or {}).get(level, ()):
            cell = cell_of_grade(level, grade)
            cells[cell.key] = cell
    tasks = {name: set(one.tasks) for name, one in packs.items()}
    for _level, system in not_graded:
        tasks.setdefault(system, {one.name for one in find_system(system).tasks} if system in systems() else set())
    for cell in cells.values():
        tasks.setdefault(cell.system, set()).add(cell.task)
    return Grid(levels, columns_of(tasks, systems_off, hidden), cells, not_graded)
