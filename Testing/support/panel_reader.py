"""What a reader does at the panel of the desk: presses buttons and keys, clicks on cells, reads the table."""

import slicer
from discgrader.localize.disc import Localization
from discgrader.mrml.node_cache import NodeCache
from discgrader.mrml.readback import localization_in
from discgrader.mrml.stored import reading_in_scene
from discgrader.mrml.volumes import volume_to_node
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest
from synthetic_result import synthetic_study

PFIRRMANN = ("pfirrmann", "pfirrmann")
LEVELS = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")


def finish(panel, user, button) -> None:
    """Click a button, and wait until what it begins has ended."""
    user.click(button)
    settled(panel, user)


def know_only(monkeypatch, panel, systems=("pfirrmann", "spider")) -> None:
    """Have the panel know these systems alone, as if no other packs were installed: made-up answers come of no
    others."""
    monkeypatch.setattr(panel, "packs", {name: panel.packs[name] for name in systems})


def settled(panel, user) -> None:
    """Wait until nothing is computed any more, and the panel shows what came of it."""
    user.until(lambda: not panel.logic.jobs.running, 60)
    user.wait(0.1)


def key(desk, what, modifiers=QtCore.Qt.NoModifier) -> None:
    """Press a key in the window."""
    QTest.keyClick(desk.window, what, modifiers)
    slicer.app.processEvents()


def widget_of(panel, level, column):
    """The cell of the table that tells of a task, whatever layout the table has."""
    place = panel.grades.place((level, *column))
    assert place is not None, f"the table tells nothing of {level} {column}"
    return panel.ui.gradeTable.cellWidget(*place)


def click_cell(panel, user, level, column, button=QtCore.Qt.LeftButton) -> None:
    """Click on a cell of the table."""
    label = widget_of(panel, level, column)
    QTest.mouseClick(label, button, QtCore.Qt.NoModifier, QtWidgets.QWidget.rect(label).center())
    user.wait(0.1)


def checked_axial(panel) -> set[str]:
    """Names of the axial volumes that are checked."""
    return {str(checkedIndex.data()) for checkedIndex in panel.ui.axialT2Selector.checkedIndexes()}


def check_axial(panel, name: str, state=QtCore.Qt.Unchecked) -> None:
    """Uncheck an axial volume, or check it."""
    selector = panel.ui.axialT2Selector
    row = [selector.itemText(row) for row in range(selector.count)].index(name)
    selector.setCheckState(selector.checkableModel().index(row, 0), state)


def shown(panel, level, column=PFIRRMANN) -> str:
    """What a cell of the table says."""
    return widget_of(panel, level, column).text


def head_of(panel, level):
    """A level's heading in the table."""
    column = panel.state.grid.columns[0]
    return panel.ui.gradeTable.verticalHeaderItem(panel.grades.place((level, *column))[0])


def center_of(panel, level) -> list[float]:
    """The middle of a box in RAS mm."""
    center = [0.0, 0.0, 0.0]
    panel.logic.readings.node(level).GetCenterWorld(center)
    return center


def is_said_to_be_moved(panel, level) -> bool:
    """Whether the table says that a box was moved since it was graded."""
    return "↕" in head_of(panel, level).text()


def put(*names):
    """Put volumes of the spine of blocks into the scene, of T1 where the name says so; their nodes."""
    t2, t1 = synthetic_study().series
    return [volume_to_node(slicer.mrmlScene, (t1 if "T1" in name else t2).volume, name) for name in names]


def discs_in(scene, study: str, cache: NodeCache | None = None) -> Localization:
    """The discs of a study as the scene has them now, with their segmentation."""
    return localization_in(scene, reading_in_scene(scene, study), cache or NodeCache(scene))
