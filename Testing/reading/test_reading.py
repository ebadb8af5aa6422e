"""A reading: what the AI and the reader said, its changes, undo and redo, its file and its table."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from discgrader.errors import UsageError
from discgrader.grading.operating_point import Call
from discgrader.localize.box import RoiBox
from discgrader.reading.commands import AcceptGrade, AcceptLevel, LearnGrades, SetGrade, Together, WithdrawGrade
from discgrader.reading.contradictions import contradictions_of, wants_decision
from discgrader.reading.disc_commands import AddDisc, DeleteDisc, MoveBox, SetLowest, ShiftLevels
from discgrader.reading.history import History
from discgrader.reading.record import ACCEPTED, OVERRIDDEN, UNREAD
from discgrader.reading.results import reading_of_result
from reading_steps import PFIRRMANN, another, grade_of, moved, new_history, regraded
from synthetic_result import synthetic_result


@pytest.fixture(scope="module")
def result():
    return synthetic_result()


@pytest.fixture
def history(result):
    return new_history(result)


def test_both_voices_are_kept(history):
    said, own = grade_of(history, "L4-L5"), another(history, "L4-L5")
    history.apply(SetGrade("L4-L5", *PFIRRMANN, own, "Höhe größer als es scheint"))
    disc = history.reading.disc("L4-L5")
    assert disc.ai_grade(*PFIRRMANN) == said
    assert disc.reader_grade(*PFIRRMANN) == own != said.grade
    decision = disc.decision(*PFIRRMANN)
    assert (decision.reader, decision.reason) == ("Dr. Müßig", "Höhe größer als es scheint")
    assert decision.time == history.reading.changed == "2026-11-25T08:30:00+01:00"
    with pytest.raises(FrozenInstanceError):
        decision.grade = "1"


def test_high_grade_follows_the_pfirrmann_grade(history):
    high = ("pfirrmann", "high_grade")
    before = history.reading
    said = before.disc("L3-L4").ai_grade(*high).grade
    history.apply(SetGrade("L3-L4", *PFIRRMANN, "5", "Collapsed"))
    disc = history.reading.disc("L3-L4")
    assert said == "0" and disc.reader_grade(*high) == "1" and disc.status(*high) == OVERRIDDEN
    assert disc.ai_grade(*high).grade == "0", "what the pack said is kept"
    history.apply(SetGrade("L3-L4", *PFIRRMANN, "2"))
    assert history.reading.disc("L3-L4").status(*high) == ACCEPTED
    history.apply(WithdrawGrade("L3-L4", *PFIRRMANN))
    assert history.reading.disc("L3-L4").status(*high) == UNREAD
    history.apply(SetGrade("L3-L4", *high, "1"))
    assert history.reading.disc("L3-L4").reader_grade(*PFIRRMANN) is None, "high grade settles no Pfirrmann grade"
    for _ in range(4):
        history.undo()
    assert history.reading.disc("L3-L4").decisions == before.disc("L3-L4").decisions, "each was one step"


def test_status_of_grades_and_levels(history):
    disc = history.reading.disc("L5-S1")
    assert {disc.status(*one) for one in disc.tasks} == {UNREAD} and disc.level_status == UNREAD
    history.apply(AcceptGrade("L5-S1", *PFIRRMANN))
    disc = history.reading.disc("L5-S1")
    assert disc.status(*PFIRRMANN) == ACCEPTED and disc.level_status == UNREAD and len(disc.tasks) > 1
    history.apply(AcceptLevel("L5-S1"))
    assert history.reading.disc("L5-S1").level_status == ACCEPTED
    history.apply(SetGrade("L5-S1", *PFIRRMANN, another(history, "L5-S1")))
    assert history.reading.disc("L5-S1").level_status == OVERRIDDEN
    history.apply(AcceptLevel("L5-S1"))
    assert history.reading.disc("L5-S1").status(*PFIRRMANN) == OVERRIDDEN, "accepting a level took an override away"
    history.apply(WithdrawGrade("L5-S1", *PFIRRMANN))
    assert history.reading.disc("L5-S1").status(*PFIRRMANN) == UNREAD


def test_the_packs_own_grade_by_key_is_accepted(history):
    history.apply(SetGrade("L4-L5", *PFIRRMANN, grade_of(history, "L4-L5").grade))
    assert history.reading.disc("L4-L5").status(*PFIRRMANN) == ACCEPTED


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda one: one.apply(SetGrade("L4-L5", *PFIRRMANN, "6")), "choose one of 1, 2, 3, 4, 5"),
        (lambda one: one.apply(SetGrade("L4-L5", "spider", "modic", "IV")), "choose one of 0, 1, 2, 3"),
        (lambda one: one.apply(SetGrade("L6-S1", *PFIRRMANN, "3")), "has no disc L6-S1; choose one of L5-S1"),
        (lambda one: one.apply(SetGrade("L4-L5", "pfirman", "pfirrmann", "3")), "There is no system pfirman"),
        (lambda one: one.apply(SetGrade("L4-L5", "pfirrmann", "modic", "3")), "has no task modic"),
        (lambda one: one.apply(AcceptGrade("L4-L5", "msu", "zone")), "no grade of msu zone to accept"),
        (lambda one: one.apply(ShiftLevels(40)), "cannot be shifted by +40"),
        (lambda one: one.apply(SetLowest("L9-S1")), "There is no level L9-S1"),
        (lambda one: one.apply(AddDisc("L4-L5", one.reading.disc("L4-L5").box)), "There is already a disc L4-L5"),
        (lambda one: one.apply(AddDisc("middle", one.reading.disc("L4-L5").box)), "There is no level middle"),
        (lambda one: one.apply(DeleteDisc("C2-C3")), "has no disc C2-C3"),
        (
            lambda one: one.apply(MoveBox("L4-L5", RoiBox(np.zeros(3), np.eye(3), np.array([40.0, 0.0, 30.0])))),
            "size above zero",
        ),
        (lambda one: one.apply(MoveBox("L4-L5", RoiBox(np.full(3, np.nan), np.eye(3), np.ones(3)))), "draw it again"),
        (
            lambda one: one.apply(MoveBox("L4-L5", RoiBox(np.zeros(3), np.ones((3, 3)), np.ones(3)))),
            "not at right angles",
        ),
    ],
)
def test_what_does_not_exist_is_refused_and_changes_nothing(history, act, words):
    before = history.reading
    with pytest.raises(UsageError, match=words.replace("+", r"\+")):
        act(history)
    assert history.reading is before and history.undo_words is None


def test_a_reading_needs_a_reader(result):
    with pytest.raises(UsageError, match="name of its reader"):
        reading_of_result(result, "  ")


def test_undo_and_redo_of_everything(history):
    states, words = [history.reading], []
    acts = [
        lambda: history.apply(SetGrade("L4-L5", *PFIRRMANN, "5")),
        lambda: history.apply(MoveBox("L4-L5", moved(history, "L4-L5", 3.0))),
        lambda: history.apply(DeleteDisc("L1-L2")),
        lambda: history.apply(AddDisc("L1-L2", states[0].disc("L1-L2").box)),
        lambda: history.apply(ShiftLevels(1)),
        lambda: history.apply(SetLowest("L5-S1")),
        lambda: history.apply(AcceptLevel("L5-S1")),
        lambda: history.apply(WithdrawGrade("L4-L5", *PFIRRMANN)),
    ]
    for act in acts:
        act()
        states.append(history.reading)
        words.append(history.undo_words)
    assert words[:6] == [
        "Undo: set L4-L5, Pfirrmann to V",
        "Undo: move L4-L5 box",
        "Undo: delete L1-L2",
        "Undo: add L1-L2",
        "Undo: shift names up by 1",
        "Undo: lowest disc L5-S1",
    ]
    assert len({id(one) for one in states}) == len(acts) + 1
    for state in states[-2::-1]:
        assert history.undo() == state
    assert history.undo_words is None and history.undo() == states[0]
    for state, said in zip(states[1:], words):
        assert history.redo_words == said.replace("Undo", "Redo")
        assert history.redo() == state
    assert history.redo_words is None and history.redo() == states[-1]


def test_a_new_change_ends_redo(history):
    history.apply(SetGrade("L4-L5", *PFIRRMANN, another(history, "L4-L5")))
    history.undo()
    history.apply(AcceptGrade("L5-S1", *PFIRRMANN))
    assert history.redo_words is None
    history.undo()
    assert history.reading.disc("L4-L5").decision(*PFIRRMANN) is None


def test_a_drag_is_one_step_and_one_correction(history):
    start = history.reading.disc("L3-L4").box
    for _ in range(25):
        history.apply(MoveBox("L3-L4", moved(history, "L3-L4", 0.5), drag="1"))
    assert len(history.reading.disc("L3-L4").corrections) == 1
    history.end_group()
    history.apply(MoveBox("L3-L4", moved(history, "L3-L4", 0.5), drag="1"))
    assert len(history.reading.disc("L3-L4").corrections) == 2
    assert history.reading.disc("L3-L4").found_box == start
    history.undo()
    correction = history.reading.disc("L3-L4").corrections[-1]
    assert correction.old == start and np.allclose(np.subtract(correction.new.center_lps_mm, start.center_lps_mm), 12.5)
    history.undo()
    assert history.reading.disc("L3-L4").box == start and history.undo_words is None


def test_a_drag_back_to_where_it_began_is_no_step(history):
    start = history.reading.disc("L3-L4").box
    history.apply(MoveBox("L3-L4", moved(history, "L3-L4", 2.0), drag="1"))
    history.apply(MoveBox("L3-L4", start, drag="1"))
    assert history.undo_words is None and not history.reading.disc("L3-L4").corrections


def test_changes_together_are_one_step_or_none(history):
    before = history.reading
    history.apply(Together("accept all", tuple(map(AcceptLevel, before.levels))))
    assert {one.level_status for one in history.reading.present} == {ACCEPTED}
    assert history.undo_words == "Undo: accept all" and history.undo() == before
    with pytest.raises(UsageError, match="choose one of"):
        history.apply(Together("half", (DeleteDisc("L4-L5"), SetGrade("L3-L4", *PFIRRMANN, "9"))))
    assert history.reading == before


def test_bounded_history(history, result):
    bounded = History(history.reading, limit=3)
    for grade in "12345":
        bounded.apply(SetGrade("L4-L5", "spider", "modic", "1" if grade in "135" else "2"))
    undone = 0
    while bounded.undo_words:
        bounded.undo()
        undone += 1
    assert undone == 3 and bounded.reading.disc("L4-L5").decision("spider", "modic").grade == "2"
    with pytest.raises(UsageError, match="At least 1 step"):
        History(history.reading, limit=0)


def test_the_grade_follows_the_box_through_undo(history):
    """A grading that comes late, when another step was made, belongs to the box's movement and to no other step."""
    first = grade_of(history, "L4-L5")
    history.apply(AcceptGrade("L4-L5", *PFIRRMANN))
    history.apply(MoveBox("L4-L5", moved(history, "L4-L5", 4.0)))
    disc = history.reading.disc("L4-L5")
    assert disc.is_stale and disc.ai_grade(*PFIRRMANN) == first
    history.apply(AcceptGrade("L5-S1", *PFIRRMANN))
    history.learn(LearnGrades(disc.number, disc.box, regraded(history, "L4-L5", another(history, "L4-L5"))))
    disc = history.reading.disc("L4-L5")
    assert not disc.is_stale and disc.ai_grade(*PFIRRMANN).grade != first.grade
    assert disc.status(*PFIRRMANN) == UNREAD, "the reader accepted another grade than the present one"
    assert disc.gradings[0].grade_of(*PFIRRMANN) == first
    history.undo()
    assert history.reading.disc("L4-L5").ai_grade(*PFIRRMANN).grade != first.grade
    history.undo()
    assert grade_of(history, "L4-L5") == first and history.reading.disc("L4-L5").status(*PFIRRMANN) == ACCEPTED
    history.redo()
    assert grade_of(history, "L4-L5").grade != first.grade


