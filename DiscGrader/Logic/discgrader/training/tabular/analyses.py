"""The main comparison of the evaluation: the models as published, the families of features, cross-validation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from discgrader.training.tabular.metrics import binary_figures, difference, grade_figures, with_intervals
from discgrader.training.tabular.recalibrate import RECALIBRATIONS
from discgrader.training.tabular.runs import Outcome, Runner
from discgrader.training.tabular.splits import Split, paper_split, rotating_splits
from discgrader.training.tabular.system import HIGH_GRADE, MODELS, SystemChoices

DEEP = ("efficientnet_lite0", "resnet50")
RADIOMICS, EVIDENCE, NETWORK = "radiomics", "evidence", "network"
FEW_COLUMNS = 100


@dataclass(frozen=True, eq=False)
class Analysis:
    """One table of the evaluation.

    Parameters
    ----------
    name : str
        File name of its table, without ending.
    title, note : str
        What it is called, and what it asks and how.
    rows : sequence of mapping
        Column to number, text, or figure ``{"value", "low", "high"}``.
    """

    name: str
    title: str
    note: str
    rows: Sequence[Mapping[str, object]]


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

    def columns(self, *families: str) -> np.ndarray:
        """Mask of the columns of these families."""
        return np.isin(self.runner.table.families, families)

    @cached_property
    def published(self) -> np.ndarray:
        """The columns of the published system: radiomics and deep features."""
        return self.columns(RADIOMICS, *DEEP)

    def choices(self, **changes: object) -> SystemChoices:
        """The published system with LightGBM, changed."""
        return SystemChoices(**{"tabpfn": self.tabpfn, "threads": self.threads, **changes})

    def choices_for(self, columns: np.ndarray) -> SystemChoices:
        """The published system with LightGBM; without LASSO where there are few columns to choose from."""
        return self.choices(select=bool(columns.sum() > FEW_COLUMNS))

    def grades_of(self, outcome: Outcome) -> np.ndarray:
        """True grades of the discs judged."""
        return self.runner.table.grades[outcome.test]

    def figures(self, outcome: Outcome, binary: bool = False) -> dict[str, dict[str, float]]:
        """Figures with intervals of an outcome with five grades, of low against high when ``binary``."""
        grades, patients = self.grades_of(outcome), self.runner.table.patients[outcome.test]
        if not binary:
            return with_intervals(grade_figures, grades, outcome.probabilities, patients, self.draws)
        return with_intervals(binary_figures, (grades >= HIGH_GRADE).astype(int), high_chance(outcome.probabilities),
                              patients, self.draws)


def high_chance(probabilities: np.ndarray) -> np.ndarray:
    """Chance of a high grade, shape (discs,), from probabilities of five grades or of two."""
    return probabilities[:, HIGH_GRADE:].sum(1) if probabilities.shape[1] > 2 else probabilities[:, 1]


def main_models(setting: Setting) -> list[Analysis]:
    """The published comparison: each model on the one split, five grades and low against high."""
    grades, binary = [], []
    for model in setting.models:
        outcome = setting.runner.run(setting.published, setting.split, setting.choices(model=model))
        grades.append({"model": MODELS[model], "features": len(outcome.columns), **setting.figures(outcome)})
        outcome = setting.runner.run(setting.published, setting.split, setting.choices(model=model, binary=True))
        binary.append({"model": MODELS[model], "features": len(outcome.columns), **setting.figures(outcome, binary=True)})
    counts = [len(np.unique(setting.runner.table.patients[one])) for one in
              (setting.split.train, setting.split.validation, setting.split.test)]
    discs = [int(one.sum()) for one in (setting.split.train, setting.split.validation, setting.split.test)]
    note = (f"LASSO on {discs[0]} discs of {counts[0]} patients chose from {int(setting.published.sum())} columns; "
            f"calibrated on {discs[1]} discs of {counts[1]}, judged on {discs[2]} of {counts[2]}.")
    return [Analysis("main_grades", "Pfirrmann I–V", note, grades),
            Analysis("main_binary", "Low (I–III) against high (IV–V)", f"Models of their own. {note}", binary)]


def sets_of_features(setting: Setting) -> dict[str, np.ndarray]:
    """Name to columns of every family and of those put together, as far as the table has them."""
    families = set(setting.runner.table.families)
    deep = tuple(one for one in DEEP if one in families)
    wanted = {
        "Evidence": (EVIDENCE,), "Deep features": deep, "Radiomics": (RADIOMICS,),
        "Radiomics + deep (as published)": (RADIOMICS, *deep), "Radiomics + evidence": (RADIOMICS, EVIDENCE),
        "Radiomics + evidence + image network": (RADIOMICS, EVIDENCE, NETWORK),
        "All": (RADIOMICS, *deep, EVIDENCE, NETWORK),
    }
    return {name: setting.columns(*some) for name, some in wanted.items() if some and set(some) <= families}


def cross_validated(setting: Setting) -> dict[str, Outcome]:
    """Every set of features with LightGBM, and the image network alone, by repeated cross-validation.

    Returns
    -------
    Name to the outcome of the first repetition; others are kept by the runner.
    """
    return {name: outcomes[0] for name, outcomes in _repeated(setting).items()}


def _repeated(setting: Setting) -> dict[str, list[Outcome]]:
    table = setting.runner.table
    found: dict[str, list[Outcome]] = {}
    for repeat in range(setting.repeats):
        splits = rotating_splits(table.patients, seed=repeat)
        for name, columns in sets_of_features(setting).items():
            outcome = setting.runner.run_all(columns, splits, setting.choices_for(columns))
            found.setdefault(name, []).append(outcome)
        if setting.columns(NETWORK).any():
            found.setdefault("Image network alone", []).append(network_alone(setting, splits))
    return found


def network_alone(setting: Setting, splits: Sequence[Split]) -> Outcome:
    """The image network's own probabilities, calibrated as all others are on discs that have them."""
    table = setting.runner.table.with_columns(setting.columns(NETWORK))
    logits = table.values
    known = np.isfinite(logits).all(1)
    raw = np.full_like(logits, 1 / logits.shape[1])
    raw[known] = np.exp(logits[known]) / np.exp(logits[known]).sum(1, keepdims=True)
    parts = []
    for split in splits:
        test, validation = np.nonzero(split.test)[0], np.nonzero(split.validation & known)[0]
        method = RECALIBRATIONS["isotonic"]().fit(raw[validation], table.grades[validation])
        parts.append(Outcome(test, validation, method(raw[test]), raw[test], raw[validation], table.columns,
                             np.full(len(table.columns), 1 / len(table.columns))))
    return Outcome.join(parts)


