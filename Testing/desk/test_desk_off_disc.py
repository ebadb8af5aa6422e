"""A box that is dragged onto a vertebra: not graded like a disc, an earlier decision stale, all back with undo."""

from dataclasses import replace

import pytest
from block_engine import BlockEngine
from discgrader.localize.box_fit import ON_VERTEBRA, off_disc
from panel_reader import PFIRRMANN, center_of, click_cell, finish, key, settled, shown
from PySide6 import QtCore


class FittingEngine(BlockEngine):
    """Refuses boxes that fit no disc, as `discgrader.pipeline.engine` does."""

    def grade(self, study, settings, *, localization, graded, **options):
        def judged(result):
            why = "" if localization.grade_anyway else off_disc(result.disc.roi, localization.segmentation)
            return replace(result, grades=(), not_graded=dict.fromkeys(("pfirrmann", "spider"), why)) if why else result

        whole = super().grade(
            study, settings, localization=localization, graded=lambda one: graded(judged(one)), **options
        )
        return replace(whole, discs=tuple(map(judged, whole.discs)))


@pytest.fixture
def fitting(panel, user):
    panel.logic.jobs.engine = FittingEngine()
    finish(panel, user, panel.ui.findButton)
    finish(panel, user, panel.ui.gradeButton)
    return panel


def onto_the_vertebra(panel, user, level="L3-L4", above="L2-L3"):
    one, other = center_of(panel, level), center_of(panel, above)
    half = [(there - here) / 2 for here, there in zip(one, other, strict=True)]
    user.drag("Yellow", one, half)
    settled(panel, user)


@pytest.mark.parametrize("digit", ["5", "A"])
def test_a_box_on_a_vertebra_is_told_and_its_decision_is_stale(fitting, user, desk, digit):
    click_cell(fitting, user, "L3-L4", PFIRRMANN)
    key(desk, getattr(QtCore.Qt, f"Key_{digit}"))
    onto_the_vertebra(fitting, user)
    assert fitting.ui.statusLabel.text == "L3-L4 is not graded."
    disc = fitting.logic.reading().disc("L3-L4")
    assert disc.grading.grades == () and set(disc.grading.not_graded.values()) == {ON_VERTEBRA}
    assert disc.is_decision_stale(*PFIRRMANN)
    assert any("L3-L4 is not graded: its box lies on a vertebra" in doubt for doubt in fitting.state.study.doubts)
    assert "✓" not in shown(fitting, "L3-L4")
    if digit == "5":
        assert fitting.state.cell.decision_stale
        key(desk, QtCore.Qt.Key_J)
        assert not fitting.state.cell.decision_stale
        key(desk, QtCore.Qt.Key_Z, QtCore.Qt.ControlModifier)
    fitting.ui.setupButton.checked = True
    assert fitting.ui.gradeAnywayCheckBox.visible
    key(desk, QtCore.Qt.Key_Z, QtCore.Qt.ControlModifier)
    settled(fitting, user)
    disc = fitting.logic.reading().disc("L3-L4")
    assert disc.grading.grades and not disc.is_decision_stale(*PFIRRMANN) and not fitting.state.study.doubts
    assert ("✓" if digit == "A" else "✎") in shown(fitting, "L3-L4")


def test_it_is_graded_anyway_where_the_reader_wants_it(fitting, user, desk):
    click_cell(fitting, user, "L3-L4", PFIRRMANN)
    onto_the_vertebra(fitting, user)
    assert fitting.state.cell is None
    fitting.ui.setupButton.checked = True
    user.click(fitting.ui.gradeAnywayCheckBox)
    settled(fitting, user)
    assert fitting.state.cell is not None and fitting.ui.gradeAnywayCheckBox.checked
