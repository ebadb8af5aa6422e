"""What was measured of each disc, as rows of ``measures.csv``."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from discgrader.folders import as_output_errors

COLUMNS = ("study", "level", "measure", "title", "value", "unit", "error", "series", "source")
"""Columns of ``measures.csv``; ``error`` is the mean error where it is known."""


def measure_rows(document: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    """Every number among the evidence of a study's grades (``grades.json``), once for each disc and series."""
    for disc in document["discs"]:
        told = set()
        for grade in disc["grades"]:
            for name, entry in grade["evidence"].items():
                if not _is_measure(entry) or (name, entry.get("series")) in told:
                    continue
                told.add((name, entry.get("series")))
                own = {column: entry[column] for column in COLUMNS if column in entry}
                yield {"study": document["study"], "level": disc["level"], "measure": name, **own}


def _is_measure(entry: object) -> bool:
    value = entry.get("value") if isinstance(entry, Mapping) else None
    return isinstance(value, int | float) and not isinstance(value, bool)


def write_measures_csv(rows: Iterable[Mapping[str, object]], path: Path) -> None:
    """Write rows of ``measures.csv`` as UTF-8 CSV; no file where nothing was measured.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    rows = list(rows)
    if not rows:
        return
    with as_output_errors(path), open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
