"""Trees read without LightGBM say what LightGBM says."""

import lightgbm
import numpy as np
import pytest
from discgrader.packs.trees import parse_trees


def rows(count: int, seed: int) -> np.ndarray:
    """Rows of five features, some of their values missing or zero."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (count, 5))
    values[rng.random(values.shape) < 0.2] = np.nan
    values[rng.random(values.shape) < 0.2] = 0.0
    return values


def model(classes: int, **settings: object) -> "lightgbm.Booster":
    known = rows(400, 0)
    target = np.digitize(np.nansum(known[:, :2], axis=1), np.linspace(-1, 1, classes - 1))
    objective = {"objective": "binary"} if classes == 2 else {"objective": "multiclass", "num_class": classes}
    data = lightgbm.Dataset(known, target, free_raw_data=False)
    return lightgbm.train({**objective, "verbose": -1, "num_threads": 1, **settings}, data, 12)


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("settings", [{}, {"use_missing": False}, {"zero_as_missing": True}, {"num_leaves": 4}])
def test_probabilities_are_lightgbms(classes: int, settings: dict) -> None:
    booster = model(classes, **settings)
    asked = rows(200, 1)
    expected = booster.predict(asked)
    if classes == 2:
        expected = np.stack([1 - expected, expected], 1)
    assert parse_trees(booster.model_to_string()).predict(asked) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("classes", [2, 5])
def test_contributions_add_up_to_the_score(classes: int) -> None:
    """For every row the score is what the values moved it by, and what it is when nothing is known, the same for
    all."""
    booster = model(classes)
    trees, asked = parse_trees(booster.model_to_string()), rows(60, 1)
    score = booster.predict(asked, raw_score=True).reshape(len(asked), -1)
    moved = np.stack([trees.contributions(row) for row in asked])
    assert moved.shape == (60, trees.value.shape[1], 5)
    rest = score - moved.sum(2)
    assert rest == pytest.approx(np.broadcast_to(rest[0], rest.shape), abs=1e-9)


def test_contributions_go_to_the_values_that_matter() -> None:
    """Only the first two values were asked for in training; what SHAP makes of them points the same way."""
    booster = model(2)
    trees, asked = parse_trees(booster.model_to_string()), rows(200, 1)
    moved = np.stack([trees.contributions(row)[0] for row in asked])
    shares = np.abs(moved).mean(0)
    assert shares[:2].min() > 3 * shares[2:].max()
    shapley = booster.predict(asked, pred_contrib=True)[:, :2]
    assert np.corrcoef(moved[:, 0], shapley[:, 0])[0, 1] > 0.9


def test_trees_that_never_split_are_their_leaf() -> None:
    booster = model(2, min_data_in_leaf=1000)
    assert parse_trees(booster.model_to_string()).predict(rows(3, 1))[:, 1] == pytest.approx(
        booster.predict(rows(3, 1))
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("objective=binary", "objective=poisson"),
        ("left_child=", "left_child=0 "),
        ("split_feature=", "split_feature=77 "),
        ("num_cat=0", "num_cat=1"),
        ("is_linear=0", "is_linear=1"),
        ("leaf_value=", "leaf_value=nan "),
        ("tree\nversion", "tree\naverage_output\nversion"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(old: str, new: str) -> None:
    text = model(2).model_to_string()
    assert old in text
    with pytest.raises(ValueError):
        parse_trees(text.replace(old, new))
