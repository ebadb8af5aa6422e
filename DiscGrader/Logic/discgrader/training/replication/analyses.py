"""The main comparison of the evaluation: the models as published, the families of features, cross-validation; and what
all of it comes to, in plain sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from discgrader.grading.calibration import HIGH_GRADE
from discgrader.training.metrics import binary_metrics, difference, grade_metrics, with_intervals
from discgrader.training.replication.page import AIM, PUBLISHED_GRADES, Analysis, Row
from discgrader.training.replication.runs import CNN, NETWORK, OURS, Runner
from discgrader.training.tabular.families import EVIDENCE, RADIOMICS, SLICE
from discgrader.training.tabular.system import MODELS, Outcome, SystemChoices
from discgrader.training.tabular.table import FeatureTable, Split, paper_split, rotating_splits

DEEP = ("efficientnet_lite0", "resnet50")
FEW_COLUMNS, LEAST_PATIENTS = 100, 5
"""With no more columns than this LASSO has nothing to select; fewer patients than that give no interval. Round
numbers."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What all analyses share.

    Parameters
    ----------
    runner : Runner
    models : tuple of str
        Those compared, of `MODELS`.
    scanner_of : mapping of int to str
        Scanner of each patient, empty where it is not known.
    tabpfn : Path or None
        Checkpoint for TabPFN.
    draws : int
        Bootstrap draws of an interval.
    repeats : int
        How often cross-validation is repeated with other folds.
    threads : int
    """

    runner: Runner
    models: tuple[str, ...]
    scanner_of: Mapping[int, str] = field(default_factory=dict)
    tabpfn: Path | None = None
    draws: int = 500
    repeats: int = 2
    threads: int = 2

    @cached_property
    def split(self) -> Split:
        """60/20/20 by patient."""
        return paper_split(self.runner.table.patients)

    def folds(self, repeat: int = 0) -> list[Split]:
        """The folds of one repetition of cross-validation."""
        return rotating_splits(self.runner.table.patients, seed=repeat)

    def columns(self, *families: str) -> np.ndarray:
        """Mask of the columns of these families."""
        return np.isin(self.runner.table.families, families)

    @cached_property
    def published(self) -> np.ndarray:
        """The columns of the published system: radiomics and deep features."""
        return self.columns(RADIOMICS, *DEEP)

    def choices(self, **changes: Any) -> SystemChoices:
        """The published system with LightGBM, changed."""
        return replace(SystemChoices(tabpfn=self.tabpfn, threads=self.threads), **changes)

    def choices_for(self, columns: np.ndarray) -> SystemChoices:
        """The published system with LightGBM; without LASSO where there are few columns to choose from."""
        return self.choices(select=bool(columns.sum() > FEW_COLUMNS))

    def grades_of(self, outcome: Outcome) -> np.ndarray:
        """True grades of the discs judged."""
        return self.runner.table.grades[outcome.test]

    def metrics(self, outcome: Outcome, binary: bool = False) -> dict[str, dict[str, float]]:
        """Metrics with intervals of an outcome with five grades, of low against high when ``binary``."""
        grades, patients = self.grades_of(outcome), self.runner.table.patients[outcome.test]
        if not binary:
            return with_intervals(grade_metrics, grades, outcome.probabilities, patients, self.draws)
        high, probability = (grades >= HIGH_GRADE).astype(int), high_probability(outcome.probabilities)
        found = with_intervals(binary_metrics, high, probability, patients, self.draws)
        # It is that of the data, whatever the model.
        return {name: value for name, value in found.items() if name != "prevalence"}


def high_probability(probabilities: np.ndarray) -> np.ndarray:
    """Probability of a high grade, shape (discs,), from probabilities of five grades or of two."""
    return probabilities[:, HIGH_GRADE:].sum(1) if probabilities.shape[1] > 2 else probabilities[:, 1]


def main_models(setting: Setting) -> list[Analysis]:
    """The published comparison: each model on the one split, five grades and low against high."""
    grades, binary = [], []
    for model in setting.models:
        outcome = setting.runner.run(setting.published, setting.split, setting.choices(model=model))
        grades.append({"model": MODELS[model], "features": len(outcome.columns), **setting.metrics(outcome)})
        outcome = setting.runner.run(setting.published, setting.split, setting.choices(model=model, binary=True))
        binary.append(
            {"model": MODELS[model], "features": len(outcome.columns), **setting.metrics(outcome, binary=True)}
        )
    counts = [
        len(np.unique(setting.runner.table.patients[part]))
        for part in (setting.split.train, setting.split.validation, setting.split.test)
    ]
    discs = [int(part.sum()) for part in (setting.split.train, setting.split.validation, setting.split.test)]
    note = (
        f"LASSO on {discs[0]} discs of {counts[0]} patients chose from {int(setting.published.sum())} "
        f"columns; calibrated on {discs[1]} discs of {counts[1]}, evaluated on {discs[2]} of {counts[2]}."
    )
    return [
        Analysis("main_grades", "Pfirrmann I–V", note, grades),
        Analysis("main_binary", "Low (I–III) against high (IV–V)", f"Separate models. {note}", binary),
    ]


def sets_of_features(setting: Setting) -> dict[str, np.ndarray]:
    """Name to columns of every family and of those put together, as far as the table has them."""
    families = set(setting.runner.table.families)
    deep = tuple(family for family in DEEP if family in families)
    wanted = {
        "Evidence": (EVIDENCE,),
        "Deep features": deep,
        "Radiomics": (RADIOMICS,),
        "Radiomics + deep (as published)": (RADIOMICS, *deep),
        "Radiomics + evidence": (RADIOMICS, EVIDENCE),
        "Radiomics + evidence + image network": (RADIOMICS, EVIDENCE, NETWORK),
        "All": (RADIOMICS, *deep, EVIDENCE, NETWORK),
    }
    return {name: setting.columns(*some) for name, some in wanted.items() if some and set(some) <= families}


def _repeated(setting: Setting) -> dict[str, list[Outcome]]:
    """Every set of features with LightGBM, by name to the outcome of each repetition of cross-validation."""
    found: dict[str, list[Outcome]] = {}
    for repeat in range(setting.repeats):
        splits = setting.folds(repeat)
        for name, columns in sets_of_features(setting).items():
            outcome = setting.runner.run_all(columns, splits, setting.choices_for(columns))
            found.setdefault(name, []).append(outcome)
    return found


def cross_validation(setting: Setting, own: Mapping[str, Outcome]) -> list[Analysis]:
    """Cross-validated metrics of every set of features, and what each part adds to the others.

    Parameters
    ----------
    own : mapping of str to Outcome
        The project's own model and its parts, judged on the same folds; see `own_outcomes`.
    """
    table = setting.runner.table
    repeated = _repeated(setting) | {name: [outcome] for name, outcome in own.items()}
    rows = []
    for name, outcomes in repeated.items():
        aurocs = [grade_metrics(setting.grades_of(outcome), outcome.probabilities)["auroc"] for outcome in outcomes]
        high = setting.metrics(outcomes[0], binary=True)
        spread = f"{min(aurocs):.3f}–{max(aurocs):.3f}" if len(aurocs) > 1 else ""
        rows.append(
            {
                "features": name,
                "discs": len(outcomes[0].test),
                **setting.metrics(outcomes[0]),
                "binary_auroc": high["auroc"],
                "binary_accuracy": high["accuracy"],
                "auroc_of_repeats": spread,
            }
        )
    note = (
        f"5-fold cross-validation by patient ({len(table)} discs of {len(np.unique(table.patients))} "
        "patients). LightGBM: LASSO and trees learn from three folds, one is for calibration and one for "
        "evaluation, in turn. Forests and image networks: cross-validated in two layers, each part on folds "
        "that it was not trained on, its weight from the other folds."
    )
    first = {name: outcomes[0] for name, outcomes in repeated.items()}
    return [
        Analysis("cross_validation", "Families of features, cross-validated", note, rows),
        _added(setting, first),
        _by_images(setting, first),
    ]


ADDED = (
    ("Deep features added to radiomics", "Radiomics + deep (as published)", "Radiomics"),
    ("Radiomics added to evidence", "Radiomics + evidence", "Evidence"),
    (
        "Radiomics added to evidence with neighbors",
        "Evidence + radiomics (forests)",
        "Evidence with neighbors (forest)",
    ),
    ("Radiomics added to CNN", "CNN + radiomics", CNN),
    ("Evidence added to CNN", "CNN + evidence", CNN),
    ("Radiomics added to CNN + evidence", OURS, "CNN + evidence"),
    ("Evidence and radiomics added to CNN", OURS, CNN),
    ("CNN and evidence added to radiomics as published", OURS, "Radiomics + deep (as published)"),
)
"""What is added to what, and the rows whose difference says what it gives."""


def _added(setting: Setting, outcomes: Mapping[str, Outcome]) -> Analysis:
    table = setting.runner.table
    rows = []
    for what, name, without in ADDED:
        if name not in outcomes or without not in outcomes:
            continue
        one, other = (_in_order(outcomes[key], len(table)) for key in (name, without))
        both = np.isfinite(one).all(1) & np.isfinite(other).all(1)
        gap = {
            metric: difference(metric, table.grades[both], one[both], other[both], table.patients[both], setting.draws)
            for metric in ("auroc", "auprc", "accuracy", "qwk", "brier")
        }
        rows.append({"added": what, "discs": int(both.sum()), **gap})
    return Analysis(
        "cross_validation_added",
        "What each component adds",
        (
            "Difference of two rows above on the same discs, with the same bootstrap of patients; an interval "
            "that contains 0 is no measurable gain. A lower Brier score is better."
        ),
        rows,
    )


def _by_images(setting: Setting, outcomes: Mapping[str, Outcome]) -> Analysis:
    """Metrics of some rows on discs that have the same kinds of images."""
    table = setting.runner.table
    seen = {
        sequence: np.isfinite(table.values[:, table.sequences == sequence]).any(1)
        for sequence in ("T1", "T2", "T2_SPACE")
    }
    groups = {
        "with T2": seen["T2"],
        "with T2 and T1": seen["T2"] & seen["T1"],
        "with T2 SPACE": seen["T2_SPACE"],
        "T1 alone": seen["T1"] & ~seen["T2"] & ~seen["T2_SPACE"],
    }
    rows = []
    for name in (OURS, CNN, "Evidence", "Radiomics + deep (as published)"):
        if name not in outcomes:
            continue
        given = _in_order(outcomes[name], len(table))
        for group, inside in groups.items():
            own = np.nonzero(inside & np.isfinite(given).all(1))[0]
            if len(np.unique(table.patients[own])) >= LEAST_PATIENTS:
                part = Outcome(own, own[:0], given[own], given[own], given[:0], (), np.zeros(0))
                high = setting.metrics(part, binary=True)
                rows.append(
                    {
                        "features": name,
                        "images": group,
                        "discs": len(own),
                        **setting.metrics(part),
                        "binary_auroc": high["auroc"],
                        "binary_accuracy": high["accuracy"],
                    }
                )
    return Analysis(
        "cross_validation_images",
        "By the images of a disc",
        (
            "The same cross-validated grades, evaluated on the discs that have these images; T1 alone carries "
            "little information on a disc."
        ),
        rows,
    )


def _in_order(outcome: Outcome, count: int) -> np.ndarray:
    """Probabilities by row of the table, NaN where a disc was not judged."""
    result = np.full((count, outcome.probabilities.shape[1]), np.nan)
    result[outcome.test] = outcome.probabilities
    return result


WORDS = {"auroc": "macro AUROC", "accuracy": "accuracy", "qwk": "QWK", "binary_auroc": "AUROC of IV–V"}
SEEN_BY: Mapping[str, tuple[str, ...]] = {
    RADIOMICS: ("Radiomics (as published)", "LightGBM, random forest and TabPFN on “Radiomics …” rows"),
    SLICE: ("Radiomics of the middle slice", "forest of “… radiomics (forest)” and “ours” rows"),
    EVIDENCE: ("Measured evidence", "“Evidence” rows and “ours”"),
    NETWORK: ("Image networks", "“CNN” rows and “ours”"),
} | dict.fromkeys(DEEP, ("Deep features", "LightGBM, random forest and TabPFN on “… deep” rows"))
"""What each family of features is called, and which models see it."""


def summary(parts: Mapping[str, Sequence[Analysis]]) -> tuple[str, ...]:
    """The findings that a reader looks for first."""
    tables = {analysis.name: analysis.rows for some in parts.values() for analysis in some}
    return tuple(_sentences(tables))


def _sentences(tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    models = tables.get("main_grades", ())
    if models:
        found = ", ".join(f"{model['model']} {_stated(model['auroc'])}" for model in models)
        published = PUBLISHED_GRADES["TabPFN, published"]["auroc"]
        yield (
            f"As published, on one 60/20/20 split: macro AUROC of {found}; the paper has 0.867–0.873, "
            f"{published['low']:.3f}–{published['high']:.3f} for its TabPFN."
        )
    rows = {row["features"]: row for row in tables.get("cross_validation", ())}
    if OURS in rows:
        ours = rows[OURS]
        reached = [
            f"{WORDS[key]} {_stated(ours[key])} "
            f"({'reached' if ours[key]['value'] >= least else f'target {least:.2f} not reached'})"
            for key, least in AIM.items()
        ]
        yield f"The project's own model, cross-validated: {', '.join(reached)}."
    added = {row["added"]: row for row in tables.get("cross_validation_added", ())}
    for what, start in (
        ("Radiomics added to CNN + evidence", "What radiomics adds to image networks and evidence on these images"),
        ("Evidence and radiomics added to CNN", "What evidence and radiomics add to the image networks (CNN) alone"),
        ("Deep features added to radiomics", "What frozen deep features add to radiomics, as published"),
    ):
        if what in added:
            yield f"{start}: {_gain(added[what])}."
    if CNN in rows and "Radiomics" in rows:
        yield (
            f"Alone, radiomics as published has macro AUROC {_stated(rows['Radiomics']['auroc'])}, evidence "
            f"{_stated(rows['Evidence']['auroc'])}, the image networks {_stated(rows[CNN]['auroc'])}."
        )


def _gain(row: Row) -> str:
    found = "; ".join(f"{WORDS[key]} {_signed(row[key])}" for key in ("auroc", "accuracy", "qwk"))
    auroc = row["auroc"]
    verdict = (
        ("a small but measurable gain" if auroc["value"] < 0.01 else "a measurable gain")
        if auroc["low"] > 0
        else ("a measurable loss" if auroc["high"] < 0 else "nothing that can be measured")
    )
    return f"{verdict} ({found})"


def _stated(found: Mapping[str, float]) -> str:
    return f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def _signed(found: Mapping[str, float]) -> str:
    return f"{found['value']:+.3f} [{found['low']:+.3f}, {found['high']:+.3f}]".replace("-", "−")


def images_of_models(tables: Mapping[str, FeatureTable]) -> Analysis:
    """How many stacks and single slices each family of features was taken of, and with how many features."""
    rows = []
    for family, table in tables.items():
        called, models = SEEN_BY.get(family, (family, ""))
        row: dict[str, object] = {"features": called, "seen_by": models}
        for sequence in ("T1", "T2", "T2_SPACE"):
            own = table.sequences == sequence
            if own.any():
                row[sequence] = "; ".join(
                    _kind(table, own & (table.dimensions == size), size, family)
                    for size in (3, 2)
                    if (own & (table.dimensions == size)).any()
                )
        if family == NETWORK:
            row |= dict.fromkeys(("T1", "T2", "T2_SPACE"), "slices around the middle, each in 2D")
        rows.append(row)
    note = (
        "Radiomics as published is computed in 3D on stacks and in 2D (force2D) on single slices, which have "
        "no Laplacians of Gaussian or bands across slices; everything else uses slices, on stacks too."
    )
    return Analysis("which_saw_which", "Which model used which images", note, rows)


def _kind(table: FeatureTable, own: np.ndarray, size: int, family: str) -> str:
    what = "stacks" if size == 3 else "slices"
    count = len(np.unique(table.patients[own]))
    width = int(np.isfinite(table.values[own]).any(0).sum())
    return f"{count} {what}, {width} {'3D' if family == RADIOMICS and size == 3 else '2D'} features"
