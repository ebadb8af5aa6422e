"""The discs that both the truth and the packs graded, task by task; and what either side has alone."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from discgrader.errors import UsageError
from discgrader.grading.results import Grade, StudyResult
from discgrader.grading.systems import scale_of
from discgrader.pipeline.output import GRADES
from discgrader.pipeline.sheets import TILES, tile_name
from discgrader.progress import Progress
from discgrader.reading.pairs import AI, Source
from discgrader.reading.record import DiscReading
from discgrader.reading.results import reading_of_grades
from discgrader.report.tables import read_grades_json
from discgrader.training.validation.truth import Groups, Key, TrueGrade, Truth, groups_of

SCANNER = "scanner.json"
"""In the folder of each study's result: what it was taken with."""


@dataclass(frozen=True, eq=False)
class Case:
    """A task of a disc that both graded.

    Parameters
    ----------
    truth : TrueGrade
    grade : Grade
        The pack's.
    level : str
        What the pack's side calls the disc.
    patient, scanner, protocol : str
    warned : bool
        Whether the grade or its disc carries a warning.
    picture : Path
        What the system saw; it may be missing.
    """

    truth: TrueGrade
    grade: Grade
    level: str
    patient: str
    scanner: str
    protocol: str
    warned: bool
    picture: Path


