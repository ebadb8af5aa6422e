"""Readings as a table."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from discgrader.folders import whole_file
from discgrader.reading.record import Reading

COLUMNS = (
    *("study", "level", "system", "task", "ai_grade", "ai_probability", "reader_grade"),
    *("status", "reason", "reader", "time"),
)


def reading_rows(reading: Reading) -> list[dict[str, object]]:
    """One row a disc and task, without deleted discs.

    ``ai_grade`` is empty where no pack graded the task, ``reader_grade``, ``reason``, ``reader`` and ``time`` while the
    grade is unread.
    """
    rows = []
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
    write_csv(COLUMNS, (row for one in readings for row in reading_rows(one)), path)


def write_csv(columns: Iterable[str], rows: Iterable[Mapping[str, object]], path: Path) -> None:
    """Write rows as UTF-8 CSV, whole or not at all; None is an empty cell."""
    with whole_file(Path(path)) as partial, open(partial, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, tuple(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
