"""The worker process that serves the screen: its results and the order of events, and how it is stopped."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from discgrader.errors import StudyError, UsageError
from discgrader.imaging.study import Study
from discgrader.jobs.process import STOP_SECONDS
from discgrader.phantom.study import make_study
from discgrader.pipeline.engine import Engine
from discgrader.pipeline.service import worker_service
from discgrader.pipeline.settings import Settings
from discgrader.progress import Progress
from fake_engine import FakeMaker
from synthetic_result import synthetic_localization, synthetic_study
from worker_desk import PATIENCE_S, Desk, Notebook, alive, moved, same


def test_it_finds_and_grades_as_the_engine_does_here(opened_worker: Callable[..., Desk]) -> None:
    desk, study = opened_worker(noise=True).ready(), synthetic_study(name="Müller, zweite")
    finding, grading, whole = Notebook(), Notebook(), Notebook()
    desk.client.find(study, finding, Settings(margin_mm=9.0))
    desk.until(lambda: finding.over)
    found = finding.value()
    desk.client.grade(study, grading, Settings(systems=["pfirrmann"]), localization=found)
    desk.client.grade(study, whole)
    desk.until(lambda: whole.over)
    here = FakeMaker()()
    found_here = here.localize(study, Settings(margin_mm=9.0))
    assert same(grading.value(), here.grade(study, Settings(systems=("pfirrmann",)), localization=found_here))
    assert same(whole.value(), here.grade(study))
    assert grading.value().study is study and grading.value().discs[0].disc is found.discs[0]
    levels = [disc.level for disc in found.discs]
    kinds = [one for one in grading.heard if one[0] != "progressed"]
    assert kinds == [("graded", level) for level in levels] + [("explained", level) for level in levels] + [
        ("finished",)
    ]
    assert whole.heard.index(("found", 5)) < whole.heard.index(("graded", levels[0]))
    stages = [one[1] for one in whole.heard if one[0] == "progressed"]
    assert list(dict.fromkeys(stages)) == ["Finding discs", "Grading", "Explaining"]
    said = " ".join(text for kind, text in desk.notices if kind == "log")
    assert "a library says hello" in said and "so does one below Python" in said


def test_discs_that_grading_finds_have_the_margin_that_was_asked_for(opened_worker: Callable[..., Desk]) -> None:
    desk, study, whole = opened_worker().ready(), synthetic_study(), Notebook()
    desk.client.grade(study, whole, Settings(margin_mm=12.0, saliency=False))
    desk.until(lambda: whole.over)
    assert same(whole.value(), FakeMaker()().grade(study, Settings(margin_mm=12.0, saliency=False)))


def test_one_box_is_graded_alone(opened_worker: Callable[..., Desk]) -> None:
    desk, study, known = opened_worker().ready(), synthetic_study(), synthetic_localization()
    here = FakeMaker()()
    corrected = moved(known, "L3-L4", 2.0)
    one = Notebook()
    desk.client.regrade(study, corrected, "L3-L4", one, Settings(systems=["spider"], saliency=False))
    desk.until(lambda: one.over)
    disc = corrected.discs[2]
    expected = here.grade(study, Settings(systems=("spider",), saliency=False), localization=corrected.alone(disc))
    assert same(one.value(), expected)
    assert one.value().localization.discs == (disc,) and one.value().discs[0].disc is disc
    assert [other.level for other in one.value().localization.others] == ["L5-S1", "L4-L5", "L2-L3", "L1-L2"]


def test_a_volume_is_sent_once(opened_worker: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    desk, study = opened_worker().ready(), synthetic_study()
    asked = []
    send = desk.client.runner.send
    monkeypatch.setattr(desk.client.runner, "send", lambda message: (asked.append(message), send(message)))
    found = Notebook()
    desk.client.find(study, found)
    desk.until(lambda: found.over)
    for step in range(3):
        note = Notebook()
        desk.client.regrade(study, moved(found.value(), "L4-L5", step), "L4-L5", note, Settings(saliency=False))
        desk.until(lambda note=note: note.over)
    # What is found over there stays there; beside volumes little is sent.
    assert [len(message.shared) for message in asked] == [2, 0, 0, 0]
    assert all(len(message.body[0]) < 20_000 and not message.body[1] for message in asked)
    note = Notebook()
    changed = replace(study.series[0], volume=study.series[0].volume.with_array(study.series[0].volume.array + 1))
    desk.client.grade(replace(study, series=(changed, study.series[1])), note)
    desk.until(lambda: note.over)
    assert [list(message.shared.values()) for message in asked[4:]] == [[changed.volume]]
    assert len(asked[4].dropped) == 2 and note.value() is not None


def test_errors_are_those_of_the_engine(opened_worker: Callable[..., Desk]) -> None:
    desk = opened_worker().ready()
    notes = [Notebook(), Notebook(), Notebook()]
    desk.client.find(synthetic_study(name="bad"), notes[0])
    desk.client.find(synthetic_study(name="broken"), notes[1])
    desk.client.regrade(synthetic_study(), synthetic_localization(), "C2-C3", notes[2])
    desk.until(lambda: notes[2].over)
    assert isinstance(notes[0].error, StudyError) and "check that it shows a lumbar spine" in str(notes[0].error)
    assert "failed unexpectedly (ZeroDivisionError: division by zero)" in str(notes[1].error)
    assert "blocks has no disc C2-C3; its discs are L5-S1" in str(notes[2].error)
    # What it prints comes by another way than what it answers, and may come later.
    desk.until(lambda: any("Traceback" in text for kind, text in desk.notices))
    one = synthetic_study().series[0]
    odd = replace(one, volume=one.volume.with_array(one.volume.array.astype(complex)))
    with pytest.raises(UsageError, match="complex128 cannot be sent"):
        desk.client.find(Study("odd", (odd,)), Notebook())
    assert not desk.client.runner.busy and not desk.troubles()


# Stopping


def test_work_is_stopped_and_other_work_goes_on(opened_worker: Callable[..., Desk]) -> None:
    desk = opened_worker().ready()
    slow, waiting, after = Notebook(), Notebook(), Notebook()
    desk.client.find(synthetic_study(name="slow"), slow)
    desk.until(lambda: ("progressed", "Finding discs") in slow.heard)
    desk.client.find(synthetic_study(), waiting)
    desk.client.runner.cancel(waiting.number)
    desk.until(lambda: waiting.over)
    assert not slow.over, "taking back what waits must not disturb what is being computed"
    desk.client.runner.cancel(slow.number)
    desk.client.find(synthetic_study(), after)
    desk.until(lambda: after.over)
    assert [note.heard[-1] for note in (slow, waiting, after)] == [("stopped",), ("stopped",), ("finished",)]
    assert waiting.heard == [("stopped",)] and not desk.troubles()


def test_what_cannot_be_interrupted_is_ended_and_others_go_on(opened_worker: Callable[..., Desk]) -> None:
    desk = opened_worker().ready()
    pid, deaf, other = desk.pid(), Notebook(), Notebook()
    desk.client.find(synthetic_study(name="deaf"), deaf)
    desk.client.find(synthetic_study(), other)
    desk.until(lambda: ("progressed", "Finding discs") in deaf.heard)
    desk.client.runner.cancel(deaf.number)
    time.sleep(STOP_SECONDS)
    desk.client.runner.poll()
    assert deaf.heard[-1] == ("stopped",)
    desk.until(lambda: other.over)
    assert other.heard[-1] == ("finished",) and desk.pid() != pid and not alive(pid) and not desk.troubles()


def test_grades_follow_a_moving_box(opened_worker: Callable[..., Desk], tmp_path: Path) -> None:
    hold = tmp_path / "go"
    desk, study, known = opened_worker(hold=str(hold)).ready(), synthetic_study(), synthetic_localization()
    steps = [Notebook() for _ in range(5)]
    apart = Notebook()
    for number, note in enumerate(steps):
        desk.client.regrade(study, moved(known, "L4-L5", number), "L4-L5", note)
        if not number:
            desk.client.regrade(study, known, "L5-S1", apart)
            desk.until(lambda: steps[0].heard)
    hold.touch()
    desk.until(lambda: steps[-1].over and apart.over)
    graded, stopped = ("graded", "L4-L5"), ("stopped",)
    assert [one for one in steps[0].heard if one[0] not in ("progressed", "explained")] == [graded, stopped]
    assert all(note.heard == [stopped] for note in steps[1:-1])
    assert steps[-1].heard[-1] == apart.heard[-1] == ("finished",)
    assert np.array_equal(steps[-1].value().discs[0].disc.roi.center_lps_mm, known.discs[1].roi.center_lps_mm + 4)


# The real engine


@pytest.mark.slow
def test_the_real_engine_says_the_same_here_and_there(torch: object, opened_worker: Callable[..., Desk]) -> None:
    study = make_study(4, {"L4-L5": 5, "L2-L3": 1}, series=("T2", "T1"), middle_slices=3).study
    client = worker_service()
    note, one = Notebook(), Notebook()
    client.grade(study, note)
    end = time.monotonic() + 10 * PATIENCE_S
    while not note.over and time.monotonic() < end:
        client.runner.poll(0.1)
    here = Engine.default()
    expected = here.grade(study, progress=Progress())
    assert same(note.value(), expected)
    level = expected.discs[1].disc.level
    client.regrade(study, note.value().localization, level, one)
    while not one.over and time.monotonic() < end:
        client.runner.poll(0.1)
    client.runner.close()
    apart = expected.localization.alone(expected.discs[1].disc)
    assert same(one.value(), here.grade(study, localization=apart))
