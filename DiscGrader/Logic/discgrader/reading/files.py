"""Readings as files.

A reading is one JSON file in UTF-8, best called ``<study>.reading.json``::

    {"format": "discgrader-reading", "version": 1,
     "study", "reader", "started", "changed",
     "discs": [{"number", "level", "found_level", "roi",
                "gradings": [{"roi", "time", "grades": [...], "not_graded": {...}, both as in grades.json}],
                "decisions": [{"system", "task", "grade", "overrides", "reason", "reader", "time",
                               "roi" or null}],
                "corrections": [{"old": roi, "new": roi, "reader", "time"}],
                "added": {"reader", "time"} or null, "deleted": {"reader", "time"} or null,
                "margin_mm": number or null, "found_margin_mm": number or null,
                "measured": a disc as in grades.json or null, "label": number or null}],
     "renamings": [{"steps", "reader", "time", "lowest" or null}], "named": {"reader", "time"} or null,
     "grade_anyway": {"reader", "time"} or null,
     "found": {"series_name", "warnings": [...], "name_doubts": [...], "misfits": [...], "name_probability",
               "name_alternatives": {...}, "shifts_lps_mm": {series: [x, y, z]}} or null,
     "beside": [{"name", "reader", "changed", "discs": [{"number", "level", "decisions"}], "unknown": [...]}],
     "examined": {"examination", "series", "left_out", "warnings", "software", as in grades.json} or null}

``number`` tells a disc whatever it is called; ``level`` is its name now and ``found_level`` the one it was found under
(null for a disc that the reader added). Every ``roi`` is ``{"center_ras_mm", "axes_ras", "size_mm"}`` as in
``grades.json``. ``gradings`` are what packs said, the first one of the box as found, a later one of a corrected box,
with why some said nothing in ``not_graded``, which older files lack; ``decisions`` what the reader said, one a task,
``overrides`` false where the pack's grade was accepted, ``roi`` where the box was then, which older files lack.
Deleted discs stay in the file. ``margin_mm`` is how far the
box reaches above and below the disc, null where its height was set by hand; ``found_margin_mm`` what it was at first;
files of older versions have neither. ``named`` is who said last what the lowest disc is called, or shifted the names;
older files lack it, as they lack ``grade_anyway``, who said to grade what may not be a lumbar spine on MR.
``measured`` is the disc as it was found or added, ``label`` its value in the segmentation, ``found`` what was found of
the study as a whole and ``examined`` what it was graded from; files of version 0.1.0 have none of these.
``beside`` has what other readers said of the same discs, by their numbers here; older files lack it. Times are ISO
8601. Undo ends with the session: the file holds the present state alone.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from discgrader.checked import checked, plain
from discgrader.checked import read_json as read_json_file
from discgrader.errors import UsageError
from discgrader.folders import atomic_file
from discgrader.reading.record import Reading

FORMAT, VERSION = "discgrader-reading", 1

SUFFIX = ".reading.json"

COLUMNS = (
    *("study", "level", "system", "task", "ai_grade", "ai_probability", "reader_grade"),
    *("status", "reason", "reader", "time", "stale"),
)
"""Columns of a table of readings."""


def save_reading(reading: Reading, path: Path) -> None:
    """Write a reading; a file that is there is replaced, or stays whole where this fails.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    written = json.dumps(reading_to_json(reading), indent=1, ensure_ascii=False, allow_nan=False)
    with atomic_file(Path(path)) as partial:
        partial.write_text(written + "\n", encoding="utf-8")


def load_reading(path: Path) -> Reading:
    """Read a reading; equal to the one that was saved.

    Raises
    ------
    UsageError
        When the file cannot be read, is no reading, is broken, or was written by a newer version.
    """
    reading = reading_from_json(read_json(path), path)
    if not reading.reader.strip():
        raise UsageError(f"{path} is a damaged reading: it has no reader.")
    return reading


def read_json(path: Path) -> object:
    """What a JSON file holds.

    Raises
    ------
    UsageError
        When it cannot be read or is no JSON.
    """
    return read_json_file(Path(path), UsageError)


def is_reading(document: object) -> bool:
    """Whether a JSON document says that it is a reading."""
    return isinstance(document, Mapping) and document.get("format") == FORMAT


def reading_to_json(reading: Reading) -> dict[str, object]:
    """A reading as this module's docstring describes it."""
    return {"format": FORMAT, "version": VERSION, **plain(reading)}


def reading_from_json(document: object, path: Path) -> Reading:
    """The opposite of `reading_to_json`; ``path`` is named in errors."""
    if not isinstance(document, Mapping) or not is_reading(document):
        raise UsageError(f"{path} is not a DiscGrader reading; choose a file that was saved as a reading.")
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise UsageError(f"{path} is a damaged reading: it has no version.")
    if version > VERSION:
        raise UsageError(f"{path} was written by a newer DiscGrader (file version {version}); update DiscGrader.")
    return checked(document, Reading, f"{path} is a damaged reading", UsageError)


def reading_rows(reading: Reading) -> list[dict[str, object]]:
    """One row a disc and task, without deleted discs.

    ``ai_grade`` is empty where no pack graded the task, ``reader_grade``, ``reason``, ``reader`` and ``time`` while the
    grade is unread; ``stale`` says "yes" where the box was moved since, and nobody has confirmed the decision.
    """
    rows: list[dict[str, object]] = []
    for disc in reading.present:
        for system, task in disc.tasks:
            ai, given = disc.ai_grade(system, task), disc.reader_grade(system, task)
            said = None if given is None else disc.decision(system, task)
            rows.append(
                {
                    "study": reading.study,
                    "level": disc.level,
                    "system": system,
                    "task": task,
                    "ai_grade": "" if ai is None else ai.grade,
                    "ai_probability": "" if ai is None else ai.probability,
                    "reader_grade": given or "",
                    "status": disc.status(system, task),
                    "reason": "" if said is None else said.reason,
                    "reader": "" if said is None else said.reader,
                    "time": "" if said is None else said.time,
                    "stale": "yes" if given is not None and disc.is_decision_stale(system, task) else "",
                }
            )
    return rows


def write_readings_csv(readings: Iterable[Reading], path: Path) -> None:
    """Write the rows of one or many readings as UTF-8 CSV, whole or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    write_csv(COLUMNS, (row for reading in readings for row in reading_rows(reading)), path)


def write_csv(columns: Iterable[str], rows: Iterable[Mapping[str, object]], path: Path) -> None:
    """Write rows as UTF-8 CSV, whole or not at all; None is an empty cell."""
    with atomic_file(Path(path)) as partial, open(partial, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, tuple(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
