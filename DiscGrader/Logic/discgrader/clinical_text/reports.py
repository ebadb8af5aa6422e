"""The table of reports: one row each, with the patient and the text."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrader.checked import read_bytes
from discgrader.errors import UsageError

PATIENT_NAMES = ("patient", "patient_id", "patientid", "subject", "subject_id", "case", "case_id", "id", "mrn", "pid")
STUDY_NAMES = ("study", "study_id", "studyid", "examination", "exam", "exam_id", "accession", "accession_number")
TEXT_NAMES = (
    "report", "report_text", "text", "report_body", "radiology_report", "clinicians_notes", "clinician_s_notes",
    "notes", "findings", "impression",
)  # fmt: skip
"""What columns are called that are found without being named, the first of them that a table has."""

_SEPARATORS = (",", ";", "\t", "|")
_MOST_CHARACTERS = 1 << 20
"""Of one cell; the longest reports have some ten thousand, and without its quotation mark a cell is the whole file."""


@dataclass(frozen=True)
class Columns:
    """Names of columns, None where they are to be found by what they are usually called."""

    patient: str | None = None
    text: str | None = None
    study: str | None = None


@dataclass(frozen=True)
class Report:
    """One row of the table.

    Parameters
    ----------
    study, patient : str
        The study is the patient where the table does not name studies.
    text : str
    line : int
        Of the file, where the row ends.
    """

    study: str
    patient: str
    text: str
    line: int


def read_reports(
    path: Path, columns: Columns = Columns(), encoding: str | None = None
) -> tuple[list[Report], list[str]]:
    """All reports of a table with a header, and what a user should know of how it was read.

    Separators are commas, semicolons, tabs or bars, by the header. The text is UTF-8, UTF-16 with a byte order mark, or
    else Windows-1252, which is among the warnings.

    Raises
    ------
    UsageError
        There is no such file, a column is missing, a row is broken or without a patient, two rows are of one study, or
        no row has a text.
    """
    text, warnings = _decoded(path, encoding)
    rows = _rows(path, text, columns)
    names, cells = rows[0][1], rows[1:]
    places = _places(path, names, columns)
    found = [_report(path, line, row, len(names), places) for line, row in cells]
    kept, repeated = _once(path, found, places[2] is not None)
    if not any(report.text.strip() for report in kept):
        raise UsageError(f"{path} has no report: the column {names[places[1]]} is empty throughout.")
    if repeated:
        warnings.append(f"{_some(repeated)}: the same report twice; it is used once")
    return kept, warnings


def _decoded(path: Path, encoding: str | None) -> tuple[str, list[str]]:
    raw = read_bytes(path, UsageError)
    if raw.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise UsageError(f"{path} is a workbook, not a CSV table; save it as CSV in UTF-8.")
    if encoding is not None:
        return _with(path, raw, encoding), []
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _with(path, raw, "utf-16"), []
    if b"\0" in raw:
        raise UsageError(
            f"{path} is not a text file, or is UTF-16 without its mark; name the encoding with --encoding."
        )
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        text = _with(path, raw, "cp1252")
        return text, ["the table is not UTF-8 and was read as Windows-1252; if letters are wrong, use --encoding"]


def _with(path: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding).removeprefix("\ufeff")
    except LookupError as error:
        raise UsageError(f"There is no encoding {encoding}; use one such as utf-8, cp1252 or utf-16.") from error
    except UnicodeError as error:
        raise UsageError(f"{path} is not {encoding} text; name its encoding with --encoding.") from error


def _rows(path: Path, text: str, columns: Columns) -> list[tuple[int, list[str]]]:
    """The header and all rows that are not empty, with their lines, by the separator that gives the most columns."""
    first = next(csv.reader(io.StringIO(text, newline="")), None) if text.strip() else None
    if first is None:
        raise UsageError(f"{path} is empty; it must have a header with the columns patient and report.")
    header = text.lstrip("\n").splitlines()[0]
    separator = max(_SEPARATORS, key=lambda mark: (_known(header, mark, columns), -_SEPARATORS.index(mark)))
    before = csv.field_size_limit(_MOST_CHARACTERS)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UsageError(f"{path} is not a CSV table ({error}); perhaps a quotation mark is missing.") from error
    finally:
        csv.field_size_limit(before)


def _known(header: str, separator: str, columns: Columns) -> int:
    names = [_plain(name) for name in next(csv.reader([header], delimiter=separator), [])]
    wanted = {_plain(name) for name in (columns.patient, columns.text, columns.study) if name}
    return sum(name in wanted or name in (*PATIENT_NAMES, *STUDY_NAMES, *TEXT_NAMES) for name in names)


def _plain(name: str) -> str:
    return "_".join("".join(letter if letter.isalnum() else " " for letter in name.lower().replace("'", "")).split())


def _places(path: Path, names: Sequence[str], columns: Columns) -> tuple[int, int, int | None]:
    """Which columns hold patient, text and study."""
    plain = [_plain(name) for name in names]
    study = _place(path, names, plain, columns.study, STUDY_NAMES)
    patient = _place(path, names, plain, columns.patient, PATIENT_NAMES)
    patient = study if patient is None and columns.patient is None else patient
    text = _place(path, names, plain, columns.text, TEXT_NAMES)
    for what, place, option in (("patient", patient, "--patient-column"), ("report", text, "--text-column")):
        if place is None:
            raise UsageError(
                f"{path} has no column {what}; it has {', '.join(map(repr, names[:20]))}. "
                f"Name the column with {option}."
            )
    assert patient is not None and text is not None
    return patient, text, study


def _place(
    path: Path, names: Sequence[str], plain: Sequence[str], wanted: str | None, usual: Sequence[str]
) -> int | None:
    if wanted is None:
        found = next((name for name in usual if name in plain), None)
        if found is not None and plain.count(found) > 1:
            raise UsageError(f"{path} has two columns {found}; rename one of them.")
        return None if found is None else plain.index(found)
    if wanted not in names and _plain(wanted) not in plain:
        raise UsageError(f"{path} has no column {wanted}; it has {', '.join(map(repr, names[:20]))}.")
    return list(names).index(wanted) if wanted in names else plain.index(_plain(wanted))


def _report(path: Path, line: int, row: Sequence[str], width: int, places: tuple[int, int, int | None]) -> Report:
    if len(row) != width:
        raise UsageError(
            f"{path}, line {line}: the row has {len(row)} cells, the header {width}; put texts with separators in it "
            "into quotation marks."
        )
    patient_place, text_place, study_place = places
    patient = row[patient_place].strip()
    study = row[study_place].strip() if study_place is not None else patient
    if not patient or not study:
        raise UsageError(f"{path}, line {line}: the row names no patient or study; fill it in or remove the row.")
    return Report(study, patient, row[text_place], line)


def _once(path: Path, reports: Sequence[Report], has_studies: bool) -> tuple[list[Report], list[str]]:
    """Each study once; the same text twice is one report, and another text an error."""
    found: dict[str, Report] = {}
    repeated = []
    for report in reports:
        before = found.setdefault(report.study, report)
        if before is report:
            continue
        if before.text.split() != report.text.split() or before.patient != report.patient:
            what = "study" if has_studies else "patient"
            hint = "merge them" if has_studies else "add a column study that says which study each is of"
            raise UsageError(
                f"{path} has two different reports for {what} {report.study} (lines {before.line} and {report.line}); "
                f"{hint}, or remove one."
            )
        repeated.append(report.study)
    return list(found.values()), repeated


def _some(names: Sequence[str], most: int = 10) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
