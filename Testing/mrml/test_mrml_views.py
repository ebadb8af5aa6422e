"""Slice views of a result's scene, drawn off-screen by Slicer's own displayable managers."""

from ctypes.util import find_library

import numpy as np
import pytest

if find_library("EGL") is None:
    pytest.skip("libegl1 is not installed", allow_module_level=True)

from discgrader.imaging.volume import lps_to_ras
from discgrader.mrml.bundle import arrange_views, read_bundle, write_scene
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.scene import populate_scene
from discgrader.mrml.views import highlight, jump_to, show_layers
from slice_view import SliceView
from synthetic_result import synthetic_result


@pytest.fixture
def view():
    """A sagittal view of a whole result, at the middle of the spine."""
    host = headless_scene()
    result = synthetic_result()
    nodes = populate_scene(host.scene, result)
    view = SliceView(host, "Yellow", "Sagittal")
    arrange_views(host.scene, [view.logic], result, nodes)
    view.fit()
    yield view, host.scene, result, nodes
    view.close()


def edge_colors(view, pixels, box, side: float) -> np.ndarray:
    """The most colorful pixel at several points of a box's upper (1) or lower (-1) edge, RGB, shape (points, 3)."""
    colors = []
    for along in np.linspace(-0.4, 0.4, 9):
        local = np.array([0.0, along, side / 2]) * box.size_mm
        column, row = view.pixel_of(lps_to_ras(box.center_lps_mm + box.axes_lps @ local))
        patch = pixels[row - 2 : row + 3, column - 2 : column + 3].reshape(-1, 3).astype(int)
        colors.append(patch[np.argmax(np.ptp(patch, axis=1))])
    return np.array(colors)


def colorfulness(pixels) -> np.ndarray:
    return np.ptp(pixels.astype(int), axis=-1)


def test_boxes_are_drawn_at_their_place_in_their_grades_color(view, tmp_path):
    view, _, result, nodes = view
    pixels = view.save(tmp_path / "sagittal.png")
    for disc in result.discs:
        wanted = 255 * np.array(nodes.rois[disc.disc.level].GetDisplayNode().GetSelectedColor())
        for side in (-1, 1):
            drawn = np.median(edge_colors(view, pixels, disc.disc.roi, side), axis=0)
            assert np.abs(drawn - wanted).max() < 60, (disc.disc.level, drawn, wanted)


def test_picture_under_the_boxes_keeps_its_signal(view):
    view, scene, result, nodes = view
    show_layers(scene, nodes.volumes["T2_sag"])
    pixels = view.pixels()
    box = result.discs[2].disc.roi
    inside = [view.pixel_of(lps_to_ras(box.center_lps_mm + box.axes_lps @ (0, y, 8.0))) for y in (-25, -20, -15, 18)]
    values = np.array([pixels[row, column] for column, row in inside])
    assert colorfulness(values).max() <= 2, "a box tints the vertebra or the canal that it lies over"


def test_saliency_lies_over_its_disc_and_obeys_the_threshold(view, tmp_path):
    view, scene, result, nodes = view
    key = ("L5-S1", "pfirrmann", "pfirrmann")
    peak = np.unravel_index(np.argmax(result.saliency[key].array), result.saliency[key].array.shape)
    center = result.saliency[key].index_to_lps(peak[::-1])
    jump_to(scene, nodes.rois["L5-S1"])
    for node in nodes.rois.values():
        node.GetDisplayNode().SetVisibility(False)

    def patch():
        column, row = view.pixel_of(lps_to_ras(center))
        return view.pixels()[row - 6 : row + 7, column - 6 : column + 7]

    assert np.median(colorfulness(patch())) > 40
    view.save(tmp_path / "saliency.png")
    nodes.saliency[key].GetDisplayNode().SetLowerThreshold(2.0)
    assert np.median(colorfulness(patch())) <= 2
    nodes.saliency[key].GetDisplayNode().SetLowerThreshold(0.3)
    show_layers(scene, nodes.volumes["T2_sag"])
    assert np.median(colorfulness(patch())) <= 2


def test_highlighting_one_box_dims_the_others(view):
    view, scene, result, nodes = view
    bright = view.pixels()
    highlight(scene, nodes.rois["L4-L5"])
    dim = view.pixels()
    for level, box in ((one.disc.level, one.disc.roi) for one in result.discs):
        before = colorfulness(edge_colors(view, bright, box, 1)).mean()
        after = colorfulness(edge_colors(view, dim, box, 1)).mean()
        assert (after > 0.9 * before) == (level == "L4-L5"), level
    highlight(scene, None)
    assert np.array_equal(view.pixels(), bright)


def test_bundle_that_was_read_back_looks_the_same(view, tmp_path):
    view, _, result, _ = view
    before = view.pixels()
    write_scene(result, tmp_path / "study.mrb")
    host = headless_scene()
    again = SliceView(host, "Yellow", "Sagittal")
    read_bundle(host, tmp_path / "study.mrb")
    again.fit()
    jump_to(host.scene, host.scene.GetFirstNodeByName("L5-S1"))
    after = again.save(tmp_path / "reread.png")
    again.close()
    assert np.mean(np.abs(after.astype(int) - before) > 24) < 0.01


def test_axial_view_cuts_the_chosen_disc(tmp_path):
    host, result = headless_scene(), synthetic_result()
    nodes = populate_scene(host.scene, result)
    axial = SliceView(host, "Red", "Axial", (400, 400))
    show_layers(host.scene, nodes.volumes["T2_sag"])
    axial.fit()
    jump_to(host.scene, nodes.rois["L2-L3"])
    assert axial.logic.GetSliceOffset() == pytest.approx(result.discs[3].disc.roi.center_lps_mm[2], abs=0.5)
    pixels = axial.save(tmp_path / "axial.png")
    axial.close()
    wanted = 255 * np.array(nodes.rois["L2-L3"].GetDisplayNode().GetSelectedColor())
    assert (np.abs(pixels - wanted).max(axis=-1) < 20).sum() > 100
