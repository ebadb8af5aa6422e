"""Which grades of one disc contradict each other, and how that is said."""

import itertools
from dataclasses import replace

import pytest
from discgrader.checked import checked
from discgrader.errors import UsageError
from discgrader.grading.contradictions import Said, contradictions
from discgrader.grading.headings import heading, phrase, short_heading
from discgrader.grading.scales import load_scale
from discgrader.grading.statements import Statement
from discgrader.grading.systems import System, scale_of, systems, tasks

SPIDER, MSU, ZONE = ("spider", "herniation"), ("msu", "size"), ("msu", "zone")
AXIAL, CALCIFIED = ("axial-multitask", "herniation"), ("calcification", "calcification")
CANAL, LEE = ("deepspine", "central_stenosis"), ("axial-multitask", "central_stenosis")
BULGING, BULGE = ("spider", "bulging"), ("deepspine", "disc_bulge")
PFIRRMANN, HIGH, NARROW = ("pfirrmann", "pfirrmann"), ("pfirrmann", "high_grade"), ("spider", "narrowing")


def found(*said: tuple[tuple[str, str], str]) -> list[tuple[str, str]]:
    """Tasks of each contradiction among these grades."""
    grades = [Said(*key, grade, 0.9) for key, grade in said]
    return [tuple(f"{system}.{task}" for system, task in one.keys) for one in contradictions(grades)]


@pytest.mark.parametrize(
    ("one", "other", "wrong"),
    [
        ((SPIDER, "0"), (MSU, "1"), True),
        ((SPIDER, "0"), (MSU, "0"), False),
        ((SPIDER, "1"), (MSU, "0"), True),
        ((SPIDER, "1"), (MSU, "3"), False),
        ((SPIDER, "0"), (AXIAL, "2"), True),
        ((SPIDER, "0"), (ZONE, "AB"), True),
        ((SPIDER, "1"), (ZONE, "none"), True),
        ((MSU, "0"), (AXIAL, "1"), True),
        ((MSU, "1"), (AXIAL, "2"), False),
        ((MSU, "1"), (AXIAL, "3"), True),
        ((MSU, "2"), (ZONE, "none"), True),
        ((MSU, "0"), (ZONE, "A"), True),
        ((MSU, "0"), (ZONE, "none"), False),
        ((CALCIFIED, "1"), (SPIDER, "0"), True),
        ((CALCIFIED, "1"), (SPIDER, "1"), False),
        ((CALCIFIED, "0"), (SPIDER, "0"), False),
        ((CALCIFIED, "0"), (SPIDER, "1"), False),
        ((CALCIFIED, "1"), (MSU, "0"), True),
        ((BULGING, "0"), (BULGE, "1"), True),
        ((BULGING, "1"), (BULGE, "1"), False),
        ((CANAL, "0"), (LEE, "1"), False),
        ((CANAL, "0"), (LEE, "2"), True),
        ((CANAL, "3"), (LEE, "1"), True),
        ((CANAL, "3"), (LEE, "2"), False),
        ((PFIRRMANN, "3"), (HIGH, "1"), True),
        ((PFIRRMANN, "4"), (HIGH, "1"), False),
        ((PFIRRMANN, "5"), (NARROW, "0"), True),
        ((PFIRRMANN, "1"), (NARROW, "1"), True),
        ((PFIRRMANN, "3"), (NARROW, "1"), False),
        ((PFIRRMANN, "4"), (NARROW, "0"), False),
        ((BULGING, "1"), (SPIDER, "0"), False),
        ((("deepspine", "left_foraminal_stenosis"), "3"), (CANAL, "0"), False),
        ((("deepspine", "left_foraminal_stenosis"), "3"), (("deepspine", "right_foraminal_stenosis"), "0"), False),
        ((("spider", "upper_endplate"), "1"), (("spider", "lower_endplate"), "0"), False),
    ],
)
def test_two_grades_that_cannot_both_be_right(one, other, wrong):
    assert bool(found(one, other)) == bool(found(other, one)) == wrong


def test_the_likelihood_of_each_is_kept_and_both_sides_are_said():
    (one,) = contradictions([Said(*MSU, "2", 0.99), Said(*SPIDER, "0", 0.96)])
    assert one.of == "Herniation" and one.keys == (SPIDER, MSU)
    assert [side.probability for side in one.sides] == [0.96, 0.99]
    assert one.in_words() == "SPIDER: no herniation, 96 %; MSU: herniation size 2, 99 %"
    assert one.concerns(*SPIDER) and not one.concerns(*ZONE)
    assert one.to_json()["sides"][1] == {
        "system": "msu", "task": "size", "grade": "2", "probability": 0.99, "reader": None
    }  # fmt: skip
    german = {"no herniation": "keine Herniation", "herniation size 2": "Herniation Größe 2"}
    assert one.in_words(lambda words: german.get(words, words)) == (
        "SPIDER: keine Herniation, 96 %; MSU: Herniation Größe 2, 99 %"
    )


