"""grades.json and grades.csv."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from discgrader.errors import OutputError, UsageError
from discgrader.grading.results import DiscResult
from discgrader.localize.box import RoiBox
from discgrader.report.account import Account
from discgrader.report.details import details
from discgrader.report.tables import (
    grades_json,
    grades_rows,
    read_grades_json,
    warnings_of,
    write_grades_csv,
    write_grades_json,
)
from synthetic_result import synthetic_result

GRADE_KEYS = {
    "system",
    "task",
    "grade",
    "label",
    "probabilities",
    "evidence",
    "pack",
    "pack_version",
    "pack_sha256",
    "trained_on",
}


@pytest.fixture(scope="module")
def result():
    return synthetic_result()


def _with_grade(result, **changes):
    """The result with its first disc's first grade changed."""
    first, *others = result.discs
    grades = (replace(first.grades[0], **changes), *first.grades[1:])
    return replace(result, discs=(DiscResult(first.disc, grades), *others))


def test_grades_json_keeps_the_contract(result):
    document = grades_json(result)
    assert set(document) == {
        "study",
        "examination",
        "series",
        "left_out",
        "discs",
        "warnings",
        "name_doubts",
        "software",
        "reading",
        "report_from",
    }
    assert document["study"] == "blocks"
    assert [one["name"] for one in document["series"]] == ["T2_sag", "T1_sag"]
    assert document["series"][0]["contrast_reason"] == "the file name says so"
    assert [one["level"] for one in document["discs"]] == ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"]
    for number, disc in enumerate(document["discs"], start=1):
        assert {"level", "index_from_sacrum", "center_ras_mm", "roi", "grades"} <= set(disc)
        assert set(disc["roi"]) == {"center_ras_mm", "axes_ras", "size_mm"}
        assert disc["index_from_sacrum"] == number
        for grade in disc["grades"]:
            assert set(grade) >= GRADE_KEYS
            assert sum(grade["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    first = document["discs"][0]["grades"][0]
    assert (first["grade"], first["label"], first["synthetic"]) == ("5", "V", True)
    assert first["evidence"] == {"nucleus to CSF": {"value": 0.15, "unit": "", "source": "T2"}}


def test_positions_are_ras(result):
    for described, one in zip(grades_json(result)["discs"], result.discs, strict=True):
        x, y, z = one.disc.center_lps_mm
        assert described["center_ras_mm"] == pytest.approx([-x, -y, z], abs=1e-5)
        across, along, up = np.array(described["roi"]["axes_ras"])
        assert across[0] == -1 and along[1] < -0.9 and up[2] > 0.9, "left, back and up in RAS"


def test_roi_comes_back_from_json(result):
    for described, one in zip(grades_json(result)["discs"], result.discs, strict=True):
        back, roi = RoiBox.from_json(json.loads(json.dumps(described["roi"]))), one.disc.roi
        np.testing.assert_allclose(back.corners_lps(), roi.corners_lps(), atol=1e-4)


def test_warnings_of_study_localization_and_result_are_all_there_once(result):
    study = replace(result.study, warnings=("Two files were passed over.", "Made of blocks; not a patient."))
    warnings = grades_json(replace(result, study=study))["warnings"]
    assert sorted(warnings) == sorted(
        ["Two files were passed over.", "Made of blocks; not a patient.", "No sacrum in view; names are nominal."]
    )


def test_numpy_and_missing_numbers_become_plain_json(result, tmp_path):
    evidence = {"height": np.float32(7.5), "count": np.int64(3), "ratio": float("nan"), "pair": np.array([1.0, 2.0])}
    probabilities = dict(zip("12345", np.float32([0.1, 0.1, 0.1, 0.1, 0.6]), strict=True))
    write_grades_json(_with_grade(result, evidence=evidence, probabilities=probabilities), tmp_path / "grades.json")
    grade = read_grades_json(tmp_path / "grades.json")["discs"][0]["grades"][0]
    assert grade["evidence"] == {"height": 7.5, "count": 3, "ratio": None, "pair": [1.0, 2.0]}
    assert grade["probabilities"]["5"] == 0.6


def test_a_disc_has_one_height_everywhere(result):
    """The one that its grades were read from; the localizer's own only where none was measured."""
    measured = {"height_mm": {"value": 6.321, "unit": "mm", "title": "Disc height", "source": "", "series": "T2"}}
    changed = _with_grade(result, evidence=measured)
    told = grades_json(changed)["discs"][0]
    assert told["height_mm"] == told["grades"][0]["evidence"]["height_mm"]["value"] == 6.321
    assert "height 6.3 mm" in details(Account(changed))
    assert grades_json(_with_grade(result, evidence={}))["discs"][0]["height_mm"] == pytest.approx(
        result.discs[0].disc.height_mm
    )


def test_csv_has_one_row_a_disc_and_task_in_the_columns_of_the_contract(result, tmp_path):
    write_grades_csv(grades_rows(grades_json(result)), tmp_path / "grades.csv")
    with open(tmp_path / "grades.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "study",
        "level",
        "index_from_sacrum",
        "system",
        "task",
        "grade",
        "label",
        "probability",
        "p_0",
        "p_1",
        "p_2",
        "p_3",
        "p_4",
        "p_5",
        "pack",
        "trained_on",
        "warnings",
    ]
    assert len(rows) == 15
    first, second = rows[:2]
    assert (first["level"], first["task"], first["grade"], first["label"]) == ("L5-S1", "pfirrmann", "5", "V")
    assert float(first["probability"]) == float(first["p_5"]) == 0.7
    assert first["p_0"] == "" and second["p_0"] != "" and second["p_5"] == ""
    assert second["label"] == "IV–V"


def test_columns_do_not_depend_on_the_order_of_the_rows(result, tmp_path):
    zone = _with_grade(
        result,
        system="msu",
        task="zone",
        grade="AB",
        label="AB",
        probabilities={"none": 0.1, "A": 0.1, "AB": 0.6, "B": 0.1, "C": 0.1},
    )
    rows = grades_rows(grades_json(zone))
    write_grades_csv(rows, tmp_path / "one.csv")
    write_grades_csv(reversed(rows), tmp_path / "other.csv")
    one, other = ((tmp_path / name).read_text(encoding="utf-8").splitlines() for name in ("one.csv", "other.csv"))
    assert one[0] == other[0] and sorted(one) == sorted(other)
    assert "p_0,p_1,p_2,p_3,p_4,p_none,p_A,p_AB,p_B,p_C,pack" in one[0].replace("p_4,p_5", "p_4")


def test_names_with_commas_quotes_and_umlauts_survive(tmp_path):
    name = 'Müller, "Frau"\nzweite Zeile 椎間板'
    result = synthetic_result(name=name)
    write_grades_json(result, tmp_path / "grades.json")
    document = read_grades_json(tmp_path / "grades.json")
    write_grades_csv(grades_rows(document), tmp_path / "grades.csv")
    with open(tmp_path / "grades.csv", encoding="utf-8", newline="") as file:
        assert {row["study"] for row in csv.DictReader(file)} == {name}


def test_an_empty_table_still_has_its_columns(tmp_path):
    write_grades_csv([], tmp_path / "grades.csv")
    assert (tmp_path / "grades.csv").read_text().startswith("study,level,")


@pytest.mark.parametrize(
    ("content", "reason"),
    [("not json", "not valid JSON"), ("[]", "names no study"), ('{"study": "a"}', "no list of discs")],
)
def test_what_is_no_grades_json_is_refused(tmp_path, content, reason):
    (tmp_path / "grades.json").write_text(content)
    with pytest.raises(UsageError, match=reason):
        read_grades_json(tmp_path / "grades.json")


def test_missing_files_and_folders_are_named(result, tmp_path):
    with pytest.raises(UsageError, match="nowhere"):
        read_grades_json(tmp_path / "nowhere.json")
    with pytest.raises(OutputError, match="grades.json"):
        write_grades_json(result, tmp_path / "nowhere" / "grades.json")
    with pytest.raises(OutputError, match="grades.csv"):
        write_grades_csv([], tmp_path / "nowhere" / "grades.csv")


def test_doubts_of_names_stand_beside_every_grade_and_among_the_warnings(result):
    doubted = replace(result, localization=replace(result.localization, name_doubts=("The sacrum is not in view.",)))
    disc = replace(doubted.discs[0].disc, warnings=("The box is low.",))
    graded = replace(doubted.discs[0].grades[0], warnings=("It looks odd.",))
    discs = (replace(doubted.discs[0], disc=disc, grades=(graded,)), *doubted.discs[1:])
    document = grades_json(replace(doubted, discs=discs))
    first, *others = grades_rows(document)
    assert first["warnings"] == "The sacrum is not in view. The box is low. It looks odd."
    assert all(row["warnings"].startswith("The sacrum is not in view.") for row in others)
    told = warnings_of(document)
    assert "The sacrum is not in view." in told and "L5-S1: The box is low." in told and "L5-S1: It looks odd." in told
