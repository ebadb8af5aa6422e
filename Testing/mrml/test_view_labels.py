"""Level and grade beside each disc in slice views, drawn off-screen over Slicer's own displayable managers."""

from ctypes.util import find_library
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from discgrader.reading.disc_commands import ShiftLevels

if find_library("EGL") is None:
    pytest.skip("libegl1 is not installed", allow_module_level=True)

import itertools

from block_engine import BlockEngine
from desk.install import discgrader_module
from discgrader.errors import UsageError
from discgrader.grading.operating_point import Call
from discgrader.grading.systems import scale_of
from discgrader.imaging.volume import lps_to_ras
from discgrader.mrml.bundle import arrange_views
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.label_texts import labels_of
from discgrader.mrml.nodes import roi_from_node
from discgrader.mrml.scene import populate_scene
from discgrader.mrml.view_labels import LabelView, ViewLabels
from discgrader.mrml.views import KeptSettings, ViewSettings
from discgrader.reading.commands import AcceptGrade, ConfirmLevel, LearnGrades
from discgrader.report.language import find_language
from slice_view import SliceView
from synthetic_result import made_grade, synthetic_result

PFIRRMANN = ("pfirrmann", "pfirrmann")
ALL = {"L5-S1  V", "L4-L5  IV", "L3-L4  III", "L2-L3  II", "L1-L2  I"}


@pytest.fixture
def shown():
    """A graded scene with a sagittal and an axial view that labels are drawn into."""
    host, result = headless_scene(), synthetic_result()
    with discgrader_module(host) as module:
        nodes = populate_scene(host.scene, result)
        sagittal, axial = SliceView(host, "Yellow", "Sagittal"), SliceView(host, "Red", "Axial", (400, 400))
        arrange_views(host.scene, [sagittal.logic, axial.logic], result, nodes)
        for view in (sagittal, axial):
            view.fit()
        logic = module.DiscGraderLogic(BlockEngine())
        views = [LabelView(one.logic.GetSliceNode(), one.window, lambda: None) for one in (sagittal, axial)]
        node = logic.getParameterNode().parameterNode
        logic.labels = ViewLabels(host.scene, KeptSettings(lambda: node), lambda: views)
        logic.views.set_saliency(visible=False)
        logic.reading()
        yield SimpleNamespace(
            logic=logic, sagittal=sagittal, axial=axial, nodes=nodes, scene=host.scene, views=views, host=host
        )
        logic.close()
        sagittal.close()
        axial.close()


def texts(shown, view=0) -> dict:
    (shown.sagittal, shown.axial)[view].pixels()
    return shown.logic.labels.views[view].shown()


def test_each_disc_has_its_level_and_grade_beside_its_box(shown, tmp_path):
    pixels = shown.sagittal.save(tmp_path / "labels.png")
    found = texts(shown)
    assert set(found) == ALL
    for text, (left, right, bottom, top) in found.items():
        level, label = text.split()
        box = roi_from_node(shown.nodes.rois[level])
        edge = min(shown.sagittal.pixel_of(lps_to_ras(corner))[0] for corner in box.corners_lps())
        assert right <= edge, "a label lies over its box"
        assert left >= 0
        patch = pixels[len(pixels) - round(top) : len(pixels) - round(bottom), round(left) : round(right)].reshape(
            -1, 3
        )
        color = 255 * np.array(next(one for one in scale_of(*PFIRRMANN).grades if one.label == label).rgb)
        assert (np.abs(patch - color).max(axis=1) < 40).sum() > 30, f"{text} is not written in its color"
        assert (patch.max(axis=1) < 90).mean() > 0.4, f"{text} has no dark ground"


def test_labels_follow_override_undo_rename_and_a_moved_box(shown):
    shown.logic.setOverride("L4-L5", *PFIRRMANN, "2")
    assert "L4-L5  II" in texts(shown)
    shown.logic.undo()
    assert set(texts(shown)) == ALL
    shown.logic.readings.apply(ShiftLevels(1))
    assert "T12-L1  I" in texts(shown) and "L5-S1  V" not in texts(shown)
    shown.logic.undo()
    before = texts(shown)["L3-L4  III"]
    node = shown.nodes.rois["L3-L4"]
    center = [0.0, 0.0, 0.0]
    node.GetCenterWorld(center)
    node.SetCenterWorld(center[0], center[1] - 20.0, center[2])
    after = texts(shown)
    assert "L3-L4  (III)" in after, "the grade is of where the box was before"
    assert after["L3-L4  (III)"][0] > before[0] + 20
    shown.logic.undo()
    assert texts(shown)["L3-L4  III"] == before


def test_a_decision_on_another_place_has_a_question_mark_until_it_is_confirmed(shown):
    shown.logic.setOverride("L3-L4", *PFIRRMANN, "5")
    node, center = shown.nodes.rois["L3-L4"], [0.0, 0.0, 0.0]
    node.GetCenterWorld(center)
    node.SetCenterWorld(center[0], center[1] - 20.0, center[2])
    assert "L3-L4  V ?" in texts(shown)
    shown.logic.readings.decide(ConfirmLevel("L3-L4"))
    assert "L3-L4  V" in texts(shown)


