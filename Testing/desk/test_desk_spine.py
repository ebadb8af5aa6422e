"""A digital spine with findings that the user chooses: the dialog, the study that comes of it, and its true grades."""

import sys
import time

import pytest
import slicer
from discgrader.errors import UsageError
from discgrader.phantom.findings import DiscFindings
from PySide6 import QtCore, QtWidgets


@pytest.fixture
def spine(desk):
    """The module of the dialog; it needs a desk."""
    from discgrader.panel import chosen_spine

    return chosen_spine


@pytest.fixture
def dialog(desk, spine):
    asked = []
    made = spine.SpineDialog(desk.window, asked.append)
    made.asked = asked
    return made


def test_every_preset_can_be_made(spine):
    for preset in spine.presets():
        assert all(DiscFindings.parse(line) for line in spine.as_options(preset.findings).values()), preset.title
    normal = spine.as_options(spine.presets()[1].findings)
    assert set(normal) == set(spine.SHOWN) and all("pfirrmann=1" in line for line in normal.values())


def test_every_finding_of_the_phantom_is_offered(spine):
    assert set(spine.finding_titles()) == {name for name in DiscFindings.__dataclass_fields__ if name != "fused"}
    for name in spine.finding_titles():
        assert all(
            DiscFindings.parse(f"{name}={value}") for value in spine.offered(name) if f"{name}={value}" != "msu=3C"
        )


def test_what_is_chosen_is_what_is_asked_for(spine, dialog, user):
    assert dialog.options["findings"] == {
        level: f"pfirrmann={5 - n}" for n, level in enumerate(reversed(spine.SHOWN[-5:]))
    }
    dialog.presets.setCurrentIndex(5)
    assert dialog.options["findings"] == {}
    dialog.choose("L4-L5", "msu", "2B")
    dialog.choose("L4-L5", "side", "left")
    dialog.seed.setValue(7)
    for role in ("T1", "T2_SPACE", "AX_T2"):
        dialog.series[role].checked = False
    assert dialog.make.enabled
    dialog.make.click()
    assert dialog.asked == [{"seed": 7, "findings": {"L4-L5": "msu=2B,side=left"}, "series": ["T2"]}]


def test_what_cannot_be_together_is_said_and_not_made(spine, dialog):
    dialog.presets.setCurrentIndex(5)
    dialog.choose("L3-L4", "pfirrmann", "1")
    dialog.choose("L3-L4", "narrowing", "1")
    assert "L3-L4" in dialog.problem.text and "normal height" in dialog.problem.text and not dialog.make.enabled
    dialog.choose("L3-L4", "narrowing", "")
    assert dialog.problem.text == "" and dialog.make.enabled
    for box in dialog.series.values():
        box.checked = False
    assert not dialog.make.enabled
    with pytest.raises(UsageError, match="L4-L5"):
        spine.as_options({"L4-L5": {"msu": "0", "side": "left"}})


def test_a_chosen_spine_becomes_the_study_and_its_truth_is_known(desk, user, tmp_path):
    from discgrader.panel.sample import ChosenSpines
    from discgrader.panel.truth import agreement_text, truth_html, truth_of

    panel = desk.module.panel
    panel.spines = ChosenSpines(slicer.mrmlScene, panel.take_study, sys.executable, tmp_path)
    options = {"seed": 4, "findings": {"L4-L5": "pfirrmann=5,msu=0"}, "series": ["T2"], "middle_slices": 1}
    panel.spines.make(options)
    assert panel.spines.sample.running
    end = time.monotonic() + 300
    while panel.spines.sample.running and time.monotonic() < end:
        user.wait(0.1)
    user.until(lambda: panel.ui.t2Selector.currentNode() is not None, 60)
    name = panel.state.study.name
    assert name == "Digital spine 4"
    truth = truth_of(slicer.mrmlScene, name)
    assert truth["L4-L5", "pfirrmann", "pfirrmann"] == "5" and truth["L4-L5", "msu", "size"] == "0"
    assert "L4-L5" in truth_html(truth, None) and agreement_text(truth, None) == "Nothing is graded yet."
    places = [truth_html(truth, None).index(level) for level in ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")]
    assert places == sorted(places), "the highest comes first, as in the table"
    panel.spines.make(options)
    user.wait(0.3)
    assert truth_of(slicer.mrmlScene, "Digital spine 4 (2)") == truth, "a second one of the same name is another study"


def test_the_window_of_true_grades_shows_those_alone_that_differ(desk, user):
    from types import SimpleNamespace

    from discgrader.panel.truth import show_truth, truth_html

    disc = SimpleNamespace(final_grade=lambda system, task: {"pfirrmann": "3", "size": "0"}.get(task))
    reading = SimpleNamespace(levels=("L4-L5",), disc=lambda level: disc)
    truth = {("L4-L5", "pfirrmann", "pfirrmann"): "4", ("L4-L5", "msu", "size"): "0", ("L5-S1", "msu", "size"): "1"}
    told = {only: truth_html(truth, reading, only) for only in (False, True)}
    assert told[False].count("<tr>") == 3 and "✓" in told[False]
    assert told[True].count("<tr>") == 2 and "Pfirrmann" in told[True] and "✓" not in told[True]
    seen = []

    def answer():
        dialog = QtWidgets.QApplication.activeModalWidget()
        browser, box = dialog.findChild(QtWidgets.QTextBrowser), dialog.findChild(QtWidgets.QCheckBox)
        seen.append(browser.toPlainText())
        box.click()
        seen.append(browser.toPlainText())
        dialog.reject()

    QtCore.QTimer.singleShot(100, answer)
    show_truth(desk.window, "1 of 2 grades are the true ones.", told)
    assert "✓" in seen[0] and "✗" in seen[0] and "✓" not in seen[1] and "✗" in seen[1]


def test_the_buttons_are_there_and_say_what_is_not_known(desk, user):
    ui = desk.module.ui
    assert ui.spineButton.text == "Digital spine…"
    ui.settingsCollapsibleButton.collapsed = False
    user.wait(0.1)
    user.click(ui.truthButton)
    assert "not known" in ui.statusLabel.text
    assert not QtWidgets.QApplication.activeModalWidget()
