"""What a grading system is: it sees a disc, answers, and shows where it looked.

Whatever grades discs implements `GradingSystem`; which implementation a pack has is said by the ``kind`` of its
architecture (`discgrader.grading.grader.KINDS`). All else that is particular to a system is data, in its file
(`discgrader.grading.systems`).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np

from discgrader.errors import PackError, UsageError
from discgrader.grading import contributions
from discgrader.grading.calibration import recalibrated
from discgrader.grading.calls import default_calls, positions
from discgrader.grading.contributions import Contribution
from discgrader.grading.operating_point import read_rule
from discgrader.grading.placement import StudyContext
from discgrader.grading.results import Grade, Maps
from discgrader.grading.sums import with_sums
from discgrader.grading.systems import System, find_system
from discgrader.grading.typical import Typical
from discgrader.grading.view import View
from discgrader.localize.disc import Disc
from discgrader.packs.pack import Pack
from discgrader.progress import Progress

Target = tuple[str, tuple[int, ...]]
"""Name of a network's head and positions of the logits that speak for a grade."""


@dataclass(frozen=True)
class NotGraded:
    """Why a system does not grade a disc, in words that follow "not graded:"."""

    reason: str


@dataclass(frozen=True, eq=False)
class Seen:
    """What a system sees of a disc.

    Parameters
    ----------
    disc : Disc
    samples : tuple of tuple of View
        Each sample can be graded by itself; the disc gets the grade of one of them. There is one, or one for each axial
        slice of the disc.
    """

    disc: Disc
    samples: tuple[tuple[View, ...], ...]


@dataclass(frozen=True, eq=False)
class TaskAnswer:
    """The answer to one task.

    Parameters
    ----------
    probabilities : ndarray, shape (grades,)
        Calibrated.
    sample : int
        The sample of what was seen that it was read from.
    evidence : mapping
        What speaks for it.
    finding : mapping
        Further evidence, of what was found; told only where the grade is not the mildest.
    contributions : sequence of Contribution
        Measures that moved the grade.
    warnings : tuple of str
        Why it should be trusted less.
    """

    probabilities: np.ndarray
    sample: int = 0
    evidence: Mapping[str, object] = field(default_factory=dict)
    finding: Mapping[str, object] = field(default_factory=dict)
    contributions: Sequence[Contribution] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Answer:
    """A system's answers on one disc, by task; ``doubts`` hold for all of them, and are said once."""

    tasks: Mapping[str, TaskAnswer]
    doubts: tuple[str, ...] = ()


class GradingSystem(Protocol):
    """Grades discs by one pack.

    Attributes
    ----------
    pack : Pack
    key : hashable
        Systems of the same key look at the same pictures with the same networks.
    explains : bool
        Whether it can be shown where it looked.
    """

    pack: Pack
    explains: bool

    @property
    def key(self) -> Hashable: ...

    def prepare(self, study: StudyContext) -> str:
        """Read what all discs of a study need, before threads ask for one each; why no disc at all can be graded, or
        nothing."""
        ...

    def see(self, study: StudyContext, disc: Disc, threads: int = 1) -> "Seen | NotGraded":
        """What it sees of a disc; remembered with the study."""
        ...

    def answer(self, study: StudyContext, seen: Any, progress: Progress = Progress(), threads: int = 1) -> Answer:
        """What it says of a disc that it has ``seen`` so.

        ``progress`` may stop it between networks, of which ``threads`` are asked at a time.
        """
        ...

    def saliency(self, study: StudyContext, seen: Any, grades: Sequence[Grade]) -> Maps:
        """Where grades were read from that it, or systems of the same key, gave this disc."""
        ...


def target_of(grade: Grade) -> Target:
    """What speaks for a grade in a network: of a task that sums another one, the grades of that one."""
    system = find_system(grade.system)
    task, position = system.task(grade.task), list(grade.probabilities).index(grade.grade)
    if task.sums is None:
        return task.name, (position,)
    summed = system.scale(task.sums.task).values
    high = tuple(place for place, value in enumerate(summed) if value in task.sums.grades)
    return task.sums.task, high if position == 1 else tuple(place for place in range(len(summed)) if place not in high)


