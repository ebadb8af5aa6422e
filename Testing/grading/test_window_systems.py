"""Systems that look at discs through windows, with tiny random networks: grades, what is said, boxes, saliency."""

from dataclasses import replace

import numpy as np
import pytest
from discgrader.errors import StudyError
from discgrader.grading.calls import consistent_position
from discgrader.grading.grader import Grader
from discgrader.grading.herniation_box import box_in_patient, box_in_view, evidence_box, overlap
from discgrader.grading.placement import StudyViews
from discgrader.grading.results import StudyResult
from discgrader.grading.systems import find_system, system_views
from discgrader.grading.view_system import chosen_samples, network_input, worst_sample
from discgrader.imaging.study import Study
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Localization
from discgrader.pipeline.given_boxes import localization_from_boxes
from explained import explained
from solid_body import axial, discs, lumpy, sagittal
from tiny_packs import tiny_grading_pack, tiny_window_pack

BODY = lumpy()
SYSTEM_NAMES = tuple(system_views())


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs")
    return [tiny_window_pack(folder / system, system) for system in SYSTEM_NAMES]


@pytest.fixture(scope="module")
def study():
    return Study("s", (sagittal(BODY), axial(BODY)))


@pytest.fixture(scope="module")
def localization():
    return discs((15.0, 5.0, 0.0, -5.0))


def test_every_disc_gets_every_task_of_every_system(study, localization, packs):
    grader = Grader(packs)
    assert grader.systems_for(study) == SYSTEM_NAMES
    for result in grader.grade(study, localization):
        assert [(grade.system, grade.task) for grade in result.grades] == [
            (system, task.name) for system in SYSTEM_NAMES for task in find_system(system).tasks
        ]
        for grade in result.grades:
            assert sum(grade.probabilities.values()) == pytest.approx(1.0, abs=1e-5)
            assert grade.synthetic and grade.trained_on and grade.pack_sha256
        assert result.not_graded == {}


def test_size_zone_and_box_of_a_herniation_agree(study, localization, tmp_path):
    for seed in range(4):
        pack = tiny_window_pack(tmp_path / str(seed), "msu", seed)
        for result in Grader([pack]).grade(study, localization):
            size, zone = result.grade_of("msu", "size"), result.grade_of("msu", "zone")
            assert (size.grade == "0") == (zone.grade == "none")
            assert (size.grade != "0") == (evidence_box(size.evidence) is not None)
            assert size.evidence["slice"] == zone.evidence["slice"]
    assert consistent_position(np.array([0.6, 0.1, 0.2, 0.1, 0.0]), True) == 2
    assert consistent_position(np.array([0.1, 0.9, 0.0, 0.0, 0.0]), False) == 0


def test_a_level_has_the_grade_of_its_worst_slice():
    mild, severe = [0.7, 0.3, 0.0, 0.0], [0.1, 0.2, 0.3, 0.4]
    assert worst_sample(np.array([mild, severe, mild])) == 1
    probabilities = {"size": np.array([mild, severe]), "zone": np.array([[0.1, 0.9], [0.9, 0.1]])}
    assert chosen_samples(find_system("msu"), probabilities) == {"size": 1, "zone": 1}
    assert chosen_samples(
        find_system("axial-multitask"), {"herniation": np.array([mild, severe]), "nerve_root": np.array([severe, mild])}
    ) == {"herniation": 1, "nerve_root": 0}


def test_calcification_always_says_what_proves_it(study, localization, packs):
    for result in Grader(packs).grade(study, localization, systems=["calcification"]):
        proof = result.grade_of("calcification", "calcification").evidence["proof"]
        assert f"{proof['title']} {proof['value']}".startswith("Confirmation by CT")


def test_what_is_missing_is_said_and_the_rest_is_graded(localization, packs):
    study = Study("s", (sagittal(BODY),))
    grader = Grader(packs)
    results = grader.grade(study, localization)
    assert {grade.system for result in results for grade in result.grades} == {"calcification"}
    assert all(
        result.not_graded == dict.fromkeys(("axial-multitask", "msu", "deepspine"), "no axial T2") for result in results
    )
    assert StudyResult(study, localization, results).not_graded == (
        "Not graded by axial-multitask, msu, deepspine: no axial T2.",
    )
    with pytest.raises(StudyError, match="Not graded by msu: no axial T2"):
        grader.grade(study, localization, systems=["msu"])


