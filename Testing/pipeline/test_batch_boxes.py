"""ROI boxes beside the studies of a batch are graded as they are, and count by their content."""

from pathlib import Path

import pytest
from discgrader.errors import UsageError
from discgrader.pipeline.batch import run_batch
from discgrader.pipeline.settings import Settings
from discgrader.pipeline.sheets import sheets_of
from discgrader.report.rois import write_rois
from discgrader.report.tables import read_grades_json
from fake_engine import FakeMaker, write_blocks
from synthetic_result import synthetic_localization

pytestmark = pytest.mark.usefixtures("in_same_process")

PLAIN = Settings(saliency=False)


def batch(folder: Path, out: Path, **options: object) -> object:
    return run_batch(folder, out, PLAIN, make_engine=FakeMaker(), workers=1, **options)


def test_boxes_beside_a_study_are_graded_even_where_no_disc_is_found(tmp_path: Path) -> None:
    for name in ("bad with boxes", "without"):
        write_blocks(tmp_path / "in" / name)
    boxes = tmp_path / "in" / "bad with boxes" / "rois"
    boxes.mkdir()
    write_rois(boxes, synthetic_localization().discs[:2])
    out = tmp_path / "out"
    result = batch(tmp_path / "in", out, rois="rois", sheets=True)
    assert set(result.graded) == {"bad with boxes", "without"}
    [sheet] = [one for one in sheets_of([out / "bad with boxes", out / "without"], {}) if one.task == "bulging"]
    assert [(tile.study, tile.level) for tile in sheet.tiles if tile.study != "without"] == [
        ("bad with boxes", "L5-S1"),
        ("bad with boxes", "L4-L5"),
    ]
    assert len(sheet.tiles) == 7
    assert all(tile.warned for tile in sheet.tiles if tile.study != "without")
    assert not all(tile.warned for tile in sheet.tiles)
    told = (out / "bad with boxes" / "grades.json").read_text(encoding="utf-8")
    assert "The ROI boxes were graded as given. No disc was found" in told
    assert batch(tmp_path / "in", out, rois="rois", sheets=True).graded == ()
    (boxes / "L4-L5.mrk.json").unlink()
    assert batch(tmp_path / "in", out, rois="rois", sheets=True).graded == ("bad with boxes",)


def test_boxes_count_by_their_content_from_wherever_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = write_blocks(tmp_path / "in" / "a")
    (study / "rois").mkdir()
    write_rois(study / "rois", synthetic_localization().discs[:1])
    assert batch(tmp_path / "in", tmp_path / "out", rois="rois").graded == ("a",)
    monkeypatch.chdir(tmp_path)
    assert batch(Path("in"), Path("out"), rois="rois").skipped == ("a",)


def test_discs_of_a_study_with_an_empty_folder_of_boxes_are_found(tmp_path: Path) -> None:
    for name in ("empty", "boxed"):
        (write_blocks(tmp_path / "in" / name) / "rois").mkdir()
    (tmp_path / "in" / "empty" / "rois" / ".DS_Store").write_bytes(b"")
    write_rois(tmp_path / "in" / "boxed" / "rois", synthetic_localization().discs[:1])
    assert set(batch(tmp_path / "in", tmp_path / "out", rois="rois").graded) == {"empty", "boxed"}
    counts = {one: len(read_grades_json(tmp_path / "out" / one / "grades.json")["discs"]) for one in ("empty", "boxed")}
    assert counts == {"empty": 5, "boxed": 1}


def test_names_of_boxes_that_no_study_has_are_refused(tmp_path: Path) -> None:
    write_blocks(tmp_path / "in" / "a")
    with pytest.raises(UsageError, match="No study in .* has ROI boxes called boxes"):
        batch(tmp_path / "in", tmp_path / "out", rois="boxes")
    for nothing in ("", "."):
        with pytest.raises(UsageError, match="--rois is empty"):
            batch(tmp_path / "in", tmp_path / "out", rois=nothing)
    for outside in ("../rois", str(tmp_path)):
        with pytest.raises(UsageError, match="lies outside the studies"):
            batch(tmp_path / "in", tmp_path / "out", rois=outside)
