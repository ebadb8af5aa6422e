"""Closing the desk leaves nothing behind, and it opens on a real screen."""

import os
import shutil
import subprocess
import sys

import pytest
import slicer
import vtk
from places import SEARCHED

from desk.desk import Desk
from desk.user import User


def test_closing_leaves_nothing_behind(tmp_path, study):
    gone = []
    # Python may collect an observer that only VTK holds while VTK can still call it; so they are held here.
    observers = {name: lambda *_, name=name: gone.append(name) for name in ("scene", "volume")}
    with Desk(log_folder=tmp_path / "log", testing=True) as desk:
        desk.show()
        User(desk).open(study)
        desk.scene.AddObserver(vtk.vtkCommand.DeleteEvent, observers["scene"])
        volume = slicer.util.getNode("T2_sag")
        volume.AddObserver(vtk.vtkCommand.DeleteEvent, observers["volume"])
        del volume
    assert not hasattr(slicer, "mrmlScene") and "qt" not in sys.modules and "DiscGrader" not in sys.modules
    assert sys.excepthook is sys.__excepthook__ or "desk" not in sys.excepthook.__module__
    assert sorted(gone) == ["scene", "volume"], "someone still holds on to the scene"


def test_the_command_opens_a_window_on_an_x_server(tmp_path, study):
    from PIL import Image

    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed, so there is no X server to open a window on")
    read, write = os.pipe()
    arguments = [server, "-displayfd", str(write), "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    process = subprocess.Popen(arguments, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            display = answer.readline().strip()
        assert display, "Xvfb did not start"
        picture = tmp_path / "window.png"
        environment = {
            **os.environ,
            "DISPLAY": f":{display}",
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONPATH": os.pathsep.join([SEARCHED, *sys.path]),
        }
        command = [sys.executable, "-m", "desk", str(study), "--picture", str(picture)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-2000:]
        with Image.open(picture) as image:
            assert image.size == (1366, 768)
    finally:
        process.terminate()
        process.wait()
