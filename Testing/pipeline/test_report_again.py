"""``discgrader report``: the report of a result anew, with a reading, in another language, and nothing half written."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.imaging.files import write_volume
from discgrader.imaging.volume import Volume
from discgrader.pipeline.output import changed_files, default_writers, write_output
from discgrader.reading.commands import AcceptGrade, SetGrade
from discgrader.reading.disc_commands import ShiftLevels
from discgrader.reading.files import save_reading
from discgrader.reading.record import Reading
from discgrader.reading.results import reading_of_result
from discgrader.report.tables import examined_json
from synthetic_result import synthetic_result

TIME = "2026-11-30T10:12:00+01:00"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of blocks as files, and beside it the folder of its result."""
    folder, result = tmp_path_factory.mktemp("made"), synthetic_result(disc_count=2)
    (folder / "study").mkdir()
    for series in result.study.series:
        write_volume(series.volume, folder / "study" / f"{series.name}.nii.gz")
    write_output(result, folder / "out", default_writers(), settings={"study": "../study"})
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "made")


def reading() -> Reading:
    result = synthetic_result(disc_count=2)
    begun = reading_of_result(result, "Dr. Roe", "2026-11-30T09:00:00+01:00", examined=examined_json(result))
    read = begun.apply(SetGrade("L5-S1", "spider", "bulging", "0", "flat"), TIME)
    return read.apply(AcceptGrade("L4-L5", "spider", "bulging"), TIME)


def saved(folder: Path, read: Reading) -> Path:
    save_reading(read, folder / "blocks.reading.json")
    return folder / "blocks.reading.json"


def test_a_reading_comes_into_report_and_tables_and_stays_there(folder: Path) -> None:
    out, file = folder / "out", saved(folder, reading())
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    maps = {path.name for path in (out / "saliency").iterdir()}
    assert main(["report", str(out), "--reading", str(file)]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Dr. Roe, 2026-11-30 10:12: 2 of 6 grades read, 1 changed" in page and "reason: flat" in page
    with open(out / "grades.csv", encoding="utf-8", newline="") as table:
        rows = {(row["level"], row["task"]): row for row in csv.DictReader(table)}
    assert rows["L5-S1", "bulging"]["final_label"] == "no" and rows["L5-S1", "bulging"]["label"] == "yes"
    assert (out / "reading.json").is_file() and (out / "reading.csv").is_file()
    assert {path.name for path in (out / "saliency").iterdir()} == maps
    assert "with the saliency of Pfirrmann grade" in page
    assert changed_files(out) == ["notes.txt"] and (out / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert main(["report", str(out), "--language", "de"]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Dr. Roe, 2026-11-30 10:12: 2 von 6 Einstufungen befundet, 1 geändert" in page
    assert json.loads((out / "grades.json").read_text(encoding="utf-8"))["settings"]["language"] == "de"


def test_without_a_reading_it_is_the_same_report(folder: Path) -> None:
    out = folder / "out"
    before = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    assert main(["report", str(out)]) == 0
    after = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    assert after["discs"] == before["discs"] and after["warnings"] == before["warnings"]
    assert after["report_from"] == before["report_from"] and after["reading"]["state"] == "Not read by anyone"


def test_levels_that_the_reader_renamed_have_their_new_names(folder: Path) -> None:
    out = folder / "out"
    assert main(["report", str(out), "--reading", str(saved(folder, reading().apply(ShiftLevels(1), TIME)))]) == 0
    document = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    assert [disc["level"] for disc in document["discs"]] == ["L4-L5", "L3-L4"]
    assert {path.name.split("_")[0] for path in (out / "saliency").iterdir()} == {"L4-L5", "L3-L4"}
    assert {path.name for path in (out / "rois").iterdir()} == {"L4-L5.mrk.json", "L3-L4.mrk.json"}


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["report", *map(str, arguments)]) != 0
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


def test_what_does_not_belong_together_is_refused_and_nothing_is_written(folder: Path, capsys) -> None:
    out = folder / "out"
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    other = saved(folder, replace(reading(), study="another"))
    assert "is a reading of the study another" in refused(capsys, out, "--reading", other)
    assert "not a DiscGrader reading" in refused(capsys, out, "--reading", out / "grades.json")
    assert "grades.json" in refused(capsys, folder / "nowhere")
    assert "There is no report in the language xx; choose one of en, de" in refused(capsys, out, "--language", "xx")
    (folder / "other").mkdir()
    volume = synthetic_result(disc_count=2).study.series[0].volume
    cut = Volume(volume.array[:, :60].copy(), volume.affine_lps)
    write_volume(cut, folder / "other" / "T2_sag.nii.gz")
    assert "T2_sag" in refused(capsys, out, "--study", folder / "other")
    shutil.move(folder / "study", folder / "moved")
    assert "is no longer at" in refused(capsys, out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert main(["report", str(out), "--study", str(folder / "moved")]) == 0


def test_a_box_that_was_corrected_by_hand_is_not_lost(folder: Path, capsys) -> None:
    out = folder / "out"
    box = out / "rois" / "L4-L5.mrk.json"
    box.write_text(box.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    told = box.read_text(encoding="utf-8")
    assert "rois/L4-L5.mrk.json, which was changed" in refused(capsys, out)
    assert box.read_text(encoding="utf-8") == told
    assert main(["report", str(out), "--overwrite"]) == 0


def test_an_older_result_needs_its_reading(folder: Path, capsys) -> None:
    out = folder / "out"
    document = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    del document["report_from"]
    (out / "grades.json").write_text(json.dumps(document), encoding="utf-8")
    assert "older version" in refused(capsys, out)
    assert main(["report", str(out), "--reading", str(saved(folder, reading()))]) == 0
    assert np.isclose(json.loads((out / "grades.json").read_text(encoding="utf-8"))["reading"]["read"], 2)
