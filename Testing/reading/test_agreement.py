"""Agreement between readings: coefficients against published examples and scikit-learn, pairing, and the command."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.errors import UsageError
from discgrader.localize.box import RoiBox
from discgrader.reading.agreement import agreement, cohen_kappa, gwet_ac, observed_agreement, quadratic_weights
from discgrader.reading.commands import AcceptLevel, SetGrade, WithdrawGrade
from discgrader.reading.disc_commands import AddDisc, DeleteDisc, MoveBox, ShiftLevels
from discgrader.reading.files import save_reading
from discgrader.reading.history import History
from discgrader.reading.pairs import READER, Pair, Source, load_source, pair
from discgrader.reading.results import reading_of_result
from discgrader.reading.small_samples import discs_needed, small_sample
from discgrader.report.tables import write_grades_json
from synthetic_result import synthetic_result

PFIRRMANN = ("pfirrmann", "pfirrmann")


def pairs_of(table, studies=10):
    """One pair for each count of a table of Pfirrmann grades, dealt out to studies in turn."""
    cells = [(a, b) for a, row in enumerate(table) for b, count in enumerate(row) for _ in range(count)]
    return [
        Pair(f"s{n % studies}", "L4-L5", "L4-L5", *PFIRRMANN, str(a + 1), str(b + 1)) for n, (a, b) in enumerate(cells)
    ]


def random_table(seed, count=5):
    return np.random.default_rng(seed).integers(0, 12, (count, count))


def test_mammograms_of_altman():
    """Altman, Practical Statistics for Medical Research 1991, section 14.3: kappa 0.47, with linear weights 0.57."""
    table = [[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]]
    places = np.arange(4)
    assert cohen_kappa(table) == pytest.approx(0.47, abs=0.005)
    assert cohen_kappa(table, 1 - np.abs(places[:, None] - places) / 3) == pytest.approx(0.57, abs=0.005)


def test_the_paradox_of_kappa():
    """Two readers who agree on 118 of 125: kappa is -0.02, AC1 0.94 (Gwet, Statistical Methods for IRR 2002, no. 1)."""
    table = [[118, 5], [2, 0]]
    assert cohen_kappa(table) == pytest.approx(-0.0234, abs=5e-5)
    assert gwet_ac(table) == pytest.approx(0.9408, abs=5e-5)


def test_pregnancies_of_gwet():
    """Two abstractors, three kinds (Gwet's handbook; also the example of the package irrCAC): AC1 is 0.84933."""
    assert gwet_ac([[13, 0, 0], [0, 20, 7], [0, 4, 56]]) == pytest.approx(0.84933, abs=5e-6)


def test_mammograms_as_the_package_irrcac_has_them():
    """Values that the package irrCAC gives for Altman's table, to five digits."""
    table, weights = [[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]], quadratic_weights(4)
    assert gwet_ac(table) == pytest.approx(0.5292, abs=6e-6)
    assert gwet_ac(table, weights) == pytest.approx(0.85017, abs=6e-6)
    assert cohen_kappa(table, weights) == pytest.approx(0.67137, abs=6e-6)


def test_coefficients_and_their_intervals_stay_what_they_were():
    """Values of version 0.1.0; the package irrCAC 0.4.4 has the same to its five digits: kappa 0.60607 and, with
    quadratic weights, 0.8879, AC1 0.61236, AC2 0.90907."""
    table = [[14, 3, 0, 0, 0], [2, 11, 4, 0, 0], [0, 3, 16, 5, 1], [0, 0, 4, 12, 3], [0, 0, 1, 2, 9]]
    (found,) = agreement(pairs_of(table))
    for figure, *expected in (
        (found.percent, 68.88888888888887, 64.44444444444444, 73.33333333333334),
        (found.kappa, 0.6060653431295918, 0.550831653652835, 0.6634544150616241),
        (found.weighted_kappa, 0.8878956623681125, 0.8454903141657867, 0.9182694414521956),
        (found.ac1, 0.6123598746322609, 0.556470591616399, 0.6687338836179478),
        (found.ac2, 0.9090706485402272, 0.8729191686216913, 0.9358156475797691),
    ):
        assert (figure.value, figure.low, figure.high) == pytest.approx(tuple(expected), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_kappa_as_scikit_learn_has_it(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    table = random_table(seed)
    a, b = np.array([(a, b) for (a, b), count in np.ndenumerate(table) for _ in range(count)]).T
    assert cohen_kappa(table) == pytest.approx(metrics.cohen_kappa_score(a, b))
    weighted = metrics.cohen_kappa_score(a, b, weights="quadratic")
    assert cohen_kappa(table, quadratic_weights(5)) == pytest.approx(weighted)


@pytest.mark.parametrize("seed", range(5))
def test_ac2_as_gwet_defines_it(seed):
    """Disc by disc in plain loops, after the formula of the handbook."""
    table, count = random_table(seed, 4), 4
    rated = [pair for pair, times in np.ndenumerate(table) for _ in range(times)]

    def weight(k, m):
        return 1 - (k - m) ** 2 / (count - 1) ** 2

    observed = sum(weight(a, b) for a, b in rated) / len(rated)
    share = [sum((a == k) + (b == k) for a, b in rated) / (2 * len(rated)) for k in range(count)]
    total = sum(weight(k, m) for k in range(count) for m in range(count))
    chance = total / (count * (count - 1)) * sum(one * (1 - one) for one in share)
    assert gwet_ac(table, quadratic_weights(count)) == pytest.approx((observed - chance) / (1 - chance))


def test_bounds_and_what_is_not_defined():
    same = np.diag([3, 4, 5])
    assert cohen_kappa(same) == gwet_ac(same) == observed_agreement(same) == 1
    one_grade = [[9, 0], [0, 0]]
    assert np.isnan(cohen_kappa(one_grade)) and gwet_ac(one_grade) == 1
    assert np.isnan(cohen_kappa(np.zeros((3, 3)))) and np.isnan(gwet_ac(np.zeros((3, 3))))
    stacked = np.stack([random_table(n) for n in range(3)])
    assert np.allclose(cohen_kappa(stacked), [cohen_kappa(one) for one in stacked])


def test_the_interval_is_over_studies():
    """Discs of a study that are all alike tell no more than one of them: the interval is that of the studies."""
    alike = [Pair(f"s{n}", "", "", *PFIRRMANN, "3", "3" if n < 12 else "4") for n in range(20) for _ in range(5)]
    single = [Pair(f"s{n}", "", "", *PFIRRMANN, "3", "3" if n < 12 else "4") for n in range(20)]
    (many,), (few,) = agreement(alike), agreement(single)
    assert (many.n, many.studies, few.n) == (100, 20, 20)
    assert (many.percent.low, many.percent.high) == pytest.approx((few.percent.low, few.percent.high))
    # 60 % of 20: the binomial's 2.5 % and 97.5 % points are 8 and 16 of 20
    assert (few.percent.value, few.percent.low, few.percent.high) == pytest.approx((60, 40, 80), abs=5.01)


def test_figures_of_a_task():
    (found,) = agreement(pairs_of(random_table(3)))
    table = random_table(3)
    assert found.n == table.sum() and found.percent.value == pytest.approx(100 * np.trace(table) / table.sum())
    for figure, value in (
        (found.kappa, cohen_kappa(table)),
        (found.ac1, gwet_ac(table)),
        (found.weighted_kappa, cohen_kappa(table, quadratic_weights(5))),
        (found.ac2, gwet_ac(table, quadratic_weights(5))),
    ):
        assert figure.value == pytest.approx(value) and figure.low < figure.value < figure.high
    (again,) = agreement(pairs_of(random_table(3)))
    assert again == found
    (one_study,) = agreement(pairs_of(table, studies=1))
    assert np.isnan(one_study.kappa.low) and one_study.kappa.value == found.kappa.value


def test_no_weights_on_a_scale_without_order():
    (found,) = agreement([Pair("s", "", "", "spider", "modic", "1", "2")])
    assert found.weighted_kappa is None and found.ac2 is None
    with pytest.raises(UsageError, match="too few"):
        agreement([Pair("s", "", "", "spider", "modic", "1", "2")], draws=10)


def reading(reader, study="Müller 1", overrides=(), read=True, shift=0):
    """A reading of the made-up study: all accepted but for overrides of Pfirrmann grades."""
    result = synthetic_result()
    result = replace(result, study=replace(result.study, name=study))
    history = History(reading_of_result(result, reader))
    for level, grade in dict(overrides).items():
        history.apply(SetGrade(level, *PFIRRMANN, grade))
    if read:
        for level in history.reading.levels:
            history.apply(AcceptLevel(level))
    history.apply(ShiftLevels(shift))
    return history


def other_than(history, level):
    return "1" if history.reading.disc(level).ai_grade(*PFIRRMANN).grade != "1" else "3"


def source(*readings):
    return Source("x", READER, {one.reading.study: one.reading for one in readings})


def test_the_same_discs_are_compared_whatever_they_are_called():
    a, b = reading("A"), reading("B", shift=1)
    found = pair(source(a), source(b))
    assert found.discs == found.named_differently == len(a.reading.levels)
    assert all(one.grade_a == one.grade_b for one in found.pairs)
    level_a, level_b = found.pairs[0].level_a, found.pairs[0].level_b
    assert (level_a, level_b) == ("L5-S1", "L4-L5")


def test_deleted_added_and_unread_are_not_compared():
    a, b = reading("A"), reading("B")
    a.apply(DeleteDisc("L1-L2"))
    roi = b.reading.disc("L1-L2").box
    b.apply(AddDisc("T9-T10", RoiBox(roi.center_lps_mm + [0, 0, 150.0], roi.axes_lps, roi.size_mm)))
    b.apply(WithdrawGrade("L4-L5", *PFIRRMANN))
    found = pair(source(a), source(b))
    assert (found.only_a, found.only_b) == (0, 2) and found.discs == len(a.reading.levels)
    pfirrmann = {one.level_a for one in found.pairs if one.task == "pfirrmann"}
    assert "L4-L5" not in pfirrmann and "L3-L4" in pfirrmann


def test_moved_boxes_are_the_same_discs():
    a, b = reading("A"), reading("B")
    roi = b.reading.disc("L3-L4").box
    b.apply(MoveBox("L3-L4", RoiBox(roi.center_lps_mm + [2, 5, 4], roi.axes_lps, roi.size_mm)))
    found = pair(source(a), source(b))
    assert found.discs == len(a.reading.levels) and found.named_differently == 0


def run(*arguments):
    return main(["agree", *(str(one) for one in arguments)])


def test_two_readings(tmp_path, capsys):
    a, b = reading("Äbtissin"), reading("Bär")
    b.apply(SetGrade("L4-L5", *PFIRRMANN, other_than(b, "L4-L5")))
    for name, one in (("a", a), ("b", b)):
        save_reading(one.reading, tmp_path / f"{name}.reading.json")
    out = tmp_path / "Übereinstimmung"
    for _ in range(2):  # the second time over what the first has left
        assert run(tmp_path / "a.reading.json", tmp_path / "b.reading.json", "-o", out) == 0
    told = capsys.readouterr().out
    assert "pfirrmann pfirrmann: n = 5, 80.0 % agreement, kappa" in told
    assert "too few for these figures: 5 discs, and a kappa over these grades needs 50; 1 study, so no interval" in told
    with open(out / "agreement.csv", encoding="utf-8", newline="") as file:
        row = next(one for one in csv.DictReader(file) if one["task"] == "pfirrmann")
    assert (row["n"], row["studies"], row["percent"], row["percent_low"]) == ("5", "1", "80.0", "")
    document = json.loads((out / "agreement.json").read_text(encoding="utf-8"))
    assert document["a"]["readers"] == ["Äbtissin"] and document["discs"] == 5
    with open(out / "pairs.csv", encoding="utf-8", newline="") as file:
        differing = [one for one in csv.DictReader(file) if one["grade_a"] != one["grade_b"]]
    assert {(one["study"], one["level_a"]) for one in differing} == {("Müller 1", "L4-L5")}
    assert {one["task"] for one in differing} == {"pfirrmann", "high_grade"}, "the other grade is no high one"


def test_two_folders(tmp_path):
    for reader in "AB":
        (tmp_path / reader / "below").mkdir(parents=True)
        save_reading(reading(reader, "one").reading, tmp_path / reader / "eins.json")
        save_reading(reading(reader, "two").reading, tmp_path / reader / "below" / "zwei.reading.json")
    save_reading(reading("A", "three").reading, tmp_path / "A" / "drei.json")
    assert run(tmp_path / "A", tmp_path / "B", "-o", tmp_path / "out") == 0
    document = json.loads((tmp_path / "out" / "agreement.json").read_text(encoding="utf-8"))
    assert document["studies"] == 2 and document["studies_only_a"] == ["three"]
    task = next(one for one in document["tasks"] if one["task"] == "pfirrmann")
    assert task["n"] == 10 and task["kappa"] == {"value": 1.0, "low": 1.0, "high": 1.0}


def test_a_reading_and_what_the_ai_said(tmp_path):
    history = reading("A")
    history.apply(SetGrade("L4-L5", *PFIRRMANN, other_than(history, "L4-L5")))
    save_reading(history.reading, tmp_path / "a.reading.json")
    result = synthetic_result()
    write_grades_json(replace(result, study=replace(result.study, name="Müller 1")), tmp_path / "grades.json")
    assert run(tmp_path / "a.reading.json", tmp_path / "grades.json", "-o", tmp_path / "one") == 0
    assert run(tmp_path / "a.reading.json", "-o", tmp_path / "other") == 0
    one, other = (json.loads((tmp_path / name / "agreement.json").read_text()) for name in ("one", "other"))
    assert one["tasks"] == other["tasks"] and one["b"]["voice"] == other["b"]["voice"] == "ai"
    assert one["tasks"][0]["percent"]["value"] == 80
    assert load_source(tmp_path).voice == READER, "readings come before grades.json beside them"


@pytest.mark.parametrize(
    ("files", "arguments", "words"),
    [
        ({}, ("a.json", "b.json"), "does not exist"),
        (
            {"a.json": reading("A", "one"), "b.json": reading("B", "two")},
            ("a.json", "b.json"),
            "no study in common (one and two)",
        ),
        (
            {"a.json": reading("A"), "b.json": reading("B", read=False)},
            ("a.json", "b.json"),
            "unread grades do not count",
        ),
        ({"a.json": reading("A"), "b.json": "{}"}, ("a.json", "b.json"), "neither a reading nor a grades.json"),
        ({"a.json": reading("A"), "b.json": "{"}, ("a.json", "b.json"), "is not valid JSON"),
        (
            {"a.json": reading("A"), "b.json": '{"study": "x", "discs": [1]}'},
            ("a.json", "b.json"),
            "is 1, not an object",
        ),
        ({"f/a.json": reading("A"), "f/b.json": reading("B")}, ("f", "f"), "are both of the study Müller 1"),
        ({"f/a.txt": "x"}, ("f", "f"), "contains neither a reading nor a grades.json"),
        ({"a.json": '{"study": "x", "discs": []}'}, ("a.json",), "contains no reading; give a second file"),
        ({"a.json": reading("A")}, ("a.json", "--draws", "5"), "5 draws are too few"),
    ],
)
def test_bad_input(tmp_path, capsys, files, arguments, words):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        if isinstance(content, History):
            save_reading(content.reading, tmp_path / name)
        else:
            (tmp_path / name).write_text(content, encoding="utf-8")
    paths = [str(tmp_path / one) if one[0] in "abf" else one for one in arguments]
    assert run(*paths, "-o", tmp_path / "out") == 2
    line = capsys.readouterr().err
    assert words in line and line.count("\n") == 1 and not (tmp_path / "out").exists()


def test_a_folder_with_other_files_is_not_replaced(tmp_path, capsys):
    save_reading(reading("A").reading, tmp_path / "a.json")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("kept")
    assert run(tmp_path / "a.json", "-o", tmp_path / "out") == 1
    assert "already contains other files" in capsys.readouterr().err
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_what_there_is_too_little_of_is_said_and_written():
    few = agreement(pairs_of(np.diag([3, 4, 5, 0, 0])[:5], studies=4))[0].small
    assert (few.discs, few.studies, few.discs_needed) == (12, 4, 50)
    assert few.rare == (("I", 3), ("II", 4), ("IV", 0), ("V", 0))
    assert few.sentences[0] == "12 discs, and a kappa over these grades needs 50"
    assert any("4 studies, and below 20" in one for one in few.sentences)
    written = few.to_json()
    assert written["discs"] == 12 and written["studies_needed"] == 20 and written["in_words"] == list(few.sentences)


def test_enough_of_everything_says_nothing():
    many = agreement(pairs_of(np.diag([40] * 5) + 5, studies=40))[0].small
    assert many.sentences == () and many.to_json() is None


def test_a_wide_interval_and_five_grades():
    assert discs_needed(2) == 30 and discs_needed(5) == 50
    wide = small_sample(np.diag([30, 30]), ["no", "yes"], 25, 0.1, 0.6)
    assert wide.sentences == ("the 95 % interval of kappa is 0.50 wide",)
    assert small_sample(np.diag([30, 30]), ["no", "yes"], 25, np.nan, np.nan).sentences == ()
