"""Feature tables, figures of merit, selection, models and recalibration of the Pfirrmann system."""

from dataclasses import replace

import numpy as np
import pytest
from discgrader.errors import UsageError
from discgrader.grading.calibration import predicted_grades
from discgrader.training import metrics
from discgrader.training.tabular.models import (
    CumulativeTrees,
    ForestModel,
    LogisticModel,
    OrdinalModel,
    TabpfnModel,
    TreesModel,
    balanced_weights,
    check_tabpfn,
)
from discgrader.training.tabular.selection import (
    PENALTIES,
    SMALLEST,
    LassoPath,
    LassoSelection,
    Standardizer,
    best_penalty,
)
from discgrader.training.tabular.system import RECALIBRATIONS
from discgrader.training.tabular.table import FeatureTable, disc_table
from scipy.optimize import check_grad
from sklearn import metrics as sklearn_metrics
from tabular_data import synthetic_discs


@pytest.fixture(scope="module")
def graded():
    generator = np.random.default_rng(1)
    grades = generator.integers(0, 5, 300)
    probabilities = (generator.dirichlet(np.ones(5), 300) + 0.25 * np.eye(5)[grades]).round(2) + 0.01
    return grades, probabilities / probabilities.sum(1, keepdims=True), np.repeat(np.arange(50), 6)


def test_figures_agree_with_scikit_learn(graded):
    grades, probabilities, _ = graded
    hits, given = np.eye(5, dtype=bool)[grades], predicted_grades(probabilities)
    figures = metrics.grade_metrics(grades, probabilities)
    assert figures["auroc"] == pytest.approx(sklearn_metrics.roc_auc_score(hits, probabilities))
    assert figures["auprc"] == pytest.approx(sklearn_metrics.average_precision_score(hits, probabilities))
    assert figures["f1"] == pytest.approx(sklearn_metrics.f1_score(grades, given, average="macro"))
    assert figures["mcc"] == pytest.approx(sklearn_metrics.matthews_corrcoef(grades, given))
    assert figures["qwk"] == pytest.approx(sklearn_metrics.cohen_kappa_score(grades, given, weights="quadratic"))
    assert figures["brier"] == pytest.approx(
        np.mean([sklearn_metrics.brier_score_loss(hits[:, k], probabilities[:, k]) for k in range(5)])
    )
    high, chance = (grades >= 3).astype(int), probabilities[:, 3:].sum(1)
    binary = metrics.binary_metrics(high, chance)
    assert binary["auroc"] == pytest.approx(sklearn_metrics.roc_auc_score(high, chance))
    assert binary["f1"] == pytest.approx(sklearn_metrics.f1_score(high, chance >= 0.5))
    assert binary["sensitivity"] == pytest.approx(sklearn_metrics.recall_score(high, chance >= 0.5))
    assert binary["ppv"] == pytest.approx(sklearn_metrics.precision_score(high, chance >= 0.5))


def test_a_grade_that_no_disc_has_keeps_its_place_on_the_scale():
    """scikit-learn counts steps between the grades that occur, unless it is told of all."""
    grades, given = np.array([0, 0, 1, 1, 4, 4, 1, 4, 0]), np.array([0, 1, 1, 4, 4, 4, 1, 1, 0])
    kappa = metrics.weighted_kappa(metrics.confusion(grades, given, 5))
    labels = {"weights": "quadratic", "labels": range(5)}
    assert kappa == pytest.approx(sklearn_metrics.cohen_kappa_score(grades, given, **labels))
    assert kappa < sklearn_metrics.cohen_kappa_score(grades, given, weights="quadratic") - 0.1


def test_a_draw_of_patients_with_one_grade_alone_is_left_out():
    """Two patients, one all of grade 1: half of the draws say nothing, and all others the same."""
    grades, probability, patients = np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9]), np.array([1, 1, 2, 2])
    found = metrics.with_intervals(metrics.binary_metrics, grades, probability, patients, draws=50)
    assert found["sensitivity"] == {"value": 1, "low": 1, "high": 1}