def test_a_finding_that_is_called_although_it_is_less_likely_than_not_contradicts_nothing_until_it_is_confirmed():
    possible = Said(*SPIDER, "1", 0.12, called_from=0.08)
    assert not contradictions([possible, Said(*MSU, "0", 0.99)])
    assert not contradictions([possible, Said(*MSU, "2", 0.99)])
    (one,) = contradictions([replace(possible, reader="Dr. Roe"), Said(*MSU, "0", 0.99)])
    assert one.in_words() == "SPIDER: herniation, 12 %, called at 8 % or more, Dr. Roe; MSU: no herniation, 99 %"
    assert one.to_json()["sides"][0]["called_from"] == 0.08


def test_what_only_says_more_of_a_size_contradicts_nobody_a_second_time():
    zoned = [(SPIDER, "0"), (MSU, "2"), (ZONE, "A")]
    assert found(*zoned) == [("spider.herniation", "msu.size")]
    assert found((SPIDER, "0"), (ZONE, "A")) == [("spider.herniation", "msu.zone")]
    assert found((SPIDER, "1"), (MSU, "0"), (ZONE, "A")) == [
        ("spider.herniation", "msu.size"),
        ("msu.size", "msu.zone"),
    ]
    assert found((SPIDER, "0"), (AXIAL, "2"), (MSU, "2")) == [
        ("spider.herniation", "axial-multitask.herniation"),
        ("spider.herniation", "msu.size"),
    ]


def test_who_decided_is_said_and_both_decided_is_settled():
    ai, given = Said(*SPIDER, "0", 0.96), Said(*MSU, "1", None, "Dr. Roe")
    (one,) = contradictions([ai, given])
    assert not one.is_settled
    assert one.in_words() == "SPIDER: no herniation, 96 %; MSU: herniation size 1, Dr. Roe"
    accepted = Said(*SPIDER, "0", 0.96, "Dr. Roe")
    (one,) = contradictions([accepted, given])
    assert one.is_settled and "no herniation, 96 %, Dr. Roe" in one.in_words()


def test_grades_of_tasks_that_no_system_has_contradict_nothing():
    assert contradictions([Said("other", "herniation", "1"), Said(*SPIDER, "0")]) == ()


def test_every_grade_has_words_of_its_own_and_every_thing_is_spoken_of_twice():
    of = [(statement.of, system.name, task.name) for system, task in tasks() for statement in task.says]
    for thing in {name for name, _, _ in of}:
        assert len([name for name, _, _ in of if name == thing]) >= 2, thing
    for system, task in tasks():
        words = [phrase(system.name, task.name, value) for value in scale_of(system.name, task.name).values]
        assert len(set(words)) == len(words) and all(task.phrases.values()), task.name
        assert set(task.phrases) == set(scale_of(system.name, task.name).values), task.name


def test_headings_say_whose_a_task_is_and_no_two_are_alike():
    assert heading(*SPIDER) == "Disc herniation, SPIDER" and short_heading(*SPIDER) == "Herniation, SPIDER"
    assert heading(*MSU) == "Herniation size, MSU" and heading(*AXIAL) == "Herniation size, Axial multi-task"
    assert heading(*PFIRRMANN) == "Pfirrmann grade"
    for call in (heading, short_heading):
        said = [call(system.name, task.name) for system, task in tasks()]
        assert len(set(said)) == len(said) and not any("\n" in one for one in said)
    assert not any("hernia" in short_heading(*key).lower().replace("herniation", "") for key in (SPIDER, AXIAL, MSU))


def test_without_words_of_its_own_a_grade_is_called_by_title_and_label():
    described = {"name": "schizas", "title": "Canal", "order": 1, "source": "", "highest": "L1-L2"}
    task = {"name": "canal", "title": "Canal by Schizas", "scale": "schizas"}
    system = checked(described | {"highest_because": "", "tasks": [task]}, System, "it", UsageError)
    assert system.tasks[0].phrases == {} and load_scale("schizas").label_of("B") == "B"
    assert phrase("spider", "modic", "2") == "Modic type 2"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"of": "Herniation", "absent": ["0"], "present": ["0"]}, "both absent and present"),
        ({"of": "Herniation"}, "must name a thing"),
        ({"of": " ", "absent": ["0"]}, "must name a thing"),
        ({"of": "Herniation", "severity": {"0": "mild"}}, "not a number"),
    ],
)
def test_a_statement_that_says_nothing_or_too_much_is_refused(said, why):
    with pytest.raises(UsageError, match=why):
        checked(said, Statement, "it", UsageError)


def test_severities_contradict_each_other_from_two_steps():
    grades = Statement("Canal", severity={"A": 0, "B": 1.5, "C": 2, "D": 3})
    for one, other in itertools.product(grades.severity, repeat=2):
        apart = abs(grades.severity[one] - grades.severity[other])
        assert grades.contradicts(one, grades, other) == (apart >= 2)
    assert not grades.contradicts("A", Statement("Foramen", severity={"3": 3}), "3")
    assert len(systems()) >= 6
