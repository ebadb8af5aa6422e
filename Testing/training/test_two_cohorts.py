"""Networks that learn from two data sets whose readers draw the lines between grades in different places."""

import csv
import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from discgrader.errors import StudyError, UsageError
from discgrader.grading.evidence import MEASURES
from discgrader.packs.pack import read_pack
from discgrader.progress import Progress
from discgrader.training.discs import WIDE, GradedDisc, TrainingDisc
from discgrader.training.grader import GraderRecipe
from discgrader.training.grader_folds import cross_validated, patient_folds
from discgrader.training.grader_recipe import habits_in, train_graders
from discgrader.training.grader_tasks import TASKS
from discgrader.training.losses import UNKNOWN
from discgrader.training.metrics import with_intervals
from discgrader.training.readers import COHORTS, WithReaders, cohorts_among, fit_habit, statement_of
from discgrader.training.sudirman import FIRST_PATIENT
from discgrader.training.three_ways import evaluate_cohorts

RECIPE = GraderRecipe(
    cohorts=COHORTS, widths=(4, 4, 8, 8), epochs=6, folds=2, discs_per_batch=8, dropout=0.0, learning_rate=1e-2
)
LINES = {"SPIDER": (0.2, 0.4, 0.6, 0.8), "Sudirman": (0.05, 0.7, 0.8, 0.9)}
"""From which darkness on each reader gives the next grade."""


def discs_of(cohort: str, count: int, first: int) -> list[GradedDisc]:
    rng = np.random.default_rng(first)
    found = []
    for number in range(count):
        darkness = rng.random()
        crops = np.zeros((1, 3, WIDE.rows, WIDE.columns), np.float16)
        crops[:, 0] = 2 - 4 * darkness
        measures = np.full(len(MEASURES), 10 * (1 - darkness), np.float32)
        image = TrainingDisc(first + number, 1, "T2", crops, measures, np.zeros(3))
        grades = dict.fromkeys(TASKS, UNKNOWN)
        grades["pfirrmann"] = int(np.searchsorted(LINES[cohort], darkness))
        if cohort == "SPIDER":
            grades |= {task: int(darkness > 0.5) for task in TASKS if task != "pfirrmann"}
        found.append(GradedDisc(first + number, 1, (image,), grades))
    return found


DISCS = [*discs_of("SPIDER", 80, 1), *discs_of("Sudirman", 80, FIRST_PATIENT)]


