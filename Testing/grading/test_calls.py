"""What is called: operating points of packs, the user's rules, and what stays whatever is called."""

import json
from dataclasses import replace

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.errors import PackError, UsageError
from discgrader.grading.calls import called_again, calls_by, default_calls, missing_points, positions
from discgrader.grading.operating_point import Rule, call_by, read_rule, read_rules
from discgrader.grading.results import DiscResult, Grade
from discgrader.grading.system import Answer, TaskAnswer, check_tasks, grades_of
from discgrader.grading.systems import find_system, scale_of
from discgrader.packs.description import Recalibration
from discgrader.packs.operating_points import OperatingPoints, Point
from discgrader.packs.pack import Pack, default_packs, read_pack
from discgrader.pipeline.settings import Settings
from discgrader.report.tables import grades_columns, grades_rows
from plain_packs import made_pack, redescribed
from synthetic_result import synthetic_localization

CURVE = [Point(0.3, 0.5, 0.99), Point(0.1, 0.8, 0.9), Point(0.02, 0.95, 0.6)]
POINTS = OperatingPoints("youden", Point(0.1, 0.8, 0.9), "100 discs of 20 patients, held out", CURVE, 100, 10, 20)


def described(system: str, *names: str) -> dict[str, dict]:
    scales = {name: scale_of(system, name) for name in names}
    return {name: {"scale": scale.name, "grades": list(scale.values)} for name, scale in scales.items()}


@pytest.fixture
def pack(tmp_path) -> Pack:
    return made_pack(
        tmp_path / "spider-net",
        tasks=described("spider", "herniation", "bulging"),
        operating_points={"herniation": POINTS},
    )


def graded(pack: Pack, **shares: float) -> dict[str, Grade]:
    """Grades of tasks of two grades by the probability of a yes."""
    answers = {task: TaskAnswer(np.array([1 - share, share])) for task, share in shares.items()}
    return {grade.task: grade for grade in grades_of(pack, Answer(answers))}


def test_a_rare_finding_is_called_from_its_operating_point_on(pack):
    called, missed = graded(pack, herniation=0.12)["herniation"], graded(pack, herniation=0.09)["herniation"]
    assert (called.grade, called.label, missed.grade) == ("1", "yes", "0")
    # The probability stays what it is: of the grade that is called.
    assert called.probability == pytest.approx(0.12) and missed.probability == pytest.approx(0.91)
    assert called.call == missed.call and called.call.threshold == 0.1
    assert (
        called.call.in_words
        == "called at 10 % or more, by Youden's index; sensitivity 0.80, specificity 0.90 on 100 discs of 20 patients, "
        "held out"
    )
    assert called.told["operating_point"]["value"] == called.call.in_words
    other = graded(pack, bulging=0.4)["bulging"]
    assert other.call is None and other.grade == "0" and "operating_point" not in other.told


def test_a_call_survives_files(pack):
    for grade in graded(pack, herniation=0.12, bulging=0.7).values():
        assert Grade.from_json(json.loads(json.dumps(grade.to_json()))) == grade
    assert "call" not in graded(pack, bulging=0.7)["bulging"].to_json()
    [disc, *_] = synthetic_localization().discs
    row = DiscResult(disc, tuple(graded(pack, herniation=0.12, bulging=0.7).values())).to_json(rounded=True)
    rows = grades_rows({"study": "one", "discs": [row]})
    assert [one.get("called_from") for one in rows] == [None, 0.1] or [one.get("called_from") for one in rows] == [
        0.1,
        None,
    ]
    assert "called_from" in grades_columns(rows)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("youden", Rule("youden")),
        (" Likeliest", Rule("likeliest")),
        ("sensitivity:0.9", Rule("sensitivity", 0.9)),
        ("sensitivity=0.85", Rule("sensitivity", 0.85)),
        ("sensitivity:90%", Rule("sensitivity", 0.9)),
    ],
)
def test_rules_are_read(text, rule):
    assert read_rule(text) == rule and read_rule(str(rule)) == rule


@pytest.mark.parametrize(
    "text", ["", "yuden", "sensitivity", "sensitivity:", "sensitivity:2", "sensitivity:nan", "0.9"]
)
def test_no_rule_is_made_up(text):
    with pytest.raises(UsageError, match="choose youden|write a number from 0.5 to 0.99"):
        read_rule(text)


def test_a_user_chooses_the_rule_and_gets_the_grades_again(pack):
    [disc, *_] = synthetic_localization().discs
    result = DiscResult(disc, tuple(graded(pack, herniation=0.05, bulging=0.6).values()))
    of = {"spider": pack}

    def herniation(**rules: str) -> Grade:
        given = (
            {name.replace("_", "."): rule for name, rule in rules.items()} if "all" not in rules else {"": rules["all"]}
        )
        return called_again(result, read_rules(given), of).grade_of("spider", "herniation")

    assert herniation(all="likeliest").call is None and herniation(all="likeliest").grade == "0"
    sensitive = herniation(all="sensitivity:0.9")
    assert (sensitive.grade, sensitive.call.threshold) == ("1", 0.02) and sensitive.probability == pytest.approx(0.05)
    assert sensitive.call.rule_in_words == "sensitivity of at least 90 %"
    # Of the thresholds that are sensitive enough the most specific one.
    assert herniation(spider_herniation="sensitivity:0.6").call.threshold == 0.1
    assert called_again(result, {}, of) == result
    both = read_rules({"": "likeliest", "spider.herniation": "sensitivity:0.9"})
    assert calls_by(both, pack)["herniation"].threshold == 0.02
    # Grades of another version of the pack are left alone.
    assert called_again(result, both, {"spider": replace(pack, sha256="0" * 64)}) == result