def test_whether_there_is_something_to_save(history):
    assert not history.is_changed
    history.apply(AcceptLevel("L5-S1"))
    assert history.is_changed
    history.mark_saved()
    history.apply(AcceptLevel("L4-L5"))
    history.undo()
    assert not history.is_changed
    history.undo()
    history.apply(AcceptLevel("L3-L4"))
    assert history.is_changed


def test_live_grades_during_a_drag_are_kept_for_its_end_only(history):
    first, number = grade_of(history, "L4-L5"), history.reading.disc("L4-L5").number
    for grade in "123":
        history.apply(MoveBox("L4-L5", moved(history, "L4-L5", 1.0), drag="1"))
        history.learn(LearnGrades(number, history.reading.disc("L4-L5").box, regraded(history, "L4-L5", grade)))
        assert grade_of(history, "L4-L5").grade == grade
    disc = history.reading.disc("L4-L5")
    assert [one.grade_of(*PFIRRMANN).grade for one in disc.gradings] == [first.grade, "3"]
    assert len(disc.corrections) == 1
    history.learn(LearnGrades(number, moved(history, "L4-L5", -1.0), regraded(history, "L4-L5", "5")))
    assert grade_of(history, "L4-L5").grade == "3", "a grade that came too late was taken for the present box"
    history.undo()
    assert grade_of(history, "L4-L5") == first and history.undo_words is None


