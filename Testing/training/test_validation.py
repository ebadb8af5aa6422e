"""A site's own proof: what is refused, what is compared with what, and what the page, JSON and tables say."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.errors import OutputError, UsageError
from discgrader.pipeline.settings import Settings
from discgrader.reading.commands import AcceptGrade, SetGrade
from discgrader.reading.files import save_reading
from discgrader.reading.history import History
from discgrader.reading.results import reading_of_grades
from discgrader.training.validation.figures import Published, task_figures, verdict
from discgrader.training.validation.page import worst_cases
from discgrader.training.validation.truth import groups_of, written_grades
from discgrader.training.validation.truth_files import level_of, read_truth
from discgrader.training.validation.validate import validate
from fake_engine import FakeMaker, write_studies
from site_cases import LEVELS, made_cases


def written(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def table(folder: Path, *lines: str, head: str = "study,level,system,task,grade") -> Path:
    return written(folder / "truth.csv", head, *lines)


# Reading a truth.


def test_a_table_is_read_however_levels_and_grades_are_written(tmp_path):
    truth = read_truth(
        table(
            tmp_path,
            "a.nii.gz,L4/L5,,pfirrmann,IV",
            "a,L5/S1,,pfirrmann,4.0",
            "a,l3-4,pfirrmann,pfirrmann,3",
            "b,L4_L5,spider,bulging,Yes",
            "b,L4-L5,deepspine,central_stenosis,0|1",
            "b,L5-S1,,pfirrmann,",
        )
    )
    assert truth.studies == ("a", "b")
    assert [(one.study, one.level, one.task, one.grades) for one in truth.grades] == [
        ("a", "L4-L5", "pfirrmann", ("4",)),
        ("a", "L5-S1", "pfirrmann", ("4",)),
        ("a", "L3-L4", "pfirrmann", ("3",)),
        ("b", "L4-L5", "bulging", ("1",)),
        ("b", "L4-L5", "central_stenosis", ("0", "1")),
    ]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("a,L7-L8,spider,bulging,1",), r"line 2: there is no level 'L7-L8'"),
        (("a,L4-L5,spider,bulging,1", "a,L4,spider,bulging,1"), r"line 3: there is no level 'L4'"),
        (("a,L4-L5,spider,bulging,2",), r"line 2: spider bulging has no grade '2'; choose one of 0, 1 \(no, yes\)"),
        (("a,L4-L5,pfirrmann,pfirrmann,VI",), r"line 2: pfirrmann pfirrmann has no grade 'VI'; choose one of 1, 2"),
        (("a,L4-L5,spyder,bulging,1",), r"line 2: There is no system spyder"),
        (("a,L4-L5,spider,bulge,1",), r"line 2: The system spider has no task bulge"),
        (("a,L4-L5,,bulge,1",), r"line 2: There is no task 'bulge'"),
        (("a,L4-L5,,herniation,1",), r"line 2: .*spider.* all have a task herniation"),
        ((",L4-L5,spider,bulging,1",), r"line 2: it names no study"),
        (
            ("a,L4-L5,spider,bulging,1", "b,L4-L5,spider,bulging,1", "a,L4/5,spider,bulging,0"),
            r"two truths for a L4-L5, spider bulging: 1 \(line 2\) and 0 \(line 4\); keep one",
        ),
        ((), r"has no rows"),
        (("a,L4-L5,spider,bulging,",), r"no row with a grade of a system"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(tmp_path, lines, words):
    with pytest.raises(UsageError, match=words):
        read_truth(table(tmp_path, *lines))


def test_a_truth_that_is_said_twice_alike_is_noted(tmp_path):
    truth = read_truth(table(tmp_path, *["a,L4-L5,spider,bulging,1"] * 3))
    assert len(truth.grades) == 1 and truth.notes == ("2 rows say again what others say.",)


def test_of_a_table_from_reports_the_rows_of_grading_systems_are_the_truth(tmp_path):
    head = "study,patient,level,system,task,grade,degree"
    rows = ("a,P,L4-L5,report,bulge,present,", "a,P,,report,no_label,,", "a,P,L4-L5,deepspine,disc_bulge,1,mild")
    truth = read_truth(table(tmp_path, *rows, head=head))
    assert truth.keys == (("deepspine", "disc_bulge"),) and truth.patients == {"a": "P"}
    with pytest.raises(UsageError, match="no row with a grade of a system"):
        read_truth(table(tmp_path, *rows[:2], head=head))


def test_patient_scanner_and_protocol_are_read_and_must_agree(tmp_path):
    head = "study,level,system,task,grade,patient,scanner"
    truth = read_truth(table(tmp_path, "a,L4-L5,spider,bulging,1,P1,Avanto", "b,L4-L5,spider,bulging,1,P1,", head=head))
    assert truth.patient_of("a") == truth.patient_of("b") == "P1" and truth.scanners == {"a": "Avanto"}
    rows = ("a,L4-L5,spider,bulging,1,P1,", "a,L5-S1,spider,bulging,1,P2,")
    with pytest.raises(UsageError, match="line 3: a has the patient P2, and P1 before"):
        read_truth(table(tmp_path, *rows, head=head))


def test_what_is_no_truth_is_refused(tmp_path):
    with pytest.raises(UsageError, match="There is no truth"):
        read_truth(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="has no column grade"):
        read_truth(written(tmp_path / "truth.csv", "study,level,task", "a,L4-L5,bulging"))
    with pytest.raises(UsageError, match="has no column study"):
        read_truth(written(tmp_path / "truth.csv", "level,task,grade", "L4-L5,bulging,1"))
    with pytest.raises(UsageError, match="neither a reading nor"):
        read_truth(tmp_path)


@pytest.mark.parametrize("text", ["L4-L5", "L4/L5", "l4 - l5", "L4/5", "l4_l5", "L4–L5"])
def test_levels(text):
    assert level_of(text) == "L4-L5"


def test_the_lowest_and_uppermost_levels():
    assert [level_of(text) for text in ("L5/S1", "L5/1", "T12/L1", "T12-1", "L5-L6", "L6/S1")] == [
        *("L5-S1", "L5-S1", "T12-L1", "T12-L1", "L5-L6", "L6-S1")
    ]


def test_grades_that_are_named_together_are_one():
    key = "deepspine", "central_stenosis"
    assert written_grades(key, "1 | 0") == ("0", "1") and written_grades(key, "Moderate") == ("2",)
    assert groups_of(key, [("0", "1"), ("2",), ("3",)]) == (("0", "1"), ("2",), ("3",))
    assert groups_of(key, [("2",)]) == (("0",), ("1",), ("2",), ("3",))
    assert groups_of(key, [("0", "1"), ("1", "2")]) == (("0", "1", "2"), ("3",))


# Figures and verdicts.


RNG = np.random.default_rng(5)
TRUE = (RNG.random(400) < 0.4).astype(int)
GOOD = np.clip(0.5 + 0.35 * (TRUE - 0.5) * 2 + 0.25 * RNG.standard_normal(400), 0.01, 0.99)


def test_figures_are_those_of_an_independent_implementation():
    from sklearn.metrics import brier_score_loss, recall_score, roc_auc_score

    cases = made_cases(TRUE, GOOD)
    found = task_figures(cases, 200)
    assert found["auroc"]["value"] == pytest.approx(roc_auc_score(TRUE, GOOD))
    assert found["sensitivity"]["value"] == pytest.approx(recall_score(TRUE, GOOD > 0.5))
    assert found["specificity"]["value"] == pytest.approx(recall_score(1 - TRUE, GOOD <= 0.5))
    assert found["brier"]["value"] == pytest.approx(brier_score_loss(TRUE, GOOD))
    assert all(one["low"] <= one["value"] <= one["high"] for name, one in found.items() if name != "calibration_error")


def test_intervals_are_by_patient_and_not_by_disc():
    often, seldom = np.repeat(TRUE[:40], 5), np.repeat(GOOD[:40], 5)
    apart, together = (task_figures(made_cases(often, seldom, n), 400)["auroc"] for n in (1, 5))
    assert together["high"] - together["low"] > 1.5 * (apart["high"] - apart["low"])


@pytest.mark.parametrize(
    ("published", "against"), [(0.6, "better"), (0.999, "worse"), (None, ""), ("own", "not told apart")]
)
def test_a_verdict_compares_with_what_is_published(published, against):
    cases = made_cases(TRUE, GOOD)
    figures = task_figures(cases, 200)
    value = figures["auroc"]["value"] if published == "own" else published
    stated = [] if value is None else [Published("auroc", value, "its paper")]
    found = verdict(cases, figures, stated)
    assert found.enough and found.against == against
    assert "enough cases: AUROC 0.9" in found.words


@pytest.mark.parametrize(
    ("true", "shares", "words"),
    [
        (np.zeros(200, int), GOOD[:200], "all 200 discs are no"),
        (TRUE[:40], GOOD[:40], "40 discs of 10 patients"),
        (np.arange(200) < 5, GOOD[:200], "195 no and 5 above"),
        (TRUE[:80], RNG.random(80), "is too uncertain to compare; about"),
    ],
)
def test_too_few_cases_are_said(true, shares, words):
    cases = made_cases(np.asarray(true, int), shares)
    found = verdict(cases, task_figures(cases, 200), [Published("auroc", 0.8, "its paper")])
    assert not found.enough and found.against == "" and words in found.words


def test_the_worst_come_first():
    cases = made_cases(np.array([1, 1, 0, 0]), np.array([0.4, 0.02, 0.9, 0.1]))
    assert [case.grade.probabilities["1"] for case in worst_cases(cases)] == [0.02, 0.9, 0.4]


# The whole way, with a stand-in for packs.


def run(folder: Path, truth: Path, out: Path, settings: Settings = Settings(), **options) -> list:
    how = {"draws": 100, "workers": 1, "make_engine": FakeMaker()} | options
    return validate(folder, read_truth(truth), out, settings, **how)


def proof(out: Path) -> dict:
    return json.loads((out / "validation" / "validation.json").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("in_same_process")
def test_the_whole_way_from_studies_to_the_page(tmp_path):
    folder = write_studies(tmp_path / "in", "a", "b", "c", "bad")
    lines = [
        f"{s},{level},{row}" for s in "ab" for level in LEVELS for row in ("pfirrmann,pfirrmann,3", "spider,bulging,1")
    ]
    truth = table(
        tmp_path, *lines, "bad,L4-L5,spider,bulging,0", "gone,L4-L5,spider,bulging,0", "a,T5-T6,spider,bulging,0"
    )
    out = tmp_path / "out"
    reports = run(folder, truth, out)
    assert [report.cases.key for report in reports] == [("pfirrmann", "pfirrmann"), ("spider", "bulging")]
    assert all(not report.verdict.enough for report in reports)
    # What the truth does not speak of is not graded.
    assert sorted(path.name for path in (out / "studies").iterdir() if path.is_dir()) == ["a", "b"]
    page = (out / "validation" / "validation.html").read_text(encoding="utf-8")
    for words in (
        "all 10 discs are",
        "Studies without truth",
        "Truth without study",
        "gone",
        "bad could not be graded",
    ):
        assert words in page
    # Nothing outside the page is needed.
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    told = {row["what"]: row for row in proof(out)["not_compared"]}
    assert told["Studies without truth"]["which"] == "c" and told["Truth without study"]["which"] == "gone"
    assert any("not found" in row["which"] for row in proof(out)["not_compared"])
    with (out / "validation" / "discs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20 and {row["truth"] for row in rows if row["task"] == "pfirrmann"} == {"3"}
    assert "worst_pfirrmann_pfirrmann" in page and "data:image/png" in page
    written_at = (out / "studies" / "a" / "grades.json").stat().st_mtime_ns
    run(folder, truth, out)
    assert (out / "studies" / "a" / "grades.json").stat().st_mtime_ns == written_at


@pytest.mark.usefixtures("in_same_process")
def test_readings_are_a_truth_disc_by_disc_whatever_its_name(tmp_path):
    folder = write_studies(tmp_path / "in", "a", "b")
    rows = [f"{study},L4-L5,pfirrmann,pfirrmann,3" for study in "ab"]
    run(folder, table(tmp_path, *rows), tmp_path / "first")
    for study in "ab":
        path = tmp_path / "first" / "studies" / study / "grades.json"
        history = History(reading_of_grades(json.loads(path.read_text(encoding="utf-8")), "Ann"))
        for disc in history.reading.present[:2]:
            history.apply(SetGrade(disc.level, "pfirrmann", "pfirrmann", "5", "collapsed"))
        history.apply(AcceptGrade(history.reading.present[2].level, "pfirrmann", "pfirrmann"))
        (tmp_path / "readings").mkdir(exist_ok=True)
        save_reading(history.reading, tmp_path / "readings" / f"{study}.reading.json")
    report, high = run(folder, tmp_path / "readings", tmp_path / "second")
    # A reader's Pfirrmann grade settles whether it is high.
    assert high.cases.key == ("pfirrmann", "high_grade")
    assert len(report.cases.cases) == 6 and (report.cases.true == 4).sum() == 4
    assert proof(tmp_path / "second")["truth"]["kind"] == "readings"


@pytest.mark.usefixtures("in_same_process")
def test_nothing_is_graded_or_written_where_nothing_can_be_compared(tmp_path):
    folder, out = write_studies(tmp_path / "in", "a"), tmp_path / "out"
    with pytest.raises(UsageError, match="No study is called as any in"):
        run(folder, table(tmp_path, "other,L4-L5,spider,bulging,1"), out)
    with pytest.raises(UsageError, match="speaks of msu, and what grades is pfirrmann, spider: nothing in common"):
        run(folder, table(tmp_path, "a,L4-L5,msu,size,1"), out)
    with pytest.raises(UsageError, match="draws are too few"):
        run(folder, table(tmp_path, "a,L4-L5,spider,bulging,1"), out, draws=5)
    assert not out.exists()
    with pytest.raises(UsageError, match="No disc has both a truth and a grade"):
        run(folder, table(tmp_path, "a,T5-T6,spider,bulging,1"), out)
    assert not (out / "validation").exists()


@pytest.mark.usefixtures("in_same_process")
def test_a_folder_of_something_else_is_left_alone(tmp_path):
    folder, out = write_studies(tmp_path / "in", "a"), tmp_path / "out"
    (out / "validation").mkdir(parents=True)
    written(out / "validation" / "notes.txt", "mine")
    with pytest.raises(OutputError, match="notes.txt"):
        run(folder, table(tmp_path, "a,L4-L5,spider,bulging,1"), out)
    assert not (out / "studies").exists()


def test_the_command_line_says_what_is_wrong_in_one_line(tmp_path, capsys):
    truth = table(tmp_path, "a,L4-L5,spider,bulging,7")
    assert main(["validate", str(tmp_path), "--truth", str(truth), "-o", str(tmp_path / "out")]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "line 2: spider bulging has no grade '7'" in line
    truth = table(tmp_path, "a,L4-L5,spider,bulging,1")
    assert main(["validate", "--truth", str(truth), "-o", str(tmp_path / "out")]) == 2
    assert "does not say where its studies are" in capsys.readouterr().err
