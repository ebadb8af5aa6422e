"""The desk's views: window and level by the mouse, and a second study that looks as the first."""

import numpy as np
import slicer
from fake_engine import write_blocks
from PySide6 import QtGui


def look(desk):
    """How views look whatever study they show."""
    slices = [desk.host.slices[name] for name in sorted(desk.host.slices)]
    view = desk.host.threed.GetViewNode()
    return {
        "scale bars": [logic.GetSliceNode().GetRulerType() for logic in slices],
        "links": [
            (logic.GetSliceCompositeNode().GetLinkedControl(), logic.GetSliceCompositeNode().GetHotLinkedControl())
            for logic in slices
        ],
        "ground": (view.GetBackgroundColor(), view.GetBackgroundColor2()),
        "box": (view.GetBoxVisible(), view.GetAxisLabelsVisible()),
        "layout": (desk.host.layout.GetViewArrangement(), desk.layout.layout),
    }


def test_a_second_study_looks_as_the_first(desk, user, tmp_path):
    desk.layout.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
    user.open(write_blocks(tmp_path / "one"))
    before = look(desk)
    assert all(before["scale bars"]) and all(all(both) for both in before["links"])
    for _ in range(2):
        desk.files.close_scene()
        user.open(write_blocks(tmp_path / "other"))
        assert look(desk) == before
    desk.layout.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView)


def test_window_and_level_follow_the_left_button_once_that_is_switched_on(desk, user, tmp_path):
    user.open(write_blocks(tmp_path / "one"))
    adjust = next(one for one in desk.window.findChildren(QtGui.QAction) if one.text == "Adjust window and level")
    volume = slicer.mrmlScene.GetNodeByID(desk.host.slices["Yellow"].GetSliceCompositeNode().GetBackgroundVolumeID())
    display = volume.GetDisplayNode()

    def contrast():
        return np.array([display.GetWindow(), display.GetLevel()])

    before = contrast()
    user.drag_pixels("Yellow", (150, 150), (220, 120))
    assert np.allclose(contrast(), before), "not before it is switched on"
    adjust.trigger()
    user.drag_pixels("Yellow", (150, 150), (220, 120))
    after = contrast()
    assert after[0] > before[0] and after[1] > before[1], "to the right more window, upwards more level"
    desk.window.tools.reset_contrast()
    adjust.trigger()
    user.drag_pixels("Yellow", (150, 150), (220, 120))
    assert np.allclose(contrast(), before)