def test_intervals_draw_patients_not_discs(graded):
    """Six copies of each disc under one patient say no more than one: the interval stays as wide."""
    grades, probabilities, _ = graded
    alone = metrics.with_intervals(metrics.grade_metrics, grades[:60], probabilities[:60], np.arange(60), draws=200)
    copies = metrics.with_intervals(
        metrics.grade_metrics,
        np.repeat(grades[:60], 6),
        np.repeat(probabilities[:60], 6, 0),
        np.repeat(np.arange(60), 6),
        draws=200,
    )
    width = [one["accuracy"]["high"] - one["accuracy"]["low"] for one in (alone, copies)]
    assert width[1] == pytest.approx(width[0], rel=0.02)
    assert alone["auroc"]["low"] < alone["auroc"]["value"] < alone["auroc"]["high"]


def test_a_difference_of_a_model_with_itself_is_nothing(graded):
    grades, probabilities, patients = graded
    assert metrics.difference("auroc", grades, probabilities, probabilities, patients, draws=20) == {
        "value": 0,
        "low": 0,
        "high": 0,
    }
    blind = np.full_like(probabilities, 0.2)
    assert metrics.difference("auroc", grades, probabilities, blind, patients, draws=50)["low"] > 0


def test_net_benefit_is_that_of_vickers_and_elkin():
    hits = np.array([1, 1, 0, 0, 0], bool)
    everyone = metrics.net_benefit(hits, np.ones(5), np.array([0.2, 0.5]))
    assert everyone == pytest.approx([0.4 - 0.6 * 0.25, 0.4 - 0.6])
    perfect = metrics.net_benefit(hits, hits.astype(float), np.array([0.2, 0.5]))
    assert perfect == pytest.approx([0.4, 0.4])


def test_calibration_error_is_zero_for_honest_probabilities():
    generator = np.random.default_rng(0)
    probability = generator.random(20000)
    assert metrics.calibration_error(generator.random(20000) < probability, probability) < 0.02
    assert metrics.calibration_error(np.zeros(100, bool), np.full(100, 0.75)) == pytest.approx(0.75)


def feature_table(family="evidence", sequence="T2", names=("height_mm", "signal"), patients=(1, 1, 2)):
    count = len(patients)
    return FeatureTable(
        family,
        np.array(patients),
        np.arange(count) + 1,
        np.array([sequence] * count),
        np.full(count, 2),
        names,
        np.arange(count * len(names), dtype=float).reshape(count, -1) + 1,
    )


def test_a_missing_sequence_is_missing_and_not_zero():
    t2, t1 = feature_table(), feature_table(sequence="T1", patients=(1, 1))
    table = disc_table([FeatureTable.join("evidence", [t2, t1])], {(1, 1): 0, (1, 2): 3, (2, 3): 4, (9, 1): 2})
    assert table.columns == (
        "T1:evidence:height_mm",
        "T1:evidence:signal",
        "T2:evidence:height_mm",
        "T2:evidence:signal",
    )
    assert table.grades.tolist() == [0, 3, 4]
    assert np.isnan(table.values[2, :2]).all()
    assert table.values[2, 2:].tolist() == [5, 6]
    assert not (table.values == 0).any()


def test_features_that_one_patient_lacks_are_holes():
    joined = FeatureTable.join("evidence", [feature_table(), feature_table(names=("signal", "slip_mm"), patients=(3,))])
    assert joined.names == ("height_mm", "signal", "slip_mm")
    assert np.isnan(joined.values[0, 2])
    assert np.isnan(joined.values[3, 0])
    assert joined.values[3, 1:].tolist() == [1, 2]


def test_a_feature_that_is_infinite_or_missing_everywhere_does_no_harm():
    table = feature_table()
    values = table.values.copy()
    values[0, 0], values[:, 1] = np.inf, np.nan
    discs = disc_table([replace(table, values=values)], {(1, 1): 0, (1, 2): 3, (2, 3): 4})
    assert discs.columns == ("T2:evidence:height_mm",)
    assert np.isnan(discs.values[0, 0])


