"""Packs recalibrated on a site's own cases, only where these prove it; and RSNA 2024's layout as a truth."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from dicom_files import write_classic
from discgrader.cli.main import main
from discgrader.errors import PackError, UsageError
from discgrader.grading.results import DiscResult
from discgrader.grading.system import Answer, TaskAnswer, grades_of
from discgrader.grading.systems import scale_of
from discgrader.packs.operating_points import OperatingPoints, Point
from discgrader.pipeline.engine import Engine
from discgrader.training.validation.cases import TaskCases
from discgrader.training.validation.recalibrate import check_site, recalibrated_task, write_site_pack
from discgrader.training.validation.truth_files import read_truth, true_studies
from discgrader.training.validation.validate import validate
from fake_engine import FakeGrader, FakeLocalizer, FakeMaker, fake_explain, fake_pack
from plain_packs import made_pack
from site_cases import made_cases
from synthetic_result import made_grade, synthetic_study

RNG = np.random.default_rng(11)
COUNT = 600
TRUE = (RNG.random(COUNT) < 0.3).astype(int)
ODDS = 1.2 * (2 * TRUE - 1) + 1.0 * RNG.standard_normal(COUNT) - 0.8


def shares(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-odds))


HONEST = shares(2.4 * ODDS + 1.07)
"""Probabilities near what is observed."""
TOO_SURE = np.clip(shares(8 * ODDS - 6), 1e-6, 1 - 1e-6)
"""The same order, but far too sure, and too often of a no."""

POINTS = OperatingPoints("youden", Point(0.5, 0.7, 0.9), "others, held out", [Point(0.5, 0.7, 0.9)])


def spider_pack(folder: Path, **changes: object):
    scale = scale_of("spider", "bulging")
    tasks = {"bulging": {"scale": scale.name, "grades": list(scale.values)}}
    return made_pack(folder / "net", tasks=tasks, operating_points={"bulging": POINTS}, **changes)


def test_what_is_too_sure_is_recalibrated_and_called_earlier():
    found = recalibrated_task(made_cases(TRUE, TOO_SURE), "Here", 200)
    assert found.enough and found.probabilities.temperature > 1.5 and found.likelihood["low"] > 0
    assert found.points.default == "youden" and found.calls["low"] > 0
    assert "patients of Here" in found.points.chosen_on
    assert "recalibrated" in found.words and "this site's threshold" in found.words


def test_what_is_right_already_is_left_alone():
    found = recalibrated_task(made_cases(TRUE, HONEST), "Here", 200)
    assert found.enough and found.probabilities is None and found.likelihood["low"] <= 0
    assert "probabilities left as they are" in found.words


def test_noise_is_not_taken_for_proof():
    kept = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        found = recalibrated_task(made_cases((rng.random(120) < 0.5).astype(int), np.full(120, 0.5)), "Here", 100)
        kept += found.probabilities is not None
    assert kept == 0


@pytest.mark.parametrize(
    ("true", "words"),
    [(np.zeros(COUNT, int), "600 no and 0 above, are too few"), (TRUE[:40], "40 discs of 10 patients")],
)
def test_too_few_cases_leave_a_task_as_it_is(true, words):
    found = recalibrated_task(made_cases(true, TOO_SURE[: len(true)]), "Here", 100)
    assert not found.enough and found.probabilities is None and words in found.words


def test_coarse_truths_and_sums_leave_a_task_as_it_is():
    cases = made_cases(TRUE, TOO_SURE)
    assert "coarser" in recalibrated_task(TaskCases(cases.key, (("0", "1"),), cases.cases), "Here").words
    high = TaskCases(("pfirrmann", "high_grade"), cases.groups, cases.cases)
    assert "follows pfirrmann" in recalibrated_task(high, "Here").words


def test_a_site_pack_gives_the_recalibrated_probabilities_by_the_same_weights(tmp_path):
    pack = spider_pack(tmp_path)
    found = recalibrated_task(made_cases(TRUE, TOO_SURE), "Here", 200)
    made = write_site_pack(pack, [found], "Here", tmp_path / "out" / "net-Here")
    assert (made.name, made.files) == ("spider-net-Here", pack.files)
    assert "recalibrated on 600 discs of 150 patients of Here" in made.trained_on.statement
    assert made.metrics["recalibrated"]["bulging"]["log_likelihood"]["low"] > 0

    def share(pack, given: float) -> float:
        [grade] = grades_of(pack, Answer({"bulging": TaskAnswer(np.array([1 - given, given]))}))
        return grade.probabilities["1"]

    again = np.array([share(made, given) for given in TOO_SURE])
    assert [share(pack, given) for given in TOO_SURE[:5]] == pytest.approx(TOO_SURE[:5])
    # In the order of before, and now about as often right as they say.
    assert np.array_equal(np.argsort(again, kind="stable"), np.argsort(TOO_SURE, kind="stable"))
    assert abs(again.mean() - TRUE.mean()) < 0.01 < abs(TOO_SURE.mean() - TRUE.mean())
    [grade] = grades_of(made, Answer({"bulging": TaskAnswer(np.array([0.9, 0.1]))}))
    assert grade.call.threshold == made.operating_points["bulging"].youden.threshold
    with pytest.raises(PackError, match="was recalibrated before"):
        write_site_pack(made, [found], "There", tmp_path / "out" / "again")


def test_the_packs_own_points_move_with_its_probabilities(tmp_path):
    found = replace(recalibrated_task(made_cases(TRUE, TOO_SURE), "Here", 200), points=None)
    made = write_site_pack(spider_pack(tmp_path), [found], "Here", tmp_path / "out")
    moved = made.operating_points["bulging"].youden
    for given in (0.49, 0.51):
        [grade] = grades_of(made, Answer({"bulging": TaskAnswer(np.array([1 - given, given]))}))
        assert (grade.grade == "1") is (given > 0.5) is (grade.probabilities["1"] >= moved.threshold)


def test_nothing_is_written_where_nothing_is_better(tmp_path):
    pack = spider_pack(tmp_path)
    found = replace(recalibrated_task(made_cases(TRUE, HONEST), "Here", 200), points=None)
    with pytest.raises(UsageError, match="Nothing was written: .* does no better"):
        write_site_pack(pack, [found], "Here", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    better = recalibrated_task(made_cases(TRUE, TOO_SURE), "Here", 200)
    with pytest.raises(PackError, match="something else than a pack"):
        write_site_pack(pack, [better], "Here", tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["", "Our Hospital", "../x", "ü"])
def test_a_site_is_called_so_that_a_pack_can_be(name):
    with pytest.raises(UsageError, match="may contain only"):
        check_site(name)


def test_the_command_line_refuses_in_one_line(tmp_path, capsys):
    truth = tmp_path / "truth.csv"
    truth.write_text("study,level,task,grade\na,L4-L5,bulging,1\n", encoding="utf-8")
    rest = [str(tmp_path), "--truth", str(truth), "--site", "Here", "-o", str(tmp_path / "out")]
    for pack, words in (("no-such-pack", "There is no pack no-such-pack"), ("localizer-unet", "grades nothing")):
        assert main(["recalibrate", pack, *rest]) == 2
        assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


# RSNA 2024's layout, a small made-up copy.

CONDITIONS = (
    "spinal_canal_stenosis",
    "left_neural_foraminal_narrowing",
    "right_neural_foraminal_narrowing",
    "left_subarticular_stenosis",
    "right_subarticular_stenosis",
)
LEVELS = ("l1_l2", "l2_l3", "l3_l4", "l4_l5", "l5_s1")


def rsna_row(study: str, **told: str) -> list[str]:
    columns = [f"{condition}_{level}" for condition in CONDITIONS for level in LEVELS]
    return [study, *(told.get(column, "Normal/Mild") for column in columns)]


def write_rsna(folder: Path, rows: list[list[str]]) -> Path:
    """The published tables, and of each study a sagittal T1, a sagittal T2 and no axial series."""
    head = ["study_id", *(f"{condition}_{level}" for condition in CONDITIONS for level in LEVELS)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "train.csv").write_text("".join(",".join(row) + "\n" for row in [head, *rows]), encoding="utf-8")
    described, seen = (
        ["study_id,series_id,series_description"],
        ["study_id,series_id,instance_number,condition,level,x,y"],
    )
    for study, *_ in rows:
        for number, (series, description) in enumerate(
            zip(synthetic_study().series, ("Sagittal T2/STIR", "Sagittal T1"), strict=True), 1
        ):
            target = folder / "train_images" / study / f"{study}{number}"
            for one, path in enumerate(sorted(write_classic(target, series.volume, PatientID=study)), 1):
                path.rename(target / f"{one}.dcm")
            described.append(f"{study},{study}{number},{description}")
        seen.append(f"{study},{study}1,3,Spinal Canal Stenosis,L4/L5,100.0,120.0")
    (folder / "train_series_descriptions.csv").write_text("\n".join(described) + "\n", encoding="utf-8")
    (folder / "train_label_coordinates.csv").write_text("\n".join(seen) + "\n", encoding="utf-8")
    return folder


ROWS = [
    rsna_row("1001", spinal_canal_stenosis_l4_l5="Severe", left_subarticular_stenosis_l4_l5="Moderate"),
    rsna_row("1002", right_subarticular_stenosis_l5_s1="Severe", left_neural_foraminal_narrowing_l5_s1="Moderate"),
]


def test_the_published_table_is_a_truth(tmp_path):
    folder = write_rsna(tmp_path / "rsna", ROWS)
    truth = read_truth(folder)
    assert (truth.kind, truth.studies, truth.notes) == ("RSNA 2024", ("1001", "1002"), ())
    told = {(one.study, one.level, *one.key): one.grades for one in truth.grades}
    assert told["1001", "L4-L5", "deepspine", "central_stenosis"] == ("3",)
    assert told["1001", "L4-L5", "axial-multitask", "central_stenosis"] == ("3",)
    assert told["1001", "L3-L4", "deepspine", "central_stenosis"] == ("0", "1")
    # The worse of the two recesses is that of the level's roots, whichever side it is on.
    assert told["1001", "L4-L5", "axial-multitask", "nerve_root"] == ("2",)
    assert told["1002", "L5-S1", "axial-multitask", "nerve_root"] == ("3",)
    assert told["1002", "L5-S1", "deepspine", "left_foraminal_stenosis"] == ("2",)
    assert told["1002", "L5-S1", "deepspine", "right_foraminal_stenosis"] == ("0", "1")
    assert len(truth.grades) == 2 * 5 * 5
    assert [*truth.roles["1001"].values()] == ["T1"] and truth.folder == folder / "train_images"
    assert read_truth(folder / "train.csv").studies == truth.studies


def test_what_is_missing_or_strange_in_the_published_layout_is_said(tmp_path):
    folder = write_rsna(tmp_path / "rsna", ROWS)
    (folder / "train_label_coordinates.csv").unlink()
    assert read_truth(folder).notes == ("There is no train_label_coordinates.csv beside train.csv.",)
    text = (folder / "train.csv").read_text(encoding="utf-8")
    for old, new, words in (
        ("Severe", "Awful", "line 2: spinal_canal_stenosis_l4_l5 is 'Awful'"),
        ("spinal_canal_stenosis_l5_s1", "spinal_canal_stenosis_l5_s9", "no condition and level of RSNA 2024"),
        ("right_subarticular_stenosis_l1_l2", "something_else_l1_l2", "no condition and level of RSNA 2024"),
    ):
        (folder / "train.csv").write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(UsageError, match=words):
            read_truth(folder)


def test_coarse_truths_are_not_trained_on(tmp_path):
    truth = read_truth(write_rsna(tmp_path / "rsna", ROWS))
    one, two = true_studies(truth, "deepspine")
    assert one.grades == {"L4-L5": {"central_stenosis": "3"}}
    assert two.grades == {"L5-S1": {"left_foraminal_stenosis": "2"}}
    with pytest.raises(UsageError, match="no grade of the system msu"):
        true_studies(truth, "msu")


class StenosisGrader(FakeGrader):
    """Calls the canal moderate at every disc."""

    def systems_for(self, study):
        # The role is as the published table has it.
        assert "T1" in {series.role for series in study.series}
        return ("deepspine",)

    def grade(self, study, localization, *, systems=None, progress=None, graded=None):
        grade = made_grade("deepspine", "central_stenosis", "2", "moderate", ("0", "1", "2", "3"), {})
        return tuple(DiscResult(disc, (grade,)) for disc in localization.discs)


@dataclass(frozen=True)
class StenosisMaker(FakeMaker):
    def packs(self):
        return fake_pack("localizer"), fake_pack("deepspine")

    def __call__(self):
        return Engine(FakeLocalizer(), StenosisGrader(), fake_explain, self.packs())


@pytest.mark.usefixtures("in_same_process")
def test_whoever_has_the_published_set_gets_the_table_by_one_command(tmp_path):
    truth = read_truth(write_rsna(tmp_path / "rsna", ROWS))
    [report] = validate(truth.folder, truth, tmp_path / "out", draws=100, workers=1, make_engine=StenosisMaker())
    assert report.cases.labels == ("normal/mild", "moderate", "severe")
    assert len(report.cases.cases) == 10 and np.bincount(report.cases.true).tolist() == [9, 0, 1]
    assert report.figures["accuracy"]["value"] == 0 and "not enough cases" in report.verdict.words
    shown = json.loads((tmp_path / "out" / "validation" / "validation.json").read_text(encoding="utf-8"))
    assert shown["tasks"][0]["grades"] == [["0", "1"], ["2"], ["3"]]
    scanner = json.loads((tmp_path / "out" / "studies" / "1001" / "scanner.json").read_text(encoding="utf-8"))
    assert "T1" in scanner["protocol"]
