"""Grades as the readers of another data set give them, where a pack knows how."""

import json

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.errors import PackError, UsageError
from discgrader.grading.reader_habits import as_read_by, check_reader, known_readers
from discgrader.grading.results import DiscResult, Grade
from discgrader.grading.system import Answer, TaskAnswer, grades_of
from discgrader.grading.systems import scale_of
from discgrader.packs.description import Recalibration
from discgrader.packs.pack import Pack, read_pack
from discgrader.pipeline.settings import Settings
from plain_packs import made_pack, redescribed
from synthetic_result import synthetic_localization

MOSTLY_TWO = Recalibration(1.0, [0.0, 2.0, 0.0, -1.0, 0.0])
SHARES = np.array([0.3, 0.2, 0.1, 0.25, 0.15])


@pytest.fixture
def pack(tmp_path) -> Pack:
    scales = {name: scale_of("pfirrmann", name) for name in ("pfirrmann", "high_grade")}
    return made_pack(
        tmp_path / "pfirrmann-net",
        system="pfirrmann",
        tasks={name: {"scale": scale.name, "grades": list(scale.values)} for name, scale in scales.items()},
        readers={"Elsewhere": {"pfirrmann": MOSTLY_TWO}},
    )


def disc(pack: Pack) -> DiscResult:
    answer = Answer({"pfirrmann": TaskAnswer(SHARES), "high_grade": TaskAnswer(np.array([0.6, 0.4]))})
    return DiscResult(synthetic_localization().discs[0], tuple(grades_of(pack, answer)))


def by_task(result: DiscResult) -> dict[str, Grade]:
    return {grade.task: grade for grade in result.grades}


def test_a_grade_follows_the_habit_and_says_so(pack):
    before = by_task(disc(pack))
    after = by_task(as_read_by(disc(pack), "Elsewhere", {"pfirrmann": pack}))
    assert (before["pfirrmann"].label, after["pfirrmann"].label) == ("I", "II")
    wanted = SHARES * np.exp(MOSTLY_TWO.bias)
    assert [*after["pfirrmann"].probabilities.values()] == pytest.approx(wanted / wanted.sum())
    # The sum of IV and V follows, and never contradicts the grade.
    assert after["high_grade"].probabilities["1"] == pytest.approx((wanted[3] + wanted[4]) / wanted.sum())
    assert {one.read_as for one in after.values()} == {"Elsewhere"}
    assert after["pfirrmann"].told["read_as"]["value"] == "Elsewhere" and "read_as" not in before["pfirrmann"].told
    assert Grade.from_json(after["pfirrmann"].to_json()) == after["pfirrmann"]
    assert "read_as" not in before["pfirrmann"].to_json()


def test_grades_of_other_packs_and_other_readers_stay(pack, tmp_path):
    assert as_read_by(disc(pack), "", {"pfirrmann": pack}) == disc(pack)
    assert as_read_by(disc(pack), "Nobody", {"pfirrmann": pack}) == disc(pack)
    given = disc(pack)
    redescribed(pack.folder, version="2.0.0")
    assert as_read_by(given, "Elsewhere", {"pfirrmann": read_pack(pack.folder)}) == given


def test_a_reader_that_no_pack_knows_is_refused(pack):
    assert known_readers([pack]) == ("Elsewhere",)
    check_reader("Elsewhere", [pack])
    with pytest.raises(UsageError, match="No pack knows how the readers of 'Nobody' grade; choose one of Elsewhere"):
        check_reader("Nobody", [pack])
    with pytest.raises(UsageError, match="none of the packs knows"):
        check_reader("Nobody", [])


def test_a_pack_tells_whose_habits_it_knows(pack, capsys):
    assert main(["packs", "list", str(pack.folder)]) == 0
    assert "Grades as the readers of Elsewhere, too (--read-as)." in capsys.readouterr().out
    assert read_pack(pack.folder).readers == {"Elsewhere": {"pfirrmann": MOSTLY_TWO}}


def test_a_habit_with_too_few_grades_is_refused(pack):
    path = pack.folder / "pack.json"
    described = json.loads(path.read_text(encoding="utf-8"))
    described["readers"]["Elsewhere"]["pfirrmann"]["bias"] = [0.0, 1.0]
    path.write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(PackError, match=r"readers\.Elsewhere\.pfirrmann\.bias has 2 entries, the task 5 grades"):
        read_pack(pack.folder)


def test_the_choice_is_written_with_the_results():
    assert Settings(read_as="Sudirman").to_json()["read_as"] == "Sudirman"
    assert "read_as" not in Settings().to_json()
