"""Synthetic feature tables whose grades can be told from known columns: what tests of tabular models start from."""

import numpy as np
from discgrader.grading.evidence import MEASURES
from discgrader.grading.slice_radiomics import default_extractor
from discgrader.training.tabular.models import ForestModel, TreesModel
from discgrader.training.tabular.table import DiscTable, FeatureTable

FAMILIES = {"radiomics": 24, "efficientnet_lite0": 12, "evidence": 6}


def synthetic_discs(patients: int = 60, seed: int = 0, sequences: tuple[str, ...] = ("T1", "T2")) -> DiscTable:
    """Six discs a patient; radiomics and evidence of T2 know the grade, deep features and T1 do not.

    Every fifth patient has no T1.
    """
    generator = np.random.default_rng(seed)
    owner = np.repeat(np.arange(1, patients + 1), 6)
    index = np.tile(np.arange(1, 7), patients)
    hidden = generator.normal(size=patients)[owner - 1] * 0.7 - 0.2 * index + generator.normal(size=len(owner)) * 0.6
    grades = np.digitize(hidden, np.quantile(hidden, [0.2, 0.4, 0.65, 0.85]))
    columns, blocks = [], []
    for sequence in sequences:
        for family, count in FAMILIES.items():
            block = generator.normal(size=(len(owner), count))
            if sequence == "T2" and family != "efficientnet_lite0":
                block[:, :3] += hidden[:, None] * np.array([2.0, -1.5, 1.0])
            if sequence == "T1":
                block[owner % 5 == 0] = np.nan
            columns += [f"{sequence}:{family}:{name}" for name in _names(family, count)]
            blocks.append(block)
    return DiscTable(owner, index, grades, tuple(columns), np.concatenate(blocks, 1))


def _names(family: str, count: int) -> list[str]:
    if family != "radiomics":
        return [f"{family}_{number:04d}" for number in range(count)]
    classes = [
        "original_shape_MeshVolume",
        "original_firstorder_Mean",
        "original_glcm_Contrast",
        "original_glrlm_RunEntropy",
        "original_glszm_ZoneEntropy",
        "original_gldm_DependenceEntropy",
        "log-sigma-1-0-mm-3D_firstorder_Mean",
        "wavelet-LLH_glcm_Contrast",
    ]
    return [f"{classes[number % 8]}{number // 8 or ''}" for number in range(count)]


def fused_tables(patients: int = 30, seed: int = 0):
    """Evidence of T1 and T2, radiomics of T2 and networks' logits, each with its own noisy view of the grade."""
    rng = np.random.default_rng(seed)
    owner, index = np.repeat(np.arange(1, patients + 1), 6), np.tile(np.arange(1, 7), patients)
    hidden = rng.normal(size=len(owner)) + 0.3 * rng.normal(size=patients)[owner - 1]
    grades = np.digitize(hidden, np.quantile(hidden, [0.2, 0.45, 0.7, 0.85]))

    def table(family, sequence, names, informative, rows):
        values = rng.normal(size=(len(rows), len(names)))
        values[:, :informative] += 1.2 * hidden[rows, None]
        return FeatureTable(
            family, owner[rows], index[rows], np.array([sequence] * len(rows)), np.full(len(rows), 2), names, values
        )

    everyone, some = np.arange(len(owner)), np.nonzero(owner % 4)[0]
    evidence = FeatureTable.join(
        "evidence",
        [table("evidence", "T1", tuple(MEASURES), 1, some), table("evidence", "T2", tuple(MEASURES), 3, everyone)],
    )
    names = tuple(
        name for name in default_extractor().parameters.feature_names() if name.startswith("original_firstorder")
    )
    slices = table("slice", "T2", names, 3, everyone)
    logits = rng.normal(size=(len(owner), 5)) + 1.2 * np.eye(5)[grades]
    network = FeatureTable(
        "network",
        owner,
        index,
        np.array(["disc"] * len(owner)),
        np.full(len(owner), 2),
        tuple(f"log_probability_{k}" for k in range(1, 6)),
        logits,
    )
    return evidence, slices, network, {(int(p), int(i)): int(g) for p, i, g in zip(owner, index, grades)}


class FewTrees(TreesModel):
    """Fast enough for a test."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"rounds": 12})


class SmallForest(ForestModel):
    """Fast enough for a test."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"trees": 20})
