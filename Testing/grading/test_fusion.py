"""The fusion of networks, evidence and radiomics: forests, rows, weights, the pack and the grades that it gives."""

from dataclasses import replace

import numpy as np
import pytest
from blocky_spine import blocky_spine, localized
from discgrader.errors import PackError, StudyError, UsageError
from discgrader.grading.contributions import KEY
from discgrader.grading.evidence import MEASURES
from discgrader.grading.evidence_rows import evidence_columns, evidence_rows
from discgrader.grading.fusion import DESCRIPTION, fused, load_fusion, parameters_of
from discgrader.grading.grader import Grader
from discgrader.grading.slice_radiomics import default_extractor, patch, slice_features
from discgrader.imaging.study import Contrast, Study
from discgrader.packs.pack import read_pack
from discgrader.packs.trees import forest_of_tensors
from discgrader.pipeline.settings import Settings
from discgrader.progress import Progress
from discgrader.training.grader_tasks import INPUTS
from discgrader.training.recipes import run_recipe
from discgrader.training.sudirman import FIRST_PATIENT
from discgrader.training.tabular.fusion import (
    ROLES,
    FusedRecipe,
    fit_weights,
    from_scikit_learn,
    fused_discs,
    fused_rows,
)
from discgrader.training.tabular.fusion_recipe import cross_validate, pfirrmann_of, write_fused
from tabular_data import fused_tables
from tiny_packs import tiny_grading_pack

RECIPE = FusedRecipe(folds=2, trees=8, most_features=6, threads=1)


@pytest.fixture(scope="module")
def spine():
    return blocky_spine().noisy()


@pytest.fixture(scope="module")
def trained():
    evidence, slices, network, grades = fused_tables()
    discs = fused_discs(evidence, slices, network, grades)
    fusion, figures, habits = cross_validate({"all": discs, "T1": discs}, RECIPE, Progress())
    assert not habits, "there is one data set"
    return discs, fusion, figures


@pytest.fixture(scope="module")
def packs(trained, tmp_path_factory):
    """A fused pack and the pack of the spider system with the same networks."""
    folder = tmp_path_factory.mktemp("fused")
    tiny = tiny_grading_pack(folder / "tiny")
    discs, fusion, figures = trained
    write_fused(folder, tiny, fusion, figures, discs, RECIPE, {})
    return [read_pack(folder / "packs" / "pfirrmann-fused"), tiny_grading_pack(folder / "spider", system="spider")]


def test_two_data_sets_give_the_first_readers_grades_and_the_habit_of_the_others():
    evidence, slices, network, grades = fused_tables()

    def moved(table):
        other = (table.patients > 15) * FIRST_PATIENT
        return replace(table, patients=table.patients + other)

    lenient = {
        (patient + FIRST_PATIENT * (patient > 15), index): max(grade - 1, 0) if patient > 15 else grade
        for (patient, index), grade in grades.items()
    }
    discs = fused_discs(moved(evidence), moved(slices), moved(network), lenient)
    fusion, figures, habits = cross_validate({"all": discs}, RECIPE, Progress())
    theirs = discs.patients >= FIRST_PATIENT
    told = figures["cohorts"]["Sudirman"]["all"]
    assert told["discs"] == theirs.sum() and set(habits) == {"Sudirman"}
    accuracy = {
        name: told[name]["pfirrmann"]["accuracy"]["value"] for name in ("as the first readers", "as its own readers")
    }
    assert accuracy["as its own readers"] > accuracy["as the first readers"], "they grade one lower"
    assert all(side.forest.features == len(side.columns) for side in (fusion.evidence, fusion.radiomics))


def test_grades_of_both_data_sets_are_positions_on_the_scale(tmp_path):
    (tmp_path / "gradings.csv").write_text("patient,index_from_sacrum,pfirrmann\n7,1,5\n7,2,1\n", encoding="utf-8")
    assert pfirrmann_of(tmp_path, ("Sudirman",)) == {(FIRST_PATIENT + 7, 1): 4, (FIRST_PATIENT + 7, 2): 0}


