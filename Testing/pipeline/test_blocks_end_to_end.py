"""The usual protocol on a digital spine, by the shipped packs: sagittal T1 and T2, and three axial blocks."""

from pathlib import Path

import pytest
import slicer
from discgrader.imaging.study_reader import read_study
from discgrader.mrml.nodes import attribute
from discgrader.phantom.files import write_study
from discgrader.phantom.study import make_study
from discgrader.pipeline.engine import Engine
from discgrader.pipeline.settings import Settings
from panel_reader import LEVELS, checked_axial, click_cell

pytestmark = pytest.mark.slow

AXIAL_SYSTEMS = ("axial-multitask", "msu", "deepspine")
BLOCK_OF = {
    "L5-S1": "ax_t2_L5-S1", "L4-L5": "ax_t2_L3-L4_to_L4-L5", "L3-L4": "ax_t2_L3-L4_to_L4-L5",
    "L2-L3": "ax_t2_L1-L2_to_L2-L3", "L1-L2": "ax_t2_L1-L2_to_L2-L3",
}  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory, torch) -> Path:
    folder = tmp_path_factory.mktemp("blocks") / "study"
    phantom = make_study(11, {"L4-L5": 3}, ("T2", "T1", "AX_T2"), blocks=3)
    assert len(phantom.study.series) == 5
    write_study(phantom, folder, True)
    return folder


@pytest.fixture(scope="module")
def engine(torch):
    return Engine.default()


def test_every_lumbar_level_is_graded_and_shown_and_the_command_line_says_the_same(desk, user, study, engine):
    panel = desk.module.panel
    desk.module.logic.jobs.engine = engine
    user.open(study)
    user.until(lambda: len(panel.parameters.axialNodes()) == 3, 180)
    assert checked_axial(panel) == set(BLOCK_OF.values())
    sagittal = [getattr(panel.ui, f"{one}Selector").currentNode().GetName() for one in ("t2", "t1")]
    assert sagittal == ["sag_t2", "sag_t1"]
    user.click(panel.ui.findButton)
    user.until(lambda: not panel.logic.jobs.running, 600)
    user.click(panel.ui.gradeButton)
    user.until(lambda: not panel.logic.jobs.running, 1200)
    user.wait(0.3)
    cells, columns = (
        panel.state.grid.cells,
        [column for column in panel.state.grid.columns if column[0] in AXIAL_SYSTEMS],
    )
    assert {column[0] for column in columns} == set(AXIAL_SYSTEMS)
    assert [(level, column) for level in LEVELS for column in columns if (level, *column) not in cells] == []
    for level in LEVELS:
        for column in (next(column for column in columns if column[0] == system) for system in AXIAL_SYSTEMS[:2]):
            click_cell(panel, user, level, column)
            red = desk.layout.sliceWidget("Red").mrmlSliceCompositeNode()
            identifiers = red.GetBackgroundVolumeID(), red.GetForegroundVolumeID()
            shown, over = map(slicer.mrmlScene.GetNodeByID, identifiers)
            assert shown.GetName() == BLOCK_OF[level] == attribute(over, "Series"), (level, column)
    result = engine.grade(read_study(study), Settings(saliency=False))
    alone = {(disc.disc.level, grade.system, grade.task): grade for disc in result.discs for grade in disc.grades}
    assert alone.keys() == cells.keys()
    for key, grade in alone.items():
        assert cells[key].ai.grade == grade.grade, key
        assert cells[key].ai.probabilities == pytest.approx(dict(grade.probabilities), abs=1e-4)
