"""A result in a MRML scene and in a .mrb file, read back here and by other programs."""

import csv
import json
import os
import sys
import threading
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk
import slicer
from discgrader.errors import Cancelled, OutputError, UsageError
from discgrader.grading.not_graded import PASSED_BY
from discgrader.grading.systems import scale_of
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.imaging.volume import Volume, lps_to_ras
from discgrader.mrml.bundle import read_bundle, write_scene
from discgrader.mrml.grade_views import axial_slice
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.nodes import attribute, roi_from_node, rows_from_node
from discgrader.mrml.readback import result_from_scene, series_nodes, studies_in_scene
from discgrader.mrml.scene import populate_scene
from discgrader.mrml.segmentation import UNGRADED, segmentation_from_node
from discgrader.mrml.volumes import right_handed, slices_reversed, volume_to_node
from discgrader.progress import Progress
from discgrader.report.tables import grades_json, grades_rows, write_grades_csv
from synthetic_result import synthetic_result
from vtk import vtkIdList

LEVELS = ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"]


@pytest.fixture
def host():
    return headless_scene()


@pytest.fixture(scope="module")
def result():
    return synthetic_result()


def nodes_by_class(scene, class_name: str) -> list:
    return [scene.GetNthNodeByClass(n, class_name) for n in range(scene.GetNumberOfNodesByClass(class_name))]


def children(hierarchy, item: int) -> list[str]:
    ids = vtkIdList()
    hierarchy.GetItemChildren(item, ids)
    return [hierarchy.GetItemName(ids.GetId(number)) for number in range(ids.GetNumberOfIds())]


def assert_same_picture(one: Volume, other: Volume):
    """The same voxels in the same places, in whichever order the slices are stored (see test_mrml_nodes)."""
    one, other = right_handed(one), right_handed(other)
    assert np.allclose(one.affine_lps, other.affine_lps, atol=1e-4)
    assert np.array_equal(one.array, other.array)


def assert_same_result(back, result):
    """All that a user relies on, voxels compared by their place in the patient."""
    assert back.study.name == result.study.name
    for one, other in zip(back.study.series, result.study.series, strict=True):
        assert (one.name, one.role, one.contrast_reason) == (other.name, other.role, other.contrast_reason)
        assert_same_picture(one.volume, other.volume)
    assert back.localization.series_name == result.localization.series_name
    assert_same_picture(back.localization.segmentation, result.localization.segmentation)
    for one, other in zip(back.discs, result.discs, strict=True):
        assert (one.disc.level, one.disc.warnings) == (other.disc.level, other.disc.warnings)
        assert one.not_graded == other.not_graded
        assert np.allclose(one.disc.roi.corners_lps(), other.disc.roi.corners_lps(), atol=1e-3)
        for grade, original in zip(one.grades, other.grades, strict=True):
            assert (grade.grade, grade.label, grade.warnings) == (original.grade, original.label, original.warnings)
            assert (grade.pack_sha256, grade.synthetic) == (original.pack_sha256, original.synthetic)
            assert grade.probabilities == pytest.approx(original.probabilities)
    assert set(back.saliency) == set(result.saliency)
    assert back.saliency_series == dict(result.saliency_series)
    for key, volume in result.saliency.items():
        assert_same_picture(back.saliency[key], volume)


def test_boxes_are_named_by_level_and_colored_by_grade(host, result):
    nodes = populate_scene(host.scene, result)
    assert list(nodes.rois) == LEVELS
    for disc in result.discs:
        node = nodes.rois[disc.disc.level]
        assert node.GetClassName() == "vtkMRMLMarkupsROINode"
        assert node.GetName() == disc.disc.level
        grade = disc.grade_of("pfirrmann", "pfirrmann")
        expected = scale_of("pfirrmann", "pfirrmann").grade(grade.grade).rgb
        assert node.GetDisplayNode().GetSelectedColor() == pytest.approx(expected, abs=1e-6)
        assert np.allclose(roi_from_node(node).corners_lps(), disc.disc.roi.corners_lps())
    assert "pfirrmann V (70%)" in nodes.rois["L5-S1"].GetDescription()
    assert len({nodes.rois[level].GetDisplayNode().GetSelectedColor() for level in LEVELS}) == 5


