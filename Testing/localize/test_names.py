"""How sure names are, by what discs look like and by all sagittal series, and where that is told."""

from dataclasses import replace

import numpy as np
import pytest
from blocky_spine import blocky_spine
from discgrader.imaging.study import Study
from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import find_candidates
from discgrader.localize.disc import Localization
from discgrader.localize.levels import SETTLES
from discgrader.localize.lowest_disc import (
    LevelVotes,
    LowestDisc,
    OtherRow,
    estimate_lowest_disc,
    levels_above,
    lowest_probabilities,
    remnant_measures,
    whole_spine_count,
    with_measures,
)
from discgrader.localize.naming import CERTAIN, name_candidates, row_of
from discgrader.phantom.patient import Patient
from discgrader.phantom.study import make_study
from discgrader.report.html import report_html
from discgrader.report.tables import grades_json, grades_rows, write_grades_csv
from synthetic_result import synthetic_result

WEIGHTS = {"lower": 0.3, "upper": 0.3, "ordinary": 0.5}


def row(**spine):
    return row_of(find_candidates(blocky_spine(**spine).segmentation())[0])


def estimate(*probabilities, **more):
    shares = np.zeros(9)
    shares[: len(probabilities)] = probabilities
    return LowestDisc(shares, **more)


def sure_votes(count, lowest):
    """What discs look like that are told without fail, the lowest being of this index."""
    looks = np.full((count, 9), -8.0)
    looks[np.arange(count), np.minimum(np.arange(count) + lowest, 8)] = 0.0
    return looks


@pytest.mark.parametrize("lowest", [0, 1, 2, 3])
def test_discs_vote_for_the_lowest_one(lowest):
    found = lowest_probabilities([LevelVotes(tuple(range(6)), sure_votes(6, lowest))], WEIGHTS)
    assert found.argmax() == lowest and found[lowest] > 0.95 and found.sum() == pytest.approx(1)


def test_certain_names_carry_no_doubt():
    named = name_candidates(row(), estimate=estimate(0.01, 0.985, 0.005))
    assert [disc.level for disc in named.discs][:2] == ["L5-S1", "L4-L5"]
    assert named.doubts == () and named.probability == pytest.approx(0.985) and named.alternatives == {}


def test_doubt_is_one_sentence_that_names_what_else_it_may_be():
    named = name_candidates(row(), estimate=estimate(0.25, 0.70, 0.05))
    assert len(named.doubts) == 1 and named.doubts == named.warnings
    assert all(disc.warnings == named.doubts for disc in named.discs[:-1])
    told = named.doubts[0]
    assert "L5-S1 (70 %)" in told and "S1-S2, or L6-S1 if there are six lumbar vertebrae (25 %)" in told
    assert "L4-L5, or L4-S1 if there are four lumbar vertebrae (5 %)" in told
    assert told.endswith(f"{SETTLES}.") and told.count(". ") == 0
    assert list(named.alternatives) == ["S1-S2", "L4-L5"]


def test_a_remnant_is_passed_over_and_told_unless_it_is_certain():
    whole = row(discs=7)
    sure = name_candidates(whole, estimate=estimate(0.99, 0.01))
    assert sure.discs[0].level == "L5-S1" and sure.discs[0].candidate is not whole[0] and sure.doubts == ()
    doubtful = name_candidates(whole, estimate=estimate(0.6, 0.4))
    assert doubtful.discs[0].candidate is not whole[0] and "S1-S2 remnant" in doubtful.doubts[0]
    assert doubtful.alternatives == {"L4-L5": pytest.approx(0.4)}
    told = name_candidates(whole, "L5-S1", estimate=estimate(0.99, 0.01))
    assert told.discs[0].candidate is whole[0] and told.doubts == () and told.probability == 1


def test_names_are_a_guess_where_the_sacrum_is_not_in_view():
    cut = row(below_mm=15.0)
    named = name_candidates(cut, estimate=estimate(0.0, 0.01, 0.02, 0.97))
    assert named.discs[0].level == "L3-L4"
    assert "sacrum is not in view" in named.doubts[0] and "which is a guess" in named.doubts[0]
    shown = name_candidates(cut, estimate=estimate(0.0, 0.01, 0.02, 0.97, shown_by="survey"))
    assert shown.discs[0].level == "L3-L4" and shown.doubts == ()


def test_no_disc_is_missed_where_the_picture_shows_none():
    named = name_candidates(row(), estimate=estimate(0.0, 0.3, 0.7))
    assert named.discs[0].level == "L5-S1" and named.probability == pytest.approx(0.3) and named.doubts


