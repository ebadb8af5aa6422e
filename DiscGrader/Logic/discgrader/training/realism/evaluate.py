"""How real the digital spine is: what is learned on it tried on real discs, and its pictures held against real ones."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from discgrader.errors import Cancelled, UsageError
from discgrader.folders import as_output_errors, atomic_file
from discgrader.grading.calibration import softmax
from discgrader.grading.evidence_rows import combined
from discgrader.progress import Progress
from discgrader.training.discs import GradedDisc
from discgrader.training.grader import GraderRecipe, fit_grader, predict
from discgrader.training.grader_tasks import ROLES, TASKS
from discgrader.training.grader_trees import fit_trees, predict_trees
from discgrader.training.metrics import binary_metrics, grade_metrics, with_intervals
from discgrader.training.realism.patients import (
    AXIAL_FOLDER,
    DigitalPatient,
    axial_sheet,
    digital_patients,
    found_share,
    graded,
    real_patients,
    sagittal_sheet,
)
from discgrader.training.recipes import installed_localizer
from discgrader.training.replication.page import Analysis, evaluation_page
from discgrader.training.spider import DATA_SET, SpiderImage, spider_images
from discgrader.training.true_discs import MET_MM

PAGE, METRICS = "evaluation.html", "figures.json"

PARTS = ("network", "evidence", "together")
"""The image network alone, boosted trees on measured evidence alone, and both."""

FIRST_SEED = 100_000
"""Far from the seeds that people give by hand."""

SHEET_PICTURES = 12
"""Digital patients on a contact sheet. A round number."""


@dataclass(frozen=True)
class RealismOptions:
    """How many digital patients are made, from which seed on, and how the grader is trained on them."""

    patients: int = 300
    seed: int = FIRST_SEED
    recipe: GraderRecipe = field(default_factory=lambda: GraderRecipe(epochs=15))

    def __post_init__(self):
        if self.patients < 10:
            raise UsageError(f"The digital spine is evaluated on 10 patients or more, not on {self.patients}.")
        if self.recipe.epochs < 1:
            raise UsageError(f"A grader is trained for one epoch or more, not for {self.recipe.epochs}.")


def evaluate_phantom(
    data_dir: Path, out_dir: Path, progress: Progress, options: RealismOptions = RealismOptions()
) -> Path:
    """Hold the digital spine against real images in SPIDER's layout.

    Digital patients, crops and the training's state are kept in ``out_dir``; running again goes on from there.

    Returns
    -------
    Path
        The page; beside it ``figures.json`` and the contact sheets.

    Raises
    ------
    UsageError, StudyError, OutputError
        An option, the data or ``out_dir`` cannot be used.
    """
    images = spider_images(data_dir)
    localizer = installed_localizer()
    try:
        with as_output_errors(out_dir):
            work = out_dir / "work"
            work.mkdir(parents=True, exist_ok=True)
        real, real_tissues = real_patients(data_dir, work / "real", progress.part(0.0, 0.2))
        seeds = range(options.seed, options.seed + options.patients)
        digital = digital_patients(seeds, localizer, work / "digital", progress.part(0.2, 0.6))
        state = work / f"grader_{options.seed}_{options.patients}_{options.recipe.epochs}.state"
        learned = transfer(graded(digital), real, options.recipe, state, progress.part(0.6, 0.9))
        progress.report("Drawing contact sheets", 0.9)
        sheets = _sheets(data_dir, images, seeds[:SHEET_PICTURES])
    except Cancelled as error:
        raise Cancelled(
            f"Stopped; what is done is kept in {out_dir}; run the same command again to continue."
        ) from error
    parts = {
        "Trained on digital discs, tested on real ones": [transfer_results(learned)],
        "Digital discs found by the localizer": [discs_found(digital)],
        "Tissues": [tissues_compared(role, real_tissues[role], digital) for role in ROLES if role in real_tissues],
        "Visual impression": [
            Analysis("sheets", "Contact sheets", "Real images above the line, digital ones below.", [])
        ],
    }
    with as_output_errors(out_dir):
        digital_data = f"{options.patients} patients, seeds starting at {options.seed}; {options.recipe.epochs} epochs"
        page = evaluation_page(
            "The digital spine compared with real MRI",
            {
                "Real": f"{DATA_SET}: {len(np.unique(learned.patients))} patients, {len(learned.patients)} discs",
                "Digital": digital_data,
            },
            summary(learned, digital, parts["Tissues"]),
            parts,
            sheets,
            NOTES,
        )
        for name, (png, _) in sheets.items():
            (out_dir / f"{name}.png").write_bytes(png)
        with atomic_file(out_dir / METRICS) as partial:
            rows = {analysis.name: list(analysis.rows) for some in parts.values() for analysis in some if analysis.rows}
            partial.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        with atomic_file(out_dir / PAGE) as partial:
            partial.write_text(page, encoding="utf-8")
    return out_dir / PAGE


@dataclass(frozen=True, eq=False)
class Transfer:
    """How a model that has seen digital discs alone grades real ones.

    Parameters
    ----------
    grades : mapping of str to ndarray
        Task to the true positions on its scale, shape (discs,).
    logits : mapping of str to mapping
        Part (`PARTS`) to task to logits, shape (discs, grades).
    patients : ndarray
    """

    grades: Mapping[str, np.ndarray]
    logits: Mapping[str, Mapping[str, np.ndarray]]
    patients: np.ndarray

    def metrics(self, part: str, task: str) -> dict[str, dict[str, float]]:
        """Metrics with their 95 % intervals by patient; none where all discs have one grade."""
        grades, probabilities = self.grades[task], softmax(self.logits[part][task])
        if len(np.unique(grades)) < 2:
            return {}
        if probabilities.shape[1] > 2:
            return with_intervals(grade_metrics, grades, probabilities, self.patients)
        return with_intervals(binary_metrics, grades, probabilities[:, 1], self.patients)


def transfer(
    digital: Sequence[GradedDisc], real: Sequence[GradedDisc], recipe: GraderRecipe, state: Path, progress: Progress
) -> Transfer:
    """Train on digital discs, predict real ones; resumes from ``state``."""
    network = fit_grader(recipe, digital, state, recipe.seed, progress)
    seen = predict(network, recipe, real, ROLES)
    measured = {task: predict_trees(fit_trees(digital, task, recipe.seed), real, ROLES) for task in TASKS}
    both = {task: combined(seen[task], measured[task], recipe.evidence_weight) for task in TASKS}
    grades = {task: np.array([disc.grades[task] for disc in real]) for task in TASKS}
    return Transfer(
        grades, dict(zip(PARTS, (seen, measured, both), strict=True)), np.array([disc.patient for disc in real])
    )


NOTES = (
    "The grader and the evidence trees were trained on digital discs alone.",
    (
        "How the digital spine looks (signal of the nucleus by grade, height of discs, endplates, fat, "
        "noise) was set by comparison with these same real images, so the results are optimistic."
    ),
    (
        "Discs of real and digital images are found and segmented by the installed localizer, which was "
        "trained on real MRI."
    ),
    "Intervals are of 95 %, by bootstrap over patients; tissue ranges reach from the 5th to the 95th percentile.",
    "Tissue measures are relative to the median of the vertebrae on the middle slice.",
)


def summary(learned: Transfer, digital: Sequence[DigitalPatient], tissues: Sequence[Analysis]) -> list[str]:
    """The four answers, in sentences."""
    found = {task: learned.metrics("together", task) for task in ("pfirrmann", "bulging", "narrowing")}
    met, of = np.sum([found_share(digital, role) for role in ROLES], axis=0)
    rows = [row for analysis in tissues for row in analysis.rows]
    within = sum(row["median within"] == "yes" for row in rows)
    return [
        (
            "Pfirrmann grading trained on digital discs alone reaches a macro AUROC of "
            f"{found['pfirrmann']['auroc']['value']:.3f} on real discs; bulging "
            f"{found['bulging']['auroc']['value']:.3f}, narrowing {found['narrowing']['auroc']['value']:.3f}."
        ),
        f"The localizer finds {met} of {of} digital discs with the correct index, within {MET_MM:g} mm.",
        f"Of {len(rows)} tissue measures the digital median lies within the real spread in {within}.",
    ]


def transfer_results(learned: Transfer) -> Analysis:
    """One row a task and part."""
    rows = []
    for task in learned.grades:
        for part in PARTS:
            metrics = learned.metrics(part, task)
            row: dict[str, object] = {"task": task.replace("_", " "), "by": part, "auroc": metrics.get("auroc")}
            rows.append(row | {name: metrics[name] for name in ("accuracy", "qwk", "within_one") if name in metrics})
    return Analysis(
        "grades_learnt", "Grades on real discs", "AUROC is the mean over grades where there are more than two.", rows
    )


def discs_found(digital: Sequence[DigitalPatient]) -> Analysis:
    """One row a sequence."""
    rows = []
    for role in ROLES:
        found, of = found_share(digital, role)
        rows.append(
            {
                "sequence": role.replace("_", " "),
                "discs in view": of,
                "found": found,
                "share": found / of if of else float("nan"),
            }
        )
    return Analysis(
        "discs_found",
        "Found with the correct index",
        (
            f"A disc counts as found if one of the same index lies within {MET_MM:g} mm of its true center, in "
            "the sagittal plane."
        ),
        rows,
    )


def tissues_compared(role: str, real: Sequence[Mapping[str, float]], digital: Sequence[DigitalPatient]) -> Analysis:
    """One row a measure: real and digital median and range, and how many digital patients lie within the real range."""
    rows = []
    own = [patient.tissues[role] for patient in digital if role in patient.tissues]
    for name in sorted({name for measures in real for name in measures}):
        known, made = (np.array([row[name] for row in some if name in row]) for some in (real, own))
        if not len(made):
            continue
        low, middle, high = np.quantile(known, [0.05, 0.5, 0.95])
        made_low, made_middle, made_high = np.quantile(made, [0.05, 0.5, 0.95])
        rows.append(
            {
                "measure": name,
                "real": _range(middle, low, high),
                "digital": _range(made_middle, made_low, made_high),
                "share within": float(((made >= low) & (made <= high)).mean()),
                "median within": "yes" if low <= made_middle <= high else "no",
            }
        )
    return Analysis(
        f"tissues_{role}",
        role.replace("_", " "),
        "Median, and 5th to 95th percentile of patients; the share of digital patients within the real range.",
        rows,
    )


def _range(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": float(value), "low": float(low), "high": float(high)}


def _sheets(data_dir: Path, images: Sequence[SpiderImage], seeds: Sequence[int]) -> dict[str, tuple[bytes, str]]:
    drawn = {
        f"sheets_{role}": (sagittal_sheet(images, seeds, role), f"{role.replace('_', ' ')}, middle slices.")
        for role in ROLES
    }
    drawn["sheets_axial"] = (axial_sheet(data_dir / AXIAL_FOLDER, seeds), "Axial images.")
    return {name: (_png(picture), caption) for name, (picture, caption) in drawn.items() if picture is not None}


def _png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, format="PNG")
    return stream.getvalue()
