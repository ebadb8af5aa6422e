"""DiscGrader.py on slicer-core: the logic does the main job on MRML nodes, with an engine that makes up its answers."""

import re
import sys
import threading
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import slicer
from block_engine import BlockEngine
from desk.install import discgrader_module
from desk.stand_ins.application import application
from discgrader.errors import StudyError, UsageError
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.nodes import roi_from_node, rows_from_node
from discgrader.mrml.readback import result_from_scene
from discgrader.mrml.volumes import volume_to_node
from places import MODULE
from PySide6 import QtCore
from synthetic_result import synthetic_localization, synthetic_study

LEVELS = ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"]
UI = MODULE / "Resources" / "UI" / "DiscGrader.ui"


@pytest.fixture
def host():
    return headless_scene()


@pytest.fixture
def module(host):
    with discgrader_module(host) as module:
        yield module


@pytest.fixture
def engine():
    return BlockEngine()


@pytest.fixture
def logic(module, engine):
    return module.DiscGraderLogic(engine)


@pytest.fixture
def volumes(host):
    t2, t1 = synthetic_study().series
    return {"T2": volume_to_node(host.scene, t2.volume, "my T2"), "T1": volume_to_node(host.scene, t1.volume, "my T1")}


def boxes(scene) -> list[str]:
    count = scene.GetNumberOfNodesByClass("vtkMRMLMarkupsROINode")
    return [scene.GetNthNodeByClass(number, "vtkMRMLMarkupsROINode").GetName() for number in range(count)]


