"""The paper's evaluation as one job: features measured, models fitted and judged, tables, plots and page written."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from discgrader.errors import Cancelled, OutputError, StudyError, UsageError
from discgrader.folders import as_output_errors, atomic_file, is_empty_folder
from discgrader.grading.calibration import HIGH_GRADE, predicted_grades
from discgrader.grading.deep_features import resnet50_features, shipped_features
from discgrader.grading.feature_words import in_words
from discgrader.progress import Progress
from discgrader.training.discs import disc_finder
from discgrader.training.plots import (
    comparison_plot,
    confusion_plot,
    decision_plot,
    importance_plot,
    reliability_plot,
    roc_plot,
)
from discgrader.training.replication.analyses import (
    Setting,
    cross_validation,
    high_probability,
    images_of_models,
    main_models,
    summary,
)
from discgrader.training.replication.page import DIFFERENCES, Analysis, Row, evaluation_page
from discgrader.training.replication.runs import CNN, OURS, Runner, own_discs, own_outcomes
from discgrader.training.replication.supplement import supplementary
from discgrader.training.spider import DATA_SET, pfirrmann_grades, scanners, spider_images
from discgrader.training.tabular.families import (
    MASKS,
    PatientFamily,
    deep_family,
    evidence_family,
    extract,
    radiomics_family,
    slice_family,
)
from discgrader.training.tabular.fusion import FusedRecipe
from discgrader.training.tabular.held_out import HeldOutNetworks, asked_about, installed_networks, network_table
from discgrader.training.tabular.models import check_tabpfn
from discgrader.training.tabular.system import MODELS, Outcome
from discgrader.training.tabular.table import DiscTable, FeatureTable, disc_table

PAGE = "evaluation.html"
MARK = "evaluation.json"
LEAST_PATIENTS = 15
"""Folds of fewer patients say nothing. A round number."""


@dataclass(frozen=True)
class EvaluationOptions:
    """What a user may choose.

    Parameters
    ----------
    masks : str
        ``spider`` or ``found``; see `discgrader.training.tabular.families.MASKS`.
    localizer_work : Path or None
        Output folder of the recipe ``localizer``; its networks of each fold find the discs of patients they never saw.
    network_held_out : Path or None
        ``held_out.npz`` of a finished recipe ``spider``.
    tabpfn, resnet50 : Path or None
        A TabPFN v2 checkpoint, and weights of ResNet-50.
    repeats, draws, threads : int
        Repetitions of cross-validation, bootstrap draws, and threads of a fit.
    """

    masks: str = "spider"
    localizer_work: Path | None = None
    network_held_out: Path | None = None
    tabpfn: Path | None = None
    resnet50: Path | None = None
    repeats: int = 2
    draws: int = 500
    threads: int = 2

    def __post_init__(self) -> None:
        if self.masks not in MASKS:
            raise UsageError(f"Masks come from {' or '.join(MASKS)}, not from {self.masks}.")
        for name in ("repeats", "draws", "threads"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name.capitalize()} must be 1 or more, not {getattr(self, name)}.")


def evaluate_pfirrmann(
    data_dir: Path, out_dir: Path, progress: Progress, options: EvaluationOptions = EvaluationOptions()
) -> Path:
    """Evaluate the Pfirrmann system on a data set in SPIDER's layout.

    Everything that takes long is kept in ``out_dir`` once done; running again goes on from there.

    Returns
    -------
    Path
        The page, ``evaluation.html``; tables are in ``tables/``, figures in ``figures/``.

    Raises
    ------
    UsageError, StudyError, OutputError
        An option, the data or ``out_dir`` cannot be used; said before the long work begins.
    """
    networks = network_table(options.network_held_out) if options.network_held_out else None
    families: list[PatientFamily] = [] if networks else [HeldOutNetworks.of(installed_networks())]
    if options.tabpfn is not None:
        check_tabpfn(options.tabpfn)
    resnet = resnet50_features(options.resnet50) if options.resnet50 else None
    images, grades = spider_images(data_dir), pfirrmann_grades(data_dir)
    prepare_folder(out_dir)
    try:
        families += [
            evidence_family(),
            deep_family(resnet or shipped_features(), _stamp(options.resnet50)),
            radiomics_family(options.threads),
            slice_family(),
        ]
        find = disc_finder(images, options.localizer_work)
        tables = extract(images, families, find, options.masks, out_dir / "features", progress.part(0.0, 0.5))
        tables["network"] = networks or asked_about(tables["network"])
        table = disc_table(list(tables.values()), grades)
        if len(np.unique(table.patients)) < LEAST_PATIENTS or len(np.unique(table.grades)) < 2:
            raise StudyError(
                f"{data_dir} has {len(np.unique(table.patients))} patients with graded discs; an evaluation "
                f"needs {LEAST_PATIENTS} or more, and more than one grade."
            )
        return evaluate_model(table, tables, grades, out_dir, progress.part(0.5, 1.0), options, scanners(data_dir))
    except Cancelled as error:
        raise Cancelled(
            f"Stopped; what is done is kept in {out_dir}; run the same command again to continue."
        ) from error


def evaluate_model(
    table: DiscTable,
    tables: Mapping[str, FeatureTable],
    grades: Mapping[tuple[int, int], int],
    out_dir: Path,
    progress: Progress,
    options: EvaluationOptions,
    scanner_of: Mapping[int, str],
) -> Path:
    """Fit, judge and write, from tables of features; as `evaluate_pfirrmann`."""
    models = ("lightgbm", "forest", *(["tabpfn"] if options.tabpfn else []))
    runner = Runner(table, out_dir / "work", progress)
    setting = Setting(runner, models, scanner_of, options.tabpfn, options.draws, options.repeats, options.threads)
    parts: dict[str, Sequence[Analysis]] = {}
    progress.report("Judging", 0.0, "the published models")
    parts["As published"] = main_models(_within(setting, progress.part(0.0, 0.1)))
    discs = own_discs(tables, grades)
    recipe = FusedRecipe(threads=options.threads)
    runner = replace(runner, progress=progress.part(0.1, 0.15))
    own = own_outcomes(discs, runner, setting.folds(), recipe) if discs else {}
    progress.report("Judging", 0.15, "cross-validation")
    parts["Cross-validation"] = [
        *cross_validation(_within(setting, progress.part(0.15, 0.6)), own),
        images_of_models(tables),
    ]
    parts["Supplementary analyses"] = supplementary(setting, progress.part(0.6, 0.95))
    progress.report("Writing", 0.96)
    plots = draw(setting, parts, own)
    with as_output_errors(out_dir):
        _write_tables(out_dir / "tables", [analysis for some in parts.values() for analysis in some])
        _write_predictions(out_dir / "tables" / "predictions.csv", setting)
        (out_dir / "figures").mkdir(exist_ok=True)
        for name, (png, _) in plots.items():
            (out_dir / "figures" / f"{name}.png").write_bytes(png)
        page = evaluation_page(
            "Pfirrmann grading: evaluation", _facts(table, tables), summary(parts), parts, plots, _notes(options)
        )
        with atomic_file(out_dir / PAGE) as partial:
            partial.write_text(page, encoding="utf-8")
    progress.report("Writing", 1.0)
    return out_dir / PAGE


def draw(
    setting: Setting, parts: Mapping[str, Sequence[Analysis]], own: Mapping[str, Outcome]
) -> dict[str, tuple[bytes, str]]:
    """All plots with their captions, by file stem."""
    runs = {
        model: setting.runner.run(setting.published, setting.split, setting.choices(model=model))
        for model in setting.models
    }
    first = runs[setting.models[0]]
    grades = setting.grades_of(first)
    high = grades >= HIGH_GRADE
    binary = {MODELS[name]: (high, high_probability(run.probabilities)) for name, run in runs.items()}
    found = {analysis.name: analysis for some in parts.values() for analysis in some}
    top = first.importances.argsort()[::-1][:20]
    compared = [row for row in found["cross_validation"].rows if "auroc" in row]
    plots = {
        "main_grades_roc": (
            roc_plot(grades, first.probabilities, binary),
            f"ROC curves on the test patients: grades by {MODELS[setting.models[0]]}, high grades by each model.",
        ),
        "main_grades_confusion": (
            confusion_plot(grades, {MODELS[name]: predicted_grades(run.probabilities) for name, run in runs.items()}),
            "True versus predicted grades on the test patients; the shade is the share of the true grade.",
        ),
        "main_grades_importance": (
            importance_plot([in_words(first.columns[n]) for n in top], first.importances[top]),
            f"The twenty most important columns of {MODELS[setting.models[0]]}.",
        ),
        "cross_validation_auroc": (
            comparison_plot(compared, (0.867, 0.873)),
            "Macro AUROC of every set of features, cross-validated.",
        ),
        "calibration_depth_reliability": (
            reliability_plot(grades, first.raw_test, first.probabilities, HIGH_GRADE),
            "Reliability before and after isotonic calibration; the size of a dot is the number of discs.",
        ),
        "decision_curve_benefit": (
            decision_plot(found["decision_curve"].rows, [MODELS[name] for name in setting.models]),
            "Net benefit of acting on a predicted high grade.",
        ),
    }
    return plots | _draw_own(setting, own)


def _draw_own(setting: Setting, own: Mapping[str, Outcome]) -> dict[str, tuple[bytes, str]]:
    """The project's own model beside its image networks and radiomics as published, cross-validated."""
    if OURS not in own or CNN not in own:
        return {}
    radiomics = setting.runner.run_all(setting.published, setting.folds(), setting.choices_for(setting.published))
    shown = {"Ours": own[OURS], "CNN alone": own[CNN], "Radiomics, as published": radiomics}
    truth = {name: setting.grades_of(outcome) for name, outcome in shown.items()}
    binary = {
        name: (truth[name] >= HIGH_GRADE, high_probability(outcome.probabilities)) for name, outcome in shown.items()
    }
    return {
        "cross_validation_roc": (
            roc_plot(truth["Ours"], own[OURS].probabilities, binary),
            "ROC curves, cross-validated: grades by the project's own model, high grades by three models.",
        ),
        "cross_validation_confusion": (
            confusion_plot(truth, {name: predicted_grades(outcome.probabilities) for name, outcome in shown.items()}),
            "True versus predicted grades, cross-validated.",
        ),
    }