@pytest.fixture(scope="module", autouse=True)
def few_draws():
    """Intervals are none of what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("metrics", "grader_folds"):
            patch.setattr(f"discgrader.training.{module}.with_intervals", partial(with_intervals, draws=20))
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    torch.set_num_threads(1)
    return folder, cross_validated(DISCS, RECIPE, folder, Progress())


def test_both_are_learned_from_and_each_reader_has_a_habit(whole):
    folder, found = whole
    assert found.learned == ("SPIDER", "Sudirman") and set(found.habits) == {"Sudirman"}
    other = json.loads((folder / "figures.json").read_text(encoding="utf-8"))["cohorts"]["Sudirman"]["T2"]
    assert (other["discs"], other["patients"]) == (80, 80)
    as_first, as_own = (
        other[name]["pfirrmann"]["accuracy"]["value"] for name in ("as the first readers", "as its own readers")
    )
    assert as_own > as_first, "the habit must be worth something on discs that it was not fitted to"
    assert found.metrics["T2"]["pfirrmann"]["macro_auroc"]["value"] > 0.7
    assert "pfirrmann" in found.habits["Sudirman"] and set(found.habits["Sudirman"]) == {"pfirrmann"}


def test_folds_of_the_first_data_set_are_the_same_with_and_without_the_other():
    alone, both = patient_folds(DISCS[:80], RECIPE), patient_folds(DISCS, RECIPE)
    assert {patient: both[patient] for patient in alone} == alone
    assert np.bincount([fold for patient, fold in both.items() if patient >= FIRST_PATIENT]).tolist() == [40, 40]


def test_a_pack_names_what_it_learned_from_and_whose_habits_it_knows(whole):
    assert statement_of([disc.patient for disc in DISCS]) == (
        "80 discs of 80 SPIDER patients (CC BY 4.0) and 80 discs of 80 Sudirman patients (CC BY 4.0)"
    )
    assert set(habits_in(whole[1], {"pfirrmann": {}})) == {"Sudirman"}
    assert habits_in(whole[1], {"bulging": {}}) == {}


def test_the_first_readers_have_no_offset():
    network = WithReaders(lambda crops, role, disc, count: {"pfirrmann": crops}, 2, {"pfirrmann": 5})
    with torch.no_grad():
        network.offsets["pfirrmann"] += 3.0
    given = network(torch.zeros(2, 5), None, None, 2, torch.tensor([0, 1]))["pfirrmann"]
    assert given.tolist() == [[0.0] * 5, [3.0] * 5]


def test_a_habit_makes_of_one_readers_probabilities_anothers():
    rng = np.random.default_rng(2)
    shares = rng.dirichlet(np.ones(5), 4000)
    wanted = shares * np.exp([0.0, 1.5, 0.0, -1.0, 0.0])
    grades = np.array([rng.choice(5, p=row / row.sum()) for row in wanted])
    habit = fit_habit(shares, grades)
    assert habit.temperature == pytest.approx(1.0, abs=0.1)
    assert habit.bias == pytest.approx([0.0, 1.5, 0.0, -1.0, 0.0], abs=0.2)


def test_what_cannot_be_learned_from_is_refused(tmp_path):
    with pytest.raises(StudyError, match="no graded discs of Sudirman"):
        cross_validated(DISCS[:80], GraderRecipe(cohorts=("Sudirman",)), tmp_path, Progress())
    with pytest.raises(UsageError, match="a pack learns from SPIDER, alone or with others"):
        train_graders(tmp_path, tmp_path, Progress(), cohorts=("Sudirman",))
    assert cohorts_among([FIRST_PATIENT, 3]) == ("SPIDER", "Sudirman")


def test_three_ways_in_one_table(tmp_path, monkeypatch):
    quick = replace(RECIPE, epochs=1, discs_per_batch=16)
    monkeypatch.setattr("discgrader.training.three_ways.discs_to_grade", lambda *_: [*DISCS[:32], *DISCS[80:112]])
    path = evaluate_cohorts(tmp_path, tmp_path / "out", Progress(), quick)
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert {(row["learned_from"], row["tried_on"], row["readers"]) for row in rows if row["images"] == "T2"} == {
        ("SPIDER", "SPIDER", "its own"),
        ("SPIDER", "Sudirman", "SPIDER"),
        ("SPIDER", "Sudirman", "its own"),
        ("Sudirman", "Sudirman", "its own"),
        ("Sudirman", "SPIDER", "Sudirman"),
        ("Sudirman", "SPIDER", "its own"),
        ("both", "SPIDER", "its own"),
        ("both", "Sudirman", "SPIDER"),
        ("both", "Sudirman", "its own"),
    }
    assert all(0 <= float(row["accuracy_low"]) <= float(row["accuracy"]) <= float(row["accuracy_high"]) for row in rows)
    monkeypatch.setattr("discgrader.training.three_ways.discs_to_grade", lambda *_: DISCS[:80])
    with pytest.raises(UsageError, match="discs of SPIDER and Sudirman"):
        evaluate_cohorts(tmp_path, tmp_path / "out", Progress(), quick)


def test_packs_of_both_name_both_and_state_the_habit(tmp_path, monkeypatch):
    monkeypatch.setattr("discgrader.training.grader_recipe.discs_to_grade", lambda *_: DISCS)
    options = {"widths": (4, 4, 8, 8), "epochs": 3, "folds": 2, "discs_per_batch": 8, "cohorts": ["SPIDER", "Sudirman"]}
    packs = train_graders(tmp_path, tmp_path / "out", Progress(), **options)
    pfirrmann, spider = (read_pack(packs / f"{system}-resnet") for system in ("pfirrmann", "spider"))
    for pack in (pfirrmann, spider):
        assert pack.trained_on.data_set == "SPIDER (Zenodo 10159290), Sudirman (Mendeley k57fr854j2)"
        assert "Sudirman patients (CC BY 4.0)" in pack.trained_on.statement
    assert set(pfirrmann.readers) == {"Sudirman"} and not spider.readers
    assert GraderRecipe().cohorts == ("SPIDER",)