def test_segments_are_named_and_disc_segments_have_their_boxes_color(host, result):
    nodes = populate_scene(host.scene, result)
    segmentation = nodes.segmentation.GetSegmentation()
    segments = [segmentation.GetNthSegment(n) for n in range(segmentation.GetNumberOfSegments())]
    assert [one.GetName() for one in segments] == ["vertebrae", "spinal canal", *LEVELS]
    assert [one.GetLabelValue() for one in segments] == [1, 100, 201, 202, 203, 204, 205]
    box = nodes.rois["L3-L4"].GetDisplayNode().GetSelectedColor()
    assert segments[4].GetColor() == pytest.approx(box, abs=1e-6)
    assert_same_picture(segmentation_from_node(nodes.segmentation), result.localization.segmentation)


def test_disc_that_was_not_graded_has_a_segment_of_its_own(host, result):
    part = replace(
        result, localization=replace(result.localization, discs=result.localization.discs[:4]), discs=result.discs[:4]
    )
    part = replace(part, saliency={}, saliency_series={})
    nodes = populate_scene(host.scene, part)
    segmentation = nodes.segmentation.GetSegmentation()
    assert segmentation.GetSegment("disc 5").GetColor() == pytest.approx(UNGRADED, abs=1e-6)
    assert list(nodes.rois) == LEVELS[:4]


def test_saliency_is_a_foreground_with_a_threshold(host, result):
    nodes = populate_scene(host.scene, result)
    assert set(nodes.saliency) == set(result.saliency)
    for key, node in nodes.saliency.items():
        display = node.GetDisplayNode()
        assert display.GetApplyThreshold()
        assert display.GetLowerThreshold() == pytest.approx(0.3)
        assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (0.0, 1.0)
        assert display.GetColorNode().GetName() == "DiscGrader saliency"
        assert attribute(node, "Series") == "T2_sag"
        assert_same_picture(result_from_scene(host.scene).saliency[key], result.saliency[key])
    tables = [
        one for one in nodes_by_class(host.scene, "vtkMRMLColorTableNode") if one.GetName().startswith("DiscGrader")
    ]
    assert len(tables) == 1
    rgb = np.array([tables[0].GetLookupTable().GetTableValue(n)[:3] for n in range(256)])
    luminance = rgb @ (0.2126, 0.7152, 0.0722)
    assert np.all(np.diff(luminance) > -1e-6), "a map of one quantity must grow brighter all the way"


def test_series_have_a_window_that_shows_them(host, result):
    nodes = populate_scene(host.scene, result)
    display = nodes.volumes["T2_sag"].GetDisplayNode()
    assert 30 < display.GetWindowLevelMin() < 60
    assert 500 < display.GetWindowLevelMax() < 560


def test_table_has_the_columns_and_cells_of_grades_csv(host, result, tmp_path):
    node = populate_scene(host.scene, result).table
    write_grades_csv(grades_rows(grades_json(result)), tmp_path / "grades.csv")
    with open(tmp_path / "grades.csv", encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    rows = rows_from_node(node)
    assert [list(row) for row in rows] == [list(row) for row in expected]
    for row, wanted in zip(rows, expected, strict=True):
        for column, cell in wanted.items():
            if column == "probability":
                assert float(row[column]) == pytest.approx(float(cell))
            else:
                assert row[column] == cell


def test_text_node_holds_grades_json(host, result):
    node = populate_scene(host.scene, result).provenance
    document = json.loads(json.dumps(grades_json(result)))
    # Who read how far, what contradicts, and what a report is made from, are the reading's in a scene.
    of_files = {name: document.pop(name) for name in ("reading", "report_from")}
    assert not any(disc.pop("contradictions") for disc in document["discs"])
    assert json.loads(node.GetText()) == document and of_files["reading"]["read"] == 0


def test_nodes_are_filed_by_study(host, result):
    populate_scene(host.scene, result)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(host.scene)
    study = hierarchy.GetItemChildWithName(hierarchy.GetSceneItemID(), "blocks")
    assert children(hierarchy, study) == ["ROI boxes", "Series", "Saliency", "Tables"]
    folder = {
        name: children(hierarchy, hierarchy.GetItemChildWithName(study, name)) for name in children(hierarchy, study)
    }
    assert folder["ROI boxes"] == LEVELS
    assert folder["Series"] == ["blocks segmentation", "T2_sag", "T1_sag"]
    assert folder["Saliency"] == [f"Saliency overlay, {level} Pfirrmann grade" for level in LEVELS]
    assert folder["Tables"] == ["blocks grades", "blocks grades.json", "blocks reading"]


def test_a_new_result_takes_the_place_of_the_old_one_and_spares_the_users_nodes(host, result):
    own = volume_to_node(host.scene, result.study.series[0].volume, "mine")
    drawn = host.scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "tumor")
    other = populate_scene(host.scene, synthetic_result(name="another"))
    populate_scene(host.scene, result, volume_nodes={"T2_sag": own})
    before = host.scene.GetNumberOfNodes()
    again = populate_scene(host.scene, result, volume_nodes={"T2_sag": own})
    assert host.scene.GetNumberOfNodes() == before
    assert again.volumes["T2_sag"] is own
    assert len(nodes_by_class(host.scene, "vtkMRMLMarkupsROINode")) == 11
    assert host.scene.IsNodePresent(drawn) and host.scene.IsNodePresent(other.table)
    assert set(studies_in_scene(host.scene)) == {"blocks", "another"}
    populate_scene(host.scene, result)
    assert host.scene.IsNodePresent(own), "a volume of the user's was removed"


