"""What pushed a grade: in numbers, in words, in grades.json and in the report."""

import json
from dataclasses import replace

import lightgbm
import numpy as np
import pytest
from discgrader.grading.contributions import KEY, TreeQuery, as_evidence, contributions
from discgrader.grading.crop_system import LEAST_SHARE
from discgrader.grading.evidence_rows import evidence_names
from discgrader.grading.usual import usual_range
from discgrader.packs.trees import parse_trees
from discgrader.report.html import report_html
from discgrader.report.language import find_language
from discgrader.report.tables import grades_json
from discgrader.report.words import Usual, usual_of
from synthetic_result import synthetic_result

ROLES = ("T1", "T2", "T2_SPACE")
NAMES = evidence_names(ROLES)


@pytest.fixture(scope="module")
def trees():
    """Trees that grade by nucleus / CSF on T2, the darker the higher, and a little by the height."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(800, len(NAMES)))
    signal, height = rows[:, NAMES.index("T2_nucleus_to_csf")], rows[:, NAMES.index("T2_height_mm")]
    grades = np.digitize(-signal - 0.5 * height, [-1.2, -0.4, 0.4, 1.2])
    rows[rng.random(rows.shape) < 0.05] = np.nan
    booster = lightgbm.train(
        {"objective": "multiclass", "num_class": 5, "num_leaves": 8, "verbosity": -1, "num_threads": 1},
        lightgbm.Dataset(rows, grades, feature_name=NAMES),
        20,
    )
    return parse_trees(booster.model_to_string())


def row(signal: float, height: float = 0.0) -> np.ndarray:
    values = np.zeros(len(NAMES))
    values[NAMES.index("T2_nucleus_to_csf")], values[NAMES.index("T2_height_mm")] = signal, height
    return values


def told(trees, values, names=NAMES, most=4):
    return contributions([TreeQuery(trees, values, names)], LEAST_SHARE, most)


def test_a_dark_nucleus_pushes_up_and_a_bright_one_down(trees):
    for signal, higher in ((-1.5, True), (1.5, False)):
        strongest = told(trees, row(signal))[0]
        assert (strongest.name, strongest.series, strongest.value) == ("nucleus_to_csf", "T2", signal)
        assert (strongest.steps > 0) == higher


def test_measures_on_the_longest_named_role_are_told_apart(trees):
    """T2_SPACE's measures must not pass for T2's."""
    names = [
        name.replace("T2_nucleus", "T2_SPACE_nucleus") if name.startswith("T2_nucleus") else name for name in NAMES
    ]
    assert told(trees, row(-1.5), names)[0].series == "T2_SPACE"


def test_words_say_the_measure_its_value_and_the_side(trees):
    values = row(-1.5, 1.2)
    stated = as_evidence(told(trees, values))
    assert stated["value"].startswith("nucleus / CSF signal on T2 -1.5 (higher)")
    assert "disc height on T2 1.2 mm (lower)" in stated["value"]
    assert "Saabas" in stated["source"]
    values[NAMES.index("T2_nucleus_to_csf")] = np.nan
    assert not [one for one in told(trees, values, most=30) if np.isnan(one.value)]


def test_what_is_usual_stands_beside_the_value_where_it_is_known(trees):
    """Of the same measure on the same sequence; a made-up measure has no range."""
    low, high = usual_range("T2:evidence:nucleus_to_csf")
    measure = as_evidence(told(trees, row(high + 1)))["measures"][0]
    assert measure["usual"] == [low, high]
    assert usual_of(measure) == Usual(f"above the usual {low:.3g}–{high:.3g}", True)
    assert usual_of(measure, find_language("de")).text == "über dem Üblichen (0,0714–0,628)"
    assert usual_of({**measure, "value": low}) == Usual(f"usual {low:.3g}–{high:.3g}", False)
    assert usual_of({**measure, "value": low / 2}).text.startswith("below the usual")
    assert usual_of({"value": 0, "usual": [-3, 1]}, find_language("de")).text == "üblich −3 – 1"
    # A limit near zero is told no finer than the other one.
    assert usual_of({"value": 0, "usual": [-0.000754, 0.705]}).text == "usual −0.001 – 0.705"
    assert usual_of({"value": 1.0}) is None and usual_of("11 of 35") is None
    assert usual_of({"value": None, "usual": [0, 1]}) is None
    named = ["T2:radiomics:original_firstorder_Mean" if name == "T2_nucleus_to_csf" else name for name in NAMES]
    other = as_evidence(told(trees, row(-1.5), named))["measures"][0]
    assert other["title"] == "Mean signal" and "usual" not in other, "whole-disc features have other values"
    named = ["T2_SPACE:slice:original_firstorder_Mean" if name == "T2_nucleus_to_csf" else name for name in NAMES]
    other = as_evidence(told(trees, row(-1.5), named))["measures"][0]
    assert other["series"] == "T2_SPACE"
    assert other["usual"] == list(usual_range("T2_SPACE:slice:original_firstorder_Mean"))


def test_nothing_is_said_where_nothing_pushed(trees):
    never = replace(trees, value=trees.value * 0)
    assert told(never, row(1.0)) == ()


def test_pushes_are_in_the_json_and_in_the_report(trees):
    result = synthetic_result()
    stated = {KEY: as_evidence(told(trees, row(-1.5, 1.2)))}
    first = result.discs[0]
    grades = tuple(
        replace(grade, evidence={**grade.evidence, **stated}) if grade.system == "pfirrmann" else grade
        for grade in first.grades
    )
    result = replace(result, discs=(replace(first, grades=grades), *result.discs[1:]))
    written = json.loads(json.dumps(grades_json(result), allow_nan=False))
    pushed = written["discs"][0]["grades"][0]["evidence"][KEY]
    assert pushed["measures"][0]["toward"] == "higher"
    page = report_html(result)
    assert page.count('class="pushes"') == 1
    assert "▲" in page and "▼" in page
    assert 'class="usual outside"> below the usual 0.0714–0.628<' in page
    assert "175 SPIDER patients" in page, "whose discs tell what is usual"
    german = report_html(result, language=find_language("de"))
    assert "unter dem Üblichen (0,0714–0,628)" in german and "Üblich: 5. bis 95. Perzentil" in german
    assert "175 SPIDER patients" not in report_html(synthetic_result()), "nothing says what is usual"
    assert "Saabas" in page
