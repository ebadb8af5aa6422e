"""Herniations that were graded on axial slices, as they are shown: in the report and as curves in a scene."""

from dataclasses import replace

import numpy as np
import pytest
from discgrader.grading.grader import Grader
from discgrader.grading.herniation_box import KEY, evidence_box
from discgrader.grading.results import StudyResult
from discgrader.grading.systems import scale_of
from discgrader.grading.view import slice_middle, slice_read
from discgrader.imaging.study import Plane, Study
from discgrader.imaging.volume import lps_to_ras
from discgrader.localize.box import RoiBox
from discgrader.report.account import Account
from discgrader.report.details import details
from discgrader.report.pictures import axial_picture, with_outline, with_saliency
from explained import explained
from solid_body import STEP_MM, axial, discs, lumpy, sagittal
from tiny_packs import tiny_window_pack


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """A study graded by a pack that finds herniations, with its saliency."""
    study, localization = Study("s", (sagittal(lumpy()), axial(lumpy()))), discs()
    for seed in range(20):
        grader = Grader([tiny_window_pack(tmp_path_factory.mktemp("pack") / "msu", "msu", seed)])
        graded = grader.grade(study, localization)
        if any(evidence_box(grade.evidence) is not None for one in graded for grade in one.grades):
            break
    maps, series = {}, {}
    for one in graded:
        for (system, task), (name, volume) in explained(grader, study, localization, one).items():
            maps[one.disc.level, system, task], series[one.disc.level, system, task] = volume, name
    return StudyResult(study, localization, graded, maps, series)


def herniated(result):
    return [disc for disc in result.discs if KEY in disc.grade_of("msu", "size").evidence]


def test_the_report_shows_the_axial_slice_of_a_finding(result):
    text = str(details(Account(result)))
    for one in result.discs:
        size = one.grade_of("msu", "size")
        shown = f"{one.disc.level} on AX T2 with the saliency of Herniation size, MSU, {size.label}"
        assert (shown in text) == (size.grade != "0")
    assert "Herniation, width × depth" in text and "Trained on synthetic images only" in text


def test_the_picture_of_a_finding_is_of_the_slice_that_its_grade_was_read_from(result):
    """Also where saliency is highest on another slice."""
    [shown] = [series for series in result.study.series if series.plane is Plane.AXIAL]
    graded = herniated(result)[0]
    size = graded.grade_of("msu", "size")
    name, index = slice_read(size.evidence)
    assert name == shown.name and size.evidence["slice"]["value"] == f"{index + 1} of {shown.volume.size[2]}"
    elsewhere = np.zeros_like(result.saliency[graded.disc.level, "msu", "size"].array)
    elsewhere[(index + 3) % len(elsewhere), 10:20, 10:20] = 1.0
    saliency = shown.volume.with_array(elsewhere)
    key = (graded.disc.level, "msu", "size")
    picture = axial_picture(shown, graded.disc.roi, slice_middle(shown.volume, index))
    scale = scale_of("msu", "size")
    wanted = with_outline(
        with_saliency(picture, saliency), evidence_box(size.evidence), scale.grade(size.grade).rgb
    ).data_uri()
    assert wanted in str(details(Account(replace(result, saliency={key: saliency}, saliency_series={key: name}))))


def test_a_slice_that_evidence_does_not_tell_is_none():
    for said in (
        {},
        {"slice": "7 of 9"},
        {"slice": {"series": "a", "value": "x of 9"}},
        {"slice": {"value": "7 of 9"}},
    ):
        assert slice_read(said) is None
    assert slice_read({"slice": {"series": "a", "value": "7 of 9"}}) == ("a", 6)


def test_an_axial_picture_lies_on_the_slice_with_left_on_the_right():
    def body(points):
        return np.exp(-((points - [15.0, 10.0, STEP_MM]) ** 2).sum(-1) / 60)

    disc = discs((20.0, 12.0)).discs[1]
    picture = axial_picture(axial(body), disc.roi, disc.roi.center_lps_mm + [0, 0, 3.0])
    rows, columns = picture.pixels.shape
    assert (rows, columns) == (360, 360)
    _row, column = np.unravel_index(picture.pixels.astype(float).argmax(), picture.pixels.shape)
    assert abs(picture.project(np.array([15.0, 10.0, STEP_MM]))[0] - column * 0.2) < 2 and column > 230
    box = RoiBox(picture.center_lps_mm + 5 * picture.right, np.eye(3), np.array([20.0, 10.0, 4.0]))
    outlined = with_outline(picture, box, (1.0, 0.0, 0.0)).pixels
    red = (outlined == [255, 0, 0]).all(axis=-1)
    found = np.nonzero(red)
    assert found[1].min() * 0.2 == pytest.approx(36 + 5 - 10, abs=0.5) and np.ptp(found[1]) * 0.2 == pytest.approx(
        20, abs=0.5
    )
    assert np.ptp(found[0]) * 0.2 == pytest.approx(10, abs=1.0) and not red[found[0].min() + 20, found[1].min() + 30]


def test_curves_of_a_scene_follow_the_grades(result):
    pytest.importorskip("slicer", reason="slicer-core is not installed")
    from discgrader.mrml.headless import headless_scene
    from discgrader.mrml.nodes import attribute, study_nodes
    from discgrader.mrml.scene import populate_scene

    scene = headless_scene().scene
    nodes = populate_scene(scene, result)
    curves = {attribute(node, "Level"): node for node in study_nodes(scene, "s", "herniation")}
    assert set(curves) == {one.disc.level for one in herniated(result)} != set()
    for one in herniated(result):
        node, size = curves[one.disc.level], one.grade_of("msu", "size")
        box = evidence_box(size.evidence)
        assert node.GetName() == f"{one.disc.level} herniation {size.label}{one.grade_of('msu', 'zone').label}"
        points = []
        for number in range(node.GetNumberOfControlPoints()):
            point = [0.0, 0.0, 0.0]
            node.GetNthControlPointPositionWorld(number, point)
            points.append(lps_to_ras(np.array(point)))
        assert np.allclose(np.mean(points, axis=0), box.center_lps_mm, atol=1e-3)
        assert np.allclose(np.abs(box.to_local(np.array(points)))[:, :2], box.size_mm[:2] / 2, atol=1e-3)
    kept = herniated(result)[0]
    healthy = replace(kept, grades=tuple(replace(grade, evidence={}) for grade in kept.grades))
    for graded, left in ((kept, [kept.disc.level]), (healthy, [])):
        discs = tuple(
            replace(
                disc, gradings=(replace(disc.grading, grades=graded.grades),) if disc.level == kept.disc.level else ()
            )
            for disc in nodes.reading.discs
        )
        nodes.renderer.show(replace(nodes.reading, discs=discs))
        assert [attribute(node, "Level") for node in study_nodes(scene, "s", "herniation")] == left