def test_a_contradiction_counts_the_readers_grade_before_the_packs_and_is_gone_or_settled(history):
    spider, size = ("spider", "herniation"), ("msu", "size")
    disc, like = history.reading.disc("L4-L5"), grade_of(history, "L4-L5")
    given = (
        replace(like, system="spider", task="herniation", grade="0", probabilities={"0": 0.96, "1": 0.04}),
        replace(like, system="msu", task="size", grade="2", probabilities={"0": 0, "1": 0.01, "2": 0.99, "3": 0}),
    )
    history.learn(LearnGrades(disc.number, disc.box, given))

    def found():
        return contradictions_of(history.reading.disc("L4-L5"))

    (open_one,) = found()
    assert open_one.in_words() == "SPIDER: no herniation, 96 %; MSU: herniation size 2, 99 %"
    history.apply(SetGrade("L4-L5", *size, "1", "small"))
    (one,) = found()
    assert one.in_words() == "SPIDER: no herniation, 96 %; MSU: herniation size 1, Dr. Müßig" and not one.is_settled
    history.apply(AcceptGrade("L4-L5", *spider))
    assert found()[0].is_settled
    history.apply(SetGrade("L4-L5", *size, "0", ""))
    assert found() == ()
    history.undo()
    history.undo()
    history.undo()
    assert found() == (open_one,)


