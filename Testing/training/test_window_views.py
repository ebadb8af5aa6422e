"""What a network of views learns from and is judged by: varied views, losses, metrics."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from discgrader.grading.systems import system_views
from discgrader.training.augment import Variation, middle, mirror, mirrored_task, vary_views
from discgrader.training.losses import UNKNOWN, box_loss, grade_weights
from discgrader.training.metrics import box_metrics, mean_auroc, task_metrics
from discgrader.training.recipes import recipe_files
from discgrader.training.views.fit import read_recipe
from discgrader.training.views.samples import ViewSample, wide_pixels


def block(first_column, first_row, last_column, last_row, pixels=64):
    """A wide picture, dark but for a block that covers these shares of the window."""
    wide = wide_pixels(pixels)
    picture = torch.zeros(1, 1, 3, wide, wide)
    edge = (wide - pixels) // 2
    rows, columns = (
        slice(edge + int(a * pixels), edge + int(b * pixels))
        for a, b in ((first_row, last_row), (first_column, last_column))
    )
    picture[:, :, :, rows, columns] = 1.0
    return picture, torch.tensor([[first_column, first_row, last_column, last_row]])


@pytest.mark.parametrize("flip", ["none", "mirror"])
def test_boxes_go_with_the_picture_wherever_it_is_moved(flip):
    variation = replace(
        read_recipe(recipe_files()["msu"], {}).variation, flip=flip, gain=0, offset=0, noise=0, blur=0, rotation_deg=0.0
    )
    wide, boxes = block(0.5, 0.25, 0.75, 0.375)
    generator = np.random.default_rng(0)
    places = []
    for _ in range(12):
        views = vary_views(wide, boxes, system_views()["msu"], 64, variation, generator)
        rows, columns = np.nonzero(views.pictures[0, 0, 1].numpy() > 0.5)
        shown = [columns.min() / 64, rows.min() / 64, (columns.max() + 1) / 64, (rows.max() + 1) / 64]
        assert views.boxes[0].tolist() == pytest.approx(shown, abs=0.02)
        places.append((shown[0] < 0.4) == bool(views.mirrored[0]))
    assert all(places)


def test_turned_boxes_still_hold_what_they_held():
    variation = replace(
        read_recipe(recipe_files()["msu"], {"rotation_deg": 20}).variation,
        flip="none",
        gain=0,
        offset=0,
        noise=0,
        blur=0,
    )
    wide, boxes = block(0.5, 0.25, 0.75, 0.375)
    for seed in range(5):
        views = vary_views(wide, boxes, system_views()["msu"], 64, variation, np.random.default_rng(seed))
        rows, columns = np.nonzero(views.pictures[0, 0, 1].numpy() > 0.5)
        first_column, first_row, last_column, last_row = (views.boxes[0] * 64).tolist()
        assert first_column - 1 <= columns.min() and columns.max() <= last_column + 1
        assert first_row - 1 <= rows.min() and rows.max() <= last_row + 1


def test_gray_levels_vary_in_tone_and_shading_without_moving_anything():
    still = {field.name: 0.0 for field in fields(Variation)} | {"flip": "none"}
    ramp = torch.linspace(0.1, 0.9, 80).repeat(80, 1).expand(1, 1, 3, 80, 80)
    nothing = torch.full((1, 4), torch.nan)
    plain = middle(ramp, 64)
    toned, shaded = (
        vary_views(
            ramp,
            nothing,
            system_views()["axial-multitask"],
            64,
            Variation(**(still | {name: 0.8})),
            np.random.default_rng(4),
        ).pictures
        for name in ("tone", "shading")
    )
    exponent = toned.log() / plain.log()
    assert exponent.std() < 1e-3 and 0.05 < abs(exponent.mean().log()) <= 0.8
    gain = (shaded / plain).log()
    assert gain[..., 30:34, 30:34].abs().max() < 0.05 < gain.abs().max() <= 0.8
    edges = gain[0, 0, 0, [0, -1]][:, [0, -1]]
    assert torch.allclose(edges + edges.flip(0, 1), torch.zeros(2, 2), atol=1e-3)


def test_looks_may_show_no_more_than_there_is_of_a_short_series():
    still = {field.name: 0.0 for field in fields(Variation)} | {"flip": "none", "narrow": 1.0}
    slices = torch.arange(5.0)[:, None, None].expand(5, 80, 80).repeat(40, 1, 1, 1, 1) / 10
    spec = replace(system_views()["calcification"][0], offsets_mm=(-8.0, -4.0, 0.0, 4.0, 8.0))
    views = vary_views(
        slices, torch.full((40, 4), torch.nan), (spec,), 64, Variation(**still), np.random.default_rng(0)
    )
    seen = {tuple(one.mul(10).round().int().tolist()) for one in views.pictures[:, 0, :, 20, 20]}
    assert seen == {(2, 2, 2, 2, 2), (1, 1, 2, 3, 3)}


def test_mirrored_looks_exchange_the_sides():
    specs = system_views()["deepspine"]
    pictures = torch.randn(2, len(specs), 3, 8, 8)
    turned = mirror(pictures, specs)
    right, middle_one, left, across = range(4)
    assert torch.equal(turned[:, right], pictures[:, left].flip(1)) and torch.equal(
        turned[:, left], pictures[:, right].flip(1)
    )
    assert torch.equal(turned[:, middle_one], pictures[:, middle_one].flip(1))
    assert torch.equal(turned[:, across], pictures[:, across].flip(-1))
    assert torch.equal(mirror(turned, specs), pictures)
    assert [mirrored_task(one) for one in ("left_facet_arthropathy", "right_foraminal_stenosis", "disc_bulge")] == [
        "right_facet_arthropathy",
        "left_foraminal_stenosis",
        "disc_bulge",
    ]


def test_the_middle_of_a_wide_picture_is_the_window():
    wide, _ = block(0.0, 0.0, 1.0, 1.0)
    assert middle(wide, 64).shape[-2:] == (64, 64) and middle(wide, 64).min() == 1.0


def test_a_herniation_is_not_graded_on_slices_that_pass_it_by():
    beside = np.array([[0.4, 0.4, 0.6, 0.6], [np.nan] * 4])
    disc = ViewSample(
        "a", "a", "L4-L5", True, np.zeros((2, 1, 3, 4, 4), np.uint8), beside, {"size": 2, "nerve_root": 3}
    )
    assert [disc.grade_on(look, "size") for look in (0, 1)] == [2, UNKNOWN]
    assert disc.grade_on(1, "nerve_root") == 3
    none = replace(disc, boxes=np.full((2, 4), np.nan), grades={"size": 0})
    assert none.grade_on(1, "size") == 0 and replace(none, grades={"size": 1}).grade_on(1, "size") == 1


def test_rare_grades_weigh_more_and_the_mean_weight_is_one():
    grades = np.array([0] * 16 + [1] * 4 + [UNKNOWN])
    weight = grade_weights(grades, 4, 0.5)
    assert float(weight[1] / weight[0]) == pytest.approx(2.0)
    assert float(16 * weight[0] + 4 * weight[1]) == pytest.approx(20.0)
    assert torch.allclose(grade_weights(grades, 4, 0.0), torch.ones(4))


def test_box_loss_is_least_on_the_box_and_ignores_discs_without_one():
    true = torch.tensor([[0.2, 0.2, 0.5, 0.4], [np.nan] * 4])
    near, far = true.clone(), true.clone()
    near[1] = far[1] = 0.5
    far[0] += 0.2
    assert float(box_loss(near, true)) == pytest.approx(0.0, abs=1e-6)
    assert float(box_loss(far, true)) > 0.5


def test_metrics_are_those_of_a_perfect_and_of_a_blind_reader():
    rng = np.random.default_rng(0)
    grades = rng.integers(0, 4, 400)
    perfect = task_metrics(grades, np.eye(4)[grades], True)
    for name in (
        "accuracy",
        "precision",
        "sensitivity",
        "specificity",
        "f1",
        "auroc",
        "gwet_ac1",
        "within_one",
        "qwk",
        "auroc_0_1_against_2_3",
    ):
        assert perfect[name] == pytest.approx(1.0), name
    blind = task_metrics(grades % 2, np.full((400, 2), 0.5), True)
    assert blind["auroc"] == pytest.approx(0.5)
    one_grade = task_metrics(np.zeros(5, int), np.eye(4)[np.zeros(5, int)], True)
    assert one_grade["auroc"] is None and mean_auroc({"a": one_grade}) == 0.0


def test_binary_metrics_at_the_threshold_of_youden():
    probability = np.array([0.1, 0.2, 0.3, 0.6, 0.35, 0.7, 0.8, 0.9])
    metrics = task_metrics(np.array([0, 0, 0, 0, 1, 1, 1, 1]), np.stack([1 - probability, probability], 1), True)
    assert metrics["youden_threshold"] in (0.35, 0.7)
    assert metrics["confusion_at_threshold"] in ([[3, 1], [0, 4]], [[4, 0], [1, 3]])
    assert metrics["sensitivity"] + metrics["specificity"] == pytest.approx(1.75)


def test_metrics_of_boxes():
    true = np.array([[0.0, 0.0, 0.4, 0.2], [0.0, 0.0, 0.4, 0.2], [np.nan] * 4])
    given = np.array([[0.0, 0.0, 0.4, 0.2], [0.2, 0.0, 0.6, 0.2], [0.0, 0.0, 1.0, 1.0]])
    metrics = box_metrics(true, given, np.array([True, True, True]))
    assert metrics == {"herniations": 2, "mean_iou": pytest.approx(2 / 3), "recall": 1.0, "found_with_iou_0.5": 0.5}
