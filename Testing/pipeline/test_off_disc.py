"""The main job does not grade a box that fits no disc like one, unless it is wanted."""

from dataclasses import replace

import pytest
from discgrader.grading.results import DiscResult
from discgrader.localize.box_fit import ON_VERTEBRA
from discgrader.pipeline.engine import Engine
from synthetic_result import made_grades, synthetic_localization, synthetic_study


class Grader:
    def systems_for(self, study):
        return ("pfirrmann", "spider")

    def grade(self, study, localization, *, systems, progress, graded):
        found = tuple(DiscResult(disc, made_grades(disc.index_from_sacrum)) for disc in localization.discs)
        for result in found:
            graded(result)
        return found


@pytest.fixture
def displaced():
    """L4-L5's box lies halfway to L3-L4's, on the vertebra."""
    found = synthetic_localization()
    one, other = found.discs[1], found.discs[2]
    box = replace(one.roi, center_lps_mm=(one.roi.center_lps_mm + other.roi.center_lps_mm) / 2)
    return replace(found, discs=(found.discs[0], replace(one, roi=box), *found.discs[2:]))


def test_a_box_on_a_vertebra_is_not_graded_and_says_why(displaced):
    told = []
    result = Engine(None, Grader()).grade(synthetic_study(), localization=displaced, graded=told.append)
    of = {one.disc.level: one for one in result.discs}
    assert [one.disc.level for one in result.discs] == [disc.level for disc in displaced.discs]
    assert of["L4-L5"].grades == () and of["L4-L5"].not_graded == dict.fromkeys(("pfirrmann", "spider"), ON_VERTEBRA)
    assert all(one.grades for level, one in of.items() if level != "L4-L5") and len(told) == 5


def test_it_alone_is_not_graded_either_and_is_where_that_is_wanted(displaced):
    alone = displaced.alone(displaced.discs[1])
    engine = Engine(None, Grader())
    assert engine.grade(synthetic_study(), localization=alone).discs[0].grades == ()
    anyway = replace(alone, grade_anyway=True)
    assert engine.grade(synthetic_study(), localization=anyway, graded=lambda one: None).discs[0].grades
