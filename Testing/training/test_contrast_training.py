"""Recipe ``contrast``: from pictures to a pack; what it draws; what it computes fat-suppressed pictures from."""

from pathlib import Path

import numpy as np
import pytest
from discgrader.imaging.files import write_volume
from discgrader.imaging.flat_picture import channels
from discgrader.imaging.study import Plane
from discgrader.imaging.volume import Volume
from discgrader.packs.pack import CONTRAST, read_pack
from discgrader.phantom.study import make_study
from discgrader.progress import Progress
from discgrader.training.contrast.axial_pool import GROUPS, SEQUENCES, drawn_picture, patients_of
from discgrader.training.contrast.digital import digital_slices
from discgrader.training.contrast.networks import fit_head, through_windows
from discgrader.training.contrast.pool import (
    CLASSES,
    SHARES,
    class_of,
    fat_share,
    restored,
    scaled,
    stored,
    without_fat,
)
from discgrader.training.distort import distorted
from PIL import Image

pytestmark = pytest.mark.usefixtures("torch")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four digital patients as the real sets lie on disk."""
    root = tmp_path_factory.mktemp("data")
    (root / "spider" / "midsagittal").mkdir(parents=True)
    (root / "spider" / "t2_space").mkdir()
    (root / "sudirman_axial").mkdir()
    for patient in range(4):
        roles = ("T1", "T2", "T2_SPACE", "AX_T1", "AX_T2")
        made = make_study(900 + patient, series=roles, middle_slices=1).study.series
        for role, one in zip(("t1", "t2", "t2_SPACE"), made[:3], strict=True):
            folder = "t2_space" if role == "t2_SPACE" else "midsagittal"
            write_volume(one.volume, root / "spider" / folder / f"{7000 + patient}_{role}.nii.gz")
        for number, one in zip(((2, 4, 8, 10)[patient], (0, 6, 12, 18)[patient]), (made[4], made[3]), strict=True):
            picture = one.volume.array[0] / one.volume.array.max() * 255
            Image.fromarray(picture.astype(np.uint8)).save(root / "sudirman_axial" / f"axial_{number:03d}.png")
    return root


def test_the_recipe_makes_a_pack_and_goes_on_where_it_stopped(data: Path, tmp_path: Path) -> None:
    from discgrader.training.recipes import run_recipe

    few = {
        "sagittal_pictures": 60,
        "axial_pictures": 60,
        "sagittal_patients": 2,
        "axial_told": 60,
        "axial_patients": 8,
        "coronal_patients": 1,
        "batch": 8,
        "sagittal_steps": 3,
        "axial_steps": 3,
        "folds": 2,
        "examined_each": 2,
        "least_right": 0.0,
    }
    work = tmp_path / "work"
    work.mkdir()
    # Eight patients, of whom two are drawn, since that takes long.
    slices = digital_slices(work, Plane.AXIAL, 2, Progress())
    np.save(work / "digital_axial_8.npy", np.concatenate([slices] * 4))
    folder = run_recipe("contrast", data, tmp_path, **few)
    pack = read_pack(folder / "contrast")
    assert pack.system == CONTRAST and set(pack.files) == {"sagittal.safetensors", "axial.safetensors"}
    assert pack.metrics["sagittal"]["T1 against T2"]["series"] == 8
    assert pack.metrics["axial"]["real T2"]["series"] == 4
    for file in ("sagittal_all", "axial_tissues"):
        (tmp_path / "work" / f"{file}.safetensors").unlink()
    assert read_pack(run_recipe("contrast", data, tmp_path, **few) / "contrast").files == pack.files


def test_every_kind_has_a_class_and_every_class_a_kind() -> None:
    for plane, shares in SHARES.items():
        assert {class_of(kind, plane) for kind in shares} == set(CLASSES[plane])
    assert class_of("digital PD", Plane.SAGITTAL) == "other" and class_of("real STIR", Plane.SAGITTAL) == "STIR"
    assert class_of("other plane", Plane.AXIAL) == class_of("derived", Plane.AXIAL) == "other"


def test_distorted_pictures_differ_and_can_be_drawn_again() -> None:
    picture = np.random.default_rng(0).random((200, 200)).astype(np.float32)
    known = np.ones(picture.shape, bool)
    one, same, other = (distorted(picture, known, 1.6, np.random.default_rng(seed))[0] for seed in (3, 3, 4))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_what_the_pool_stores_is_what_the_network_sees() -> None:
    seen = channels(np.random.default_rng(0).random((112, 104)) ** 3, np.ones((112, 104), bool))
    assert np.abs(restored(stored(seen)[None])[0] - seen).max() < 0.01


def test_fat_is_taken_away_where_t1_is_bright() -> None:
    """On a digital spine, whose own fat-suppressed series is the truth."""
    made = make_study(11, series=("T1", "T2", "T2_FS"), middle_slices=1).study.series
    t1, t2, truth = (Volume(one.volume.array.astype(float), one.volume.affine_lps).array[0] for one in made)
    known = np.ones(t1.shape, bool)
    computed = without_fat(scaled(t2, known), fat_share(scaled(t1, known), 0.65, 1.5), np.random.default_rng(1))
    inside = scaled(t2, known) > 0.1
    assert np.corrcoef(computed[inside], truth[inside])[0, 1] > np.corrcoef(t2[inside], truth[inside])[0, 1] + 0.2


def test_tissues_lie_where_the_picture_shows_them(tmp_path: Path) -> None:
    """The sac of a drawn T2 is brighter than its muscle, and that of a T1 is not, wherever both came to lie."""
    slices = digital_slices(tmp_path, Plane.AXIAL, 1, Progress())
    for name, low, high in (("T2", 1.2, 20), ("T1", 0.3, 1.15)):
        ratios = []
        for seed in range(12):
            seen, tissues = drawn_picture(slices[seed % len(slices)], name, np.random.default_rng(seed))
            assert tissues.shape == (len(GROUPS), 56, 52) and tissues.min() >= 0 and tissues.max() <= 1
            bright = (seen[0] ** 2).reshape(56, 2, 52, 2).mean(axis=(1, 3))
            if (tissues[0] > 0.9).sum() > 3 and (tissues[2] > 0.9).any():
                ratios.append(bright[tissues[0] > 0.9].mean() / max(bright[tissues[2] > 0.9].mean(), 1e-3))
        assert len(ratios) > 5 and low < np.median(ratios) < high
    _, nothing = drawn_picture(slices[0], "no spine", np.random.default_rng(0))
    assert nothing.max() == 0


def test_digital_patients_are_apart() -> None:
    slices = np.empty((60, 0))
    learned, kept = patients_of(slices, tested=False), patients_of(slices, tested=True)
    assert not set(learned // 5) & set(kept // 5) and len(learned) + len(kept) == 60 and len(kept) == 15


def test_classes_are_learnt_from_brightness_through_windows() -> None:
    random = np.random.default_rng(0)
    muscle = random.uniform(0.1, 0.3, 400)
    sac = muscle * np.where(np.arange(400) % 2, 4.0, 0.9)
    bright = np.stack([sac, sac, sac, 3.5 * muscle, 1.5 * muscle, muscle], axis=1).astype(np.float32)
    bright[0] = np.nan
    shown = through_windows(bright[1:], random)
    assert (shown >= 0).all() and not np.allclose(shown, bright[1:])
    head = fit_head(bright, np.arange(400) % 2, 2, np.ones(400), 0)
    found = head.logits(bright)
    assert np.isnan(found[0]).all() and (found[1:].argmax(axis=1) == np.arange(1, 400) % 2).mean() > 0.99
    assert set(SEQUENCES) >= {"T1", "T2", "STIR", "PD"}
