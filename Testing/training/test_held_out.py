"""Image networks of a pack on the patients that they were not shown."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from blocky_spine import blocky_spine, localized
from discgrader.errors import PackError
from discgrader.packs.pack import default_packs, read_pack
from discgrader.training.grader_recipe import folds_file
from discgrader.training.spider import SpiderImage
from discgrader.training.tabular.families import FoundImage
from discgrader.training.tabular.held_out import HeldOutNetworks, asked_about, installed_networks, read_folds
from tiny_packs import pack_of_two, tiny_grading_pack


def found_images(patient: int):
    spine = blocky_spine()
    images = []
    for role in ("T1", "T2"):
        image = SpiderImage(patient, role, Path(f"{patient}_{role.lower()}.nii.gz"), None)
        series = replace(spine.series, contrast=type(spine.series.contrast)(role))
        images.append(FoundImage(image, series, localized(spine)))
    return images


def test_each_patient_is_judged_by_the_network_that_was_not_shown_it(tmp_path):
    family = HeldOutNetworks.of(pack_of_two(tmp_path, folds_file("data", {7: 0, 8: 1}, 2)))
    alone = [replace(family, networks=[network], folds={}) for network in family.networks]
    first, second, unknown = (asked_about(family.table(found_images(patient))) for patient in (7, 8, 9))
    by_one, by_other = (asked_about(one.table(found_images(9))) for one in alone)
    assert first.values == pytest.approx(by_one.values)
    assert second.values == pytest.approx(by_other.values)
    assert np.abs(by_one.values - by_other.values).max() > 0.05
    # A patient that none was trained on is judged by all, as when a study is graded: their mean logits.
    mean = (by_one.values + by_other.values) / 2
    assert unknown.values == pytest.approx(mean - np.log(np.exp(mean).sum(1, keepdims=True)), abs=1e-5)
    assert np.exp(first.values).sum(1) == pytest.approx(np.ones(len(first.values)))
    assert first.indices.tolist() == [disc.index_from_sacrum for disc in localized(blocky_spine()).discs]
    assert set(first.sequences) == {"disc"}


def test_images_that_are_not_asked_about_do_not_count(tmp_path):
    family = HeldOutNetworks.of(pack_of_two(tmp_path, folds_file("data", {}, 2)))
    images = found_images(3)
    both, t2 = family.table(images), family.table(images[1:])
    assert set(both.sequences) == {"all", "T2", "T1", "T1+T2"}
    assert set(t2.sequences) == {"all", "T2", "T1+T2"}
    assert asked_about(both, "T2").values == pytest.approx(asked_about(t2).values, abs=1e-6)
    assert np.abs(asked_about(both).values - asked_about(t2).values).max() > 1e-3


def test_the_installed_networks_say_whom_they_have_not_seen():
    pack = installed_networks()
    folds = read_folds(pack)
    assert len(folds) == pack.trained_on.patients
    assert set(folds.values()) == {0, 1, 2, 3, 4}
    counts = np.bincount(list(folds.values()))
    assert counts.max() - counts.min() <= 1
    assert [read_folds(pack) for pack in default_packs() if pack.system == "spider"] == [folds]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[]", "damaged"),
        (b"{}", "damaged"),
        (json.dumps({"patients_not_shown": {"network_9": [1]}}).encode(), "no network_9"),
        (json.dumps({"patients_not_shown": {"network_0": ["x"]}}).encode(), "damaged"),
    ],
)
def test_broken_folds_are_refused_by_name(tmp_path, content, words):
    pack = pack_of_two(tmp_path, content)
    with pytest.raises(PackError, match=f"Pack two.*{words}"):
        HeldOutNetworks.of(pack)


def test_a_pack_without_folds_cannot_be_judged_on_its_own_data(tmp_path):
    pack = tiny_grading_pack(tmp_path / "tiny")
    with pytest.raises(PackError, match="does not say which patients"):
        HeldOutNetworks.of(read_pack(pack.folder))
