"""The panel with the worker process: killed while it grades, stopped, and ended with the scene."""

import os
import signal

import pytest
from discgrader.pipeline.service import worker_service
from fake_engine import write_blocks
from panel_reader import LEVELS, PFIRRMANN, center_of, finish, is_said_to_be_moved, know_only, settled, shown
from places import SEARCHED
from worker_desk import until_gone


@pytest.fixture
def panel(desk, user, tmp_path, monkeypatch):
    """The panel with a study that was opened; the worker grades two discs and waits until the file ``go`` appears."""
    logic = desk.module.logic
    know_only(monkeypatch, desk.module.panel)
    options = {"hold": str(tmp_path / "go"), "after": 2}
    worker = worker_service("worker_engine:make", options, environment={"PYTHONPATH": SEARCHED})
    monkeypatch.setattr(logic.jobs, "worker", worker)
    monkeypatch.setattr(logic, "ensureDependencies", lambda: None)
    user.open(write_blocks(tmp_path / "blocks"))
    user.wait(0.1)
    yield desk.module.panel
    logic.close()


def kill(panel) -> None:
    os.kill(panel.logic.jobs.worker.runner.pid, signal.SIGKILL)


def grade_two(panel, user) -> None:
    user.click(panel.ui.gradeButton)
    user.until(lambda: len(panel.computation.live) == 2)


@pytest.mark.parametrize("boxes", ["known", "not known"])
def test_a_killed_worker_leaves_what_was_graded_and_grades_on(panel, user, tmp_path, boxes):
    if boxes == "known":
        finish(panel, user, panel.ui.findButton)
    grade_two(panel, user)
    kill(panel)
    settled(panel, user)
    assert "The worker process ended unexpectedly (signal 9) and was started again" in panel.ui.statusLabel.text
    assert panel.ui.gradeButton.text == "Grade" and not panel.ui.progressBar.visible
    assert panel.state.grid.levels == LEVELS
    assert {level for level, *_task in panel.state.grid.cells} == {"L5-S1", "L4-L5"}
    panel.set_grade(("L4-L5", *PFIRRMANN), "5")
    (tmp_path / "go").touch()
    finish(panel, user, panel.ui.gradeButton)
    assert panel.ui.statusLabel.text == "Graded." and len(panel.state.grid.cells) == 15
    assert "✎" in shown(panel, "L4-L5")


def test_a_worker_that_is_killed_while_all_is_graded_anew_loses_nothing(panel, user, tmp_path):
    (tmp_path / "go").touch()
    finish(panel, user, panel.ui.gradeButton)
    panel.set_grade(("L4-L5", *PFIRRMANN), "5")
    (tmp_path / "go").unlink()
    grade_two(panel, user)
    kill(panel)
    settled(panel, user)
    assert "started again" in panel.ui.statusLabel.text
    assert len(panel.state.grid.cells) == 15 and "✎" in shown(panel, "L4-L5")


def test_a_worker_that_is_killed_while_a_moved_box_is_graded_is_asked_again_by_the_next_move(panel, user, tmp_path):
    (tmp_path / "go").touch()
    finish(panel, user, panel.ui.gradeButton)
    kill(panel)
    x, y, z = center_of(panel, "L3-L4")
    panel.logic.readings.node("L3-L4").SetCenterWorld(x, y + 3.0, z)
    settled(panel, user)
    if "started again" in panel.ui.statusLabel.text:
        assert is_said_to_be_moved(panel, "L3-L4")
        panel.logic.readings.node("L3-L4").SetCenterWorld(x, y + 4.0, z)
        settled(panel, user)
    assert not is_said_to_be_moved(panel, "L3-L4") and len(panel.state.grid.cells) == 15


def test_a_stopped_grading_leaves_the_scene_as_it_was(panel, user, tmp_path):
    finish(panel, user, panel.ui.findButton)
    grade_two(panel, user)
    user.click(panel.ui.gradeButton)
    settled(panel, user)
    assert panel.ui.statusLabel.text.startswith("Stopped") and panel.state.grid.cells == {}
    (tmp_path / "go").touch()
    finish(panel, user, panel.ui.gradeButton)
    assert len(panel.state.grid.cells) == 15


def test_the_worker_ends_with_the_module_and_the_scene_can_be_closed_while_it_grades(panel, user, desk):
    grade_two(panel, user)
    worker = panel.logic.jobs.worker.runner.pid
    desk.files.close_scene()
    user.wait(0.1)
    assert not panel.computation.running and panel.state.grid.levels == ()
    panel.logic.close()
    until_gone(worker)