def grades_of(pack: Pack, answer: Answer) -> list[Grade]:
    """The grades that an answer gives a disc, in the order of the system's tasks.

    Raises
    ------
    PackError
        When an answer has other grades than its scale.
    """
    system = find_system(pack.system)
    tasks = [task for task in system.tasks if task.name in answer.tasks and task.name in pack.tasks]
    for task in tasks:
        if len(answer.tasks[task.name].probabilities) != len(system.scale(task.name).values):
            raise PackError(
                f"Pack {pack.name}: {task.name} has {len(answer.tasks[task.name].probabilities)} grades where its "
                f"scale has {len(system.scale(task.name).values)}."
            )
    stated, calls = _as_stated(pack, system, answer), default_calls(pack)
    positions_of, grades = positions(system, stated, calls), []
    for task in tasks:
        task_answer, scale = answer.tasks[task.name], system.scale(task.name)
        given = positions_of[task.name]
        evidence = {**task_answer.evidence, **(task_answer.finding if given > 0 else {})}
        if task_answer.contributions:
            evidence[contributions.KEY] = contributions.as_evidence(task_answer.contributions)
        if task.proof is not None:
            evidence["proof"] = asdict(task.proof)
        grades.append(
            Grade(
                system=pack.system,
                task=task.name,
                grade=scale.values[given],
                label=scale.labels[given],
                probabilities={
                    value: float(probability)
                    for value, probability in zip(scale.values, stated[task.name], strict=True)
                },
                evidence=evidence,
                pack=pack.name,
                pack_version=pack.version,
                pack_sha256=pack.sha256,
                trained_on=pack.trained_on.statement,
                synthetic=pack.trained_on.synthetic,
                # Doubts once for a disc and system, not with each of its tasks.
                warnings=(*task_answer.warnings, *(answer.doubts if task is tasks[0] else ())),
                call=calls.get(task.name),
            )
        )
    return grades


def _as_stated(pack: Pack, system: System, answer: Answer) -> dict[str, np.ndarray]:
    """The probabilities of an answer by task, with what a site has recalibrated."""
    found = {name: task.probabilities for name, task in answer.tasks.items()}
    for task in system.tasks:
        if task.name in found and task.sums is not None and task.sums.task in pack.recalibration:
            del found[task.name]
    for name, again in pack.recalibration.items():
        if name in found:
            found[name] = recalibrated(found[name], again.temperature, again.bias)
    return with_sums(system, found)


def check_tasks(pack: Pack) -> None:
    """Refuse a pack whose tasks, or their grades, are not those of its system.

    Raises
    ------
    PackError
        Naming the task.
    """
    for task, stated in pack.tasks.items():
        try:
            scale = find_system(pack.system).scale(task)
        except UsageError as error:
            raise PackError(f"Pack {pack.name}: tasks.{task} cannot be graded by this version. {error}") from error
        if stated["scale"] != scale.name or tuple(stated["grades"]) != scale.values:
            raise PackError(
                f"Pack {pack.name}: tasks.{task} has grades that differ from the scale {scale.name} "
                f"({', '.join(scale.values)})."
            )
        if task in pack.operating_points:
            _check_default(pack, task)
        logits = pack.architecture.get("tasks", {}).get(task, len(scale.values))
        if logits != len(scale.values):
            raise PackError(f"Pack {pack.name}: {task} has {logits} grades where its scale has {len(scale.values)}.")


def _check_default(pack: Pack, task: str) -> None:
    try:
        read_rule(pack.operating_points[task].default)
    except UsageError as error:
        raise PackError(f"Pack {pack.name}: operating_points.{task}.default: {error}") from error


def check_typical(pack: Pack, typical: Typical | None, features: int) -> None:
    """Refuse a description of typical discs in other features than the network has.

    Raises
    ------
    PackError
        Naming how many there are.
    """
    if typical is not None and len(typical.means["late"]) != features:
        raise PackError(
            f"Pack {pack.name}: its description of typical images has {len(typical.means['late'])} features, its "
            f"network {features}."
        )
