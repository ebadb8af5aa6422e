"""The published system as a pack: written, read, refused when broken, and what it grades on a spine."""

import json
from dataclasses import replace

import numpy as np
import pytest
from blocky_spine import blocky_spine, localized
from discgrader.errors import PackError, UsageError
from discgrader.grading.calibration import predicted_grades
from discgrader.grading.contributions import KEY
from discgrader.grading.deep_features import disc_picture, shipped_features
from discgrader.grading.grader import Grader
from discgrader.grading.table_system import DESCRIPTION, load_table
from discgrader.imaging.study import Contrast, Study
from discgrader.imaging.volume import Volume
from discgrader.packs.pack import read_pack
from discgrader.pipeline.settings import Settings
from discgrader.radiomics import cache as filter_cache
from discgrader.radiomics.extractor import RadiomicsExtractor
from discgrader.training.recipes import run_recipe
from discgrader.training.tabular.radiomics_recipe import (
    every_subset,
    fit_on_subsets,
    only,
    outcomes_of,
    write_radiomics,
)
from discgrader.training.tabular.system import Outcome, PfirrmannSystem, SystemChoices
from discgrader.training.tabular.table import DiscTable
from plain_packs import rewritten
from tiny_packs import tiny_grading_pack

COLUMNS = (
    "T2:radiomics:original_firstorder_Mean",
    "T2:radiomics:log-sigma-2-0-mm-3D_glcm_Contrast",
    "T2:radiomics:original_shape_MeshVolume",
    "T2:efficientnet_lite0:efficientnet_lite0_0003",
    "T1:radiomics:original_firstorder_Mean",
)


@pytest.fixture(scope="module")
def spine():
    return blocky_spine().noisy()


def rows_of(spine, localization) -> np.ndarray:
    """The columns of every disc, taken by hand, T1 missing."""
    extractor, deep = RadiomicsExtractor(), shipped_features()
    rows = []
    for disc in localization.discs:
        found = extractor.extract(
            spine.series.volume, localization.segmentation, 200 + disc.index_from_sacrum
        ).to_dict()
        picture = deep(disc_picture(spine.series, disc.roi)[None])[0]
        rows.append([*(found[name.split(":")[2]] for name in COLUMNS[:3]), picture[3], np.nan])
    return np.array(rows)


@pytest.fixture(scope="module", params=["lightgbm", "forest"])
def trained(request, spine, tmp_path_factory):
    """A pack learned from rows near those of the spine's discs, the system that was packed, and the rows."""
    localization = localized(spine)
    rows = rows_of(spine, localization)
    rng = np.random.default_rng(0)
    grades = np.tile(np.arange(5), 48)
    known = np.nan_to_num(rows)
    middle, spread = known.mean(0), np.maximum(known.std(0), 1e-3)
    values = middle + spread * (rng.normal(size=(240, 5)) + grades[:, None] / 2 - 1)
    values[:, 4] = np.where(rng.random(240) < 0.5, np.nan, rng.normal(size=240))
    table = DiscTable(np.repeat(np.arange(40), 6), np.tile(np.arange(1, 7), 40), grades, COLUMNS, values)
    seen = table.patients < 30
    choices = SystemChoices(model=request.param, select=False, threads=1)
    system = PfirrmannSystem(choices).fit(table.rows(seen), table.rows(~seen))
    chance = system.predict_proba(table.rows(~seen))
    judged = Outcome(np.nonzero(~seen)[0], np.zeros(0, int), chance, chance, chance[:0], COLUMNS, np.zeros(5))
    folder = write_radiomics(tmp_path_factory.mktemp("tabular"), system, table, {"all": judged}, np.array([3, 2]))
    return read_pack(folder / "pfirrmann-radiomics"), system, rows, localization


def test_the_pack_grades_as_the_system_that_was_packed(trained, spine):
    pack, system, rows, localization = trained
    expected = system.predict_proba(DiscTable(np.zeros(6, int), np.arange(6), np.zeros(6, int), COLUMNS, rows))
    results = Grader([pack]).grade(spine.study, localization)
    for result, row in zip(results, expected):
        five = result.grade_of("pfirrmann", "pfirrmann")
        assert list(five.probabilities.values()) == pytest.approx(row, abs=3e-3)
        assert five.pack == "pfirrmann-radiomics"
        assert five.grade == str(1 + int(predicted_grades(row)))
        assert result.grade_of("pfirrmann", "high_grade").probabilities["1"] == pytest.approx(
            five.probabilities["4"] + five.probabilities["5"]
        )
        assert five.evidence["height_mm"]["value"] == pytest.approx(9, abs=1)
        pushed = five.evidence[KEY]["measures"]
        assert pushed and all(one["series"] == "T2" and np.isfinite(one["value"]) for one in pushed)
    assert expected.std(0).max() > 0.01


def test_what_the_pack_says_of_itself(trained):
    pack = trained[0]
    assert pack.system == "pfirrmann"
    assert pack.trained_on.discs == 240
    assert pack.metrics["all"]["discs"] == 60
    assert 0 < pack.metrics["all"]["pfirrmann"]["macro_auroc"]["value"] <= 1
    assert json.loads(pack.read_bytes(DESCRIPTION))["radiomics_seen"] == {"discs_in_3d": 1, "discs_in_2d": 1}


def test_it_stands_beside_packs_of_other_systems_and_has_no_saliency(trained, spine, tmp_path):
    pack, _, _, localization = trained
    grader = Grader([pack, tiny_grading_pack(tmp_path / "spider", system="spider")])
    assert set(grader.systems_for(spine.study)) == {"pfirrmann", "spider"}
    results = grader.grade(spine.study, localization)
    assert {grade.system for grade in results[0].grades} == {"pfirrmann", "spider"}
    maps = list(grader.explain(spine.study, localization, results[:1]))
    assert {system for system, _ in maps[0]} == {"spider"}


