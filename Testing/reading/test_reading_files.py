"""A reading's file and its table: what is saved is read back, and what is broken is refused."""

import csv
import json

import numpy as np
import pytest
from discgrader import folders
from discgrader.errors import OutputError, UsageError
from discgrader.reading.commands import AcceptLevel, LearnGrades, SetGrade
from discgrader.reading.disc_commands import AddDisc, DeleteDisc, MoveBox, ShiftLevels
from discgrader.reading.files import load_reading, reading_rows, save_reading, write_readings_csv
from discgrader.reading.record import OVERRIDDEN, UNREAD
from discgrader.reading.results import reading_of_grades
from discgrader.report.tables import grades_json
from reading_steps import PFIRRMANN, another, grade_of, moved, new_history, regraded
from synthetic_result import synthetic_result


@pytest.fixture(scope="module")
def result():
    return synthetic_result()


@pytest.fixture
def history(result):
    return new_history(result)


def worked_through(history):
    history.apply(
        SetGrade("L4-L5", *PFIRRMANN, another(history, "L4-L5"), 'Höhe, "Signal"; siehe Ärztebrief\n2. Zeile')
    )
    history.apply(MoveBox("L3-L4", moved(history, "L3-L4", 1 / 3)))
    disc = history.reading.disc("L3-L4")
    history.learn(
        LearnGrades(
            disc.number, disc.box, regraded(history, "L3-L4", another(history, "L3-L4")), {"msu": "no axial T2"}
        )
    )
    history.apply(DeleteDisc("L1-L2"))
    history.apply(AddDisc("T12-L1", history.reading.disc("L2-L3").box))
    history.apply(SetGrade("T12-L1", *PFIRRMANN, "2"))
    history.apply(ShiftLevels(1))
    history.apply(AcceptLevel("L4-L5"))
    return history.reading


def test_a_file_gives_back_exactly_what_was_saved(history, tmp_path):
    reading, path = worked_through(history), tmp_path / "Größe.reading.json"
    save_reading(reading, path)
    assert load_reading(path) == reading
    assert "Ärztebrief" in path.read_text(encoding="utf-8")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert load_reading(path).disc("L4-L5").found_level == "L5-S1"


def test_files_of_older_versions_do_not_say_what_was_not_graded(history, tmp_path):
    reading, path = worked_through(history), tmp_path / "old.reading.json"
    save_reading(reading, path)
    document = json.loads(path.read_text(encoding="utf-8"))
    for disc in document["discs"]:
        for grading in disc["gradings"]:
            del grading["not_graded"]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert all(one.not_graded == {} for disc in load_reading(path).discs for one in disc.gradings)


def test_grades_json_begins_the_same_reading(result, history, tmp_path):
    reading = reading_of_grades(json.loads(json.dumps(grades_json(result))), "Dr. Müßig", history.reading.started)
    assert reading.levels == history.reading.levels and reading.study == history.reading.study
    for one, other in zip(reading.discs, history.reading.discs):
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
        (lambda document: "[]", "is not a DiscGrader reading"),
        (lambda document: '{"study": "x", "discs": []}', "is not a DiscGrader reading"),
        (spoiled(lambda one: one.update(version=2)), "newer DiscGrader .file version 2.; update"),
        (spoiled(lambda one: one.update(version="1")), "has no version"),
        (spoiled(lambda one: one.pop("reader")), "reader is missing"),
        (spoiled(lambda one: one.update(discs={})), "discs is {}, not a list"),
        (spoiled(lambda one: one["discs"][1]["decisions"][0].update(grade="7")), "choose one of 1, 2, 3, 4, 5"),
        (spoiled(lambda one: one["discs"][1]["decisions"].append(one["discs"][1]["decisions"][0])), "two decisions"),
        (spoiled(lambda one: one["discs"][0]["roi"].update(size_mm=[1, 2])), "size_mm has 2 entries"),
        (spoiled(lambda one: one["discs"][0]["roi"].update(size_mm=[1, 2, "x"])), "not a number"),
        (spoiled(lambda one: one["discs"][0]["gradings"][0]["grades"][0].update(probabilities={})), "no probability"),
        (spoiled(lambda one: one["discs"][0].update(level=one["discs"][1]["level"])), "two discs named"),
        (spoiled(lambda one: one["discs"][0].update(number=one["discs"][1]["number"])), "two discs of the same number"),
        (spoiled(lambda one: one["renamings"][0].update(steps=0.5)), "not a whole number"),
    ],
)
def test_a_broken_file_is_refused_by_name(history, tmp_path, spoil, words):
    path = tmp_path / "a.reading.json"
    save_reading(worked_through(history), path)
    path.write_text(spoil(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    with pytest.raises(UsageError, match=words) as raised:
        load_reading(path)
    assert str(path) in str(raised.value) and "\n" not in str(raised.value)


def test_other_files_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        load_reading(tmp_path / "none.json")
    (tmp_path / "latin.json").write_bytes("Größe".encode("latin-1"))
    with pytest.raises(UsageError, match="not UTF-8 text"):
        load_reading(tmp_path / "latin.json")


def test_a_full_disk_leaves_the_old_file(history, tmp_path, monkeypatch):
    path = tmp_path / "a.reading.json"
    save_reading(history.reading, path)
    before = path.read_bytes()

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders.os, "replace", full)
    with pytest.raises(OutputError, match="disk is full"):
        save_reading(worked_through(history), path)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1
    with pytest.raises(OutputError, match="cannot be written"):
        save_reading(history.reading, tmp_path / "none" / "a.json")


def test_the_table(history, tmp_path):
    said, own = grade_of(history, "L4-L5"), another(history, "L4-L5")
    history.apply(SetGrade("L4-L5", *PFIRRMANN, own, 'zu dunkel; "Ödem"'))
    history.apply(DeleteDisc("L1-L2"))
    write_readings_csv([history.reading], tmp_path / "readings.csv")
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
        "stale",
    ]
    assert "L1-L2" not in {one["level"] for one in rows} and len(rows) == len(reading_rows(history.reading))
    row = next(one for one in rows if one["level"] == "L4-L5" and one["task"] == "pfirrmann")
    assert (row["ai_grade"], row["reader_grade"], row["status"]) == (said.grade, own, OVERRIDDEN)
    assert float(row["ai_probability"]) == pytest.approx(said.probability)
    assert (row["reason"], row["reader"]) == ('zu dunkel; "Ödem"', "Dr. Müßig")
    assert row["time"] == "2026-11-25T08:30:00+01:00"
    unread = next(one for one in rows if one["level"] == "L5-S1")
    assert (unread["reader_grade"], unread["status"], unread["reader"]) == ("", UNREAD, "")
