"""Nothing of the module goes on listening: after it is left, after its scene is closed, and after it is reloaded."""

import gc
import sys
import weakref

import pytest
import slicer
from block_engine import BlockEngine
from fake_engine import write_blocks
from panel_reader import LEVELS, PFIRRMANN, center_of, click_cell, finish, key, settled
from PySide6 import QtCore

BOX_WATCH = 5
"""Boxes are watched in other modules, too, so that what is changed there is a step of the reading."""


def observers(desk) -> dict[str, int]:
    """How many observers the scene and what draws the views have, as VTK itself tells; for nodes, whether
    anyone hears of their changes."""
    scene = slicer.mrmlScene
    things = {"scene": scene, "application": slicer.app.applicationLogic()}
    for name in desk.layout.sliceViewNames():
        widget = desk.layout.sliceWidget(name)
        window = widget.sliceView().renderWindow()
        things |= {f"{name} window": window, f"{name} mouse": window.GetInteractor()}
        things[f"{name} logic"] = widget.sliceLogic()
        renderers = window.GetRenderers()
        things |= {f"{name} {one}": renderers.GetItemAsObject(one) for one in range(renderers.GetNumberOfItems())}
    counts = {name: str(thing).count("vtkObserver (") for name, thing in things.items()}
    nodes = (scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes()))
    return counts | {node.GetID(): int(bool(node.HasObserver("ModifiedEvent"))) for node in nodes}


def read(desk, user, folder) -> None:
    """Everything that a reader does with a study."""
    desk.module.logic.jobs.engine = BlockEngine()
    user.open(write_blocks(folder))
    user.wait(0.1)
    panel = desk.module.panel
    finish(panel, user, panel.ui.findButton)
    finish(panel, user, panel.ui.gradeButton)
    assert panel.state.grid.levels == LEVELS
    click_cell(panel, user, "L4-L5", PFIRRMANN)
    key(desk, QtCore.Qt.Key_X)
    key(desk, QtCore.Qt.Key_5)
    user.drag("Yellow", center_of(panel, "L3-L4"), (0.0, 8.0, 4.0))
    settled(panel, user)
    key(desk, QtCore.Qt.Key_Z, QtCore.Qt.ControlModifier)
    settled(panel, user)
    key(desk, QtCore.Qt.Key_X)


def leave(user) -> None:
    slicer.util.selectModule("Data")
    user.wait(0.1)


def enter(user) -> None:
    slicer.util.selectModule("DiscGrader")
    user.wait(0.1)


@pytest.fixture
def outside(desk, user):
    """Who observes what while the module is closed and the scene is empty."""
    leave(user)
    before = observers(desk)
    enter(user)
    return before


def test_leaving_the_module_ends_what_only_the_panel_listens_to(desk, user, tmp_path, outside):
    leave(user)
    assert observers(desk) == outside
    watch = desk.module.panel.watch
    held = sys.getrefcount(watch)
    enter(user)
    read(desk, user, tmp_path / "one")
    scene = observers(desk)["scene"]
    inside = sys.getrefcount(watch)
    assert inside >= held + 12, "each of its observers, of the scene, of boxes, series and the reading, holds on to it"
    leave(user)
    assert observers(desk)["scene"] == outside["scene"] + BOX_WATCH
    assert sys.getrefcount(watch) == held
    enter(user)
    assert observers(desk)["scene"] == scene and sys.getrefcount(watch) == inside, "coming back observes all once"


@pytest.mark.parametrize("closed_in", ["the module", "another module"])
def test_two_scenes_one_after_another_leave_no_observer(desk, user, tmp_path, outside, closed_in):
    for name in ("one", "two"):
        read(desk, user, tmp_path / name)
        if closed_in == "another module":
            leave(user)
        desk.files.close_scene()
        leave(user)
        assert observers(desk) == outside, f"after scene {name}"
        enter(user)


def test_a_reload_lets_go_of_all_that_was(desk, user, tmp_path, outside):
    read(desk, user, tmp_path / "one")
    old = desk.module
    parts = ("watch", "live", "display", "computation", "keys", "grades", "discs", "details")
    refs = {name: weakref.ref(getattr(old.panel, name)) for name in parts}
    refs |= {name: weakref.ref(getattr(old.logic, name)) for name in ("jobs", "readings", "views", "labels")}
    refs |= {"widget": weakref.ref(old), "panel": weakref.ref(old.panel), "logic": weakref.ref(old.logic)}
    inside = observers(desk)
    del old
    slicer.util.reloadScriptedModule("DiscGrader")
    user.wait(0.1)
    QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.DeferredDelete)
    gc.collect()
    assert [name for name, one in refs.items() if one() is not None] == []
    panel = desk.module.panel
    assert panel.state.grid.levels == LEVELS and "✎" not in panel.ui.statusLabel.text
    assert observers(desk) == inside
    desk.files.close_scene()
    leave(user)
    assert observers(desk) == outside
    enter(user)
