"""What a hand does to nodes becomes a command to the reading, and the scene only shows what the reading says."""

import json
from types import SimpleNamespace

import pytest
from block_engine import BlockEngine
from desk.install import discgrader_module
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.nodes import rows_from_node, study_nodes
from discgrader.mrml.volumes import volume_to_node
from discgrader.reading.commands import AcceptLevel, SetGrade
from discgrader.reading.disc_commands import DeleteDisc, ShiftLevels
from synthetic_result import synthetic_study

LEVELS = ("L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2")
PFIRRMANN = ("pfirrmann", "pfirrmann")
STUDY = "my T2"


@pytest.fixture
def reader():
    host = headless_scene()
    with discgrader_module(host) as module:
        logic = module.DiscGraderLogic(BlockEngine())
        logic.readings.reader = "Dr. A"
        told = []
        logic.noticed = told.append
        t2, t1 = synthetic_study().series
        logic.grade({
            "T2": volume_to_node(host.scene, t2.volume, STUDY), "T1": volume_to_node(host.scene, t1.volume, "my T1")
        })  # fmt: skip
        yield SimpleNamespace(scene=host.scene, logic=logic, told=told, module=module)
        logic.close()


def segment(reader, level):
    [node] = study_nodes(reader.scene, STUDY, "segmentation")
    segments = [node.GetSegmentation().GetNthSegment(n) for n in range(node.GetSegmentation().GetNumberOfSegments())]
    return next(one for one in segments if one.GetName() == level)


def text(reader, kind):
    [node] = study_nodes(reader.scene, STUDY, kind)
    return node


def test_a_box_or_segment_that_is_renamed_renames_the_disc(reader):
    for named in (reader.logic.readings.node("L1-L2"), segment(reader, "L1-L2")):
        named.SetName("T12-L1")
        assert set(reader.logic.reading().levels) == {*LEVELS[:4], "T12-L1"}
        assert reader.logic.readings.node("T12-L1").GetName() == segment(reader, "T12-L1").GetName() == "T12-L1"
        assert reader.scene.GetFirstNodeByName("Saliency overlay, T12-L1 Pfirrmann grade") is not None
        reader.logic.undo()
        assert reader.logic.reading().levels == LEVELS and reader.logic.readings.of().history.undo_words is None


@pytest.mark.parametrize("name", ["L4-L5", "my disc"])
def test_a_name_that_cannot_be_is_put_back_and_said(reader, name):
    box, shown = reader.logic.readings.node("L1-L2"), segment(reader, "L1-L2")
    box.SetName(name)
    shown.SetName(name)
    assert (box.GetName(), shown.GetName()) == ("L1-L2", "L1-L2") and len(reader.told) == 2
    assert reader.logic.reading().levels == LEVELS and reader.logic.readings.of().history.undo_words is None


def test_a_box_is_graded_with_saliency_where_a_hand_lets_go_though_it_was_graded_there_before(reader):
    logic, asked = reader.logic, []
    logic.boxChanged = lambda _study, _number, dragging: (asked.append(dragging), logic.regrade(box, live=dragging))
    box = logic.readings.node("L3-L4")
    box.InvokeEvent(box.PointStartInteractionEvent)
    box.SetCenterWorld(1.0, 2.0, 3.0)
    assert asked[-1] is True and not reader.logic.reading().disc("L3-L4").is_stale
    box.InvokeEvent(box.PointEndInteractionEvent)
    assert asked[-1] is False
    assert reader.scene.GetFirstNodeByName("Saliency overlay, L3-L4 Pfirrmann grade") is not None


def test_a_box_that_is_deleted_deletes_its_disc(reader):
    reader.scene.RemoveNode(reader.logic.readings.node("L3-L4"))
    assert reader.logic.readings.of().history.undo_words == "Undo: delete L3-L4"
    assert not any("L3-L4" in row["level"] for row in rows_from_node(text(reader, "table")))
    assert reader.scene.GetFirstNodeByName("Saliency overlay, L3-L4 Pfirrmann grade") is None
    reader.logic.undo()
    assert reader.logic.readings.node("L3-L4") is not None and reader.scene.GetFirstNodeByName(
        "Saliency overlay, L3-L4 Pfirrmann grade"
    )


def test_grades_json_and_table_are_written_and_never_read(reader):
    before = json.loads(text(reader, "provenance").GetText())
    text(reader, "provenance").SetText("nobody reads this")
    text(reader, "table").GetTable().Initialize()
    box = reader.logic.readings.node("L4-L5")
    box.SetCenterWorld(1.0, 2.0, 3.0)
    reader.logic.regrade(box)
    reader.logic.undo()
    assert json.loads(text(reader, "provenance").GetText()) == before
    assert len(rows_from_node(text(reader, "table"))) == 15


def test_what_another_script_makes_of_the_reading_is_a_step(reader):
    other = reader.module.DiscGraderLogic(BlockEngine())
    other.readings.reader = "Dr. B"
    other.setOverride("L4-L5", *PFIRRMANN, "5")
    assert reader.logic.reading().disc("L4-L5").decision(*PFIRRMANN).reader == "Dr. B"
    assert reader.logic.readings.of().history.undo_words == "Undo: external change"
    reader.logic.undo()
    assert other.reading().disc("L4-L5").decision(*PFIRRMANN) is None
    other.close()


def test_a_reading_takes_commands_where_there_is_no_scene(reader):
    reading = reader.logic.reading()
    read = reading.apply(SetGrade("L4-L5", *PFIRRMANN, "5", "collapsed")).apply(DeleteDisc("L1-L2"))
    assert read.disc("L4-L5").final_grade(*PFIRRMANN) == "5" and read.levels == LEVELS[:4]
    assert reader.logic.reading() is reading and reading.levels == LEVELS


def test_names_shift_where_an_accepted_grade_goes_with_the_name(reader):
    """A system that is not for the disc under its new name says nothing of it there, whatever was accepted before."""
    engine = reader.logic.jobs.engine
    reader.logic.readings.decide(AcceptLevel("L1-L2"))
    accepted = reader.logic.reading().disc("L1-L2")
    reader.logic.readings.apply(ShiftLevels(3))
    assert engine is reader.logic.jobs.engine and len(reader.logic.reading().present) == 5
    shifted = reader.logic.reading().numbered(accepted.number)
    assert all(shifted.final_grade(*task) is not None for task in shifted.tasks)
    reader.logic.undo()
    assert reader.logic.reading().disc("L1-L2") == accepted
