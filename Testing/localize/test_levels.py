"""Names of discs where there are four, five or six lumbar vertebrae, or thirteen thoracic ones."""

from dataclasses import replace

import pytest
from discgrader.errors import UsageError
from discgrader.localize.levels import (
    LADDERS,
    LOWEST_CHOICES,
    WITH_T13,
    check_level,
    level_name,
    lowest_choice,
    named_from,
    next_above,
    order_of,
    shifted,
)
from discgrader.phantom.spine import counted_levels
from discgrader.pipeline.given_boxes import with_boxes
from discgrader.reading.disc_commands import SetLowest
from discgrader.reading.files import load_reading, save_reading
from discgrader.reading.history import History
from discgrader.reading.results import reading_of_result
from synthetic_result import synthetic_result

ORDINARY = [level_name(index) for index in range(1, 9)]


@pytest.mark.parametrize("lumbar", [4, 5, 6])
def test_names_are_those_of_the_digital_spine_counted_by_number(lumbar):
    lowest = {4: "L4-S1", 5: "L5-S1", 6: "L6-S1"}[lumbar]
    counted = counted_levels(lumbar)
    assert tuple(level_name(index, lowest) for index in range(1, len(counted) + 1)) == counted


def test_thirteenth_thoracic_vertebra_changes_thoracic_names_alone():
    names = [level_name(index, WITH_T13) for index in range(1, 9)]
    assert names == [*ORDINARY[:5], "T13-L1", "T12-T13", "T11-T12"]
    assert lowest_choice(names) == WITH_T13 and lowest_choice(names[:5]) == "L5-S1"


def test_levels_of_every_spine_are_in_order():
    for ladder in LADDERS:
        places = [order_of(level) for level in ladder]
        assert places == sorted(places) and len(set(places)) == len(places)
        assert ladder[0] == "S1-S2" and ladder[-1] == "C2-C3"


@pytest.mark.parametrize("lowest", LOWEST_CHOICES)
def test_one_choice_names_all_and_another_takes_it_back(lowest):
    names = list(named_from(ORDINARY, lowest).values())
    assert names == [level_name(index, lowest) for index in range(1, 9)]
    assert list(named_from(names, "L5-S1").values()) == ORDINARY


def test_names_are_shifted_within_their_own_count():
    six = [level_name(index, "L6-S1") for index in range(1, 9)]
    down = list(shifted(six, -1).values())
    assert down[:4] == ["S1-S2", "L6-S1", "L5-L6", "L4-L5"]
    assert list(named_from(down, "S1-S2").values()) == down, "S1-S2 says nothing of the count"
    assert next_above("L6-S1", six) == "L5-L6" and next_above("L5-S1", ORDINARY) == "L4-L5"


@pytest.mark.parametrize("row", [["L6-S1", "L5-S1"], ["L4-S1", "L4-L5"], ["T13-L1", "T12-L1"]])
def test_levels_of_two_spines_are_refused_together(row):
    with pytest.raises(UsageError, match="cannot have the levels"):
        shifted(row, 1)


@pytest.mark.parametrize("name", ["L7-S1", "L5", "", None, "l5-s1", "L6-S1 (T13)"])
def test_what_is_no_level_is_refused(name):
    with pytest.raises(UsageError, match="There is no level"):
        check_level(name)


def test_a_reader_says_that_there_are_six_lumbar_vertebrae(tmp_path):
    history = History(reading_of_result(synthetic_result(), "reader", "2026-11-25T08:00:00+01:00"))
    before = history.reading.levels
    after = history.apply(SetLowest("L6-S1"))
    assert sorted(after.levels, key=order_of)[:3] == ["L6-S1", "L5-L6", "L4-L5"]
    assert after.renamings[-1].lowest == "L6-S1" and after.named.reader == "reader"
    save_reading(after, tmp_path / "a.reading.json")
    again = load_reading(tmp_path / "a.reading.json")
    assert again.levels == after.levels and again.renamings == after.renamings
    history.undo()
    assert history.reading.levels == before


def test_boxes_named_in_another_anatomy_keep_their_places():
    found = synthetic_result().localization
    names = named_from([disc.level for disc in found.discs], "L6-S1")
    boxes = {names[disc.level]: disc.roi for disc in found.discs}
    missing = replace(found, discs=found.discs[:1])
    for localization in (found, missing):
        given = with_boxes(localization, boxes)
        assert [disc.level for disc in given.discs] == list(names.values())
        assert [disc.index_from_sacrum for disc in given.discs] == [disc.index_from_sacrum for disc in found.discs]
