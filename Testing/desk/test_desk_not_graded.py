"""What could not be graded, and why, in the panel: of the whole study and of single discs, also after reopening."""

import json
from dataclasses import replace

import pytest
from block_engine import BlockEngine
from panel_reader import LEVELS, finish, settled, shown, widget_of

SIZE, BULGING = ("msu", "size"), ("spider", "bulging")
MISSED = "the sagittal series do not show it"


class LackingEngine(BlockEngine):
    """Grades the spine of blocks without axial T2, and L2-L3 not by SPIDER."""

    def grade(self, study, settings, *, graded, **options):
        def lacking(result):
            if result.disc.level != "L2-L3":
                return replace(result, not_graded={"msu": "no axial T2"})
            grades = tuple(grade for grade in result.grades if grade.system != "spider")
            return replace(result, grades=grades, not_graded={"msu": "no axial T2", "spider": MISSED})

        whole = super().grade(study, settings, graded=lambda result: graded(lacking(result)), **options)
        return replace(whole, discs=tuple(map(lacking, whole.discs)))


@pytest.fixture
def lacking(panel, user):
    panel.logic.jobs.engine = LackingEngine()
    finish(panel, user, panel.ui.findButton)
    assert shown(panel, "L2-L3", BULGING) == "" and tip(panel, "L2-L3", BULGING).endswith("Not graded yet.")
    finish(panel, user, panel.ui.gradeButton)
    return panel


def tip(panel, level, column) -> str:
    """What a cell says when the mouse rests on it."""
    return widget_of(panel, level, column).toolTip


def is_told(panel, missed_level) -> bool:
    """Whether the table says all that the engine could not grade, and no more."""
    told = {
        level: (shown(panel, level, SIZE), tip(panel, level, SIZE).splitlines()[-1])
        for level in panel.state.grid.levels
    }
    bulging = {
        level: tip(panel, level, BULGING).splitlines()[-1] for level in told if shown(panel, level, BULGING) == "–"
    }
    return set(told.values()) == {("–", "Not graded: no axial T2.")} and bulging == {
        missed_level: f"Not graded: {MISSED}."
    }


def test_a_dash_and_its_tip_say_what_was_not_graded(lacking, user):
    assert is_told(lacking, "L2-L3")
    assert not lacking.ui.warningLabel.visible
    lacking.choose(("L2-L3", *BULGING))
    assert lacking.ui.acceptButton.toolTip == f"Not graded: {MISSED}."
    assert MISSED in lacking.ui.detailsBrowser.toPlainText()
    lacking.set_grade(("L2-L3", *BULGING), "1")
    user.wait(0.1)
    assert shown(lacking, "L2-L3", BULGING) != "–" and "Not graded" not in tip(lacking, "L2-L3", BULGING)


def test_it_is_told_again_after_reopening(lacking, desk, user, tmp_path):
    assert desk.files.save(tmp_path / "study.mrb")
    desk.files.close_scene()
    user.open(tmp_path / "study.mrb")
    user.wait(0.3)
    assert lacking.state.grid.levels == LEVELS and is_told(lacking, "L2-L3")


def test_it_follows_the_names_and_is_in_the_files(lacking, user, tmp_path):
    lacking.shift(-1)
    user.wait(0.1)
    assert is_told(lacking, "L3-L4")
    lacking.logic.exportReport(tmp_path / "out")
    document = json.loads((tmp_path / "out" / "grades.json").read_text(encoding="utf-8"))
    sentences = ["Not graded by msu: no axial T2.", f"L3-L4 not graded by spider: {MISSED}."]
    assert [one for one in document["warnings"] if "graded" in one] == sentences
    assert {one["level"] for one in document["discs"] if "spider" in one["not_graded"]} == {"L3-L4"}
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert all(sentence in report for sentence in sentences) and f'title="not graded: {MISSED}"' in report


def test_a_box_that_is_moved_is_tried_anew_by_all_systems_and_undo_brings_the_reason_back(lacking, user):
    engine = lacking.logic.jobs.engine = BlockEngine()
    box, center = lacking.logic.readings.node("L2-L3"), [0.0, 0.0, 0.0]
    box.GetCenterWorld(center)
    box.SetCenterWorld(center[0], center[1] + 3.0, center[2])
    settled(lacking, user)
    assert set(engine.asked[-1][2]) == {"pfirrmann", "spider", "msu"}
    assert shown(lacking, "L2-L3", BULGING) != "–"
    user.click(lacking.ui.undoButton)
    settled(lacking, user)
    assert is_told(lacking, "L2-L3")
