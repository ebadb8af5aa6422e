"""What is doubtful about where ROI boxes lie: outside the picture, or two on one disc."""

from dataclasses import replace

import numpy as np
import pytest
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox, box_doubts, is_outside
from discgrader.pipeline.engine import Engine
from fake_engine import PACKS, FakeGrader, FakeLocalizer
from synthetic_result import synthetic_localization, synthetic_study

PICTURE = Volume(np.zeros((10, 100, 80), np.float32), np.diag([1.0, 1.0, 4.0, 1.0]))
"""From -0.5 to 79.5, -0.5 to 99.5 and -2 to 38 mm."""


def box(*center, size=(20.0, 10.0, 4.0), turned_deg=0.0):
    angle = np.radians(turned_deg)
    axes = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    return RoiBox(np.array(center, float), axes, np.array(size))


@pytest.mark.parametrize(
    ("one", "outside"),
    [
        (box(40, 50, 20), False),
        (box(88, 50, 20), False),
        (box(91, 50, 20), True),
        (box(40, 50, 39), False),
        (box(40, 50, 41), True),
        (box(84, 104, 20, turned_deg=45, size=(20.0, 4.0, 4.0)), False),
        (box(84, 104, 20, turned_deg=-45, size=(20.0, 4.0, 4.0)), True),
    ],
)
def test_a_box_is_outside_when_no_part_of_it_shows_anything(one, outside):
    assert is_outside(one, [PICTURE]) is outside
    larger = Volume(np.zeros((100, 200, 200), np.float32), PICTURE.affine_lps)
    assert not is_outside(one, [PICTURE, larger]), "one picture that shows it is enough"


def test_boxes_on_one_disc_are_named_in_pairs():
    boxes = {"L5-S1": box(40, 10, 20), "L4-L5": box(40, 40, 20), "L3-L4": box(43, 44, 20)}
    assert box_doubts(boxes, [PICTURE]) == (
        "The boxes of L4-L5 and L3-L4 lie on the same disc, 5 mm apart; move or delete one of them.",
    )
    assert box_doubts({**boxes, "L3-L4": box(40, 75, 20)}, [PICTURE]) == ()
    assert box_doubts({"L3-L4": box(500, 0, 0)}, []) == (), "without a picture nothing is outside"


def test_a_result_warns_of_boxes_that_are_doubtful():
    engine = Engine(FakeLocalizer(), FakeGrader(), None, PACKS)
    study, found = synthetic_study(), synthetic_localization()
    assert engine.grade(study, localization=found).warnings == ()
    discs = list(found.discs)
    discs[2] = replace(discs[2], roi=replace(discs[2].roi, center_lps_mm=discs[1].roi.center_lps_mm))
    discs[4] = replace(discs[4], roi=replace(discs[4].roi, center_lps_mm=np.array([0.0, 0.0, 5000.0])))
    warnings = engine.grade(study, localization=replace(found, discs=tuple(discs))).warnings
    assert [warning[:26] for warning in warnings] == ["The box of L1-L2 lies outs", "The boxes of L4-L5 and L3-"]
