"""``discgrader labels`` and ``discgrader evaluate labels``: files, messages, and what training makes of the table."""

import csv
import json
from pathlib import Path

import pytest
from discgrader.cli import labels as command
from discgrader.cli.main import main

BULGE = "L4-L5: Diffuse disc bulge, mildly compressing the thecal sac. Moderate left foraminal stenosis at L5-S1."
DENIED = "No disc bulge at L4-L5. Severe canal stenosis at L3-L4. Possible disc herniation at L5-S1."


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    pytest.importorskip("negspacy", reason="the extra 'reports' is not installed")
    path = tmp_path / "reports.csv"
    path.write_text(f'patient,report\n4,"{BULGE}"\n7,"{DENIED}"\n', encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_has_labels_with_their_words(
    reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "truth.csv"
    assert main(["labels", str(reports), "-o", str(out)]) == 0
    assert "The labels of 2 reports" in capsys.readouterr().out
    found = {(row["study"], row["level"], row["task"]): row for row in rows(out) if row["system"] == "report"}
    sac = found["4", "L4-L5", "sac_compression"]
    assert (sac["grade"], sac["degree"], sac["basis"]) == ("mild", "mild", "stated")
    assert sac["text"] == BULGE[int(sac["start"]) : int(sac["end"])] == "compressing the thecal sac"
    assert found["7", "L4-L5", "bulge"]["grade"] == "absent"
    assert found["7", "L5-S1", "herniation"]["certainty"] == "uncertain"


def test_training_takes_the_table(reports: Path, tmp_path: Path) -> None:
    """By the function that every recipe on a folder of studies reads its table with."""
    from discgrader.training.cohorts import read_table

    assert main(["labels", str(reports), "-o", str(tmp_path / "truth.csv")]) == 0
    deepspine = {study.name: study.grades for study in read_table(tmp_path, "deepspine")}
    assert deepspine["4"] == {"L4-L5": {"disc_bulge": "1"}, "L5-S1": {"left_foraminal_stenosis": "2"}}
    assert deepspine["7"] == {"L4-L5": {"disc_bulge": "0"}, "L3-L4": {"central_stenosis": "3"}}
    assert {study.name: study.patient for study in read_table(tmp_path, "spider")} == {"4": "4", "7": "7"}


def test_silence_is_normal_when_asked_for(reports: Path, tmp_path: Path) -> None:
    from discgrader.training.cohorts import read_table

    assert main(["labels", str(reports), "-o", str(tmp_path / "truth.csv"), "--silence-is-normal"]) == 0
    (first, _) = read_table(tmp_path, "spider")
    assert {level: grades["bulging"] for level, grades in first.grades.items()} == {
        "L1-L2": "0", "L2-L3": "0", "L3-L4": "0", "L4-L5": "1", "L5-S1": "0",
    }  # fmt: skip


def test_evaluation_takes_the_table(reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "labels.csv"
    main(["labels", str(reports), "-o", str(out)])
    truth = tmp_path / "truth.csv"
    truth.write_text(
        "study,level,system,task,grade\n4,L4-L5,report,bulge,present\n7,L4-L5,report,bulge,absent\n"
        "4,L4-L5,report,sac_compression,marked\n7,L3-L4,report,canal_stenosis,present\n",
        encoding="utf-8",
    )
    arguments = ["evaluate", "labels", "--data", out, "--truth", truth, "-o", tmp_path / "agreement"]
    assert main([*map(str, arguments), "--silence-is-normal"]) == 0
    assert "report bulge: n = 10, 100.0 (100.0 to 100.0) % agreement, kappa 1.00" in capsys.readouterr().out
    tasks = {one["task"]: one for one in json.loads((tmp_path / "agreement/agreement.json").read_text())["tasks"]}
    assert tasks["sac_compression"]["percent"]["value"] == pytest.approx(90)
    assert tasks["foraminal_stenosis"]["percent"]["value"] == pytest.approx(90)
    assert len(rows(tmp_path / "agreement" / "pairs.csv")) == 100


def test_grades_are_evaluated_against_reports(
    reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What grade and batch write has the same columns."""
    out = tmp_path / "labels.csv"
    main(["labels", str(reports), "-o", str(out)])
    grades = tmp_path / "grades.csv"
    grades.write_text(
        "study,level,system,task,grade\n4,L4-L5,deepspine,disc_bulge,1\n7,L4-L5,deepspine,disc_bulge,1\n",
        encoding="utf-8",
    )
    assert main(["evaluate", "labels", "--data", str(grades), "--truth", str(out), "-o", str(tmp_path / "a")]) == 0
    assert "deepspine disc_bulge: n = 2, 50.0 (0.0 to 100.0) % agreement" in capsys.readouterr().out


def fails(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    capsys.readouterr()
    assert main([str(one) for one in arguments]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and "Traceback" not in line
    return line


def test_wrong_usage_is_said_and_nothing_written(
    reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = set(tmp_path.iterdir())
    assert "-o FILE.csv" in fails(capsys, "labels", reports, "-o", tmp_path / "out.txt")
    assert "There is no folder" in fails(capsys, "labels", reports, "-o", tmp_path / "no" / "out.csv")
    assert "the table of reports itself" in fails(capsys, "labels", reports, "-o", reports)
    assert "has no column text" in fails(capsys, "labels", reports, "-o", tmp_path / "o.csv", "--text-column", "text")
    assert "does not exist" in fails(capsys, "labels", tmp_path / "none.csv", "-o", tmp_path / "out.csv")
    assert set(tmp_path.iterdir()) == before


def test_tables_that_cannot_be_compared(reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "labels.csv"
    main(["labels", str(reports), "-o", str(out)])
    capsys.readouterr()
    other = tmp_path / "other.csv"
    start = ("evaluate", "labels", "--data", out, "-o", tmp_path / "agreement")
    assert "--truth" in fails(capsys, *start)
    for text, message in {
        "study,level\n1,L4-L5\n": "has no column system",
        "study,level,system,task,grade\n99,L4-L5,report,bulge,present\n": "no study in common",
        "study,level,system,task,grade\n4,L1-L2,report,bulge,present\n": "grade no task of the same disc",
        "study,level,system,task,grade\n4,L4-L5,report,bulge,big\n": "row 2: bulge has no grade 'big'",
    }.items():
        other.write_text(text, encoding="utf-8")
        assert message in fails(capsys, *start, "--truth", other)
    assert not (tmp_path / "agreement").exists()


def test_libraries_that_are_missing_are_named(reports: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "negspacy" else object())
    line = fails(capsys, "labels", reports, "-o", tmp_path / "out.csv")
    assert 'negspacy is not installed; install DiscGrader with its extra "reports"' in line
