"""How far two tables of labels agree, such as those read by the program and by a person; or labels and grades."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrader.checked import read_csv
from discgrader.clinical_text.labels import BY_LEVEL
from discgrader.clinical_text.named_levels import LUMBAR
from discgrader.clinical_text.table import REPORT
from discgrader.errors import UsageError
from discgrader.grading.systems import scale_of
from discgrader.localize.levels import is_level
from discgrader.reading.agreement import DRAWS, GradesInOrder, TaskAgreement, agreement, write_agreement
from discgrader.reading.pairs import AI, READER, Pair, Pairing, Source

Grades = Mapping[tuple[str, str, str, str], str]
"""The grade by (study, level, system, task)."""

_COMPRESSION = ("none", "abutting", "mild", "marked")


@dataclass(frozen=True)
class Findings:
    """The values that a label of a finding has, as `agreement` wants a scale."""

    values: tuple[str, ...]
    ordinal: bool = True


def scale_of_labels(system: str, task: str) -> GradesInOrder:
    """The scale of a task, or of a finding that was read from a report.

    Raises
    ------
    UsageError
        There is no such system or task.
    """
    if system != REPORT:
        return scale_of(system, task)
    if task == "modic":
        return Findings(("absent", "present", "1", "2", "3"), ordinal=False)
    return Findings(_COMPRESSION if task.endswith("_compression") else ("absent", "present"))


@dataclass(frozen=True)
class Table:
    """A table of labels or grades: ``study, level, system, task, grade``.

    Parameters
    ----------
    path : Path
    studies : tuple of str
    grades : mapping
        Of discs alone, without what is uncertain or past.
    """

    path: Path
    studies: tuple[str, ...]
    grades: Grades


def read_table(path: Path) -> Table:
    """Read a table of labels, or the ``grades.csv`` of ``grade`` and ``batch``.

    Raises
    ------
    UsageError
        There is no such table, a column is missing, or a grade is none of its scale.
    """
    rows = read_csv(path, ("study", "level", "system", "task", "grade"), UsageError)
    grades: dict[tuple[str, str, str, str], str] = {}
    for number, row in enumerate(rows, start=2):
        if (
            row.get("certainty") == "uncertain"
            or row.get("time") == "past"
            or not is_level(row["level"])
            or not row["grade"]
        ):
            continue
        values = scale_of_labels(row["system"], row["task"]).values
        if row["grade"] not in values:
            raise UsageError(
                f"{path}, row {number}: {row['task']} has no grade {row['grade']!r}; choose one of {', '.join(values)}."
            )
        key = (row["study"], row["level"], row["system"], row["task"])
        grades[key] = max(row["grade"], grades.get(key, row["grade"]), key=values.index)
    return Table(path, tuple(dict.fromkeys(row["study"] for row in rows)), grades)


def filled(table: Table) -> Table:
    """The table with none of the findings of `BY_LEVEL` at lumbar levels of which it says nothing."""
    silent = {
        (study, level, REPORT, name): value
        for study in table.studies
        for level in LUMBAR
        for name, value in BY_LEVEL.items()
    }
    return Table(table.path, table.studies, {**silent, **table.grades})


def compare_tables(
    data: Path, truth: Path, folder: Path, silence_is_normal: bool = False, draws: int = DRAWS
) -> list[TaskAgreement]:
    """Agreement of two tables on every task that both have, intervals by study; the files of `write_agreement`.

    Raises
    ------
    UsageError
        As `read_table`, or the tables have no study or no label in common.
    OutputError
        The folder cannot be written.
    """
    a, b = read_table(data), read_table(truth)
    if silence_is_normal:
        a, b = filled(a), filled(b)
    pairing = _pairing(a, b)
    tasks = agreement(pairing.pairs, draws, scale=scale_of_labels)
    write_agreement(Source(str(data), AI, {}), Source(str(truth), READER, {}), pairing, tasks, folder)
    return tasks


def _pairing(a: Table, b: Table) -> Pairing:
    common = [study for study in a.studies if study in set(b.studies)]
    if not common:
        raise UsageError(
            f"{a.path} and {b.path} have no study in common; their columns study must name the same studies."
        )
    pairs = [
        Pair(study, level, level, system, task, grade, b.grades[study, level, system, task])
        for (study, level, system, task), grade in sorted(a.grades.items(), key=lambda item: item[0][2:])
        if (study, level, system, task) in b.grades
    ]
    if not pairs:
        raise UsageError(
            f"{a.path} and {b.path} grade no task of the same disc; with --silence-is-normal, what reports do not "
            "mention counts as absent."
        )
    discs = _discs(a.grades, common), _discs(b.grades, common)
    return Pairing(
        tuple(pairs),
        len({pair.study for pair in pairs}),
        len(discs[0] & discs[1]),
        0,
        len(discs[0] - discs[1]),
        len(discs[1] - discs[0]),
        tuple(study for study in a.studies if study not in set(b.studies)),
        tuple(study for study in b.studies if study not in set(a.studies)),
    )


def _discs(grades: Grades, studies: Sequence[str]) -> set[tuple[str, str]]:
    known = set(studies)
    return {(study, level) for study, level, _, _ in grades if study in known}
