"""The twelve supplementary analyses that the paper names, each on the published system with LightGBM."""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.stats import spearmanr

from discgrader.grading.calibration import HIGH_GRADE, predicted_grades
from discgrader.progress import Progress
from discgrader.training.metrics import binary_metrics, calibration_error, grade_metrics, net_benefit, with_intervals
from discgrader.training.replication.analyses import Setting, high_probability, sets_of_features
from discgrader.training.replication.page import Analysis
from discgrader.training.tabular.families import RADIOMICS
from discgrader.training.tabular.system import MODELS, RECALIBRATIONS
from discgrader.training.tabular.table import Split, scanner_splits

GRADES = ("I", "II", "III", "IV", "V")
LEAST_PATIENTS = 3
"""On each side of a split, or nothing is learned or judged."""


def category(feature: str) -> str:
    """Class of a radiomic feature: ``shape``, ``firstorder``, ``glcm`` …"""
    return feature.split("_")[1] if feature.count("_") >= 2 else feature


def image_type(feature: str) -> str:
    """What a radiomic feature was read from: ``original``, ``log`` or ``wavelet``."""
    return feature.split("_")[0].split("-")[0]


def family_ablation(setting: Setting) -> Analysis:
    """Each family of features alone and together, and each sequence alone."""
    table = setting.runner.table
    rows = [_evaluated(setting, name, columns, setting.split) for name, columns in sets_of_features(setting).items()]
    for sequence in ("T1", "T2", "T2_SPACE"):
        row = _on_patients_with_columns(
            setting,
            f"Radiomics + deep of {sequence.replace('_', ' ')} alone",
            setting.published & (table.sequences == sequence),
        )
        rows += [row] if row else []
    note = (
        "Performance of each feature family alone and combined; a single sequence is trained and evaluated "
        "on discs that have it."
    )
    return Analysis("family_ablation", "Feature families", note, rows)


def _evaluated(setting: Setting, name: str, columns: np.ndarray, split: Split) -> dict[str, object]:
    outcome = setting.runner.run(columns, split, setting.choices_for(columns))
    return {"features": name, "discs": len(outcome.test), **setting.metrics(outcome)}


def _on_patients_with_columns(setting: Setting, name: str, columns: np.ndarray) -> dict[str, object] | None:
    """As `_evaluated`, on the discs that have any of the columns alone; None where these are too few."""
    table, split = setting.runner.table, setting.split
    there = np.isfinite(table.values[:, columns]).any(1)
    part = Split(f"{split.name}, {name}", split.train & there, split.validation & there, split.test & there)
    patients = min(len(np.unique(table.patients[rows])) for rows in (part.train, part.validation, part.test))
    return _evaluated(setting, name, columns, part) if columns.any() and patients >= LEAST_PATIENTS else None


def ordinal_regression(setting: Setting) -> Analysis:
    """Models that know the order of the grades beside one that does not."""
    names = {
        "lightgbm": "Unordered grades (LightGBM)",
        "cumulative": "Cumulative trees (Frank and Hall)",
        "ordinal": "Proportional odds",
    }
    return Analysis(
        "ordinal_regression",
        "Ordinal regression",
        "Whether it helps to give the model the order of the grades.",
        _models(setting, names),
    )


def class_weights(setting: Setting) -> Analysis:
    """Rare grades weighing more while training."""
    rows = []
    for balanced, name in ((False, "All discs alike"), (True, "All grades alike")):
        outcome = setting.runner.run(setting.published, setting.split, setting.choices(balanced=balanced))
        recall = {
            f"recall_{grade}": float(
                (predicted_grades(outcome.probabilities) == k)[setting.grades_of(outcome) == k].mean()
            )
            for k, grade in enumerate(GRADES)
            if (setting.grades_of(outcome) == k).any()
        }
        rows.append({"weights": name, **setting.metrics(outcome), **recall})
    return Analysis("class_weights", "Class weights", "Rare grades have more weight while the trees are grown.", rows)


