"""The grading systems: all that is particular to one stands in ``Resources/Systems/<name>.json``, and is read here.

A system that does not ship is added by its file and a pack in a folder that ``DISCGRADER_RESOURCES`` names.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated

from discgrader.checked import Count, Within, checked, read_json
from discgrader.errors import UsageError
from discgrader.grading.scales import Scale, load_scale
from discgrader.grading.statements import Statement
from discgrader.grading.view import ViewSpec
from discgrader.imaging.study import Plane
from discgrader.resources import resource_files

_REGIONS = "SLTC"
"""Sacrum, lumbar, thoracic and cervical spine, from below."""


BY_SALIENCY = "saliency"
"""In the place of a view: the slice that has most of the saliency."""


@dataclass(frozen=True)
class Proof:
    """What is always said with the grades of a task: what alone proves it."""

    title: str
    value: str


@dataclass(frozen=True)
class Sum:
    """That a task says whether another one has one of these grades."""

    task: str
    grades: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """One question that a system answers for every disc.

    Parameters
    ----------
    name : str
        As written in files, for instance ``high_grade``.
    title, short_title : str
        As people call it, and over a narrow column, in one or two lines.
    abbreviation : str
        In a few letters, where a cell must name it; the short title where it is empty.
    weight : float
        How much a finding of it counts beside those of the system's other tasks when the worst is named; set by
        judgment.
    scale : str
        Name of the scale that the answer is given on: of ``Resources/Scales``, or one of the system's own.
    evidence : tuple of str
        The measures that speak for it, of `discgrader.grading.evidence.MEASURES` and
        `discgrader.grading.canal_definitions.CANAL_MEASURES`.
    contributions : bool
        Whether it is told which measures moved the grade, where the pack has trees that know.
    sums : Sum, optional
        Its two grades say whether another task has a high one; its probability is their sum.
    follows : str
        The task that it says more of: it has its first grade exactly where that one has.
    shown_in : str
        Which sagittal slice shows what it is about: the middle one of the system's view of this name, such as ``left``
        for what lies beside the canal, or `BY_SALIENCY`; where empty, the middle of the disc.
    axial : bool
        Whether what it is about is best seen on the axial slice that it was read from, as facet joints are.
    proof : Proof, optional
    says : tuple of Statement
        What its grades say of things that tasks of other systems may speak of, too.
    phrases : mapping of str to str
        Its grades, as written in files, in words that stand in a sentence.
    normal : tuple of str
        The grades that are no finding; where it is empty, the first of the scale.
    weight : float
        How much its worst grade weighs beside that of other tasks, when findings are put in order.
    """

    name: str
    title: str
    scale: str
    short_title: str = ""
    evidence: tuple[str, ...] = ()
    contributions: bool = False
    sums: Sum | None = None
    follows: str = ""
    shown_in: str = ""
    axial: bool = False
    proof: Proof | None = None
    says: tuple[Statement, ...] = ()
    phrases: Mapping[str, str] = field(default_factory=dict)
    abbreviation: str = ""
    normal: tuple[str, ...] = ()
    weight: Annotated[float, Within(0)] = 1.0


@dataclass(frozen=True)
class System:
    """One grading system.

    Parameters
    ----------
    name, title : str
        As written in files, and as people call it.
    order : float
        Where it is shown: the first system leads, its first task gives discs their color and label.
    source : str
        The literature that it is from.
    highest, highest_because : str
        The highest level that it is for, and why. Discs above are not graded by it; those below are, L5-L6 and L6-S1
        of six lumbar vertebrae and S1-S2 of a lumbarized S1 included.
    tasks : tuple of Task
        In the order in which they are shown.
    views : tuple of ViewSpec
        Where networks are trained to look at a disc for it; a pack states its own. Empty where these see the disc's
        crops.
    slice_by : str
        The task that chooses the axial slice for all tasks; where empty, each has the slice on which it is worst.
    scales : tuple of Scale
        Of its own, beside those of ``Resources/Scales``.
    short_title : str
        What people call it where there is little room; the title where it is empty.
    """

    name: str
    title: str
    order: float
    source: str
    highest: str
    highest_because: str
    tasks: Annotated[tuple[Task, ...], Count(1, 64)]
    views: tuple[ViewSpec, ...] = ()
    slice_by: str = ""
    scales: tuple[Scale, ...] = ()
    short_title: str = ""

    def covers(self, level: str) -> bool:
        """Whether it is for discs of this level; for none whose name tells no place in the spine."""
        return _place(level) <= _place(self.highest)

    def task(self, name: str) -> Task:
        """The task of this name.

        Raises
        ------
        UsageError
            When there is none.
        """
        for task in self.tasks:
            if task.name == name:
                return task
        names = ", ".join(task.name for task in self.tasks)
        raise UsageError(f"The system {self.name} has no task {name}; choose one of {names}.")

    def scale(self, task: str) -> Scale:
        """The scale that a task is graded on."""
        name = self.task(task).scale
        return next((scale for scale in self.scales if scale.name == name), None) or load_scale(name)

    def sums_of(self, task: str) -> tuple[Task, ...]:
        """The tasks that say whether this one has a high grade."""
        return tuple(other for other in self.tasks if other.sums is not None and other.sums.task == task)

    def settled_by(self, task: str, grade: str) -> dict[str, str]:
        """The grades of other tasks that a grade of this task settles: by task the value, as written in files."""
        return {
            other.name: self.scale(other.name).values[int(grade in other.sums.grades)]
            for other in self.sums_of(task)
            if other.sums is not None
        }

    def source_of(self, task: str) -> Task:
        """The task that is asked for this one: itself, or the one that it sums."""
        found = self.task(task)
        return found if found.sums is None else self.task(found.sums.task)


def systems() -> Mapping[str, System]:
    """Every grading system by name, in the order in which they are shown; without those of `refused_systems`."""
    return _described()[0]


def refused_systems() -> Mapping[str, str]:
    """The files that describe no system by their stems, each with the reason: one that a site adds takes no other
    system with it."""
    return _described()[1]


def clear_system_cache() -> None:
    """Read all files again when somebody asks: others are there now."""
    _described.cache_clear()


@cache
def _described() -> tuple[Mapping[str, System], Mapping[str, str]]:
    found, refused = [], {}
    for name, path in resource_files("Systems").items():
        try:
            found.append(_read(path))
        except UsageError as error:
            refused[name] = str(error)
    return {system.name: system for system in sorted(found, key=lambda system: (system.order, system.name))}, refused


def tasks() -> Iterator[tuple[System, Task]]:
    """Every task of every system, in the order in which they are shown."""
    return ((system, task) for system in systems().values() for task in system.tasks)


def system_views() -> dict[str, tuple[ViewSpec, ...]]:
    """Where networks are trained to look at a disc, of each system that states it."""
    return {system.name: system.views for system in systems().values() if system.views}


def leading_task() -> tuple[str, str]:
    """System and task whose grades stand for a disc: its label, its color, its place in an overview."""
    system, task = next(tasks())
    return system.name, task.name


def leading_tasks() -> tuple[tuple[str, str], ...]:
    """The tasks of the leading system, the first that a disc has standing for it."""
    leading = next(iter(systems().values()))
    return tuple((leading.name, task.name) for task in leading.tasks)


def find_system(system: str) -> System:
    """The system of this name.

    Raises
    ------
    UsageError
        When there is none.
    """
    if system in refused_systems():
        raise UsageError(f"The system {system} cannot be used. {refused_systems()[system]}")
    if system not in systems():
        raise UsageError(f"There is no system {system}; choose one of {', '.join(systems())}.")
    return systems()[system]


def find_task(system: str, task: str) -> Task:
    """The task of this name in this system.

    Raises
    ------
    UsageError
        When there is no such system or task.
    """
    return find_system(system).task(task)


def scale_of(system: str, task: str) -> Scale:
    """The scale that a system grades a task on.

    Raises
    ------
    UsageError
        When there is no such system or task.
    """
    return find_system(system).scale(task)


def _read(path: Path) -> System:
    system = checked(read_json(path, UsageError), System, str(path), UsageError)
    _check(system, path)
    return system


def _check(system: System, path: Path) -> None:
    """Refuse a system whose parts do not fit one another."""
    from discgrader.grading.canal_definitions import CANAL_MEASURES
    from discgrader.grading.evidence import MEASURES

    names = [task.name for task in system.tasks]
    if system.name != path.stem:
        raise UsageError(f"{path}: the system is called {system.name}; the file must have the same name.")
    if len(set(names)) < len(names):
        raise UsageError(f"{path}: two tasks have the same name.")
    if _place(system.highest)[0] == float("inf"):
        raise UsageError(f"{path}: highest is {system.highest!r}, which names no disc.")
    if system.slice_by and system.slice_by not in names:
        raise UsageError(f"{path}: slice_by is {system.slice_by}, which is not one of its tasks.")
    for task in system.tasks:
        unknown = [one for one in task.evidence if one not in MEASURES and one not in CANAL_MEASURES]
        if unknown:
            raise UsageError(f"{path}: {task.name} lists the evidence {unknown[0]}, which is not measured.")
        try:
            scale = system.scale(task.name)
        except UsageError as error:
            raise UsageError(f"{path}: {task.name}: {error}") from error
        sagittal = [view.name for view in system.views if view.plane is Plane.SAGITTAL]
        if task.shown_in not in ("", BY_SALIENCY, *sagittal):
            raise UsageError(
                f"{path}: {task.name} is shown in {task.shown_in}, which is not one of its sagittal views."
            )
        said = (*task.phrases, *task.normal, *(grade for one in task.says for grade in one.grades))
        foreign = [grade for grade in said if grade not in scale.values]
        if foreign:
            raise UsageError(
                f"{path}: {task.name} says something of the grade {foreign[0]}, which its scale does not have."
            )
        others = [other for other in (task.follows, task.sums.task if task.sums else "") if other]
        for other in others:
            if other not in names or other == task.name:
                raise UsageError(f"{path}: {task.name} refers to {other}, which is not another of its tasks.")
        if task.sums is not None:
            _check_sum(system, task, task.sums, path)


def _check_sum(system: System, task: Task, summed: Sum, path: Path) -> None:
    values = system.scale(summed.task).values
    count = len(summed.grades)
    is_upper_end = 0 < count < len(values) and values[-count:] == summed.grades
    if not is_upper_end or len(system.scale(task.name).values) != 2 or system.task(summed.task).sums is not None:
        raise UsageError(
            f"{path}: {task.name} must have two grades that sum up the upper end of the scale of {summed.task}."
        )


def _place(level: str) -> tuple[float, int]:
    """Where a level lies, the higher the greater, by the vertebra above the disc: T13 comes above L1, L6 below L5."""
    vertebra = re.match(rf"([{_REGIONS}])(\d+)-", level)
    return (float("inf"), 0) if vertebra is None else (_REGIONS.index(vertebra[1]), -int(vertebra[2]))