def test_discs_that_the_axial_series_misses_are_named(localization, packs):
    low = Study("s", (sagittal(BODY), axial(BODY, center=(0, 10, 0), slices=25)))
    grader = Grader(packs)
    results = grader.grade(low, localization, systems=["msu"])
    assert [bool(result.grades) for result in results] == [True, True, False, False]
    assert [result.not_graded.get("msu") for result in results] == [
        None,
        None,
        "no axial slice passes through it; the nearest one is 24 mm away",
        "no axial slice passes through it; the nearest one is 60 mm away",
    ]
    assert StudyResult(low, localization, results).not_graded == (), (
        "axial slices through some discs are the usual protocol"
    )


@pytest.mark.parametrize("system", SYSTEM_NAMES)
def test_saliency_is_positive_inside_the_window_and_depends_on_the_weights(
    system, study, localization, packs, tmp_path
):
    own = next(pack for pack in packs if pack.system == system)
    maps = []
    for pack in (own, tiny_window_pack(tmp_path / "other", system, seed=5)):
        grader = Grader([pack])
        [result] = grader.grade(study, replace(localization, discs=localization.discs[1:2]))
        found = explained(grader, study, replace(localization, discs=localization.discs[1:2]), result)
        assert set(found) == {(grade.system, grade.task) for grade in result.grades}
        for name, volume in found.values():
            shown = next(series for series in study.series if series.name == name).volume
            assert volume.array.shape == shown.array.shape and np.allclose(volume.affine_lps, shown.affine_lps)
            assert volume.array.min() >= 0 and volume.array.max() <= 1
            k, j, i = np.nonzero(volume.array)
            away = volume.index_to_lps(np.stack([i, j, k], -1)) - localization.discs[1].roi.center_lps_mm
            assert len(k) == 0 or np.abs(away).max() <= 48
        maps.append([volume.array for _, volume in found.values()])
    assert any(one.max() == 1.0 for one in maps[0])
    assert any(one.shape != other.shape or not np.allclose(one, other) for one, other in zip(*maps, strict=True))


def test_a_box_goes_to_the_patient_and_back(study, localization):
    [look, *_] = StudyViews(study, localization).of(localization.discs[0], system_views()["msu"])
    shares = np.array([0.4, 0.55, 0.7, 0.65])
    box = box_in_patient(look[-1], shares)
    assert box.size_mm == pytest.approx([0.3 * 72, 0.1 * 72, 4.0])
    left, back, _ = box.to_local(box.center_lps_mm) + (box.center_lps_mm - look[-1].frame.center_lps_mm) @ box.axes_lps
    assert (left, back) == (pytest.approx(0.05 * 72), pytest.approx(0.1 * 72))
    assert box.axes_lps[0, 0] > 0.9 and np.linalg.det(box.axes_lps) == pytest.approx(1.0)
    assert box_in_view(look[-1], box) == pytest.approx(shares)


def test_overlap_of_boxes():
    one = np.array([0.0, 0.0, 0.4, 0.2])
    assert overlap(one, one) == pytest.approx(1.0)
    assert overlap(one, np.array([0.2, 0.0, 0.6, 0.2])) == pytest.approx(1 / 3)
    assert overlap(one, np.array([0.5, 0.5, 0.6, 0.6])) == 0.0


def test_a_single_slice_fills_all_channels():
    import torch

    given = network_input(torch.full((2, 1, 1, 4, 4), 0.5))
    assert given.shape == (2, 1, 3, 4, 4)
    assert given[0, 0, :, 0, 0].tolist() == pytest.approx([0.015 / 0.229, 0.044 / 0.224, 0.094 / 0.225], rel=1e-4)