def test_given_boxes_are_kept_and_colored(host, result):
    first = populate_scene(host.scene, result)
    again = populate_scene(host.scene, result, roi_nodes={"L4-L5": first.rois["L4-L5"]})
    assert again.rois["L4-L5"] is first.rois["L4-L5"]
    assert len(nodes_by_class(host.scene, "vtkMRMLMarkupsROINode")) == 5


@pytest.mark.parametrize("left_handed", [False, True])
def test_result_survives_a_scene(host, left_handed):
    result = synthetic_result(left_handed)
    populate_scene(host.scene, result)
    assert_same_result(result_from_scene(host.scene), result)


def test_what_was_not_graded_survives_a_scene_and_is_no_warning_besides(host, result):
    reasons = [{"msu": "no axial T2", "spider": "x"}, *[{"msu": "no axial T2"}] * 4]
    lacking = replace(
        result, discs=tuple(replace(one, not_graded=why) for one, why in zip(result.discs, reasons, strict=True))
    )
    provenance = populate_scene(host.scene, lacking).provenance
    back = result_from_scene(host.scene)
    assert_same_result(back, lacking)
    sentences = ("Not graded by msu: no axial T2.", "L5-S1 not graded by spider: x.")
    assert back.not_graded == sentences and not set(back.warnings) & set(sentences)
    document = json.loads(provenance.GetText())
    assert document["warnings"][-2:] == list(sentences)


@pytest.mark.parametrize("left_handed", [False, True])
def test_result_survives_a_bundle(host, tmp_path, left_handed):
    result = synthetic_result(left_handed)
    path = tmp_path / "Wirbelsäule mit Lücken" / "study ä.mrb"
    path.parent.mkdir()
    stages = []
    write_scene(result, path, Progress(lambda *heard: stages.append(heard)))
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    read_bundle(host, path)
    assert_same_result(result_from_scene(host.scene, "blocks"), result)
    fractions = [fraction for _, fraction, _ in stages]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0


def test_bundle_keeps_looks_folders_and_views(host, result, tmp_path):
    write_scene(result, tmp_path / "study.mrb")
    read_bundle(host, tmp_path / "study.mrb")
    boxes = {node.GetName(): node for node in nodes_by_class(host.scene, "vtkMRMLMarkupsROINode")}
    expected = scale_of("pfirrmann", "pfirrmann").grade("5").rgb
    assert boxes["L5-S1"].GetDisplayNode().GetSelectedColor() == pytest.approx(expected, abs=1e-3)
    over = host.scene.GetFirstNodeByName("Saliency overlay, L5-S1 Pfirrmann grade")
    display = over.GetDisplayNode()
    assert display.GetApplyThreshold() and display.GetLowerThreshold() == pytest.approx(0.3)
    assert display.GetColorNode().GetName() == "DiscGrader saliency"
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(host.scene)
    study = hierarchy.GetItemChildWithName(hierarchy.GetSceneItemID(), "blocks")
    saliency = hierarchy.GetItemChildWithName(study, "Saliency")
    assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(over)) == saliency
    views = nodes_by_class(host.scene, "vtkMRMLSliceCompositeNode")
    assert {view.GetLayoutName() for view in views} == {"Red", "Yellow", "Green"}
    for view in views:
        assert host.scene.GetNodeByID(view.GetBackgroundVolumeID()).GetName() == "T2_sag"
        assert view.GetForegroundVolumeID() == over.GetID(), "the worst disc's saliency is shown first"


