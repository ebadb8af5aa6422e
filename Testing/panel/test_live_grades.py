"""A box that is moved is graded anew in its own study, whichever study the panel shows."""

from types import SimpleNamespace

import pytest
from block_engine import BlockEngine
from desk.install import discgrader_module
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.volumes import volume_to_node
from discgrader.panel.computation import LiveGrades
from discgrader.reading.disc_commands import ResetBox
from synthetic_result import synthetic_study

ONE, TWO = "study one", "study two"


@pytest.fixture
def desk():
    """Two graded studies of the same levels in one scene; the panel shows the second."""
    host = headless_scene()
    with discgrader_module(host) as module:
        logic = module.DiscGraderLogic(BlockEngine())
        for name in (ONE, TWO):
            logic.grade({"T2": volume_to_node(host.scene, synthetic_study().series[0].volume, name)}, saliency=False)
        asked, regrade = [], logic.regrade
        logic.regrade = lambda node, **options: (
            asked.append(node.GetAttribute("DiscGrader.Study")),
            regrade(node, **{**options, "waitForCompletion": True}),
        )
        said = []
        actions = SimpleNamespace(
            logic=logic, study=TWO, say=said.append, show=lambda: None,
            state=SimpleNamespace(study=SimpleNamespace(reading=logic.reading(TWO))),
        )  # fmt: skip
        live = LiveGrades(actions)
        logic.boxChanged = live.box_changed
        yield SimpleNamespace(logic=logic, live=live, asked=asked, said=said, actions=actions)
        logic.close()


def move(desk, study: str) -> None:
    node, center = desk.logic.readings.node("L3-L4", study), [0.0, 0.0, 0.0]
    node.GetCenterWorld(center)
    node.SetCenterWorld(center[0], center[1] + 4.0, center[2] + 2.0)


@pytest.mark.parametrize(("moved", "other"), [(ONE, TWO), (TWO, ONE)])
def test_a_moved_box_is_graded_in_its_own_study(desk, moved, other):
    before = desk.logic.reading(other).discs
    move(desk, moved)
    assert desk.asked == [moved]
    assert not desk.logic.reading(moved).disc("L3-L4").is_stale
    assert len(desk.logic.reading(moved).disc("L3-L4").gradings) == 2
    assert desk.logic.reading(other).discs == before
    assert desk.said[-1] == ("L3-L4 graded again." if moved == TWO else f"L3-L4 of {ONE} graded again.")


def test_undo_and_commands_of_the_other_study_regrade_it_too(desk):
    move(desk, ONE)
    desk.logic.readings.apply(ResetBox("L3-L4"), ONE)
    desk.logic.undo(ONE)
    assert set(desk.asked) == {ONE} and not desk.logic.reading(ONE).disc("L3-L4").is_stale


def test_only_the_study_that_is_shown_has_live_grades_in_the_table(desk):
    number = desk.logic.reading(ONE).disc("L3-L4").number
    assert number == desk.logic.reading(TWO).disc("L3-L4").number, "numbers repeat from study to study"
    assert desk.live.levels_of({(ONE, number)}) == {}
    assert desk.live.levels_of({(ONE, number), (TWO, number)}) == {(TWO, number): "L3-L4"}


def test_nothing_is_graded_in_a_study_that_was_not_graded_before(desk):
    scene = desk.logic.readings.scene
    desk.logic.findDiscs({"T2": volume_to_node(scene, synthetic_study().series[0].volume, "study three")})
    move(desk, "study three")
    assert desk.asked == []
