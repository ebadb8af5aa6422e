"""The table of labels, which training and evaluation take: a row for each label, and for each task that it answers.

A row with the system ``report`` is a label as it was read; its task is the finding. Rows of grading systems follow from
these where the report says what their scale asks for: nothing doubtful, past or without a grade.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrader.clinical_text.labels import Label, labels_of
from discgrader.clinical_text.pipeline import known_share
from discgrader.clinical_text.reports import Report
from discgrader.localize.levels import is_level
from discgrader.progress import Progress
from discgrader.reading.files import write_csv

REPORT, NO_LABEL = "report", "no_label"
"""The system of labels as they were read, and the task of a report that has none."""

COLUMNS = (
    "study", "patient", "level", "system", "task", "grade", "degree", "side", "zone", "certainty", "time", "basis",
    "start", "end", "text", "note",
)  # fmt: skip

LEAST_KNOWN = 0.5
"""Share of words that a report must have of the table's to be read; see `known_share`."""

_YES_NO: Mapping[str, tuple[tuple[str, str], ...]] = {
    "bulge": (("deepspine", "disc_bulge"), ("spider", "bulging")),
    "herniation": (("spider", "herniation"),),
    "listhesis": (("spider", "spondylolisthesis"),),
    "disc_narrowing": (("spider", "narrowing"),),
    "disc_osteophyte_complex": (("deepspine", "disc_osteophyte_complex"),),
    "flavum_hypertrophy": (("deepspine", "ligamentum_flavum_thickening"),),
    "lipomatosis": (("deepspine", "epidural_lipomatosis"),),
}
_SEVERITY = {"mild": "1", "moderate": "2", "severe": "3"}
_SIDES = {
    "left": ("left",),
    "right": ("right",),
    "both": ("left", "right"),
    "mainly left": ("left",),
    "mainly right": ("right",),
}


@dataclass(frozen=True)
class LabelledReports:
    """All labels of a table of reports.

    Parameters
    ----------
    labels : mapping of study to (Report, tuple of Label)
    warnings : tuple of str
        What was not understood, each naming studies.
    """

    labels: Mapping[str, tuple[Report, tuple[Label, ...]]]
    warnings: tuple[str, ...]


def label_reports(
    reports: Sequence[Report], silence_is_normal: bool = False, progress: Progress = Progress()
) -> LabelledReports:
    """The labels of every report; stops between two reports when asked to.

    Raises
    ------
    Cancelled
    """
    found: dict[str, tuple[Report, tuple[Label, ...]]] = {}
    odd: dict[str, list[str]] = {}
    for number, report in enumerate(reports):
        progress.report("Reading reports", number / len(reports), report.study)
        labels, why = _labels(report, silence_is_normal)
        found[report.study] = report, labels
        for reason in why:
            odd.setdefault(reason, []).append(report.study)
    return LabelledReports(found, tuple(f"{reason}: {_some(studies)}" for reason, studies in odd.items()))


def _labels(report: Report, silence_is_normal: bool) -> tuple[tuple[Label, ...], list[str]]:
    if not report.text.strip():
        return (_nothing("the report is empty"),), ["reports are empty"]
    labels, read = labels_of(report.text, silence_is_normal)
    if known_share(read.tokens.tokens, report.text) < LEAST_KNOWN:
        return (_nothing("the report does not seem to be in English"),), [
            "reports do not seem to be in English, and have no labels"
        ]
    why = [f"levels that are not known ({', '.join(read.unknown)})"] if read.unknown else []
    if read.six_lumbar:
        why.append("reports count a sixth lumbar vertebra; see that the discs of the pictures are named likewise")
    if any("contrary" in label.note for label in labels):
        why.append("reports contradict themselves at a level; see the column note")
    if not labels:
        why.append("reports say nothing of any finding")
        labels = [_nothing("nothing is said of any finding")]
    return tuple(labels), why


def _nothing(why: str) -> Label:
    return Label("", NO_LABEL, "", note=why)


def rows_of(labelled: LabelledReports) -> Iterator[dict[str, object]]:
    """The rows of the table: of each report its labels, then the tasks of grading systems that follow from them."""
    for report, labels in labelled.labels.values():
        for label in labels:
            yield _row(report, label, REPORT, label.finding, label.value)
        for (_, system, task), (label, grade) in _tasks(labels).items():
            yield _row(report, label, system, task, grade)


def write_table(labelled: LabelledReports, path: Path) -> None:
    """Write the table, whole or not at all.

    Raises
    ------
    OutputError
    """
    write_csv(COLUMNS, rows_of(labelled), path)


def _row(report: Report, label: Label, system: str, task: str, grade: str) -> dict[str, object]:
    said = {name: getattr(label, name) for name in ("degree", "side", "zone", "certainty", "time", "text", "note")}
    place = {name: getattr(label, name) if label.start >= 0 else None for name in ("start", "end")}
    who = {"study": report.study, "patient": report.patient, "level": label.level}
    basis = label.basis.value if label.finding != NO_LABEL else ""
    return {**who, "system": system, "task": task, "grade": grade, **said, "basis": basis, **place}


def _tasks(labels: Iterable[Label]) -> dict[tuple[str, str, str], tuple[Label, str]]:
    """The grade of each task by (level, system, task): the highest where two labels answer one."""
    found: dict[tuple[str, str, str], tuple[Label, str]] = {}
    for label in labels:
        if not is_level(label.level) or label.certainty != "certain" or label.time != "now":
            continue
        for system, task, grade in _answers(label):
            key = (label.level, system, task)
            if key not in found or grade > found[key][1]:
                found[key] = label, grade
    return found


def _answers(label: Label) -> Iterator[tuple[str, str, str]]:
    for system, task in _YES_NO.get(label.finding, ()):
        yield system, task, str(int(label.is_there))
    if label.finding == "modic" and (not label.is_there or label.value in ("1", "2", "3")):
        yield "spider", "modic", label.value if label.is_there else "0"
    severity = "0" if not label.is_there else _SEVERITY.get(label.degree)
    if label.finding == "canal_stenosis" and severity is not None:
        yield "deepspine", "central_stenosis", severity
    if label.finding == "foraminal_stenosis" and severity is not None:
        for side in _sides(label):
            yield "deepspine", f"{side}_foraminal_stenosis", severity
    if label.finding == "facet_arthropathy":
        for side in _sides(label):
            yield "deepspine", f"{side}_facet_arthropathy", str(int(label.is_there))


def _sides(label: Label) -> tuple[str, ...]:
    """The sides that a label speaks of; a denial without a side is of both."""
    return _SIDES.get(label.side, ()) if label.side or label.is_there else ("left", "right")


def counts_of(labelled: LabelledReports) -> dict[str, dict[str, int]]:
    """How often each finding is said to be there, by level; without a level under an empty name."""
    found: dict[str, dict[str, int]] = {}
    for _, labels in labelled.labels.values():
        for label in labels:
            if label.is_there and label.finding != NO_LABEL and label.certainty == "certain" and label.time == "now":
                of_level = found.setdefault(label.finding, {})
                of_level[label.level] = of_level.get(label.level, 0) + 1
    return found


def _some(names: Sequence[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
