"""What was doubtful about a study as a whole when its discs were found, told to the reader in the panel."""

from dataclasses import replace

import pytest

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
pytest.importorskip("PySide6.QtWidgets", reason="PySide6-Essentials is not installed", exc_type=ImportError)

from block_engine import BlockEngine
from panel_reader import finish

DOUBTS = (
    "The sacrum is not in view: the lowest disc seen is assumed to be L5-S1.",
    "11 discs were found where 5 to 9 are usual: check that none is missed or invented.",
)


class DoubtfulEngine(BlockEngine):
    """Finds the spine of blocks and doubts its names and count."""

    def localize(self, study, **options):
        return replace(super().localize(study, **options), warnings=DOUBTS)


def test_doubts_about_the_study_are_told_after_find_and_after_reopening(panel, user, desk, tmp_path):
    label = panel.ui.warningLabel
    panel.logic._engine = DoubtfulEngine()
    finish(panel, user, panel.ui.findButton)
    told = label.text
    assert label.visible and [one in told for one in DOUBTS] == [True, True]
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
    assert label.visible and label.text == told
    panel.logic._engine = BlockEngine()
    finish(panel, user, panel.ui.findButton)
    assert not label.visible, "discs that are found without doubt have none"
