"""A study's grades as ``grades.json`` and as rows of ``grades.csv``."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from discgrader.checked import checked, plain, read_json
from discgrader.errors import UsageError
from discgrader.folders import as_output_errors
from discgrader.grading.not_graded import not_graded_in_words
from discgrader.grading.results import DiscResult, Grade, StudyResult, all_warnings
from discgrader.grading.systems import tasks
from discgrader.imaging.study import Examination, LeftOut, Series
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Localization
from discgrader.reading.record import Found, Reading
from discgrader.report.account import Account, Shown


@dataclass(frozen=True)
class _Disc:
    level: str
    index_from_sacrum: int
    roi: RoiBox
    grades: list[Grade]
    warnings: list[str] = field(default_factory=list)
    not_graded: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Document:
    """What of a ``grades.json`` is used when it is read back."""

    study: str
    discs: list[_Disc]
    warnings: list[str] = field(default_factory=list)
    name_doubts: list[str] = field(default_factory=list)


COLUMNS = ("study", "level", "index_from_sacrum", "system", "task", "grade", "label", "probability")
"""Columns of ``grades.csv`` before those of the single grades' probabilities."""

LAST_COLUMNS = ("pack", "trained_on", "warnings")
"""Columns of ``grades.csv`` after them."""

NAMES_COLUMN = "name_probability"
"""The last column, where it is known how sure names are."""

CALLED_COLUMN = "called_from"
"""Before it, where findings were called by an operating point: from which probability on."""


READ_COLUMNS = ("final_grade", "final_label", "status", "reader", "reason", "decided", "box")
"""Columns of ``grades.csv`` after the task, where somebody reads the study: the grade that stands, whether it is
unread, accepted or overridden, by whom, why and when, and whether the box was moved since; the pack's grade follows."""

CONTRADICTIONS_COLUMN = "contradictions"
"""A column of ``grades.csv`` after the others, where grades of a study contradict each other."""

WARNING_COLUMNS = ("study", "level", "system", "task", "warning")
"""Columns of ``warnings.csv``; a warning of the whole study has no level, one of a disc no system and task."""


def grades_json(result: StudyResult, reading: Reading | None = None) -> dict:
    """Everything about a result that ``grades.json`` holds, ready for `json.dumps`.

    A disc that has another name than it was found under tells that one as ``found_level``, null where the reader added
    it. Positions are RAS mm. ``axes_ras`` of an ROI box lists its three unit vectors: across (towards the left), along
    (towards the back) and up (towards the head); ``size_mm`` is the full length along each. Doubts about names are told
    once, for the study. With a ``reading``, each grade has what stands for the disc and who decided it before what the
    pack says.
    """
    doubts = result.localization.name_doubts
    names = names_json(result.localization)
    account = Account(result, reading)
    discs = [_disc_json(account, disc) for disc in result.discs]
    document = grades_document(result.study.name, examined_json(result), names, discs, all_warnings(result), doubts)
    return {**document, "reading": _reading_json(account), "report_from": _report_from(result)}


def _disc_json(account: Account, disc: DiscResult) -> dict:
    """A disc with its grades, what the reader decided of each, and where they contradict each other."""
    described: dict[str, Any] = disc.to_json(rounded=True)
    level, doubts = disc.disc.level, account.result.localization.name_doubts
    described["warnings"] = [warning for warning in disc.disc.warnings if warning not in doubts]
    described["contradictions"] = [one.to_json() for one in account.contradictions(level)]
    if account.reading is None:
        return described
    found = account.found_level(level)
    if found != level:
        described["found_level"] = found
    shown = {one.key: one for one in account.grades(level)}
    graded = [
        {"system": grade["system"], "task": grade["task"], **_decided(shown[grade["system"], grade["task"]]), **grade}
        for grade in described["grades"]
    ]
    alone = [{"system": one.system, "task": one.task, **_decided(one)} for one in shown.values() if one.ai is None]
    return {**described, "grades": graded, **({"reader_grades": alone} if alone else {})}


def _decided(shown: Shown) -> dict[str, object]:
    """The grade that stands, and who decided it, by `READ_COLUMNS`."""
    return {
        "final_grade": shown.grade,
        "final_label": shown.label,
        "status": shown.status,
        "reader": shown.reader,
        "reason": shown.reason,
        "decided": shown.time,
        "box": "moved" if shown.stale else "",
        **({"others": dict(shown.others)} if shown.others else {}),
    }


def _reading_json(account: Account) -> dict[str, object]:
    """Who read the study, and how far."""
    state, reading = account.state, account.reading
    return {
        "reader": account.reader or None,
        "started": None if reading is None else reading.started,
        "changed": None if reading is None else reading.changed,
        "grades": state.grades,
        "read": state.read,
        "overridden": state.changed,
        "box_moved": state.stale,
        "state": account.reading_line,
    }


def _report_from(result: StudyResult) -> dict[str, object]:
    """What the report is made anew from, beside discs and grades: what was found of the study, and the series of each
    saliency map, by the stem of its file."""
    series = {"_".join(key): name for key, name in result.saliency_series.items() if key in result.saliency}
    return {"found": plain(Found.of(result.localization), 6), "saliency_series": series}