def logistic_baseline(setting: Setting) -> Analysis:
    """A linear model on the same columns."""
    return Analysis(
        "logistic_regression",
        "Logistic-regression baseline",
        "A linear model on the columns that LASSO chose.",
        _models(setting, {"lightgbm": "LightGBM", "logistic": "Logistic regression"}),
    )


def _models(setting: Setting, names: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        {
            "model": name,
            **setting.metrics(setting.runner.run(setting.published, setting.split, setting.choices(model=model))),
        }
        for model, name in names.items()
    ]


def calibration_method(setting: Setting) -> Analysis:
    """How probabilities are calibrated, and on how many validation patients."""
    outcome = setting.runner.run(setting.published, setting.split, setting.choices())
    table = setting.runner.table
    owner, grades = table.patients[outcome.validation], table.grades[outcome.validation]
    patients = np.random.default_rng(0).permutation(np.unique(owner))
    rows = []
    for name, method in RECALIBRATIONS.items():
        for share in (1.0,) if name == "none" else (1.0, 0.5, 0.25):
            some = np.isin(owner, patients[: max(2, round(share * len(patients)))])
            probabilities = method().fit(outcome.raw_validation[some], grades[some])(outcome.raw_test)
            metrics = with_intervals(
                grade_metrics, setting.grades_of(outcome), probabilities, table.patients[outcome.test], setting.draws
            )
            rows.append(
                {
                    "method": name,
                    "validation_patients": 0 if name == "none" else len(np.unique(owner[some])),
                    "calibration_error": _mean_error(setting.grades_of(outcome), probabilities),
                    **metrics,
                }
            )
    return Analysis(
        "calibration_method",
        "Calibration method",
        "Methods fitted on the validation patients, or on a part of them.",
        rows,
    )


def calibration_depth(setting: Setting) -> Analysis:
    """How well the probabilities of each grade are calibrated: error, slope and offset, before and after."""
    outcome = setting.runner.run(setting.published, setting.split, setting.choices())
    truth = setting.grades_of(outcome)
    rows = []
    for stage, probabilities in (("before", outcome.raw_test), ("after", outcome.probabilities)):
        for k, grade in enumerate((*GRADES, "IV–V")):
            hits, probability = (
                (truth >= HIGH_GRADE, high_probability(probabilities))
                if grade == "IV–V"
                else (truth == k, probabilities[:, k])
            )
            slope, offset = _slope(hits, probability)
            rows.append(
                {
                    "stage": stage,
                    "grade": grade,
                    "calibration_error": calibration_error(hits, probability),
                    "mean_probability": float(probability.mean()),
                    "observed_share": float(hits.mean()),
                    "slope": slope,
                    "offset": offset,
                    "brier": float(((probability - hits) ** 2).mean()),
                }
            )
    return Analysis(
        "calibration_depth",
        "Calibration of every grade",
        "Slope 1 and offset 0 are perfect; error is the expected calibration error in ten bins. Before and "
        "after isotonic calibration.",
        rows,
    )


def _slope(hits: np.ndarray, probability: np.ndarray) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    if hits.all() or not hits.any():
        return float("nan"), float("nan")
    clipped = np.clip(probability, 0.005, 0.995)
    fitted = LogisticRegression(C=1e4).fit(np.log(clipped / (1 - clipped))[:, None], hits)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _mean_error(truth: np.ndarray, probabilities: np.ndarray) -> float:
    return float(np.mean([calibration_error(truth == k, probabilities[:, k]) for k in range(probabilities.shape[1])]))


