"""Readings as files.

A reading is one JSON file in UTF-8, best called ``<study>.reading.json``::

    {"format": "discgrader-reading", "version": 1,
     "study", "reader", "started", "changed",
     "discs": [{"number", "level", "found_level", "roi",
                "gradings": [{"roi", "time", "grades": [...], "not_graded": {...}, both as in grades.json}],
                "decisions": [{"system", "task", "grade", "overrides", "reason", "reader", "time"}],
                "corrections": [{"old": roi, "new": roi, "reader", "time"}],
                "added": {"reader", "time"} or null, "deleted": {"reader", "time"} or null,
                "margin_mm": number or null, "found_margin_mm": number or null}],
     "renamings": [{"steps", "reader", "time", "lowest" or null}], "named": {"reader", "time"} or null,
     "grade_anyway": {"reader", "time"} or null}

``number`` tells a disc whatever it is called; ``level`` is its name now and ``found_level`` the one it was found under
(null for a disc that the reader added). Every ``roi`` is ``{"center_ras_mm", "axes_ras", "size_mm"}`` as in
``grades.json``. ``gradings`` are what packs said, the first one of the box as found, a later one of a corrected box,
with why some said nothing in ``not_graded``, which older files lack; ``decisions`` what the reader said, one a task,
``overrides`` false where the pack's grade was accepted. Deleted discs stay in the file. ``margin_mm`` is how far the
box reaches above and below the disc, null where its height was set by hand; ``found_margin_mm`` what it was at first;
files of older versions have neither. ``named`` is who said last what the lowest disc is called, or shifted the names;
older files lack it, as they lack ``grade_anyway``, who said to grade what may not be a lumbar spine on MR. Times are
ISO 8601. Undo ends with the session: the file holds the present state alone.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from discgrader.checked import read_json as read_json_file
from discgrader.errors import UsageError
from discgrader.folders import whole_file
from discgrader.reading.parts import (
    box_from_json,
    box_to_json,
    grade_from_json,
    grade_to_json,
    items,
    mapping,
    not_graded_from_json,
    number,
    text,
)
from discgrader.reading.record import BoxCorrection, Decision, DiscReading, Grading, Mark, Reading, Renaming

FORMAT, VERSION = "discgrader-reading", 1

SUFFIX = ".reading.json"


def save_reading(reading: Reading, path: Path) -> None:
    """Write a reading; a file that is there is replaced, or stays whole where this fails.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    written = json.dumps(reading_to_json(reading), indent=1, ensure_ascii=False, allow_nan=False)
    with whole_file(Path(path)) as partial:
        partial.write_text(written + "\n", encoding="utf-8")


def load_reading(path: Path) -> Reading:
    """Read a reading; equal to the one that was saved.

    Raises
    ------
    UsageError
        When the file cannot be read, is no reading, is broken, or was written by a newer version.
    """
    return reading_from_json(read_json(path), path)


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
    return {
        "format": FORMAT,
        "version": VERSION,
        "study": reading.study,
        "reader": reading.reader,
        "started": reading.started,
        "changed": reading.changed,
        "discs": [_disc_to_json(one) for one in reading.discs],
        "renamings": [asdict(one) for one in reading.renamings],
        "named": None if reading.named is None else asdict(reading.named),
        "grade_anyway": None if reading.grade_anyway is None else asdict(reading.grade_anyway),
    }


def reading_from_json(document: object, path: Path) -> Reading:
    """The opposite of `reading_to_json`; ``path`` is named in errors."""
    if not is_reading(document):
        raise UsageError(f"{path} is no reading of DiscGrader; give a file that was saved as a reading.")
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise UsageError(f"{path} is a broken reading: it has no version.")
    if version > VERSION:
        raise UsageError(f"{path} was written by a newer DiscGrader (file version {version}); update DiscGrader.")
    try:
        return Reading(
            *(text(document, name) for name in ("study", "reader", "started", "changed")),
            tuple(_disc(one) for one in items(document.get("discs"), "the list of discs")),
            tuple(_renaming(one) for one in items(document.get("renamings"), "the list of renamings")),
            _mark(document.get("named")),
            _mark(document.get("grade_anyway")),
        )
    except UsageError as error:
        raise UsageError(f"{path} is a broken reading: {str(error).rstrip('.')}.") from error


