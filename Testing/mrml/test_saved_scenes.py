"""Scenes and readings that earlier versions saved are opened, show what they showed, and are read on.

The files in ``reference/saved/VERSION/`` were made by `saved_studies`, with what their scenes showed beside them.
"""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from desk.install import discgrader_module
from discgrader.errors import UsageError
from discgrader.mrml.bundle import read_bundle
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.nodes import study_nodes
from discgrader.mrml.readback import result_from_scene
from discgrader.reading.commands import WithdrawGrade
from discgrader.reading.disc_commands import DeleteDisc, SetLowest, ShiftLevels
from saved_studies import PFIRRMANN, SAVED, SmallEngine, small_phantom, state_of

VERSIONS = sorted(one.name for one in SAVED.iterdir() if one.is_dir())
STUDY = "phantom T2"
LEVELS = ["L4-L5", "L3-L4", "L2-L3", "L1-L2", "T12-L1", "T10-T11", "T11-T12"]


@pytest.fixture(params=VERSIONS)
def saved(request):
    """What a version saved, and a module's logic on an empty scene."""
    host = headless_scene()
    with discgrader_module(host) as module:
        logic = module.DiscGraderLogic(SmallEngine(small_phantom(1)))

        def open_scene(name):
            read_bundle(host, SAVED / request.param / f"{name}.mrb")
            return json.loads((SAVED / request.param / f"{name}.json").read_text(encoding="utf-8"))

        yield SimpleNamespace(folder=SAVED / request.param, scene=host.scene, logic=logic, open=open_scene, host=host)
        logic.close()


def corners(box) -> np.ndarray:
    return np.array([*box["matrix"], *box["size_mm"]])


def assert_shows(scene, before: dict, described: bool = True) -> None:
    """The scene shows the studies as they were when they were saved; what a box says in words is not in the file."""
    now = state_of(scene)
    assert now.keys() == before.keys()
    for study, kinds in before.items():
        assert now[study].keys() >= kinds.keys()
        for name, box in kinds["roi"].items():
            if "Copy" in name:
                continue
            assert corners(now[study]["roi"][name]) == pytest.approx(corners(box), abs=2e-3)
            assert now[study]["roi"][name]["color"] == pytest.approx(box["color"], abs=1e-3)
            assert not described or now[study]["roi"][name]["description"] == box["description"]
        # Maps were named after their grade alone then, and are until the study is read on.
        maps = {name.removeprefix("Saliency overlay, "): one for name, one in now[study].get("saliency", {}).items()}
        assert maps.keys() == kinds.get("saliency", {}).keys()
        for name, one in kinds.get("saliency", {}).items():
            assert maps[name]["bounds_mm"] == pytest.approx(one["bounds_mm"], abs=0.02)
            assert maps[name]["sum"] == pytest.approx(one["sum"], abs=0.01)
        assert rows(now, study) == rows(before, study)
        assert list(now[study]["segmentation"].values()) == list(kinds["segmentation"].values())
        assert now[study].get("herniation", {}).keys() == kinds.get("herniation", {}).keys()


def rows(state: dict, study: str) -> dict:
    """The cells of a study's table, whose numbers may be written in other digits, by level, system and task."""
    tables = state[study].get("table", {}).values()
    texts = ("grade", "label", "reader_grade", "status", "reason", "box", "pack")
    return {
        (row["level"], row["system"], row["task"]): {one: row.get(one, "") for one in texts}
        for table in tables
        for row in table
    }


