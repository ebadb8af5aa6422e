"""Discs cut out of a segmentation, measured, named and boxed."""

from dataclasses import replace

import numpy as np
import pytest
from blocky_spine import DEPTH_MM, DISC_HEIGHT_MM, blocky_spine
from discgrader.errors import UsageError
from discgrader.imaging.files import read_volume
from discgrader.imaging.study import Study
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume
from discgrader.localize.box import roi_box
from discgrader.localize.candidates import find_candidates
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.levels import level_name
from discgrader.localize.localizer import common_shift
from discgrader.localize.naming import name_candidates, row_of


def found(spine, lowest_disc=None):
    return name_candidates(find_candidates(spine.segmentation())[0], lowest_disc)


@pytest.mark.parametrize("tilt", [-25.0, 0.0, 25.0])
@pytest.mark.parametrize(("slices", "slice_mm"), [(1, 4.0), (9, 4.0), (40, 1.1)])
def test_discs_are_found_where_they_are(tilt, slices, slice_mm):
    spine = blocky_spine(tilt_deg=tilt, slices=slices, slice_mm=slice_mm)
    naming = found(spine)
    assert [disc.level for disc in naming.discs] == ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2", "T12-L1"]
    centers = np.array([disc.candidate.center_lps_mm for disc in naming.discs])
    assert np.abs(centers - spine.centers_lps_mm)[:5].max() < 1.0
    for one in naming.discs[:5]:
        assert one.candidate.depth_mm == pytest.approx(DEPTH_MM, abs=2.5)
        assert one.candidate.height_mm == pytest.approx(DISC_HEIGHT_MM, abs=1.2)
        up = one.candidate.axes_lps[:, 2]
        assert np.degrees(np.arctan2(up[1], up[2])) == pytest.approx(tilt, abs=3.0)
        assert np.allclose(one.candidate.axes_lps.T @ one.candidate.axes_lps, np.eye(3), atol=1e-9)
        assert np.linalg.det(one.candidate.axes_lps) == pytest.approx(1.0)


def test_width_is_measured_where_both_sides_are_in_view():
    wide = found(blocky_spine(slices=40, slice_mm=1.5)).discs[2].candidate
    assert wide.width_seen
    assert wide.width_mm == pytest.approx(44.0, abs=3.0)
    single = found(blocky_spine(slices=1)).discs[2].candidate
    assert not single.width_seen
    assert single.width_mm == pytest.approx(1.45 * single.depth_mm)


@pytest.mark.parametrize("margin", [8.0, 10.0, 12.0])
def test_box_reaches_the_margin_beyond_the_disc_and_behind_the_canal(margin):
    spine = blocky_spine()
    candidate = found(spine).discs[1].candidate
    box = roi_box(candidate, margin)
    assert box.size_mm[2] == pytest.approx(candidate.full_height_mm + 2 * margin)
    local = box.to_local(candidate.center_lps_mm)
    assert local[0] == pytest.approx(0, abs=1e-6)
    assert local[2] == pytest.approx(0, abs=1e-6)
    behind_canal = candidate.center_lps_mm + candidate.axes_lps[:, 1] * (DEPTH_MM / 2 + 17)
    assert box.contains(behind_canal)


@pytest.mark.parametrize("margin", [7.9, 12.1, -3.0])
def test_margin_outside_its_range_is_refused(margin):
    with pytest.raises(UsageError, match="choose a value from 8 to 12 mm"):
        roi_box(found(blocky_spine()).discs[0].candidate, margin)


def test_missing_disc_is_counted_and_told():
    naming = found(blocky_spine(discs=7, without=(3,)))
    assert [disc.index_from_sacrum for disc in naming.discs] == [1, 2, 4, 5, 6, 7]
    assert any("number 3, counted from the sacrum" in text for text in naming.warnings)
    assert any("missed" in text for text in naming.discs[2].warnings)
    assert not naming.discs[0].warnings


