"""``discgrader features``: tables of any image and mask, and of a study."""

import csv
import math
import threading
from pathlib import Path

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.errors import Cancelled
from discgrader.imaging.files import read_volume, write_volume
from discgrader.imaging.volume import Volume
from discgrader.pipeline import features as pipeline_features
from discgrader.pipeline.engine import Engine
from discgrader.pipeline.features import Choice, disc_mask, image_rows, study_rows
from discgrader.progress import Progress
from discgrader.radiomics import by_pyradiomics
from discgrader.radiomics.extractor import RadiomicsExtractor
from discgrader.radiomics.parameters import parameters_1218
from fake_engine import PACKS, FakeLocalizer, write_blocks
from radiomics_reference import ragged, textured
from synthetic_result import synthetic_localization, synthetic_study

FEW = "featureClass:\n  shape: [VoxelVolume]\n  firstorder: [Mean, Maximum]\nsetting:\n  binWidth: 5\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A folder with an image, a mask of two regions, and a parameter file of three features."""
    folder = tmp_path / "Wirbelsäule Nr. 1"
    folder.mkdir()
    volume = textured((12, 30, 34))
    mask = np.zeros(volume.array.shape, np.uint8)
    mask[2:6, 3:9, 4:12] = 201
    mask[7:10, 15:25, 14:30] = 202
    write_volume(volume, folder / "Bild ß.nii.gz")
    write_volume(volume.with_array(mask), folder / "mask.nrrd")
    (folder / "few.yaml").write_text(FEW, encoding="utf-8")
    return folder