def test_a_corrected_study_is_as_it_was_left(saved):
    before = saved.open("corrected")
    assert_shows(saved.scene, before, described=False)
    reading = saved.logic.reading(STUDY)
    assert set(reading.levels) == set(LEVELS) and reading.reader == "Dr. Müßig"
    assert_shows(saved.scene, before)
    lowest = reading.disc("L4-L5")
    assert (lowest.found_level, lowest.ai_grade(*PFIRRMANN).grade, lowest.reader_grade(*PFIRRMANN)) == (
        "L5-S1",
        "5",
        "4",
    )
    assert (lowest.decision(*PFIRRMANN).reason, lowest.decision(*PFIRRMANN).reader) == (
        "Höhe noch erhalten",
        "Dr. Müßig",
    )
    assert lowest.is_stale and lowest.box.size_mm[2] - lowest.found_box.size_mm[2] == pytest.approx(2.0, abs=1e-3)
    moved = reading.disc("L3-L4")
    assert [one.grade_of(*PFIRRMANN).grade for one in moved.gradings] == ["4", "5", "5"] and not moved.is_stale
    assert len(moved.corrections) == 2
    assert np.subtract(moved.corrections[0].new.center_lps_mm, moved.corrections[0].old.center_lps_mm) == pytest.approx(
        [0.0, -2.0, 1.0], abs=1e-3
    )
    assert reading.disc("L2-L3").status(*PFIRRMANN) == "accepted" and reading.disc("L1-L2").level_status == "accepted"
    assert reading.disc("T12-L1").margin_mm is None, "its height was set by hand"
    added = reading.disc("T11-T12")
    assert added.found_level is None and added.added.reader == "Dr. Müßig" and added.grading is None
    assert added.reader_grade(*PFIRRMANN) == "2" and added.decision(*PFIRRMANN).reason == "added by hand"
    [deleted] = [one for one in reading.discs if one.deleted]
    assert deleted.found_level == "T12-L1" and deleted.grading is not None
    assert reading.named.reader == "Dr. Müßig" and reading.renamings[-1].lowest == "L4-L5"
    assert saved.logic.readings.of().history.undo_words is None, "steps are of the day"


def test_a_study_is_read_on(saved):
    saved.open("corrected")
    logic = saved.logic
    logic.setOverride("L3-L4", *PFIRRMANN, "3")
    logic.readings.apply(DeleteDisc("T10-T11"))
    assert_levels(saved, {*LEVELS} - {"T10-T11"})
    logic.undo()
    assert_levels(saved, {*LEVELS})
    box = logic.readings.node("L4-L5")
    box.SetCenterWorld(0.0, 0.0, 0.0)
    assert logic.readings.of().history.undo_words == "Undo: move L4-L5 box"
    logic.regrade(box)
    shown = rows(state_of(saved.scene), STUDY)
    assert shown["L4-L5", *PFIRRMANN]["box"] == "" and shown["L3-L4", *PFIRRMANN]["reader_grade"] == "3"
    logic.undo()
    logic.undo()
    assert rows(state_of(saved.scene), STUDY)["L3-L4", *PFIRRMANN]["reader_grade"] == ""
    logic.readings.apply(ShiftLevels(-1))
    assert "L5-S1" in logic.reading().levels


def assert_levels(saved, levels) -> None:
    assert set(saved.logic.reading().levels) == set(levels)
    assert set(state_of(saved.scene)[STUDY]["roi"]) == set(levels)
    assert {level for level, *_ in rows(state_of(saved.scene), STUDY)} == set(levels) - {"T11-T12"}


def test_a_reading_of_a_file_takes_the_place_of_the_scenes(saved, tmp_path):
    before = saved.open("corrected")
    logic = saved.logic
    kept = logic.reading()
    logic.readings.decide(WithdrawGrade("L4-L5", *PFIRRMANN))
    logic.loadReading(saved.folder / "corrected.reading.json")
    assert logic.reading() == kept
    assert_shows(saved.scene, before)
    logic.undo()
    assert logic.reading().disc("L4-L5").status(*PFIRRMANN) == "unread"
    logic.redo()
    logic.saveReading(tmp_path / "again.reading.json")
    written = json.loads((tmp_path / "again.reading.json").read_text(encoding="utf-8"))
    assert_holds(written, json.loads((saved.folder / "corrected.reading.json").read_text(encoding="utf-8")))


def assert_holds(now, then) -> None:
    """All that an older file says; a later version may say more."""
    if isinstance(then, dict):
        assert now.keys() >= then.keys()
        for name in then:
            assert_holds(now[name], then[name])
    elif isinstance(then, list):
        for one, other in zip(now, then, strict=True):
            assert_holds(one, other)
    else:
        assert now == then


