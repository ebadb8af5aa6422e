"""Overrides, undo, redo and files of a reading through the module's logic, and what the scene shows of them."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from block_engine import BlockEngine
from desk.install import discgrader_module
from discgrader.errors import UsageError
from discgrader.mrml.bundle import read_bundle
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.nodes import rows_from_node, study_nodes
from discgrader.mrml.readback import result_from_scene
from discgrader.mrml.volumes import volume_to_node
from discgrader.reading.files import load_reading
from synthetic_result import synthetic_study

PFIRRMANN = ("pfirrmann", "pfirrmann")


@pytest.fixture
def scene():
    host = headless_scene()
    with discgrader_module(host) as module:
        logic = module.DiscGraderLogic(BlockEngine())
        logic.readings.reader = "Dr. Müßig"
        t2, t1 = synthetic_study().series
        volumes = {
            "T2": volume_to_node(host.scene, t2.volume, "my T2"),
            "T1": volume_to_node(host.scene, t1.volume, "my T1"),
        }
        logic.grade(volumes, saliency=False)
        yield SimpleNamespace(host=host, scene=host.scene, logic=logic, volumes=volumes)


def row(host, level):
    (table,) = study_nodes(host.scene, "my T2", "table")
    return next(one for one in rows_from_node(table) if (one["level"], one["task"]) == (level, "pfirrmann"))


def center(host, level):
    ras = [0.0, 0.0, 0.0]
    host.scene.GetFirstNodeByName(level).GetCenterWorld(ras)
    return ras


def test_an_override_stands_beside_the_grade_in_the_table(scene):
    before = row(scene, "L4-L5")
    scene.logic.setOverride("L4-L5", *PFIRRMANN, "5", "Höhe")
    after = row(scene, "L4-L5")
    said = {"reader_grade", "status", "reason"}
    assert all(after[name] == before[name] for name in before if name not in said) and before["grade"] == "4"
    assert (after["reader_grade"], after["status"], after["reason"]) == ("5", "overridden", "Höhe")
    assert row(scene, "L5-S1")["status"] == "unread"
    assert scene.logic.readings.of().history.undo_words == "Undo: set L4-L5, Pfirrmann to V"
    scene.logic.undo()
    assert (row(scene, "L4-L5")["reader_grade"], row(scene, "L4-L5")["status"]) == ("", "unread")
    scene.logic.redo()
    assert row(scene, "L4-L5")["reader_grade"] == "5"


def test_undo_of_a_corrected_box_brings_box_and_grade_back(scene):
    scene.logic.setOverride("L4-L5", *PFIRRMANN, "5")
    start, engine = center(scene, "L3-L4"), scene.logic.jobs.engine
    engine.made_up = changed_grade(engine.made_up, "L3-L4", "1", "I")
    node = scene.scene.GetFirstNodeByName("L3-L4")
    node.SetCenterWorld(1.0, 2.0, 3.0)
    scene.logic.regrade(node)
    assert row(scene, "L3-L4")["grade"] == "1"
    assert row(scene, "L4-L5")["reader_grade"] == "5", "grading a level anew lost an override of another"
    assert scene.logic.readings.of().history.undo_words == "Undo: move L3-L4 box"
    scene.logic.undo()
    assert center(scene, "L3-L4") == pytest.approx(start, abs=1e-4)
    assert (row(scene, "L3-L4")["grade"], row(scene, "L3-L4")["label"]) == ("3", "III")
    assert result_from_scene(scene.scene).discs[2].grade_of(*PFIRRMANN).grade == "3"
    scene.logic.redo()
    assert center(scene, "L3-L4") == pytest.approx([1, 2, 3], abs=1e-4) and row(scene, "L3-L4")["grade"] == "1"
    assert row(scene, "L4-L5")["reader_grade"] == "5"


def changed_grade(result, level, grade, label):
    def disc(one):
        if one.disc.level != level:
            return one
        grades = [replace(each, grade=grade, label=label) if each.task == "pfirrmann" else each for each in one.grades]
        return replace(one, grades=tuple(grades))

    return replace(result, discs=tuple(map(disc, result.discs)))


def test_saved_and_loaded_on_another_day(scene, tmp_path):
    scene.logic.setOverride("L4-L5", *PFIRRMANN, "5", "Höhe")
    path = tmp_path / "Größe.reading.json"
    scene.logic.saveReading(path)
    assert not scene.logic.readings.of().history.is_changed
    decision = load_reading(path).disc("L4-L5").decision(*PFIRRMANN)
    assert (decision.grade, decision.reader) == ("5", "Dr. Müßig")
    scene.logic.undo()
    assert row(scene, "L4-L5")["reader_grade"] == ""
    scene.logic.loadReading(path)
    assert row(scene, "L4-L5")["reader_grade"] == "5"
    scene.logic.undo()
    assert row(scene, "L4-L5")["reader_grade"] == ""


def test_the_scene_keeps_the_reading(scene):
    scene.logic.setOverride("L4-L5", *PFIRRMANN, "5")
    other = type(scene.logic)(BlockEngine())
    other.readings.reader = "Second"
    other.setOverride("L5-S1", *PFIRRMANN, "4")
    assert row(scene, "L4-L5")["reader_grade"] == "5"
    (text,) = study_nodes(scene.scene, "my T2", "reading")
    assert json.loads(text.GetText())["reader"] == "Second"
    readers = [disc["decisions"][0]["reader"] for disc in json.loads(text.GetText())["discs"][:2]]
    assert readers == ["Second", "Dr. Müßig"]
    third = type(scene.logic)(BlockEngine())
    third.grade(scene.volumes, saliency=False)
    assert row(scene, "L4-L5")["reader_grade"] == "5", "grading alone hid what the reader said"
    assert json.loads(text.GetText())["reader"] == "Second"


def test_a_spoiled_reading_in_the_scene_is_refused(scene):
    scene.logic.setOverride("L4-L5", *PFIRRMANN, "5")
    study_nodes(scene.scene, "my T2", "reading")[0].SetText("{")
    with pytest.raises(UsageError, match="the reading of my T2 in the scene is not a DiscGrader reading"):
        type(scene.logic)(BlockEngine()).undo()


def test_grading_all_anew_keeps_the_reading(scene):
    scene.logic.setOverride("L4-L5", *PFIRRMANN, "5")
    scene.logic.findDiscs(scene.volumes)
    scene.logic.grade(scene.volumes, saliency=False)
    assert (row(scene, "L4-L5")["grade"], row(scene, "L4-L5")["reader_grade"]) == ("4", "5")
    assert np.isfinite(float(row(scene, "L4-L5")["probability"]))


def test_a_closed_scene_has_no_reading(scene):
    scene.logic.setOverride("L4-L5", *PFIRRMANN, "5")
    scene.scene.Clear()
    for act in (lambda: scene.logic.setOverride("L4-L5", *PFIRRMANN, "5"), scene.logic.undo):
        with pytest.raises(UsageError, match="grade a study first"):
            act()


def test_bad_input(scene, tmp_path):
    for arguments, words in (
        (("L4-L5", *PFIRRMANN, "7"), "choose one of 1, 2, 3, 4, 5"),
        (("L9-S1", *PFIRRMANN, "3"), "has no disc L9-S1"),
        (("L4-L5", *PFIRRMANN, "3", "", "other"), "no results for other; it contains results for my T2"),
    ):
        with pytest.raises(UsageError, match=words):
            scene.logic.setOverride(*arguments)
    scene.logic.saveReading(tmp_path / "a.json")
    document = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    (tmp_path / "a.json").write_text(json.dumps({**document, "study": "other"}), encoding="utf-8")
    with pytest.raises(UsageError, match="is a reading of other, not of my T2"):
        scene.logic.loadReading(tmp_path / "a.json")
    with pytest.raises(UsageError, match="cannot be read"):
        scene.logic.loadReading(tmp_path / "none.json")


def test_a_saved_scene_brings_the_reading_back(scene, tmp_path, monkeypatch):
    scene.logic.setOverride("L4-L5", *PFIRRMANN, "5", "Höhe")
    start = center(scene, "L3-L4")
    node = scene.scene.GetFirstNodeByName("L3-L4")
    node.SetCenterWorld(1.0, 2.0, 3.0)
    scene.logic.regrade(node)
    monkeypatch.chdir(tmp_path)  # MRML leaves the working folder for the archive
    assert scene.scene.WriteToMRB(str(tmp_path / "a.mrb"))
    scene.scene.Clear()
    read_bundle(scene.host, tmp_path / "a.mrb")
    assert (row(scene, "L4-L5")["reader_grade"], row(scene, "L4-L5")["reason"]) == ("5", "Höhe")
    scene.logic.setOverride("L5-S1", *PFIRRMANN, "4")
    (text,) = study_nodes(scene.scene, "my T2", "reading")
    discs = json.loads(text.GetText())["discs"]
    assert [one["decisions"][0]["grade"] for one in discs[:2]] == ["4", "5"]
    assert discs[2]["corrections"][0]["old"]["center_ras_mm"] == pytest.approx(start, abs=1e-4)