def test_beside_a_single_slice_it_stands_for_its_neighbors(localization):
    whole = sagittal(BODY)
    middle = whole.volume.array.shape[0] // 2
    affine = whole.volume.affine_lps.copy()
    affine[:3, 3] += affine[:3, 2] * middle
    single = replace(whole, volume=Volume(whole.volume.array[middle : middle + 1], affine))
    spec = system_views()["deepspine"][1]
    [[window]] = StudyViews(Study("s", (single,)), localization).of(localization.discs[1], (spec,))
    before, own, after = window.values(spec.shape(24))
    assert np.isfinite(own).all() and np.array_equal(before, own) and np.array_equal(after, own)
    [[window]] = StudyViews(Study("s", (whole,)), localization).of(localization.discs[1], (spec,))
    before, own, after = window.values(spec.shape(24))
    assert np.abs(before - own).max() > 1 and np.abs(after - own).max() > 1


def segmented(localization: Localization) -> Localization:
    """The same discs, something of which is segmented."""
    return replace(localization, segmentation=Volume(np.full((1, 1, 1), 201, np.uint16), np.eye(4)))


def test_boxes_alone_are_not_graded_by_systems_that_read_outlines(localization, packs, tmp_path):
    study = Study("s", (sagittal(BODY), axial(BODY)))
    boxes = localization_from_boxes(study, {disc.level: disc.roi for disc in localization.discs})
    grader = Grader([*packs, *(tiny_grading_pack(tmp_path / one, system=one) for one in ("pfirrmann", "spider"))])
    for result in grader.grade(study, boxes):
        assert {grade.system for grade in result.grades} == set(SYSTEM_NAMES)
        assert result.not_graded == dict.fromkeys(("pfirrmann", "spider"), "the study's discs are not segmented")
    with pytest.raises(StudyError, match="the study's discs are not segmented, and pfirrmann, spider need that"):
        grader.grade(study, boxes, systems=["pfirrmann", "spider"])
    for result in grader.grade(study, segmented(boxes), systems=["pfirrmann"]):
        assert result.grades and not result.not_graded


def test_sagittal_systems_say_why_they_do_not_grade_axial_series(localization, packs, tmp_path):
    study = Study("s", (axial(BODY),))
    sagittal_packs = [tiny_grading_pack(tmp_path / system, system=system) for system in ("pfirrmann", "spider")]
    grader = Grader([*packs, *sagittal_packs])
    reasons = dict.fromkeys(("pfirrmann", "spider"), "no sagittal series")
    for result in grader.grade(study, localization, systems=["pfirrmann", "msu", "spider"]):
        assert {grade.system for grade in result.grades} == {"msu"} and result.not_graded == reasons
    for result in grader.grade(study, localization):
        assert {grade.system for grade in result.grades} == {"msu", "axial-multitask"}
        assert result.not_graded == reasons | dict.fromkeys(("deepspine", "calcification"), "no sagittal T2")
    with pytest.raises(StudyError, match="no sagittal T1, T2 or T2 SPACE series that shows its discs"):
        grader.grade(study, localization, systems=["pfirrmann", "spider"])
    with pytest.raises(
        StudyError, match="Not graded by pfirrmann: no sagittal series. Not graded by calcification: no sagittal T2"
    ):
        grader.grade(study, localization, systems=["pfirrmann", "calcification"])


def test_a_disc_that_the_sagittal_series_does_not_show_is_said_not_to_be_graded(localization, tmp_path):
    study = Study("s", (sagittal(BODY),))
    grader = Grader([tiny_grading_pack(tmp_path)])
    localization = segmented(localization)
    away = localization.discs[3]
    away = replace(away, roi=replace(away.roi, center_lps_mm=away.roi.center_lps_mm + [0, 0, 400.0]))
    results = grader.grade(study, replace(localization, discs=(*localization.discs[:3], away)))
    assert [result.not_graded for result in results] == [
        {},
        {},
        {},
        {"pfirrmann": "the sagittal series do not show it"},
    ]
    assert [bool(result.grades) for result in results] == [True, True, True, False]


def test_a_pack_that_knows_digital_spines_alone_and_cannot_tell_them_says_so_once_with_each_disc(
    study, localization, tmp_path
):
    pack = tiny_window_pack(tmp_path / "msu", "msu")
    assert pack.trained_on.synthetic
    told = "tiny-msu was trained on digital spines alone, and images of patients look unlike them: check its grades."
    for result in Grader([pack]).grade(study, localization):
        assert [told in grade.warnings for grade in result.grades] == [True, False]
