"""The truth of a site's cases: what is known of each disc, from a table, from readings, or from RSNA 2024's tables.

A truth may be coarser than a task's scale, as *Normal/Mild* is; then it names several grades, and grades that any truth
names together are taken as one on either side.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from discgrader.errors import UsageError
from discgrader.grading.systems import find_system, scale_of, systems
from discgrader.localize.box import RoiBox

Key = tuple[str, str]
"""System and task."""

Groups = tuple[tuple[str, ...], ...]
"""The grades of a scale, those that are taken as one together, the mildest first."""

JOINS = "|"
"""Between grades one of which is the truth."""


@dataclass(frozen=True, eq=False)
class TrueGrade:
    """What is true of one task of one disc.

    Parameters
    ----------
    study, level, system, task : str
    grades : tuple of str
        As written in files; of several, one is true.
    source : str
        Where it stands, such as ``line 12``, for messages.
    box : RoiBox, optional
        Where the disc is, where the truth tells; by its name otherwise.
    """

    study: str
    level: str
    system: str
    task: str
    grades: tuple[str, ...]
    source: str
    box: RoiBox | None = None

    @property
    def key(self) -> Key:
        """Its system and task."""
        return self.system, self.task


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth of a site's cases.

    Parameters
    ----------
    name, kind : str
        The file or folder, and what it is in a few words.
    grades : tuple of TrueGrade
    patients : mapping of str to str
        Whose each study is, where several are of one.
    scanners, protocols : mapping of str to str
        What each study was taken with, where the truth says so and DICOM does not.
    folder : Path, optional
        Where the studies lie, where the truth tells.
    roles : mapping of str to mapping of str to str
        By study, what its series are, by one of their files.
    notes : tuple of str
        What was odd about it.
    """

    name: str
    kind: str
    grades: tuple[TrueGrade, ...]
    patients: Mapping[str, str] = field(default_factory=dict)
    scanners: Mapping[str, str] = field(default_factory=dict)
    protocols: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    roles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def studies(self) -> tuple[str, ...]:
        """Its studies by name."""
        return tuple(sorted({one.study for one in self.grades}))

    @property
    def keys(self) -> tuple[Key, ...]:
        """The systems and tasks that it speaks of, in the order in which they are shown."""
        there = {one.key for one in self.grades}
        return tuple(
            (system.name, task.name)
            for system in systems().values()
            for task in system.tasks
            if (system.name, task.name) in there
        )

    def patient_of(self, study: str) -> str:
        """Whose a study is: where nothing says so, each is one patient's."""
        return self.patients.get(study, study)


def groups_of(key: Key, grades: Iterable[Sequence[str]]) -> Groups:
    """The grades of a task's scale, in groups that no truth divides.

    Parameters
    ----------
    grades : iterable of sequence of str
        What truths name together.
    """
    place: dict[str, int] = {value: number for number, value in enumerate(scale_of(*key).values)}
    for named in grades:
        together = {place[value] for value in named}
        place = {value: min(together) if number in together else number for value, number in place.items()}
    return tuple(tuple(value for value in place if place[value] == number) for number in sorted({*place.values()}))


def written_grades(key: Key, text: str) -> tuple[str, ...]:
    """The grades that a text names, by their values in files or as people write them, several with ``|`` between.

    Raises
    ------
    UsageError
        When one is none of the scale.
    """
    scale = scale_of(*key)
    known = {grade.label.casefold(): grade.value for grade in scale.grades}
    known |= {grade.value.casefold(): grade.value for grade in scale.grades}
    found = []
    for part in text.split(JOINS):
        plain = part.strip().casefold()
        value = known.get(plain) or known.get(plain.removesuffix(".0"))
        if value is None:
            raise UsageError(
                f"{key[0]} {key[1]} has no grade {part.strip()!r}; choose one of {', '.join(scale.values)}"
                f"{'' if scale.labels == scale.values else f' ({chr(44).join(scale.labels)})'.replace(',', ', ')}."
            )
        found.append(value)
    return tuple(sorted(set(found), key=scale.values.index))


def key_of(system: str, task: str) -> Key:
    """The system and task that a truth names; the system may be empty where only one has a task of this name.

    Raises
    ------
    UsageError
        When there are none such, or several.
    """
    if system:
        find_system(system).task(task)
        return system, task
    having = [name for name, one in systems().items() if task in {own.name for own in one.tasks}]
    if not having:
        raise UsageError(f"There is no task {task!r} of any system.")
    if len(having) > 1:
        raise UsageError(f"{', '.join(having)} all have a task {task}; say in a column system which is meant.")
    return having[0], task


def each_once(grades: Iterable[TrueGrade], name: str) -> tuple[tuple[TrueGrade, ...], int]:
    """The truths without those that say the same again, and how many these were.

    Raises
    ------
    UsageError
        When two differ on one disc; both places are named.
    """
    known: dict[tuple[str, str, str, str], TrueGrade] = {}
    repeated = 0
    for one in grades:
        other = known.setdefault((one.study, one.level, *one.key), one)
        if other is one:
            continue
        if other.grades != one.grades:
            raise UsageError(
                f"{name} has two truths for {one.study} {one.level}, {one.system} {one.task}: "
                f"{JOINS.join(other.grades)} ({other.source}) and {JOINS.join(one.grades)} ({one.source}); keep one."
            )
        repeated += 1
    return tuple(known.values()), repeated