def _disc_to_json(disc: DiscReading) -> dict[str, object]:
    return {
        "number": disc.number,
        "level": disc.level,
        "found_level": disc.found_level,
        "roi": box_to_json(disc.box),
        "gradings": [
            {
                "roi": box_to_json(one.box),
                "time": one.time,
                "grades": [grade_to_json(grade) for grade in one.grades],
                "not_graded": dict(one.not_graded),
            }
            for one in disc.gradings
        ],
        "decisions": [asdict(one) for one in disc.decisions],
        "corrections": [
            {"old": box_to_json(one.old), "new": box_to_json(one.new), "reader": one.reader, "time": one.time}
            for one in disc.corrections
        ],
        "added": None if disc.added is None else asdict(disc.added),
        "deleted": None if disc.deleted is None else asdict(disc.deleted),
        "margin_mm": disc.margin_mm,
        "found_margin_mm": disc.found_margin_mm,
    }


def _disc(described: object) -> DiscReading:
    fields = mapping(described, "a disc")
    decisions = tuple(_decision(one) for one in items(fields.get("decisions"), "the list of decisions"))
    keys = [(one.system, one.task) for one in decisions]
    if len(set(keys)) < len(keys):
        raise UsageError(f"{text(fields, 'level')} has two decisions on one task")
    return DiscReading(
        _whole(fields, "number"),
        text(fields, "level"),
        box_from_json(fields.get("roi")),
        None if fields.get("found_level") is None else text(fields, "found_level"),
        tuple(_grading(one) for one in items(fields.get("gradings"), "the list of gradings")),
        decisions,
        tuple(_correction(one) for one in items(fields.get("corrections"), "the list of corrections")),
        _mark(fields.get("added")),
        _mark(fields.get("deleted")),
        _margin(fields.get("margin_mm")),
        _margin(fields.get("found_margin_mm")),
    )


def _grading(described: object) -> Grading:
    fields = mapping(described, "a grading")
    grades = tuple(grade_from_json(one) for one in items(fields.get("grades"), "the list of grades"))
    return Grading(box_from_json(fields.get("roi")), grades, text(fields, "time"), not_graded_from_json(fields))


def _decision(described: object) -> Decision:
    fields = mapping(described, "a decision")
    if not isinstance(fields.get("overrides"), bool):
        raise UsageError("a decision does not say whether it overrides")
    before, after = ("system", "task", "grade"), ("reason", "reader", "time")
    return Decision(*(text(fields, one) for one in before), fields["overrides"], *(text(fields, one) for one in after))


def _correction(described: object) -> BoxCorrection:
    fields = mapping(described, "a correction")
    boxes = (box_from_json(fields.get(one)) for one in ("old", "new"))
    return BoxCorrection(*boxes, text(fields, "reader"), text(fields, "time"))


def _mark(described: object) -> Mark | None:
    if described is None:
        return None
    fields = mapping(described, "a mark")
    return Mark(text(fields, "reader"), text(fields, "time"))


def _margin(described: object) -> float | None:
    return None if described is None else number(described)


def _renaming(described: object) -> Renaming:
    fields = mapping(described, "a renaming")
    lowest = None if fields.get("lowest") is None else text(fields, "lowest")
    return Renaming(_whole(fields, "steps"), text(fields, "reader"), text(fields, "time"), lowest)


def _whole(fields: Mapping, name: str) -> int:
    if isinstance(fields.get(name), bool) or not isinstance(fields.get(name), int):
        raise UsageError(f"{name} is missing or no whole number")
    return fields[name]
