"""Grades by limits of the literature, as probable as the error of the measure lets them be."""

import numpy as np
import pytest
from discgrader.canal.limits import AREA_MM2, DEPTH_MM, grade_probabilities


@pytest.mark.parametrize(
    ("area", "grade"), [(220.0, 0), (131.0, 0), (129.0, 1), (101.0, 1), (99.0, 2), (76.0, 2), (74.0, 3), (20.0, 3)]
)
def test_areas_have_the_grades_of_the_literature(area: float, grade: int) -> None:
    assert grade_probabilities(area, 5.0, AREA_MM2).argmax() == grade


@pytest.mark.parametrize(("depth", "grade"), [(16.0, 0), (12.1, 0), (11.9, 1), (10.1, 1), (9.9, 2), (3.0, 2)])
def test_depths_never_say_severe(depth: float, grade: int) -> None:
    found = grade_probabilities(depth, 0.6, DEPTH_MM)
    assert found.argmax() == grade and found[3] == 0


def test_on_a_limit_both_grades_are_as_likely_and_an_exact_measure_is_sure() -> None:
    found = grade_probabilities(100.0, 8.0, AREA_MM2)
    assert found[1] == pytest.approx(found[2], abs=0.01) and found.sum() == pytest.approx(1)
    assert np.allclose(grade_probabilities(90.0, 0.0, AREA_MM2), [0, 0, 1, 0])