def run_to_end(logic, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while logic.jobs.running and time.monotonic() < end:
        slicer.app.processEvents()
    assert not logic.jobs.running


def test_module_says_what_it_is(module):
    parent = slicer.modules.discgrader
    assert (parent.title, parent.categories) == ("DiscGrader", ["Quantification"])
    assert "not for diagnosis" in parent.helpText
    assert parent.contributors == ["DiscGrader contributors"]
    assert not parent.icon.isNull()


def test_module_puts_its_logic_folder_on_the_path_once(module):
    folder = str(UI.parents[2] / "Logic")
    assert sys.path.count(folder) == 1
    assert not any(path.endswith("DiscGrader") and "Logic" not in path for path in sys.path[:1])


def test_find_discs_puts_named_boxes_into_the_scene(logic, engine, volumes, host):
    nodes = logic.findDiscs(volumes, marginMm=9.0, lowestDisc="L5-S1")
    assert [node.GetName() for node in nodes] == LEVELS == boxes(host.scene)
    assert engine.asked == [("localize", ["T2", "T1"], 9.0, "L5-S1")]
    for node, disc in zip(nodes, synthetic_localization(margin_mm=9.0).discs, strict=True):
        assert np.allclose(roi_from_node(node).corners_lps(), disc.roi.corners_lps())
    logic.findDiscs(volumes)
    assert boxes(host.scene) == LEVELS, "boxes found again replace those found before"
    assert host.scene.IsNodePresent(volumes["T2"])


def test_grade_gives_the_table_and_shows_boxes_and_saliency(logic, engine, volumes, host):
    table = logic.grade(volumes)
    rows = rows_from_node(table)
    assert [row["label"] for row in rows if row["task"] == "pfirrmann"] == ["V", "IV", "III", "II", "I"]
    assert rows[0]["study"] == "my T2"
    assert [one[0] for one in engine.asked] == ["localize", "grade"]
    assert boxes(host.scene) == LEVELS
    colors = {host.scene.GetFirstNodeByName(level).GetDisplayNode().GetSelectedColor() for level in LEVELS}
    assert len(colors) == 5
    saliency = host.scene.GetFirstNodeByName("Saliency overlay, L5-S1 Pfirrmann grade")
    assert saliency.GetDisplayNode().GetApplyThreshold()
    result = result_from_scene(host.scene)
    assert [one.name for one in result.study.series] == ["my T2", "my T1"]
    assert len(result.saliency) == 5


def test_grade_passes_on_what_was_asked_for(logic, engine, volumes):
    logic.grade(volumes, systems=["pfirrmann"], saliency=False)
    assert engine.asked[-1][2:4] == (("pfirrmann",), False)


def test_corrected_boxes_are_graded_and_kept(logic, engine, volumes):
    nodes = logic.findDiscs(volumes)
    nodes[1].SetCenterWorld(5.0, 6.0, 7.0)
    logic.grade(volumes)
    assert [one[0] for one in engine.asked] == ["localize", "grade"], "boxes in the scene are not found anew"
    assert engine.asked[-1][1] == LEVELS
    center = [0.0, 0.0, 0.0]
    nodes[1].GetCenterWorld(center)
    assert center == pytest.approx([5.0, 6.0, 7.0])
    logic.grade(volumes, roiNodes=nodes[:2])
    assert engine.asked[-1][1] == LEVELS[:2]


def test_regrading_one_box_leaves_the_other_grades(logic, engine, volumes, host):
    logic.grade(volumes)
    node = host.scene.GetFirstNodeByName("L3-L4")
    node.SetCenterWorld(1.0, 2.0, 3.0)
    levels = []
    table = logic.regrade(node, eventCallback=lambda event, data: levels.append(data.get("level")))
    assert engine.asked[-1][1:4] == (["L3-L4"], ("pfirrmann", "spider"), True)
    assert len(rows_from_node(table)) == 15
    assert [level for level in levels if level] == ["L3-L4"]
    result = result_from_scene(host.scene)
    assert np.allclose(result.discs[2].disc.roi.center_lps_mm, (-1, -2, 3))
    assert len(result.saliency) == 5


def test_callback_hears_of_progress_levels_and_completion(logic, volumes):
    heard = []
    table = logic.grade(volumes, eventCallback=lambda event, data: heard.append((event, data)))
    fractions = [data["fraction"] for event, data in heard if event == logic.PROGRESS]
    assert fractions == sorted(fractions) and len(fractions) >= 5
    graded = [data for event, data in heard if event == logic.LEVEL]
    assert [one["level"] for one in graded] == LEVELS
    assert graded[0]["grades"][0].label == "V"
    assert heard[-1] == (logic.COMPLETED, {"table": table})


def test_grading_in_the_background_touches_the_scene_only_from_its_own_thread(logic, engine, volumes, host):
    engine.hold = threading.Event()
    heard = []
    added = []
    host.scene.AddObserver(host.scene.NodeAddedEvent, lambda *_: added.append(threading.current_thread()))
    answer = logic.grade(
        volumes,
        waitForCompletion=False,
        eventCallback=lambda event, data: heard.append((event, threading.current_thread())),
    )
    assert answer is None and logic.jobs.running
    with pytest.raises(UsageError, match="still running"):
        logic.grade(volumes)
    engine.hold.set()
    run_to_end(logic)
    assert heard[-1][0] == logic.COMPLETED
    main = threading.current_thread()
    assert engine.asked[-1][4] is not main, "the computation ran in the window's thread"
    assert {thread for _, thread in heard} == {main} == set(added)
    assert len(result_from_scene(host.scene).discs) == 5


def test_cancelling_leaves_the_scene_as_it_was(logic, engine, volumes, host):
    engine.hold = threading.Event()
    before = host.scene.GetNumberOfNodes()
    heard = []
    logic.grade(volumes, waitForCompletion=False, eventCallback=lambda event, data: heard.append(event))
    logic.cancel()
    engine.hold.set()
    run_to_end(logic)
    assert heard[-1] == logic.CANCELLED and logic.COMPLETED not in heard
    assert host.scene.GetNumberOfNodes() == before
    engine.hold = None
    assert logic.grade(volumes) is not None, "after a stop the next run goes through"


@pytest.mark.parametrize("wait", [True, False])
def test_an_error_reaches_the_callback(logic, engine, volumes, wait):
    engine.error = StudyError("No disc was found in my T2; check that it shows a lumbar spine on MRI.")
    heard = []
    arguments = {"waitForCompletion": wait, "eventCallback": lambda event, data: heard.append((event, data))}
    if wait:
        with pytest.raises(StudyError, match="No disc was found"):
            logic.grade(volumes, **arguments)
    else:
        logic.grade(volumes, **arguments)
        run_to_end(logic)
    assert heard[-1] == (logic.ERROR, {"error": engine.error})


def test_show_grade_brings_up_its_series_saliency_and_box(logic, volumes, host):
    logic.grade(volumes)
    view = host.slice_logic("Yellow", "Sagittal")
    logic.showGrade("L4-L5", "pfirrmann", "pfirrmann")
    layers = view.GetSliceCompositeNode()
    assert layers.GetBackgroundVolumeID() == volumes["T2"].GetID()
    assert host.scene.GetNodeByID(layers.GetForegroundVolumeID()).GetName() == "Saliency overlay, L4-L5 Pfirrmann grade"
    shown = {level: host.scene.GetFirstNodeByName(level).GetDisplayNode().GetOutlineOpacity() for level in LEVELS}
    assert max(shown, key=shown.get) == "L4-L5"
    logic.showGrade("L4-L5", "spider", "bulging")
    assert layers.GetForegroundVolumeID() is None, "a grade without saliency shows the picture alone"
    with pytest.raises(UsageError, match="no disc T9-T10"):
        logic.showGrade("T9-T10", "pfirrmann", "pfirrmann")


def test_wrong_volumes_are_plain_errors(logic, volumes):
    with pytest.raises(UsageError, match="No series is chosen"):
        logic.grade({"T2": None})
    with pytest.raises(StudyError, match="my T2 is sagittal"):
        logic.findDiscs({"AX_T2": volumes["T2"]})
    volumes["T1"].SetName("my T2")
    with pytest.raises(UsageError, match="called my T2"):
        logic.findDiscs(volumes)


def test_volumes_of_a_dicom_study_stay_in_it(logic, volumes, host):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(host.scene)
    study = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "MRI lumbar spine")
    items = [hierarchy.CreateItem(study, node) for node in volumes.values()]
    table = logic.grade(volumes)
    assert rows_from_node(table)[0]["study"] == "MRI lumbar spine"
    assert [hierarchy.GetItemParent(item) for item in items] == [study, study]
    folder = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(table))
    assert hierarchy.GetItemParent(folder) == study


