"""Studies of axial series alone: discs found on the sagittal picture that these make, counted, and graded or not."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from discgrader.errors import StudyError
from discgrader.grading.axial import axial_study, usable_series
from discgrader.grading.grader import Grader
from discgrader.imaging.identity import Identity
from discgrader.imaging.study import Contrast, Study
from discgrader.localize.axial_only import COUNTED, SIDES, axial_t2, is_shown, sagittal_from_axial
from discgrader.phantom.study import make_study
from solid_body import STEP_MM, axial, lumpy
from tiny_packs import tiny_window_pack

BODY = lumpy()
NEAR_MM = 12.0
"""A disc that is found no farther from where it is, is found: the middles of two lie more than 30 mm apart."""


def bright(points):
    """A body whose signal grows evenly towards the back and the head."""
    return 1000.0 + 2.0 * points[..., 1] + 3.0 * points[..., 2]


def shown_at(volume, points):
    """Values of a volume at LPS points that are points of its grid."""
    i, j, k = np.rint(volume.lps_to_index(np.array(points, float))).astype(int).T
    return volume.array[k, j, i]


def test_the_picture_shows_what_the_slices_show_where_they_lie():
    stack = axial(bright)
    picture = sagittal_from_axial([stack])
    k, j, i = np.indices(picture.array.shape)
    points = picture.index_to_lps(np.stack([i, j, k], axis=-1))
    inside = is_inside(stack, points)
    dark = stack.volume.no_signal
    scale = np.quantile(stack.volume.array, 0.99) - dark
    assert inside.sum() > 10_000
    assert np.allclose(picture.array[inside] * scale + dark, bright(points)[inside], rtol=1e-4)


def is_inside(series, points):
    index = series.volume.lps_to_index(points)
    return np.all((index >= 0) & (index <= np.array(series.volume.size) - 1), axis=-1)


def test_between_two_blocks_lies_a_blend_and_far_from_them_nothing():
    low, high = axial(bright, "low", (0, 10, 0), 10.0, 6), axial(bright, "high", (0, 10, STEP_MM), 0.0, 6)
    picture = sagittal_from_axial([low, high])
    below, above = (shown_at(picture, [[0, 10, z]])[0] for z in (8, STEP_MM - 8))
    between = shown_at(picture, [[0, 10, STEP_MM / 2]])[0]
    assert min(below, above) * 0.9 < between < max(below, above) * 1.1
    distant = sagittal_from_axial([low, axial(bright, "far", (0, 10, 3 * STEP_MM), 0.0, 6)])
    assert shown_at(distant, [[0, 10, 1.5 * STEP_MM]])[0] == 0


def test_what_lies_between_blocks_is_no_evidence():
    blocks = [axial(BODY, f"block{number}", (0, 10, number * STEP_MM), slices=5) for number in range(2)]
    assert is_shown(np.array([0.0, 10.0, 9.0]), blocks)
    assert not is_shown(np.array([0.0, 10.0, STEP_MM / 2]), blocks)


@pytest.mark.parametrize(
    ("series", "why"),
    [
        ([], "neither a sagittal series nor an axial T2"),
        ([axial(BODY, contrast=Contrast.T1)], "neither a sagittal series nor an axial T2"),
        ([axial(BODY, slices=2)], "at least 3 slices in a row, no more than 5.5 mm apart"),
        (
            [
                replace(
                    axial(BODY),
                    volume=replace(axial(BODY).volume, affine_lps=axial(BODY).volume.affine_lps * [1, 1, 2, 1]),
                )
            ],
            "at least 3 slices in a row, no more than 5.5 mm apart",
        ),
    ],
)
def test_axial_series_that_cannot_show_a_disc_are_refused(series, why):
    with pytest.raises(StudyError, match=why):
        axial_t2(Study("s", tuple(series)))


@cache
def rendered(seed, blocks):
    return make_study(seed, {}, ("AX_T2",), blocks=blocks)


@pytest.fixture(scope="module", params=[(505, False), (512, True)], ids=["stack", "blocks"])
def phantom(request):
    return rendered(*request.param)


@pytest.fixture(scope="module")
def found(phantom, localizer):
    return localizer.localize(phantom.study)


def lumbar(phantom):
    """Middles of the discs that the axial series are planned on, by level."""
    return {disc.level: disc.roi.center_lps_mm for disc in phantom.discs if disc.index_from_sacrum <= 5}


def near(center, centers):
    """The level whose middle lies nearest, and how far away it is, in mm."""
    return min(((float(np.linalg.norm(center - one)), level) for level, one in centers.items()))[::-1]


def test_discs_of_axial_phantoms_are_found_and_counted(phantom, found):
    centers = lumbar(phantom)
    places = [near(disc.roi.center_lps_mm, centers) for disc in found.discs]
    assert len(places) >= 3 and all(away < NEAR_MM for _, away in places)
    assert [disc.level for disc in found.discs] == [level for level, _ in places]
    assert COUNTED in found.warnings and COUNTED in found.name_doubts and COUNTED in found.discs[0].warnings
    assert all(is_shown(disc.center_lps_mm, phantom.study.series) for disc in found.discs)
    assert found.warnings.count(SIDES) == 1 and not any(SIDES in disc.warnings for disc in found.discs)


def test_the_slices_of_discs_that_were_found_on_axial_series_are_theirs(phantom, found):
    slices = axial_study(found.discs, *usable_series(phantom.study, found))
    assert not slices.missing
    if len(phantom.study.series) > 1:
        assert all(slices.cuts[disc].series.name.endswith(disc.level) for disc in found.discs)


def test_the_user_names_what_is_counted_otherwise(phantom, localizer):
    found = localizer.localize(phantom.study, lowest_disc="L4-L5")
    assert found.discs[0].level == "L4-L5"
    assert COUNTED not in found.warnings and found.name_doubts == () and SIDES in found.warnings


def test_a_block_without_disc_and_one_of_another_patient_are_told(localizer):
    blocks = rendered(512, True).study.series
    kept = [replace(block, identity=Identity("p")) for block in blocks if not block.name.endswith("L3-L4")]
    body = kept[-1].volume
    inside = kept[-2].volume.affine_lps.copy()
    strange = replace(kept[-1], name="strange", identity=Identity("q"))
    empty = replace(kept[-2], name="empty", volume=replace(body, array=np.full_like(body.array, 5), affine_lps=inside))
    found = localizer.localize(Study("s", (*kept[:-2], empty, kept[-1], strange)))
    (told,) = [warning for warning in found.warnings if "'strange'" in warning]
    assert "is from a different patient than" in told and found.series_name in told
    assert "No disc was found on the axial T2 'empty' (5 slices)." in found.warnings


def test_blocks_that_show_no_disc_are_counted(localizer):
    study = rendered(512, True).study
    blind = tuple(
        replace(series, volume=series.volume.with_array(np.zeros_like(series.volume.array)))
        if series.name.endswith("L5-S1")
        else series
        for series in study.series
    )
    found = localizer.localize(replace(study, series=blind))
    assert found.discs[0].level == "L4-L5" and found.discs[0].index_from_sacrum == 2
    assert "No disc was found on the axial T2 'ax_t2_L5-S1' (5 slices)." in found.warnings


def test_axial_systems_grade_and_the_others_say_what_is_missing(phantom, found, tmp_path):
    packs = [tiny_window_pack(tmp_path / system, system) for system in ("msu", "deepspine", "calcification")]
    grader, study = Grader(packs), phantom.study
    assert set(grader.systems_for(study)) == {"msu", "deepspine", "calcification"}
    for result in grader.grade(study, found):
        assert {grade.system for grade in result.grades} == {"msu"}
        assert result.not_graded == dict.fromkeys(("deepspine", "calcification"), "no sagittal T2")