def test_a_forest_of_two_readers_says_what_the_first_one_would():
    from sklearn.ensemble import RandomForestClassifier

    rng = np.random.default_rng(1)
    rows, reader = rng.normal(size=(600, 4)).astype(np.float32), rng.integers(0, 2, 600)
    grades = np.digitize(rows[:, 0] - 0.8 * reader, [-1, 0, 1])
    asked = np.concatenate([rows, reader[:, None]], 1)
    model = RandomForestClassifier(20, min_samples_leaf=3, random_state=0).fit(asked, grades)
    grown = from_scikit_learn(model, 5, 5)
    own = grown.without_last(0.0)
    assert own.features == 4 and (own.feature < 4).all()
    first = np.concatenate([rows, np.zeros((600, 1))], 1)
    assert own.predict(rows) == pytest.approx(grown.predict(first), abs=1e-12)
    assert np.abs(own.predict(rows) - grown.predict(first + [0, 0, 0, 0, 1])).max() > 0.3, "the other reads otherwise"
    again = forest_of_tensors(4, own.tensors())
    assert again.predict(rows) == pytest.approx(own.predict(rows), abs=2e-3)


def test_a_forest_says_what_scikit_learn_says():
    from sklearn.ensemble import RandomForestClassifier

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(400, 6)).astype(np.float32)
    grades = np.array([0, 2, 3, 4])[np.digitize(rows[:, 0] + rows[:, 1], [-1, 0, 1])]
    rows[rng.random(rows.shape) < 0.2] = np.nan
    model = RandomForestClassifier(20, min_samples_leaf=3, random_state=0).fit(rows[:300], grades[:300])
    forest = from_scikit_learn(model, 6, 5)
    own = forest.predict(rows[300:])
    assert own[:, [0, 2, 3, 4]] == pytest.approx(model.predict_proba(rows[300:]), abs=1e-9)
    assert (own[:, 1] == 0).all()
    again = forest_of_tensors(6, forest.tensors())
    assert again.predict(rows[300:]) == pytest.approx(own, abs=2e-3)
    moved = np.stack([forest.contributions(row) for row in rows[300:320]])
    rest = own[:20] - moved.sum(2)
    assert rest == pytest.approx(np.broadcast_to(rest[0], rest.shape), abs=1e-9)


@pytest.mark.parametrize(
    ("part", "value"), [("left", 0), ("right", 10**6), ("feature", 99), ("root", -3), ("chance", np.nan)]
)
def test_a_forest_that_leads_astray_is_refused(part, value):
    tensors = {
        "root": np.array([0]),
        "feature": np.array([0, -1, -1]),
        "threshold": np.zeros(3),
        "left": np.array([1, 0, 0]),
        "right": np.array([2, 0, 0]),
        "missing_left": np.zeros(3),
        "chance": np.full((3, 5), 0.2),
    }
    forest_of_tensors(1, tensors)
    broken = tensors[part].astype(float)
    broken.flat[0] = value
    with pytest.raises(ValueError):
        forest_of_tensors(1, {**tensors, part: broken})


def test_rows_compare_a_disc_with_its_neighbors_and_its_patient():
    heights = {1: 6.0, 2: 10.0, 4: 8.0}
    measures = {
        index: {"T2": dict.fromkeys(MEASURES, np.nan) | {"height_mm": value}} for index, value in heights.items()
    }
    rows, names = evidence_rows(measures, ROLES), evidence_columns(ROLES)
    seen = {name: rows[1][n] for n, name in enumerate(names) if np.isfinite(rows[1][n])}
    assert seen == {
        "disc:context:index_from_sacrum": 1,
        "T2:evidence:height_mm": 6,
        "T2:evidence:above@height_mm": 10,
        "T2:evidence:patient@height_mm": -2,
        "T2:evidence:best@height_mm": -4,
    }
    assert "T2:evidence:above@height_mm" not in {name for n, name in enumerate(names) if np.isfinite(rows[2][n])}
    assert evidence_rows({}, ROLES) == {}


def test_a_disc_is_learned_from_with_every_subset_of_its_images():
    evidence, slices, network, grades = fused_tables(8)
    discs = fused_discs(evidence, slices, network, grades)
    both, t1 = discs.evidence["T1", "T2"], discs.evidence[("T1",)]
    without = discs.patients % 4 == 0
    assert np.isnan(t1[without]).all()
    assert np.isfinite(t1[~without]).any(1).all()
    assert np.array_equal(both[without], discs.evidence[("T2",)][without], equal_nan=True)