def test_parameter_node_keeps_the_users_choices_in_the_scene(logic, module, volumes, host):
    node = logic.getParameterNode()
    assert (node.boxes.marginMm, node.grading.saliency, node.volumes()) == (10.0, True, {})
    node.series.t2 = volumes["T2"]
    node.boxes.marginMm = 11.0
    again = module.DiscGraderLogic().getParameterNode()
    assert (again.boxes.marginMm, again.volumes()) == (11.0, {"T2": volumes["T2"]})
    with pytest.raises(ValueError, match="within range"):
        node.boxes.marginMm = 20.0


def test_panel_has_every_widget_and_parameter_that_the_module_speaks_of(module):
    ui = ElementTree.parse(UI)
    names = {widget.get("name") for widget in ui.iter("widget")}
    source = Path(module.__file__).read_text(encoding="utf-8")
    parts = Path(module.__file__).parent / "Logic" / "discgrader" / "panel"
    sources = [source, *(one.read_text(encoding="utf-8") for one in parts.glob("*.py"))]
    assert {name for one in sources for name in re.findall(r"\bui\.(\w+)", one)} <= names
    bound = {one.find("string").text for one in ui.iter("property") if one.get("name") == "SlicerParameterName"}
    node = module.DiscGraderLogic().getParameterNode()
    assert all(node.dataType(name) for name in bound)
    receivers = {one.find("receiver").text for one in ui.iter("connection")}
    selectors = {one.get("name") for one in ui.iter("widget") if one.get("class") == "qMRMLNodeComboBox"}
    assert selectors <= receivers <= names, "a selector that does not hear of the scene stays empty"


def test_a_script_gets_the_defaults_of_what_an_older_scene_lacks(logic, module):
    node = logic.getParameterNode().parameterNode
    node.SetParameter("display.saliencyThreshold", "0.7")
    for name in ("display.saliencyOpacity", "display.labels", "grading.systemsOff_len"):
        node.UnsetParameter(name)
    parameters = module.DiscGraderLogic().getParameterNode()
    shown = parameters.display
    assert (shown.saliencyOpacity, shown.saliencyThreshold, shown.labels) == (0.5, 0.7, True)
    assert list(parameters.grading.systemsOff) == []


def test_a_panel_that_is_set_up_but_not_entered_hears_no_key_and_leaves_the_scene_alone(module):
    widget = slicer.util.getModuleWidget("DiscGrader")
    assert isinstance(widget, module.DiscGraderWidget) and not widget.parent.isEntered
    assert not widget.panel.keys.keys.bound and widget.panel.parameters is None


@pytest.mark.parametrize(("language", "enabled", "title"), [
    ("de", None, "Grade"), ("de", False, "Grade"), ("de", True, "Einstufen"), (None, True, "Grade"),
    ("xx", True, "Grade"),
])  # fmt: skip
def test_a_language_is_spoken_only_where_it_is_switched_on(language, enabled, title, tmp_path):
    QtCore.QSettings.setPath(QtCore.QSettings.NativeFormat, QtCore.QSettings.UserScope, str(tmp_path))
    settings = application().userSettings()
    for name, value in (("language", language), ("Internationalization/Enabled", enabled)):
        settings.setValue(name, value) if value is not None else settings.remove(name)
    try:
        with discgrader_module(headless_scene()):
            assert slicer.util.getModuleWidget("DiscGrader").ui.gradeButton.text == title
    finally:
        settings.clear()
