"""``discgrader evaluate usual``: which values of each measure and feature are usual, by sequence, for
`discgrader.grading.usual`.

Every image's discs are found and measured as the product finds and measures them. All graded discs count, healthy and
degenerated ones alike: a range tells a reader how far a disc stands out from others, not whether it is ill.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from discgrader.folders import as_output_errors
from discgrader.grading.evidence_rows import evidence_columns, evidence_rows
from discgrader.grading.fusion import SLICE_ROLES
from discgrader.progress import Progress
from discgrader.training.recipes import SPIDER
from discgrader.training.spider import pfirrmann_grades, spider_images
from discgrader.training.tabular.families import EVIDENCE, SLICE, Measuring, evidence_family, slice_family
from discgrader.training.tabular.fusion import ROLES
from discgrader.training.tabular.table import SEPARATOR, FeatureTable

LOW, HIGH = 5, 95
"""Percentiles between which a value is usual. Round numbers."""

LEAST_DISCS = 100
"""Percentiles of fewer discs say little. A round number."""

FILE = "usual_values.json"

Keys = frozenset[tuple[int, int]]
Ranges = dict[str, tuple[float, float]]


def measure_usual(data_dir: Path, out_dir: Path, progress: Progress, localizer_work: Path | None = None) -> Path:
    """Measure all discs of the data set, and write the ranges; a stopped run goes on where it was.

    Parameters
    ----------
    data_dir : Path
        A folder in SPIDER's layout, or the folder above ``spider/``.
    out_dir : Path
        For `FILE`, and the features of each patient.
    localizer_work : Path, optional
        As for `discgrader.training.discs.disc_finder`.
    """
    graded = frozenset(pfirrmann_grades(data_dir))
    measuring = Measuring(masks="found", localizer_work=localizer_work)
    tables = measuring.tables(spider_images(data_dir), out_dir, [evidence_family(), slice_family()], progress)
    patients = len({int(patient) for patient in tables[EVIDENCE].patients})
    ranges = {**evidence_ranges(tables[EVIDENCE], graded), **slice_ranges(tables[SLICE], graded)}
    content = {
        "data_set": SPIDER,
        "license": "CC BY 4.0",
        "statement": f"Usual: from the {LOW}th to the {HIGH}th percentile of the discs of {patients} SPIDER patients "
        "(CC BY 4.0) on the same sequence, degenerated discs included.",
        "ranges": ranges,
    }
    with as_output_errors(out_dir):
        # A range a line, so that differences can be read.
        text = re.sub(r"\[\s+(\S+),\s+(\S+)\s+\]", r"[\1, \2]", json.dumps(content, indent=1))
        (out_dir / FILE).write_text(text + "\n", encoding="utf-8")
    return out_dir / FILE


def evidence_ranges(table: FeatureTable, graded: Keys) -> Ranges:
    """Of what is measured on a disc, on its neighbors, and against the patient's other discs.

    Parameters
    ----------
    table : FeatureTable
        Of the family `EVIDENCE`.
    graded : frozenset of (patient, index from the sacrum)
        Discs that count; others serve as their neighbors.
    """
    measured: dict[int, dict[int, dict[str, Mapping[str, float]]]] = {}
    for patient, index, sequence, values in zip(
        table.patients.tolist(), table.indices.tolist(), table.sequences.tolist(), table.values, strict=True
    ):
        measured.setdefault(patient, {}).setdefault(index, {})[sequence] = dict(zip(table.names, values.tolist()))
    rows = [
        row
        for patient, discs in measured.items()
        for index, row in evidence_rows(discs, ROLES).items()
        if (patient, index) in graded
    ]
    # The first column is the disc's index, which is no measure.
    return _ranges(evidence_columns(ROLES)[1:], np.array(rows)[:, 1:])


def slice_ranges(table: FeatureTable, graded: Keys) -> Ranges:
    """Of radiomics of the middle slice, on the sequences that it is read from."""
    counted = np.array(
        [key in graded for key in zip(table.patients.tolist(), table.indices.tolist(), strict=True)], bool
    )
    found: Ranges = {}
    for sequence in SLICE_ROLES:
        columns = [SEPARATOR.join((sequence, SLICE, name)) for name in table.names]
        found |= _ranges(columns, table.values[counted & (table.sequences == sequence)])
    return found


def _ranges(columns: list[str] | tuple[str, ...], values: np.ndarray) -> Ranges:
    found: Ranges = {}
    for column, own in zip(columns, values.T, strict=True):
        known = own[np.isfinite(own)]
        if len(known) >= LEAST_DISCS:
            low, high = (float(f"{limit:.4g}") for limit in np.percentile(known, (LOW, HIGH)))
            found[column] = (low, high)
    return found
