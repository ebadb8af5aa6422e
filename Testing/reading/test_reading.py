"""A reading: what the AI and the reader said, its changes, undo and redo, its file and its table."""

import csv
import itertools
import json
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from discgrader import folders
from discgrader.errors import OutputError, UsageError
from discgrader.localize.disc import RoiBox
from discgrader.reading.begin import reading_of_grades, reading_of_result
from discgrader.reading.editor import Editor
from discgrader.reading.files import load_reading, save_reading
from discgrader.reading.history import History
from discgrader.reading.record import ACCEPTED, OVERRIDDEN, UNREAD
from discgrader.reading.tables import reading_rows, write_readings_csv
from discgrader.report.tables import grades_json
from synthetic_result import synthetic_result

PFIRRMANN = ("pfirrmann", "pfirrmann")


@pytest.fixture(scope="module")
def result():
    return synthetic_result()


@pytest.fixture
def editor(result):
    hours = itertools.count(8)
    reading = reading_of_result(result, "Dr. Müßig", "2026-11-25T08:00:00+01:00")
    return Editor(reading, clock=lambda: f"2026-11-25T{next(hours):02}:30:00+01:00")


def grade_of(editor, level):
    return editor.reading.disc(level).ai_grade(*PFIRRMANN)


def another(editor, level):
    return "5" if grade_of(editor, level).grade != "5" else "4"


def moved(editor, level, by_mm):
    roi = editor.reading.disc(level).box
    return RoiBox(roi.center_lps_mm + by_mm, roi.axes_lps, roi.size_mm)


def regraded(editor, level, grade):
    """The level's grades as a pack would give them for another box."""
    old = grade_of(editor, level)
    return [replace(old, grade=grade, label="?", probabilities={**dict.fromkeys(old.probabilities, 0.0), grade: 1.0})]


def test_both_voices_are_kept(editor):
    said, own = grade_of(editor, "L4-L5"), another(editor, "L4-L5")
    editor.set_override("L4-L5", *PFIRRMANN, own, "Höhe größer als es scheint")
    disc = editor.reading.disc("L4-L5")
    assert disc.ai_grade(*PFIRRMANN) == said
    assert disc.reader_grade(*PFIRRMANN) == own != said.grade
    decision = disc.decision(*PFIRRMANN)
    assert (decision.reader, decision.reason) == ("Dr. Müßig", "Höhe größer als es scheint")
    assert decision.time == editor.reading.changed == "2026-11-25T08:30:00+01:00"
    with pytest.raises(FrozenInstanceError):
        decision.grade = "1"


def test_high_grade_follows_the_pfirrmann_grade(editor):
    high = ("pfirrmann", "high_grade")
    before = editor.reading
    said = before.disc("L3-L4").ai_grade(*high).grade
    editor.set_override("L3-L4", *PFIRRMANN, "5", "Collapsed")
    disc = editor.reading.disc("L3-L4")
    assert said == "0" and disc.reader_grade(*high) == "1" and disc.status(*high) == OVERRIDDEN
    assert disc.ai_grade(*high).grade == "0", "what the pack said is kept"
    editor.set_override("L3-L4", *PFIRRMANN, "2")
    assert editor.reading.disc("L3-L4").status(*high) == ACCEPTED
    editor.withdraw("L3-L4", *PFIRRMANN)
    assert editor.reading.disc("L3-L4").status(*high) == UNREAD
    editor.set_override("L3-L4", *high, "1")
    assert editor.reading.disc("L3-L4").reader_grade(*PFIRRMANN) is None, "high grade settles no Pfirrmann grade"
    for _ in range(4):
        editor.undo()
    assert editor.reading.disc("L3-L4").decisions == before.disc("L3-L4").decisions, "each was one step"