def with_axial_blocks(result):
    """The result with one axial block through each of its discs."""
    blocks = []
    for one in result.discs:
        affine = np.diag([1.0, 1.0, 4.0, 1.0])
        affine[:3, 3] = one.disc.center_lps_mm - [40, 40, 8]
        block = Volume(np.ones((5, 81, 81), np.int16), affine)
        blocks.append(Series(f"T2_ax {one.disc.level}", block, Plane.AXIAL, Contrast.T2, ""))
    return replace(result, study=replace(result.study, series=(*result.study.series, *blocks)))


def test_the_bundles_axial_view_shows_the_axial_block_of_the_worst_disc(host, result, tmp_path):
    write_scene(with_axial_blocks(result), tmp_path / "study.mrb")
    read_bundle(host, tmp_path / "study.mrb")
    shown = {
        view.GetLayoutName(): host.scene.GetNodeByID(view.GetBackgroundVolumeID()).GetName()
        for view in nodes_by_class(host.scene, "vtkMRMLSliceCompositeNode")
    }
    assert shown == {"Red": "T2_ax L5-S1", "Yellow": "T2_sag", "Green": "T2_sag"}
    red = next(one for one in nodes_by_class(host.scene, "vtkMRMLSliceNode") if one.GetLayoutName() == "Red")
    worst = next(one.disc for one in result.discs if one.disc.level == "L5-S1")
    assert red.GetSliceOffset() == pytest.approx(worst.roi.center_lps_mm[2], abs=2.0), "on the disc"


def read_on(result, name: str, number: int, count: int = 5):
    """The result with the worst disc's first grade read from a slice, from 1, of an axial series."""
    evidence = {"slice": {"value": f"{number} of {count}", "series": name}}
    worst = replace(result.discs[0], grades=(replace(result.discs[0].grades[0], evidence=evidence),))
    return replace(result, discs=(worst, *result.discs[1:]))


def shown_z(nodes, result, *task, **options) -> float | None:
    found = axial_slice(result.discs[0], nodes.volumes.values(), *task, **options)
    return None if found is None else float(found.place_ras_mm[2])


def test_a_grade_is_shown_on_the_very_slice_that_it_was_read_from(host, result, tmp_path):
    """Also where the scene keeps its slices in reverse order, as it does those of left-handed volumes, and when it was
    saved and opened."""
    name, task = "T2_ax L5-S1", ("pfirrmann", "pfirrmann")
    graded = read_on(with_axial_blocks(result), name, 2)
    places = []
    for left_handed in (False, True):
        series = [
            replace(one, volume=slices_reversed(one.volume)) if left_handed and one.plane == "axial" else one
            for one in graded.study.series
        ]
        study = replace(graded, study=replace(graded.study, series=tuple(series)))
        [block] = [one.volume for one in series if one.name == name]
        write_scene(study, tmp_path / f"{left_handed}.mrb")
        host.scene.Clear(True)
        read_bundle(host, tmp_path / f"{left_handed}.mrb")
        back = result_from_scene(host.scene)
        [again] = [one.volume for one in back.study.series if one.name == name]
        assert np.allclose(again.affine_lps, block.affine_lps, atol=1e-4) and np.array_equal(again.array, block.array)
        place = block.index_to_lps([40, 40, 1])[2]
        nodes = SimpleNamespace(volumes=series_nodes(host.scene, "blocks"))
        assert shown_z(nodes, back, *task) == pytest.approx(place, abs=1e-3)
        middle = back.discs[0].disc.roi.center_lps_mm[2]
        assert abs(shown_z(nodes, back, "spider", "bulging") - middle) <= 2.0, "no grade of its own: the nearest"
        assert abs(shown_z(nodes, back, *task, moved=True) - middle) <= 2.0
        places.append(place)
    assert abs(places[0] - places[1]) > 5.0


