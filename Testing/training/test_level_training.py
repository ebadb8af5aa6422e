"""The recipe ``names`` on rows of discs that are plain to tell apart."""

import json

import numpy as np
import pytest
import torch
from discgrader.localize.level_predictor import EDGE, PLANES, LevelPredictor
from discgrader.packs.pack import read_pack
from discgrader.training import level_recipe
from discgrader.training.level_recipe import LevelRecipe, draw_batch, fit_weights, name_counts, train_names
from discgrader.training.level_samples import LevelRow

DISCS = 6


def striped(number, patient, first):
    """A row whose discs lie one above the other in a picture that grows brighter from one to the next."""
    planes = torch.zeros(PLANES, 240, 100)
    planes[-1] = 1
    places = [(0, 220.0 - 30 * place, 50.0) for place in range(DISCS)]
    for place, (_, row, _) in enumerate(places):
        planes[0, int(row) - 15 : int(row) + 15] = float(place + first) - 3
    measures = {
        "depth": 0.5 if first == 0 else 1.0,
        "area": 0.0,
        "step": 1.0,
        "lean_above": 0.5,
        "vertebra_below_next": 0.9,
        "vertebra_above": 0.9,
    }
    return LevelRow(
        f"{patient}_{number}", patient, {0: planes}, tuple(places), tuple(range(first, first + DISCS)), DISCS, measures
    )


@pytest.fixture
def rows():
    return [striped(number, f"{kind} {number}", number % 2) for number in range(12) for kind in ("spider", "digital")]


def test_pictures_are_drawn_of_every_level_and_stay_pictures(rows):
    recipe = LevelRecipe(batch=64)
    pictures, indices = draw_batch(np.random.default_rng(0), rows, np.full(len(rows), 1 / len(rows)), recipe)
    assert pictures.shape == (64, PLANES, EDGE, EDGE) and bool(torch.isfinite(pictures).all())
    assert set(indices.tolist()) >= {0, 1, 2, 3} and int(indices.max()) < recipe.levels
    assert float(pictures[:, -1].min()) == 0 and float(pictures[:, -1].max()) == pytest.approx(1, abs=1e-5)


def test_training_resumes_and_ends_in_a_pack_that_names(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(
        level_recipe, "real_rows", lambda data, segmenter: [row for row in rows if "spider" in row.patient]
    )
    monkeypatch.setattr(
        level_recipe, "digital_rows", lambda count, segmenter: [row for row in rows if "digital" in row.patient]
    )
    options = {"steps": 4, "batch": 4, "digital": 12}
    packs = train_names(tmp_path, tmp_path / "out", level_recipe.Progress(), **options)
    pack = read_pack(packs / "localizer-unet")
    figures = json.loads((tmp_path / "out" / "figures.json").read_text(encoding="utf-8"))
    assert figures["spider"]["studies"] == figures["digital"]["studies"] == 12
    reader = LevelPredictor.of_pack(pack)
    assert reader.weights["remnant"]["depth"] < 0, "a shallow lowest disc is more likely S1-S2"
    (tmp_path / "out" / "work" / "fold1.safetensors").unlink()
    monkeypatch.setattr(level_recipe, "real_rows", None)
    again = read_pack(train_names(tmp_path, tmp_path / "out", level_recipe.Progress(), **options) / "localizer-unet")
    assert again.files == pack.files, "the same rows and seeds give the same networks"


def test_weights_believe_what_is_right_on_held_out_patients(rows):
    from discgrader.localize.lowest_disc import LevelVotes

    answers = {}
    for row in rows:
        looks = np.full((DISCS, 9), -4.0)
        looks[np.arange(DISCS), row.indices] = -0.1
        answers[row.name] = LevelVotes(tuple(range(DISCS)), looks)
    weights = fit_weights(rows, answers, LevelRecipe())
    counts = name_counts(rows, answers, weights)
    assert counts["right"] == counts["studies"] == len(rows) and counts["wrong_and_doubted"] == 0


def test_a_study_is_all_pictures_of_a_patient_and_each_votes():
    from dataclasses import replace

    from discgrader.localize.lowest_disc import LevelVotes

    t2, t1 = (replace(striped(0, "spider 7", 1), name=f"spider_7_{kind}") for kind in ("t2", "t1"))
    # The T1 shows one disc fewer at the foot, and is sure of what the T2 has wrong.
    t1 = replace(t1, indices=t1.indices[1:], places=t1.places[1:], found=DISCS - 1)
    wrong, right = np.full((DISCS, 9), -4.0), np.full((DISCS - 1, 9), -9.0)
    wrong[np.arange(DISCS), np.array(t2.indices) + 1] = -0.1
    right[np.arange(DISCS - 1), t1.indices] = -0.01
    answers = {t2.name: LevelVotes(tuple(range(DISCS)), wrong), t1.name: LevelVotes(tuple(range(DISCS - 1)), right)}
    weights = {"lower": 1.0, "upper": 1.0, "ordinary": 0.0}
    told = [replace(one, measures=None) for one in (t1, t2)]
    assert name_counts(told[1:], answers, weights) == {"studies": 1, "right": 0, "doubted": 0, "wrong_and_doubted": 0}
    assert name_counts(told, answers, weights)["studies"] == name_counts(told, answers, weights)["right"] == 1
