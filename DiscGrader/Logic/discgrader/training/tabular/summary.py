"""What an evaluation comes to, in plain sentences with their figures; and which model saw which images."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from discgrader.training.tabular.analyses import CNN, DEEP, EVIDENCE, OURS, RADIOMICS, Analysis
from discgrader.training.tabular.published import AIM, PUBLISHED_GRADES
from discgrader.training.tabular.table import FeatureTable

WORDS = {"auroc": "macro AUROC", "accuracy": "accuracy", "qwk": "QWK", "binary_auroc": "AUROC of IV–V"}
SLICE, NETWORK = "slice", "network"
SEEN_BY: Mapping[str, tuple[str, ...]] = {
    RADIOMICS: ("Radiomics (as published)", "LightGBM, random forest and TabPFN on “Radiomics …” rows"),
    SLICE: ("Radiomics of the middle slice", "forest of “… radiomics (forest)” and “ours” rows"),
    EVIDENCE: ("Measured evidence", "“Evidence” rows and “ours”"),
    NETWORK: ("Image networks", "“CNN” rows and “ours”"),
} | dict.fromkeys(DEEP, ("Deep features", "LightGBM, random forest and TabPFN on “… deep” rows"))
"""What each family of features is called, and which models see it."""


def in_short(parts: Mapping[str, Sequence[Analysis]]) -> tuple[str, ...]:
    """The findings that a reader looks for first."""
    tables = {one.name: one.rows for some in parts.values() for one in some}
    return tuple(_sentences(tables))


def _sentences(tables: Mapping[str, Sequence[Mapping[str, object]]]) -> Iterator[str]:
    models = tables.get("main_grades", ())
    if models:
        found = ", ".join(f"{one['model']} {_figure(one['auroc'])}" for one in models)
        published = PUBLISHED_GRADES["TabPFN, published"]["auroc"]
        yield (
            f"As published, on one 60/20/20 split: macro AUROC of {found}; the paper has 0.867–0.873, "
            f"{published['low']:.3f}–{published['high']:.3f} for its TabPFN."
        )
    rows = {one["features"]: one for one in tables.get("cross_validation", ())}
    if OURS in rows:
        ours = rows[OURS]
        reached = [
            f"{WORDS[key]} {_figure(ours[key])} "
            f"({'reached' if ours[key]['value'] >= least else f'aim {least:.2f} not reached'})"
            for key, least in AIM.items()
        ]
        yield f"The project's own model, cross-validated: {', '.join(reached)}."
    added = {one["added"]: one for one in tables.get("cross_validation_added", ())}
    for what, start in (
        ("Radiomics, to CNN + evidence", "What radiomics adds to image networks and evidence on these images"),
        ("Evidence and radiomics, to CNN", "What evidence and radiomics add to the image networks (CNN) alone"),
        ("Deep features, to radiomics", "What frozen deep features add to radiomics, as published"),
    ):
        if what in added:
            yield f"{start}: {_gain(added[what])}."
    if CNN in rows and "Radiomics" in rows:
        yield (
            f"Alone, radiomics as published has macro AUROC {_figure(rows['Radiomics']['auroc'])}, evidence "
            f"{_figure(rows['Evidence']['auroc'])}, the image networks {_figure(rows[CNN]['auroc'])}."
        )


def _gain(row: Mapping[str, object]) -> str:
    found = "; ".join(f"{WORDS[key]} {_signed(row[key])}" for key in ("auroc", "accuracy", "qwk"))
    auroc = row["auroc"]
    verdict = (
        ("a small but measurable gain" if auroc["value"] < 0.01 else "a measurable gain")
        if auroc["low"] > 0
        else ("a measurable loss" if auroc["high"] < 0 else "nothing that can be measured")
    )
    return f"{verdict} ({found})"


def _figure(found: Mapping[str, float]) -> str:
    return f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def _signed(found: Mapping[str, float]) -> str:
    return f"{found['value']:+.3f} [{found['low']:+.3f}, {found['high']:+.3f}]".replace("-", "−")


def which_saw_which(tables: Mapping[str, FeatureTable]) -> Analysis:
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
        "Radiomics as published is taken in 3D of stacks and in 2D (force2D) of single slices, whose Laplacians of "
        "Gaussian and bands across slices do not exist; all else reads slices, of stacks too."
    )
    return Analysis("which_saw_which", "Which model saw which images", note, rows)


def _kind(table: FeatureTable, own: np.ndarray, size: int, family: str) -> str:
    what = "stacks" if size == 3 else "slices"
    count = len(np.unique(table.patients[own]))
    width = int(np.isfinite(table.values[own]).any(0).sum())
    return f"{count} {what}, {width} {'3D' if family == RADIOMICS and size == 3 else '2D'} features"
