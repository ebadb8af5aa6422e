"""The paper's evaluation from files that lie as SPIDER's on Zenodo do: images/, masks/, two tables."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from blocky_spine import blocky_spine, localized
from discgrader.cli.main import main
from discgrader.imaging.volume import Volume
from discgrader.radiomics import cache as filter_cache
from discgrader.training.grader_recipe import folds_file
from discgrader.training.replication import analyses, evaluate, supplement
from discgrader.training.spider import SpiderImage, spider_images
from discgrader.training.tabular import selection
from discgrader.training.tabular.families import FoundImage, radiomics_family
from discgrader.training.tabular.fusion import FusedRecipe
from tabular_data import FewTrees, SmallForest
from tiny_packs import pack_of_two

PATIENTS, DISCS = 15, 4
BRIGHTNESS = {"t1": 40.0, "t2": 200.0, "t2_SPACE": 160.0}
HEADER = (
    "Patient ,IVD label,Modic,UP endplate,LOW endplate,Spondylolisthesis,Disc herniation,Disc narrowing,Disc "
    "bulging,Pfirrman grade\n"
)


def grade_of(patient: int, index: int) -> int:
    """Every grade occurs, the lower discs being worse, as in people."""
    return int(np.clip(1 + (patient * 7 + 3 * index) % 5 - (index > 2), 1, 5))


def sequences_of(patient: int) -> list[str]:
    """All have T2, every third one T1, every fourth T2 SPACE."""
    return ["t2", *(["t1"] if patient % 3 == 0 else []), *(["t2_SPACE"] if patient % 4 == 0 else [])]


def write_spider(folder: Path) -> Path:
    """A data set of block spines, sagittal stacks whose first axis runs from side to side."""
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    spine = blocky_spine(DISCS, slices=5, pixel_mm=1.5)
    labels = localized(spine).segmentation
    rng = np.random.default_rng(0)
    lines, series = [], []
    for patient in range(1, PATIENTS + 1):
        for sequence in sequences_of(patient):
            picture = spine.series.volume.array.astype(float) + rng.normal(0, 6, labels.array.shape)
            for index in range(1, DISCS + 1):
                disc = labels.array == 200 + index
                share = (5 - grade_of(patient, index)) / 4
                picture[disc] = 30 + BRIGHTNESS[sequence] * share + rng.normal(0, 8, int(disc.sum()))
            name = f"{patient}_{sequence}" if patient != 8 else f"{patient}_{sequence.lower()}"
            write_stack(
                labels.with_array(np.clip(picture, 0, None).astype(np.int16)), folder / "images" / f"{name}.mha"
            )
            write_stack(labels.with_array(labels.array.astype(np.uint16)), folder / "masks" / f"{name}.mha")
            series.append(
                {
                    "new_file_name": name,
                    "subset": "training",
                    "Manufacturer": "Philips" if patient % 3 else "SIEMENS",
                    "ManufacturerModelName": "Achieva" if patient % 3 else "Avanto",
                    "MagneticFieldStrength": "1.5",
                }
            )
        lines += [f"{patient},{index},0,0,0,0,0,0,0,{grade_of(patient, index)}\n" for index in range(1, DISCS + 1)]
        lines.append(f"{patient},0,0,0,0,0,0,0,0,3\n")
    (folder / "radiological_gradings.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    with (folder / "overview.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(series[0]))
        writer.writeheader()
        writer.writerows(series)
    return folder


def write_stack(volume: Volume, path: Path) -> None:
    """A file whose first axis (i) runs across the slices, as in SPIDER's."""
    sitk.WriteImage(sitk.PermuteAxes(volume.to_sitk(), (2, 0, 1)), str(path), True)


@pytest.mark.slow
def test_the_paper_s_table_comes_from_spider_s_own_layout_by_one_command(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("discgrader.training.tabular.system.TreesModel", FewTrees)
    monkeypatch.setattr("discgrader.training.tabular.system.ForestModel", SmallForest)
    monkeypatch.setattr(evaluate, "FusedRecipe", lambda threads: FusedRecipe(trees=8, most_features=6, threads=1))
    monkeypatch.setattr(selection, "PENALTIES", 8)
    monkeypatch.setattr(selection, "FOLDS", 2)
    monkeypatch.setattr(
        analyses,
        "sets_of_features",
        lambda setting: {"Evidence": setting.columns("evidence"), "Radiomics": setting.columns("radiomics")},
    )
    folds = {patient: patient % 2 for patient in range(1, PATIENTS)}
    monkeypatch.setattr(
        evaluate, "installed_networks", lambda: pack_of_two(tmp_path / "packs", folds_file("SPIDER", folds, 2))
    )
    monkeypatch.setattr(
        supplement,
        "SUPPLEMENT",
        (supplement.leave_one_scanner_out, supplement.calibration_depth, supplement.decision_curve),
    )
    data, out = write_spider(tmp_path / "SPIDER"), tmp_path / "out"
    assert len(spider_images(data)) == 15 + 5 + 3
    status = main(
        [
            "evaluate",
            "pfirrmann",
            "--data",
            str(data),
            "-o",
            str(out),
            "--repeats",
            "1",
            "--draws",
            "20",
            "--threads",
            "1",
        ]
    )
    assert status == 0, capsys.readouterr().err
    page = (out / "evaluation.html").read_text(encoding="utf-8")
    assert "SPIDER&#x27;s own where an image has one" in page or "SPIDER's own where an image has one" in page
    tables = {path.stem: list(csv.DictReader(path.open(encoding="utf-8"))) for path in (out / "tables").glob("*.csv")}
    seen = {row["features"]: row for row in tables["which_saw_which"]}["Radiomics (as published)"]
    assert (seen["T1"], seen["T2"], seen["T2_SPACE"]) == tuple(
        f"{count} stacks, 1218 3D features" for count in (5, 15, 3)
    )
    compared = {row["features"]: row for row in tables["cross_validation"]}
    # Grades are plain to see in the discs' signal, so that whatever reads it must find them.
    assert float(compared["Radiomics"]["auroc"]) > 0.65
    assert float(compared["Evidence"]["auroc"]) > 0.65
    assert int(compared["Radiomics"]["discs"]) == PATIENTS * DISCS
    assert {row["scanner"] for row in tables["leave_one_scanner_out"]} == {
        "Philips Achieva 1.5 T",
        "SIEMENS Avanto 1.5 T",
    }
    assert len(tables["main_grades"]) == 2


def test_a_sequence_is_filtered_once_for_all_of_its_discs(monkeypatch):
    spine = blocky_spine(DISCS, slices=5, pixel_mm=1.5)
    made = []
    real = filter_cache.filter_all
    monkeypatch.setattr(filter_cache, "filter_all", lambda *args, **more: made.append(1) or real(*args, **more))
    noise = np.random.default_rng(0).normal(0, 9, spine.series.volume.array.shape)
    series = replace(spine.series, volume=spine.series.volume.with_array(spine.series.volume.array + noise))
    found = FoundImage(SpiderImage(1, "T2", Path("1_t2.mha"), None), series, localized(spine))
    table = radiomics_family(1).table([found])
    assert table.values.shape == (DISCS, 1218)
    assert np.isfinite(table.values).mean() > 0.99
    assert len(made) == 1
