"""Labels of real reports against those that an engineer read from the same reports by `docs/report-labels.md`.

The labels of the hand are `Testing/reference/sudirman_report_labels.csv`, without any words of the reports (Sudirman's
lumbar set, Mendeley s6bgczr8s2, CC BY 4.0); the reports lie in ``shared/data`` and are no part of the project.
"""

import csv
from pathlib import Path

import pytest
from places import ROOT

pytest.importorskip("negspacy", reason="the extra 'reports' is not installed")

from discgrader.clinical_text.compare import compare_tables
from discgrader.clinical_text.reports import read_reports
from discgrader.clinical_text.table import label_reports, write_table

REPORTS = ROOT.parent / "shared" / "data" / "sudirman_sagittal" / "reports.csv"
HAND = ROOT / "Testing" / "reference" / "sudirman_report_labels.csv"

needs_reports = pytest.mark.skipif(not REPORTS.is_file(), reason="the reports of shared/data are not here")


def half_of(half: str, folder: Path) -> Path:
    """The labels of the hand of one half, as a table of their own."""
    with HAND.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = [row for row in reader if row["half"] == half]
    path = folder / f"{half}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, reader.fieldnames or ())
        writer.writeheader()
        writer.writerows(rows)
    return path


@needs_reports
@pytest.mark.parametrize("half", ["development", "kept_aside"])
def test_bulge_and_compression_agree_with_the_hand(half: str, tmp_path: Path) -> None:
    reports, _ = read_reports(REPORTS)
    write_table(label_reports(reports), tmp_path / "labels.csv")
    tasks = compare_tables(
        tmp_path / "labels.csv", half_of(half, tmp_path), tmp_path / "agreement", silence_is_normal=True, draws=200
    )
    kappa = {task.task: task.kappa.value for task in tasks}
    assert {(task.n, task.studies) for task in tasks if task.task == "bulge"} == {(300, 60)}
    assert min(kappa[name] for name in ("bulge", "sac_compression", "root_compression")) >= 0.9
    assert min(kappa[name] for name in ("protrusion", "canal_stenosis", "foraminal_stenosis", "listhesis")) >= 0.9


def test_the_hand_names_sixty_patients_in_each_half_and_none_in_both() -> None:
    with HAND.open(newline="", encoding="utf-8") as file:
        halves = {(row["half"], row["patient"]) for row in csv.DictReader(file)}
    patients = [patient for _, patient in halves]
    assert len(patients) == len(set(patients)) == 120
    assert sum(half == "kept_aside" for half, _ in halves) == 60
