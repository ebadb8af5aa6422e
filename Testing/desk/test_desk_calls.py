"""The rule by which findings are called, chosen in the settings: grades follow at once, and the scene keeps it."""

import pytest
from called_pack import BULGING, called_pack
from panel_reader import click_cell, finish

LEVEL = "L1-L2"


@pytest.fixture
def calling(graded, monkeypatch):
    """A graded study, with a pack whose bulging has operating points."""
    monkeypatch.setattr("discgrader.mrml.readings.default_packs", lambda: [called_pack()])
    graded.ui.settingsCollapsibleButton.collapsed = False
    graded.logic.jobs.engine.asked.clear()
    yield graded
    graded.set_calls("")
    graded.ui.settingsCollapsibleButton.collapsed = True


def grade(panel):
    return panel.logic.reading(panel.study).disc(LEVEL).ai_grade(*BULGING)


def choose(panel, index):
    panel.ui.callsComboBox.setCurrentIndex(index)
    panel.ui.callsComboBox.activated.emit(index)


def test_grades_follow_the_rule_without_being_graded_again(calling, user, desk, tmp_path):
    click_cell(calling, user, LEVEL, BULGING)
    assert grade(calling).grade == "0" and not calling.ui.callsSpinBox.visible
    choose(calling, 1)
    user.wait(0.1)
    assert grade(calling).grade == "1" and calling.parameters.calls == "youden"
    assert calling.logic.jobs.engine.asked == []
    assert calling.state.cell.ai.call.rule == "youden"
    assert "Youden's index" in calling.ui.detailsBrowser.toPlainText()
    choose(calling, 2)
    user.wait(0.1)
    assert calling.ui.callsSpinBox.visible and calling.parameters.calls == "sensitivity:0.9"
    assert grade(calling).call.threshold == 0.25
    calling.ui.callsSpinBox.setValue(60)
    user.wait(0.1)
    assert calling.parameters.calls == "sensitivity:0.6" and grade(calling).grade == "0"
    assert desk.files.save(tmp_path / "study.mrb")
    desk.files.close_scene()
    user.open(tmp_path / "study.mrb")
    user.wait(0.3)
    assert calling.parameters.calls == "sensitivity:0.6" and calling.ui.callsSpinBox.value == 60
    assert calling.logic.readings.calls == {"": "sensitivity:0.6"} and grade(calling).call.threshold == 0.5


def test_what_is_graded_next_follows_the_rule_too(calling, user, monkeypatch):
    choose(calling, 1)
    engine, asked = calling.logic.jobs.engine, []
    grades = engine.grade
    monkeypatch.setattr(
        engine,
        "grade",
        lambda study, settings, **more: (asked.append(settings.calls), grades(study, settings, **more))[1],
    )
    calling.logic.regrade(calling.logic.readings.node("L3-L4"))
    finish(calling, user, calling.ui.gradeButton)
    assert asked == [{"": "youden"}] * 2


def test_a_rule_that_no_pack_knows_a_point_for_is_said(calling, user):
    choose(calling, 2)
    calling.ui.callsSpinBox.setValue(99)
    user.wait(0.1)
    assert "No operating point as wanted is known of Disc bulging, SPIDER" in calling.ui.statusLabel.text
    choose(calling, 3)
    assert calling.ui.statusLabel.text == "Findings are called by this rule now; probabilities stay."
