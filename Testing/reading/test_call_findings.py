"""Findings called by another rule: from the probabilities there are, without touching what a reader decided."""

from dataclasses import replace

import pytest
from called_pack import BULGING, called_pack
from discgrader.errors import UsageError
from discgrader.reading.call_findings import CallFindings
from discgrader.reading.commands import AcceptGrade, SetGrade
from discgrader.reading.disc_commands import MoveBox
from discgrader.reading.files import reading_from_json, reading_to_json
from discgrader.reading.history import History
from discgrader.reading.record import ACCEPTED, OVERRIDDEN, UNREAD
from discgrader.reading.results import reading_of_result
from synthetic_result import synthetic_result

PACKS = {"spider": called_pack()}
LIKELY, UNLIKELY = "L5-S1", "L1-L2"
"""Bulging has 70 % at the one and 30 % at the other."""


@pytest.fixture
def reading():
    return reading_of_result(synthetic_result(), "Reader A")


def called(reading, rule: str):
    return CallFindings({"": rule} if rule else {}, PACKS).change(reading, "2026-11-30")


def grade(reading, level: str):
    return reading.disc(level).ai_grade(*BULGING)


@pytest.mark.parametrize(
    ("rule", "likely", "unlikely", "threshold"),
    [
        ("youden", "1", "1", 0.2),
        ("sensitivity:0.9", "1", "1", 0.25),
        ("sensitivity:0.6", "1", "0", 0.5),
        ("likeliest", "1", "0", None),
        ("", "1", "0", None),
    ],
)
def test_grades_follow_the_rule_and_say_it_while_probabilities_stay(reading, rule, likely, unlikely, threshold):
    now = called(called(reading, "youden"), rule)
    assert (grade(now, LIKELY).grade, grade(now, UNLIKELY).grade) == (likely, unlikely)
    assert grade(now, UNLIKELY).label == {"0": "no", "1": "yes"}[unlikely]
    assert grade(now, UNLIKELY).probabilities == grade(reading, UNLIKELY).probabilities
    call = grade(now, UNLIKELY).call
    assert (None if call is None else (call.rule, call.threshold)) == (threshold and (rule, threshold))
    assert [len(disc.gradings) for disc in now.discs] == [1] * 5, "nothing was graded"
    assert reading_from_json(reading_to_json(now), "a file") == now
    assert called(now, rule) == now
    others = [one for one in now.disc(UNLIKELY).grading.grades if (one.system, one.task) != BULGING]
    assert others == [one for one in reading.disc(UNLIKELY).grading.grades if (one.system, one.task) != BULGING]


def test_what_the_reader_decided_stands_whatever_is_called(reading):
    read = called(reading, "youden").apply(AcceptGrade(UNLIKELY, *BULGING)).apply(SetGrade("L2-L3", *BULGING, "0"))
    assert [read.disc(level).status(*BULGING) for level in (UNLIKELY, "L2-L3")] == [ACCEPTED, OVERRIDDEN]
    likeliest = called(read, "likeliest")
    assert [likeliest.disc(level).reader_grade(*BULGING) for level in (UNLIKELY, "L2-L3")] == ["1", "0"]
    assert [likeliest.disc(level).status(*BULGING) for level in (UNLIKELY, "L2-L3")] == [OVERRIDDEN, ACCEPTED]
    assert likeliest.disc(LIKELY).status(*BULGING) == UNREAD
    assert called(likeliest, "youden") == read


def test_undo_and_boxes_that_were_moved_know_the_rule_too(reading):
    history = History(reading)
    box = reading.disc(UNLIKELY).box
    history.apply(MoveBox(UNLIKELY, replace(box, center_lps_mm=box.center_lps_mm + 3)))
    history.learn(CallFindings({"": "youden"}, PACKS))
    assert grade(history.reading, UNLIKELY).grade == "1"
    history.undo()
    assert grade(history.reading, UNLIKELY).grade == "1"


def test_grades_of_another_version_of_the_pack_stay(reading):
    other = {"spider": replace(PACKS["spider"], sha256="1" * 64)}
    assert CallFindings({"": "youden"}, other).change(reading, "") is reading
    with pytest.raises(UsageError, match="no way 'often'"):
        CallFindings({"": "often"}, PACKS).change(reading, "")