def test_lasso_finds_the_columns_that_know_the_grade():
    discs = synthetic_discs()
    chosen = LassoSelection().fit(discs.values, discs.grades, discs.patients)
    best = {discs.columns[n] for n in chosen.columns_[:3]}
    assert all(name.startswith("T2:") and "efficientnet" not in name for name in best)
    assert np.all(np.diff(np.abs(chosen.coefficients_)) <= 0)
    stronger = LassoSelection(penalty=chosen.penalty_, times=4).fit(discs.values, discs.grades, discs.patients)
    assert len(stronger.columns_) < len(chosen.columns_)
    assert len(LassoSelection(most=2).fit(discs.values, discs.grades, discs.patients).columns_) == 2
    assert len(LassoSelection(penalty=1e6).fit(discs.values, discs.grades, discs.patients).columns_) == 1


def test_the_path_of_lasso_is_that_of_scikit_learn():
    """More columns than rows, many of them copies of one another with noise, as features of one disc are."""
    from sklearn.linear_model import Lasso, LassoCV
    from sklearn.model_selection import KFold

    rng = np.random.default_rng(4)
    base = rng.normal(size=(120, 12))
    values = Standardizer().fit(tall := np.repeat(base, 30, 1) + 0.5 * rng.normal(size=(120, 360))).transform(tall)
    target = base[:, :4] @ [1.0, -0.7, 0.5, 0.3] + rng.normal(size=120)
    path = LassoPath(values, target, tolerance=1e-8, most_steps=20000)
    assert not path.step(path.largest * 1.0001).coefficients_.any()
    for share in (0.7, 0.4, 0.15, 0.05):
        own = path.step(share * path.largest)
        other = Lasso(share * path.largest, tol=1e-8, max_iter=20000).fit(values, target)
        assert own.coefficients_ == pytest.approx(other.coef_, abs=1e-4)
        assert own.predict(values[:5]) == pytest.approx(other.predict(values[:5]), abs=1e-4)
    splits = list(KFold(4).split(values))
    search = LassoCV(
        alphas=np.geomspace(path.largest, SMALLEST * path.largest, PENALTIES), cv=splits, max_iter=5000
    ).fit(values, target)
    assert best_penalty(values, target, splits) == pytest.approx(search.alpha_)


def test_constant_columns_and_columns_of_holes_are_left_alone():
    values = np.column_stack([np.full(20, 3.0), np.full(20, np.nan), np.arange(20.0)])
    rows = Standardizer().fit(values).transform(values)
    assert np.isfinite(rows).all()
    assert np.abs(rows[:, :2]).max() == 0


@pytest.mark.parametrize(
    "model",
    [TreesModel(), ForestModel(trees=60), LogisticModel(), OrdinalModel(), CumulativeTrees()],
    ids=lambda one: type(one).__name__,
)
def test_every_model_learns_and_gives_probabilities(model):
    discs = synthetic_discs()
    seen = discs.patients <= 40
    # Grade I is missing from training, as in a small fold it may be.
    learned = seen & (discs.grades > 0)
    probabilities = model.fit(discs.values[learned], discs.grades[learned]).predict_proba(discs.values[~seen])
    assert probabilities.shape == ((~seen).sum(), 5)
    assert np.allclose(probabilities.sum(1), 1)
    assert (probabilities >= 0).all()
    known = discs.grades[~seen] > 0
    assert metrics.grade_metrics(discs.grades[~seen][known], probabilities[known])["auroc"] > 0.75


def test_ordinal_regression_minimizes_what_it_says(monkeypatch):
    """Its gradient is that of its cost: checked through the optimizer that it calls."""
    seen = {}

    def capture(cost, start, **_):
        at = start + np.random.default_rng(0).normal(0, 0.3, len(start))
        seen["error"] = check_grad(lambda x: cost(x)[0], lambda x: cost(x)[1], at)
        return type("Result", (), {"x": at})()

    monkeypatch.setattr("scipy.optimize.minimize", capture)
    discs = synthetic_discs(20)
    model = OrdinalModel().fit(discs.values[:, :10], discs.grades)
    assert seen["error"] < 1e-5
    assert np.all(np.diff(model.thresholds_) > 0)


def test_balanced_weights_let_every_grade_weigh_the_same():
    grades = np.array([0, 0, 0, 0, 1, 2, 2])
    weights = balanced_weights(grades, 5)
    assert np.bincount(grades, weights) == pytest.approx(np.full(3, 7 / 3))