def grades_document(
    study: str,
    examined: Mapping[str, Any],
    names: Mapping[str, object],
    discs: Sequence[Mapping],
    warnings: Iterable[str],
    name_doubts: Iterable[str],
) -> dict:
    """A ``grades.json`` put together of its parts, in the order in which it is written.

    Parameters
    ----------
    study : str
    examined : mapping
        As `examined_json` gives it; what it lacks is empty.
    names : mapping
        As `described_names` gives it.
    discs : sequence of mapping
        As `DiscResult.to_json` gives them, rounded.
    warnings, name_doubts : iterable of str
    """
    return {
        "study": study,
        "examination": examined.get("examination"),
        "series": examined.get("series", []),
        "left_out": examined.get("left_out", []),
        **names,
        "discs": list(discs),
        "warnings": list(dict.fromkeys(warnings)),
        "name_doubts": list(name_doubts),
        "software": examined.get("software", {}),
    }


def examined_json(result: StudyResult) -> dict[str, object]:
    """What a study was graded from, as ``grades.json`` and `Reading.examined` have it: a series of DICOM with its
    ``identity``, `Identity.to_json`; without what was not graded of it."""
    told = (*result.study.warnings, *result.localization.warnings, *result.warnings)
    return {
        "examination": examination_json(result.study.examination),
        "series": [_series(series) for series in result.study.series],
        "left_out": [asdict(entry) for entry in result.study.left_out],
        "warnings": list(dict.fromkeys(told)),
        "software": dict(result.software),
    }


def names_json(localization: Localization) -> dict:
    """How sure the names of a study's discs are, as ``grades.json`` writes it under ``names``; nothing where it is not
    known.

    ``probability`` is that they are right, as far as the lowest disc decides it: 1 where somebody said what it is.
    ``alternatives`` has what else the lowest disc may be called, and how probably.
    """
    lowest = localization.discs[0].level if localization.discs else None
    return described_names(lowest, localization.name_probability, localization.name_alternatives)


def described_names(lowest: str | None, probability: float | None, alternatives: Mapping[str, float]) -> dict:
    """The same of a lowest disc of this name."""
    if probability is None:
        return {}
    others = {level: plain(float(share), 4) for level, share in alternatives.items()}
    return {"names": {"lowest_disc": lowest, "probability": plain(float(probability), 4), "alternatives": others}}


def examination_json(examination: Examination | None) -> dict | None:
    """An examination as ``grades.json`` writes it."""
    return None if examination is None else asdict(examination)


def examination_from_json(described: Mapping | None) -> Examination | None:
    """The examination that ``grades.json`` writes so; None where it, or a version before, tells of none."""
    return Examination(**described) if described else None


def left_out_from_json(document: Mapping) -> tuple[LeftOut, ...]:
    """What a ``grades.json`` says was left out; nothing where a version before wrote it."""
    return tuple(LeftOut(entry["name"], entry["reason"]) for entry in document.get("left_out", ()))


def not_graded_of(document: Mapping) -> tuple[str, ...]:
    """The sentences among the warnings of a ``grades.json`` that tell what was not graded of its discs."""
    return not_graded_in_words({disc["level"]: disc.get("not_graded", {}) for disc in document["discs"]})


