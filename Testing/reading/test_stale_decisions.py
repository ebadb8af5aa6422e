"""What a reader decided before a box was moved is stale until it is confirmed, or the move is undone."""

from dataclasses import replace

import pytest
from discgrader.localize.box import RoiBox
from discgrader.reading.commands import AcceptGrade, AcceptLevel, ConfirmLevel, LearnGrades, SetGrade
from discgrader.reading.disc_commands import MoveBox, SetMargin
from discgrader.reading.files import load_reading, reading_rows, save_reading
from discgrader.reading.history import History
from discgrader.reading.results import discs_now, reading_of_result, wants_grading
from discgrader.report.html import report_html
from discgrader.report.tables import grades_json, grades_rows
from synthetic_result import synthetic_result

PFIRRMANN, LEVEL = ("pfirrmann", "pfirrmann"), "L4-L5"


@pytest.fixture
def history():
    return History(reading_of_result(synthetic_result(), "Reader A"))


def by(history, mm: float) -> RoiBox:
    box = history.reading.disc(LEVEL).box
    return replace(box, center_lps_mm=box.center_lps_mm + box.axes_lps @ [0.0, 0.0, mm])


def is_stale(history) -> bool:
    return history.reading.disc(LEVEL).is_decision_stale(*PFIRRMANN)


@pytest.mark.parametrize(("mm", "stale"), [(4e-7, False), (5e-6, False), (2e-3, True), (0.05, True)])
def test_grades_are_of_the_box_they_were_given_in_but_for_the_digits_that_files_keep(history, mm, stale):
    disc = history.reading.disc(LEVEL)
    rounded = replace(disc, box=by(history, mm))
    assert rounded.is_stale is stale and wants_grading(rounded) is stale
    assert rounded.grading == disc.grading


@pytest.mark.parametrize("command", [SetGrade(LEVEL, *PFIRRMANN, "5", "collapsed"), AcceptGrade(LEVEL, *PFIRRMANN)])
def test_a_decision_is_stale_from_a_move_on_until_it_is_confirmed_or_undone(history, command, tmp_path):
    history.apply(command)
    status = history.reading.disc(LEVEL).status(*PFIRRMANN)
    history.apply(SetMargin(12.0))
    history.apply(MoveBox(LEVEL, by(history, 1.5)))
    assert not is_stale(history), "a margin and a tremor change nothing"
    history.apply(MoveBox(LEVEL, by(history, 12.0)))
    assert is_stale(history)
    if status == "overridden":
        stale = {row["level"]: row["stale"] for row in reading_rows(history.reading) if row["task"] == "pfirrmann"}
        assert stale[LEVEL] == "yes" and set(stale.values()) == {"yes", ""}
    save_reading(history.reading, tmp_path / "one.reading.json")
    assert load_reading(tmp_path / "one.reading.json").disc(LEVEL).is_decision_stale(*PFIRRMANN)
    history.undo()
    assert not is_stale(history)
    history.redo()
    history.apply(ConfirmLevel(LEVEL, *PFIRRMANN))
    assert not is_stale(history) and history.undo_words == "Undo: confirm L4-L5, Pfirrmann"
    history.undo()
    assert is_stale(history)
    history.apply(ConfirmLevel(LEVEL))
    assert not any(
        history.reading.disc(LEVEL).is_decision_stale(said.system, said.task)
        for said in history.reading.disc(LEVEL).decisions
    )
    assert history.apply(ConfirmLevel(LEVEL)) is history.reading


def test_what_is_accepted_again_or_set_again_is_confirmed(history):
    history.apply(AcceptGrade(LEVEL, *PFIRRMANN))
    disc = history.reading.disc(LEVEL)
    history.apply(MoveBox(LEVEL, by(history, 12.0)))
    history.learn(LearnGrades(disc.number, history.reading.disc(LEVEL).box, disc.grading.grades))
    assert is_stale(history) and history.reading.disc(LEVEL).status(*PFIRRMANN) == "accepted"
    history.apply(AcceptLevel(LEVEL))
    assert not is_stale(history)
    history.undo()
    history.apply(SetGrade(LEVEL, *PFIRRMANN, "3"))
    assert not is_stale(history)


def test_a_decision_of_an_older_file_is_not_called_stale(history):
    history.apply(SetGrade(LEVEL, *PFIRRMANN, "5"))
    disc = history.reading.disc(LEVEL)
    old = replace(disc, decisions=tuple(replace(said, box=None) for said in disc.decisions))
    reading = history.reading.with_disc(old)
    assert not reading.apply(MoveBox(LEVEL, by(history, 12.0))).disc(LEVEL).is_decision_stale(*PFIRRMANN)


def test_report_json_and_csv_say_that_a_decision_is_older_than_the_box(history):
    history.apply(SetGrade(LEVEL, *PFIRRMANN, "5"))
    disc = history.reading.disc(LEVEL)
    history.apply(MoveBox(LEVEL, by(history, 12.0)))
    history.learn(LearnGrades(disc.number, history.reading.disc(LEVEL).box, disc.grading.grades))
    reading, made = history.reading, synthetic_result()
    assert not reading.disc(LEVEL).is_stale, "the new place is graded; the decision alone is older"
    now = {described.level: described for _disc, described in discs_now(reading)}
    result = replace(made, discs=tuple(replace(one, disc=now[one.disc.level]) for one in made.discs))
    assert "box moved since" in report_html(result, reading=reading)
    document = grades_json(result, reading)
    told = {(disc["level"], grade["task"]): grade["box"] for disc in document["discs"] for grade in disc["grades"]}
    assert told[LEVEL, "pfirrmann"] == "moved" and told["L3-L4", "pfirrmann"] == ""
    rows = {(row["level"], row["task"]): row["box"] for row in grades_rows(document)}
    assert rows[LEVEL, "pfirrmann"] == "moved" and rows["L3-L4", "pfirrmann"] == ""
    history.apply(ConfirmLevel(LEVEL))
    assert "box moved since" not in report_html(result, reading=history.reading)
