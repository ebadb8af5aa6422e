"""What was measured of each disc, as rows of ``measures.csv``."""

import csv
from pathlib import Path

from discgrader.report.language import find_language
from discgrader.report.measures_table import COLUMNS, measure_rows, write_measures_csv
from discgrader.report.words import evidence_text

AREA = {
    "value": 142.0,
    "unit": "mm²",
    "title": "Area of the thecal sac",
    "source": "axial",
    "series": "AX",
    "error": 8.5,
}
HEIGHT = {"value": 9.1, "unit": "mm", "title": "Disc height", "source": "mid-sagittal", "series": "T2"}


def document() -> dict:
    """Two grades that have one measure in common, and evidence that is no number."""
    words = {"slice": {"title": "Slice", "value": "3 of 20", "series": "AX"}, "not_measured": {"value": "why"}}
    moved = {"contributions": {"measures": []}}
    grades = [
        {"evidence": {"height_mm": HEIGHT} | moved},
        {"evidence": {"sac_area_mm2": AREA, "height_mm": HEIGHT} | words},
    ]
    return {"study": "s", "discs": [{"level": "L4-L5", "grades": grades}, {"level": "L5-S1", "grades": []}]}


def test_each_measure_of_a_disc_is_one_row(tmp_path: Path) -> None:
    write_measures_csv(measure_rows(document()), tmp_path / "measures.csv")
    with (tmp_path / "measures.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert tuple(reader.fieldnames) == COLUMNS
    assert [(row["level"], row["measure"], row["value"], row["error"]) for row in rows] == [
        ("L4-L5", "height_mm", "9.1", ""),
        ("L4-L5", "sac_area_mm2", "142.0", "8.5"),
    ]
    assert rows[1]["unit"] == "mm²" and rows[1]["series"] == "AX" and rows[1]["study"] == "s"


def test_where_nothing_was_measured_there_is_no_file(tmp_path: Path) -> None:
    write_measures_csv(measure_rows({"study": "s", "discs": []}), tmp_path / "measures.csv")
    assert not list(tmp_path.iterdir())


def test_a_known_error_stands_behind_the_value_as_the_language_writes_it() -> None:
    assert evidence_text(AREA) == "142 ± 8.5 mm²"
    assert evidence_text(AREA, find_language("de")) == "142 ± 8,5 mm²"
    assert evidence_text(HEIGHT) == "9.1 mm"
