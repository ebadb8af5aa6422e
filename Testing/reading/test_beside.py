"""A second reading beside the first: the same discs, the same study, and how far the two agree."""

from dataclasses import replace

import pytest
from discgrader.errors import UsageError
from discgrader.reading.agreement import Tally, agreement, tally
from discgrader.reading.beside import AddSecond, RemoveSecond, agreed, second_reading
from discgrader.reading.commands import AcceptLevel, SetGrade, TakeReading
from discgrader.reading.disc_commands import ShiftLevels
from discgrader.reading.files import load_reading, save_reading
from discgrader.reading.history import History
from discgrader.reading.pairs import READER, Source, pair
from discgrader.reading.results import reading_of_result
from synthetic_result import synthetic_result

PFIRRMANN = ("pfirrmann", "pfirrmann")


@pytest.fixture
def reading():
    return reading_of_result(synthetic_result(), "Reader A")


@pytest.fixture
def other(reading):
    """Reader B's, with other numbers and shifted names: L4-L5 got a V for the reason given."""
    read = replace(reading, reader="Reader B").apply(SetGrade("L4-L5", *PFIRRMANN, "5", "collapsed"))
    read = read.apply(AcceptLevel("L3-L4")).apply(ShiftLevels(1))
    return replace(read, discs=tuple(replace(disc, number=20 - disc.number) for disc in read.discs))


def test_each_disc_is_told_whatever_it_is_called_and_numbered(reading, other):
    second = second_reading(other, reading, "b.reading.json")
    number = reading.disc("L4-L5").number
    said = second.decision(number, *PFIRRMANN)
    assert (said.grade, said.reason, said.reader) == ("5", "collapsed", "Reader B")
    assert next(disc.level for disc in second.discs if disc.number == number) == "L3-L4"
    assert second.unknown == ()


def test_it_is_a_step_that_overwrites_nothing_and_is_kept_in_files(reading, other, tmp_path):
    history = History(reading)
    history.apply(SetGrade("L4-L5", *PFIRRMANN, "4", "my own"))
    mine = history.reading.discs
    second = second_reading(other, history.reading, "b.reading.json")
    history.apply(AddSecond(second))
    history.apply(AddSecond(replace(second, changed="2030-01-01")))
    assert len(history.reading.beside) == 1 and history.reading.discs == mine
    save_reading(history.reading, tmp_path / "a.reading.json")
    assert load_reading(tmp_path / "a.reading.json").beside == history.reading.beside
    history.apply(RemoveSecond(second))
    assert history.reading.beside == ()
    history.undo()
    history.apply(TakeReading(other))
    assert len(history.reading.beside) == 1, "another reading of one's own leaves it beside"


def test_how_far_they_agree_counts_what_both_have_decided(reading, other):
    second = second_reading(other, reading, "b.reading.json")
    assert agreed(reading, second) == Tally(0, 0, 0)
    read = reading.apply(AcceptLevel("L4-L5")).apply(AcceptLevel("L3-L4"))
    found = agreed(read, second)
    assert found.both > 3 and found.near == 1 and found.same == found.both - 1


def test_it_is_counted_as_the_command_agree_counts(reading, other):
    second = second_reading(other, reading, "b.reading.json")
    read = reading.apply(AcceptLevel("L4-L5")).apply(AcceptLevel("L3-L4"))
    sides = (Source(name, READER, {one.study: one}) for name, one in (("a", read), ("b", other)))
    pairs = pair(*sides).pairs
    tasks, found = agreement(pairs), agreed(read, second)
    assert found == tally(pairs) and found.both == sum(task.n for task in tasks)
    assert found.same == round(sum(task.n * task.percent.value for task in tasks) / 100)
    assert found.share == found.same / found.both


def test_another_study_or_patient_is_refused(reading, other):
    with pytest.raises(UsageError, match="not of blocks"):
        second_reading(replace(other, study="somebody"), reading, "b.reading.json")
    far = tuple(
        replace(disc, box=replace(disc.box, center_lps_mm=disc.box.center_lps_mm + 500)) for disc in other.discs
    )
    with pytest.raises(UsageError, match="no disc where"):
        second_reading(replace(other, discs=far), reading, "b.reading.json")
    with pytest.raises(UsageError, match="nobody has decided"):
        second_reading(replace(reading, reader="Reader C"), reading, "c.reading.json")


def of_dicom(reading, patient: str, study: str):
    identity = {"patient_id": patient, "study_instance_uid": study, "series_instance_uid": "1.2.3"}
    return replace(reading, examined={"series": [{"name": "T2", "identity": identity}]})


def test_patient_and_study_of_dicom_count_before_the_name(reading, other):
    mine = of_dicom(reading, "P1", "1.2")
    assert second_reading(of_dicom(replace(other, study="another name"), "P1", "1.2"), mine, "b").discs
    with pytest.raises(UsageError, match="another patient"):
        second_reading(of_dicom(other, "P2", "1.2"), mine, "b")
    with pytest.raises(UsageError, match="another study"):
        second_reading(of_dicom(other, "P1", "1.9"), mine, "b")
