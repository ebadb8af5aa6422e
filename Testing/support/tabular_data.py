"""Synthetic feature tables whose grades can be told from known columns: what tests of tabular models start from."""

import numpy as np
from discgrader.training.tabular.table import DiscTable

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
