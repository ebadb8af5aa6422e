"""What a reader changes through the module's logic: boxes, names, discs, with undo and redo of all that the scene
shows."""

from types import SimpleNamespace

import numpy as np
import pytest
from block_engine import BlockEngine
from desk.install import discgrader_module
from discgrader.errors import UsageError
from discgrader.grading.systems import scale_of
from discgrader.imaging.volume import lps_to_ras
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.nodes import attribute, roi_from_node, rows_from_node, study_nodes
from discgrader.mrml.readback import result_from_scene
from discgrader.mrml.volumes import volume_to_node
from discgrader.reading.commands import AcceptGrade, WithdrawGrade
from discgrader.reading.disc_commands import DeleteDisc, ResetBox, SetLowest, SetMargin, ShiftLevels
from panel_reader import discs_in
from synthetic_result import synthetic_localization, synthetic_study

LEVELS = ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"]
PFIRRMANN = ("pfirrmann", "pfirrmann")
STUDY = "my T2"


@pytest.fixture
def reader():
    """A module's logic on a scene with a T2 and T1, nothing found yet, and what its hook was told."""
    host = headless_scene()
    with discgrader_module(host) as module:
        logic = module.DiscGraderLogic(BlockEngine())
        t2, t1 = synthetic_study().series
        volumes = {
            "T2": volume_to_node(host.scene, t2.volume, STUDY),
            "T1": volume_to_node(host.scene, t1.volume, "my T1"),
        }
        heard = []
        logic.boxChanged = lambda study, number, dragging: heard.append(
            (logic.reading(study).numbered(number).level, dragging)
        )
        yield SimpleNamespace(host=host, scene=host.scene, logic=logic, volumes=volumes, heard=heard, module=module)
        logic.close()


@pytest.fixture
def found(reader):
    reader.logic.findDiscs(reader.volumes)
    return reader


@pytest.fixture
def graded(reader):
    reader.logic.grade(reader.volumes)
    return reader


def names(reader) -> list[str]:
    nodes = sorted(study_nodes(reader.scene, STUDY, "roi"), key=lambda one: roi_from_node(one).center_lps_mm[2])
    return [one.GetName() for one in nodes]


def box(reader, level):
    return roi_from_node(reader.logic.readings.node(level))


def state(reader) -> dict:
    """All that the scene shows of the study."""
    rois = {}
    for node in study_nodes(reader.scene, STUDY, "roi"):
        corners = np.round(roi_from_node(node).corners_lps(), 3).tolist()
        rois[node.GetName()] = (corners, node.GetDisplayNode().GetSelectedColor(), attribute(node, "Level"))
    maps = {}
    for node in study_nodes(reader.scene, STUDY, "saliency"):
        bounds = [0.0] * 6
        node.GetRASBounds(bounds)
        maps[node.GetName()] = (tuple(np.round(bounds, 3)), node.GetImageData().GetScalarRange())
    tables = study_nodes(reader.scene, STUDY, "table")
    rows = {(one["level"], one["task"]): one for one in rows_from_node(tables[0])} if tables else {}
    segments = [node.GetSegmentation() for node in study_nodes(reader.scene, STUDY, "segmentation")]
    shown = [
        (one.GetNthSegment(n).GetName(), one.GetNthSegment(n).GetColor())
        for one in segments
        for n in range(one.GetNumberOfSegments())
    ]
    return {"boxes": rois, "maps": maps, "rows": rows, "segments": shown}


def grade_blocks_anew(reader, level, offset):
    """Move a box and have the engine say something else of it."""
    node = reader.logic.readings.node(level)
    center = [0.0, 0.0, 0.0]
    node.GetCenterWorld(center)
    node.SetCenterWorld(*(np.array(center) + offset))
    reader.logic.regrade(node)