def write_grades_json(result: StudyResult, path: Path, reading: Reading | None = None) -> None:
    """Write ``grades.json``, with what a reader decided.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    text = json.dumps(grades_json(result, reading), indent=2, ensure_ascii=False, allow_nan=False)
    _write(path, text + "\n")


def read_grades_json(path: Path) -> dict:
    """What a ``grades.json`` holds.

    Raises
    ------
    UsageError
        When the file cannot be read or is no ``grades.json``.
    """
    document = read_json(Path(path), UsageError)
    check_grades_json(document, path)
    return document


def check_grades_json(document: object, path: Path) -> None:
    """Refuse what is no ``grades.json``, or has an entry that is missing or of the wrong type.

    Raises
    ------
    UsageError
        Naming the entry.
    """
    if not (isinstance(document, dict) and isinstance(document.get("study"), str)):
        raise UsageError(f"{path} is not a DiscGrader grades.json: it names no study.")
    if not isinstance(document.get("discs"), list):
        raise UsageError(f"{path} is not a DiscGrader grades.json: it has no list of discs.")
    checked(document, _Document, str(path), UsageError)


def grades_rows(document: Mapping) -> list[dict[str, object]]:
    """Rows of ``grades.csv``, one a disc and task, from what ``grades.json`` holds."""
    probability = document.get("names", {}).get("probability")
    sure = {} if probability is None else {NAMES_COLUMN: probability}
    rows = []
    for disc in document["discs"]:
        for grade in disc["grades"]:
            pack = {
                "grade": grade["grade"],
                "label": grade["label"],
                "probability": grade["probabilities"][grade["grade"]],
                **{f"p_{value}": p for value, p in grade["probabilities"].items()},
                "pack": grade["pack"],
                "trained_on": grade["trained_on"],
                **({CALLED_COLUMN: grade["call"]["threshold"]} if grade.get("call") else {}),
            }
            told = (*document.get("name_doubts", ()), *disc.get("warnings", ()), *grade.get("warnings", ()))
            rows.append(_row(document, disc, grade) | pack | {"warnings": " ".join(dict.fromkeys(told))} | sure)
        rows += [_row(document, disc, grade) | sure for grade in disc.get("reader_grades", ())]
    return rows


def _row(document: Mapping, disc: Mapping, grade: Mapping) -> dict[str, object]:
    """What each row has: whose grade it is, what was decided of it, and what contradicts it."""
    key = (grade["system"], grade["task"])
    against = [
        one["in_words"]
        for one in disc.get("contradictions", ())
        if key in [(side["system"], side["task"]) for side in one["sides"]]
    ]
    return {
        "study": document["study"],
        "level": disc["level"],
        "index_from_sacrum": disc["index_from_sacrum"],
        "system": key[0],
        "task": key[1],
        **{column: grade[column] for column in READ_COLUMNS if column in grade},
        **({CONTRADICTIONS_COLUMN: " | ".join(against)} if against else {}),
    }


def warning_rows(document: Mapping) -> list[dict[str, object]]:
    """Rows of ``warnings.csv``: every warning once, those of the whole study first; one that is told of several tasks
    of a system names them all."""
    study = document["study"]
    whole = dict.fromkeys((*document.get("name_doubts", ()), *document.get("warnings", ())))
    rows: list[dict[str, object]] = [{"study": study, "warning": warning} for warning in whole]
    for disc in document["discs"]:
        place = {"study": study, "level": disc["level"]}
        rows += [place | {"warning": warning} for warning in disc.get("warnings", ()) if warning not in whole]
        told: dict[tuple[str, str], list[str]] = {}
        for grade in disc["grades"]:
            for warning in grade.get("warnings", ()):
                told.setdefault((grade["system"], warning), []).append(grade["task"])
        rows += [
            place | {"system": system, "task": " ".join(tasks), "warning": warning}
            for (system, warning), tasks in told.items()
            if warning not in whole
        ]
    return rows


def warnings_of(document: Mapping) -> tuple[str, ...]:
    """All warnings that a ``grades.json`` holds, those of a disc or grade with their level, each once."""
    of_discs = (
        f"{disc['level']}: {one}"
        for disc in document["discs"]
        for one in (
            *disc.get("warnings", ()),
            *(warning for grade in disc["grades"] for warning in grade.get("warnings", ())),
        )
    )
    return tuple(dict.fromkeys((*document.get("name_doubts", ()), *document.get("warnings", ()), *of_discs)))


def write_grades_csv(rows: Iterable[Mapping[str, object]], path: Path) -> None:
    """Write rows of one or many studies as UTF-8 CSV, every grade's probability a column, empty where there is none.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    rows = list(rows)
    _write_rows(grades_columns(rows), rows, path)


def write_warnings_csv(rows: Iterable[Mapping[str, object]], path: Path) -> None:
    """Write rows of ``warnings.csv``, as `write_grades_csv`."""
    _write_rows(WARNING_COLUMNS, rows, path)


def _write_rows(columns: Sequence[str], rows: Iterable[Mapping[str, object]], path: Path) -> None:
    with as_output_errors(path), open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def grades_columns(rows: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """All columns that these rows need, in their order."""
    rows = list(rows)
    place = COLUMNS.index("grade")
    read = [name for name in READ_COLUMNS if any(name in row for row in rows)]
    last = [name for name in (CALLED_COLUMN, NAMES_COLUMN, CONTRADICTIONS_COLUMN) if any(name in row for row in rows)]
    return (*COLUMNS[:place], *read, *COLUMNS[place:], *probability_columns(rows), *LAST_COLUMNS, *last)


def probability_columns(rows: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """The ``p_<grade>`` columns that these rows need, in an order that does not depend on the rows' order."""
    present = {name for row in rows for name in row if name.startswith("p_")}
    known = [f"p_{value}" for value in _known_values()]
    return tuple(name for name in known if name in present) + tuple(sorted(present.difference(known)))


def _known_values() -> list[str]:
    """All grades of all systems: numbers first, in their order, then words as their scales order them."""
    values = [value for system, task in tasks() for value in system.scale(task.name).values]
    numbers = sorted({v for v in values if v.isdecimal()}, key=int)
    return numbers + list(dict.fromkeys(v for v in values if not v.isdecimal()))


def _series(series: Series) -> dict:
    return {
        "name": series.name,
        "plane": str(series.plane),
        "contrast": str(series.contrast),
        "contrast_reason": series.contrast_reason,
        "contrast_probability": None if series.probability is None else plain(float(series.probability), 4),
        "traits": list(series.traits),
        "role": series.role,
        "size": list(series.volume.size),
        "spacing_mm": plain(series.volume.spacing_mm, 6),
        "warnings": list(series.warnings),
        **({} if series.identity is None else {"identity": series.identity.to_json()}),
    }


def _write(path: Path, text: str) -> None:
    with as_output_errors(path):
        Path(path).write_text(text, encoding="utf-8")
