"""The parts of training that decide whether its figures can be believed."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
import torch
from blocky_spine import blocky_spine, localized
from discgrader.errors import Cancelled, StudyError, UsageError
from discgrader.grading.view import ViewShape
from discgrader.progress import Progress
from discgrader.training.augment import vary_crops
from discgrader.training.discs import WIDE
from discgrader.training.grader import GraderRecipe
from discgrader.training.localizer import CANAL, DISC, VERTEBRA, LocalizerRecipe, draw_batch, fit, slices_of
from discgrader.training.losses import IGNORE, soft_targets
from discgrader.training.metrics import binary_metrics, grade_metrics, with_intervals
from discgrader.training.recipes import changed, recipes, run_recipe, trained_on
from discgrader.training.spider import (
    SpiderImage,
    patient_folds,
    read_corrected,
    spider_corrections,
    spider_gradings,
    spider_images,
)
from discgrader.training.true_discs import indices_from_mask, indices_from_partner, indices_from_point, reindexed


def test_no_patient_is_in_two_folds_and_masks_are_spread(tmp_path):
    images = [
        SpiderImage(patient, sequence, tmp_path, tmp_path if sequence == "T2_SPACE" else None)
        for patient in range(1, 41)
        for sequence in (("T1", "T2", "T2_SPACE") if patient % 5 == 0 else ("T1", "T2"))
    ]
    folds = patient_folds(images, 4)
    assert set(folds) == set(range(1, 41))
    with_mask = [folds[patient] for patient in range(5, 41, 5)]
    assert sorted(np.bincount(with_mask)) == [2, 2, 2, 2]
    assert set(np.bincount(list(folds.values()))) == {10}


def test_real_data_is_read_whole(data_dir):
    images, gradings = spider_images(data_dir), spider_gradings(data_dir)
    assert len(images) == 353
    assert sum(image.mask is not None for image in images) == 29
    assert len(gradings) == 1220
    assert np.bincount([grading["pfirrmann"] for grading in gradings.values()]).tolist() == [0, 238, 274, 324, 230, 154]


def test_upside_down_slices_are_turned_with_their_points(data_dir):
    corrections = spider_corrections()
    image = next(image for image in spider_images(data_dir) if image.path.name.startswith("57_t2."))
    volume, lowest = read_corrected(image, corrections)
    index = volume.lps_to_index(lowest)
    stored = corrections.lowest_graded_disc["57_t2"]
    assert index[1] == pytest.approx(volume.size[1] - 1 - stored[1])
    assert lowest[2] < volume.index_to_lps([0, volume.size[1] / 2, 0])[2]


def test_images_that_are_not_there_are_said(tmp_path):
    with pytest.raises(StudyError, match="no SPIDER images"):
        spider_images(tmp_path)
    with pytest.raises(UsageError, match="localizer"):
        run_recipe("nothing", tmp_path, tmp_path)
    with pytest.raises(UsageError, match="no option epoch"):
        changed(GraderRecipe(), {"epoch": 3})


def test_every_recipe_is_there_and_states_its_data_and_license():
    for name, recipe in recipes().items():
        assert callable(getattr(import_module(f"discgrader.training.{recipe.module}"), recipe.function)), name
        assert recipe.makes and recipe.data_set and recipe.license, name
    stated = trained_on("names", 3, 0, 7, "three patients")
    assert stated.data_set.startswith("SPIDER (Zenodo 10159290), Sudirman") and stated.license == "CC BY 4.0"
    assert (stated.patients, stated.recipe, stated.seed, stated.synthetic) == (3, "names", 7, False)


@pytest.mark.parametrize("name", recipes())
def test_a_choice_that_a_recipe_does_not_have_is_told_with_those_that_it_has(name, tmp_path):
    with pytest.raises(UsageError, match=r"This recipe has no option sead; it has \w+, .*\w\."):
        run_recipe(name, tmp_path, tmp_path / "out", sead=7)


def test_indices_follow_the_true_lowest_disc():
    localization = localized(blocky_spine(discs=7))
    centers = np.array([disc.center_lps_mm for disc in localization.discs])
    assert indices_from_point(localization.discs, centers[1] + [0, 2, -3]) == [0, 1, 2, 3, 4, 5, 6]
    below = centers[0] + (centers[0] - centers[1])
    assert indices_from_point(localization.discs, below) == [2, 3, 4, 5, 6, 7, 8]
    fixed = reindexed(localization, [0, 1, 2, 3, 4, 5, 6])
    assert [disc.level for disc in fixed.discs][:2] == ["L5-S1", "L4-L5"]
    assert set(np.unique(fixed.segmentation.array)) >= {201, 206}
    assert 207 not in fixed.segmentation.array
    assert (fixed.segmentation.array == 201).sum() == (localization.segmentation.array == 202).sum()
    assert indices_from_partner(localization.discs, fixed.discs) == [0, 1, 2, 3, 4, 5, 6]
    assert indices_from_mask(localization.discs, fixed.segmentation) == [0, 1, 2, 3, 4, 5, 6]


def test_varied_crops_keep_picture_and_masks_together():
    """Wherever augmentation puts the disc, its mask goes with it."""
    wide = torch.zeros(64, 3, WIDE.rows, WIDE.columns)
    wide[:, 0] = -2.0
    wide[:, :2, 56:72, 50:110] = torch.tensor([4.0, 1.0])[None, :, None, None]
    crops = vary_crops(wide, ViewShape(), np.random.default_rng(0))
    assert crops.shape == (64, 3, 96, 128)
    for crop in crops:
        if crop[1].max() < 0.5:
            continue
        inside, outside = crop[0][crop[1] > 0.9], crop[0][crop[1] < 0.1]
        assert inside.mean() > outside.mean() + 2
    shown = [float((crop[1] > 0.5).sum()) for crop in crops if crop[1].max() > 0.5]
    assert len(shown) < 64
    assert np.std(shown) > 10


def test_soft_targets_sum_to_one_and_favor_the_truth():
    target = soft_targets(torch.tensor([0, 2, 4]), 5, 0.2)
    assert torch.allclose(target.sum(1), torch.ones(3))
    assert target[0].tolist() == pytest.approx([0.8, 0.2, 0, 0, 0])
    assert target[1].tolist() == pytest.approx([0, 0.1, 0.8, 0.1, 0])


def test_figures_are_those_of_a_perfect_and_of_a_blind_reader():
    rng = np.random.default_rng(0)
    grades = rng.integers(0, 5, 400)
    perfect = grade_metrics(grades, np.eye(5)[grades])
    assert perfect["auroc"] == perfect["accuracy"] == perfect["qwk"] == perfect["within_one"] == 1.0
    blind = grade_metrics(grades, rng.dirichlet(np.ones(5), 400))
    assert abs(blind["auroc"] - 0.5) < 0.07
    assert abs(blind["qwk"]) < 0.15
    patients = np.repeat(np.arange(80), 5)
    shown = with_intervals(binary_metrics, (grades > 2).astype(int), rng.random(400), patients, draws=100)
    assert shown["auroc"]["low"] < shown["auroc"]["value"] < shown["auroc"]["high"]


def test_rows_above_the_uppermost_label_count_as_unknown():
    spine = blocky_spine(slices=1)
    classes = spine.classes.array.copy()
    classes[:, :70][classes[:, :70] != CANAL] = 0
    one = slices_of(1, spine.series.volume, replace(spine.classes, array=classes), 1.0)[0]
    assert (one.labels[:60] == IGNORE).all()
    assert {int(value) for value in one.labels[75:].unique()} == {0, VERTEBRA, DISC, CANAL}


@pytest.mark.slow
def test_training_goes_on_where_it_stopped(tmp_path):
    """Stopped half way and resumed gives the same network as never stopped."""
    spine = blocky_spine(slices=1)
    slices = slices_of(1, spine.series.volume, spine.classes, 1.5)
    recipe = LocalizerRecipe(pixel_mm=1.5, patch=(64, 64), batch=2, channels=(4, 8, 8))

    def stop_half_way(_stage, fraction, _detail):
        if fraction == 0.5:
            raise Cancelled("stopped")

    whole = fit(recipe, 200, slices, [1.0], tmp_path / "whole.state", 0, Progress())
    with pytest.raises(Cancelled):
        fit(recipe, 200, slices, [1.0], tmp_path / "broken.state", 0, Progress(stop_half_way))
    resumed = fit(recipe, 200, slices, [1.0], tmp_path / "broken.state", 0, Progress())
    for name, tensor in whole.state_dict().items():
        assert torch.allclose(tensor.float(), resumed.state_dict()[name].float(), atol=1e-5), name


def test_batches_are_what_the_network_expects():
    spine = blocky_spine(slices=1)
    slices = slices_of(1, spine.series.volume, spine.classes, 1.0)
    images, labels = draw_batch(
        torch.Generator().manual_seed(0),
        slices,
        torch.ones(1, dtype=torch.float64),
        LocalizerRecipe(patch=(96, 80), batch=3),
    )
    assert images.shape == (3, 1, 96, 80)
    assert labels.shape == (3, 96, 80)
    assert torch.isfinite(images).all()
