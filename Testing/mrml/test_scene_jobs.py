"""What is computed for a scene while its window goes on: order of events, moved boxes, and nodes that go away
meanwhile."""

import threading
import time
import weakref

import numpy as np
import pytest
from block_engine import BlockEngine
from discgrader.errors import StudyError, UsageError
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.jobs import SceneJobs
from discgrader.mrml.nodes import attribute, roi_from_node, rows_from_node, study_nodes
from discgrader.mrml.readback import result_from_scene
from discgrader.mrml.readings import SceneReadings
from discgrader.mrml.volumes import volume_to_node
from discgrader.pipeline.settings import Settings
from panel_reader import discs_in
from synthetic_result import synthetic_study

LEVELS = ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"]
PATIENCE_S = 60.0


class Notebook:
    """Hears how work goes."""

    def __init__(self):
        self.stages, self.levels, self.ends = [], [], []

    def __call__(self, event, data):
        if event == "progress":
            self.stages.append((data["stage"], data["fraction"]))
        elif event == "level":
            self.levels.append(data["level"])
        else:
            [value] = data.values() or [None]
            self.ends.append((event, value))


class HeldEngine(BlockEngine):
    """Grades the box's height above the patient's origin, and waits before it answers for as long as it is held."""

    def grade(self, study, settings, *, localization, graded, explained, **choices):
        answers = []
        result = super().grade(
            study, settings, localization=localization, graded=answers.append, explained=explained, **choices
        )
        self.places = getattr(self, "places", []) + [one.disc.roi.center_lps_mm for one in answers]
        for one in answers:
            graded(one)
        return result


@pytest.fixture
def scene():
    return headless_scene().scene


@pytest.fixture
def engine():
    return HeldEngine()


@pytest.fixture
def work(scene, engine):
    work = SceneJobs(SceneReadings(scene), engine)
    yield work
    work.close()


@pytest.fixture
def volumes(scene):
    t2, t1 = synthetic_study().series
    return {"T2": volume_to_node(scene, t2.volume, "my T2"), "T1": volume_to_node(scene, t1.volume, "my T1")}


@pytest.fixture
def graded(work, volumes):
    """A scene whose study was graded; gives its boxes by level."""
    work.grade(volumes, None, Settings())()
    return {attribute(node, "Level"): node for node in study_nodes(work.scene, "my T2", "roi")}


def until(work, so) -> None:
    end = time.monotonic() + PATIENCE_S
    while not so():
        assert time.monotonic() < end
        work.deliver(0.02)


def test_discs_are_found_while_the_window_goes_on(work, engine, volumes, scene):
    heard = Notebook()
    work.find(volumes, Settings(margin_mm=9.0, lowest_disc="L5-S1"), heard)
    assert work.busy and not engine.asked, "asking must not hold up whoever asks"
    with pytest.raises(UsageError, match="still running"):
        work.grade(volumes, None, Settings(), Notebook())
    until(work, lambda: heard.ends)
    [(end, rois)] = heard.ends
    assert end == "completed" and [node.GetName() for node in rois] == LEVELS and not work.running
    assert engine.asked == [("localize", ["T2", "T1"], 9.0, "L5-S1")]
    assert heard.stages == [("Finding discs", 0.5)]


def test_a_moved_box_is_graded_alone_in_the_same_nodes(work, engine, graded, scene):
    table = study_nodes(scene, "my T2", "table")[0]
    nodes = {node.GetID() for node in study_nodes(scene, "my T2")}
    maps = {node.GetID(): node.GetImageData().GetMTime() for node in study_nodes(scene, "my T2", "saliency")}
    graded["L3-L4"].SetCenterWorld(1.0, 2.0, 3.0)
    heard = Notebook()
    assert work.regrade(graded["L3-L4"], heard)() is table
    assert heard.levels == ["L3-L4"] and engine.asked[-1][1:4] == (["L3-L4"], ("pfirrmann", "spider"), True)
    assert {node.GetID() for node in study_nodes(scene, "my T2")} == nodes
    changed = [
        node for node in study_nodes(scene, "my T2", "saliency") if node.GetImageData().GetMTime() != maps[node.GetID()]
    ]
    assert [attribute(node, "Level") for node in changed] == ["L3-L4"]
    result = result_from_scene(scene)
    assert np.allclose(result.discs[2].disc.roi.center_lps_mm, (-1, -2, 3)) and len(rows_from_node(table)) == 15
    assert work.readings.of().history.undo_words == "Undo: move L3-L4 box"


def test_grades_follow_a_hand_and_leave_out_where_it_was(work, engine, graded, scene):
    engine.hold, box = threading.Event(), graded["L4-L5"]
    engine.places = []
    heard = [Notebook() for _ in range(6)]
    for step, one in enumerate(heard[:5]):
        box.SetCenterWorld(0.0, 0.0, float(step))
        work.regrade(box, one, live=True)
        work.deliver()
    assert [one.ends for one in heard[:5]] == [
        [],
        [("cancelled", None)],
        [("cancelled", None)],
        [("cancelled", None)],
        [],
    ]
    engine.hold.set()
    until(work, lambda: not work.running)
    assert heard[0].levels == heard[4].levels == ["L4-L5"] and heard[4].ends[-1][0] == "completed"
    assert [place[2] for place in engine.places] == [0.0, 4.0]
    assert [one[3] for one in engine.asked[-2:]] == [False, False], "saliency can wait for the hand"
    gradings = work.readings.of().reading.disc("L4-L5").gradings
    assert [one.box.center_lps_mm[2] for one in gradings][1:] == [4.0], "no grade is kept of where the box no longer is"
    engine.hold = threading.Event()
    work.regrade(box, heard[5], live=True)
    until(work, lambda: engine.asked[-1][3] is False and len(engine.asked) > 4)
    last = Notebook()
    box.SetCenterWorld(0.0, 0.0, 9.0)
    work.regrade(box, last)
    work.deliver()
    engine.hold.set()
    until(work, lambda: not work.running)
    assert heard[5].ends == [("cancelled", None)] and last.ends[-1][0] == "completed"
    assert engine.places[-1][2] == 9.0 and engine.asked[-1][3] is True
    assert not work.readings.of().reading.disc("L4-L5").is_stale


