"""``discgrader evaluate cohorts``: networks that learn from SPIDER, from Sudirman, and from both, each tried on both.

Every network grades the discs of the same folds, by patient; discs of a data set that was learned from are those that
the network had not seen. Where the readers are others than those it learned from first, the figures are given twice: as
it grades by itself, and with these readers' habit, fitted to the discs of the other folds.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from discgrader.errors import UsageError
from discgrader.folders import as_output_errors
from discgrader.progress import Progress
from discgrader.training.grader import GraderRecipe
from discgrader.training.grader_folds import cross_validated, discs_to_grade
from discgrader.training.readers import COHORTS, cohorts_among

TABLE = "cohorts.csv"
COLUMNS = ("learned_from", "tried_on", "readers", "images", "discs", "patients")
METRICS = {
    "macro_auroc": ("pfirrmann", "macro_auroc"),
    "accuracy": ("pfirrmann", "accuracy"),
    "qwk": ("pfirrmann", "qwk"),
    "within_one": ("pfirrmann", "within_one"),
    "high_grade_auroc": ("high_grade", "auroc"),
}
"""Columns of the table by where they stand in the metrics of a data set; each with the ends of its interval."""

OWN = "its own"


def evaluate_cohorts(data_dir: Path, out_dir: Path, progress: Progress, recipe: GraderRecipe = GraderRecipe()) -> Path:
    """Train in the three ways, each resumed where it was stopped, and write the table.

    Returns
    -------
    The table, one row for what was learned from, tried on, whose habit, and which images.

    Raises
    ------
    UsageError
        When there are not two data sets.
    """
    discs = discs_to_grade(data_dir, out_dir / "crops", recipe, progress.part(0.0, 0.1))
    present = cohorts_among(disc.patient for disc in discs)
    if len(present) < len(COHORTS):
        raise UsageError(f"There must be discs of {' and '.join(COHORTS)} below {data_dir} to hold one to the other.")
    ways = {**{name: (name,) for name in present}, "both": present}
    rows: list[dict[str, object]] = []
    for number, (name, cohorts) in enumerate(ways.items()):
        share = progress.part(0.1 + 0.3 * number, 0.1 + 0.3 * (number + 1))
        folder = out_dir / name.lower()
        folder.mkdir(parents=True, exist_ok=True)
        found = cross_validated(discs, replace(recipe, cohorts=cohorts), folder, share)
        rows += _rows(name, found.learned[0], found.metrics)
    path = out_dir / TABLE
    with as_output_errors(out_dir), path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*COLUMNS, *_columns()], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _columns() -> list[str]:
    return [f"{name}{end}" for name in METRICS for end in ("", "_low", "_high")]


def _rows(name: str, first: str, metrics: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    others = metrics.get("cohorts", {})
    for images in (images for images in metrics if images != "cohorts"):
        yield _row(name, first, OWN, images, metrics[images], metrics[images])
    for cohort, of_images in others.items():
        for images, told in of_images.items():
            for readers, label in (("as the first readers", first), ("as its own readers", OWN)):
                yield _row(name, cohort, label, images, told, told[readers])


def _row(
    name: str, cohort: str, readers: str, images: str, told: Mapping[str, Any], metrics: Mapping[str, Any]
) -> dict[str, object]:
    known = dict(zip(COLUMNS, (name, cohort, readers, images, told["discs"], told["patients"]), strict=True))
    for column, (task, metric) in METRICS.items():
        interval = metrics[task][metric]
        for end, key in (("", "value"), ("_low", "low"), ("_high", "high")):
            known[f"{column}{end}"] = round(float(interval[key]), 4)
    return known