def test_only_what_the_forest_asks_for_is_measured(spine):
    wanted = ("wavelet-LL_glcm_Contrast", "original_firstorder_Mean", "original_shape2D_Elongation")
    names = parameters_of(wanted).feature_names()
    assert set(wanted) <= set(names)
    assert len(names) < 20
    localization = localized(spine)
    disc = localization.discs[2]
    from discgrader.grading.view import ViewShape, spine_reference
    from discgrader.radiomics.extractor import RadiomicsExtractor

    reference = spine_reference(spine.series.volume, localization.segmentation, ViewShape().points_lps(disc.roi))
    cut = patch(spine.series.volume, localization.segmentation, disc.roi, 3, reference)
    whole = dict(zip(default_extractor().parameters.feature_names(), slice_features(default_extractor(), *cut)))
    few = dict(zip(names, slice_features(RadiomicsExtractor(parameters_of(wanted), threads=1), *cut)))
    for name in wanted:
        assert few[name] == pytest.approx(whole[name], rel=1e-12)
    assert np.isnan(
        slice_features(
            default_extractor(), *patch(spine.series.volume, localization.segmentation, disc.roi, 9, reference)
        )
    ).all()


def test_a_side_that_saw_nothing_leaves_its_weight_to_the_others():
    weights = {"network": 0.5, "evidence": 0.3, "radiomics": 0.2}
    side = np.log(np.array([0.1, 0.2, 0.3, 0.2, 0.2]))
    assert fused({"network": side}, weights) == pytest.approx(side)
    assert fused({"network": side, "evidence": side}, weights) == pytest.approx(side)
    rows = {
        "network": np.stack([side, side]),
        "evidence": np.stack([side, np.full(5, np.nan)]),
        "radiomics": np.full((2, 5), np.nan),
    }
    assert fused_rows(rows, weights) == pytest.approx(np.stack([side, side]))


def test_weights_go_to_the_side_that_knows():
    rng = np.random.default_rng(0)
    grades = rng.integers(0, 5, 500)
    knows = np.log(np.clip(0.7 * np.eye(5)[grades] + 0.06, 1e-4, 1))
    blind = np.log(rng.dirichlet(np.ones(5), 500).clip(1e-4))
    weights, bias = fit_weights({"network": blind, "evidence": knows, "radiomics": np.full((500, 5), np.nan)}, grades)
    assert weights["evidence"] > 5 * weights["network"]
    assert weights["radiomics"] == 0
    assert bias[0] == 0


def test_together_they_grade_better_than_any_side_alone(trained):
    _, fusion, figures = trained
    compared = {name: one["pfirrmann"]["macro_auroc"]["value"] for name, one in figures["compared"].items()}
    assert compared["all three"] > max(compared[name] for name in ("network", "evidence", "radiomics"))
    assert figures["compared"]["all three"]["against_network"]["auroc"]["low"] > 0
    assert figures["all"]["pfirrmann"]["qwk"]["low"] < figures["all"]["pfirrmann"]["qwk"]["value"]
    assert min(fusion.weights.values()) >= 0
    assert len(fusion.radiomics.columns) <= RECIPE.most_features


def test_held_out_figures_do_not_depend_on_the_held_out_grades():
    """Grades of one patient changed at will change none of that patient's held-out chances."""
    from discgrader.training.tabular.fusion_recipe import held_out_probabilities

    rng = np.random.default_rng(0)
    grades, fold = rng.integers(0, 5, 90), np.repeat([0, 1, 2], 30)
    sides = {side: np.log(rng.dirichlet(np.ones(5), 90)) for side in ("network", "evidence", "radiomics")}
    changed = np.where(fold == 1, 4 - grades, grades)
    one, other = (held_out_probabilities(sides, sides, own, fold, tuple(sides)) for own in (grades, changed))
    assert np.array_equal(one[fold == 1], other[fold == 1])
    assert not np.array_equal(one[fold == 0], other[fold == 0])


