"""A new reading of what was graded."""

from collections.abc import Mapping

from discgrader.errors import UsageError
from discgrader.grading.results import StudyResult
from discgrader.reading.parts import (
    box_from_json,
    grade_from_json,
    items,
    mapping,
    not_graded_from_json,
    plain_grade,
    text,
)
from discgrader.reading.record import DiscReading, Grading, Reading, now


def reading_of_result(result: StudyResult, reader: str, time: str | None = None) -> Reading:
    """A reading of a result, in which nothing is read yet.

    Raises
    ------
    UsageError
        When study or reader have no name.
    """
    time = time or now()
    discs = []
    for number, one in enumerate(result.discs, 1):
        box = one.disc.roi.require_extent()
        grades = tuple(plain_grade(grade) for grade in one.grades)
        discs.append(_disc(number, one.disc.level, Grading(box, grades, time, dict(one.not_graded))))
    return Reading(result.study.name, reader, time, time, tuple(discs))


def reading_of_grades(document: Mapping, reader: str, time: str | None = None) -> Reading:
    """A reading of what a ``grades.json`` holds, in which nothing is read yet.

    Raises
    ------
    UsageError
        When it is no complete ``grades.json``.
    """
    time = time or now()
    try:
        discs = []
        for number, described in enumerate(items(document.get("discs"), "the list of discs"), 1):
            fields = mapping(described, "a disc")
            level, box = text(fields, "level"), box_from_json(fields.get("roi"))
            grades = tuple(grade_from_json(one) for one in items(fields.get("grades"), "the list of grades"))
            discs.append(_disc(number, level, Grading(box, grades, time, not_graded_from_json(fields))))
        return Reading(text(document, "study"), reader, time, time, tuple(discs))
    except UsageError as error:
        raise UsageError(f"The grades.json cannot be read: {str(error).rstrip('.')}.") from error


def _disc(number: int, level: str, grading: Grading) -> DiscReading:
    told = (grading,) if grading.grades or grading.not_graded else ()
    return DiscReading(number, level, grading.box, found_level=level, gradings=told)
