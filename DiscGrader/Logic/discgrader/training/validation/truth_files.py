"""Truths as they lie on disk, told apart by what they hold: tables, readings, and RSNA 2024's layout."""

import re
from collections.abc import Mapping
from pathlib import Path

from discgrader.checked import read_csv
from discgrader.errors import UsageError
from discgrader.imaging.files import ending, stem
from discgrader.localize.box import RoiBox
from discgrader.localize.levels import is_level
from discgrader.reading.pairs import READER, load_source
from discgrader.training.cohorts import GradedStudy
from discgrader.training.validation.rsna import is_rsna, read_rsna
from discgrader.training.validation.truth import TrueGrade, Truth, each_once, key_of, written_grades

STUDY_COLUMNS = ("study", "file")
COLUMNS = ("level", "task", "grade")
REPORT = "report"
"""The system of rows that tell what a report says, beside those of grading systems that follow from it."""

_LEVEL = re.compile(r"([LTSC]\d{1,2})\s*[-–/_\s]\s*([LTSC]?)(\d{1,2})", re.IGNORECASE)


def read_truth(path: Path) -> Truth:
    """The truth in a file or folder.

    Parameters
    ----------
    path : Path
        A CSV with the columns ``study`` (or ``file``), ``level``, ``task``, ``grade``, and, where they are needed,
        ``system``, ``patient``, ``scanner`` and ``protocol``, as `discgrader labels` writes one from reports; a
        reading, or a folder of readings, made in the module; or the folder of RSNA 2024, or its ``train.csv``.

    Raises
    ------
    UsageError
        When it is none of these, names a level, task or grade that does not exist, or contradicts itself.
    """
    path = Path(path)
    if not path.exists():
        raise UsageError(f"There is no truth {path}; give a CSV, a folder of readings, or RSNA 2024's folder.")
    if is_rsna(path):
        return read_rsna(path)
    if path.is_dir() or path.suffix.lower() == ".json":
        return _readings(path)
    return _table(path)


def level_of(text: str) -> str:
    """A level as tables write it: ``L4-L5``, ``L4/L5``, ``L4/5``, ``l5_s1``.

    Raises
    ------
    UsageError
        When it is none.
    """
    found = _LEVEL.fullmatch(text.strip())
    if found is not None:
        upper, letter, number = found[1].upper(), found[2].upper(), found[3]
        tried = [letter] if letter else [upper[0], "S" if upper[0] == "L" else "L"]
        name = next((level for one in tried if is_level(level := f"{upper}-{one}{number}")), None)
        if name is not None:
            return name
    raise UsageError(f"there is no level {text.strip()!r}; write it as L4-L5")


def _table(path: Path) -> Truth:
    rows = read_csv(path, COLUMNS, UsageError)
    named = next((name for name in STUDY_COLUMNS if rows and name in rows[0]), None)
    if not rows:
        raise UsageError(f"{path} has no rows; write one per disc and task: study, level, system, task, grade.")
    if named is None:
        raise UsageError(f"{path} has no column study; name the study or file of each row in it.")
    found = []
    told: dict[str, dict[str, str]] = {"patient": {}, "scanner": {}, "protocol": {}}
    for number, row in enumerate(rows, start=2):
        if not row["grade"].strip() or row.get("system", "").strip() == REPORT:
            continue
        one = _row(path, number, named, row)
        found.append(one)
        for column, known in told.items():
            _note(path, number, one.study, column, row, known)
    if not found:
        raise UsageError(f"{path} has no row with a grade of a system.")
    grades, repeated = each_once(found, str(path))
    notes = (f"{repeated} rows say again what others say.",) if repeated else ()
    return Truth(str(path), "table", grades, told["patient"], told["scanner"], told["protocol"], notes=notes)


def _row(path: Path, number: int, named: str, row: Mapping[str, str]) -> TrueGrade:
    try:
        key = key_of(row.get("system", "").strip(), row["task"].strip())
        level, grades = level_of(row["level"]), written_grades(key, row["grade"])
    except UsageError as error:
        raise UsageError(f"{path}, line {number}: {str(error).rstrip('.')}.") from error
    study = row[named].strip()
    if not study:
        raise UsageError(f"{path}, line {number}: it names no {named}.")
    name = Path(study).name
    return TrueGrade(stem(Path(name)) if ending(Path(name)) else name, level, *key, grades, f"line {number}")


def _note(path: Path, number: int, study: str, column: str, row: Mapping[str, str], known: dict[str, str]) -> None:
    value = row.get(column, "").strip()
    if value and known.setdefault(study, value) != value:
        raise UsageError(
            f"{path}, line {number}: {study} has the {column} {value}, and {known[study]} before; keep one."
        )


def _readings(path: Path) -> Truth:
    source = load_source(path)
    if source.voice != READER:
        raise UsageError(f"{path} contains no reading; save what was read in the module as a reading, or give a CSV.")
    found = [
        TrueGrade(study, disc.level, system, task, (grade,), f"read by {reading.reader}", disc.box)
        for study, reading in source.readings.items()
        for disc in reading.present
        for system, task in disc.tasks
        if (grade := disc.reader_grade(system, task)) is not None
    ]
    if not found:
        raise UsageError(f"Nothing is read in {path}; accept or override grades first.")
    return Truth(str(path), "readings", each_once(found, str(path))[0])


def true_studies(truth: Truth, system: str) -> list[GradedStudy]:
    """What a truth says of a system's tasks, study by study, to train on; with the discs' boxes where it has them.

    Truths that are coarser than the scale cannot be trained on and are left out.

    Raises
    ------
    UsageError
        When nothing is left.
    """
    grades: dict[str, dict[str, dict[str, str]]] = {}
    boxes: dict[str, dict[str, RoiBox]] = {}
    for one in truth.grades:
        if one.system == system and len(one.grades) == 1:
            grades.setdefault(one.study, {}).setdefault(one.level, {})[one.task] = one.grades[0]
            if one.box is not None:
                boxes.setdefault(one.study, {})[one.level] = one.box
    if not grades:
        raise UsageError(f"{truth.name} has no grade of the system {system} that is as fine as its scale.")
    return [GradedStudy(name, truth.patient_of(name), grades[name], boxes.get(name, {})) for name in sorted(grades)]
