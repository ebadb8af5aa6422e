"""A seventh grading system is one file and one pack: it is graded, written, reported, and stands in the panel.

The page "Add a system" (docs/contributing.md) tells the same in words.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from discgrader.errors import UsageError
from discgrader.grading.contradictions import Said, contradictions
from discgrader.grading.scales import load_scale
from discgrader.grading.systems import clear_system_cache, find_system, refused_systems, systems
from discgrader.packs.pack import default_packs
from discgrader.resources import ADDED
from fake_engine import FakeLocalizer, write_blocks

NAME, TASK = "pfirrmann-modified", "degeneration"
SCALE = {"scale": "pfirrmann_modified"}
SAYS = {"says": [{"of": "Disc narrowing", "absent": ["1", "2", "3", "4", "5"], "present": ["6", "7", "8"]}]}
SYSTEM = {
    "name": NAME,
    "title": "Disc degeneration, eight grades",
    "order": 15,
    "source": "Griffith JF et al. Modified Pfirrmann grading system. Spine 2007;32(24):E708-E712.",
    "highest": "L1-L2",
    "highest_because": "The paper grades lumbar discs.",
    "views": [
        {"name": "sagittal", "plane": "sagittal", "field_mm": 60.0, "offsets_mm": [-4.0, 0.0, 4.0]}
    ],
    "tasks": [{"name": TASK, "title": "Modified Pfirrmann grade", "short_title": "Mod.\nPfirr."} | SCALE | SAYS],
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def added(tmp_path_factory: pytest.TempPathFactory, torch: object) -> Iterator[Path]:
    """A folder with the system's file and its pack, which DiscGrader is told of."""
    folder = tmp_path_factory.mktemp("added")
    (folder / "Systems").mkdir()
    (folder / "Systems" / f"{NAME}.json").write_text(json.dumps(SYSTEM), encoding="utf-8")
    os.environ[ADDED] = str(folder)
    clear_system_cache()
    from tiny_packs import tiny_window_pack

    tiny_window_pack(folder / "Packs" / NAME, NAME)
    yield folder
    del os.environ[ADDED]
    clear_system_cache()


def test_it_stands_beside_the_six_in_its_place() -> None:
    assert list(systems())[:3] == ["pfirrmann", NAME, "spider"]
    assert {pack.system for pack in default_packs()} >= set(systems())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "other"}, "the file must have the same name"),
        ({"highest": "Q9"}, "names no disc"),
        ({"slice_by": "size"}, "not one of its tasks"),
        ({"tasks": []}, "entries"),
        ({"tasks": [{"name": "a", "title": "A", "scale": "none"}]}, "There is no scale none"),
        ({"tasks": [SYSTEM["tasks"][0] | {"evidence": ["height"]}]}, "not measured"),
        ({"tasks": [SYSTEM["tasks"][0] | {"follows": TASK}]}, "not another of its tasks"),
        ({"tasks": SYSTEM["tasks"] * 2}, "same name"),
        ({"tasks": [SYSTEM["tasks"][0] | {"phrases": {"9": "collapsed"}}]}, "the grade 9, which its scale does not"),
        (
            {"tasks": [SYSTEM["tasks"][0] | {"says": [{"of": "Height", "absent": ["0"]}]}]},
            "the grade 0, which its scale",
        ),
        ({"tasks": [SYSTEM["tasks"][0] | {"says": [{"of": "Height"}]}]}, "must name a thing"),
    ],
)
def test_a_file_that_describes_no_system_is_refused_and_takes_no_other_with_it(
    added: Path, change: dict, why: str
) -> None:
    path = added / "Systems" / "broken.json"
    path.write_text(json.dumps(SYSTEM | {"name": "broken"} | change), encoding="utf-8")
    clear_system_cache()
    try:
        assert NAME in systems() and why in refused_systems()["broken"]
        with pytest.raises(UsageError, match="broken"):
            find_system("broken")
    finally:
        path.unlink()
        clear_system_cache()


def test_it_may_contradict_the_six_by_what_its_file_says() -> None:
    grades = [Said(NAME, TASK, "7", 0.8), Said("spider", "narrowing", "0", 0.97)]
    (one,) = contradictions(grades)
    assert one.in_words() == (
        "Disc degeneration, eight grades: Modified Pfirrmann grade 7, 80 %; SPIDER: no disc narrowing, 97 %"
    )
    assert contradictions([Said(NAME, TASK, "5", 0.8), Said("spider", "narrowing", "0", 0.97)]) == ()


def test_a_folder_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from discgrader.pipeline.engine import choose_packs

    monkeypatch.setenv(ADDED, str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="nowhere, which is not a folder"):
        choose_packs(())


def test_it_is_graded_written_and_reported(tmp_path: Path) -> None:
    from discgrader.cli.main import main

    study, out = tmp_path / "study", tmp_path / "out"
    assert main(["phantom", "-o", str(study), "--seed", "3", "--series", "T2"]) == 0
    assert main(["grade", str(study), "-o", str(out), "--system", NAME]) == 0
    graded = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    levels = [disc["level"] for disc in graded["discs"] if systems()[NAME].covers(disc["level"])]
    grades = {disc["level"]: disc["grades"][0] for disc in graded["discs"] if disc["grades"]}
    assert list(grades) == levels and len(levels) >= 5
    scale = load_scale("pfirrmann_modified")
    for grade in grades.values():
        assert (grade["system"], grade["task"]) == (NAME, TASK)
        assert list(grade["probabilities"]) == list(scale.values) and grade["grade"] in scale.values
        assert "digital spines" in " ".join(grade["warnings"])
    assert len(list((out / "saliency").glob(f"*{NAME}*"))) == len(levels)
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "Modified Pfirrmann grade" in report and SYSTEM["title"] in report
    assert NAME in (out / "grades.csv").read_text(encoding="utf-8")
    assert main(["crops", str(study), "-o", str(tmp_path / "crops"), "--system", NAME]) == 0
    assert len(list((tmp_path / "crops").glob(f"*_{NAME}_sagittal.png"))) >= 5


def test_it_stands_in_the_table_and_among_the_systems_of_the_panel(desk, user, tmp_path: Path) -> None:
    from discgrader.grading.grader import Grader
    from discgrader.pipeline.engine import Engine
    from panel_reader import finish, know_only, shown

    panel, pack = desk.module.panel, next(pack for pack in default_packs() if pack.system == NAME)
    assert NAME in panel.packs
    with pytest.MonkeyPatch.context() as patch:
        know_only(patch, panel, (NAME,))
        desk.module.logic.jobs.engine = Engine(FakeLocalizer(), Grader([pack]), Grader.explain, [pack])
        user.open(write_blocks(tmp_path / "blocks"))
        finish(panel, user, panel.ui.findButton)
        finish(panel, user, panel.ui.gradeButton)
        cell = shown(panel, "L4-L5", (NAME, TASK))
        assert any(f">{label}</b>" in cell for label in load_scale("pfirrmann_modified").labels)
        header = panel.ui.gradeTable.horizontalHeaderItem
        assert any("Mod." in header(column).text() for column in range(panel.ui.gradeTable.columnCount))