@pytest.fixture
def fake_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that finds the spine of blocks without weights."""

    def default(packs: object = None, device: str = "cpu", *, grading: bool = True, stopwatch: object = None) -> Engine:
        assert not grading
        return Engine(FakeLocalizer(), None, None, PACKS, stopwatch)

    monkeypatch.setattr(Engine, "default", default)


def run(*arguments: object) -> int:
    return main(["features", *map(str, arguments)])


def table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fails(capsys: pytest.CaptureFixture[str], status: int, *arguments: object) -> str:
    """Run a command that must fail with one plain line; give the line."""
    assert run(*arguments) == status
    line = capsys.readouterr().err
    assert line.startswith("discgrader: ") and line.count("\n") == 1 and "Traceback" not in line
    return line


def test_every_region_of_a_mask_is_a_row(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = case / "Tabelle für ß.csv"
    arguments = [case / "Bild ß.nii.gz", "--mask", case / "mask.nrrd", "--params", case / "few.yaml", "-o", out]
    assert run(*arguments) == 0
    rows = table(out)
    assert [row["label"] for row in rows] == ["201", "202"]
    assert list(rows[0]) == [
        *("image", "mask", "label", "original_shape_VoxelVolume"),
        *("original_firstorder_Mean", "original_firstorder_Maximum", "holes", "warnings"),
    ]
    assert float(rows[0]["original_shape_VoxelVolume"]) == pytest.approx(4 * 6 * 8 * 0.8 * 1.1 * 2.5, rel=1e-6)
    assert "2 rows" in capsys.readouterr().out
    assert run(*arguments, "--label", 202) == 0
    assert table(out) == rows[1:]
    assert sorted(one.name for one in case.iterdir()) == sorted(("Bild ß.nii.gz", "mask.nrrd", "few.yaml", out.name))


def test_the_label_of_the_parameter_file_counts(case: Path) -> None:
    (case / "few.yaml").write_text(FEW + "  label: 202\n", encoding="utf-8")
    out = case / "out.csv"
    arguments = [case / "Bild ß.nii.gz", "--mask", case / "mask.nrrd", "--params", case / "few.yaml", "-o", out]
    assert run(*arguments) == 0
    assert [row["label"] for row in table(out)] == ["202"]


def test_the_table_holds_the_full_set_to_the_last_digit(case: Path) -> None:
    out = case / "out.csv"
    assert run(case / "Bild ß.nii.gz", "--mask", case / "mask.nrrd", "--label", 202, "-o", out) == 0
    (row,) = table(out)
    volume, _ = read_volume(case / "Bild ß.nii.gz")
    mask = np.zeros(volume.array.shape, np.uint8)
    mask[7:10, 15:25, 14:30] = 1
    expected = RadiomicsExtractor(parameters_1218()).extract(volume, volume.with_array(mask))
    np.testing.assert_array_equal([float(row[name]) for name in expected.names], expected.values)


def test_pyradiomics_can_be_chosen_and_agrees(case: Path) -> None:
    pytest.importorskip("radiomics.featureextractor", reason="pyradiomics, the reference, is not installed")
    arguments = [case / "Bild ß.nii.gz", "--mask", case / "mask.nrrd", "--params", case / "few.yaml"]
    for engine in ("discgrader", "pyradiomics"):
        assert run(*arguments, "--engine", engine, "-o", case / f"{engine}.csv") == 0
    for one, other in zip(table(case / "discgrader.csv"), table(case / "pyradiomics.csv"), strict=True):
        assert list(one) == list(other)
        for name in list(one)[3:-2]:
            assert float(one[name]) == pytest.approx(float(other[name]), rel=1e-9)


def test_what_only_pyradiomics_makes_is_refused_without_it(
    case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (case / "few.yaml").write_text("imageType:\n  LBP2D: {}\n", encoding="utf-8")
    monkeypatch.setattr(by_pyradiomics, "has_pyradiomics", lambda: False)
    arguments = [case / "Bild ß.nii.gz", "--mask", case / "mask.nrrd", "--params", case / "few.yaml"]
    assert "only pyradiomics supports" in fails(capsys, 2, *arguments, "-o", case / "out.csv")
    assert not (case / "out.csv").exists()


def test_wrong_usage_is_told_in_one_line(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image, mask, out = case / "Bild ß.nii.gz", case / "mask.nrrd", case / "out.csv"
    assert "either an IMAGE" in fails(capsys, 2, "-o", out)
    assert "either an IMAGE" in fails(capsys, 2, image, "--study", case, "-o", out)
    assert "--mask" in fails(capsys, 2, image, "-o", out)
    assert "-o FILE.csv" in fails(capsys, 2, image, "--mask", mask)
    assert "-o FILE.csv" in fails(capsys, 2, image, "--mask", mask, "-o", case / "out.txt")
    assert "no folder" in fails(capsys, 2, image, "--mask", mask, "-o", case / "none" / "out.csv")
    assert "no readable parameter file" in fails(
        capsys, 2, image, "--mask", mask, "--params", case / "x.yaml", "-o", out
    )
    assert "no voxel of label 7" in fails(capsys, 2, image, "--mask", mask, "--label", 7, "-o", out)
    assert "There is no file" in fails(capsys, 1, image, "--mask", case / "none.nii", "-o", out)
    assert "leave out --mask" in fails(capsys, 2, "--study", case, "--mask", mask, "-o", out)
    (case / "few.yaml").write_text("setting: {binWith: 5}\n", encoding="utf-8")
    line = fails(capsys, 2, image, "--mask", mask, "--params", case / "few.yaml", "-o", out)
    assert "few.yaml" in line and "'binWith'" in line
    assert not out.exists()


def test_bad_masks_are_told_in_one_line(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image, out = case / "Bild ß.nii.gz", case / "out.csv"
    volume = textured((12, 30, 34))
    empty = np.zeros(volume.array.shape, np.uint8)
    write_volume(volume.with_array(empty), case / "empty.nii.gz")
    assert "mask is empty" in fails(capsys, 1, image, "--mask", case / "empty.nii.gz", "-o", out)
    empty[3, 4, 5] = 1
    write_volume(volume.with_array(empty), case / "single.nii.gz")
    assert "single voxel" in fails(capsys, 1, image, "--mask", case / "single.nii.gz", "-o", out)
    write_volume(Volume(empty[1:], volume.affine_lps), case / "other.nii.gz")
    assert "same geometry" in fails(capsys, 1, image, "--mask", case / "other.nii.gz", "-o", out)
    write_volume(volume.with_array(empty + np.float32(0.5)), case / "soft.nii.gz")
    assert "soft.nii.gz is not a mask" in fails(capsys, 1, image, "--mask", case / "soft.nii.gz", "-o", out)
    assert not out.exists()


def test_voxels_that_are_not_numbers_become_a_warning(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    volume = textured((12, 30, 34))
    array = volume.array.astype(np.float32)
    array[0, 0, 0] = np.nan
    write_volume(volume.with_array(array), case / "nan.nii.gz")
    arguments = [case / "nan.nii.gz", "--mask", case / "mask.nrrd", "--params", case / "few.yaml"]
    assert run(*arguments, "-o", case / "out.csv") == 0
    assert "1 voxels of nan.nii.gz are not numbers" in capsys.readouterr().err


def test_a_slice_has_the_flat_set_whichever_way_it_lies(case: Path) -> None:
    flat = textured((1, 50, 44))
    mask = ragged(flat)
    turned = np.eye(4)[[2, 0, 1, 3]]
    other = Volume(np.ascontiguousarray(flat.array.transpose(1, 2, 0)), flat.affine_lps @ turned.T)
    rows = []
    for name, volume, labels in (("k", flat, mask.array), ("i", other, mask.array.transpose(1, 2, 0))):
        write_volume(volume, case / f"{name}.nii.gz")
        write_volume(volume.with_array(np.ascontiguousarray(labels)), case / f"{name}_mask.nii.gz")
        out = case / f"{name}.csv"
        assert run(case / f"{name}.nii.gz", "--mask", case / f"{name}_mask.nii.gz", "-o", out) == 0
        rows += table(out)
    assert len(rows[0]) == 3 + 874 + 2
    assert "4 voxels along each axis" in rows[0]["holes"] and rows[0]["log-sigma-1-0-mm-3D_glcm_Id"] == ""
    for name in ("original_glcm_Contrast", "wavelet-LH_firstorder_Mean", "original_shape_MeshVolume"):
        assert float(rows[0][name]) != 0
    assert float(rows[0]["original_gldm_DependenceEntropy"]) == pytest.approx(
        float(rows[1]["original_gldm_DependenceEntropy"]), rel=1e-9
    )


def test_every_disc_of_a_study_is_a_row_for_each_series(fake_engine: None, tmp_path: Path) -> None:
    study = write_blocks(tmp_path / "Studie Ö")
    (tmp_path / "few.yaml").write_text(FEW, encoding="utf-8")
    out = tmp_path / "out.csv"
    assert run("--study", study, "--params", tmp_path / "few.yaml", "-o", out) == 0
    rows = table(out)
    localization = synthetic_localization()
    levels = [disc.level for disc in localization.discs]
    assert [(row["series"], row["level"]) for row in rows] == [
        (series, level) for series in dict.fromkeys(row["series"] for row in rows) for level in levels
    ]
    assert {row["role"] for row in rows} == {"T1", "T2"} and {row["study"] for row in rows} == {"Studie Ö"}
    voxels = int((localization.segmentation.array == 201).sum())
    on_reference = next(row for row in rows if row["series"] == localization.series_name and row["level"] == "L5-S1")
    size = voxels * np.prod(localization.segmentation.spacing_mm)
    assert float(on_reference["original_shape_VoxelVolume"]) == pytest.approx(size, rel=1e-6)


def test_a_series_that_moved_and_one_out_of_register() -> None:
    study, found = synthetic_study(), synthetic_localization()
    reference = next(one for one in study.series if one.name == found.series_name)
    other = next(one for one in study.series if one.name != found.series_name)
    step = reference.volume.affine_lps[:3, 0]
    moved = type(found)(found.series_name, found.segmentation, found.discs, (), {reference.name: 3 * step})
    np.testing.assert_array_equal(disc_mask(reference, moved).array[..., 3:], found.segmentation.array[..., :-3])
    few = Choice()
    lost = type(found)(found.series_name, found.segmentation, found.discs[:1], (), {found.series_name: np.zeros(3)})
    rows, warnings = study_rows(study, lost, few)
    assert {row.facts["series"] for row in rows} == {found.series_name}
    assert any(other.name in one for one in warnings)


def test_a_disc_out_of_view_is_a_row_of_holes() -> None:
    study, found = synthetic_study(), synthetic_localization()
    gone = found.segmentation.array.copy()
    gone[gone == 201] = 0
    lacking = type(found)(found.series_name, found.segmentation.with_array(gone), found.discs[:2], (), {})
    rows, _ = study_rows(study, lacking, Choice())
    first = [row for row in rows if row.facts["level"] == found.discs[0].level]
    assert first and all(len(row.features.holes) == len(row.features.names) > 0 for row in first)
    assert "does not show this disc" in pipeline_features.holes_in_words(first[0].features)
    assert all(math.isnan(value) for value in first[0].features.values)
    other = [row for row in rows if row.facts["level"] == found.discs[1].level]
    assert all(len(row.features.holes) < len(row.features.names) for row in other)


def test_it_stops_when_asked_and_leaves_nothing(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    heard = []

    def listener(stage: str, share: float, detail: str) -> None:
        heard.append((stage, share, detail))
        if detail == "label 202":
            stop.set()

    volume = textured((12, 30, 34))
    mask = np.zeros(volume.array.shape, np.uint8)
    mask[2:6, 3:9, 4:12] = 201
    mask[7:10, 15:25, 14:30] = 202
    with pytest.raises(Cancelled):
        image_rows(volume, volume.with_array(mask), None, Choice(case / "few.yaml"), {}, Progress(listener, stop))
    assert [share for _, share, _ in heard] == sorted(share for _, share, _ in heard)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline_features, "holes_in_words", interrupted)
    out = case / "out.csv"
    before = sorted(case.iterdir())
    assert run(case / "Bild ß.nii.gz", "--mask", case / "mask.nrrd", "--params", case / "few.yaml", "-o", out) == 1
    assert sorted(case.iterdir()) == before


def test_every_feature_is_listed_with_its_formula(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list") == 0
    lines = capsys.readouterr().out.splitlines()
    rows = list(csv.DictReader(lines, delimiter="\t"))
    listed = {f"original_{row['class']}_{row['feature']}" for row in rows}
    assert {name for name in parameters_1218().feature_names() if name.startswith("original")} <= listed
    contrast = next(row for row in rows if (row["class"], row["feature"]) == ("glcm", "Contrast"))
    assert contrast["ibsi"] == "ACUI" and "(i - j)^2" in contrast["formula"] and contrast["source"]
