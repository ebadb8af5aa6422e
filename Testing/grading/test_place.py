"""Each finding has its slice: what lies beside the canal on its own side, a herniation in its box."""

from dataclasses import replace

import numpy as np
import pytest
from discgrader.errors import UsageError
from discgrader.grading.herniation_box import KEY
from discgrader.grading.place import axial_slice_read, sagittal_place
from discgrader.grading.results import Grade
from discgrader.grading.systems import scale_of, tasks
from discgrader.grading.view import slice_read
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox

LEFT_LPS = np.array([1.0, 0.0, 0.0])


def box(turned_deg=0.0, center=(3.0, 20.0, -40.0)):
    """A box turned about the way from head to foot."""
    turn = np.radians(turned_deg)
    left = np.array([np.cos(turn), np.sin(turn), 0.0])
    back = np.array([-np.sin(turn), np.cos(turn), 0.0])
    return RoiBox(np.array(center), np.column_stack([left, back, [0.0, 0.0, 1.0]]), np.array([46.0, 40.0, 14.0]))


def grade(system, task, **evidence):
    values = scale_of(system, task).values
    shares = {value: 1.0 / len(values) for value in values}
    return Grade(system, task, values[1], values[1], shares, evidence, "pack", "1", "0", "made up")


@pytest.mark.parametrize("turned_deg", [0.0, 20.0, -15.0])
@pytest.mark.parametrize("finding", ["foraminal_stenosis", "facet_arthropathy"])
def test_what_lies_beside_the_canal_is_shown_on_its_own_side(finding, turned_deg):
    disc = box(turned_deg)
    left, right = (sagittal_place(disc, (), "deepspine", f"{side}_{finding}") for side in ("left", "right"))
    assert np.allclose((left + right) / 2, disc.center_lps_mm)
    across = (left - disc.center_lps_mm) @ disc.axes_lps[:, 0]
    assert 12.0 <= across <= 20.0 and (left - right) @ LEFT_LPS > 0, "in LPS the patient's left is where x grows"


def test_a_herniation_is_shown_in_its_box():
    disc = box()
    found = replace(disc, center_lps_mm=disc.center_lps_mm + [-9.0, 14.0, 1.0], size_mm=np.array([10.0, 6.0, 4.0]))
    said = [grade("msu", task, **{KEY: {**found.to_json(digits=3), "series": "AX"}}) for task in ("size", "zone")]
    assert np.allclose(sagittal_place(disc, said, "msu", "size"), found.center_lps_mm, atol=1e-3)
    assert np.allclose(sagittal_place(disc, said, "msu", "zone"), found.center_lps_mm, atol=1e-3)
    assert np.allclose(sagittal_place(disc, said, "pfirrmann", "pfirrmann"), disc.center_lps_mm)


def test_what_is_seen_by_its_saliency_is_shown_where_most_of_that_is():
    affine = np.diag([-4.0, 0.8, 0.8, 1.0])
    affine[:3, 3] = (30.0, -20.0, -60.0)
    values = np.zeros((30, 40, 15), np.float32)
    values[10:14, 5:9, 3] = 0.4
    values[20, 20, 9] = 1.0
    found = sagittal_place(box(), (), "spider", "upper_endplate", Volume(values, affine))
    assert found[0] == pytest.approx(30.0 - 4.0 * 3), "the brightest voxel alone is not most of it"
    elsewhere = sagittal_place(box(), (), "spider", "bulging", Volume(values, affine))
    assert np.allclose(elsewhere, box().center_lps_mm)
    nothing = Volume(np.zeros_like(values), affine)
    assert np.allclose(sagittal_place(box(), (), "spider", "modic", nothing), box().center_lps_mm)


def test_the_axial_slice_is_that_which_was_read_as_long_as_it_is_there():
    said = grade("deepspine", "left_facet_arthropathy", slice={"value": "3 of 5", "series": "AX"})
    assert axial_slice_read(said, {"AX": 5, "other": 9}) == slice_read(said.evidence) == ("AX", 2)
    assert axial_slice_read(said, {"AX": 2}) is None and axial_slice_read(said, {"other": 5}) is None
    assert axial_slice_read(None, {"AX": 5}) is None


def test_facet_joints_alone_are_best_seen_on_axial_slices():
    assert {task.name for _, task in tasks() if task.axial} == {"left_facet_arthropathy", "right_facet_arthropathy"}


def test_all_else_is_shown_in_the_middle_of_the_disc_or_where_the_map_is_brightest():
    beside = {task.name for _, task in tasks() if task.shown_in in ("left", "right")}
    assert beside == {
        f"{side}_{what}" for side in ("left", "right") for what in ("foraminal_stenosis", "facet_arthropathy")
    }
    for system, task in tasks():
        if task.name not in beside:
            assert np.allclose(sagittal_place(box(), (), system.name, task.name), box().center_lps_mm)
    with pytest.raises(UsageError, match="no task"):
        sagittal_place(box(), (), "deepspine", "foramen")