def test_the_report_of_a_scene_is_that_of_its_day(saved, tmp_path):
    saved.open("corrected")
    saved.logic.exportReport(tmp_path / "export")
    now, then = (
        json.loads(path.read_text(encoding="utf-8"))
        for path in (tmp_path / "export" / "grades.json", saved.folder / "corrected.grades.json")
    )
    assert now.keys() >= then.keys()
    # What a reader decided was among the warnings once; it stands with the grades now.
    assert now["warnings"] == [one for one in then["warnings"] if "Dr. Müßig says" not in one]
    assert now["study"] == then["study"] == STUDY
    decided = [grade for disc in now["discs"] for grade in disc["grades"] if grade["status"] == "overridden"]
    assert next((one["label"], one["final_label"], one["reader"], one["reason"]) for one in decided) == (
        "V",
        "IV",
        "Dr. Müßig",
        "Höhe noch erhalten",
    )
    assert [one["level"] for one in now["discs"]] == [one["level"] for one in then["discs"]]
    for one, other in zip(now["discs"], then["discs"], strict=True):
        assert [(g["system"], g["task"], g["grade"], g["label"]) for g in one["grades"]] == [
            (g["system"], g["task"], g["grade"], g["label"]) for g in other["grades"]
        ]
        assert one["not_graded"] == other["not_graded"]
        assert one["roi"]["center_ras_mm"] == pytest.approx(other["roi"]["center_ras_mm"], abs=1e-3)


def test_two_studies_and_copied_boxes(saved):
    before = saved.open("two_studies")
    assert [len(before[study]["roi"]) for study in ("found T2", "graded T2")] == [8, 7]
    logic = saved.logic
    with pytest.raises(UsageError, match="found T2, graded T2"):
        logic.reading()
    found, graded = logic.reading("found T2"), logic.reading("graded T2")
    assert len(found.present) == len(graded.present) == 7
    assert_shows(saved.scene, before)
    assert all(one.grading is None for one in found.present)
    assert graded.disc("L4-L5").reader_grade(*PFIRRMANN) == "3"
    assert graded.disc("L4-L5").ai_grade(*PFIRRMANN).grade == "4"
    copies = [
        node
        for node in (saved.scene.GetNthNode(number) for number in range(saved.scene.GetNumberOfNodes()))
        if node.IsA("vtkMRMLMarkupsROINode") and node.GetAttribute("DiscGrader.Kind") is None
    ]
    assert len(copies) == 2, "a box that somebody copied is no disc's"
    logic.readings.apply(ShiftLevels(1), "found T2")
    assert "L5-S1" not in logic.reading("found T2").levels and "L5-S1" in logic.reading("graded T2").levels
    logic.undo(study="found T2")
    assert logic.reading("found T2").levels == found.levels


def test_a_result_that_nobody_has_read_yet(saved, tmp_path):
    before = saved.open("graded")
    assert_shows(saved.scene, before, described=False)
    result = result_from_scene(saved.scene)
    assert [disc.disc.level for disc in result.discs][:5] == ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"]
    assert [disc.grade_of(*PFIRRMANN).grade for disc in result.discs][:5] == ["5", "4", "3", "2", "1"]
    assert result.not_graded == ("Not graded by scs: there is no axial T2.",)
    assert result.localization.name_doubts == ("The names are in doubt.",) and len(result.saliency) == 7
    assert not any(disc.is_stale for disc in saved.logic.reading().present), "its boxes differ by rounding alone"
    assert {row["box"] for row in rows(state_of(saved.scene), "phantom_1").values()} == {""}
    assert {len(disc.gradings) for disc in saved.logic.reading().present} == {1}
    maps = study_nodes(saved.scene, "phantom_1", "saliency")
    assert len(maps) == 7 and all(node.GetAttribute("DiscGrader.Number") for node in maps), "no map was lost with it"
    saved.logic.readings.reader = "Dr. B"
    saved.logic.setOverride("L1-L2", *PFIRRMANN, "3")
    assert rows(state_of(saved.scene), "phantom_1")["L1-L2", *PFIRRMANN]["reader_grade"] == "3"
    saved.logic.readings.apply(SetLowest("L5-S1"))
    saved.logic.exportReport(tmp_path / "export")
    exported = json.loads((tmp_path / "export" / "grades.json").read_text(encoding="utf-8"))
    assert exported["name_doubts"] == [] and "The names are in doubt." not in exported["warnings"]
    assert "Made up." in exported["warnings"]


def test_what_was_not_graded_is_among_the_warnings_of_still_older_scenes(saved):
    saved.open("graded")
    [node] = study_nodes(saved.scene, "phantom_1", "provenance")
    document = json.loads(node.GetText())
    for disc in document["discs"]:
        del disc["not_graded"]
    node.SetText(json.dumps(document))
    old = result_from_scene(saved.scene)
    assert old.not_graded == () and old.warnings[-1] == "Not graded by scs: there is no axial T2."