def test_missing_lowest_disc_is_counted_and_told():
    spine = blocky_spine(discs=7, without=(1,))
    naming = found(spine)
    assert [disc.level for disc in naming.discs] == ["L4-L5", "L3-L4", "L2-L3", "L1-L2", "T12-L1", "T11-T12"]
    missed = "so a disc there was probably missed, and the lowest disc found is assumed to be L4-L5"
    assert any(missed in text for text in naming.warnings)
    settled = found(spine, "L5-S1")
    assert [disc.level for disc in settled.discs][:2] == ["L5-S1", "L4-L5"]
    assert settled.discs[0].index_from_sacrum == 1


def test_picture_that_ends_in_l5_has_its_lowest_disc_called_l4_l5():
    spine = blocky_spine(discs=6, without=(1,), below_mm=-10.0)
    naming = found(spine)
    assert naming.discs[0].level == "L4-L5"
    assert any(
        "sacrum is not in view: the lowest visible disc is assumed to be L4-L5" in text for text in naming.warnings
    )


def test_disc_inside_the_sacrum_is_passed_over():
    """Two discs with no vertebra between them: the lower one lies in the sacrum, which is not segmented."""
    spine = blocky_spine(discs=7)
    array = spine.classes.array.copy()
    k, j, i = np.indices(array.shape)
    points = spine.classes.index_to_lps(np.stack([i, j, k], -1).reshape(-1, 3)).reshape(*array.shape, 3)
    array[
        (points[..., 2] < spine.centers_lps_mm[1][2] - DISC_HEIGHT_MM / 2)
        & (array == 1)
        & (points[..., 2] > spine.centers_lps_mm[0][2] + 12)
    ] = 0
    spine = type(spine)(Volume(array, spine.classes.affine_lps), spine.series, spine.centers_lps_mm)
    naming = found(spine)
    assert naming.discs[0].level == "L5-S1"
    assert np.allclose(naming.discs[0].candidate.center_lps_mm, spine.centers_lps_mm[1], atol=1.0)
    assert any("S1-S2 remnant" in text for text in naming.warnings)


def test_no_sacrum_in_view_is_told():
    naming = found(blocky_spine(below_mm=15.0))
    assert any("sacrum is not in view" in text for text in naming.warnings)
    assert all(disc.warnings for disc in naming.discs)


def test_small_lowest_disc_is_told_and_settled_by_the_user():
    spine = blocky_spine(lowest_depth_mm=16.0)
    assert any("S1-S2" in text for text in found(spine).warnings)
    settled = found(spine, "S1-S2")
    assert [disc.level for disc in settled.discs][:3] == ["S1-S2", "L5-S1", "L4-L5"]
    assert not settled.warnings


@pytest.mark.parametrize("count", [4, 10])
def test_odd_count_is_told(count):
    assert any("5 to 9 are usual" in text for text in found(blocky_spine(discs=count)).warnings)


def test_unknown_level_is_refused():
    with pytest.raises(UsageError, match="L9-S1"):
        found(blocky_spine(), "L9-S1")


def test_spots_beside_the_spine_are_not_discs():
    spine = blocky_spine(slices=1)
    array = spine.classes.array.copy()
    array[0, 100:108, 5:25] = 2
    array[0, 95:100, 5:25] = 1
    spine = type(spine)(Volume(array, spine.classes.affine_lps), spine.series, spine.centers_lps_mm)
    assert len(found(spine).discs) == len(spine.centers_lps_mm)


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("flips", [(), (0,), (1, 2), (0, 1, 2)])
def test_common_attitude_keeps_every_voxel_in_its_place(axes, flips):
    rng = np.random.default_rng(0)
    volume = Volume(
        rng.normal(size=(4, 5, 6)), np.array([[0.1, 0, 4, 3], [0.9, 0.1, 0, -7], [0, -0.8, 0.2, 11], [0, 0, 0, 1.0]])
    )
    affine = volume.affine_lps.copy()
    array = np.transpose(volume.array, axes)
    index_axes = [2 - axis for axis in axes][::-1]
    affine[:3, :3] = volume.affine_lps[:3, index_axes]
    for axis in flips:
        array = np.flip(array, axis)
        column = 2 - axis
        affine[:3, 3] += affine[:3, column] * (array.shape[axis] - 1)
        affine[:3, column] *= -1
    frames = sagittal_frames(Volume(array, affine))
    assert frames.volume.directions[0, 2] > 0.9
    assert frames.volume.directions[1, 0] > 0.9
    assert frames.volume.directions[2, 1] < -0.9
    for _ in range(20):
        k, j, i = (rng.integers(n) for n in frames.volume.array.shape)
        point = frames.volume.index_to_lps([i, j, k])
        original = np.round(volume.lps_to_index(point)).astype(int)
        assert frames.volume.array[k, j, i] == volume.array[tuple(original[::-1])]
    assert np.array_equal(frames.restore(frames.volume.array), array)