def test_a_moved_box_is_graded_anew_without_filtering_the_sequence_again(trained, spine, monkeypatch):
    from discgrader.pipeline.engine import Engine

    pack, _, _, localization = trained
    made = []
    real = filter_cache.filter_all
    monkeypatch.setattr(filter_cache, "filter_all", lambda *args, **more: made.append(1) or real(*args, **more))
    engine = Engine(None, Grader([pack]), None, [pack])
    result = engine.grade(spine.study, Settings(saliency=False), localization=localization)
    assert len(made) == 1
    disc = result.discs[2].disc
    same = engine.grade(spine.study, Settings(saliency=False), localization=localization.alone(disc))
    assert same.discs[0].grades[0].probabilities == pytest.approx(result.discs[2].grades[0].probabilities)
    box = disc.roi
    half = replace(box, center_lps_mm=box.center_lps_mm + box.axes_lps[:, 1] * box.size_mm[1] * 0.45)
    box = localization.alone(replace(disc, roi=half))
    moved = engine.grade(spine.study, Settings(saliency=False), localization=box)
    assert len(made) == 1
    values = [
        {one["name"]: one["value"] for one in found.grades[0].evidence[KEY]["measures"]}
        for found in (result.discs[2], moved.discs[0])
    ]
    assert values[0] != values[1]
    # The other discs are not graded again.
    assert [disc.disc.level for disc in moved.discs] == [disc.level]


def test_a_single_slice_has_its_features_in_the_slice(trained, spine):
    pack, _, _, localization = trained
    middle = spine.series.volume.array.shape[0] // 2
    affine = spine.series.volume.affine_lps.copy()
    affine[:3, 3] += affine[:3, 2] * middle
    flat = replace(spine.series, volume=Volume(spine.series.volume.array[middle : middle + 1], affine))
    labels = Volume(localization.segmentation.array[middle : middle + 1], affine)
    results = Grader([pack]).grade(Study("flat", (flat,)), replace(localization, segmentation=labels))
    named = {one["name"] for result in results for one in result.grades[0].evidence[KEY]["measures"]}
    # A Laplacian across one slice does not exist: missing, not zero.
    assert named and not any(name.startswith("log-sigma") for name in named)


def test_a_series_that_the_pack_does_not_know_is_missing(trained, spine):
    pack, _, _, localization = trained
    t1 = replace(spine.series, contrast=Contrast.T1)
    [first, *_] = Grader([pack]).grade(Study("t1", (t1,)), localization)
    assert {one["series"] for one in first.grades[0].evidence[KEY]["measures"]} <= {"T1"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda told: told | {"columns": told["columns"][:-1]}, "columns|a split uses"),
        (lambda told: told | {"columns": ["height"]}, "role"),
        (lambda told: told | {"calibration": told["calibration"][:3]}, "curves"),
        (lambda told: {}, "columns"),
        (lambda told: told | {"calibration": [{"probability": [1, 0], "observed": [0, 1]}] * 5}, "rising"),
    ],
)
def test_a_broken_table_model_is_refused_by_name(trained, tmp_path, change, words):
    pack = trained[0]
    files = {name: pack.read_bytes(name) for name in pack.files}
    files[DESCRIPTION] = json.dumps(change(json.loads(files[DESCRIPTION]))).encode()
    broken = rewritten(tmp_path / "mine", pack, files)
    with pytest.raises(PackError, match=f"Pack mine: its table model is damaged.*({words})"):
        load_table(broken)


@pytest.mark.parametrize("model", ["lightgbm", "forest"])
def test_a_missing_sequence_says_nothing_of_the_grade(model):
    """All discs without T2 are of grade V in training: those that are shown on T1 alone later must not all be."""
    rng = np.random.default_rng(0)
    grades = np.tile(np.arange(5), 60)
    values = rng.normal(size=(300, 4)) * 0.6 + grades[:, None]
    t2_missing = (grades == 4) & (np.arange(300) % 2 == 0)
    values[t2_missing, 2:] = np.nan
    columns = ("T1:radiomics:a", "T1:radiomics:b", "T2:radiomics:a", "T2:radiomics:b")
    table = DiscTable(np.repeat(np.arange(60), 5), np.tile(np.arange(1, 6), 60), grades, columns, values)
    shown = every_subset(table)
    assert len(shown) == 300 + 2 * 300 - 2 * int(t2_missing.sum())
    assert np.isfinite(shown.values).any(1).all()
    seen = table.patients < 40
    choices = SystemChoices(model=model, select=False, threads=1)
    system = fit_on_subsets(choices, table.rows(seen), table.rows(~seen))
    low = table.rows(grades < 2)
    outcome = outcomes_of(system, table, grades < 2)["T1"]
    assert len(outcome.test) == len(low)
    assert (outcome.probabilities @ np.arange(5)).mean() < 1.6
    naive = PfirrmannSystem(choices).fit(table.rows(seen), table.rows(~seen))
    assert (naive.predict_proba(only(low, ("T1",))) @ np.arange(5)).mean() > 2


def test_wrong_choices_of_the_recipe_are_told(tmp_path):
    with pytest.raises(UsageError, match="lightgbm or forest, not of tabpfn"):
        run_recipe("pfirrmann-radiomics", tmp_path, tmp_path / "out", model="tabpfn")
    with pytest.raises(UsageError, match="no option leaves"):
        run_recipe("pfirrmann-radiomics", tmp_path, tmp_path / "out", leaves=3)