def test_what_is_graded_already_where_the_hand_lets_go_is_not_begun_anew(work, engine, graded):
    engine.hold, box, live, last = threading.Event(), graded["L4-L5"], Notebook(), Notebook()
    box.SetCenterWorld(0.0, 0.0, 4.0)
    work.regrade(box, live, live=True)
    until(work, lambda: len(engine.asked) == 3)
    wait = work.regrade(box, last)
    engine.hold.set()
    wait()
    assert live.ends[-1][0] == last.ends[-1][0] == "completed" and live.levels == last.levels == ["L4-L5"]
    assert [one[3] for one in engine.asked[-2:]] == [False, True], "it is explained after its grade is known"


def test_a_box_moved_while_all_are_graded_stays_and_is_graded_anew(work, engine, volumes, graded, scene):
    engine.hold, heard, box = threading.Event(), Notebook(), graded["L2-L3"]
    work.grade(volumes, None, Settings(), heard)
    until(work, lambda: len(engine.asked) == 3)
    box.SetCenterWorld(7.0, 8.0, 9.0)
    assert work.regrade(box, Notebook(), live=True) is None
    engine.hold.set()
    until(work, lambda: not work.running)
    assert heard.levels == [*LEVELS, "L2-L3"] and [end for end, _ in heard.ends] == ["completed"]
    assert roi_from_node(box).center_lps_mm == pytest.approx([-7, -8, 9])
    assert result_from_scene(scene).discs[3].disc.roi.center_lps_mm == pytest.approx([-7, -8, 9])


@pytest.mark.parametrize("what", ["volume", "box", "all boxes"])
def test_what_is_deleted_while_it_is_graded(work, engine, volumes, graded, scene, what):
    engine.hold, heard = threading.Event(), Notebook()
    work.grade(volumes, None, Settings(), heard)
    until(work, lambda: len(engine.asked) == 3)
    gone = {"volume": [volumes["T1"]], "box": [graded["L4-L5"]], "all boxes": list(graded.values())}[what]
    for node in gone:
        scene.RemoveNode(node)
    if what != "volume":
        engine.hold.set()
    until(work, lambda: heard.ends)
    engine.hold.set()
    [(end, value)] = heard.ends
    if what == "volume":
        assert end == "error" and isinstance(value, StudyError)
        assert str(value) == "my T1 was removed from the scene while it was in use, so the computation was stopped."
        assert len(study_nodes(scene, "my T2", "saliency")) == 5, "what was graded before is still there"
    elif what == "box":
        assert end == "completed" and {row["level"] for row in rows_from_node(value)} == {*LEVELS} - {"L4-L5"}
        assert not scene.GetFirstNodeByName("Saliency overlay, L4-L5 Pfirrmann grade"), "its map goes with it"
    else:
        assert end == "error" and "All boxes were deleted" in str(value)


def test_a_box_that_cannot_be_graded_says_why(work, volumes, graded, scene):
    heard = Notebook()
    work.regrade(scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "mine"), heard)
    until(work, lambda: heard.ends)
    assert "box mine has not been graded yet" in str(heard.ends[0][1])
    scene.RemoveNode(volumes["T1"])
    with pytest.raises(UsageError, match="series 'my T1' is no longer in the scene"):
        work.regrade(graded["L4-L5"], Notebook())()


def test_closing_the_scene_stops_everything(work, engine, volumes, graded):
    engine.hold, heard, live = threading.Event(), Notebook(), Notebook()
    work.regrade(graded["L4-L5"], live, live=True)
    work.deliver()
    work.forget()
    assert live.ends == [("cancelled", None)] and not work.running
    work.grade(volumes, None, Settings(), heard)
    work.cancel()
    assert heard.ends == [("cancelled", None)], "what has not begun is stopped at once"
    engine.hold.set()


def test_a_volume_is_read_anew_only_when_it_was_changed(work, volumes, graded, scene):
    held = work.readings.cache
    first, segmentation = (held.series(volumes["T2"], "T2"), discs_in(scene, "my T2", held).segmentation)
    assert held.series(volumes["T2"], "T2") is first
    assert discs_in(scene, "my T2", held).segmentation is segmentation
    graded["L4-L5"].SetCenterWorld(1.0, 2.0, 3.0)
    assert held.series(volumes["T2"], "T2") is first
    volumes["T2"].GetImageData().GetPointData().GetScalars().SetComponent(0, 0, 77)
    volumes["T2"].GetImageData().GetPointData().GetScalars().Modified()
    second = held.series(volumes["T2"], "T2")
    assert second is not first and second.volume.array.flat[0] == 77
    volumes["T2"].SetOrigin(1.0, 2.0, 3.0)
    third = weakref.ref(held.series(volumes["T2"], "T2").volume)
    assert third() is not None and third() is not second.volume
    scene.RemoveNode(volumes["T2"])
    held.series(volumes["T1"], "T1")
    assert third() is None, "of what has left the scene nothing is kept"
