"""Which values are usual: percentiles of graded discs by sequence, and the ranges that ship."""

import json

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.errors import DiscGraderError
from discgrader.grading import usual as read
from discgrader.grading.evidence import MEASURES
from discgrader.grading.usual import usual_range, usual_values
from discgrader.resources import resources_dir
from discgrader.training.tabular import usual
from discgrader.training.tabular.families import EVIDENCE, SLICE
from discgrader.training.tabular.table import FeatureTable

NAMES = tuple(MEASURES)


def table(family: str, names: tuple[str, ...], rows: list[tuple[int, int, str]], values: np.ndarray) -> FeatureTable:
    patients, indices, sequences = (np.array(column) for column in zip(*rows, strict=True))
    return FeatureTable(family, patients, indices, sequences, np.full(len(rows), 2), names, values)


def test_a_range_is_of_the_graded_discs_of_its_sequence():
    """200 patients with two discs each; the height is the patient's number, a hundred more on the upper disc."""
    rows = [(patient, index, sequence) for patient in range(200) for index in (1, 2) for sequence in ("T1", "T2")]
    values = np.full((len(rows), len(NAMES)), np.nan)
    for number, (patient, index, sequence) in enumerate(rows):
        values[number, NAMES.index("height_mm")] = patient + 100 * (index == 2) + 1000 * (sequence == "T1")
    graded = frozenset((patient, 1) for patient in range(200))
    found = usual.evidence_ranges(table(EVIDENCE, NAMES, rows, values), graded)
    assert found["T2:evidence:height_mm"] == pytest.approx((9.95, 189.05), abs=0.1), "upper discs were not graded"
    assert found["T1:evidence:height_mm"] == pytest.approx((1009.95, 1189.05), abs=1)
    assert found["T2:evidence:above@height_mm"] == pytest.approx((109.95, 289.05), abs=0.1), "but they are neighbors"
    assert found["T2:evidence:patient@height_mm"] == (-50, -50)
    assert not [column for column in found if "canal_mm" in column or "index" in column]


def test_few_discs_have_no_range():
    rows = [(patient, 1, "T2" if patient < 99 else "T2_SPACE") for patient in range(250)]
    values = np.arange(250.0)[:, None]
    graded = frozenset((patient, 1) for patient in range(250))
    found = usual.slice_ranges(table(SLICE, ("original_firstorder_Mean",), rows, values), graded)
    assert found == {"T2_SPACE:slice:original_firstorder_Mean": pytest.approx((106.5, 241.5), abs=0.1)}


def test_the_command_writes_what_the_product_reads(tmp_path, monkeypatch, capsys):
    """With tables that were measured before; that discs are found and measured is tested elsewhere."""
    rows = [(patient, 1, "T2") for patient in range(200)]
    made = {
        EVIDENCE: table(EVIDENCE, ("height_mm",), rows, np.arange(200.0)[:, None]),
        SLICE: table(SLICE, ("original_firstorder_Mean",), rows, -np.arange(200.0)[:, None]),
    }
    monkeypatch.setattr(usual.Measuring, "tables", lambda *_: made)
    monkeypatch.setattr(usual, "spider_images", lambda folder: [])
    monkeypatch.setattr(usual, "pfirrmann_grades", lambda folder: {(patient, 1): 2 for patient in range(200)})
    monkeypatch.setattr(read, "usual_values", read.usual_values.__wrapped__)
    out = tmp_path / "out"
    out.mkdir()
    assert main(["evaluate", "usual", "--data", str(tmp_path), "-o", str(out)]) == 0
    path = out / usual.FILE
    assert str(path) in capsys.readouterr().out
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["license"] == "CC BY 4.0" and "200 SPIDER patients" in written["statement"]
    low, high = written["ranges"]["T2:slice:original_firstorder_Mean"]
    assert (low, high) == pytest.approx((-189.05, -9.95), abs=0.1)
    folder = tmp_path / "Resources" / read.FOLDER
    folder.mkdir(parents=True)
    (folder / "site.json").write_bytes(path.read_bytes())
    monkeypatch.setattr(read, "resources_dir", lambda: tmp_path / "Resources")
    assert usual_range("T2:slice:original_firstorder_Mean") == (low, high)
    assert usual_range("T2:slice:original_firstorder_Median") is None
    (folder / "site.json").write_text(json.dumps({**written, "ranges": {"T2:evidence:height_mm": [1]}}))
    with pytest.raises(DiscGraderError, match=r"site\.json"):
        usual_range("T2:evidence:height_mm")


def test_what_ships_names_its_data_and_is_small():
    (shipped,) = usual_values()
    assert shipped.license == "CC BY 4.0" and "175 SPIDER patients" in shipped.statement
    (path,) = (resources_dir() / "UsualValues").glob("*.json")
    assert path.stat().st_size < 100_000
    for low, high in shipped.ranges.values():
        assert low <= high
    low, high = usual_range("T2:evidence:height_mm")
    assert 2 < low < 5 and 8 < high < 13, "lumbar discs"
    assert usual_range("T1:slice:original_firstorder_Mean") is None, "radiomics is not read from T1"
