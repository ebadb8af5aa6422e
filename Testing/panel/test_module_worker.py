"""DiscGrader.py with the worker process: graded while the window stays free, with the fake engine over there."""

import time

import pytest
import slicer
from desk.install import discgrader_module
from discgrader.errors import StudyError
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.nodes import rows_from_node
from discgrader.mrml.readback import result_from_scene
from discgrader.mrml.volumes import volume_to_node
from discgrader.pipeline.service import worker_service
from places import SEARCHED
from synthetic_result import synthetic_study

LEVELS = ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"]


@pytest.fixture
def host():
    return headless_scene()


@pytest.fixture
def logic(host):
    worker = worker_service("worker_engine:make", environment={"PYTHONPATH": SEARCHED})
    with discgrader_module(host) as module:
        logic = module.DiscGraderLogic()
        logic.jobs.worker = worker
        yield logic
        logic.close()


def run_to_end(logic):
    end = time.monotonic() + 120
    while logic.jobs.running and time.monotonic() < end:
        slicer.app.processEvents()
    assert not logic.jobs.running


def test_the_module_grades_stops_and_regrades_by_the_worker(logic, host):
    t2, t1 = synthetic_study().series
    good = {"T2": volume_to_node(host.scene, t2.volume, "my T2"), "T1": volume_to_node(host.scene, t1.volume, "my T1")}
    deaf = {"T2": volume_to_node(host.scene, t2.volume, "deaf T2")}
    bad = {"T2": volume_to_node(host.scene, t2.volume, "bad T2")}
    heard = []

    def hear(event, data):
        heard.append((event, data))

    assert logic.grade(good, waitForCompletion=False, eventCallback=hear) is None
    run_to_end(logic)
    assert heard[-1][0] == logic.COMPLETED and len(rows_from_node(heard[-1][1]["table"])) == 15
    assert [data["level"] for event, data in heard if event == logic.LEVEL] == LEVELS
    fractions = [data["fraction"] for event, data in heard if event == logic.PROGRESS]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert len(result_from_scene(host.scene).saliency) == 15

    heard.clear()
    host.scene.GetFirstNodeByName("L3-L4").SetCenterWorld(1.0, 2.0, 3.0)
    logic.regrade(host.scene.GetFirstNodeByName("L3-L4"), waitForCompletion=False, eventCallback=hear)
    run_to_end(logic)
    assert [data["level"] for event, data in heard if event == logic.LEVEL] == ["L3-L4"]
    assert heard[-1][0] == logic.COMPLETED and len(rows_from_node(heard[-1][1]["table"])) == 15
    assert result_from_scene(host.scene).discs[2].disc.roi.center_lps_mm == pytest.approx([-1, -2, 3])

    heard.clear()
    logic.grade(deaf, waitForCompletion=False, eventCallback=hear)
    logic.cancel()
    run_to_end(logic)
    assert heard[-1] == (logic.CANCELLED, {})

    logic.grade(bad, waitForCompletion=False, eventCallback=hear)
    run_to_end(logic)
    assert heard[-1][0] == logic.ERROR and isinstance(heard[-1][1]["error"], StudyError)