def test_what_has_no_point_is_said(pack):
    assert missing_points({}, [pack]) == ()
    assert missing_points({"": Rule("likeliest")}, [pack]) == ()
    [sentence] = missing_points({"": Rule("youden")}, [pack])
    assert "Disc bulging, SPIDER" in sentence and "herniation" not in sentence and "likeliest" in sentence
    assert call_by(Rule("sensitivity", 0.99), POINTS) is None
    assert "Disc herniation, SPIDER" in missing_points({"": Rule("sensitivity", 0.99)}, [pack])[0]


def test_settings_refuse_unknown_rules_and_tasks():
    with pytest.raises(UsageError, match="no way 'best'"):
        Settings(calls={"": "best"})
    with pytest.raises(UsageError, match="no task hernia"):
        Settings(calls={"spider.hernia": "youden"})
    assert "calls" not in Settings().to_json()
    assert Settings(calls={"": "Youden"}).to_json()["calls"] == {"": "youden"}


def test_the_command_line_refuses_them_too(tmp_path, capsys):
    assert main(["grade", str(tmp_path), "-o", str(tmp_path / "out"), "--call", "best"]) == 2
    assert "no way 'best'" in capsys.readouterr().err


def test_the_grade_and_the_sum_of_it_never_contradict_each_other():
    system, shares = find_system("pfirrmann"), np.array([0.1, 0.2, 0.4, 0.2, 0.1])
    both = {"pfirrmann": shares, "high_grade": np.array([0.7, 0.3])}
    assert positions(system, both) == {"pfirrmann": 2, "high_grade": 0}
    point = call_by(Rule("youden"), replace(POINTS, youden=Point(0.25, 0.9, 0.8)))
    assert positions(system, both, {"high_grade": point}) == {"pfirrmann": 3, "high_grade": 1}


def test_a_site_recalibrates_probabilities_and_their_sum(tmp_path):
    pack = made_pack(
        tmp_path / "pfirrmann-net",
        system="pfirrmann",
        tasks=described("pfirrmann", "pfirrmann", "high_grade"),
        recalibration={"pfirrmann": Recalibration(2.0, [0.0, 0.0, 0.0, 1.0, 0.0])},
    )
    shares = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
    answer = Answer({"pfirrmann": TaskAnswer(shares), "high_grade": TaskAnswer(np.array([0.7, 0.3]))})
    found = {grade.task: grade for grade in grades_of(pack, answer)}
    weights = np.sqrt(shares) * np.exp([0, 0, 0, 1, 0])
    assert [*found["pfirrmann"].probabilities.values()] == pytest.approx(weights / weights.sum())
    assert found["high_grade"].probabilities["1"] == pytest.approx((weights / weights.sum())[3:].sum())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"operating_points": {"modic": {}}}, "operating_points.modic"),
        (
            {"operating_points": {"herniation": {"default": "youden", "curve": [], "chosen_on": "x"}}},
            "youden is missing",
        ),
        ({"recalibration": {"zone": {"temperature": 1.0, "bias": [0.0, 0.0]}}}, "recalibration.zone is not one"),
        ({"recalibration": {"herniation": {"temperature": 1.0, "bias": [0.0] * 3}}}, "3 entries, the task 2"),
        ({"recalibration": {"herniation": {"temperature": 0.0, "bias": [0.0, 0.0]}}}, "temperature"),
    ],
)
def test_a_pack_that_states_nonsense_is_refused(pack, change, words):
    redescribed(pack.folder, **change)
    with pytest.raises(PackError, match=words):
        read_pack(pack.folder)


def test_a_default_that_is_no_rule_is_refused(tmp_path):
    points = {"herniation": replace(POINTS, default="best")}
    pack = made_pack(tmp_path / "net", tasks=described("spider", "herniation"), operating_points=points)
    with pytest.raises(PackError, match="operating_points.herniation.default"):
        check_tasks(pack)


def test_every_shipped_task_of_two_grades_that_is_asked_by_itself_states_its_points():
    for pack in default_packs():
        two = [task for task, stated in pack.tasks.items() if len(stated["grades"]) == 2]
        own = [task for task in two if find_system(pack.system).task(task).sums is None]
        assert {*own} <= {*pack.operating_points}, pack.name
        for task, points in pack.operating_points.items():
            assert points.positives > 0 and "held out" in points.chosen_on
            rare = [*points.curve]
            assert [one.sensitivity for one in rare] == sorted(one.sensitivity for one in rare)
            assert [one.threshold for one in rare] == sorted((one.threshold for one in rare), reverse=True)
            # On digital spines alone nobody knows whether a threshold holds on patients.
            assert (task in default_calls(pack)) is (task in own and not pack.trained_on.synthetic)