def test_status_of_grades_and_levels(editor):
    disc = editor.reading.disc("L5-S1")
    assert {disc.status(*one) for one in disc.tasks} == {UNREAD} and disc.level_status == UNREAD
    editor.accept("L5-S1", *PFIRRMANN)
    disc = editor.reading.disc("L5-S1")
    assert disc.status(*PFIRRMANN) == ACCEPTED and disc.level_status == UNREAD and len(disc.tasks) > 1
    editor.accept_level("L5-S1")
    assert editor.reading.disc("L5-S1").level_status == ACCEPTED
    editor.set_override("L5-S1", *PFIRRMANN, another(editor, "L5-S1"))
    assert editor.reading.disc("L5-S1").level_status == OVERRIDDEN
    editor.accept_level("L5-S1")
    assert editor.reading.disc("L5-S1").status(*PFIRRMANN) == OVERRIDDEN, "accepting a level took an override away"
    editor.withdraw("L5-S1", *PFIRRMANN)
    assert editor.reading.disc("L5-S1").status(*PFIRRMANN) == UNREAD


def test_the_packs_own_grade_by_key_is_accepted(editor):
    editor.set_override("L4-L5", *PFIRRMANN, grade_of(editor, "L4-L5").grade)
    assert editor.reading.disc("L4-L5").status(*PFIRRMANN) == ACCEPTED


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda one: one.set_override("L4-L5", *PFIRRMANN, "6"), "choose one of 1, 2, 3, 4, 5"),
        (lambda one: one.set_override("L4-L5", "spider", "modic", "IV"), "choose one of 0, 1, 2, 3"),
        (lambda one: one.set_override("L6-S1", *PFIRRMANN, "3"), "has no disc L6-S1; choose one of L5-S1"),
        (lambda one: one.set_override("L4-L5", "pfirman", "pfirrmann", "3"), "There is no system pfirman"),
        (lambda one: one.set_override("L4-L5", "pfirrmann", "modic", "3"), "has no task modic"),
        (lambda one: one.accept("L4-L5", "msu", "zone"), "no grade of msu zone to accept"),
        (lambda one: one.shift_levels(40), "cannot be shifted by +40"),
        (lambda one: one.set_lowest("L9-S1"), "There is no level L9-S1"),
        (lambda one: one.add_disc("L4-L5", one.reading.disc("L4-L5").box), "There is a disc L4-L5 already"),
        (lambda one: one.add_disc("middle", one.reading.disc("L4-L5").box), "There is no level middle"),
        (lambda one: one.delete_disc("C2-C3"), "has no disc C2-C3"),
        (
            lambda one: one.move_box("L4-L5", RoiBox(np.zeros(3), np.eye(3), np.array([40.0, 0.0, 30.0]))),
            "size above zero",
        ),
        (lambda one: one.move_box("L4-L5", RoiBox(np.full(3, np.nan), np.eye(3), np.ones(3))), "draw it again"),
        (lambda one: one.move_box("L4-L5", RoiBox(np.zeros(3), np.ones((3, 3)), np.ones(3))), "not at right angles"),
    ],
)
def test_what_does_not_exist_is_refused_and_changes_nothing(editor, act, words):
    before = editor.reading
    with pytest.raises(UsageError, match=words.replace("+", r"\+")):
        act(editor)
    assert editor.reading is before and editor.history.undo_words is None


def test_a_reading_needs_a_reader(result):
    with pytest.raises(UsageError, match="name of its reader"):
        reading_of_result(result, "  ")


def test_undo_and_redo_of_everything(editor):
    states, words = [editor.reading], []
    acts = [
        lambda: editor.set_override("L4-L5", *PFIRRMANN, "5"),
        lambda: editor.move_box("L4-L5", moved(editor, "L4-L5", 3.0)),
        lambda: editor.delete_disc("L1-L2"),
        lambda: editor.add_disc("L1-L2", states[0].disc("L1-L2").box),
        lambda: editor.shift_levels(1),
        lambda: editor.set_lowest("L5-S1"),
        lambda: editor.accept_level("L5-S1"),
        lambda: editor.withdraw("L4-L5", *PFIRRMANN),
    ]
    for act in acts:
        act()
        states.append(editor.reading)
        words.append(editor.history.undo_words)
    assert words[:6] == [
        "Undo: L4-L5 Pfirrmann to V",
        "Undo: move L4-L5 box",
        "Undo: delete L1-L2",
        "Undo: add L1-L2",
        "Undo: names up by 1",
        "Undo: lowest disc L5-S1",
    ]
    assert len({id(one) for one in states}) == len(acts) + 1
    for state in states[-2::-1]:
        assert editor.undo() == state
    assert editor.history.undo_words is None and editor.undo() == states[0]
    for state, said in zip(states[1:], words):
        assert editor.history.redo_words == said.replace("Undo", "Redo")
        assert editor.redo() == state
    assert editor.history.redo_words is None and editor.redo() == states[-1]


