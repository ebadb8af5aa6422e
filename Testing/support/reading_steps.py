"""Steps of a reading of the made-up result, which the tests of readings share."""

import itertools
from dataclasses import replace

from discgrader.localize.box import RoiBox
from discgrader.reading.history import History
from discgrader.reading.results import reading_of_result

PFIRRMANN = ("pfirrmann", "pfirrmann")


def grade_of(history, level):
    return history.reading.disc(level).ai_grade(*PFIRRMANN)


def another(history, level):
    return "5" if grade_of(history, level).grade != "5" else "4"


def moved(history, level, by_mm):
    roi = history.reading.disc(level).box
    return RoiBox(roi.center_lps_mm + by_mm, roi.axes_lps, roi.size_mm)


def regraded(history, level, grade):
    """The level's grades as a pack would give them for another box."""
    old = grade_of(history, level)
    return [replace(old, grade=grade, label="?", probabilities={**dict.fromkeys(old.probabilities, 0.0), grade: 1.0})]


def new_history(result):
    """Of a reading that nobody has begun; an hour passes between two steps."""
    hours = itertools.count(8)
    reading = reading_of_result(result, "Dr. Müßig", "2026-11-25T08:00:00+01:00")
    return History(reading, clock=lambda: f"2026-11-25T{next(hours):02}:30:00+01:00")
