"""The phantom as sample data: rendered by a process of its own when it is asked for, and kept."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import slicer
from desk.install import discgrader_module
from discgrader.mrml.headless import headless_scene
from worker_desk import until_gone

SMALL = {"seed": 3, "series": ["T2"], "middle_slices": 1}


@pytest.fixture
def host():
    host = headless_scene()
    with discgrader_module(host):
        yield host


def made(host, folder, python=sys.executable, options=SMALL):
    from discgrader.panel.sample import PhantomSample

    told = {"nodes": [], "failed": []}
    return PhantomSample(python, host.scene, told["nodes"].extend, told["failed"].append, folder, options), told


def wait_for(sample, seconds=200):
    end = time.monotonic() + seconds
    while sample.running and time.monotonic() < end:
        slicer.app.processEvents()
        time.sleep(0.02)
    assert not sample.running


def test_rendered_once_then_read(host, tmp_path):
    folder = tmp_path / "cache" / "phantom"
    sample, told = made(host, folder)
    sample.load()
    assert sample.running and told["nodes"] == [], "the window waits for nothing"
    wait_for(sample)
    assert told["failed"] == [] and [node.GetName() for node in told["nodes"]] == ["sag_t2"]
    again, told = made(host, folder, python="there is no such Python")
    again.load()
    assert not again.running and len(told["nodes"]) == 1
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(host.scene)
    assert hierarchy.GetItemByName("DiscGrader phantom")


def launcher(folder) -> str:
    """A Python that is started as PythonSlicer starts it: by a process that waits for it and says something first."""
    path = folder / "Python Slicer"
    path.write_text(f'#!/bin/sh\necho "starting Python"\n"{sys.executable}" "$@"\nexit $?\n')
    path.chmod(0o755)
    return str(path)


def heard(number, seconds=60) -> int:
    """The number of a process as soon as it is known."""
    end = time.monotonic() + seconds
    while not number() and time.monotonic() < end:
        time.sleep(0.02)
    return number()


@pytest.mark.parametrize("when", ["at once", "while it renders"])
@pytest.mark.parametrize("launched", [False, True])
def test_given_up_leaves_nothing(host, tmp_path, launched, when):
    if launched and os.name != "posix":
        pytest.skip("the launcher is a shell script")
    sample, told = made(host, tmp_path / "phantom", launcher(tmp_path) if launched else sys.executable)
    sample.load()
    started = heard(lambda: sample.runner.launched_pid)
    pid = heard(lambda: sample.runner.pid) if when == "while it renders" else started
    assert (pid == started) != (launched and when == "while it renders")
    sample.stop()
    until_gone(started)
    until_gone(pid)
    assert not sample.running and told == {"nodes": [], "failed": []}
    assert not (tmp_path / "phantom").exists()


OWNER = """
import sys, time
from functools import partial
from pathlib import Path
from discgrader.jobs.job import Listener
from discgrader.jobs.process import ProcessRunner
from discgrader.phantom.render_job import render_study
runner = ProcessRunner()
runner.run(partial(render_study, Path(sys.argv[1]), {"seed": 3, "series": ["T2"], "middle_slices": 1}), Listener())
while not runner.pid:
    runner.poll(0.05)
print(runner.pid, flush=True)
time.sleep(300)
"""


def test_a_phantom_ends_with_the_window_that_asked_for_it(tmp_path):
    # As when the window crashes: nobody tells it to stop, but whoever asked is gone.
    owner = subprocess.Popen([sys.executable, "-c", OWNER, tmp_path / "phantom"], stdout=subprocess.PIPE)
    pid = int(owner.stdout.readline())
    owner.kill()
    owner.wait(20)
    owner.stdout.close()
    until_gone(pid)
    assert not (tmp_path / "phantom").exists()


@pytest.mark.parametrize("wrong", [{"python": "there is no such Python"}, {"options": {"seed": 1, "series": ["T9"]}}])
def test_what_goes_wrong_is_told_in_one_line(host, tmp_path, wrong):
    sample, told = made(host, tmp_path / "phantom", **wrong)
    sample.load()
    wait_for(sample)
    assert len(told["failed"]) == 1 and "\n" not in told["failed"][0]
    assert told["nodes"] == []


def test_a_changed_phantom_is_rendered_anew(host):
    from discgrader.panel.sample import OPTIONS, phantom_folder

    here = Path("cache")
    assert phantom_folder(here) == phantom_folder(here, dict(OPTIONS))
    assert phantom_folder(here, {"seed": 2}) != phantom_folder(here)


def test_offered_when_the_application_has_started(host):
    slicer.app.startupCompleted.emit()
    (source,) = slicer.modules.sampleDataSources["DiscGrader"]
    assert source.sampleName == "DiscGrader phantom" and callable(source.customDownloader)
    assert Path(source.thumbnailFileName).is_file()