def test_motion_between_series_is_followed():
    spine = blocky_spine()
    from discgrader.localize.localizer import disc_of

    discs = tuple(disc_of(disc, 10.0) for disc in found(spine).discs)
    centers = np.array([disc.center_lps_mm for disc in discs])
    assert np.allclose(common_shift(discs, centers + 0.5), 0)
    assert np.allclose(common_shift(discs, centers + [0, 6, -4]), [0, 6, -4])
    assert common_shift(discs, centers + [0, 60, 0]) is None
    assert common_shift(discs, np.zeros((0, 3))) is None


def test_levels_go_on_upwards_and_none_comes_twice():
    names = [level_name(index) for index in range(1, 24)]
    assert names[8:11] == ["T9-T10", "T8-T9", "T7-T8"]
    assert names[-6:] == ["C7-T1", "C6-C7", "C5-C6", "C4-C5", "C3-C4", "C2-C3"]
    assert len(set(names)) == len(names)


def test_a_spot_beside_the_middle_is_no_disc():
    """In a volume from side to side, a spot in what lies beside the spine."""
    candidates = list(find_candidates(blocky_spine(slices=40, slice_mm=1.5).segmentation())[0])
    lowest = candidates[0]
    spot = replace(lowest, center_lps_mm=lowest.center_lps_mm + [-31.0, 20.0, -40.0], width_mm=6.0, area_mm2=80.0)
    assert spot.width_seen
    assert row_of([spot, *candidates]) == candidates


def test_a_spot_inside_a_vertebra_is_no_disc():
    candidates = list(find_candidates(blocky_spine().segmentation())[0])
    lower, upper = candidates[2:4]
    spot = replace(lower, center_lps_mm=(lower.center_lps_mm + upper.center_lps_mm) / 2, area_mm2=60.0, depth_mm=14.0)
    assert row_of([*candidates[:3], spot, *candidates[3:]]) == candidates


@pytest.mark.slow
def test_nothing_beside_the_middle_of_a_whole_volume_is_a_disc(data_dir, localizer):
    for number in (1, 2):
        series = read_study(data_dir / "full_width" / f"volume_{number}.nii.gz").series[0]
        bodies, _ = read_volume(data_dir / "full_width" / f"volume_{number}_vertebral_bodies.nii.gz")
        k, j, i = np.nonzero(bodies.array)
        points = bodies.index_to_lps(np.stack([i, j, k], -1))
        found = localizer.localize(Study("whole", (series,)))
        assert len(found.discs) >= 7
        assert len({disc.level for disc in found.discs}) == len(found.discs)
        steps = np.linalg.norm(np.diff([disc.center_lps_mm for disc in found.discs], axis=0), axis=1)
        assert steps.min() > 0.6 * np.median(steps)
        for disc in found.discs:
            near = points[np.abs(points[:, 2] - disc.center_lps_mm[2]) < 25]
            if len(near):
                away = disc.center_lps_mm[:2] - near[:, :2].mean(0)
                assert np.abs(away).max() < 15, (number, disc.level, away)
