"""What was doubtful about a study as a whole when its discs were found, told to the reader in the panel."""

import json
from dataclasses import replace

import pytest
from block_engine import BlockEngine
from panel_reader import finish

DOUBTS = (
    "The sacrum is not in view: the lowest visible disc is assumed to be L5-S1.",
    "11 discs were found where 5 to 9 are usual: check for missed and false discs.",
)


class DoubtfulEngine(BlockEngine):
    """Finds the spine of blocks and doubts its names and count."""

    def localize(self, study, settings, **options):
        found = super().localize(study, settings, **options)
        discs = tuple(replace(disc, warnings=DOUBTS[:1]) for disc in found.discs)
        return replace(
            found,
            discs=discs,
            warnings=DOUBTS,
            name_doubts=DOUBTS[:1],
            name_probability=0.8,
            name_alternatives={"S1-S2": 0.2},
        )


def set_lowest(panel, level):
    """Choose a level in the control, even the one that it shows already."""
    box = panel.ui.lowestComboBox
    box.setCurrentIndex(box.findText(level))
    box.activated.emit(box.currentIndex)


def told_in_files(panel, folder):
    """What of the doubts a study's files tell: of the study and of its discs in grades.json, and in the report."""
    panel.logic.exportReport(folder)
    document = json.loads((folder / "grades.json").read_text(encoding="utf-8"))
    report = (folder / "report.html").read_text(encoding="utf-8")
    warnings = (document["warnings"], *(one["warnings"] for one in document["discs"]))
    return [[doubt in some for some in warnings] for doubt in DOUBTS], [doubt in report for doubt in DOUBTS]


def test_doubts_about_the_study_are_told_after_find_and_after_reopening(panel, user, desk, tmp_path):
    label = panel.ui.warningLabel
    panel.logic.jobs.engine = DoubtfulEngine()
    finish(panel, user, panel.ui.findButton)
    told = label.text
    assert label.visible and [doubt in told for doubt in DOUBTS] == [True, True]
    assert told.splitlines()[-1] == "If a name is wrong, set “Lowest disc” above; all names follow."
    assert panel.ui.lowestComboBox.enabled and label.height >= label.heightForWidth(label.width), "all can be read"
    finish(panel, user, panel.ui.gradeButton)
    assert label.text == told, "grading leaves them as they are"
    assert desk.files.save(tmp_path / "study.mrb")
    desk.files.close_scene()
    user.wait(0.1)
    assert not label.visible
    user.open(tmp_path / "study.mrb")
    user.wait(0.3)
    assert panel.ui.warningLine.visible and panel.ui.warningLine.text.endswith("(+2)"), "series and names are folded"
    user.click(panel.ui.setupButton)
    assert label.visible and label.text == told
    panel.logic.jobs.engine = BlockEngine()
    finish(panel, user, panel.ui.findButton)
    assert not label.visible and not panel.ui.warningLine.visible, "discs that are found without doubt have none"


@pytest.mark.parametrize("level", ["L5-S1", "L4-L5"])
def test_doubts_about_names_go_once_the_reader_has_named_the_lowest_disc(panel, user, tmp_path, level):
    label = panel.ui.warningLabel
    panel.logic.jobs.engine = DoubtfulEngine()
    finish(panel, user, panel.ui.findButton)
    finish(panel, user, panel.ui.gradeButton)
    told, discs = label.text, len(panel.state.study.boxes)
    # Each stands once, for the study.
    doubtful = [[True] + [False] * discs, [True] + [False] * discs], [True, True]
    assert told_in_files(panel, tmp_path / "before") == doubtful
    set_lowest(panel, level)
    user.wait(0.1)
    assert label.text == f"⚠ {DOUBTS[1]}", "the count is still in doubt"
    assert told_in_files(panel, tmp_path / "named") == ([[False] * (discs + 1), doubtful[0][1]], [False, True])
    user.click(panel.ui.undoButton)
    user.wait(0.1)
    assert label.text == told
    assert told_in_files(panel, tmp_path / "undone") == doubtful


def test_grading_anew_does_not_doubt_names_that_the_reader_gave(panel, user, tmp_path):
    panel.logic.jobs.engine = DoubtfulEngine()
    finish(panel, user, panel.ui.findButton)
    told = panel.ui.warningLabel.text
    set_lowest(panel, "L5-S1")
    finish(panel, user, panel.ui.gradeButton)
    assert panel.ui.warningLabel.text == f"⚠ {DOUBTS[1]}"
    assert told_in_files(panel, tmp_path / "graded")[1] == [False, True]
    while panel.ui.undoButton.enabled:
        user.click(panel.ui.undoButton)
    user.wait(0.1)
    assert panel.ui.warningLabel.text == told


def test_finding_discs_anew_doubts_their_names_anew(panel, user):
    label = panel.ui.warningLabel
    panel.logic.jobs.engine = DoubtfulEngine()
    finish(panel, user, panel.ui.findButton)
    told = label.text
    set_lowest(panel, "L4-L5")
    assert DOUBTS[0] not in label.text
    finish(panel, user, panel.ui.findButton)
    assert label.text == told


def test_that_the_reader_has_named_the_discs_is_saved(panel, user, desk, tmp_path):
    panel.logic.jobs.engine = DoubtfulEngine()
    finish(panel, user, panel.ui.findButton)
    set_lowest(panel, "L5-S1")
    assert desk.files.save(tmp_path / "study.mrb")
    desk.files.close_scene()
    user.open(tmp_path / "study.mrb")
    user.wait(0.3)
    assert panel.ui.warningLabel.text == f"⚠ {DOUBTS[1]}"


def test_one_control_settles_how_sure_the_names_are(panel, user, tmp_path):
    panel.logic.jobs.engine = DoubtfulEngine()
    finish(panel, user, panel.ui.gradeButton)
    assert "80 %" in panel.ui.lowestComboBox.toolTip and "S1-S2 20 %" in panel.ui.lowestComboBox.toolTip
    found = {"lowest_disc": "L5-S1", "probability": 0.8, "alternatives": {"S1-S2": 0.2}}
    for number, (act, names) in enumerate(
        (
            (lambda: None, found),
            (lambda: set_lowest(panel, "L6-S1"), {"lowest_disc": "L6-S1", "probability": 1.0, "alternatives": {}}),
            (panel.logic.undo, found),
        )
    ):
        act()
        user.wait(0.1)
        panel.logic.exportReport(tmp_path / str(number))
        document = json.loads((tmp_path / str(number) / "grades.json").read_text(encoding="utf-8"))
        assert document["names"] == names
        assert document["name_doubts"] == (list(DOUBTS[:1]) if names == found else [])
        assert ("80 %" in panel.ui.lowestComboBox.toolTip) == (names == found)
        assert panel.ui.lowestComboBox.currentText == names["lowest_disc"] == panel.state.grid.levels[-1]
