"""Another reader's reading beside one's own, in table, details and sentence; kept in the scene, and removed again."""

from dataclasses import replace

import pytest
from discgrader.reading.commands import AcceptLevel, SetGrade
from discgrader.reading.files import save_reading
from panel_reader import PFIRRMANN, click_cell, shown


@pytest.fixture
def path(graded, tmp_path):
    """Dr. B's reading: a V at L4-L5 for a reason, all of L3-L4 accepted."""
    reading = replace(graded.logic.reading(graded.study), reader="Dr. B")
    reading = reading.apply(SetGrade("L4-L5", *PFIRRMANN, "5", "collapsed <all>")).apply(AcceptLevel("L3-L4"))
    discs = tuple(replace(disc, number=20 - disc.number) for disc in reading.discs)
    save_reading(replace(reading, discs=discs), tmp_path / "b.reading.json")
    return tmp_path / "b.reading.json"


def test_both_are_seen_and_neither_overwrites_the_other(graded, user, desk, path, tmp_path):
    graded.accept_level("L3-L4")
    graded.accept_level("L4-L5")
    before = graded.logic.reading().discs
    graded.open_second(path)
    assert graded.logic.reading().discs == before
    assert "⇄" in shown(graded, "L4-L5") and "⇄" not in shown(graded, "L3-L4")
    click_cell(graded, user, "L4-L5", PFIRRMANN)
    told = graded.ui.detailsBrowser.toPlainText()
    assert "Dr. B (" in told and "): V" in told and "collapsed <all>" in told
    sentence = graded.second.label.text
    assert "Dr. B" in sentence and "agree on" in sentence and "1 differ by one step" in sentence
    assert desk.files.save(tmp_path / "study.mrb")
    desk.files.close_scene()
    user.open(tmp_path / "study.mrb")
    user.wait(0.3)
    assert "⇄" in shown(graded, "L4-L5") and "Dr. B" in graded.second.label.text
    graded.ui.readingCollapsibleButton.collapsed = False
    user.wait(0.1)
    user.click(graded.second.remove)
    assert "⇄" not in shown(graded, "L4-L5") and not graded.logic.reading().beside
    user.click(graded.ui.undoButton)
    assert "⇄" in shown(graded, "L4-L5")
    graded.ui.readingCollapsibleButton.collapsed = True
