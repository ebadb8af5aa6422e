"""How the worker process crashes, starts again, and ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from discgrader.errors import DiscGraderError, PackError
from discgrader.pipeline.service import worker_service
from places import SEARCHED
from synthetic_result import synthetic_study
from worker_desk import PATIENCE_S, Desk, Notebook, alive, until_gone


def test_after_a_crash_it_starts_again_and_does_the_rest(opened_worker: Callable[..., Desk]) -> None:
    desk = opened_worker().ready()
    pid, crashing, waiting = desk.pid(), Notebook(), Notebook()
    desk.client.find(synthetic_study(name="crash"), crashing)
    desk.client.grade(synthetic_study(), waiting)
    desk.until(lambda: waiting.over)
    assert isinstance(crashing.error, DiscGraderError) and waiting.heard[-1] == ("finished",)
    [trouble] = desk.troubles()
    assert str(crashing.error) == trouble and "ended unexpectedly" in trouble and "started again" in trouble
    assert desk.pid() != pid and not alive(pid)


def test_killed_while_idle_it_is_back_before_the_next_click(opened_worker: Callable[..., Desk]) -> None:
    desk, note = opened_worker().ready(), Notebook()
    os.kill(desk.pid(), signal.SIGTERM)
    desk.until(lambda: bool(desk.troubles()))
    desk.until(lambda: desk.client.runner.ready)
    desk.client.find(synthetic_study(), note)
    desk.until(lambda: note.over)
    assert note.heard[-1] == ("finished",)


def test_an_engine_that_cannot_be_loaded_says_why(opened_worker: Callable[..., Desk], tmp_path: Path) -> None:
    desk, note = opened_worker(unusable=True), Notebook()
    desk.client.find(synthetic_study(), note)
    desk.until(lambda: note.over)
    assert isinstance(note.error, PackError) and "weights.safetensors was altered" in str(note.error)
    assert desk.troubles() == [str(note.error)] and not desk.client.runner.running

    die, again = tmp_path / "die", Notebook()
    die.touch()
    dying = opened_worker(die=str(die))
    dying.client.find(synthetic_study(), note := Notebook())
    dying.until(lambda: note.over)
    assert "could not start (status 7" in str(note.error) and not dying.client.runner.running
    die.unlink()
    dying.client.find(synthetic_study(), again)
    dying.until(lambda: again.over)
    assert again.heard[-1] == ("finished",)


def test_a_python_that_is_not_there_is_a_plain_error(tmp_path: Path) -> None:
    troubles, note = [], Notebook()
    client = worker_service(python=str(tmp_path / "Python Slicer"), notice=lambda kind, text: troubles.append(text))
    client.find(synthetic_study(), note)
    end = time.monotonic() + PATIENCE_S
    while not note.over and time.monotonic() < end:
        client.runner.poll(0.02)
    assert "could not start" in str(note.error) and "Python Slicer" in str(note.error) and len(troubles) == 1
    client.runner.close()


def test_closing_ends_it_and_keeps_nobody_waiting(opened_worker: Callable[..., Desk]) -> None:
    desk, note = opened_worker().ready(), Notebook()
    pid = desk.pid()
    desk.client.find(synthetic_study(name="deaf"), note)
    desk.client.runner.close()
    until_gone(pid)
    assert not desk.client.runner.busy and not desk.client.runner.poll() and not note.over


OWNER = """
import sys, time
from discgrader.pipeline.service import worker_service
client = worker_service("worker_engine:make")
client.runner.start()
while not client.runner.ready:
    client.runner.poll(0.05)
print(client.runner.pid, flush=True)
if sys.argv[1] == "wait":
    time.sleep(300)
"""


@pytest.mark.parametrize("how", ["killed", "ended"])
def test_it_ends_with_whoever_started_it(how: str) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, "wait" if how == "killed" else "leave"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": SEARCHED},
    )
    pid = int(owner.stdout.readline())
    if how == "killed":
        owner.kill()
    owner.wait(PATIENCE_S)
    owner.stdout.close()
    until_gone(pid)


STRANGER = """#!{python}
import json, subprocess, sys
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
told = sys.stdin.readline()
try:
    Client(json.loads(told)["address"], authkey=b"guessed").send("let me in")
except (AuthenticationError, EOFError, OSError) as error:
    print("refused:", type(error).__name__, flush=True)
sys.exit(subprocess.run([{python!r}, *sys.argv[1:]], input=told, text=True).returncode)
"""


def test_nobody_else_can_answer_in_its_place(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("the stranger is a script")
    stranger = tmp_path / "python"
    stranger.write_text(STRANGER.format(python=sys.executable))
    stranger.chmod(0o755)
    desk = Desk()
    desk.client = worker_service(
        "worker_engine:make",
        python=str(stranger),
        environment={"PYTHONPATH": SEARCHED},
        notice=lambda kind, text: desk.notices.append((kind, text)),
    )
    desk.ready()
    desk.until(lambda: any(text.startswith("refused: ") for kind, text in desk.notices))
    desk.client.runner.close()


def test_it_starts_through_a_launcher_in_a_folder_with_a_strange_name(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("the launcher is a shell script")
    launcher = tmp_path / "Bandscheiben für Ärzte" / "Python Slicer"
    launcher.parent.mkdir()
    launcher.write_text(f'#!/bin/sh\necho "starting Python"\n"{sys.executable}" "$@"\nexit $?\n')
    launcher.chmod(0o755)
    desk = Desk()
    desk.client = worker_service(
        "worker_engine:make",
        python=str(launcher),
        environment={"PYTHONPATH": SEARCHED},
        notice=lambda kind, text: desk.notices.append((kind, text)),
    )
    desk.ready()
    pid = desk.pid()
    assert ("log", "starting Python") in desk.notices and pid != desk.client.runner.launched_pid
    desk.client.runner.close()
    until_gone(pid)