def test_margin_changes_all_heights_but_those_set_by_hand(found):
    before = {level: box(found, level) for level in LEVELS}
    node = found.logic.readings.node("L3-L4")
    node.SetSize(46.0, 64.0, 40.0)
    moved = found.logic.readings.node("L2-L3")
    moved.SetCenterWorld(1.0, 2.0, 3.0)
    wide = found.logic.readings.node("L1-L2")
    wide.SetSize(50.0, 64.0, 30.0)
    found.heard.clear()
    found.logic.readings.apply(SetMargin(12.0))
    heights = {level: box(found, level).size_mm[2] for level in LEVELS}
    assert heights == pytest.approx({**dict.fromkeys(LEVELS, 34.0), "L3-L4": 40.0})
    assert np.allclose(box(found, "L4-L5").center_lps_mm, before["L4-L5"].center_lps_mm)
    assert box(found, "L1-L2").size_mm[0] == pytest.approx(50.0)
    assert [level for level, _ in found.heard] == ["L5-S1", "L4-L5", "L2-L3", "L1-L2"]
    found.logic.undo()
    assert box(found, "L4-L5").size_mm[2] == pytest.approx(30.0)
    with pytest.raises(UsageError, match="13 mm; choose a value from 8 to 12"):
        found.logic.readings.apply(SetMargin(13.0))


def test_a_slider_is_one_step(found):
    for margin in (10.5, 11.0, 11.5):
        found.logic.readings.apply(SetMargin(margin, dragging=True))
    found.logic.readings.apply(SetMargin(12.0))
    assert found.logic.readings.of().history.undo_words == "Undo: margin 12 mm"
    found.logic.readings.apply(SetMargin(8.0))
    found.logic.undo()
    assert box(found, "L4-L5").size_mm[2] == pytest.approx(34.0)
    found.logic.undo()
    assert box(found, "L4-L5").size_mm[2] == pytest.approx(30.0)
    history = found.logic.readings.of().history
    assert history.undo_words is None and history.redo_words == "Redo: margin 12 mm"


def test_names_shift_with_grades_saliency_and_segments(graded):
    before = state(graded)
    graded.logic.setOverride("L4-L5", *PFIRRMANN, "5")
    graded.logic.readings.apply(ShiftLevels(1))
    shifted = ["L4-L5", "L3-L4", "L2-L3", "L1-L2", "T12-L1"]
    assert names(graded) == shifted
    after = state(graded)
    assert after["rows"]["L4-L5", "pfirrmann"]["label"] == "V"
    assert after["rows"]["L3-L4", "pfirrmann"]["reader_grade"] == "5"
    assert (
        after["maps"]["Saliency overlay, L4-L5 Pfirrmann grade"]
        == before["maps"]["Saliency overlay, L5-S1 Pfirrmann grade"]
    )
    assert [name for name, _ in after["segments"]][-5:] == shifted
    result = result_from_scene(graded.scene)
    assert [one.disc.level for one in result.discs] == shifted
    assert [one.disc.index_from_sacrum for one in result.discs] == [1, 2, 3, 4, 5]
    graded.logic.readings.apply(SetLowest("L5-S1"))
    assert names(graded) == LEVELS
    graded.logic.undo()
    graded.logic.undo()
    graded.logic.undo()
    assert state(graded) == before


def test_a_deleted_disc_comes_back_whole(graded):
    before = state(graded)
    graded.logic.readings.apply(DeleteDisc("L3-L4"))
    after = state(graded)
    assert names(graded) == ["L5-S1", "L4-L5", "L2-L3", "L1-L2"]
    assert not any("L3-L4" in str(key) for part in ("boxes", "maps", "rows") for key in after[part])
    assert len(result_from_scene(graded.scene).discs) == 4
    graded.logic.undo()
    assert state(graded) == before
    graded.logic.redo()
    assert names(graded) == ["L5-S1", "L4-L5", "L2-L3", "L1-L2"]
    graded.logic.undo()
    assert state(graded) == before


