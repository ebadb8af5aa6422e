"""Operating points are chosen on discs that were held out, and stated with what they do on other patients."""

import numpy as np
import pytest
from discgrader.training.losses import UNKNOWN
from discgrader.training.metrics import youden_threshold
from discgrader.training.operating import chosen_points, patient_folds_of, task_points, threshold_of

RNG = np.random.default_rng(3)
PATIENTS = np.repeat(np.arange(80), 5)
HITS = RNG.random(400) < 0.1
SHARES = np.clip(0.1 * RNG.random(400) + 0.08 * HITS, 0, 1)


def rates(threshold: float) -> tuple[float, float]:
    called = np.greater_equal(SHARES, threshold)
    return called[HITS].mean(), (~called)[~HITS].mean()


def test_points_are_what_they_say():
    points = chosen_points(HITS, SHARES, PATIENTS, "made-up discs")
    assert (points.discs, points.positives, points.patients) == (400, HITS.sum(), 80)
    assert points.youden.threshold == pytest.approx(youden_threshold(HITS, SHARES), abs=1e-6)
    for point in (points.youden, *points.curve):
        assert (point.sensitivity, point.specificity) == pytest.approx(rates(point.threshold), abs=1e-6)
    for wanted, point in zip((0.5, 0.55, 0.6), points.curve):
        assert point.sensitivity >= wanted - 1e-9
    # By the likeliest grade none of them would be called.
    assert rates(0.5)[0] == 0 and points.youden.sensitivity > 0.7


@pytest.mark.parametrize("wanted", [0.5, 0.9, 0.99, 1.0])
def test_a_wanted_sensitivity_is_reached_and_no_more_is_called(wanted):
    threshold = threshold_of(HITS, SHARES, wanted)
    assert rates(threshold)[0] >= wanted
    assert rates(np.nextafter(threshold, 1))[0] < wanted or wanted * HITS.sum() % 1 > 0


def test_the_figures_of_other_patients_are_not_better_than_those_chosen_on():
    points = chosen_points(HITS, SHARES, PATIENTS, "made-up discs")
    stated = points.youden.sensitivity + points.youden.specificity
    crossed = points.cross_validated
    assert crossed["sensitivity"]["value"] + crossed["specificity"]["value"] <= stated
    assert crossed["sensitivity"]["low"] < crossed["sensitivity"]["value"] < crossed["sensitivity"]["high"]


def test_no_patient_is_on_both_sides():
    folds = patient_folds_of(PATIENTS)
    assert all(len(set(folds[np.equal(PATIENTS, patient)])) == 1 for patient in np.unique(PATIENTS))
    assert len(set(folds)) == 5


def test_too_few_of_one_kind_have_no_point():
    few = np.zeros(400, bool)
    few[:9] = True
    assert chosen_points(few, SHARES, PATIENTS, "") is None
    assert chosen_points(~few, SHARES, PATIENTS, "") is None
    assert chosen_points(np.ones(400, bool), SHARES, PATIENTS, "") is None


def test_which_tasks_have_points_and_which_of_them_are_called_by_them():
    grades = {
        "bulging": HITS.astype(int),
        "herniation": np.where(np.arange(400) < 40, UNKNOWN, HITS),
        "modic": 2 * HITS.astype(int),
    }
    two = np.stack([1 - SHARES, SHARES], 1)
    four = np.stack([1 - SHARES, SHARES / 3, SHARES / 3, SHARES / 3], 1)
    found = task_points("spider", grades, {"bulging": two, "herniation": two, "modic": four}, PATIENTS, "discs")
    assert {task: points.default for task, points in found.items()} == {
        "bulging": "youden",
        "herniation": "youden",
        "modic": "likeliest",
    }
    assert found["herniation"].discs == 360
    synthetic = task_points("spider", grades, {"bulging": two}, PATIENTS, "discs", synthetic=True)
    assert synthetic["bulging"].default == "likeliest"


def test_a_sum_has_its_point_by_the_grades_that_it_sums():
    grades = RNG.integers(0, 5, 400)
    shares = RNG.dirichlet(np.ones(5), 400)
    high = np.stack([shares[:, :3].sum(1), shares[:, 3:].sum(1)], 1)
    found = task_points(
        "pfirrmann", {"pfirrmann": grades}, {"pfirrmann": shares, "high_grade": high}, PATIENTS, "discs"
    )
    assert [*found] == ["high_grade"] and found["high_grade"].positives == (grades >= 3).sum()
    assert found["high_grade"].default == "likeliest"