def _within(setting: Setting, progress: Progress) -> Setting:
    return replace(setting, runner=replace(setting.runner, progress=progress))


def prepare_folder(out_dir: Path) -> None:
    """Make the folder, or see that it is one of an evaluation."""
    with as_output_errors(out_dir):
        if out_dir.exists() and not out_dir.is_dir():
            raise OutputError(f"{out_dir} is a file, not a folder; choose another place for the results.")
        if out_dir.exists() and not is_empty_folder(out_dir) and not (out_dir / MARK).is_file():
            raise OutputError(
                f"{out_dir} contains files that are not an evaluation of DiscGrader; choose another folder."
            )
        out_dir.mkdir(parents=True, exist_ok=True)
        (out_dir / MARK).write_text(json.dumps({"evaluation": "pfirrmann"}) + "\n", encoding="utf-8")


def _stamp(path: Path | None) -> str:
    return "" if path is None else f"{path.name} {path.stat().st_size}"


def _facts(table: DiscTable, tables: Mapping[str, FeatureTable]) -> dict[str, str]:
    radiomics = tables.get("radiomics") or next(iter(tables.values()))
    seen = []
    for sequence in sorted(set(radiomics.sequences.tolist())):
        own = radiomics.sequences == sequence
        kinds = [
            f"{len(np.unique(radiomics.patients[own & (radiomics.dimensions == size)]))} {what}"
            for size, what in ((3, "stacks"), (2, "single slices"))
            if (own & (radiomics.dimensions == size)).any()
        ]
        seen.append(f"{sequence.replace('_', ' ')}: {', '.join(kinds)}")
    counts = np.bincount(table.grades, minlength=5)
    return {
        "Data": DATA_SET,
        "Patients": str(len(np.unique(table.patients))),
        "Discs": str(len(table)),
        "Grades I–V": " / ".join(map(str, counts)),
        "Images": "; ".join(seen),
    }