def test_a_new_change_ends_redo(editor):
    editor.set_override("L4-L5", *PFIRRMANN, another(editor, "L4-L5"))
    editor.undo()
    editor.accept("L5-S1", *PFIRRMANN)
    assert editor.history.redo_words is None
    editor.undo()
    assert editor.reading.disc("L4-L5").decision(*PFIRRMANN) is None


def test_a_drag_is_one_step_and_one_correction(editor):
    start = editor.reading.disc("L3-L4").box
    for _ in range(25):
        editor.move_box("L3-L4", moved(editor, "L3-L4", 0.5), drag="1")
    assert len(editor.reading.disc("L3-L4").corrections) == 1
    editor.history.end_group()
    editor.move_box("L3-L4", moved(editor, "L3-L4", 0.5), drag="1")
    assert len(editor.reading.disc("L3-L4").corrections) == 2
    assert editor.reading.disc("L3-L4").found_box == start
    editor.undo()
    correction = editor.reading.disc("L3-L4").corrections[-1]
    assert correction.old == start and np.allclose(np.subtract(correction.new.center_lps_mm, start.center_lps_mm), 12.5)
    editor.undo()
    assert editor.reading.disc("L3-L4").box == start and editor.history.undo_words is None


def test_a_drag_back_to_where_it_began_is_no_step(editor):
    start = editor.reading.disc("L3-L4").box
    editor.move_box("L3-L4", moved(editor, "L3-L4", 2.0), drag="1")
    editor.move_box("L3-L4", start, drag="1")
    assert editor.history.undo_words is None and not editor.reading.disc("L3-L4").corrections


def test_changes_together_are_one_step_or_none(editor):
    before = editor.reading
    with editor.history.together("accept all"):
        for level in before.levels:
            editor.accept_level(level)
    assert {one.level_status for one in editor.reading.present} == {ACCEPTED}
    assert editor.history.undo_words == "Undo: accept all" and editor.undo() == before
    with pytest.raises(UsageError), editor.history.together("half"):
        editor.delete_disc("L4-L5")
        editor.set_override("L3-L4", *PFIRRMANN, "9")
    assert editor.reading == before


def test_bounded_history(editor, result):
    bounded = Editor(editor.reading, limit=3)
    for grade in "12345":
        bounded.set_override("L4-L5", "spider", "modic", "1" if grade in "135" else "2")
    undone = 0
    while bounded.history.undo_words:
        bounded.undo()
        undone += 1
    assert undone == 3 and bounded.reading.disc("L4-L5").decision("spider", "modic").grade == "2"
    with pytest.raises(UsageError, match="At least 1 step"):
        History(editor.reading, limit=0)


def test_the_grade_follows_the_box_through_undo(editor):
    """A grading that comes late, when another step was made, belongs to the box's movement and to no other step."""
    first = grade_of(editor, "L4-L5")
    editor.accept("L4-L5", *PFIRRMANN)
    editor.move_box("L4-L5", moved(editor, "L4-L5", 4.0))
    disc = editor.reading.disc("L4-L5")
    assert disc.is_stale and disc.ai_grade(*PFIRRMANN) == first
    editor.accept("L5-S1", *PFIRRMANN)
    editor.learn_grades(disc.number, disc.box, regraded(editor, "L4-L5", another(editor, "L4-L5")))
    disc = editor.reading.disc("L4-L5")
    assert not disc.is_stale and disc.ai_grade(*PFIRRMANN).grade != first.grade
    assert disc.status(*PFIRRMANN) == UNREAD, "the reader accepted another grade than the present one"
    assert disc.gradings[0].grade_of(*PFIRRMANN) == first
    editor.undo()
    assert editor.reading.disc("L4-L5").ai_grade(*PFIRRMANN).grade != first.grade
    editor.undo()
    assert grade_of(editor, "L4-L5") == first and editor.reading.disc("L4-L5").status(*PFIRRMANN) == ACCEPTED
    editor.redo()
    assert grade_of(editor, "L4-L5").grade != first.grade