def cross_validation(setting: Setting, further: Mapping[str, Outcome]) -> list[Analysis]:
    """Cross-validated figures of every set of features, and how far each lies from the image network alone.

    Parameters
    ----------
    further : mapping of str to Outcome
        Other models judged on the same discs, such as the project's own fusion.
    """
    table = setting.runner.table
    repeated = _repeated(setting) | {name: [one] for name, one in further.items()}
    rows, gaps = [], []
    reference = "Image network alone" if "Image network alone" in repeated else "Evidence"
    base = _in_order(repeated[reference][0], len(table)) if reference in repeated else None
    for name, outcomes in repeated.items():
        others = [grade_figures(setting.grades_of(one), one.probabilities)["auroc"] for one in outcomes]
        first = outcomes[0]
        high = setting.figures(first, binary=True)
        spread = f"{min(others):.3f}–{max(others):.3f}" if len(others) > 1 else ""
        rows.append({"features": name, **setting.figures(first), "binary_auroc": high["auroc"],
                     "binary_accuracy": high["accuracy"], "auroc_of_repeats": spread})
        if base is not None and name != reference:
            own = _in_order(first, len(table))
            both = np.isfinite(own).all(1) & np.isfinite(base).all(1)
            gap = {figure: difference(figure, table.grades[both], own[both], base[both], table.patients[both], setting.draws)
                   for figure in ("auroc", "accuracy", "qwk", "brier")}
            gaps.append({"features": name, **gap})
    note = (f"5-fold cross-validation by patient ({len(table)} discs of {len(np.unique(table.patients))} patients): three "
            "folds to learn from, one to calibrate on, one to judge on, in turn; LightGBM after LASSO.")
    against = f"Difference to {reference[0].lower() + reference[1:]} on the same discs, same bootstrap of patients."
    return [Analysis("cross_validation", "Families of features, cross-validated", note, rows),
            Analysis("cross_validation_differences", "Differences", against, gaps)]


def _in_order(outcome: Outcome, count: int) -> np.ndarray:
    """Probabilities by row of the table, NaN where a disc was not judged."""
    result = np.full((count, outcome.probabilities.shape[1]), np.nan)
    result[outcome.test] = outcome.probabilities
    return result