def test_labels_of_boxes_outside_a_view_are_not_heaped_at_its_edge(shown):
    node = shown.sagittal.logic.GetSliceNode()
    width, height, depth = node.GetFieldOfView()
    node.SetFieldOfView(width / 4, height / 4, depth)
    places = texts(shown)
    assert "L3-L4  III" in places and 0 < len(places) < len(ALL)
    rows = sorted((bottom, top) for _left, _right, bottom, top in places.values())
    assert all(lower[1] <= upper[0] for lower, upper in itertools.pairwise(rows)), "none lies over another"


def test_labels_stand_only_where_the_slice_runs_through_the_box(shown):
    assert set(texts(shown, 1)) == {"L3-L4  III"}
    shown.axial.logic.GetSliceNode().JumpSliceByOffsetting(0.0, 0.0, 500.0)
    assert texts(shown, 1) == {}
    shown.sagittal.logic.GetSliceNode().JumpSliceByOffsetting(60.0, 0.0, 0.0)
    assert texts(shown) == {}


def test_labels_are_upright_and_inside_an_oblique_view(shown):
    node = shown.axial.logic.GetSliceNode()
    node.SetOrientation("Sagittal")
    shown.axial.fit()
    for row, column, value in ((0, 0, 0.6), (1, 0, 0.64), (2, 0, 0.48), (0, 1, 0.0), (1, 1, -0.6), (2, 1, 0.8)):
        node.GetSliceToRAS().SetElement(row, column, value)
    node.UpdateMatrices()
    for left, right, bottom, top in texts(shown, 1).values():
        assert 0 <= left < right <= 400 and 0 <= bottom < top <= 400 and right - left > top - bottom


def test_labels_can_be_chosen_and_switched_off(shown):
    shown.logic.labels.show(task="high_grade")
    assert set(texts(shown)) == {"L5-S1  IV–V", "L4-L5  IV–V", "L3-L4  I–III", "L2-L3  I–III", "L1-L2  I–III"}
    shown.logic.labels.show(system="", task="")
    assert set(texts(shown)) == {"L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"}
    assert not shown.nodes.rois["L4-L5"].GetDisplayNode().GetPropertiesLabelVisibility()
    shown.logic.labels.show(visible=False)
    assert shown.logic.labels.views == ()
    assert not shown.nodes.rois["L4-L5"].GetDisplayNode().GetPropertiesLabelVisibility(), "nor do the boxes say a name"
    with pytest.raises(UsageError, match="no task"):
        shown.logic.labels.show(system="pfirrmann", task="zone")
    assert shown.logic.labels.settings.label_task == ""


UPPER = ("spider", "upper_endplate")


@pytest.fixture
def possible(shown):
    """The same, with a finding at L4-L5 that its operating point calls though it is less likely than not."""
    disc = shown.logic.reading().disc("L4-L5")
    grade = replace(
        made_grade(*UPPER, "1", "yes", ("0", "1"), {}),
        probabilities={"0": 0.6, "1": 0.4},
        call=Call("youden", 0.37, 0.79, 0.68, "discs made up"),
    )
    assert grade.is_possible
    shown.logic.readings.apply(LearnGrades(disc.number, disc.box, (*disc.grading.grades, grade)))
    shown.logic.labels.show(system=UPPER[0], task=UPPER[1])
    return shown


def test_a_finding_that_is_only_possible_is_not_called_present(possible):
    """``yes`` would be wrong until a reader says so."""
    assert "L4-L5  possible" in texts(possible)
    possible.logic.readings.apply(AcceptGrade("L4-L5", *UPPER))
    assert "L4-L5  yes" in texts(possible)
    possible.logic.undo()
    assert "L4-L5  possible" in texts(possible)
    possible.logic.setOverride("L4-L5", *UPPER, "0")
    assert "L4-L5  no" in texts(possible)


def test_labels_speak_the_users_language(possible):
    settings = ViewSettings(labels=True, label_system=UPPER[0], label_task=UPPER[1])
    reading, german = possible.logic.readings.of(None), find_language("de").word
    found = {label.level: label.text for label in labels_of(reading, settings, german)}
    assert found["L4-L5"] == "L4-L5  möglich"
    possible.logic.setOverride("L4-L5", *UPPER, "1")
    found = {label.level: label.text for label in labels_of(reading, settings, german)}
    assert found["L4-L5"] == "L4-L5  ja"


def test_labels_keep_their_distance(shown):
    for level in ("L4-L5", "L3-L4", "L2-L3"):
        shown.nodes.rois[level].SetCenterWorld(0.0, -5.0, 0.0)
    places = sorted((bottom, top) for _, _, bottom, top in texts(shown).values())
    assert all(upper[0] >= lower[1] for lower, upper in itertools.pairwise(places))


def test_a_closed_scene_has_no_labels(shown):
    count = shown.sagittal.window.GetRenderers().GetItemAsObject(1).GetViewProps().GetNumberOfItems()
    texts(shown)
    shown.scene.Clear()
    assert texts(shown) == {}
    shown.logic.forget()
    props = shown.sagittal.window.GetRenderers().GetItemAsObject(1).GetViewProps()
    actors = [props.GetItemAsObject(n) for n in range(props.GetNumberOfItems())]
    assert not any(one.IsA("vtkTextActor") and "L4-L5" in (one.GetInput() or "") for one in actors), count