def test_whether_there_is_something_to_save(editor):
    assert not editor.history.is_changed
    editor.accept_level("L5-S1")
    assert editor.history.is_changed
    editor.history.mark_saved()
    editor.accept_level("L4-L5")
    editor.undo()
    assert not editor.history.is_changed
    editor.undo()
    editor.accept_level("L3-L4")
    assert editor.history.is_changed


def worked_through(editor):
    editor.set_override("L4-L5", *PFIRRMANN, another(editor, "L4-L5"), 'Höhe, "Signal"; siehe Ärztebrief\n2. Zeile')
    editor.move_box("L3-L4", moved(editor, "L3-L4", 1 / 3))
    disc = editor.reading.disc("L3-L4")
    editor.learn_grades(
        disc.number, disc.box, regraded(editor, "L3-L4", another(editor, "L3-L4")), {"msu": "no axial T2"}
    )
    editor.delete_disc("L1-L2")
    editor.add_disc("T12-L1", editor.reading.disc("L2-L3").box)
    editor.set_override("T12-L1", *PFIRRMANN, "2")
    editor.shift_levels(1)
    editor.accept_level("L4-L5")
    return editor.reading


def test_a_file_gives_back_exactly_what_was_saved(editor, tmp_path):
    reading, path = worked_through(editor), tmp_path / "Größe.reading.json"
    save_reading(reading, path)
    assert load_reading(path) == reading
    assert "Ärztebrief" in path.read_text(encoding="utf-8")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert load_reading(path).disc("L4-L5").found_level == "L5-S1"


def test_files_of_older_versions_do_not_say_what_was_not_graded(editor, tmp_path):
    reading, path = worked_through(editor), tmp_path / "old.reading.json"
    save_reading(reading, path)
    document = json.loads(path.read_text(encoding="utf-8"))
    for disc in document["discs"]:
        for grading in disc["gradings"]:
            del grading["not_graded"]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert all(one.not_graded == {} for disc in load_reading(path).discs for one in disc.gradings)


def test_grades_json_begins_the_same_reading(result, editor, tmp_path):
    reading = reading_of_grades(json.loads(json.dumps(grades_json(result))), "Dr. Müßig", editor.reading.started)
    assert reading.levels == editor.reading.levels and reading.study == editor.reading.study
    for one, other in zip(reading.discs, editor.reading.discs):
        assert one.tasks == other.tasks
        assert np.allclose(one.box.center_lps_mm, other.box.center_lps_mm, atol=1e-5)
        assert all(one.ai_grade(*task).grade == other.ai_grade(*task).grade for task in one.tasks)
    with pytest.raises(UsageError, match="grades.json cannot be read"):
        reading_of_grades({"study": "x", "discs": [{"level": "L5-S1"}]}, "a")