def test_the_fused_pack_grades_and_says_why(spine, packs):
    localization = localized(spine)
    results = Grader(packs).grade(spine.study, localization)
    plain = Grader([packs[1]]).grade(spine.study, localization)
    for one, alone in zip(results, plain):
        five = one.grade_of("pfirrmann", "pfirrmann")
        assert five.pack == "pfirrmann-fused"
        assert sum(five.probabilities.values()) == pytest.approx(1)
        assert one.grade_of("pfirrmann", "high_grade").probabilities["1"] == pytest.approx(
            five.probabilities["4"] + five.probabilities["5"]
        )
        pushed = five.evidence[KEY]
        assert pushed["measures"]
        assert all(measure["toward"] in ("higher", "lower") for measure in pushed["measures"])
        # The other system's grades are those of the networks, as without the fusion.
        assert one.grade_of("spider", "bulging").probabilities == pytest.approx(
            alone.grade_of("spider", "bulging").probabilities
        )


def test_networks_shared_with_another_pack_are_run_once(packs):
    grader = Grader(packs)
    assert grader.systems["pfirrmann"].key == grader.systems["spider"].key
    assert grader.systems["pfirrmann"].networks is grader.systems["spider"].networks
    assert grader.systems["pfirrmann"].fusion is not None
    assert grader.systems["spider"].fusion is None
    assert Grader(packs[::-1]).systems["pfirrmann"].fusion is not None


def test_the_fusion_changes_the_grade_of_the_networks(spine, packs, trained):
    _, fusion, _ = trained
    localization = localized(spine)
    fused_grades = Grader(packs[:1]).grade(spine.study, localization)[2].grades[0].probabilities
    network_only = replace(fusion, weights={"network": 1.0, "evidence": 0.0, "radiomics": 0.0}, bias=np.zeros(5))
    grader = Grader(packs[:1])
    grader.systems["pfirrmann"].fusion = network_only
    alone = grader.grade(spine.study, localization)[2].grades[0].probabilities
    assert max(abs(fused_grades[grade] - alone[grade]) for grade in alone) > 0.02


def test_without_t2_the_others_decide(spine, packs):
    t1 = replace(spine.series, contrast=Contrast.T1)
    grades = Grader(packs[:1]).grade(Study("s", (t1,)), localized(spine))[1].grades[0]
    assert sum(grades.probabilities.values()) == pytest.approx(1)
    assert all(one["series"] in ("", "T1") for one in grades.evidence[KEY]["measures"])


def test_a_box_graded_again_where_it_was_gets_the_same_grade(spine, packs):
    """Its neighbors still count, although they are not graded again."""
    from discgrader.pipeline.engine import Engine

    localization = localized(spine)
    grader = Grader(packs[:1])
    engine = Engine(None, grader, None, packs[:1])
    result = engine.grade(spine.study, Settings(saliency=False), localization=localization)
    box = localization.alone(result.discs[2].disc)
    again = engine.grade(spine.study, Settings(saliency=False), localization=box)
    assert again.discs[0].grades[0].probabilities == pytest.approx(result.discs[2].grades[0].probabilities, abs=1e-6)


def test_a_broken_fusion_is_refused_by_name(packs):
    pack = packs[0]

    class Broken:
        name, files = pack.name, pack.files

        def read_bytes(self, file):
            content = pack.read_bytes(file)
            return content.replace(b'"weights"', b'"weight"') if file == DESCRIPTION else content

    with pytest.raises(PackError, match="pfirrmann-fused: its fusion model is damaged"):
        load_fusion(Broken())


def test_a_run_that_is_not_there_is_told_plainly(tmp_path):
    with pytest.raises(StudyError, match="no SPIDER images"):
        run_recipe("pfirrmann", tmp_path, tmp_path / "out")
    with pytest.raises(UsageError, match="no held_out.npz"):
        run_recipe("pfirrmann", tmp_path, tmp_path / "out", spider_run=str(tmp_path))
    with pytest.raises(UsageError, match="no option leaves"):
        run_recipe("pfirrmann", tmp_path, tmp_path / "out", spider_run=str(tmp_path), leaves=3)


def test_every_set_of_inputs_is_one_that_the_spider_run_keeps():
    assert set(INPUTS) == {"all", "T1", "T2", "T2_SPACE", "T1+T2"}