def test_a_missed_disc_is_added_where_it_was(found):
    missed = box(found, "L3-L4")
    facts = discs_in(found.scene, STUDY).discs[2]
    found.logic.readings.apply(DeleteDisc("L3-L4"))
    level = found.logic.readings.add_disc(lps_to_ras(facts.center_lps_mm + [4.0, 3.0, 2.0]))
    assert level == "L3-L4" and names(found) == LEVELS
    added = box(found, "L3-L4")
    assert np.allclose(added.center_lps_mm, missed.center_lps_mm, atol=4.0)
    assert np.allclose(added.axes_lps, missed.axes_lps, atol=0.1)
    assert added.size_mm == pytest.approx(missed.size_mm, abs=9.0)
    assert [one.index_from_sacrum for one in discs_in(found.scene, STUDY).discs] == [1, 2, 3, 4, 5]
    found.logic.readings.apply(SetMargin(12.0))
    assert box(found, "L3-L4").size_mm[2] == pytest.approx(added.size_mm[2] + 4.0)
    found.logic.undo()
    found.logic.undo()
    assert names(found) == ["L5-S1", "L4-L5", "L2-L3", "L1-L2"]


def test_a_disc_added_between_two_names_moves_those_above_up(found):
    found.logic.readings.apply(DeleteDisc("L3-L4"))
    found.logic.readings.apply(DeleteDisc("L2-L3"))
    found.logic.readings.apply(DeleteDisc("L1-L2"))
    upper = synthetic_localization().discs[2]
    found.logic.readings.add_disc(lps_to_ras(upper.center_lps_mm))
    assert names(found) == ["L5-S1", "L4-L5", "L3-L4"]
    found.logic.readings.apply(DeleteDisc("L4-L5"))
    found.logic.readings.apply(ShiftLevels(-1))
    assert names(found) == ["S1-S2", "L4-L5"]
    found.logic.readings.apply(ShiftLevels(1))
    place = lps_to_ras(synthetic_localization().discs[1].center_lps_mm)
    assert found.logic.readings.add_disc(place, level="L5-S1") == "L5-S1"
    assert names(found) == ["L4-L5", "L5-S1", "L3-L4"] or names(found)[1] == "L5-S1"


def test_a_disc_added_below_moves_the_labels_of_those_above(found):
    found.logic.readings.apply(DeleteDisc("L5-S1"))
    found.logic.readings.add_disc(lps_to_ras(synthetic_localization().discs[0].center_lps_mm))
    assert names(found) == LEVELS
    known = discs_in(found.scene, STUDY)
    assert [one.index_from_sacrum for one in known.discs] == [1, 2, 3, 4, 5]
    for disc in known.discs[1:]:
        i, j, k = np.rint(known.segmentation.lps_to_index(disc.center_lps_mm)).astype(int)
        assert known.segmentation.array[k, j, i] == 200 + disc.index_from_sacrum


def test_where_no_disc_can_be_added(found):
    there = synthetic_localization().discs[2]
    with pytest.raises(UsageError, match="L3-L4 is already at this position"):
        found.logic.readings.add_disc(lps_to_ras(there.center_lps_mm))
    with pytest.raises(UsageError, match="three finite RAS coordinates"):
        found.logic.readings.add_disc([0.0, np.nan, 0.0])
    with pytest.raises(UsageError, match="no level L9-S1"):
        found.logic.readings.add_disc(lps_to_ras(there.center_lps_mm + [0, 0, 17.5]), level="L9-S1")
    assert names(found) == LEVELS and found.logic.readings.of().history.undo_words is None


