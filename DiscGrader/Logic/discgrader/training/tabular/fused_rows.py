"""The project's own model in the evaluation: image networks, measured evidence and radiomics, alone and together.

Judged on the folds of the page's cross-validation in two layers, as the recipe ``pfirrmann`` cross-validates it:
forests on folds that they have not seen, weights from the held-out discs of the other folds.
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from discgrader.training.tabular.analyses import CNN, OURS
from discgrader.training.tabular.fused import FusedDiscs, FusedRecipe, fused_discs
from discgrader.training.tabular.fused_recipe import VARIANTS, held_out_chance, held_out_sides
from discgrader.training.tabular.runs import Outcome, Runner
from discgrader.training.tabular.splits import Split
from discgrader.training.tabular.table import FeatureTable

NAMES: Mapping[str, str] = {
    "network": CNN,
    "evidence": "Evidence with neighbors (forest)",
    "radiomics": "Radiomics of the middle slice (forest)",
    "evidence + radiomics": "Evidence + radiomics (forests)",
    "network + evidence": "CNN + evidence",
    "network + radiomics": "CNN + radiomics",
    "all three": OURS,
}
"""What people call each of `VARIANTS`."""


def own_discs(tables: Mapping[str, FeatureTable], grades: Mapping[tuple[int, int], int]) -> FusedDiscs | None:
    """What the model learns from; None where a family that it needs was not measured."""
    if not {"evidence", "slice", "network"} <= set(tables):
        return None
    return fused_discs(tables["evidence"], tables["slice"], tables["network"], grades)


def own_outcomes(discs: FusedDiscs, runner: Runner, splits: Sequence[Split], recipe: FusedRecipe) -> dict[str, Outcome]:
    """Outcomes of every side and sum of sides that has seen a disc, by its name in `NAMES`.

    Parameters
    ----------
    discs : FusedDiscs
        Those of ``runner.table``, or some of them.
    splits : sequence of Split
        Folds of one cross-validation of that table; only their test discs are used.
    """
    row_of = {key: row for row, key in enumerate(zip(runner.table.patients.tolist(), runner.table.indices.tolist()))}
    rows = np.array([row_of.get(key, -1) for key in zip(discs.patients.tolist(), discs.indices.tolist())])
    fold = np.argmax([one.test[rows] for one in splits], 0)
    fold[rows < 0] = -1
    sides = runner.kept(
        "fused",
        _stamp(discs, fold, recipe),
        lambda: held_out_sides({"all": discs}, fold, recipe, runner.progress)["all"],
    )
    outcomes = {}
    for variant, some in VARIANTS.items():
        if any(not np.isfinite(sides[side]).any() for side in some):
            continue
        chance = held_out_chance(sides, sides, discs.grades, fold, some)
        known = (rows >= 0) & np.any([np.isfinite(sides[side]).all(1) for side in some], 0)
        outcomes[NAMES[variant]] = Outcome(
            rows[known], np.zeros(0, int), chance[known], chance[known], np.zeros((0, 5)), (), np.zeros(0)
        )
    return outcomes


def _stamp(discs: FusedDiscs, fold: np.ndarray, recipe: FusedRecipe) -> bytes:
    stamp = hashlib.sha256(repr((recipe, discs.radiomics_names)).replace(f"threads={recipe.threads}", "").encode())
    for array in (
        discs.patients,
        discs.indices,
        discs.grades,
        discs.radiomics,
        discs.network,
        fold,
        *discs.evidence.values(),
    ):
        stamp.update(np.ascontiguousarray(array).tobytes())
    return stamp.digest()