@dataclass(frozen=True, eq=False)
class TaskCases:
    """The cases of one task as arrays.

    Parameters
    ----------
    key : (str, str)
        System and task.
    groups : tuple of tuple of str
        The grades that are taken as one.
    cases : tuple of Case
    """

    key: Key
    groups: Groups
    cases: tuple[Case, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What people call each group."""
        scale = scale_of(*self.key)
        return tuple("/".join(scale.label_of(value) for value in group) for group in self.groups)

    @property
    def true(self) -> np.ndarray:
        """The true group of each case, shape (n,)."""
        return np.array([self._group(case.truth.grades[0]) for case in self.cases], int)

    @property
    def given(self) -> np.ndarray:
        """The group that was called, shape (n,)."""
        return np.array([self._group(case.grade.grade) for case in self.cases], int)

    @property
    def probabilities(self) -> np.ndarray:
        """Of each group, shape (n, groups)."""
        return np.array(
            [[sum(case.grade.probabilities[v] for v in group) for group in self.groups] for case in self.cases], float
        ).reshape(len(self.cases), len(self.groups))

    @property
    def patients(self) -> np.ndarray:
        """Whose each disc is, shape (n,)."""
        return np.array([case.patient for case in self.cases])

    def some(self, wanted: Sequence[bool] | np.ndarray) -> "TaskCases":
        """Those of the cases that are wanted."""
        return TaskCases(self.key, self.groups, tuple(c for c, kept in zip(self.cases, wanted, strict=True) if kept))

    def _group(self, value: str) -> int:
        return next(number for number, group in enumerate(self.groups) if value in group)


@dataclass(frozen=True, eq=False)
class Matched:
    """What truth and results have in common, and what each has alone.

    Parameters
    ----------
    tasks : tuple of TaskCases
    without_truth, without_study : tuple of str
        Studies that the truth does not speak of, and those of the truth that there are no studies of.
    failed : mapping of str to str
        Studies that could not be graded, and why.
    not_graded : mapping of str to int
        Why true grades have no grade beside them, and how many.
    named_differently : int
        Discs that bear another level in a reading than the packs gave them.
    """

    tasks: tuple[TaskCases, ...]
    without_truth: tuple[str, ...]
    without_study: tuple[str, ...]
    failed: Mapping[str, str] = field(default_factory=dict)
    not_graded: Mapping[str, int] = field(default_factory=dict)
    named_differently: int = 0


def check_studies(truth: Truth, studies: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The studies without truth, and those of the truth without study.

    Raises
    ------
    UsageError
        When there is none with both.
    """
    missing = tuple(study for study in truth.studies if study not in studies)
    if len(missing) == len(truth.studies):
        raise UsageError(
            f"No study is called as any in {truth.name}: the truth has {_some(truth.studies)}, the folder "
            f"{_some(studies)}; name them alike."
        )
    return tuple(study for study in studies if study not in truth.studies), missing


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def write_scanner(result: StudyResult, folder: Path, progress: Progress) -> None:
    """``scanner.json``: maker, model and field strength of a study's scanner, and its series' roles; a writer."""
    headers = [series.header for series in result.study.series if series.header]
    told = (
        " ".join(
            text
            for text in (
                str(header.get("Manufacturer") or "").strip(),
                str(header.get("ManufacturerModelName") or "").strip(),
                _field(header.get("MagneticFieldStrength")),
            )
            if text
        )
        for header in headers
    )
    roles = sorted({series.role for series in result.study.series})
    found = {"scanner": next(filter(None, told), ""), "protocol": " + ".join(roles).replace("_", " ")}
    (folder / SCANNER).write_text(json.dumps(found) + "\n", encoding="utf-8")


def _field(value: object) -> str:
    try:
        return f"{float(str(value)):g} T"
    except ValueError:
        return ""


def matched_cases(
    truth: Truth, results: Mapping[str, Path], studies: Sequence[str], failed: Mapping[str, str]
) -> Matched:
    """Truth and results put together.

    Parameters
    ----------
    truth : Truth
    results : mapping of str to Path
        The folder of each study's result by the study's name.
    studies : sequence of str
        All studies there were.
    failed : mapping of str to str
        Those that were not graded, with the reason.

    Raises
    ------
    UsageError
        When no disc has both a true grade and a pack's.
    """
    without_truth, without_study = check_studies(truth, studies)
    of_study: dict[str, list[TrueGrade]] = {}
    for one in truth.grades:
        of_study.setdefault(one.study, []).append(one)
    cases: dict[Key, list[Case]] = {}
    missing: dict[str, int] = {}
    renamed = 0
    for study, grades in of_study.items():
        if study in without_study:
            continue
        if study not in results:
            missing["the study could not be graded"] = missing.get("the study could not be graded", 0) + len(grades)
            continue
        for found in _of_study(truth, grades, results[study]):
            if isinstance(found, Case):
                cases.setdefault(found.truth.key, []).append(found)
                renamed += found.level != found.truth.level
            else:
                missing[found] = missing.get(found, 0) + 1
    if not cases:
        reasons = "; ".join(f"{reason} ({count})" for reason, count in missing.items())
        raise UsageError(f"No disc has both a truth and a grade to compare: {reasons}.")
    tasks = tuple(
        TaskCases(key, groups_of(key, (one.grades for one in truth.grades if one.key == key)), tuple(cases[key]))
        for key in truth.keys
        if key in cases
    )
    return Matched(tasks, without_truth, without_study, failed, missing, renamed)


def _of_study(truth: Truth, grades: Sequence[TrueGrade], folder: Path) -> Iterator[Case | str]:
    """A case for each true grade, or why there is none."""
    document = read_grades_json(folder / GRADES)
    reading = reading_of_grades(document, "none")
    side = Source(str(folder), AI, {reading.study: reading})
    warned = {disc["level"]: bool(disc.get("warnings")) for disc in document["discs"]}
    told = _scanner(folder)
    study = grades[0].study
    patient = truth.patient_of(study)
    scanner = truth.scanners.get(study) or told.get("scanner") or "not stated"
    protocol = truth.protocols.get(study) or told.get("protocol") or "not stated"
    for one in grades:
        disc = _disc_of(one, reading.present)
        if disc is None:
            yield (
                "the disc was not found, or is called otherwise"
                if one.box is None
                else "no disc was found at its place"
            )
            continue
        grade = disc.ai_grade(*one.key)
        if grade is None:
            why = "" if disc.grading is None else disc.grading.not_graded.get(one.system, "")
            yield f"{one.system} did not grade the disc{f': {why}' if why else ''}"
            continue
        level = side.level(disc)
        picture = folder / TILES / tile_name(level, one.system, grade.evidence)
        yield Case(
            one, grade, level, patient, scanner, protocol, bool(grade.warnings) or warned.get(level, False), picture
        )


def _disc_of(one: TrueGrade, discs: Sequence[DiscReading]) -> DiscReading | None:
    """The disc at the place of the truth's box, whatever it is called; without a box, the one of this name."""
    if one.box is None:
        return next((disc for disc in discs if disc.level == one.level), None)
    box = one.box
    near = [disc for disc in discs if box.contains(disc.box.center_lps_mm) or disc.box.contains(box.center_lps_mm)]
    return min(near, key=lambda disc: float(np.linalg.norm(disc.box.center_lps_mm - box.center_lps_mm)), default=None)


def _scanner(folder: Path) -> dict[str, Any]:
    path = folder / SCANNER
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
