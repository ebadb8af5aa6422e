"""Grades of a study by small random packs: what must hold whatever the weights are."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from blocky_spine import blocky_spine, localized
from discgrader.errors import Cancelled, StudyError
from discgrader.grading.calibration import calibrate, fit_calibration, high_probabilities, predicted_grades
from discgrader.grading.disc_cache import LIMIT
from discgrader.grading.evidence import measure_disc
from discgrader.grading.grader import Grader
from discgrader.grading.series_choice import series_warnings
from discgrader.grading.view import ViewShape, crop_offsets_mm, cut, spine_reference
from discgrader.imaging.study import Contrast, Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.progress import Progress
from explained import explained
from tiny_packs import tiny_grading_pack


@pytest.fixture(scope="module")
def spine():
    spine = blocky_spine()
    rng = np.random.default_rng(1)
    array = spine.series.volume.array + rng.normal(0, 12, spine.series.volume.array.shape).astype(np.float32)
    return replace(spine, series=replace(spine.series, volume=Volume(array, spine.series.volume.affine_lps)))


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs")
    return [tiny_grading_pack(folder / system, system=system) for system in ("pfirrmann", "spider")]


def test_every_disc_gets_every_task(spine, packs):
    results = Grader(packs).grade(spine.study, localized(spine))
    assert len(results) == 6
    for one in results:
        assert [(grade.system, grade.task) for grade in one.grades] == [
            ("pfirrmann", "pfirrmann"),
            ("pfirrmann", "high_grade"),
            ("spider", "bulging"),
            ("spider", "modic"),
        ]
        for grade in one.grades:
            assert sum(grade.probabilities.values()) == pytest.approx(1.0, abs=1e-5)
            if grade.task != "pfirrmann":
                assert grade.probability == max(grade.probabilities.values())
            assert grade.synthetic
            assert grade.pack_sha256 and grade.trained_on


def test_high_grade_is_the_sum_of_the_two_highest(spine, packs):
    for one in Grader(packs).grade(spine.study, localized(spine)):
        five = one.grade_of("pfirrmann", "pfirrmann").probabilities
        assert one.grade_of("pfirrmann", "high_grade").probabilities["1"] == pytest.approx(
            five["4"] + five["5"], abs=1e-6
        )


def test_grade_and_high_grade_never_contradict_each_other():
    cases = np.random.default_rng(0).dirichlet(np.ones(5), 5000)
    given, high = predicted_grades(cases), high_probabilities(cases).argmax(1)
    assert ((given >= 3) == (high == 1)).all()
    side = np.where(np.arange(5) >= 3, high[:, None] == 1, high[:, None] == 0)
    assert (cases[np.arange(5000), given] == np.where(side, cases, 0).max(1)).all(), "the likeliest of its side"
    assert predicted_grades(np.array([0.02, 0.03, 0.46, 0.48, 0.01])) == 2, "III, though IV alone is likelier"


def test_a_moved_box_is_graded_where_it_lies(spine, packs):
    localization = localized(spine)
    grader = Grader(packs)
    before = grader.grade(spine.study, localization)[2]
    disc = localization.discs[2]
    moved = replace(disc, roi=replace(disc.roi, center_lps_mm=disc.roi.center_lps_mm + [0, 0, 8.0]))
    after = grader.grade(spine.study, replace(localization, discs=(moved,)))[0]
    assert before.grades[0].probabilities != after.grades[0].probabilities


def test_what_is_remembered_of_a_study_changes_no_grade(spine, packs):
    localization = localized(spine)
    disc, old = localization.discs[2], Grader(packs)
    old.grade(spine.study, localization)
    for step in range(3):
        moved = replace(disc, roi=replace(disc.roi, center_lps_mm=disc.roi.center_lps_mm + [0, step, 2.0]))
        only = replace(localization, discs=(moved,), others=tuple(one for one in localization.discs if one is not disc))
        assert grades(old.grade(spine.study, only)) == grades(Grader(packs).grade(spine.study, only))
    changed = replace(spine.series, volume=spine.series.volume.with_array(spine.series.volume.array[::-1].copy()))
    study = replace(spine.study, series=(changed,))
    assert grades(old.grade(study, localization)) == grades(Grader(packs).grade(study, localization))
    assert 0 < len(old.cache) <= LIMIT


def grades(results):
    return [result.grades for result in results]


def test_a_stop_is_heard_between_networks(spine, packs):
    grader, progress, asked = Grader(packs), Progress(), []
    for network in grader.systems["spider"].networks.networks:
        features = network.crop_features
        network.crop_features = lambda *given, of=features: (asked.append(1), progress.stop.set(), of(*given))[-1]
    with pytest.raises(Cancelled):
        grader.grade(spine.study, localized(spine), systems=["spider"], progress=progress)
    assert 1 <= len(asked) <= torch.get_num_threads()


def test_a_disc_unlike_the_training_discs_is_told(spine, tmp_path):
    pack = tiny_grading_pack(tmp_path / "strict", unlike=True)
    for one in Grader([pack]).grade(spine.study, localized(spine)):
        assert [sum("unlike" in text for text in grade.warnings) for grade in one.grades] == [1, 0], (
            "once, not with each task"
        )


def test_a_series_out_of_register_is_left_out(spine, packs):
    volume = spine.series.volume
    affine = volume.affine_lps.copy()
    affine[:3, 3] += [0, 40, 0]
    t1 = Series("sag_t1", Volume(volume.array, affine), Plane.SAGITTAL, Contrast.T1, "made so")
    localization = replace(localized(spine), shifts_lps_mm={spine.series.name: np.zeros(3)})
    both = Grader(packs).grade(Study("s", (spine.series, t1)), localization)[0].grades[0]
    alone = Grader(packs).grade(spine.study, localization)[0].grades[0]
    assert both.probabilities == alone.probabilities
    warnings = series_warnings(Study("s", (spine.series, t1)), localization)
    assert any("sag_t1" in text and "not used" in text for text in warnings)


def test_a_study_without_a_series_for_the_networks_is_refused(spine, packs):
    axial = replace(spine.series, plane=Plane.AXIAL)
    grader = Grader(packs)
    assert grader.systems_for(Study("s", (replace(spine.series, plane=Plane.CORONAL),))) == ()
    with pytest.raises(StudyError, match="no sagittal"):
        grader.grade(Study("s", (axial,)), localized(spine))


def test_crops_follow_the_box_not_the_voxel_grid():
    """A spine that is tilted and one that is not give the same crops."""
    pictures = []
    for tilt in (0.0, 20.0):
        spine = blocky_spine(tilt_deg=tilt, pixel_mm=0.6)
        localization = localized(spine)
        disc = localization.discs[2]
        shape = ViewShape()
        reference = spine_reference(spine.series.volume, localization.segmentation, shape.points_lps(disc.roi))
        crop = cut(spine.series, localization.segmentation, disc.roi, disc.index_from_sacrum, reference, shape)
        pictures.append(crop.channels)
        assert crop.seen == 1.0
        assert crop.channels[1].sum() * 0.25 == pytest.approx(36 * 9, rel=0.1)
    assert np.corrcoef(pictures[0][0].ravel(), pictures[1][0].ravel())[0, 1] > 0.9


def test_crops_are_no_denser_than_slices():
    thick, single, stack = (blocky_spine(slices=9), blocky_spine(slices=1), blocky_spine(slices=40, slice_mm=0.9))
    offsets = [crop_offsets_mm(one.series, localized(one).discs[1].roi, 4.5, 5) for one in (thick, single, stack)]
    assert sorted(offsets[0]) == [-4.0, 0.0, 4.0]
    assert offsets[1] == (0.0,)
    assert len(offsets[2]) == 5
    assert max(map(abs, offsets[2])) <= 4.5


def test_measures_are_those_of_the_blocks(spine):
    localization = localized(spine)
    measures = measure_disc(spine.series, localization.segmentation, localization.discs[2])
    assert measures["height_mm"] == pytest.approx(9.0, abs=0.8)
    assert measures["height_to_vertebra"] == pytest.approx(9 / 25, abs=0.05)
    assert measures["nucleus_to_csf"] == pytest.approx(120 / 400, abs=0.05)
    assert measures["nucleus_to_vertebra"] == pytest.approx(120 / 180, abs=0.07)
    assert measures["canal_mm"] == pytest.approx(14.0, abs=1.5)
    assert measures["slip_mm"] == pytest.approx(0.0, abs=1.0)
    assert measures["posterior_overhang_mm"] == pytest.approx(0.0, abs=1.5)


def test_saliency_lies_in_the_series_geometry_and_in_the_crop(spine, packs):
    localization = localized(spine)
    grader = Grader(packs)
    result = grader.grade(spine.study, localization)[2]
    maps = explained(grader, spine.study, localization, result)
    assert set(maps) == {(grade.system, grade.task) for grade in result.grades}
    for name, volume in maps.values():
        assert name == spine.series.name
        assert volume.array.shape == spine.series.volume.array.shape
        assert np.array_equal(volume.affine_lps, spine.series.volume.affine_lps)
        assert volume.array.dtype == np.float32
        assert volume.array.min() == 0.0
        assert volume.array.max() == pytest.approx(1.0)
        k, j, i = np.nonzero(volume.array)
        local = result.disc.roi.to_local(volume.index_to_lps(np.stack([i, j, k], -1)))
        assert np.abs(local[:, 1]).max() <= 32.0 + 1e-6
        assert np.abs(local[:, 2]).max() <= 24.0 + 1e-6


def test_saliency_depends_on_the_weights(spine, tmp_path):
    localization = localized(spine)
    maps = []
    for seed in (1, 2):
        grader = Grader([tiny_grading_pack(tmp_path / f"seed{seed}", seed=seed)])
        result = grader.grade(spine.study, localization)[2]
        maps.append(explained(grader, spine.study, localization, result)["pfirrmann", "pfirrmann"][1].array)
    inside = (maps[0] > 0) | (maps[1] > 0)
    assert np.corrcoef(maps[0][inside], maps[1][inside])[0, 1] < 0.9


def test_calibration_brings_confidence_back_to_the_truth():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 4000)
    honest = rng.normal(0, 1, (4000, 4)) + 1.5 * np.eye(4)[truth]
    fitted = fit_calibration(5.0 * honest, truth)
    sure = calibrate(5.0 * honest, fitted)
    confidence, right = sure.max(1), sure.argmax(1) == truth
    assert confidence.mean() == pytest.approx(right.mean(), abs=0.02)
    assert calibrate(5.0 * honest, None).max(1).mean() > right.mean() + 0.1
