"""The recipe of the canal: digital slices, a training in small, the known error, and the agreement with networks."""

import json
from pathlib import Path

import numpy as np
import pytest
from discgrader.canal.outline import GROUPS, PIXELS, PLANES
from discgrader.cli.main import main
from discgrader.imaging.study import Plane
from discgrader.packs.pack import read_pack
from discgrader.phantom.tissues import Tissue
from discgrader.progress import Progress

pytest.importorskip("torch")

from discgrader.training.canal.error import errors, true_sagittal
from discgrader.training.canal.evaluate import agreement, error_table
from discgrader.training.canal.fit import CanalRecipe, drawn_batch
from discgrader.training.canal.slices import FIRST_SEED, SLICES_EACH, canal_slices, drawn_anatomy
from discgrader.training.recipes import run_recipe

SMALL = {"channels": (4, 8), "residual_units": 1, "patients": 1, "measured": 0, "batch": 2, "steps": 2}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run in small."""
    out = tmp_path_factory.mktemp("canal")
    run_recipe("canal", out / "none", out, **SMALL)
    return out


def test_slices_hold_sacs_and_foramina_and_are_kept(run: Path) -> None:
    folder = run / "work" / "slices"
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert set(before) == {f"{plane.value}_{FIRST_SEED}.npz" for plane in PLANES}
    for plane in PLANES:
        tissues, shares = canal_slices(folder, plane, FIRST_SEED, 1, Progress())
        assert tissues.shape[:2] == (SLICES_EACH, len(Tissue)) and shares.shape[:2] == (SLICES_EACH, len(GROUPS))
        assert np.abs(tissues.sum(axis=1, dtype=int) - 255).mean() < 2
        sac = shares[:, :2].sum(axis=(1, 2, 3), dtype=float) / 255 * 0.75**2
        # A lumbar sac on an axial slice; the lowest slice may lie below its end.
        assert np.all(sac < 450) and np.sum(sac > 20) >= SLICES_EACH - 1
        # Behind its disc, in the middle.
        rows, columns = np.indices(shares.shape[2:])
        weight = shares[1, :2].sum(axis=0, dtype=float)
        disc = shares[1, GROUPS.index("disc")].astype(float)
        assert (rows * weight).sum() / weight.sum() > (rows * disc).sum() / disc.sum() + 15
        assert abs((columns * weight).sum() / weight.sum() - 63.5) < 8
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_the_pack_says_that_it_saw_no_patient(run: Path) -> None:
    pack = read_pack(run / "packs" / "measured-canal")
    assert pack.system == "measured-canal" and pack.trained_on.synthetic
    assert "digital spines" in pack.trained_on.statement and pack.trained_on.patients == 1
    assert set(pack.files) == {"axial.safetensors"}
    assert (run / "figures.json").is_file()


def test_a_finished_run_is_not_trained_again(run: Path) -> None:
    weights = run / "work" / "canal_axial.safetensors"
    before = weights.read_bytes(), weights.stat().st_mtime_ns
    run_recipe("canal", run / "none", run, **SMALL)
    assert (weights.read_bytes(), weights.stat().st_mtime_ns) == before


@pytest.mark.parametrize("plane", PLANES)
def test_images_of_a_batch_show_what_is_outlined(run: Path, plane: Plane) -> None:
    tissues, shares = canal_slices(run / "work" / "slices", plane, FIRST_SEED, 1, Progress())
    plain = CanalRecipe(log_scale=0, log_aspect=0, rotation_deg=0, shift=0, bent=0)
    images, target = drawn_batch(plain, plane, tissues, shares, np.random.default_rng(1))
    assert images.shape == (SLICES_EACH, 1, PIXELS, PIXELS) and target.shape[1] == len(GROUPS)
    assert float(images.min()) >= 0 and float(images.max()) <= 1
    again = drawn_batch(plain, plane, tissues, shares, np.random.default_rng(1))[0]
    assert bool((again == images).all())
    # Unmoved, the middle of the view is that of the slice.
    sac = (shares[:, :2, 16:112, 16:112].astype(np.float32) / 255).sum(axis=1)
    assert (
        np.minimum(
            np.abs(target[:, :2].sum(1).numpy() - sac).mean((1, 2)),
            np.abs(target[:, :2].sum(1).numpy() - sac[:, :, ::-1]).mean((1, 2)),
        ).max()
        < 0.01
    )


def test_widths_of_the_anatomy_are_those_that_it_was_built_with() -> None:
    from discgrader.phantom.study import make_study

    anatomy = drawn_anatomy(FIRST_SEED)
    made = make_study(FIRST_SEED, series=("T2",), middle_slices=1)
    disc = next(one for one in made.discs if one.level == "L3-L4")
    level = next(one for one in anatomy.levels if one.disc.name == disc.level)
    found = true_sagittal(anatomy, disc)
    assert 0.3 * level.radius_mm < found.sac_width_mm <= 2.2 * level.radius_mm
    assert found.canal_width_mm > found.sac_width_mm


def test_errors_count_what_was_withheld() -> None:
    rows = [
        {"measured": {"sac_area_mm2": 110.0}, "true": {"sac_area_mm2": 100.0, "sac_depth_mm": 11.0}},
        {
            "measured": {"sac_area_mm2": 190.0, "sac_depth_mm": 13.0},
            "true": {"sac_area_mm2": 200.0, "sac_depth_mm": 14.0},
        },
    ]
    found = errors(rows)
    assert found["sac_area_mm2"] | {"correlation": 1.0} == {
        "discs": 2, "withheld": 0, "bias": 0.0, "mean": 10.0, "p95": 10.0, "mean_share": 0.075, "correlation": 1.0,
    }  # fmt: skip
    assert found["sac_depth_mm"]["discs"] == 1 and found["sac_depth_mm"]["withheld"] == 1
    assert found["sac_depth_mm"]["bias"] == pytest.approx(-1.0)
    assert "| sac_area_mm2 | 2 | 0 | +0.00 mm² | 10.00 mm² (8 %)" in error_table(found)


def results(folder: Path, areas: list[float | None]) -> Path:
    """Results of as many studies, whose severity grows as areas shrink."""
    for number, area in enumerate(areas):
        evidence = {} if area is None else {"sac_area_mm2": {"value": area}}
        severe = number / len(areas)
        grade = {
            "system": "axial-multitask",
            "task": "central_stenosis",
            "probabilities": {"0": 1 - severe, "1": 0.0, "2": 0.0, "3": severe},
            "evidence": evidence,
        }
        (folder / str(number)).mkdir(parents=True)
        text = json.dumps({"discs": [{"level": "L4-L5", "grades": [grade]}]})
        (folder / str(number) / "grades.json").write_text(text, encoding="utf-8")
    return folder


def test_severity_and_area_are_compared_disc_by_disc(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = results(tmp_path / "results", [220.0, 180.0, 150.0, None, 100.0, 60.0])
    [one] = agreement(folder)
    assert (one.system, one.discs, one.withheld, one.correlation) == ("axial-multitask", 5, 1, 1.0)
    out = tmp_path / "out"
    assert main(["evaluate", "canal", "--data", str(folder), "--patients", "0", "-o", str(out)]) == 0
    assert "Spearman 1.00" in capsys.readouterr().out
    assert json.loads((out / "agreement.json").read_text(encoding="utf-8"))[0]["discs"] == 5


def test_what_cannot_be_evaluated_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    out = ["-o", str(tmp_path / "out")]
    assert main(["evaluate", "canal", "--data", str(tmp_path / "empty"), "--patients", "0", *out]) != 0
    assert "no three discs" in capsys.readouterr().err
    assert main(["evaluate", "phantom", *out]) != 0
    assert "--data" in capsys.readouterr().err