def shape_confounding(setting: Setting) -> Analysis:
    """Whether texture says more than how large a disc is."""
    table = setting.runner.table
    categories = np.array([category(feature) for feature in table.features])
    shape = setting.columns(RADIOMICS) & np.char.startswith(categories.astype(str), "shape")
    rows = []
    if shape.any():
        variants = {"With shape": setting.published, "Without shape": setting.published & ~shape, "Shape alone": shape}
        for name, columns in variants.items():
            outcome = setting.runner.run(columns, setting.split, setting.choices_for(columns))
            rows.append(
                {
                    "features": name,
                    "alike_volume": _correlation_with_volume(setting, outcome.columns),
                    **setting.metrics(outcome),
                }
            )
    return Analysis(
        "shape_confounding",
        "Shape confounding",
        (
            "Whether signal features are only a proxy for the size of the disc: with and without shape features, "
            "and the mean absolute rank correlation of the twenty most important columns with the disc's volume "
            "(1 is the volume itself)."
        ),
        rows,
    )


def _correlation_with_volume(setting: Setting, columns: tuple[str, ...]) -> float:
    table = setting.runner.table
    volumes = [
        n
        for n, name in enumerate(table.columns)
        if name.endswith(("_MeshVolume", "_VoxelVolume", "_PixelSurface", "_MeshSurface"))
    ]
    place = {name: n for n, name in enumerate(table.columns)}
    found = []
    for name in columns[:20]:
        own = [n for n in volumes if table.sequences[n] == name.split(":")[0]]
        if not own or place[name] in volumes:
            continue
        pairs = table.values[:, [own[0], place[name]]]
        pairs = pairs[np.isfinite(pairs).all(1)]
        if len(pairs) > 10 and np.all(np.ptp(pairs, 0) > 0):
            found.append(abs(float(spearmanr(*pairs.T).statistic)))
    return float(np.mean(found)) if found else float("nan")


def leave_one_scanner_out(setting: Setting) -> Analysis:
    """Each scanner's patients judged by a model that saw none of them."""
    table = setting.runner.table
    rows = []
    for split in scanner_splits(table.patients, setting.scanner_of) if setting.scanner_of else []:
        outcome = setting.runner.run(setting.published, split, setting.choices())
        rows.append(
            {
                "scanner": split.name,
                "patients": len(np.unique(table.patients[split.test])),
                "discs": int(split.test.sum()),
                **setting.metrics(outcome),
            }
        )
    note = (
        "Evaluated on the patients of one scanner, trained on those of all others; scanners with few patients "
        "are grouped."
    )
    return Analysis(
        "leave_one_scanner_out", "Leave one scanner out", note if rows else f"{note} The scanners are not known.", rows
    )


def lasso_penalty(setting: Setting) -> Analysis:
    """Weaker and stronger selection."""
    rows = []
    for times in (0.25, 0.5, 1.0, 2.0, 4.0):
        outcome = setting.runner.run(setting.published, setting.split, setting.choices(penalty_times=times))
        rows.append(
            {"penalty": f"{times:g} × cross-validated", "columns": len(outcome.columns), **setting.metrics(outcome)}
        )
    return Analysis("lasso_penalty", "LASSO penalty", "How many columns are kept, and the effect on performance.", rows)


def decision_curve(setting: Setting) -> Analysis:
    """Net benefit of acting on a predicted high grade, at every threshold."""
    thresholds = np.arange(0.05, 0.96, 0.05)
    outcome = setting.runner.run(setting.published, setting.split, setting.choices())
    hits = setting.grades_of(outcome) >= HIGH_GRADE
    curves = {"act_on_all": net_benefit(hits, np.ones(len(hits)), thresholds), "act_on_none": np.zeros(len(thresholds))}
    for model in setting.models:
        run = setting.runner.run(setting.published, setting.split, setting.choices(model=model))
        curves[MODELS[model]] = net_benefit(hits, high_probability(run.probabilities), thresholds)
    rows = [
        {"threshold": float(t), **{name: float(curve[n]) for name, curve in curves.items()}}
        for n, t in enumerate(thresholds)
    ]
    return Analysis(
        "decision_curve",
        "Decision curve",
        (
            "Net benefit (Vickers and Elkin 2006) of acting on a probability of grade IV–V above the threshold, "
            "compared with acting on all discs and on none."
        ),
        rows,
    )


