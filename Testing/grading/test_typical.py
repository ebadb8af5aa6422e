"""How unlike the pictures of its training a picture looks to a network."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from discgrader.errors import PackError
from discgrader.grading.picture_statistics import statistics
from discgrader.grading.typical import FILE, GROUPS, Typical, doubt
from discgrader.packs.pack import default_packs
from discgrader.packs.weights import pack_tensors
from discgrader.training.typical.changes import CHANGES, DiscInStudy
from discgrader.training.typical.fit import USUAL, Example, fit, left_out_scores, limit_of, load, save, table
from synthetic_result import synthetic_localization, synthetic_study

WIDTHS = {"early": 20, "late": 40, "picture": 60}


def made(count: int, kind: str, seed: int, shift: float = 0.0) -> list[Example]:
    """Features of pictures, correlated as features are; unlike ones are shifted in some."""
    mix = np.random.default_rng(7)
    mixes = {group: mix.normal(size=(width, width)) / width**0.5 for group, width in WIDTHS.items()}
    rng = np.random.default_rng(seed)
    seen = {
        group: torch.from_numpy(
            rng.normal(size=(count, width)) @ mixes[group] + 3 + shift * (np.arange(width) < 5)
        ).float()
        for group, width in WIDTHS.items()
    }
    return [
        Example(kind, f"{seed}-{number // 4}", "s", {group: seen[group][number][None] for group in GROUPS})
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def known():
    return [*made(400, USUAL, 0), *made(150, "shifted", 1, 1.5), *made(150, "far", 2, -2.0)]


@pytest.fixture(scope="module")
def typical(known):
    scores = left_out_scores(known, folds=3)
    limit = limit_of(scores, np.array([one.kind == USUAL for one in known]))
    return replace(fit(known), limit=limit), table(known, scores, limit)


def _seen(some):
    return {group: torch.cat([one.seen[group] for one in some]) for group in GROUPS}


def test_it_speaks_of_what_it_should_and_is_silent_on_what_it_should_not(typical):
    fitted, rows = typical
    assert rows[USUAL]["warned"] <= 0.0501 and rows["all"]["warned"] > 0.9 and rows["all"]["auroc"] > 0.97
    assert (fitted.scores(_seen(made(300, USUAL, 11))) > 0).float().mean() < 0.12
    assert (fitted.scores(_seen(made(100, "shifted", 12, 1.5))) > 0).float().mean() > 0.9


def test_what_lies_beyond_all_that_is_usual_is_unlike_though_nobody_had_shown_such_pictures(typical):
    fitted, _ = typical
    strange = {group: one + 40 * torch.eye(one.shape[1])[7] for group, one in _seen(made(20, "never seen", 13)).items()}
    assert (fitted.scores(strange) > 0).all()


def test_it_is_the_same_from_a_pack_s_file_and_a_broken_file_is_refused(typical, tmp_path):
    fitted, _ = typical
    pack = default_packs()[-1]

    class Other:
        name, files = pack.name, {FILE: ""}

        def __init__(self, tensors):
            self.content = pack_tensors(tensors, 32)

        def read_bytes(self, file):
            return self.content

    again = Typical.load(Other(fitted.tensors()))
    seen = _seen(made(30, USUAL, 14))
    assert torch.allclose(again.scores(seen), fitted.scores(seen), atol=1e-5)
    for name in fitted.tensors():
        if name != "typical.farthest":
            broken = {key: value for key, value in fitted.tensors().items() if key != name}
            with pytest.raises(PackError, match="does not describe"):
                Typical.load(Other(broken))
    with pytest.raises(PackError, match="does not describe"):
        Typical.load(Other(fitted.tensors() | {"typical.late.axes": torch.zeros(3, 2)}))
    assert Typical.load(Other({"typical.mean": torch.zeros(3)})) is None, "of an older version"


def test_examples_are_the_same_from_their_file(tmp_path):
    some = made(5, USUAL, 3)
    save(tmp_path / "e.npz", some)
    for one, other in zip(load(tmp_path / "e.npz"), some, strict=True):
        assert (one.kind, one.patient) == (other.kind, other.patient)
        assert all(torch.equal(one.seen[group], other.seen[group]) for group in GROUPS)


@pytest.mark.parametrize("pictures", [torch.zeros(2, 96, 128), torch.rand(3, 32, 32), torch.full((1, 50, 70), 5.0)])
def test_statistics_are_finite_whatever_the_picture(pictures):
    masks = torch.zeros(len(pictures), 2, *pictures.shape[1:])
    assert torch.isfinite(statistics(pictures, masks)).all()


def test_statistics_tell_blur_and_noise():
    rng = np.random.default_rng(0)
    from scipy import ndimage

    picture = ndimage.gaussian_filter(rng.normal(size=(96, 128)), 2) * 10
    plain, blurred, noisy = statistics(
        torch.from_numpy(
            np.stack([picture, ndimage.gaussian_filter(picture, 3), picture + rng.normal(size=picture.shape)])
        )
    )
    names = slice(12, 16)
    assert blurred[names][0] < plain[names][0] < noisy[names][0], "how much there is of the finest detail"


@pytest.mark.parametrize("kind", CHANGES)
def test_every_change_changes_the_picture_or_the_place_and_nothing_that_it_was_given(kind):
    study, found = synthetic_study(), synthetic_localization()
    shown = DiscInStudy(study, found, found.discs[1], DiscInStudy(study, found, found.discs[1]))
    before = [series.volume.array.copy() for series in study.series]
    changed = CHANGES[kind](shown, np.random.default_rng(1))
    assert all(np.array_equal(one.volume.array, was) for one, was in zip(study.series, before, strict=True))
    same = all(
        one.volume.array.shape == was.shape
        and np.array_equal(one.volume.array, was)
        and np.array_equal(one.volume.affine_lps, own.volume.affine_lps)
        for one, own, was in zip(changed.study.series, study.series, before, strict=True)
    )
    assert not same or changed.disc is not shown.disc or kind == "T1 as T2, T2 as T1"
    assert changed.disc in changed.localization.discs


@pytest.mark.parametrize(
    "pack", [pack for pack in default_packs() if "unlike" in pack.metrics], ids=lambda one: one.name
)
def test_the_shipped_packs_say_in_one_sentence_what_they_warn_of(pack):
    assert Typical.load(pack) is not None
    assert (
        doubt(pack).count(".") == 1
        and pack.name in doubt(pack)
        and ("digital" in doubt(pack)) == pack.trained_on.synthetic
    )
    rows = pack.metrics["unlike"]
    assert rows[USUAL]["warned"] <= 0.055 and rows["all"]["warned"] >= 0.9
