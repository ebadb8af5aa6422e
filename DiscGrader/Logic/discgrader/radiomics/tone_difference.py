"""Features of the neighboring gray tone difference matrix (NGTDM)."""

from collections.abc import Sequence

import numpy as np

from discgrader.radiomics.gray_levels import GrayLevels
from discgrader.radiomics.neighbors import Direction


def ngtdm_features(gray: GrayLevels, directions: Sequence[Direction]) -> dict[str, float]:
    """All NGTDM features by name; formulas in `discgrader.radiomics.catalog`."""
    level = gray.levels[gray.index].astype(float)
    count = len(level)
    around, neighbors = np.zeros(count), np.zeros(count)
    for direction in directions:
        around += np.bincount(direction.first, level[direction.second], count) + np.bincount(
            direction.second, level[direction.first], count
        )
        neighbors += np.bincount(direction.first, minlength=count) + np.bincount(direction.second, minlength=count)
    difference = np.where(neighbors > 0, np.abs(level - around / np.maximum(neighbors, 1)), 0.0)
    p = gray.counts() / count
    s = np.bincount(gray.index, difference, len(gray.levels))
    i = gray.levels.astype(float)
    levels = len(i)
    apart = i[:, None] - i
    weighted = float(p @ s)
    spread = float(np.abs((i * p)[:, None] - i * p).sum())
    total = float(s.sum())
    contrast = float(p @ apart**2 @ p) * total / count
    pair = (p * s)[:, None] + p * s
    return {
        "Busyness": weighted / spread if spread else 0.0,
        "Coarseness": 1 / weighted if weighted else 1e6,
        "Complexity": float((np.abs(apart) * pair / (p[:, None] + p)).sum()) / count,
        "Contrast": contrast / (levels * (levels - 1)) if levels > 1 else 0.0,
        "Strength": float(((p[:, None] + p) * apart**2).sum()) / total if total else 0.0,
    }