def test_a_whole_level_is_accepted_but_for_what_is_only_possible_and_what_contradicts(history):
    """One key made a reader sign a herniation of 6 %, and both sides of a contradiction."""
    spider, narrowing = ("spider", "herniation"), ("spider", "narrowing")
    bulging, bulge = ("spider", "bulging"), ("deepspine", "disc_bulge")
    size, zone = ("msu", "size"), ("msu", "zone")
    disc, like = history.reading.disc("L4-L5"), grade_of(history, "L4-L5")

    def of(key, grade, **probabilities):
        return replace(like, system=key[0], task=key[1], grade=grade, probabilities=probabilities)

    possible = Call("youden", 0.041, 0.87, 0.70, "discs held out")
    given = (
        replace(of(spider, "1", **{"0": 0.94, "1": 0.06}), call=possible),
        replace(of(narrowing, "1", **{"0": 0.2, "1": 0.8}), call=possible),
        of(bulging, "1", **{"0": 0.38, "1": 0.62}),
        of(bulge, "0", **{"0": 0.94, "1": 0.06}),
        of(size, "0", **{"0": 0.99, "1": 0.01, "2": 0, "3": 0}),
        of(zone, "none", none=0.99, A=0.01, AB=0, B=0, C=0),
    )
    history.learn(LearnGrades(disc.number, disc.box, given))
    history.apply(AcceptLevel("L4-L5"))

    def status():
        return {
            key: history.reading.disc("L4-L5").status(*key) for key in (spider, narrowing, bulging, bulge, size, zone)
        }

    accepted = {narrowing, size, zone}
    assert status() == {key: ACCEPTED if key in accepted else UNREAD for key in status()}
    assert wants_decision(history.reading.disc("L4-L5")) == (spider, bulging, bulge)
    before = history.reading
    history.apply(AcceptLevel("L4-L5"))
    assert history.reading is before, "what wants a decision was accepted the second time"
    history.apply(SetGrade("L4-L5", *bulging, "0"))
    history.apply(AcceptLevel("L4-L5"))
    assert status()[bulge] == ACCEPTED, "the reader has resolved the contradiction"
    history.apply(AcceptGrade("L4-L5", *spider))
    assert history.reading.disc("L4-L5").level_status == OVERRIDDEN, "one by one all can be accepted"


def test_what_says_more_of_a_contradicted_grade_is_not_accepted_without_it(history):
    disc, like = history.reading.disc("L4-L5"), grade_of(history, "L4-L5")
    size, zone, spider = ("msu", "size"), ("msu", "zone"), ("spider", "herniation")
    given = (
        replace(like, system="spider", task="herniation", grade="0", probabilities={"0": 0.96, "1": 0.04}),
        replace(like, system="msu", task="size", grade="2", probabilities={"0": 0, "1": 0.01, "2": 0.99, "3": 0}),
        replace(like, system="msu", task="zone", grade="AB", probabilities={"none": 0.01, "A": 0, "AB": 0.99}),
    )
    history.learn(LearnGrades(disc.number, disc.box, given))
    history.apply(AcceptLevel("L4-L5"))
    assert {*wants_decision(history.reading.disc("L4-L5"))} == {size, zone, spider}
