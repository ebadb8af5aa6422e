"""What a report tells of a study: the reader's grades first, the packs' beside them, and each warning once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from discgrader.errors import UsageError
from discgrader.grading.contradictions import Contradiction, of_packs
from discgrader.grading.headings import heading, short_heading, system_name
from discgrader.grading.results import DiscResult, Grade, StudyResult, all_warnings
from discgrader.grading.systems import leading_tasks, scale_of, systems, tasks
from discgrader.reading.contradictions import contradictions_of
from discgrader.reading.record import ACCEPTED, OVERRIDDEN, UNREAD, DiscReading, Reading
from discgrader.report.language import ENGLISH, Language


@dataclass(frozen=True)
class Shown:
    """One task's grade of one disc as it is shown: what stands, and who stands for it.

    Parameters
    ----------
    system, task, grade, label : str
        The grade that stands, the reader's before the pack's.
    ai : Grade or None
        What the pack says; None where the reader alone graded the task.
    status : str
        `UNREAD`, `ACCEPTED` or `OVERRIDDEN`.
    stale : bool
        Whether the box was moved since the pack graded it, or since the reader decided and did not confirm it.
    reader, reason, time : str
        Who decided it, why, and when; empty where nobody has.
    others : tuple of (str, str)
        What readers of readings beside this one said: reader and label.
    """

    system: str
    task: str
    grade: str
    label: str
    ai: Grade | None
    status: str = UNREAD
    stale: bool = False
    reader: str = ""
    reason: str = ""
    time: str = ""
    others: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_pack(cls, grade: Grade) -> "Shown":
        """What a pack says, and nobody has read."""
        return cls(grade.system, grade.task, grade.grade, grade.label, grade)

    @property
    def key(self) -> tuple[str, str]:
        """System and task."""
        return self.system, self.task

    @property
    def is_possible(self) -> bool:
        """Whether it is a finding that its operating point calls though it is less likely than not, and that nobody
        has read."""
        return self.status == UNREAD and self.ai is not None and self.ai.is_possible

    @property
    def synthetic(self) -> bool:
        """Whether it comes from a pack that saw synthetic images only, and no reader has given it."""
        return self.ai is not None and self.ai.synthetic and self.status != OVERRIDDEN

    @property
    def probability(self) -> float | None:
        """What the pack thinks of the grade that stands; None where the reader gave another one."""
        return self.ai.probability if self.ai is not None and self.ai.grade == self.grade else None


@dataclass(frozen=True)
class State:
    """How far a study is read: the number of grades, and of those decided, changed, and stale."""

    grades: int
    read: int
    changed: int
    stale: int


@dataclass(frozen=True, eq=False)
class Account:
    """A study as its report tells it.

    Parameters
    ----------
    result : StudyResult
    reading : Reading or None
        None where nobody has read it; its discs are those of the result.
    language : Language
    """

    result: StudyResult
    reading: Reading | None = None
    language: Language = ENGLISH

    @cached_property
    def discs(self) -> tuple[DiscResult, ...]:
        """From the head down, as they appear on a picture."""
        return tuple(sorted(self.result.discs, key=lambda graded: -graded.disc.index_from_sacrum))

    @cached_property
    def _read_discs(self) -> dict[str, DiscReading]:
        return {} if self.reading is None else {disc.level: disc for disc in self.reading.present}

    @cached_property
    def _shown(self) -> dict[str, dict[tuple[str, str], Shown]]:
        return {graded.disc.level: {one.key: one for one in self._of_disc(graded)} for graded in self.result.discs}

    def _of_disc(self, graded: DiscResult) -> Iterable[Shown]:
        read = self._read_discs.get(graded.disc.level)
        if read is None:
            return map(Shown.of_pack, graded.grades)
        given = {(grade.system, grade.task): grade for grade in graded.grades}
        keys = dict.fromkeys((*given, *read.tasks))
        shown = (_read_grade(read, key, given.get(key)) for key in keys)
        return (replace(one, others=self._others(read.number, one)) for one in shown if one is not None)

    def _others(self, number: int, shown: Shown) -> tuple[tuple[str, str], ...]:
        """What readers of readings beside this one said of a grade of the disc of this number."""
        said = [(one.reader, one.decision(number, *shown.key)) for one in (self.reading.beside if self.reading else ())]
        scale = scale_of(*shown.key) if any(decision for _, decision in said) else None
        return tuple((reader, scale.label_of(given.grade)) for reader, given in said if given is not None and scale)

    @cached_property
    def tasks(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The systems and tasks that the study was graded for, in the order shown."""
        found = dict.fromkeys(key for graded in self.discs for key in self._shown[graded.disc.level])
        known = [(system.name, task.name) for system, task in tasks()]
        ordered = [key for key in known if key in found] + [key for key in found if key not in known]
        names = dict.fromkeys(system for system, _ in ordered)
        return tuple((name, tuple(task for system, task in ordered if system == name)) for name in names)

    def grades(self, level: str) -> tuple[Shown, ...]:
        """A disc's grades in the order in which tasks are shown."""
        shown = self._shown[level]
        keys = [(system, task) for system, its_tasks in self.tasks for task in its_tasks]
        return tuple(shown[key] for key in keys if key in shown)

    def grade(self, level: str, system: str, task: str) -> Shown | None:
        """One of them, or None where the disc has none for this task."""
        return self._shown[level].get((system, task))

    def found_level(self, level: str) -> str | None:
        """How a disc was named when it was found; None where the reader added it."""
        read = self._read_discs.get(level)
        return level if read is None else read.found_level

    def leading(self, level: str) -> Shown | None:
        """The grade that stands for a disc, in color, label and overview."""
        given = (self.grade(level, *key) for key in leading_tasks())
        return next((one for one in given if one is not None), next(iter(self.grades(level)), None))

    def contradictions(self, level: str) -> tuple[Contradiction, ...]:
        """Where grades of a disc contradict each other, the reader's counting before the pack's."""
        return self._contradictions[level]

    @cached_property
    def _contradictions(self) -> dict[str, tuple[Contradiction, ...]]:
        return {
            graded.disc.level: of_packs(graded.grades) if read is None else contradictions_of(read)
            for graded in self.result.discs
            for read in (self._read_discs.get(graded.disc.level),)
        }

    @cached_property
    def state(self) -> State:
        """How far the study is read."""
        given = [one for graded in self.discs for one in self.grades(graded.disc.level)]
        return State(
            len(given),
            sum(one.status in (ACCEPTED, OVERRIDDEN) for one in given),
            sum(one.status == OVERRIDDEN for one in given),
            sum(one.stale for one in given),
        )

    @property
    def reader(self) -> str:
        """Who reads the study; empty where nobody does."""
        return "" if self.reading is None else self.reading.reader

    @property
    def reading_line(self) -> str:
        """Reader, date and state of the reading: ``Dr. Roe, 2026-11-30 10:12: 12 of 140 grades read, 3 changed``."""
        if self.reading is None or not self.reader:
            return self.say("Not read by anyone")
        state = self.state
        read = self.say("{read} of {grades} grades read", read=state.read, grades=state.grades)
        parts = [f"{self.reader}, {self.reading.changed[:16].replace('T', ' ')}: {read}"]
        parts += [self.say("{count} changed", count=state.changed)]
        parts += [self.say("{count} of boxes moved since", count=state.stale)] if state.stale else []
        return ", ".join(parts)

    # Texts.

    def say(self, text: str, **values: object) -> str:
        """A text of the report in its language."""
        return self.language.say(text, **values)

    def word(self, text: str) -> str:
        """What the package calls something, in the report's language."""
        return self.language.word(text)

    def heading(self, system: str, task: str) -> str:
        """A task and whose it is."""
        return self._called(heading, system, task)

    def short_heading(self, system: str, task: str) -> str:
        """The same in few letters."""
        return self._called(short_heading, system, task)

    def system(self, name: str) -> str:
        """What a system is called in few letters."""
        return system_name(name, self.word) if name in systems() else name

    def _called(self, call, system: str, task: str) -> str:
        try:
            return call(system, task, self.word)
        except UsageError:
            return f"{task.replace('_', ' ')}, {system}"

    # Warnings, each once: of the study, of a disc, of a grade.

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Of the study as a whole, with what is told alike of every disc that has grades."""
        return tuple(dict.fromkeys((*self.result.localization.name_doubts, *all_warnings(self.result), *self._alike)))

    @cached_property
    def _alike(self) -> tuple[str, ...]:
        """What is told alike of all discs that the tasks it is told of have graded; a study of one disc has none."""
        told: dict[str, set[str]] = {}
        keys: dict[str, set[tuple[str, str]]] = {}
        for graded in self.discs:
            for warning in graded.disc.warnings:
                told.setdefault(warning, set()).add(graded.disc.level)
            for one in self.grades(graded.disc.level):
                for warning in one.ai.warnings if one.ai is not None else ():
                    told.setdefault(warning, set()).add(graded.disc.level)
                    keys.setdefault(warning, set()).add(one.key)
        levels = {graded.disc.level for graded in self.discs}

        def asked(warning: str) -> set[str]:
            return {level for level in levels if keys[warning] & set(self._shown[level])} if warning in keys else levels

        return tuple(warning for warning, where in told.items() if len(where) > 1 and where == asked(warning))

    def warnings_of_disc(self, graded: DiscResult) -> tuple[tuple[str, tuple[Shown, ...]], ...]:
        """What is told of one disc or its grades and not of the whole study, with the grades that it is told of; none
        for the disc itself."""
        found: dict[str, list[Shown]] = {
            warning: [] for warning in graded.disc.warnings if warning not in self.warnings
        }
        for one in self.grades(graded.disc.level):
            for warning in one.ai.warnings if one.ai is not None else ():
                if warning not in self.warnings:
                    found.setdefault(warning, []).append(one)
        return tuple((warning, tuple(given)) for warning, given in found.items())

    def is_warned(self, shown: Shown) -> bool:
        """Whether something is told of this grade, and not of the whole study."""
        return shown.ai is not None and any(warning not in self.warnings for warning in shown.ai.warnings)

    @cached_property
    def synthetic_systems(self) -> tuple[str, ...]:
        """Systems whose grades come from packs that saw synthetic images only."""
        grades = (grade for graded in self.discs for grade in graded.grades)
        return tuple(dict.fromkeys(grade.system for grade in grades if grade.synthetic))


def _read_grade(read: DiscReading, key: tuple[str, str], ai: Grade | None) -> Shown | None:
    """A grade of a disc that somebody reads."""
    ai = read.ai_grade(*key) or ai
    grade, status = read.final_grade(*key) or (ai.grade if ai is not None else None), read.status(*key)
    if grade is None:
        return None
    said = read.decision(*key) if status != UNREAD else None
    label = ai.label if ai is not None and ai.grade == grade else scale_of(*key).label_of(grade)
    return Shown(
        *key,
        grade,
        label,
        ai,
        status,
        read.is_stale or (said is not None and read.is_decision_stale(*key)),
        "" if said is None else said.reader,
        "" if said is None else said.reason,
        "" if said is None else said.time,
    )