def test_fit_and_reset(torch, found):
    start = box(found, "L4-L5")
    node = found.logic.readings.node("L4-L5")
    node.SetSize(30.0, 30.0, 50.0)
    center = [0.0, 0.0, 0.0]
    node.GetCenterWorld(center)
    node.SetCenterWorld(*(np.array(center) + [2.0, 5.0, 3.0]))
    found.logic.readings.fit_box("L4-L5")
    away = start.to_local(box(found, "L4-L5").center_lps_mm)
    assert np.abs(away).max() < 4.5 and abs(away[2]) < 0.5
    assert box(found, "L4-L5").size_mm[2] == pytest.approx(start.size_mm[2], abs=3.0)
    found.logic.readings.apply(ResetBox("L4-L5"))
    assert np.allclose(box(found, "L4-L5").corners_lps(), start.corners_lps(), atol=1e-3)
    assert found.logic.readings.of().history.undo_words == "Undo: reset L4-L5 box"
    node.SetCenterWorld(0.0, 0.0, 500.0)
    with pytest.raises(UsageError, match="No segmented disc lies in the L4-L5 box"):
        found.logic.readings.fit_box("L4-L5")


def test_grades_of_a_moved_box_are_said_to_be_of_the_old_one(graded):
    before = state(graded)
    graded.logic.readings.node("L4-L5").SetCenterWorld(1.0, 2.0, 3.0)
    graded.logic.setOverride("L5-S1", *PFIRRMANN, "4")
    rows = state(graded)["rows"]
    assert {level: rows[level, "pfirrmann"]["box"] for level in LEVELS} == {
        **dict.fromkeys(LEVELS, ""),
        "L4-L5": "moved",
    }
    assert graded.logic.reading().disc("L4-L5").is_stale
    graded.logic.regrade(graded.logic.readings.node("L4-L5"))
    assert state(graded)["rows"]["L4-L5", "pfirrmann"]["box"] == ""
    graded.logic.undo()
    graded.logic.undo()
    assert state(graded) == before


def test_undo_of_a_regraded_box_brings_its_saliency_back(graded):
    before = state(graded)
    made_up = graded.logic.jobs.engine.made_up.saliency
    key = ("L4-L5", *PFIRRMANN)
    made_up[key] = made_up["L5-S1", *PFIRRMANN]
    grade_blocks_anew(graded, "L4-L5", (2.0, 3.0, 4.0))
    after = state(graded)
    assert (
        after["maps"]["Saliency overlay, L4-L5 Pfirrmann grade"]
        != before["maps"]["Saliency overlay, L4-L5 Pfirrmann grade"]
    )
    graded.logic.undo()
    assert state(graded) == before
    graded.logic.redo()
    assert state(graded) == after


def test_boxes_follow_overrides_in_color(graded):
    graded.logic.setOverride("L1-L2", *PFIRRMANN, "5")
    color = scale_of(*PFIRRMANN).grade("5").rgb
    assert graded.logic.readings.node("L1-L2").GetDisplayNode().GetSelectedColor() == pytest.approx(color, abs=1e-6)
    graded.logic.readings.decide(AcceptGrade("L1-L2", *PFIRRMANN))
    assert graded.logic.readings.node("L1-L2").GetDisplayNode().GetSelectedColor() != pytest.approx(color, abs=1e-6)
    graded.logic.readings.decide(WithdrawGrade("L1-L2", *PFIRRMANN))
    assert graded.logic.reading().disc("L1-L2").status(*PFIRRMANN) == "unread"


def test_boxes_cannot_be_changed_while_discs_are_graded(graded):
    graded.logic.grade(graded.volumes, waitForCompletion=False)
    try:
        with pytest.raises(UsageError, match="being found or graded"):
            graded.logic.readings.apply(ShiftLevels(1))
    finally:
        graded.logic.cancel()


def test_names_that_do_not_exist(found):
    for act in (
        lambda: found.logic.readings.apply(DeleteDisc("L9-S1")),
        lambda: found.logic.readings.fit_box("L9-S1"),
        lambda: found.logic.readings.apply(ResetBox("L9-S1")),
        lambda: found.logic.readings.apply(SetLowest("L9-S1")),
        lambda: found.logic.readings.apply(ShiftLevels(-3)),
    ):
        with pytest.raises(UsageError):
            act()
    assert names(found) == LEVELS and found.logic.readings.of().history.undo_words is None