def test_another_series_shows_what_this_one_lacks():
    """A picture that ends at the third disc, and a survey of the whole spine, moved by some mm."""
    whole = row(discs=8)
    low = whole[2].center_lps_mm[2]
    part = [replace(one, room_below_mm=one.center_lps_mm[2] - low + 10) for one in whole[2:]]
    shift = np.array([0.0, 3.0, -5.0])
    moved = [replace(one, center_lps_mm=one.center_lps_mm + shift) for one in whole]
    survey = OtherRow("survey", moved, sure_votes(8, 1), shift)
    assert levels_above(part, survey) == -2
    unsure = np.log(np.full((6, 9), 1 / 9))
    alone = estimate_lowest_disc(part, unsure, [], {**WEIGHTS, "remnant": {}})
    assert alone.probabilities.max() < 0.5 and alone.shown_by is None
    found = estimate_lowest_disc(part, unsure, [survey], {**WEIGHTS, "remnant": {}})
    assert found.shown_by == "survey" and found.probabilities.argmax() == 3 and found.probabilities[3] > CERTAIN
    elsewhere = estimate_lowest_disc(part, unsure, [replace(survey, shift_lps_mm=None)], {**WEIGHTS, "remnant": {}})
    assert elsewhere.shown_by is None


@pytest.mark.parametrize(("discs", "told"), [(22, "L4-S1"), (23, None), (24, "T13"), (12, None)])
def test_vertebrae_of_a_whole_spine_are_counted(discs, told):
    spine = row(discs=discs, pixel_mm=2.0)
    assert len(spine) == discs
    spine[-1] = replace(spine[-1], room_above_mm=60.0)
    other = OtherRow("spine", spine, sure_votes(discs, 1), np.zeros(3))
    count = whole_spine_count(other, LevelVotes(tuple(range(discs)), other.log_probabilities), WEIGHTS)
    assert count is None if told is None else told in count and f"{discs} vertebrae" in count
    named = name_candidates(spine, estimate=estimate(0.0, 1.0, count=count))
    assert bool(named.doubts) == bool(told)


def test_measures_weigh_in_between_remnant_and_lowest_disc_alone():
    weights = {"intercept": 0.0, "looks": 1.0, **dict.fromkeys(remnant_measures(row()), 0.0), "depth": -10.0}
    before = np.array([0.2, 0.7, 0.1])
    after = with_measures(before, remnant_measures(row()), weights)
    small = with_measures(before, remnant_measures(row(lowest_depth_mm=16.0)), weights)
    assert after[2] == small[2] == before[2] and after.sum() == pytest.approx(1) and small[0] > after[0]
    assert remnant_measures(row()[:3]) is None


@pytest.fixture(scope="module")
def mid_sagittal():
    """Digital spines by number of lumbar vertebrae: one sagittal slice each, and the true place of L5-S1."""
    made = {}
    for lumbar in (4, 6):
        phantom = make_study(
            20 + lumbar,
            series=("T2",),
            middle_slices=1,
            patient=Patient(lumbar=lumbar, scoliosis_deg=0.0, transitional="none"),
        )
        made[lumbar] = phantom.study, {disc.level: disc.center_lps_mm for disc in phantom.discs}
    return made


@pytest.mark.parametrize("lumbar", [4, 6])
def test_digital_spines_are_named_from_the_sacrum_whatever_their_number(localizer, mid_sagittal, lumbar):
    study, truth = mid_sagittal[lumbar]
    found = localizer.localize(study)
    assert {"L5-S1", "L4-L5", "L3-L4"} <= {disc.level for disc in found.discs}
    for disc in found.discs:
        if disc.level in truth:
            assert np.linalg.norm((disc.center_lps_mm - truth[disc.level])[1:]) < 8
    assert found.name_probability > 0.9


def test_a_survey_in_the_study_names_discs_of_a_picture_that_ends_above_the_sacrum(localizer, mid_sagittal):
    study, truth = mid_sagittal[4]
    whole = study.series[0]
    bottom = int(whole.volume.lps_to_index(truth["L4-L5"])[1]) - 8
    part = replace(whole, name="t2", volume=Volume(whole.volume.array[:, :bottom], whole.volume.affine_lps))
    alone = localizer.localize(Study("part", (part,)))
    assert alone.name_doubts and "sacrum is not in view" in alone.name_doubts[0]
    survey = replace(whole, name="survey", contrast=whole.contrast.__class__.UNKNOWN)
    found = localizer.localize(Study("both", (part, survey)))
    assert found.series_name == "t2" and found.discs[0].level == "L3-L4" and found.name_doubts == ()
    assert np.linalg.norm((found.discs[0].center_lps_mm - truth["L3-L4"])[1:]) < 8


def test_how_sure_names_are_travels(tmp_path):
    result = synthetic_result()
    localization = replace(result.localization, name_probability=0.91, name_alternatives={"S1-S2": 0.07})
    result = replace(result, localization=localization)
    document = grades_json(result)
    assert document["names"] == {"lowest_disc": "L5-S1", "probability": 0.91, "alternatives": {"S1-S2": 0.07}}
    assert {row["name_probability"] for row in grades_rows(document)} == {0.91}
    write_grades_csv(grades_rows(document), tmp_path / "grades.csv")
    assert (
        (tmp_path / "grades.csv")
        .read_text(encoding="utf-8")
        .splitlines()[0]
        .endswith(",pack,trained_on,warnings,name_probability")
    )
    again = Localization.from_json(localization.to_json(), localization.segmentation)
    assert again.name_probability == 0.91 and again.name_alternatives == {"S1-S2": 0.07}
    assert "91 % probable" in report_html(result)