def test_no_axial_slice_is_shown_that_was_refused_when_its_disc_was_graded(host, result):
    blocks = with_axial_blocks(result)
    refusal = {
        "msu": "axial T2 'T2_ax L5-S1' (5 slices) has a different frame of reference than the sagittal T2 'T2_sag'"
    }
    refused = replace(blocks, discs=(replace(blocks.discs[0], not_graded=refusal), *blocks.discs[1:]))
    nodes = populate_scene(host.scene, blocks)
    assert shown_z(nodes, blocks) is not None
    assert shown_z(nodes, refused) is None and shown_z(nodes, refused, moved=True) is None
    passed_by = replace(blocks.discs[0], not_graded={"msu": f"{PASSED_BY}; the nearest one is 9 mm away"})
    assert shown_z(nodes, replace(blocks, discs=(passed_by,))) is not None, "the box lies where a slice shows it now"
    t1 = replace(blocks.study.series[-5], contrast=Contrast.T1)
    assert t1.name == "T2_ax L5-S1"
    study = replace(blocks.study, series=(*blocks.study.series[:-5], t1))
    host.scene.Clear(True)
    assert shown_z(populate_scene(host.scene, replace(blocks, study=study)), blocks) is None, "T1 is not graded on"


def test_files_in_the_bundle_are_read_alike_by_other_programs(tmp_path):
    result = synthetic_result(left_handed=True)
    write_scene(result, tmp_path / "study.mrb")
    with zipfile.ZipFile(tmp_path / "study.mrb") as bundle:
        bundle.extractall(tmp_path)
    data = tmp_path / "study" / "Data"
    assert_same_picture(Volume.from_sitk(sitk.ReadImage(data / "T2_sag.nrrd")), result.study.series[0].volume)
    markup = json.loads((data / "L4-L5.mrk.json").read_text(encoding="utf-8"))["markups"][0]
    box = result.discs[1].disc.roi
    flip = lps_to_ras if markup["coordinateSystem"] == "RAS" else np.asarray
    assert np.allclose(flip(np.array(markup["center"])), box.center_lps_mm, atol=1e-3)
    assert np.allclose(markup["size"], box.size_mm, atol=1e-3)
    with open(data / "blocks grades.tsv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["label"] for row in rows[:3]] == ["V", "IV–V", "yes"]


def test_a_scene_that_cannot_be_written_is_a_plain_error_and_leaves_nothing(result, tmp_path):
    with pytest.raises(UsageError, match="ends in .mrb"):
        write_scene(result, tmp_path / "study.txt")
    with pytest.raises(OutputError, match="cannot be written"):
        write_scene(result, tmp_path / "missing" / "study.mrb")
    stop = threading.Event()

    def stop_at_saliency(stage, fraction, detail):
        if detail.startswith("saliency"):
            stop.set()

    with pytest.raises(Cancelled):
        write_scene(result, tmp_path / "study.mrb", Progress(stop_at_saliency, stop))
    assert not list(tmp_path.iterdir())


def test_without_slicer_core_the_error_says_what_to_install(result, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "slicer", None)
    with pytest.raises(UsageError, match="slicer-core"):
        write_scene(result, tmp_path / "study.mrb")


def test_what_is_no_result_is_refused(host, tmp_path):
    with pytest.raises(UsageError, match="no DiscGrader results"):
        result_from_scene(host.scene)
    before = os.getcwd()
    (tmp_path / "bad.mrb").write_text("no bundle")
    with zipfile.ZipFile(tmp_path / "empty.mrb", "w") as bundle:
        bundle.writestr("readme.txt", "no scene")
    for name in ("bad.mrb", "empty.mrb", "missing.mrb"):
        with pytest.raises(UsageError, match=f"{name} could not be read"):
            read_bundle(host, tmp_path / name)
    assert os.getcwd() == before
    for name in ("one", "two"):
        populate_scene(host.scene, synthetic_result(name=name))
    with pytest.raises(UsageError, match="one, two"):
        result_from_scene(host.scene)
