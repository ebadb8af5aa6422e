"""Where a system applies: which levels it is for, and that others are not graded by it, whatever they are renamed
to."""

from dataclasses import replace

import pytest
from discgrader.grading.not_graded import above, not_graded_in_words, out_of_range
from discgrader.grading.results import StudyResult
from discgrader.grading.systems import systems
from discgrader.localize.levels import level_name
from discgrader.reading.commands import LearnGrades
from discgrader.reading.disc_commands import ShiftLevels
from discgrader.reading.history import History
from discgrader.reading.results import reading_of_result
from synthetic_result import synthetic_result

LUMBAR_ONLY = {"calcification", "axial-multitask", "msu", "deepspine", "measured-canal"}
LUMBAR = above("L1-L2")


@pytest.mark.parametrize("level", ["S1-S2", "L5-S1", "L6-S1", "L5-L6", "L4-S1", "L4-L5", "L1-L2"])
def test_every_system_is_for_lumbar_discs(level):
    assert all(system.covers(level) for system in systems().values()) and out_of_range(level) == {}


@pytest.mark.parametrize("level", ["T12-L1", "T13-L1", "T12-T13", "T11-T12", "T9-T10"])
def test_discs_at_the_conus_and_above_are_pfirrmann_s_and_spider_s_alone(level):
    assert out_of_range(level) == dict.fromkeys(LUMBAR_ONLY, LUMBAR)


@pytest.mark.parametrize("level", ["T8-T9", "C7-T1", "C3-C4", "disc 30", ""])
def test_no_system_is_for_what_none_was_trained_on(level):
    assert set(out_of_range(level)) == set(systems())


def test_discs_above_the_range_and_beside_the_slices_are_nothing_to_warn_of():
    usual = {"L5-S1": {}, "L4-L5": {}, "L3-L4": {"msu": "the axial T2 misses it by 9 mm"}, "T12-L1": {"msu": LUMBAR}}
    assert not_graded_in_words(usual) == ()
    nowhere = {level: {"msu": "the axial T2 misses it by 70 mm"} for level in usual} | {"T12-L1": {"msu": LUMBAR}}
    assert not_graded_in_words(nowhere) == ("Not graded by msu: the axial T2 misses it by 70 mm.",)
    assert not_graded_in_words({"T11-T12": {"msu": LUMBAR}}) == (f"Not graded by msu: {LUMBAR}.",)
    assert not_graded_in_words({"L4-L5": {"msu": "no axial T2"}, "T12-L1": {"msu": LUMBAR}}) == (
        "Not graded by msu: no axial T2.",
    )


def _renaming() -> History:
    """The history of a reading of five discs that all systems have graded alike."""
    return History(reading_of_result(synthetic_result(), "reader"))


def test_grades_do_not_follow_a_disc_to_a_level_that_they_are_not_for():
    history = _renaming()
    top = max(history.reading.present, key=lambda one: one.number)
    lumbar = next(grade for grade in top.gradings[-1].grades if grade.system == "pfirrmann")
    history.learn(
        LearnGrades(
            top.number, top.box, (lumbar, replace(lumbar, system="msu", task="size")), {"deepspine": "no axial T2"}
        )
    )
    before = history.reading.disc(top.level)
    assert {grade.system for grade in before.grading.grades} == {"pfirrmann", "msu"}
    history.apply(ShiftLevels(1))
    shifted = next(one for one in history.reading.present if one.number == top.number)
    assert shifted.level == "T12-L1" and {grade.system for grade in shifted.grading.grades} == {"pfirrmann"}
    assert shifted.grading.not_graded == {"deepspine": LUMBAR, "msu": LUMBAR} and not shifted.is_stale
    history.undo()
    assert history.reading.disc(top.level) == before


def test_what_was_too_high_is_not_said_of_a_disc_that_was_renamed_to_a_lumbar_level():
    history = _renaming()
    top = max(history.reading.present, key=lambda one: one.number)
    history.apply(ShiftLevels(1))
    grades = tuple(grade for grade in top.gradings[-1].grades if grade.system == "pfirrmann")
    history.learn(LearnGrades(top.number, top.box, grades, {"msu": LUMBAR, "deepspine": LUMBAR}))
    history.apply(ShiftLevels(-1))
    assert history.reading.disc(level_name(5)).grading.not_graded == {}


def test_the_report_of_a_study_says_nothing_of_levels_that_a_system_is_not_for():
    result = synthetic_result()
    discs = tuple(
        replace(one, not_graded=out_of_range("T12-L1") if number == 4 else {})
        for number, one in enumerate(result.discs)
    )
    assert StudyResult(result.study, result.localization, discs).not_graded == ()