@pytest.mark.parametrize("name", RECALIBRATIONS)
def test_recalibrated_probabilities_share_out_one(name, graded):
    grades, probabilities, _ = graded
    sure = probabilities**4 / (probabilities**4).sum(1, keepdims=True)
    # Grade V never occurs among the validation discs.
    some = grades[:150] < 4
    after = RECALIBRATIONS[name]().fit(sure[:150][some], grades[:150][some])(sure[150:])
    assert np.allclose(after.sum(1), 1)
    assert np.isfinite(after).all()


@pytest.mark.parametrize("name", ["isotonic", "sigmoid", "temperature"])
def test_recalibration_brings_overconfidence_down(name, graded):
    grades, probabilities, _ = graded
    sure = probabilities**6 / (probabilities**6).sum(1, keepdims=True)
    after = RECALIBRATIONS[name]().fit(sure[:200], grades[:200])(sure[200:])
    brier = [metrics.grade_metrics(grades[200:], one)["brier"] for one in (sure[200:], after)]
    assert brier[1] < brier[0]


def test_tabpfn_without_its_checkpoint_never_reaches_the_package(tmp_path, monkeypatch):
    """A path that does not exist is refused before anything is imported that could look for weights elsewhere."""
    import builtins

    real = builtins.__import__

    def guarded(name, *args, **kwargs):
        assert name.split(".")[0] not in ("tabpfn", "huggingface_hub", "requests"), f"{name} was imported"
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", guarded)
    with pytest.raises(UsageError, match="no TabPFN checkpoint"):
        check_tabpfn(tmp_path / "nowhere.ckpt")
    with pytest.raises(UsageError, match="no TabPFN checkpoint"):
        TabpfnModel(tmp_path / "nowhere.ckpt").fit(np.zeros((4, 2)), np.arange(4))


def test_tabpfn_checkpoints_are_checked(tmp_path, monkeypatch):
    import importlib.util

    torch = pytest.importorskip("torch", reason="a checkpoint is written by PyTorch")

    path = tmp_path / "tabpfn-v2-classifier.ckpt"
    torch.save({"state_dict": {"w": torch.zeros(2)}, "config": {"max_num_classes": 10}}, path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="not installed"):
        check_tabpfn(path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    check_tabpfn(path)
    later = tmp_path / "tabpfn-v2.5-classifier.ckpt"
    later.write_bytes(path.read_bytes())
    with pytest.raises(UsageError, match="later TabPFN"):
        check_tabpfn(later)
    (tmp_path / "text.ckpt").write_text("weights")
    with pytest.raises(UsageError, match="cannot be read"):
        check_tabpfn(tmp_path / "text.ckpt")
    torch.save({"weights": 1}, tmp_path / "other.ckpt")
    with pytest.raises(UsageError, match="is not a TabPFN"):
        check_tabpfn(tmp_path / "other.ckpt")


def test_tabpfn_grades_with_the_package_and_a_checkpoint_of_its_second_version(tmp_path):
    """With random weights, and more rows than the package takes on a CPU unless it is told to."""
    from dataclasses import asdict

    torch = pytest.importorskip("torch", reason="a checkpoint is written by PyTorch")
    second = pytest.importorskip("tabpfn.architectures.tabpfn_v2", reason="the package tabpfn is not installed")

    torch.manual_seed(0)
    choices = second.TabPFNV2Config(max_num_classes=10, num_buckets=1000, nlayers=2)
    network = second.get_architecture(choices)
    path = tmp_path / "tabpfn-v2-classifier.ckpt"
    torch.save({"state_dict": network.state_dict(), "config": asdict(choices)}, path)
    values = np.random.default_rng(0).normal(size=(1010, 4))
    grades = (values[:, 0] > 0) + 2 * (values[:, 1] > 1)
    probabilities = TabpfnModel(path).fit(values, grades).predict_proba(values[:5])
    assert probabilities.shape == (5, 5)
    assert np.allclose(probabilities.sum(1), 1.0, atol=1e-4)
    assert (probabilities[:, 4] == 0).all()
