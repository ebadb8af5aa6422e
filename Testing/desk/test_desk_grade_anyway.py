"""What may not be a lumbar spine on MR, in the panel: no grade until the reader ticks a box, which can be undone."""

from dataclasses import replace

import pytest
from block_engine import BlockEngine
from discgrader.grading.not_graded import NOT_LUMBAR
from panel_reader import finish, settled

WHY = "Discs are 18 mm apart and 15 mm deep, which is impossible for lumbar discs, even a child's."


class DoubtfulEngine(BlockEngine):
    """Finds what may be no lumbar spine, and grades it only where that is wanted."""

    def localize(self, study, settings, **options):
        return replace(super().localize(study, settings, **options), misfits=(WHY,))

    def grade(self, study, settings, *, localization, graded, **options):
        def judged(result):
            if localization.withheld:
                return replace(result, grades=(), not_graded=dict.fromkeys(("pfirrmann", "spider"), NOT_LUMBAR))
            return result

        whole = super().grade(
            study, settings, localization=localization, graded=lambda one: graded(judged(one)), **options
        )
        return replace(whole, discs=tuple(map(judged, whole.discs)))


@pytest.fixture
def doubtful(panel, user):
    panel.logic.jobs.engine = DoubtfulEngine()
    finish(panel, user, panel.ui.findButton)
    return panel


def test_grades_are_withheld_until_the_box_is_ticked_and_again_when_that_is_undone(doubtful, user):
    ui = doubtful.ui
    assert ui.gradeAnywayCheckBox.visible and not ui.gradeAnywayCheckBox.checked and WHY in ui.warningLabel.text
    finish(doubtful, user, ui.gradeButton)
    assert not doubtful.state.grid.cells and set(doubtful.state.grid.not_graded.values()) == {NOT_LUMBAR}
    user.click(ui.gradeAnywayCheckBox)
    settled(doubtful, user)
    assert doubtful.state.grid.cells and ui.gradeAnywayCheckBox.checked
    assert doubtful.logic.reading(doubtful.study).grade_anyway is not None
    doubtful.logic.undo(doubtful.study)
    doubtful.refresh()
    settled(doubtful, user)
    assert not doubtful.state.grid.cells and not ui.gradeAnywayCheckBox.checked


def test_an_ordinary_study_has_no_such_box(panel, user):
    finish(panel, user, panel.ui.findButton)
    assert not panel.ui.gradeAnywayCheckBox.visible