def _notes(options: EvaluationOptions) -> tuple[str, ...]:
    masks = (
        "SPIDER's own where an image has one, else the localizer's"
        if options.masks == "spider"
        else "the localizer's for every image"
    )
    finding = (
        "Discs are found on each patient by a localizer that was not trained on this patient."
        if options.localizer_work
        else (
            "Discs are found by the shipped localizer, which was trained to locate discs on these very patients, "
            "though never on grades: masks, boxes and with them all features are as good as they can be, since "
            "it was trained on these images."
        )
    )
    return (
        f"Masks are {masks}. {finding}",
        (
            "Radiomics of stacks are three-dimensional, those of single slices two-dimensional (force2D); "
            "Laplacians of Gaussian and bands across slices do not exist on single slices. Missing sequences "
            "and features are treated as missing, not as zero."
        ),
        f"Intervals are 95 % from {options.draws} bootstrap draws of patients, all discs of a patient together.",
        "AUROC, AUPRC and F1 are means over grades, one against the rest; Brier is the mean over grades.",
        (
            "Each patient's discs are graded by the one image network of the installed pack that was not "
            "trained on the patient (folds.json), patients unknown to all networks by the mean. The logits "
            "that a model on top was trained on come, for other patients, from networks trained on the "
            "evaluated one, as is usual in stacking."
        ),
        *DIFFERENCES,
    )


def _write_tables(folder: Path, analyses: Sequence[Analysis]) -> None:
    folder.mkdir(exist_ok=True)
    for analysis in analyses:
        write_table(folder / f"{analysis.name}.csv", analysis.rows)


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Rows as CSV; a figure with an interval becomes three columns, ``name``, ``name_low`` and ``name_high``."""
    flat = []
    for row in rows:
        line: dict[str, object] = {}
        for name, value in row.items():
            if isinstance(value, Mapping):
                line |= {name: value["value"], f"{name}_low": value["low"], f"{name}_high": value["high"]}
            else:
                line[name] = value
        # What is nothing up to rounding is nothing.
        flat.append(
            {
                name: f"{round(value, 12) + 0.0:.6g}" if isinstance(value, float) else value
                for name, value in line.items()
            }
        )
    columns = list(dict.fromkeys(name for line in flat for name in line))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(flat)


def _write_predictions(path: Path, setting: Setting) -> None:
    table = setting.runner.table
    rows = []
    for model in setting.models:
        outcome = setting.runner.run(setting.published, setting.split, setting.choices(model=model))
        for row, probabilities in zip(outcome.test, outcome.probabilities):
            rows.append(
                {
                    "model": model,
                    "patient": int(table.patients[row]),
                    "index_from_sacrum": int(table.indices[row]),
                    "grade": int(table.grades[row]) + 1,
                    "given": int(predicted_grades(probabilities)) + 1,
                    **{f"p_{k + 1}": float(p) for k, p in enumerate(probabilities)},
                }
            )
    write_table(path, rows)