def spoiled(change):
    def spoil(document):
        change(document)
        return json.dumps(document)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda document: json.dumps(document)[:500], "is not valid JSON"),
        (lambda document: "[]", "is no reading of DiscGrader"),
        (lambda document: '{"study": "x", "discs": []}', "is no reading of DiscGrader"),
        (spoiled(lambda one: one.update(version=2)), "newer DiscGrader .file version 2.; update"),
        (spoiled(lambda one: one.update(version="1")), "has no version"),
        (spoiled(lambda one: one.pop("reader")), "reader is missing"),
        (spoiled(lambda one: one.update(discs={})), "list of discs"),
        (spoiled(lambda one: one["discs"][1]["decisions"][0].update(grade="7")), "choose one of 1, 2, 3, 4, 5"),
        (spoiled(lambda one: one["discs"][1]["decisions"].append(one["discs"][1]["decisions"][0])), "two decisions"),
        (spoiled(lambda one: one["discs"][0]["roi"].update(size_mm=[1, 2])), "size_mm has 2 entries"),
        (spoiled(lambda one: one["discs"][0]["roi"].update(size_mm=[1, 2, "x"])), "no number"),
        (spoiled(lambda one: one["discs"][0]["gradings"][0]["grades"][0].update(probabilities={})), "no probability"),
        (spoiled(lambda one: one["discs"][0].update(level=one["discs"][1]["level"])), "two discs named"),
        (spoiled(lambda one: one["discs"][0].update(number=one["discs"][1]["number"])), "numbers two discs alike"),
        (spoiled(lambda one: one["renamings"][0].update(steps=0.5)), "no whole number"),
    ],
)
def test_a_broken_file_is_refused_by_name(editor, tmp_path, spoil, words):
    path = tmp_path / "a.reading.json"
    save_reading(worked_through(editor), path)
    path.write_text(spoil(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    with pytest.raises(UsageError, match=words) as raised:
        load_reading(path)
    assert str(path) in str(raised.value) and "\n" not in str(raised.value)


def test_other_files_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        load_reading(tmp_path / "none.json")
    (tmp_path / "latin.json").write_bytes("Größe".encode("latin-1"))
    with pytest.raises(UsageError, match="no text in UTF-8"):
        load_reading(tmp_path / "latin.json")


def test_a_full_disk_leaves_the_old_file(editor, tmp_path, monkeypatch):
    path = tmp_path / "a.reading.json"
    save_reading(editor.reading, path)
    before = path.read_bytes()

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders.os, "replace", full)
    with pytest.raises(OutputError, match="disk is full"):
        save_reading(worked_through(editor), path)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1
    with pytest.raises(OutputError, match="cannot be written"):
        save_reading(editor.reading, tmp_path / "none" / "a.json")


def test_the_table(editor, tmp_path):
    said, own = grade_of(editor, "L4-L5"), another(editor, "L4-L5")
    editor.set_override("L4-L5", *PFIRRMANN, own, 'zu dunkel; "Ödem"')
    editor.delete_disc("L1-L2")
    write_readings_csv([editor.reading], tmp_path / "readings.csv")
    with open(tmp_path / "readings.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "study",
        "level",
        "system",
        "task",
        "ai_grade",
        "ai_probability",
        "reader_grade",
        "status",
        "reason",
        "reader",
        "time",
    ]
    assert "L1-L2" not in {one["level"] for one in rows} and len(rows) == len(reading_rows(editor.reading))
    row = next(one for one in rows if one["level"] == "L4-L5" and one["task"] == "pfirrmann")
    assert (row["ai_grade"], row["reader_grade"], row["status"]) == (said.grade, own, OVERRIDDEN)
    assert float(row["ai_probability"]) == pytest.approx(said.probability)
    assert (row["reason"], row["reader"]) == ('zu dunkel; "Ödem"', "Dr. Müßig")
    assert row["time"] == "2026-11-25T08:30:00+01:00"
    unread = next(one for one in rows if one["level"] == "L5-S1")
    assert (unread["reader_grade"], unread["status"], unread["reader"]) == ("", UNREAD, "")


def test_live_grades_during_a_drag_are_kept_for_its_end_only(editor):
    first, number = grade_of(editor, "L4-L5"), editor.reading.disc("L4-L5").number
    for grade in "123":
        editor.move_box("L4-L5", moved(editor, "L4-L5", 1.0), drag="1")
        editor.learn_grades(number, editor.reading.disc("L4-L5").box, regraded(editor, "L4-L5", grade))
        assert grade_of(editor, "L4-L5").grade == grade
    disc = editor.reading.disc("L4-L5")
    assert [one.grade_of(*PFIRRMANN).grade for one in disc.gradings] == [first.grade, "3"]
    assert len(disc.corrections) == 1
    editor.learn_grades(number, moved(editor, "L4-L5", -1.0), regraded(editor, "L4-L5", "5"))
    assert grade_of(editor, "L4-L5").grade == "3", "a grade that came too late was taken for the present box"
    editor.undo()
    assert grade_of(editor, "L4-L5") == first and editor.history.undo_words is None