def category_ablation(setting: Setting) -> Analysis:
    """Within radiomics: each class of features, and each kind of image, alone and left out."""
    table = setting.runner.table
    radiomics = setting.columns(RADIOMICS)
    rows = []
    for label, kind in (("class", category), ("image", image_type)):
        of_column = np.array([kind(feature) if own else "" for feature, own in zip(table.features, radiomics)])
        for name in sorted(set(of_column) - {""}):
            for how, columns in (("alone", of_column == name), ("left out", radiomics & (of_column != name))):
                found = _on_patients_with_columns(setting, f"{name} {how}", columns)
                if found:
                    rows.append(
                        {"part": name, "kind": label, "how": how, "columns": int(columns.sum())}
                        | {key: value for key, value in found.items() if key != "features"}
                    )
    note = (
        "Classes of features, and kinds of images, alone and left out; trained and evaluated on discs that "
        "have any. Laplacians of Gaussian (log) exist on stacks only."
    )
    return Analysis("category_ablation", "Within radiomics", note, rows)


def operating_point(setting: Setting) -> Analysis:
    """Thresholds for a high grade chosen on the validation patients, and what they give on the test patients."""
    rows = []
    table = setting.runner.table
    for model in setting.models:
        outcome = setting.runner.run(setting.published, setting.split, setting.choices(model=model))
        method = RECALIBRATIONS["isotonic"]().fit(outcome.raw_validation, table.grades[outcome.validation])
        known = high_probability(method(outcome.raw_validation))
        high = table.grades[outcome.validation] >= HIGH_GRADE
        for name, threshold in _thresholds(high, known).items():

            def metrics(grades: np.ndarray, probability: np.ndarray, at: float = threshold) -> dict[str, float]:
                return binary_metrics(grades, probability, at)

            hits = (setting.grades_of(outcome) >= HIGH_GRADE).astype(int)
            found = with_intervals(
                metrics, hits, high_probability(outcome.probabilities), table.patients[outcome.test], setting.draws
            )
            rows.append(
                {
                    "model": MODELS[model],
                    "point": name,
                    "threshold": threshold,
                    **{key: found[key] for key in ("sensitivity", "specificity", "ppv", "npv", "accuracy", "f1")},
                }
            )
    return Analysis(
        "operating_point",
        "Operating point",
        "Thresholds of the probability of grade IV–V, chosen on the validation patients.",
        rows,
    )


def _thresholds(high: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    candidates = np.unique(probability)
    sensitivity = np.array([(probability >= t)[high].mean() for t in candidates])
    specificity = np.array([(probability < t)[~high].mean() for t in candidates])
    sensitive, specific = candidates[sensitivity >= 0.9], candidates[specificity >= 0.9]
    return {
        "0.5": 0.5,
        "Youden": float(candidates[(sensitivity + specificity).argmax()]),
        "sensitivity 0.9": float(sensitive.max()) if len(sensitive) else 0.0,
        "specificity 0.9": float(specific.min()) if len(specific) else 1.0,
    }


SUPPLEMENT: tuple[Callable[[Setting], Analysis], ...] = (
    family_ablation,
    ordinal_regression,
    class_weights,
    logistic_baseline,
    calibration_method,
    calibration_depth,
    shape_confounding,
    leave_one_scanner_out,
    lasso_penalty,
    decision_curve,
    category_ablation,
    operating_point,
)
"""All twelve, in the paper's order."""


def supplementary(setting: Setting, progress: Progress) -> list[Analysis]:
    """All twelve analyses."""
    results = []
    for number, analysis in enumerate(SUPPLEMENT):
        progress.report("Supplementary analyses", number / len(SUPPLEMENT), analysis.__name__.replace("_", " "))
        results.append(analysis(setting))
    return results
