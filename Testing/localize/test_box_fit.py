"""A box that fits no disc is told from one that a hand has moved by a little."""

from dataclasses import replace

import numpy as np
import pytest
from discgrader.localize.box import RoiBox, is_elsewhere
from discgrader.localize.box_fit import ON_NO_DISC, ON_VERTEBRA, TOO_LARGE, TOO_SMALL, off_disc
from synthetic_result import synthetic_localization

FOUND = synthetic_localization()
BOXES = {disc.level: disc.roi for disc in FOUND.discs}


def moved(box: RoiBox, x=0.0, y=0.0, z=0.0, turn_deg=0.0) -> RoiBox:
    angle = np.radians(turn_deg)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    return replace(box, center_lps_mm=box.center_lps_mm + box.axes_lps @ [x, y, z], axes_lps=box.axes_lps @ turn)


@pytest.mark.parametrize("level", BOXES)
@pytest.mark.parametrize("by", [{}, {"z": 5}, {"z": -5}, {"y": 6}, {"y": -6}, {"x": 8}, {"turn_deg": 12}])
def test_a_box_that_a_hand_has_moved_by_a_little_is_on_its_disc(level, by):
    assert off_disc(moved(BOXES[level], **by), FOUND.segmentation) == ""


@pytest.mark.parametrize("levels", [("L5-S1", "L4-L5"), ("L4-L5", "L3-L4"), ("L2-L3", "L1-L2")])
def test_a_box_on_a_vertebra_is_none(levels):
    one, other = (BOXES[level] for level in levels)
    between = replace(one, center_lps_mm=(one.center_lps_mm + other.center_lps_mm) / 2)
    assert off_disc(between, FOUND.segmentation) == ON_VERTEBRA


def test_a_box_beside_the_spine_is_none():
    for by in ({"y": 60.0}, {"y": -60.0}):
        assert off_disc(moved(BOXES["L3-L4"], **by), FOUND.segmentation) == ON_NO_DISC


def test_a_disc_that_the_network_has_missed_is_one_between_its_vertebrae():
    disc = FOUND.discs[2]
    labels = FOUND.segmentation.array.copy()
    labels[labels == disc.label if hasattr(disc, "label") else labels == 200 + disc.index_from_sacrum] = 0
    segmentation = FOUND.segmentation.with_array(labels)
    for by in ({}, {"z": 3}, {"z": -3}):
        assert off_disc(moved(disc.roi, **by), segmentation) == ""


def test_a_box_of_no_discs_size_is_none():
    box = BOXES["L4-L5"]
    assert off_disc(replace(box, size_mm=np.array([46.0, 8.0, 30.0])), FOUND.segmentation) == TOO_SMALL
    assert off_disc(replace(box, size_mm=np.array([46.0, 64.0, 120.0])), FOUND.segmentation) == TOO_LARGE


def test_where_nothing_is_segmented_nothing_is_said():
    empty = FOUND.segmentation.with_array(np.zeros_like(FOUND.segmentation.array))
    assert off_disc(BOXES["L4-L5"], empty) == ""
    far = moved(BOXES["L4-L5"], z=5000.0)
    assert off_disc(far, FOUND.segmentation) == "", "another check tells of boxes outside the picture"


def test_what_is_elsewhere_and_what_is_a_tremor():
    box = BOXES["L4-L5"]
    assert not is_elsewhere(box, moved(box, z=2.0)) and is_elsewhere(box, moved(box, z=4.0))
    assert not is_elsewhere(box, moved(box, turn_deg=5.0)) and is_elsewhere(box, moved(box, turn_deg=15.0))
    assert not is_elsewhere(box, box.with_margin(12.0, 10.0)), "a margin shows the same disc"
    assert is_elsewhere(box, replace(box, size_mm=box.size_mm * [1.0, 1.5, 1.0]))
