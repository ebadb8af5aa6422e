"""What volumes are is found out beside the window's thread; what comes too late is not used."""

import threading

import pytest
import slicer
from discgrader.imaging import recognize
from panel_reader import put


class Picture:
    """Stands for the picture network: notes in which thread it was asked, and answers when it may."""

    def __init__(self, real):
        self.real, self.threads, self.may = real, [], threading.Event()
        self.may.set()

    def __call__(self, volume, plane):
        self.threads.append(threading.current_thread())
        assert self.may.wait(20)
        return self.real(volume, plane)


@pytest.fixture
def picture(monkeypatch):
    asked = Picture(recognize.picture_contrast)
    monkeypatch.setattr(recognize, "picture_contrast", asked)
    yield asked
    asked.may.set()


def until(desk, condition):
    """Let the window go on, without waiting for what it looks at."""
    for _turn in range(2000):
        slicer.app.processEvents()
        if condition():
            return
        threading.Event().wait(0.005)
    raise TimeoutError


def test_no_picture_is_looked_at_in_the_windows_thread(desk, user, picture):
    t2, t1 = put("sag T2", "sag T1")
    user.wait(0.2)
    assert desk.module.panel.parameters.volumes() == {"T2": t2, "T1": t1}
    assert len(picture.threads) == 2 and threading.current_thread() not in picture.threads
    assert "Find discs" in desk.module.ui.gradeHintLabel.text and desk.module.ui.findButton.enabled


def test_the_panel_says_that_it_looks_and_nothing_is_found_before(desk, user, picture):
    picture.may.clear()
    ui = desk.module.ui
    put("sag T2")
    until(desk, lambda: picture.threads)
    desk.module.panel.refresh()
    assert "Looking at the series" in ui.gradeHintLabel.text and not ui.findButton.enabled
    assert "looked at" in ui.findButton.toolTip
    picture.may.set()
    user.wait(0.2)
    assert "Looking" not in ui.gradeHintLabel.text and ui.findButton.enabled


def test_a_volume_that_has_gone_serves_as_nothing_and_the_others_do(desk, user, picture):
    picture.may.clear()
    t2, t1 = put("sag T2", "sag T1")
    until(desk, lambda: picture.threads)
    slicer.mrmlScene.RemoveNode(t2)
    picture.may.set()
    user.wait(0.2)
    assert desk.module.panel.parameters.volumes() == {"T1": t1}


def test_a_volume_that_was_renamed_meanwhile_is_looked_at_anew(desk, user, picture):
    picture.may.clear()
    [node] = put("sag T2")
    until(desk, lambda: picture.threads)
    node.SetName("sag T1")
    picture.may.set()
    user.wait(0.2)
    known = desk.module.panel.series.reasons[node.GetID()]
    assert len(picture.threads) == 2 and "T1" in known


def test_nothing_of_a_closed_scene_is_used(desk, user, picture):
    picture.may.clear()
    put("sag T2", "sag T1")
    until(desk, lambda: picture.threads)
    slicer.mrmlScene.Clear(False)
    assert not desk.module.panel.series.looking
    [t1] = put("sag T1")
    picture.may.set()
    user.wait(0.3)
    assert desk.module.panel.parameters.volumes() == {"T1": t1}
